"""A baseline accepts today's findings by code, place and meaning; what is new counts, what is gone or overdue is told."""

from __future__ import annotations

import datetime
import tomllib
from typing import TYPE_CHECKING

import pytest

from revrules.baseline import BaselineError, accepted_today, new_findings, read_baseline, written
from revrules.cli.main import main
from revrules.compiler import compile_text

if TYPE_CHECKING:
    from pathlib import Path

    from revrules.baseline import Baseline
    from revrules.compiler import Compiled

TODAY = datetime.date(2026, 11, 22)
RULES = """\
ruleset acme { steward revops }
team revops
team sales
entity account key id { id text required  employees integer 1..  domain text }
define large of account { owner sales  means all of { size: employees >= 100  reachable: domain is known } }
define unused of account { owner sales  means employees >= 7 }
lifecycle revenue of account {
  stage lead { entry owner sales requires { l: large } won }
}
"""


def checked(text: str) -> Compiled:
    """Return the ruleset and all that is found about it."""
    return compile_text(text, today=TODAY, proofs=True)


@pytest.fixture
def baseline(tmp_path: Path) -> Baseline:
    """Return the baseline that accepts all that is found in ``RULES``."""
    compiled = checked(RULES)
    assert compiled.diagnostics, "there is something to accept"
    path = tmp_path / "accepted.toml"
    path.write_text(written(accepted_today(compiled.ruleset, compiled.diagnostics)), encoding="utf-8")
    return read_baseline(path)


def codes(baseline: Baseline, text: str, today: datetime.date = TODAY) -> list[str]:
    """Return the codes of what is left of the findings about ``text``."""
    compiled = checked(text)
    return [each.code for each in new_findings(baseline, compiled.ruleset, compiled.diagnostics, today)]


def test_what_is_accepted_is_not_told_again(baseline: Baseline) -> None:
    assert codes(baseline, RULES) == []


@pytest.mark.parametrize(
    "text",
    [
        "\n\n# a remark\n" + RULES,
        RULES.replace("means employees >= 7", "means   employees >= 7"),
        RULES.replace("define unused", "## Nobody knows why.\ndefine unused"),
        RULES.replace("size: employees >= 100  reachable: domain is known", "reachable: domain is known  size: employees >= 100"),
    ],
    ids=["moved down", "laid out", "documented", "reordered"],
)
def test_a_finding_stays_accepted_where_only_lines_and_words_change(baseline: Baseline, text: str) -> None:
    assert codes(baseline, text) == []


def test_a_new_finding_counts(baseline: Baseline) -> None:
    assert codes(baseline, RULES + "rule sized of account, warn { require employees is known }\n") == ["REV669"]


MORE = "define spare of account { owner sales  means employees >= 9 }\n"


def test_of_a_finding_about_one_thing_more_only_that_is_new(baseline: Baseline) -> None:
    for text in (RULES + MORE, RULES.replace("define large", MORE + "define large")):
        compiled = checked(text)
        finding, part = new_findings(baseline, compiled.ruleset, compiled.diagnostics, TODAY)
        assert (finding.code, part.code) == ("REV660", "REV796")
        assert "definition account.spare is new" in part.message
        assert dict(part.notes) == {"rest": "definition account.unused"}


def test_of_an_accepted_finding_about_several_things_each_can_go(tmp_path: Path) -> None:
    compiled = checked(RULES + MORE)
    path = tmp_path / "accepted.toml"
    path.write_text(written(accepted_today(compiled.ruleset, compiled.diagnostics)), encoding="utf-8")
    both = read_baseline(path)
    assert codes(both, RULES + MORE) == []
    found = checked(RULES)
    (gone,) = new_findings(both, found.ruleset, found.diagnostics, TODAY)
    assert gone.message.endswith("accepts REV660 for definition account.spare, which is not found any more")
    assert codes(both, RULES.replace("employees >= 7", "employees >= 8") + MORE) == ["REV660", "REV796", "REV793"]


def test_a_finding_about_something_that_means_something_else_now_is_new(baseline: Baseline) -> None:
    text = RULES.replace("employees >= 7", "employees >= 8")
    assert sorted(codes(baseline, text)) == ["REV660", "REV793"]
    compiled = checked(text)
    *_, remark = new_findings(baseline, compiled.ruleset, compiled.diagnostics, TODAY)
    assert remark.message.endswith("accepts REV660 for definition account.unused as it was: its meaning is another now")


def test_another_domain_of_a_field_that_is_read_is_another_meaning(baseline: Baseline) -> None:
    assert "REV793" in codes(baseline, RULES.replace("employees integer 1..", "employees integer 2.."))


