"""Texts into dates and instants: ISO 8601, and the patterns that an export declares. No locale; only the digits 0 to 9 count."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from revrules.runtime.clock import from_local

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
DIRECTIVES = {
    "d": "[0-9]{1,2}",
    "m": "[0-9]{1,2}",
    "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]{3,9}",
    "y": "[0-9]{2}",
    "Y": "[0-9]{4}",
    "H": "[0-9]{1,2}",
    "I": "[0-9]{1,2}",
    "p": "[AaPp][Mm]",
    "M": "[0-9]{1,2}",
    "S": "[0-9]{1,2}",
    "f": "[0-9]{1,9}",
    "z": "Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?",
}
"""What each ``%`` letter of a pattern takes."""

LAST_YEAR_OF_2000 = 68
"""``%y``: 00 to 68 are 20xx, 69 to 99 are 19xx (POSIX)."""


class MomentPattern(NamedTuple):
    """A declared pattern: the expression that the whole text matches, and the letter of each group."""

    expression: re.Pattern[str]
    letters: str


def moment_pattern(text: str) -> MomentPattern:
    """Return the pattern that ``text`` (such as ``%d-%m-%y``) describes. Raises ``ValueError`` with an unknown directive."""
    parts: list[str] = []
    letters = ""
    rest = iter(re.findall(r"%.|%$|\s+|[^%\s]+", text, re.DOTALL))
    for piece in rest:
        if piece == "%%":
            parts.append("%")
        elif piece.startswith("%"):
            if piece[1:] not in DIRECTIVES:
                raise ValueError(piece)
            letters += piece[1:]
            parts.append(f"({DIRECTIVES[piece[1:]]})")
        else:
            parts.append("[ \t]+" if piece.isspace() else re.escape(piece))
    return MomentPattern(re.compile("".join(parts)), letters)


ISO_DATE = moment_pattern("%Y-%m-%d")
ISO_DATE_SHAPE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
ISO_DATETIME = MomentPattern(
    re.compile(
        "([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
        f" ?({DIRECTIVES['z']})?"
    ),
    "YmdHMSfz",
)


def read_date(text: str, patterns: tuple[MomentPattern, ...]) -> date | None:
    """Return the day that ``text`` means by the first of ``patterns`` that reads it; without patterns as ISO 8601."""
    if not patterns and not ISO_DATE_SHAPE.fullmatch(text):
        return None
    for pattern in patterns or (ISO_DATE,):
        found = pattern.expression.fullmatch(text)
        day = None if found is None else _day(dict(zip(pattern.letters, found.groups(), strict=True)))
        if day is not None:
            return day
    return None


def read_datetime(text: str, patterns: tuple[MomentPattern, ...], zone: tzinfo) -> datetime | None:
    """Return the instant that ``text`` means, local to ``zone`` where it has no offset; without patterns as ISO 8601."""
    for pattern in patterns or (ISO_DATETIME,):
        found = pattern.expression.fullmatch(text)
        moment = None if found is None else _instant(dict(zip(pattern.letters, found.groups(), strict=True)), zone)
        if moment is not None:
            return moment
    return None


def _day(parts: dict[str, str | None]) -> date | None:
    year, month, day = _year(parts), _month(parts), _count(parts, "d")
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _instant(parts: dict[str, str | None], zone: tzinfo) -> datetime | None:
    day, hour = _day(parts), _hour(parts)
    if day is None or hour is None:
        return None
    micros = int(f"{parts.get('f') or '0':0<6}"[:6])
    try:
        local = datetime(day.year, day.month, day.day, hour, _count(parts, "M") or 0, _count(parts, "S") or 0, micros)
        offset = parts.get("z")
        return from_local(local, _offset(offset) if offset else zone)
    except ValueError:
        return None


def _count(parts: dict[str, str | None], letter: str) -> int | None:
    digits = parts.get(letter)
    return None if digits is None else int(digits)


def _year(parts: dict[str, str | None]) -> int | None:
    short = _count(parts, "y")
    if short is None:
        return _count(parts, "Y")
    return short + (2000 if short <= LAST_YEAR_OF_2000 else 1900)


def _month(parts: dict[str, str | None]) -> int | None:
    short, long = parts.get("b"), parts.get("B")
    if short is not None:
        return next((number for number, name in enumerate(MONTH_NAMES, 1) if name[:3] == short.lower()), None)
    if long is not None:
        return next((number for number, name in enumerate(MONTH_NAMES, 1) if name == long.lower()), None)
    return _count(parts, "m")


def _hour(parts: dict[str, str | None]) -> int | None:
    """Return the hour; on the twelve-hour clock 12 is 0, and noon where ``%p`` says so."""
    twelve = _count(parts, "I")
    if twelve is None:
        return _count(parts, "H") or 0
    if not 1 <= twelve <= 12:
        return None
    afternoon = (parts.get("p") or "am").lower() == "pm"
    return twelve % 12 + (12 if afternoon else 0)


def _offset(text: str) -> tzinfo:
    """Return the fixed offset that ``Z``, ``+01``, ``+0100`` or ``+01:00`` names. Raises ``ValueError`` beyond a day."""
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[2:] or "0")
    if minutes > 59:
        raise ValueError(text)
    distance = timedelta(hours=int(digits[:2]), minutes=minutes)
    return timezone(-distance if text[0] == "-" else distance)
