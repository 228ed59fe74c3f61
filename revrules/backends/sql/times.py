"""Moments into other moments in SQL: shifts, starts of periods, days of instants, the as-of (language.md, section 5).

The meaning is that of ``runtime.clock``. Nothing raises, whatever the moment: what leaves the years 1 to 9999 is NULL. What is
done to constants is done here, in Python.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import business, durations, tree, zones
from revrules.backends.sql import times_words as words
from revrules.backends.sql.scope import When
from revrules.runtime import clock
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type, Unit

__all__ = ["arith", "business_shift", "date_of", "function", "literal", "shift", "start_of", "when_now", "when_of"]

LAST_MOMENT_OF_DAY = time(23, 59, 59, 999_999)
arith = durations.arith
function = durations.function
business_shift = business.business_shift


def literal(value: date | timedelta, type_: Type, dialect: Dialect) -> Sql:
    """Return a date, an instant or a duration as a constant."""
    if isinstance(value, timedelta):
        return durations.literal(value // words.MICROSECOND)
    if isinstance(value, datetime):
        return words.moment_literal(value, dialect)
    assert type_ is Scalar.DATE, "the checker compared the types"
    return words.day_literal(value, dialect)


def shift(moment: Sql, count: int, unit: Unit, type_: Type, scope: Scope) -> Sql:
    """Return a date or an instant moved by calendar units; months keep the local time in the ruleset's zone."""
    months = clock.MONTHS_IN.get(unit.value)
    if type_ is Scalar.DATE:
        constant = words.constant_day(moment)
        if constant is not None:
            return _day(clock.shift_date(constant, count, unit.value), scope.dialect)
        return _later_day(moment, count, unit, scope) if months is None else _other_month(moment, count * months, scope)
    instant = words.constant_moment(moment)
    if instant is not None:
        zone = clock.zone_of(scope.ruleset.timezone)
        return zones.literal(clock.shift_datetime(instant.replace(tzinfo=UTC), count, unit.value, zone), scope.dialect)
    if months is None:
        return _later_moment(moment, clock.LENGTH_OF[unit.value], count, scope.dialect)
    return _month_away(moment, count * months, scope)


def start_of(day: Sql, unit: Unit, first_month: int, scope: Scope) -> Sql:
    """Return the first day of the week (Monday), month, quarter or year that holds a date; years start in ``first_month``."""
    constant = words.constant_day(day)
    if constant is not None:
        return _day(clock.start_of(constant, unit.value, first_month), scope.dialect)
    if unit.value == "week":
        return words.start_of_week(scope.dialect, day)
    name = tree.text(unit.value)
    back = (first_month - 1) % clock.MONTHS_IN[unit.value]
    if back == 0:
        return words.start_of_period(scope.dialect, day, name)
    earlier = words.add_months_to_day(scope.dialect, day, tree.whole(-back))
    start = words.add_months_to_day(scope.dialect, words.start_of_period(scope.dialect, earlier, name), tree.whole(back))
    early = words.day_literal(words.FIRST_DAY.replace(month=back + 1), scope.dialect)
    return tree.case([(tree.binary(">=", day, early), start)])


def date_of(moment: Sql, scope: Scope) -> Sql:
    """Return the day of an instant in the ruleset's zone."""
    constant = words.constant_moment(moment)
    if constant is not None:
        zone = clock.zone_of(scope.ruleset.timezone)
        return _day(clock.date_of(constant.replace(tzinfo=UTC), zone), scope.dialect)
    return words.as_day(zones.to_local(moment, scope.ruleset.timezone, scope), scope.dialect)


# --- the as-of ---------------------------------------------------------------------------------------------------


def when_of(instant: datetime, ruleset: ir.Ruleset, dialect: Dialect) -> When:
    """Return the as-of as constants."""
    today = clock.date_of(instant, clock.zone_of(ruleset.timezone))
    return When(words.moment_literal(instant, dialect), _day(today, dialect), instant)


def when_now(expression: Sql, ruleset: ir.Ruleset, dialect: Dialect) -> When:
    """Return the as-of that an expression (a timestamp in UTC without a zone) says when the query runs."""
    if zones.tables_of(ruleset.timezone, dialect).utc.fixed:
        local = zones.to_local(expression, ruleset.timezone, _Alone(dialect))
        return When(expression, words.as_day(local, dialect))
    local = zones.to_local(tree.column("now", "as_of"), ruleset.timezone, _Alone(dialect))
    once = tree.known_as(tree.select([tree.named(expression, "now")]), "as_of")
    return When(expression, tree.grouped(tree.select([tree.named(words.as_day(local, dialect), "today")], once)))


class _Alone(NamedTuple):
    """A place that keeps nothing."""

    dialect: Dialect

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return the value as it is."""
        return value


# --- shifts ------------------------------------------------------------------------------------------------------


def _day(day: date | None, dialect: Dialect) -> Sql:
    return tree.NULL if day is None else words.day_literal(day, dialect)


def _later_day(day: Sql, count: int, unit: Unit, scope: Scope) -> Sql:
    days = count * clock.LENGTH_OF[unit.value].days
    if days == 0:
        return day
    end = clock.shift_date(words.LAST_DAY if days > 0 else words.FIRST_DAY, -days, "day")
    if end is None:
        return tree.NULL
    result = words.add_days(scope.dialect, day, tree.whole(days))
    return tree.case([(tree.binary("<=" if days > 0 else ">=", day, words.day_literal(end, scope.dialect)), result)])


def _other_month(day: Sql, months: int, scope: Scope) -> Sql:
    if months == 0:
        return day
    end = _end_of_months(months)
    if end is None:
        return tree.NULL
    result = words.add_months_to_day(scope.dialect, day, tree.whole(months))
    return tree.case([(tree.binary("<=" if months > 0 else ">=", day, words.day_literal(end, scope.dialect)), result)])


def _end_of_months(months: int) -> date | None:
    """Return the last day (the first day, of months back) that can be moved by some months; None where no day can."""
    if months < 0:
        return clock.shift_months(words.FIRST_DAY, -months)
    start = clock.shift_months(words.LAST_DAY.replace(day=1), -months)
    return None if start is None else start.replace(day=clock.days_in_month(start.year, start.month))


def _later_moment(moment: Sql, unit: timedelta, count: int, dialect: Dialect) -> Sql:
    """Return an instant some fixed lengths of time later."""
    if count == 0:
        return moment
    try:
        end = (words.LAST if count > 0 else words.FIRST) - unit * count
    except OverflowError:
        return tree.NULL
    result = words.add_seconds(dialect, moment, tree.whole(unit * count // timedelta(seconds=1)))
    return tree.case([(tree.binary("<=" if count > 0 else ">=", moment, words.moment_literal(end, dialect)), result)])


def _month_away(moment: Sql, months: int, scope: Scope) -> Sql:
    """Return an instant some months later, at the same local time."""
    zone = scope.ruleset.timezone
    local = scope.kept(zones.to_local(moment, zone, scope), "local")
    if months == 0:
        return zones.from_local(local, zone, scope)
    day = _end_of_months(months)
    if day is None:
        return tree.NULL
    end = words.moment_literal(datetime.combine(day, LAST_MOMENT_OF_DAY if months > 0 else time(0)), scope.dialect)
    result = words.add_months_to_moment(scope.dialect, local, tree.whole(months))
    there = tree.case([(tree.binary("<=" if months > 0 else ">=", local, end), result)])
    return zones.from_local(there, zone, scope)
