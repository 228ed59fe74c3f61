"""All interpretations give the same answers, on random well-typed rulesets and records.

Every run takes new seeds. A failure names its seed: ``REVRULES_RANDOM_SEED=… pytest tests/properties/test_agreement.py`` repeats
it. ``REVRULES_RANDOM_CASES`` sets the number of pairs of a ruleset and a record.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import replace
from decimal import Decimal
from functools import partial
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from random_records import random_record
from strategies import Maker

from revrules import ir
from revrules.backends.program import Program, ValueProgram
from revrules.backends.python import generate_lifecycle, generate_value
from revrules.readers import record_spec
from revrules.reference import Mode, evaluate, place
from revrules.rows import as_choose, as_condition
from revrules.runtime.records import read_record, record_reader
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.types import Type

CASES = int(os.environ.get("REVRULES_RANDOM_CASES", "3000"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
RECORDS = 6
"""Records to one ruleset."""
CHUNKS = 4
"""Tests over which the cases are spread."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_generated_python_places_every_record_as_the_reference_does(chunk: int) -> None:
    for seed, ruleset, records, now in cases(chunk, CASES):
        for lifecycle in ruleset.lifecycles:
            bound = Program.from_source(generate_lifecycle(ruleset, lifecycle.name)).bind(now)
            reader = record_reader(record_spec(ruleset, lifecycle.entity))
            for record in records:
                expected = place(ruleset, lifecycle, record, now)
                assert bound.place(record) == expected, told(seed, lifecycle.name, record)
                assert bound.advance(record) == place(ruleset, lifecycle, record, now, Mode.ADVANCE), told(
                    seed, lifecycle.name, record
                )
                typed, _ = read_record(reader, record)
                assert bound.stage(typed) == expected.stage, told(seed, lifecycle.name, record)
                stage, unmet = bound.unmet(typed)
                ways = [(way.stage, {b.criterion for b in (*way.unmet, *way.unknown)}) for way in expected.next]
                assert (stage, [(name, set(names)) for name, names in unmet]) == (expected.stage, ways), told(
                    seed, lifecycle.name, record
                )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_generated_python_gives_every_definition_the_value_that_the_reference_gives(chunk: int) -> None:
    for seed, ruleset, records, now in cases(chunk, CASES // 3):
        for definition in of_accounts(ruleset):
            value = ValueProgram(generate_value(ruleset, definition.id)).bind(now)
            for record in records:
                expected = evaluate(ruleset, definition.id, record, now)
                found = value(record)
                assert (found, type(found)) == (expected, type(expected)), told(seed, definition.id, record)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_decision_table_means_what_its_rows_mean_written_out_as_branches(chunk: int) -> None:
    for seed, ruleset, records, now in cases(chunk, CASES // 3):
        written = replace(ruleset, definitions=tuple(map(partial(written_out, ruleset), ruleset.definitions)))
        for definition in of_accounts(ruleset):
            for record in records:
                found = evaluate(ruleset, definition.id, record, now)
                assert found == evaluate(written, definition.id, record, now), told(seed, definition.id, record)


def written_out(ruleset: ir.Ruleset, definition: ir.Definition) -> ir.Definition:
    match definition.expr:
        case ir.Table(table, inputs):
            return replace(definition, expr=as_choose(ruleset.table(table), inputs))
        case ir.Collects(table, inputs, member):
            return replace(definition, expr=as_condition(ruleset.table(table), inputs, member))
        case _:
            return definition


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_value_of_the_reference_has_the_type_that_was_declared(chunk: int) -> None:
    for seed, ruleset, records, now in cases(chunk, CASES // 3):
        for definition in of_accounts(ruleset):
            for record in records:
                found = evaluate(ruleset, definition.id, record, now)
                assert found is None or is_of(found, definition.type), told(seed, definition.id, record)


def told(seed: int, name: str, record: dict[str, object]) -> str:
    """Return what a failure says."""
    return f"seed {seed}, {name} of {record!r}"


def cases(chunk: int, count: int) -> Iterator[tuple[int, ir.Ruleset, list[dict[str, object]], datetime.datetime]]:
    """Yield (seed, ruleset, records, as-of): one for a seed that was asked for, else as many as make up ``count`` pairs."""
    start = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    rulesets = max(count // RECORDS // CHUNKS, 1) if FIXED is None else 1 if chunk == 0 else 0
    for seed in range(start, start + rulesets):
        print(f"seed {seed}")  # noqa: T201  # shown when a test fails, also by an exception
        random = Random(seed)
        ruleset = Maker(random).ruleset()
        now = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC) + random.choice(SHIFTS)
        yield seed, ruleset, [random_record(random, ruleset, "account") for _ in range(RECORDS)], now


SHIFTS = tuple(datetime.timedelta(hours=hours) for hours in (0, 0, 1.25, -27 * 24 - 8.5, 9_000, -300_000, 3_000_000))
"""How far the as-of instants lie from each other: on a change of the clocks, long ago, in a far future."""


def of_accounts(ruleset: ir.Ruleset) -> list[ir.Definition]:
    """Return the definitions of the entity that random records are of."""
    return [definition for definition in ruleset.definitions if definition.entity == "account"]


PYTHON_TYPES: dict[Type, type] = {
    Scalar.BOOLEAN: bool,
    Scalar.INTEGER: int,
    Scalar.NUMBER: float,
    Scalar.MONEY: Decimal,
    Scalar.TEXT: str,
    Scalar.DATE: datetime.date,
    Scalar.DATETIME: datetime.datetime,
    Scalar.DURATION: datetime.timedelta,
}


def is_of(value: ir.Value, type_: Type) -> bool:
    """Return whether ``value`` is one of ``type_``: of its Python type, in its range."""
    if isinstance(type_, EnumType):
        return value in type_.member_names
    if type(value) is not PYTHON_TYPES[type_]:
        return False
    match value:
        case bool() | str() | datetime.date():
            return True
        case int():
            return -(2**63) <= value < 2**63
        case float():
            return value - value == 0
        case Decimal():
            return value.as_tuple().exponent == -4 and abs(value) < 10**14
        case datetime.timedelta():
            return -(2**63) <= value // datetime.timedelta(microseconds=1) < 2**63
