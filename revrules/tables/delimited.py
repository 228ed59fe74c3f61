"""Characters of a CSV or TSV file into rows with exact lines.

Read with the standard library's reader, fed line by line: DuckDB's reader counts records instead of lines, refuses files with
mixed line ends, and loses the good rows behind a quote that is never closed.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.rows import Refused, Row, Table
from revrules.tables.source import LONGEST_LINE, read_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_CELL = 1 << 22
"""Characters; a quote that is never closed ends here at the latest."""
MOST_COLUMNS = 100_000
SHOWN = 200
SAMPLE_LINES = 50


def delimited(stream: TextIO, name: str, *, delimiter: str | None, expected: Collection[str]) -> Table:
    """Return the rows of ``stream``. Without ``delimiter`` the mark that finds most of the ``expected`` headings is taken.

    Raises ``DataError`` for a file without headings or split at the wrong mark.
    """
    if csv.field_size_limit() < LONGEST_CELL:
        csv.field_size_limit(LONGEST_CELL)
    feed = Feed(stream, name)
    notes: tuple[str, ...] = ()
    first = feed.peek(SAMPLE_LINES)
    if first and (named := first[0].strip().lower()).startswith("sep=") and len(named) == len("sep=") + 1:
        delimiter = delimiter or first[0].strip()[4]  # Excel's way of saying it
        feed.skip()
        first = first[1:]
    if not any(line.strip() for line in first):
        raise DataError(problems.empty(name))
    chosen = delimiter or _sniff(first, expected)
    if delimiter is None and chosen != ",":
        notes = (f"cells are separated by {DELIMITERS[chosen]}",)
    headings = _headings(feed, chosen, name)
    if len(headings) == 1 and delimiter is not None:
        _blame_delimiter(headings[0], chosen, name)
    return Table(name, headings, _rows(feed, chosen, len(headings)), notes)


class Feed:
    """The lines of a file for the reader, able to hand lines out again when a record turns out to be broken."""

    def __init__(self, lines: TextIO, name: str) -> None:
        self._lines = lines
        self._name = name
        self._again: list[str] = []
        self.taken: list[str] = []
        self.line = 1
        """The line on which the record at hand starts."""

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._read(self.line + len(self.taken))
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def _read(self, number: int) -> str:
        return read_line(self._lines, self._name, number)

    def peek(self, count: int) -> list[str]:
        """Return up to ``count`` lines without taking them."""
        lines: list[str] = []
        while len(lines) < count and sum(map(len, lines)) < LONGEST_LINE and (line := self._read(len(lines) + 1)):
            lines.append(line)
        self._again = lines[::-1]
        return lines

    def skip(self) -> None:
        """Drop one line."""
        next(self)
        self.settle()

    def settle(self) -> None:
        """Forget the lines of the record that was read: the next one starts behind them."""
        self.line += len(self.taken)
        self.taken.clear()

    def back_up(self) -> str:
        """Take one line as read and hand the others out again; return that line."""
        first, *rest = self.taken
        self._again.extend(reversed(rest))
        self.taken[:] = [first]
        return first


def _rows(feed: Feed, delimiter: str, width: int) -> Iterator[Row | Refused]:
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.settle()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text = feed.back_up()
            yield Refused(feed.line, text.rstrip("\r\n")[:SHOWN], _reason(str(error)))
            continue
        if len(cells) == width and not _has_nul(feed.taken):
            yield Row(feed.line, cells)
        elif cells:
            text = "".join(feed.taken).rstrip("\r\n")[:SHOWN]
            yield Refused(feed.line, text, _misfit(len(cells), width, len(feed.taken)))


def _has_nul(lines: list[str]) -> bool:
    return any("\0" in line for line in lines)


def _misfit(cells: int, width: int, lines: int) -> str:
    over = f", over {lines} lines" if lines > 1 else ""
    if cells == width:
        return f"it holds a NUL byte{over}"
    return f"{'too many' if cells > width else 'too few'} cells: {cells} instead of {width}{over}"


def _reason(error: str) -> str:
    if "unexpected end" in error or "field limit" in error:
        return "a quote is opened and never closed"
    if "expected after" in error:
        return "a quote is closed in the middle of a cell (a quote inside a quoted cell is written twice)"
    return f"not readable: {error}"


def _headings(feed: Feed, delimiter: str, name: str) -> tuple[str, ...]:
    reader = csv.reader(feed, delimiter=delimiter)
    try:
        headings = next(filter(None, reader), None)
    except csv.Error as error:
        raise DataError(problems.unreadable(name, f"its headings on line 1: {_reason(str(error))}")) from error
    if headings is None:
        raise DataError(problems.empty(name))
    if len(headings) > MOST_COLUMNS:
        raise DataError(problems.unreadable(name, f"it has {len(headings):,} columns, more than {MOST_COLUMNS:,}"))
    return tuple(headings)


def _sniff(lines: list[str], expected: Collection[str]) -> str:
    """Return the mark under which most expected headings are found; among equals the one that splits most lines alike."""
    wanted = {heading.strip().casefold() for heading in expected}

    def merit(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return (0, 0, 0)
        found = sum(heading.strip().casefold() in wanted for heading in rows[0])
        alike = sum(len(row) == len(rows[0]) for row in rows)
        return (found, alike if len(rows[0]) > 1 else 0, len(rows[0]))

    return max(DELIMITERS, key=merit)


def _blame_delimiter(heading: str, used: str, name: str) -> None:
    other = max(DELIMITERS, key=heading.count)
    if other != used and heading.count(other):
        raise DataError(problems.wrong_delimiter(name, DELIMITERS.get(used, f"`{used}`"), other))
