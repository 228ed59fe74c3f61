"""The language definition is executable: its rulesets compile, its examples hold, its truth table is the reference's."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from revrules import ir
from revrules.compiler import compile_text
from revrules.examples import run_examples
from revrules.types import Scalar

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = (ROOT / "grammar" / "language.md").read_text(encoding="utf-8")
PAGES = [ROOT / "grammar" / "language.md", ROOT / "README.md", *sorted(ROOT.glob("rulesets/*/README.md"))]
WORDS = {"true": True, "false": False, "unknown": None}


def rulesets_on(page: Path) -> list[str]:
    """Return the blocks of a page that are tagged as rulesets."""
    return re.findall(r"^```rev\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def tables_on(page: Path) -> dict[str, str]:
    """Return the blocks of a page that are tagged as files, by the name beside the tag."""
    return dict(re.findall(r"^```csv (\S+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "text"),
    [
        pytest.param(page, text, id=f"{page.parent.name}/{page.name}-{i}")
        for page in PAGES
        for i, text in enumerate(rulesets_on(page))
    ],
)
def test_every_ruleset_on_a_page_compiles_without_an_error(page: Path, text: str) -> None:
    compiled = compile_text(text, path=page.name, files=tables_on(page), today=datetime.date(2026, 11, 21))
    assert not compiled.errors, [(d.code, d.message) for d in compiled.errors]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_the_examples_of_the_rulesets_on_a_page_come_out(page: Path) -> None:
    for text in rulesets_on(page):
        compiled = compile_text(text, path=page.name, files=tables_on(page))
        assert compiled.ruleset is not None, [(d.code, d.message) for d in compiled.errors]
        failures = [
            (result.example.title, o.expected, o.found) for result in run_examples(compiled.ruleset) for o in result.failures
        ]
        assert not failures


def test_the_definition_has_rulesets_to_compile() -> None:
    assert rulesets_on(ROOT / "grammar" / "language.md")


def truth_table() -> list[tuple[str, str, str, str, str]]:
    """Return the rows of the table of section 3."""
    section = DEFINITION.split("## 3.")[1].split("## 4.")[0]
    rows = re.findall(r"^\| (true|false|unknown) \| (\w+) \| (\w+) \| (\w+) \| (\w+) \|$", section, re.MULTILINE)
    assert len(rows) == 9
    return rows


def constant(word: str) -> ir.Expr:
    """Return a condition that is what the word says; the constant that is missing is unknown."""
    return ir.Literal(WORDS[word], Scalar.BOOLEAN)


@pytest.mark.parametrize(("a", "b", "both", "either", "negated"), truth_table())
def test_the_truth_table_is_what_the_reference_does(a: str, b: str, both: str, either: str, negated: str) -> None:
    from revrules.reference import truth_of

    assert truth_of(ir.And((constant(a), constant(b)))) is WORDS[both]
    assert truth_of(ir.Or((constant(a), constant(b)))) is WORDS[either]
    assert truth_of(ir.Not(constant(a))) is WORDS[negated]
