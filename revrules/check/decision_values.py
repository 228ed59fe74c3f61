"""A number, amount, date or length of time in a cell of a decision table into a value of its column's type."""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.check.literals import INTEGER_LIMIT, THOUSANDS, money_problem
from revrules.runtime.clock import LENGTH_OF
from revrules.types import Scalar, type_name

if TYPE_CHECKING:
    from revrules import ir
    from revrules.types import Type

_NUMBER = re.compile(r"([-+−]?)([0-9][0-9_]*(?:\.[0-9]+)?)(\s?%)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\s?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_LENGTH = re.compile(r"(-?)([0-9][0-9_]*)\s*([a-z]+?)s?")
MOST_DIGITS = 100


class UnfitError(Exception):
    """A cell cannot be understood: the clause on it, what would be right; ``unclear`` where it can be read in two ways."""

    def __init__(self, problem: str, help_: tuple[str, ...] = (), *, unclear: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.help, self.unclear = problem, help_, unclear


def read_value(text: str, type_: Type, zone: datetime.tzinfo) -> ir.Value:
    """Return the value that a text writes; raises ``UnfitError``. Times without an offset are in ``zone``."""
    text = text.strip()
    match type_:
        case Scalar.INTEGER | Scalar.NUMBER | Scalar.MONEY:
            return _number(text, type_)
        case Scalar.DATE:
            return _date(text)
        case Scalar.DATETIME:
            return _moment(text, zone)
        case Scalar.DURATION:
            return _length(text)
        case _:
            raise AssertionError("only values of types with an order are written in ranges")


def _number(text: str, type_: Scalar) -> ir.Value:
    written = _NUMBER.fullmatch(text)
    if written is None or len(text) > MOST_DIGITS:
        help_ = "write plain digits with a point for decimals, as in 1200.50: no currency, no marks between thousands"
        raise UnfitError(f"`{_short(text)}` is no {'amount' if type_ is Scalar.MONEY else type_name(type_)}", (help_,))
    digits = written[2]
    if type_ is not Scalar.NUMBER and THOUSANDS.fullmatch(digits):
        decimals = digits.removesuffix(".000") if digits.endswith(".000") else f"{digits}0"
        help_ = f"write `{digits.replace('.', '')}` or `{decimals}`"
        raise UnfitError(f"the point in `{text}` may part thousands or decimals", (help_,), unclear=True)
    value = Decimal(digits.replace("_", ""))
    value = value / 100 if written[3] else value
    value = -value if written[1] in ("-", "−") and written[1] else value
    if written[3] and type_ is not Scalar.NUMBER:
        raise UnfitError(f"`{text}` is {value}, and the column is of type {type_name(type_)}")
    if type_ is Scalar.NUMBER:
        number = float(value)
        if math.isfinite(number):
            return number
        raise UnfitError(f"`{text}` is too large for a number")
    if type_ is Scalar.MONEY:
        problem = money_problem(value)
        if problem:
            raise UnfitError(f"`{text}` is no amount: {problem}")
        return value.quantize(Decimal("0.0001"))
    if value != int(value):
        raise UnfitError(f"`{text}` is no whole number, and the column is of type integer")
    if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        raise UnfitError(f"`{text}` is too large for an integer (64 bits)")
    return int(value)


def _date(text: str) -> datetime.date:
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise UnfitError(f"there is no day `{text}`") from None
    raise UnfitError(f"`{_short(text)}` is no date", ("write dates as in 2026-11-21",))


def _moment(text: str, zone: datetime.tzinfo) -> datetime.datetime:
    written = _MOMENT.fullmatch(text)
    if written is None:
        help_ = "write the day with its time, as in 2026-11-21T09:00Z or, in the ruleset's time zone, 2026-11-21T09:00"
        raise UnfitError(f"`{_short(text)}` is no date and time", (help_,))
    try:
        value = datetime.datetime.fromisoformat(f"{written[1]}T{written[2]}{written[3] or ''}")
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise UnfitError(f"there is no moment `{text}`") from None


def _length(text: str) -> datetime.timedelta:
    written = _LENGTH.fullmatch(text)
    if written is None or len(text) > MOST_DIGITS:
        raise UnfitError(f"`{_short(text)}` is no length of time", ("write it with its unit, as in 30 days or 2 hours",))
    if written[3] not in LENGTH_OF:
        fixed = ", ".join(LENGTH_OF)
        raise UnfitError(f"`{text}` is no fixed length of time", (f"the units are {fixed}",))
    try:
        length = int(written[2].replace("_", "")) * LENGTH_OF[written[3]]
    except OverflowError:
        raise UnfitError(f"`{text}` is too long") from None
    return -length if written[1] else length


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
