"""Moments in a table, and what SQL makes of them: the least scope that the lowering of time needs, for its tests."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from revrules import ir
from revrules.backends.sql import times_words as words
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.type_names import sql_type
from revrules.types import Scalar

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

    from engines import Engine

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

UTC = datetime.UTC
MICROSECOND = datetime.timedelta(microseconds=1)
TYPES = {
    "moment": Scalar.DATETIME,
    "other": Scalar.DATETIME,
    "day": Scalar.DATE,
    "date": Scalar.DATE,
    "length": Scalar.DURATION,
    "number": Scalar.INTEGER,
}
"""The columns of a row."""
AT_ONCE = 12
"""Values worked out in one statement."""


class Row(NamedTuple):
    """What the columns hold; durations in microseconds."""

    moment: datetime.datetime | None
    other: datetime.datetime | None
    day: datetime.date | None
    date: datetime.date | None
    length: int | None
    number: int | None


class Case(NamedTuple):
    """A value: how SQL says it of the columns, and what Python makes of a row."""

    name: str
    said: Callable[[Scope], Sql]
    meant: Callable[[Row], object]


class Layered:
    """A scope over a table of rows: a value that is kept is a column of a query around those with the columns that it reads."""

    def __init__(self, dialect: Dialect, ruleset: ir.Ruleset) -> None:
        self.dialect = dialect
        self.ruleset = ruleset
        self.names: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        self.layers: list[list[str]] = []

    def kept(self, value: Sql, hint: str) -> Sql:
        """See ``Scope``."""
        if tree.is_simple(value) or tree.constant_text(value):
            return value
        said = tree.printed(value, self.dialect)
        if said not in self.names:
            name = f"{hint}_{len(self.names)}"
            level = max((self.levels.get(read, 0) for read in tree.columns_in(value)), default=0) + 1
            self.names[said], self.levels[name] = name, level
            while len(self.layers) < level:
                self.layers.append([])
            self.layers[level - 1].append(f"{said} AS {quoted(name, self.dialect)}")
        return tree.column(self.names[said])

    def statement(self, outputs: Sequence[Sql], table: str) -> str:
        """Return the statement that works ``outputs`` out for every row of a table."""
        fence = " OFFSET 0" if self.dialect is Dialect.POSTGRES else ""
        query = table
        for layer in self.layers:
            query = f"SELECT t.*, {', '.join(layer)} FROM ({query}) AS t{fence}"
        columns = ", ".join(f"{tree.printed(output, self.dialect)} AS c{n}" for n, output in enumerate(outputs))
        return f"SELECT {columns} FROM ({query}) AS t ORDER BY {quoted('row', self.dialect)}"


def scope_of(dialect: Dialect, rules: ir.Ruleset) -> Scope:
    """Return a scope over a row, of which only keeping is asked."""
    return cast("Scope", Layered(dialect, rules))


def quoted(name: str, dialect: Dialect) -> str:
    """Return a name in the dialect's quotes."""
    return f"`{name}`" if dialect in (Dialect.SPARK, Dialect.BIGQUERY) else f'"{name}"'


def ruleset(zone: str = "UTC", calendars: Sequence[ir.Calendar] = ()) -> ir.Ruleset:
    """Return a ruleset of nothing but a time zone and calendars."""
    return ir.Ruleset("times", "", None, None, zone, 1, None, calendars=tuple(calendars))


def differences(engine: Engine, rules: ir.Ruleset, rows: Sequence[Row], cases: Sequence[Case]) -> list[str]:
    """Return where the engine says something else than Python, for each case and row."""
    found = []
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        answers = answered(engine, rules, rows, some)
        for row, answer in zip(rows, answers, strict=True):
            for case, got in zip(some, answer, strict=True):
                expected = plain(case.meant(row))
                if plain(got) != expected:
                    found.append(f"{case.name} of {row}: {plain(got)!r}, not {expected!r}")
    return found


def answered(engine: Engine, rules: ir.Ruleset, rows: Sequence[Row], cases: Sequence[Case]) -> list[tuple[object, ...]]:
    """Return what the engine says: timestamps as text, as no driver reads all of them."""
    scope = Layered(engine.dialect, rules)
    outputs = [case.said(cast("Scope", scope)) for case in cases]
    shown = [tree.cast(output, sql_type(Scalar.TEXT, engine.dialect)) for output in outputs]
    return engine.run(scope.statement(shown, table_of(rows, engine.dialect)))


def table_of(rows: Sequence[Row], dialect: Dialect) -> str:
    """Return a query that gives the rows, numbered."""
    said = ["(" + ", ".join([str(n), *(_constant(value) for value in row)]) + ")" for n, row in enumerate(rows)]
    names = [quoted(name, dialect) for name in ("row", *TYPES)]
    typed = [
        f"CAST({quoted(name, dialect)} AS {sql_type(type_, dialect)}) AS {quoted(name, dialect)}" for name, type_ in TYPES.items()
    ]
    return f"SELECT {', '.join([names[0], *typed])} FROM (VALUES {', '.join(said)}) AS v({', '.join(names)})"


def _constant(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value) if value != -(2**63) else "(-9223372036854775807 - 1)"
    return f"'{plain(value)}'"


def plain(value: object) -> object:
    """Return a value as the engines' texts of it, without the noughts that end a fraction."""
    if isinstance(value, datetime.timedelta):
        return str(value // MICROSECOND)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, datetime.date | int):
        return str(value)
    if isinstance(value, str) and "." in value:
        head, fraction = value.split(".")
        return f"{head}.{fraction.ljust(6, '0')}" if fraction.strip("0") else head
    return value


def moments_near(points: Iterable[datetime.datetime], chance: random.Random) -> list[datetime.datetime]:
    """Return instants at, just before, just after and within a day of some."""
    found = []
    for point in points:
        near = chance.randrange(-86_400_000_000, 86_400_000_000)
        for micros in (-1, 0, 1, near, 3_600_000_000, -3_600_000_000, 3_599_999_999):
            try:
                found.append(point + MICROSECOND * micros)
            except OverflowError:
                continue
    return found


def rows_of(moments: Sequence[datetime.datetime], chance: random.Random) -> list[Row]:
    """Return a row for each moment, the other columns by chance; one has nothing."""
    others = list(moments)
    chance.shuffle(others)
    lengths = [0, 1, -1, 2**63 - 1, -(2**63), words.DAY_MICROS, -words.DAY_MICROS - 1, 315_537_897_599_999_999]
    rows = [Row(None, None, None, None, None, None)]
    for moment, other in zip(moments, others, strict=True):
        length = chance.choice([*lengths, chance.randrange(-(2**63), 2**63), chance.randrange(-(2**55), 2**55)])
        count = chance.choice([0, 1, -1, 2, -3, 10**6, 2**63 - 1, -(2**63), chance.randrange(-(2**40), 2**40)])
        rows.append(Row(moment, other, moment.date(), other.date(), length, count))
    return rows


def column(name: str) -> Sql:
    """Return a column of a row."""
    return tree.column(name)
