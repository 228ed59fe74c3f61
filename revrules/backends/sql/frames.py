"""A source into the scope of its records: columns are made when expressions ask for them, and all become one statement.

Rows out are rows in, whatever the related tables hold: a ``one`` relation joins the first record of each key, aggregates over a
``many`` relation are gathered by key before they join. Definitions are worked out for the rows that ask for them, with the fields
of related records joined: so a definition of a record that is not there has the value that it has where all is missing.

An aggregate that reads nothing of the records around it is gathered once for all that ask for it. One that does (``this.x``) is
gathered for the different values of what it reads (``layers.Group``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import expressions, tree
from revrules.backends.sql.joins import Setting, Table, gathered_by
from revrules.backends.sql.layers import ManyJoin, OneJoin
from revrules.backends.sql.naming import Names
from revrules.backends.sql.queries import NTH, Queries
from revrules.backends.sql.scope import Ends
from revrules.backends.sql.sources import Source
from revrules.backends.sql.type_names import sql_type
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.scope import Aggregate, Scope, When
    from revrules.backends.sql.sources import Link
    from revrules.backends.sql.tree import Sql

    Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relating:
    """The records of a ``many`` relation: their keys, and the keys of the holder."""

    records: Records
    there: str
    here: Sql
    """Of the first layer of the holder's rows."""
    join: ManyJoin


@dataclass(eq=False, slots=True)
class Records:
    """The rows of a table, and those that ``one`` relations lead to from there, by path."""

    setting: Setting
    table: Table
    _ones: dict[Path, tuple[OneJoin, Table] | None] = field(default_factory=dict)
    _manys: dict[tuple[Path, str], Relating | None] = field(default_factory=dict)
    values: dict[tuple[Path, str], Sql] = field(default_factory=dict)
    """The definitions that were asked for."""
    ends: dict[tuple[Path, str], Ends] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, label: str, setting: Setting) -> Records:
        """Return the records of a source."""
        return cls(setting, Table.of(source, label, setting))

    def field(self, path: Path, node: ir.Field) -> Sql:
        """Return the value of a field of the record at the end of ``path``."""
        table = self._table(path)
        if table is None:
            return tree.cast(tree.NULL, sql_type(node.type, self.setting.dialect))
        return self._column(self._above(path, table.value(node.name)), "_".join((*path, node.name)))

    def found(self, path: Path) -> Sql:
        """Return whether there is a record at the end of ``path``, which is not empty."""
        join = self._one(path)
        if join is None:
            return tree.FALSE
        return self._column(tree.is_known(tree.column(join[0].there, join[0].name)), f"has {' '.join(path)}")

    def entity(self, path: Path) -> ir.Entity:
        """Return the entity of the record at the end of ``path``."""
        entity = self.setting.ruleset.entity(self.table.source.entity)
        for name in path:
            relation = entity.relation(name)
            assert relation is not None, "the checker knows the relations"
            entity = self.setting.ruleset.entity(relation.entity)
        return entity

    def relating(self, path: Path, name: str) -> Relating | None:
        """Return the records of a ``many`` relation of the record at the end of ``path``; None where there are never any."""
        if (path, name) not in self._manys:
            self._manys[path, name] = self._related(path, name)
        return self._manys[path, name]

    def _column(self, value: Sql, hint: str) -> Sql:
        """Return a column of the first layer; a constant as it is."""
        return tree.column(self.table.rows.base(value, hint)) if tree.column_uses(value) else value

    def _table(self, path: Path) -> Table | None:
        if not path:
            return self.table
        join = self._one(path)
        return None if join is None else join[1]

    def _above(self, path: Path, value: Sql) -> Sql:
        """Return what is said of the table at ``path`` as it is said of the first layer of these rows."""
        join = self._one(path) if path else None
        if join is None or not tree.column_uses(value):
            return value
        return tree.column(join[0].rows.base(value, path[-1]), join[0].name)

    def _one(self, path: Path) -> tuple[OneJoin, Table] | None:
        if path not in self._ones:
            self._ones[path] = self._joined(path)
        return self._ones[path]

    def _joined(self, path: Path) -> tuple[OneJoin, Table] | None:
        """Return the join of the record at the end of ``path`` with its table; None where there is never any."""
        found = self._linked(path[:-1], path[-1])
        if found is None:
            return None
        table, link, there, here = found
        name = self.setting.names.aliases.name("_".join(path))
        join = OneJoin(name, table.rows, table.rows.base(there, f"{name} key"), table.order(link), here)
        self.table.rows.joins[name] = join
        return join, table

    def _related(self, path: Path, name: str) -> Relating | None:
        found = self._linked(path, name)
        if found is None:
            return None
        table, link, there, here = found
        key = gathered_by(there, table.declared(link.there).type, self.setting.dialect)
        column = table.rows.base(key, f"{name} key")
        holder = self._table(path)
        assert holder is not None, "it is linked"
        written = table.written(link.there, holder.declared(link.here).type)
        label = self.setting.names.aliases.name(f"{'_'.join((*path, name))} by key")
        join = ManyJoin(label, table.rows, column, here, written)
        self.table.rows.joins[join.name] = join
        return Relating(Records(self.setting, table), column, here, join)

    def _linked(self, path: Path, name: str) -> tuple[Table, Link, Sql, Sql] | None:
        """Return a related table, how it joins, its key, the key of the holder; None where no record can be found."""
        holder = self._table(path)
        link = None if holder is None else holder.source.links.get(name)
        if holder is None or link is None:
            return None
        table = Table.of(link.source, "_".join((*path, name)), self.setting)
        ours, theirs = holder.declared(link.here).type, table.declared(link.there).type
        here, there = holder.key(link.here, theirs), table.key(link.there, ours)
        return None if here is None or there is None else (table, link, there, self._above(path, here))


