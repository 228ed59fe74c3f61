"""Another solver, cvc5, agrees with the prover: on random questions, and on what ``check`` asks of the rulesets here."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import cvc5
import pytest

from revrules.backends.smt import Answer, Verdict, Want
from revrules.backends.smt.prover import Prover
from revrules.compiler import compile_path
from revrules.findings import findings
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules import ir

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)
STEPS = 100_000
"""Of cvc5 (``rlimit``), for one question."""
RANDOM = int(os.environ.get("REVRULES_CROSS_CHECKS", "240"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
AT_MOST = 40
"""Questions of one ruleset that are checked: spread over all that are asked."""
RULESETS = [
    *sorted((ROOT / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "examples").glob("**/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets" / "definitions").glob("*.rev")),
]
SAYS = {"sat": Verdict.POSSIBLE, "unsat": Verdict.IMPOSSIBLE}


class Listening:
    """A prover that remembers what it was asked about which ruleset."""

    def __init__(self, ruleset: ir.Ruleset, asked: list[tuple[ir.Ruleset, str, Sequence[Want]]]) -> None:
        self.prover = Prover(ruleset, TODAY)
        self.asked = asked

    def find(self, entity: str, wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        """Return the prover's answer."""
        self.asked.append((self.prover.ruleset, entity, wants))
        return self.prover.find(entity, wants, alone=alone, core=core)


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: path.parent.name if path.stem == "rules" else path.stem)
def test_cvc5_agrees_on_what_check_asks(path: Path) -> None:
    ruleset = compile_path(path).ruleset
    assert ruleset is not None
    asked: list[tuple[ir.Ruleset, str, Sequence[Want]]] = []
    findings(ruleset, TODAY, Questions(ruleset, TODAY, prover=lambda rules, _: Listening(rules, asked)))
    for rules, entity, wants in asked[:: len(asked) // AT_MOST + 1]:
        compare(Prover(rules, TODAY), entity, wants, f"{path.name}: {wants!r}")


@pytest.mark.parametrize("chunk", range(4))
def test_cvc5_agrees_on_random_questions(chunk: int) -> None:
    decided = 0
    for seed, prover, entity, wants in random_questions(chunk):
        decided += compare(prover, entity, wants, f"seed {seed}: {wants!r}")
    assert decided or FIXED is not None


def compare(prover: Prover, entity: str, wants: Sequence[Want], told: str) -> bool:
    """See that both solvers say the same; return whether cvc5 says anything."""
    answer = prover.find(entity, wants, alone=True)
    other = SAYS.get(decision(prover.smt2(entity, wants)))
    if answer.verdict is not Verdict.UNDECIDED:
        assert other in (None, answer.verdict), f"{told}\n{answer!r}\ncvc5: {other}"
    return other is not None


def decision(problem: str) -> str:
    """Return what cvc5 says of a problem in SMT-LIB: sat, unsat, unknown."""
    solver = cvc5.Solver()
    solver.setOption("rlimit", str(STEPS))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, f"(set-logic ALL)\n{problem}", "question")
    symbols, said = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        said = command.invoke(solver, symbols).strip() or said
    return said


def random_questions(chunk: int) -> Iterator[tuple[int, Prover, str, Sequence[Want]]]:
    """Yield (seed, prover, entity, wants), some of each random ruleset."""
    sys.path.insert(0, str(Path(__file__).parent / "properties"))
    from questions import case_of

    sys.path.pop(0)
    start = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    for seed in range(start, start + (RANDOM // 4 // 6 if FIXED is None else chunk == 0)):
        print(f"seed {seed}")  # noqa: T201  # shown when a test fails, also by an exception
        case = case_of(seed, 6)
        for wants in case.questions:
            yield seed, Prover(case.ruleset, TODAY), case.entity, wants
