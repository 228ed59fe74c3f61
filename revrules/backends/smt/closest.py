"""A record and what is wanted of it into the nearest record of which that is so: fewest criteria first, then the cheapest fields.

The record's own fields may change, those of the records related to it may, and related records may be added; none goes away.
Weighted MaxSMT by Z3's optimizer (Bjørner, Phan, Fleckenstein 2015: νZ), the two aims one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import z3

from revrules.backends.smt.answers import Answer, Verdict, Want, Witness
from revrules.backends.smt.holders import Collection, Holder
from revrules.backends.smt.models import record_in, value_in
from revrules.backends.smt.problem import Needs
from revrules.backends.smt.prover import THOROUGH, TOO_HARD, TOO_WIDE, Sketch, in_states
from revrules.backends.smt.terms import Reading, constant, encode, number_in
from revrules.reference import Judge
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules import ir
    from revrules.backends.smt.answers import State
    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.terms import Term, Truth

    Cost = Callable[[ir.Entity, str, bool], int | None]
    """Of a change of a field: its entity, its name, whether it has a value now. None: it must not change."""
    Record = Mapping[str, object]

ADDED = 4
"""What a new related record costs, besides its fields."""
LINKED = 20
"""What it costs to relate the record to another of which nothing is known."""
NEW = 3
"""How many new related records there may be in one collection."""
MOST_RELATED = 60
ROUNDS = 24
TOO_LONG = f"it has more than {MOST_RELATED} related records"


class Unchanged(NamedTuple):
    """Something that could stay as it is, and what a change of it costs."""

    formula: z3.BoolRef
    cost: int | None


class Anchored(Holder):
    """A record that could change from what it is: ``given`` with the values that are known, None for one that is absent."""

    def __init__(
        self, problem: Problem, ruleset: ir.Ruleset, entity: str, name: str, present: z3.BoolRef, given: Record | None
    ) -> None:
        super().__init__(problem, ruleset, entity, name, present)
        self.given = given

    def _one(self, name: str) -> Holder:
        plain = super()._one(name)
        given = None if self.given is None else cast("Record | None", self.given.get(name))
        found = Anchored(self.problem, self.ruleset, plain.entity.name, plain.name, plain.present, given)
        if given is not None:
            self.problem.fact(found.present)
        self.ones[name] = found
        return found

    def _related(self, name: str) -> Collection:
        plain = super()._related(name)
        context = self.problem.context
        records = [] if self.given is None else cast("Sequence[Record]", self.given.get(name) or ())
        once, yes = z3.IntVal(1, context), z3.BoolVal(True, context)
        entity = plain.elements[0][0].entity.name
        there: list[tuple[Holder, z3.ArithRef]] = [
            (Anchored(self.problem, self.ruleset, entity, f"{self.name}.{name}({place})", yes, record), once)
            for place, record in enumerate(records)
        ]
        self.problem.fact(z3.Not(self.problem.more[plain.number]))
        found = self.many[name] = Collection(plain.number, (*there, *plain.elements), plain.rest)
        return found


def closest(ruleset: ir.Ruleset, witness: Witness, wants: Sequence[Want], avoided: Sequence[ir.Expr], cost: Cost) -> Answer:
    """Return the record nearest to ``witness``, at the same instant, that fulfils ``wants``.

    ``avoided`` are conditions of which as few as possible shall be true that are not true now. The reference confirms the record.
    """
    if _most_related(witness.record) > MOST_RELATED:
        return Answer(Verdict.UNDECIDED, reason=TOO_LONG)
    return _Search(ruleset, witness, wants, avoided, cost).answer()


def _most_related(record: Record) -> int:
    lists = [value for value in record.values() if isinstance(value, list)]
    inside = [each for value in lists for each in value] + [value for value in record.values() if hasattr(value, "values")]
    return max([0, *map(len, lists), *map(_most_related, inside)])


class _Search:
    """The search for one nearest record."""

    def __init__(
        self, ruleset: ir.Ruleset, witness: Witness, wants: Sequence[Want], avoided: Sequence[ir.Expr], cost: Cost
    ) -> None:
        self.witness = witness
        self.wants = wants
        self.cost = cost
        self.sketch = Sketch(ruleset, witness.entity, witness.as_of.date(), NEW)
        self.problem = self.sketch.problem
        context = self.problem.context
        yes = z3.BoolVal(True, context)
        self.root = Anchored(self.problem, ruleset, witness.entity, witness.entity, yes, witness.record)
        self.sketch.root = self.root
        self.needs = Needs()
        self.optimizer = z3.Optimize(ctx=context)
        self.optimizer.set("rlimit", THOROUGH)
        hard = [in_states(self._truth(want.condition), want.states, context) for want in wants]
        soft = [z3.Not(self._truth(condition).true) for condition in avoided]
        self.optimizer.add(*(self.problem.facts[number] for number in sorted(self.needs.facts)), *hard)
        instant = int(encode(witness.as_of, Scalar.DATETIME))
        self.optimizer.add(self.sketch.clock.now == instant, self.problem.once_each)
        for formula in soft:
            self.optimizer.add_soft(formula, 1, "criteria")
        for unchanged in self._unchanged(self.root):
            if unchanged.cost is None:
                self.optimizer.add(unchanged.formula)
            else:
                self.optimizer.add_soft(unchanged.formula, unchanged.cost, "fields")
        self.optimizer.add_soft(self.problem.plausible, 1, "values")
        self.judge = Judge(ruleset, witness.entity, [want.condition for want in wants])

    def _truth(self, condition: ir.Expr) -> Truth:
        truth, needs = self.sketch.truth(condition)
        self.needs.add(needs)
        return truth

    def answer(self) -> Answer:
        """Return the nearest record; say more exactly what was said too widely as long as that helps."""
        for _ in range(ROUNDS):
            outcome = self.optimizer.check()
            if outcome == z3.unsat:
                return Answer(Verdict.IMPOSSIBLE)
            if outcome == z3.unknown:
                return Answer(Verdict.UNDECIDED, reason=TOO_HARD)
            model = self.optimizer.model()
            record = self._record(model, self.root)
            states = cast("tuple[State, ...]", self.judge.values(record, self.witness.as_of))
            if all(state in want.states for state, want in zip(states, self.wants, strict=True)):
                return Answer(Verdict.POSSIBLE, Witness(self.witness.entity, self.witness.as_of, record))
            approximations = (self.problem.approximations[number] for number in sorted(self.needs.approximations))
            lemmas = [lemma for each in approximations if (lemma := each.lemma(Reading(model))) is not None]
            if not lemmas:
                break
            self.optimizer.add(*lemmas)
        return Answer(Verdict.UNDECIDED, reason=TOO_WIDE)

    # --- what could stay -----------------------------------------------------------------------------------------

    def _unchanged(self, holder: Anchored) -> Iterator[Unchanged]:
        """Yield, for everything that was lowered of a record, that it stays as it is."""
        given = holder.given or {}
        for name, term in holder.fields.items():
            known = given.get(name) is not None
            yield Unchanged(self._same(holder, name, term), self.cost(holder.entity, name, known))
        for one in holder.ones.values():
            if isinstance(one, Anchored):
                if one.given is None:
                    yield Unchanged(z3.Not(one.present), LINKED)
                yield from self._unchanged(one)
        for collection in holder.many.values():
            for element, _ in collection.elements:
                if isinstance(element, Anchored):
                    yield from self._unchanged(element)
                else:
                    yield Unchanged(z3.Not(element.present), ADDED)
                    yield from (Unchanged(z3.Not(term.known), 1) for term in element.fields.values())

    def _same(self, holder: Anchored, name: str, term: Term) -> z3.BoolRef:
        value = cast("ir.Value | None", (holder.given or {}).get(name))
        if value is None:
            return z3.Not(term.known)
        declared = holder.entity.field(name)
        assert declared is not None, "the holder made the field from its declaration"
        if declared.type is Scalar.TEXT:
            return z3.And(term.known, term.term == self.sketch.texts.literal(cast("str", value)))
        return z3.And(term.known, term.term == constant(encode(value, declared.type), declared.type, self.problem.context))

    def _record(self, model: z3.ModelRef, holder: Anchored) -> dict[str, object]:
        """Return the record as it is in ``model``: what was not lowered stays."""
        record = dict(holder.given or {})
        for name, term in holder.fields.items():
            if not z3.is_true(model.eval(self._same(holder, name, term), model_completion=True)):
                known = bool(number_in(model, term.known))
                record[name] = value_in(model, holder, name, self.sketch.texts) if known else None
        for name, one in holder.ones.items():
            if isinstance(one, Anchored) and number_in(model, one.present):
                record[name] = self._record(model, one)
        for name, collection in holder.many.items():
            found: list[object] = []
            for element, times in collection.elements:
                if isinstance(element, Anchored):
                    found.append(self._record(model, element))
                else:
                    found += [record_in(model, element, self.sketch.texts)] * int(number_in(model, times))
            record[name] = found
        return {name: value for name, value in record.items() if value is not None}