class Place:
    """The record at the end of ``path``, from each of ``records``: a scope. ``outer`` is the record around an aggregate."""

    def __init__(self, records: Records, path: Path = (), outer: Place | None = None) -> None:
        self._records = records
        self._path = path
        self._outer = outer

    @property
    def dialect(self) -> Dialect:
        """See ``Scope``."""
        return self._records.setting.dialect

    @property
    def ruleset(self) -> ir.Ruleset:
        """See ``Scope``."""
        return self._records.setting.ruleset

    @property
    def when(self) -> When:
        """See ``Scope``."""
        return self._records.setting.when

    def field(self, node: ir.Field) -> Sql:
        """See ``Scope``."""
        there = self._at(node.path, node.up)
        return self.brought(there._records.field(there._path, node), node.up)

    def value(self, node: ir.Ref) -> Sql:
        """See ``Scope``."""
        there = self._at(node.path, node.up)
        return self.brought(there._value(node.definition), node.up)

    def ends(self, node: ir.Ref) -> Ends:
        """See ``Scope``."""
        there = self._at(node.path, node.up)
        low, high = there._ends(node.definition)
        return Ends(self.brought(low, node.up), self.brought(high, node.up))

    def related(self, node: ir.Related) -> Sql:
        """See ``Scope``."""
        there = self._at(node.path, node.up)
        return self.brought(there._records.found(there._path), node.up)

    def over(self, relation: ir.Many, build: Callable[[Scope], Sequence[Aggregate]]) -> list[Sql]:
        """See ``Scope``."""
        holder = self._at(relation.path, relation.up)
        relating = holder._records.relating(holder._path, relation.name)
        if relating is None:
            nobody = Records.of(Source(relation.entity, tree.table("nothing"), {}), relation.name, self._records.setting)
            return [aggregate.empty for aggregate in build(Place(nobody, (), self))]
        aggregates = build(Place(relating.records, (), self))
        return [self._aggregated(relation, holder, relating, aggregate) for aggregate in aggregates]

    def kept(self, value: Sql, hint: str) -> Sql:
        """See ``Scope``."""
        return self._records.table.rows.kept(value, hint)

    def scope_at(self, path: tuple[str, ...], up: int) -> Scope:
        """See ``Scope``. The scope of a record further out makes columns of the rows there, not of these."""
        return self._at(path, up)._alone()

    def brought(self, value: Sql, up: int) -> Sql:
        """See ``Scope``."""
        if not up or not tree.columns_in(value):
            return value
        assert self._outer is not None, "the checker counted the aggregates around"
        rows = self._outer._records.table.rows
        outside = rows.kept(self._outer.brought(value, up - 1), "given")
        return tree.column(self._records.table.rows.given(rows, outside.name))

    def _at(self, path: Path, up: int) -> Place:
        """Return the place that ``path`` and ``up`` name."""
        if up:
            assert self._outer is not None, "the checker counted the aggregates around"
            return self._outer._at(path, up - 1)
        return Place(self._records, (*self._path, *path)) if path else self

    def _alone(self) -> Place:
        return Place(self._records, self._path)

    def _aggregated(self, relation: ir.Many, holder: Place, relating: Relating, aggregate: Aggregate) -> Sql:
        """Return the column of an aggregate over related records."""
        hint = " ".join((aggregate.hint, *relation.path, relation.name))
        related, rows = relating.records.table.rows, self._records.table.rows
        givens = related.givens(sorted(tree.columns_in(aggregate.value)))
        if not givens:
            made = holder._records.table.rows.aggregated(relating.join, aggregate, hint)
            return self.brought(tree.column(made), relation.up)
        there = holder._records.table.rows
        key = self.brought(tree.column(there.base(relating.here, f"{relation.name} key")), relation.up)
        group = rows.group(related, relating.there, key.name, {name: given.column for name, given in givens.items()})
        return tree.column(rows.grouped(group, aggregate, hint))

    def _value(self, id_: str) -> Sql:
        """Return the value of a definition for this record."""
        values = self._records.values
        for definition in self._unmade(id_):
            said = expressions.lower(definition.expr, self._alone())
            values[self._path, definition.id] = self.kept(said, self._hint(definition))
        return values[self._path, id_]

    def _ends(self, id_: str) -> Ends:
        """Return the ends of a ranged definition for this record."""
        ends = self._records.ends
        if (self._path, id_) not in ends:
            self._value(id_)
            definition = self.ruleset.definition(id_)
            low, high = expressions.ends(definition.expr, self._alone())
            hint = self._hint(definition)
            ends[self._path, id_] = Ends(self.kept(low, f"{hint} least"), self.kept(high, f"{hint} most"))
        return ends[self._path, id_]

    def _hint(self, definition: ir.Definition) -> str:
        return " ".join((*self._path, definition.name, definition.team or ""))

    def _unmade(self, id_: str) -> list[ir.Definition]:
        """Return a definition and those of this record that it refers to, each after its own, so that no recursion goes deep."""
        made: dict[str, ir.Definition] = {}
        waiting = [(id_, False)]
        while waiting:
            name, done = waiting.pop()
            definition = self.ruleset.definition(name)
            if done:
                made[name] = definition
            elif name not in made and (self._path, name) not in self._records.values:
                waiting.append((name, True))
                waiting += [(one, False) for one in _own_references(definition.expr)]
        return list(made.values())


