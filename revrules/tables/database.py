"""Statements into their results on the embedded DuckDB: within limits, with progress, stopped by Ctrl-C."""

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.problems.pushing import unknown_size
from revrules.tables.apart import POLL, apart
from revrules.tables.duck import plain, quoted_text
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Event

    from duckdb import DuckDBPyConnection

    Progress = Callable[[float, int], None]

PATIENCE = 5
"""Seconds that a statement has to stop."""
BATCH = 2048
SIZE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})? ?[KMGT]i?B", re.IGNORECASE)


class Limits(NamedTuple):
    """What a run may use: memory as DuckDB says it (`2GB`), threads; None: what the machine has. ``ordered``: rows come out in
    the order in which they stand in the file, which takes more memory.
    """

    memory: str | None = None
    threads: int | None = None
    ordered: bool = True


UNLIMITED = Limits()


class Database:
    """A connection to a DuckDB of its own. ``on_progress`` hears of the part that is done, 0 to 1, and of the rows."""

    def __init__(self, connection: DuckDBPyConnection, on_progress: Progress | None) -> None:
        self.connection = connection
        self._on_progress = on_progress
        self._locked = False
        self.stuck = False
        """Whether a statement could not be stopped: to close the connection would wait for it."""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return all rows of a statement; Ctrl-C stops it."""
        return apart(lambda: self.connection.execute(sql).fetchall(), self._stop, self._tell)

    def _stop(self, done: Event) -> None:
        """Stop the statement. In rare cases DuckDB waits for its own tasks for ever; it is then left alone."""
        self.stuck = True  # also where one is interrupted once more
        deadline = monotonic() + PATIENCE
        while self.stuck and monotonic() < deadline:
            self.connection.interrupt()
            self.stuck = not done.wait(POLL)

    def stream(self, sql: str) -> Iterator[tuple[object, ...]]:
        """Yield the rows of a statement as they come."""
        cursor = self.connection.execute(sql)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def lock(self, paths: Sequence[str]) -> None:
        """Allow no more files than ``paths``, and no more changes of settings; once done it stays."""
        if self._locked:
            return
        self._locked = True
        listed = ", ".join(map(quoted_text, paths))
        self.connection.execute(f"SET allowed_paths = [{listed}]; SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def _tell(self) -> None:
        if self._on_progress is not None:
            percent = self.connection.query_progress()
            if percent >= 0:
                self._on_progress(percent / 100, 0)


@contextmanager
def database(limits: Limits, on_progress: Progress | None = None) -> Iterator[Database]:
    """Yield a database whose temporary files are removed at the end."""
    import duckdb

    no_extensions = ("autoinstall_known_extensions", "autoload_known_extensions")
    config: dict[str, str | bool | int | float | list[str]] = dict.fromkeys(no_extensions, "false")
    with TemporaryDirectory(prefix="revrules-") as folder:
        connection = duckdb.connect(":memory:", config=config)
        found = Database(connection, on_progress)
        try:
            connection.execute(f"SET temp_directory = {quoted_text(folder)}; SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
            if limits.memory is not None:
                _limit_memory(connection, limits.memory)
            if limits.threads is not None:
                connection.execute(f"SET threads = {limits.threads}")
            if limits.ordered:  # joins, which are made of lists of values, keep no order
                connection.execute("SET disabled_optimizers = 'in_clause'")
            else:
                connection.execute("SET preserve_insertion_order = false")
            yield found
        finally:
            if not found.stuck:
                connection.close()


def _limit_memory(connection: DuckDBPyConnection, size: str) -> None:
    if not SIZE.fullmatch(size):
        raise DataError(unknown_size(size))
    connection.execute(f"SET memory_limit = {quoted_text(size)}")


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn DuckDB's errors about a disk into OSError."""
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        full = any(word in str(error).lower() for word in ("space", "too large", "disk quota"))
        raise OSError(errno.ENOSPC if full else errno.EIO, plain(error), path) from error


def as_data_error(name: str, error: Exception) -> DataError:
    """Return what stops a run whose statement failed."""
    return DataError(problems.unreadable(name, plain(error)))
