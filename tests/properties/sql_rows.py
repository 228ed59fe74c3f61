"""Random typed rows in a table on an engine, and a scope over it: what the lowering of expressions needs to be tried alone."""

from __future__ import annotations

import datetime
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from strategies import Maker, constant

from revrules import ir
from revrules.backends.sql import expressions, ranges, tree
from revrules.backends.sql.constants import constant as said
from revrules.backends.sql.constants import holds
from revrules.backends.sql.times import when_of
from revrules.backends.sql.type_names import sql_type
from revrules.reference import expressions as reference
from revrules.reference.scope import Scope as KnownScope
from revrules.reference.scope import World
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from engines import Engine

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.scope import Aggregate, Ends, Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
ODD_TEXTS = (
    "it's", 'a "quoted" one', "back\\slash", "\\d+", "%_", "tab\there", "\r\n", "\x0b \x0c", "\x01", "$1", "{x}", "İI", "ſK",
    "e\u0301", "user@host@Example.COM \t", "@", "a@ b", "ftp://u:p@WWW.www.Ärger.de:99#x", "www.com", "http://", "1a://b.c",
    "x:/y.z", "b.c d", "\u00a0.x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ab" * 400, "\U0010ffff", "ǅ", "ΑΣ", "ẞ.ß",
)  # fmt: skip


class Row(NamedTuple):
    """A record with the values of its fields, typed."""

    values: dict[str, ir.Value | None]


class PlainMaker(Maker):
    """Makes expressions of one record alone: what goes to another one is refused."""

    def place(self, at: tuple[str, ...]) -> tuple[tuple[str, ...], int, str]:
        """Return the record at hand."""
        return (), 0, at[0]

    def relation(self, at: tuple[str, ...]) -> ir.Many:
        """Refuse."""
        raise LeadsAway


class LeadsAway(Exception):  # noqa: N818 - a choice of the maker, no error
    """Raised for an expression that would need related records."""


def value(r: Random, type_: Type) -> ir.Value | None:
    """Return a value of a type, often missing, equal to another, or extreme."""
    chance = r.random()
    if chance < 0.2:
        return None
    if chance < 0.6:
        return constant(r, type_)
    match type_:
        case Scalar.INTEGER:
            return r.choice((r.getrandbits(r.randint(1, 63)), -r.getrandbits(r.randint(1, 63)), 10**14, -(10**14) + 1, -(2**63)))
        case Scalar.NUMBER:
            return number(r)
        case Scalar.MONEY:
            return Decimal(r.randint(-(10 ** r.randint(1, 18)) + 1, 10 ** r.randint(1, 18) - 1)).scaleb(-4)
        case Scalar.TEXT:
            return r.choice(ODD_TEXTS)
        case _:
            return constant(r, type_)


def number(r: Random) -> float:
    """Return any finite double: of any bits, or near an end of what doubles hold."""
    found = struct.unpack("<d", r.randbytes(8))[0]
    near = r.choice((5e-324, 1.5e-162, 1e-300, 1.79e308, 1.3e154, 0.5, 1.0, 3.0)) * r.choice((1, -1, r.uniform(0.5, 1)))
    return r.choice((near, found if found == found and abs(found) != float("inf") else 0.25, r.uniform(-1000, 1000)))


def plain_ruleset(r: Random) -> tuple[ir.Ruleset, PlainMaker]:
    """Return a ruleset whose definitions are of one record alone."""
    maker = PlainMaker(r)
    maker.entities = maker.make_entities()
    for at in range(r.randint(1, 6)):
        try:
            made = maker.make_definitions(f"d{at}")
        except LeadsAway:
            continue
        maker.definitions += [one for one in made if one.entity == "account"]
    ruleset = ir.Ruleset(
        name="random", title="", steward=None, currency="EUR", timezone="Europe/Berlin", fiscal_year_start=2, review_by=None,
        lists=(
            ir.ValueList("words", Scalar.TEXT, ("abc", "Red", "éclair", "web.de", "Straße", "it's")),
            ir.ValueList("counts", Scalar.INTEGER, (0, 1, 5, 2**63 - 1)),
        ),
        calendars=(maker.calendar(),), entities=maker.entities, definitions=tuple(maker.definitions), tables=tuple(maker.tables),
    )  # fmt: skip
    return ruleset, maker


def rows(r: Random, ruleset: ir.Ruleset, count: int) -> list[Row]:
    """Return random accounts."""
    fields = ruleset.entity("account").fields
    return [Row({field.name: value(r, field.type) for field in fields}) for _ in range(count)]


