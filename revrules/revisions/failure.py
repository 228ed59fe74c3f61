"""What stands between a revision and its files, as an exception that carries its diagnostic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic


class RevisionError(ValueError):
    """A repository or revision cannot be read. ``diagnostic`` says why; ``str()`` of it is its message."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.code}: {diagnostic.message}")
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[RevisionError], tuple[Diagnostic]]:
        return RevisionError, (self.diagnostic,)
