"""What each dialect says for moving, taking apart and putting together dates and timestamps.

Nothing here watches the ends of time: the engines that are tested hold days beyond the years 1 to 9999, but BigQuery has none, so
whoever calls looks first. Timestamps have no zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.type_names import sql_type
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.sql.tree import Sql

DAY_MICROS = 86_400_000_000
FIRST_DAY, LAST_DAY = date.min, date.max
FIRST, LAST = datetime.min, datetime.max
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)


def day_literal(day: date, dialect: Dialect) -> Sql:
    """Return a date as a constant."""
    return tree.cast(tree.text(day.isoformat()), sql_type(Scalar.DATE, dialect))


def moment_literal(moment: datetime, dialect: Dialect) -> Sql:
    """Return a timestamp, in UTC if it has a zone, as a constant."""
    plain = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return tree.cast(tree.text(plain.isoformat(sep=" ")), sql_type(Scalar.DATETIME, dialect))


def constant_day(value: Sql) -> date | None:
    """Return the day that ``day_literal`` made, None for all else."""
    found = tree.constant_text(value)
    return date.fromisoformat(found[0]) if found is not None and len(found[0]) == len("2026-11-21") else None


def constant_moment(value: Sql) -> datetime | None:
    """Return the timestamp that ``moment_literal`` made, without a zone; None for all else."""
    found = tree.constant_text(value)
    return datetime.fromisoformat(found[0]) if found is not None and found[0][10:11] == " " else None


def as_day(moment: Sql, dialect: Dialect) -> Sql:
    """Return the day of a timestamp."""
    return tree.cast(moment, sql_type(Scalar.DATE, dialect))


def as_midnight(day: Sql, dialect: Dialect) -> Sql:
    """Return the timestamp of the beginning of a day."""
    return tree.cast(day, sql_type(Scalar.DATETIME, dialect))


def whole(value: Sql, dialect: Dialect) -> Sql:
    """Return an integer as 64 bits: parts of dates have 32 on some engines."""
    return tree.cast(value, sql_type(Scalar.INTEGER, dialect))


def _plus(moment: Sql, length: Sql) -> Sql:
    return tree.binary("+", moment, length)


def _noughts(count: int) -> Sequence[Sql]:
    return [tree.whole(0)] * count


def _date_add(unit: str, moment: Sql, count: Sql) -> Sql:
    """Return Snowflake's addition."""
    return tree.call("DATEADD", tree.text(unit), count, moment)


def _small(count: Sql) -> Sql:
    """Return a number of days as 32 bits, which is what engines add to a date."""
    return count if tree.constant_whole(count) is not None else tree.cast(count, "INTEGER")


add_days = operator(
    "a date some days later",
    duckdb=lambda day, count: _plus(day, _small(count)),
    postgres=lambda day, count: _plus(day, _small(count)),
    spark=lambda day, count: tree.call("DATE_ADD", day, _small(count)),
    snowflake=lambda day, count: _date_add("day", day, count),
    bigquery=_plus,
)
"""A date and a number of days (an integer)."""

days_between = operator(
    "how many days one date lies after another",
    duckdb=lambda later, earlier: tree.binary("-", later, earlier),
    postgres=lambda later, earlier: tree.cast(tree.binary("-", later, earlier), "BIGINT"),
    spark=lambda later, earlier: tree.cast(tree.call("DATEDIFF", later, earlier), "BIGINT"),
    snowflake=lambda later, earlier: tree.call("DATEDIFF", tree.text("day"), earlier, later),
    bigquery=lambda later, earlier: tree.binary("-", tree.call("UNIX_DATE", later), tree.call("UNIX_DATE", earlier)),
)
"""Two dates."""

add_months_to_day = operator(
    "a date some months later, clamped at the end of the month",
    duckdb=lambda day, count: tree.cast(_plus(day, tree.call("TO_MONTHS", count)), "DATE"),
    postgres=lambda day, count: tree.cast(_plus(day, tree.call("MAKE_INTERVAL", tree.whole(0), count)), "DATE"),
    spark=lambda day, count: tree.call("ADD_MONTHS", day, count),
    snowflake=lambda day, count: _date_add("month", day, count),
    bigquery=lambda day, count: tree.cast(_plus(day, tree.call("MAKE_INTERVAL", tree.whole(0), count)), "DATE"),
)
"""A date and a number of months (a constant)."""

