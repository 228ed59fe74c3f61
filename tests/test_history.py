"""The history of a meaning: which commits changed a word or a stage, and which moved a record."""

from __future__ import annotations

import datetime
import json
import random
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from repositories import Repo

from revrules.cli.main import main
from revrules.diff.history import history
from revrules.diff.past import Past
from revrules.diff.terms import named
from revrules.revisions import Repository

if TYPE_CHECKING:
    from pathlib import Path

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
    assert found.changed == 1


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
    assert "2 commits touched the ruleset, 2 touched `account.big`, 1 changed its meaning" in shown.err
    assert main(["log", "big", "rules", "--output-format", "json"]) == 0
    assert [event["kind"] for event in json.loads(capsys.readouterr().out)["events"]] == ["tightened", "new"]
    assert main(["log", "bigg", "rules"]) == 2
    assert "did you mean `big`" in capsys.readouterr().err


MOVES = ((100, "first"), (200, "out"), (120, "in"), (110, "no matter"), (160, "out again"), (170, "no matter, again"))


def moving(folder: Path) -> Repo:
    """Make a repository whose commits move record A in and out of `mql`, and two records."""
    repo = Repo(folder)
    (folder / "data.csv").write_text("id,size,score\nA,150,60\nB,500,90\n", encoding="utf-8")
    for limit, subject in MOVES:
        repo.commit({"rules/rules.rev": RULES.replace(">= 100", f">= {limit}")}, subject)
    return repo


