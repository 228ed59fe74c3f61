"""Cells that hold dates and instants into SQL for their values: asked for their shape, then put together of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import reading_moments, times_words, tree
from revrules.backends.sql.dialects import Dialect, Unsayable, operator
from revrules.backends.sql.reading_parts import folded
from revrules.backends.sql.reading_shapes import GAPS, MOST_GROUPS, group, matched
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import expected
from revrules.runtime.dates import ISO_DATE_SHAPE, ISO_DATETIME, LAST_YEAR_OF_2000, MONTH_NAMES, moment_pattern
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.dates import MomentPattern
    from revrules.runtime.values import FieldSpec

NOTHING = tree.text("")
HOUR, MINUTE = 3_600_000_000, 60_000_000
MOMENT = operator(
    "a date and a time of day put together",
    gaps=GAPS,
    postgres=lambda *parts: tree.call("MAKE_TIMESTAMP", *parts, tree.whole(0)),
    spark=lambda *parts: tree.call("MAKE_TIMESTAMP_NTZ", *parts, tree.whole(0)),
)


def date_of(text: Sql, spec: FieldSpec, dialect: Dialect) -> tuple[Sql, Sql]:
    """Return the date that a text is, NULL for none, and why it is none."""
    given = [tree.call("SUBSTR", text, tree.whole(start), tree.whole(length)) for start, length in ((1, 4), (6, 2), (9, 2))]
    year, month, day = (tree.cast(part, "INTEGER") for part in given)
    iso = tree.case([(matched(text, ISO_DATE_SHAPE.pattern, dialect), _on_the_calendar(year, month, day))])
    found = [_matched(text, pattern, _day, dialect) for pattern in map(moment_pattern, spec.patterns)]
    return _first([*found, iso]), tree.text(expected("not a date", spec.patterns))


def instant_of(text: Sql, spec: FieldSpec, kept: Callable[[Sql, str], Sql], dialect: Dialect) -> tuple[Sql, Sql]:
    """Return the instant in UTC that a text is, NULL for none, and why it is none."""
    found = []
    for pattern in [*map(moment_pattern, spec.patterns), ISO_DATETIME]:
        local = kept(_matched(text, pattern, _local, dialect), f"{spec.name} local")
        moved = tree.case([(reading_moments.inside(local, dialect), _moved(text, pattern, local, spec.timezone, dialect))])
        moment = kept(moved, f"{spec.name} moment")
        found.append(tree.case([(reading_moments.inside(moment, dialect), moment)]))
    return _first(found), tree.text(expected("not a date and time", spec.patterns))


def _first(found: list[Sql]) -> Sql:
    return tree.coalesce(*found) if len(found) > 1 else found[0]


def _parts(text: Sql, pattern: MomentPattern, dialect: Dialect) -> dict[str, Sql]:
    """Return the parts of a text that has the pattern by their letters, empty where they take no part."""
    if len(pattern.letters) > MOST_GROUPS:
        raise Unsayable("a date and time of more than nine parts", dialect, "its expressions name nine groups")
    shape = pattern.expression.pattern
    return {letter: group(text, shape, number, dialect) for number, letter in enumerate(pattern.letters, 1)}


def _matched(text: Sql, pattern: MomentPattern, build: Callable[[dict[str, Sql], Dialect], Sql], dialect: Dialect) -> Sql:
    """Return what ``build`` makes of the parts of a text; NULL where the text has not the pattern."""
    return tree.case([(matched(text, pattern.expression.pattern, dialect), build(_parts(text, pattern, dialect), dialect))])


def _count(digits: Sql) -> Sql:
    """Return a number of few digits; nought where there are none."""
    return tree.cast(tree.call("CONCAT", tree.text("0"), digits), "INTEGER")


def _day(given: dict[str, Sql], dialect: Dialect) -> Sql:
    """Return the day, NULL where there is none."""
    numbers = _numbers(given)
    return tree.cast(tree.NULL, sql_type(Scalar.DATE, dialect)) if numbers is None else _on_the_calendar(*numbers)


def _numbers(given: dict[str, Sql]) -> tuple[Sql, Sql, Sql] | None:
    """Return year, month and day; None where a pattern lacks one."""
    year, month = _year(given), _month(given)
    return None if year is None or month is None or "d" not in given else (year, month, _count(given["d"]))


def _on_the_calendar(year: Sql, month: Sql, day: Sql) -> Sql:
    """Return the day of a year, month and day, NULL where the calendar has none."""
    return tree.case([(_exists(year, month, day), tree.call("MAKE_DATE", year, month, day))])


def _exists(year: Sql, month: Sql, day: Sql) -> Sql:
    nought = tree.whole(0)
    by_four, by_hundred, by_four_hundred = (
        tree.binary("=", tree.whole_part("%", year, tree.whole(count)), nought) for count in (4, 100, 400)
    )
    leap = tree.any_of([tree.all_of([by_four, tree.negated(by_hundred)]), by_four_hundred])
    short = tree.case([(leap, tree.whole(29))], tree.whole(28))
    length = tree.case(
        [
            (tree.binary("=", month, tree.whole(2)), short),
            (tree.among(month, list(map(tree.whole, (4, 6, 9, 11)))), tree.whole(30)),
        ],
        tree.whole(31),
    )
    return tree.all_of(
        [
            tree.binary(">=", year, tree.whole(1)),
            tree.between(month, tree.whole(1), tree.whole(12)),
            tree.between(day, tree.whole(1), length),
        ]
    )


def _year(given: dict[str, Sql]) -> Sql | None:
    if "y" not in given:
        return _count(given["Y"]) if "Y" in given else None
    short = _count(given["y"])
    of_2000 = tree.binary("<=", short, tree.whole(LAST_YEAR_OF_2000))
    return tree.binary("+", short, tree.case([(of_2000, tree.whole(2000))], tree.whole(1900)))


def _month(given: dict[str, Sql]) -> Sql | None:
    for letter, length in (("b", 3), ("B", None)):
        if letter in given:
            names = [(tree.text(name[:length]), tree.whole(number)) for number, name in enumerate(MONTH_NAMES, 1)]
            return tree.switch(folded(given[letter], MONTH_NAMES), names)
    return _count(given["m"]) if "m" in given else None


def _local(given: dict[str, Sql], dialect: Dialect) -> Sql:
    """Return date and time as written, NULL where there is none."""
    numbers = _numbers(given)
    if numbers is None:
        return tree.cast(tree.NULL, sql_type(Scalar.DATETIME, dialect))
    hour = _hour(given)
    minute, second = _count(given.get("M", NOTHING)), _count(given.get("S", NOTHING))
    nought = tree.whole(0)
    exists = tree.all_of(
        [
            _exists(*numbers),
            tree.between(hour, nought, tree.whole(23)),
            tree.between(minute, nought, tree.whole(59)),
            tree.between(second, nought, tree.whole(59)),
        ]
    )
    micros = tree.call("RPAD", tree.call("LEFT", given.get("f", NOTHING), tree.whole(6)), tree.whole(6), tree.text("0"))
    behind = tree.binary("+", tree.binary("*", tree.cast(second, "BIGINT"), tree.whole(1_000_000)), tree.cast(micros, "BIGINT"))
    moment = MOMENT(dialect, *numbers, hour, minute)
    return tree.case([(exists, times_words.add_micros(dialect, moment, behind))])


def _hour(given: dict[str, Sql]) -> Sql:
    """Return the hour, NULL beyond the clock; on the twelve-hour clock 12 is 0, and noon where the cell says so."""
    if "I" not in given:
        return _count(given.get("H", NOTHING))
    count = _count(given["I"])
    afternoon = tree.binary("=", folded(given["p"], ["pm"]), tree.text("pm")) if "p" in given else tree.FALSE
    base = tree.case([(tree.binary("=", count, tree.whole(12)), tree.whole(0))], count)
    added = tree.binary("+", base, tree.case([(afternoon, tree.whole(12))], tree.whole(0)))
    return tree.case([(tree.between(count, tree.whole(1), tree.whole(12)), added)])


def _moved(text: Sql, pattern: MomentPattern, local: Sql, timezone: str, dialect: Dialect) -> Sql:
    """Return a local time in UTC by its offset (NULL for one beyond a day), by the zone where it has none."""
    here = reading_moments.local_in_utc(local, timezone, dialect)
    if "z" not in pattern.letters:
        return here
    offset = _parts(text, pattern, dialect)["z"]
    digits = tree.call("REPLACE", tree.call("SUBSTR", offset, tree.whole(2)), tree.text(":"), NOTHING)
    hours, minutes = _count(tree.call("LEFT", digits, tree.whole(2))), _count(tree.call("SUBSTR", digits, tree.whole(3)))
    near = tree.all_of([tree.binary("<=", hours, tree.whole(23)), tree.binary("<=", minutes, tree.whole(59))])
    distance = tree.binary(
        "+",
        *(
            tree.binary("*", tree.cast(count, "BIGINT"), tree.digits(str(length)))
            for count, length in ((hours, HOUR), (minutes, MINUTE))
        ),
    )
    sign = tree.call("LEFT", offset, tree.whole(1))
    back = tree.case([(tree.binary("=", sign, tree.text("+")), tree.binary("-", tree.whole(0), distance))], distance)
    moved = tree.case([(near, times_words.add_micros(dialect, local, back))])
    signed = tree.among(sign, [tree.text("+"), tree.text("-")])
    return tree.case([(tree.binary("=", offset, NOTHING), here), (signed, moved)], local)
