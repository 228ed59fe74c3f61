"""Python and JSON values into typed values: what a value that is no text means for a field, or why it is none.

A reading is a pair: the value with an empty reason, None with an empty reason (missing), or None with a clause that says why
the value is none, such as "not a date" or "outside 0..100".
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from numbers import Integral, Real
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules.runtime.clock import LENGTH_OF, MICROSECOND, checked_duration, from_local, zone_of
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN, WIDE, checked_money, checked_number
from revrules.runtime.texts import WHITE_SPACE, fold, is_unicode

if TYPE_CHECKING:
    from collections.abc import Callable

    Reading: TypeAlias = tuple[object, str]
    Reader: TypeAlias = Callable[[object], Reading]

MOST_NAMES_SHOWN = 6

MISSING: Reading = (None, "")
NOT_A_MEMBER = "not one of "
NEAR = " (near: "
"""What follows it in a reason is a suggestion."""


class FieldSpec(NamedTuple):
    """A field, described with plain values. ``kind`` is the type's word; bounds and stand-ins have the field's type.

    ``members`` are names with their labels and ids. ``missing_texts`` are compared with the text as written, without white
    space around it. The rest says how an export writes the values (``revrules.runtime.cells``).
    """

    name: str
    kind: str
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()
    low: object = None
    high: object = None
    high_open: bool = False
    required: bool = False
    missing_values: tuple[object, ...] = ()
    missing_texts: tuple[str, ...] = ()
    timezone: str = "UTC"
    patterns: tuple[str, ...] = ()
    true_texts: tuple[str, ...] = ()
    false_texts: tuple[str, ...] = ()
    decimal_mark: str = "."
    group_mark: str = ""
    unit: str | None = None


def value_reader(spec: FieldSpec) -> Reader:
    """Return the function that reads a Python or JSON value other than a text for a field."""
    zone = zone_of(spec.timezone)
    match spec.kind:
        case "boolean":
            return read_boolean
        case "integer":
            return read_integer
        case "number":
            return read_number
        case "money":
            return read_money
        case "text":
            return read_text
        case "date":
            return read_day
        case "datetime":
            return lambda raw: read_instant(raw, zone)
        case "duration":
            return lambda raw: read_duration(raw, spec.unit)
        case _:
            return member_reader(spec)


def acceptor(spec: FieldSpec) -> Reader:
    """Return the function that a typed value passes last: stand-ins become missing, values outside the domain none."""
    low, high, high_open, stand_ins = spec.low, spec.high, spec.high_open, spec.missing_values
    beyond = outside(spec)
    member_stand_ins = spec.missing_texts if spec.kind == "enum" else ()

    def accept(value: object) -> Reading:
        if value is None or value in stand_ins or value in member_stand_ins:
            return MISSING
        if low is not None and value < low:  # type: ignore[operator]  # bounds have the field's type, which is ordered
            return None, beyond
        if high is not None and (value >= high if high_open else value > high):  # type: ignore[operator]  # as above
            return None, beyond
        return value, ""

    return accept


def outside(spec: FieldSpec) -> str:
    """Return why a value beyond the bounds of a field is none."""
    return f"outside {_shown(spec.low)}..{'<' if spec.high_open else ''}{_shown(spec.high)}"


def without_suggestion(reason: str) -> str:
    """Return a reason without the member that the value looks like."""
    return reason.partition(NEAR)[0] if reason.startswith(NOT_A_MEMBER) else reason


def shown_value(raw: object) -> object:
    """Return ``raw`` as a data problem shows it: cut where it is too large to be read or printed."""
    if isinstance(raw, str) and len(raw) > 200:
        return raw[:200] + "…"
    if isinstance(raw, int) and raw.bit_length() > 512:
        return f"an integer of about {raw.bit_length() * 30103 // 100000} digits"
    return raw


def _shown(bound: object) -> str:
    if bound is None:
        return ""
    if isinstance(bound, float) and bound.is_integer():
        return str(int(bound))
    return f"{bound.normalize():f}" if isinstance(bound, Decimal) else str(bound)


def read_boolean(raw: object) -> Reading:
    """Return a truth value."""
    return (raw, "") if isinstance(raw, bool) else (None, "not true or false")


def read_integer(raw: object) -> Reading:
    """Return an integer of 64 bits; 3.0 is one, 3.5 and True are none."""
    if isinstance(raw, bool):
        return None, "not an integer"
    exact = to_decimal(raw) if isinstance(raw, Real | Decimal) else None
    if exact is None:
        return None, "not an integer"
    if exact.adjusted() > 20:
        return None, "too large for an integer"
    value = int(exact)
    if value != exact:
        return None, "not a whole number"
    return (value, "") if INTEGER_MIN <= value <= INTEGER_MAX else (None, "too large for an integer")


def read_number(raw: object) -> Reading:
    """Return a finite double."""
    if isinstance(raw, bool) or not isinstance(raw, Real | Decimal) or (isinstance(raw, Decimal) and raw.is_nan()):
        return None, "not a number"
    try:
        value = float(raw)
    except OverflowError:  # an integer beyond all doubles
        return None, "too large for a number"
    if math.isnan(value):
        return None, "not a number"
    return (value, "") if checked_number(value) is not None else (None, "too large for a number")


def read_money(raw: object) -> Reading:
    """Return a decimal with four places; doubles by their shortest spelling."""
    amount = None if isinstance(raw, bool) else to_decimal(raw)
    return money_of(amount) if amount is not None else (None, "not an amount of money")


def to_decimal(raw: object) -> Decimal | None:
    """Return the finite decimal that an integer, double or decimal means, else None."""
    if isinstance(raw, Integral):
        number = int(raw)
        return Decimal(number) if number.bit_length() < 512 else Decimal(10**100).copy_sign(Decimal(1 if number > 0 else -1))
    if isinstance(raw, Real):
        try:
            raw = Decimal(repr(float(raw)))
        except OverflowError:  # a fraction beyond all doubles
            return None
    return raw if isinstance(raw, Decimal) and raw.is_finite() else None


def money_of(amount: Decimal) -> Reading:
    """Return ``amount`` as money."""
    money = checked_money(amount)
    return (money, "") if money is not None else (None, "too large for an amount of money")


def read_text(raw: object) -> Reading:
    """Return a text as it is; integers are ids and become texts."""
    if isinstance(raw, str):
        return (raw, "") if is_unicode(raw) else (None, "not Unicode text: it holds half a surrogate pair")
    if isinstance(raw, bool) or not isinstance(raw, Integral):
        return None, "not a text"
    number = int(raw)
    return (str(number), "") if number.bit_length() < 3_000 else (None, "too long for an id")


def read_day(raw: object) -> Reading:
    """Return a date; a naive midnight is its day."""
    if isinstance(raw, datetime):
        if raw == raw and raw.tzinfo is None and raw.time() == time(0):
            return raw.date(), ""
        return None, "a date and time, not a date"
    return (raw, "") if isinstance(raw, date) else (None, "not a date")


def read_instant(raw: object, zone: tzinfo) -> Reading:
    """Return an instant in UTC; a time without an offset is local to ``zone``."""
    moment: datetime | None = None
    if isinstance(raw, datetime):
        if raw == raw:
            moment = from_local(raw, zone) if raw.utcoffset() is None else _in_utc(raw)
    elif isinstance(raw, date):
        return None, "a date, not a date and time"
    return (moment, "") if moment is not None else (None, "not a date and time")


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def read_duration(raw: object, unit: str | None) -> Reading:
    """Return a length of time; a number counts ``unit``."""
    if isinstance(raw, timedelta):
        length = checked_duration(raw) if raw == raw else None
        return (length, "") if length is not None else (None, "too long for a length of time")
    amount = None if isinstance(raw, bool) or unit is None else to_decimal(raw)
    return (None, "not a length of time") if amount is None or unit is None else duration_of(amount, unit)


def duration_of(amount: Decimal, unit: str) -> Reading:
    """Return that many units, rounded to microseconds."""
    if amount.adjusted() > 20:
        return None, "too long for a length of time"
    micros = int(WIDE.multiply(amount, Decimal(LENGTH_OF[unit] // MICROSECOND)).to_integral_value(context=WIDE))
    if not -(2**63) <= micros < 2**63:
        return None, "too long for a length of time"
    return timedelta(microseconds=micros), ""


def member_names(spec: FieldSpec) -> dict[str, str]:
    """Return the names of an enum's members by what a cell may hold for them: name, label or id."""
    names: dict[str, str] = {}
    for name, labels in spec.members:
        for spelling in (name, *labels):
            names.setdefault(spelling, name)
    return names | {name: name for name, _ in spec.members}


def not_a_member(spec: FieldSpec) -> str:
    """Return why a value that is no member of an enum is none."""
    listed = ", ".join(name for name, _ in spec.members[:MOST_NAMES_SHOWN])
    return NOT_A_MEMBER + listed + (", …" if len(spec.members) > MOST_NAMES_SHOWN else "")


def member_reader(spec: FieldSpec) -> Reader:
    """Return the function that reads a member of an enum by its name, a label or an id."""
    names, reason = member_names(spec), not_a_member(spec)
    by_folded = {fold(spelling): spelling for spelling in names}

    @lru_cache(maxsize=1024)
    def with_suggestion(text: str) -> str:
        near = get_close_matches(fold(text), list(by_folded)[:1_000], n=1)
        return f"{reason}{NEAR}{by_folded[near[0]]})" if near else reason

    def read(raw: object) -> Reading:
        text, _ = read_text(raw)
        if not isinstance(text, str):
            return None, with_suggestion("")
        text = text.strip(WHITE_SPACE)
        name = names.get(text)
        return (name, "") if name is not None else (None, with_suggestion(text[:100]))

    return read
