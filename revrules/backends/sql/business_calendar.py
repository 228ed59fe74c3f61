"""A calendar into the numbers that its working time is counted with: microseconds of a day, days free, the odd sessions.

Days are numbered from 0001-01-01, a Monday, on; instants and local times are microseconds from its beginning on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import times_words as words
from revrules.backends.sql.business_days import DAYS, Week
from revrules.backends.sql.zone_tables import zone_table
from revrules.runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.backends.sql.zone_tables import Offsets, Rule
    from revrules.runtime.clock import WorkingTime

MOST_FREE_DAYS = 2_000
"""Holidays on working days: each is some 60 letters of every use."""
SECOND = timedelta(seconds=1)
YEARS_FOR_ALL = range(2400, 2412)
"""Years that begin on each weekday, leap years among them."""


class Session(NamedTuple):
    """The working hours of one day, as instants."""

    day: int
    opens: int
    closes: int

    @property
    def length(self) -> int:
        """How much working time it is."""
        return max(self.closes - self.opens, 0)


class Hours(NamedTuple):
    """Working time: when a session opens and closes (microseconds of the day), the week, the zone."""

    zone: str
    opens: int
    closes: int
    week: Week

    @property
    def length(self) -> int:
        """How much working time a session has that no change of the clock touches."""
        return self.closes - self.opens

    def session(self, day: int) -> Session:
        """Return the session of a day."""
        opens, closes = self._instant(day, self.opens), self._instant(day, self.closes)
        end = 0 if day < 366 else micros_of(words.LAST)
        return Session(day, end if opens is None else opens, end if closes is None else closes)

    def _instant(self, day: int, time: int) -> int | None:
        local = day * words.DAY_MICROS + time
        if local > micros_of(words.LAST):
            return None
        found = clock.from_local(words.FIRST + words.MICROSECOND * local, clock.zone_of(self.zone))
        return None if found is None else micros_of(found.replace(tzinfo=None))


@lru_cache(maxsize=64)
def working_hours(calendar: WorkingTime) -> Hours | None:
    """Return the working time of a calendar, None where it has none."""
    opens, closes = (
        (at.hour * 3600 + at.minute * 60 + at.second) * 1_000_000 + at.microsecond for at in (calendar.opens, calendar.closes)
    )
    closes = closes or words.DAY_MICROS
    week = Week(tuple(day - 1 for day in calendar.days), tuple(day - 1 for day in calendar.holidays))
    if closes <= opens or not week.weekdays or week.total <= 0:
        return None
    return Hours(calendar.zone, opens, closes, week)


def micros_of(moment: datetime) -> int:
    """Return the microseconds from 0001-01-01 to a moment."""
    return (moment - words.FIRST) // words.MICROSECOND


class Change(NamedTuple):
    """A change of the clock: the local times between which it may be unclear what time it is."""

    low: datetime
    high: datetime


@lru_cache(maxsize=64)
def odd_sessions(hours: Hours) -> tuple[Session, ...] | None:
    """Return the sessions that a change of the clock touches, ascending; None where there are such every year for ever."""
    offsets = zone_table(hours.zone).utc
    rule = offsets.rule
    if rule is not None and any(touched(hours, change, any_day=True) for change in changes_of(rule, YEARS_FOR_ALL)):
        return None
    days = {day for change in past_changes(offsets) for day in touched(hours, change)}
    return tuple(hours.session(day) for day in sorted(days | _cut_off(hours, offsets)))


def past_changes(offsets: Offsets) -> Iterator[Change]:
    """Yield the changes that no rule says."""
    before = offsets.first
    for moment, after in offsets.changes:
        yield Change(moment + SECOND * min(before, after), moment + SECOND * max(before, after))
        before = after


def changes_of(rule: Rule, years: Iterable[int], since: datetime = words.FIRST) -> Iterator[Change]:
    """Yield the changes that a rule says of some years, from an instant on."""
    low, high = sorted((rule.inside, rule.outside))
    for moment, _ in rule.events(years):
        if moment >= since:
            yield Change(moment + SECOND * low, moment + SECOND * high)


def touched(hours: Hours, change: Change, *, any_day: bool = False) -> set[int]:
    """Return the days of the sessions (those of holidays too with ``any_day``) that overlap a change."""
    low, high = micros_of(change.low), micros_of(change.high)
    days = range(low // words.DAY_MICROS - 1, high // words.DAY_MICROS + 1)
    starts = [(day, day * words.DAY_MICROS) for day in days]
    found = {day for day, start in starts if start + hours.opens < high and low < start + hours.closes}
    return {day for day in found if (day % 7 in hours.week.weekdays if any_day else hours.week.works(day))}


def _cut_off(hours: Hours, offsets: Offsets) -> set[int]:
    """Return the last day where its midnight comes before the end of time: then its session goes on until that."""
    cut = hours.closes == words.DAY_MICROS and offsets.last > 0 and hours.week.works(DAYS - 1)
    return {DAYS - 1} if cut else set()


def is_always(hours: Hours) -> bool:
    """Return whether all time is working time."""
    return hours.length == words.DAY_MICROS and len(hours.week.weekdays) == 7 and not hours.week.free


class Piece(NamedTuple):
    """From an instant on: how much of the time of odd sessions is counted there is ``slope`` times the instant plus ``shift``."""

    start: int
    slope: int
    shift: int


def counted_oddly(hours: Hours, odd: tuple[Session, ...], *, backwards: bool) -> list[Piece]:
    """Return how much of odd sessions is counted at an instant: 0, then piece by piece.

    Forwards, sessions of days before the local day are over, whatever their hours; backwards, those after it have not begun: a
    clock may go over midnight, and skip a day or begin it twice.
    """
    changes = [micros_of(moment) for moment, _ in zone_table(hours.zone).utc.changes]
    pieces: list[Piece] = []
    for start in sorted({point for session in odd for point in _points(hours, session, changes)}):
        day = _local_day(start, hours.zone)
        slopes, shifts = zip(*(_counted(session, start, day, backwards=backwards) for session in odd), strict=True)
        piece = Piece(start, sum(slopes), sum(shifts))
        if piece[1:] != (pieces[-1][1:] if pieces else (0, 0)):
            pieces.append(piece)
    return pieces


def overlaps(hours: Hours, odd: tuple[Session, ...]) -> list[tuple[Session, int]]:
    """Return the sessions that begin before an odd one of an earlier day ends, with that end.

    A day that was skipped has its hours during those of the next.
    """
    found = []
    for session in odd:
        following = next((day for day in range(session.day + 1, DAYS) if hours.week.works(day)), None)
        if following is not None and hours.session(following).opens < session.closes:
            found.append((hours.session(following), session.closes))
    return found


def _points(hours: Hours, session: Session, changes: list[int]) -> set[int]:
    """Return the instants at which a session may begin or cease to be counted."""
    offsets = zone_table(hours.zone).utc
    near = {change for change in changes if abs(change - session.opens) < 3 * words.DAY_MICROS}
    moments = [words.FIRST + words.MICROSECOND * (change + step) for change in near for step in (-1, 0)]
    days = [(session.day + after) * words.DAY_MICROS for after in range(3)]
    midnights = {day - offsets.at(moment) * 1_000_000 for day in days for moment in moments}
    return {point for point in {session.opens, session.closes, *near, *midnights} if point >= 0}


def _counted(session: Session, instant: int, day: int, *, backwards: bool) -> tuple[int, int]:
    """Return slope and shift of what is counted of a session at an instant on a local day, and for a while after it."""
    if day < session.day and backwards:
        return 0, 0
    if (day > session.day and not backwards) or instant >= session.closes:
        return 0, session.length
    return (1, -session.opens) if instant >= session.opens else (0, 0)


def _local_day(instant: int, zone: str) -> int:
    moment = (words.FIRST + words.MICROSECOND * instant).replace(tzinfo=UTC)
    local = clock.to_local(moment, clock.zone_of(zone))
    return DAYS if local is None else local.toordinal() - 1
