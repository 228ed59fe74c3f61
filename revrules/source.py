"""Source texts and the places in them: what every message points at."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one file: characters ``start`` (counted from 0) up to, not including, ``end``."""

    path: str
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of ``other`` (same file)."""
        return Span(self.path, self.start, max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1, as people and editors count them."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file's text, decoded, without a byte order mark, line ends as ``\\n``.

    ``path`` is how the user would name the file: relative to where the command was started.
    """

    path: str
    text: str
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(i + 1 for i, character in enumerate(self.text) if character == "\n")
        object.__setattr__(self, "_line_starts", tuple(starts))

    def place(self, offset: int) -> Place:
        """Return the line and column of the character at ``offset``."""
        line = bisect_right(self._line_starts, offset) - 1
        return Place(line + 1, offset - self._line_starts[line] + 1)

    def line_text(self, line: int) -> str:
        """Return the text of ``line`` (counted from 1) without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end]

    def span_text(self, span: Span) -> str:
        """Return the characters that ``span`` covers."""
        return self.text[span.start : span.end]
