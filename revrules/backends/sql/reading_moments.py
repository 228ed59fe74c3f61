"""Cells and typed values that hold dates, instants or lengths of time into SQL for their values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from revrules.backends.sql import times_words, tree, zones
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading_cells import Found, Way
from revrules.backends.sql.reading_parts import bound, globs, joined, matches, parts
from revrules.runtime.cells import expected
from revrules.runtime.dates import ISO_DATE_SHAPE, ISO_DATETIME, LAST_YEAR_OF_2000, MONTH_NAMES, moment_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.dates import MomentPattern
    from revrules.runtime.values import FieldSpec

DUCKDB = Dialect.DUCKDB
PLAIN_DATE = "[1-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
PLAIN_LOCAL = tuple(f"{PLAIN_DATE}[T ]{hour}:[0-5][0-9]:[0-5][0-9]" for hour in ("[01][0-9]", "2[0-3]"))
PRINTED_ALIKE = frozenset("dmyYbBHIMSp")
"""Letters of a pattern that have one spelling when printed: a cell that prints back as it was is read right."""
NOTHING = tree.text("")


def dates(raw: Sql, spec: FieldSpec) -> Way:
    """Return how cells of dates are read: by the declared patterns, then as ISO 8601."""
    reason = tree.text(expected("not a date", spec.patterns))

    def value(text: Sql) -> Sql:
        iso = tree.case([(matches(text, ISO_DATE_SHAPE.pattern), _on_the_calendar(text))])
        declared = [_matched(text, pattern, _day) for pattern in map(moment_pattern, spec.patterns)]
        return tree.coalesce(*declared, iso) if declared else iso

    return Way(value, lambda text: reason, _plain(raw, spec, ()), None if spec.patterns else (_is_no_date(raw), _day_of(raw)))


def _is_no_date(raw: Sql) -> Sql:
    """Return whether a cell is surely no date in ISO 8601 of the years 1000 to 9999, as far as ``_day_of`` does not see it."""
    return tree.any_of([tree.binary("<", raw, tree.text("1")), tree.negated(tree.binary("LIKE", raw, tree.text("____-__-__")))])


def _day_of(raw: Sql) -> Sql:
    """Return the day of ten characters with two dashes. A cast to a date would drop white space behind it: `2026-11-1 `."""
    return tree.cast(tree.try_cast(raw, "TIMESTAMP"), "DATE")


def datetimes(raw: Sql, spec: FieldSpec) -> Way:
    """Return how cells of datetimes are read: by the declared patterns, then as ISO 8601."""
    reason = tree.text(expected("not a date and time", spec.patterns))

    def value(text: Sql) -> Sql:
        patterns = [*map(moment_pattern, spec.patterns), ISO_DATETIME]
        found = [_matched(text, pattern, lambda given: _instant(given, spec.timezone)) for pattern in patterns]
        return tree.coalesce(*found) if len(found) > 1 else found[0]

    if spec.patterns:
        return Way(value, lambda text: reason, _plain(raw, spec, ("H", "M")))
    moment = tree.try_cast(raw, "TIMESTAMP")  # which knows `Z`
    instant, local = (tree.any_of(globs(raw, pattern + end) for pattern in PLAIN_LOCAL) for end in ("Z", ""))
    return Way(value, lambda text: reason, ((instant, moment), (local, local_in_utc(moment, spec.timezone, DUCKDB))))


def in_utc(instant: Sql, dialect: Dialect) -> Sql:
    """Return an instant of the engine's type as a timestamp in UTC. Spark's session has to be in UTC."""
    if dialect in (Dialect.DUCKDB, Dialect.POSTGRES):
        return tree.call("TIMEZONE", tree.text("UTC"), instant)
    return as_timestamp(instant, dialect)


def as_timestamp(moment: Sql, dialect: Dialect) -> Sql:
    """Return a timestamp of any precision as one of microseconds."""
    return times_words.as_midnight(moment, dialect)


def inside(moment: Sql, dialect: Dialect) -> Sql:
    """Return whether a timestamp lies in the years 1 to 9999."""
    first, last = (times_words.moment_literal(end, dialect) for end in (datetime.min, datetime.max))
    return tree.between(moment, first, last)


@dataclass(frozen=True, slots=True)
class _Said:
    """As much of a scope as moving a moment asks of it: here nothing is kept, what is said often is bound before."""

    dialect: Dialect

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return ``value``."""
        return value


