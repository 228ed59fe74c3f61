"""Checked arithmetic: what fits is exact, what does not fit is None, whatever the caller's decimal context."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from revrules.runtime import numbers

LARGEST = Decimal("99999999999999.9999")


def test_money_is_exact_in_any_decimal_context() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert numbers.add_money(Decimal("12345678901234.5678"), Decimal("0.0001")) == Decimal("12345678901234.5679")
        assert numbers.multiply_money(Decimal("-0.0001"), 9_223_372_036_854_775_807) is None
        assert numbers.multiply_money(Decimal("12345678901.2345"), 7) == Decimal("86419752308.6415")
        assert numbers.sum_money([LARGEST, Decimal("0.0001"), Decimal("-0.0001")]) == LARGEST
        assert numbers.checked_money(Decimal("1.00005")) == Decimal("1.0001")


@pytest.mark.parametrize(
    ("given", "rounded"),
    [
        ("0.00005", "0.0001"),
        ("-0.00005", "-0.0001"),
        ("0.00004999", "0"),
        ("99999999999999.99994", str(LARGEST)),
        ("1E-400", "0"),
    ],
)
def test_money_is_rounded_half_away_from_zero(given: str, rounded: str) -> None:
    assert numbers.checked_money(Decimal(given)) == Decimal(rounded)


@pytest.mark.parametrize("given", ["99999999999999.99995", "-1E14", "1E+999999", "NaN", "sNaN", "-Infinity"])
def test_what_is_no_money_is_none(given: str) -> None:
    assert numbers.checked_money(Decimal(given)) is None


def test_a_sum_of_money_has_four_places() -> None:
    assert str(numbers.sum_money([])) == "0.0000"
    assert str(numbers.sum_money([Decimal("1.5"), Decimal(2)])) == "3.5000"
    assert numbers.sum_money([LARGEST, Decimal("0.0001")]) is None


def test_a_sum_of_numbers_is_the_exact_sum_rounded_once() -> None:
    r = Random(2)
    for _ in range(300):
        terms = [r.choice((1, -1)) * r.random() * 10.0 ** r.randint(-300, 308) for _ in range(r.randint(0, 8))]
        exact = sum(map(Fraction, terms))
        try:
            expected: float | None = float(exact)
        except OverflowError:
            expected = None
        assert numbers.sum_numbers(terms) == expected
        assert numbers.sum_numbers(reversed(terms)) == expected


def test_integers_fit_sixty_four_bits() -> None:
    assert numbers.checked_integer(2**63 - 1) == 2**63 - 1
    assert numbers.checked_integer(2**63) is None
    assert numbers.checked_integer(-(2**63)) == -(2**63)
    assert numbers.sum_integers([2**63 - 1, 5, -5]) == 2**63 - 1
    assert numbers.sum_integers([2**63 - 1, 1]) is None


def test_division_by_zero_and_overflow_are_none() -> None:
    assert numbers.divide(1.0, 0.0) is None
    assert numbers.divide(0.0, -0.0) is None
    assert numbers.divide(1e308, 1e-10) is None
    assert numbers.divide(7.0, 2.0) == 3.5
