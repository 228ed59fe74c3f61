"""A question about every possible record into its answer, asked once: memo, answers kept between runs, counts.

Every helper is one or two lines over ``find``: is there a record, at some instant, of which all this is so?
"""

from __future__ import annotations

import copy
import dataclasses
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from revrules.backends.smt.answers import MET, NO_STEPS_LEFT, NOT_MET, UNMET, Answer, Verdict, Want, Witness
from revrules.proofs.fingerprints import Fingerprints
from revrules.proofs.kept_answers import KeptAnswers
from revrules.proofs.normal import Normals
from revrules.proofs.states import Judge

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.backends.smt.closest import Cost
    from revrules.ir import Definition, Expr, Ruleset
    from revrules.source import Span


MOST_LONE = 50
"""Witnesses to show that are looked for as if nothing else had been asked."""


class Finder(Protocol):
    """What answers: ``revrules.proofs.thorough.Thorough``, or ``revrules.backends.smt.Prover`` alone."""

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return whether there is a record of ``entity``, at some instant, that fulfils all ``wants``.

        Asked ``alone``, the witness depends on nothing that was asked before. Without ``core``, a proof need not say which wants
        exclude each other.
        """
        ...


@dataclass(frozen=True, slots=True)
class Counts:
    """How many different questions were asked, what became of them, and the time that answering took."""

    asked: int = 0
    proved: int = 0
    """No record can be so."""
    refuted: int = 0
    """A record shows that one can."""
    undecided: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class About:
    """What a question is for, in words that follow "cannot tell" ("whether a record can enter `mql`"), and where that stands."""

    words: str = ""
    span: Span | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A question that stays undecided, why, and what it was asked for."""

    entity: str
    wants: tuple[Want, ...]
    reason: str
    about: About


@dataclass(slots=True)
class _Ledger:
    """What all views of one set of questions share: the answers by the digests of the questions, what to report, the counts."""

    kept: KeptAnswers
    answers: dict[bytes, Answer] = field(default_factory=dict)
    lone: dict[bytes, Answer] = field(default_factory=dict)
    """Of questions that were asked alone, by their digests turned round."""
    open: list[Open] = field(default_factory=list)
    tally: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    seconds: float = 0.0
    records: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    shown: dict[tuple[tuple[str, str], ...], Witness] = field(default_factory=dict)
    on_answer: Callable[[int], None] | None = None


