"""Limits of the prover: what is hard is asked again with more steps, as long as there are some left for all hard questions."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from revrules.backends.smt import MET, UNMET, Prover, Verdict, Want
from revrules.backends.smt import prover as limits
from revrules.backends.smt.answers import NO_STEPS_LEFT
from revrules.compiler import compile_text

if TYPE_CHECKING:
    from revrules import ir

TEXT = """
ruleset small { timezone "UTC" }
team sales "Sales"
system crm
entity account key id {
  id text required    from crm
  a  integer 2..5000  from crm  owner sales
  b  integer 2..5000  from crm  owner sales
  c  integer 2..5000  from crm  owner sales
}
define cubes of account { owner sales means a * a * a + b * b * b = c * c * c }
define small of account { owner sales means a < 1000 and b < 1000 }
"""


@pytest.fixture
def ruleset(monkeypatch: pytest.MonkeyPatch) -> ir.Ruleset:
    """A ruleset with a question that is too hard (Fermat knew the answer), with steps for one of its kind."""
    for name, steps in (("QUICK", 1_000), ("THOROUGH", 10_000), ("ALL_THOROUGH", 1)):
        monkeypatch.setattr(limits, name, steps)
    found = compile_text(TEXT).ruleset
    assert found is not None
    return found


def test_hard_questions_are_asked_again_only_while_steps_are_left(ruleset: ir.Ruleset) -> None:
    prover = Prover(ruleset, datetime.date(2026, 11, 21))
    cubes, small = (definition.expr for definition in ruleset.definitions)
    first = prover.find("account", [Want(cubes, MET), Want(small, MET)])
    second = prover.find("account", [Want(cubes, MET), Want(small, UNMET)])
    assert (first.verdict, first.reason) == (Verdict.UNDECIDED, limits.TOO_HARD)
    assert (second.verdict, second.reason) == (Verdict.UNDECIDED, NO_STEPS_LEFT)


def test_what_is_asked_alone_depends_on_no_steps_that_others_took(ruleset: ir.Ruleset) -> None:
    prover = Prover(ruleset, datetime.date(2026, 11, 21))
    cubes, small = (definition.expr for definition in ruleset.definitions)
    prover.find("account", [Want(cubes, MET), Want(small, MET)])
    answer = prover.find("account", [Want(cubes, MET), Want(small, UNMET)], alone=True)
    assert (answer.verdict, answer.reason) == (Verdict.UNDECIDED, limits.TOO_HARD)
