"""What stops a run over data: an exception that carries the diagnostic to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic


class DataError(ValueError):
    """The data cannot be read, placed or written. ``diagnostic`` says why; ``str()`` of it is its message."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.code}: {diagnostic.message}")
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[DataError], tuple[Diagnostic]]:
        return DataError, (self.diagnostic,)
