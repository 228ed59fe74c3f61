"""Working days into SQL: how many lie before a day, and which is the n-th, by closed forms.

Days are numbered from 0001-01-01, a Monday, which is 0; working days from 0 on, in their order. Of weeks that are all alike both
ways are a division; the days that are free are looked up in a balanced CASE of their numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import times_words as words
from revrules.backends.sql import tree
from revrules.backends.sql.steps import stepped

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.zones import Keeper

DAYS = date.max.toordinal()
"""How many days there are."""


class Week(NamedTuple):
    """The working weekdays (0 is Monday), ascending and at least one; the days on these that are free, ascending."""

    weekdays: tuple[int, ...]
    free: tuple[int, ...]

    def before(self, day: int) -> int:
        """Return how many working days lie before a day."""
        return self.workdays_before(day) - bisect_left(self.free, day)

    def workdays_before(self, day: int) -> int:
        """Return the same, the free ones counted too."""
        weeks, rest = divmod(day, 7)
        return weeks * len(self.weekdays) + bisect_left(self.weekdays, rest)

    def works(self, day: int) -> bool:
        """Return whether a day is a working day."""
        place = bisect_left(self.free, day)
        return day % 7 in self.weekdays and (place == len(self.free) or self.free[place] != day)

    @property
    def total(self) -> int:
        """How many working days there are."""
        return self.before(DAYS)

    def without(self, days: set[int]) -> Week:
        """Return the same week with more free days, which are working days."""
        return Week(self.weekdays, tuple(sorted({*self.free, *days})))


class Place(NamedTuple):
    """Where a day lies: how many working days are before it, and whether it is one."""

    before: Sql
    works: Sql


def place_of(day: Sql, week: Week, scope: Keeper) -> Place:
    """Return where a day (its number, which is said often) lies."""
    of_week = words.rest(day, 7)
    weeks = words.divided(scope.dialect, day, tree.whole(7))
    alike = tree.binary("+", tree.binary("*", weeks, tree.whole(len(week.weekdays))), _looked_up(of_week, _before_weekday(week)))
    workday = tree.any_of([tree.between(of_week, tree.whole(low), tree.whole(high)) for low, high in _runs(week.weekdays)])
    if not week.free:
        return Place(alike, workday)
    code = scope.kept(stepped(day, _free_codes(week), 0), "free")
    before = tree.binary("-", alike, words.divided(scope.dialect, code, tree.whole(2)))
    return Place(before, tree.all_of([workday, tree.binary("=", words.rest(code, 2), tree.whole(0))]))


def nth(index: Sql, week: Week, scope: Keeper) -> Sql:
    """Return the number of the working day that ``index`` (said often) others precede; NULL where there is none."""
    skipped = [(week.workdays_before(day) - place, place + 1) for place, day in enumerate(week.free)]
    alike = index if not skipped else scope.kept(tree.binary("+", index, stepped(index, skipped, 0)), "workday")
    weeks = words.divided(scope.dialect, alike, tree.whole(len(week.weekdays)))
    weekday = _looked_up(words.rest(alike, len(week.weekdays)), week.weekdays)
    found = tree.binary("+", tree.binary("*", weeks, tree.whole(7)), weekday)
    return tree.case([(tree.between(index, tree.whole(0), tree.whole(week.total - 1)), found)])


def _runs(weekdays: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the first and the last of the weekdays that follow each other. (DuckDB makes a join of IN with five constants.)"""
    firsts = [weekday for weekday in weekdays if weekday - 1 not in weekdays]
    lasts = [weekday for weekday in weekdays if weekday + 1 not in weekdays]
    return list(zip(firsts, lasts, strict=True))


def _before_weekday(week: Week) -> tuple[int, ...]:
    """Return how many working weekdays lie before each weekday."""
    return tuple(bisect_left(week.weekdays, weekday) for weekday in range(7))


def _looked_up(place: Sql, numbers: tuple[int, ...]) -> Sql:
    """Return the number at a place."""
    if len(numbers) == 1:
        return tree.whole(numbers[0])
    if numbers == tuple(range(len(numbers))):
        return place
    most = max(numbers)
    if numbers == tuple(min(place, most) for place in range(len(numbers))):
        return tree.call("LEAST", place, tree.whole(most))
    return tree.switch(place, [(tree.whole(place), tree.whole(number)) for place, number in enumerate(numbers)])


def _free_codes(week: Week) -> list[tuple[int, int]]:
    """Return the steps of: twice the number of free days before a day, and one more on a free day."""
    codes: list[tuple[int, int]] = []
    for place, day in enumerate(week.free):
        codes += [(day, 2 * place + 1), (day + 1, 2 * place + 2)]
    return codes