def meaning(expr: ir.Expr, ruleset: ir.Ruleset, row: Row) -> object:
    """Return what the reference says of a record, as the columns of an engine hold it."""
    found = reference.value(expr, KnownScope(World(ruleset, NOW), row.values))
    if isinstance(found, datetime.timedelta):
        return found // MICROSECOND
    return found.replace(tzinfo=None) if isinstance(found, datetime.datetime) else found


class TypedRows:
    """A scope over the columns of a table of accounts: each value that is kept is a column of a layer."""

    def __init__(self, ruleset: ir.Ruleset, dialect: Dialect) -> None:
        self.dialect = dialect
        self.ruleset = ruleset
        self.when = when_of(NOW, ruleset, dialect)
        self._columns: dict[str, str] = {}
        self._layers: list[list[Sql]] = []
        self._levels: dict[str, int] = {}
        self._ends: dict[str, Ends] = {}

    def field(self, node: ir.Field) -> Sql:
        """Return the column of a field."""
        return tree.column(node.name)

    def value(self, node: ir.Ref) -> Sql:
        """Return a definition, worked out once."""
        return self.kept(expressions.lower(self.ruleset.definition(node.definition).expr, self), "definition")

    def ends(self, node: ir.Ref) -> Ends:
        """Return the ends of a definition, worked out once."""
        if node.definition not in self._ends:
            found = expressions.ends(self.ruleset.definition(node.definition).expr, self)
            self._ends[node.definition] = ranges.kept(found, "score", self)
        return self._ends[node.definition]

    def related(self, node: ir.Related) -> Sql:
        """No record has another here."""
        raise LeadsAway

    def over(self, relation: ir.Many, build: Callable[[Scope], Sequence[Aggregate]]) -> list[Sql]:
        """No record has others here."""
        raise LeadsAway

    def scope_at(self, path: tuple[str, ...], up: int) -> Scope:
        """Return this scope: there is one record only."""
        return self

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return a column of the first layer that has what it reads."""
        if tree.is_simple(value):
            return value
        text = tree.printed(value, self.dialect)
        if text not in self._columns:
            name = f"{hint} {len(self._columns)}"
            level = 1 + max((self._levels.get(read, 0) for read in tree.columns_in(value)), default=0)
            self._levels[name] = level
            while len(self._layers) < level:
                self._layers.append([])
            self._layers[level - 1].append(tree.named(value, name))
            self._columns[text] = name
        return tree.column(self._columns[text])

    def select(self, values: Sequence[Sql]) -> str:
        """Return the statement that gives some values for every row of the table `rows`, in the order of `n`."""
        query = '"rows"' if self.dialect.value != "spark" else "`rows`"
        fence = " OFFSET 0" if self.dialect.value == "postgres" else ""
        for at, layer in enumerate(self._layers):
            columns = ", ".join(tree.printed(column, self.dialect) for column in layer)
            query = f"(SELECT *, {columns} FROM {query} AS t{at}{fence})"
        columns = ", ".join(tree.printed(tree.named(value, f"v{at}"), self.dialect) for at, value in enumerate(values))
        return f"SELECT {columns} FROM {query} AS t ORDER BY n"


def held(row: Row, dialect: Dialect) -> bool:
    """Return whether an engine holds the texts of a row."""
    return all(holds(found, dialect) for found in row.values.values() if isinstance(found, str))


def fill(engine: Engine, ruleset: ir.Ruleset, given: Sequence[Row]) -> None:
    """Make the table `rows` of some rows; `n` counts them."""
    dialect = engine.dialect
    fields = ruleset.entity("account").fields
    names = ["n", *(field.name for field in fields)]
    lines = []
    for at, row in enumerate(given):
        cells = [tree.printed(tree.whole(at), dialect)]
        cells += [tree.printed(said(row.values[field.name], field.type, dialect), dialect) for field in fields]
        lines.append(f"({', '.join(cells)})")
    if dialect.value == "spark":
        quoted = ", ".join(f"`{name}`" for name in names)
        engine.run(f"CREATE OR REPLACE TEMPORARY VIEW `rows` AS SELECT * FROM VALUES {', '.join(lines)} AS t({quoted})")
        return
    engine.run('DROP TABLE IF EXISTS "rows"')
    columns = ", ".join(f'"{field.name}" {column_type(field.type, dialect)}' for field in fields)
    engine.run(f'CREATE TEMPORARY TABLE "rows" ("n" INTEGER, {columns})')
    engine.run(f'INSERT INTO "rows" VALUES {", ".join(lines)}')


def column_type(type_: Type, dialect: Dialect) -> str:
    """Return the type of a column; texts of Postgres compare by code point."""
    is_text = type_ is Scalar.TEXT or isinstance(type_, EnumType)
    return sql_type(type_, dialect) + (' COLLATE "C"' if is_text and dialect.value == "postgres" else "")
