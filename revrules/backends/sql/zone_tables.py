"""A time zone into tables of its offsets: the changes of the past, then the yearly rule that its file ends with.

Two tables, as there are two questions: the offset at an instant (of UTC), and that of a local time, where one that is skipped or
repeated has the offset before the change. Both are asked with timestamps without a zone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.zone_files import zone_file
from revrules.runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

LAST_MONTH_OF_RULES = 11
"""A rule whose turns lie in December could cross the end of a year."""
RULED_UNTIL = 2100
"""By then files have ended, and the rule alone goes on."""
NEVER = datetime.min
DECEMBER = datetime(9999, 12, 15)
EPOCH = datetime(1970, 1, 1)
SECOND = timedelta(seconds=1)
_OFFSET = r"([+-]?)(\d{1,3})(?::(\d{2}))?(?::(\d{2}))?"
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_TURN = rf"M(\d+)\.(\d)\.(\d)(?:/{_OFFSET})?"
_FOOTER = re.compile(rf"(?:{_NAME}{_OFFSET}(?:{_NAME}(?:{_OFFSET})?,{_TURN},{_TURN})?)?")


class UnknownRule(ValueError):  # noqa: N818 - not an error of a program
    """The rule that a zone's file ends with is of a form that is not known here."""


class Turn(NamedTuple):
    """A yearly turn at midnight: on the first ``weekday`` (0 is Sunday) on or after a day of a month.

    ``later``: by how many seconds the turn lies after that midnight.
    """

    month: int
    day: int
    weekday: int
    later: int

    @property
    def code(self) -> int:
        """What ``code_of`` gives from this turn on."""
        return self.month * 100 + self.day

    def code_of(self, moment: datetime) -> int:
        """Return month and day of the last such weekday of that month, where days before the first of the month go on below."""
        local = moment - timedelta(seconds=self.later)
        return local.month * 100 + local.day - (local.isoweekday() - self.weekday) % 7

    @property
    def months(self) -> set[int]:
        """The months in which the turn can be."""
        first = datetime(2001, self.month, self.day)
        return {(first + timedelta(days=days, seconds=self.later)).month for days in range(7)}

    def of(self, year: int) -> datetime:
        """Return the turn of a year."""
        first = datetime(year, self.month, self.day)
        return first + timedelta(days=(self.weekday - first.isoweekday()) % 7, seconds=self.later)


