"""Parquet files into rows, placed rows into Parquet files: the one door to duckdb."""

from __future__ import annotations

import errno
import json
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.rows import Row, Table
from revrules.tables.writers import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

BATCH = 2048
USUAL_LARGEST = 1 << 24
"""Bytes of one row written to Parquet for which DuckDB makes room, unless a row is larger."""
AS_TEXT = frozenset({"UUID", "TIMESTAMP_NS", "TIME", "TIME WITH TIME ZONE", "BIT", "BLOB", "INTERVAL", "VARIANT", "GEOMETRY"})
"""Types whose values are read as text: Python has none of their own, or no field can hold them."""
TEXT = "VARCHAR"
INTERVAL = (
    "CASE WHEN datepart('year', {column}) <> 0 OR datepart('month', {column}) <> 0 THEN CAST({column} AS VARCHAR) "
    "ELSE printf('%sPT%d.%06dS', CASE WHEN epoch_us({column}) < 0 THEN '-' ELSE '' END, "
    "abs(epoch_us({column})) // 1000000, abs(epoch_us({column})) % 1000000) END"
)
"""A length of time in ISO 8601; one with months has no fixed length and stays as DuckDB writes it."""


def read_parquet(path: str, name: str) -> Table:
    """Return the rows of a Parquet file with values of their own types, read in batches; raises ``DataError``."""
    import duckdb

    connection = _connect()
    try:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone()
        picked = ", ".join(_readable(str(column), str(type_)) for column, type_, *_ in described)
        connection.execute(f"SELECT {picked} FROM read_parquet(?)", [path])
    except (duckdb.Error, UnicodeDecodeError) as error:
        connection.close()
        raise DataError(problems.broken_parquet(name, plain(error))) from error
    headings = tuple(str(column) for column, *_ in described)
    types = tuple(TEXT if type_ in AS_TEXT else str(type_) for _, type_, *_ in described)
    total = counted[0] if counted is not None else None
    return Table(name, headings, _rows(connection, name), unit="record", types=types, close=connection.close, total=total)


def write_parquet(path: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
    """Write ``rows`` to ``path``; ``columns`` are names and DuckDB types. Raises OSError when the disk refuses.

    The rows go through a temporary file of JSON lines, so that memory stays bounded.
    """
    import duckdb

    names = distinct([name for name, _ in columns])
    declared = ", ".join(f"{quoted_text(f'c{i}')}: {quoted_text(type_)}" for i, (_, type_) in enumerate(columns))
    named = ", ".join(f"c{i} AS {quoted(name)}" for i, name in enumerate(names))
    with TemporaryDirectory(prefix="revrules-") as folder:
        lines = f"{folder}/rows.json"
        largest = _write_lines(lines, rows)
        reading = f"format = 'newline_delimited', columns = {{{declared}}}, maximum_object_size = {largest}"
        source = f"read_json({quoted_text(lines)}, {reading})"
        connection = _connect()
        try:
            connection.execute(f"SET temp_directory = {quoted_text(folder)}")
            connection.execute(f"COPY (SELECT {named} FROM {source}) TO {quoted_text(path)} (FORMAT parquet, COMPRESSION snappy)")
        except duckdb.IOException as error:
            full = any(word in str(error).lower() for word in ("space", "too large", "disk quota"))
            raise OSError(errno.ENOSPC if full else errno.EIO, plain(error), path) from error
        finally:
            connection.close()


def _write_lines(path: str, rows: Iterable[Sequence[object]]) -> int:
    """Write ``rows`` as JSON lines; return the room that the largest one needs."""
    largest = USUAL_LARGEST
    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a plain file of our own
        for row in rows:
            line = json.dumps({f"c{i}": json_value(value) for i, value in enumerate(row)}, default=str)
            stream.write(line + "\n")
            largest = max(largest, len(line) + 2)
    return largest


def _connect() -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
    return connection


def _rows(connection: DuckDBPyConnection, name: str) -> Iterator[Row]:
    import duckdb

    number = 0
    try:
        while batch := connection.fetchmany(BATCH):
            for cells in batch:
                number += 1
                yield Row(number, cells)
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise DataError(problems.broken_parquet(name, plain(error))) from error
    finally:
        connection.close()


def _readable(column: str, type_: str) -> str:
    """Return the SQL for a column whose values Python can hold without further packages."""
    name = quoted(column)
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
    if type_ == "INTERVAL":
        return f"{INTERVAL.format(column=name)} AS {name}"
    if type_ in AS_TEXT:
        return f"CAST({name} AS VARCHAR) AS {name}"
    return name


def distinct(names: Sequence[str]) -> list[str]:
    """Return ``names`` as Parquet can hold them: none empty, none like another but for case."""
    taken: set[str] = set()
    found = []
    for position, name in enumerate(names, 1):
        kept = name or f"column_{position}"
        while kept.casefold() in taken:
            kept += "_"
        taken.add(kept.casefold())
        found.append(kept)
    return found


def plain(error: Exception) -> str:
    """Return what an error says, on one line."""
    return " ".join(str(error).split())[:200]


def quoted(name: str) -> str:
    """Return a name in quotes, as DuckDB takes it."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(value: str) -> str:
    """Return a text in quotes, as DuckDB takes it."""
    return "'" + value.replace("'", "''") + "'"


def literal_path(path: str) -> str:
    """Return a path as DuckDB takes it for that one file, whatever is in its name."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
