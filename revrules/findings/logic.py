"""A survey and questions into findings about what conditions do, each told once, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.findings import gates, reach
from revrules.findings.asked import asked_about
from revrules.findings.ways import ways_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.findings.survey import Survey
    from revrules.proofs.questions import Questions
    from revrules.stages import StageGraph


def conditions(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find what no record can do and what every record does: the smallest parts first, for they explain the larger ones."""
    asked = asked_about(survey, questions)
    yield from gates.definitions(asked)
    for graph in survey.graphs:
        if graph.lifecycle.name in asked.placements:
            yield from _lifecycle(asked, graph)
    yield from gates.rules(asked)


def _lifecycle(asked: Asked, graph: StageGraph) -> Iterator[Diagnostic]:
    ways = ways_of(asked, graph)
    transits = reach.transits(asked, ways)
    yield from gates.stages(asked, ways, {onward[0] for onward in transits.values() if len(onward) == 1})
    yield from gates.edges(asked, ways)
    yield from reach.unreachable(asked, ways)
    yield from reach.nobody_stays(ways, transits)
    yield from reach.two_ways_open(asked, ways)
    yield from reach.weaker(asked, ways)
