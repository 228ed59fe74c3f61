"""Examples that a ruleset lacks, found by the prover: on the limits, passing, as many as it takes and no more."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.check import check
from revrules.loading import load, load_text
from revrules.proofs.confirming import confirmed
from revrules.proofs.coverage import coverage
from revrules.proofs.differences import Differences
from revrules.proofs.missing_examples import missing_examples
from revrules.proofs.mutants import score
from revrules.proofs.reaching import NO_BUDGET, Reach, without_impossible, without_same

if TYPE_CHECKING:
    from revrules.ir import Ruleset
    from revrules.loading import Loaded
    from revrules.proofs.missing_examples import Missing

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)

HEAD = """
team sales
system crm
entity account key id {
  id        text required  from crm
  size      integer 0..    from crm
  arr       money          from crm
  kind      enum { small, large, other }  from crm
  ends_on   date           from crm
  claimed   enum { lead, customer }  from crm
  deals     many deal by account_id
}
entity deal key deal_id { deal_id text from crm  account_id text from crm  won boolean from crm }
"""


def loaded(body: str) -> Loaded:
    """Return a ruleset with these declarations, as it is loaded."""
    return load_text(HEAD + body)


def compiled(source: Loaded) -> Ruleset:
    """Return what a ruleset means."""
    ruleset, problems = check(source)
    assert ruleset is not None, problems
    return ruleset


def made(source: Loaded, most_questions: int = 1000) -> Missing:
    """Return the examples that a ruleset lacks; all of them come out when they are read back."""
    found = missing_examples(Differences(compiled(source), TODAY), most_questions=most_questions)
    assert confirmed(source, found.examples) == list(found.examples)
    return found


def given(found: Missing) -> list[dict[str, object]]:
    """Return the records of the new examples."""
    return [dict(each.example.given) for each in found.examples]


def test_a_number_is_tried_on_both_sides_of_its_limit() -> None:
    found = made(loaded("define big of account { owner sales means size >= 50 }"))
    assert {record.get("size") for record in given(found)} == {50, 49, None}
    texts = "".join(each.text for each in found.examples)
    assert 'example "big: size of 49 is not enough" of account as of 2026-11-21T09:00Z {' in texts
    assert "  given { size = 49 }\n  expect big is false\n" in texts


def test_a_range_is_tried_at_both_ends_and_beside_them() -> None:
    found = made(loaded("define fits of account { owner sales means size in 10..20 }"))
    assert {record.get("size") for record in given(found)} >= {9, 10, 20, 21}


def test_money_is_tried_a_cent_apart_and_dates_a_day() -> None:
    found = made(loaded("define rich of account { owner sales means arr > 100 }"))
    assert {record.get("arr") for record in given(found)} >= {Decimal(100), Decimal("100.01")}
    found = made(loaded("define over of account { owner sales means ends_on < 2026-01-31 }"))
    assert {str(record.get("ends_on")) for record in given(found)} >= {"2026-01-30", "2026-01-31"}


def test_a_set_is_tried_with_its_members_and_another() -> None:
    found = made(loaded("define sold of account { owner sales means kind in { small, large } }"))
    assert {record.get("kind") for record in given(found)} == {"small", "large", "other", None}


def test_related_records_stages_and_rules() -> None:
    source = loaded("""
    define buyer of account { owner sales means any(deals where won) }
    rule priced of account, warn { owner sales when buyer require arr > 0 message "A buyer pays" }
    lifecycle life of account {
      tracks claimed
      stage lead { entry owner sales }
      stage customer { owner sales from lead requires all of { buyer: buyer  priced: arr > 0 } won }
    }
    """)
    found = made(source)
    texts = "".join(each.text for each in found.examples)
    assert "expect violates priced" in texts
    assert "expect stage customer" in texts
    assert "expect blocked by buyer" in texts
    after = replace(compiled(source), examples=tuple(each.example for each in found.examples))
    reach = Reach(Differences(after, TODAY), 1000)
    assert without_impossible(coverage(after), reach).percent == 100.0
    assert without_same(score(after), reach).percent == 100.0
    assert not found.unreached


def test_titles_tell_examples_apart() -> None:
    found = made(load(ROOT / "examples" / "quickstart" / "rules.rev"))
    titles = [each.example.title for each in found.examples]
    assert len(set(titles)) == len(titles) > 20


@pytest.mark.parametrize(
    "name", ["rulesets/salesforce_opportunity", "rulesets/hubspot_lifecycle", "examples/quickstart/rules.rev"]
)
def test_with_the_new_examples_nothing_is_left_that_they_could_show(name: str) -> None:
    source = load(ROOT / name)
    found = made(source)
    ruleset = compiled(source)
    after = replace(ruleset, examples=(*ruleset.examples, *(each.example for each in found.examples)))
    reach = Reach(Differences(after, TODAY), 1000)
    assert without_impossible(coverage(after), reach).percent >= 99
    assert without_same(score(after), reach).percent >= 98
    assert missing_examples(Differences(after, TODAY)).examples == ()


def test_the_same_ruleset_gives_the_same_text() -> None:
    source = load(ROOT / "rulesets" / "hubspot_lifecycle")
    assert [each.text for each in made(source).examples] == [each.text for each in made(source).examples]


def test_it_stops_where_questions_end_and_says_so() -> None:
    found = made(load(ROOT / "rulesets" / "salesforce_opportunity"), most_questions=5)
    assert 0 < len(found.examples) <= 5
    assert {reason for _, reason in found.unreached} == {NO_BUDGET}


def test_what_no_record_can_show_is_told_apart_from_what_was_not_found() -> None:
    found = made(loaded("define odd of account { owner sales means size >= 100 and size >= 50 }"))
    assert {reason for _, reason in found.impossible} == {"it means the same for every record"}
    assert not found.unreached


# --- the command -------------------------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `revrules test`."""
    line = [sys.executable, "-m", "revrules", "test", *arguments, "--as-of", "2026-11-21"]
    return subprocess.run(line, capture_output=True, encoding="utf-8", timeout=120, check=False)


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    """Return a copy of the quickstart's folder."""
    shutil.copytree(ROOT / "examples" / "quickstart", tmp_path / "q")
    return tmp_path / "q" / "rules.rev"


