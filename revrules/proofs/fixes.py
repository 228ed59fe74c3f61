"""A record and a stage into the cheapest way there: the fewest criteria to meet, and a change of fields that meets them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, cast

from revrules.backends.smt.answers import NOT_MET, Verdict, Want, Witness
from revrules.proofs.changes import criteria_of, with_condition
from revrules.proofs.placement import NEVER, placement
from revrules.proofs.witnesses import with_plain_values
from revrules.readers import spec_for
from revrules.reads import condition_of
from revrules.reference import Judge, place
from revrules.reference.walk import gate
from revrules.runtime.records import read_record, record_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from revrules import ir
    from revrules.proofs.questions import Questions
    from revrules.proofs.witnesses import Path
    from revrules.runtime.results import Placement

OWN, NOBODYS, ANOTHERS = 2, 3, 5
"""What it costs to change a field that the stage's owner writes, that nobody owns, that another team writes."""
OVERWRITTEN = 4
"""More, where there is a value already: it may be a fact."""
BOOKKEEPING = 30
"""More, where nothing else leads there, for keys, the CRM's claim, and stamps, which follow a stage rather than lead to it."""


class Change(NamedTuple):
    """One change: the way to a field, or to a new related record; what is there (None: nothing), what would be, who writes it."""

    path: Path
    old: object
    new: object
    owners: tuple[str, ...]


class Met(NamedTuple):
    """A criterion that the change meets: its stage, its name, the owners of the stage."""

    stage: str
    criterion: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """The way of one record to ``stage``: POSSIBLE with what to meet and change, IMPOSSIBLE, or UNDECIDED with a reason.

    ``already``: the record is there. ``ends_in`` is where the changed record is placed: another stage than ``stage`` where it
    can only come through.
    """

    stage: str
    verdict: Verdict
    already: bool = False
    met: tuple[Met, ...] = ()
    changes: tuple[Change, ...] = ()
    path: tuple[str, ...] = ()
    ends_in: str | None = None
    reason: str = ""


def cheapest_fix(questions: Questions, lifecycle: ir.Lifecycle, record: Mapping[str, object], as_of: datetime, stage: str) -> Fix:
    """Return the cheapest way of ``record`` (read as the library reads records) to ``stage`` at ``as_of``."""
    return _Search(questions, lifecycle, record, as_of, stage).fix()


