"""Conditions into the values on which they turn: constants and what lies beside them, for records that look for trouble."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from strategies import TEXTS

from revrules import ir
from revrules.reads import children
from revrules.runtime import clock
from revrules.runtime.texts import fold, to_capitals
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from random import Random

    from revrules.runtime.values import FieldSpec
    from revrules.syntax import Unit

MICROSECOND = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
PLACE = Decimal("0.0001")
FIRST, LAST = (
    datetime.datetime(1000, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(9000, 12, 31, 23, 59, 59, 999999, datetime.UTC),
)
"""Between these instants an evaluation can be as of."""
USUAL = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
INSTANTS = (
    USUAL, USUAL, USUAL, FIRST, LAST,
    datetime.datetime(2026, 3, 29, 1, tzinfo=datetime.UTC), datetime.datetime(2026, 10, 25, 0, 59, 59, 999999, datetime.UTC),
    datetime.datetime(2024, 2, 29, 23, 30, tzinfo=datetime.UTC), datetime.datetime(2026, 12, 31, 23, tzinfo=datetime.UTC),
    datetime.datetime(1900, 3, 31, 12, tzinfo=datetime.UTC),
)  # fmt: skip


def nodes(ruleset: ir.Ruleset, conditions: Iterable[ir.Expr]) -> Iterator[ir.Expr]:
    """Yield every node of the conditions and of the definitions that they refer to, each definition once."""
    definitions = {definition.id: definition for definition in ruleset.definitions}
    waiting, seen = list(conditions), set()
    while waiting:
        expr = waiting.pop()
        yield expr
        waiting += children(expr)
        if isinstance(expr, ir.Ref) and expr.definition not in seen:
            seen.add(expr.definition)
            waiting.append(definitions[expr.definition].expr)


@dataclass(slots=True)
class Near:
    """The constants that occur, by type, the lengths of time by which moments are moved, and the fields that are read."""

    constants: dict[Scalar, set[object]] = field(default_factory=lambda: defaultdict(set))
    shifts: set[tuple[int, Unit]] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)

    @classmethod
    def to(cls, ruleset: ir.Ruleset, conditions: Iterable[ir.Expr]) -> Near:
        """Return the constants of ``conditions``, and of what they refer to."""
        near = cls()
        for expr in nodes(ruleset, conditions):
            near._add(ruleset, expr)
        whole = {int(value) for value in near.numbers() if value == value // 1 and -(2**62) < value < 2**62}
        near.constants[Scalar.INTEGER] |= whole
        near.constants[Scalar.NUMBER] |= set(map(float, whole))
        near.constants[Scalar.MONEY] |= {Decimal(value) for value in whole if abs(value) < 10**14}
        return near

    def numbers(self) -> Iterator[int | float | Decimal]:
        """Yield the constants of all kinds of numbers."""
        for type_ in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY):
            yield from cast("set[int | float | Decimal]", self.constants[type_])

    def value(self, r: Random, spec: FieldSpec, as_of: datetime.datetime) -> object:
        """Return a value for a field: on a constant, beside one, on a bound, extreme or usual. It may lie outside the domain."""
        if spec.members:
            return r.choice(spec.members)[0]
        if spec.kind == "boolean":
            return r.random() < 0.5
        chance = r.random()
        bounds = [bound for bound in (spec.low, spec.high) if bound is not None]
        if bounds and chance < 0.35:
            return beside(r, r.choice(bounds))
        constants = sorted(self.constants[Scalar(spec.kind)], key=repr)
        if constants and chance < 0.75:
            return beside(r, r.choice(constants))
        match spec.kind:
            case "date" | "datetime":
                return self.moment(r, spec.kind, as_of)
            case "text":
                return text_beside(r, cast("str", r.choice([*constants, *TEXTS])))
            case "integer":
                return r.choice((0, 1, -1, 2, 3, 7, 100, 2**63 - 1, -(2**63), 2**53 + 1, 2**32, r.randint(-200, 200)))
            case "number":
                return r.choice((0.0, -0.0, 1.0, 0.1, 5e-324, 1.7976931348623157e308, -1e308, 2.0**53, r.uniform(-9, 99)))
            case "money":
                extreme = Decimal("99999999999999.9999")
                return r.choice((Decimal(0), PLACE, -PLACE, extreme, -extreme, Decimal(r.randint(-(10**6), 10**6)) * PLACE))
            case _:
                end = datetime.timedelta(microseconds=2**63 - 1)
                return r.choice((datetime.timedelta(0), DAY, -DAY, MICROSECOND, end, -end, DAY * r.randint(-99, 99)))

    def moment(self, r: Random, kind: str, as_of: datetime.datetime) -> object:
        """Return a date or instant that lies to ``as_of`` about as far as some window reaches."""
        moved: datetime.datetime | None = as_of
        if self.shifts and r.random() < 0.7:
            count, unit = r.choice(sorted(self.shifts))
            step = r.choice((1, -1, 2))
            moved = clock.shift_datetime(as_of, count * step, unit.value, datetime.UTC)
        moved = moved or as_of
        if kind == "datetime":
            return beside(r, moved)
        return beside(r, moved.date())

    def instant(self, r: Random) -> datetime.datetime:
        """Return an instant to be as of: now and then one beside a date that occurs, or as far from it as a window reaches."""
        found = r.choice(INSTANTS)
        dates = sorted(
            {value if isinstance(value, datetime.datetime) else midnight(cast("datetime.date", value))
             for type_ in (Scalar.DATE, Scalar.DATETIME) for value in self.constants[type_]}
        )  # fmt: skip
        if dates and r.random() < 0.5:
            start = r.choice(dates)
            count, unit = r.choice([(0, None), *((n, u) for n, u in sorted(self.shifts))])
            shifted = start if unit is None else clock.shift_datetime(start, r.choice((count, -count)), unit.value, datetime.UTC)
            found = cast("datetime.datetime", beside(r, shifted or start))
        return min(max(found, FIRST), LAST)

    def _add(self, ruleset: ir.Ruleset, expr: ir.Expr) -> None:
        match expr:
            case ir.Literal(value, type_) if value is not None and isinstance(type_, Scalar):
                self.constants[type_].add(value)
            case ir.OneOf(operand, values) if isinstance(kind := ir.type_of(operand), Scalar):
                self.constants[kind].update(values)
            case ir.InList(operand, name) if isinstance(kind := ir.type_of(operand), Scalar):
                self.constants[kind].update(ruleset.value_list(name).items[:50])
            case ir.Shift(_, count, unit):
                self.shifts.add((count, unit))
            case ir.BusinessShift(_, count):
                self.constants[Scalar.DURATION].add(datetime.timedelta(days=count))
            case ir.Table(name) | ir.Collects(name):
                for column in next(table for table in ruleset.tables if table.name == name).columns:
                    if isinstance(column.type, Scalar):
                        self.constants[column.type].update(constants_of(column.cells))
            case ir.Points(base, lines, low, high, type_):
                ends = (base, low, high, *(line.points for line in lines))
                self.constants[cast("Scalar", type_)].update(end for end in ends if end is not None)
            case ir.Field(name):
                self.fields.add(name)


def constants_of(cells: Iterable[ir.Cell]) -> Iterator[object]:
    """Yield the constants in cells of a decision table."""
    for cell in cells:
        yield from cell.values
        yield from (end for interval in cell.ranges for end in (interval.low, interval.high) if end is not None)


def midnight(day: datetime.date) -> datetime.datetime:
    """Return the start of a day, in UTC."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)


