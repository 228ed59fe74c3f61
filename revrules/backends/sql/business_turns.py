"""Working hours that the yearly changes of the clock fall into (24 hours on seven days, say) into SQL.

Sessions are not all alike, and those that are not are too many for a list. What has passed of a session is counted between
instants; the whole ones before it are counted as if they were alike, less what they fall short of that (``Shortfall``). The
session that a working time ends in is guessed with the shortfall at its beginning, then put right: it is at most a few off.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import reduce
from typing import TYPE_CHECKING

from revrules.backends.sql import business_days, tree, zones
from revrules.backends.sql import times_words as words
from revrules.backends.sql.business_calendar import micros_of, past_changes, touched
from revrules.backends.sql.business_days import DAYS
from revrules.backends.sql.business_shortfall import shortfall
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.steps import stepped
from revrules.backends.sql.zone_tables import zone_table

if TYPE_CHECKING:
    from revrules.backends.sql.business_calendar import Hours
    from revrules.backends.sql.business_shortfall import Shortfall, Yearly
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.zones import Keeper

MOST_GUESSES = 6
EPOCH = micros_of(words.EPOCH)
END = micros_of(words.LAST)


def later(moment: Sql, local: Sql, length: int, hours: Hours, scope: Keeper) -> Sql:
    """Return the instant nearest to ``moment`` with so much working time between them, after it or (below nought) before."""
    short = shortfall(hours)
    spread = short.most(hours, abs(length) // hours.length + 3)
    guesses = -(-2 * spread // hours.length)
    _refuse(hours, guesses, scope)
    day = scope.kept(words.days_between(scope.dialect, words.as_day(local, scope.dialect), _first_day(scope)), "day")
    place = business_days.place_of(day, hours.week, scope)
    less = scope.kept(_short(day, short, scope), "short")
    sessions = tree.binary("-", tree.binary("*", place.before, tree.whole(hours.length)), less)
    instant = scope.kept(_since_first(moment, scope), "micros")
    part = tree.case([(place.works, _passed(instant, day, hours, scope))], tree.whole(0))
    worked = tree.binary("+", tree.binary("+", sessions, part), tree.whole(length))
    target = scope.kept(tree.case([(tree.is_known(local), worked)]), "worked")
    least = tree.binary("-", tree.binary("+", target, less), tree.whole(spread + (1 if length > 0 else 0)))
    index = tree.call("GREATEST", words.divided(scope.dialect, least, tree.whole(hours.length)), tree.whole(0))
    index = tree.call("LEAST", index, tree.whole(hours.week.total - 1))
    return _placed(target, scope.kept(index, "session"), guesses, length > 0, hours, scope)


def _refuse(hours: Hours, guesses: int, scope: Keeper) -> None:
    """Raise ``Unsayable`` for what would not be exact, or too long."""
    what = f"business time from {_clock(hours.opens)} to {_clock(hours.closes)} in `{hours.zone}`"
    if guesses > MOST_GUESSES:
        reason = "its hours are so short beside the changes of the clock in them that no closed form is"
        raise Unsayable(what, scope.dialect, reason)
    for change in past_changes(zone_table(hours.zone).utc):
        a_day = change.high - change.low >= timedelta(days=1)
        over_midnight = a_day or (change.low.date() < change.high.date() and change.high.time() != time(0))
        if over_midnight and touched(hours, change):
            reason = f"on {change.high.date()} the clock changed over midnight, in working hours"
            raise Unsayable(what, scope.dialect, reason)


def _clock(micros: int) -> str:
    """Return a time of the day."""
    minutes = micros // 60_000_000
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _placed(target: Sql, index: Sql, guesses: int, forward: bool, hours: Hours, scope: Keeper) -> Sql:
    """Return the instant of a working time, which is in the session ``index`` or one of the next few."""
    short = shortfall(hours)
    steps_up: Sql = index
    for more in range(1, guesses + 1):
        place = tree.binary("+", index, tree.whole(more))
        day = scope.kept(business_days.nth(place, hours.week, scope), "day")
        begin = _worked_before(place, day, hours, short, scope)
        reached = tree.all_of([tree.is_known(day), tree.binary("<" if forward else "<=", begin, target)])
        steps_up = tree.binary("+", steps_up, tree.case([(reached, tree.whole(1))], tree.whole(0)))
    place = scope.kept(steps_up, "session")
    day = scope.kept(business_days.nth(place, hours.week, scope), "day")
    in_session = tree.binary("-", target, _worked_before(place, day, hours, short, scope))
    found = scope.kept(tree.binary("+", _instant(day, hours.opens, hours, scope), in_session), "micros")
    last = next(session for day in range(DAYS - 1, -1, -1) if hours.week.works(day) for session in [hours.session(day)])
    possible = [tree.between(found, tree.whole(0), tree.whole(last.closes))]
    if not forward:
        possible.append(tree.binary(">=", target, tree.whole(0)))
    there = words.from_epoch(scope.dialect, tree.binary("-", found, tree.whole(EPOCH)))
    return tree.case([(tree.all_of(possible), there)])


def _worked_before(index: Sql, day: Sql, hours: Hours, short: Shortfall, scope: Keeper) -> Sql:
    """Return how much working time lies before a session."""
    return tree.binary("-", tree.binary("*", index, tree.whole(hours.length)), _short(day, short, scope))


def _short(day: Sql, short: Shortfall, scope: Keeper) -> Sql:
    """Return by how much the sessions before a day fall short; the day is said often."""
    past = stepped(day, short.past, 0)
    start = date(short.since, 1, 1).toordinal() - 1
    terms = [_of_the_years(day, each, short.since, scope) for each in short.yearly]
    per_year = sum(each.less for each in short.yearly)
    if per_year == 0 and len({each.after for each in short.yearly}) == 1:
        terms = [_of_the_year(day, each, scope) for each in short.yearly]
    if not terms:
        return past
    return _plus(past, tree.case([(tree.binary(">=", day, tree.whole(start)), reduce(_plus, terms))], tree.whole(0)))


def _of_the_years(day: Sql, yearly: Yearly, since: int, scope: Keeper) -> Sql:
    """Return by how much such sessions between the beginning of the year ``since`` and a day fall short."""
    year = words.year(scope.dialect, _date(day, yearly, scope))
    years = tree.binary("*", tree.binary("-", year, tree.whole(since)), tree.whole(yearly.less))
    return _plus(years, _of_the_year(day, yearly, scope))


def _of_the_year(day: Sql, yearly: Yearly, scope: Keeper) -> Sql:
    """Return by how much the session of its year falls short where it lies before a day."""
    turn = yearly.turn._replace(later=0)
    code = zones.past_turn(_date(day, yearly, scope), turn, scope.dialect)
    return tree.case([(tree.binary(">=", code, tree.whole(turn.code)), tree.whole(yearly.less))], tree.whole(0))


def _date(day: Sql, yearly: Yearly, scope: Keeper) -> Sql:
    """Return the date on or after which the turn of its year is, where the session lies before a day."""
    return words.add_days(scope.dialect, _first_day(scope), tree.binary("-", day, tree.whole(1 + yearly.after)))


def _passed(instant: Sql, day: Sql, hours: Hours, scope: Keeper) -> Sql:
    """Return how much of the session of a day has passed at an instant."""
    opens = scope.kept(_instant(day, hours.opens, hours, scope), "opens")
    closes = _instant(day, hours.closes, hours, scope)
    passed = tree.binary("-", tree.call("LEAST", instant, closes), opens)
    return tree.call("GREATEST", passed, tree.whole(0))


def _instant(day: Sql, time_: int, hours: Hours, scope: Keeper) -> Sql:
    """Return the instant of a local time of a day, in microseconds: also a little outside of the years 1 to 9999."""
    start = tree.binary("*", day, tree.whole(words.DAY_MICROS))
    micros = scope.kept(_plus(start, tree.whole(time_)) if time_ else start, "micros")
    on_time = tree.call("LEAST", micros, tree.whole(END)) if time_ == words.DAY_MICROS else micros
    local = scope.kept(words.from_epoch(scope.dialect, tree.binary("-", on_time, tree.whole(EPOCH))), "local")
    offset = zones.offset_of(local, zones.tables_of(hours.zone, scope.dialect).local, -1_000_000, scope.dialect)
    return _plus(micros, offset)


def _first_day(scope: Keeper) -> Sql:
    return words.day_literal(words.FIRST_DAY, scope.dialect)


def _since_first(moment: Sql, scope: Keeper) -> Sql:
    return _plus(words.since_epoch(scope.dialect, moment), tree.whole(EPOCH))


def _plus(left: Sql, right: Sql) -> Sql:
    return tree.binary("+", left, right)
