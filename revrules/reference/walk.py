"""A lifecycle and a record into the stages that the record passes, and those that it could."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.field_order import declared_at
from revrules.reference.expressions import depends, truth
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.reference.scope import Scope

Spot = tuple[str | None, bool]
"""A stage (None: before the entry) and whether it is where the record is declared to be: there back edges may fire."""

ALWAYS = ir.Literal(True, Scalar.BOOLEAN)


@dataclass(frozen=True, slots=True)
class Walk:
    """The ways of one record through a lifecycle. ``start`` is the stage to start from; None: before the entry stages."""

    lifecycle: ir.Lifecycle
    scope: Scope
    start: str | None = None

    def path(self) -> tuple[str, ...]:
        """Return the stages passed: from each along the first open way, until there is none."""
        spot: Spot = (self.start, self.start is not None)
        passed = [] if self.start is None else [self.start]
        while (way := next((way for way in self.ways(spot) if truth(self.step(way), self.scope)), None)) is not None:
            passed.append(way.target)
            spot = (way.target, False)
        return tuple(passed)

    def possible(self) -> frozenset[str | None]:
        """Return where placement ends (None: nowhere) when each way that is unknown may be open or not."""
        return frozenset(
            spot[0] for spot in self.reached() if not any(truth(self.step(way), self.scope) for way in self.ways(spot))
        )

    def missing(self) -> tuple[str, ...]:
        """Return the missing fields of the unknown ways that could be met, in the order in which entities declare them."""
        unknown = (way for spot in self.reached() for way in self.choices(spot) if truth(self.step(way), self.scope) is None)
        found = {field for way in unknown for field in depends(self.step(way), self.scope)}
        ruleset, entity = self.scope.world.ruleset, self.lifecycle.entity
        return tuple(sorted(found, key=lambda field: declared_at(ruleset, entity, field)))

    def reached(self) -> list[Spot]:
        """Return the spots that can be met: the start, then stages in the order of the file."""
        start: Spot = (self.start, self.start is not None)
        found = [start]
        for spot in found:
            found += [(way.target, False) for way in self.choices(spot) if (way.target, False) not in found]
        return [start, *((stage.name, False) for stage in self.lifecycle.stages if (stage.name, False) in found)]

    def choices(self, spot: Spot) -> Iterator[ir.Edge]:
        """Yield the ways out of a spot that are not closed, up to the first that is open."""
        for way in self.ways(spot):
            state = truth(self.step(way), self.scope)
            if state is not False:
                yield way
            if state:
                return

    def ways(self, spot: Spot) -> list[ir.Edge]:
        """Return the ways out of a spot in their order; those to the entry stages are edges from nowhere."""
        stage, declared = spot
        if stage is None:
            return [ir.Edge("", entry.name, False, ALWAYS) for entry in self.lifecycle.stages if entry.entry]
        return [edge for edge in self.lifecycle.edges if edge.source == stage and (declared or not edge.back)]

    def step(self, way: ir.Edge) -> ir.Expr:
        """Return when a way is open: its own condition holds and the gate of its target is open."""
        return ir.And((way.condition, gate(self.lifecycle.stage(way.target))))


def gate(stage: ir.Stage) -> ir.Expr:
    """Return when a stage's gate is open: its stamp is known or its criteria hold."""
    if stage.stamped_by is None:
        return stage.condition
    return ir.Or((ir.Known(stage.stamped_by), stage.condition))
