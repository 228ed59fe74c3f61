"""Files and tables into views of DuckDB: columns by their position, with the names of their types."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.held_types import held_by
from revrules.backends.sql.sources import Held, SourceColumn
from revrules.problems import data as problems
from revrules.tables.delimited import DELIMITERS, SAMPLE_LINES, delimited
from revrules.tables.duck import AS_TEXT, INTERVAL, TEXT, plain, quoted, quoted_text
from revrules.tables.failure import DataError
from revrules.tables.opening import format_of
from revrules.tables.source import open_source
from revrules.tables.vetting import NotPushed, vet

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

    from revrules.ir import FieldDecl
    from revrules.tables.opening import Reading
    from revrules.tables.source import Source

WHITE_SPACE = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What makes a key blank."""
HEAD = 1 << 20
"""Bytes in which headings and marks are looked for."""
OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
NO_NULL = "chr(1) || 'revrules'"
"""What no cell holds: an empty cell is an empty text."""
INSTANT = "TIMESTAMP WITH TIME ZONE"
INSTANT_TEXT = "strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"


class View(NamedTuple):
    """A table in DuckDB: ``c0``, ``c1``, … are its columns, of ``types``, ``t0``, … those of instants as texts.

    ``unit`` is what a row is in the file; where ``plain``, row 1 is the unit after ``before``. ``rows`` is how many lines hold
    them, where there are lines. ``files`` are what the view reads.
    """

    name: str
    view: str
    headings: tuple[str, ...]
    types: tuple[str, ...]
    files: tuple[str, ...]
    reading: Reading
    expected: tuple[str, ...] = ()
    unit: str = "record"
    notes: tuple[str, ...] = ()
    before: int = 0
    plain: bool = True
    rows: int | None = None

    def column(self, position: int, field: FieldDecl) -> SourceColumn:
        """Return the column at a position, as it is read for a field."""
        type_ = self.types[position]
        if type_ == INSTANT and (str(field.type) != "datetime" or any(isinstance(text, str) for text in field.missing_when)):
            return SourceColumn(f"t{position}", Held.TEXT, TEXT)
        if _is_text(type_):
            return SourceColumn(f"c{position}", Held.TEXT, TEXT)
        return SourceColumn(f"c{position}", held_by(type_, Dialect.DUCKDB), type_)


def open_view(connection: DuckDBPyConnection, view: str, path: str, reading: Reading, expected: Collection[str]) -> View:
    """Return a view over the file at ``path``, whose ``expected`` headings help to tell the mark between cells.

    Raises ``NotPushed`` for what DuckDB would not surely read as Python does, ``DataError`` for what nobody can read.
    """
    import duckdb

    source = open_source(path)
    if source.content is not None or source.path is None:
        raise NotPushed("it comes from standard input")
    if source.packed:
        raise NotPushed(f"`{path}` is packed")
    format_ = reading.format or format_of(source)
    try:
        if format_ == "parquet":
            return _parquet_view(connection, view, source, reading)
        if format_ in ("csv", "tsv"):
            return _delimited_view(connection, view, source, format_, reading, expected)
    except duckdb.Error as error:
        if format_ == "parquet":
            raise DataError(problems.broken_parquet(source.name, plain(error))) from error
        raise NotPushed(f"DuckDB reads it otherwise: {plain(error)}") from error
    raise NotPushed(f"`{path}` is JSON")


def _parquet_view(connection: DuckDBPyConnection, view: str, source: Source, reading: Reading) -> View:
    files = f"read_parquet({quoted_text(source.path or '')})"
    described = describe(connection, files)
    items = []
    for position, (heading, type_) in enumerate(described):
        column = quoted(heading)
        if type_ == INSTANT:
            items.append(f"{INSTANT_TEXT.format(column=column)} AS t{position}")
        items.append(f"{_held(column, type_)} AS c{position}")
    connection.execute(f"CREATE VIEW {view} AS SELECT {', '.join(items)} FROM {files}")
    types = tuple(TEXT if _is_text(type_) else type_ for _, type_ in described)
    return View(source.name, view, tuple(heading for heading, _ in described), types, (source.path or "",), reading)


def _delimited_view(
    connection: DuckDBPyConnection, view: str, source: Source, format_: str, reading: Reading, expected: Collection[str]
) -> View:
    """Return a view over CSV or TSV. Headings and the mark between cells are found as Python finds them."""
    head = _head_of(source, reading)
    given = reading.delimiter or ("\t" if format_ == "tsv" else None)
    table = delimited(io.StringIO(head, newline=""), source.name, delimiter=given, expected=expected)
    headings = table.headings or ()
    mark = given or next((mark for mark, words in DELIMITERS.items() if any(words in note for note in table.notes)), ",")
    first = head.split("\n", 1)[0]
    if len(headings) < 2 or not mark.isascii() or next(csv.reader([first], delimiter=mark), []) != list(headings):
        raise NotPushed("its headings are of a rare form")
    vetted = vet(source, mark)
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(headings)))
    options = f"delim = {quoted_text(mark)}, quote = '\"', escape = '\"', header = true, auto_detect = false, nullstr = {NO_NULL}"
    files = f"read_csv({quoted_text(source.path or '')}, columns = {{{columns}}}, {options})"
    connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {files}")
    types = (TEXT,) * len(headings)
    return View(
        source.name,
        view,
        headings,
        types,
        (source.path or "",),
        reading,
        tuple(expected),
        "line",
        table.notes,
        1,
        vetted.plain,
        vetted.lines - 1,
    )


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


def key_as_written(column: str, type_: str) -> str:
    """Return a key as the text that Python makes of it, NULL where that is blank; raises ``NotPushed`` for rare types."""
    if type_ == TEXT:
        blank = f"trim({column}, {quoted_text(WHITE_SPACE)}) = ''"
        return f"CASE WHEN {column} BETWEEN '!' AND '~' THEN {column} WHEN {blank} THEN NULL ELSE {column} END"
    if type_.endswith("INT") or type_ in ("INTEGER", "DATE") or type_.startswith("DECIMAL"):
        return f"CAST({column} AS VARCHAR)"
    raise NotPushed(f"the key is a column of the type {type_}")


def describe(connection: DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    """Return the names and types of the columns of ``source``, SQL."""
    return [(str(name), str(type_)) for name, type_, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def _is_text(type_: str) -> bool:
    return type_ in AS_TEXT or type_ == TEXT or type_.startswith("ENUM(")


def _held(column: str, type_: str) -> str:
    """Return a column as Python would get it of a file: some types as text."""
    if type_ == "INTERVAL":
        return INTERVAL.format(column=column)
    return f"CAST({column} AS VARCHAR)" if _is_text(type_) and type_ != TEXT else column