add_months_to_moment = operator(
    "a timestamp some months later, clamped at the end of the month",
    duckdb=lambda moment, count: _plus(moment, tree.call("TO_MONTHS", count)),
    postgres=lambda moment, count: _plus(moment, tree.call("MAKE_INTERVAL", tree.whole(0), count)),
    spark=lambda moment, count: _plus(moment, tree.call("MAKE_YM_INTERVAL", tree.whole(0), count)),
    snowflake=lambda moment, count: _date_add("month", moment, count),
    bigquery=lambda moment, count: _plus(moment, tree.call("MAKE_INTERVAL", tree.whole(0), count)),
)
"""A timestamp and a number of months (a constant)."""

add_seconds = operator(
    "a timestamp some seconds later",
    duckdb=lambda moment, count: _plus(moment, tree.call("TO_SECONDS", count)),
    postgres=lambda moment, count: _plus(moment, tree.call("MAKE_INTERVAL", *_noughts(6), count)),
    spark=lambda moment, count: _plus(moment, tree.call("MAKE_DT_INTERVAL", *_noughts(3), count)),
    snowflake=lambda moment, count: _date_add("second", moment, count),
    bigquery=lambda moment, count: _plus(moment, tree.call("MAKE_INTERVAL", *_noughts(5), count)),
)
"""A timestamp and a number of seconds (an integer of less than 53 bits)."""


def _postgres_micros(count: Sql) -> Sql:
    """Return an interval: the seconds of ``make_interval`` are a double, exact to a microsecond within a day only."""
    days = tree.cast(tree.whole_part("/", count, tree.whole(DAY_MICROS)), "INTEGER")
    rest = tree.whole_part("%", count, tree.whole(DAY_MICROS))
    seconds = tree.binary("/", tree.cast(rest, "DOUBLE PRECISION"), tree.whole(1_000_000))
    return tree.call("MAKE_INTERVAL", *_noughts(3), days, *_noughts(2), seconds)


add_micros = operator(
    "a timestamp some microseconds later",
    duckdb=lambda moment, count: _plus(moment, tree.call("TO_MICROSECONDS", count)),
    postgres=lambda moment, count: _plus(moment, _postgres_micros(count)),
    spark=lambda moment, count: _plus(moment, tree.binary("*", tree.cast(tree.text("0.000001"), "INTERVAL SECOND"), count)),
    snowflake=lambda moment, count: _date_add("microsecond", moment, count),
    bigquery=lambda moment, count: tree.call(
        "DATETIME", tree.call("TIMESTAMP_MICROS", _plus(tree.call("UNIX_MICROS", tree.call("TIMESTAMP", moment)), count))
    ),
)
"""A timestamp and a number of microseconds (an integer), such that the result is within the years 1 to 9999."""


def _postgres_since_epoch(moment: Sql) -> Sql:
    """Return microseconds: as a whole they would be a double, or slow decimals."""
    days = tree.binary("-", tree.cast(moment, "DATE"), day_literal(EPOCH.date(), Dialect.POSTGRES))
    seconds = tree.call("DATE_PART", tree.text("epoch"), tree.cast(moment, "TIME"))
    micros = tree.cast(tree.binary("*", seconds, tree.whole(1_000_000)), "BIGINT")
    return _plus(tree.binary("*", days, tree.whole(DAY_MICROS)), micros)


def _spark_between(later: Sql, earlier: Sql) -> Sql:
    """Return microseconds, whatever the time zone of the session."""
    seconds = tree.cast(tree.cast(tree.binary("-", later, earlier), "INTERVAL SECOND"), "DECIMAL(18, 6)")
    return tree.cast(tree.binary("*", seconds, tree.whole(1_000_000)), "BIGINT")


since_epoch = operator(
    "the microseconds from 1970 to a timestamp",
    duckdb=lambda moment: tree.call("EPOCH_US", moment),
    postgres=_postgres_since_epoch,
    spark=lambda moment: _spark_between(moment, moment_literal(EPOCH, Dialect.SPARK)),
    snowflake=lambda moment: tree.call("DATE_PART", tree.text("epoch_microsecond"), moment),
    bigquery=lambda moment: tree.call("UNIX_MICROS", tree.call("TIMESTAMP", moment)),
)
"""A timestamp."""


def micros_between(dialect: Dialect, later: Sql, earlier: Sql) -> Sql:
    """Return how many microseconds one timestamp lies after another."""
    if dialect is Dialect.SPARK:
        return _spark_between(later, earlier)
    return tree.binary("-", since_epoch(dialect, later), since_epoch(dialect, earlier))


def add_small(dialect: Dialect, moment: Sql, count: Callable[[int], Sql]) -> Sql:
    """Return a timestamp later by what is not constant; ``count`` gives it in a unit, of which so many make a second.

    On DuckDB integers are added much faster than intervals.
    """
    if dialect is Dialect.DUCKDB:
        return tree.call("MAKE_TIMESTAMP", _plus(tree.call("EPOCH_US", moment), count(1_000_000)))
    return add_seconds(dialect, moment, count(1))


