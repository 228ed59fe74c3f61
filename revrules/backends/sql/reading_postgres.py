"""Cells of an export into SQL for their typed values on Postgres, whose casts raise: each is asked for its shape before.

A number is read as NUMERIC, which holds all digits of a cell, so that it is rounded once, and exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import reading_postgres_times, tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_parts import folded, trimmed
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import (
    EXPONENT,
    FALSE_TEXTS,
    ISO_DURATION_PARTS,
    LONGEST_CELL,
    PLAIN_DECIMAL,
    TRUE_TEXTS,
    marked_shape,
)
from revrules.runtime.clock import LENGTH_OF, MICROSECOND
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN
from revrules.runtime.texts import fold
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


class Guarded(NamedTuple):
    """The value of texts without white space around them, NULL for none, and why there is none."""

    value: Sql
    reason: Sql


def read_guarded(raw: Sql, spec: FieldSpec, kept: Kept) -> Guarded:
    """Return what the cells of ``raw`` hold for a field that is neither text nor enum (``runtime.cells.cell_reader``)."""
    text = kept(trimmed(raw, POSTGRES), f"{spec.name} text")
    blank = tree.among(text, [tree.text(each) for each in dict.fromkeys(("", *spec.missing_texts))])
    long = tree.binary(">", tree.call("LENGTH", text), tree.whole(LONGEST_CELL))
    # a cell without white space that is too long holds nothing, and nothing is asked of it
    usual = kept(tree.case([(tree.any_of([blank, long]), tree.NULL)], text), f"{spec.name} cell")
    found = _found(usual, spec, kept)
    told = tree.text(f"longer than {LONGEST_CELL:,} characters")
    return Guarded(found.value, tree.case([(tree.is_null(text), tree.NULL), (blank, tree.NULL), (long, told)], found.reason))


def _found(text: Sql, spec: FieldSpec, kept: Kept) -> Guarded:
    match spec.kind:
        case "boolean":
            return _truth(text, spec, kept)
        case "integer" | "number" | "money":
            return _number(text, spec, kept)
        case "date":
            return Guarded(*reading_postgres_times.date_of(text, spec))
        case "datetime":
            return Guarded(*reading_postgres_times.instant_of(text, spec, kept))
        case _:
            return _length(text, spec, kept)


def matched(text: Sql, shape: str) -> Sql:
    """Return whether the whole of ``text`` matches an expression."""
    return tree.has_match(text, f"^(?:{shape})$")


def group(text: Sql, shape: str, number: int) -> Sql:
    """Return a group of an expression that the whole of ``text`` matches, empty where it took no part."""
    assert number < 10, "Postgres names nine groups"
    return tree.call("REGEXP_REPLACE", text, tree.text(f"^(?:{shape})$"), tree.text(f"\\{number}"))


def _truth(text: Sql, spec: FieldSpec, kept: Kept) -> Guarded:
    true_texts, false_texts = spec.true_texts or TRUE_TEXTS, spec.false_texts or FALSE_TEXTS
    meanings = {fold(each): False for each in false_texts} | {fold(each): True for each in true_texts}
    small = kept(folded(text, meanings), f"{spec.name} word")
    branches = [
        (tree.among(small, [tree.text(each) for each, meaning in meanings.items() if meaning is truth]), value)
        for truth, value in ((True, tree.TRUE), (False, tree.FALSE))
        if truth in meanings.values()
    ]
    return Guarded(tree.case(branches), tree.text(f"neither {true_texts[0]} nor {false_texts[0]}"))


# --- numbers ---


def _number(text: Sql, spec: FieldSpec, kept: Kept) -> Guarded:
    """Return an integer, a number or an amount of money."""
    plain = spec.decimal_mark == "." and not spec.group_mark
    spelled = text if plain else kept(_without_marks(text, spec), f"{spec.name} digits")
    exact = kept(_exact(spelled, exponents=plain and spec.kind == "number"), f"{spec.name} exact")
    what = {"integer": "an integer", "number": "a number", "money": "an amount of money"}[spec.kind]
    none, large = (tree.is_null(exact), tree.text(f"not {what}")), tree.text(f"too large for {what}")
    if spec.kind == "number":
        return Guarded(_double(spelled, exact), tree.case([none], large))
    if spec.kind == "money":
        rounded = tree.call("ROUND", exact, tree.whole(4))
        fits = tree.between(rounded, tree.digits(f"-{MONEY_END}"), tree.digits(MONEY_END))
        return Guarded(tree.case([(fits, tree.cast(rounded, sql_type(Scalar.MONEY, POSTGRES)))]), tree.case([none], large))
    is_whole = tree.binary("=", exact, tree.call("TRUNC", exact))
    fits = tree.between(exact, tree.digits(str(INTEGER_MIN)), tree.digits(str(INTEGER_MAX)))
    broken = (tree.negated(is_whole), tree.text("not a whole number"))
    return Guarded(tree.case([(tree.all_of([is_whole, fits]), tree.cast(exact, "BIGINT"))]), tree.case([none, broken], large))


def _without_marks(text: Sql, spec: FieldSpec) -> Sql:
    """Return a number with marks in plain digits with a point; what stands twice in it makes it none."""
    shape, mark = marked_shape(spec.decimal_mark, spec.group_mark)
    integral = group(text, shape, 3)
    if spec.group_mark:
        integral = tree.call("REGEXP_REPLACE", integral, tree.text(mark), tree.text(""), tree.text("g"))
    signs = tree.binary("||", group(text, shape, 1), group(text, shape, 2))
    fraction = tree.binary("||", tree.text("."), group(text, shape, 4))
    return tree.case([(matched(text, shape), tree.binary("||", tree.binary("||", signs, integral), fraction))])


def _exact(text: Sql, *, exponents: bool) -> Sql:
    """Return the exact number that digits mean, NULL for none; one that is far from all doubles as one that is so, too."""
    branches = [(matched(text, PLAIN_DECIMAL.pattern), tree.cast(text, "NUMERIC"))]
    if exponents:
        far = tree.case([(_is_nought(text), tree.whole(0)), (_has_small_exponent(text), tree.whole(0))], tree.digits("1e400"))
        near = tree.case([(_is_near(text), tree.cast(text, "NUMERIC"))], far)
        branches.append((matched(text, EXPONENT.pattern), near))
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


def _length(text: Sql, spec: FieldSpec, kept: Kept) -> Guarded:
    """Return microseconds: of a number of the declared unit, or of a length in ISO 8601."""
    unit = spec.unit
    if unit is None:
        exact = kept(_iso_micros(text), f"{spec.name} exact")
        none = tree.case([(tree.is_null(exact), tree.text("not a length of time"))], tree.text(LONG))
        return Guarded(_whole_micros(exact), none)
    is_number = kept(matched(text, f"{PLAIN_DECIMAL.pattern}|{EXPONENT.pattern}"), f"{spec.name} number")
    exact = kept(tree.case([(is_number, _micros_of(text, unit))], _iso_micros(text)), f"{spec.name} exact")
    return Guarded(_whole_micros(exact), tree.case([(is_number, tree.text(LONG))], tree.text(f"not a number of {unit}s")))


def _micros_of(text: Sql, unit: str) -> Sql:
    """Return the microseconds of a number of a unit, NULL for one of more digits before the point than any length has."""
    number = tree.cast(text, "NUMERIC")
    inside = tree.binary("<", tree.call("ABS", number), tree.digits(LONGEST_LENGTH))
    micros = tree.case([(inside, tree.binary("*", number, tree.digits(str(LENGTH_OF[unit] // MICROSECOND))))])
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


def _iso_micros(text: Sql) -> Sql:
    """Return the microseconds of a length in ISO 8601, not rounded yet, NULL for all else."""
    shape = ISO_DURATION_PARTS
    total = None
    for number, unit in enumerate(("week", "day", "hour", "minute", "second"), 2):
        count = tree.cast(tree.call("CONCAT", tree.text("0"), group(text, shape, number)), "NUMERIC")
        part = tree.binary("*", count, tree.digits(str(LENGTH_OF[unit] // MICROSECOND)))
        total = part if total is None else tree.binary("+", total, part)
    assert total is not None, "there are units"
    minus = tree.binary("=", tree.call("LEFT", text, tree.whole(1)), tree.text("-"))
    signed = tree.case([(minus, tree.binary("-", tree.whole(0), total))], total)
    ends = tree.among(tree.call("RIGHT", text, tree.whole(1)), [tree.text("P"), tree.text("T")])
    return tree.case([(tree.all_of([matched(text, shape), tree.negated(ends)]), signed)])


def _whole_micros(exact: Sql) -> Sql:
    """Return microseconds as 64 bits hold them, rounded half away from zero; NULL where they do not."""
    rounded = tree.call("ROUND", exact)
    fits = tree.between(rounded, tree.digits(str(INTEGER_MIN)), tree.digits(str(INTEGER_MAX)))
    return tree.case([(fits, tree.cast(rounded, "BIGINT"))])
