"""Files and tables into views of DuckDB: columns by their position, with the names of their types."""

from __future__ import annotations

import os
from glob import glob
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.held_types import held_by
from revrules.backends.sql.sources import Held, SourceColumn
from revrules.problems import data as problems
from revrules.tables.delimited_views import Delimited
from revrules.tables.duck import AS_TEXT, INTERVAL, TEXT, literal_path, plain, quoted, quoted_text
from revrules.tables.failure import DataError
from revrules.tables.json_views import JsonRecords, json_records, type_for
from revrules.tables.opening import format_of, is_pattern
from revrules.tables.source import open_source, reading_errors, reason
from revrules.tables.vetting import NotPushed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duckdb import DuckDBPyConnection

    from revrules.ir import FieldDecl
    from revrules.tables.opening import Reading
    from revrules.tables.source import Source

WHITE_SPACE = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What makes a key blank."""
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
    parts: tuple[tuple[str, int], ...] = ()
    """The files in their order, with how many rows each has; that of the last does not matter."""
    records: JsonRecords | None = None
    """What is known of records that bring their own names."""

    def unit_of(self, number: str) -> str:
        """Return the SQL for the unit of its file that the row of a ``number``, SQL, is."""
        branches, before = "", 0
        for _, rows in self.parts[:-1]:
            branches += f"WHEN {number} <= {before + rows} THEN {number} - {before} "
            before += rows
        place = f"CASE {branches}ELSE {number} - {before} END" if branches else number
        return f"{place} + {self.before}"

    def place(self, number: int) -> tuple[str, int]:
        """Return in which file the row of that number is, and its number there."""
        for path, rows in self.parts[:-1]:
            if number <= rows:
                return path, number
            number -= rows
        return self.parts[-1][0] if len(self.parts) > 1 else self.name, number

    def column(self, position: int, field: FieldDecl) -> SourceColumn:
        """Return the column at a position, as it is read for a field."""
        type_ = self.types[position] if self.records is None else type_for(self.types[position], field)
        if type_ == INSTANT and (str(field.type) != "datetime" or any(isinstance(text, str) for text in field.missing_when)):
            return SourceColumn(f"t{position}", Held.TEXT, TEXT)
        if _is_text(type_):
            return SourceColumn(f"c{position}", Held.TEXT, TEXT)
        return SourceColumn(f"c{position}", held_by(type_, Dialect.DUCKDB), type_)


def open_view(connection: DuckDBPyConnection, view: str, data: str, reading: Reading, expected: Collection[str]) -> View:
    """Return a view over what ``data`` names: a file, files by a pattern, a table of a database (``file.duckdb::table``).

    ``expected`` headings help to tell the mark between cells. Raises ``NotPushed`` for what DuckDB would not surely read as
    Python does, ``DataError`` for what nobody can read.
    """
    import duckdb

    database, _, name = data.partition("::")
    paths = [data] if os.path.exists(data) else sorted(glob(data, recursive=True)) if is_pattern(data) else [database]  # noqa: PTH110, PTH207
    sources = [open_source(path) for path in paths or [data]]
    formats = {"duckdb" if is_database(source) else reading.format or format_of(source) for source in sources}
    if len(formats) > 1:
        raise NotPushed("its files are of several formats")
    (format_,) = formats
    for source in sources:
        if source.content is not None or source.path is None:
            raise NotPushed("it comes from standard input")
        if source.packed and format_ in ("parquet", "duckdb"):
            raise NotPushed(f"`{source.name}` is packed")
    try:
        return _opened(connection, view, data, format_, sources, reading, expected, name)
    except duckdb.Error as error:
        if format_ == "parquet":
            raise DataError(problems.broken_parquet(data, plain(error))) from error
        if format_ == "duckdb":
            raise DataError(problems.unreadable(data, plain(error))) from error
        raise NotPushed(f"DuckDB reads it otherwise: {plain(error)}") from error
    except reading_errors() as error:
        raise NotPushed(f"it cannot be read: {reason(error)}") from error


def _opened(
    connection: DuckDBPyConnection,
    view: str,
    data: str,
    format_: str,
    sources: Sequence[Source],
    reading: Reading,
    expected: Collection[str],
    name: str,
) -> View:
    paths = [source.path or "" for source in sources]
    found = View(data, view, (), (), (*paths, *map(literal_path, paths)), reading, tuple(expected))
    match format_:
        case "parquet":
            files = ", ".join(quoted_text(literal_path(path)) for path in paths)
            options = "hive_partitioning = false"
            counts = [_count(connection, f"read_parquet({quoted_text(literal_path(path))}, {options})") for path in paths[:-1]]
            parts = tuple(zip(paths, (*counts, 0), strict=True))
            return typed_view(connection, found._replace(parts=parts), f"read_parquet([{files}], {options})", of_parquet=True)
        case "csv" | "tsv":
            cells = Delimited(sources, format_, reading, expected)
            connection.execute(f"CREATE VIEW {view} AS {cells.select()}")
            parts = tuple(zip(paths, cells.rows, strict=True))
            return found._replace(
                headings=cells.headings, types=cells.types, unit="line", notes=cells.notes, before=1, plain=cells.plain,
                rows=sum(cells.rows), parts=parts,
            )  # fmt: skip
        case "duckdb":
            connection.execute(f"ATTACH {quoted_text(paths[0])} AS {view}_database (READ_ONLY)")
            return typed_view(connection, found, _table_in(connection, f"{view}_database", data, name))
        case _:
            records = json_records(connection, sources, format_, reading)
            connection.execute(f"CREATE VIEW {view} AS {records.select}")
            parts = tuple(zip(paths, records.rows, strict=True))
            return found._replace(
                headings=records.headings, types=records.types, unit="line", plain=records.plain, rows=sum(records.rows),
                parts=parts, records=records,
            )  # fmt: skip


def typed_view(connection: DuckDBPyConnection, found: View, source: str, *, of_parquet: bool = False) -> View:
    """Make the view over ``source``, SQL with columns of types; return what it is.

    Statistics of Parquet files leave NaN out, and DuckDB takes them for the whole truth: so nothing is to be concluded from those
    of doubles.
    """
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    columns = [(str(heading), str(type_)) for heading, type_, *_ in described]
    items = []
    for position, (heading, type_) in enumerate(columns):
        column = quoted(heading)
        if of_parquet and type_ in ("DOUBLE", "FLOAT"):
            column = f"CASE WHEN {column} IS NOT NULL THEN {column} END"
        if type_ == INSTANT:
            items.append(f"{INSTANT_TEXT.format(column=column)} AS t{position}")
        items.append(f"{_held(column, type_)} AS c{position}")
    connection.execute(f"CREATE VIEW {found.view} AS SELECT {', '.join(items)} FROM {source}")
    types = tuple(TEXT if _is_text(type_) else type_ for _, type_ in columns)
    return found._replace(headings=tuple(heading for heading, _ in columns), types=types)


def is_database(source: Source) -> bool:
    """Return whether a file is a database of DuckDB."""
    return source.head[8:12] == b"DUCK"


def _table_in(connection: DuckDBPyConnection, database: str, data: str, name: str) -> str:
    """Return the table of that name in a database, without a name the only one; raises ``DataError``."""
    listed = (
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? UNION ALL SELECT schema_name, view_name "
    )
    listed += "FROM duckdb_views() WHERE database_name = ? AND NOT internal ORDER BY 1, 2"
    tables = [(str(schema), str(table)) for schema, table in connection.execute(listed, [database, database]).fetchall()]
    wanted = [found for found in tables if name in ("", found[1], ".".join(found))]
    if len(wanted) != 1:
        raise DataError(problems.which_table(data, name, [table for _, table in tables]))
    return f"{database}.{'.'.join(map(quoted, wanted[0]))}"


def _count(connection: DuckDBPyConnection, source: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {source}").fetchone() or (0,)
    return int(str(count))


def key_as_written(column: str, type_: str) -> str:
    """Return a key as the text that Python makes of it, NULL where that is blank; raises ``NotPushed`` for rare types."""
    if type_ == TEXT:
        blank = f"trim({column}, {quoted_text(WHITE_SPACE)}) = ''"
        return f"CASE WHEN {column} BETWEEN '!' AND '~' THEN {column} WHEN {blank} THEN NULL ELSE {column} END"
    if type_.endswith("INT") or type_ in ("INTEGER", "DATE") or type_.startswith("DECIMAL"):
        return f"CAST({column} AS VARCHAR)"
    raise NotPushed(f"the key is a column of the type {type_}")


def _is_text(type_: str) -> bool:
    return type_ in AS_TEXT or type_ == TEXT or type_.startswith("ENUM(")


def _held(column: str, type_: str) -> str:
    """Return a column as Python would get it of a file: some types as text."""
    if type_ == "INTERVAL":
        return INTERVAL.format(column=column)
    return f"CAST({column} AS VARCHAR)" if _is_text(type_) and type_ != TEXT else column
