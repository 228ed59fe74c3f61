"""The columns that were asked of rows into named queries, one for each layer, that work them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.layers import Base, Given, Grouped, OneJoin, Rows, planned
from revrules.backends.sql.merging import of_meant, of_written, parted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from revrules.backends.sql.layers import Group, ManyJoin, Plan, Written
    from revrules.backends.sql.naming import Names
    from revrules.backends.sql.tree import Sql

NTH = "nth"
STORING = (Dialect.DUCKDB, Dialect.POSTGRES)
"""The dialects that can be told whether to keep the rows of a named query."""


MOST_REPEATED = 1
"""Groups on one another below which the rows that ask are worked out once more for what they give: that keeps few columns."""
MOST_STACKED = 5
"""More groups on one another than these make plans too large where nothing can be stored on the way."""


MOST_LAYERS = 3
"""DuckDB moves aggregates below a join and there writes out the layers between: with more of them it would come to no end."""


class Around(NamedTuple):
    """The group for which related rows are worked out, and the one around the rows that ask for it.

    ``stored`` is the name of a query that holds the rows that ask; None where they are to be worked out once more.
    """

    group: Group
    outer: Around | None
    stored: str | None


class Queries:
    """The named queries of one statement; each reads those before it only."""

    def __init__(self, dialect: Dialect, names: Names) -> None:
        self._dialect = dialect
        self._names = names
        self._parts: list[tuple[str, Sql]] = []
        self._stored: set[str] = set()

    def statement(self, rows: Rows, outputs: Sequence[tuple[Sql, str]]) -> Sql:
        """Return the statement that gives ``outputs``, each under its name, for every one of ``rows``."""
        plan = planned(rows, [value for value, _ in outputs])
        items = [tree.named(plan.said(value), name) for value, name in outputs]
        query = tree.select(items, tree.table(self._layers(rows, plan, None)))
        return tree.statement(self._parts, query, stored=self._stored if self._dialect in STORING else None)

    # --- layers ---

    def _layers(self, rows: Rows, plan: Plan, around: Around | None) -> str:
        """Add the queries for the layers of ``rows``; return the name of the last."""
        last = self._add(rows.label, self._first(rows, plan, around))
        for layer in plan.layers[1:]:
            grouped = [column for _, column in layer if isinstance(column, Grouped)]
            joins = [self._joined_group(group, grouped, last, around) for group in dict.fromkeys(one.group for one in grouped)]
            values = [tree.named(column.value, name) for name, column in layer if not isinstance(column, Given)]
            query = tree.select([tree.all_columns(last), *values], tree.table(last), joins)
            last = self._add(rows.label, self._fenced(query))
        return last

    def _first(self, rows: Rows, plan: Plan, around: Around | None) -> Sql:
        """Return the query of the first layer: the table, what is given, and what is joined."""
        values = {name: column.value for name, column in plan.layers[0] if isinstance(column, Base)}
        given = {name: column.column for name, column in plan.layers[0] if isinstance(column, Given)}
        key = rows.columns[around.group.there] if around is not None and given else None
        joins, uses = _needed(rows, [*values.values(), *([key.value] if isinstance(key, Base) else [])])
        table, meanings = self._origin(rows, {name for table, name in uses if table == rows.alias})

        def said(value: Sql) -> Sql:
            return tree.with_columns(value, meanings, rows.alias) if meanings else value

        joined = [self._join(join, {name for table, name in uses if table == join.name}, said(join.on)) for join in joins]
        values = {name: said(value) for name, value in values.items()}
        if around is not None and isinstance(key, Base):
            outside = self._given(around, given)
            found = tree.inner_join(table, tree.binary("=", tree.column(around.group.key, outside), said(key.value)))
            table, joined = tree.table(outside), [found, *joined]
            values |= {name: tree.column(name, outside) for name in (around.group.key, *given)}
        items = [tree.named(value, name) for name, value in values.items()]
        query = tree.select(items or [tree.named(tree.TRUE, self._names.columns.name("row"))], table, joined)
        return query if all(map(tree.costs_nothing, values.values())) else self._fenced(query)

    def _origin(self, rows: Rows, columns: set[str]) -> tuple[Sql, dict[str, Sql]]:
        """Return what a first layer selects from, and what is said there for each of its ``columns``."""
        if not isinstance(rows.origin, Rows):
            return tree.known_as(rows.origin, rows.alias), {}
        plan = planned(rows.origin, [], sorted(columns))
        meanings = {name: column.value for name, column in plan.layers[0] if isinstance(column, Base)}
        if len(plan.layers) > 1 or not all(map(tree.costs_nothing, meanings.values())):
            return tree.known_as(tree.table(self._layers(rows.origin, plan, None)), rows.alias), {}
        assert not isinstance(rows.origin.origin, Rows), "what reads selects from a table"
        return tree.known_as(rows.origin.origin, rows.origin.alias), meanings

    # --- what is joined in a first layer ---

    def _join(self, join: OneJoin | ManyJoin, read: set[str], key: Sql) -> Sql:
        """Return a join that gives the columns ``read`` for the ``key`` of the holder."""
        name = self._add(join.name, self._one(join, read) if isinstance(join, OneJoin) else self._many(join, read))
        on = tree.binary("=", tree.column(join.there, join.name), key)
        return tree.left_join(tree.known_as(tree.table(name), join.name), on)

    def _one(self, join: OneJoin, read: set[str]) -> Sql:
        """Return the first record of each key."""
        columns = [join.there, *sorted(read - {join.there})]
        plan = planned(join.rows, [], [*columns, *join.order])
        nth = tree.number_of_row([tree.column(join.there)], [tree.column(name) for name in join.order])
        items = [*_unchanged(columns), tree.named(nth, NTH)]
        last = tree.table(self._layers(join.rows, plan, None))
        numbered = tree.select(items, last, where=tree.is_known(tree.column(join.there)))
        first = tree.binary("=", tree.column(NTH), tree.whole(1))
        return tree.select(_unchanged(columns), tree.known_as(numbered, self._names.aliases.name("numbered")), where=first)

    def _many(self, join: ManyJoin, read: set[str]) -> Sql:
        """Return the aggregates for each key."""
        values = {name: value for name, value in join.values.values() if name in read}
        if self._dialect in STORING and join.written is not None:
            merged = self._merged(join, join.written, values)
            if merged is not None:
                return merged
        plan = planned(join.rows, list(values.values()), [join.there])
        items = [*_unchanged([join.there]), *(tree.named(plan.said(value), name) for name, value in values.items())]
        last = self._gathered(self._layers(join.rows, plan, None), plan)
        return tree.select(items, last, group_by=[tree.column(join.there)])

    def _merged(self, join: ManyJoin, written: Written, values: Mapping[str, Sql]) -> Sql | None:
        """Return the aggregates for each key, gathered by the keys as they are written; None where they have no parts."""
        plan = planned(join.rows, list(values.values()), [written.column])
        found = parted({name: plan.said(value) for name, value in values.items()}, self._names.columns.name)
        if found is None:
            return None
        last = self._gathered(self._layers(join.rows, plan, None), plan)
        gathered = self._add(f"{join.rows.label} as written", of_written(found, written, last, join.there))
        self._stored.add(gathered)
        return of_meant(found, written, gathered, join.there)

    # --- groups that depend on the rows that ask ---

    def _joined_group(self, group: Group, columns: Sequence[Grouped], last: str, around: Around | None) -> Sql:
        """Return the join of a group, with what ``columns`` read of it, to the layer ``last`` of the rows that ask."""
        read = {name for column in columns if column.group is group for _, name in tree.column_uses(column.value)}
        values = {name: value for name, value in group.values.values() if name in read}
        plan = planned(group.rows, list(values.values()), group.givens)
        stored = last if self._is_stored(group, last) else None
        rows = self._gathered(self._layers(group.rows, plan, Around(group, around, stored)), plan)
        keys = [tree.named(tree.column(group.key), group.there), *_unchanged(group.givens)]
        items = [*keys, *(tree.named(plan.said(value), name) for name, value in values.items())]
        name = self._add(group.name, tree.select(items, rows, group_by=[tree.column(key) for key in (group.key, *group.givens)]))
        same = [tree.binary("=", tree.column(group.there, group.name), tree.column(group.key, last))]
        same += [tree.same(tree.column(given, group.name), tree.column(here, last)) for given, here in group.givens.items()]
        return tree.left_join(tree.known_as(tree.table(name), group.name), tree.all_of(same))

    def _gathered(self, last: str, plan: Plan) -> Sql:
        """Return the layer ``last`` of a plan as aggregates are gathered from it."""
        if self._dialect is Dialect.DUCKDB and len(plan.layers) > MOST_LAYERS:
            self._stored.add(last)
        return tree.table(last)

    def _is_stored(self, group: Group, last: str) -> bool:
        """Return whether the layer ``last`` of the rows that ask is kept for ``group``.

        To work out anew what stands on other groups would make each of them twice, and what they stand on four times.
        """
        stacked = group.asker.stacked(group.reads)
        if stacked <= MOST_REPEATED:
            return False
        if stacked > MOST_STACKED and self._dialect not in STORING:
            what = f"more than {MOST_STACKED} aggregates that each compare with the one before"
            raise Unsayable(
                what, self._dialect, "nothing can be stored on the way, and each would be worked out twice for the next"
            )
        self._stored.add(last)
        return True

    def _given(self, around: Around, given: dict[str, str]) -> str:
        """Add the query for the different keys and givens of the rows that ask; return its name."""
        group = around.group
        last = around.stored
        if last is None:
            last = self._layers(group.asker, planned(group.asker, [], [group.key, *given.values()]), around.outer)
        items = [*_unchanged([group.key]), *(tree.named(tree.column(here), name) for name, here in given.items())]
        query = tree.select(items, tree.table(last), where=tree.is_known(tree.column(group.key)))
        return self._add(f"{group.asker.label} given", tree.distinct(query))

    def _fenced(self, query: Sql) -> Sql:
        """Return a query whose columns are worked out once, however often they are read."""
        return tree.fenced(query) if self._dialect is Dialect.POSTGRES else query

    def _add(self, hint: str, query: Sql) -> str:
        name = self._names.tables.name(hint)
        self._parts.append((name, query))
        return name


def _needed(rows: Rows, values: Iterable[Sql]) -> tuple[list[OneJoin | ManyJoin], set[tuple[str, str]]]:
    """Return the joins that ``values`` of a first layer read, also through one another, and all columns (table, name) read."""
    waiting, uses, names = list(values), set[tuple[str, str]](), set[str]()
    while waiting:
        for table, name in tree.column_uses(waiting.pop()):
            uses.add((table, name))
            if table in rows.joins and table not in names:
                names.add(table)
                waiting.append(rows.joins[table].on)
    return [join for name, join in rows.joins.items() if name in names], uses


def _unchanged(names: Iterable[str]) -> list[Sql]:
    return [tree.named(tree.column(name), name) for name in names]