class _Search:
    def __init__(
        self, questions: Questions, lifecycle: ir.Lifecycle, record: Mapping[str, object], as_of: datetime, stage: str
    ) -> None:
        made = placement(lifecycle)
        self.questions = questions.extended(made.definitions)
        self.ruleset = self.questions.ruleset
        self.lifecycle = lifecycle
        self.stage = lifecycle.stage(stage)
        self.ways = made
        self.conditions = [criterion.condition for stage in lifecycle.stages for _, criterion in _criteria(stage)]
        read = [*made.passes.values(), *made.ends_in.values(), *self.conditions]
        typed, _ = read_record(record_reader(spec_for(self.ruleset, lifecycle.entity, read)), record)
        self.start = Witness(lifecycle.entity, as_of, cast("dict[str, object]", _known(typed)))

    def fix(self) -> Fix:
        name = self.stage.name
        placed = self._placed(self.start)
        if name in placed.path:
            return Fix(name, Verdict.POSSIBLE, already=True, path=placed.path, ends_in=placed.stage)
        open_ = [condition for condition in self.conditions if not self._holds(condition, self.start)]
        reason = ""
        ways = (self.ways.ends_in[name], self.ways.passes[name])
        for way, cost in ((way, cost) for cost in (self._honest_cost, self._cost) for way in ways):
            wants = (Want(way),)
            answer = self.questions.closest(self.start, wants, open_, cost)
            if (found := answer.witness) is not None:
                spared = (Want(condition, NOT_MET) for condition in open_ if not self._holds(condition, found))
                return self._told(with_plain_values(self.questions, (*wants, *spared), found, self.start))
            reason = reason or answer.reason
        return Fix(name, Verdict.UNDECIDED if reason else Verdict.IMPOSSIBLE, reason=reason)

    def _told(self, found: Witness) -> Fix:
        placed = self._placed(found)
        on_the_way = (self.lifecycle.stage(name) for name in placed.path)
        met = tuple(Met(stage.name, name, stage.owners) for stage in on_the_way for name in self._newly_met(stage, found))
        changes = tuple(self._changes(self.start.record, found.record, self.ruleset.entity(found.entity), ()))
        return Fix(self.stage.name, Verdict.POSSIBLE, False, met, changes, placed.path, placed.stage)

    def _newly_met(self, stage: ir.Stage, found: Witness) -> list[str]:
        """Return the criteria of a stage that the change meets and without which its gate would stay shut."""
        met = [
            (steps, criterion)
            for steps, criterion in _criteria(stage)
            if not self._holds(criterion.condition, self.start) and self._holds(criterion.condition, found)
        ]
        needed, requires = [], stage.requires
        for steps, criterion in reversed(met):
            assert requires is not None, "it has criteria"
            without = with_condition(requires, steps, NEVER)
            if self._holds(gate(replace(stage, requires=without, condition=condition_of(without))), found):
                requires = without
            else:
                needed.append(criterion.name)
        return needed[::-1]

    def _placed(self, witness: Witness) -> Placement:
        return place(self.questions.ruleset, self.lifecycle, witness.record, witness.as_of)

    def _holds(self, condition: ir.Expr, witness: Witness) -> bool:
        return Judge(self.ruleset, witness.entity, (condition,)).values(witness.record, witness.as_of) == (True,)

    # --- what a change costs -------------------------------------------------------------------------------------

    def _honest_cost(self, entity: ir.Entity, name: str, known: bool) -> int | None:
        return None if self._keeps_books(entity, name) else self._cost(entity, name, known)

    def _cost(self, entity: ir.Entity, name: str, known: bool) -> int:
        declared = entity.field(name)
        owners = () if declared is None else declared.owners
        cost = OWN if set(owners) & set(self.stage.owners) else ANOTHERS if owners else NOBODYS
        return cost + (OVERWRITTEN if known else 0) + (BOOKKEEPING if self._keeps_books(entity, name) else 0)

    def _keeps_books(self, entity: ir.Entity, name: str) -> bool:
        if name == entity.key:
            return True
        if entity.name != self.lifecycle.entity:
            return False
        stamps = [self.lifecycle.tracks, *(stage.stamped_by for stage in self.lifecycle.stages if stage.requires is not None)]
        return any(field is not None and field.name == name and not field.path for field in stamps)

    # --- what changes --------------------------------------------------------------------------------------------

    def _changes(self, old: Mapping[str, object], new: Mapping[str, object], entity: ir.Entity, before: Path) -> Iterator[Change]:
        for field in entity.fields:
            if old.get(field.name) != new.get(field.name):
                yield Change((*before, field.name), old.get(field.name), new.get(field.name), field.owners)
        for relation in entity.relations:
            other = self.ruleset.entity(relation.entity)
            was, is_ = old.get(relation.name), new.get(relation.name)
            if relation.many:
                yield from self._in_list(
                    cast("list[object]", was or []), cast("list[object]", is_ or []), other, (*before, relation.name)
                )
            elif is_ is not None:
                inside = cast("Mapping[str, object]", was or {})
                yield from self._changes(inside, cast("Mapping[str, object]", is_), other, (*before, relation.name))

    def _in_list(self, old: Sequence[object], new: Sequence[object], entity: ir.Entity, before: Path) -> Iterator[Change]:
        for place_, record in enumerate(new):
            if place_ < len(old):
                was, is_ = cast("Mapping[str, object]", old[place_]), cast("Mapping[str, object]", record)
                yield from self._changes(was, is_, entity, (*before, place_))
            else:
                yield Change(before, None, record, ())


def _criteria(stage: ir.Stage) -> list[tuple[tuple[int, ...], ir.Criterion]]:
    """Return the criteria of a stage, each with the way to it."""
    return [] if stage.requires is None else list(criteria_of(stage.requires))


def _known(value: object) -> object:
    """Return a typed record without what is missing."""
    if isinstance(value, list):
        return [_known(each) for each in value]
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items() if each is not None}
    return value
