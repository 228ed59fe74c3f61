"""Cells of an export into typed values, by the format that the field declares (grammar/language.md, section 10)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.runtime.clock import LENGTH_OF, zone_of
from revrules.runtime.dates import moment_pattern, read_date, read_datetime
from revrules.runtime.numbers import checked_integer, checked_number
from revrules.runtime.texts import WHITE_SPACE, fold
from revrules.runtime.values import (
    MISSING,
    FieldSpec,
    acceptor,
    duration_of,
    member_reader,
    money_of,
    read_text,
    value_reader,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.runtime.values import Reader, Reading

TRUE_TEXTS = ("true", "yes", "y", "t", "1")
FALSE_TEXTS = ("false", "no", "n", "f", "0")
LONGEST_CELL = 1_000
"""Characters: a longer cell is nothing but a text."""

PLAIN_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
EXPONENT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,6}")
CURRENCY = "[A-Z]{3}|[$€£¥₹₽₩₪₺₴₫₱฿₦₡₲₵₸]"
SPACES = "[ \u00a0\u202f]"
"""The marks that stand between groups of digits where people see a space."""


def field_reader(spec: FieldSpec) -> Reader:
    """Return the function that reads what a record holds for a field: a text as a cell of an export, else a typed value.

    It raises on nothing, and is quick to refuse however large the text or number is.
    """
    cell = cell_reader(spec)
    read = _truth_reader(spec, cell) if spec.kind == "boolean" else value_reader(spec)
    accept = acceptor(spec)
    written = spec.missing_texts

    def reader(raw: object) -> Reading:
        if raw is None:
            return MISSING
        if isinstance(raw, str):
            return cell(raw)
        if written and isinstance(raw, int) and read_text(raw)[0] in written:
            return MISSING
        value, reason = read(raw)
        return (None, reason) if reason else accept(value)

    return reader


def _truth_reader(spec: FieldSpec, cell: Callable[[str], Reading]) -> Reader:
    """Return the function that reads a truth value; tables with types hold many as 1 and 0, which are read as those cells."""
    read = value_reader(spec)
    return lambda raw: cell(str(raw)) if type(raw) is int and raw in (0, 1) else read(raw)


def cell_reader(spec: FieldSpec) -> Callable[[str], Reading]:
    """Return the function that reads a cell for a field. White space around it is dropped (a text keeps it); blank is missing."""
    read = _cell_type(spec)
    accept = acceptor(spec)
    is_text = spec.kind == "text"

    def reader(cell: str) -> Reading:
        text = cell.strip(WHITE_SPACE)
        if not text or text in spec.missing_texts:
            return MISSING
        if is_text:
            return read_text(cell)
        if len(text) > LONGEST_CELL:
            return None, f"longer than {LONGEST_CELL:,} characters"
        value, reason = read(text)
        return (None, reason) if reason else accept(value)

    return reader


def _cell_type(spec: FieldSpec) -> Callable[[str], Reading]:
    match spec.kind:
        case "boolean":
            return _boolean_cell(spec.true_texts or TRUE_TEXTS, spec.false_texts or FALSE_TEXTS)
        case "integer" | "number" | "money":
            return _number_cell(spec)
        case "date":
            patterns = tuple(map(moment_pattern, spec.patterns))
            reason = expected("not a date", spec.patterns)
            return lambda text: _or_reason(read_date(text, patterns) or read_date(text, ()), reason)
        case "datetime":
            zone, patterns = zone_of(spec.timezone), tuple(map(moment_pattern, spec.patterns))
            reason = expected("not a date and time", spec.patterns)
            return lambda text: _or_reason(read_datetime(text, patterns, zone) or read_datetime(text, (), zone), reason)
        case "duration":
            return _duration_cell(spec)
        case _:
            return member_reader(spec)


def _or_reason(value: object, reason: str) -> Reading:
    return (value, "") if value is not None else (None, reason)


def expected(reason: str, patterns: tuple[str, ...]) -> str:
    """Return a reason that names the patterns that a cell may have, where some are declared."""
    return f"{reason} written {' or '.join(patterns)}" if patterns else reason


def _boolean_cell(true_texts: tuple[str, ...], false_texts: tuple[str, ...]) -> Callable[[str], Reading]:
    meanings = {fold(text): False for text in false_texts} | {fold(text): True for text in true_texts}
    reason = f"neither {true_texts[0]} nor {false_texts[0]}"
    return lambda text: _or_reason(meanings.get(fold(text)), reason)


def _number_cell(spec: FieldSpec) -> Callable[[str], Reading]:
    plain = spec.decimal_mark == "." and not spec.group_mark
    digits = None if plain else _marked_number(spec.decimal_mark, spec.group_mark)
    what = {"integer": "an integer", "number": "a number", "money": "an amount of money"}[spec.kind]
    take = {"integer": _integer, "number": _number, "money": money_of}[spec.kind]
    exponent = EXPONENT if plain and spec.kind == "number" else None

    def read(text: str) -> Reading:
        spelled = text if digits is None else digits(text)
        if spelled is None or not (PLAIN_DECIMAL.fullmatch(spelled) or (exponent and exponent.fullmatch(spelled))):
            return None, f"not {what}"
        return take(Decimal(spelled))

    return read


def _integer(number: Decimal) -> Reading:
    if number != number.to_integral_value():
        return None, "not a whole number"
    value = checked_integer(int(number))
    return (value, "") if value is not None else (None, "too large for an integer")


def _number(number: Decimal) -> Reading:
    value = checked_number(float(number))
    return (value, "") if value is not None else (None, "too large for a number")


def marked_shape(decimal_mark: str, group_mark: str) -> tuple[str, str]:
    """Return the expressions of a number with marks (sign before and behind a currency, whole digits, fraction) and of its group
    mark.

    Groups have three digits, all but the last two or three (as in India); so a decimal mark is not taken for a group mark.
    """
    group = SPACES if group_mark.isspace() else re.escape(group_mark)
    whole = f"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]+" if group_mark else "[0-9]+"
    gap = f"{SPACES}?"
    fraction = rf"(?:{re.escape(decimal_mark)}([0-9]*))?"
    return rf"([+-]?){gap}(?:{CURRENCY})?{gap}([+-]?)((?:{whole})?){fraction}{gap}(?:%|{CURRENCY})?", group


def _marked_number(decimal_mark: str, group_mark: str) -> Callable[[str], str | None]:
    """Return the function from a number with marks, and currency signs or ``%`` around it, to plain digits with a point."""
    expression, group = marked_shape(decimal_mark, group_mark)
    shape, marks = re.compile(expression), re.compile(group) if group_mark else None

    def digits(text: str) -> str | None:
        found = shape.fullmatch(text)
        if found is None or (found[1] and found[2]):
            return None
        integral = marks.sub("", found[3]) if marks else found[3]
        return f"{found[1] or found[2]}{integral}.{found[4] or ''}"

    return digits


def _duration_cell(spec: FieldSpec) -> Callable[[str], Reading]:
    unit = spec.unit
    if unit is None:
        return iso_duration
    reason = f"not a number of {unit}s"

    def read(text: str) -> Reading:
        if PLAIN_DECIMAL.fullmatch(text) or EXPONENT.fullmatch(text):
            return duration_of(Decimal(text), unit)
        length, _ = iso_duration(text)
        return (length, "") if length is not None else (None, reason)

    return read


ISO_DURATION_PARTS = (
    r"([+-]?)P(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12}(?:\.[0-9]{1,9})?)S)?)?"
)
"""Sign, weeks, days, hours, minutes, seconds; neither ``P`` nor ``T`` may be the end."""
ISO_DURATION = re.compile(ISO_DURATION_PARTS)


def iso_duration(text: str) -> Reading:
    """Return the length that ``text`` means in ISO 8601, without months and years."""
    found = ISO_DURATION.fullmatch(text) if len(text) <= LONGEST_CELL else None
    if found is None or text[-1] in "PT":
        return None, "not a length of time"
    sign, *counts = found.groups()
    units = (("week", counts[0]), ("day", counts[1]), ("hour", counts[2]), ("minute", counts[3]), ("second", counts[4]))
    seconds = sum((Decimal(count or 0) * (LENGTH_OF[unit] // LENGTH_OF["second"]) for unit, count in units), Decimal(0))
    return duration_of(-seconds if sign == "-" else seconds, "second")
