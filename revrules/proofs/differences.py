"""A change of a ruleset into questions: is there a record of which it comes out otherwise?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.smt.answers import Want
from revrules.proofs.changes import DeclaredKind
from revrules.proofs.goals import NOWHERE, Chosen, End, Step
from revrules.proofs.placement import met, placement
from revrules.proofs.questions import Questions
from revrules.reference.walk import gate
from revrules.rows import as_choose, is_ranged
from revrules.types import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from revrules.proofs.changes import Change
    from revrules.proofs.placement import Placement

NEVER = ir.Literal(False, Scalar.BOOLEAN)


class Question(NamedTuple):
    """What a record of ``entity`` has to fulfil. ``exact``: where none does, nothing comes out otherwise."""

    entity: str
    wants: tuple[Want, ...]
    exact: bool = True


class Differences:
    """Questions about changes of one ruleset. ``questions`` knows the ruleset and where its lifecycles place a record."""

    def __init__(self, ruleset: ir.Ruleset, today: datetime.date) -> None:
        """Prepare questions about changes of ``ruleset``."""
        self.ruleset = ruleset
        self._placements = {lifecycle.name: placement(lifecycle) for lifecycle in ruleset.lifecycles}
        added = (definition for each in self._placements.values() for definition in each.definitions)
        self.questions = Questions(ruleset, today).extended(added)

    def of_change(self, change: Change) -> Iterator[Question]:
        """Yield the questions whether a record shows ``change``, the most telling first; all of them exclude it together."""
        declared = change.declared
        match declared.kind:
            case DeclaredKind.DEFINITION:
                definition = self.ruleset.definition(declared.name)
                (after,) = change.after
                ranged = is_ranged(definition.expr)
                yield Question(declared.entity, (Want(_differ(_reference(definition, ranged), after, ranged)),), not ranged)
            case DeclaredKind.RULE:
                before, after = met(change.before[0]), met(change.after[0])
                yield Question(declared.entity, (Want(_either(before, after)),))
            case DeclaredKind.STAGE:
                yield from self._of_stage(change)
            case DeclaredKind.EDGE:
                yield from self._of_edge(change)

    def of_sight(self, entity: str, seen: Step | End | Chosen) -> Question:
        """Return the question whether a record is placed in a stage, comes to a way, or is decided by a row."""
        match seen:
            case End(lifecycle, stage):
                return Question(entity, (Want(self._placements[lifecycle].ends_in[stage]),))
            case Step(lifecycle, source, target, taken):
                here, is_open = self._before(self._placements[lifecycle], source, target)
                return Question(entity, (Want(here), Want(is_open if taken else ir.Not(is_open))))
            case Chosen(definition, row):
                return Question(entity, tuple(self._of_row(definition, row)))

    # --- lifecycles ------------------------------------------------------------------------------------------------

    def _of_stage(self, change: Change) -> Iterator[Question]:
        """Yield whether another stage is passed, whether the gate says something else, whether one of the criteria does."""
        where = self._placements[change.declared.lifecycle]
        stage = where.lifecycle.stage(change.declared.name)
        ways = [edge for edge in where.lifecycle.edges if edge.target == stage.name and not edge.back]
        spots = [(*self._before(where, edge.source, stage.name), met(edge.condition)) for edge in ways]
        if stage.entry:
            spots.append((*self._before(where, NOWHERE, stage.name), ir.Literal(True, Scalar.BOOLEAN)))
        entity, after = change.declared.entity, change.after[0]
        turned = [ir.And((here, _either(is_open, ir.And((own, met(after)))))) for here, is_open, own in spots]
        yield Question(entity, (Want(_any(turned)),))
        come = [ir.And((here, own)) for here, _, own in spots]
        yield Question(entity, (Want(_any(come)), Want(_differ(gate(stage), after))))
        if len(change.before) == len(change.after):
            said = zip(change.before[1:], change.after[1:], strict=True)
            differing = [_differ(before, new) for before, new in said if before is not new]
        else:
            differing = [ir.Not(met(gate(stage)))]
        yield Question(entity, (Want(_any(come)), Want(_any(differing))))

    def _of_edge(self, change: Change) -> Iterator[Question]:
        declared = change.declared
        where = self._placements[declared.lifecycle]
        here, is_open = self._before(where, declared.source, declared.name)
        if not change.after:
            yield Question(declared.entity, (Want(here), Want(is_open)))
            return
        (before,), (after,) = change.before, change.after
        opened = where.opens[declared.name]
        yield Question(declared.entity, (Want(here), Want(_either(is_open, ir.And((met(after), opened))))))
        yield Question(declared.entity, (Want(here), Want(_differ(before, after))))

    def _before(self, where: Placement, source: str, target: str) -> tuple[ir.Expr, ir.Expr]:
        """Return when a record comes to a way (none before it is open), and when that way is open."""
        if source == NOWHERE:
            ways = [(stage.name, where.opens[stage.name]) for stage in where.lifecycle.stages if stage.entry]
            left: list[ir.Expr] = []
        else:
            edges = [edge for edge in where.lifecycle.edges if edge.source == source and not edge.back]
            ways = [(edge.target, where.step(edge)) for edge in edges]
            left = [where.passes[source]]
        for name, is_open in ways:
            if name == target:
                return ir.And(tuple(left)) if left else ir.Literal(True, Scalar.BOOLEAN), is_open
            left.append(ir.Not(is_open))
        raise AssertionError(f"no way leads from {source} to {target}")

    # --- tables ----------------------------------------------------------------------------------------------------

    def _of_row(self, definition: str, row: int) -> Iterator[Want]:
        table = self.ruleset.table(definition)
        chosen = as_choose(table, self.ruleset.inputs(table))
        yield Want(chosen.branches[row][0])
        others = chosen.branches[:row] if chosen.mode is ir.ChooseMode.FIRST_MATCH else chosen.branches
        yield from (Want(condition, frozenset({False})) for n, (condition, _) in enumerate(others) if n != row)


def _reference(definition: ir.Definition, ranged: bool) -> ir.Ref:
    return ir.Ref(definition.id, definition.type, ranged=ranged)


def _differ(one: ir.Expr, other: ir.Expr, ranged: bool = False) -> ir.Expr:
    """Return the condition, never unknown, that two expressions of a type do not say the same, missing or unknown included."""
    known = (ir.Known(one), ir.Known(other))
    if ir.type_of(one) is Scalar.BOOLEAN:
        turned = (met(one), met(other)), (met(ir.Not(one)), met(ir.Not(other)))
        return ir.Or(tuple(_either(*pair) for pair in turned))
    compare = ir.RangedCompare if ranged else ir.Compare
    return ir.Or((_either(*known), met(compare(ir.CompareOp.NE, one, other))))


def _either(one: ir.Expr, other: ir.Expr) -> ir.Expr:
    """Return the condition that one of two that are never unknown holds, and not the other."""
    return ir.Or((ir.And((one, ir.Not(other))), ir.And((other, ir.Not(one)))))


def _any(conditions: Sequence[ir.Expr]) -> ir.Expr:
    return conditions[0] if len(conditions) == 1 else ir.Or(tuple(conditions)) if conditions else NEVER
