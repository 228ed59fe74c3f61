"""Dates, instants and durations mean the same in SQL as in ``runtime.clock``, on every engine, to the ends of time."""

from __future__ import annotations

import datetime
import random
import zoneinfo
from typing import TYPE_CHECKING

import pytest
from sqlglot import parse_one
from times_sql import MICROSECOND, TYPES, UTC, Case, Row, column, differences, moments_near, rows_of, ruleset, scope_of

from revrules import ir
from revrules.backends.sql import times, tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.zone_tables import zone_table
from revrules.reference.functions import FUNCTIONS
from revrules.reference.operators import arith
from revrules.runtime import clock
from revrules.syntax import Unit
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines import DuckDB, Engine, Postgres, Spark

    from revrules.backends.sql.tree import Sql
    from revrules.ir import Value
    from revrules.types import Type

ZONES = ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
MORE_ZONES = [
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Gaza",
    "America/Nuuk",
    "Pacific/Kiritimati",
]
COUNTS = [0, 1, -1, 7, -30, 400, -5000, 119_987, -119_987, 3_652_058, 10**9]


def shifts_of_days() -> list[Case]:
    def case(count: int, unit: Unit) -> Case:
        return Case(
            f"day {count} {unit}",
            lambda scope: times.shift(column("day"), count, unit, Scalar.DATE, scope),
            lambda row: None if row.day is None else clock.shift_date(row.day, count, unit.value),
        )

    return [case(count, unit) for count in COUNTS for unit in (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)]


def shifts_of_moments(zone: str) -> list[Case]:
    def case(count: int, unit: Unit) -> Case:
        return Case(
            f"moment {count} {unit} in {zone}",
            lambda scope: times.shift(column("moment"), count, unit, Scalar.DATETIME, scope),
            lambda row: (
                None
                if row.moment is None
                else clock.shift_datetime(row.moment.replace(tzinfo=UTC), count, unit.value, clock.zone_of(zone))
            ),
        )

    fixed = [case(count, unit) for count in COUNTS for unit in (Unit.SECOND, Unit.HOUR, Unit.DAY)] if zone == "UTC" else []
    return [*fixed, *(case(count, Unit.MONTH) for count in COUNTS[:-1]), case(-1, Unit.YEAR), case(2, Unit.QUARTER)]


def days_of_instants(zone: str) -> list[Case]:
    return [
        Case(
            f"date of in {zone}",
            lambda scope: times.date_of(column("moment"), scope),
            lambda row: None if row.moment is None else clock.date_of(row.moment.replace(tzinfo=UTC), clock.zone_of(zone)),
        )
    ]


def starts() -> list[Case]:
    def case(unit: Unit, first: int) -> Case:
        return Case(
            f"start of {unit} {first}",
            lambda scope: times.start_of(column("day"), unit, first, scope),
            lambda row: None if row.day is None else clock.start_of(row.day, unit.value, first),
        )

    fiscal = [case(unit, first) for unit in (Unit.QUARTER, Unit.YEAR) for first in range(1, 13)]
    return [case(Unit.WEEK, 1), case(Unit.MONTH, 1), *fiscal]


def arithmetic() -> list[Case]:
    def case(op: ir.ArithOp, left: str, right: str, types: tuple[Type, Type, Type]) -> Case:
        return Case(
            f"{left} {op} {right}",
            lambda scope: times.arith(op, said(left, types[0]), said(right, types[1]), *types, scope),
            lambda row: arith(op, held(left, types[0], row), held(right, types[1], row), types[2]),
        )

    add, sub, times_ = ir.ArithOp.ADD, ir.ArithOp.SUB, ir.ArithOp.MUL
    date, moment, length, whole = Scalar.DATE, Scalar.DATETIME, Scalar.DURATION, Scalar.INTEGER
    constants = ["0", "1", "-1", "86400000000", str(2**63 - 1), str(-(2**63))]
    return [
        case(sub, "day", "date", (date, date, length)),
        case(sub, "moment", "other", (moment, moment, length)),
        case(add, "moment", "length", (moment, length, moment)),
        case(sub, "moment", "length", (moment, length, moment)),
        case(add, "length", "moment", (length, moment, moment)),
        case(add, "length", "length", (length, length, length)),
        *(case(op, "length", other, (length, length, length)) for op in (add, sub) for other in constants),
        *(case(op, other, "length", (length, length, length)) for op in (add, sub) for other in constants),
        case(times_, "length", "number", (length, whole, length)),
        case(times_, "number", "length", (whole, length, length)),
        *(case(times_, "length", other, (length, whole, length)) for other in [*constants[:-1], "2", "-7", "1000000"]),
    ]


def said(name: str, type_: Type) -> Sql:
    """Return a column, or a constant."""
    if not name.lstrip("-").isdecimal():
        return column(name)
    return times.literal(MICROSECOND * int(name), type_, Dialect.DUCKDB) if type_ is Scalar.DURATION else tree.whole(int(name))


