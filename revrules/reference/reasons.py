"""A record and what is asked of it into reasons: what stands in the way, which rules it breaks, which values clash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import condition_of, reads
from revrules.reference.expressions import bounds, depends, judged, truth, value
from revrules.reference.walk import gate
from revrules.runtime.results import Blocker, DataProblem, NextStage, Seen, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.reference.scope import Scope
    from revrules.reference.tables import Judged

MOST_TOLD = 5
"""Rows that are named where too many are true."""


def next_stage(way: ir.Edge, stage: ir.Stage, scope: Scope) -> NextStage:
    """Return what stands in the way to ``stage``: the criteria that are not true, in their order."""
    states = [(criterion, truth(criterion.condition, scope)) for criterion in _asked(way, stage, scope)]
    unmet = tuple(_blocker(criterion, scope) for criterion, state in states if state is False)
    unknown = tuple(_blocker(criterion, scope) for criterion, state in states if state is None)
    return NextStage(stage.name, stage.owners, unmet, unknown, stage.outcome and stage.outcome.value)


def _asked(way: ir.Edge, stage: ir.Stage, scope: Scope) -> Iterator[ir.Criterion]:
    yield ir.Criterion("when", way.condition)
    if stage.requires is not None and not truth(gate(stage), scope):
        yield from _open_criteria(stage.requires, scope)


def _open_criteria(criteria: ir.Criteria, scope: Scope) -> Iterator[ir.Criterion]:
    """Yield the criteria of the groups that are not true."""
    if isinstance(criteria, ir.Criterion):
        yield criteria
    elif not truth(condition_of(criteria), scope):
        for member in criteria.members:
            yield from _open_criteria(member, scope)


def _blocker(criterion: ir.Criterion, scope: Scope) -> Blocker:
    condition = criterion.condition
    missing = depends(condition, scope) if truth(condition, scope) is None else ()
    seen = tuple(Seen(name, _shown(expr, scope)) for name, expr in reads(condition))
    return Blocker(criterion.name, seen, missing, criterion.doc)


def _shown(expr: ir.Expr, scope: Scope) -> object:
    """Return the value, for a count or score that is not one number the text `low..high`."""
    if isinstance(expr, ir.Count) or (isinstance(expr, ir.Ref) and expr.ranged):
        range_ = bounds(expr, scope)
        return f"{range_[0]}..{range_[1]}" if range_ is not None and range_[0] != range_[1] else range_ and range_[0]
    return value(expr, scope)


# --- rules and assertions ----------------------------------------------------------------------------------------


def judge_rules(entity: str, scope: Scope) -> tuple[list[Violation], list[str]]:
    """Return the rules that the record breaks, and the names of those that cannot be judged."""
    rules = [rule for rule in scope.world.ruleset.rules if rule.entity == entity]
    judged = [(rule, truth(ir.And((rule.when, ir.Not(rule.require))), scope)) for rule in rules]
    broken = [Violation(rule.name, rule.level.value, rule.message, rule.owners) for rule, state in judged if state]
    return broken, [rule.name for rule, state in judged if state is None]


def judge_assertions(lifecycle: ir.Lifecycle, stage: str | None, scope: Scope) -> tuple[list[Violation], list[str]]:
    """Return the assertions that the record breaks, placed in ``stage``, and the names of those that cannot be judged."""
    judged = [
        (assertion, truth(_broken(assertion), scope))
        for assertion in scope.world.ruleset.assertions
        if assertion.entity == lifecycle.entity
        and assertion.quantifier is not ir.Quantifier.SOME
        and (assertion.stage is None or (assertion.lifecycle == lifecycle.name and assertion.stage == stage))
    ]
    broken = [Violation(assertion.name, "assert", assertion.because, ()) for assertion, state in judged if state]
    return broken, [assertion.name for assertion, state in judged if state is None]


def _broken(assertion: ir.Assertion) -> ir.Expr:
    claim = assertion.has if assertion.quantifier is ir.Quantifier.NO else ir.Not(assertion.has)
    return ir.And((assertion.where, claim))


# --- data --------------------------------------------------------------------------------------------------------


def clashes(entity: str, scope: Scope) -> Iterator[DataProblem]:
    """Yield a problem for each classification that allows one branch or row and finds several true."""
    for definition in scope.world.ruleset.definitions:
        if definition.entity != entity:
            continue
        if isinstance(definition.expr, ir.Table):
            yield from _clashing_rows(definition.name, judged(definition.expr, scope))
        elif isinstance(definition.expr, ir.Choose):
            found = [member for condition, member in definition.expr.branches if truth(condition, scope)]
            if definition.expr.mode is ir.ChooseMode.EXACTLY_ONE and len(found) > 1:
                yield DataProblem(definition.name, ", ".join(found), "more than one branch is true")


def _clashing_rows(name: str, found: Judged) -> Iterator[DataProblem]:
    true = [row for row, state in found.open_rows() if state] if found.table.mode is ir.ChooseMode.EXACTLY_ONE else []
    if len(true) > 1:
        told = [f"{row.output} (row {row.line})" for row in true[:MOST_TOLD]]
        yield DataProblem(name, ", ".join([*told, "…"] if len(true) > MOST_TOLD else told), "more than one row is true")
