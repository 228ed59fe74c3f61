"""Cells that hold numbers and lengths of time into SQL for their values on Postgres.

They are read as NUMERIC, which holds all digits of a cell, so that they are rounded once, and exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_shapes import group, matched, spelled_plainly, without_marks
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import (
    EXPONENT,
    ISO_DURATION_PARTS,
    PLAIN_DECIMAL,
)
from revrules.runtime.clock import LENGTH_OF, MICROSECOND
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

    Kept = Callable[[Sql, str], Sql]

POSTGRES = Dialect.POSTGRES
MONEY_END = "99999999999999.9999"
FARTHEST = 2_000
"""With a larger exponent a number of a cell's digits is beyond all doubles, or 0; with a smaller one NUMERIC holds it."""
TOO_LARGE = str(2**1024 - 2**970)
"""What is not smaller is rounded to infinity."""
TINY = "1e-320"
HALF_LEAST = str(2**1075)
"""Times this what is not above 1 is rounded to 0: half of the least double is a tie, and 0 is even."""
LONGEST_LENGTH = "1e21"
LONG = "too long for a length of time"


# --- numbers ---


def number(text: Sql, spec: FieldSpec, kept: Kept) -> tuple[Sql, Sql]:
    """Return an integer, a number or an amount of money."""
    plain = spelled_plainly(spec)
    spelled = text if plain else kept(without_marks(text, spec, POSTGRES), f"{spec.name} digits")
    exact = kept(_exact(spelled, exponents=plain and spec.kind == "number"), f"{spec.name} exact")
    what = {"integer": "an integer", "number": "a number", "money": "an amount of money"}[spec.kind]
    none, large = (tree.is_null(exact), tree.text(f"not {what}")), tree.text(f"too large for {what}")
    if spec.kind == "number":
        return (_double(spelled, exact), tree.case([none], large))
    if spec.kind == "money":
        rounded = tree.call("ROUND", exact, tree.whole(4))
        fits = tree.between(rounded, tree.digits(f"-{MONEY_END}"), tree.digits(MONEY_END))
        return (tree.case([(fits, tree.cast(rounded, sql_type(Scalar.MONEY, POSTGRES)))]), tree.case([none], large))
    is_whole = tree.binary("=", exact, tree.call("TRUNC", exact))
    fits = tree.between(exact, tree.digits(str(INTEGER_MIN)), tree.digits(str(INTEGER_MAX)))
    broken = (tree.negated(is_whole), tree.text("not a whole number"))
    return (tree.case([(tree.all_of([is_whole, fits]), tree.cast(exact, "BIGINT"))]), tree.case([none, broken], large))


def _exact(text: Sql, *, exponents: bool) -> Sql:
    """Return the exact number that digits mean, NULL for none; one that is far from all doubles as one that is so, too."""
    branches = [(matched(text, PLAIN_DECIMAL.pattern, POSTGRES), tree.cast(text, "NUMERIC"))]
    if exponents:
        far = tree.case([(_is_nought(text), tree.whole(0)), (_has_small_exponent(text), tree.whole(0))], tree.digits("1e400"))
        near = tree.case([(_is_near(text), tree.cast(text, "NUMERIC"))], far)
        branches.append((matched(text, EXPONENT.pattern, POSTGRES), near))
    return tree.case(branches)


def _exponent(text: Sql) -> Sql:
    return tree.cast(tree.call("REGEXP_REPLACE", text, tree.text("^.*[eE]"), tree.text("")), "INTEGER")


def _is_near(text: Sql) -> Sql:
    return tree.between(_exponent(text), tree.whole(-FARTHEST), tree.whole(FARTHEST))


def _is_nought(text: Sql) -> Sql:
    return tree.has_match(text, "^[-+.0]*[eE]")


def _has_small_exponent(text: Sql) -> Sql:
    return tree.binary("<", _exponent(text), tree.whole(0))


