"""Streams of Arrow into rows and files, without a package for Arrow: DuckDB reads them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from revrules.tables.database import writing
from revrules.tables.duck import quoted, quoted_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from revrules.tables.arrow import ArrowStream

BATCH = 2048
POLL = 0.1
"""Seconds between two looks at whether rows have come."""
Result = TypeVar("Result")


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
        cursor = _apart(lambda: connection.execute('SELECT * FROM "stream"'), stream.stop)
        while batch := _apart(lambda: cursor.fetchmany(BATCH), stream.stop):
            yield from batch


def write_parquet(stream: Coming, path: str, types: Mapping[str, str]) -> int:
    """Write the rows of a stream as a Parquet file, the columns ``types`` as these types of DuckDB; return how many there are.

    Raises OSError where the disk refuses.
    """
    casts = ", ".join(f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" for name, type_ in types.items())
    rows = f'SELECT *{f" REPLACE ({casts})" if casts else ""} FROM "stream"'
    copy = f"COPY ({rows}) TO {quoted_text(path)} (FORMAT parquet, COMPRESSION snappy)"
    with _reading(stream) as connection, writing(path):
        found = _apart(lambda: connection.execute(copy).fetchone(), stream.stop)
        return 0 if found is None else int(found[0])


def reading_errors() -> tuple[type[Exception], ...]:
    """Return the errors by which one learns, while rows come, that their stream has ended badly."""
    import duckdb

    return (duckdb.InvalidInputException, duckdb.ConversionException)


def _apart(work: Callable[[], Result], stop: Callable[[], None]) -> Result:
    """Return what ``work`` returns, done by another thread: this one hears of Ctrl-C, and then ends the stream by ``stop``."""
    done: list[Result] = []
    failed: list[Exception] = []
    ended = Event()  # to join a thread and be interrupted takes it for ended (bpo-45274)

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001 - handed on to the thread that waits
            failed.append(error)
        finally:
            ended.set()

    Thread(target=run, daemon=True).start()
    try:
        while not ended.wait(POLL):
            pass
    except BaseException:
        with suppress(Exception):  # what has ended already cannot be stopped
            stop()
        while not ended.is_set():
            with suppress(KeyboardInterrupt):  # the first one is on its way
                ended.wait(POLL)
        raise
    if failed:
        raise failed[0]
    return done[0]


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
