"""Collect the problems of one check, and keep silent about those that an unread part of the ruleset may have caused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.check.unread import Unread
    from revrules.diagnostics import Diagnostic

MOST_COMPARED = 50_000
"""How many names are compared in one run to find what was meant."""


class Report:
    """The problems found so far.

    ``unread``: what could not be read. What is missing then may stand there, so an unknown name or a clause that is needed is
    reported only where it does not.
    """

    def __init__(self, unread: Unread) -> None:
        self.unread = unread
        self.diagnostics: list[Diagnostic] = []
        self._budget = MOST_COMPARED

    def add(self, diagnostic: Diagnostic) -> None:
        """Report a problem of what was read, unless its line may be misread."""
        if not self.unread.may_garble(diagnostic.span):
            self.diagnostics.append(diagnostic)

    def candidates(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names that a message may suggest: all of them, until there were so many that nobody reads on."""
        found = tuple(names)
        self._budget -= len(found)
        return found if self._budget >= 0 else ()

    def absent(self, diagnostic: Diagnostic) -> None:
        """Report a name that is not declared, unless it may be declared in what could not be read."""
        if not self.unread.may_declare(diagnostic.span):
            self.add(diagnostic)

    def lacking(self, diagnostic: Diagnostic) -> None:
        """Report that a declaration lacks something, unless that may stand in what could not be read of it."""
        if not self.unread.may_hold_clauses(diagnostic.span):
            self.add(diagnostic)

    def undecided(self, diagnostic: Diagnostic) -> None:
        """Report what depends on all there is, unless some of it could not be read."""
        if not self.unread:
            self.diagnostics.append(diagnostic)
