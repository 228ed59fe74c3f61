"""The history of a meaning: which commits changed a word or a stage, and which moved a record."""

from __future__ import annotations

import datetime
import json
from itertools import chain
from typing import TYPE_CHECKING

from repositories import Repo

from revrules.cli.main import main
from revrules.diff.history import history
from revrules.diff.past import Past
from revrules.diff.terms import named
from revrules.revisions import Repository

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from revrules.diff.history import History

TODAY = datetime.date(2026, 11, 22)
RULES = """team sales "Sales"
entity account key id { id text required  size integer 0..  score integer 0..100 }
define big of account { owner sales means size >= 100 }
define good of account { owner sales means big and score >= 50 }
lifecycle revenue of account {
  stage lead { entry owner sales requires { there: size is known } }
  stage mql { owner sales from lead requires { good: good } }
}
"""


def of(folder: Path, text: str, path: str = "rules") -> History:
    """Return the history of what ``text`` names."""
    with Repository.around(folder) as repository:
        past = Past(repository, repository.inside(folder / path))
        versions = past.versions()
        seen = [next(versions)]
        while seen[-1].ruleset is None or not named(seen[-1].ruleset, text):
            seen.append(next(versions))
        assert seen[-1].ruleset is not None, "it was looked for"
        (term,) = named(seen[-1].ruleset, text)
        return history(past, chain(seen, versions), term, TODAY)


def told(found: History) -> list[tuple[str, str]]:
    """Return the subjects and kinds of the events, oldest first."""
    return [(event.commit.subject, event.kind.value) for event in reversed(found.events)]


def test_a_commit_that_only_rewords_is_proved_to_mean_the_same_and_left_out(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace("size >= 100", "not not (100 <= size)")}, "reworded")
    repo.commit({"rules/rules.rev": RULES.replace("size >= 100", "size > 99")}, "reworded again")
    found = of(tmp_path, "big")
    assert told(found) == [("first", "new")]
    assert (found.touched, found.proved) == (3, 2)


def test_the_change_of_a_word_that_another_uses_is_told_with_its_clause(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "stricter")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 50")}, "looser")
    for text in ("good", "account.good", "mql", "revenue.mql"):
        found = of(tmp_path, text)
        assert told(found) == [("first", "new"), ("stricter", "tightened"), ("looser", "loosened")], text
        assert found.events[0].causes[0].said == ("size >= 200", "size >= 50"), text
        assert found.events[0].causes[0].gained is not None, text


def test_what_a_word_does_not_use_is_no_part_of_its_history(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace("score >= 50", "score >= 60")}, "another word")
    found = of(tmp_path, "big")
    assert told(found) == [("first", "new")]
    assert (found.commits, found.touched) == (2, 1)


def test_a_renamed_word_keeps_its_history(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "stricter")
    renamed = RULES.replace(">= 100", ">= 200").replace("define big of account {", "define large was big of account {")
    repo.commit({"rules/rules.rev": renamed.replace("big and", "large and")}, "renamed")
    found = of(tmp_path, "large")
    assert told(found) == [("first", "new"), ("stricter", "tightened"), ("renamed", "same")]
    assert [event.renamed for event in found.events] == [True, False, False]
    assert found.changed == 2


