"""A Spark session into the types of tables and the rows of statements: the one door to pyspark."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.engines.sources import named_table
from revrules.problems import engines as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession

    from revrules.engines.sources import TableAt

MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.storeAssignmentPolicy": "ANSI",
}
"""Settings on which the meaning of a statement depends."""
JIT_LIMIT = {"spark.sql.codegen.hugeMethodLimit": "8000"}
"""Bytes beyond which Java interprets a method for good. Spark makes one method of a statement, which takes three times as long as
the small ones that it makes where it knows this limit.
"""
SETTINGS = MEANING | {
    **JIT_LIMIT,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": "-Xss16m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
}
"""Of a session that is made here. Long conditions are parsed recursively, which needs more than the usual stack."""


class Spark:
    """A session. Raises ``DataError`` for whatever Spark says no to."""

    dialect = Dialect.SPARK

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def table(self, name: str) -> TableAt:
        """Return a table or view of the catalog, its name written as in SQL; raises ``DataError`` for none."""
        return named_table(name, self.dialect, self.describe(name))

    def describe(self, table: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns of a table or view; raises ``DataError`` for none."""
        with refusals():
            if not self.session.catalog.tableExists(table):
                raise DataError(problems.no_table(table, "Spark's catalog"))
            return columns_of(self.session.table(table))

    def frame(self, statement: str) -> DataFrame:
        """Return the rows of a statement as a frame, not worked out yet."""
        with refusals():
            return self.session.sql(statement)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        with refusals():
            return [tuple(row) for row in self.session.sql(statement).collect()]

    def each(self, statement: str) -> Iterator[tuple[object, ...]]:
        """Yield the rows of a statement, part by part."""
        with refusals():
            for row in self.session.sql(statement).toLocalIterator():
                yield tuple(row)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what Spark says no to into ``DataError``."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise DataError(problems.refused("Spark", _plain(error))) from error


def local_session(memory: str | None = None, threads: int | None = None, *, progress: bool = False) -> SparkSession:
    """Return the session of this process; one is started if there is none, which takes about ten seconds.

    ``memory`` as Spark writes it (`2g`); ``threads`` None means all; ``progress``: Spark shows its bars on standard error.
    Raises ``DataError`` where Spark or Java is lacking.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise DataError(problems.lacking_driver("Spark", "spark")) from error
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else Spark tells about the names of this machine
    builder = SparkSession.builder.appName("revrules").master(f"local[{threads or '*'}]")
    asked = {"spark.ui.showConsoleProgress": str(progress).lower()} | ({"spark.driver.memory": memory} if memory else {})
    for name, value in (SETTINGS | asked).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise DataError(problems.no_connection("Spark", f"{_plain(error)} (it needs Java 17 or later)")) from error


@contextmanager
def meaning(session: SparkSession) -> Iterator[None]:
    """Have statements mean within the block what they have to, whatever the session is set to; a frame keeps what it means.

    Raises ``DataError`` for a session on a server that is set otherwise: there a frame is worked out as the session is set then.
    """
    before = {name: session.conf.get(name, None) for name in MEANING}
    if ".connect." in type(session).__module__:
        for name in ("spark.sql.session.timeZone", "spark.sql.ansi.enabled"):
            if before[name] != MEANING[name]:
                raise DataError(problems.wrong_setting(name, MEANING[name]))
    try:
        for name, value in MEANING.items():
            session.conf.set(name, value)
        yield
    finally:
        for name, was in before.items():
            if was is None:
                session.conf.unset(name)
            else:
                session.conf.set(name, was)


def active_session() -> SparkSession:
    """Return the session that this thread uses; raises ``DataError`` where there is none."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise DataError(problems.lacking_driver("Spark", "spark")) from error
    session = SparkSession.getActiveSession()
    if session is None:
        raise DataError(problems.no_connection("Spark", "there is no session; make one, or give a frame of one"))
    return session


def columns_of(frame: DataFrame) -> list[tuple[str, str]]:
    """Return the names and types of the columns of a frame."""
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]


def _plain(error: Exception) -> str:
    """Return what Spark said, on one line, without its traces of Java."""
    return " ".join(str(error).split("\n\tat ", 1)[0].split("JVM stacktrace", 1)[0].split())[:300]
