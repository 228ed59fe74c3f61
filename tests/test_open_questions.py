"""What the prover alone leaves open: answered by a question that says less, or by a search; and never wrongly."""

from __future__ import annotations

import datetime

import pytest

from revrules import ir
from revrules.backends.smt import Prover
from revrules.backends.smt.answers import MET, NOT_MET, Verdict, Want
from revrules.compiler import compile_text
from revrules.proofs.coarser import Coarser, Kept
from revrules.proofs.normal import Normals
from revrules.proofs.searching import Start, search
from revrules.proofs.states import state_of
from revrules.proofs.thorough import Thorough

TODAY = datetime.date(2026, 11, 21)
HEAD = """
team t
entity account key id {
  id        text
  size      integer
  paying    boolean
  contacts  many contact by account_id
}
entity contact key id { id text  account_id text  known boolean  agreed boolean  bounced boolean  buyer boolean  spent money }
"""


def ruleset(**definitions: str) -> ir.Ruleset:
    """Return a ruleset with some definitions of `account`, those that begin with `c_` of `contact`."""
    text = HEAD + "\n".join(
        f"define {name} of {'contact' if name.startswith('c_') else 'account'} {{ owner t  means {means} }}"
        for name, means in definitions.items()
    )
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [found.message for found in compiled.diagnostics]
    return compiled.ruleset


def ref(name: str) -> ir.Ref:
    return ir.Ref(f"account.{name}", ir.type_of(ir.Known(ir.Now())))


MANY = "any(contacts where buyer) and any(contacts where known and not buyer) and any(contacts where bounced or buyer)"


@pytest.mark.parametrize(
    ("stricter", "looser"),
    [
        ("any(contacts where c_all)", "any(contacts where c_any)"),
        ("count(contacts where c_all) >= 3", "count(contacts where c_any) > 1"),
        ("none(contacts where c_any)", "none(contacts where c_all)"),
        (
            "at least 2 of { a: paying  b: any(contacts where c_all)  c: size > 3 }",
            "paying or any(contacts where c_any) or size > 3",
        ),
        ("sum(spent of contacts where agreed) > 5 and paying", "sum(spent of contacts where agreed) > 5"),
        ("not (sum(spent of contacts where agreed) <= 5) and paying", "sum(spent of contacts where agreed) > 5"),
    ],
)
def test_what_is_counted_of_fewer_related_records_is_proved_to_be_stricter(stricter: str, looser: str) -> None:
    asked = ruleset(
        c_all="known and agreed and not (bounced or else false)",
        c_any="known or agreed or not (bounced or else false)",
        rest=f"{MANY} and count(contacts where agreed) < 9",
        first=f"rest and ({stricter})" if not stricter.startswith("at least") else stricter,
        second=f"rest and ({looser})" if not stricter.startswith("at least") else looser,
    )
    answer = Thorough(asked, TODAY).find("account", (Want(ref("first")), Want(ref("second"), NOT_MET)))
    assert answer.verdict is Verdict.IMPOSSIBLE
    back = Thorough(asked, TODAY).find("account", (Want(ref("second")), Want(ref("first"), NOT_MET)))
    assert back.verdict is not Verdict.IMPOSSIBLE, "the other way round there are records"


def test_the_core_of_a_coarser_proof_names_wants_of_the_question_itself() -> None:
    asked = ruleset(
        c_all="known and agreed",
        c_any="known or agreed",
        rest=f"{MANY} and count(contacts where agreed) < 9",
        first="rest and any(contacts where c_all)",
        second="rest and any(contacts where c_any)",
    )
    wants = Want(ref("first")), Want(ref("second"), NOT_MET)
    assert Prover(asked, TODAY).find("account", wants).verdict is Verdict.UNDECIDED, "else this shows nothing"
    assert set(Thorough(asked, TODAY).find("account", wants).core) == {0, 1}


@pytest.mark.parametrize("kept", Kept)
def test_a_question_that_says_less_is_possible_wherever_a_record_answers_the_first(kept: Kept) -> None:
    asked = ruleset(first="count(contacts where agreed) >= 2 and paying", second="sum(spent of contacts) > 5 and size > 3")
    wants = Want(ref("first")), Want(ref("second"), NOT_MET)
    assert Prover(asked, TODAY).find("account", wants).verdict is Verdict.POSSIBLE
    less, coarse = Coarser(asked, Normals(asked), kept).question("account", wants)
    assert Prover(less, TODAY).find("account", coarse).verdict is Verdict.POSSIBLE


def test_a_search_finds_a_record_that_the_reference_confirms_or_none() -> None:
    asked = ruleset(
        first="count(contacts where agreed) = 2 and size > 100 and not (paying or else true)", never="size > 3 and size < 2"
    )
    found = search(asked, "account", (Want(ref("first"), MET),), TODAY, [])
    assert found is not None
    assert state_of(asked, ref("first"), found) is True
    assert search(asked, "account", (Want(ref("never"), MET),), TODAY, [Start(found)]) is None
