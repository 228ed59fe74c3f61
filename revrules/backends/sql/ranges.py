"""Ranges into ranges, and comparisons of ranges into conditions: both ends are worked out, and both are NULL where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import numbers
from revrules.backends.sql.reach import WHOLE, combined, reach
from revrules.backends.sql.scope import Ends
from revrules.backends.sql.tree import FALSE, TRUE, all_of, any_of, binary, case, is_known

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

C = ir.CompareOp


def alone(value: Sql) -> Ends:
    """Return the range of one number."""
    return Ends(value, value)


def is_one(ends: Ends) -> bool:
    """Return whether a range has one number, whatever the record."""
    return ends.low is ends.high or ends.low == ends.high


def kept(ends: Ends, hint: str, scope: Scope) -> Ends:
    """Return a range that can be said several times."""
    if is_one(ends):
        return alone(scope.kept(ends.low, hint))
    return Ends(scope.kept(ends.low, f"least {hint}"), scope.kept(ends.high, f"most {hint}"))


def the_one(ends: Ends, hint: str, scope: Scope) -> Sql:
    """Return the number of a range that has one only."""
    if is_one(ends):
        return ends.low
    low, high = kept(ends, hint, scope)
    return case([(binary("=", low, high), low)])


def arith(node: ir.Arith, left: Ends, right: Ends, scope: Scope) -> Ends:
    """Return the range of sums, differences or products."""
    if is_one(left) and is_one(right):
        return alone(numbers.arith(node, left.low, right.low, scope))
    match node.op:
        case ir.ArithOp.ADD:
            pairs = ((left.low, right.low), (left.high, right.high))
        case ir.ArithOp.SUB:
            pairs = ((left.low, right.high), (left.high, right.low))
        case _:
            return _products(node, left, right, scope)
    low, high = (numbers.arith(node, one, other, scope) for one, other in pairs)
    return _both(Ends(low, high), node, scope)


def negative(node: ir.Negate, ends: Ends, scope: Scope) -> Ends:
    """Return the range of negatives."""
    if is_one(ends):
        return alone(numbers.negative(ends.low, node.operand, scope))
    low, high = (numbers.negative(end, node.operand, scope) for end in (ends.high, ends.low))
    if reach(node.operand, scope.ruleset).most < WHOLE[ir.type_of(node.operand)].most:
        return Ends(low, high)
    return both_or_none(Ends(low, high), scope)


def both_or_none(ends: Ends, scope: Scope) -> Ends:
    """Return a range that is missing where one of its ends is."""
    low, high = kept(ends, "end", scope)
    return Ends(case([(is_known(high), low)]), case([(is_known(low), high)]))


def compared(op: ir.CompareOp, left: Ends, right: Ends, scope: Scope) -> Sql:
    """Return whether a comparison is true for every pair of numbers out of two ranges, or false for every one."""
    if is_one(left) and is_one(right):
        return binary(SAID[op], left.low, right.low)
    left, right = kept(left, "number", scope), kept(right, "number", scope)
    match op:
        case C.LT | C.GT | C.LE | C.GE:
            one, other = (left, right) if op in (C.LT, C.LE) else (right, left)
            strict, turned = ("<", ">=") if op in (C.LT, C.GT) else ("<=", ">")
            return case([(binary(strict, one.high, other.low), TRUE), (binary(turned, one.low, other.high), FALSE)])
        case _:
            apart = any_of([binary("<", left.high, right.low), binary(">", left.low, right.high)])
            pairs = [(side.low, side.high) for side in (left, right) if not is_one(side)]
            same = all_of([*(binary("=", *pair) for pair in pairs), binary("=", left.low, right.low)])
            return case([(apart, FALSE), (same, TRUE)] if op is C.EQ else [(apart, TRUE), (same, FALSE)])


SAID = {C.EQ: "=", C.NE: "<>", C.LT: "<", C.LE: "<=", C.GT: ">", C.GE: ">="}


def _both(ends: Ends, node: ir.Arith, scope: Scope) -> Ends:
    one, other = reach(node.left, scope.ruleset), reach(node.right, scope.ruleset)
    if combined(node.op, one, other, node.type).most < WHOLE[node.type].most:
        return ends
    return both_or_none(ends, scope)


def _products(node: ir.Arith, left: Ends, right: Ends, scope: Scope) -> Ends:
    """Return the least and the greatest product of an end with an end; missing where one of them is."""
    for factor, ends in ((node.left, right), (node.right, left)):
        if isinstance(factor, ir.Literal) and isinstance(factor.value, int | float):
            pair = ends if factor.value >= 0 else (ends.high, ends.low)
            low, high = (
                numbers.arith(node, *((left.low, end) if factor is node.left else (end, right.low)), scope) for end in pair
            )
            return _both(Ends(low, high), node, scope)
    left, right = kept(left, "factor", scope), kept(right, "factor", scope)
    ones = (left.low,) if is_one(left) else left
    others = (right.low,) if is_one(right) else right
    products = [scope.kept(numbers.arith(node, one, other, scope), "product") for one in ones for other in others]
    known = all_of([is_known(product) for product in products])
    low, high = (case([(known, numbers.extreme(function, products, scope))]) for function in ("least", "greatest"))
    return Ends(low, high)
