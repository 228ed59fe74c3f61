"""A ruleset into a few dozen records of an entity, on and beside the limits that its conditions name: cheap guesses, no proofs.

Two definitions that differ on one of them are not the same; only those that agree on all are worth a question to the prover.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import children, said
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.ir import Expr, FieldDecl, Ruleset, Value

MOST_RELATED = 2
"""Related records in a list, and relations one after another."""
DAYS = (-400, -100, -32, -30, -8, -1, 0, 1, 7, 30, 100)
MISSING = 0.12
DAY = datetime.timedelta(days=1)

Pools = dict[str, list["Value"]]


def samples(ruleset: Ruleset, entity: str, today: datetime.date, count: int = 48) -> list[dict[str, object]]:
    """Return ``count`` records of ``entity``, the same ones every time; the first has nothing."""
    draw = random.Random(f"{entity}/{count}")
    pools = _named(ruleset)
    return [{}, *(_record(ruleset, entity, pools, draw, today) for _ in range(count - 1))]


def noon(today: datetime.date) -> datetime.datetime:
    """Return the instant at which samples are judged."""
    return datetime.datetime.combine(today, datetime.time(12), datetime.UTC)


def _record(
    ruleset: Ruleset, entity: str, pools: Pools, draw: random.Random, today: datetime.date, deep: int = 0
) -> dict[str, object]:
    declared = ruleset.entity(entity)
    record: dict[str, object] = {}
    for field in declared.fields:
        pool = _pool(field, pools.get(field.name, []), today)
        if pool and draw.random() >= MISSING:
            record[field.name] = draw.choice(pool)
    for relation in declared.relations:
        if deep < MOST_RELATED:
            some = range(draw.randint(0, MOST_RELATED))
            related = [_record(ruleset, relation.entity, pools, draw, today, deep + 1) for _ in some]
            record[relation.name] = related if relation.many else next(iter(related), None)
    return record


def _pool(field: FieldDecl, named: Sequence[Value], today: datetime.date) -> list[Value]:
    """Return values worth trying for ``field``: those that conditions name, their neighbours, the ends of its domain."""
    ends = [end for end in (field.low, field.high) if end is not None]
    match field.type:
        case EnumType():
            return list(field.type.member_names)
        case Scalar.BOOLEAN:
            return [True, False]
        case Scalar.TEXT:
            return [*(value for value in named if isinstance(value, str)), "Example"]
        case Scalar.DATE:
            return [*(today + days * DAY for days in DAYS), *(value for value in named if type(value) is datetime.date)]
        case Scalar.DATETIME:
            moments = [value for value in named if isinstance(value, datetime.datetime)]
            return [*(noon(today) + days * DAY for days in DAYS), *moments]
        case Scalar.DURATION:
            return [days * DAY for days in DAYS]
        case Scalar.INTEGER:
            return [near for value in (*ends, *named, 1) if isinstance(value, int) for near in (value - 1, value, value + 1)]
        case Scalar.NUMBER:
            numbers = [float(value) for value in (*ends, *named, 1) if isinstance(value, int | float)]
            return [near for value in numbers for near in (value - 0.5, value, value + 0.5)]
        case Scalar.MONEY:
            amounts = [Decimal(value) for value in (*ends, *named, 1) if isinstance(value, int | Decimal)]
            return [near for value in amounts for near in (value - 1, value, value + 1)]


def _named(ruleset: Ruleset) -> Pools:
    """Return the constants that conditions name, by the name of a field that stands beside them."""
    found: defaultdict[str, dict[Value, None]] = defaultdict(dict)
    for _, expr in said(ruleset):
        for field, value in _beside(ruleset, expr):
            found[field].setdefault(value)
    return {field: list(values) for field, values in found.items()}


def _beside(ruleset: Ruleset, expr: Expr) -> Iterator[tuple[str, Value]]:
    """Yield (field, constant) for every comparison inside ``expr``."""
    operand, constants = _comparison(ruleset, expr)
    for field in _fields(operand):
        yield from ((field, value) for value in constants)
    for child in children(expr):
        yield from _beside(ruleset, child)


def _comparison(ruleset: Ruleset, expr: Expr) -> tuple[Expr, tuple[Value, ...]]:
    """Return what ``expr`` itself compares, and with which constants."""
    match expr:
        case ir.OneOf(operand, values):
            return operand, values
        case ir.InList(operand, name):
            return operand, ruleset.value_list(name).items[:3]
        case ir.Compare(_, left, right) | ir.RangedCompare(_, left, right) | ir.TextTest(_, left, right):
            operand, other = (right, left) if isinstance(left, ir.Literal) else (left, right)
            return operand, (other.value,) if isinstance(other, ir.Literal) and other.value is not None else ()
        case _:
            return expr, ()


def _fields(expr: Expr) -> Iterator[str]:
    if isinstance(expr, ir.Field):
        yield expr.name
    for child in children(expr):
        yield from _fields(child)
