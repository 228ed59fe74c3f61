"""The rulesets that come along are free of findings, their examples hold, and they cover what they promise."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_path
from revrules.examples import run_examples
from revrules.format import format_source
from revrules.source import Source

if TYPE_CHECKING:
    from revrules.ir import Ruleset

ROOT = Path(__file__).resolve().parent.parent
STANDARD = sorted(path.parent for path in (ROOT / "rulesets").glob("*/rules.rev"))
CLEAN = [*STANDARD, ROOT / "examples" / "quickstart" / "mended"]
DATA_RULESETS = sorted(path.parent for path in (ROOT / "tests" / "rulesets").glob("*/rules.rev"))
FILES = sorted(file for folder in ("rulesets", "examples", "tests/rulesets") for file in (ROOT / folder).rglob("*.rev"))
TODAY = datetime.date(2026, 11, 21)
VERDICTS = {"in_stage", "ahead", "behind", "elsewhere", "nowhere", "cannot_tell", "undeclared"}


def compiled(folder: Path) -> Ruleset:
    """Return the ruleset of a folder."""
    ruleset = compile_path(folder, today=TODAY).ruleset
    assert ruleset is not None
    return ruleset


def expected(ruleset: Ruleset, kind: str, lifecycle: str) -> set[str]:
    """Return what the examples of the lifecycle's entity expect of a kind."""
    entity = ruleset.lifecycle(lifecycle).entity
    examples = [example for example in ruleset.examples if example.entity == entity]
    return {name for example in examples for claim in example.expectations if claim.kind == kind for name in claim.names}


def test_the_three_standard_rulesets_are_there() -> None:
    assert [folder.name for folder in STANDARD] == ["b2b_saas", "hubspot_lifecycle", "salesforce_opportunity"]


@pytest.mark.parametrize("folder", CLEAN, ids=lambda folder: folder.name)
def test_nothing_is_found_in_it(folder: Path) -> None:
    found = compile_path(folder, today=TODAY).diagnostics
    assert [(d.code, d.name, d.message) for d in found] == []


@pytest.mark.parametrize("folder", [*CLEAN, ROOT / "examples" / "quickstart", *DATA_RULESETS], ids=lambda folder: folder.name)
def test_its_examples_hold(folder: Path) -> None:
    results = run_examples(compiled(folder))
    assert results
    assert [(r.example.title, f.expected, f.found, f.reasons) for r in results for f in r.failures] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_file_is_written_as_the_formatter_would(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert format_source(Source(file.name, text))[0] == text


@pytest.mark.parametrize("folder", STANDARD, ids=lambda folder: folder.name)
def test_it_tells_a_reader_what_it_is(folder: Path) -> None:
    page = (folder / "README.md").read_text(encoding="utf-8")
    for lifecycle in compiled(folder).lifecycles:
        for stage in lifecycle.stages:
            assert stage.doc, f"{lifecycle.name}.{stage.name} has no documentation"
            assert (stage.labels or (stage.name,))[0].split(": ")[-1].lower() in page.lower(), stage.name


def test_the_subscription_lifecycle_has_an_example_for_each_stage_and_each_verdict() -> None:
    ruleset = compiled(ROOT / "rulesets" / "b2b_saas")
    revenue = ruleset.lifecycle("revenue")
    stages = {stage.name for stage in revenue.stages}
    assert stages <= expected(ruleset, "stage", "revenue")
    assert expected(ruleset, "verdict", "revenue") == VERDICTS


def test_the_subscription_lifecycle_belongs_to_four_teams_and_not_to_the_steward() -> None:
    ruleset = compiled(ROOT / "rulesets" / "b2b_saas")
    owners = {team for lifecycle in ruleset.lifecycles for stage in lifecycle.stages for team in stage.owners}
    assert owners == {"marketing", "sales", "customer_success", "finance"}


def test_the_default_stages_carry_the_probabilities_of_the_crm() -> None:
    sale = compiled(ROOT / "rulesets" / "salesforce_opportunity").lifecycles[0]
    assert [(stage.labels[0], int((stage.probability or 0) * 100)) for stage in sale.stages] == [
        ("Prospecting", 10), ("Qualification", 10), ("Needs Analysis", 20), ("Value Proposition", 50),
        ("Id. Decision Makers", 60), ("Perception Analysis", 70), ("Proposal/Price Quote", 75), ("Negotiation/Review", 90),
        ("Closed Won", 100), ("Closed Lost", 0),
    ]  # fmt: skip
    assert {stage.forecast for stage in sale.stages} == {"pipeline", "closed", "omitted"}
    deal = compiled(ROOT / "rulesets" / "hubspot_lifecycle").lifecycle("pipeline")
    assert [(stage.labels[-1], int((stage.probability or 0) * 100)) for stage in deal.stages] == [
        ("appointmentscheduled", 20), ("qualifiedtobuy", 40), ("presentationscheduled", 60), ("decisionmakerboughtin", 80),
        ("contractsent", 90), ("closedwon", 100), ("closedlost", 0),
    ]  # fmt: skip


def test_the_quick_start_has_the_faults_that_its_page_speaks_of() -> None:
    found = compile_path(ROOT / "examples" / "quickstart", today=TODAY).diagnostics
    names = [d.name for d in found]
    assert names == sorted(names, key=names.index)
    assert set(names) == {
        "member-without-stage",
        "two-owners",
        "steward-as-owner",
        "lost-without-reason",
        "dead-end",
        "unused-field",
    }
