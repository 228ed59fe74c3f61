"""Findings about graph, words and owners: where each fires, where it does not, what it says, what accepts it."""

from __future__ import annotations

import datetime
import re
import time
from pathlib import Path

import pytest

from revrules.compiler import Compiled, compile_text
from revrules.diagnostics import Severity

TODAY = datetime.date(2026, 11, 21)
PAGES = [Path(__file__).parent / "diagnostics" / name for name in ("stages.md", "alignment.md", "ownership.md")]


def rulesets() -> list[object]:
    """Return every ruleset of the pages."""
    return [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, text in enumerate(
            re.findall(r"^```rev\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        )
    ]


def places(compiled: Compiled) -> list[tuple[int, str]]:
    """Return the line and code of every diagnostic."""
    source = compiled.sources["rules.rev"]
    return sorted((source.place(d.span.start).line if d.span else 0, d.code) for d in compiled.diagnostics)


@pytest.mark.parametrize("text", rulesets())
def test_a_ruleset_has_exactly_the_findings_that_its_lines_expect(text: str) -> None:
    lines = enumerate(text.splitlines(), 1)
    expected = [(number, code) for number, line in lines for code in re.findall(r"# expect (REV\d+)", line)]
    compiled = compile_text(text, today=TODAY)
    assert places(compiled) == sorted(expected), [(d.code, d.message) for d in compiled.diagnostics]
