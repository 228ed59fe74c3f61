"""The columns that were asked of the rows of a query, each with what it is made of: given, or worked out layer upon layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.tree import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.backends.sql.naming import Names
    from revrules.backends.sql.scope import Aggregate
    from revrules.backends.sql.tree import Sql

MOST_INLINE = 24
"""Nodes inside one another: what is deeper stays a column of its own, so that no printer and no parser has to go deep."""

MOST_SAID, FEW_NODES = 3, 30
"""How often DuckDB is told a short piece again instead of keeping a column: it finds what is said twice, and leaves out what is
behind a condition.
"""
SHORT = 8
"""Nodes of a constant that may be said again and again: a cast, a negative."""


@dataclass(frozen=True, slots=True)
class Base:
    """A column of the first layer: what is said of the tables that are joined there, by the names that they have there."""

    value: Sql


@dataclass(frozen=True, slots=True)
class Given:
    """A column of the rows around an aggregate (``asker``), brought to the related rows."""

    asker: Rows
    column: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that is worked out from others."""

    value: Sql


@dataclass(frozen=True, slots=True)
class Grouped:
    """A column of a group that is joined to a layer; ``value`` is said of the columns of the group, known by its name."""

    group: Group
    value: Sql


@dataclass(eq=False, slots=True)
class Group:
    """Related rows that depend on columns of the rows that ask (``givens``), gathered for each of their values and each key.

    ``key`` and ``givens`` are columns of the rows that ask (``asker``); the givens by their names in the related rows.
    """

    name: str
    asker: Rows
    rows: Rows
    there: str
    """The column of the related rows that holds the key."""
    key: str
    givens: Mapping[str, str]
    values: dict[str, tuple[str, Sql]] = field(default_factory=dict)
    """The aggregates by their text: the name of each and what it is."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the rows that ask which it depends on."""
        return (self.key, *self.givens.values())


@dataclass(eq=False, slots=True)
class OneJoin:
    """The records of a ``one`` relation, the first of each key, joined in the first layer. ``on`` is the key of the holder."""

    name: str
    rows: Rows
    there: str
    order: tuple[str, ...]
    """The columns of its rows by which the first of a key is found."""
    on: Sql


@dataclass(frozen=True, slots=True)
class Written:
    """A key as it is written: the column of the rows, and the key that this means."""

    column: str
    key: Sql


@dataclass(eq=False, slots=True)
class ManyJoin:
    """Aggregates over the records of a ``many`` relation that read nothing else, gathered by key, joined in the first layer."""

    name: str
    rows: Rows
    there: str
    on: Sql
    written: Written | None = None
    """Where a key is a text that may be written in several ways."""
    values: dict[str, tuple[str, Sql]] = field(default_factory=dict)


class Rows:
    """The rows of a table and the columns that were asked of them.

    ``origin`` is a table, or other rows of which these take the columns as they are.
    """

    def __init__(self, origin: Sql | Rows, label: str, names: Names, dialect: Dialect) -> None:
        self.origin = origin
        self.label = label
        self.names = names
        self.dialect = dialect
        self.alias = names.aliases.name(label)
        self.columns: dict[str, Base | Given | Derived | Grouped] = {}
        self.joins: dict[str, OneJoin | ManyJoin] = {}
        self.groups: dict[tuple[int, str, str, tuple[str, ...]], Group] = {}
        self._known: dict[tuple[object, ...], str] = {}

    def base(self, value: Sql, hint: str) -> str:
        """Return the name of a column of the first layer."""
        return self._made(("base", printed(value, self.dialect)), Base(value), hint)

    def given(self, asker: Rows, column: str) -> str:
        """Return the name of a column that brings one of the rows that ask."""
        return self._made(("given", id(asker), column), Given(asker, column), column)

    def derived(self, value: Sql, hint: str) -> str:
        """Return the name of a column that is worked out from others."""
        return self._made(("derived", printed(value, self.dialect)), Derived(value), hint)

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return a column that holds ``value``; constants and columns as they are."""
        return value if is_plain(value) else tree.column(self.derived(value, hint))

    def aggregated(self, join: ManyJoin, aggregate: Aggregate, hint: str) -> str:
        """Return the name of a column with an aggregate that depends on the related records alone."""
        name = _entered(join.values, aggregate.value, hint, self)
        return self._joined(name, Base(_or_empty(join.name, join.there, name, aggregate.empty)))

    def grouped(self, group: Group, aggregate: Aggregate, hint: str) -> str:
        """Return the name of a column with an aggregate that depends on columns of these rows, too."""
        name = _entered(group.values, aggregate.value, hint, self)
        return self._joined(name, Grouped(group, _or_empty(group.name, group.there, name, aggregate.empty)))

    def group(self, rows: Rows, there: str, key: str, givens: Mapping[str, str]) -> Group:
        """Return the group of related rows for a key and givens; one and the same for the same."""
        what = (id(rows), there, key, tuple(sorted(givens)))
        if what not in self.groups:
            self.groups[what] = Group(self.names.aliases.name(f"{rows.label} of {self.label}"), self, rows, there, key, givens)
        return self.groups[what]

    def needs(self, wanted: Iterable[str]) -> list[str]:
        """Return ``wanted`` columns and all that they are made of, each after those that it is made of."""
        found: dict[str, None] = {}
        waiting = [(name, False) for name in reversed(list(dict.fromkeys(wanted)))]
        while waiting:
            name, done = waiting.pop()
            if done:
                found[name] = None
            elif name not in found:
                waiting.append((name, True))
                waiting += [(read, False) for read in self.reads(name) if read not in found]
        return list(found)

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the columns that a column is made of directly."""
        match self.columns[name]:
            case Derived(value):
                return tuple(sorted(tree.columns_in(value)))
            case Grouped(group):
                return group.reads
            case _:
                return ()

    def givens(self, wanted: Iterable[str]) -> dict[str, Given]:
        """Return the columns that were given, of those that ``wanted`` are made of."""
        made = ((name, self.columns[name]) for name in self.needs(wanted))
        return {name: column for name, column in made if isinstance(column, Given)}

    def stacked(self, wanted: Iterable[str]) -> int:
        """Return how many groups stand on one another, each reading columns of the one before, in what ``wanted`` are made of."""
        heights: dict[str, int] = {}
        for name in self.needs(wanted):
            below = max((heights[read] for read in self.reads(name)), default=0)
            heights[name] = below + isinstance(self.columns[name], Grouped)
        return max(heights.values(), default=0)

    def _joined(self, name: str, column: Base | Grouped) -> str:
        """Enter a column that is called as the aggregate that it takes; return its name."""
        self.columns.setdefault(name, column)
        return name

    def _made(self, what: tuple[object, ...], column: Base | Given | Derived | Grouped, hint: str) -> str:
        if what not in self._known:
            name = self._known[what] = self.names.columns.name(hint)
            self.columns[name] = column
        return self._known[what]


