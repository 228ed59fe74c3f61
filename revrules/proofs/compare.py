"""Two conditions of one entity into their relation, with a record on each side; two values into whether they are the same.

Compared are the sets of records for which the conditions are met. A difference that shows only where something is missing (one is
met, the other unknown) is told apart from a real one (met, and the other false).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, UNMET, State, Verdict, Want
from revrules.proofs.states import state_of
from revrules.proofs.witnesses import believable
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from revrules.backends.smt.answers import Answer, Witness
    from revrules.ir import Expr
    from revrules.proofs.questions import Questions

    Show: TypeAlias = Callable[[Questions, str, Sequence[Want], Answer], Witness | None]


class Relation(StrEnum):
    """How the records of a first condition lie to those of a second."""

    SAME = "same"
    NARROWER = "narrower"
    """Every record of the first is one of the second, and not the other way round."""
    WIDER = "wider"
    OVERLAPPING = "overlapping"
    DISJOINT = "disjoint"
    FIRST_EMPTY = "first never met"
    SECOND_EMPTY = "second never met"
    BOTH_EMPTY = "neither ever met"


BY_REGIONS: dict[tuple[bool, bool, bool], Relation] = {
    (False, False, True): Relation.SAME,
    (False, True, True): Relation.NARROWER,
    (True, False, True): Relation.WIDER,
    (True, True, True): Relation.OVERLAPPING,
    (True, True, False): Relation.DISJOINT,
    (False, True, False): Relation.FIRST_EMPTY,
    (True, False, False): Relation.SECOND_EMPTY,
    (False, False, False): Relation.BOTH_EMPTY,
}
"""By whether there are records of the first alone, of the second alone, of both."""


@dataclass(frozen=True, slots=True)
class Region:
    """Whether there are records of a kind (None: undecided, for ``reason``), and one of them.

    ``other`` is the state of the other condition for ``witness``: unknown only where no record is known for which it is false.
    ``real``: whether there is one for which it is false; None where that is undecided.
    """

    exists: bool | None
    witness: Witness | None = None
    other: State = False
    real: bool | None = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known of two conditions: the records of the first alone, of the second alone, of both."""

    first: Region
    second: Region
    both: Region

    @property
    def possible(self) -> tuple[Relation, ...]:
        """The relations that what was decided leaves open."""
        return _left_open(self.first.exists, self.second.exists, self.both.exists)

    @property
    def relation(self) -> Relation | None:
        """The relation, None where that is undecided. The same is the same, also where it is open whether any record meets it."""
        return _decided(self.possible)

    @property
    def where_known(self) -> Relation | None:
        """The relation that is left when records on which one of the two is unknown are set aside; None where undecided."""
        return _decided(_left_open(self.first.real, self.second.real, self.both.exists))

    @property
    def only_missing(self) -> bool:
        """Whether the two differ, and only on records for which something is missing."""
        sides = (self.first, self.second)
        return any(side.exists for side in sides) and all(side.real is False and side.exists is not None for side in sides)

    @property
    def reason(self) -> str:
        """Why something is undecided; empty where nothing is."""
        return next((region.reason for region in (self.first, self.second, self.both) if region.exists is None), "")


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """Whether two values are the same for every record (None: undecided, for ``reason``), and a record where they differ.

    ``real``: whether there is a record for which both are known and differ; None where that is undecided.
    """

    same: bool | None
    witness: Witness | None = None
    real: bool | None = False
    reason: str = ""


def compare(questions: Questions, entity: str, first: Expr, second: Expr, *, shown: bool = True) -> Comparison:
    """Return how the records that meet ``first`` lie to those that meet ``second``. Asks three to five questions.

    The records are such as people believe, which takes longer than the questions: not so where they are not ``shown``.
    None about expressions that are equal, as they stand: these are the same whatever they mean. Of those of one normal form it
    asks only whether any record meets them.
    """
    if first == second:
        return Comparison(Region(False), Region(False), Region(None))
    show = _shown if shown else _as_found
    met = Want(first, MET), Want(second, MET)
    if questions.normal(first) == questions.normal(second):
        some = questions.find(entity, met[0], core=False)
        return Comparison(Region(False), Region(False), Region(_exists(some), some.witness, True, reason=some.reason))
    both = questions.find(entity, *met, core=False)
    return Comparison(
        _alone(questions, entity, (first, second), show),
        _alone(questions, entity, (second, first), show),
        Region(_exists(both), show(questions, entity, met, both), True, reason=both.reason),
    )