def test_a_file_of_examples_that_counts_once_it_is_imported(quickstart: Path) -> None:
    new = quickstart.with_name("more.rev")
    first = run(str(quickstart), "--generate", "-o", str(new))
    assert first.returncode == 0, first.stderr
    assert 'they count once the ruleset says: import "more.rev"' in first.stderr
    assert new.read_text(encoding="utf-8").startswith("# Examples that `revrules test --generate` wrote")
    again = run(str(quickstart), "--generate", "-o", str(new))
    assert (again.returncode, "does not import this file" in again.stderr) == (2, True)

    text = quickstart.read_text(encoding="utf-8")
    quickstart.write_text(text.replace("\nteam", '\nimport "more.rev"\n\nteam', 1), encoding="utf-8")
    full = run(str(quickstart), "--coverage", "--mutants", "--fail-under", "99")
    assert full.returncode == 0, full.stderr
    before = new.read_text(encoding="utf-8")
    more = run(str(quickstart), "--generate", "-o", str(new))
    assert (more.returncode, more.stderr.splitlines()[0]) == (0, f"0 examples written to {new}")
    assert new.read_text(encoding="utf-8") == before


def test_another_file_is_not_overwritten(quickstart: Path) -> None:
    result = run(str(quickstart), "--generate", "-o", str(quickstart))
    assert (result.returncode, "was not written by" in result.stderr) == (2, True)


def test_coverage_in_words_in_short_and_as_json(quickstart: Path) -> None:
    full = run(str(quickstart), "--coverage")
    assert full.returncode == 0, full.stderr
    assert "lifecycle revenue of account" in full.stdout
    assert ": no example where it is unknown, and that decides\n" in full.stdout
    assert "cannot be shown: proved:" in full.stdout
    short = run(str(quickstart), "--coverage", "--output-format", "concise", "--no-proofs")
    assert all(line.startswith(str(quickstart)) for line in short.stdout.splitlines())
    report = json.loads(run(str(quickstart), "--coverage", "--mutants", "--output-format", "json").stdout)
    (shown,), (noticed,) = report["coverage"], report["mutants"]
    assert 0 < shown["percent"] < 100
    assert 0 < noticed["percent"] < 100
    assert any(goal["impossible"] == "it is never unknown" for goal in shown["goals"])
    assert {"in", "mistake", "place", "noticed_by", "makes_no_difference"} == set(noticed["mistakes"][0])


def test_a_share_that_is_too_low_fails(quickstart: Path) -> None:
    assert run(str(quickstart), "--coverage", "--fail-under", "90").returncode == 1
    assert run(str(quickstart), "--coverage", "--fail-under", "10").returncode == 0


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "x.rev"],
        ["--fail-under", "5"],
        ["--generate", "--coverage"],
        ["--generate", "--output-format", "json"],
        ["--mutants", "--output-format", "junit"],
    ],
)
def test_options_that_do_not_go_together_are_refused(quickstart: Path, options: list[str]) -> None:
    assert run(str(quickstart), *options).returncode == 2


def test_a_ruleset_with_errors_gets_no_examples(tmp_path: Path) -> None:
    file = tmp_path / "rules.rev"
    file.write_text("define x of nothing { means true }", encoding="utf-8")
    result = run(str(file), "--generate")
    assert (result.returncode, result.stdout) == (1, "")
    assert "REV" in result.stderr
