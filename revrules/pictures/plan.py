"""A lifecycle into what every picture of it shows: lanes of teams, boxes of stages, arrows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from revrules import ir
from revrules.problems.words import percent, plural
from revrules.reads import in_brief, reads
from revrules.stages import StageGraph, graph, hand_offs, layers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.ir import Criteria, Lifecycle, Ruleset, Stage

FEWEST_FOR_ANY = 3
"""From as many sources on, edges from every stage that is neither won nor lost are drawn as `from any`."""


class Look(StrEnum):
    """How a stage is marked."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Box:
    """A stage. ``row`` counts from 0 at the entry, ``facts`` are short words below the title, ``tip`` a sentence or two."""

    name: str
    title: str
    facts: tuple[str, ...]
    tip: str
    look: Look
    entry: bool
    lane: int
    row: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge. ``hand_off``: between stages of different teams. ``bundled``: one of the edges of `from any`."""

    source: str
    target: str
    back: bool
    hand_off: bool
    bundled: bool
    when: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a picture shows; boxes in the order of the file, ``lanes`` by the labels of the teams."""

    title: str
    subtitle: str
    lanes: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    def bundles(self) -> Mapping[str, tuple[Arrow, ...]]:
        """Return the arrows of `from any` by their target."""
        found: defaultdict[str, list[Arrow]] = defaultdict(list)
        for arrow in self.arrows:
            if arrow.bundled:
                found[arrow.target].append(arrow)
        return {target: tuple(arrows) for target, arrows in found.items()}


def plan(ruleset: Ruleset, lifecycle: Lifecycle) -> Plan:
    """Return what a picture of ``lifecycle`` shows."""
    stages = graph(lifecycle)
    owners = list(dict.fromkeys(stage.owners for stage in lifecycle.stages))
    labels = {team.name: _visible(team.label, team.name) for team in ruleset.teams}
    rows = layers(stages)
    boxes = (_box(stage, labels, owners.index(stage.owners), rows[stage.name]) for stage in lifecycle.stages)
    tracks = f", tracks {lifecycle.tracks.name}" if lifecycle.tracks else ""
    return Plan(
        _visible(lifecycle.label, lifecycle.name),
        f"lifecycle of {lifecycle.entity}{tracks}",
        tuple(" / ".join(labels.get(team, team) for team in teams) or "no owner" for teams in owners),
        tuple(boxes),
        _arrows(stages),
    )


def _box(stage: Stage, labels: Mapping[str, str], lane: int, row: int) -> Box:
    title = _visible(stage.labels[0] if stage.labels else "", stage.name)
    criteria = _count(stage.requires)
    facts = [
        *([f"{criteria} {'criterion' if criteria == 1 else 'criteria'}"] if criteria else []),
        *([percent(stage.probability)] if stage.probability is not None and stage.outcome is None else []),
        *([_limit(stage.leave_within)] if stage.leave_within else []),
    ]
    owned = " and ".join(labels.get(team, team) for team in stage.owners)
    tip = [f"{stage.name}, {f'owned by {owned}' if owned else 'no owner'}", *([stage.doc] if stage.doc else [])]
    look = Look(stage.outcome.value) if stage.outcome else Look.OPEN
    return Box(stage.name, title, tuple(facts), ". ".join(tip), look, stage.entry, lane, row)


def _visible(label: str, name: str) -> str:
    """Return ``label``, or ``name`` where nothing of the label could be seen."""
    return label if any(c.isprintable() and not c.isspace() for c in label) else name


def _limit(limit: ir.LeaveWithin) -> str:
    return f"≤ {limit.count} {'business ' if limit.calendar else ''}{plural(limit.count, limit.unit.value)}"


def _count(criteria: Criteria | None) -> int:
    match criteria:
        case None:
            return 0
        case ir.Criterion():
            return 1
        case ir.Group(_, members):
            return sum(map(_count, members))


def _arrows(stages: StageGraph) -> tuple[Arrow, ...]:
    handed = {id(edge) for edge in hand_offs(stages)}
    any_targets = {name for name in stages.stages if _from_any(stages, name)}
    return tuple(
        Arrow(
            edge.source,
            edge.target,
            edge.back,
            id(edge) in handed,
            edge.target in any_targets and not edge.back and stages.stages[edge.source].outcome is None,
            _when(edge),
        )
        for edge in stages.lifecycle.edges
    )


def _from_any(stages: StageGraph, target: str) -> bool:
    """Return whether the target takes records from every other stage that is neither won nor lost, on one condition."""
    sources = {edge.source: edge.condition for edge in stages.entering[target] if not edge.back}
    open_stages = [s.name for s in stages.lifecycle.stages if s.outcome is None and s.name != target]
    return (
        len(open_stages) >= FEWEST_FOR_ANY
        and all(name in sources for name in open_stages)
        and all(sources[name] == sources[open_stages[0]] for name in open_stages)
    )


def _when(edge: ir.Edge) -> str:
    """Return the edge's own condition in few words, or what it depends on where it is not simple; empty without one."""
    if isinstance(edge.condition, ir.Literal):
        return ""
    if simple := in_brief(edge.condition):
        return f"when {simple}"
    named = [name for name, _ in reads(edge.condition)]
    return f"depends on {', '.join(named[:2])}{' …' if len(named) > 2 else ''}" if named else "on a condition"
