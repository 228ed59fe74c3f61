"""A lifecycle into conditions that say where placement takes a record: language.md section 9, as expressions.

Each is a definition of the lifecycle's entity that stands for one sentence about the record and is never unknown (unknown counts
as not enabled). The definitions refer to one another as stages and edges do, so all of them together are as large as the
graph. Back edges take no part: they fire from a declared stage only, never on the way of the evidence.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.reference.walk import ALWAYS, gate
from revrules.stages import graph, order
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.ir import Definition, Edge, Expr, Lifecycle, Stage
    from revrules.stages import StageGraph

NEVER = ir.Literal(False, Scalar.BOOLEAN)


def met(condition: Expr) -> Expr:
    """Return the condition that holds where ``condition`` is met and is false elsewhere: never unknown."""
    return ir.OrElse(condition, NEVER)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where placement takes a record, as conditions on it: references to ``definitions``, which a ruleset is extended with.

    ``opens``: the gate of the stage is open. ``passes``: placement comes through or to the stage. ``ends_in``: the
    evidence supports the stage. ``nowhere``: no entry gate is open.
    """

    lifecycle: Lifecycle
    definitions: tuple[Definition, ...]
    opens: Mapping[str, Expr]
    passes: Mapping[str, Expr]
    ends_in: Mapping[str, Expr]
    nowhere: Expr
    steps: Mapping[Edge, Expr]

    def step(self, edge: Edge) -> Expr:
        """Return the condition that ``edge`` is enabled: its own condition holds and the gate of its target is open."""
        return self.steps[edge]


def placement(lifecycle: Lifecycle) -> Placement:
    """Return the conditions of ``lifecycle``, whose forward edges form no cycle."""
    return _Maker(graph(lifecycle)).made()


class _Maker:
    """Makes the definitions of one lifecycle, each after those that it refers to."""

    def __init__(self, stages: StageGraph) -> None:
        self._stages = stages
        self._lifecycle = stages.lifecycle
        self._definitions: list[Definition] = []
        self._arrivals: defaultdict[str, list[Expr]] = defaultdict(list)

    def made(self) -> Placement:
        ordered = order(self._stages)
        assert ordered is not None, "forward edges that form a cycle are an error, and nothing is asked of such a lifecycle"
        opens = {stage.name: self._define(f"opens {stage.name}", _gate(stage)) for stage in self._lifecycle.stages}
        steps = {edge: self._step(edge, opens[edge.target]) for edge in self._lifecycle.edges}
        entries = [stage.name for stage in self._lifecycle.stages if stage.entry]
        nowhere = self._first("entry", ALWAYS, [(name, opens[name]) for name in entries])
        passes, ends_in = {}, {}
        for name in ordered:
            passes[name] = self._define(f"passes {name}", _any(self._arrivals[name]))
            ways = [(edge.target, steps[edge]) for edge in self._stages.forward(name)]
            ends_in[name] = self._define(f"ends in {name}", self._first(name, passes[name], ways))
        return Placement(self._lifecycle, tuple(self._definitions), opens, passes, ends_in, nowhere, steps)

    def _first(self, spot: str, here: Expr, ways: Iterable[tuple[str, Expr]]) -> Expr:
        """Send a record that is ``here`` along the first open one of ``ways`` (target, when open); return when none is open."""
        left = here
        for target, is_open in ways:
            self._arrivals[target].append(_all(left, is_open))
            left = self._define(f"at {spot} and not on to {target}", _all(left, ir.Not(is_open)))
        return left

    def _step(self, edge: Edge, target_opens: Expr) -> Expr:
        if edge.condition == ALWAYS:
            return target_opens
        kind = "back" if edge.back else "from"
        return self._define(f"to {edge.target} {kind} {edge.source}", _all(met(edge.condition), target_opens))

    def _define(self, sentence: str, condition: Expr) -> Expr:
        """Give ``condition`` a name, unless it is one or a constant. No name of a ruleset holds a space."""
        if isinstance(condition, ir.Ref | ir.Literal):
            return condition
        name = f"{self._lifecycle.name}: {sentence}"
        id_ = f"{self._lifecycle.entity}.{name}"
        kind = ir.DefinitionKind.DEFINE
        self._definitions.append(ir.Definition(id_, name, self._lifecycle.entity, kind, Scalar.BOOLEAN, condition))
        return ir.Ref(id_, Scalar.BOOLEAN)


def _gate(stage: Stage) -> Expr:
    return ALWAYS if stage.stamped_by is None and stage.condition == ALWAYS else met(gate(stage))


def _all(*conditions: Expr) -> Expr:
    asked = tuple(condition for condition in conditions if condition != ALWAYS)
    if NEVER in asked or ir.Not(ALWAYS) in asked:
        return NEVER
    return asked[0] if len(asked) == 1 else ir.And(asked) if asked else ALWAYS


def _any(conditions: Iterable[Expr]) -> Expr:
    open_ = tuple(condition for condition in conditions if condition != NEVER)
    return open_[0] if len(open_) == 1 else ir.Or(open_) if open_ else NEVER
