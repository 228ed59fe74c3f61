"""On every example of every ruleset here, the generated Python says what the reference says: places, reasons, values."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_path
from revrules.reference import evaluate, place
from revrules.reference.lifecycle import Mode
from revrules.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules import ir

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)
NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
RULESETS = [
    *sorted((ROOT / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "examples").glob("**/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets").glob("*/rules.rev")),
    *sorted((ROOT / "tests" / "rulesets" / "definitions").glob("*.rev")),
]


def record_of(given: Iterable[tuple[str, ir.Given]]) -> dict[str, object]:
    """Return the record of an example."""

    def value(each: ir.Given) -> object:
        if isinstance(each, tuple):
            return record_of(each)
        return [record_of(item) for item in each] if isinstance(each, list) else each

    return {name: value(each) for name, each in given}


def named(path: Path) -> str:
    """Return a short name of a ruleset's file."""
    return path.parent.name if path.stem == "rules" else path.stem


@pytest.mark.parametrize("path", RULESETS, ids=named)
def test_places_and_reasons_are_the_same(path: Path) -> None:
    whole = compile_path(path, today=TODAY).ruleset
    assert whole is not None
    compiled = Ruleset(whole)
    for example in whole.examples:
        record, as_of = record_of(example.given), example.as_of or NOW
        for lifecycle in whole.lifecycles:
            if lifecycle.entity == example.entity:
                generated = compiled.lifecycle(lifecycle.name)
                assert generated(record, as_of=as_of) == place(whole, lifecycle, record, as_of), example.title
                onward = generated(record, as_of=as_of, mode="advance")
                assert onward == place(whole, lifecycle, record, as_of, Mode.ADVANCE), example.title


@pytest.mark.parametrize("path", RULESETS, ids=named)
def test_values_are_the_same(path: Path) -> None:
    whole = compile_path(path, today=TODAY).ruleset
    assert whole is not None
    compiled = Ruleset(whole)
    for definition in whole.definitions:
        generated = compiled.value(definition.name, definition.entity, definition.team)
        for example in whole.examples:
            if example.entity == definition.entity:
                record, as_of = record_of(example.given), example.as_of or NOW
                expected = evaluate(whole, definition.id, record, as_of)
                assert generated(record, as_of=as_of) == expected, (example.title, definition.id)
