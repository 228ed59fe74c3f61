"""A lifecycle as a directed graph, and the questions asked of it: the one door to networkx.

Everything here is linear in stages and edges. networkx is imported only where a loop must be taken apart, which a sound
lifecycle never needs: importing it takes longer than all other questions together.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx

    from revrules.ir import Edge, Lifecycle, Stage


class Ways(StrEnum):
    """Which edges a question follows."""

    FORWARD = "forward"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class StageGraph:
    """A lifecycle with its edges by source and by target. ``position`` is a stage's place in the file, from 0."""

    lifecycle: Lifecycle
    stages: Mapping[str, Stage]
    position: Mapping[str, int]
    leaving: Mapping[str, tuple[Edge, ...]]
    entering: Mapping[str, tuple[Edge, ...]]

    def forward(self, stage: str) -> tuple[Edge, ...]:
        """Return the forward edges that leave ``stage``, in order."""
        return tuple(edge for edge in self.leaving[stage] if not edge.back)


def graph(lifecycle: Lifecycle) -> StageGraph:
    """Return the graph of ``lifecycle``."""
    leaving: defaultdict[str, list[Edge]] = defaultdict(list)
    entering: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in lifecycle.edges:
        leaving[edge.source].append(edge)
        entering[edge.target].append(edge)
    names = [stage.name for stage in lifecycle.stages]
    return StageGraph(
        lifecycle,
        {stage.name: stage for stage in lifecycle.stages},
        {name: place for place, name in enumerate(names)},
        {name: tuple(leaving[name]) for name in names},
        {name: tuple(entering[name]) for name in names},
    )


def entries(stages: StageGraph) -> tuple[Stage, ...]:
    """Return the entry stages in the order of the file."""
    return tuple(stage for stage in stages.lifecycle.stages if stage.entry)


def reachable(stages: StageGraph, starts: Iterable[str], ways: Ways) -> frozenset[str]:
    """Return ``starts`` and every stage that some chain of edges leads to from them."""
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        for edge in stages.leaving[waiting.popleft()]:
            if edge.target not in seen and (ways is Ways.ALL or not edge.back):
                seen.add(edge.target)
                waiting.append(edge.target)
    return frozenset(seen)


def without_way_in(stages: StageGraph) -> tuple[Stage, ...]:
    """Return the stages that no chain of edges leads to from an entry stage, in the order of the file."""
    found = reachable(stages, (stage.name for stage in entries(stages)), Ways.ALL)
    return tuple(stage for stage in stages.lifecycle.stages if stage.name not in found)


def ends(stages: StageGraph) -> tuple[Stage, ...]:
    """Return the stages that no edge leaves."""
    return tuple(stage for stage in stages.lifecycle.stages if not stages.leaving[stage.name])


def order(stages: StageGraph) -> tuple[str, ...] | None:
    """Return the stages so that every forward edge leads onward, else as in the file; None when forward edges form a cycle."""
    pending = {name: sum(not edge.back for edge in edges) for name, edges in stages.entering.items()}
    ready = deque(name for name, count in pending.items() if not count)
    ordered = []
    while ready:
        name = ready.popleft()
        ordered.append(name)
        for edge in stages.forward(name):
            pending[edge.target] -= 1
            if not pending[edge.target]:
                ready.append(edge.target)
    return tuple(ordered) if len(ordered) == len(pending) else None


@dataclass(frozen=True, slots=True)
class Cycle:
    """A forward cycle: a shortest one in its knot of stages, and the knot's edges that lead against the order of the file."""

    edges: tuple[Edge, ...]
    against_order: tuple[Edge, ...]


def forward_cycles(stages: StageGraph) -> tuple[Cycle, ...]:
    """Return one cycle for each knot of stages that forward edges tie together; none for a sound lifecycle."""
    if order(stages) is not None:
        return ()
    edges = {(e.source, e.target): e for e in stages.lifecycle.edges if not e.back}
    directed = _networkx_graph(stages, edges)
    found = []
    for knot in _knots(directed):
        inside = [e for e in edges.values() if e.source in knot and e.target in knot]
        against = [e for e in inside if stages.position[e.target] <= stages.position[e.source]]
        found.append(Cycle(_shortest_cycle(directed, knot, against[0], edges), tuple(against)))
    return tuple(sorted(found, key=lambda cycle: stages.position[cycle.edges[0].source]))


def loops_without_exit(stages: StageGraph) -> tuple[tuple[str, ...], ...]:
    """Return the groups of stages that lead only to one another and never to an end: no won or lost stage, no last stage."""
    stuck = set(stages.stages) - _leading_to_an_end(stages)
    if not stuck:
        return ()
    edges = {(e.source, e.target): e for e in stages.lifecycle.edges if e.source in stuck}
    knots = _knots(_networkx_graph(stages, edges))
    closed = [knot for knot in knots if all(e.target in knot for name in knot for e in stages.leaving[name])]
    in_order = (tuple(sorted(knot, key=stages.position.__getitem__)) for knot in closed)
    return tuple(sorted(in_order, key=lambda knot: stages.position[knot[0]]))


def hand_offs(stages: StageGraph) -> tuple[Edge, ...]:
    """Return the edges between stages of different teams; a stage without an owner hands nothing over."""
    owners = {name: set(stage.owners) for name, stage in stages.stages.items()}
    return tuple(
        edge
        for edge in stages.lifecycle.edges
        if owners[edge.source] and owners[edge.target] and owners[edge.source].isdisjoint(owners[edge.target])
    )


def layers(stages: StageGraph) -> dict[str, int]:
    """Return how many forward edges the longest way to each stage has, which is its column in a picture.

    Where forward edges form a cycle, those that lead against the order of the file are left out.
    """
    ordered = order(stages)
    names = ordered or tuple(stages.stages)
    depth = dict.fromkeys(names, 0)
    for name in names:
        for edge in stages.forward(name):
            if ordered or stages.position[edge.target] > stages.position[edge.source]:
                depth[edge.target] = max(depth[edge.target], depth[name] + 1)
    return depth


def _leading_to_an_end(stages: StageGraph) -> set[str]:
    seen = {stage.name for stage in ends(stages)} | {stage.name for stage in stages.lifecycle.stages if stage.outcome}
    waiting = deque(seen)
    while waiting:
        for edge in stages.entering[waiting.popleft()]:
            if edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
    return seen


def _networkx_graph(stages: StageGraph, edges: Iterable[tuple[str, str]]) -> networkx.DiGraph[str]:
    import networkx

    directed: networkx.DiGraph[str] = networkx.DiGraph()
    directed.add_nodes_from(stages.stages)
    directed.add_edges_from(edges)
    return directed


def _knots(directed: networkx.DiGraph[str]) -> list[set[str]]:
    """Return the strongly connected components that hold a cycle."""
    import networkx

    components = networkx.strongly_connected_components(directed)
    return [knot for knot in components if len(knot) > 1 or directed.has_edge(*(2 * tuple(knot)))]


def _shortest_cycle(
    directed: networkx.DiGraph[str], knot: set[str], through: Edge, edges: Mapping[tuple[str, str], Edge]
) -> tuple[Edge, ...]:
    import networkx

    way = networkx.shortest_path(directed.subgraph(knot), through.target, through.source)
    closed = [*way, way[0]]
    return tuple(edges[pair] for pair in pairwise(closed))