def test_an_accepted_finding_that_is_gone_is_told(baseline: Baseline) -> None:
    gone = RULES.replace("define unused of account { owner sales  means employees >= 7 }\n", "")
    assert codes(baseline, gone) == ["REV793"]


def test_nothing_is_called_gone_where_proofs_were_not_asked_for(baseline: Baseline) -> None:
    compiled = checked(RULES)
    assert new_findings(baseline, compiled.ruleset, (), TODAY, complete=False) == []


def test_an_entry_accepts_one_finding_only(baseline: Baseline) -> None:
    compiled = checked(RULES)
    twice = (*compiled.diagnostics, compiled.diagnostics[0])
    left = new_findings(baseline, compiled.ruleset, twice, TODAY)
    assert left == [compiled.diagnostics[0]]


def test_a_finding_counts_again_when_its_day_has_passed(tmp_path: Path, baseline: Baseline) -> None:
    compiled = checked(RULES)
    text = written(accepted_today(compiled.ruleset, compiled.diagnostics))
    path = tmp_path / "dated.toml"
    path.write_text(text.replace('code = "REV660"', 'code = "REV660"\nuntil = 2026-11-22'), encoding="utf-8")
    dated = read_baseline(path)
    assert codes(dated, RULES) == []
    assert codes(dated, RULES, TODAY + datetime.timedelta(days=1)) == ["REV660", "REV794"]


def test_writing_again_keeps_dates_and_reasons_and_changes_nothing_else(tmp_path: Path, baseline: Baseline) -> None:
    compiled = checked(RULES)
    entries = accepted_today(compiled.ruleset, compiled.diagnostics)
    path = tmp_path / "dated.toml"
    head, *blocks = written(entries).split("\n\n")
    dated = blocks[0].rstrip("\n") + '\nuntil = 2027-01-31\nbecause = "a \\"reason\\""'
    path.write_text("\n\n".join([head, dated, *blocks[1:]]) + ("\n" if len(blocks) == 1 else ""), encoding="utf-8")
    before = read_baseline(path)
    assert [entry.because for entry in before.accepted if entry.until] == ['a "reason"']
    assert written(reversed(entries), before) == path.read_text(encoding="utf-8")


def test_any_text_in_a_message_is_readable_toml(baseline: Baseline) -> None:
    from dataclasses import replace

    odd = replace(baseline.accepted[0], message='a "b" \\ \x7f \u2028 é \n')
    assert tomllib.loads(written([odd]))["accepted"][0]["message"] == odd.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[accepted]]\n", "has no `ruleset`"),
        ("accepted = 3\n", "is a list of tables"),
        ("accepted = [3]\n", "is a list of tables"),
        ("version = 2\n", "version 2"),
        ("[[accepted]\n", "not TOML"),
        ('[[accepted]]\nruleset = "a"\ncode = "REV660"\nplace = "p"\nmeaning = "m"\nuntil = "soon"\n', "a date without quotes"),
        ('[[accepted]]\nruleset = "a"\ncode = "REV660"\nplace = "p"\nmeaning = "m"\ntill = 2026-01-01\n', "`till`"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=words):
        read_baseline(path)


def test_the_check_writes_and_reads_a_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rules = RULES.replace("owner sales requires", "requires")  # a warning: no owner
    (tmp_path / "rules.rev").write_text(rules, encoding="utf-8")
    assert main(["check", "rules.rev"]) == 1
    assert main(["check", "rules.rev", "--write-baseline", "accepted.toml"]) == 0
    assert "accepted" in capsys.readouterr().err
    assert main(["check", "rules.rev", "--baseline", "accepted.toml"]) == 0
    (tmp_path / "revrules.toml").write_text('baseline = "accepted.toml"\n', encoding="utf-8")
    assert main(["check", "rules.rev"]) == 0
    (tmp_path / "rules.rev").write_text(rules.replace("stage lead {", "stage first was lead {"), encoding="utf-8")
    assert main(["check", "rules.rev"]) == 1


def test_a_missing_baseline_checks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.rev").write_text(RULES, encoding="utf-8")
    assert main(["check", "rules.rev", "--baseline", "nowhere.toml"]) == 2
    assert "REV795" in capsys.readouterr().err
    assert main(["check", "rules.rev", "--write-baseline", "rules.rev"]) == 2
    assert (tmp_path / "rules.rev").read_text(encoding="utf-8") == RULES


def test_an_error_that_leaves_no_meaning_cannot_be_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.rev").write_text(RULES.replace("employees >= 7", "employes >= 7"), encoding="utf-8")
    assert main(["check", "rules.rev", "--write-baseline", "accepted.toml"]) == 1
    assert read_baseline(tmp_path / "accepted.toml").accepted == ()
