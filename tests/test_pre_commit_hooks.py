"""The hooks for pre-commit: each entry runs, fails on what it should find and passes where there is nothing."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from revrules.cli.main import main

HOOKS = (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
GOOD = """\
ruleset acme { steward revops }

team revops

entity account key id {
  id    text required
  size  integer
}

example "a small one" of account as of 2026-11-21 {
  given { id = "A-1"  size = 3 }
  expect size_class is known
}
"""
BY_ID = {
    found["id"]: found for block in HOOKS.split("- ")[1:] if (found := dict(re.findall(r"^ *(\w+): (.*)$", block, re.MULTILINE)))
}


def entry(name: str) -> list[str]:
    """Return the words of a hook's command line, without the program."""
    program, *words = shlex.split(BY_ID[name]["entry"])
    assert program == "revrules"
    return words


def test_there_is_a_hook_for_checking_laying_out_and_testing() -> None:
    assert set(BY_ID) == {"revrules-check", "revrules-fmt", "revrules-test"}
    assert all(hook["language"] == "python" for hook in BY_ID.values())


@pytest.mark.parametrize("name", BY_ID)
def test_a_hook_runs_for_rulesets_wherever_they_lie(name: str) -> None:
    assert re.search(BY_ID[name]["files"], "some/folder/rules.rev")
    assert not re.search(BY_ID[name]["files"], "rules.rev.bak")


def test_the_check_fails_on_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.rev").write_text("ruleset acme { steward nobody }\n", encoding="utf-8")
    assert main(entry("revrules-check")) == 1
    (tmp_path / "rules.rev").write_text("ruleset acme { steward revops }\n\nteam revops\n", encoding="utf-8")
    assert main(entry("revrules-check")) == 0


def test_the_formatter_lays_out_the_files_that_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "rules.rev"
    path.write_text("ruleset   acme {steward revops}\nteam revops\n", encoding="utf-8")
    main([*entry("revrules-fmt"), str(path)])
    once = path.read_text(encoding="utf-8")
    assert once.startswith("ruleset acme {")
    assert main([*entry("revrules-fmt"), str(path)]) == 0
    assert path.read_text(encoding="utf-8") == once


def test_the_tests_fail_with_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = GOOD.replace("example", "define size_class of account { means size > LIMIT }\n\nexample", 1).replace(
        "is known", "is true"
    )
    (tmp_path / "rules.rev").write_text(text.replace("LIMIT", "5"), encoding="utf-8")
    assert main(entry("revrules-test")) == 1
    (tmp_path / "rules.rev").write_text(text.replace("LIMIT", "2"), encoding="utf-8")
    assert main(entry("revrules-test")) == 0
