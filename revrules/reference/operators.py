"""Values into values and truths: arithmetic, comparison and order. A missing operand (None) gives missing."""

from __future__ import annotations

import operator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from revrules.ir import ArithOp, CompareOp
from revrules.runtime import clock, numbers
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.ir import Value
    from revrules.reference.scope import Range
    from revrules.types import Type

COMPARISONS: dict[CompareOp, Callable[[Any, Any], bool]] = {
    CompareOp.EQ: operator.eq,
    CompareOp.NE: operator.ne,
    CompareOp.LT: operator.lt,
    CompareOp.LE: operator.le,
    CompareOp.GT: operator.gt,
    CompareOp.GE: operator.ge,
}

NOUGHTS: dict[Scalar, Value] = {
    Scalar.INTEGER: 0,
    Scalar.NUMBER: 0.0,
    Scalar.MONEY: Decimal("0.0000"),
    Scalar.DURATION: timedelta(0),
}


def arith(op: ArithOp, left: Value | None, right: Value | None, type_: Type) -> Value | None:
    """Return the result, of ``type_``; division by zero and overflow are missing."""
    if left is None or right is None:
        return None
    match type_:
        case Scalar.INTEGER:
            return numbers.checked_integer(_whole(op, cast("int", left), cast("int", right)))
        case Scalar.NUMBER:
            return _number(op, cast("float", left), cast("float", right))
        case Scalar.MONEY:
            return _money(op, cast("Decimal", left), cast("Decimal", right))
        case Scalar.DATETIME:
            moment, length = (left, right) if isinstance(left, datetime) else (right, left)
            return clock.add_duration(cast("datetime", moment), _signed(op, cast("timedelta", length)))
        case _:
            return _duration(op, left, right)


def negate(operand: Value | None, type_: Type) -> Value | None:
    """Return the negative."""
    return None if operand is None else arith(ArithOp.SUB, zero(type_), operand, type_)


def zero(type_: Type) -> Value:
    """Return the nought of a type that can be added."""
    return NOUGHTS[cast("Scalar", type_)]


def total(values: list[Value] | None, type_: Type) -> Value | None:
    """Return the sum of ``values``; that of numbers is exact, then rounded once."""
    if values is None:
        return None
    match type_:
        case Scalar.INTEGER:
            return numbers.sum_integers(cast("list[int]", values))
        case Scalar.NUMBER:
            return numbers.sum_numbers(cast("list[float]", values))
        case _:
            return numbers.sum_money(cast("list[Decimal]", values))


def compare(op: CompareOp, left: Value | None, right: Value | None, type_: Type) -> bool | None:
    """Return whether ``left`` lies to ``right`` as ``op`` says."""
    if left is None or right is None:
        return None
    return COMPARISONS[op](rank(left, type_), rank(right, type_))


def compare_ranges(op: CompareOp, left: Range | None, right: Range | None) -> bool | None:
    """Return true (false) when ``op`` holds (does not hold) for every number of ``left`` with every number of ``right``."""
    if left is None or right is None:
        return None
    (low, high), (other_low, other_high) = cast("tuple[tuple[float, float], tuple[float, float]]", (left, right))
    match op:
        case CompareOp.LT:
            return True if high < other_low else False if low >= other_high else None
        case CompareOp.GE:
            return True if low >= other_high else False if high < other_low else None
        case CompareOp.GT:
            return True if low > other_high else False if high <= other_low else None
        case CompareOp.LE:
            return True if high <= other_low else False if low > other_high else None
        case CompareOp.EQ | CompareOp.NE:
            if high < other_low or low > other_high:
                return op is CompareOp.NE
            return op is CompareOp.EQ if low == high == other_low == other_high else None


def combine_ranges(op: ArithOp, left: Range | None, right: Range | None, type_: Type) -> Range | None:
    """Return the range of the results; missing where an end is."""
    if left is None or right is None:
        return None
    ends = [arith(op, one, other, type_) for one in left for other in right]
    known = [end for end in ends if end is not None]
    return (least(known, type_), greatest(known, type_)) if len(known) == len(ends) else None


def least(values: list[Value], type_: Type) -> Value:
    """Return the smallest of ``values``, which are some."""
    return min(values, key=lambda value: cast("Any", rank(value, type_)))


def greatest(values: list[Value], type_: Type) -> Value:
    """Return the largest of ``values``, which are some."""
    return max(values, key=lambda value: cast("Any", rank(value, type_)))


def rank(value: Value, type_: Type) -> object:
    """Return what ``value`` is ordered by: members of an ordered enum by their place."""
    return type_.member_names.index(cast("str", value)) if isinstance(type_, EnumType) and type_.ordered else value


def _whole(op: ArithOp, left: int, right: int) -> int:
    return left + right if op is ArithOp.ADD else left - right if op is ArithOp.SUB else left * right


def _number(op: ArithOp, left: float, right: float) -> float | None:
    if op is ArithOp.DIV:
        return numbers.divide(left, right)
    result = left + right if op is ArithOp.ADD else left - right if op is ArithOp.SUB else left * right
    return numbers.checked_number(result)


def _money(op: ArithOp, left: Decimal, right: Decimal) -> Decimal | None:
    if op is ArithOp.MUL:
        return numbers.multiply_money(left, right)
    return numbers.add_money(left, right) if op is ArithOp.ADD else numbers.subtract_money(left, right)


def _duration(op: ArithOp, left: Value, right: Value) -> timedelta | None:
    """Return moment - moment, duration ± duration, or duration times integer."""
    if isinstance(left, date) and isinstance(right, date):
        return clock.checked_duration(left - right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return clock.checked_duration(left + _signed(op, right))
    length, count = (left, right) if isinstance(left, timedelta) else (right, left)
    return clock.multiply_duration(cast("timedelta", length), cast("int", count))


def _signed(op: ArithOp, length: timedelta) -> timedelta:
    return length if op is ArithOp.ADD else -length
