"""Business time into SQL: an instant some working days, hours or minutes later, by closed forms.

The meaning is that of ``clock.business_shift``. Local times are counted in microseconds from 0001-01-01.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from revrules.backends.sql import business_days, business_hours, tree, zones
from revrules.backends.sql import times_words as words
from revrules.backends.sql.business_calendar import MOST_FREE_DAYS, working_hours
from revrules.backends.sql.dialects import Unsayable
from revrules.runtime import clock

if TYPE_CHECKING:
    from revrules.backends.sql.business_calendar import Hours
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Unit


def business_shift(moment: Sql, count: int, unit: Unit, calendar: str, scope: Scope) -> Sql:
    """Return an instant moved by working time of a calendar of the ruleset."""
    declared = scope.ruleset.calendar(calendar)
    times = clock.working_time(declared.days, declared.opens, declared.closes, declared.timezone, declared.holidays)
    constant = words.constant_moment(moment)
    if constant is not None:
        return zones.literal(clock.business_shift(times, constant.replace(tzinfo=UTC), count, unit.value), scope.dialect)
    hours = working_hours(times)
    if hours is None:
        return tree.NULL
    if len(hours.week.free) > MOST_FREE_DAYS:
        reason = (
            f"its {len(hours.week.free):,} holidays on working days would make the query too long; {MOST_FREE_DAYS:,} are fine"
        )
        raise Unsayable(f"business time on `{calendar}`", scope.dialect, reason)
    if unit.value == "day":
        return _days_later(moment, count, hours, scope)
    return business_hours.later(moment, clock.LENGTH_OF[unit.value] * count // words.MICROSECOND, hours, scope)


def _days_later(moment: Sql, count: int, hours: Hours, scope: Scope) -> Sql:
    """Return an instant moved into working hours, then by whole working days at the same local time."""
    week = hours.week
    if abs(count) > week.total:
        return tree.NULL
    local = scope.kept(zones.to_local(moment, hours.zone, scope), "local")
    at = business_hours.local_time(local, scope)
    place = business_days.place_of(at.day, week, scope)
    works = scope.kept(place.works, "works")
    index = place.before
    if hours.closes < words.DAY_MICROS:
        closed = tree.all_of([works, tree.binary(">=", at.time, tree.whole(hours.closes))])
        index = tree.binary("+", index, tree.case([(closed, tree.whole(1))], tree.whole(0)))
    start = scope.kept(index, "workday")
    target = start if count == 0 else tree.binary("+", start, tree.whole(count))
    there = scope.kept(tree.case([(tree.binary("<", start, tree.whole(week.total)), target)]), "workday")
    within = tree.all_of([works, tree.between(at.time, tree.whole(hours.opens), tree.whole(hours.closes - 1))])
    time = tree.case([(within, at.time)], tree.whole(hours.opens))
    day = tree.binary("*", business_days.nth(there, week, scope), tree.whole(words.DAY_MICROS))
    return business_hours.instant_of(tree.binary("+", day, time), hours.zone, scope)
