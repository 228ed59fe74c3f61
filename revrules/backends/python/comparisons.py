"""Comparisons, and tests whether a value is in a set or list, into Python conditions."""

from __future__ import annotations

from typing import assert_never

from revrules import ir
from revrules.backends.python import calls, expressions, ranges, related
from revrules.backends.python.code import COMPARISON, FALSE, NONE, TRUE, Cond, Facts, Py, Val, all_of, any_of
from revrules.backends.python.scope import Scope, members

OPPOSITE = {
    ir.CompareOp.EQ: ir.CompareOp.NE,
    ir.CompareOp.NE: ir.CompareOp.EQ,
    ir.CompareOp.LT: ir.CompareOp.GE,
    ir.CompareOp.LE: ir.CompareOp.GT,
    ir.CompareOp.GT: ir.CompareOp.LE,
    ir.CompareOp.GE: ir.CompareOp.LT,
}
PYTHON = {op: "==" if op is ir.CompareOp.EQ else op.value for op in ir.CompareOp}


def compare(scope: Scope, op: ir.CompareOp, left: ir.Expr, right: ir.Expr, want: bool, facts: Facts) -> Cond:
    """Return whether a comparison of two values is true (``want``) or false."""
    op = op if want else OPPOSITE[op]
    ordered = members(ir.type_of(left)) if op not in (ir.CompareOp.EQ, ir.CompareOp.NE) else None
    if ordered and isinstance(right, ir.Literal) and right.value is not None:
        at = ordered.index(str(right.value))
        low, high = {"<": (0, at), "<=": (0, at + 1), ">": (at + 1, len(ordered)), ">=": (at, len(ordered))}[op.value]
        if isinstance(left, ir.Field):
            return _is_among(scope, left, ordered[low:high], facts)
        found = expressions.value(scope, left, facts)
        return expressions.guarded(found, _among(scope, found.py, ordered[low:high], True), facts)
    if op is ir.CompareOp.EQ and isinstance(left, ir.Field) and isinstance(right, ir.Literal) and right.value is not None:
        return _is_among(scope, left, (right.value,), facts)
    first = expressions.value(scope, left, facts)
    second = expressions.value(scope, right, first.facts)
    both = Val((*first.guards, *second.guards), NONE, second.facts)
    a, b = first.py, second.py
    if ordered:
        a, b = (calls.rank(scope, ordered, side) for side in (a, b))
    return expressions.guarded(both, _compared(a, op, b), facts)


def _compared(left: Py, op: ir.CompareOp, right: Py) -> Py:
    return Py(f"{left.at(COMPARISON + 1)} {PYTHON[op]} {right.at(COMPARISON + 1)}", COMPARISON)


def ranged(scope: Scope, op: ir.CompareOp, left: ir.Expr, right: ir.Expr, want: bool, facts: Facts) -> Cond:
    """Return whether a comparison holds (``want``) for every pair out of two ranges, or for none."""
    op = op if want else OPPOSITE[op]
    shortcut = related.test_some(scope, op, left, right, facts)
    if shortcut is not None:
        return shortcut
    match op:
        case ir.CompareOp.LT | ir.CompareOp.LE:
            return _pair(scope, op, (left, False), (right, True), facts)
        case ir.CompareOp.GT | ir.CompareOp.GE:
            return _pair(scope, op, (left, True), (right, False), facts)
        case ir.CompareOp.EQ:
            upwards = _pair(scope, ir.CompareOp.GE, (left, True), (right, False), facts)
            return all_of((upwards, _pair(scope, ir.CompareOp.LE, (left, False), (right, True), upwards.if_true)), facts)
        case ir.CompareOp.NE:
            below = _pair(scope, ir.CompareOp.LT, (left, False), (right, True), facts)
            return any_of((below, _pair(scope, ir.CompareOp.GT, (left, True), (right, False), below.if_false)), facts)
        case _:
            assert_never(op)


def _pair(scope: Scope, op: ir.CompareOp, left: tuple[ir.Expr, bool], right: tuple[ir.Expr, bool], facts: Facts) -> Cond:
    """Return how two ends compare; each is an expression and whether its low end is meant."""
    first = ranges.bound(scope, left[0], left[1], facts, beside=right[0])
    second = ranges.bound(scope, right[0], right[1], first.facts, beside=left[0])
    both = Val((*first.guards, *second.guards), NONE, second.facts)
    return expressions.guarded(both, _compared(first.py, op, second.py), facts)


def membership(scope: Scope, expr: ir.OneOf | ir.InList, want: bool, facts: Facts) -> Cond:
    """Return whether a value is (``want``) one of a set or a list, or none of it."""
    if isinstance(expr, ir.OneOf):
        items: tuple[ir.Value, ...] = expr.values
    else:
        items = scope.module.ruleset.value_list(expr.list).items
        if expr.any_case:
            folded = scope.module.folded
            if expr.list not in folded:
                folded[expr.list] = tuple(dict.fromkeys(calls.folded(str(item)) for item in items))
            items = folded[expr.list]
    if want and not expr.any_case and isinstance(expr.operand, ir.Field):
        return _is_among(scope, expr.operand, items, facts)
    found = expressions.value(scope, expr.operand, facts)
    subject = calls.fold(scope, found.py) if expr.any_case else found.py
    return expressions.guarded(found, _among(scope, subject, items, want), facts)


def _is_among(scope: Scope, field: ir.Field, items: tuple[ir.Value, ...], facts: Facts) -> Cond:
    """Return whether a field is one of ``items``."""
    if not items:
        return Cond(FALSE, facts, facts)
    return expressions.of_field(scope, field, lambda subject: _among(scope, subject, items, True), facts)


def _among(scope: Scope, subject: Py, items: tuple[ir.Value, ...], want: bool) -> Py:
    left = subject.at(COMPARISON + 1)
    if not items:
        return FALSE if want else TRUE
    if len(items) == 1:
        return Py(f"{left} {'==' if want else '!='} {scope.module.value(items[0]).text}", COMPARISON)
    return Py(f"{left} {'in' if want else 'not in'} {scope.module.values(items).text}", COMPARISON)
