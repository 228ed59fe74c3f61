"""Streams of Arrow into rows and files, without a package for Arrow: DuckDB reads them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from revrules.tables.database import writing
from revrules.tables.duck import quoted, quoted_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from revrules.tables.arrow import ArrowStream

BATCH = 2048


class Once:
    """A stream with just the methods of the protocol, so that DuckDB needs no other package to read it."""

    def __init__(self, stream: ArrowStream) -> None:
        self._stream = stream
        if hasattr(stream, "__arrow_c_schema__"):
            self.__arrow_c_schema__ = stream.__arrow_c_schema__

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the capsule of the stream."""
        return self._stream.__arrow_c_stream__(requested_schema)


def rows_of(stream: ArrowStream) -> list[tuple[object, ...]]:
    """Return all rows of a stream as Python values."""
    return list(each_row(stream))


def each_row(stream: ArrowStream) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a stream as Python values, as they come."""
    with _reading(stream) as connection:
        cursor = connection.execute('SELECT * FROM "stream"')
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def write_parquet(stream: ArrowStream, path: str, types: Mapping[str, str]) -> int:
    """Write the rows of a stream as a Parquet file, the columns ``types`` as these types of DuckDB; return how many there are.

    Raises OSError where the disk refuses.
    """
    casts = ", ".join(f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" for name, type_ in types.items())
    rows = f'SELECT *{f" REPLACE ({casts})" if casts else ""} FROM "stream"'
    with _reading(stream) as connection, writing(path):
        connection.execute(f"COPY ({rows}) TO {quoted_text(path)} (FORMAT parquet, COMPRESSION zstd)")
        found = connection.fetchone()
        return 0 if found is None else int(found[0])


def reading_errors() -> tuple[type[Exception], ...]:
    """Return the errors by which one learns, while rows come, that their stream has ended badly."""
    import duckdb

    return (duckdb.InvalidInputException, duckdb.ConversionException)


@contextmanager
def _reading(stream: ArrowStream) -> Iterator[DuckDBPyConnection]:
    """Yield a database of which the stream is a table of that name."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("stream", Once(stream))
        yield connection
    finally:
        connection.close()
