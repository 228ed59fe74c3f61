"""Faults that real definitions have, planted: each is found where it stands, with a record; its repaired twin is clean.

A folder of ``rulesets/faults`` is one fault: ``rules.rev`` with ``# expect REV…`` on the line, and ``repaired.rev``.
"""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_path
from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.findings import findings
from revrules.problems import classes, logic
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    from revrules.source import Source

TODAY = datetime.date(2026, 11, 21)
FOLDERS = sorted(path for path in (Path(__file__).parent / "rulesets" / "faults").iterdir() if path.is_dir())
NAMES = [folder.name for folder in FOLDERS]
SHOWN = frozenset({"REV504", "REV505", "REV508", "REV509", "REV512", "REV516", "REV519", "REV530", "REV610"})
"""Findings that stand or fall with a record. An assertion that there are some has none."""


@cache
def found_in(path: Path) -> tuple[tuple[Diagnostic, ...], Source]:
    """Return every finding about the ruleset, proofs included, and its text; of one with errors, these."""
    compiled = compile_path(path)
    source = next(iter(compiled.sources.values()))
    if compiled.ruleset is None:
        return compiled.diagnostics, source
    questions = Questions(compiled.ruleset, TODAY)
    found = tuple(findings(compiled.ruleset, TODAY, questions))
    assert questions.undecided == (), "each of these is decided"
    return found, source


def expected_in(source: Source) -> set[tuple[int, str]]:
    lines = enumerate(source.text.splitlines(), start=1)
    return {(number, code) for number, line in lines for code in re.findall(r"REV\d+", line.partition("# expect")[2])}


def places(found: tuple[Diagnostic, ...], source: Source) -> set[tuple[int, str]]:
    """Return (line, code) of the findings that fail a check, and of those by proof."""
    weighty = [each for each in found if each.severity is not Severity.INFO or each.code.startswith("REV5")]
    return {(source.place(each.span.start).line if each.span else 1, each.code) for each in weighty}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_planted_fault_is_found_where_it_stands_and_nothing_else(folder: Path) -> None:
    found, source = found_in(folder / "rules.rev")
    assert expected_in(source)
    assert places(found, source) == expected_in(source)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_the_repaired_twin_is_clean(folder: Path) -> None:
    found, source = found_in(folder / "repaired.rev")
    assert places(found, source) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_fault_that_a_record_shows_comes_with_one(folder: Path) -> None:
    found, source = found_in(folder / "rules.rev")
    codes = {code for _, code in expected_in(source)}
    for finding in found:
        if finding.code in codes & SHOWN:
            assert finding.witness, finding.message


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_finding_speaks_in_one_plain_line_and_says_what_to_do(folder: Path) -> None:
    found, _ = found_in(folder / "rules.rev")
    for finding in found:
        if finding.code.startswith("REV5"):
            assert re.fullmatch(r"[^A-Z\n][^\n]*[^.\n]", finding.message), finding.message
            assert finding.help
            assert finding.span is not None
            assert "ask" in dict(finding.notes), "somebody owns every place of these rulesets"
            assert finding.subjects
            assert all(label.span != finding.span for label in finding.related)
            assert all("\n" not in text for pair in finding.notes for text in pair)


def test_every_finding_by_proof_about_conditions_is_planted() -> None:
    problems = [value for module in (logic, classes) for value in vars(module).values() if isinstance(value, Problem)]
    planted = {code for folder in FOLDERS for _, code in expected_in(found_in(folder / "rules.rev")[1])}
    assert {problem.code for problem in problems} - planted == set()


def test_a_fault_and_its_twin_differ_in_little() -> None:
    for folder in FOLDERS:
        faulty = [re.sub(r"\s*#.*", "", line) for line in (folder / "rules.rev").read_text(encoding="utf-8").splitlines()]
        repaired = (folder / "repaired.rev").read_text(encoding="utf-8").splitlines()
        assert 0 < len(set(faulty) ^ set(repaired)) <= 12, folder.name
