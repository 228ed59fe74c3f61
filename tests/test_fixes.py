"""The cheapest way of a record to a stage: it leads there, asks for as little as possible, and never for what cannot be done."""

from __future__ import annotations

import copy
import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.backends.smt import Verdict
from revrules.cli.main import main
from revrules.compiler import compile_text
from revrules.proofs.fixes import Fix, cheapest_fix
from revrules.proofs.questions import Questions
from revrules.reference import place

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from revrules import ir

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULES = """
ruleset acme { title "Acme" }
team marketing "Marketing"
team sales "Sales"
list consumer { "gmail.com", "web.de" }
entity account key account_id {
  account_id  text required
  domain      text                      owner marketing
  employees   integer 1..               owner marketing
  engagement  integer 0..100            owner marketing
  amount      money                     owner sales
  signed_on   date                      owner sales
  accepted_at datetime                  owner sales
  stage       enum { lead, mql, sql, customer, frozen }
  lost_reason text                      owner sales
  meetings    many meeting by account_id
}
entity meeting key meeting_id {
  meeting_id text required
  account_id text required
  kind       enum { discovery, demo }
  held_at    datetime
}
lifecycle revenue of account {
  tracks stage
  stage lead { entry owner marketing requires { reachable: domain not in consumer } }
  stage mql { owner marketing from lead requires any of {
    interest: engagement >= 60
    both: all of { size: employees in 50..5000   some: engagement >= 30 }
  } }
  stage sql { owner sales from mql requires { met: count(meetings where kind = discovery) >= 2 } stamped by accepted_at }
  stage customer { owner sales from sql requires all of { worth: amount > 1000  signed: signed_on <= today } won }
  stage frozen { owner sales from customer requires { never: employees < 10 and employees > 20 } }
}
"""


def way(record: dict[str, object], stage: str, rules: str = RULES) -> Fix:
    ruleset = ruleset_of(rules)
    before = copy.deepcopy(record)
    fix = cheapest_fix(Questions(ruleset, NOW.date()), ruleset.lifecycle("revenue"), record, NOW, stage)
    assert record == before, "nothing is changed"
    if fix.changes:
        changed = applied(record, fix)
        placement = place(ruleset, ruleset.lifecycle("revenue"), changed, NOW)
        assert stage in placement.path and placement.stage == fix.ends_in
    return fix


def ruleset_of(rules: str) -> ir.Ruleset:
    compiled = compile_text(rules)
    assert compiled.ruleset is not None, compiled.diagnostics
    return compiled.ruleset


def applied(record: dict[str, object], fix: Fix) -> dict[str, object]:
    changed = copy.deepcopy(record)
    for change in fix.changes:
        spot: dict[str, object] = changed
        for part in change.path[:-1]:
            spot = spot[part]  # type: ignore[index,assignment]  # the way leads through records and lists
        last = change.path[-1]
        if isinstance(change.new, dict):
            spot.setdefault(str(last), []).append(change.new)  # type: ignore[attr-defined]  # a list of related records
        else:
            spot[str(last)] = change.new
    return changed


def changed_fields(fix: Fix) -> dict[str, object]:
    return {".".join(map(str, change.path)): change.new for change in fix.changes}


def test_a_record_that_is_there_already_needs_nothing() -> None:
    fix = way({"account_id": "A", "domain": "acme.example", "engagement": 70}, "lead")
    assert fix.already and not fix.changes and not fix.met


def test_one_criterion_is_met_where_one_is_enough() -> None:
    fix = way({"account_id": "A", "domain": "acme.example", "employees": 200}, "mql")
    assert [met.criterion for met in fix.met] == ["some"]
    assert list(changed_fields(fix)) == ["engagement"]


def test_what_a_text_is_now_is_kept() -> None:
    fix = way({"account_id": "A", "domain": "acme.example"}, "mql")
    assert changed_fields(fix).keys() == {"engagement"}


def test_a_text_that_stands_in_the_way_is_replaced() -> None:
    fix = way({"account_id": "A", "domain": "gmail.com", "engagement": 80}, "mql")
    assert changed_fields(fix).keys() == {"domain"}
    assert changed_fields(fix)["domain"] not in ("gmail.com", "web.de")


