"""A question into its answer: lower it, ask Z3, confirm the record by the reference, say more exactly what was said too widely.

Limits count steps of Z3 and rounds, never time: the same question has the same verdict on every machine.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import z3

from revrules import ir
from revrules.backends.smt import moments
from revrules.backends.smt.answers import NO_STEPS_LEFT, Answer, Verdict
from revrules.backends.smt.formulas import disj, either, implied, negated, state
from revrules.backends.smt.holders import Holder
from revrules.backends.smt.lowering import Lowering, Scope
from revrules.backends.smt.models import record_in
from revrules.backends.smt.problem import Needs, Problem
from revrules.backends.smt.related import enough
from revrules.backends.smt.seen import Seen
from revrules.backends.smt.smtlib import smtlib
from revrules.backends.smt.terms import Reading, decode, number_in
from revrules.backends.smt.texts import Texts
from revrules.reads import used
from revrules.types import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Sequence

    from revrules.backends.smt.answers import State, Want, Witness
    from revrules.backends.smt.problem import Approximation
    from revrules.backends.smt.terms import Truth

QUICK, THOROUGH = 1_000_000, 20_000_000
"""Steps of Z3 (``rlimit``) for one check: beside other questions, and alone."""
ALL_THOROUGH = 10 * THOROUGH
"""Steps that one prover spends on hard questions in all: what is hard after that stays undecided."""
ROUNDS = 24
"""How often a question is asked again after something was said more exactly."""
WIDTHS = (2, 4, 8)
"""How many kinds of related records are told apart, one attempt after another."""
TOO_HARD = "it takes more steps than the limit"
TOO_WIDE = "what the prover says of it is not exact enough to tell"
TOO_MANY = "it depends on more kinds of related records than the prover tells apart"


class Prover:
    """Answers questions about the records of one ruleset. Not to be shared between threads."""

    def __init__(self, ruleset: ir.Ruleset, today: datetime.date) -> None:
        self.ruleset = ruleset
        self.today = today
        self._kept: dict[tuple[str, int], Sketch] = {}
        self._seen: dict[str, Seen] = {}
        self._left = ALL_THOROUGH

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return whether there is a record of ``entity``, at some instant, that fulfils all ``wants``.

        Without ``core``, a proof does not say which of several wants exclude each other, which takes long to find.
        The verdict depends on the question only, but for questions that are too hard after many hard ones (``NO_STEPS_LEFT``).
        Which of many witnesses is found also depends on the questions before, unless it is asked ``alone``, which takes about
        five times as long.
        """
        seen = self._seen.setdefault(entity, Seen(self.ruleset, entity))
        witness = seen.witness(wants) if not alone and seen.are_plain(wants) else None
        if witness is not None:
            return Answer(Verdict.POSSIBLE, witness)
        attempt, answer = self._answered(entity, wants, alone=alone)
        if core and answer.verdict is Verdict.IMPOSSIBLE:
            return Answer(Verdict.IMPOSSIBLE, core=tuple(attempt.least(list(answer.core), partial(self._alone, entity))))
        return answer if len(answer.core) <= 1 else Answer(Verdict.IMPOSSIBLE)

    def smt2(self, entity: str, wants: Sequence[Want]) -> str:
        """Return the question in the language of SMT-LIB, for other solvers: as it was asked when it was answered.

        It is satisfiable where the answer is POSSIBLE, unsatisfiable where it is IMPOSSIBLE.
        """
        attempt, _ = self._answered(entity, wants, alone=True)
        return smtlib([*attempt.solver.assertions(), *attempt.assumed], attempt.sketch.problem.context)

    def _answered(self, entity: str, wants: Sequence[Want], *, alone: bool) -> tuple[Attempt, Answer]:
        """Return the answer and the last attempt at it."""
        seen = Seen(self.ruleset, entity) if alone else self._seen[entity]
        for width in WIDTHS:
            sketch = Sketch(self.ruleset, entity, self.today, width) if alone else self._sketch(entity, width)
            attempt = Attempt(sketch, seen, wants, QUICK)
            answer = attempt.answer()
            if answer.reason == TOO_HARD:
                if self._left <= 0 and not alone:
                    return attempt, Answer(Verdict.UNDECIDED, reason=NO_STEPS_LEFT)
                attempt = Attempt(Sketch(self.ruleset, entity, self.today, width), seen, wants, THOROUGH)
                answer = attempt.answer()
                self._left -= 0 if alone else attempt.steps()
            if answer.verdict is not Verdict.UNDECIDED or not sketch.uses_related(wants):
                break
        return attempt, answer

    def _alone(self, entity: str, wants: Sequence[Want]) -> Answer:
        """Return the answer to a question that is part of another, whatever is known from there."""
        return self._answered(entity, wants, alone=False)[1]

    def _sketch(self, entity: str, width: int) -> Sketch:
        if (entity, width) not in self._kept:
            self._kept[entity, width] = Sketch(self.ruleset, entity, self.today, width)
        return self._kept[entity, width]


