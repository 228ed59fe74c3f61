"""What every reader yields: rows with the places that they came from, and rows that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Row(NamedTuple):
    """One record as read. ``cells`` go by position (delimited text, Parquet) or by name (JSON).

    ``line`` is the physical line on which the record starts, or its number in files without lines.
    """

    line: int
    cells: Sequence[object] | Mapping[str, object]


class Refused(NamedTuple):
    """A row that cannot be read: where, the start of what stands there, and why."""

    line: int
    text: str
    reason: str


class Table(NamedTuple):
    """An opened table. ``headings`` are None where each row brings its own names (JSON); ``notes`` tell how it was read.

    ``unit`` is what ``Row.line`` counts: line or record. ``types`` are DuckDB's names of the columns' types, where they have any.
    ``close`` lets go of the file; reading all rows does that, too. How far reading has come is told by ``total``, the number of
    records, or by ``share``, which gives the part of the file's bytes that were read, 0 to 1; neither where it is not known.
    """

    name: str
    headings: tuple[str, ...] | None
    rows: Iterator[Row | Refused]
    notes: tuple[str, ...] = ()
    unit: str = "line"
    types: tuple[str, ...] | None = None
    close: Callable[[], object] = tuple
    total: int | None = None
    share: Callable[[], float] | None = None
