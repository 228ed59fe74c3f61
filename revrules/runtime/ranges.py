"""Ranges of numbers that are not known for sure into other ranges. A range is its least and greatest number; None is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from revrules.runtime.clock import checked_duration, multiply_duration
from revrules.runtime.numbers import (
    add_money,
    checked_integer,
    checked_number,
    multiply_money,
    subtract_money,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Operation: TypeAlias = Callable[[Any, Any], Any]  # both operands and the result are of one type, which the compiler knows
    Range: TypeAlias = tuple[Any, Any] | None

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("integer", "+"): lambda left, right: checked_integer(left + right),
    ("integer", "-"): lambda left, right: checked_integer(left - right),
    ("integer", "*"): lambda left, right: checked_integer(left * right),
    ("number", "+"): lambda left, right: checked_number(left + right),
    ("number", "-"): lambda left, right: checked_number(left - right),
    ("number", "*"): lambda left, right: checked_number(left * right),
    ("money", "+"): add_money,
    ("money", "-"): subtract_money,
    ("money", "*"): multiply_money,
    ("duration", "+"): lambda left, right: checked_duration(left + right),
    ("duration", "-"): lambda left, right: checked_duration(left - right),
    ("duration", "*"): lambda left, right: multiply_duration(*((right, left) if isinstance(left, int) else (left, right))),
}


def combine(kind: str, op: str, left: Range, right: Range) -> Range:
    """Return the range of the results of an operation; missing where an end is."""
    if left is None or right is None:
        return None
    operation = OPERATIONS[kind, op]
    ends = [operation(one, other) for one in left for other in right]
    return None if None in ends else (min(ends), max(ends))


def both_ends(value: object) -> Range:
    """Return the range of a value that is known, or missing."""
    return None if value is None else (value, value)


def as_numbers(range_: Range) -> Range:
    """Return a range of integers or numbers as one of numbers."""
    return None if range_ is None else (float(range_[0]), float(range_[1]))


def add_points(kind: str, total: Range, points: Range, sure: bool) -> Range:
    """Return a running total with a line added whose condition is true (``sure``) or unknown."""
    if total is None or points is None:
        return None
    low, high = points
    if not sure:
        none = 0.0 if kind == "number" else 0
        low, high = min(low, none), max(high, none)
    operation = OPERATIONS[kind, "+"]
    ends = operation(total[0], low), operation(total[1], high)
    return None if None in ends else ends


def limited(range_: Range, low: float | None, high: float | None) -> Range:
    """Return the range kept inside ``low``..``high``, where these are given."""
    if range_ is None:
        return None
    ends = [end if low is None else max(end, low) for end in range_]
    least, greatest = [end if high is None else min(end, high) for end in ends]
    return least, greatest


def shown_range(range_: Range) -> object:
    """Return the number that a range is, or the text ``low..high``; None for missing."""
    if range_ is None or range_[0] == range_[1]:
        return range_ and range_[0]
    return f"{range_[0]}..{range_[1]}"


def least_known(*values: Any, ranks: dict[str, int] | None = None) -> object:
    """Return the smallest of the known values, of members by their ``ranks``; None without one."""
    known = [value for value in values if value is not None]
    return min(known, key=ranks.__getitem__ if ranks else None, default=None)


def greatest_known(*values: Any, ranks: dict[str, int] | None = None) -> object:
    """Return the largest of the known values, as ``least_known`` does the smallest."""
    known = [value for value in values if value is not None]
    return max(known, key=ranks.__getitem__ if ranks else None, default=None)