class Sketch:
    """A record of ``entity`` that could be any, and everything lowered about it so far."""

    def __init__(self, ruleset: ir.Ruleset, entity: str, today: datetime.date, width: int) -> None:
        self.ruleset = ruleset
        self.entity = entity
        self.problem = Problem(z3.Context(), width, today)
        self.texts = Texts(self.problem)
        self.clock = moments.Clock(self.problem, ruleset)
        self.root = Holder(self.problem, ruleset, entity, entity, z3.BoolVal(True, self.problem.context))
        self.lowering = Lowering(self.problem, ruleset, self.texts, self.clock)
        now, self.now_needs = self.problem.collect(lambda: self.clock.now)
        self.is_today = z3.Implies(self.problem.is_today, now == self.clock.instant)
        self._lowered: dict[int, tuple[ir.Expr, Truth, Needs]] = {}
        self._wanted: dict[tuple[int, frozenset[State]], z3.BoolRef] = {}
        self._definitions = {definition.id: definition for definition in ruleset.definitions}
        self._marks: list[z3.BoolRef] = []

    def marks(self, count: int) -> list[z3.BoolRef]:
        """Return one formula for each of ``count`` wants: that it is fulfilled."""
        self._marks += [z3.Bool(f"want {place}", self.problem.context) for place in range(len(self._marks), count)]
        return self._marks[:count]

    def truth(self, condition: ir.Expr) -> tuple[Truth, Needs]:
        """Return when a condition of the record is true and when it is false, and what that rests on."""
        found = self._lowered.get(id(condition))
        if found is None:
            self._lower_definitions(condition)
            truth, needs = self.problem.collect(lambda: self.lowering.truth(condition, Scope(self.root)))
            found = self._lowered[id(condition)] = (condition, truth, needs)
        return found[1], found[2]

    def wanted(self, want: Want) -> tuple[z3.BoolRef, Needs]:
        """Return when a want is fulfilled, and what that rests on."""
        truth, needs = self.truth(want.condition)
        key = (id(want.condition), want.states)
        if key not in self._wanted:
            self._wanted[key] = in_states(truth, want.states, self.problem.context)
        return self._wanted[key], needs

    def _lower_definitions(self, condition: ir.Expr) -> None:
        """Lower the conditions that ``condition`` refers to, each after those it rests on: no chain of them goes deep."""
        for definition in used(self._definitions, [condition]):
            if definition.type is Scalar.BOOLEAN and definition.entity == self.entity:
                named = ir.Ref(definition.id, definition.type)
                self.problem.collect(partial(self.lowering.truth, named, Scope(self.root)))

    def uses_related(self, wants: Iterable[Want]) -> bool:
        """Return whether the answer may depend on how many kinds of related records are told apart."""
        return any(self.truth(want.condition)[1].collections for want in wants)


