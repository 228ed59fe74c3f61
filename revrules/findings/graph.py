"""A survey into findings about the shape of lifecycles: ways in, ways on, loops, ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import Read, walk
from revrules.findings.survey import together
from revrules.problems import stages as problems
from revrules.stages import ends, entries, forward_cycles, loops_without_exit, without_way_in
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.stages import StageGraph

RECURRING = re.compile(r"renew|recurr|subscri|contract_?end|expir|churn|retention|(^|_)(arr|mrr|nrr|grr)(_|$)", re.IGNORECASE)
REASON = re.compile(
    r"reason|cause|why|competitor|loss|lost|churn|cancel|disqualif|unqualif|ineligib|recycl|reject|objection|outcome|result",
    re.IGNORECASE,
)
AFTER_THE_SALE = re.compile(r"renew|churn|expan|retention|onboard|adopt|success|post_?sale", re.IGNORECASE)


def faults(graphs: Iterable[StageGraph]) -> Iterator[Diagnostic]:
    """Find what leaves a lifecycle without a meaning: no stage in which a record can begin, forward edges that form a cycle."""
    for graph in graphs:
        if not entries(graph):
            yield problems.no_entry_stage(graph.lifecycle, [name for name, edges in graph.entering.items() if not edges])
        for cycle in forward_cycles(graph):
            yield problems.undeclared_loop(graph.lifecycle, cycle.edges, cycle.against_order)


def without_meaning(survey: Survey) -> Iterator[Diagnostic]:
    """Find the faults of all lifecycles."""
    return faults(survey.graphs)


def no_way_into_stage(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages that no chain of edges leads to. A lifecycle without an entry has the one fault only."""
    for graph in survey.graphs:
        if entries(graph):
            for stage in without_way_in(graph):
                sources = list(dict.fromkeys(edge.source for edge in graph.entering[stage.name]))
                yield problems.no_way_into_stage(graph.lifecycle, stage, sources)


def dead_end(survey: Survey) -> Iterator[Diagnostic]:
    """Find last stages that are neither won nor lost."""
    for graph in survey.graphs:
        for stage in ends(graph):
            if stage.outcome is None:
                yield problems.dead_end(graph.lifecycle, stage)


def loop_without_exit(survey: Survey) -> Iterator[Diagnostic]:
    """Find groups of stages that lead only to one another. An undeclared loop has the one fault only."""
    for graph in survey.graphs:
        if not forward_cycles(graph):
            for knot in loops_without_exit(graph):
                yield problems.loop_without_exit(graph.lifecycle, [graph.stages[name] for name in knot])


def won_is_the_end(survey: Survey) -> Iterator[Diagnostic]:
    """Find lifecycles that end at won although something in the ruleset speaks of revenue that recurs."""
    for graph in survey.graphs:
        sign = _sign_of_recurrence(survey, graph)
        if sign is not None and not _goes_on_elsewhere(survey, graph):
            for stage in ends(graph):
                if stage.outcome is ir.Outcome.WON:
                    yield problems.won_is_the_end(graph.lifecycle, stage, sign)


def no_lost_stage(survey: Survey) -> Iterator[Diagnostic]:
    """Find lifecycles with a won stage and no lost one; one with neither has its dead ends reported."""
    for graph in survey.graphs:
        outcomes = {stage.outcome for stage in graph.lifecycle.stages}
        if ir.Outcome.WON in outcomes and ir.Outcome.LOST not in outcomes:
            yield problems.no_lost_stage(graph.lifecycle)


def lost_without_reason(survey: Survey) -> Iterator[Diagnostic]:
    """Find lost stages whose gate asks for nothing like a reason, unless a rule of the entity does."""
    for graph in survey.graphs:
        rules = [rule.require for rule in survey.ruleset.rules if rule.entity == graph.lifecycle.entity]
        if any(REASON.search(name) for name in _words_read(survey, graph, rules)):
            continue
        for stage in graph.lifecycle.stages:
            gate = [stage.condition, *(edge.condition for edge in graph.entering[stage.name])]
            if stage.outcome is ir.Outcome.LOST and not _asks_why(survey, graph, gate):
                yield problems.lost_without_reason(graph.lifecycle, stage, _reason(survey, graph))


def _reason(survey: Survey, graph: StageGraph) -> str | None:
    """Return a text or enum field of the lifecycle's entity that sounds like a reason, best one that nothing reads yet."""
    entity = survey.entities[graph.lifecycle.entity]
    words = (field for field in entity.fields if field.type is Scalar.TEXT or isinstance(field.type, EnumType))
    reasons = [field.name for field in words if "reason" in field.name.lower()]
    return min(reasons, key=lambda name: Read(entity.name, name) in survey.used.fields, default=None)


def _asks_why(survey: Survey, graph: StageGraph, gate: Sequence[ir.Expr]) -> bool:
    """Return whether ``gate`` reads a text or enum field that sounds like a reason, or asks whether any is known."""
    words = set(_words_read(survey, graph, gate))
    entity = graph.lifecycle.entity
    used = together(survey.uses(expr, entity) for expr in gate).definitions
    asked = [*gate, *(survey.definitions[id_].expr for id_ in used)]
    known = (
        node.operand.name
        for expr in asked
        for node, _ in walk(expr, (entity,))
        if isinstance(node, ir.Known) and isinstance(node.operand, ir.Field)
    )
    return any(REASON.search(name) for name in words) or any(name in words for name in known)


def _words_read(survey: Survey, graph: StageGraph, exprs: Iterable[ir.Expr]) -> Iterator[str]:
    """Yield the text and enum fields that ``exprs`` read, but not keys and not the declared stage."""
    tracked = graph.lifecycle.tracks.name if graph.lifecycle.tracks else None
    for read in together(survey.uses(expr, graph.lifecycle.entity) for expr in exprs).fields - survey.ties:
        field = survey.fields.get(read)
        if field is None or (read.entity, read.field) == (graph.lifecycle.entity, tracked):
            continue
        if field.type is Scalar.TEXT or isinstance(field.type, EnumType):
            yield read.field


def _sign_of_recurrence(survey: Survey, graph: StageGraph) -> str | None:
    """Return a name of the lifecycle's entity that speaks of recurring revenue, as a sentence says it."""
    entity = survey.entities[graph.lifecycle.entity]
    for field in entity.fields:
        if RECURRING.search(field.name) and not field.implied:
            return f"field `{field.name}`"
    for definition in survey.ruleset.definitions:
        if definition.entity == entity.name and RECURRING.search(definition.name):
            return f"`{definition.name}`"
    return f"entity `{entity.name}`" if RECURRING.search(entity.name) else None


def _goes_on_elsewhere(survey: Survey, graph: StageGraph) -> bool:
    """Return whether another lifecycle speaks of what follows the sale."""
    others = (other.lifecycle for other in survey.graphs if other is not graph)
    said = [name for other in others for name in (other.name, *(stage.name for stage in other.stages))]
    return any(AFTER_THE_SALE.search(name) for name in said)
