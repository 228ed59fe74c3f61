"""Rows of cells into CSV, JSON lines or a table for the eye."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TextIO

from revrules.tables.answers import flat

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.backends.sql.outputs import Bit

    Cells = Sequence[object]

WIDEST = 40
"""Characters of a cell in a table; longer ones are cut."""
DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
NO_CHARACTERS = dict.fromkeys((*range(32), 127, *range(128, 160), 0x2028, 0x2029, *DIRECTIONS), " ")
"""Line breaks, other control characters and marks that reorder a line: these would break a table (or the terminal)."""


def write_text(stream: TextIO, format_: str, names: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write rows of cells in a format that is text: csv, tsv, jsonl or table."""
    match format_:
        case "jsonl":
            write_jsonl(stream, names, rows)
        case "table":
            write_table(stream, names, rows)
        case _:
            write_csv(stream, names, rows, "\t" if format_ == "tsv" else ",")


def write_csv(stream: TextIO, names: Sequence[str], rows: Iterable[Cells], delimiter: str = ",") -> None:
    """Write ``rows`` with a row of headings, and quotes where they are needed.

    Cells with ``#`` or a carriage return are quoted, too: DuckDB does so, and what it writes has to be the same.
    """
    odd = re.compile(f'["\\n\\r#{re.escape(delimiter)}]')

    def line(cells: Sequence[str]) -> str:
        quoted = ['"' + cell.replace('"', '""') + '"' if odd.search(cell) else cell for cell in cells]
        return (delimiter.join(quoted) if quoted != [""] else '""') + "\n"

    stream.write(line(names))
    stream.writelines(line([flat(cell) for cell in row]) for row in rows)


def write_bits(stream: TextIO, bits: Iterable[Bit]) -> None:
    """Write what the bits of sets mean: column, stage (empty: nowhere; `*`: everywhere), the bit and its value, the name."""
    import csv

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("column", "stage", "bit", "value", "name"))
    for bit in bits:
        writer.writerow((bit.column, "*" if bit.anywhere else bit.stage or "", bit.bit, 1 << bit.bit, bit.name))


def write_jsonl(stream: TextIO, names: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write one JSON object per row; what JSON has no notation for becomes text."""
    for row in rows:
        stream.write(
            json.dumps(dict(zip(names, map(json_value, row), strict=True)), ensure_ascii=False, allow_nan=False, default=str)
        )
        stream.write("\n")


def write_table(stream: TextIO, names: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write rows in columns that are as wide as they need to be."""
    lines = [list(names), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["─" * wide for wide in widths])
    for line in lines:
        padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True))
        stream.write("  ".join(padded).rstrip() + "\n")


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def json_value(cell: object) -> object:
    """Return ``cell`` for JSON: NaN and infinity, for which JSON has no notation, as text."""
    return str(cell) if isinstance(cell, float) and cell - cell != 0 else cell


def _shown(cell: object) -> str:
    text = flat(cell).translate(NO_CHARACTERS)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
