"""Rulesets with the expected codes on their lines: every block of ``tests/diagnostics/*.md`` reports exactly these.

A line with ``# expect REV201 REV301`` is where exactly these problems start. A page that opens with
``phase: parse`` is parsed only; the others are compiled.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_text
from revrules.parse import parse
from revrules.source import Source

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic

FOLDER = Path(__file__).parent / "diagnostics"
TODAY = datetime.date(2026, 11, 21)
_BLOCK = re.compile(r"^(?:#+ (?P<title>[^\n]+)|```rev\n(?P<text>.*?)^```)$", re.MULTILINE | re.DOTALL)
_EXPECT = re.compile(r"# expect((?: REV\d{3})+)")


def blocks() -> list[object]:
    """Return (phase, text) for every block, named by its page, the heading above it and its number below that."""
    found = []
    for page in sorted(FOLDER.glob("*.md")):
        content = page.read_text(encoding="utf-8")
        phase = "parse" if "phase: parse" in content[:200] else "compile"
        title, number = "", 0
        for match in _BLOCK.finditer(content):
            if match["title"]:
                title, number = match["title"], 0
                continue
            number += 1
            found.append(pytest.param(phase, match["text"], id=f"{page.stem}: {title} {number}"))
    return found


def diagnostics_of(phase: str, text: str) -> tuple[Diagnostic, ...]:
    if phase == "parse":
        return tuple(parse(Source("rules.rev", text))[1])
    return compile_text(text, today=TODAY).diagnostics


@pytest.mark.parametrize(("phase", "text"), blocks())
def test_a_ruleset_reports_exactly_what_its_lines_expect(phase: str, text: str) -> None:
    source = Source("rules.rev", text)
    expected = [
        (number, code)
        for number, line in enumerate(text.splitlines(), start=1)
        for codes in _EXPECT.findall(line)
        for code in codes.split()
    ]
    found = [(source.place(d.span.start).line if d.span else 1, d.code) for d in diagnostics_of(phase, text)]
    if phase == "compile":  # what is said twice of one line is said once here
        found, expected = list(set(found)), list(set(expected))
    assert sorted(found) == sorted(expected)


def test_there_are_blocks() -> None:
    assert len(blocks()) > 20
