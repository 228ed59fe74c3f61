"""Collect the problems of one check, and keep silent about those that an unread part of the ruleset may have caused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.diagnostics import Diagnostic

MOST_COMPARED = 50_000
"""How many names are compared in one run to find what was meant."""


class Report:
    """The problems found so far.

    ``partial``: some text could not be read. What is missing then may stand in the part that was not read, so problems of
    absence (an unknown name, a clause that is needed) are not reported until the text can be read.
    """

    def __init__(self, *, partial: bool) -> None:
        self.partial = partial
        self.diagnostics: list[Diagnostic] = []
        self._budget = MOST_COMPARED

    def add(self, diagnostic: Diagnostic) -> None:
        """Report a problem of what was read."""
        self.diagnostics.append(diagnostic)

    def candidates(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names that a message may suggest: all of them, until there were so many that nobody reads on."""
        found = tuple(names)
        self._budget -= len(found)
        return found if self._budget >= 0 else ()

    def absent(self, diagnostic: Diagnostic) -> None:
        """Report that something is missing, unless it may stand in what could not be read."""
        if not self.partial:
            self.diagnostics.append(diagnostic)
