"""CSV and TSV files into views of DuckDB, where its reader surely finds what the careful one finds (``vetting``)."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from revrules.tables.delimited import DELIMITERS, SAMPLE_LINES, delimited
from revrules.tables.duck import TEXT, literal_path, quoted_text
from revrules.tables.vetting import NotPushed, packing, vet

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from revrules.tables.opening import Reading
    from revrules.tables.source import Source

HEAD = 1 << 20
"""Bytes in which headings and marks are looked for."""
OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
NO_NULL = "chr(1) || 'revrules'"
"""What no cell holds: an empty cell is an empty text."""


class Delimited:
    """One or several files with the same headings: what ``select`` gives DuckDB to read, and what is known of their lines."""

    def __init__(self, sources: Sequence[Source], format_: str, reading: Reading, expected: Collection[str]) -> None:
        given = reading.delimiter or ("\t" if format_ == "tsv" else None)
        opened = [_opened(source, reading, given, expected) for source in sources]
        self.headings, self.mark, self.notes = opened[0]
        if any((headings, mark) != (self.headings, self.mark) for headings, mark, _ in opened):
            raise NotPushed("its files have headings of their own")
        vetted = [vet(source, self.mark) for source in sources]
        self.rows = tuple(found.lines - 1 for found in vetted)
        self.plain = all(found.plain for found in vetted)
        self._paths = [source.path or "" for source in sources]
        self._packing = packing(sources)

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the columns: texts."""
        return (TEXT,) * len(self.headings)

    def select(self) -> str:
        """Return the SQL that reads the cells, as texts in columns by position."""
        columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(self.headings)))
        files = ", ".join(quoted_text(literal_path(path)) for path in self._paths)
        options = f"delim = {quoted_text(self.mark)}, quote = '\"', escape = '\"', header = true, auto_detect = false"
        options += f", nullstr = {NO_NULL}, hive_partitioning = false, compression = {quoted_text(self._packing)}"
        return f"SELECT * FROM read_csv([{files}], columns = {{{columns}}}, {options})"


def _opened(
    source: Source, reading: Reading, given: str | None, expected: Collection[str]
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return headings, the mark between cells, and notes, as the careful reader finds them."""
    head = _head_of(source, reading)
    table = delimited(io.StringIO(head, newline=""), source.name, delimiter=given, expected=expected)
    headings = table.headings or ()
    mark = given or next((mark for mark, words in DELIMITERS.items() if any(words in note for note in table.notes)), ",")
    first = head.split("\n", 1)[0]
    if len(headings) < 2 or not mark.isascii() or next(csv.reader([first], delimiter=mark), []) != list(headings):
        raise NotPushed("its headings are of a rare form")
    return headings, mark, table.notes


def _head_of(source: Source, reading: Reading) -> str:
    """Return the first lines of a file, which is UTF-8 as far as one sees; DuckDB refuses what is not further on."""
    if reading.encoding is not None and reading.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        raise NotPushed(f"it is read as {reading.encoding}")
    with source.open() as stream:
        data = stream.read(HEAD)
        whole = not stream.read(1)
    if data.startswith(OTHER_MARKS) or b"\0" in data:
        raise NotPushed("it is not UTF-8")
    cut = data if whole else data[: data.rfind(b"\n") + 1]
    if not whole and cut.count(b"\n") <= SAMPLE_LINES:
        raise NotPushed("its lines are very long")
    try:
        return cut.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotPushed("it is not UTF-8") from error
