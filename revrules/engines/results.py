"""Records that a Postgres database placed into a table there, or into a file here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from revrules import __version__
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.engines.accounts import count, count_rows
from revrules.engines.postgres import literal
from revrules.engines.sources import named_table
from revrules.problems import engines as problems
from revrules.tables.failure import DataError
from revrules.tables.streams import BATCH, each_row, write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.sql.tree import Sql
    from revrules.engines.placing import Prepared
    from revrules.engines.postgres import Postgres
    from revrules.tables.database import Progress

POSTGRES = Dialect.POSTGRES
KINDS = {
    "r": "a table", "p": "a partitioned table", "v": "a view", "m": "a materialized view", "f": "a foreign table",
    "S": "a sequence", "i": "an index", "c": "a type",
}  # fmt: skip
KIND = "SELECT CAST(relkind AS text), CAST(oid AS bigint) FROM pg_class WHERE oid = to_regclass({name})"
PLAIN_TYPE = re.compile(r"bigint|integer|smallint|boolean|double precision|real|text|character varying(\(\d+\))?|date$")
"""Types that a stream brings as they are."""
DECIMAL = re.compile(r"numeric\((\d+),(\d+)\)")
INSTANT = "timestamp with time zone"
ISO_INSTANT = """to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
LOOK = "verdict NOT IN ('in_stage', 'undeclared') OR overdue OR cardinality(violations) > 0 OR cardinality(data_problems) > 0"
"""What ``tables.placed.needs_a_look`` asks, of these columns."""


class Target(NamedTuple):
    """The table for the results: its name as it was given, and in SQL; whether it takes the place of another one."""

    name: str
    sql: Sql
    replaces: bool


def find_target(database: Postgres, name: str, prepared: Prepared, *, replace: bool) -> Target:
    """Return the table ``name`` for the results; raises ``DataError`` where it must not be written."""
    named = named_table(name, POSTGRES)
    kind = _kind(database, named.sql)
    read = {_kind(database, table.sql) for table in prepared.tables.values()}
    if kind is not None and kind in read:
        raise DataError(problems.reads_itself(name))
    if kind is not None and not replace:
        raise DataError(problems.table_exists(name))
    if kind is not None and kind[0] != "r":
        raise DataError(problems.not_replaced(name, KINDS.get(kind[0], "something else")))
    return Target(name, named.sql, kind is not None)


def into_table(database: Postgres, prepared: Prepared, target: Target) -> int:
    """Make the table of placed records; return how many there are. It is seen by others when the transaction ends."""
    table = tree.printed(target.sql, POSTGRES)
    if target.replaces:
        database.execute(f"DROP TABLE {table}")
    database.execute(f"CREATE TABLE {table} AS {prepared.text}")
    told = f"placed by revrules {__version__} in lifecycle {prepared.lifecycle.name} as of {prepared.as_of.isoformat()}"
    database.execute(f"COMMENT ON TABLE {table} IS {literal(told)}")
    return count(f"SELECT count(*) FROM {table}", database)


class Stream:
    """The placed records of an order as they come from the database; ``placed`` counts those that came.

    ``on_progress`` hears of the part of all rows that came, 0 to 1, and of how many there are.
    """

    def __init__(self, database: Postgres, prepared: Prepared, on_progress: Progress | None = None) -> None:
        self._database = database
        self._prepared = prepared
        self._on_progress = on_progress
        self.placed = 0
        self.names = prepared.names

    def into_parquet(self, path: str) -> None:
        """Write a Parquet file; raises OSError where the disk refuses."""
        with self._database.stream(self._statement(as_python=False)) as rows:
            self.placed = write_parquet(rows, path, self._decimals())

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the cells of every record."""
        self.placed = 0
        every = 0 if self._on_progress is None else count_rows(self._prepared, self._database)
        with self._database.stream(self._statement(as_python=True)) as rows:
            for row in each_row(rows):
                self.placed += 1
                yield row
                if self._on_progress is not None and self.placed % BATCH == 0:
                    self._on_progress(self.placed / every, every)

    def worth_a_look(self, names: Sequence[str], most: int) -> list[Sequence[object]]:
        """Return the cells ``names`` of records that a person would want to see; where there are none, of any."""
        items = ", ".join(_quoted(name) for name in names)
        statement = self._statement(as_python=True)
        found = self._database.run(f"SELECT {items} FROM ({statement}) AS t WHERE {LOOK} LIMIT {most}")
        self.placed = count_rows(self._prepared, self._database)
        return list(found or self._database.run(f"SELECT {items} FROM ({statement}) AS t LIMIT {most}"))

    def _statement(self, *, as_python: bool) -> str:
        """Return the statement whose columns have types that a stream can bring."""
        items = []
        for column in self.names:
            name = _quoted(column)
            said = self._brought(column, name, as_python=as_python)
            items.append(name if said == name else f"{said} AS {name}")
        return f"SELECT {', '.join(items)} FROM ({self._prepared.text}) AS t"

    def _brought(self, column: str, name: str, *, as_python: bool) -> str:
        type_ = self._prepared.types.get(column)
        if type_ is None or column not in self._passed() or PLAIN_TYPE.match(type_):
            return name
        if type_ == INSTANT:
            return ISO_INSTANT.format(column=name) if as_python else name
        if type_ == "timestamp without time zone":
            return name
        return f"CAST({name} AS text)"

    def _passed(self) -> set[str]:
        return {column.name for column in self._prepared.query.columns if column.kind.value == "passed"}

    def _decimals(self) -> dict[str, str]:
        """Return the columns that a stream brings as texts and that Parquet can hold as decimals, with their types."""
        found = {}
        for name in self._passed():
            match = DECIMAL.fullmatch(self._prepared.types.get(name, ""))
            if match is not None and int(match[1]) <= 38:
                found[name] = f"DECIMAL({match[1]}, {match[2]})"
        return found


def _kind(database: Postgres, table: Sql) -> tuple[str, int] | None:
    """Return what stands under a name, and its number; None where nothing does."""
    rows = database.run(KIND.format(name=literal(tree.printed(table, POSTGRES))))
    return (str(rows[0][0]), int(str(rows[0][1]))) if rows else None


def _quoted(name: str) -> str:
    return tree.printed(tree.column(name), POSTGRES)
