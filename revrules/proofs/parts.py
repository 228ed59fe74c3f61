"""Conditions in given states into some that no record fulfils together, or into a record that fulfils them: part by part.

Those that share nothing they read need not be asked for together: a record of each part makes one of all. What is too hard as a
whole is mostly easy so. The parts meet in the instant alone; whoever takes the record of all has it confirmed.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import Verdict, Witness
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.smt.answers import Answer, Want

    Ask = Callable[[str, Sequence["Want"]], Answer]

MOST_PAIRED = 10
"""Wants of one part of which two are asked for together at a time."""


class Parts:
    """Wants of one entity, asked for part by part through ``ask``, which works each out once."""

    def __init__(self, ruleset: ir.Ruleset, entity: str, ask: Ask) -> None:
        """Ask about records of ``entity``."""
        self._entity, self._ask = entity, ask
        self._definitions = {definition.id: definition for definition in ruleset.definitions}
        self._touched: dict[str, frozenset[str]] = {}

    def excluded(self, wants: Sequence[Want], beside: Sequence[Want]) -> list[Sequence[Want]]:
        """Return which of ``wants``, and of those ``beside``, no record fulfils together, as far as that is found."""
        alone = [(want,) for want in wants if self._ask(self._entity, (want,)).verdict is Verdict.IMPOSSIBLE]
        if alone:
            return [*alone]
        return [some for part in self.parts(wants, beside) if len(part) > 1 for some in self._clashing(part)]

    def record(self, wants: Sequence[Want], beside: Sequence[Want], base: Witness) -> Witness:
        """Return ``base`` with what is read by ``wants`` taken from a record of each part, as far as there is one."""
        record = dict(base.record)
        as_of = base.as_of
        for part in self.parts(wants, beside):
            witness = self._nearly(part)
            if witness is None:
                continue
            as_of = witness.as_of
            for name in frozenset().union(*(self.touched(want.condition) for want in part)):
                record.pop(name, None)
                if name in witness.record:
                    record[name] = witness.record[name]
        return Witness(self._entity, as_of, record)

    def parts(self, wants: Sequence[Want], beside: Sequence[Want]) -> list[list[Want]]:
        """Return ``wants`` in parts that read nothing in common, with those ``beside`` that read what a part does."""
        found: list[tuple[frozenset[str], list[Want]]] = []
        for want in (*wants, *beside):
            touched, part = self.touched(want.condition), [want]
            apart = []
            for names, others in found:
                if names & touched:
                    touched, part = names | touched, [*others, *part]
                else:
                    apart.append((names, others))
            found = [*apart, (touched, part)]
        asked = set(map(id, wants))
        return [part for _, part in found if any(id(want) in asked for want in part)]

    def _clashing(self, part: Sequence[Want]) -> list[Sequence[Want]]:
        """Return which wants of a part exclude each other: some of all, else of those that can be told, else pairs."""
        whole = self._ask(self._entity, part)
        if whole.verdict is Verdict.IMPOSSIBLE:
            return [[part[place] for place in whole.core] or part]
        if whole.verdict is Verdict.POSSIBLE:
            return []
        told: list[Want] = []
        for want in part:
            answer = self._ask(self._entity, (*told, want))
            if answer.verdict is Verdict.IMPOSSIBLE:
                return [[(*told, want)[place] for place in answer.core]]
            if answer.verdict is Verdict.POSSIBLE:
                told.append(want)
        pairs = combinations(part, 2) if len(part) <= MOST_PAIRED else ()
        return [pair for pair in pairs if self._ask(self._entity, pair).verdict is Verdict.IMPOSSIBLE]

    def _nearly(self, part: Sequence[Want]) -> Witness | None:
        """Return a record that fulfils a part, or as many of its wants, one after another, as can be told."""
        whole = self._ask(self._entity, part)
        if whole.verdict is not Verdict.UNDECIDED:
            return whole.witness
        told: list[Want] = []
        found = None
        for want in part:
            answer = self._ask(self._entity, (*told, want))
            if answer.witness is not None:
                told, found = [*told, want], answer.witness
        return found

    # --- what is read ----------------------------------------------------------------------------------------------

    def touched(self, expr: ir.Expr, depth: int = 0) -> frozenset[str]:
        """Return the fields and relations of the record itself that an expression inside ``depth`` aggregates reads."""
        inner, own = depth, frozenset[str]()
        match expr:
            case ir.Field(name, _, path, up) if up == depth:
                own = frozenset({(*path, name)[0]})
            case ir.Ref(definition, _, path, up) if up == depth:
                own = frozenset({path[0]}) if path else self._of_definition(definition)
            case ir.Related(path, up) if up == depth:
                own = frozenset({path[0]})
            case ir.Count(many) | ir.Sum(many) | ir.Extreme(_, many) | ir.Pick(_, many):
                own = frozenset({(*many.path, many.name)[0]}) if many.up == depth else own
                inner = depth + 1
            case _:
                pass
        return own.union(*(self.touched(child, inner) for child in children(expr)))

    def _of_definition(self, definition: str) -> frozenset[str]:
        if definition not in self._touched:
            self._touched[definition] = self.touched(self._definitions[definition].expr)
        return self._touched[definition]
