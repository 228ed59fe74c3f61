"""Every published definition is written as a ruleset, or the language says why it cannot be."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from pathlib import Path

import pytest

from revrules.compiler import compile_path
from revrules.examples import run_examples

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "tests" / "rulesets" / "definitions").glob("*.rev"))
TODAY = datetime.date(2026, 11, 21)
PUBLISHED = [
    *(f"GL{n:02}" for n in range(1, 60)),
    *(f"FL{n:02}" for n in range(1, 15)),
    *(f"SF{n:02}" for n in range(1, 4)),
    *(f"HS{n:02}" for n in range(1, 6)),
]
NUMBER = re.compile(r"\b(?:GL|FL|SF|HS)[0-9]{2}\b")


def written() -> Counter[str]:
    """Return the numbers of the definitions that the documentation of a declaration begins with."""
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    return Counter(number for text in texts for number in re.findall(r"^\s*## ((?:GL|FL|SF|HS)[0-9]{2})\b", text, re.MULTILINE))


def left_out() -> Counter[str]:
    """Return the numbers of the definitions that the language definition says cannot be said."""
    page = (ROOT / "grammar" / "language.md").read_text(encoding="utf-8")
    section = page.split("## 12. What the language does not say")[1].split("## 13. Glossary")[0]
    return Counter(NUMBER.findall(section))


def test_every_published_definition_stands_in_exactly_one_place() -> None:
    places = written() + left_out()
    assert sorted(places) == sorted(PUBLISHED)
    assert [number for number, count in places.items() if count != 1] == []


def test_most_published_definitions_can_be_said() -> None:
    assert len(written()) / len(PUBLISHED) >= 0.8


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_definitions_compile(file: Path) -> None:
    compiled = compile_path(file, today=TODAY)
    assert [(d.code, d.message) for d in compiled.errors] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_examples_of_the_definitions_hold(file: Path) -> None:
    ruleset = compile_path(file, today=TODAY).ruleset
    assert ruleset is not None
    results = run_examples(ruleset)
    assert results
    failures = [(r.example.title, f.expected, f.found) for r in results for f in r.failures]
    assert failures == []
