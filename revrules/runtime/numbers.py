"""Operands into checked results: arithmetic whose overflow and division by zero are None (missing)."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1
MONEY_STEP = Decimal("0.0001")
MONEY_LIMIT = Decimal(10) ** 14
EXACT = Context(prec=64, rounding=ROUND_HALF_UP, Emin=-999_999, Emax=999_999, traps=[])
"""Wide enough for every product of a money and an integer; independent of the caller's own decimal context."""
WIDE = Context(prec=1_100, rounding=ROUND_HALF_UP, Emin=-999_999, Emax=999_999, traps=[])
"""Wide enough for the longest number that a cell holds, times the microseconds of a unit."""


def checked_integer(value: int) -> int | None:
    """Return ``value`` where it fits 64 bits."""
    return value if INTEGER_MIN <= value <= INTEGER_MAX else None


def checked_number(value: float) -> float | None:
    """Return ``value`` where it is finite."""
    return value if math.isfinite(value) else None


def checked_money(value: Decimal) -> Decimal | None:
    """Return ``value`` at four places, rounded half away from zero, where no more than 14 digits stand before the point."""
    if not value.is_finite() or value.adjusted() > 14:
        return None
    rounded = value.quantize(MONEY_STEP, context=EXACT)
    return rounded if -MONEY_LIMIT < rounded < MONEY_LIMIT else None


def add_money(left: Decimal, right: Decimal) -> Decimal | None:
    """Return the sum."""
    return checked_money(EXACT.add(left, right))


def subtract_money(left: Decimal, right: Decimal) -> Decimal | None:
    """Return the difference."""
    return checked_money(EXACT.subtract(left, right))


def multiply_money(left: Decimal | int, right: Decimal | int) -> Decimal | None:
    """Return the product of a money and an integer."""
    return checked_money(EXACT.multiply(Decimal(left), Decimal(right)))


def divide(left: float, right: float) -> float | None:
    """Return the quotient; None for a zero divisor."""
    return checked_number(left / right) if right else None


def to_number(value: float | Decimal) -> float:
    """Return the nearest double of an integer of 64 bits, a number or a money."""
    return float(value)


def to_money(value: int) -> Decimal | None:
    """Return an integer as money."""
    return checked_money(Decimal(value))


def sum_integers(values: Iterable[int]) -> int | None:
    """Return the sum; only the result has to fit."""
    return checked_integer(sum(values))


def sum_numbers(values: Iterable[float]) -> float | None:
    """Return the exact sum, rounded once, so that the order of the records does not matter (Shewchuk's algorithm)."""
    terms = list(values)
    try:
        return checked_number(math.fsum(terms))
    except OverflowError:  # a partial sum is too large; the whole need not be
        pass
    try:
        return checked_number(float(sum(map(Fraction, terms))))
    except OverflowError:
        return None


def sum_money(values: Iterable[Decimal]) -> Decimal | None:
    """Return the exact sum; only the result has to fit."""
    total = sum(int(value.scaleb(4, EXACT)) for value in values)
    return checked_money(EXACT.scaleb(Decimal(total), Decimal(-4)))