def opposites(questions: Questions, entity: str, first: Expr, second: Expr) -> bool:
    """Return whether it is proved that every record meets one of two conditions."""
    return questions.complete(entity, (first, second)).verdict is Verdict.IMPOSSIBLE


def compare_values(questions: Questions, entity: str, first: Expr, second: Expr) -> ValueComparison:
    """Return whether two values, of one type or both numbers, are the same for every record. Asks up to three questions.

    None about those of one normal form.
    """
    if questions.normal(first) == questions.normal(second):
        return ValueComparison(True)
    known_first, known_second = Want(ir.Known(first)), Want(ir.Known(second))
    differing = known_first, known_second, Want(_different(first, second))
    answers = [questions.find(entity, *differing, core=False)]
    real = _exists(answers[0])
    if real:
        return ValueComparison(False, _shown(questions, entity, differing, answers[0]), True)
    for known, other in ((known_first, second), (known_second, first)):
        wants = known, Want(ir.Known(other), UNMET)
        answers.append(questions.find(entity, *wants, core=False))
        if answers[-1].verdict is Verdict.POSSIBLE:
            return ValueComparison(False, _shown(questions, entity, wants, answers[-1]), real)
    reason = next((answer.reason for answer in answers if answer.verdict is Verdict.UNDECIDED), "")
    return ValueComparison(None if reason else True, None, real, reason)


def is_member(value: Expr, member: str) -> Expr:
    """Return the condition that a classification (or enum) has that member."""
    return ir.Compare(ir.CompareOp.EQ, value, ir.Literal(member, ir.type_of(value)))


def _alone(questions: Questions, entity: str, sides: tuple[Expr, Expr], show: Show) -> Region:
    """Return whether a record meets one side and not the other; the record has that one false, if there is such a one."""
    here, there = sides
    wants = Want(here, MET), Want(there, NOT_MET)
    answer = questions.find(entity, *wants, core=False)
    if answer.witness is None:
        return Region(_exists(answer), real=_exists(answer), reason=answer.reason)
    false = answer
    if state_of(questions.ruleset, there, answer.witness) is None:
        false = questions.find(entity, Want(here, MET), Want(there, UNMET), core=False)
    if false.verdict is Verdict.POSSIBLE:
        return Region(True, show(questions, entity, (Want(here, MET), Want(there, UNMET)), false), False, True)
    return Region(True, show(questions, entity, wants, answer), None, _exists(false), false.reason)


def _shown(questions: Questions, entity: str, wants: Sequence[Want], answer: Answer) -> Witness | None:
    """Return the record of an answer as people are to see it."""
    return None if answer.witness is None else believable(questions, entity, wants, answer.witness)


def _as_found(_questions: Questions, _entity: str, _wants: Sequence[Want], answer: Answer) -> Witness | None:
    """Return the record of an answer as the prover found it."""
    return answer.witness


def _exists(answer: Answer) -> bool | None:
    return {Verdict.POSSIBLE: True, Verdict.IMPOSSIBLE: False, Verdict.UNDECIDED: None}[answer.verdict]


def _left_open(*regions: bool | None) -> tuple[Relation, ...]:
    """Return the relations that agree with the regions as far as these are known."""
    return tuple(
        relation
        for found, relation in BY_REGIONS.items()
        if all(known is None or known is exists for known, exists in zip(regions, found, strict=True))
    )


def _decided(possible: tuple[Relation, ...]) -> Relation | None:
    """Return the relation where one is left; nothing is lost where it is open whether two that are the same are ever met."""
    alike = set(possible) <= {Relation.SAME, Relation.BOTH_EMPTY}
    return Relation.SAME if alike and len(possible) == 2 else possible[0] if len(possible) == 1 else None


def _different(first: Expr, second: Expr) -> Expr:
    """Return the condition that two values, both known, differ."""
    ranged = any(isinstance(each, ir.Ref) and each.ranged for each in (first, second))
    if ir.type_of(first) is Scalar.BOOLEAN:
        return ir.Or((ir.And((first, ir.Not(second))), ir.And((second, ir.Not(first)))))
    if not isinstance(ir.type_of(first), EnumType) and ir.type_of(first) is not ir.type_of(second):
        first, second, ranged = _number(first), _number(second), False
    return (ir.RangedCompare if ranged else ir.Compare)(ir.CompareOp.NE, first, second)


def _number(value: Expr) -> Expr:
    return value if ir.type_of(value) is Scalar.NUMBER else ir.Call("number", (value,), Scalar.NUMBER)
