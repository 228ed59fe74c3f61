"""Files and tables into views of DuckDB: columns by their position, with the names of their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.held_types import held_by
from revrules.backends.sql.sources import Held, SourceColumn
from revrules.problems import data as problems
from revrules.tables.duck import AS_TEXT, INTERVAL, TEXT, plain, quoted, quoted_text
from revrules.tables.failure import DataError
from revrules.tables.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from revrules.ir import FieldDecl
    from revrules.tables.opening import Reading

WHITE_SPACE = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What makes a key blank."""
INSTANT = "TIMESTAMP WITH TIME ZONE"
INSTANT_TEXT = "strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"


class NotPushed(Exception):  # noqa: N818 - not an error: Python does it instead
    """Raised where DuckDB cannot be asked to read or to place in the same way as Python; says why, as a clause."""


class View(NamedTuple):
    """A table in DuckDB: ``c0``, ``c1``, … are its columns, ``t0``, … those of instants as texts, ``unit`` what a row is in the
    file. ``types`` are those of the columns of the file.
    """

    name: str
    view: str
    headings: tuple[str, ...]
    types: tuple[str, ...]
    unit: str = "record"
    notes: tuple[str, ...] = ()

    def column(self, position: int, field: FieldDecl) -> SourceColumn:
        """Return the column at a position, as it is read for a field."""
        type_ = self.types[position]
        if type_ == INSTANT and (str(field.type) != "datetime" or any(isinstance(text, str) for text in field.missing_when)):
            return SourceColumn(f"t{position}", Held.TEXT, TEXT)
        if _is_text(type_):
            return SourceColumn(f"c{position}", Held.TEXT, TEXT)
        return SourceColumn(f"c{position}", held_by(type_, Dialect.DUCKDB), type_)


def make_view(connection: DuckDBPyConnection, name: str, view: str, source: str, described: Sequence[tuple[str, str]]) -> View:
    """Make a view over ``source``, SQL with columns of these names and types; return what it is."""
    items = []
    for position, (heading, type_) in enumerate(described):
        column = quoted(heading)
        if type_ == INSTANT:
            items.append(f"{INSTANT_TEXT.format(column=column)} AS t{position}")
        items.append(f"{_held(column, type_)} AS c{position}")
    connection.execute(f"CREATE VIEW {view} AS SELECT {', '.join(items)} FROM {source}")
    types = tuple(TEXT if _is_text(type_) else type_ for _, type_ in described)
    return View(name, view, tuple(heading for heading, _ in described), types)


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


def open_view(connection: DuckDBPyConnection, view: str, path: str, reading: Reading) -> View:
    """Return a view over the file at ``path``; raises ``DataError`` for what cannot be read."""
    import duckdb

    source = open_source(path)
    name = source.name
    files = f"read_parquet({quoted_text(path)})"
    try:
        return make_view(connection, name, view, files, describe(connection, files))
    except duckdb.Error as error:
        raise DataError(problems.broken_parquet(name, plain(error))) from error