def local_in_utc(moment: Sql, timezone: str, dialect: Dialect) -> Sql:
    """Return a local time in UTC, NULL outside of the years 1 to 9999."""
    scope = cast("Scope", _Said(dialect))
    return bound(moment, lambda local: zones.from_local(local, timezone, scope), "l", dialect) if timezone != "UTC" else moment


def interval(raw: Sql, dialect: Dialect) -> Found:
    """Return the length of an interval of the engine; one with months has none."""
    if dialect is not DUCKDB:
        raise Unsayable("a duration in a column of intervals", dialect, "give it as a number of a unit")
    months = tree.any_of(
        [tree.binary("<>", tree.call("DATEPART", tree.text(part), raw), tree.whole(0)) for part in ("year", "month")]
    )
    value = tree.case([(months, tree.NULL)], tree.call("EPOCH_US", raw))
    return Found(value, tree.case([(tree.is_known(raw), tree.text("not a length of time"))]))


# --- by patterns ---


def _plain(raw: Sql, spec: FieldSpec, needed: tuple[str, ...]) -> tuple[tuple[Sql, Sql], ...]:
    """Return the branch of cells that are written by the first pattern and as it would be printed."""
    if not spec.patterns or not _printed_alike(moment_pattern(spec.patterns[0]).letters, needed):
        return ()
    pattern = tree.text(spec.patterns[0])
    moment = tree.call("TRY_STRPTIME", raw, pattern)
    alike = tree.binary("=", tree.call("STRFTIME", moment, pattern), raw)
    right = tree.is_true(tree.all_of([inside(moment, DUCKDB), alike]))
    value = tree.cast(moment, "DATE") if spec.kind == "date" else local_in_utc(moment, spec.timezone, DUCKDB)
    return ((right, value),)


def _printed_alike(letters: str, needed: tuple[str, ...]) -> bool:
    found = set(letters)
    one_each = len(found) == len(letters) and all(len(found & set(same)) < 2 for same in ("yY", "mbB", "HI"))
    whole_day = "d" in found and bool(found & set("yY")) and bool(found & set("mbB"))
    twelve = ("I" in found) == ("p" in found)
    return one_each and whole_day and twelve and found <= PRINTED_ALIKE


def _matched(text: Sql, pattern: MomentPattern, build: Callable[[dict[str, Sql]], Sql]) -> Sql:
    """Return what ``build`` makes of the parts of a text by their letters; NULL where the text has not the pattern."""
    shape, letters = pattern.expression.pattern, pattern.letters
    if not letters:
        return tree.NULL
    found = parts(text, shape, lambda groups: build(dict(zip(letters, groups, strict=True))), len(letters))
    return tree.case([(matches(text, shape), found)])


def _day(given: dict[str, Sql]) -> Sql:
    """Return the day, NULL where there is none."""
    written = _written_day(given)
    return tree.NULL if written is None else _on_the_calendar(written)


def _on_the_calendar(text: Sql) -> Sql:
    day = tree.try_cast(text, "DATE")
    return bound(day, lambda found: tree.case([(tree.binary(">=", found, _first_day()), found)]), "d", DUCKDB)


def _first_day() -> Sql:
    return times_words.day_literal(datetime.min.date(), DUCKDB)


def _written_day(given: dict[str, Sql]) -> Sql | None:
    """Return year, month and day as DuckDB reads them; None where a pattern lacks one."""
    year, month = _year(given), _month(given)
    return (
        None
        if year is None or month is None or "d" not in given
        else joined(year, tree.text("-"), month, tree.text("-"), given["d"])
    )


def _year(given: dict[str, Sql]) -> Sql | None:
    short = given.get("y")
    if short is None:
        return given.get("Y")
    of_2000 = tree.binary("<=", tree.cast(short, "INTEGER"), tree.whole(LAST_YEAR_OF_2000))
    return joined(tree.case([(of_2000, tree.text("20"))], tree.text("19")), short)


