"""A question into its answer: by the prover; what that leaves open, by a coarser question or by a search for a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.smt import Prover
from revrules.backends.smt.answers import Answer, Verdict
from revrules.proofs.coarser import Coarser, Kept, without_stand_ins
from revrules.proofs.normal import Normals
from revrules.proofs.searching import Start, search

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.backends.smt.answers import Want
    from revrules.ir import Ruleset


class Thorough:
    """Answers questions about the records of one ruleset: as the prover does, and some that it leaves open."""

    def __init__(self, ruleset: Ruleset, today: datetime.date) -> None:
        """Answer questions about ``ruleset``; witnesses lie near ``today``."""
        self._ruleset, self._today = ruleset, today
        self._prover = Prover(ruleset, today)
        self._normals = Normals(ruleset)

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return whether there is a record of ``entity``, at some instant, that fulfils all ``wants``; see ``Prover.find``."""
        answer = self._prover.find(entity, wants, alone=alone, core=core)
        if answer.verdict is not Verdict.UNDECIDED or alone:
            return answer
        starts: list[Start] = []
        for kept in Kept:
            coarser = Coarser(self._ruleset, self._normals, kept)
            ruleset, asked = coarser.question(entity, wants)
            less = Prover(ruleset, self._today).find(entity, asked, core=core)
            if less.verdict is Verdict.IMPOSSIBLE:
                return Answer(Verdict.IMPOSSIBLE, core=tuple(place for place in less.core if place < len(wants)))
            if less.witness is not None:
                starts.append(Start(without_stand_ins(less.witness), coarser.hints(entity, wants, less.witness)))
        single = (self._prover.find(entity, (want,), core=False).witness for want in wants)
        starts += [Start(witness) for witness in single if witness is not None]
        found = search(self._ruleset, entity, wants, self._today, starts)
        return answer if found is None else Answer(Verdict.POSSIBLE, found)
