"""Doubles into doubles: IEEE's arithmetic on every engine, NULL where a result is not finite.

Postgres raises where a result overflows, and where it underflows to nought, so that it is asked before, exactly: the operands are
scaled by powers of two, which changes no digit of theirs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.reach import DOUBLE_MAX, LEAST_DOUBLE, combined, reach
from revrules.backends.sql.tree import all_of, between, binary, call, case, cast, negated, text
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.dialects import Operator
    from revrules.backends.sql.reach import Reach
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

FAR = 1e307
"""What is smaller is far from overflowing."""
NEAR = 1e-290
"""What is larger is far from underflowing."""
HALF_STEP = 9e291
"""A number below half the last place of the largest double: added to any other it changes no overflow."""

SPLITTER = 2.0**27 + 1
"""Cuts the 53 digits of a double in two."""
SMALL = 2.0**-50
"""A number below this overflows by no divisor: the least double is 2 to the power of -1074."""


def arith(node: ir.Arith, left: Sql, right: Sql, scope: Scope) -> Sql:
    """Return the result of arithmetic on numbers."""
    op, dialect = node.op, scope.dialect
    if isinstance(node.right, ir.Literal) and op is ir.ArithOp.DIV and not node.right.value:
        return constant(None, Scalar.NUMBER, dialect)
    one, other = reach(node.left, scope.ruleset), reach(node.right, scope.ruleset)
    if op is ir.ArithOp.DIV and not isinstance(node.right, ir.Literal):
        divisor = call("NULLIF", right, constant(0.0, Scalar.NUMBER, dialect))
    else:
        divisor = right
    if _is_tame(op, one, other):
        return binary(op.value, left, divisor)
    if dialect is not Dialect.POSTGRES:
        return FINITE[op](dialect, left, right if dialect is Dialect.BIGQUERY else divisor)
    if op in (ir.ArithOp.MUL, ir.ArithOp.DIV):
        known = _by_constant(node, left, right, scope)
        if known is not None:
            return known
        if op is ir.ArithOp.DIV and one.most < SMALL:
            return _quotient(left, scope.kept(right, "part"), small=True)
    return FINITE[op](dialect, scope.kept(left, "part"), scope.kept(right, "part"))


def _is_tame(op: ir.ArithOp, left: Reach, right: Reach) -> bool:
    """Return whether no result overflows, or underflows, whatever the record."""
    if op in (ir.ArithOp.ADD, ir.ArithOp.SUB):
        return min(left.most, right.most) < HALF_STEP or combined(op, left, right, Scalar.NUMBER).most < FAR
    found = combined(op, left, right, Scalar.NUMBER)
    return found.most < FAR and found.least > NEAR


# --- Postgres ----------------------------------------------------------------------------------------------------


def _by_constant(node: ir.Arith, left: Sql, right: Sql, scope: Scope) -> Sql | None:
    """Return a product with a constant, or a quotient by one: the numbers up to which it neither overflows nor underflows are
    known.
    """
    if isinstance(node.right, ir.Literal):
        operand, factor = scope.kept(left, "part"), node.right.value
    elif isinstance(node.left, ir.Literal) and node.op is ir.ArithOp.MUL:
        operand, factor = scope.kept(right, "part"), node.left.value
    else:
        return None
    assert isinstance(factor, float), "beside a number stands a number"
    found = binary(node.op.value, operand, _double(factor))
    size = abs(factor)

    def result(number: float) -> float:
        return _result(node.op, number, size)

    if result(DOUBLE_MAX) == math.inf:
        most = _last(lambda number: result(number) < math.inf)
        return case([(between(operand, _double(-most), _double(most)), found)])
    if result(LEAST_DOUBLE) == 0 and factor:
        largest = _last(lambda number: result(number) == 0)
        nought = binary("*", operand, _double(math.copysign(0.0, factor)))
        return case([(negated(between(operand, _double(-largest), _double(largest))), found)], nought)
    return found


def _result(op: ir.ArithOp, number: float, size: float) -> float:
    return number * size if op is ir.ArithOp.MUL else number / size


def _last(holds: Callable[[float], bool]) -> float:
    """Return the largest double, of those not below nought, of which something holds that holds of all smaller ones."""
    low, high = 0.0, DOUBLE_MAX
    while True:
        middle = low + (high - low) / 2 if high < 2 * low else math.sqrt(max(low, LEAST_DOUBLE)) * math.sqrt(high)
        if not low < middle < high:
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    for candidate in (high, low, math.nextafter(low, 0.0)):
        if holds(candidate):
            return candidate
    return 0.0


def _double(value: float) -> Sql:
    return constant(value, Scalar.NUMBER, Dialect.POSTGRES)


def _size(value: Sql) -> Sql:
    return call("ABS", value)


def _scaled(value: Sql, power: int) -> Sql:
    return binary("*", value, _double(2.0**power))


def _summed(sign: str) -> Callable[[Sql, Sql], Sql]:
    """Return how numbers are added: halves of large ones do not overflow."""

    def build(left: Sql, right: Sql) -> Sql:
        found = binary(sign, left, right)
        small = binary("<", call("LEAST", _size(left), _size(right)), _double(HALF_STEP))
        fits = binary("<", _size(binary(sign, _scaled(left, -1), _scaled(right, -1))), _double(2.0**1023))
        return case([(small, found), (fits, found)])

    return build


def _product(left: Sql, right: Sql) -> Sql:
    """Return a product. Both at least 1: it can overflow; both below 1: it can underflow; else neither."""
    found, one = binary("*", left, right), _double(1.0)
    least, most = call("LEAST", _size(left), _size(right)), call("GREATEST", _size(left), _size(right))
    fits = binary("<", _size(binary("*", _scaled(left, -512), _scaled(right, -512))), one)
    some = _above_a_half(_scaled(least, 1000), _scaled(most, 74))
    nought = binary("*", binary("*", left, _double(0.0)), right)
    return case(
        [
            (binary(">=", least, one), case([(fits, found)])),
            (all_of([binary("<", most, one), binary("<", least, _double(2.0**-537))]), case([(some, found)], nought)),
        ],
        found,
    )


def _above_a_half(left: Sql, right: Sql) -> Sql:
    """Return whether a product is above one half, exactly: one that is rounded to it is held against what rounding took off.

    That is the sum of the products of the halves of the factors' digits (Dekker, Veltkamp); nothing here is rounded.
    """
    found, half = binary("*", left, right), _double(0.5)
    (high, low), (other_high, other_low) = _halves(left), _halves(right)
    rest = binary("-", binary("*", high, other_high), half)
    for one, other in ((high, other_low), (low, other_high), (low, other_low)):
        rest = binary("+", rest, binary("*", one, other))
    return case([(binary("=", found, half), binary(">", rest, _double(0.0)))], binary(">", found, half))


def _halves(value: Sql) -> tuple[Sql, Sql]:
    """Return the upper and the lower half of the digits of a number, which add up to it."""
    wide = binary("*", value, _double(SPLITTER))
    high = binary("-", wide, binary("-", wide, value))
    return high, binary("-", value, high)


def _quotient(left: Sql, right: Sql, *, small: bool = False) -> Sql:
    """Return a quotient. A divisor below 1: it can overflow, but not of a ``small`` number; one above: it can underflow."""
    found, one = binary("/", left, right), _double(1.0)
    near = binary("<", _size(left), _scaled(_size(right), 1000))
    fits = binary("<", binary("/", _scaled(_size(left), -100), _scaled(_size(right), 1000)), _double(2.0**-76))
    far = binary(">=", _size(left), _double(SMALL))
    some = binary(">", binary("/", _scaled(_size(left), 1000), _scaled(_size(right), -75)), one)
    nought = binary("*", binary("*", left, _double(0.0)), right)
    return case(
        [
            (binary("=", right, _double(0.0)), constant(None, Scalar.NUMBER, Dialect.POSTGRES)),
            (binary("<", _size(right), one), found if small else case([(near, found), (fits, found)])),
            (far, found),
            (some, found),
        ],
        nought,
    )


# --- all ---------------------------------------------------------------------------------------------------------


def _finite(sign: str, infinity: str = "Infinity") -> Callable[[Sql, Sql], Sql]:
    def build(left: Sql, right: Sql) -> Sql:
        ends = (cast(text(infinity), "DOUBLE"), cast(text(f"-{infinity}"), "DOUBLE"))
        return call("NULLIF", call("NULLIF", binary(sign, left, right), ends[0]), ends[1])

    return build


def _of_numbers(sign: str, word: str, postgres: Callable[[Sql, Sql], Sql]) -> Operator:
    return operator(
        f"number {sign} number",
        duckdb=_finite(sign),
        postgres=postgres,
        spark=_finite(sign),
        snowflake=_finite(sign, "inf"),
        bigquery=lambda left, right: call(f"SAFE_{word}", left, right),
    )


FINITE = {
    ir.ArithOp.ADD: _of_numbers("+", "ADD", _summed("+")),
    ir.ArithOp.SUB: _of_numbers("-", "SUBTRACT", _summed("-")),
    ir.ArithOp.MUL: _of_numbers("*", "MULTIPLY", _product),
    ir.ArithOp.DIV: _of_numbers("/", "DIVIDE", _quotient),
}
