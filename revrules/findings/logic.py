"""A survey and questions into findings about what conditions do, each told once, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings import claims, classifications, gates, reach, scores
from revrules.findings.asked import asked_about
from revrules.findings.clauses import clauses_of, definition_spot, edge_clauses, rule_spot, stage_spot, when_clauses
from revrules.findings.ways import ways_of
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.findings.survey import Survey
    from revrules.ir import Definition, Rule
    from revrules.proofs.questions import Questions
    from revrules.stages import StageGraph


def conditions(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find what no record can do and what every record does: the smallest parts first, for they explain the larger ones."""
    asked = asked_about(survey, questions)
    for definition in survey.ruleset.definitions:
        yield from _definition(asked, definition)
    for graph in survey.graphs:
        yield from _thresholds(asked, graph)
        if graph.lifecycle.name in asked.placements:
            yield from _lifecycle(asked, graph)
    for rule in survey.ruleset.rules:
        yield from _rule(asked, rule)
    yield from claims.assertions(asked)


def _definition(asked: Asked, definition: Definition) -> Iterator[Diagnostic]:
    spot = definition_spot(definition)
    clauses = clauses_of(definition.criteria, definition.expr, spot, definition.name)
    yield from scores.thresholds(asked, definition.entity, clauses)
    match definition.expr:
        case ir.Choose():
            yield from classifications.classes(asked, definition)
        case ir.Points():
            yield from scores.lines(asked, definition)
            yield from scores.beyond_range(asked, definition)
        case _ if definition.type is Scalar.BOOLEAN:
            yield from gates.definition(asked, definition)
        case _:
            return


def _thresholds(asked: Asked, graph: StageGraph) -> Iterator[Diagnostic]:
    lifecycle = graph.lifecycle
    for stage in lifecycle.stages:
        clauses = clauses_of(stage.requires, stage.condition, stage_spot(lifecycle, stage), stage.name)
        yield from scores.thresholds(asked, lifecycle.entity, clauses)
    for edge in lifecycle.edges:
        yield from scores.thresholds(asked, lifecycle.entity, edge_clauses(lifecycle, edge))


def _lifecycle(asked: Asked, graph: StageGraph) -> Iterator[Diagnostic]:
    ways = ways_of(asked, graph)
    transits = reach.transits(asked, ways)
    yield from gates.stages(asked, ways, {onward[0] for onward in transits.values() if len(onward) == 1})
    yield from gates.edges(asked, ways)
    yield from reach.unreachable(asked, ways)
    yield from reach.nobody_stays(asked, ways, transits)
    yield from reach.two_ways_open(asked, ways)
    yield from reach.weaker(asked, ways)
    yield from claims.rules_against_gates(asked, ways)


def _rule(asked: Asked, rule: Rule) -> Iterator[Diagnostic]:
    spot = rule_spot(rule)
    clauses = clauses_of(rule.criteria, rule.require, spot, rule.name)
    yield from scores.thresholds(asked, rule.entity, (*when_clauses(rule), *clauses))
    yield from gates.rule(asked, rule)