Column: TypeAlias = Base | Given | Derived | Grouped


@dataclass(frozen=True, slots=True)
class Plan:
    """How columns are worked out: the values that are said in the place of columns, and the columns of each layer."""

    inline: Mapping[str, Sql]
    layers: Sequence[Sequence[tuple[str, Column]]]

    def said(self, value: Sql) -> Sql:
        """Return a value as it is said of the last layer."""
        return tree.with_columns(value, self.inline) if self.inline else value


def planned(rows: Rows, said: Sequence[Sql], kept: Iterable[str] = ()) -> Plan:
    """Return the plan for ``said`` about ``rows``, where the columns ``kept`` are there, too.

    What is read once (or is short) is said where it is read; what is read more often is a column of a layer above those that it
    reads. What reads columns of the table alone is worked out beside these, in the first layer.
    """
    asked = list(kept)
    fixed = set(asked)
    needed = rows.needs([*asked, *(name for value in said for name in sorted(tree.columns_in(value)))])
    uses = Counter(name for value in said for name in _reads_of(value))
    for name in needed:
        match rows.columns[name]:
            case Derived(value):
                uses.update(_reads_of(value))
            case Grouped(group):
                fixed |= set(group.reads)
    bare = {
        name: column.value for name, column in rows.columns.items() if isinstance(column, Base) and tree.is_simple(column.value)
    }
    inline: dict[str, Sql] = {}
    columns: dict[str, Column] = {}
    for name in needed:
        column = rows.columns[name]
        if isinstance(column, Derived):
            value = tree.with_columns(column.value, inline)
            few = uses[name] == 1 or (
                uses[name] <= MOST_SAID and rows.dialect is Dialect.DUCKDB and tree.is_short(value, FEW_NODES)
            )
            if few and name not in fixed and tree.depth(value) <= MOST_INLINE:
                inline[name] = value
                continue
            of_table = not tree.columns_in(value) - bare.keys()
            column = Base(tree.with_columns(value, bare)) if of_table else Derived(value)
        columns[name] = column
    plan = Plan(inline, ())
    fixed |= {name for value in said for name in tree.columns_in(plan.said(value))}
    return Plan(inline, _layered(rows, columns, fixed))


def _layered(rows: Rows, columns: Mapping[str, Column], fixed: set[str]) -> list[list[tuple[str, Column]]]:
    """Return the columns that something reads, or that are ``fixed``, layer by layer."""
    read = {name: tree.columns_in(column.value) if isinstance(column, Derived) else {*rows.reads(name)}
            for name, column in columns.items() if isinstance(column, Derived | Grouped)}  # fmt: skip
    seen = fixed.union(*read.values())
    levels: dict[str, int] = {}
    layers: list[list[tuple[str, Column]]] = [[]]
    for name, column in columns.items():
        if name in seen:
            level = levels[name] = 1 + max((levels[one] for one in read[name]), default=0) if name in read else 0
            layers += [[] for _ in range(level - len(layers) + 1)]
            layers[level].append((name, column))
    return layers


def _reads_of(value: Sql) -> Iterator[str]:
    """Yield the column that a piece reads for every time that it does."""
    return (name for table, name in tree.column_uses(value) if not table)


def is_plain(value: Sql) -> bool:
    """Return whether a value is a column or a constant, which is nothing to be kept. (What is made of constants can be long.)"""
    return tree.is_simple(value) or (tree.is_short(value, SHORT) and not tree.column_uses(value))


def _entered(values: dict[str, tuple[str, Sql]], value: Sql, hint: str, rows: Rows) -> str:
    """Return the name of an aggregate; one and the same for the same."""
    text = printed(value, rows.dialect)
    if text not in values:
        values[text] = (rows.names.columns.name(hint), value)
    return values[text][0]


def _or_empty(table: str, key: str, name: str, empty: Sql) -> Sql:
    """Return an aggregate of joined groups, or what it is where there is no group."""
    found = tree.column(name, table)
    return found if empty == tree.NULL else tree.case([(tree.is_null(tree.column(key, table)), empty)], found)
