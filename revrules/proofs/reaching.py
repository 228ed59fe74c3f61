"""A goal or a mistake into an example that shows it, or into a proof that no record can."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.backends.smt.answers import Verdict, Want, Witness
from revrules.examples import lifecycle_of, record_of
from revrules.proofs.changes import DeclaredKind
from revrules.proofs.coverage import Coverage, settled, shows
from revrules.proofs.differences import BESIDE, Question
from revrules.proofs.expected import given, placement_claims, rules_claim, value_claim
from revrules.proofs.goals import Chosen, Goal
from revrules.proofs.mutants import Mutant, Score
from revrules.proofs.noticing import Watch, uses_of
from revrules.proofs.row_records import row_records
from revrules.proofs.spelling import can_be_given, marked
from revrules.proofs.titles import title_of
from revrules.proofs.witnesses import believable
from revrules.reference import evaluate, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.backends.smt.answers import Answer
    from revrules.proofs.differences import Differences
    from revrules.proofs.expected import Expected

Target: TypeAlias = Goal | Mutant
NO_BUDGET = "the budget of questions is used up"
NOT_TOLD = "a record was found, but nothing that an example can expect tells it"
NO_LITERAL = "the language has no way to write the record that was found"
NO_RECORD = "no record was found, and none is excluded"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An example that could be written: the record, what it expects, and the same ready to be asked."""

    target: Target
    witness: Witness
    expected: tuple[Expected, ...]
    watch: Watch


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a target: an example for it, or why there cannot be one (``proved``) or is none."""

    candidate: Candidate | None = None
    proved: bool = False
    reason: str = ""


class Reach:
    """Looks for examples with the questions of ``differences``, at most ``most`` of them."""

    def __init__(self, differences: Differences, most: int) -> None:
        """Begin with all questions left."""
        self._differences = differences
        self._ruleset = differences.ruleset
        self._uses = uses_of(self._ruleset)
        self._left = most
        self._refused = ""

    def excludes(self, target: Target) -> str:
        """Return why no record can show ``target``, by proof; nothing where one could, or that is undecided."""
        if isinstance(target, Goal) and (never := self._never(target)):
            return never
        exact = False
        questions = self._questions(target)
        for question in questions:
            if self._left <= 0 or self._ask(question).verdict is not Verdict.IMPOSSIBLE:
                if question.settles:
                    continue
                return ""
            exact = exact or question.exact
            if question.settles:
                next(questions, None)
        return same_for_all(target) if exact else ""

    def to(self, target: Target) -> Reached:
        """Return an example that shows ``target``, or why there is none."""
        if isinstance(target, Goal) and (never := self._never(target)):
            return Reached(proved=True, reason=never)
        if isinstance(target, Goal) and isinstance(target.seen, Chosen) and (guessed := self._guessed(target, target.seen)):
            return Reached(guessed)
        proved, exact, reason = True, False, ""
        questions = self._questions(target)
        for question in questions:
            if self._left <= 0:
                return Reached(reason=NO_BUDGET)
            answer = self._ask(question)
            if answer.verdict is Verdict.IMPOSSIBLE:
                exact = exact or question.exact
                if question.settles:
                    next(questions, None)
                continue
            proved = proved and question.settles
            reason = reason or answer.reason
            if answer.witness is not None:
                candidate = self._believed(target, question, answer.witness)
                if candidate is not None:
                    return Reached(candidate)
                reason = reason or self._refused
        proved = proved and exact
        return Reached(proved=proved, reason=same_for_all(target) if proved else reason or NO_RECORD)

    # --- questions -------------------------------------------------------------------------------------------------

    def _ask(self, question: Question) -> Answer:
        self._left -= 1
        return self._differences.ask(question)

    def _never(self, goal: Goal) -> str:
        """Return that the condition of a goal is never unknown, if that is proved: the commonest of the impossible ones."""
        if goal.wanted is not None or goal.condition is None or self._left <= 0:
            return ""
        question = Question(_entity(goal), (Want(goal.condition, frozenset({None})),))
        return "it is never unknown" if self._ask(question).verdict is Verdict.IMPOSSIBLE else ""

    def _questions(self, target: Target) -> Iterator[Question]:
        if isinstance(target, Mutant):
            yield from self._differences.of_change(target.change)
        elif target.seen is not None:
            yield from self._differences.of_sight(_entity(target), target.seen)
        else:
            for change in target.changes:
                yield from self._differences.of_change(change)

    # --- examples --------------------------------------------------------------------------------------------------

    def _believed(self, target: Target, question: Question, witness: Witness) -> Candidate | None:
        """Return an example of a record like ``witness`` that shows ``target``: an easily believed one, else itself."""
        plain = believable(self._differences.about(question), question.entity, question.wants, witness)
        for one in map(_of_own_fields, (plain, witness)):
            if not can_be_given(dict(one.record)):
                self._refused = NO_LITERAL
                continue
            for closely in (False, True):
                candidate = self._candidate(target, one, closely)
                if candidate is not None:
                    return candidate
            self._refused = NOT_TOLD
        return None

    def _guessed(self, goal: Goal, chosen: Chosen) -> Candidate | None:
        """Return an example whose record is made of the cells of a row, if the row decides it."""
        table = self._ruleset.table(chosen.definition)
        today = self._differences.questions.today
        noon = datetime.datetime.combine(today, datetime.time(9), datetime.UTC)
        for record in row_records(self._ruleset, table, chosen.row):
            witness = Witness(goal.section.entity, noon, marked(self._ruleset, goal.section.entity, record))
            candidate = self._candidate(goal, witness, closely=False) if can_be_given(dict(witness.record)) else None
            if candidate is not None:
                return candidate
        return None

    def _candidate(self, target: Target, witness: Witness, closely: bool) -> Candidate | None:
        expected = tuple(self._expected(target, witness, closely))
        claims = tuple(claim for claim, _ in expected)
        example = ir.Example("", witness.entity, witness.as_of, given(dict(witness.record)), claims)
        watch = Watch(self._ruleset, example, witness.as_of, self._uses)
        if not shown_by(watch, target):
            return None
        watch.example = replace(example, title=title_of(target, watch.scope))
        return Candidate(target, witness, expected, watch)

    def _expected(self, target: Target, witness: Witness, closely: bool) -> Iterator[Expected]:
        record = record_of(given(dict(witness.record)))
        if isinstance(target, Goal) and target.seen is not None:
            if isinstance(target.seen, Chosen):
                yield self._value(target.seen.definition, record, witness)
            else:
                yield from self._placed(target.seen.lifecycle, record, witness, closely)
            return
        declared = target.change.declared if isinstance(target, Mutant) else target.changes[0].declared
        match declared.kind:
            case DeclaredKind.DEFINITION:
                yield self._value(declared.name, record, witness)
            case DeclaredKind.RULE:
                lifecycle = lifecycle_of(self._ruleset, declared.entity, None)
                yield rules_claim(place(self._ruleset, lifecycle, record, witness.as_of))
            case DeclaredKind.STAGE | DeclaredKind.EDGE:
                yield from self._placed(declared.lifecycle, record, witness, closely)

    def _value(self, definition: str, record: dict[str, object], witness: Witness) -> Expected:
        return value_claim(self._ruleset.definition(definition), evaluate(self._ruleset, definition, record, witness.as_of))

    def _placed(self, lifecycle: str, record: dict[str, object], witness: Witness, closely: bool) -> list[Expected]:
        placement = place(self._ruleset, self._ruleset.lifecycle(lifecycle), record, witness.as_of)
        return placement_claims(self._ruleset, placement, closely=closely)


def _of_own_fields(witness: Witness) -> Witness:
    """Return a witness without the field that a question added."""
    return replace(witness, record={name: value for name, value in witness.record.items() if name != BESIDE})


def shown_by(watch: Watch, target: Target) -> bool:
    """Return whether an example shows a goal or notices a mistake."""
    return watch.notices(target.change) if isinstance(target, Mutant) else shows(watch, target)


def same_for_all(target: Target) -> str:
    """Return what is proved of a target that no record shows."""
    if isinstance(target, Mutant):
        return "it means the same for every record"
    return "no record comes to it" if target.seen is not None else "nothing ever depends on it"


def _entity(goal: Goal) -> str:
    return goal.section.entity


# --- what cannot be shown ----------------------------------------------------------------------------------------


def without_impossible(found: Coverage, reach: Reach) -> Coverage:
    """Return the coverage in which the goals that no record can show, by proof, do not count."""
    reasons = ((goal, reach.excludes(goal)) for goal in found.missing)
    return settled(found, {id(goal): reason for goal, reason in reasons if reason})


def without_same(found: Score, reach: Reach) -> Score:
    """Return the score in which the mutants that mean the same, by proof, do not count."""
    trials = (replace(trial, same=bool(reach.excludes(trial.mutant))) if trial.survives else trial for trial in found.trials)
    return replace(found, trials=tuple(trials))