class Rule(NamedTuple):
    """The offset (seconds) between two turns of a calendar year, and outside of them."""

    first: Turn
    second: Turn
    inside: int
    outside: int

    def at(self, moment: datetime) -> int:
        """Return the offset. (Near new year the two turns may see different years.)"""
        code = self.first.code_of(moment)
        between = self.first.code <= code < (LAST_MONTH_OF_RULES + 1) * 100 and self.second.code_of(moment) < self.second.code
        return self.inside if between else self.outside

    def of_month(self, month: int) -> int | None:
        """Return the offset of a month that has no turn in any year."""
        if month in self.first.months | self.second.months:
            return None
        return self.at(datetime(2001, month, 15))

    def events(self, years: Iterable[int]) -> list[tuple[datetime, int]]:
        """Return the turns of some years and the offsets from them on."""
        turns = ((self.first, self.inside), (self.second, self.outside))
        return [(turn.of(year), offset) for year in years for turn, offset in turns]


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets in seconds: ``first``, then from each of ``changes`` on; by ``rule`` from ``since`` on, which is after them."""

    first: int
    changes: tuple[tuple[datetime, int], ...]
    rule: Rule | None = None
    since: datetime = NEVER

    def at(self, moment: datetime) -> int:
        """Return the offset at a moment."""
        if self.rule is not None and moment >= self.since:
            return self.rule.at(moment)
        index = bisect_right(self.changes, moment, key=lambda change: change[0])
        return self.changes[index - 1][1] if index else self.first

    @property
    def fixed(self) -> bool:
        """Whether there is one offset only."""
        return not self.changes and self.rule is None

    @property
    def last(self) -> int:
        """The offset at the end of time, and in the month before."""
        return self.at(DECEMBER)


class Zone(NamedTuple):
    """The offsets of a zone by instants (UTC), and by local times."""

    utc: Offsets
    local: Offsets


@lru_cache(maxsize=64)
def zone_table(name: str) -> Zone:
    """Return the tables of a zone that ``zoneinfo`` knows. Raises ``UnknownRule``."""
    zone = clock.zone_of(name)
    if zone is UTC:
        return Zone(Offsets(0, ()), Offsets(0, ()))
    file = zone_file(name)
    rule = _rule(file.footer)
    first = _offset(clock.EARLIEST.replace(tzinfo=None, day=3), zone)
    changes = _changes(file.changes, first, zone)
    if rule is None:
        return Zone(Offsets(first, tuple(changes)), Offsets(first, tuple(_local(changes, first))))
    last = EPOCH + SECOND * file.changes[-1] if file.changes else NEVER
    years = range(1850, RULED_UNTIL)
    ruled = rule.events(years)
    known = [*changes, *(event for event in ruled if event[0] > last)]
    _check(rule, last, zone)
    kept, since = _before_rule(known, ruled, first)
    later = SECOND * max(_offset(since - SECOND, zone), rule.inside, rule.outside)
    return Zone(
        Offsets(first, tuple(kept), rule, since),
        Offsets(first, tuple(_local(kept, first)), _local_rule(rule), since + later),
    )


def _offset(moment: datetime, zone: tzinfo) -> int:
    local = clock.to_local(moment.replace(tzinfo=UTC), zone)
    assert local is not None, "asked of instants away from the ends of time"
    return (local - moment) // SECOND


def _changes(candidates: Sequence[int], first: int, zone: tzinfo) -> list[tuple[datetime, int]]:
    """Return when the offset changes, and to what."""
    changes: list[tuple[datetime, int]] = []
    before = first
    for seconds in candidates:
        if not -60_000_000_000 < seconds < 250_000_000_000:
            continue  # the beginning of the world, as some files have it
        moment = EPOCH + SECOND * seconds
        offset = _offset(moment, zone)
        if offset != before:
            changes.append((moment, offset))
        before = offset
    return changes


def _local(changes: list[tuple[datetime, int]], first: int) -> list[tuple[datetime, int]]:
    """Return the changes by local time: what is skipped or repeated has the offset before."""
    befores = [first, *(offset for _, offset in changes)]
    return [(moment + SECOND * max(before, offset), offset) for before, (moment, offset) in zip(befores, changes, strict=False)]


def _before_rule(
    known: list[tuple[datetime, int]], ruled: list[tuple[datetime, int]], first: int
) -> tuple[list[tuple[datetime, int]], datetime]:
    """Return the changes that the rule does not say, and the instant from which it does."""
    same = 0
    while same < min(len(known), len(ruled)) and known[-1 - same] == ruled[-1 - same]:
        same += 1
    kept, unlike = known[: len(known) - same], ruled[: len(ruled) - same]
    last, last_offset = kept[-1] if kept else (NEVER, first)
    if unlike and unlike[-1][1] == last_offset:
        return kept, max(last, unlike[-1][0])
    return kept, known[len(kept)][0]


# --- rules -------------------------------------------------------------------------------------------------------


def _rule(footer: str) -> Rule | None:
    """Return the rule of a footer, None for one offset for ever."""
    if not _FOOTER.fullmatch(footer):
        raise UnknownRule(footer)
    if "," not in footer:
        return None
    names, start, end = footer.split(",")
    offsets = re.findall(rf"{_NAME}(?:{_OFFSET})?", names)
    standard = -_seconds(offsets[0])
    summer = -_seconds(offsets[1]) if offsets[1][1] else standard + 3600
    to_summer, to_standard = _turn(start, standard), _turn(end, summer)
    if to_summer.code < to_standard.code:
        return Rule(to_summer, to_standard, summer, standard)
    return Rule(to_standard, to_summer, standard, summer)


def _turn(text: str, offset: int) -> Turn:
    """Return the turn of ``M3.5.0/2`` (month, week, weekday, local time), by UTC; the fifth week is the last."""
    found = re.fullmatch(_TURN, text)
    assert found is not None, "the whole footer was matched"
    month, week, weekday, *time = found.groups()
    day = int(week) * 7 - 6 if week != "5" else clock.days_in_month(2001, int(month)) - 6
    if (month == "2" and week == "5") or int(month) > LAST_MONTH_OF_RULES:
        raise UnknownRule(text)
    return Turn(int(month), day, int(weekday), (_seconds(time) if time[1] else 7200) - offset)


def _seconds(parts: Sequence[str | None]) -> int:
    """Return the seconds that sign, hours, minutes and seconds say."""
    sign, hours, minutes, seconds = parts
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return -total if sign == "-" else total


def _local_rule(rule: Rule) -> Rule:
    """Return the rule by local time: from a turn on is what is later than the turn on both clocks."""
    later = max(rule.inside, rule.outside)
    first, second = (turn._replace(later=turn.later + later) for turn in (rule.first, rule.second))
    return Rule(first, second, rule.inside, rule.outside)


def _check(rule: Rule, last: datetime, zone: tzinfo) -> None:
    """Raise ``UnknownRule`` where the rule does not say what ``zoneinfo`` does."""
    years = [*range(max(last.year + 1, 1900), RULED_UNTIL), *range(RULED_UNTIL, 9990, 97)]
    for moment, _ in rule.events(years):
        for near in (moment - SECOND, moment):
            if rule.at(near) != _offset(near, zone):
                raise UnknownRule(f"{near} in {zone}")
