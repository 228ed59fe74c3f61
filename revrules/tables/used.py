"""A ruleset into the names of the relations that its expressions follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterator


def used_relations(ruleset: ir.Ruleset) -> frozenset[str]:
    """Return the names of the relations that some definition, rule, stage, edge or assertion follows."""
    return frozenset(name for expr in _expressions(ruleset) for name in _relations(expr))


def _expressions(ruleset: ir.Ruleset) -> Iterator[ir.Expr]:
    yield from (definition.expr for definition in ruleset.definitions)
    for rule in ruleset.rules:
        yield from (rule.when, rule.require)
    for assertion in ruleset.assertions:
        yield from (assertion.where, assertion.has)
    for lifecycle in ruleset.lifecycles:
        yield from (stage.condition for stage in lifecycle.stages)
        yield from (edge.condition for edge in lifecycle.edges)
        yield from (field for stage in lifecycle.stages if (field := stage.stamped_by) is not None)
        if lifecycle.tracks is not None:
            yield lifecycle.tracks


def _relations(expr: ir.Expr) -> Iterator[str]:
    if isinstance(expr, ir.Field | ir.Ref | ir.Related):
        yield from expr.path
    if isinstance(expr, ir.Count | ir.Sum | ir.Extreme | ir.Pick):
        yield from (*expr.relation.path, expr.relation.name)
    for child in children(expr):
        yield from _relations(child)
