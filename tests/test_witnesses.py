"""Witnesses: still what they were found for, with nothing that does not matter, in values that people believe."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.backends.smt.answers import MET, NOT_MET, UNMET, Answer, Verdict, Want, Witness
from revrules.compiler import compile_path, compile_text
from revrules.examples import run_examples
from revrules.proofs import witnesses
from revrules.proofs.expectations import what_holds
from revrules.proofs.kept_answers import KeptAnswers
from revrules.proofs.questions import Questions
from revrules.proofs.states import Judge
from revrules.proofs.witnesses import as_example, as_pairs, as_table, believable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules import ir

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)
NINE = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
LONG_AGO = datetime.datetime(1466, 3, 1, 12, 30, 7, 13, tzinfo=datetime.UTC)
SCHEMA = """
ruleset small { timezone "Europe/Berlin" }
team sales
list providers { "gmail.com", "web.de" }
entity account key account_id {
  account_id text required
  domain     text
  email      text
  name       text
  status     text
  employees  integer 0..50000
  score      integer 0..100 missing when 100
  arr        money 0..
  ratio      number 0..1
  tier       ordered enum { bronze, silver, gold }
  paying     boolean
  signed_on  date
  ends_on    date
  seen_at    datetime
  answered   duration
  parent     one account by parent_id
  contacts   many contact by account_id
}
entity contact key contact_id { contact_id text  account_id text  email text  role enum { buyer, user }  met_at datetime }
"""


class Silent:
    """A prover that finds nothing: what is shown then is made of the witness that is at hand."""

    def __init__(self, *_: object) -> None:
        pass

    def find(self, _entity: str, _wants: Sequence[Want], *, alone: bool = False, core: bool = True) -> Answer:
        return Answer(Verdict.UNDECIDED, reason=f"nobody asked, {alone=}")


def questions(text: str, prover: type[Silent] | None = Silent, **definitions: str) -> Questions:
    """Return questions about the schema with ``definitions`` of accounts."""
    written = "".join(f"define {name} of account {{ owner sales  means {means} }}\n" for name, means in definitions.items())
    compiled = compile_text(SCHEMA + text + written)
    assert compiled.ruleset is not None, compiled.errors
    return Questions(compiled.ruleset, TODAY, prover=prover, kept=KeptAnswers(""))


def made(means: str, record: Mapping[str, object], as_of: datetime.datetime = LONG_AGO) -> dict[str, object]:
    """Return the record that becomes of one that meets ``means``."""
    asked = questions("", c=means)
    return dict(believable(asked, "account", [Want(asked.ruleset.definition("account.c").expr)], found(record, as_of)).record)


def found(record: Mapping[str, object], as_of: datetime.datetime = LONG_AGO) -> Witness:
    return Witness("account", as_of, record)


# --- what matters ------------------------------------------------------------------------------------------------


def test_fields_that_do_not_matter_are_dropped() -> None:
    odd = {"employees": 37, "score": 3, "domain": "q", "paying": False, "contacts": [{"email": "z"}], "parent": {"score": 1}}
    assert made("employees >= 30", odd) == {"employees": 30}


def test_what_is_not_set_stays_so() -> None:
    assert made("employees is missing and score is known", {"score": 17}) == {"score": 10}


def test_related_records_and_their_fields_are_dropped_one_by_one() -> None:
    odd = {"contacts": [{"email": "a", "role": "user"}, {"email": "b", "role": "buyer"}, {}, {"role": "buyer"}]}
    assert made("count(contacts where role = buyer) >= 1", odd) == {"contacts": [{"role": "buyer"}]}


def test_a_record_across_a_relation_goes_where_only_its_absence_or_nothing_is_asked() -> None:
    assert made("parent is known", {"parent": {"employees": 3, "domain": "x"}}) == {"parent": {}}
    assert made("parent.employees > 2", {"parent": {"employees": 3, "domain": "x"}}) == {"parent": {"employees": 100}}


def test_a_condition_that_is_false_does_not_become_one_that_is_unknown() -> None:
    asked = questions("", big="employees >= 100", rich="arr > 5")
    wants = [
        Want(asked.ruleset.definition("account.big").expr, MET),
        Want(asked.ruleset.definition("account.rich").expr, NOT_MET),
    ]
    shown = believable(asked, "account", wants, found({"employees": 731, "arr": Decimal("2.1234")}))
    assert shown.record == {"employees": 100, "arr": Decimal(5)}


def test_a_record_that_shows_nothing_is_left_as_it_is() -> None:
    asked = questions("", big="employees >= 100")
    shown = believable(asked, "account", [Want(asked.ruleset.definition("account.big").expr)], found({"employees": 5}))
    assert (shown.record, shown.as_of) == ({"employees": 5}, LONG_AGO)


# --- values ------------------------------------------------------------------------------------------------------

VALUES: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "a limit that the ruleset names": ("employees >= 250", {"employees": 31_337}, {"employees": 250}),
    "a round number where the limit is out": ("employees > 250", {"employees": 31_337}, {"employees": 1000}),
    "a neighbour where only that is left": ("employees > 250 and employees < 252", {"employees": 251}, {"employees": 251}),
    "a round number below a limit": ("employees < 99", {"employees": 13}, {"employees": 10}),
    "inside the domain, not a stand-in for missing": ("score > 60", {"score": 61}, {"score": 61}),
    "the nearest limit": ("employees in 50..5000", {"employees": 4711}, {"employees": 5000}),
    "money": ("arr > 0", {"arr": Decimal("0.0001")}, {"arr": Decimal(1000)}),
    "a share": ("ratio > 0.25", {"ratio": 0.2500001}, {"ratio": 1.0}),
    "the first member that fits": ("tier >= silver", {"tier": "gold"}, {"tier": "silver"}),
    "a truth value": ("paying", {"paying": True}, {"paying": True}),
    "a day": ("signed_on is known", {"signed_on": datetime.date(1466, 2, 3)}, {"signed_on": datetime.date(2026, 10, 22)}),
    "a day to come": ("signed_on > today", {"signed_on": datetime.date(1466, 4, 3)}, {"signed_on": datetime.date(2026, 12, 21)}),
    "a day in a window": (
        "signed_on within last 5 days",
        {"signed_on": datetime.date(1466, 2, 26)},
        {"signed_on": datetime.date(2026, 11, 20)},
    ),
    "a fixed day": (
        "signed_on >= 2031-01-01 and signed_on < 2031-01-03",
        {"signed_on": datetime.date(2031, 1, 2)},
        {"signed_on": datetime.date(2031, 1, 1)},
    ),
    "an instant": (
        "seen_at within last 90 days",
        {"seen_at": LONG_AGO - datetime.timedelta(3, 77)},
        {"seen_at": datetime.datetime(2026, 10, 22, 9, tzinfo=datetime.UTC)},
    ),
    "a length of time": (
        "answered > 90 minutes",
        {"answered": datetime.timedelta(0, 5401, 17)},
        {"answered": datetime.timedelta(1)},
    ),
    "a plain length below a limit": (
        "answered < 90 minutes and answered > 0 hours",
        {"answered": datetime.timedelta(0, 401, 17)},
        {"answered": datetime.timedelta(hours=1)},
    ),
    "a domain": ("domain not in providers", {"domain": "\u0007x"}, {"domain": "acme.example"}),
    "an item of a list": ("domain in providers", {"domain": "web.de"}, {"domain": "gmail.com"}),
    "an address": ('email not ends with "@x.example"', {"email": "0"}, {"email": "ann@acme.example"}),
    "texts that have to agree": (
        "email_domain(email) = domain",
        {"email": "a@b", "domain": "b"},
        {"domain": "acme.example", "email": "ann@acme.example"},
    ),
    "the name of a company": ("name is known", {"name": "00"}, {"name": "Acme"}),
    "any other text": ("status is known", {"status": "00"}, {"status": "example"}),
    "a text that nothing plausible fits": ('status matches "[xy]{3}"', {"status": "xyx"}, {"status": "xyx"}),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_becomes(name: str) -> None:
    means, odd, plain = VALUES[name]
    assert made(means, odd) == plain


def test_a_contract_begins_before_it_ends() -> None:
    odd = {"signed_on": datetime.date(1460, 1, 1), "ends_on": datetime.date(1470, 1, 1)}
    shown = made("signed_on <= today and ends_on > today", odd)
    assert shown == {"signed_on": datetime.date(2026, 10, 22), "ends_on": datetime.date(2026, 12, 21)}


def test_the_moment_is_this_morning_where_that_can_be() -> None:
    asked = questions("", soon="seen_at within last 2 hours", old="now < 1500-01-01T00:00Z")
    soon, old = ([Want(asked.ruleset.definition(f"account.{name}").expr)] for name in ("soon", "old"))
    assert believable(asked, "account", soon, found({"seen_at": LONG_AGO})).as_of == NINE
    assert believable(asked, "account", old, found({})).as_of == LONG_AGO


def test_the_same_witness_gives_the_same_record() -> None:
    odd = {"employees": 37, "domain": "q", "seen_at": LONG_AGO, "contacts": [{"role": "user"}, {"role": "buyer"}]}
    means = "employees > 30 and domain not in providers and any(contacts where role = buyer) and seen_at <= now"
    assert made(means, odd) == made(means, odd)


def test_the_number_of_replays_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = questions("", many="count(contacts) >= 900")
    calls = 0
    values = Judge.values

    def counted(self: Judge, *arguments: object) -> tuple[ir.Value | None, ...]:
        nonlocal calls
        calls += 1
        return values(self, *arguments)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Judge, "values", counted)
    crowd = found({"contacts": [{"email": str(n)} for n in range(1000)]})
    believable(asked, "account", [Want(asked.ruleset.definition("account.many").expr)], crowd)
    assert calls <= witnesses.MOST_REPLAYS + 1


# --- whatever else is asked --------------------------------------------------------------------------------------


def test_what_is_shown_depends_on_the_wants_alone() -> None:
    shown = []
    for before in (0, 5):
        asked = questions("", None, big="employees >= 100", rich="arr > 5", near="seen_at within last 7 days")
        conditions = [definition.expr for definition in asked.ruleset.definitions]
        for other in conditions[:before]:
            asked.never("account", other)
        wants = [Want(conditions[0], MET), Want(conditions[1], NOT_MET), Want(conditions[2], MET)]
        odd = found({"employees": 100 + before, "seen_at": NINE - datetime.timedelta(before)}, NINE)
        shown.append(believable(asked, "account", wants, odd))
    assert shown[0] == shown[1]


def test_what_a_want_leaves_open_is_decided_where_it_can_be() -> None:
    asked = questions("", None, big="employees >= 100", rich="arr > 5")
    big, rich = (definition.expr for definition in asked.ruleset.definitions)
    shown = believable(asked, "account", [Want(big, MET), Want(rich, NOT_MET)], found({"employees": 731}))
    assert shown.record == {"employees": 100, "arr": Decimal(5)}
    assert asked.counts.asked == 0


def test_of_very_many_records_the_later_ones_are_made_of_what_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("revrules.proofs.questions.MOST_LONE", 1)
    asked = questions("", None, big="employees >= 100", rich="arr > 5")
    big, rich = (definition.expr for definition in asked.ruleset.definitions)
    assert asked.witness("account", Want(big)) is not None
    assert asked.witness("account", Want(rich)) is None
    assert asked.witness("account", Want(big)) is not None


# --- real records ------------------------------------------------------------------------------------------------


def test_a_real_record_is_shown_where_one_fits_with_its_key_and_what_matters() -> None:
    asked = questions("", big="employees >= 100")
    rows: Sequence[Mapping[str, object]] = [
        {"account_id": "R-1", "employees": 5},
        {"account_id": "R-2", "employees": 731, "domain": "real.example", "contacts": []},
    ]
    asked.prefer({"account": rows})
    shown = believable(asked, "account", [Want(asked.ruleset.definition("account.big").expr)], found({"employees": 100}))
    assert (shown.record, shown.as_of) == ({"account_id": "R-2", "employees": 731}, NINE)


def test_an_invented_record_is_shown_where_no_real_one_fits() -> None:
    asked = questions("", big="employees >= 100")
    asked.prefer({"account": [{"account_id": "R-1", "employees": 5}], "contact": [{"contact_id": "C"}]})
    shown = believable(asked, "account", [Want(asked.ruleset.definition("account.big").expr)], found({"employees": 312}))
    assert shown.record == {"employees": 100}


def test_real_records_that_hold_one_another_are_taken_along_as_far_as_they_are_read() -> None:
    asked = questions("", touched="any(contacts where role = buyer)")
    account: dict[str, object] = {"account_id": "R-1"}
    account["contacts"] = [{"contact_id": "C-1", "role": "buyer", "account": account}]
    asked.prefer({"account": [account]})
    shown = believable(asked, "account", [Want(asked.ruleset.definition("account.touched").expr)], found({}))
    assert shown.record == {"account_id": "R-1", "contacts": [{"role": "buyer"}]}


# --- words -------------------------------------------------------------------------------------------------------

SHOWN = Witness(
    "account",
    NINE,
    {
        "domain": 'a "b"',
        "tier": "gold",
        "arr": Decimal("1.125"),
        "paying": True,
        "parent": {"tier": "bronze", "contacts": [{}]},
        "contacts": [{"role": "buyer", "met_at": NINE}, {"role": "user"}, {"role": "user"}, {"role": "user"}],
    },
)


def marked(witness: Witness) -> Witness:
    """Return what ``believable`` makes of a witness whose every value is wanted."""
    return Witness(witness.entity, witness.as_of, witnesses.marked(questions("").ruleset, "account", witness.record))


def test_pairs_are_spelled_as_the_language_writes_them() -> None:
    assert as_pairs(marked(SHOWN)) == (
        ("domain", '"a \\"b\\""'),
        ("arr", "1.1250"),
        ("tier", "gold"),
        ("paying", "true"),
        ("parent.tier", "bronze"),
        ("parent.contacts", "[{ }]"),
        ("contacts", "[{ role = buyer  met_at = 2026-11-21T09:00Z }\n 3 × { role = user }]"),
        ("as of", "2026-11-21T09:00Z"),
    )


def test_a_record_without_moments_needs_no_moment_and_one_without_anything_says_so() -> None:
    assert as_pairs(Witness("account", NINE, {"employees": 5})) == (("employees", "5"),)
    assert as_pairs(Witness("account", NINE, {})) == (("every field", "missing"),)


def test_a_table_has_a_line_for_each_field_and_a_column_for_each_record() -> None:
    one, other = Witness("account", NINE, {"employees": 5, "arr": Decimal(10)}), Witness("account", NINE, {"employees": 5000})
    assert as_table([("", one)]) == "employees  5\narr        10"
    assert (
        as_table([("marketing", one), ("sales", other)])
        == "           marketing  sales\nemployees  5          5000\narr        10         missing"
    )


def test_an_example_block_compiles_passes_and_gives_the_same_record() -> None:
    asked = questions("", named="domain is known")
    block = as_example(asked.ruleset, SHOWN, 'says \\ and "x"', ["named is true", "paying is true"], ["first", "second"])
    assert block is not None
    assert block.startswith('# first\n# second\nexample "says \\\\ and \\"x\\"" of account as of 2026-11-21T09:00Z {\n')
    compiled = compile_text(SCHEMA + "define named of account { owner sales  means domain is known }\n" + block)
    assert compiled.ruleset is not None, compiled.errors
    (example,) = compiled.ruleset.examples
    assert (example.as_of, _plain(example.given)) == (NINE, SHOWN.record)
    assert all(result.passed for result in run_examples(compiled.ruleset))


def _plain(given: ir.Given) -> object:
    if isinstance(given, tuple):
        return {name: _plain(value) for name, value in given}
    return [_plain(value) for value in given] if isinstance(given, list) else given


def test_names_that_are_words_of_the_language_stand_in_backticks() -> None:
    text = """
