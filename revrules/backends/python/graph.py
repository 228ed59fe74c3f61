"""A lifecycle as the generators read it: the edges that leave each stage, with the criteria that open them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = ir.Literal(True, Scalar.BOOLEAN)


class Way(NamedTuple):
    """A way into ``target``: an edge, or the entry of an entry stage (``source`` None). ``own`` is the edge's own condition."""

    source: str | None
    target: ir.Stage
    own: ir.Expr

    @property
    def stamped(self) -> ir.Expr | None:
        """When the target's stamp opens its gate, whatever its criteria say."""
        return None if self.target.stamped_by is None else ir.Known(self.target.stamped_by)

    @property
    def enabled(self) -> ir.Expr:
        """When a record may take this way: its own condition holds and the target's gate is open."""
        gate = self.target.condition
        if self.stamped is not None:
            gate = self.stamped if self.target.requires is None else ir.Or((self.stamped, gate))
        parts = tuple(part for part in (self.own, gate) if part != ALWAYS)
        return ir.And(parts) if len(parts) > 1 else parts[0] if parts else ALWAYS

    @property
    def when(self) -> ir.Criterion | None:
        """The way's own condition as a criterion."""
        return None if self.own == ALWAYS else ir.Criterion("when", self.own)

    @property
    def requires(self) -> ir.Criteria | None:
        """The criteria of the target's gate; a gate that only a stamp opens has the criterion ``stamped``."""
        if self.target.requires is None and self.stamped is not None:
            return ir.Criterion("stamped", self.stamped)
        return self.target.requires

    @property
    def asked(self) -> tuple[ir.Criterion, ...]:
        """All criteria of this way, in order."""
        return tuple(leaf for criteria in (self.when, self.requires) if criteria is not None for leaf in leaves(criteria))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all criteria of this way, in order."""
        return tuple(criterion.name for criterion in self.asked)


class Graph:
    """The ways of a lifecycle by the stage that they leave; None leaves nowhere."""

    def __init__(self, lifecycle: ir.Lifecycle) -> None:
        self.lifecycle = lifecycle
        stages = {stage.name: stage for stage in lifecycle.stages}
        self.ways: dict[str | None, tuple[Way, ...]] = {
            None: tuple(Way(None, stage, ALWAYS) for stage in lifecycle.stages if stage.entry)
        }
        self.declared: dict[str, tuple[Way, ...]] = {}
        """The ways out of the stage that a record declares, in the mode ``advance``: back edges too."""
        for name in stages:
            leaving = [edge for edge in lifecycle.edges if edge.source == name]
            ways = {edge: Way(name, stages[edge.target], edge.condition) for edge in leaving}
            self.ways[name] = tuple(way for edge, way in ways.items() if not edge.back)
            self.declared[name] = tuple(ways.values())
        self._sizes: dict[str | None, int] = {}
        self.entered: dict[str, int] = dict.fromkeys(stages, 0)
        for leaving_ways in self.ways.values():
            for way in leaving_ways:
                self.entered[way.target.name] += 1
        for name in self.order():
            self._sizes[name] = sum(1 + self._sizes.get(way.target.name, 0) for way in self.ways[name])
        self._sizes[None] = sum(1 + self._sizes[way.target.name] for way in self.ways[None])

    def is_end(self, stage: str) -> bool:
        """Return whether no forward edge leaves ``stage``."""
        return not self.ways[stage]

    def size(self, stage: str | None) -> int:
        """Return how many tests it takes to write out every way that starts at ``stage``."""
        return self._sizes[stage]

    def order(self) -> list[str]:
        """Return the stages, each after those that its edges lead to."""
        found: dict[str, None] = {}
        for start in self.ways:
            pending: list[tuple[str, Iterator[Way]]] = [] if start is None else [(start, iter(self.ways[start]))]
            while pending:
                name, ways = pending[-1]
                following = next((way.target.name for way in ways if way.target.name not in found), None)
                if following is None:
                    found[name] = None
                    pending.pop()
                elif following not in found:
                    pending.append((following, iter(self.ways[following])))
        return list(found)

    def reachable(self, stage: str) -> frozenset[str]:
        """Return the stages that forward edges lead to from ``stage``, without itself."""
        found: set[str] = set()
        pending = [stage]
        while pending:
            for way in self.ways[pending.pop()]:
                if way.target.name not in found:
                    found.add(way.target.name)
                    pending.append(way.target.name)
        return frozenset(found)


def leaves(criteria: ir.Criteria) -> Iterator[ir.Criterion]:
    """Yield the criteria inside ``criteria``, in order."""
    if isinstance(criteria, ir.Criterion):
        yield criteria
    else:
        for member in criteria.members:
            yield from leaves(member)
