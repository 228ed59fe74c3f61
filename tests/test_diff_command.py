"""`revrules diff` in a git repository: what is compared, how it ends, what it shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from repositories import Repo

from revrules.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
ruleset acme { steward revops }
import "words.rev"
"""
WORDS = """\
team revops
team sales
list free from "free.txt"
entity account key id { id text required  domain text  size integer 0.. }
define large of account { owner sales  means size >= 100 and domain not in free }
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Return a repository with a ruleset of several files in a folder of it, and go there."""
    made = Repo(tmp_path / "repository")
    made.commit({"rules/rules.rev": RULES, "rules/words.rev": WORDS, "rules/free.txt": "free.example\n"})
    monkeypatch.chdir(made.folder / "rules")
    return made


def test_head_is_compared_with_the_working_tree(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff"]) == 0
    assert "no change in meaning from HEAD to the working tree: proved" in capsys.readouterr().out
    repo.write({"rules/words.rev": WORDS.replace("size >= 100", "size >= 90")})
    assert main(["diff"]) == 1
    shown = capsys.readouterr().out
    assert "definition `large` is looser: `size >= 100` → `size >= 90`" in shown
    assert "ask sales: answers for definition `large`" in shown


def test_moving_declarations_to_another_file_is_proved_to_be_the_same(repo: Repo) -> None:
    *shared, large = WORDS.splitlines(keepends=True)
    repo.write({"rules/words.rev": 'import "large.rev"\n' + "".join(shared), "rules/large.rev": large})
    assert main(["diff"]) == 0


def test_a_list_is_read_as_it_was_at_each_revision(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"rules/free.txt": "free.example\nmail.example\n"})
    repo.write({"rules/free.txt": "other.example\n"})
    assert main(["diff", "HEAD~1", "HEAD"]) == 1
    shown = capsys.readouterr().out
    assert 'list `free`: only new has `"mail.example"`' in shown
    assert "stricter: `large`" in shown
    assert "other.example" not in shown
    assert (repo.folder / "rules" / "free.txt").read_text(encoding="utf-8") == "other.example\n"


def test_two_paths_are_compared_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in (("old", 100), ("new", 200)):
        folder = tmp_path / name
        folder.mkdir()
        words = WORDS.replace("100", str(limit)).replace(' from "free.txt"', ' { "a.example" }')
        (folder / "rules.rev").write_text(f"{RULES.splitlines()[0]}\n{words}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "old", "new"]) == 1
    assert main(["diff", "old", "old"]) == 0


@pytest.mark.parametrize(
    ("limit", "fail_on", "code"),
    [
        (90, "loosened", 1),
        (90, "tightened", 0),
        (110, "tightened", 1),
        (110, "loosened", 0),
        (90, "never", 0),
        (90, "undecided", 0),
    ],
)
def test_only_what_is_to_fail_fails(repo: Repo, limit: int, fail_on: str, code: int) -> None:
    repo.write({"rules/words.rev": WORDS.replace("size >= 100", f"size >= {limit}")})
    assert main(["diff", "--fail-on", fail_on]) == code


def test_a_version_that_does_not_compile_cannot_be_compared(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"rules/words.rev": WORDS.replace("size >= 100", "sise >= 100")})
    assert main(["diff"]) == 2
    assert "REV221" in capsys.readouterr().err


@pytest.mark.parametrize("revision", ["nowhere", "--upload-pack=x", "HEAD~9"])
def test_a_revision_that_is_not_there_is_an_error(repo: Repo, revision: str) -> None:
    assert main(["diff", "--", revision]) == 2


@pytest.mark.parametrize(
    ("style", "start"),
    [("json", "{"), ("markdown", "### What this change means"), ("html", "<!doctype html>"), ("github", "::notice file=")],
)
def test_every_format_tells_the_change_and_whom_to_ask(
    repo: Repo, capsys: pytest.CaptureFixture[str], style: str, start: str
) -> None:
    repo.write({"rules/words.rev": WORDS.replace("size >= 100", "size >= 90")})
    assert main(["diff", "--output-format", style]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith(start)
    assert "large" in shown and "sales" in shown


def test_json_is_json(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"rules/words.rev": WORDS.replace("size >= 100", "size >= 90")})
    main(["diff", "--output-format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["old"], found["new"], found["same"]) == ("HEAD", "the working tree", False)
