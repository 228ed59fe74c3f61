"""An expression into how far its numbers can go, whatever the record: where nothing can overflow, nothing needs a guard."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.runtime.numbers import INTEGER_MAX
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.types import Type

MOST_RECORDS = 10**12
"""More records than any table has: what a count can come to."""
MOST_CHARACTERS = 2**40
MONEY_MAX = Decimal("99999999999999.9999")
DOUBLE_MAX = sys.float_info.max
LEAST_DOUBLE = 5e-324
DEEPEST = 12


class Reach(NamedTuple):
    """The greatest size that a number can have without its sign, and the least that it has when it is not nought."""

    most: float | int | Decimal
    least: float = 1.0


WHOLE: dict[Type, Reach] = {
    Scalar.INTEGER: Reach(INTEGER_MAX + 1),
    Scalar.DURATION: Reach(INTEGER_MAX + 1),
    Scalar.NUMBER: Reach(DOUBLE_MAX, LEAST_DOUBLE),
    Scalar.MONEY: Reach(MONEY_MAX, 1e-4),
}
"""What the types hold."""
SMALL = {"length": MOST_CHARACTERS, "year": 9999, "month": 12, "day": 31, "weekday": 7, "days": 10**9, "hours": 10**10}


def reach(expr: ir.Expr, ruleset: ir.Ruleset, depth: int = 0) -> Reach:
    """Return how far the numbers of an expression go, at most how far those of its type do."""
    whole = WHOLE[ir.type_of(expr)]
    found = whole if depth > DEEPEST else _reach(expr, ruleset, depth + 1)
    return Reach(min(found.most, whole.most), found.least)


def _reach(expr: ir.Expr, ruleset: ir.Ruleset, depth: int) -> Reach:
    match expr:
        case ir.Literal(value) if isinstance(value, int | float | Decimal):
            return Reach(value if value >= 0 else -value, abs(float(value)) or 1.0)
        case ir.Literal():
            return Reach(0)
        case ir.Count():
            return Reach(MOST_RECORDS)
        case ir.Points():
            return _of_points(expr, ruleset, depth)
        case ir.Ref(id_):
            return reach(ruleset.definition(id_).expr, ruleset, depth)
        case ir.Call("number", (argument,)):
            found = reach(argument, ruleset, depth)
            return Reach(float(found.most), found.least)
        case ir.Call("money", (argument,)):
            return reach(argument, ruleset, depth)
        case ir.Call(function, arguments, type_) if function in ("abs", "least", "greatest"):
            return _widest([reach(argument, ruleset, depth) for argument in arguments], type_)
        case ir.Call(function) if function in SMALL:
            return Reach(SMALL[function])
        case ir.Negate(operand):
            return reach(operand, ruleset, depth)
        case ir.OrElse(first, second) | ir.If(_, first, second):
            return _widest([reach(first, ruleset, depth), reach(second, ruleset, depth)], ir.type_of(first))
        case ir.Arith(op, left, right, type_) if type_ in WHOLE and type_ is not Scalar.DURATION:
            return combined(op, reach(left, ruleset, depth), reach(right, ruleset, depth), type_)
        case _:
            return WHOLE[ir.type_of(expr)]


def combined(op: ir.ArithOp, left: Reach, right: Reach, type_: Type) -> Reach:
    """Return how far a result goes, as if nothing could overflow: beyond its type where something can."""
    if type_ is not Scalar.NUMBER:
        exact, factor = Decimal(left.most), Decimal(right.most)
        return Reach(exact * factor if op is ir.ArithOp.MUL else exact + factor, left.least * right.least)
    one, other = float(left.most), float(right.most)
    match op:
        case ir.ArithOp.MUL:
            return Reach(one * other, left.least * right.least)
        case ir.ArithOp.DIV:
            far = right.least < 1 and one >= DOUBLE_MAX * right.least
            return Reach(float("inf") if far else one / right.least, left.least / other if other else 1.0)
        case _:
            return Reach(one + other, LEAST_DOUBLE)


def _widest(found: list[Reach], type_: Type) -> Reach:
    assert type_ in WHOLE, "only what can be added has a reach"
    return Reach(max(one.most for one in found), min(one.least for one in found))


def _of_points(expr: ir.Points, ruleset: ir.Ruleset, depth: int) -> Reach:
    """Return how far a score goes: to its own ends, else as far as its lines together."""
    whole = WHOLE[expr.type]
    ends = [abs(end) for end in (expr.low, expr.high) if end is not None]
    if len(ends) == 2:
        return Reach(max(ends), whole.least)
    summed = sum_of_lines(expr, ruleset, depth)
    return Reach(max([summed, *ends]), whole.least)


def sum_of_lines(expr: ir.Points, ruleset: ir.Ruleset, depth: int = 0) -> float | Decimal:
    """Return how far the sum of a score's lines goes before it is kept inside its ends."""
    most = [abs(expr.base), *(_of_line(line, expr.type, ruleset, depth) for line in expr.lines)]
    return sum(map(float, most)) if expr.type is Scalar.NUMBER else sum(map(Decimal, most))


def _of_line(line: ir.Line, type_: Type, ruleset: ir.Ruleset, depth: int) -> float | int | Decimal:
    if line.per is None:
        return abs(line.points)
    if line.up_to is not None:
        return abs(line.up_to)
    points, times = Reach(abs(line.points)), reach(line.per, ruleset, depth)
    return combined(ir.ArithOp.MUL, points, times, type_).most