def beside(r: Random, value: object) -> object:
    """Return ``value``, or one of the values next to it."""
    step = r.choice((-1, 0, 0, 1))
    try:
        match value:
            case bool():
                return value
            case int():
                return min(max(value + step, -(2**63)), 2**63 - 1)
            case float():
                return math.nextafter(value, math.inf * step) if step else value
            case Decimal():
                return value + PLACE * step
            case datetime.datetime():
                return value + step * r.choice((MICROSECOND, DAY, datetime.timedelta(hours=1)))
            case datetime.date():
                return value + step * DAY
            case datetime.timedelta():
                return value + step * r.choice((MICROSECOND, DAY))
            case _:
                return text_beside(r, cast("str", value))
    except OverflowError:
        return value


def text_beside(r: Random, text: str) -> str:
    """Return a text like ``text``: with other capitals, longer, shorter, in an address."""
    match r.randrange(9):
        case 0:
            return to_capitals(text)
        case 1:
            return fold(text)
        case 2:
            return text + r.choice(("x", " ", "é", "1"))
        case 3:
            return r.choice(("x", " ", "É", "1")) + text
        case 4:
            return text[:-1] or "a"
        case 5:
            return f"{r.choice(('ada', text))}@{text}"
        case 6:
            return f"https://www.{text}/x"
        case _:
            return text


def is_finite(spec: FieldSpec) -> tuple[object, ...] | None:
    """Return all values of a field where these are few, None where they are many."""
    if spec.kind == "boolean":
        return (False, True)
    if spec.members:
        return tuple(name for name, _ in spec.members)
    values: list[object] = []
    value = spec.low
    while value is not None and spec.high is not None and value <= spec.high and len(values) < 9:  # type: ignore[operator]
        values.append(value)
        value = None if value == spec.high else next_after(value)
    return tuple(values) if values and len(values) < 9 else None


def next_after(value: object) -> object:
    """Return the least value of the same type above ``value``."""
    match value:
        case int():
            return value + 1
        case float():
            return math.nextafter(value, math.inf)
        case Decimal():
            return value + PLACE
        case datetime.datetime() | datetime.timedelta():
            return value + MICROSECOND
        case datetime.date():
            return value + DAY
        case _:
            return None
