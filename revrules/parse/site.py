"""What every builder of a node needs to know of the file that is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from revrules.source import Span

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic


@dataclass(slots=True)
class Site:
    """The file by its display path and text, documentation by where its subject starts, the problems so far."""

    path: str
    text: str
    docs: dict[int, str]
    problems: list[Diagnostic] = field(default_factory=list)

    def span(self, start: int, end: int) -> Span:
        """Return the span from ``start`` to ``end`` of this file."""
        return Span(self.path, start, end)

    def doc(self, span: Span) -> str | None:
        """Return the documentation of what starts where ``span`` starts."""
        return self.docs.get(span.start)

    def column(self, offset: int) -> int:
        """Return how many characters stand before ``offset`` on its line."""
        return offset - (self.text.rfind("\n", 0, offset) + 1)

    def indent(self, offset: int) -> int:
        """Return how far the line of ``offset`` is indented."""
        start = self.text.rfind("\n", 0, offset) + 1
        line = self.text[start:offset]
        return len(line) - len(line.lstrip())

    def starts_line(self, offset: int) -> bool:
        """Return whether only white space stands before ``offset`` on its line."""
        return not self.text[self.text.rfind("\n", 0, offset) + 1 : offset].strip()
