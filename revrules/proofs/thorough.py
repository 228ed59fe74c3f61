"""A question into its answer: by the prover; what that leaves open, by coarser questions or by a search for a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.smt import Prover
from revrules.backends.smt.answers import MET, NO_STEPS_LEFT, UNKNOWN, UNMET, Answer, Verdict, Want
from revrules.proofs.coarser import Coarser, Kept, without_stand_ins
from revrules.proofs.normal import Normals
from revrules.proofs.searching import Start, search

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.backends.smt.answers import State
    from revrules.ir import Ruleset

ROUNDS = 8
"""How often a coarser question is asked again, after what it took for possible was found not to be."""
MOST_SEARCHES = 20
"""Searches without success, after which none is made."""
ALL = MET | UNMET | UNKNOWN


class Thorough:
    """Answers questions about the records of one ruleset: as the prover does, and some that it leaves open."""

    def __init__(self, ruleset: Ruleset, today: datetime.date) -> None:
        """Answer questions about ``ruleset``; witnesses lie near ``today``."""
        self._ruleset, self._today = ruleset, today
        self._prover = Prover(ruleset, today)
        self._normals = Normals(ruleset)
        self._searches = MOST_SEARCHES
        self._alone: dict[tuple[str, int, frozenset[State]], Answer] = {}

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
        single = (self._prover.find(entity, (want,), core=False).witness for want in wants)
        starts += [Start(witness) for witness in single if witness is not None]
        if not self._searches:
            return Answer(Verdict.UNDECIDED, reason=NO_STEPS_LEFT)
        record = search(self._ruleset, entity, wants, self._today, starts)
        self._searches -= record is None
        return answer if record is None else Answer(Verdict.POSSIBLE, record)

    def _coarsely(self, entity: str, wants: Sequence[Want], kept: Kept, *, core: bool) -> Answer | list[Start]:
        """Return the proof that a coarser question gives, or else where a search may begin.

        A record that answers it has some conditions in states in which no record can have them: these are ruled out, and it is
        asked again.
        """
        coarser = Coarser(self._ruleset, self._normals, kept)
        ruleset, asked = coarser.question(entity, wants)
        prover = Prover(ruleset, self._today)
        for _ in range(ROUNDS):
            answer = prover.find(entity, asked, core=core)
            if answer.verdict is Verdict.IMPOSSIBLE:
                return Answer(Verdict.IMPOSSIBLE, core=tuple(place for place in answer.core if place < len(wants)))
            if answer.witness is None:
                return []
            hints = coarser.hints(entity, wants, answer.witness)
            found = [self._of_one(entity, hint) for hint in hints]
            never = [hint for hint, one in zip(hints, found, strict=True) if one.verdict is Verdict.IMPOSSIBLE]
            if not never:
                parts = tuple(one.witness for one in found if one.witness is not None)
                return [Start(without_stand_ins(answer.witness), hints, parts)]
            asked = (*asked, *(coarser.stand_in(entity, Want(hint.condition, ALL - hint.states)) for hint in never))
        return []

    def _of_one(self, entity: str, want: Want) -> Answer:
        """Return the answer for a want alone, worked out once."""
        key = entity, self._normals.key(want.condition), want.states
        if key not in self._alone:
            answer = self._prover.find(entity, (want,), core=False)
            if answer.verdict is Verdict.UNDECIDED and self._searches:
                record = search(self._ruleset, entity, (want,), self._today, ())
                answer = answer if record is None else Answer(Verdict.POSSIBLE, record)
            self._alone[key] = answer
        return self._alone[key]
