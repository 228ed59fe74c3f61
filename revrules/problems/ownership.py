"""Findings about owners, systems and hand-offs, REV65x to REV69x."""