def _double(text: Sql, exact: Sql) -> Sql:
    """Return the double next to a number: text is cast only where the cast raises neither overflow nor underflow."""
    size = tree.call("ABS", exact)
    scaled = tree.binary("*", size, tree.digits(HALF_LEAST))
    vanishes = tree.all_of([tree.binary("<", size, tree.digits(TINY)), tree.binary("<=", scaled, tree.whole(1))])
    type_ = sql_type(Scalar.NUMBER, POSTGRES)
    minus = tree.binary("=", tree.call("LEFT", text, tree.whole(1)), tree.text("-"))
    nought = tree.case([(minus, tree.cast(tree.text("-0"), type_))], tree.cast(tree.text("0"), type_))
    overflows = tree.binary(">=", size, tree.digits(TOO_LARGE))
    return tree.case([(tree.is_null(exact), tree.NULL), (overflows, tree.NULL), (vanishes, nought)], tree.cast(text, type_))


# --- lengths of time ---


def length(text: Sql, spec: FieldSpec, kept: Kept) -> tuple[Sql, Sql]:
    """Return microseconds: of a number of the declared unit, or of a length in ISO 8601."""
    unit = spec.unit
    if unit is None:
        exact = kept(_iso_micros(text), f"{spec.name} exact")
        none = tree.case([(tree.is_null(exact), tree.text("not a length of time"))], tree.text(LONG))
        return _whole_micros(exact), none
    is_number = kept(matched(text, f"{PLAIN_DECIMAL.pattern}|{EXPONENT.pattern}", POSTGRES), f"{spec.name} number")
    exact = kept(tree.case([(is_number, _micros_of(text, unit))], _iso_micros(text)), f"{spec.name} exact")
    return _whole_micros(exact), tree.case([(is_number, tree.text(LONG))], tree.text(f"not a number of {unit}s"))


def length_of(number: Sql, unit: str) -> Sql:
    """Return the microseconds of an exact number of a unit; NULL where it is too long, or no number."""
    return _whole_micros(_times(number, unit))


def _micros_of(text: Sql, unit: str) -> Sql:
    """Return the microseconds of a number of a unit, NULL for one of more digits before the point than any length has."""
    micros = _times(tree.cast(text, "NUMERIC"), unit)
    fraction = tree.call("REGEXP_REPLACE", text, tree.text(r"^[^.eE]*\.?([0-9]*)[eE].*$"), tree.text(r"\1"))
    places = tree.binary("-", _exponent(text), tree.call("LENGTH", fraction))
    nought = tree.case([(tree.binary("<=", places, tree.whole(20)), tree.whole(0))])
    far = tree.case([(_has_small_exponent(text), tree.whole(0))])
    return tree.case(
        [
            (tree.negated(tree.has_match(text, "[eE]")), micros),
            (_is_nought(text), nought),
            (_is_near(text), micros),
        ],
        far,
    )


def _times(number: Sql, unit: str) -> Sql:
    inside = tree.binary("<", tree.call("ABS", number), tree.digits(LONGEST_LENGTH))
    return tree.case([(inside, tree.binary("*", number, tree.digits(str(LENGTH_OF[unit] // MICROSECOND))))])


def _iso_micros(text: Sql) -> Sql:
    """Return the microseconds of a length in ISO 8601, not rounded yet, NULL for all else."""
    shape = ISO_DURATION_PARTS
    total = None
    for number, unit in enumerate(("week", "day", "hour", "minute", "second"), 2):
        count = tree.cast(tree.call("CONCAT", tree.text("0"), group(text, shape, number, POSTGRES)), "NUMERIC")
        part = tree.binary("*", count, tree.digits(str(LENGTH_OF[unit] // MICROSECOND)))
        total = part if total is None else tree.binary("+", total, part)
    assert total is not None, "there are units"
    minus = tree.binary("=", tree.call("LEFT", text, tree.whole(1)), tree.text("-"))
    signed = tree.case([(minus, tree.binary("-", tree.whole(0), total))], total)
    ends = tree.among(tree.call("RIGHT", text, tree.whole(1)), [tree.text("P"), tree.text("T")])
    return tree.case([(tree.all_of([matched(text, shape, POSTGRES), tree.negated(ends)]), signed)])


def _whole_micros(exact: Sql) -> Sql:
    """Return microseconds as 64 bits hold them, rounded half away from zero; NULL where they do not."""
    rounded = tree.call("ROUND", exact)
    fits = tree.between(rounded, tree.digits(str(INTEGER_MIN)), tree.digits(str(INTEGER_MAX)))
    return tree.case([(fits, tree.cast(rounded, "BIGINT"))])
