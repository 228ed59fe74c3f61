"""``revrules graph`` as users run it: which lifecycle, which format, where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from revrules.cli.graph import command

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
team sales
entity deal { amount money }
lifecycle pipeline of deal {
  stage open { entry  owner sales }
  stage won  { owner sales  from open  requires { worth: amount > 0 }  won }
}
"""
SECOND = """
lifecycle renewal of deal {
  stage due  { entry  owner sales }
  stage paid { owner sales  from due  requires { worth: amount > 0 }  won }
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules.rev").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def graph(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_the_only_lifecycle_of_the_folder_is_drawn_as_mermaid(folder: Path) -> None:
    result = graph()
    assert result.exit_code == 0
    assert result.stdout.startswith("flowchart TB\n")


@pytest.mark.parametrize(("words", "start"), [(["--format", "dot"], "digraph"), (["--format", "svg"], "<svg")])
def test_the_format_is_chosen(folder: Path, words: list[str], start: str) -> None:
    assert graph(*words).stdout.startswith(start)


@pytest.mark.parametrize(("name", "start"), [("a.svg", "<svg"), ("a.gv", "digraph"), ("a.mmd", "flowchart"), ("a", "flowchart")])
def test_the_name_of_the_output_file_says_the_format(folder: Path, name: str, start: str) -> None:
    assert graph("rules.rev", "-o", name).exit_code == 0
    assert (folder / name).read_text(encoding="utf-8").startswith(start)


def test_of_several_lifecycles_one_must_be_named(folder: Path) -> None:
    (folder / "rules.rev").write_text(RULES + SECOND, encoding="utf-8")
    result = graph()
    assert result.exit_code == 2
    assert "has several lifecycles: `pipeline`, `renewal`; choose one with --lifecycle NAME" in result.stderr
    assert "paid" in graph("--lifecycle", "renewal").stdout


def test_a_lifecycle_that_is_not_there_is_named_with_those_that_are(folder: Path) -> None:
    result = graph("--lifecycle", "renewal")
    assert result.exit_code == 2
    assert "has no lifecycle `renewal`; there is `pipeline`" in result.stderr


def test_a_ruleset_without_a_lifecycle_has_nothing_to_draw(folder: Path) -> None:
    (folder / "rules.rev").write_text("team sales\n", encoding="utf-8")
    result = graph()
    assert result.exit_code == 2
    assert "has no lifecycle, so there is nothing to draw" in result.stderr


def test_a_ruleset_with_errors_is_shown_with_them_and_writes_nothing(folder: Path) -> None:
    (folder / "rules.rev").write_text(RULES.replace("from open", "from opened"), encoding="utf-8")
    result = graph("-o", "a.svg")
    assert result.exit_code == 1
    assert "`opened`" in result.stderr
    assert not (folder / "a.svg").exists()


def test_a_ruleset_is_read_from_standard_input(folder: Path) -> None:
    result = CliRunner().invoke(command, ["-"], input=RULES.replace("pipeline", "deals"))
    assert "accTitle: deals" in result.stdout
    assert CliRunner().invoke(command, ["-"], input=b"\xff\xfe").exit_code == 2


def test_a_loop_that_is_a_mistake_is_drawn_so_that_it_can_be_seen(folder: Path) -> None:
    (folder / "rules.rev").write_text(
        RULES.replace("{ entry  owner sales }", "{ entry  owner sales  from won }"), encoding="utf-8"
    )
    result = graph()
    assert result.exit_code == 0
    assert {"s0 --> s1", "s1 --> s0"} <= {line.strip() for line in result.stdout.splitlines()}
