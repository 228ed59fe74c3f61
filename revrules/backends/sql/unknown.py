"""A condition into those that it is unknown, and that it is false, as engines find out fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.expressions import lower
from revrules.reads import children

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql


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
            found = [each for each in (unknown(child, scope) for child in children(expr)) if each != tree.FALSE]
            return tree.any_of(found)
        case _:
            value = lower(expr, scope)
            return tree.TRUE if value == tree.NULL else tree.is_null(value)


def refuted(expr: ir.Expr, scope: Scope) -> Sql:
    """Return what is true where a condition is false, and false or NULL elsewhere.

    ``NOT`` of a whole has an engine work out all of its parts; comparisons turned round can be looked at one by one.
    """
    match expr:
        case ir.Not(operand):
            return lower(operand, scope)
        case ir.And(operands):
            return tree.any_of(refuted(operand, scope) for operand in operands)
        case ir.Or(operands):
            return tree.all_of(refuted(operand, scope) for operand in operands)
        case _:
            return tree.negated(lower(expr, scope))
