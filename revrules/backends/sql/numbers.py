"""Operands into arithmetic whose overflow, and division by zero, is NULL: no engine's own is so, and each fails in its own way.

Integers and amounts are worked out in a type that is wide enough, then held against their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import doubles
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.reach import WHOLE, combined, reach
from revrules.backends.sql.tree import between, binary, call, case, cast, coalesce, digits, try_cast
from revrules.backends.sql.type_names import sql_type
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.dialects import Operator
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

MOST_OF_MONEY = digits("99999999999999.9999")
LEAST_OF_MONEY = digits("-99999999999999.9999")
MONEY = "DECIMAL(18, 4)"
SAYS_TWICE = (Dialect.POSTGRES, Dialect.SNOWFLAKE, Dialect.BIGQUERY)
"""They have no cast of numbers that is NULL where nothing fits: a result is said twice, so that its operands are to be short."""


def arith(node: ir.Arith, left: Sql, right: Sql, scope: Scope) -> Sql:
    """Return the result of arithmetic on integers, numbers or amounts."""
    op, type_ = node.op, node.type
    if type_ is Scalar.NUMBER:
        return doubles.arith(node, left, right, scope)
    one, other = reach(node.left, scope.ruleset), reach(node.right, scope.ruleset)
    if combined(op, one, other, type_).most < WHOLE[type_].most:
        found = binary(op.value, left, right)
        return found if type_ is Scalar.INTEGER else cast(found, sql_type(type_, scope.dialect))
    if scope.dialect in SAYS_TWICE:
        left, right = scope.kept(left, "part"), scope.kept(right, "part")
    if type_ is Scalar.INTEGER:
        return INTEGERS[op](scope.dialect, left, right)
    if op is not ir.ArithOp.MUL:
        return AMOUNTS[op](scope.dialect, left, right)
    pair = (left, right) if ir.type_of(node.left) is Scalar.MONEY else (right, left)
    return TIMES(scope.dialect, *pair)


def negative(operand: Sql, node: ir.Expr, scope: Scope) -> Sql:
    """Return the negative of an integer, number, amount or duration; ``node`` is the operand."""
    type_ = ir.type_of(node)
    if type_ is Scalar.NUMBER:
        return binary("-", constant(0.0, type_, scope.dialect), operand)
    if type_ is Scalar.MONEY:
        return cast(binary("-", digits("0"), operand), sql_type(type_, scope.dialect))
    if reach(node, scope.ruleset).most <= INTEGER_MAX:
        return binary("-", digits("0"), operand)
    if scope.dialect in SAYS_TWICE:
        operand = scope.kept(operand, "part")
    return INTEGERS[ir.ArithOp.SUB](scope.dialect, cast(digits("0"), sql_type(Scalar.INTEGER, scope.dialect)), operand)


def absolute(operand: Sql, node: ir.Expr, scope: Scope) -> Sql:
    """Return a number without its sign."""
    operand = scope.kept(operand, "value")
    below = binary("<", operand, digits("0"))
    return case([(below, negative(operand, node, scope))], operand)


def to_number(operand: Sql, node: ir.Expr, scope: Scope) -> Sql:
    """Return the nearest double of an integer or amount."""
    return (DOUBLE_OF_MONEY if ir.type_of(node) is Scalar.MONEY else DOUBLE_OF_INTEGER)(scope.dialect, operand)


def to_money(operand: Sql, node: ir.Expr, scope: Scope) -> Sql:
    """Return an integer as an amount."""
    kind = sql_type(Scalar.MONEY, scope.dialect)
    if reach(node, scope.ruleset).most < WHOLE[Scalar.MONEY].most:
        return cast(operand, kind)
    operand = scope.kept(operand, "value")
    return case([(between(operand, digits("-99999999999999"), digits("99999999999999")), cast(operand, kind))])


def extreme(function: str, operands: Sequence[Sql], scope: Scope) -> Sql:
    """Return the ``least`` or ``greatest`` of those that are not NULL."""
    if len(operands) == 1:
        return operands[0]
    if scope.dialect is Dialect.BIGQUERY:
        operands = [scope.kept(operand, "value") for operand in operands]
    return KNOWN_ENDS[function](scope.dialect, *operands)


def in_64_bits(value: Sql) -> Sql:
    """Return a whole number of a wide type, which is said twice, as an integer; NULL where it is none."""
    return case([(between(value, digits(str(INTEGER_MIN)), digits(str(INTEGER_MAX))), cast(value, "BIGINT"))])


def in_money(value: Sql, kind: str = MONEY) -> Sql:
    """Return a decimal with four places, which is said twice, as an amount; NULL where it is none."""
    return case([(between(value, LEAST_OF_MONEY, MOST_OF_MONEY), cast(value, kind))])


def _of_integers(sign: str, word: str) -> Operator:
    return operator(
        f"integer {sign} integer",
        duckdb=lambda left, right: try_cast(binary(sign, cast(left, "HUGEINT"), right), "BIGINT"),
        postgres=lambda left, right: in_64_bits(binary(sign, cast(left, "NUMERIC"), right)),
        spark=lambda left, right: try_cast(binary(sign, cast(left, "DECIMAL(19, 0)"), cast(right, "DECIMAL(19, 0)")), "BIGINT"),
        snowflake=lambda left, right: in_64_bits(binary(sign, cast(left, "NUMBER(38, 0)"), right)),
        bigquery=lambda left, right: call(f"SAFE_{word}", left, right),
    )


def _of_amounts(sign: str) -> Operator:
    return operator(
        f"money {sign} money",
        duckdb=lambda left, right: try_cast(binary(sign, cast(left, "DECIMAL(38, 4)"), right), MONEY),
        postgres=lambda left, right: in_money(binary(sign, left, right)),
        spark=lambda left, right: try_cast(binary(sign, cast(left, "DECIMAL(30, 4)"), right), MONEY),
        snowflake=lambda left, right: in_money(binary(sign, cast(left, "NUMBER(30, 4)"), right)),
        bigquery=lambda left, right: in_money(binary(sign, left, right), "NUMERIC"),
    )


def _greedy(function: str) -> Operator:
    """Return LEAST or GREATEST that passes over NULL; BigQuery's does not, so each place falls back on the other operands."""
    return operator(
        f"{function} of the known ones",
        lambda *operands: call(function.upper(), *operands),
        snowflake=lambda *operands: call(f"{function.upper()}_IGNORE_NULLS", *operands),
        bigquery=lambda *operands: call(
            function.upper(), *(coalesce(*operands[at:], *operands[:at]) for at in range(len(operands)))
        ),
    )