def blamed(capsys: pytest.CaptureFixture[str], *options: str, key: str = "A") -> dict[str, Any]:
    """Return what `blame` says as JSON."""
    assert main(["blame", "rules", "data.csv", key, "--output-format", "json", *options]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_blame_names_the_last_commit_that_moved_a_record_and_the_clause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    moving(tmp_path)
    found = blamed(capsys)
    (stage,) = found["stages"]
    assert (stage["subject"], stage["stage_before"], stage["stage"]) == ("out again", "mql", "lead")
    assert "160" in stage["because"][0]
    assert (found["stage"], found["commits"], found["versions_placed"]) == ("lead", 3, 3)
    assert main(["blame", "rules", "data.csv", "A"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "A in `revenue`: mql → lead"
    assert "older commits were not looked at" in shown.err
    assert main(["blame", "rules", "data.csv", "C"]) == 2


def test_blame_names_all_commits_that_moved_a_record_if_asked_also_where_it_moved_back_and_forth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    moving(tmp_path)
    stages = blamed(capsys, "--all")["stages"]
    assert [(each["subject"], each["stage"]) for each in stages] == [
        ("out again", "lead"), ("in", "mql"), ("out", "lead"), ("first", "mql"),
    ]  # fmt: skip
    assert main(["blame", "rules", "data.csv", "B"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == "B in `revenue`: mql"
    assert "6 commits looked at, 6 versions placed the record, none of them elsewhere" in shown.err


def test_blame_finds_a_change_by_halving_where_the_stage_differed_at_an_older_revision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    (tmp_path / "data.csv").write_text("id,size,score\nA,150,60\n", encoding="utf-8")
    for limit in range(100, 200):
        repo.commit({"rules/rules.rev": RULES.replace(">= 100", f">= {limit}")}, f"limit {limit}")
    found = blamed(capsys, "--since", "HEAD~90")
    assert [(each["subject"], each["stage_before"], each["stage"]) for each in found["stages"]] == [("limit 151", "mql", "lead")]
    assert found["found"] == "by halving"
    assert found["versions_placed"] <= 9
    assert found["commits"] == 91
    assert main(["blame", "rules", "data.csv", "A", "--since", "HEAD~90"]) == 0
    assert "the stage may have changed more than once in between" in capsys.readouterr().err
    same = blamed(capsys, "--since", "HEAD~20")
    assert (same["found"], [each["stage"] for each in same["stages"]]) == ("version by version", ["lead"])
    assert len(blamed(capsys, "--since", "HEAD~90", "--all")["stages"]) == 2


def test_blame_says_that_a_commit_that_cannot_be_compiled_may_have_moved_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = moving(tmp_path)
    broken = repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= nothing")}, "broken")
    repo.commit({"rules/rules.rev": RULES}, "mended")
    for options in ((), ("--since", "HEAD~3")):
        (stage,) = blamed(capsys, *options)["stages"]
        assert (stage["subject"], stage["stage"], stage["or_one_of"]) == ("mended", "mql", [broken]), options


def test_blame_looks_into_a_merge_if_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    (tmp_path / "data.csv").write_text("id,size,score\nA,150,60\n", encoding="utf-8")
    repo.commit({"rules/rules.rev": RULES}, "first")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 150")}, "no matter")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 200")}, "the one")
    repo.commit({"rules/rules.rev": RULES.replace(">= 100", ">= 210")}, "nor this")
    repo.git("checkout", "-q", "main")
    repo.commit({"README.md": "words"}, "beside")
    repo.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    assert [each["subject"] for each in blamed(capsys)["stages"]] == ["merged"]
    assert [each["subject"] for each in blamed(capsys, "--all-parents")["stages"]] == ["the one"]
    assert main(["blame", "rules", "data.csv", "A"]) == 0
    assert "a merge: --all-parents looks into what it brought" in capsys.readouterr().out


def test_blame_follows_a_stage_through_its_new_name_and_ends_where_the_file_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    (tmp_path / "data.csv").write_text("id,Size,SIZE,size_of,score\nA,150,150,150,60\n", encoding="utf-8")
    field = RULES.replace("size integer 0..", 'size integer 0.. as "size_of"')
    repo.commit({"rules/rules.rev": RULES}, "two columns")
    repo.commit({"rules/rules.rev": field}, "a column of its own")
    repo.commit({"rules/rules.rev": field.replace("stage mql {", "stage qualified was mql {")}, "renamed")
    stages = blamed(capsys)["stages"]
    assert [(each["subject"], each["stage"], each["compared_with"]) for each in stages] == [("a column of its own", "mql", None)]
    assert main(["blame", "rules", "data.csv", "A"]) == 0
    assert "the ruleset cannot read this file: " in capsys.readouterr().err


@pytest.mark.parametrize("seed", range(4))
def test_blame_agrees_with_placing_the_record_at_every_commit(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits, words, names of the stage and mistakes come and go; the commit-by-commit answer is worked out by hand."""
    chance = random.Random(seed)
    monkeypatch.chdir(tmp_path)
    repo = Repo(tmp_path)
    (tmp_path / "data.csv").write_text("id,size,score\nA,150,60\n", encoding="utf-8")
    stood: list[tuple[str, str]] = []
    renamed = False
    for _ in range(25):
        limit = chance.choice([100, 120, 149, 150, 151, 200, 300])
        said = chance.choice([f"size >= {limit}", f"not (size < {limit})", f"not ({limit} > size)"])
        renamed = renamed or chance.random() < 0.05
        broken = chance.random() < 0.15
        text = RULES.replace("size >= 100", said).replace("stage mql {", "stage hot was mql {" if renamed else "stage mql {")
        commit = repo.commit({"rules/rules.rev": f"# {chance.random()}\n{text}{'define {' if broken else ''}"})
        if not broken:
            stood.append((commit, "lead" if limit > 150 else "mql"))
    moves = [(commit, after) for (_, before), (commit, after) in pairwise(stood) if before != after]
    names = {"mql": "hot" if renamed else "mql", "lead": "lead"}
    every = blamed(capsys, "--all")["stages"]
    assert [each["commit"] for each in reversed(every) if each["compared_with"]] == [commit for commit, _ in moves]
    last = blamed(capsys)
    assert last["stage"] == names[stood[-1][1]]
    assert last["stages"][0]["commit"] == (moves[-1][0] if moves else stood[0][0])
    halved = blamed(capsys, "--since", stood[0][0])
    wanted = (
        [commit for commit, after in moves if after == stood[-1][1]]
        if stood[0][1] != stood[-1][1]
        else [last["stages"][0]["commit"]]
    )
    assert halved["stages"][0]["commit"] in wanted


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
    assert main(["log", "big"]) == 0
    assert "a merge: --all-parents shows what it brought" in capsys.readouterr().out
    assert main(["log", "big", "--all-parents", "--output-format", "json"]) == 0
    (merge, first) = json.loads(capsys.readouterr().out)["events"]
    assert [(each["subject"], each["kind"]) for each in merge["brought"]] == [
        ("another step", "tightened"),
        ("one step", "tightened"),
    ]
    assert first["brought"] == []
    assert main(["log", "big", "--all-parents"]) == 0
    assert "    a merge, which brought:\n" in capsys.readouterr().out
    assert main(["log", "big", "--until", "HEAD^2"]) == 0
    assert "another step" in capsys.readouterr().out
