"""Collect the problems of one check, and keep silent about those that an unread part of the ruleset may have caused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic


class Report:
    """The problems found so far.

    ``partial``: some text could not be read. What is missing then may stand in the part that was not read, so problems of
    absence (an unknown name, a clause that is needed) are not reported until the text can be read.
    """

    def __init__(self, *, partial: bool) -> None:
        self.partial = partial
        self.diagnostics: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Report a problem of what was read."""
        self.diagnostics.append(diagnostic)

    def absent(self, diagnostic: Diagnostic) -> None:
        """Report that something is missing, unless it may stand in what could not be read."""
        if not self.partial:
            self.diagnostics.append(diagnostic)