def test_a_word_that_went_and_came_back_is_told_as_both(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    without = RULES.replace("define big of account { owner sales means size >= 100 }\n", "").replace("big and ", "")
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": without}, "gone")
    repo.commit({"rules/rules.rev": RULES}, "back")
    assert told(of(tmp_path, "big")) == [("first", "new"), ("gone", "gone"), ("back", "new")]
    repo.commit({"rules/rules.rev": without}, "gone for good")
    assert told(of(tmp_path, "big"))[-1] == ("gone for good", "gone")


def test_a_version_that_cannot_be_read_is_told_and_its_change_lands_on_the_next(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200") + "define {"}, "broken")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "mended")
    found = of(tmp_path, "big")
    assert told(found) == [("first", "new"), ("mended", "tightened")]
    assert [each.commit.subject for each in found.broken] == ["broken"]


def test_a_mistake_in_what_a_word_does_not_use_hides_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200").replace("score >=", "nothing >=")}, "mistaken")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "mended")
    assert told(of(tmp_path, "big")) == [("first", "new"), ("mistaken", "tightened")]
    assert [each.commit.subject for each in of(tmp_path, "good").broken] == ["mistaken"]


def test_a_folder_that_moved_is_followed(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"old/rules.rev": RULES}, "first")
    repo.commit({"old/rules.rev": RULES.replace(">= 100", ">= 200")}, "stricter")
    repo.git("mv", "old", "rules")
    repo.record("moved")
    assert told(of(tmp_path, "big")) == [("first", "new"), ("stricter", "tightened")]


def test_only_contents_that_matter_to_a_word_are_compiled(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    for number in range(5):
        repo.commit({"rules/rules.rev": f"# {number}\n{RULES.replace('score >= 50', f'score >= {51 + number}')}"})
    with Repository.around(tmp_path) as repository:
        past = Past(repository, repository.inside(tmp_path / "rules"))
        past.look_at(("big",))
        versions = list(past.versions())
    assert len(versions) == 6
    assert past.compiled == 1
    assert past.read == 6


def test_log_tells_commits_records_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    repo.commit({"rules/rules.rev": RULES}, "first")
    commit = repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "stricter")
    assert main(["log", "big", "rules"]) == 0
    shown = capsys.readouterr()
    assert f"{commit[:10]}  2026-01-03  Ada  stricter" in shown.out
    assert "`account.big` is stricter" in shown.out
    assert "`size >= 100` → `size >= 200`" in shown.out
    assert "2 commits touched the ruleset, 2 touched `account.big`, 2 changed its meaning" in shown.err
    assert main(["log", "big", "rules", "--output-format", "json"]) == 0
    assert [event["kind"] for event in json.loads(capsys.readouterr().out)["events"]] == ["tightened", "new"]
    assert main(["log", "bigg", "rules"]) == 2
    assert "did you mean `big`" in capsys.readouterr().err


def test_blame_names_the_commit_and_clause_that_moved_a_record_also_where_it_moved_back_and_forth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    (tmp_path / "data.csv").write_text("id,size,score\nA,150,60\nB,500,90\n", encoding="utf-8")
    for limit, subject in ((100, "first"), (200, "out"), (120, "in"), (110, "no matter"), (160, "out again")):
        repo.commit({"rules/rules.rev": RULES.replace(">= 100", f">= {limit}")}, subject)
    assert main(["blame", "rules", "data.csv", "A", "--output-format", "json"]) == 0
    stages = json.loads(capsys.readouterr().out)["stages"]
    assert [(each["subject"], each["stage"]) for each in stages] == [
        ("out again", "lead"), ("in", "mql"), ("out", "lead"), ("first", "mql"),
    ]  # fmt: skip
    assert "160" in stages[0]["because"][0]
    assert main(["blame", "rules", "data.csv", "B"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "B in `revenue`: mql"
    assert "5 commits touched the ruleset, 0 commits moved the record" in shown.err
    assert main(["blame", "rules", "data.csv", "C"]) == 2


def test_a_shallow_clone_says_that_older_commits_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "whole")
    repo.commit({"rules.rev": RULES}, "first")
    repo.commit({"rules.rev": RULES.replace(">= 100", ">= 200")}, "stricter")
    repo.git("clone", "-q", "--depth", "1", (tmp_path / "whole").as_uri(), str(tmp_path / "part"))
    monkeypatch.chdir(tmp_path / "part")
    assert main(["log", "big"]) == 0
    assert "the repository is shallow" in capsys.readouterr().err


def test_a_merge_counts_as_one_commit_and_its_side_can_be_looked_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    repo.commit({"rules.rev": RULES}, "first")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"rules.rev": RULES.replace(">= 100", ">= 150")}, "one step")
    repo.commit({"rules.rev": RULES.replace(">= 100", ">= 200")}, "another step")
    repo.git("checkout", "-q", "main")
    repo.commit({"README.md": "words"}, "beside")
    repo.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    assert told(of(tmp_path, "big", "rules.rev")) == [("first", "new"), ("merged", "tightened")]
    assert main(["log", "big", "--until", "HEAD^2"]) == 0
    assert "another step" in capsys.readouterr().out
