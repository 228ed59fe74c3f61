"""Questions that a change of one place asks of counts, sums, business time, rounded numbers and texts: answered, not left so."""

from __future__ import annotations

import datetime

import pytest

from revrules import ir
from revrules.backends.smt import Prover
from revrules.backends.smt.answers import MET, NOT_MET, UNMET, Verdict, Want, Witness
from revrules.compiler import compile_text
from revrules.proofs.parts import Parts
from revrules.proofs.searching import search
from revrules.proofs.states import state_of
from revrules.proofs.thorough import Thorough
from revrules.syntax import Unit
from revrules.types import Scalar

TODAY = datetime.date(2026, 11, 21)
HEAD = """
team t
calendar office { days monday..friday  hours 09:00..17:00  timezone "Europe/Berlin" }
calendar desk { days monday..friday  hours 08:00..12:00  timezone "UTC" }
entity account key id {
  id        text
  size      integer
  rate      number
  share     number
  paying    boolean
  mailed    datetime
  answered  datetime
  name      text
  site      text
  contacts  many contact by account_id
  seats     many seat by account_id
}
entity contact key id { id text  account_id text  agreed boolean  buyer boolean  known boolean  spent money }
entity seat key id { id text  account_id text  places integer 1..  running boolean  used integer }
"""


def ruleset(**definitions: str) -> ir.Ruleset:
    text = HEAD + "\n".join(f"define {name} of account {{ owner t  means {means} }}" for name, means in definitions.items())
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [found.message for found in compiled.diagnostics]
    return compiled.ruleset


def ref(name: str) -> ir.Ref:
    return ir.Ref(f"account.{name}", Scalar.BOOLEAN)


def alone(first: str, second: str) -> Verdict:
    """Return what the prover says of a record that meets the first and not the second."""
    asked = ruleset(first=first, second=second)
    return Prover(asked, TODAY).find("account", (Want(ref("first")), Want(ref("second"), NOT_MET))).verdict


def thoroughly(first: str, second: str) -> Verdict:
    """Return what comes out of the same question with all that is tried."""
    asked = ruleset(first=first, second=second)
    return Thorough(asked, TODAY).find("account", (Want(ref("first")), Want(ref("second"), NOT_MET))).verdict


# --- counts and sums ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stricter", "looser"),
    [
        ("paying", "count(contacts where agreed) * 1000 >= 0"),
        (
            "count(contacts where agreed) != 0 - count(contacts where agreed)",
            "count(contacts where agreed) != 0 - count(contacts where not agreed)",
        ),
        ("count(contacts where agreed) * 1 >= count(seats) + 5", "count(contacts where agreed) * 2 >= count(seats) + 5"),
        ("sum(3 of contacts where agreed) > 8", "count(contacts where agreed) > 2"),
        ("count(contacts where agreed) = 4", "sum(2 of contacts where agreed) < 9"),
        ("sum(places of seats) < 9", "sum(places of seats where running is known) < 9"),
        (
            "count(contacts) >= count(contacts where agreed) + count(contacts where buyer) + 1",
            "count(contacts) > count(contacts where agreed and buyer) - 1",
        ),
    ],
)
def test_arithmetic_with_counts_and_sums_is_proved(stricter: str, looser: str) -> None:
    assert alone(stricter, looser) is Verdict.IMPOSSIBLE
    assert alone(looser, stricter) is Verdict.POSSIBLE


@pytest.mark.parametrize(
    "condition",
    [
        "count(contacts where agreed) - count(seats where running) > 30 and count(contacts) > 3 * count(seats)",
        "sum(1 of contacts where agreed) = 500 and count(contacts where agreed and buyer) = 3",
        "count(contacts) - count(contacts where agreed or buyer) = 100",
    ],
)
def test_a_record_with_many_related_ones_is_shown(condition: str) -> None:
    asked = ruleset(asked=condition)
    witness = Prover(asked, TODAY).find("account", (Want(ref("asked")),)).witness
    assert witness is not None
    assert state_of(asked, ref("asked"), witness) is True


