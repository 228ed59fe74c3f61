"""Cells that hold numbers into SQL for their values on Spark, whose casts of texts are exact where they are asked for no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading_numbers import finite
from revrules.backends.sql.reading_shapes import group, matched, spelled_plainly, without_marks
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.cells import EXPONENT, PLAIN_DECIMAL
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

    Kept = Callable[[Sql, str], Sql]

SPARK = Dialect.SPARK
WHOLE = r"([+-]?[0-9]*)\.?0*"


def number(text: Sql, spec: FieldSpec, kept: Kept) -> tuple[Sql, Sql]:
    """Return an integer, a number or an amount of money, NULL for none, and why it is none."""
    plain = spelled_plainly(spec)
    digits = text if plain else without_marks(text, spec, SPARK)
    shape = f"{PLAIN_DECIMAL.pattern}|{EXPONENT.pattern}" if plain and spec.kind == "number" else PLAIN_DECIMAL.pattern
    if not plain:
        digits = kept(digits, f"{spec.name} marked")
    digits = kept(tree.case([(matched(digits, shape, SPARK), digits)]), f"{spec.name} digits")
    what = {"integer": "an integer", "number": "a number", "money": "an amount of money"}[spec.kind]
    none, large = (tree.is_null(digits), tree.text(f"not {what}")), tree.text(f"too large for {what}")
    match spec.kind:
        case "number":
            double = kept(tree.try_cast(digits, sql_type(Scalar.NUMBER, SPARK)), f"{spec.name} double")
            return finite(double, SPARK), tree.case([none], large)
        case "money":
            return tree.try_cast(digits, sql_type(Scalar.MONEY, SPARK)), tree.case([none], large)
        case _:
            is_whole = matched(digits, WHOLE, SPARK)
            before = group(digits, WHOLE, 1, SPARK)
            zero = tree.among(before, [tree.text(sign) for sign in ("", "+", "-")])
            value = tree.case([(tree.negated(is_whole), tree.NULL), (zero, tree.whole(0))], tree.try_cast(before, "BIGINT"))
            return value, tree.case([none, (tree.negated(is_whole), tree.text("not a whole number"))], large)


def length(text: Sql, spec: FieldSpec, kept: Kept) -> tuple[Sql, Sql]:
    """Raise ``Unsayable``: the decimals of Spark do not hold all digits of a cell."""
    raise Unsayable("a duration in a column of texts", SPARK, "it is not rounded exactly: load the table with whole numbers")
