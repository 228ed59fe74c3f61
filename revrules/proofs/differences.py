"""A change of a ruleset into questions: is there a record of which it comes out otherwise?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.smt.answers import Want
from revrules.proofs.changes import DeclaredKind
from revrules.proofs.goals import NOWHERE, Chosen, End, Step
from revrules.proofs.placement import met, placement
from revrules.proofs.possible_ends import possible_ends
from revrules.proofs.questions import Questions
from revrules.reference import verdict_between
from revrules.rows import as_choose, is_ranged
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.backends.smt.answers import Answer
    from revrules.proofs.changes import Change
    from revrules.proofs.kept_answers import KeptAnswers
    from revrules.proofs.placement import Placement
    from revrules.types import Type

ALWAYS = ir.Literal(True, Scalar.BOOLEAN)
NEVER = ir.Literal(False, Scalar.BOOLEAN)
MOST_BRANCHES = 200
"""Of a longer classification or table nothing is asked."""
BESIDE = "a number beside"
"""The field of a question that compares ranges with any number; no ruleset can declare it."""


class Question(NamedTuple):
    """What a record of ``entity`` has to fulfil.

    ``exact``: all exact questions about a change together exclude it. ``settles``: where it has no record, the next one has none.
    ``more`` are definitions that it needs, ``beside`` a field that it gives to records besides their own.
    """

    entity: str
    wants: tuple[Want, ...]
    exact: bool = True
    settles: bool = False
    more: tuple[ir.Definition, ...] = ()
    beside: ir.FieldDecl | None = None


class Differences:
    """Questions about changes of one ruleset. ``questions`` knows the ruleset and where its lifecycles place a record."""

    def __init__(self, ruleset: ir.Ruleset, today: datetime.date, kept: KeptAnswers | None = None) -> None:
        """Prepare questions about changes of ``ruleset``; ``kept`` as for ``Questions``."""
        self.ruleset = ruleset
        self._kept = kept
        self._placements = {lifecycle.name: placement(lifecycle) for lifecycle in ruleset.lifecycles}
        added = (definition for each in self._placements.values() for definition in each.definitions)
        self.questions = Questions(ruleset, today, kept=kept).extended(added)
        self._beside: dict[tuple[str, Type], Questions] = {}

    def of_change(self, change: Change) -> Iterator[Question]:
        """Yield the questions whether a record shows ``change``, the most telling first; all of them exclude it together."""
        declared = change.declared
        match declared.kind:
            case DeclaredKind.DEFINITION:
                definition = self.ruleset.definition(declared.name)
                (after,) = change.after
                if isinstance(after, ir.Choose) and len(after.branches) > MOST_BRANCHES:
                    return
                ranged = is_ranged(definition.expr)
                here = _reference(definition, ranged)
                if definition.type is Scalar.BOOLEAN:  # met or not tells people more than false or unknown
                    yield Question(declared.entity, (Want(_either(met(here), met(after))),))
                yield Question(declared.entity, (Want(_differ(here, after, ranged)),), not ranged)
                if ranged:
                    yield _beside(declared.entity, here, after)
            case DeclaredKind.RULE:
                before, after = met(change.before[0]), met(change.after[0])
                yield Question(declared.entity, (Want(_either(before, after)),))
            case DeclaredKind.STAGE:
                yield from self._of_stage(change)
            case DeclaredKind.EDGE:
                yield from self._of_edge(change)

    def of_sight(self, entity: str, seen: Step | End | Chosen) -> Iterator[Question]:
        """Yield the question whether a record is placed in a stage, comes to a way, or is decided by a row."""
        match seen:
            case End(lifecycle, stage):
                yield Question(entity, (Want(self._placements[lifecycle].ends_in[stage]),))
            case Step(lifecycle, source, target, taken):
                here, is_open = self._before(self._placements[lifecycle], source, target)
                yield Question(entity, (Want(here), Want(is_open if taken else ir.Not(is_open))))
            case Chosen(definition, row):
                if len(self.ruleset.table(definition).rows) <= MOST_BRANCHES:
                    yield Question(entity, tuple(self._of_row(definition, row)))

    def about(self, question: Question) -> Questions:
        """Return the questions about the ruleset with what ``question`` adds to it."""
        if question.beside is None:
            return self.questions.extended(question.more) if question.more else self.questions
        if (question.entity, question.beside.type) not in self._beside:
            entities = (_with_field(entity, question.beside, question.entity) for entity in self.ruleset.entities)
            asked = Questions(replace(self.ruleset, entities=tuple(entities)), self.questions.today, kept=self._kept)
            self._beside[question.entity, question.beside.type] = asked
        return self._beside[question.entity, question.beside.type]

    def ask(self, question: Question) -> Answer:
        """Return the answer to a question."""
        return self.about(question).find(question.entity, *question.wants)

    # --- lifecycles ------------------------------------------------------------------------------------------------

    def _of_stage(self, change: Change) -> Iterator[Question]:
        """Yield whether another stage is passed, whether another is the end, whether something else blocks, or could be."""
        where = self._placements[change.declared.lifecycle]
        stage = where.lifecycle.stage(change.declared.name)
        ways = {edge.source: met(edge.condition) for edge in where.lifecycle.edges if edge.target == stage.name and not edge.back}
        if stage.entry:
            ways[NOWHERE] = ALWAYS
        entity, after = change.declared.entity, change.after[0]
        turned, waiting = [], []
        for source, condition in ways.items():
            here, is_open = self._before(where, source, stage.name)
            opened = ir.And((condition, met(after)))
            turned.append(ir.And((here, _either(is_open, opened))))
            waiting.append(where.nowhere if source == NOWHERE else where.ends_in[source])
        yield Question(entity, (Want(_any(turned)),), settles=True)
        yield self._of_ends(change, where)
        yield Question(entity, (Want(_any(waiting)), Want(_any(_criteria_differ(change)))))
        yield self._of_verdicts(change, where)

    def _of_edge(self, change: Change) -> Iterator[Question]:
        declared = change.declared
        where = self._placements[declared.lifecycle]
        here, is_open = self._before(where, declared.source, declared.name)
        opened = ir.And((met(change.after[0]), where.opens[declared.name])) if change.after else NEVER
        yield Question(declared.entity, (Want(here), Want(_either(is_open, opened))), settles=True)
        yield self._of_ends(change, where)
        if change.after:
            differs = _differ(change.before[0], change.after[0])
            yield Question(declared.entity, (Want(where.ends_in[declared.source]), Want(differs)))
        yield self._of_verdicts(change, where)

    def _of_ends(self, change: Change, where: Placement) -> Question:
        """Return whether a record ends in another stage: more than that it passes another one, for ways can meet again."""
        new = placement(_renamed(change))
        ends = [_either(where.ends_in[name], new.ends_in[name]) for name in where.ends_in]
        return Question(change.declared.entity, (Want(_any(ends)),), more=new.definitions)

    def _of_verdicts(self, change: Change, where: Placement) -> Question:
        """Return whether a verdict, or that a stage is certain, hangs on what is unknown in one of the two alone."""
        renamed = _renamed(change)
        old, new = possible_ends(where.lifecycle), possible_ends(renamed)
        sides = [_Side(where.lifecycle, where.ends_in, old.could_end), _Side(renamed, placement(renamed).ends_in, new.could_end)]
        asked = [_either(*(side.certain() for side in sides))]
        for declared, is_declared in _declarations(where.lifecycle):
            asked.append(ir.And((is_declared, _either(*(side.decided(declared) for side in sides)))))
        more = (*old.definitions, *placement(renamed).definitions, *new.definitions)
        return Question(change.declared.entity, (Want(_any(asked)),), more=more)

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
                return ir.And(tuple(left)) if left else ALWAYS, is_open
            left.append(ir.Not(is_open))
        raise AssertionError(f"no way leads from {source} to {target}")

    # --- tables ----------------------------------------------------------------------------------------------------

    def _of_row(self, definition: str, row: int) -> Iterator[Want]:
        table = self.ruleset.table(definition)
        chosen = as_choose(table, self.ruleset.inputs(table))
        yield Want(chosen.branches[row][0])
        others = chosen.branches[:row] if chosen.mode is ir.ChooseMode.FIRST_MATCH else chosen.branches
        yield from (Want(condition, frozenset({False})) for n, (condition, _) in enumerate(others) if n != row)


@dataclass(frozen=True, slots=True)
class _Side:
    """A lifecycle, before or after a change, with where a record ends and could end."""

    lifecycle: ir.Lifecycle
    ends_in: Mapping[str, ir.Expr]
    could_end: Mapping[str, ir.Expr]

    def certain(self) -> ir.Expr:
        """Return the condition that there is one possible end."""
        return _one_of(list(self.could_end.values()))

    def decided(self, declared: str) -> ir.Expr:
        """Return the condition that the verdict on a record that is declared to be in that stage does not hang on the unknown."""
        by_verdict: defaultdict[str, list[ir.Expr]] = defaultdict(list)
        for name, could_end in self.could_end.items():
            by_verdict[verdict_between(self.lifecycle, declared, name or None)].append(could_end)
        return ir.Or((self.ends_in[declared], _one_of([_any(ends) for ends in by_verdict.values()])))


def _one_of(conditions: Sequence[ir.Expr]) -> ir.Expr:
    """Return the condition that at most one of several holds."""
    return ir.AtLeast(len(conditions) - 1, tuple(map(ir.Not, conditions))) if len(conditions) > 1 else ALWAYS


def _declarations(lifecycle: ir.Lifecycle) -> Iterator[tuple[str, ir.Expr]]:
    """Yield the stages that can be declared by their names, each with the condition that it is."""
    tracks = lifecycle.tracks
    for stage in lifecycle.stages if tracks is not None else ():
        assert tracks is not None, "there is no stage to declare without it"
        if not isinstance(tracks.type, EnumType) or stage.name in tracks.type.member_names:
            yield stage.name, met(ir.Compare(ir.CompareOp.EQ, tracks, ir.Literal(stage.name, tracks.type)))


def _beside(entity: str, one: ir.Expr, other: ir.Expr) -> Question:
    """Return whether two numbers that may be ranges lie otherwise to some number: if not, both their ends are the same."""
    number = ir.FieldDecl(BESIDE, ir.type_of(one))
    read = ir.Field(BESIDE, number.type)
    differs = _differ(ir.RangedCompare(ir.CompareOp.LE, one, read), ir.RangedCompare(ir.CompareOp.LE, other, read))
    return Question(entity, (Want(differs),), beside=number)


def _with_field(entity: ir.Entity, field: ir.FieldDecl, name: str) -> ir.Entity:
    return replace(entity, fields=(*entity.fields, field)) if entity.name == name else entity


def _renamed(change: Change) -> ir.Lifecycle:
    """Return the changed lifecycle under a name that no ruleset has."""
    new = change.ruleset.lifecycle(change.declared.lifecycle)
    return replace(new, name=f"{new.name} changed")


def _criteria_differ(change: Change) -> list[ir.Expr]:
    """Return when the criteria that a change of a stage touches do not say the same, or (left out) are not met."""
    before, after = change.before[1:], change.after[1:]
    if len(before) == len(after):
        return [_differ(one, other) for one, other in zip(before, after, strict=True) if one is not other]
    kept = {id(condition) for condition in after}
    return [ir.Not(met(condition)) for condition in before if id(condition) not in kept]


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