def test_more_seats_are_bought_where_all_are_counted_and_not_only_those_that_run() -> None:
    used = "2 * sum(used of seats where running) >="
    assert alone(f"{used} sum(places of seats)", f"{used} sum(places of seats where running)") is Verdict.IMPOSSIBLE
    assert alone(f"{used} sum(places of seats where running)", f"{used} sum(places of seats)") is Verdict.POSSIBLE


def test_sums_of_values_that_may_be_negative_are_not_taken_to_grow() -> None:
    assert alone("sum(used of seats) < 9", "sum(used of seats where running) < 9") is Verdict.POSSIBLE


@pytest.mark.parametrize("besides", ["agreed", "agreed and known or buyer"])
def test_counts_of_all_related_records_or_none_need_no_kinds_of_them_told_apart(besides: str) -> None:
    counts = f"count(contacts where this.paying) = 3 and count(contacts where {besides}) > 1"
    assert alone(f"{counts} and count(contacts) = 5", "size < size") is Verdict.IMPOSSIBLE
    assert alone(f"{counts} and count(contacts) = 3", "size < size") is Verdict.POSSIBLE


def test_counts_of_what_is_never_unknown_need_fewer_kinds_told_apart() -> None:
    of_each = "count(contacts where agreed is known) + count(contacts where agreed is missing)"
    beside = "count(contacts where buyer is known) + 2 and count(contacts) < 3"
    assert alone(f"{of_each} > {beside}", "size < size") is Verdict.IMPOSSIBLE
    assert alone(f"{of_each} = {beside}", "size < size") is Verdict.POSSIBLE


# --- business time -----------------------------------------------------------------------------------------------


def moved(field: str, count: int, unit: Unit, calendar: str) -> ir.Expr:
    return ir.BusinessShift(ir.Field(field, Scalar.DATETIME), count, unit, calendar)


def at(text: str) -> ir.Expr:
    return ir.Literal(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC), Scalar.DATETIME)


MAILED, ANSWERED = (ir.Field(name, Scalar.DATETIME) for name in ("mailed", "answered"))
DAY, HOUR, MINUTE = Unit.DAY, Unit.HOUR, Unit.MINUTE


def business(*comparisons: tuple[ir.Expr, ir.CompareOp, ir.Expr]) -> Verdict:
    """Return what the prover says of a record for which some comparisons hold together."""
    wants = [Want(ir.Compare(op, one, other)) for one, op, other in comparisons]
    return Prover(ruleset(), TODAY).find("account", wants).verdict


LE, GT, EQ = ir.CompareOp.LE, ir.CompareOp.GT, ir.CompareOp.EQ


@pytest.mark.parametrize(
    "comparisons",
    [
        [(ANSWERED, LE, moved("mailed", 1, DAY, "office")), (ANSWERED, GT, moved("mailed", 2, DAY, "office"))],
        [(ANSWERED, GT, moved("mailed", 3, HOUR, "desk")), (ANSWERED, LE, moved("mailed", 0, HOUR, "desk"))],
        [(ANSWERED, GT, moved("mailed", 3, HOUR, "desk")), (ANSWERED, LE, moved("mailed", 40, MINUTE, "desk"))],
        [(MAILED, LE, ANSWERED), (moved("mailed", 4, HOUR, "desk"), GT, moved("answered", 4, HOUR, "desk"))],
        [(moved("mailed", -17, DAY, "office"), GT, MAILED)],
        [(moved("mailed", -1, DAY, "desk"), GT, MAILED)],
        [(moved("mailed", 14, MINUTE, "desk"), EQ, at("2026-10-23T18:30:00"))],
        [(moved("mailed", -3, HOUR, "desk"), EQ, at("2026-10-24T09:30:00"))],
    ],
)
def test_what_holds_of_all_business_time_is_proved(comparisons: list[tuple[ir.Expr, ir.CompareOp, ir.Expr]]) -> None:
    assert business(*comparisons) is Verdict.IMPOSSIBLE


def test_more_business_time_is_known_only_where_less_is() -> None:
    two, one = (ir.Known(moved("mailed", count, DAY, "office")) for count in (2, 1))
    assert Prover(ruleset(), TODAY).find("account", [Want(two), Want(one, UNMET)]).verdict is Verdict.IMPOSSIBLE


