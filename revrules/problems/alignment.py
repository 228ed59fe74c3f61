"""Findings about words that do not align, REV60x to REV64x."""