def held(name: str, type_: Type, row: Row) -> Value | None:
    """Return what a column holds, or the constant."""
    value = int(name) if name.lstrip("-").isdecimal() else getattr(row, name)
    if value is None:
        return None
    if type_ is Scalar.DURATION:
        return MICROSECOND * int(value)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime.datetime) else value


def functions() -> list[Case]:
    def case(name: str, argument: str) -> Case:
        def meant(row: Row) -> Value | None:
            value = held(argument, TYPES[argument], row)
            return None if value is None else FUNCTIONS[name](value)

        return Case(f"{name}({argument})", lambda scope: times.function(name, column(argument), scope), meant)

    return [*(case(name, "day") for name in ("year", "month", "day", "weekday")), case("days", "length"), case("hours", "length")]


def moments(zone: str, number: int) -> list[datetime.datetime]:
    """Return instants of all kinds: anywhere in time, at its ends, near ends of months, near changes of the zone's offset."""
    chance = random.Random(zone)
    table = zone_table(zone)
    changes = [moment for moment, _ in table.utc.changes]
    if table.utc.rule is not None:
        changes += [moment for moment, _ in table.utc.rule.events([1, 2, 1583, 1899, *range(1980, 2050), 2400, 9998, 9999])]
        changes.append(table.utc.since)
    months = [datetime.datetime(chance.randrange(1, 10_000), chance.randrange(1, 13), 1) for _ in range(number // 8)]
    recent = [datetime.datetime(1970, 1, 1) + MICROSECOND * chance.randrange(2**51) for _ in range(number)]
    anywhere = [datetime.datetime.min + MICROSECOND * chance.randrange(315_537_897_600_000_000) for _ in range(number)]
    ends = [datetime.datetime.min, datetime.datetime.max]
    near = moments_near([*chance.sample(changes, min(len(changes), number // 4)), *months, *ends, *ends, *ends], chance)
    return [*near, *recent, *anywhere, datetime.datetime.max, datetime.datetime.min]


def everything(engine: Engine, zones: Sequence[str], number: int) -> list[str]:
    """Return what an engine says differently."""
    found = []
    for zone in zones:
        rows = rows_of(moments(zone, number), random.Random(f"{zone} and others"))
        cases = [*days_of_instants(zone), *shifts_of_moments(zone)]
        if zone == "UTC":
            cases += [*shifts_of_days(), *starts(), *arithmetic(), *functions()]
        found += differences(engine, ruleset(zone), rows, cases)
    return found


def test_duckdb_says_what_the_clock_says(duck: DuckDB) -> None:
    assert not everything(duck, [*ZONES, *MORE_ZONES], 60)


def test_postgres_says_what_the_clock_says(postgres: Postgres) -> None:
    assert not everything(postgres, ZONES, 40)


@pytest.mark.spark
def test_spark_says_what_the_clock_says(spark: Spark) -> None:
    assert not everything(spark, ["UTC", "America/New_York", "Australia/Lord_Howe"], 60)


@pytest.mark.parametrize("zone", sorted(zoneinfo.available_timezones())[::12])
def test_the_tables_of_a_zone_are_what_zoneinfo_says(zone: str) -> None:
    if zone.split("/")[0] in clock.NOT_THE_SAME_EVERYWHERE:
        pytest.skip("no zone of rulesets")
    known, table = clock.zone_of(zone), zone_table(zone)
    for moment in moments(zone, 120):
        local = clock.to_local(moment.replace(tzinfo=UTC), known)
        if local is not None:
            assert datetime.timedelta(seconds=table.utc.at(moment)) == local - moment
        instant = clock.from_local(moment, known)
        if instant is not None:
            assert datetime.timedelta(seconds=table.local.at(moment)) == moment - instant.replace(tzinfo=None)


@pytest.mark.parametrize("dialect", Dialect)
def test_every_dialect_has_words_for_time(dialect: Dialect) -> None:
    for zone in ("UTC", "America/New_York"):
        scope = scope_of(dialect, ruleset(zone))
        for case in [
            *days_of_instants(zone),
            *shifts_of_moments(zone),
            *shifts_of_days(),
            *starts(),
            *arithmetic(),
            *functions(),
        ]:
            assert parse_one(tree.printed(case.said(scope), dialect), read=dialect.printer)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_today_is_worked_out_where_the_as_of_is_not_known(duck: DuckDB, zone: str) -> None:
    for moment in moments(zone, 4)[:20]:
        if not 1000 <= moment.year < 9000:
            continue
        fixed = times.when_of(moment.replace(tzinfo=UTC), ruleset(zone), Dialect.DUCKDB)
        asked = times.when_now(tree.coalesce(tree.cast(tree.text(str(moment)), "TIMESTAMP")), ruleset(zone), Dialect.DUCKDB)
        said_ = [tree.printed(when.today, Dialect.DUCKDB) for when in (fixed, asked)]
        assert duck.run(f"SELECT {said_[0]} = {said_[1]}") == [(True,)]
