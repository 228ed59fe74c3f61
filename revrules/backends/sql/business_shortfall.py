"""Working hours that the yearly changes of the clock fall into, into how much their sessions fall short of ones that are alike.

A session that loses an hour to summer time falls short by it, one that gains an hour by less than nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.business_calendar import YEARS_FOR_ALL, changes_of, past_changes, touched
from revrules.backends.sql.zone_tables import zone_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.business_calendar import Hours
    from revrules.backends.sql.zone_tables import Rule, Turn

LOOK_AHEAD = 100
"""Years of a rule that stand for all: more than any working time goes over."""


class Yearly(NamedTuple):
    """Sessions some days after the day of a turn: they fall short by ``less`` microseconds in every year."""

    turn: Turn
    after: int
    less: int

    def day(self, year: int) -> int:
        """Return the session of a year."""
        midnight = self.turn.of(year) - timedelta(seconds=self.turn.later)
        return midnight.toordinal() - 1 + self.after


class Shortfall(NamedTuple):
    """By how much sessions fall short.

    ``past``: the sum of those before a day, from that day on. Sessions of the years from ``since`` on also fall short as
    ``yearly`` says, where ``past`` does not take it back because of a holiday.
    """

    past: tuple[tuple[int, int], ...]
    since: int
    yearly: tuple[Yearly, ...]

    def most(self, hours: Hours, sessions: int) -> int:
        """Return by how much so many sessions one after another can fall short, or exceed."""
        last_free = max(hours.week.free, default=0) // 365
        years = range(self.since, min(max(self.since, last_free) + LOOK_AHEAD, 9999))
        ruled = [(yearly.day(year), yearly.less) for yearly in self.yearly for year in years]
        sums = [0, *(total for _, total in self.past)]
        told = [(day - 1, total - before) for (day, total), before in zip(self.past, sums, strict=False)]
        events = [(hours.week.before(day), less) for day, less in sorted([*told, *ruled])]
        return max((_most_after(events, place, sessions) for place in range(len(events))), default=0)


def _most_after(events: Sequence[tuple[int, int]], place: int, sessions: int) -> int:
    """Return the greatest sum, either side of nought, of events from a place on within so many sessions."""
    most = total = 0
    end = events[place][0] + sessions
    for index, less in islice(events, place, None):
        if index > end:
            break
        total += less
        most = max(most, abs(total))
    return most


@lru_cache(maxsize=64)
def shortfall(hours: Hours) -> Shortfall:
    """Return how the sessions of a calendar fall short; its zone has a rule."""
    offsets = zone_table(hours.zone).utc
    rule = offsets.rule
    assert rule is not None, "without yearly changes the odd sessions are a list"
    since = offsets.since.year + 2
    ruled = changes_of(rule, range(offsets.since.year, since), offsets.since)
    days = {day for change in (*past_changes(offsets), *ruled) for day in touched(hours, change)}
    yearly = _yearly(hours, rule)
    told = [(day + 1, hours.length - hours.session(day).length) for day in days]
    free = [(day + 1, -each.less) for each in yearly for day in hours.week.free if _falls_on(each, day, since)]
    events = sorted([*told, *free])
    totals = accumulate(less for _, less in events)
    return Shortfall(tuple((day, total) for (day, _), total in zip(events, totals, strict=True)), since, yearly)


def _yearly(hours: Hours, rule: Rule) -> tuple[Yearly, ...]:
    """Return the sessions of every year that fall short, or exceed."""
    found: set[Yearly] = set()
    for year in YEARS_FOR_ALL:
        for turn, change in zip((rule.first, rule.second), changes_of(rule, [year]), strict=True):
            for day in touched(hours, change, any_day=True):
                after = day - Yearly(turn, 0, 0).day(year)
                found.add(Yearly(turn, after, hours.length - hours.session(day).length))
    return tuple(sorted(each for each in found if each.less))


def _falls_on(yearly: Yearly, day: int, since: int) -> bool:
    """Return whether a day is one of those sessions, of the year ``since`` or later."""
    year = date.fromordinal(day + 1 - yearly.after).year
    return year >= since and yearly.day(year) == day
