"""A Spark session into the types of tables and the rows of statements: the one door to pyspark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.problems import engines as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": "-Xss16m",
    "spark.log.level": "ERROR",
}
"""Of a session that is made here. Long conditions are parsed recursively, which needs more than the usual stack."""


class Spark:
    """A session. Raises ``DataError`` for whatever Spark says no to."""

    dialect = Dialect.SPARK

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def describe(self, table: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns of a table or view; raises ``DataError`` for none."""
        if not self.session.catalog.tableExists(table):
            raise DataError(problems.no_table(table, "Spark's catalog"))
        return columns_of(self.session.table(table))

    def frame(self, statement: str) -> DataFrame:
        """Return the rows of a statement as a frame, not worked out yet."""
        from pyspark.errors import PySparkException

        try:
            return self.session.sql(statement)
        except PySparkException as error:
            raise DataError(problems.refused("Spark", _plain(error))) from error

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        from pyspark.errors import PySparkException

        try:
            return [tuple(row) for row in self.session.sql(statement).collect()]
        except PySparkException as error:
            raise DataError(problems.refused("Spark", _plain(error))) from error


def local_session(memory: str | None = None, threads: int | None = None) -> SparkSession:
    """Return the session of this process; one is started if there is none, which takes about ten seconds.

    ``memory`` as Spark writes it (`2g`); ``threads`` None means all. Raises ``DataError`` where Spark or Java is lacking.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise DataError(problems.lacking_driver("Spark", "spark")) from error
    builder = SparkSession.builder.appName("revrules").master(f"local[{threads or '*'}]")
    for name, value in (SETTINGS | ({"spark.driver.memory": memory} if memory else {})).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise DataError(problems.no_connection("Spark", f"{_plain(error)} (it needs Java 17 or later)")) from error


def columns_of(frame: DataFrame) -> list[tuple[str, str]]:
    """Return the names and types of the columns of a frame."""
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
