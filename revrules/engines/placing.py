"""A ruleset and a table of a database into the statement that places its records there, and an account of what came out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.outputs import ANSWERS, MASKS
from revrules.backends.sql.statements import placed
from revrules.backends.sql.times import when_of
from revrules.engines.sources import find_source
from revrules.problems import data as data_problems
from revrules.problems import engines as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.scope import When
    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.statements import Query
    from revrules.diagnostics import Diagnostic
    from revrules.engines.sources import TableAt
    from revrules.outline import Lifecycle
    from revrules.ruleset import Mode, Ruleset


class Warehouse(Protocol):
    """A database that knows its tables and runs statements."""

    @property
    def dialect(self) -> Dialect:
        """What it speaks."""

    def table(self, name: str) -> TableAt:
        """Return a table with its columns; raises ``DataError`` where there is none."""

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement; raises ``DataError`` where it is refused."""

    def each(self, statement: str) -> Iterator[tuple[object, ...]]:
        """Yield the rows of a statement as they come; raises ``DataError``."""


class Order(NamedTuple):
    """What to place: a table, further ones by relation or entity, in which lifecycle, as of when (None: now).

    ``columns`` are those of the answer or of the table, None: the key and all answers; ``keep`` adds every column of the table.
    """

    table: str
    related: Mapping[str, str] = {}
    lifecycle: str | None = None
    entity: str | None = None
    as_of: datetime | None = None
    mode: Mode = "evidence"
    columns: Sequence[str] | None = None
    keep: bool = False


class Prepared(NamedTuple):
    """A statement that places every record of a table, what it reads, and what was odd about that.

    ``tables`` are the tables by relation or entity, as they were given; ``types`` those of the columns that are
    passed on, as the engine names them.
    """

    query: Query
    names: tuple[str, ...]
    source: Source
    when: When
    lifecycle: Lifecycle
    as_of: datetime
    tables: Mapping[str, TableAt]
    types: Mapping[str, str]
    warnings: tuple[Diagnostic, ...]

    @property
    def text(self) -> str:
        """The statement, its columns ``names`` in the order in which they were asked for."""
        text = self.query.text(pretty=False)
        if self.names == tuple(column.name for column in self.query.columns):
            return text
        items = (tree.printed(tree.column(name), self.query.dialect) for name in self.names)
        return f"SELECT {', '.join(items)} FROM ({text}) AS placed"


def prepare(ruleset: Ruleset, order: Order, warehouse: Warehouse) -> Prepared:
    """Return the statement for an order; raises ``DataError`` for tables that do not fit, and for what the dialect cannot say."""
    dialect = warehouse.dialect
    _check_names(ruleset, order)
    names = {order.table, *order.related.values()}
    tables = {name: warehouse.table(name) for name in names}
    lifecycle = choose_lifecycle(ruleset, order)
    related = {name: tables[table] for name, table in order.related.items()}
    found = find_source(ruleset.ir, lifecycle, tables[order.table], related, dialect)
    as_of = (order.as_of or datetime.now(UTC)).astimezone(UTC)
    own = [name for name, _ in tables[order.table].columns or ()]
    answers, passed = choice_of_columns(ruleset, lifecycle, order, found.headings, own)
    when = when_of(as_of, ruleset.ir, dialect)
    query = said(ruleset, lifecycle, found.source, dialect, when, answers, order.mode, passed)
    told = {name: tables[table] for name, table in {lifecycle.entity: order.table, **order.related}.items()}
    asked = _in_order(ruleset, lifecycle, order, query, found.headings)
    types = dict(tables[order.table].columns or ())
    return Prepared(query, asked, found.source, when, lifecycle, as_of, told, types, found.warnings)


def _in_order(ruleset: Ruleset, lifecycle: Lifecycle, order: Order, query: Query, headings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a query in the order in which they were asked for; a bit set is perhaps several."""
    every = [column.name for column in query.columns]
    if order.columns is None:
        return tuple(every)
    key = ruleset.outline.entity(lifecycle.entity).key
    asked = [headings.get(name, name) if name == key else name for name in order.columns]
    found = [[one for one in every if one == name or (name in MASKS and one.startswith(f"{name}_"))] for name in asked]
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _check_names(ruleset: Ruleset, order: Order) -> None:
    """Raise ``DataError`` where a further table is named after nothing in the ruleset."""
    known = {entity.name for entity in ruleset.outline.entities}
    known |= {relation.name for entity in ruleset.outline.entities for relation in entity.relations}
    for name in order.related:
        if name not in known:
            raise DataError(data_problems.unknown_data_name(name, sorted(known)))


def said(
    ruleset: Ruleset,
    lifecycle: Lifecycle,
    source: Source,
    dialect: Dialect,
    when: When,
    answers: Sequence[str],
    mode: Mode,
    passed: Sequence[str],
) -> Query:
    """Return the statement that places the records of a source; raises ``DataError`` for what the dialect cannot say."""
    try:
        return placed(ruleset.ir, ruleset.ir.lifecycle(lifecycle.name), source, dialect, when, answers, mode, passed)
    except Unsayable as gap:
        raise DataError(problems.not_said(gap.what, dialect.value, gap.reason)) from gap


def choose_lifecycle(ruleset: Ruleset, order: Order) -> Lifecycle:
    """Return the lifecycle that is named, or the only one (of the entity)."""
    known = [lifecycle for lifecycle in ruleset.outline.lifecycles if order.entity in (None, lifecycle.entity)]
    names = [lifecycle.name for lifecycle in known]
    if not known:
        raise DataError(data_problems.no_lifecycle(order.entity))
    if order.lifecycle is not None:
        if order.lifecycle not in names:
            raise DataError(data_problems.unknown_lifecycle(order.lifecycle, names))
        return known[names.index(order.lifecycle)]
    if len(known) > 1:
        raise DataError(data_problems.which_lifecycle(names))
    return known[0]


def choice_of_columns(
    ruleset: Ruleset, lifecycle: Lifecycle, order: Order, headings: Mapping[str, str], own: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the columns of the answer and those of the table that are asked for; the key is one of the latter."""
    key = ruleset.outline.entity(lifecycle.entity).key
    keys = [headings[key]] if key is not None and key in headings else []
    if order.columns is None:
        kept = [name for name in own if name not in keys and name not in ANSWERS] if order.keep else []
        return list(ANSWERS), [*keys, *kept]
    by_key = {key: headings[key]} if keys and key is not None else {}
    wanted = [by_key.get(name, name) for name in order.columns]
    for name in wanted:
        if name not in ANSWERS and name not in MASKS and name not in own:
            raise DataError(data_problems.unknown_output_column(name, [*ANSWERS, *MASKS, *own][:40]))
    answers = [name for name in wanted if name in ANSWERS or name in MASKS]
    return answers, [name for name in wanted if name not in answers]