@pytest.mark.parametrize("count", [14, -14])
def test_the_instant_from_which_business_time_leads_to_a_given_one_is_found(count: int) -> None:
    assert business((moved("mailed", count, MINUTE, "desk"), EQ, at("2031-10-23T09:30:00"))) is Verdict.POSSIBLE


# --- rounded numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stricter", "looser"),
    [
        ("abs(share) < rate / 2.5", "abs(share) < rate / 2.4"),
        ("3 * rate <= 0 - rate", "2 * rate <= 0 - rate"),
        ("rate + 2.25 > share", "rate + 2.75 > share"),
        ("rate * 1.1 + 0.3 > share", "rate * 1.1 + 0.4 > share"),
    ],
)
def test_rounding_keeps_the_order_of_numbers(stricter: str, looser: str) -> None:
    assert alone(f"({stricter}) and rate < 1000000", looser) is Verdict.IMPOSSIBLE
    assert thoroughly(f"({looser}) and rate < 1000000", stricter) is Verdict.POSSIBLE


# --- texts -------------------------------------------------------------------------------------------------------


def test_a_test_in_any_case_is_no_less_true() -> None:
    exactly, any_case = "name ends with url_domain(site)", "name ends with url_domain(site) any case"
    assert thoroughly(exactly, any_case) is Verdict.IMPOSSIBLE
    assert thoroughly(any_case, exactly) is Verdict.POSSIBLE


def test_a_search_makes_texts_of_other_texts() -> None:
    asked = ruleset(asked="name = url_domain(site) and size > 7")
    found = search(asked, "account", (Want(ref("asked"), MET),), TODAY, [])
    assert found is not None
    assert state_of(asked, ref("asked"), found) is True


# --- part by part ------------------------------------------------------------------------------------------------


def parts_of(asked: ir.Ruleset) -> Parts:
    return Parts(asked, "account", Prover(asked, TODAY).find)


def test_what_reads_nothing_in_common_lies_in_different_parts() -> None:
    asked = ruleset(a="size > 3", b="size < 9 or paying", c="rate > 1", d="any(contacts where this.rate > 2)", e="name is known")
    a, b, c, d, e = (Want(ref(name)) for name in "abcde")
    found = parts_of(asked).parts([a, c], [b, d, e])
    assert found == [[a, b], [c, d]]


def test_wants_that_exclude_each_other_are_named_and_no_others() -> None:
    asked = ruleset(a="size > 3", b="size < 2", c="rate > 1", d="max(places of seats) < 5", e="any(seats where places > 7)")
    a, b, c, d, e = (Want(ref(name)) for name in "abcde")
    clashes = parts_of(asked).excluded([a, c, d], [b, e])
    assert [set(map(id, some)) for some in clashes] == [{id(a), id(b)}, {id(d), id(e)}]
    assert parts_of(asked).excluded([a, c], [e]) == []


def test_a_record_of_all_parts_fulfils_the_wants_of_each() -> None:
    asked = ruleset(a="size > 3", c="rate > 1", d="max(places of seats) < 5", e="any(seats where places > 2)", f="paying")
    wants = [Want(ref(name)) for name in "acde"]
    base = Witness("account", datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC), {"paying": True, "size": 1})
    record = parts_of(asked).record(wants, [], base)
    assert [state_of(asked, ref(name), record) for name in "acdef"] == [True] * 5


MANY = "any(contacts where buyer) and any(contacts where known and not buyer) and any(contacts where agreed or buyer)"


def test_what_excludes_each_other_in_one_part_decides_the_whole() -> None:
    hard = f"{MANY} and name = url_domain(site) and sum(used of seats where running) > 5"
    first = f"{hard} and max(places of seats) > 3"
    assert alone(first, "any(seats where places > 3)") is Verdict.UNDECIDED, "else this shows nothing"
    assert thoroughly(first, "any(seats where places > 3)") is Verdict.IMPOSSIBLE


def test_a_record_is_put_together_of_records_of_its_parts() -> None:
    hard = f"{MANY} and name = url_domain(site) and sum(used of seats where running) = 7 and max(places of seats) > 3"
    asked = ruleset(asked=f"{hard} and size > 100 and not paying")
    answer = Thorough(asked, TODAY).find("account", (Want(ref("asked")),))
    assert answer.witness is not None
    assert state_of(asked, ref("asked"), answer.witness) is True
