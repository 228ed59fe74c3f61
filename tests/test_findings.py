"""Findings about graph, words and owners: what they say, what accepts them, what they cost."""

from __future__ import annotations

import datetime
import re
import time
from importlib import import_module
from pathlib import Path

import pytest

from revrules.compiler import compile_text
from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.findings import findings

TODAY = datetime.date(2026, 11, 21)
PAGES = [Path(__file__).parent / "diagnostics" / name for name in ("stages.md", "alignment.md", "ownership.md")]


def blocks() -> dict[str, str]:
    """Return every ruleset of the pages by page and number."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"^```rev\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)):
            found[f"{page.stem}-{number}"] = block
    return found


BLOCKS = blocks()


def findings_of(text: str) -> list[Diagnostic]:
    return list(compile_text(text, today=TODAY).diagnostics)


def test_every_problem_of_the_findings_is_expected_somewhere() -> None:
    modules = [import_module(f"revrules.problems.{name}") for name in ("stages", "alignment", "ownership")]
    codes = {value.code for module in modules for value in vars(module).values() if isinstance(value, Problem)}
    expected = set(re.findall(r"# expect (REV\d+)", "".join(BLOCKS.values())))
    assert codes - expected == set()


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS)
def test_a_finding_speaks_in_one_plain_line(text: str) -> None:
    for found in findings_of(text):
        assert re.fullmatch(r"[^A-Z\n][^\n]*[^.\n]", found.message), found.message
        assert "None" not in found.message
        assert found.help
        assert found.span is not None
        assert all(label.span != found.span for label in found.related), found.message
        assert all("\n" not in text for pair in found.notes for text in pair)
        assert found.subjects or found.code == "REV607"


def test_an_error_about_the_graph_needs_no_day() -> None:
    text = """
        team sales
        entity deal { amount money }
        lifecycle pipeline of deal {
          stage won { owner sales  requires { worth: amount > 0 }  won }
        }
    """
    (found,) = compile_text(text).diagnostics
    assert (found.code, found.severity) == ("REV401", Severity.ERROR)
    assert "REV401" in [each.code for each in findings_of(text)]


def test_a_finding_between_teams_says_which_teams_to_ask() -> None:
    text = """
        team marketing
        team sales
        entity lead { called_at datetime owner sales  engaged boolean owner marketing }
        lifecycle flow of lead {
          stage mql { entry  owner marketing  requires { engaged: engaged } }
          stage sal { owner sales  from mql  requires { called: called_at is known }  won }
          allow no-lost-stage because "short"
        }
    """
    (found,) = findings_of(text)
    assert found.message.startswith("`marketing` hands over to `sales` at stage `sal`")
    assert dict(found.notes)["ask"] == "marketing owns stage `mql` and sales owns stage `sal`"


def test_a_loop_is_shown_whole_with_the_edge_to_declare() -> None:
    text = """
        team sales
        entity deal { amount money }
        lifecycle pipeline of deal {
          stage open     { entry  owner sales  from proposal }
          stage proposal { owner sales  from open }
          stage won      { owner sales  from proposal  requires { worth: amount > 0 }  won }
          allow no-lost-stage because "short"
        }
    """
    (found,) = findings_of(text)
    assert found.message.endswith("form a loop: `open` → `proposal` → `open`")
    assert found.help == ("if it is a way back, write `back from proposal` in stage `open`",)


def test_an_allow_for_one_of_many_takes_only_that_one_out() -> None:
    text = """
        team sales
        team people
        team legal
        entity deal { amount money }
        rule worth of deal, warn { owner sales  require amount > 0 }
        allow unused-name on people because "they come next year"
    """
    (found,) = findings_of(text)
    assert found.message == "nothing uses team `legal`"


def test_a_threshold_shows_both_limits() -> None:
    (found,) = findings_of(BLOCKS["alignment-4"])
    assert found.message == ("`size` of stage `ready` needs `size >= 100`, where definition `ideal` says `size >= 50`")
    assert [label.text for label in found.related] == ["size >= 50"]


def test_the_definition_of_the_language_has_no_warning() -> None:
    page = (Path(__file__).parent.parent / "grammar" / "language.md").read_text(encoding="utf-8")
    tables = dict(re.findall(r"^```csv (\S+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
    for text in re.findall(r"^```rev\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        ruleset = compile_text(text, files=tables).ruleset
        assert ruleset is not None
        assert {found.code for found in findings(ruleset, TODAY)} <= {"REV660", "REV662"}


def test_findings_about_many_declarations_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        ruleset = compile_text(large(count)).ruleset
        assert ruleset is not None
        started = time.process_time()
        assert findings(ruleset, TODAY) == []
        return time.process_time() - started

    seconds(10)
    small, double = min(seconds(200) for _ in range(3)), min(seconds(800) for _ in range(3))
    assert double < 4 * small * 2.5 + 0.1
    assert double < 3


def large(count: int) -> str:
    """Return a ruleset of ``count`` definitions and stages, the lost one reached from any."""
    fields = "\n".join(f"  f{number} integer 0..100" for number in range(count))
    defines = "\n".join(f"define d{n} of deal {{ owner sales  means f{n} >= {n % 90} and f{n} < 99 }}" for n in range(count))
    stages = "\n".join(f"stage s{n} {{ owner sales  from s{n - 1}  requires {{ c: d{n} }} }}" for n in range(1, count))
    return f"""
        team sales
        entity deal {{ why text {fields} }}
        {defines}
        lifecycle flow of deal {{
          stage s0 {{ entry  owner sales  requires {{ c: d0 }} }}
          {stages}
          stage won {{ owner sales  from s{count - 1}  won }}
          stage lost {{ owner sales  from any  requires {{ why: why is known }}  lost }}
        }}
    """
