"""What must hold at a place into clauses: the smallest conditions that people can point at, each with its name and place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from revrules import ir
from revrules.problems.alignment import said
from revrules.problems.logic import Clause, Spot
from revrules.problems.stages import subjects_of
from revrules.proofs.phrases import phrase
from revrules.reads import condition_of
from revrules.reference.walk import ALWAYS, gate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.ir import Criteria, Definition, Edge, Expr, Lifecycle, Rule, Stage
    from revrules.source import Span

LONGEST = 60
"""Characters of a condition that is told in words beside its place."""


# --- where conditions stand --------------------------------------------------------------------------------------


def stage_spot(lifecycle: Lifecycle, stage: Stage) -> Spot:
    """Return the place of a stage's criteria."""
    return Spot(f"stage `{stage.name}`", stage.span, subjects_of(lifecycle, stage.name), stage.owners)


def edge_spot(lifecycle: Lifecycle, edge: Edge) -> Spot:
    """Return the place of an edge's own condition."""
    target = lifecycle.stage(edge.target)
    subjects = subjects_of(lifecycle, edge.target, edge.source)
    return Spot(f"the way from `{edge.source}` to `{edge.target}`", edge.span or target.span, subjects, target.owners)


def definition_spot(definition: Definition) -> Spot:
    """Return the place of a definition."""
    name = said(definition)
    return Spot(f"`{name}`", definition.span, tuple(dict.fromkeys((definition.name, name, definition.id))), definition.owners)


def rule_spot(rule: Rule) -> Spot:
    """Return the place of a rule."""
    return Spot(f"rule `{rule.name}`", rule.span, (rule.name,), rule.owners)


# --- clauses -----------------------------------------------------------------------------------------------------


def clauses_of(criteria: Criteria | None, condition: Expr, spot: Spot, name: str) -> tuple[Clause, ...]:
    """Return what must all hold for ``criteria`` to hold, conjunctions taken apart; ``condition`` says the same in one.

    A group of another kind than ``all of`` is one clause. ``name`` is that of criteria which have none.
    """
    if criteria is None:
        return tuple(_parts(name, condition, spot, condition.span or spot.span))
    return tuple(_clauses(criteria, spot, name))


def gate_clauses(lifecycle: Lifecycle, stage: Stage) -> tuple[Clause, ...]:
    """Return what must all hold for the gate of ``stage`` to be open: its criteria, or one clause where a stamp opens it, too."""
    spot = stage_spot(lifecycle, stage)
    if stage.stamped_by is None:
        return clauses_of(stage.requires, stage.condition, spot, stage.name)
    whole = gate(stage)
    brief = f"{stage.stamped_by.name} is known, or its criteria"
    return (Clause("", whole, stage.stamped_by.span or stage.span, spot, brief),)


def edge_clauses(lifecycle: Lifecycle, edge: Edge) -> tuple[Clause, ...]:
    """Return what must hold for the own condition of ``edge`` to hold."""
    if edge.condition == ALWAYS:
        return ()
    return clauses_of(None, edge.condition, edge_spot(lifecycle, edge), "when")


def when_clauses(rule: Rule) -> tuple[Clause, ...]:
    """Return what must hold for ``rule`` to be about a record."""
    spot = rule_spot(rule)
    when = spot._replace(words=f"the `when` of {spot.words}", span=rule.when.span or rule.span)
    return clauses_of(None, rule.when, when, rule.name)


def named(criteria: Criteria, spot: Spot, name: str) -> Clause:
    """Return criteria as one clause; a group without a name goes by its kind."""
    if isinstance(criteria, ir.Criterion):
        return _clause(criteria.name, criteria.condition, criteria.span or criteria.condition.span, spot, name)
    condition = condition_of(criteria)
    brief = f"{criteria.kind.value} {criteria.count}" if criteria.kind is ir.GroupKind.AT_LEAST else criteria.kind.value
    return Clause(criteria.name or "", condition, criteria.span or spot.span, spot, brief)


def _clauses(criteria: Criteria, spot: Spot, name: str) -> Iterator[Clause]:
    match criteria:
        case ir.Criterion():
            found = list(_parts(criteria.name, criteria.condition, spot, criteria.span))
            yield from [named(criteria, spot, name)] if len(found) == 1 else found
        case ir.Group(ir.GroupKind.ALL, members):
            for member in members:
                yield from _clauses(member, spot, name)
        case ir.Group():
            yield named(criteria, spot, name)


def _parts(name: str, condition: Expr, spot: Spot, span: Span | None) -> Iterator[Clause]:
    """Yield the conditions that the writer joined by ``and``. What one word such as ``within`` says stays in one piece."""
    if condition == ALWAYS:
        return
    if isinstance(condition, ir.And) and _apart(condition.operands):
        for operand in condition.operands:
            yield from _parts(name, operand, spot, operand.span)
    else:
        yield _clause(name, condition, condition.span or span, spot, name)


def _clause(name: str, condition: Expr, span: Span | None, spot: Spot, own: str) -> Clause:
    text = phrase(condition)
    brief = text if len(text) <= LONGEST else ""
    return Clause("" if name == own and own in spot.subjects else name, condition, span or spot.span, spot, brief)


def _apart(operands: Sequence[Expr]) -> bool:
    """Return whether the operands stand one after another, each in a stretch of text of its own."""
    spans = [operand.span for operand in operands]
    return all(a is not None and b is not None and a.end <= b.start for a, b in pairwise(spans))
