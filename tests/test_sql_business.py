"""Business time means the same in SQL as in ``runtime.clock``, on every engine: random calendars, instants and counts."""

from __future__ import annotations

import datetime
import random
from datetime import time
from typing import TYPE_CHECKING

import pytest
from sqlglot import parse_one
from times_sql import UTC, Case, Row, column, differences, moments_near, rows_of, ruleset, scope_of

from revrules import ir
from revrules.backends.sql import times, tree
from revrules.backends.sql.business_calendar import MOST_FREE_DAYS
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.runtime import clock
from revrules.syntax import Unit
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engines import DuckDB, Engine, Postgres, Spark

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

WEEKDAYS = (1, 2, 3, 4, 5)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
CHANGE_DAYS = [datetime.date(2027, 3, 28), datetime.date(2032, 3, 28), datetime.date(2021, 11, 7), datetime.date(2050, 3, 27)]
"""Sundays on which clocks change."""
NEAR_SKIPPED_DAYS = [
    datetime.date(2011, 12, 30),
    datetime.date(2011, 12, 31),
    datetime.date(1844, 12, 31),
    datetime.date(1845, 1, 1),
]
COUNTS = [
    *((count, Unit.DAY) for count in (0, 1, -1, 5, -22, 300)),
    *((count, Unit.HOUR) for count in (0, 1, -1, 8, -8, 250, -1111)),
    *((count, Unit.MINUTE) for count in (37, -4001)),
]


def a_day(chance: random.Random, first: int, end: int) -> datetime.date:
    """Return a day of the years from ``first`` to before ``end``."""
    return datetime.date(chance.randrange(first, end), chance.randrange(1, 13), chance.randrange(1, 29))


def calendar(name: str, days: Sequence[int], hours: tuple[time, time], zone: str, holidays: int = 0) -> ir.Calendar:
    """Return a calendar with some holidays by chance."""
    chance = random.Random(name)
    free = {
        datetime.date(chance.randrange(1990, 2041), chance.randrange(1, 13), chance.randrange(1, 29)) for _ in range(holidays)
    }
    return ir.Calendar(name, tuple(days), *hours, zone, tuple(sorted({*free, *CHANGE_DAYS} if holidays else free)))


OFFICE = time(9), time(17)
ALWAYS = time(0), time(0)
CALENDARS = [
    calendar("office", WEEKDAYS, OFFICE, "UTC"),
    calendar("berlin", WEEKDAYS, OFFICE, "Europe/Berlin", 60),
    calendar("new york", WEEKDAYS, (time(8, 30), time(18)), "America/New_York", 200),
    calendar("until midnight", WEEKDAYS, (time(9), time(0)), "Asia/Tokyo", 5),
    calendar("one hour", (3,), (time(9), time(10)), "America/Santiago", 30),
    calendar("gulf", (1, 2, 3, 4, 7), (time(8), time(16)), "Asia/Dubai", 20),
    calendar("nights", (2, 6), (time(0), time(5)), "UTC", 50),
    calendar("a friday that never was", WEEKDAYS, OFFICE, "Pacific/Apia"),
    calendar("a tuesday that never was", WEEKDAYS, OFFICE, "Asia/Manila"),
    calendar("a day and nights that never were", WEEKDAYS, ALWAYS, "Pacific/Apia", 9),
    calendar("over midnight", (1, 2, 3, 4), ALWAYS, "America/St_Johns", 20),
    calendar("never", WEEKDAYS, (time(17), time(9)), "UTC"),
    calendar("always", EVERY_DAY, ALWAYS, "Europe/Berlin"),
    calendar("always but for holidays", EVERY_DAY, ALWAYS, "Europe/Berlin", 30),
    calendar("sunday nights", (7,), (time(0), time(6)), "Europe/Berlin", 30),
    calendar("every night", EVERY_DAY, (time(0), time(8)), "America/New_York", 60),
    calendar("one change of two", (1, 2, 3, 4, 7), ALWAYS, "Asia/Jerusalem", 30),
    calendar("opens in the gap", EVERY_DAY, (time(2, 30), time(9)), "Europe/Berlin", 30),
    calendar("half an hour of summer", EVERY_DAY, (time(1), time(0)), "Australia/Lord_Howe", 10),
]


