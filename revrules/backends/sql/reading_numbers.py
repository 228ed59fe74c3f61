"""Cells that hold numbers into SQL for their exact values: integers, numbers, amounts of money (DuckDB)."""

from __future__ import annotations

from sys import float_info
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_cells import Way
from revrules.backends.sql.reading_parts import bound, globs, joined, matches, parts
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import EXPONENT, PLAIN_DECIMAL, marked_shape
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

PLAIN = {"integer": "-?[0-9]{1,18}", "number": r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", "money": r"-?[0-9]{1,13}(?:\.[0-9]{1,9})?"}
"""Cells that are surely values, whatever stands behind their digits."""
OTHER_THAN_DIGITS = "*[!0-9]*"
OTHER_THAN_DECIMALS = "*[!0-9.]*"
MOST_DIGITS = 18
"""So many digits are surely an integer."""
WHAT = {"integer": "an integer", "number": "a number", "money": "an amount of money"}


def numbers(raw: Sql, spec: FieldSpec) -> Way:
    """Return how cells of integers, numbers or money are read."""
    shape = PLAIN[spec.kind] if _has_no_marks(spec) else PLAIN["integer"] if spec.kind == "integer" else "-?[0-9]{1,13}"
    type_ = sql_type(Scalar(spec.kind), Dialect.DUCKDB)

    def value(text: Sql) -> Sql:
        return bound(_spelled(text, spec), lambda digits: _valued(digits, spec.kind), "d", Dialect.DUCKDB)

    def reason(text: Sql) -> Sql:
        return bound(_spelled(text, spec), lambda digits: _reason(digits, spec.kind), "d", Dialect.DUCKDB)

    plain = ((matches(raw, shape), tree.cast(raw, type_)),)
    odd = _is_odd(raw, spec)
    return Way(value, reason, plain, None if odd is None else (odd, tree.try_cast(raw, type_)))


def _is_odd(raw: Sql, spec: FieldSpec) -> Sql | None:
    """Return whether DuckDB's cast might read a cell otherwise than the runtime; None where that is not seen at once.

    The cast takes `1e2`, `1_0` and `0x1` for numbers, and rounds `1.5`: but for `.5` all of these have three characters or more.
    It takes white space off, so stand-ins with white space around them would be values. To some versions a sign alone is 0.
    """
    if spec.kind != "integer" and not _has_no_marks(spec):
        return None
    as_cast = _has_no_marks(spec) and not spec.missing_texts
    begins_otherwise = tree.binary("<", raw, tree.text("0"))
    if spec.kind == "money" and as_cast:
        return tree.any_of([begins_otherwise, *(tree.call("CONTAINS", raw, tree.text(mark)) for mark in ("e", "E", "_"))])
    length = tree.call("STRLEN", raw)
    other = globs(raw, OTHER_THAN_DIGITS if spec.kind == "integer" else OTHER_THAN_DECIMALS)
    odd = tree.any_of([other, tree.binary(">", length, tree.whole(MOST_DIGITS))])
    if spec.kind != "integer" or not as_cast:
        return odd
    return tree.all_of([tree.any_of([tree.binary(">", length, tree.whole(2)), begins_otherwise]), odd])


def _has_no_marks(spec: FieldSpec) -> bool:
    return spec.decimal_mark == "." and not spec.group_mark


def _spelled(text: Sql, spec: FieldSpec) -> Sql:
    """Return a number in digits with at most a point and an exponent; NULL for what is none."""
    if _has_no_marks(spec):
        shapes = [PLAIN_DECIMAL.pattern] + ([EXPONENT.pattern] if spec.kind == "number" else [])
        return tree.case([(tree.any_of([matches(text, shape) for shape in shapes]), text)])
    shape, mark = marked_shape(spec.decimal_mark, spec.group_mark)

    def put_together(found: list[Sql]) -> Sql:
        before, behind, integral, fraction = found
        two_signs = tree.all_of([tree.binary("<>", sign, tree.text("")) for sign in (before, behind)])
        no_digits = tree.binary("=", joined(integral, fraction), tree.text(""))
        plain = tree.call("REGEXP_REPLACE", integral, *map(tree.text, (mark, "", "g"))) if spec.group_mark else integral
        return tree.case(
            [(tree.any_of([two_signs, no_digits]), tree.NULL)], joined(before, behind, plain, tree.text("."), fraction)
        )

    return tree.case([(matches(text, shape), parts(text, shape, put_together, 4))])


def _valued(digits: Sql, kind: str) -> Sql:
    """Return the value of a number in digits, NULL where the type cannot hold it."""
    if kind == "integer":
        before = tree.call("SPLIT_PART", digits, tree.text("."), tree.whole(1))
        zero = tree.among(before, [tree.text(sign) for sign in ("", "+", "-")])
        return tree.case([(tree.negated(_is_whole(digits)), tree.NULL), (zero, tree.whole(0))], tree.try_cast(before, "BIGINT"))
    if kind == "money":
        return tree.try_cast(digits, "DECIMAL(18, 4)")
    return bound(tree.try_cast(digits, "DOUBLE"), finite, "n", Dialect.DUCKDB)


def finite(number: Sql, dialect: Dialect = Dialect.DUCKDB) -> Sql:
    """Return a double that is finite, else NULL. NaN is greater than all others on every engine."""
    low, high = (constant(end, Scalar.NUMBER, dialect) for end in (-float_info.max, float_info.max))
    return tree.case([(tree.between(number, low, high), number)])


def _is_whole(digits: Sql) -> Sql:
    return matches(digits, r"[+-]?[0-9]*\.?0*")


def _reason(digits: Sql, kind: str) -> Sql:
    """Return why there is no value."""
    reasons = [(tree.is_null(digits), tree.text(f"not {WHAT[kind]}"))]
    if kind == "integer":
        reasons.append((tree.negated(_is_whole(digits)), tree.text("not a whole number")))
    return tree.case(reasons, tree.text(f"too large for {WHAT[kind]}"))