def from_epoch(dialect: Dialect, micros: Sql) -> Sql:
    """Return the timestamp that lies some microseconds after 1970, which is within the years 1 to 9999."""
    if dialect is Dialect.DUCKDB:
        return tree.call("MAKE_TIMESTAMP", micros)
    return add_micros(dialect, moment_literal(EPOCH, dialect), micros)


year = operator(
    "the year of a date or timestamp",
    duckdb=lambda moment: tree.call("YEAR", moment),
    postgres=lambda moment: tree.cast(tree.extracted("YEAR", moment), "BIGINT"),
    spark=lambda moment: tree.cast(tree.call("YEAR", moment), "BIGINT"),
    snowflake=lambda moment: tree.call("YEAR", moment),
    bigquery=lambda moment: tree.extracted("YEAR", moment),
)
month = operator(
    "the month of a date or timestamp",
    duckdb=lambda moment: tree.call("MONTH", moment),
    postgres=lambda moment: tree.cast(tree.extracted("MONTH", moment), "BIGINT"),
    spark=lambda moment: tree.cast(tree.call("MONTH", moment), "BIGINT"),
    snowflake=lambda moment: tree.call("MONTH", moment),
    bigquery=lambda moment: tree.extracted("MONTH", moment),
)
day_of_month = operator(
    "the day of the month of a date or timestamp",
    duckdb=lambda moment: tree.call("DAY", moment),
    postgres=lambda moment: tree.cast(tree.extracted("DAY", moment), "BIGINT"),
    spark=lambda moment: tree.cast(tree.call("DAY", moment), "BIGINT"),
    snowflake=lambda moment: tree.call("DAY", moment),
    bigquery=lambda moment: tree.extracted("DAY", moment),
)
weekday = operator(
    "the weekday of a date or timestamp, Monday is 1",
    duckdb=lambda moment: tree.call("ISODOW", moment),
    postgres=lambda moment: tree.cast(tree.extracted("ISODOW", moment), "BIGINT"),
    spark=lambda moment: tree.cast(_plus(tree.call("WEEKDAY", moment), tree.whole(1)), "BIGINT"),
    snowflake=lambda moment: tree.call("DAYOFWEEKISO", moment),
    bigquery=lambda moment: _plus(
        tree.whole_part("%", _plus(tree.extracted("DAYOFWEEK", moment), tree.whole(5)), tree.whole(7)), tree.whole(1)
    ),
)


def _truncated(moment: Sql, unit: str) -> Sql:
    return tree.cast(tree.call("DATE_TRUNC", tree.text(unit), moment), "DATE")


start_of_period = operator(
    "the first day of a date's month, quarter or year",
    duckdb=lambda day, unit: _truncated(day, unit.name),
    postgres=lambda day, unit: _truncated(tree.cast(day, "TIMESTAMP"), unit.name),
    spark=lambda day, unit: tree.call("TRUNC", day, unit),
    snowflake=lambda day, unit: tree.call("DATE_TRUNC", unit, day),
    bigquery=lambda day, unit: tree.call("DATE_TRUNC", day, tree.word(unit.name.upper())),
)
"""A date and the period as a text. (Of Postgres' own cast of a date, the result would depend on the zone of the session.)"""

start_of_week = operator(
    "the Monday of a date's week",
    duckdb=lambda day: _truncated(day, "week"),
    postgres=lambda day: _truncated(tree.cast(day, "TIMESTAMP"), "week"),
    spark=lambda day: tree.call("TRUNC", day, tree.text("week")),
    snowflake=lambda day: _date_add("day", day, tree.binary("-", tree.whole(1), tree.call("DAYOFWEEKISO", day))),
    bigquery=lambda day: tree.call("DATE_TRUNC", day, tree.word("ISOWEEK")),
)
"""A date. (Snowflake's weeks begin as a parameter of the session says.)"""

divided = operator(
    "the whole part of a quotient of integers, cut towards zero",
    duckdb=lambda left, right: tree.whole_part("//", left, right),
    postgres=lambda left, right: tree.whole_part("/", left, right),
    spark=lambda left, right: tree.whole_part("//", left, right),
    snowflake=lambda left, right: tree.whole_part("/", tree.binary("-", left, tree.whole_part("%", left, right)), right),
    bigquery=lambda left, right: tree.call("DIV", left, right),
)
"""Two integers, the second not 0. (Snowflake rounds quotients: it divides what leaves no rest.)"""


def rest(left: Sql, right: int) -> Sql:
    """Return what a division of an integer leaves, with the sign of ``left``."""
    return tree.whole_part("%", left, tree.whole(right))
