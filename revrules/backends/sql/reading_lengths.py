"""Cells that hold lengths of time into SQL for their microseconds: numbers of a unit, rounded exactly, and ISO 8601 (DuckDB)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_cells import Way
from revrules.backends.sql.reading_parts import bound, joined, matches, parts
from revrules.runtime.cells import EXPONENT, ISO_DURATION_PARTS, LONGEST_CELL, PLAIN_DECIMAL
from revrules.runtime.clock import LENGTH_OF, MICROSECOND

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

WIDE = "HUGEINT"
NUMBER = r"([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?"
MOST_DIGITS = 21
"""Digits before the point; with more a number is too long for a length of time, whatever its unit."""
PLACES = 18
"""Digits behind the point come in portions of so many: two, and as many more as a cell has."""
MOST_PORTIONS = -(-LONGEST_CELL // PLACES)
LONG = "too long for a length of time"


def lengths(raw: Sql, spec: FieldSpec) -> Way:
    """Return how cells of durations are read: as a number of the declared unit, then as ISO 8601."""
    unit = spec.unit
    if unit is None:
        return Way(_iso, lambda text: tree.case([(_is_iso(text), tree.text(LONG))], tree.text("not a length of time")))
    is_number = f"{PLAIN_DECIMAL.pattern}|{EXPONENT.pattern}"
    plain = tree.binary("*", tree.cast(raw, "BIGINT"), tree.digits(str(_micros(unit))))

    def value(text: Sql) -> Sql:
        return tree.case([(matches(text, is_number), length_of(text, unit))], _iso(text))

    def reason(text: Sql) -> Sql:
        return tree.case([(matches(text, is_number), tree.text(LONG))], tree.text(f"not a number of {unit}s"))

    return Way(value, reason, ((matches(raw, "-?[0-9]{1,6}"), plain),))


def _micros(unit: str) -> int:
    return LENGTH_OF[unit] // MICROSECOND


def length_of(number: Sql, unit: str) -> Sql:
    """Return how many microseconds a number in digits, of some unit, is: rounded half away from zero, NULL beyond 64 bits."""

    def taken_apart(groups: list[Sql]) -> Sql:
        sign, whole, fraction, exponent = groups
        nought = tree.text("0")
        power = tree.cast(tree.case([(tree.binary("=", exponent, tree.text("")), nought)], exponent), "INTEGER")
        places = tree.binary("-", power, tree.call("LENGTH", fraction))
        digits = tree.call("LTRIM", joined(whole, fraction), nought)
        return bound(digits, lambda found: _checked(sign, found, places, unit), "s", Dialect.DUCKDB)

    return parts(number, NUMBER, taken_apart, 4)


def _checked(sign: Sql, digits: Sql, places: Sql, unit: str) -> Sql:
    """Return the length for ``digits`` times ten to the power of ``places``; none where that has too many digits."""
    count = tree.call("GREATEST", tree.call("LENGTH", digits), tree.whole(1))
    before_point = tree.binary("+", count, places)
    amount = bound(before_point, lambda point: _amount(sign, digits, point, unit), "p", Dialect.DUCKDB)
    return tree.case([(tree.binary("<=", before_point, tree.whole(MOST_DIGITS)), amount)])


def _amount(sign: Sql, digits: Sql, point: Sql, unit: str) -> Sql:
    """Return the length for ``digits`` with a point behind the first ``point`` of them."""
    nought, none = tree.text("0"), tree.whole(0)
    before = tree.cast(tree.call("GREATEST", point, none), "INTEGER")
    whole = tree.call("RPAD", tree.call("LEFT", digits, before), before, nought)
    gap = tree.call(
        "REPEAT", nought, tree.call("LEAST", tree.call("GREATEST", tree.binary("-", none, point), none), tree.whole(2 * PLACES))
    )
    rest = joined(gap, tree.call("SUBSTR", digits, tree.binary("+", before, tree.whole(1))))
    return bound(rest, lambda found: _put_together(sign, whole, found, unit), "r", Dialect.DUCKDB)


def _put_together(sign: Sql, whole: Sql, rest: Sql, unit: str) -> Sql:
    """Return the length for the digits before and behind the point."""
    nought, none = tree.text("0"), tree.whole(0)
    fraction = tree.call("RPAD", tree.call("LEFT", rest, tree.whole(2 * PLACES)), tree.whole(2 * PLACES), nought)
    units = tree.cast(tree.digits(str(_micros(unit))), WIDE)
    integral = tree.binary("*", tree.cast(tree.call("CONCAT", nought, whole), WIDE), units)
    high, low = (
        tree.binary("*", tree.cast(tree.call(side, fraction, tree.whole(PLACES)), WIDE), units) for side in ("LEFT", "RIGHT")
    )
    step = tree.cast(tree.digits(str(10**PLACES)), WIDE)
    far = tree.case([(tree.binary(">", tree.call("LENGTH", rest), tree.whole(2 * PLACES)), _carried(rest, units, step))], none)
    behind = tree.binary("+", high, tree.call("DIVIDE", tree.binary("+", low, far), step))
    half = tree.cast(tree.digits(str(5 * 10 ** (PLACES - 1))), WIDE)
    rounded = tree.call("DIVIDE", tree.binary("+", behind, half), step)
    total = tree.binary("+", integral, rounded)
    signed = tree.case([(tree.binary("=", sign, tree.text("-")), tree.binary("-", tree.whole(0), total))], total)
    return tree.try_cast(signed, "BIGINT")


def _carried(rest: Sql, units: Sql, step: Sql) -> Sql:
    """Return what the portions behind the first two carry over to these, when all are multiplied from the right."""
    place, carried, portion = map(tree.parameter, ("i", "c", "x"))
    start = tree.binary("+", tree.binary("*", place, tree.whole(PLACES)), tree.whole(1))
    digits = tree.call("RPAD", tree.call("SUBSTR", rest, start, tree.whole(PLACES)), tree.whole(PLACES), tree.text("0"))
    places = tree.call("RANGE", tree.whole(MOST_PORTIONS + 3), tree.whole(1), tree.whole(-1))
    portions = tree.call("LIST_TRANSFORM", places, tree.function(["i"], tree.cast(digits, WIDE)))
    sum_ = tree.binary("+", tree.binary("*", portion, units), carried)
    carry = tree.function(["c", "x"], tree.call("DIVIDE", sum_, step))
    return tree.call("LIST_REDUCE", portions, carry, tree.cast(tree.whole(0), WIDE))


def _is_iso(text: Sql) -> Sql:
    ends = tree.among(tree.call("RIGHT", text, tree.whole(1)), [tree.text("P"), tree.text("T")])
    return tree.all_of([matches(text, ISO_DURATION_PARTS), tree.negated(ends)])


def _iso(text: Sql) -> Sql:
    """Return the microseconds of a length in ISO 8601, NULL for all else."""

    def added(groups: list[Sql]) -> Sql:
        sign, *counts, seconds = groups
        total = None
        for count, unit in zip(counts, ("week", "day", "hour", "minute"), strict=True):
            part = tree.binary("*", _wide(count), tree.cast(tree.digits(str(_micros(unit))), WIDE))
            total = part if total is None else tree.binary("+", total, part)
        # a fraction of a second is rounded as one of the whole, which is a whole number of seconds besides
        micros = tree.binary("*", tree.cast(_or_nought(seconds), "DECIMAL(38, 6)"), tree.digits("1000000"))
        assert total is not None, "there are units"
        whole = tree.binary("+", total, tree.cast(micros, WIDE))
        signed = tree.case([(tree.binary("=", sign, tree.text("-")), tree.binary("-", tree.whole(0), whole))], whole)
        return tree.try_cast(signed, "BIGINT")

    return tree.case([(_is_iso(text), parts(text, ISO_DURATION_PARTS, added, 6))])


def _wide(digits: Sql) -> Sql:
    return tree.cast(_or_nought(digits), WIDE)


def _or_nought(digits: Sql) -> Sql:
    return tree.case([(tree.binary("=", digits, tree.text("")), tree.text("0"))], digits)
