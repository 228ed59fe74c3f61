"""Calls into values: what each function of the catalogue means."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from revrules.reference.operators import greatest, least, negate, zero
from revrules.runtime import clock, numbers, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, timedelta
    from decimal import Decimal

    from revrules.ir import Value
    from revrules.types import Type


def call(function: str, arguments: list[Value | None], type_: Type) -> Value | None:
    """Return the value of a call; missing where an argument is, but for ``least`` and ``greatest``."""
    known = [argument for argument in arguments if argument is not None]
    if function in CHOICES:
        return CHOICES[function](known, type_) if known else None
    if len(known) < len(arguments):
        return None
    if function == "abs":
        return negate(known[0], type_) if cast("int", known[0]) < cast("int", zero(type_)) else known[0]
    return FUNCTIONS[function](known[0])


CHOICES: dict[str, Callable[[list[Value], Type], Value]] = {"least": least, "greatest": greatest}

FUNCTIONS: dict[str, Callable[[Value], Value | None]] = {
    "email_domain": lambda text: texts.email_domain(cast("str", text)),
    "url_domain": lambda text: texts.url_domain(cast("str", text)),
    "lower": lambda text: texts.fold(cast("str", text)),
    "upper": lambda text: texts.to_capitals(cast("str", text)),
    "length": lambda text: len(cast("str", text)),
    "number": lambda value: numbers.to_number(cast("int | Decimal", value)),
    "money": lambda value: numbers.to_money(cast("int", value)),
    "year": lambda day: cast("date", day).year,
    "month": lambda day: cast("date", day).month,
    "day": lambda day: cast("date", day).day,
    "weekday": lambda day: cast("date", day).isoweekday(),
    "days": lambda length: clock.whole_units(cast("timedelta", length), clock.LENGTH_OF["day"]),
    "hours": lambda length: clock.whole_units(cast("timedelta", length), clock.LENGTH_OF["hour"]),
}