INTEGERS = {
    ir.ArithOp.ADD: _of_integers("+", "ADD"),
    ir.ArithOp.SUB: _of_integers("-", "SUBTRACT"),
    ir.ArithOp.MUL: _of_integers("*", "MULTIPLY"),
}
AMOUNTS = {ir.ArithOp.ADD: _of_amounts("+"), ir.ArithOp.SUB: _of_amounts("-")}
TIMES = operator(
    "money * integer",
    duckdb=lambda money, times: try_cast(binary("*", money, cast(times, "DECIMAL(19, 0)")), MONEY),
    postgres=lambda money, times: in_money(binary("*", money, times)),
    spark=lambda money, times: try_cast(binary("*", money, cast(times, "DECIMAL(19, 0)")), MONEY),
    snowflake=lambda money, times: in_money(binary("*", money, cast(times, "NUMBER(19, 0)"))),
    bigquery=lambda money, times: in_money(call("SAFE_MULTIPLY", money, cast(times, "NUMERIC")), "NUMERIC"),
)
DOUBLE_OF_INTEGER = operator(
    "number(integer)",
    lambda value: cast(value, "DOUBLE"),
    postgres=lambda value: cast(value, "DOUBLE PRECISION"),
    bigquery=lambda value: cast(value, "FLOAT64"),
)
DOUBLE_OF_MONEY = operator(
    "number(money)",
    lambda value: cast(value, "DOUBLE"),
    duckdb=lambda value: cast(cast(value, "VARCHAR"), "DOUBLE"),  # its own cast rounds twice
    postgres=lambda value: cast(value, "DOUBLE PRECISION"),
    bigquery=lambda value: cast(value, "FLOAT64"),
)
KNOWN_ENDS = {"least": _greedy("least"), "greatest": _greedy("greatest")}