class Questions:
    """Questions about the records of one ruleset. Of all views made by ``extended`` and ``about`` the memo and counts are one."""

    def __init__(
        self,
        ruleset: Ruleset,
        today: datetime.date,
        *,
        prover: Callable[[Ruleset, datetime.date], Finder] | None = None,
        kept: KeptAnswers | None = None,
    ) -> None:
        """Make questions about ``ruleset``; witnesses lie near ``today``. The prover is made when the first question needs it.

        ``kept`` are the answers of earlier runs; without it, those kept for rulesets of this name, or none for another prover.
        """
        self.ruleset = ruleset
        self.today = today
        self._make = prover or _z3
        self._prover: list[Finder] = []
        self._fingerprints = Fingerprints(ruleset)
        self._normals = Normals(ruleset)
        self._ledger = _Ledger(kept or KeptAnswers(ruleset.name if prover is None else ""))
        self._about = About()

    # --- the general question ------------------------------------------------------------------------------------

    def find(self, entity: str, *wants: Want, core: bool = True) -> Answer:
        """Return whether there is a record of ``entity``, at some instant, that fulfils all ``wants``.

        POSSIBLE has a witness that the reference has confirmed, IMPOSSIBLE is a proof, UNDECIDED says why. Which of the wants
        exclude each other takes a proof longer to find than that they do: who does not read that asks without ``core``.
        """
        ledger = self._ledger
        started = time.perf_counter()
        digest = self._fingerprints.question(entity, wants)
        answer = ledger.answers.get(digest)
        if answer is not None and core and _lacks_core(answer, wants):
            answer = ledger.answers[digest] = self._asked(digest, entity, wants)
        if answer is None:
            answer = self._recalled(digest, wants)
            if answer is None or (core and _lacks_core(answer, wants)):
                answer = self._asked(digest, entity, wants, core=core)
            ledger.answers[digest] = answer
            ledger.tally[answer.verdict] += 1
            if answer.verdict is Verdict.UNDECIDED:
                ledger.open.append(Open(entity, wants, answer.reason, self._about))
            if ledger.on_answer is not None:
                ledger.on_answer(len(ledger.answers))
        ledger.seconds += time.perf_counter() - started
        return answer

    def _recalled(self, digest: bytes, wants: tuple[Want, ...]) -> Answer | None:
        """Return the answer of an earlier run; a witness counts if the reference still confirms it."""
        answer = self._ledger.kept.recall(digest, self.today)
        if answer is None or answer.witness is None:
            return answer
        judge = Judge(self.ruleset, answer.witness.entity, [want.condition for want in wants])
        states = judge.values(answer.witness.record, answer.witness.as_of)
        return answer if all(state in want.states for state, want in zip(states, wants, strict=True)) else None

    def _asked(self, digest: bytes, entity: str, wants: tuple[Want, ...], *, alone: bool = False, core: bool = True) -> Answer:
        if not self._prover:
            self._prover.append(self._make(self.ruleset, self.today))
        answer = self._prover[0].find(entity, wants, alone=alone, core=core)
        if answer.reason != NO_STEPS_LEFT:
            self._ledger.kept.keep(digest, answer, self.today)
        return answer

    def witness(self, entity: str, *wants: Want) -> Witness | None:
        """Return a record that fulfils ``wants``, the same one whatever else was asked or kept; None where none was found.

        This is no question of its own, and not counted. It takes longer than ``find``: of very many, the later ones get None.
        """
        ledger = self._ledger
        digest = self._fingerprints.question(entity, wants)[::-1]
        if digest not in ledger.lone:
            if len(ledger.lone) == MOST_LONE:
                return None
            ledger.lone[digest] = self._recalled(digest, wants) or self._asked(digest, entity, wants, alone=True, core=False)
        return ledger.lone[digest].witness

    def closest(self, witness: Witness, wants: Sequence[Want], avoided: Sequence[Expr], cost: Cost) -> Answer:
        """Return the record nearest to ``witness``, at its instant, that fulfils ``wants``; see ``backends.smt.closest``.

        It is about one record, so it is neither counted nor kept.
        """
        from revrules.backends.smt.closest import closest

        return closest(self.ruleset, witness, wants, avoided, cost)

    # --- what needs no question ------------------------------------------------------------------------------------

    def normal(self, expr: Expr) -> int:
        """Return the number of the normal form of ``expr``: where two are equal, so are the values for every record."""
        return self._normals.key(expr)

    # --- the usual questions: IMPOSSIBLE means yes -----------------------------------------------------------------

    def never(self, entity: str, condition: Expr) -> Answer:
        """Return whether no record meets ``condition``."""
        return self.find(entity, Want(condition, MET))

    def always(self, entity: str, condition: Expr) -> Answer:
        """Return whether every record meets ``condition``, however much of it is missing."""
        return self.find(entity, Want(condition, NOT_MET))

    def never_false(self, entity: str, condition: Expr) -> Answer:
        """Return whether ``condition`` is true of every record of which enough is known: it asks only that something is known."""
        return self.find(entity, Want(condition, UNMET))

    def implies(self, entity: str, first: Expr, second: Expr) -> Answer:
        """Return whether every record that meets ``first`` meets ``second``."""
        return self.find(entity, Want(first, MET), Want(second, NOT_MET), core=False)

    def equivalent(self, entity: str, first: Expr, second: Expr) -> Answer:
        """Return whether the same records meet ``first`` and ``second``; the witness meets one of them alone."""
        forth = self.implies(entity, first, second)
        if forth.verdict is Verdict.POSSIBLE:
            return forth
        back = self.implies(entity, second, first)
        return forth if back.verdict is Verdict.IMPOSSIBLE else back

    def disjoint(self, entity: str, first: Expr, second: Expr) -> Answer:
        """Return whether no record meets both."""
        return self.find(entity, Want(first, MET), Want(second, MET), core=False)

    def complete(self, entity: str, conditions: Iterable[Expr]) -> Answer:
        """Return whether every record meets at least one of ``conditions``."""
        return self.find(entity, *(Want(condition, NOT_MET) for condition in conditions), core=False)

    # --- the one question whose "yes" is a record ------------------------------------------------------------------

    def overlapping(self, entity: str, first: Expr, second: Expr) -> Answer:
        """Return whether a record meets both: POSSIBLE means yes, and the witness is one. The opposite of ``disjoint``."""
        return self.disjoint(entity, first, second)

    # --- views -----------------------------------------------------------------------------------------------------

    def extended(self, definitions: Iterable[Definition]) -> Questions:
        """Return the same questions about the ruleset with further ``definitions``, whose ids are new."""
        view = copy.copy(self)
        view.ruleset = dataclasses.replace(self.ruleset, definitions=(*self.ruleset.definitions, *definitions))
        view._prover = []
        view._fingerprints = Fingerprints(view.ruleset, self._fingerprints)
        view._normals = Normals(view.ruleset, self._normals)
        return view

    def about(self, words: str, span: Span | None = None, *subjects: str) -> Questions:
        """Return the same questions, said to be asked for this: what is left undecided is then reported in these words.

        ``words`` follow "cannot tell": ``whether a record can enter `mql```. ``subjects`` are names that an ``allow`` may name.
        """
        view = copy.copy(self)
        view._about = About(words, span, subjects)
        return view

    # --- what came of them -----------------------------------------------------------------------------------------

    @property
    def counts(self) -> Counts:
        """The different questions so far, by what became of them."""
        tally = self._ledger.tally
        return Counts(
            sum(tally.values()),
            tally[Verdict.IMPOSSIBLE],
            tally[Verdict.POSSIBLE],
            tally[Verdict.UNDECIDED],
            self._ledger.seconds,
        )

    def watch(self, on_answer: Callable[[int], None]) -> None:
        """Have ``on_answer`` told after each question how many different ones were answered so far."""
        self._ledger.on_answer = on_answer

    def save(self) -> None:
        """Keep the answers for later runs, as far as the user's private cache allows it."""
        self._ledger.kept.save()

    @property
    def undecided(self) -> tuple[Open, ...]:
        """The questions that stayed undecided, in the order in which they were asked."""
        return tuple(self._ledger.open)

    # --- records that are shown ------------------------------------------------------------------------------------

    def prefer(self, records: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Take real records, by entity, with values in their types: where one shows what a witness shows, it is shown."""
        self._ledger.records = records

    @property
    def records(self) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """The real records, by entity."""
        return self._ledger.records

    def show(self, witness: Witness, pairs: tuple[tuple[str, str], ...]) -> None:
        """Note that ``witness`` is shown to people as ``pairs``."""
        self._ledger.shown[pairs] = witness

    @property
    def shown(self) -> Mapping[tuple[tuple[str, str], ...], Witness]:
        """The witnesses that were made for people to see, by what they see."""
        return self._ledger.shown


def _lacks_core(answer: Answer, wants: tuple[Want, ...]) -> bool:
    """Return whether an answer does not say which wants exclude each other."""
    return answer.verdict is Verdict.IMPOSSIBLE and not answer.core and len(wants) > 1


def _z3(ruleset: Ruleset, today: datetime.date) -> Finder:
    from revrules.proofs.thorough import Thorough

    return Thorough(ruleset, today)
