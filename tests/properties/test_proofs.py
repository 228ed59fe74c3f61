"""The prover gives no wrong answer, on random questions about random rulesets.

A "possible" is judged again, by the reference; an "impossible" is compared with all records where these are few, and attacked
with records where they are not. Every run takes new seeds; a failure names its seed, and
``REVRULES_RANDOM_SEED=… pytest tests/properties/test_proofs.py`` repeats it. ``REVRULES_QUESTIONS`` sets the number of questions.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, NamedTuple

import pytest
from attack import attack
from brute_force import Oracle, Trial, judge, known_only
from facts import facts, pins
from questions import Case, case_of

from revrules import ir
from revrules.backends.smt import MET, NOT_MET, UNKNOWN, UNMET, Answer, Verdict, Want
from revrules.backends.smt.prover import Prover
from revrules.compiler import compile_path
from revrules.reads import said
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.backends.smt import State

QUESTIONS = int(os.environ.get("REVRULES_QUESTIONS", "10000"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
CHUNKS = 8
"""Tests over which the questions are spread."""
EACH = 24
"""Questions asked of one ruleset."""
TODAY = datetime.date(2026, 11, 21)
FEW = {"full": 120, "many": 300}
"""Records tried where they are not few; elsewhere 600."""
ROOT = Path(__file__).resolve().parent.parent.parent
RULESETS = [
    *sorted((ROOT / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "examples").glob("**/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets" / "definitions").glob("*.rev")),
]
SIDES: tuple[frozenset[State], ...] = (MET, UNMET, UNKNOWN)


class Asked(NamedTuple):
    """A question and what came out."""

    wants: tuple[Want, ...]
    answer: Answer


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_random_question_is_answered_wrongly(chunk: int) -> None:
    for case in cases(chunk, QUESTIONS):
        r = Random(case.seed)
        prover = Prover(case.ruleset, TODAY)
        oracle = Oracle.over(case.ruleset, case.entity, case.conditions, r, FEW.get(case.sort, 600))
        for number, wants in enumerate(case.questions):
            answer = prover.find(case.entity, wants)
            told = f"seed {case.seed} ({case.sort}), question {number}: {wants!r}\n{answer!r}"
            check(case, Asked(wants, answer), told)
            found = oracle.find(wants)
            if answer.verdict is Verdict.IMPOSSIBLE:
                found = found or (None if oracle.exact else attack(oracle, wants, r, 25))
                assert found is None, f"{told}\nbut there is {found!r}"
            if oracle.exact and answer.verdict is not Verdict.UNDECIDED:
                assert (found is None) == (answer.verdict is Verdict.IMPOSSIBLE), f"{told}\n{found!r}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_answers_agree_with_one_another(chunk: int) -> None:
    for case in cases(chunk, QUESTIONS // 8):
        r = Random(case.seed)
        prover = Prover(case.ruleset, TODAY)
        for number, wants in enumerate(case.questions[: EACH // 3]):
            answer = prover.find(case.entity, wants)
            told = f"seed {case.seed} ({case.sort}), question {number}: {wants!r}\n{answer!r}"
            if answer.verdict is Verdict.IMPOSSIBLE:
                core_is_one(case, prover, Asked(wants, answer), told)
                more = (*wants, Want(r.choice(case.conditions), MET))
                assert prover.find(case.entity, more).verdict is not Verdict.POSSIBLE, f"{told}\npossible with {more[-1]!r}"
            if answer.verdict is Verdict.POSSIBLE:
                less = [want for want in wants if r.random() < 0.6]
                assert prover.find(case.entity, less).verdict is not Verdict.IMPOSSIBLE, f"{told}\nimpossible: {less!r}"
                one_side_is_possible(case, prover, Asked(wants, answer), r.choice(case.conditions))


@pytest.mark.parametrize(("seed", "number"), [(103145493, 5), (60363, 6)])
def test_a_core_is_least_where_the_other_wants_rest_on_related_records(seed: int, number: int) -> None:
    case = case_of(seed, EACH)
    prover = Prover(case.ruleset, TODAY)
    wants = case.questions[number]
    answer = prover.find(case.entity, wants)
    assert answer.verdict is Verdict.IMPOSSIBLE
    core_is_one(case, prover, Asked(wants, answer), repr(answer))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_implied_by_the_implied_is_implied(chunk: int) -> None:
    for case in cases(chunk, QUESTIONS // 16):
        r = Random(case.seed)
        prover = Prover(case.ruleset, TODAY)

        def never(*wants: Want, case: Case = case, prover: Prover = prover) -> bool:
            return prover.find(case.entity, wants).verdict is Verdict.IMPOSSIBLE

        for _ in range(4):
            a, b, c = (r.choice(case.conditions) for _ in range(3))
            if never(Want(a), Want(b, NOT_MET)) and never(Want(b), Want(c, NOT_MET)):
                told = f"seed {case.seed} ({case.sort}): {a!r}\nimplies {b!r}\nimplies {c!r}"
                assert prover.find(case.entity, (Want(a), Want(c, NOT_MET))).verdict is not Verdict.POSSIBLE, told


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_record_that_there_is_is_denied(chunk: int) -> None:
    for case in cases(chunk, QUESTIONS):
        deny_nothing(case, EACH)


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: path.parent.name if path.stem == "rules" else path.stem)
def test_no_record_of_the_rulesets_here_is_denied(path: Path) -> None:
    ruleset = compile_path(path).ruleset
    assert ruleset is not None
    seed = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    for entity in ruleset.entities:
        conditions = tuple(expr for about, expr in said(ruleset) if about == entity.name and ir.type_of(expr) is Scalar.BOOLEAN)
        case = Case(seed, path.stem, ruleset, entity.name, conditions, (), ())
        deny_nothing(case, 6)


@pytest.mark.parametrize("chunk", range(CHUNKS // 2))
def test_an_answer_depends_on_nothing_asked_before(chunk: int) -> None:
    for case in cases(chunk, QUESTIONS // 16, CHUNKS // 2):
        in_order, shuffled = Prover(case.ruleset, TODAY), Prover(case.ruleset, TODAY)
        questions = case.questions[: EACH // 2]
        first = [in_order.find(case.entity, wants) for wants in questions]
        for number in Random(case.seed).sample(range(len(questions)), len(questions)):
            told = f"seed {case.seed} ({case.sort}), question {number}: {questions[number]!r}"
            again = shuffled.find(case.entity, questions[number])
            assert (again.verdict, again.reason) == (first[number].verdict, first[number].reason), told
            alone = in_order.find(case.entity, questions[number], alone=True)
            assert shuffled.find(case.entity, questions[number], alone=True) == alone, told


# --- what must hold of one answer --------------------------------------------------------------------------------


def deny_nothing(case: Case, count: int) -> None:
    """See that what is so of random records is not called impossible; half of the time nothing else is left open."""
    r = Random(case.seed)
    prover = Prover(case.ruleset, TODAY)
    trials = Oracle.over(case.ruleset, case.entity, case.conditions, r, count).trials
    for _ in range(count):
        trial = r.choice(trials)
        so = facts(case, trial)
        some = r.sample(so, min(len(so), r.choice((1, 2, 3, len(so)))))
        wants = [*pins(case, some, trial), *some] if r.random() < 0.6 else some
        answer = prover.find(case.entity, wants)
        told = f"seed {case.seed} ({case.sort}): {[wants[n] for n in answer.core]!r}\nof {trial!r}"
        assert answer.verdict is not Verdict.IMPOSSIBLE, told


def check(case: Case, asked: Asked, told: str) -> None:
    """Judge a witness again; see that the answer has the shape of its verdict."""
    wants, verdict, witness = asked.wants, asked.answer.verdict, asked.answer.witness
    assert (witness is not None) == (verdict is Verdict.POSSIBLE), told
    assert bool(asked.answer.reason) == (verdict is Verdict.UNDECIDED), told
    assert bool(asked.answer.core) == (verdict is Verdict.IMPOSSIBLE), f"{told}\nwithout any want, everything is possible"
    if witness is not None:
        assert witness.entity == case.entity and 1000 <= witness.as_of.year <= 9000, told
        assert known_only(witness.record), told
        conditions = [want.condition for want in wants]
        states, wrong = judge(case.ruleset, case.entity, conditions, Trial(dict(witness.record), witness.as_of))
        assert not wrong, f"{told}\nno values: {wrong}"
        assert all(state in want.states for state, want in zip(states, wants, strict=True)), f"{told}\n{states}"


def core_is_one(case: Case, prover: Prover, asked: Asked, told: str) -> None:
    """See that the core alone excludes everything, and that nothing of it can be left out."""
    core = [asked.wants[n] for n in asked.answer.core]
    assert sorted(set(asked.answer.core)) == list(asked.answer.core), told
    assert prover.find(case.entity, core).verdict is Verdict.IMPOSSIBLE, told
    for left_out in range(len(core)):
        rest = [want for n, want in enumerate(core) if n != left_out]
        assert prover.find(case.entity, rest).verdict is not Verdict.IMPOSSIBLE, f"{told}\nwithout {left_out}"


def one_side_is_possible(case: Case, prover: Prover, asked: Asked, condition: ir.Expr) -> None:
    """See that a further condition can be true, false or unknown where the rest is possible."""
    sides: list[Verdict] = []
    for states in SIDES:
        answer = prover.find(case.entity, (*asked.wants, Want(condition, states)))
        sides.append(answer.verdict)
    told = f"seed {case.seed} ({case.sort}): {asked!r} with {condition!r}"
    assert any(verdict is not Verdict.IMPOSSIBLE for verdict in sides), told


def cases(chunk: int, count: int, chunks: int = CHUNKS) -> Iterator[Case]:
    """Yield the case of a seed that was asked for, else as many as make up ``count`` questions."""
    start = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    several = max(count // EACH // chunks, 1) if FIXED is None else 1 if chunk == 0 else 0
    for seed in range(start, start + several):
        print(f"seed {seed}")  # noqa: T201  # shown when a test fails, also by an exception
        yield case_of(seed, EACH)
