"""Streams of Arrow's PyCapsule protocol into rows, without a package for Arrow: DuckDB reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class ArrowStream(Protocol):
    """Whatever can be read as a stream of Arrow's record batches: once, or as often as wanted."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the capsule of a stream."""


class Once:
    """A stream with just the methods of the protocol, so that DuckDB needs no other package to read it."""

    def __init__(self, stream: ArrowStream) -> None:
        self._stream = stream
        if hasattr(stream, "__arrow_c_schema__"):
            self.__arrow_c_schema__ = stream.__arrow_c_schema__

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the capsule of the stream."""
        return self._stream.__arrow_c_stream__(requested_schema)


def registered(connection: DuckDBPyConnection, name: str, stream: ArrowStream) -> None:
    """Make a stream a table of that name."""
    connection.register(name, Once(stream))


def rows_of(stream: ArrowStream) -> list[tuple[object, ...]]:
    """Return all rows of a stream as Python values."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        registered(connection, "stream", stream)
        return [tuple(row) for row in connection.execute('SELECT * FROM "stream"').fetchall()]
    finally:
        connection.close()