def test_a_stamp_is_not_set_to_get_round_the_criteria() -> None:
    fix = way({"account_id": "A", "domain": "acme.example", "engagement": 80}, "sql")
    assert "accepted_at" not in changed_fields(fix)
    assert [change.path for change in fix.changes] == [("meetings",), ("meetings",)]


def test_related_records_that_are_there_count() -> None:
    given = {"kind": "discovery", "held_at": NOW}
    fix = way({"account_id": "A", "domain": "acme.example", "engagement": 80, "meetings": [given]}, "sql")
    assert len(fix.changes) == 1


def test_a_related_record_can_be_completed_instead_of_added() -> None:
    fix = way({"account_id": "A", "domain": "acme.example", "engagement": 80, "meetings": [{"kind": "discovery"}, {}]}, "sql")
    assert [change.path for change in fix.changes] == [("meetings", 1, "kind")]


def test_a_stage_that_nothing_can_reach_is_impossible() -> None:
    fix = way({"account_id": "A", "domain": "acme.example"}, "frozen")
    assert fix.verdict is Verdict.IMPOSSIBLE


def test_the_day_of_a_change_is_today() -> None:
    record = {"account_id": "A", "domain": "acme.example", "engagement": 80, "accepted_at": NOW, "amount": Decimal(5000)}
    assert changed_fields(way(record, "customer")) == {"signed_on": NOW.date()}


def test_fields_of_the_stages_own_team_are_preferred() -> None:
    rules = """
    team sales "Sales"
    team finance "Finance"
    entity account key id {
      id text required
      open boolean
      ours boolean owner sales
      theirs boolean owner finance
    }
    lifecycle revenue of account {
      stage lead { entry owner sales requires { open: open } }
      stage done { owner sales from lead requires any of { theirs: theirs  ours: ours } won }
    }
    """
    assert list(changed_fields(way({"id": "A", "open": True}, "done", rules))) == ["ours"]


def test_a_missing_field_is_filled_before_a_known_one_is_overwritten() -> None:
    rules = """
    team sales "Sales"
    entity account key id { id text required  a integer owner sales  b integer owner sales }
    lifecycle revenue of account {
      stage lead { entry owner sales }
      stage done { owner sales from lead requires any of { a: a > 5  b: b > 5 } won }
    }
    """
    assert list(changed_fields(way({"id": "A", "a": 1}, "done", rules))) == ["b"]
    assert list(changed_fields(way({"id": "A", "b": 1}, "done", rules))) == ["a"]


def test_why_says_the_way_in_words_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, data = tmp_path / "rules.rev", tmp_path / "accounts.csv"
    rules.write_text(RULES)
    data.write_text("account_id,domain,employees,engagement,stage\nA-1,acme.example,20,10,lead\n")
    command = ["why", str(rules), str(data), "A-1", "--to", "mql", "--as-of", "2026-11-21"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "The shortest way of account A-1 to mql: 1 criterion to meet." in told
    assert "engagement: 10 → 60, which Marketing writes" in told
    assert main([*command, "--output-format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["meet"] == [{"stage": "mql", "criterion": "interest", "owners": ["marketing"]}]
    assert found["change"] == [{"field": "engagement", "from": 10, "to": 60, "owners": ["marketing"]}]


def test_a_goal_that_is_no_stage_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, data = tmp_path / "rules.rev", tmp_path / "accounts.csv"
    rules.write_text(RULES)
    data.write_text("account_id,stage\nA-1,lead\n")
    assert main(["why", str(rules), str(data), "A-1", "--to", "custmer"]) == 2
    assert "`customer`" in capsys.readouterr().err


def test_moments_that_have_to_follow_one_another_are_both_of_today() -> None:
    rules = """
    team sales
    entity account key account_id { account_id text  created_at datetime  called_at datetime }
    lifecycle revenue of account {
      stage new { entry owner sales requires { called: called_at within 24 hours after created_at } }
    }
    """
    fix = way({"account_id": "A-1"}, "new", rules)
    assert {(change.path, change.new) for change in fix.changes} == {(("created_at",), NOW), (("called_at",), NOW)}