team sales
entity stage { `from` enum { `true`, lost, missing }  `is` text  expect integer }
define `given` of stage { owner sales  means expect > 1 }
"""
    compiled = compile_text(text)
    assert compiled.ruleset is not None, compiled.errors
    witness = Witness("stage", NINE, {"from": "true", "is": "x", "expect": 2})
    block = as_example(compiled.ruleset, witness, "odd", what_holds(compiled.ruleset, witness, ["given"]))
    assert block is not None
    again = compile_text(text + block)
    assert again.ruleset is not None, (again.errors, block)
    assert _plain(again.ruleset.examples[0].given) == witness.record
    assert all(result.passed for result in run_examples(again.ruleset))


@pytest.mark.parametrize("length", [datetime.timedelta(-1), datetime.timedelta(0, 0, 5)])
def test_what_the_language_has_no_literal_for_is_no_example(length: datetime.timedelta) -> None:
    asked = questions("")
    assert as_example(asked.ruleset, Witness("account", NINE, {"answered": length}), "x", []) is None


# --- the standard rulesets ---------------------------------------------------------------------------------------


FOLDERS = sorted(folder for folder in (ROOT / "rulesets").iterdir() if (folder / "rules.rev").is_file())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_stage_of_a_standard_ruleset_has_a_record_that_is_believed_and_becomes_an_example(folder: Path) -> None:
    ruleset = compile_path(folder).ruleset
    assert ruleset is not None
    asked = Questions(ruleset, TODAY, kept=KeptAnswers(""))
    blocks = []
    for lifecycle in ruleset.lifecycles:
        for stage in lifecycle.stages:
            for states in (MET, UNMET):
                wants = [Want(stage.condition, states)]
                answer = asked.find(lifecycle.entity, *wants)
                if answer.verdict is not Verdict.POSSIBLE or answer.witness is None:
                    continue
                shown = believable(asked, lifecycle.entity, wants, answer.witness)
                (state,) = Judge(ruleset, lifecycle.entity, [stage.condition]).values(shown.record, shown.as_of)
                assert state in states
                start = asked.witness(lifecycle.entity, *wants) or answer.witness
                assert _size(shown.record) <= _size(start.record)
                title = f"{lifecycle.name} {stage.name} {len(blocks)}"
                blocks.append(as_example(ruleset, shown, title, what_holds(ruleset, shown, [d.id for d in ruleset.definitions])))
    assert len(blocks) > len(ruleset.lifecycles[0].stages)
    again = _with(folder, [block for block in blocks if block is not None])
    failed = [
        (r.example.title, r.failures) for r in run_examples(again) if not r.passed and r.example.title not in _titles(ruleset)
    ]
    assert failed == []


def _titles(ruleset: ir.Ruleset) -> set[str]:
    return {example.title for example in ruleset.examples}


def _with(folder: Path, blocks: Sequence[str]) -> ir.Ruleset:
    """Return the ruleset in ``folder`` with further examples."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy)
        rules = copy / "rules.rev"
        rules.write_text(rules.read_text(encoding="utf-8") + "\n" + "\n".join(blocks), encoding="utf-8")
        compiled = compile_path(copy)
    assert compiled.ruleset is not None, compiled.errors
    return compiled.ruleset


def _size(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 0 if value is None else 1
