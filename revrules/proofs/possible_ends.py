"""A lifecycle into conditions that say where placement could end: language.md section 9, *what could be*, as expressions.

As ``placement``, for a record of which some ways are unknown: each is then open or not, independently.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.proofs.placement import NEVER, met
from revrules.reference.walk import gate
from revrules.stages import graph, order
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.ir import Definition, Expr, Lifecycle

NOWHERE = ""
BEGINNING = ir.Literal(True, Scalar.BOOLEAN)


class PossibleEnds(NamedTuple):
    """For each stage (and NOWHERE) the condition, never unknown, that placement could end there; and what they refer to."""

    definitions: tuple[Definition, ...]
    could_end: Mapping[str, Expr]


def possible_ends(lifecycle: Lifecycle) -> PossibleEnds:
    """Return where placement in ``lifecycle``, whose forward edges form no cycle, could end."""
    return _Maker(lifecycle).made()


class _Maker:
    """Makes the definitions of one lifecycle, each after those that it refers to."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._stages = graph(lifecycle)
        self._lifecycle = lifecycle
        self._definitions: list[Definition] = []
        self._arrivals: defaultdict[str, list[Expr]] = defaultdict(list)

    def made(self) -> PossibleEnds:
        ordered = order(self._stages)
        assert ordered is not None, "forward edges that form a cycle are an error, and nothing is asked of such a lifecycle"
        entries = [(stage.name, gate(stage)) for stage in self._lifecycle.stages if stage.entry]
        could_end = {NOWHERE: self._left(NOWHERE, BEGINNING, entries)}
        for name in ordered:
            arrivals = self._arrivals[name]
            here = self._define(f"could pass {name}", ir.Or(tuple(arrivals)) if arrivals else NEVER)
            gates = {edge.target: gate(self._stages.stages[edge.target]) for edge in self._stages.forward(name)}
            ways = [(edge.target, ir.And((edge.condition, gates[edge.target]))) for edge in self._stages.forward(name)]
            could_end[name] = self._left(name, here, ways)
        return PossibleEnds(tuple(self._definitions), could_end)

    def _left(self, spot: str, here: Expr, ways: Sequence[tuple[str, Expr]]) -> Expr:
        """Send what could be ``here`` along every way that is not closed, up to one that is open; return what could stay."""
        left = here
        for target, step in ways:
            self._arrivals[target].append(ir.And((left, ir.Not(met(ir.Not(step))))))
            left = self._define(f"could stay at {spot}, not on to {target}", ir.And((left, ir.Not(met(step)))))
        return left

    def _define(self, sentence: str, condition: Expr) -> Expr:
        """Give ``condition`` a name. No name of a ruleset holds a space."""
        entity, name = self._lifecycle.entity, f"{self._lifecycle.name}: {sentence}"
        kind = ir.DefinitionKind.DEFINE
        self._definitions.append(ir.Definition(f"{entity}.{name}", name, entity, kind, Scalar.BOOLEAN, condition))
        return ir.Ref(f"{entity}.{name}", Scalar.BOOLEAN)
