"""What examples show of a ruleset: a state of a condition counts where it decides something that an example expects."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_path, compile_text
from revrules.examples import run_examples
from revrules.proofs.coverage import coverage, watches_of
from revrules.proofs.differences import Differences
from revrules.proofs.goals import goals
from revrules.proofs.mutants import mutants
from revrules.proofs.reaching import Reach, without_impossible

if TYPE_CHECKING:
    from revrules.ir import Ruleset

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)

RULES = """
team sales
system crm

entity account key id {
  id        text required  from crm
  domain    text           from crm
  size      integer 1..    from crm
  paying    boolean        from crm
  vip       boolean        from crm
  signed_on date           from crm
  meetings  many meeting by account_id
}

entity meeting key meeting_id {
  meeting_id  text  from crm
  account_id  text  from crm
  held        boolean  from crm
}

define wanted of account {
  owner sales
  means any of { big: size >= 100  vip: vip }
}

define met_us of account { owner sales means any(meetings where held) }

classify band of account, first match {
  owner sales
  small when size < 10
  large when size >= 100
  otherwise middle
}

score fit of account 0..100 { owner sales +40 when wanted +20 when paying }

rule payers_sign of account, warn { owner sales when paying require signed_on is known message "Who pays has signed" }

lifecycle revenue of account {
  stage lead { entry owner sales requires { reachable: domain is known } }
  stage customer { owner sales from lead when paying requires { wanted: wanted } stamped by signed_on won }
}
"""


def ruleset(*examples: str) -> Ruleset:
    """Return the ruleset with examples, each "given -> expect, expect"."""
    texts = []
    for n, example in enumerate(examples):
        given, expected = example.split(" -> ")
        lines = "".join(f"  expect {line.strip()}\n" for line in expected.split(";"))
        texts.append(f'example "{n}" of account as of 2026-11-21 {{\n  given {{ {given} }}\n{lines}}}\n')
    compiled = compile_text(RULES + "\n".join(texts))
    assert compiled.ruleset is not None, compiled.diagnostics
    return compiled.ruleset


def shown(*examples: str) -> set[str]:
    """Return the goals that the examples show, as "name: state"."""
    found = coverage(ruleset(*examples))
    return {f"{each.goal.name}: {each.goal.state}" for each in found.shown if each.by is not None}


def about(name: str, *examples: str) -> set[str]:
    """Return the states of the goal of that name that the examples show."""
    return {goal.removeprefix(f"{name}: ") for goal in shown(*examples) if goal.startswith(f"{name}: ")}


def test_without_examples_nothing_is_shown() -> None:
    found = coverage(ruleset())
    assert (found.examples, found.percent, len(found.missing)) == (0, 0.0, len(found.shown))


@pytest.mark.parametrize(
    ("given", "expected", "states"),
    [
        ("size = 100  vip = false", "true", {"met"}),
        ("size = 99  vip = false", "false", {"unmet"}),
        ("vip = false", "unknown", {"unknown"}),
        ("size = 100  vip = true", "true", set()),  # it would be wanted anyway
        ("vip = true", "true", set()),
    ],
)
def test_a_criterion_is_shown_in_a_state_in_which_it_decides(given: str, expected: str, states: set[str]) -> None:
    assert about("wanted.big", f"{given} -> wanted is {expected}") == states


def test_what_is_not_expected_is_not_shown() -> None:
    assert about("wanted.big", "size = 100 -> band = large") == set()
    assert about("wanted.big", 'domain = "a"  size = 100  paying = true  vip = false -> stage customer') == {"met"}


def test_an_example_that_fails_shows_nothing() -> None:
    assert shown("size = 100  vip = false -> wanted is false") == set()


def test_one_of_several_related_records_decides_or_does_not() -> None:
    assert about("met_us", "meetings = [{ held = true } { held = false }] -> met_us is true") == {"met"}
    assert about("met_us", "meetings = [{ held = false } { }] -> met_us is unknown") == {"unknown"}


def test_branches_and_what_is_left_over() -> None:
    found = shown("size = 5 -> band = small", "size = 50 -> band = middle", " -> band is missing")
    assert {goal for goal in found if goal.startswith("band")} == {
        "band.small: taken", "band.small: passed over", "band.small: unknown", "band.large: passed over", "band.middle: taken",
    }  # fmt: skip


def test_the_lines_of_a_score() -> None:
    found = shown("size = 100  paying = false -> fit = 40")
    assert {goal for goal in found if goal.startswith("fit")} == {"fit: +40 when wanted: met", "fit: +20 when paying: unmet"}


@pytest.mark.parametrize(
    ("given", "expected", "state"),
    [
        ("paying = true", "payers_sign", "violated"),
        ("paying = true  signed_on = 2026-01-01", "none", "kept"),
        ("paying = false", "none", "not asked"),
    ],
)
def test_a_rule_is_broken_kept_or_not_asked(given: str, expected: str, state: str) -> None:
    assert about("payers_sign", f"{given} -> violates {expected}") == {state}


def test_ways_are_taken_or_met_and_not_taken() -> None:
    given = 'domain = "a"  size = 100  vip = false'
    behind = shown(f"{given}  paying = false -> stage lead; blocked by `when`")
    assert {"lead: ended in", "→ lead: taken", "lead → customer: not taken", "lead → customer.when: unmet"} <= behind
    on = shown(f"{given}  paying = true -> stage customer")
    assert {"customer: ended in", "lead → customer: taken", "lead → customer.when: met", "customer.wanted: met"} <= on
    assert "→ lead: not taken" in shown(" -> stage none")


def test_a_stamp_alone_opens_a_stage_or_its_lack_keeps_it_closed() -> None:
    given = 'domain = "a"  paying = true  size = 5  vip = false'
    assert about("customer.signed_on", f"{given}  signed_on = 2026-01-01 -> stage customer") == {"stamped"}
    assert about("customer.signed_on", f"{given} -> stage lead") == {"not stamped"}


def test_blockers_and_missing_fields_alone_do_not_decide() -> None:
    blocked = 'domain = "a"  paying = false  size = 5  vip = false -> blocked by `when`, wanted'
    assert about("customer.wanted", blocked) == set()


def test_what_no_record_can_show_does_not_count() -> None:
    rules = ruleset()
    found = without_impossible(coverage(rules), Reach(Differences(rules, TODAY), 1000))
    reasons = {f"{each.goal.name}: {each.goal.state}": each.impossible for each in found.shown if each.impossible}
    assert reasons == {
        "band.large: unknown": "nothing ever depends on it",  # whoever comes to it has a size
        "lead.reachable: unknown": "it is never unknown",
    }


@pytest.mark.parametrize("name", ["salesforce_opportunity", "hubspot_lifecycle"])
def test_an_example_notices_a_change_exactly_when_it_comes_out_otherwise(name: str) -> None:
    rules = compile_path(ROOT / "rulesets" / name).ruleset
    assert rules is not None
    before = [[outcome.found for outcome in result.outcomes] for result in run_examples(rules)]
    changes = [mutant.change for mutant in mutants(rules)] + [change for goal in goals(rules) for change in goal.changes]
    watches = watches_of(rules)
    assert len(watches) == len(rules.examples)
    noticed = 0
    for change in changes[::3]:
        after = run_examples(replace(change.ruleset, examples=rules.examples))
        differs = [[outcome.found for outcome in result.outcomes] != found for result, found in zip(after, before, strict=True)]
        assert [watch.notices(change) for watch in watches] == differs, change.declared
        noticed += sum(differs)
    assert noticed > 50


TABLE = """
team sales
system crm
entity account key id { id text required from crm  country text from crm  size integer 0.. from crm }
classify territory of account, first match from "territories.csv" { owner sales otherwise rest }
example "the north" of account { given { country = "DE"  size = 5 } expect territory = north }
example "nobody" of account { given { country = "US"  size = 5 } expect territory = rest }
"""


ROWS = "country,size,territory\nDE,,north\nFR,>=10,south\nFR,<10,small\n"


def test_the_rows_of_a_decision_table(tmp_path: Path) -> None:
    (tmp_path / "rules.rev").write_text(TABLE, encoding="utf-8")
    (tmp_path / "territories.csv").write_text(ROWS, encoding="utf-8")
    rules = compile_path(tmp_path).ruleset
    assert rules is not None
    states = [(each.goal.state, each.by) for each in coverage(rules).shown]
    assert states == [("taken", "the north"), ("taken", None), ("taken", None), ("taken", "nobody")]