class Attempt:
    """One question put to one sketch."""

    def __init__(self, sketch: Sketch, seen: Seen, wants: Sequence[Want], limit: int) -> None:
        self.sketch = sketch
        self.seen = seen
        self.wants = wants
        context = sketch.problem.context
        self.needs = Needs()
        self.needs.add(sketch.now_needs)
        self.wanted: list[z3.BoolRef] = []
        for want in wants:
            wanted, needs = sketch.wanted(want)
            self.needs.add(needs)
            self.wanted.append(wanted)
        self.marks = sketch.marks(len(wants))
        self.solver = z3.SimpleSolver(ctx=context)
        self.solver.set("rlimit", limit)
        self.limit = limit
        state(self.solver, self.facts())
        state(self.solver, (implied(mark, wanted) for mark, wanted in zip(self.marks, self.wanted, strict=True)))
        state(self.solver, [sketch.is_today])
        self.rounds = ROUNDS
        self.assumed: list[z3.BoolRef] = []
        self.few = [z3.Not(sketch.problem.more[number]) for number in sorted(self.needs.collections)]

    def facts(self) -> list[z3.BoolRef]:
        """Return what holds of every record, as far as the question touches it."""
        return [self.sketch.problem.facts[number] for number in sorted(self.needs.facts)]

    def answer(self) -> Answer:
        """Return the answer; to a proof, wants that exclude each other, of which some may be left out."""
        found = self._decided(list(range(len(self.wants))))
        return found if isinstance(found, Answer) else Answer(Verdict.IMPOSSIBLE, core=tuple(found))

    def least(self, core: list[int], ask: Callable[[Sequence[Want]], Answer]) -> list[int]:
        """Return those of some wants, which exclude each other, of which none can be left out, as far as one can tell.

        What is undecided beside all that the other wants rest on is put to ``ask``.
        """
        for place in tuple(core):
            if place in core and len(core) > 1:
                others = [other for other in core if other != place]
                if self.seen.witness([self.wants[other] for other in others]) is None:
                    core = self._clash(others, ask) or core
        return core

    def _clash(self, places: list[int], ask: Callable[[Sequence[Want]], Answer]) -> list[int]:
        """Return those of some wants that exclude each other; none where they do not."""
        result = self._decided(places)
        if isinstance(result, list):
            return result
        if result.verdict is not Verdict.UNDECIDED:
            return []
        return [places[number] for number in ask([self.wants[place] for place in places]).core]

    def _decided(self, places: list[int]) -> Answer | list[int]:
        """Return the answer for some of the wants, or those of them that exclude each other.

        It is undecided where more kinds of related records would have to be told apart.
        """
        self.rounds = ROUNDS
        few_are_enough = enough(self.needs, self.sketch.problem.width)
        result = self._search(places, self.few, real=True)
        if isinstance(result, Answer):
            return result
        few_matter = bool({pin.get_id() for pin in self.few} & {one.get_id() for one in result})
        if few_matter and not few_are_enough:
            result = self._search(places, [], real=False)
            if isinstance(result, Answer):
                return result
        numbers = {one.get_id() for one in result}
        return [place for place in places if self.marks[place].get_id() in numbers]

    def _search(self, places: list[int], pins: list[z3.BoolRef], *, real: bool) -> Answer | list[z3.ExprRef]:
        """Look for a record that fulfils some wants under ``pins``: POSSIBLE or UNDECIDED, or the assumptions that clash.

        What is preferred (that it is today, plausible values) is given up as soon as it stands in the way.
        Without ``real``, a model says nothing of a record: it is one more reason to tell more kinds of related records apart.
        """
        preferred = list(self.sketch.problem.preferences) if real else []
        while True:
            assumed = self.assumed = [*(self.marks[place] for place in places), *pins, *preferred]
            outcome = self._check(*assumed)
            if outcome == z3.unsat:
                core = list(self.solver.unsat_core())
                numbers = {one.get_id() for one in core}
                kept = [each for each in preferred if each.get_id() not in numbers]
                if len(kept) == len(preferred):
                    return core
                preferred = kept
                continue
            if outcome == z3.unknown:
                return Answer(Verdict.UNDECIDED, reason=TOO_HARD)
            if not real:
                return Answer(Verdict.UNDECIDED, reason=TOO_MANY)
            model = self.solver.model()
            witness = self._confirmed(model, places)
            if witness is not None:
                return Answer(Verdict.POSSIBLE, witness)
            if not self._say_more(model):
                return Answer(Verdict.UNDECIDED, reason=TOO_WIDE)
            witness = self._settled(model, places, assumed)
            if witness is not None:
                return Answer(Verdict.POSSIBLE, witness)

    def _check(self, *assumed: z3.ExprRef) -> z3.CheckSatResult:
        """Ask Z3. It takes Ctrl-C for itself and gives up before its limit: that is no answer to the question."""
        before = self.steps()
        outcome = self.solver.check(*assumed)
        if outcome == z3.unknown and self.solver.reason_unknown() == "canceled" and self.steps() - before < self.limit:
            raise KeyboardInterrupt
        return outcome

    def steps(self) -> int:
        """Return how many steps Z3 has taken for this sketch so far."""
        return cast("int", self.solver.statistics().get_key_value("rlimit count"))

    def _say_more(self, model: z3.ModelRef) -> bool:
        """State more exactly what this model shows to be said too widely; return whether there was anything."""
        self.rounds -= 1
        if self.rounds <= 0:
            return False
        lemmas = [each.lemma(Reading(model)) for each in self._approximations()]
        found = [lemma for lemma in lemmas if lemma is not None]
        self.solver.add(found)
        return bool(found)

    def _approximations(self) -> list[Approximation]:
        return [self.sketch.problem.approximations[number] for number in sorted(self.needs.approximations)]

    def _settled(self, model: z3.ModelRef, places: list[int], assumed: list[z3.BoolRef]) -> Witness | None:
        """Look for a record in which what was said too widely has the arguments of this model, where it is exact by now."""
        arguments = [argument for each in self._approximations() for argument in each.arguments]
        held = [argument == model.eval(argument, model_completion=True) for argument in arguments]
        self.solver.push()
        self.solver.add(held)
        witness = self._confirmed(self.solver.model(), places) if self._check(*assumed) == z3.sat else None
        self.solver.pop()
        return witness

    def _confirmed(self, model: z3.ModelRef, places: list[int]) -> Witness | None:
        """Return the record of a model, if the reference finds the conditions in states that are wanted."""
        sketch = self.sketch
        record = record_in(model, sketch.root, sketch.texts, self.needs.reads)
        if record is None:
            return None
        as_of = cast("datetime.datetime", decode(number_in(model, sketch.clock.now), Scalar.DATETIME))
        return self.seen.confirmed(record, as_of, [self.wants[place] for place in places])


def in_states(truth: Truth, states: frozenset[State], context: z3.Context) -> z3.BoolRef:
    """Return that a condition is in one of ``states``."""
    if len(states) == 3:
        return z3.BoolVal(True, context)
    unknown = negated(either(truth.true, truth.false))
    if len(states) == 2:
        return negated(truth.true if True not in states else truth.false if False not in states else unknown)
    parts = {True: truth.true, False: truth.false, None: unknown}
    return disj(context, (parts[each] for each in sorted(states, key=str)))
