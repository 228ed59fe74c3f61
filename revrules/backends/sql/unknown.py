"""A condition into those that it is unknown, and that it is false, as engines find out fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.expressions import ends, lower
from revrules.reads import children

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

TURNED = {
    ir.CompareOp.LT: ir.CompareOp.GE,
    ir.CompareOp.LE: ir.CompareOp.GT,
    ir.CompareOp.GT: ir.CompareOp.LE,
    ir.CompareOp.GE: ir.CompareOp.LT,
}
"""What holds where a comparison by order does not."""


def unknown(expr: ir.Expr, scope: Scope) -> Sql:
    """Return whether ``expr`` is missing or unknown; never NULL.

    Of what is missing only where an operand is, the operands are asked: that is shorter, and mostly a column.
    """
    match expr:
        case ir.Literal(value):
            return tree.TRUE if value is None else tree.FALSE
        case ir.Now() | ir.Today() | ir.Known() | ir.Related():
            return tree.FALSE
        case ir.Not(operand):
            return unknown(operand, scope)
        case ir.Compare() | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches():
            operands = [unknown(child, scope) for child in children(expr)]
            return tree.any_of([operand for operand in operands if operand != tree.FALSE])
        case _:
            found = lower(expr, scope)
            return tree.TRUE if found == tree.NULL else tree.is_null(found)


def met(expr: ir.Expr, scope: Scope) -> Sql:
    """Return what is true where a condition is true, and false or NULL elsewhere."""
    match expr:
        case ir.Not(operand):
            return refuted(operand, scope)
        case ir.And(operands):
            return tree.all_of([met(operand, scope) for operand in operands])
        case ir.Or(operands):
            return tree.any_of([met(operand, scope) for operand in operands])
        case ir.RangedCompare(op, left, right) if op in TURNED:
            return _compared(op, left, right, scope)
        case _:
            found = lower(expr, scope)
            return tree.where_true(found) if scope.dialect is Dialect.DUCKDB else found


def refuted(expr: ir.Expr, scope: Scope) -> Sql:
    """Return what is true where a condition is false, and false or NULL elsewhere.

    ``NOT`` of a whole has an engine work out all of its parts; comparisons turned round can be looked at one by one.
    """
    match expr:
        case ir.Not(operand):
            return met(operand, scope)
        case ir.And(operands):
            return tree.any_of([refuted(operand, scope) for operand in operands])
        case ir.Or(operands):
            return tree.all_of([refuted(operand, scope) for operand in operands])
        case ir.RangedCompare(op, left, right) if op in TURNED:
            return _compared(TURNED[op], left, right, scope)
        case _:
            found = lower(expr, scope)
            return tree.where_false(found) if scope.dialect is Dialect.DUCKDB else tree.negated(found)


def _compared(op: ir.CompareOp, left: ir.Expr, right: ir.Expr, scope: Scope) -> Sql:
    """Return whether a comparison by order is true of all that two numbers can be."""
    one, other = ends(left, scope), ends(right, scope)
    below = op in (ir.CompareOp.LT, ir.CompareOp.LE)
    return tree.binary(str(op), one.high if below else one.low, other.low if below else other.high)