def cases(calendar_: ir.Calendar, counts: Iterable[tuple[int, Unit]]) -> list[Case]:
    """Return an instant moved by some working time."""
    held = clock.working_time(calendar_.days, calendar_.opens, calendar_.closes, calendar_.timezone, calendar_.holidays)

    def case(count: int, unit: Unit) -> Case:
        def meant(row: Row) -> datetime.datetime | None:
            return None if row.moment is None else clock.business_shift(held, row.moment.replace(tzinfo=UTC), count, unit.value)

        def said(scope: Scope) -> Sql:
            return times.business_shift(column("moment"), count, unit, calendar_.name, scope)

        return Case(f"{calendar_.name} {count} {unit}", said, meant)

    return [case(count, unit) for count, unit in counts]


def moments(calendar_: ir.Calendar, number: int) -> list[datetime.datetime]:
    """Return instants near openings, closings, midnights and holidays, and anywhere."""
    chance = random.Random(f"moments of {calendar_.name}")
    at = [calendar_.opens, calendar_.closes, time(0), time(23, 59, 59, 999_999), time(1), time(12)]
    days = [a_day(chance, 1850, 2100) for _ in range(number)]
    days += chance.choices([*calendar_.holidays, *CHANGE_DAYS, datetime.date(2026, 10, 25)], k=number)
    days += chance.choices(NEAR_SKIPPED_DAYS, k=number)
    near = moments_near([datetime.datetime.combine(day, chance.choice(at)) for day in days], chance)
    ends = moments_near([datetime.datetime.min, datetime.datetime.max] * 4, chance)
    anywhere = [datetime.datetime.min + datetime.timedelta(seconds=chance.randrange(315_537_897_600)) for _ in range(number)]
    return [*near, *ends, *anywhere]


def everything(engine: Engine, calendars: Sequence[ir.Calendar], number: int, most: int) -> list[str]:
    """Return what an engine says differently, of as many counts for each calendar as ``most`` says."""
    found = []
    for each in calendars:
        chance = random.Random(f"counts of {each.name}")
        rows = rows_of(moments(each, number), chance)
        some = cases(each, chance.sample(COUNTS, min(most, len(COUNTS))))
        found += differences(engine, ruleset("UTC", [each]), rows, some)
    return found


def test_duckdb_counts_business_time_as_the_clock_does(duck: DuckDB) -> None:
    assert not everything(duck, CALENDARS, 15, 5)


def test_postgres_counts_business_time_as_the_clock_does(postgres: Postgres) -> None:
    assert not everything(postgres, CALENDARS, 10, 3)


@pytest.mark.spark
def test_spark_counts_business_time_as_the_clock_does(spark: Spark) -> None:
    assert not everything(
        spark, [each for each in CALENDARS if each.name in ("berlin", "until midnight", "always but for holidays")], 15, 3
    )


@pytest.mark.parametrize("dialect", Dialect)
def test_every_dialect_has_words_for_business_time(dialect: Dialect) -> None:
    for each in CALENDARS:
        scope = scope_of(dialect, ruleset("UTC", [each]))
        for case in cases(each, [(5, Unit.DAY), (-8, Unit.HOUR)]):
            assert parse_one(tree.printed(case.said(scope), dialect), read=dialect.printer)


def test_constants_are_moved_before_the_query_is_made() -> None:
    rules = ruleset("UTC", [CALENDARS[1]])
    friday = times.literal(datetime.datetime(2026, 11, 20, 15, 30, tzinfo=UTC), Scalar.DATETIME, Dialect.DUCKDB)
    moved = times.business_shift(friday, 2, Unit.HOUR, "berlin", scope_of(Dialect.DUCKDB, rules))
    assert tree.printed(moved, Dialect.DUCKDB) == "CAST('2026-11-23 09:30:00' AS TIMESTAMP)"


def test_thousands_of_holidays_are_refused_with_a_reason() -> None:
    first = datetime.date(1990, 1, 1)
    days = [first + datetime.timedelta(days=number) for number in range(2 * MOST_FREE_DAYS)]
    many = ir.Calendar("many", WEEKDAYS, *OFFICE, "UTC", tuple(days))
    with pytest.raises(Unsayable, match="holidays on working days would make the query too long"):
        times.business_shift(column("moment"), 1, Unit.DAY, "many", scope_of(Dialect.DUCKDB, ruleset("UTC", [many])))


def test_a_clock_that_went_back_over_midnight_in_working_hours_is_refused() -> None:
    always = calendar("always", EVERY_DAY, ALWAYS, "America/St_Johns", 3)
    with pytest.raises(Unsayable, match="the clock changed over midnight"):
        times.business_shift(column("moment"), 1, Unit.HOUR, "always", scope_of(Dialect.DUCKDB, ruleset("UTC", [always])))
