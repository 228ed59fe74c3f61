"""Intervals of values of one ordered type: their union, what they leave out, what two have in common."""

from __future__ import annotations

import datetime
from functools import cmp_to_key
from typing import TYPE_CHECKING

from revrules import ir
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.types import Type


def is_empty(interval: ir.Interval, type_: Type) -> bool:
    """Return whether no value lies in an interval, however its ends are written."""
    return _closed(interval, type_) is None


def overlap(first: ir.Interval, second: ir.Interval) -> ir.Interval:
    """Return the interval of the values in both; it may be empty."""
    low, low_open = max(_lower(first), _lower(second), key=cmp_to_key(_by_lower))
    high, high_open = min(_upper(first), _upper(second), key=cmp_to_key(_by_upper))
    return ir.Interval(low, high, low_open, high_open)


def united(intervals: Iterable[ir.Interval], type_: Type) -> tuple[ir.Interval, ...]:
    """Return intervals with the same values, from the least on, apart from each other; ends of whole units belong to them."""
    closed = [found for interval in intervals if (found := _closed(interval, type_)) is not None]
    closed.sort(key=lambda interval: cmp_to_key(_by_lower)(_lower(interval)))
    merged: list[ir.Interval] = []
    for interval in closed:
        if merged and _touch(merged[-1], interval, type_):
            high, high_open = max(_upper(merged[-1]), _upper(interval), key=cmp_to_key(_by_upper))
            merged[-1] = ir.Interval(merged[-1].low, high, merged[-1].low_open, high_open)
        else:
            merged.append(interval)
    return tuple(merged)


def complement(intervals: tuple[ir.Interval, ...], type_: Type) -> tuple[ir.Interval, ...]:
    """Return the values in none of ``intervals``, which are united."""
    found: list[ir.Interval] = []
    low: ir.Value | None = None
    low_open = False
    for interval in intervals:
        if interval.low is not None:
            found.append(ir.Interval(low, interval.low, low_open, not interval.low_open))
        low, low_open = interval.high, not interval.high_open
    if intervals and intervals[-1].high is not None:
        found.append(ir.Interval(low, None, low_open))
    return united(found, type_)


# --- ends --------------------------------------------------------------------------------------------------------

End = tuple["ir.Value | None", bool]
"""A value, and whether it does not belong to the interval itself; None: there is no end."""


def _lower(interval: ir.Interval) -> End:
    return interval.low, interval.low_open


def _upper(interval: ir.Interval) -> End:
    return interval.high, interval.high_open


def _by_lower(first: End, second: End) -> int:
    """Compare two lower ends: the one before which more values lie is the greater."""
    if first[0] is None or second[0] is None:
        return (first[0] is not None) - (second[0] is not None)
    return _order(first[0], second[0]) or first[1] - second[1]


def _by_upper(first: End, second: End) -> int:
    """Compare two upper ends: the one after which fewer values lie is the greater."""
    if first[0] is None or second[0] is None:
        return (first[0] is None) - (second[0] is None)
    return _order(first[0], second[0]) or second[1] - first[1]


def _order(first: ir.Value, second: ir.Value) -> int:
    assert type(first) is type(second), "the ends are of one type"
    return (first > second) - (first < second)  # type: ignore[operator]  # values of one type that has an order


def _touch(first: ir.Interval, second: ir.Interval, type_: Type) -> bool:
    """Return whether nothing lies between two intervals, of which the first starts first."""
    if first.high is None or second.low is None:
        return True
    order = _order(first.high, second.low)
    if order == 0:
        return not (first.high_open and second.low_open)
    return order > 0 or (_step(first.high, 1, type_) == second.low and type_ in (Scalar.INTEGER, Scalar.DATE))


def _closed(interval: ir.Interval, type_: Type) -> ir.Interval | None:
    """Return an interval with the same values whose ends belong to it, where the type has whole units; None if it is empty."""
    low, high, low_open, high_open = interval.low, interval.high, interval.low_open, interval.high_open
    if type_ in (Scalar.INTEGER, Scalar.DATE):
        low = _step(low, 1, type_) if low_open and low is not None else low
        high = _step(high, -1, type_) if high_open and high is not None else high
        if (low is None and low_open) or (high is None and high_open):
            return None
        low_open = high_open = False
    if low is not None and high is not None:
        order = _order(low, high)
        if order > 0 or (order == 0 and (low_open or high_open)):
            return None
    return ir.Interval(low, high, low_open, high_open)


def _step(value: ir.Value, by: int, type_: Type) -> ir.Value | None:
    """Return the next integer or date, None where there is none."""
    if type_ is Scalar.INTEGER:
        assert isinstance(value, int), "a whole number"
        return value + by if -(2**63) <= value + by < 2**63 else None
    if type_ is Scalar.DATE:
        assert isinstance(value, datetime.date), "a day"
        try:
            return value + datetime.timedelta(days=by)
        except OverflowError:
            return None
    return None
