"""A survey into findings about who answers for what: stages, hand-offs, rules, the ruleset itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.problems import ownership as problems
from revrules.stages import hand_offs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.stages import StageGraph


def no_owner(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages that no team answers for; a lifecycle without any owner once."""
    for graph in survey.graphs:
        stages = [stage for stage in graph.lifecycle.stages if not stage.owners]
        if len(stages) == len(graph.stages) > 1:
            yield problems.no_owner_at_all(graph.lifecycle)
        else:
            yield from (problems.no_owner(graph.lifecycle, stage) for stage in stages)


def two_owners(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages that several teams answer for."""
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            if len(stage.owners) > 1:
                yield problems.two_owners(graph.lifecycle, stage)


def steward_as_owner(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages owned by the steward; a lifecycle that the steward owns as a whole once."""
    steward = survey.ruleset.steward
    for graph in survey.graphs:
        if steward is None:
            return
        owned = [stage for stage in graph.lifecycle.stages if steward in stage.owners]
        if len(graph.stages) > 1 and all(stage.owners == (steward,) for stage in graph.lifecycle.stages):
            yield problems.steward_owns_all(graph.lifecycle, steward)
        else:
            yield from (problems.steward_as_owner(graph.lifecycle, stage, steward) for stage in owned)


def hand_off_without_definition(survey: Survey) -> Iterator[Diagnostic]:
    """Find hand-offs whose gate uses nothing of the giving team, where the owners of all it reads are known.

    Going back and losing a record hand no work over.
    """
    for graph in survey.graphs:
        seen = set()
        for edge in hand_offs(graph):
            giving, taking = graph.stages[edge.source].owners, graph.stages[edge.target]
            if edge.back or taking.outcome is ir.Outcome.LOST or (giving, taking.name) in seen:
                continue
            if not _shares(survey, graph, edge):
                seen.add((giving, taking.name))
                yield problems.hand_off_without_definition(graph.lifecycle, edge, giving, taking.owners)


def rule_without_owner(survey: Survey) -> Iterator[Diagnostic]:
    """Find rules that no team answers for."""
    for rule in survey.ruleset.rules:
        if not rule.owners:
            yield problems.rule_without_owner(rule)


def review_overdue(survey: Survey) -> Iterator[Diagnostic]:
    """Find a date of review that has passed."""
    due = survey.ruleset.review_by
    if due is not None and due < survey.today:
        yield problems.review_overdue(survey.ruleset, due)


def _shares(survey: Survey, graph: StageGraph, edge: ir.Edge) -> bool:
    """Return whether the gate behind ``edge`` uses something of the giving team, or may: not every owner is known."""
    giving = set(graph.stages[edge.source].owners)
    gate = survey.gate(graph, edge.target)
    used = [survey.definitions[id_] for id_ in gate.definitions]
    read = [survey.fields[name] for name in gate.fields - survey.ties if name in survey.fields]
    owners = {team for definition in used for team in (*definition.owners, definition.team)}
    owners.update(team for field in read for team in field.owners)
    both_use = gate.definitions & survey.gate(graph, edge.source).definitions
    return bool(owners & giving or both_use) or any(not field.owners for field in read)
