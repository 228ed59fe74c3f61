"""A ruleset and another expression for one of its declarations into the changed ruleset, with what was said before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.criteria import meaning
from revrules.reference.walk import gate
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

Steps = tuple[int, ...]
"""The way to a criterion: at each group, the position of the member."""


class DeclaredKind(StrEnum):
    """What a change is made to."""

    DEFINITION = "definition"
    STAGE = "stage"
    EDGE = "edge"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration: ``name`` is the id of a definition, the name of a rule or stage, the target of an edge.

    ``lifecycle`` for a stage or edge, ``source`` for an edge.
    """

    kind: DeclaredKind
    entity: str
    name: str
    lifecycle: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A ruleset of which one declaration says something else.

    ``before`` and ``after`` are all that the declaration says of a record of its entity: where these have the same values in
    the same order, nothing comes out otherwise.
    """

    declared: Declared
    ruleset: ir.Ruleset
    before: tuple[ir.Expr, ...]
    after: tuple[ir.Expr, ...]


# --- making one --------------------------------------------------------------------------------------------------


def change_definition(ruleset: ir.Ruleset, definition: ir.Definition, expr: ir.Expr) -> Change:
    """Return the change by which ``definition`` means ``expr``."""
    declared = Declared(DeclaredKind.DEFINITION, definition.entity, definition.id)
    new = replace(definition, expr=expr, criteria=None)
    definitions = tuple(new if each.id == definition.id else each for each in ruleset.definitions)
    return Change(declared, replace(ruleset, definitions=definitions), (definition.expr,), (expr,))


def change_stage(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, stage: ir.Stage, requires: ir.Criteria | None) -> Change:
    """Return the change by which ``stage`` requires something else (None: nothing that could be met)."""
    condition = meaning(requires) if requires is not None else ir.Literal(False, Scalar.BOOLEAN)
    return change_gate(ruleset, lifecycle, stage, replace(stage, requires=requires, condition=condition))


def change_gate(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, stage: ir.Stage, new: ir.Stage) -> Change:
    """Return the change by which ``new``, of the same name, takes the place of ``stage``."""
    declared = Declared(DeclaredKind.STAGE, lifecycle.entity, stage.name, lifecycle.name)
    stages = tuple(new if each.name == stage.name else each for each in lifecycle.stages)
    return Change(declared, _with_lifecycle(ruleset, replace(lifecycle, stages=stages)), _asked(stage), _asked(new))


def change_edge(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, edge: ir.Edge, condition: ir.Expr | None) -> Change:
    """Return the change by which ``edge`` has another condition of its own, or (None) is not there."""
    declared = Declared(DeclaredKind.EDGE, lifecycle.entity, edge.target, lifecycle.name, edge.source)
    position = lifecycle.edges.index(edge)
    instead = () if condition is None else (replace(edge, condition=condition),)
    edges = (*lifecycle.edges[:position], *instead, *lifecycle.edges[position + 1 :])
    changed = _with_lifecycle(ruleset, replace(lifecycle, edges=edges))
    return Change(declared, changed, (edge.condition,), () if condition is None else (condition,))


def change_rule(ruleset: ir.Ruleset, rule: ir.Rule, *, when: ir.Expr | None = None, require: ir.Expr | None = None) -> Change:
    """Return the change by which ``rule`` asks at another time, or for something else."""
    declared = Declared(DeclaredKind.RULE, rule.entity, rule.name)
    new = replace(rule, when=when or rule.when, require=require or rule.require, criteria=None)
    rules = tuple(new if each.name == rule.name else each for each in ruleset.rules)
    return Change(declared, replace(ruleset, rules=rules), (violation(rule),), (violation(new),))


def violation(rule: ir.Rule) -> ir.Expr:
    """Return when a record breaks ``rule``."""
    return ir.And((rule.when, ir.Not(rule.require)))


def _with_lifecycle(ruleset: ir.Ruleset, new: ir.Lifecycle) -> ir.Ruleset:
    lifecycles = tuple(new if each.name == new.name else each for each in ruleset.lifecycles)
    return replace(ruleset, lifecycles=lifecycles)


def _asked(stage: ir.Stage) -> tuple[ir.Expr, ...]:
    """Return all that a stage asks: its gate, and each of its criteria, which may be told as what stands in the way."""
    criteria = () if stage.requires is None else tuple(criterion.condition for _, criterion in criteria_of(stage.requires))
    return (gate(stage), *criteria)


# --- criteria ----------------------------------------------------------------------------------------------------


def criteria_of(criteria: ir.Criteria, steps: Steps = ()) -> Iterator[tuple[Steps, ir.Criterion]]:
    """Yield the criteria of nested groups in their order, each with the way to it."""
    if isinstance(criteria, ir.Criterion):
        yield steps, criteria
        return
    for n, member in enumerate(criteria.members):
        yield from criteria_of(member, (*steps, n))


def groups_of(criteria: ir.Criteria, steps: Steps = ()) -> Iterator[tuple[Steps, ir.Group]]:
    """Yield the groups in ``criteria``, outer ones first, each with the way to it."""
    if isinstance(criteria, ir.Group):
        yield steps, criteria
        for n, member in enumerate(criteria.members):
            yield from groups_of(member, (*steps, n))


def with_part(criteria: ir.Criteria, steps: Steps, part: ir.Criteria | None) -> ir.Criteria | None:
    """Return ``criteria`` with another part where ``steps`` lead; without one, and the groups that it leaves empty, for None."""
    if not steps:
        return part
    assert isinstance(criteria, ir.Group), "the steps lead through groups"
    first, *rest = steps
    inner = with_part(criteria.members[first], tuple(rest), part)
    kept = () if inner is None else (inner,)
    members = (*criteria.members[:first], *kept, *criteria.members[first + 1 :])
    return replace(criteria, members=members) if members else None


def with_condition(criteria: ir.Criteria, steps: Steps, condition: ir.Expr) -> ir.Criteria:
    """Return ``criteria`` in which the criterion where ``steps`` lead has another condition."""
    part = criteria
    for step in steps:
        assert isinstance(part, ir.Group), "the steps lead through groups"
        part = part.members[step]
    assert isinstance(part, ir.Criterion), "the steps lead to a criterion"
    found = with_part(criteria, steps, replace(part, condition=condition))
    assert found is not None, "nothing was taken out"
    return found
