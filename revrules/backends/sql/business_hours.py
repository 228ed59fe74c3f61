"""Working hours into SQL: an instant that has some working time between it and another, by closed forms.

All working time is counted from the beginning of time: what has passed at an instant is so many whole sessions and a part of one;
from the sum of that and the length asked for, the session is a division and the instant an addition. Sessions that a change of
the clock touches are not among those that are alike, but constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import business_days, business_turns, tree, zones
from revrules.backends.sql import times_words as words
from revrules.backends.sql.business_calendar import counted_oddly, is_always, micros_of, odd_sessions, overlaps
from revrules.backends.sql.steps import steps

if TYPE_CHECKING:
    from revrules.backends.sql.business_calendar import Hours, Session
    from revrules.backends.sql.business_days import Week
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.zones import Keeper

EPOCH = micros_of(words.EPOCH)
END = micros_of(words.LAST)


class LocalTime(NamedTuple):
    """The number of a day, and the microseconds in it; both are columns."""

    day: Sql
    time: Sql


def local_time(local: Sql, scope: Keeper) -> LocalTime:
    """Return the parts of a local time."""
    micros = scope.kept(_since_first(local, scope), "micros")
    day = scope.kept(words.divided(scope.dialect, micros, tree.whole(words.DAY_MICROS)), "day")
    return LocalTime(day, scope.kept(words.rest(micros, words.DAY_MICROS), "time"))


def instant_of(micros: Sql, zone: str, scope: Keeper) -> Sql:
    """Return the instant of a local time that is not before the beginning of time; NULL after its end."""
    micros = scope.kept(micros, "micros")
    return zones.from_local(_moment(micros, scope), zone, scope)


def later(moment: Sql, length: int, hours: Hours, scope: Keeper) -> Sql:
    """Return the instant nearest to ``moment`` with so much working time between them, after it or (below nought) before."""
    local = scope.kept(zones.to_local(moment, hours.zone, scope), "local")
    if length == 0:
        return tree.case([(tree.is_known(local), moment)])
    if abs(length) > END:
        return tree.NULL
    if is_always(hours):
        return _elapsed(moment, length, hours, scope)
    odd = odd_sessions(hours)
    if odd is None:
        return business_turns.later(moment, local, length, hours, scope)
    counted = _Counted(hours, hours.week.without({session.day for session in odd}), odd, length < 0)
    done = _done(moment, local, counted, scope)
    target = scope.kept(tree.binary("+", done, tree.whole(length)), "worked")
    there = _instant_after(target, counted, scope)
    if length > 0:
        return there
    during = [_during(moment, -length, session, end, scope) for session, end in overlaps(hours, odd)]
    return tree.case([*during, (tree.binary(">=", target, tree.whole(0)), there)])


def _during(moment: Sql, length: int, session: Session, end: int, scope: Keeper) -> tuple[Sql, Sql]:
    """Return the instant before another in the same session, though that of a day that was skipped goes on until ``end``.

    Counted from the beginning of time, it would be in the session of the day that was skipped.
    """
    instant = scope.kept(_since_first(moment, scope), "micros")
    possible = length <= session.length and session.opens + length < end
    within = tree.between(instant, tree.whole(session.opens + length), tree.whole(end - 1)) if possible else tree.FALSE
    last = instant if session.closes >= end else tree.call("LEAST", instant, tree.whole(session.closes))
    return within, _moment(tree.binary("-", last, tree.whole(length)), scope)


def _elapsed(moment: Sql, length: int, hours: Hours, scope: Keeper) -> Sql:
    """Return an instant some time later where all time is working time."""
    offsets = zones.tables_of(hours.zone, scope.dialect).utc
    seconds = length // 1_000_000
    result = words.add_seconds(scope.dialect, moment, tree.whole(seconds))
    first = max(-offsets.first, 0)  # local time begins then
    fits = zones.within(moment, max(first - min(seconds, 0), 0), -max(seconds, 0), result, scope.dialect)
    return zones.within(moment, first, -offsets.last, fits, scope.dialect)


class _Counted(NamedTuple):
    """Sessions to count: those of a week that are all alike, and odd ones, whose days are free in that week."""

    hours: Hours
    alike: Week
    odd: tuple[Session, ...]
    backwards: bool

    def before(self, session: Session) -> int:
        """Return how much working time lies before an odd session."""
        alike = self.hours.length * self.alike.before(session.day)
        return alike + sum(other.length for other in self.odd if other.day < session.day)


def _done(moment: Sql, local: Sql, counted: _Counted, scope: Keeper) -> Sql:
    """Return how much working time lies before an instant."""
    hours = counted.hours
    at = local_time(local, scope)
    place = business_days.place_of(at.day, counted.alike, scope)
    passed = tree.binary("-", at.time, tree.whole(hours.opens)) if hours.opens else at.time
    branches = [
        (tree.negated(place.works), tree.whole(0)),
        (tree.binary("<", at.time, tree.whole(hours.opens)), tree.whole(0)),
        (tree.binary("<", at.time, tree.whole(hours.closes)), passed),
    ]
    if not hours.opens:
        branches.pop(1)
    whole_sessions = tree.binary("*", place.before, tree.whole(hours.length))
    done = tree.binary("+", whole_sessions, tree.case(branches, tree.whole(hours.length)))
    if not counted.odd:
        return done
    return tree.binary("+", done, _done_oddly(scope.kept(_since_first(moment, scope), "micros"), counted))


def _done_oddly(instant: Sql, counted: _Counted) -> Sql:
    """Return how much of the time of odd sessions lies before an instant."""
    pieces = counted_oddly(counted.hours, counted.odd, backwards=counted.backwards)
    results: list[Sql] = [tree.whole(0)]
    for piece in pieces:
        passed = instant if piece.slope == 1 else tree.binary("*", instant, tree.whole(piece.slope))
        results.append(tree.binary("+", passed, tree.whole(piece.shift)) if piece.slope else tree.whole(piece.shift))
    return steps(instant, [tree.whole(piece.start) for piece in pieces], results)


def _instant_after(target: Sql, counted: _Counted, scope: Keeper) -> Sql:
    """Return the first (the last, of time counted backwards) instant before which so much working time lies."""
    hours, backwards = counted.hours, counted.backwards
    rest = scope.kept(_without_odd(target, counted), "worked") if counted.odd else target
    before = rest if backwards else tree.binary("-", rest, tree.whole(1))
    index = scope.kept(words.divided(scope.dialect, before, tree.whole(hours.length)), "session")
    day = tree.binary("*", business_days.nth(index, counted.alike, scope), tree.whole(words.DAY_MICROS))
    in_session = tree.binary("-", rest, tree.binary("*", index, tree.whole(hours.length)))
    local = tree.binary("+", tree.binary("+", day, tree.whole(hours.opens)), in_session)
    alike = instant_of(local, hours.zone, scope)
    return tree.coalesce(_oddly(target, counted, scope), alike) if counted.odd else alike


def _spans(counted: _Counted) -> list[tuple[Session, int, int]]:
    """Return each odd session with the working time from which on, and from which on no longer, the instant lies in it."""
    starts = [(session, counted.before(session)) for session in counted.odd]
    more = 0 if counted.backwards else 1
    return [(session, start + more, start + session.length + more) for session, start in starts]


def _without_odd(target: Sql, counted: _Counted) -> Sql:
    """Return how much of a working time is that of sessions that are alike."""
    total = 0
    results: list[Sql] = [target]
    thresholds = []
    for session, _, end in _spans(counted):
        total += session.length
        thresholds.append(tree.whole(end))
        results.append(tree.binary("-", target, tree.whole(total)))
    return steps(target, thresholds, results)


def _oddly(target: Sql, counted: _Counted, scope: Keeper) -> Sql:
    """Return the instant if it lies in an odd session, else NULL."""
    results: list[Sql] = [tree.NULL]
    thresholds = []
    for session, start, end in _spans(counted):
        thresholds += [tree.whole(start), tree.whole(end)]
        shift = session.opens - counted.before(session)
        results += [tree.binary("+", target, tree.whole(shift)), tree.NULL]
    return _moment(scope.kept(steps(target, thresholds, results), "micros"), scope)


def _since_first(moment: Sql, scope: Keeper) -> Sql:
    return tree.binary("+", words.since_epoch(scope.dialect, moment), tree.whole(EPOCH))


def _moment(micros: Sql, scope: Keeper) -> Sql:
    """Return the timestamp that lies so many microseconds after the beginning of time; NULL after its end."""
    found = words.from_epoch(scope.dialect, tree.binary("-", micros, tree.whole(EPOCH)))
    return tree.case([(tree.binary("<=", micros, tree.whole(END)), found)])
