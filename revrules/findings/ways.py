"""A lifecycle into what its ways ask of a record: which stages can be entered at all, and what holds before each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.backends.smt.answers import MET, Want
from revrules.findings.asked import impossible, possible
from revrules.findings.clauses import edge_clauses, gate_clauses
from revrules.proofs.states import Judge
from revrules.stages import order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from revrules.backends.smt.answers import Answer
    from revrules.findings.asked import Asked
    from revrules.ir import Edge, Lifecycle, Stage
    from revrules.problems.logic import Clause
    from revrules.proofs.placement import Placement
    from revrules.stages import StageGraph


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a lifecycle.

    ``alive``: stages through which some record passes. ``dead``: those through which it is proved that none does.
    ``looped``: dead ones that a declared record can go to or come through all the same, by way of a back edge. ``before``: what
    every record met that enters a stage, also by a back edge, in the order of the ways; the stage's own gate is not among it.
    """

    graph: StageGraph
    placement: Placement
    ordered: tuple[str, ...]
    alive: frozenset[str]
    dead: frozenset[str]
    looped: frozenset[str]
    before: Mapping[str, tuple[Clause, ...]]

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle."""
        return self.graph.lifecycle

    @property
    def entity(self) -> str:
        """The entity of its records."""
        return self.graph.lifecycle.entity

    def stage(self, name: str) -> Stage:
        """Return the stage of that name."""
        return self.graph.stages[name]

    def into(self, name: str) -> tuple[Edge, ...]:
        """Return the forward edges into a stage."""
        return tuple(edge for edge in self.graph.entering[name] if not edge.back)


def ways_of(asked: Asked, graph: StageGraph) -> Ways:
    """Return the ways of a lifecycle that has a meaning."""
    placement = asked.placements[graph.lifecycle.name]
    ordered = order(graph)
    assert ordered is not None, "a lifecycle with a meaning has no forward cycle"
    alive, dead = _entered(asked, placement, ordered)
    roots = {stage.name for stage in graph.lifecycle.stages if stage.entry}
    roots |= {edge.target for edge in graph.lifecycle.edges if edge.back}
    before = held_before(graph, ordered, roots, graph.stages)
    return Ways(graph, placement, ordered, alive, dead, _looped(asked, graph, placement, dead), before)


def held_before(
    graph: StageGraph, ordered: tuple[str, ...], roots: Collection[str], through: Collection[str]
) -> dict[str, tuple[Clause, ...]]:
    """Return what every record met that enters a stage: the gates of the stages on all ways to it, and edges without alternative.

    Ways start at ``roots``, where nothing is known, and lead only through the stages of ``through``.
    """
    passed: dict[str, tuple[str, ...]] = {}
    asked: dict[str, tuple[Clause, ...]] = {}
    for name in ordered:
        edges = [edge for edge in graph.entering[name] if not edge.back and edge.source in through]
        if name in roots or not edges:
            passed[name], asked[name] = (), ()
            continue
        shared = set.intersection(*({*passed[edge.source], edge.source} for edge in edges))
        passed[name] = tuple(stage for stage in ordered if stage in shared)
        asked[name] = edge_clauses(graph.lifecycle, edges[0]) if len(edges) == 1 else ()
    gates = {name: gate_clauses(graph.lifecycle, graph.stages[name]) for name in ordered}
    return {
        name: (*(clause for stage in passed[name] for clause in (*asked[stage], *gates[stage])), *asked[name]) for name in ordered
    }


def _entered(asked: Asked, placement: Placement, ordered: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stages through which some record passes, and those through which none does; undecided ones are in neither.

    The last stages come first: one record that gets there shows all the stages on its way.
    """
    entity = placement.lifecycle.entity
    judge = Judge(asked.questions.ruleset, entity, [placement.passes[name] for name in ordered])
    alive: set[str] = set()
    dead: set[str] = set()
    for name in reversed(ordered):
        if name in alive:
            continue
        stage = placement.lifecycle.stage(name)
        questions = asked.questions.about(
            f"whether a record can be in stage `{name}`", stage.span, name, placement.lifecycle.name
        )
        answer = questions.find(entity, Want(placement.passes[name], MET))
        if impossible(answer):
            dead.add(name)
        elif answer.witness is not None:
            states = judge.values(answer.witness.record, answer.witness.as_of)
            alive |= {passed for passed, state in zip(ordered, states, strict=True) if state is True}
    return frozenset(alive), frozenset(dead)


def _looped(asked: Asked, graph: StageGraph, placement: Placement, dead: frozenset[str]) -> frozenset[str]:
    """Return the dead stages into which a back edge can be open, and those behind them into which a step can be."""
    if not dead:
        return frozenset()

    def open_(edge: Edge) -> bool:
        return possible(step_into(asked, placement, edge))

    found: set[str] = set()
    waiting = [name for name in placement.passes if name in dead]
    for name in waiting:
        if any(open_(edge) for edge in graph.entering[name] if edge.back or edge.source in found):
            found.add(name)
    return frozenset(found)


def step_into(asked: Asked, placement: Placement, edge: Edge) -> Answer:
    """Return whether ``edge`` can be enabled, wherever the record comes from."""
    target = placement.lifecycle.stage(edge.target)
    words = f"whether the way from `{edge.source}` to `{edge.target}` can be open"
    questions = asked.questions.about(words, edge.span or target.span, edge.target, placement.lifecycle.name)
    return questions.find(placement.lifecycle.entity, Want(placement.step(edge), MET))
