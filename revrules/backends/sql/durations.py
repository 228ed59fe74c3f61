"""Lengths of time into SQL: differences of moments, sums, products, whole days and hours; parts of dates.

A duration is an integer of 64 bits, in microseconds. Nothing raises: what leaves the 64 bits, or the years 1 to 9999, is NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import times_words as words
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.type_names import sql_type
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type

LARGEST = 2**63 - 1
ALL_TIME = (words.LAST - words.FIRST) // words.MICROSECOND
FIRST_MICROS = (words.FIRST - words.EPOCH) // words.MICROSECOND
LAST_MICROS = (words.LAST - words.EPOCH) // words.MICROSECOND
HOUR_MICROS = words.DAY_MICROS // 24


def arith(op: ir.ArithOp, left: Sql, right: Sql, left_type: Type, right_type: Type, type_: Type, scope: Scope) -> Sql:
    """Return moment ± duration, moment - moment, duration ± duration, or duration times integer (on either side)."""
    if type_ is Scalar.DATETIME:
        moment, length = (left, right) if left_type is Scalar.DATETIME else (right, left)
        return _moved(moment, length, op is ir.ArithOp.SUB, scope)
    match left_type, right_type:
        case Scalar.DATE, Scalar.DATE:
            return tree.binary("*", words.days_between(scope.dialect, left, right), tree.whole(words.DAY_MICROS))
        case Scalar.DATETIME, Scalar.DATETIME:
            return words.micros_between(scope.dialect, left, right)
        case Scalar.DURATION, Scalar.DURATION:
            return _sum(left, right, op is ir.ArithOp.SUB, scope)
        case _:
            return _product(left, right, scope)


def function(name: str, argument: Sql, scope: Scope) -> Sql:
    """Return ``year``, ``month``, ``day`` or ``weekday`` of a date, ``days`` or ``hours`` of a duration."""
    match name:
        case "year":
            return words.year(scope.dialect, argument)
        case "month":
            return words.month(scope.dialect, argument)
        case "day":
            return words.day_of_month(scope.dialect, argument)
        case "weekday":
            return words.weekday(scope.dialect, argument)
        case "days":
            return words.divided(scope.dialect, argument, tree.whole(words.DAY_MICROS))
        case _:
            assert name == "hours", f"`{name}` is no function of time"
            return words.divided(scope.dialect, argument, tree.whole(HOUR_MICROS))


def literal(micros: int) -> Sql:
    """Return a number of microseconds as a constant."""
    return tree.whole(micros) if micros >= -LARGEST else smallest()


def smallest() -> Sql:
    """Return the least integer of 64 bits; its digits alone are one too large before the minus."""
    return tree.binary("-", tree.whole(-LARGEST), tree.whole(1))


def _moved(moment: Sql, length: Sql, back: bool, scope: Scope) -> Sql:
    """Return a moment some duration later, or earlier."""
    length = scope.kept(length, "length")
    moment = scope.kept(moment, "moment")
    start = scope.kept(words.since_epoch(scope.dialect, moment), "micros")
    there = tree.binary("-" if back else "+", start, length)
    possible = tree.between(length, tree.whole(-ALL_TIME), tree.whole(ALL_TIME))
    target = scope.kept(tree.case([(possible, there)]), "micros")
    within = tree.between(target, tree.whole(FIRST_MICROS), tree.whole(LAST_MICROS))
    return tree.case([(within, words.from_epoch(scope.dialect, target))])


def _sum(left: Sql, right: Sql, back: bool, scope: Scope) -> Sql:
    """Return ``left`` plus or minus ``right``, looked at before for what 64 bits do not hold."""
    left, right = scope.kept(left, "length"), scope.kept(right, "length")
    result = tree.binary("-" if back else "+", left, right)
    constant = tree.constant_whole(right)
    upward, downward = _fits(left, right, back, up=True), _fits(left, right, back, up=False)
    if constant is not None:
        return tree.case([(upward if (constant >= 0) is not back else downward, result)])
    positive = tree.binary("<=" if back else ">=", right, tree.whole(0))
    return tree.case([(positive, tree.case([(upward, result)])), (downward, result)])


def _fits(left: Sql, right: Sql, back: bool, *, up: bool) -> Sql:
    """Return whether a sum that is greater (less) than ``left`` is not too great (small)."""
    end = tree.binary("+" if back else "-", tree.whole(LARGEST) if up else smallest(), right)
    return tree.binary("<=" if up else ">=", left, end)


def _product(left: Sql, right: Sql, scope: Scope) -> Sql:
    """Return a duration times an integer, on either side."""
    count = tree.constant_whole(right)
    if count is None:
        if tree.constant_whole(left) is not None:
            return _product(right, left, scope)
        product = _wide_product(scope.dialect, left, right)
        return product if scope.dialect not in SAYS_TWICE else _checked(scope.kept(product, "product"), scope.dialect)
    if count in (0, 1):
        return tree.binary("*", left, right)
    ends = sorted((_cut(-LARGEST - 1, count), _cut(LARGEST, count)))
    left = scope.kept(left, "length")
    possible = tree.between(left, *map(literal, ends))
    return tree.case([(possible, tree.binary("*", left, right))])


def _cut(end: int, count: int) -> int:
    """Return the last number on the way to ``end`` / ``count`` that 64 bits hold."""
    found = abs(end) // abs(count)
    return min(found, LARGEST) if (end > 0) is (count > 0) else -found


SAYS_TWICE = (Dialect.POSTGRES, Dialect.SNOWFLAKE)
"""They multiply in a wider type; the result is then held against 64 bits."""
_wide_product = operator(
    "duration * integer",
    duckdb=lambda left, right: tree.try_cast(tree.binary("*", tree.cast(left, "HUGEINT"), right), "BIGINT"),
    postgres=lambda left, right: tree.binary("*", tree.cast(left, "NUMERIC"), right),
    spark=lambda left, right: tree.call("TRY_MULTIPLY", left, right),
    snowflake=lambda left, right: tree.binary("*", tree.cast(left, "NUMBER(38, 0)"), right),
    bigquery=lambda left, right: tree.call("SAFE_MULTIPLY", left, right),
)


def _checked(product: Sql, dialect: Dialect) -> Sql:
    within = tree.between(product, smallest(), tree.whole(LARGEST))
    return tree.case([(within, tree.cast(product, sql_type(Scalar.INTEGER, dialect)))])