def _month(given: dict[str, Sql]) -> Sql | None:
    for letter, length in (("b", 3), ("B", None)):
        if letter in given:
            names = [tree.text(name[:length]) for name in MONTH_NAMES]
            position = tree.call("LIST_POSITION", tree.call("LIST_VALUE", *names), tree.call("LOWER", given[letter]))
            return tree.cast(position, "VARCHAR")
    return given.get("m")


def _instant(given: dict[str, Sql], timezone: str) -> Sql:
    """Return the instant in UTC, local to ``timezone`` where it has no offset; NULL where there is none."""
    day, hour = _written_day(given), _hour(given)
    if day is None:
        return tree.NULL
    fraction = tree.call("LEFT", _or_nought(given.get("f")), tree.whole(6))
    clock = [_or_nought(given.get("M")), tree.text(":"), _or_nought(given.get("S")), tree.text("."), fraction]
    local = tree.try_cast(joined(day, tree.text(" "), hour, tree.text(":"), *clock), "TIMESTAMP")

    def placed(moment: Sql) -> Sql:
        known = tree.case([(inside(moment, DUCKDB), _without_offset(moment, given.get("z"), timezone))])
        return bound(known, lambda found: tree.case([(inside(found, DUCKDB), found)]), "u", DUCKDB)

    return bound(local, placed, "m", DUCKDB)


def _without_offset(moment: Sql, offset: Sql | None, timezone: str) -> Sql:
    """Return a local time in UTC by its offset (NULL for one beyond a day), by the zone where it has none."""
    here = local_in_utc(moment, timezone, DUCKDB)
    if offset is None:
        return here
    sign = tree.call("LEFT", offset, tree.whole(1))
    digits = tree.call("REPLACE", tree.call("SUBSTR", offset, tree.whole(2)), tree.text(":"), NOTHING)
    hours = tree.cast(tree.call("LEFT", digits, tree.whole(2)), "BIGINT")
    minutes = tree.cast(_or_nought(tree.call("SUBSTR", digits, tree.whole(3))), "BIGINT")
    distance = tree.binary(
        "+", tree.binary("*", hours, tree.whole(3_600_000_000)), tree.binary("*", minutes, tree.whole(60_000_000))
    )
    too_far = tree.any_of([tree.binary(">", hours, tree.whole(23)), tree.binary(">", minutes, tree.whole(59))])
    back = tree.case([(tree.binary("=", sign, tree.text("+")), tree.binary("-", tree.whole(0), distance))], distance)
    signed = tree.among(sign, [tree.text("+"), tree.text("-")])
    moved = tree.case([(too_far, tree.NULL)], times_words.add_micros(DUCKDB, moment, back))
    return tree.case([(tree.binary("=", offset, NOTHING), here), (signed, moved)], moment)


def _hour(given: dict[str, Sql]) -> Sql:
    """Return the hour as text, NULL beyond the clock; on the twelve-hour clock 12 is 0, and noon where the cell says so."""
    twelve = given.get("I")
    if twelve is None:
        hour = _or_nought(given.get("H"))
        return tree.case([(tree.binary("<=", tree.cast(hour, "INTEGER"), tree.whole(23)), hour)])
    count = tree.cast(twelve, "INTEGER")
    afternoon = tree.binary("=", tree.call("LOWER", given["p"]), tree.text("pm")) if "p" in given else tree.FALSE
    base = tree.case([(tree.binary("=", count, tree.whole(12)), tree.whole(0))], count)
    added = tree.binary("+", base, tree.case([(afternoon, tree.whole(12))], tree.whole(0)))
    return tree.case([(tree.between(count, tree.whole(1), tree.whole(12)), tree.cast(added, "VARCHAR"))])


def _or_nought(digits: Sql | None) -> Sql:
    """Return digits, nought where there are none."""
    nought = tree.text("0")
    return nought if digits is None else tree.case([(tree.binary("=", digits, NOTHING), nought)], digits)
