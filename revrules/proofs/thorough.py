"""A question into its answer: by the prover; what that leaves open, by coarser questions or by a search for a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from revrules import ir
from revrules.backends.smt import Prover
from revrules.backends.smt.answers import NO_STEPS_LEFT, UNMET, Answer, Verdict, Want
from revrules.proofs.coarser import Coarser, Kept, without_stand_ins
from revrules.proofs.normal import Normals
from revrules.proofs.parts import Parts
from revrules.proofs.searching import Start, search
from revrules.proofs.states import Judge
from revrules.types import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.backends.smt.answers import State, Witness
    from revrules.ir import Ruleset

ROUNDS = 24
"""How often a coarser question is asked again, after what it took for possible was found not to be."""
MOST_SEARCHES = 20
"""Searches without success, after which none is made."""


class Thorough:
    """Answers questions about the records of one ruleset: as the prover does, and some that it leaves open."""

    def __init__(self, ruleset: Ruleset, today: datetime.date) -> None:
        """Answer questions about ``ruleset``; witnesses lie near ``today``."""
        self._ruleset, self._today = ruleset, today
        self._prover = Prover(ruleset, today)
        self._normals = Normals(ruleset)
        self._searches = MOST_SEARCHES
        self._alone: dict[tuple[str, tuple[tuple[int, frozenset[State]], ...]], Answer] = {}

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return whether there is a record of ``entity``, at some instant, that fulfils all ``wants``; see ``Prover.find``."""
        answer = self._prover.find(entity, wants, alone=alone, core=core)
        if answer.verdict is not Verdict.UNDECIDED or alone:
            return answer
        starts: list[Start] = []
        for kept in Kept:
            found = self._coarsely(entity, wants, kept, core=core)
            if isinstance(found, Answer):
                return found
            starts += found
        if not starts:
            single = (self._prover.find(entity, (want,), core=False).witness for want in wants)
            starts += [Start(witness) for witness in single if witness is not None]
        if not self._searches:
            return Answer(Verdict.UNDECIDED, reason=NO_STEPS_LEFT)
        record = search(self._ruleset, entity, wants, self._today, starts)
        self._searches -= record is None
        return answer if record is None else Answer(Verdict.POSSIBLE, record)

    def _coarsely(self, entity: str, wants: Sequence[Want], kept: Kept, *, core: bool) -> Answer | list[Start]:
        """Return the answer that a coarser question leads to, or else where a search may begin.

        A record that answers it has some conditions in states in which no record can have them: these are ruled out, and it is
        asked again.
        """
        coarser = Coarser(self._ruleset, self._normals, kept)
        ruleset, asked = coarser.question(entity, wants)
        prover, parts = Prover(ruleset, self._today), Parts(self._ruleset, entity, self._of_some)
        plain = coarser.plain(entity, wants)
        judge = Judge(ruleset, entity, plain)
        for _ in range(ROUNDS):
            answer = prover.find(entity, asked, core=core)
            if answer.verdict is Verdict.IMPOSSIBLE:
                return Answer(Verdict.IMPOSSIBLE, core=tuple(place for place in answer.core if place < len(wants)))
            if answer.witness is None:
                return []
            hints = coarser.hints(entity, wants, answer.witness)
            states = judge.values(answer.witness.record, answer.witness.as_of)
            beside = [Want(each, frozenset({cast("State", state)})) for each, state in zip(plain, states, strict=True)]
            excluded = parts.excluded(hints, beside)
            if not excluded:
                record = parts.record(hints, beside, without_stand_ins(answer.witness))
                if self._fulfils(record, wants):
                    return Answer(Verdict.POSSIBLE, record)
                some = (self._of_some(entity, (hint,)).witness for hint in hints)
                return [Start(record, hints, tuple(one for one in some if one is not None))]
            asked = (*asked, *(coarser.stand_in(entity, _not_all(each)) for each in excluded))
        return []

    def _fulfils(self, record: Witness, wants: Sequence[Want]) -> bool:
        judge = Judge(self._ruleset, record.entity, [want.condition for want in wants])
        states = judge.values(record.record, record.as_of)
        return all(state in want.states for state, want in zip(states, wants, strict=True))

    def _of_some(self, entity: str, wants: Sequence[Want]) -> Answer:
        """Return the answer for some wants alone, worked out once; of a single one what a search finds, too."""
        key = entity, tuple((self._normals.key(want.condition), want.states) for want in wants)
        if key not in self._alone:
            answer = self._prover.find(entity, wants)
            if answer.verdict is Verdict.UNDECIDED and len(wants) == 1 and self._searches:
                record = search(self._ruleset, entity, wants, self._today, ())
                answer = answer if record is None else Answer(Verdict.POSSIBLE, record)
            self._alone[key] = answer
        return self._alone[key]


def _not_all(wants: Sequence[Want]) -> Want:
    """Return the want that not all of some wants, each for one state, are fulfilled."""
    return Want(ir.And(tuple(_is_so(want.condition, state) for want in wants for state in want.states)), UNMET)


def _is_so(condition: ir.Expr, state: State) -> ir.Expr:
    """Return the condition, never unknown, that another one is in a state."""
    if state is None:
        return ir.Not(ir.Known(condition))
    settled = ir.OrElse(condition, ir.Literal(not state, Scalar.BOOLEAN))
    return settled if state else ir.Not(settled)
