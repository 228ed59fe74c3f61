"""The texts of a column into the way in which they write dates or times, if they do."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ISO_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
)
LOOKS_LIKE_ONE = re.compile(r"[0-9A-Za-z][0-9A-Za-z,.:/ +-]{4,34}")
DAYS = tuple(
    (mark.join(order).replace("%y", year), first)
    for mark in ("-", "/", ".")
    for year in ("%Y", "%y")
    for order, first in ((("%d", "%m", "%y"), True), (("%m", "%d", "%y"), False))
)
"""Patterns with numbers only, and whether the day stands first."""
OTHERS = ("%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %I:%M %p")
TOLERATED = 0.02
TOLERANT_FROM = 50
MOST_TEXTS = 2000
"""Different texts that are looked at."""


class Moments(NamedTuple):
    """How a column writes moments: date or datetime, what follows ``in``, a few words on why, a question where two ways fit."""

    type: str
    form: str
    why: str
    ask: str = ""


def guess_moment(values: Mapping[str, int], day_first: bool | None) -> Moments | None:
    """Return how ``values`` (texts with their counts) write dates or times; None where they do not."""
    texts = list(values)[:MOST_TEXTS]
    if not all(map(LOOKS_LIKE_ONE.fullmatch, texts[:5])):
        return None
    if _most(texts, ISO_DAY.fullmatch):
        return Moments("date", "", f"written like {texts[0]}")
    if _most(texts, ISO_TIME.fullmatch):
        return Moments("datetime", "", f"written like {texts[0]}")
    for clock in CLOCKS:
        fitting = [(pattern + clock, first) for pattern, first in DAYS if _fits(texts, pattern + clock)]
        if fitting:
            return _choose(fitting, clock, texts[0], day_first)
        for pattern in OTHERS:
            if _fits(texts, pattern + clock):
                return Moments("datetime" if clock else "date", f'"{pattern}{clock}"', f"written like {texts[0]}")
    return None


def is_day_first(values: Mapping[str, int]) -> bool | None:
    """Return whether ``values`` prove that the day stands before the month, or after it; None where they prove nothing."""
    texts = list(values)[:MOST_TEXTS]
    if not texts or not all(map(LOOKS_LIKE_ONE.fullmatch, texts[:5])):
        return None
    proven = {first for clock in CLOCKS for pattern, first in DAYS if _fits(texts, pattern + clock)}
    return proven.pop() if len(proven) == 1 else None


def _choose(fitting: list[tuple[str, bool]], clock: str, example: str, day_first: bool | None) -> Moments:
    """Return the way that fits; where two do, what other columns prove, else what the mark suggests."""
    type_ = "datetime" if clock else "date"
    ways = {first: pattern for pattern, first in reversed(fitting)}
    if len(ways) == 1:
        return Moments(type_, f'"{next(iter(ways.values()))}"', f"written like {example}")
    chosen = day_first if day_first is not None else "/" not in example
    why = "as in the other dates of this export" if day_first is not None else "a guess"
    words = "the day first" if chosen else "the month first"
    ask = f'{example} could be read with the day or the month first: {words} is {why}; the other way is in "{ways[not chosen]}"'
    return Moments(type_, f'"{ways[chosen]}"', f"written like {example}", ask)


def _fits(texts: list[str], pattern: str) -> bool:
    return _most(texts, lambda text: _parses(text, pattern))


def _parses(text: str, pattern: str) -> bool:
    try:
        return datetime.strptime(text, pattern).year >= 1
    except ValueError:
        return False


def _most(texts: Iterable[str], test: Callable[[str], object]) -> bool:
    """Return whether nearly all of the texts pass; gives up early."""
    found = list(texts)
    allowed = len(found) * TOLERATED if len(found) >= TOLERANT_FROM else 0
    failed = 0
    for text in found:
        if not test(text):
            failed += 1
            if failed > allowed:
                return False
    return True
