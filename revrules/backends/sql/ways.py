"""A lifecycle into the ways between its stages, in pieces that one expression each can follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules import ir
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = ir.Literal(True, Scalar.BOOLEAN)
DEEPEST = 24
"""Steps inside one another that one expression follows: printing is recursive."""


class Spot(NamedTuple):
    """A stage (None: before the entry) and whether it is where the record is declared to be: there back edges may fire."""

    stage: str | None
    declared: bool = False


NOWHERE = Spot(None)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way out of a spot: an edge, or the entry of an entry stage."""

    source: str | None
    target: ir.Stage
    own: ir.Expr

    @property
    def gate(self) -> ir.Expr:
        """When the gate of the target is open: its stamp is known or its criteria hold."""
        stamp = self.target.stamped_by
        if stamp is None:
            return self.target.condition
        known = ir.Known(stamp)
        return known if self.target.condition == known else ir.Or((known, self.target.condition))


class Exit(NamedTuple):
    """Where following ways comes to: the stages passed since the piece began. ``onward``: another piece begins there."""

    code: int
    """Those of all exits behind a way follow one another."""
    spot: Spot
    path: tuple[str, ...]
    onward: bool = False


class Step(NamedTuple):
    """A spot, what is behind each of its ways, and the exit where none of them is open."""

    spot: Spot
    ways: tuple[tuple[Way, Step | Exit], ...]
    end: Exit


Piece: TypeAlias = tuple[Step, ...]
"""What one expression follows: mostly from one spot on; the first piece from all where a record can be declared to be."""


def exits_of(piece: Piece) -> list[Exit]:
    """Return all exits of a piece."""
    found: list[Exit] = []
    waiting: list[Step | Exit] = [*piece]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Exit):
            found.append(part)
        else:
            waiting += [part.end, *(behind for _, behind in part.ways)]
    return found


class Plan:
    """The ways of a lifecycle: ``starts`` are the spots where placement can start, ``pieces`` stand in the order of the ways."""

    def __init__(self, lifecycle: ir.Lifecycle, *, advance: bool) -> None:
        self.lifecycle = lifecycle
        self.starts = (NOWHERE, *(Spot(stage.name, True) for stage in lifecycle.stages if advance))
        self._leaving = _leaving(lifecycle)
        self.spots = self._ordered()
        self.into: dict[Spot, list[tuple[Spot, Way]]] = {spot: [] for spot in self.spots}
        """The ways that lead to each spot, with the spots that they leave."""
        for spot in self.spots:
            for way in self.ways(spot):
                self.into[Spot(way.target.name)].append((spot, way))
        self.level = self._levels()
        """How many ways lead to each spot one after another, at most."""
        self.exits: list[Exit] = []
        self._begun = {*self.starts, *(spot for spot in self.spots if len(self.into[spot]) > 1 and self.ways(spot))}
        self.pieces = tuple(self._pieces())

    def ways(self, spot: Spot) -> tuple[Way, ...]:
        """Return the ways out of a spot in their order."""
        return self._leaving.get(spot, ())

    def _ordered(self) -> tuple[Spot, ...]:
        """Return the spots that can be met, each after those from which ways lead to it."""
        found: dict[Spot, None] = {}
        for start in self.starts:
            pending: list[tuple[Spot, Iterator[Way]]] = [(start, iter(self.ways(start)))]
            while pending:
                spot, ways = pending[-1]
                following = next((Spot(way.target.name) for way in ways if Spot(way.target.name) not in found), None)
                if following is not None:
                    pending.append((following, iter(self.ways(following))))
                else:
                    found[spot] = None
                    pending.pop()
        return tuple(reversed(found))

    def _levels(self) -> dict[Spot, int]:
        found = dict.fromkeys(self.spots, 0)
        for spot in self.spots:
            found[spot] = max((found[source] + 1 for source, _ in self.into[spot]), default=0)
        return found

    def _pieces(self) -> Iterator[Piece]:
        yield tuple(self._step(start, () if start.stage is None else (start.stage,), 0) for start in self.starts)
        for spot in self.spots:
            if spot in self._begun and spot not in self.starts:
                yield (self._step(spot, (), 0),)

    def _step(self, spot: Spot, path: tuple[str, ...], depth: int) -> Step:
        end = self._exit(spot, path)
        behind: list[tuple[Way, Step | Exit]] = []
        for way in self.ways(spot):
            target, passed = Spot(way.target.name), (*path, way.target.name)
            if depth == DEEPEST and self.ways(target):
                self._begun.add(target)
            if target in self._begun or not self.ways(target):
                behind.append((way, self._exit(target, passed, onward=target in self._begun)))
            else:
                behind.append((way, self._step(target, passed, depth + 1)))
        return Step(spot, tuple(behind), end)

    def _exit(self, spot: Spot, path: tuple[str, ...], *, onward: bool = False) -> Exit:
        self.exits.append(Exit(len(self.exits), spot, path, onward))
        return self.exits[-1]


def _leaving(lifecycle: ir.Lifecycle) -> dict[Spot, tuple[Way, ...]]:
    stages = {stage.name: stage for stage in lifecycle.stages}
    forward: dict[str, list[Way]] = {name: [] for name in stages}
    declared: dict[str, list[Way]] = {name: [] for name in stages}
    for edge in lifecycle.edges:
        way = Way(edge.source, stages[edge.target], edge.condition)
        declared[edge.source].append(way)
        if not edge.back:
            forward[edge.source].append(way)
    entries = tuple(Way(None, stage, ALWAYS) for stage in lifecycle.stages if stage.entry)
    found = {NOWHERE: entries}
    found |= {Spot(name): tuple(ways) for name, ways in forward.items()}
    return found | {Spot(name, True): tuple(ways) for name, ways in declared.items()}
