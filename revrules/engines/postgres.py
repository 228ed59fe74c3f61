"""A Postgres database into the types of its tables and the rows of statements: the one door to its driver (ADBC)."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.tree import printed
from revrules.engines.sources import named_table
from revrules.engines.urls import is_postgres, shown, without_secrets
from revrules.problems import engines as problems
from revrules.tables.failure import DataError
from revrules.tables.streams import Coming, each_row, reading_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from adbc_driver_manager.dbapi import Connection, Cursor

    from revrules.engines.sources import TableAt

COLUMNS = """
WITH RECURSIVE c AS (
  SELECT attnum, attname, atttypid AS type, atttypmod AS modifier FROM pg_attribute
  WHERE attrelid = to_regclass({table}) AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT attnum, attname, typbasetype, typtypmod FROM c JOIN pg_type ON oid = type WHERE typtype = 'd'
)
SELECT CAST(attname AS text), CASE typtype WHEN 'e' THEN 'enum' ELSE format_type(type, modifier) END
FROM c JOIN pg_type ON oid = type WHERE typtype <> 'd' ORDER BY attnum
"""
"""Names and types of a table's columns; a domain has the type that it is made of."""
SAID = re.compile(r"(?:ERROR|FATAL):\s+(?P<words>.*?)\.?\s*(?:SQLSTATE: (?P<code>\w{5}).*)?$", re.DOTALL)
BEFORE = re.compile(r"^[A-Z_]+: (?:\[libpq\] )?(?:Failed to connect: )?")
STOPPED = "canceling statement due to user request"


class Postgres:
    """A connection to a database at ``url`` (`postgresql://user@host/name`). A context manager.

    Its statements are one transaction over one state of the data; what they wrote stays when the block ends well. Raises
    ``DataError`` for whatever the database says no to. Ctrl-C ends the statement on the server.
    """

    dialect = Dialect.POSTGRES

    def __init__(self, url: str) -> None:
        try:
            import adbc_driver_manager
            from adbc_driver_postgresql import dbapi
        except ImportError as error:
            raise DataError(problems.lacking_driver("Postgres", "postgres")) from error
        if not is_postgres(url):
            raise DataError(problems.unknown_database(shown(url)))
        self._errors: type[Exception] = adbc_driver_manager.Error
        self._url = url
        self.name = shown(url)
        """The address, without a password."""
        try:
            self._connection: Connection = dbapi.connect(url)
        except self._errors as error:
            raise DataError(problems.no_connection(self.name, self._plain(error))) from error
        try:
            self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self.execute("SET LOCAL TIME ZONE 'UTC'")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._connection.commit()
        except self._errors as refused:
            raise self._refusal(refused) from refused
        finally:
            self._connection.close()

    def table(self, name: str) -> TableAt:
        """Return a table, its name written as in SQL, with its columns; raises ``DataError`` where there is none."""
        found = named_table(name, self.dialect)
        described = self.run(COLUMNS.format(table=literal(printed(found.sql, self.dialect))))
        if not described:
            raise DataError(problems.no_table(name, self.name))
        return replace(found, columns=[(str(column), str(type_)) for column, type_ in described])

    def execute(self, statement: str) -> int:
        """Run a statement that returns no rows; return how many rows it has touched (-1 where the database does not say)."""
        with self._asked(statement) as cursor:
            return int(cursor.rowcount)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement; decimals as text."""
        return list(self.each(statement))

    def each(self, statement: str) -> Iterator[tuple[object, ...]]:
        """Yield the rows of a statement as they come; decimals as text."""
        with self.stream(statement) as rows:
            yield from each_row(rows)

    @contextmanager
    def stream(self, statement: str) -> Iterator[Coming]:
        """Yield the rows of a statement, to be read once; what is wrong with them while they come is raised here."""
        broken = (*reading_errors(), self._errors)
        with self._asked(statement) as cursor:
            try:
                yield Coming(cursor.fetch_arrow(), cursor.adbc_cancel)
            except broken as error:
                raise self._refusal(error) from error

    def _asked(self, statement: str) -> Cursor:
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
        except self._errors as error:
            cursor.close()
            raise self._refusal(error) from error
        except BaseException:
            cursor.close()
            raise
        return cursor

    def _refusal(self, error: Exception) -> DataError:
        """Return what to raise for an error of the database; one that Ctrl-C has made is no refusal."""
        said = self._plain(error)
        if STOPPED in said:
            raise KeyboardInterrupt from error
        return DataError(problems.refused("Postgres", said))

    def _plain(self, error: Exception) -> str:
        """Return what the database said, on one line, without the statement or a password in it."""
        told = str(error)
        found = SAID.search(told)
        words = found["words"] if found is not None else BEFORE.sub("", told)
        return without_secrets(" ".join(words.split()), self._url)[:300].rstrip(". ")


def literal(text: str) -> str:
    """Return a text as a constant of Postgres, whatever the server makes of backslashes."""
    escaped = text.replace("'", "''")
    return "E'" + escaped.replace("\\", "\\\\") + "'" if "\\" in text else "'" + escaped + "'"
