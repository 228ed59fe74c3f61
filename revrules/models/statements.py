"""A ruleset, the names of tables and an instant into the text of a statement, a view or a table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.times import when_now, when_of
from revrules.engines.placing import Order, choice_of_columns, choose_lifecycle, said
from revrules.engines.sources import find_source, named_table
from revrules.problems import engines as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.backends.sql.scope import When
    from revrules.backends.sql.statements import Query
    from revrules.diagnostics import Diagnostic
    from revrules.engines.sources import TableAt
    from revrules.outline import Lifecycle
    from revrules.ruleset import Ruleset

Columns = dict[str, list[tuple[str, str]]]
"""The columns of tables, by the table's name: names and types."""

CURRENT_TIME = operator(
    "the current time",
    duckdb=lambda: tree.cast(tree.at_utc(tree.call("NOW")), "TIMESTAMP"),
    postgres=lambda: tree.cast(tree.at_utc(tree.call("NOW")), "TIMESTAMP"),
    spark=lambda: tree.cast(
        tree.call("TO_UTC_TIMESTAMP", tree.call("CURRENT_TIMESTAMP"), tree.call("CURRENT_TIMEZONE")), "TIMESTAMP_NTZ"
    ),
    snowflake=lambda: tree.call("SYSDATE"),
    bigquery=lambda: tree.call("CURRENT_DATETIME", tree.text("UTC")),
)
"""The instant at which a statement runs: a timestamp in UTC without a zone."""


class Shape(StrEnum):
    """What a text makes of the placed records."""

    SELECT = "select"
    VIEW = "view"
    TABLE = "table"


class Model(NamedTuple):
    """A statement that places the records of a table. ``table`` is the name of that table, ``now`` the SQL of the as-of."""

    query: Query
    lifecycle: Lifecycle
    table: TableAt
    related: Mapping[str, TableAt]
    key: str | None
    warnings: tuple[Diagnostic, ...]


def model(
    ruleset: Ruleset,
    order: Order,
    dialect: Dialect,
    *,
    columns: Columns | None = None,
    now: tree.Sql | None = None,
    tables: Mapping[str, TableAt] | None = None,
) -> Model:
    """Return the statement for an order whose tables nobody can be asked about.

    ``order.table`` may be empty: tables then have the names of their entities. ``columns`` tells what the tables hold; without it
    they have a column for each field, named as exports name it. Without ``order.as_of`` the as-of is ``now`` (a timestamp in UTC
    without a zone), by default the time at which the statement runs. ``tables`` are used in the place of the names in the order.
    Raises ``DataError`` for tables that do not fit and for what the dialect cannot say.
    """
    lifecycle = choose_lifecycle(ruleset, order)
    names = _table_names(ruleset, lifecycle, order)
    known = tables or {
        name: named_table(text, dialect, None if columns is None else columns.get(text.lower())) for name, text in names.items()
    }
    if columns is not None:
        known = {name: table for name, table in known.items() if table.columns is not None}
        if lifecycle.entity not in known:
            raise DataError(problems.no_table(names[lifecycle.entity], "the schema that was given"))
    table = known[lifecycle.entity]
    found = find_source(ruleset.ir, lifecycle, table, known, dialect)
    own = [name for name, _ in table.columns] if table.columns is not None else list(found.headings.values())
    answers, passed = choice_of_columns(ruleset, lifecycle, order, found.headings, own)
    query = said(ruleset, lifecycle, found.source, dialect, _when(ruleset, order, dialect, now), answers, order.mode, passed)
    key = ruleset.outline.entity(lifecycle.entity).key
    return Model(query, lifecycle, table, known, found.headings.get(key or ""), found.warnings)


def as_text(made: Model, shape: Shape, into: str | None) -> str:
    """Return the statement as text: a query, or what makes a view or a table of the name ``into`` of it."""
    body = made.query.text(pretty=True)
    dialect = made.query.dialect
    if shape is Shape.SELECT or into is None:
        return f"{body};\n"
    name = tree.printed(named_table(into, dialect).sql, dialect)
    begin = f"CREATE OR REPLACE VIEW {name} AS" if shape is Shape.VIEW else f"CREATE TABLE {name} AS"
    return f"{begin}\n{body};\n"


def _table_names(ruleset: Ruleset, lifecycle: Lifecycle, order: Order) -> dict[str, str]:
    """Return the names of the tables by entity and relation: each entity has one, its own name if no other is given."""
    names = {entity.name: entity.name for entity in ruleset.ir.entities} | dict(order.related)
    return names | ({lifecycle.entity: order.table} if order.table else {})


def _when(ruleset: Ruleset, order: Order, dialect: Dialect, now: tree.Sql | None) -> When:
    if order.as_of is not None:
        return when_of(order.as_of, ruleset.ir, dialect)
    return when_now(CURRENT_TIME(dialect) if now is None else now, ruleset.ir, dialect)


def read_columns(rows: Sequence[Mapping[str, str]]) -> Columns:
    """Return the columns of tables from rows of ``information_schema.columns``: table_name, column_name, data_type; perhaps
    table_schema. Raises ``KeyError`` where one of these is lacking.
    """
    found: Columns = {}
    for row in rows:
        told = {name.strip().lower(): value for name, value in row.items()}
        column = (told["column_name"], told["data_type"])
        found.setdefault(told["table_name"].lower(), []).append(column)
        if told.get("table_schema"):
            found.setdefault(f"{told['table_schema']}.{told['table_name']}".lower(), []).append(column)
    return found
