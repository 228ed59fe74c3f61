"""Questions about related records into counts, sums, extremes and picks (grammar/language.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.resolve import DefinitionFound, RelationFound, Unresolved, report_unresolved, resolve
from revrules.check.tables import Term
from revrules.problems import names, types
from revrules.types import NUMERIC, Scalar, is_ordered, type_name

if TYPE_CHECKING:
    from revrules.check.resolve import Scope
    from revrules.check.tables import Tables

MAX_NESTED = 3
TRUE = ir.Literal(value=True, type=Scalar.BOOLEAN)
_K = syntax.AggregateKind


@dataclass(frozen=True, slots=True)
class Parts:
    """The checked parts of an aggregate; None for those that were not written."""

    relation: ir.Many
    value: Term | None = None
    by: Term | None = None
    where: ir.Expr | None = None
    have: ir.Expr | None = None


def related(node: syntax.Aggregate, scope: Scope) -> tuple[ir.Many, Scope] | None:
    """Return the relation that an aggregate is about, and the scope inside it; None (reported) where there is none."""
    tables = scope.tables
    if scope.depth >= MAX_NESTED:
        tables.report.add(names.aggregates_too_deep(node.span))
        return None
    found = resolve(node.relation, scope)
    text = tables.text(node.relation.span)
    match found:
        case Unresolved():
            report_unresolved(found, tables.report)
            return None
        case RelationFound(relation, path, up) if relation.many:
            entity = tables.entities.get(relation.entity)
            many = ir.Many(relation.name, relation.entity, path, up, span=node.relation.span)
            return None if entity is None else (many, scope.inside(entity))
        case RelationFound(relation):
            reason = f"it stands for one record of {relation.entity}"
        case DefinitionFound():
            reason = "it is a definition"
        case _:
            reason = "it is a field"
    tables.report.add(types.not_related(node.relation.span, text, reason))
    return None


def aggregate(node: syntax.Aggregate, parts: Parts, tables: Tables) -> Term | None:
    """Return what an aggregate means, or None (reported)."""
    relation, where, span = parts.relation, parts.where or TRUE, node.span
    match node.kind:
        case _K.COUNT:
            return Term(ir.Count(relation, where, span=span), Scalar.INTEGER, ranged=True)
        case _K.ANY:
            return _counted(node, where, (ir.CompareOp.GE, 1), relation)
        case _K.NONE:
            return _counted(node, where, (ir.CompareOp.EQ, 0), relation)
        case _K.EVERY:
            assert parts.have is not None, "the grammar asks for what every record should have"
            fails = ir.Not(parts.have, span=parts.have.span)
            counter = fails if parts.where is None else ir.And((parts.where, fails), span=span)
            return _counted(node, counter, (ir.CompareOp.EQ, 0), relation)
        case _K.SUM | _K.MIN | _K.MAX:
            return _folded(node, parts, where, tables)
        case _K.LATEST | _K.EARLIEST:
            return _picked(node, parts, where, tables)


def _counted(node: syntax.Aggregate, where: ir.Expr, limit: tuple[ir.CompareOp, int], relation: ir.Many) -> Term:
    op, number = limit
    count = ir.Count(relation, where, span=node.span)
    compared = ir.RangedCompare(op, count, ir.Literal(number, Scalar.INTEGER, span=node.span), span=node.span)
    return Term(compared, Scalar.BOOLEAN)


def _folded(node: syntax.Aggregate, parts: Parts, where: ir.Expr, tables: Tables) -> Term | None:
    """Return a sum, minimum or maximum."""
    value = parts.value
    if value is None or node.value is None:
        tables.report.add(names.needs_clause(node.span, f"`{node.kind}`", f"a value: `{node.kind}(x of …)`"))
        return None
    if node.kind is _K.SUM:
        if value.type not in NUMERIC:
            accepted = (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY)
            tables.report.add(types.wrong_argument(node.value.span, "sum", type_name(value.type), accepted))
            return None
        return Term(ir.Sum(parts.relation, value.expr, where, value.type, span=node.span), value.type)
    if not is_ordered(value.type):
        tables.report.add(types.not_ordered(node.value.span, type_name(value.type)))
        return None
    op = ir.ExtremeOp.MIN if node.kind is _K.MIN else ir.ExtremeOp.MAX
    return Term(ir.Extreme(op, parts.relation, value.expr, where, value.type, span=node.span), value.type)


def _picked(node: syntax.Aggregate, parts: Parts, where: ir.Expr, tables: Tables) -> Term | None:
    """Return the value of the latest or earliest record."""
    value, by = parts.value, parts.by
    if value is None or by is None or node.by is None:
        tables.report.add(names.needs_clause(node.span, f"`{node.kind}`", f"an order: `{node.kind}(x of … by a_date)`"))
        return None
    if not is_ordered(by.type):
        tables.report.add(types.not_ordered(node.by.span, type_name(by.type)))
        return None
    op = ir.ExtremeOp.MIN if node.kind is _K.EARLIEST else ir.ExtremeOp.MAX
    return Term(ir.Pick(op, parts.relation, value.expr, by.expr, where, value.type, span=node.span), value.type)