class Frame(Place):
    """The records of a source, each of which has a row in the statement that is made.

    It is the scope of these records: ``expressions.lower(expr, frame)`` gives a value of each. What has aggregates of its own
    calls ``over(relation, build)``, where ``build(inner)`` returns any calls of aggregate functions over values that are said of
    the scope ``inner`` (a record further out is ``up=1`` there): `Aggregate(call("BIT_OR", mask), whole(0))`, say.
    """

    def __init__(self, ruleset: ir.Ruleset, source: Source, dialect: Dialect, when: When) -> None:
        names = Names()
        names.columns.reserve(NTH)
        super().__init__(Records.of(source, source.entity, Setting(ruleset, dialect, when, names)))
        self._names = names

    def passed(self, name: str) -> Sql:
        """Return a column that the source hands on (``Source.passed``), by the name that it gets."""
        table = self._records.table
        return tree.column(table.rows.base(table.passed(name), name))

    def reason(self, name: str) -> Sql | None:
        """Return the words for why a cell of a field holds no value, NULL where it is fine; None where none can be wrong."""
        table = self._records.table
        reason = table.reason(name)
        return None if reason is None else tree.column(table.rows.base(reason, f"{name} wrong"))

    def faulty(self) -> Sql:
        """Return whether a cell of a record holds no value; never NULL."""
        table = self._records.table
        faulty = table.faulty()
        return tree.column(table.rows.base(faulty, "faulty")) if tree.column_uses(faulty) else faulty

    def select(self, outputs: Sequence[tuple[Sql, str]]) -> Sql:
        """Return the statement that gives ``outputs`` (at least one), each under its name, for every record, in any order.

        It has what these read, and nothing else that was asked for.
        """
        return Queries(self.dialect, self._names).statement(self._records.table.rows, outputs)


def _own_references(expr: ir.Expr) -> list[str]:
    """Return the definitions of the same record that an expression refers to, outside of aggregates."""
    found: dict[str, None] = {}
    waiting = [expr]
    while waiting:
        one = waiting.pop()
        match one:
            case ir.Ref(definition, path=()):
                found[definition] = None
            case ir.Count() | ir.Sum() | ir.Extreme() | ir.Pick():
                pass
            case _:
                waiting += children(one)
    return list(found)
