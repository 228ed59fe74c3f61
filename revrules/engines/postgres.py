"""A Postgres database into the types of its tables and the rows of statements: the one door to its driver (ADBC)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from revrules.backends.sql.dialects import Dialect
from revrules.problems import engines as problems
from revrules.tables.arrow import rows_of
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from types import TracebackType

    from adbc_driver_manager.dbapi import Connection, Cursor

COLUMNS = """
SELECT a.attname, CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
  ELSE format_type(a.atttypid, a.atttypmod) END
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass({table}) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
"""Names and types of a table's columns; a domain has the type that it is made of."""
SECRET = re.compile(r"(?<=://)([^:@/]*):[^@]*@|(?<=password=)[^ &]*")


class Streamed(Protocol):
    """What Arrow's PyCapsule protocol calls a stream."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

    def __arrow_c_schema__(self) -> object: ...


class Postgres:
    """A connection to a database at ``url`` (`postgresql://user@host/name`). A context manager; statements are one transaction,
    which ends well only with the block. Raises ``DataError`` for whatever the database says no to.
    """

    dialect = Dialect.POSTGRES

    def __init__(self, url: str) -> None:
        try:
            import adbc_driver_manager
            from adbc_driver_postgresql import dbapi
        except ImportError as error:
            raise DataError(problems.lacking_driver("Postgres", "postgres")) from error
        self._errors = adbc_driver_manager.Error
        self._shown = SECRET.sub("", url)
        try:
            self._connection: Connection = dbapi.connect(url)
            self.execute("SET LOCAL TIME ZONE 'UTC'")
        except self._errors as error:
            raise DataError(problems.no_connection(self._shown, _plain(error))) from error

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._connection.commit()
        except self._errors as refused:
            raise DataError(problems.refused("Postgres", _plain(refused))) from refused
        finally:
            self._connection.close()

    def describe(self, table: str) -> list[tuple[str, str]]:
        """Return the names and types of the columns of a table, its name written as in SQL; raises ``DataError``."""
        quoted = "'" + table.replace("'", "''") + "'"
        columns = [(str(name), str(type_)) for name, type_ in self.run(COLUMNS.format(table=quoted))]
        if not columns:
            raise DataError(problems.no_table(table, self._shown))
        return columns

    def execute(self, statement: str) -> int:
        """Run a statement that returns no rows; return how many rows it has touched (-1 where the database does not say)."""
        with self._asked(statement) as cursor:
            return int(cursor.rowcount)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement; decimals as text."""
        with self._asked(statement) as cursor:
            return rows_of(cursor.fetch_arrow())

    def stream(self, statement: str) -> tuple[Streamed, Cursor]:
        """Return the rows of a statement as they come, and the cursor that holds them: close it behind them."""
        cursor = self._asked(statement)
        return cursor.fetch_arrow(), cursor

    def _asked(self, statement: str) -> Cursor:
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
        except self._errors as error:
            cursor.close()
            raise DataError(problems.refused("Postgres", _plain(error))) from error
        return cursor


def _plain(error: Exception) -> str:
    """Return what the database said, on one line, without the addresses and passwords in it."""
    return SECRET.sub("", " ".join(str(error).split()))[:300]
