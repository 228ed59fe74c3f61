"""Instants into local times of a zone, local times into instants: offsets from tables of ours, never from the engine's.

The engines' data of zones are of other versions and have other rules for local times that are skipped or repeated.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from revrules.backends.sql import times_words as words
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.steps import steps
from revrules.backends.sql.zone_tables import LAST_MONTH_OF_RULES, UnknownRule, zone_table
from revrules.runtime import clock

if TYPE_CHECKING:
    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.zone_tables import Offsets, Rule, Turn, Zone


class Keeper(Protocol):
    """What of a ``Scope`` is needed here."""

    @property
    def dialect(self) -> Dialect:
        """The dialect to build for."""

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return a column that holds ``value``."""


def to_local(moment: Sql, zone: str, scope: Keeper) -> Sql:
    """Return the local time of an instant in a zone; NULL outside of the years 1 to 9999."""
    constant = words.constant_moment(moment)
    if constant is not None:
        return literal(clock.to_local(constant.replace(tzinfo=UTC), clock.zone_of(zone)), scope.dialect)
    return _moved(moment, tables_of(zone, scope.dialect).utc, 1, scope)


def from_local(local: Sql, zone: str, scope: Keeper) -> Sql:
    """Return the instant of a local time in a zone; one that is skipped or repeated has the offset before the change."""
    constant = words.constant_moment(local)
    if constant is not None:
        return literal(clock.from_local(constant, clock.zone_of(zone)), scope.dialect)
    return _moved(local, tables_of(zone, scope.dialect).local, -1, scope)


def tables_of(name: str, dialect: Dialect) -> Zone:
    """Return the tables of a zone."""
    try:
        return zone_table(name)
    except UnknownRule as error:
        reason = f"its changes follow a rule that has no equal there ({error})"
        raise Unsayable(f"the time zone `{name}`", dialect, reason) from error


def literal(moment: datetime | None, dialect: Dialect) -> Sql:
    """Return a timestamp as a constant, NULL where there is none."""
    return tree.NULL if moment is None else words.moment_literal(moment, dialect)


def offset_of(moment: Sql, offsets: Offsets, factor: int, dialect: Dialect) -> Sql:
    """Return ``factor`` times the offset at a moment, in seconds; some offset where the moment is NULL.

    The moment is said as often as there are changes.
    """
    thresholds = [words.moment_literal(change, dialect) for change, _ in offsets.changes]
    numbers = [offsets.first, *(offset for _, offset in offsets.changes)]
    past = steps(moment, thresholds, [tree.whole(factor * number) for number in numbers])
    if offsets.rule is None:
        return past
    ruled = _ruled(moment, offsets.rule, factor, dialect)
    return tree.case([(tree.binary(">=", moment, words.moment_literal(offsets.since, dialect)), ruled)], past)


def _ruled(moment: Sql, rule: Rule, factor: int, dialect: Dialect) -> Sql:
    """Return ``factor`` times the offset by the rule; most months have no turn, and so need not be looked at closely."""
    inside, outside = tree.whole(factor * rule.inside), tree.whole(factor * rule.outside)
    turns = [month for month in range(1, 13) if rule.of_month(month) is None]
    between = [month for month in range(1, 13) if rule.of_month(month) == rule.inside]
    month = words.month(dialect, moment)
    closely = tree.case([(_between_turns(moment, rule, dialect), inside)], outside)
    return tree.case(
        [
            (tree.between(month, tree.whole(between[0]), tree.whole(between[-1])), inside),
            (tree.among(month, [tree.whole(turn) for turn in turns]), closely),
        ],
        outside,
    )


def past_turn(moment: Sql, turn: Turn, dialect: Dialect) -> Sql:
    """Return a number by which to see on which side of its year's turn a moment is: that is ``Turn.code_of``."""
    seen = moment if turn.later == 0 else words.add_seconds(dialect, moment, tree.whole(-turn.later))
    weekday = words.weekday(dialect, seen)
    shifted = weekday if turn.weekday == 0 else tree.binary("+", weekday, tree.whole(7 - turn.weekday))
    in_month = tree.binary("-", words.day_of_month(dialect, seen), words.rest(shifted, 7))
    return tree.binary("+", tree.binary("*", words.month(dialect, seen), tree.whole(100)), in_month)


def _between_turns(moment: Sql, rule: Rule, dialect: Dialect) -> Sql:
    """Return whether a moment is between the turns of its year: ``Rule.at``."""
    first = past_turn(moment, rule.first, dialect)
    if rule.first[2:] == rule.second[2:]:
        return tree.between(first, tree.whole(rule.first.code), tree.whole(rule.second.code - 1))
    in_year = tree.between(first, tree.whole(rule.first.code), tree.whole(LAST_MONTH_OF_RULES * 100 + 99))
    return tree.all_of([in_year, tree.binary("<", past_turn(moment, rule.second, dialect), tree.whole(rule.second.code))])


def _moved(moment: Sql, offsets: Offsets, sign: int, scope: Keeper) -> Sql:
    """Return a moment moved by ``sign`` times the offset there; NULL outside of the years 1 to 9999."""
    if offsets.fixed and offsets.first == 0:
        return moment
    moment = scope.kept(moment, "moment")
    result = words.add_small(scope.dialect, moment, lambda unit: offset_of(moment, offsets, sign * unit, scope.dialect))
    return within(moment, -sign * offsets.first, -sign * offsets.last, result, scope.dialect)


def within(moment: Sql, at_first: int, at_last: int, result: Sql, dialect: Dialect) -> Sql:
    """Return ``result`` for moments that are not within some seconds of the ends of time: after the first, before the last."""
    conditions = []
    if at_first > 0:
        first = words.moment_literal(words.FIRST + timedelta(seconds=at_first), dialect)
        conditions.append(tree.binary(">=", moment, first))
    if at_last < 0:
        conditions.append(tree.binary("<=", moment, words.moment_literal(words.LAST + timedelta(seconds=at_last), dialect)))
    return tree.case([(tree.all_of(conditions), result)]) if conditions else result
