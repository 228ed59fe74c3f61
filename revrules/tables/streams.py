"""Streams of Arrow into rows and files, without a package for Arrow: DuckDB reads them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from revrules.tables.apart import POLL, apart
from revrules.tables.database import writing
from revrules.tables.duck import quoted, quoted_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from threading import Event

    from duckdb import DuckDBPyConnection

    from revrules.tables.arrow import ArrowStream

BATCH = 2048


class Coming:
    """A stream with just the methods of the protocol, so that DuckDB needs no other package to read it, and what ends it."""

    def __init__(self, stream: ArrowStream, stop: Callable[[], None]) -> None:
        self._stream = stream
        self.stop = stop
        if hasattr(stream, "__arrow_c_schema__"):
            self.__arrow_c_schema__ = stream.__arrow_c_schema__

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the capsule of the stream."""
        return self._stream.__arrow_c_stream__(requested_schema)


def each_row(stream: Coming) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a stream as Python values, as they come."""
    with _reading(stream) as connection:
        end = partial(_end, stream)
        cursor = apart(lambda: connection.execute('SELECT * FROM "stream"'), end)
        while batch := apart(lambda: cursor.fetchmany(BATCH), end):
            yield from batch


def write_parquet(stream: Coming, path: str, types: Mapping[str, str]) -> int:
    """Write the rows of a stream as a Parquet file, the columns ``types`` as these types of DuckDB; return how many there are.

    Raises OSError where the disk refuses.
    """
    casts = ", ".join(f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" for name, type_ in types.items())
    rows = f'SELECT *{f" REPLACE ({casts})" if casts else ""} FROM "stream"'
    copy = f"COPY ({rows}) TO {quoted_text(path)} (FORMAT parquet, COMPRESSION snappy)"
    with _reading(stream) as connection, writing(path):
        found = apart(lambda: connection.execute(copy).fetchone(), partial(_end, stream))
        return 0 if found is None else int(found[0])


def reading_errors() -> tuple[type[Exception], ...]:
    """Return the errors by which one learns, while rows come, that their stream has ended badly."""
    import duckdb

    return (duckdb.InvalidInputException, duckdb.ConversionException)


def _end(stream: Coming, ended: Event) -> None:
    """End a stream, and wait for those who read it."""
    with suppress(Exception):  # what has ended already cannot be stopped
        stream.stop()
    while not ended.is_set():
        with suppress(KeyboardInterrupt):  # the first one is on its way
            ended.wait(POLL)


@contextmanager
def _reading(stream: Coming) -> Iterator[DuckDBPyConnection]:
    """Yield a database of which the stream is a table of that name."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("stream", stream)
        yield connection
    finally:
        connection.close()
