"""The text of a CSV file into its rows: what separates the cells, quotes, numbers of the rows as spreadsheets show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from revrules.problems import decisions as problems
from revrules.source import Span

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

SEPARATORS = (",", ";", "\t", "|")
NAMED = {",": ",", ";": ";", "\t": "tab", "|": "|"}
MOST_COLUMNS = 200
MOST_ROWS = 50_000
MOST_CELLS = 1_000_000
LOOKED_AT = 200
"""Rows that tell what separates the cells, where the heading leaves it open."""
_SEP_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[,;\t|]*(?:\n|\Z)', re.IGNORECASE)
_BLANK = re.compile(r"(?:[ \t,;|]*\n)*")
_TWICE = 'write a quote inside quotes twice: `""`'
_CONTROL = re.compile("[\0-\b\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its number (1 is the first row of the sheet), where its text starts, the texts of its cells."""

    number: int
    start: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: ``heading`` and the rows below it that hold something, all as long as the heading."""

    source: Source
    separator: str
    heading: SheetRow
    rows: tuple[SheetRow, ...]

    def place(self, row: SheetRow, column: int) -> Span:
        """Return where a cell stands."""
        at = row.start
        for _ in range(column):
            field = _field(self.separator).match(self.source.text, at)
            at = field.end() + 1 if field is not None else at
        field = _field(self.separator).match(self.source.text, at)
        text = field[0] if field is not None else ""
        start = at + len(text) - len(text.lstrip())
        return Span(self.source.path, start, max(start, at + len(text.rstrip())))


class _BrokenError(Exception):
    """Carries the problem of a row that cannot be read: its number, where, and what."""

    def __init__(self, row: int, place: tuple[int, int], problem: str, help_: str = "") -> None:
        super().__init__(problem)
        self.row, self.place, self.problem, self.help = row, place, problem, help_


def read_sheet(source: Source, path: str) -> Sheet | Diagnostic:
    """Return the rows of ``source``, or the first problem that keeps them from being read. ``path`` is for messages."""
    text = source.text
    said = _SEP_LINE.match(text)
    separator: str | tuple[str, ...] | None = said[1] if said is not None else None
    before = said.end() if said is not None else 0
    blank = _BLANK.match(text, before)
    start = blank.end() if blank is not None else before
    end = _line_end(text, start)
    head = Span(source.path, start, min(end, start + 200))
    if not text[start:].strip():
        return problems.empty_table(Span(source.path, 0, 0), path, "nothing in it")
    control = _CONTROL.search(text)
    try:
        if control is not None:
            raise _BrokenError(_number(text, said, control.start()), control.span(), "has a character that no text has")
        separator = separator or _separator(text, start)
        if isinstance(separator, tuple):
            return problems.unclear_separator(head, path, tuple(NAMED[mark] for mark in separator))
        if text.count(separator, start, end) >= 10 * MOST_COLUMNS:
            return problems.table_too_large(head, path, f"{MOST_COLUMNS} columns")
        rows = _rows(text, start, separator, text.count("\n", before, start) + 1)
        if not rows:
            return problems.empty_table(Span(source.path, 0, 0), path, "nothing in it")
        return _sheet(source, path, separator, rows)
    except _BrokenError as broken:
        place = Span(source.path, broken.place[0], min(broken.place[1], broken.place[0] + 200))
        return problems.broken_row(place, (path, broken.row), broken.problem, broken.help)


def _sheet(source: Source, path: str, separator: str, rows: list[SheetRow]) -> Sheet | Diagnostic:
    """Return the sheet of rows that were read, empty columns at the right cut off."""
    heading, *below = rows
    width = max((n for n, cell in enumerate(heading.cells, 1) if cell), default=0)
    whole = Span(source.path, heading.start, min(_line_end(source.text, heading.start), heading.start + 200))
    if width > MOST_COLUMNS:
        return problems.table_too_large(whole, path, f"{MOST_COLUMNS} columns")
    if len(below) > MOST_ROWS or len(below) * width > MOST_CELLS:
        limit = f"{MOST_ROWS:,} rows" if len(below) > MOST_ROWS else f"{MOST_CELLS:,} cells"
        return problems.table_too_large(whole, path, limit)
    if not below:
        return problems.empty_table(whole, path, "a heading but no rows")
    found = [_fitted(row, len(heading.cells), width, source.text) for row in below]
    return Sheet(source, separator, SheetRow(heading.number, heading.start, heading.cells[:width]), tuple(found))


def _fitted(row: SheetRow, columns: int, width: int, text: str) -> SheetRow:
    """Return a row with as many cells as the heading; only empty ones may stand beyond it."""
    place = (row.start, _line_end(text, row.start))
    if len(row.cells) > width and any(row.cells[width:columns]):
        at = next(n for n, cell in enumerate(row.cells[width:columns], width + 1) if cell)
        raise _BrokenError(row.number, place, f"has something in column {at}, which has no heading", "write a heading above it")
    if any(row.cells[columns:]):
        problem = f"has {len(row.cells)} cells, and the heading has {columns}"
        help_ = 'a cell that holds the separator or a line end stands in quotes: `"DE, FR"`'
        raise _BrokenError(row.number, place, problem, help_)
    if len(row.cells) < width:
        problem = f"has {len(row.cells)} of the {width} cells that the heading asks for"
        raise _BrokenError(row.number, place, problem, "a cell that takes anything is empty, but it is there")
    return SheetRow(row.number, row.start, row.cells[:width])


# --- what separates ----------------------------------------------------------------------------------------------


def _separator(text: str, start: int) -> str | tuple[str, ...]:
    """Return what separates the cells, or all that may where the rows do not tell."""
    heading = re.sub(r'"(?:[^"]|"")*"', "", text[start : _line_end(text, start)])
    candidates = tuple(mark for mark in SEPARATORS if mark in heading)
    if len(candidates) == 1:
        return candidates[0]
    even = tuple(mark for mark in candidates if _is_even(text, start, mark))
    return even[0] if len(even) == 1 else even or candidates


def _is_even(text: str, start: int, mark: str) -> bool:
    """Return whether all rows have as many cells as the heading when ``mark`` separates them."""
    try:
        rows = _rows(text, start, mark, 1, LOOKED_AT)
    except _BrokenError:
        return False
    widths = {max((n for n, cell in enumerate(row.cells, 1) if cell), default=0) for row in rows[:1]}
    return len({len(row.cells) for row in rows}) == 1 and widths != {1}


# --- rows --------------------------------------------------------------------------------------------------------


def _rows(text: str, start: int, separator: str, number: int, most: int = MOST_ROWS + 2) -> list[SheetRow]:
    """Return the rows from ``start`` on, at most ``most``; those that hold nothing are only counted."""
    found: list[SheetRow] = []
    at = start
    while at < len(text) and len(found) < most:
        end = _line_end(text, at)
        line = text[at:end]
        if '"' in line:
            cells, end = _quoted(text, at, separator, number)
        else:
            cells = [cell.strip() for cell in line.split(separator)]
        if any(cells):
            found.append(SheetRow(number, at, tuple(cells)))
        at, number = end + 1, number + 1
    return found


@cache
def _field(separator: str) -> re.Pattern[str]:
    """Return the pattern of a cell as it is written: in quotes, or up to the separator."""
    mark = re.escape(separator)
    blank = " \t" if separator != "\t" else " "
    return re.compile(rf'[{blank}]*"[^"]*(?:""[^"]*)*"[{blank}]*(?={mark}|\n|\Z)|[^{mark}\n]*')


def _quoted(text: str, at: int, separator: str, number: int) -> tuple[list[str], int]:
    """Return the cells of a row that has quotes, and where it ends."""
    cells: list[str] = []
    pattern = _field(separator)
    while True:
        field = pattern.match(text, at)
        assert field is not None, "a cell may be empty"
        cell = field[0].strip()
        if cell.startswith('"'):
            cell = _unquoted(cell, text, field, number)
        cells.append(cell)
        at = field.end()
        if at >= len(text) or text[at] == "\n":
            return cells, at
        at += 1


def _unquoted(cell: str, text: str, field: re.Match[str], number: int) -> str:
    """Return the text inside quotes; quotes that do not end where the cell does are a problem."""
    if len(cell) > 1 and re.fullmatch(r'"[^"]*(?:""[^"]*)*"', cell):
        return cell[1:-1].replace('""', '"').strip()
    start = field.start() + field[0].index('"')
    closed = re.compile(r'"[^"]*(?:""[^"]*)*"').match(text, start)
    if closed is None:
        raise _BrokenError(number, (start, start + 1), "opens a quote that is never closed", _TWICE)
    problem = "has text after the quote that ends a cell"
    raise _BrokenError(number, (closed.end() - 1, closed.end() + 1), problem, _TWICE)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _number(text: str, said: re.Match[str] | None, at: int) -> int:
    """Return the number of the line at ``at``, the one that names the separator not counted."""
    return text.count("\n", 0, at) + (0 if said is not None and at >= said.end() else 1)
