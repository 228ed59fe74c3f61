"""What is called the same is the same, and what changed is never called the same: on generated edits of random rulesets.

Every run takes new seeds. A failure names its seed: ``REVRULES_RANDOM_SEED=… pytest tests/properties/test_edits.py`` repeats it.
``REVRULES_EDITS`` sets the number of edits.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from edits import all_kinds, changing, preserving
from random_records import random_record
from strategies import Maker
from text_edits import compiled, moved, reformatted, texts_of

from revrules.diff import Kind, difference
from revrules.diff.changes import What
from revrules.reference import evaluate, place
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from revrules import ir
    from revrules.diff import Change, Difference

    Edited = Callable[[Mapping[str, str], Random], dict[str, str] | None]

EDITS = int(os.environ.get("REVRULES_EDITS", "240"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
CHUNKS = 4
TODAY = datetime.date(2026, 11, 21)
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RECORDS = 12
ROOT = Path(__file__).parent.parent.parent
RULESETS = ("rulesets/b2b_saas", "rulesets/hubspot_lifecycle", "examples/quickstart/mended", "tests/rulesets/telco")
ALLOWED = {Kind.TIGHTENED: {(True, False)}, Kind.LOOSENED: {(False, True)}, Kind.CHANGED: {(True, False), (False, True)}}
"""What a record may be counted as before and after, where the two differ."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_an_edit_that_keeps_the_meaning_is_proved_the_same(chunk: int) -> None:
    for seed in seeds(chunk, EDITS // 2):
        r = Random(seed)
        ruleset = Maker(r).ruleset()
        edit = preserving(ruleset, r)
        if edit is not None:
            found = difference(ruleset, edit.ruleset, TODAY)
            assert not found.changed, f"seed {seed}, {edit.kind}: {found.changed}"
            assert all(each.aside for each in found.shape), f"seed {seed}, {edit.kind}: {found.shape}"
            for told in contradictions(ruleset, edit.ruleset, found, r):
                pytest.fail(f"seed {seed}, {edit.kind}: {told}")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_record_contradicts_what_is_said_of_a_change(chunk: int) -> None:
    for seed in seeds(chunk, EDITS // 2):
        r = Random(seed)
        ruleset = Maker(r).ruleset()
        edit = changing(ruleset, r)
        if edit is None:
            continue
        found = difference(ruleset, edit.ruleset, TODAY)
        for told in contradictions(ruleset, edit.ruleset, found, r):
            pytest.fail(f"seed {seed}, {edit.kind}: {told}")


@pytest.mark.parametrize("path", RULESETS)
@pytest.mark.parametrize("edited", [reformatted, moved])
def test_a_ruleset_that_is_laid_out_otherwise_or_moved_to_another_file_is_proved_the_same(edited: Edited, path: str) -> None:
    texts = texts_of(ROOT / path)
    old = compiled(texts)
    for seed in seeds(0, 3 * CHUNKS):
        found = edited(texts, Random(seed))
        if found is not None:
            assert difference(old, compiled(found), TODAY).same, f"seed {seed}"


def test_every_kind_of_edit_that_the_generator_knows_is_drawn() -> None:
    r = Random(1)
    drawn = {edit.kind for _ in range(400) if (edit := preserving(Maker(r).ruleset(), r)) is not None}
    assert drawn == set(all_kinds())
    changed = {edit.kind for _ in range(200) if (edit := changing(Maker(r).ruleset(), r)) is not None}
    assert changed == {"threshold", "operator", "set member", "drop", "add", "edge", "owner"}


def contradictions(old: ir.Ruleset, new: ir.Ruleset, found: Difference, r: Random) -> Iterator[str]:
    """Yield where a random record shows that something said of a change is wrong."""
    for entity in old.entities:
        about = [change for change in found.changes if change.entity == entity.name]
        for _ in range(RECORDS if about else 0):
            record = random_record(r, old, entity.name)
            counting = Counting(old, new, record)
            for change in about:
                if (states := counting.states(change)) is not None:
                    before, after = states
                    if before != after and (before, after) not in ALLOWED.get(change.kind, {(True, False), (False, True)}):
                        yield f"{change.title} is {change.kind}, but {before} became {after} for {record!r}"
                    if before != after and change.kind is Kind.SAME:
                        yield f"{change.title} is said to be the same, but {before} became {after} for {record!r}"


class Counting:
    """What a record counts as in two versions; each lifecycle places it once."""

    def __init__(self, old: ir.Ruleset, new: ir.Ruleset, record: dict[str, object]) -> None:
        self.old, self.new, self.record = old, new, record
        self.paths: dict[tuple[bool, str], tuple[str, ...]] = {}

    def states(self, change: Change) -> tuple[bool, bool] | None:
        """Return whether a change is about the record, before and after; None for changes of other things."""
        if change.kind in (Kind.NEW, Kind.GONE, Kind.UNDECIDED):
            return None
        if change.what is What.DEFINITION:
            ids = f"{change.entity}.{change.was or change.name}", f"{change.entity}.{change.name}"
            if not any(each.id == ids[0] and each.type is Scalar.BOOLEAN for each in self.old.definitions):
                return None
            return evaluate(self.old, ids[0], self.record, NOW) is True, evaluate(self.new, ids[1], self.record, NOW) is True
        if change.what is What.STAGE:
            return (change.was or change.name) in self.path(change.of, new=False), change.name in self.path(change.of, new=True)
        return None

    def path(self, lifecycle: str, *, new: bool) -> tuple[str, ...]:
        """Return the stages that the record passes."""
        if (new, lifecycle) not in self.paths:
            version = self.new if new else self.old
            self.paths[new, lifecycle] = tuple(place(version, version.lifecycle(lifecycle), self.record, NOW).path)
        return self.paths[new, lifecycle]


def seeds(chunk: int, count: int) -> Iterator[int]:
    """Yield the seeds of one test."""
    if FIXED:
        if chunk == 0:
            yield int(FIXED)
        return
    source = SystemRandom()
    yield from (source.randrange(2**32) for _ in range(count // CHUNKS))
