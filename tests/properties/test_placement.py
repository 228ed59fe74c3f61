"""A lifecycle as conditions says what placement does: on random rulesets and records, stage by stage."""

from __future__ import annotations

import dataclasses
import datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from random_records import random_record
from strategies import Maker

from revrules.compiler import compile_text
from revrules.proofs.placement import placement
from revrules.readers import record_spec
from revrules.reference import place
from revrules.reference.expressions import truth
from revrules.reference.scope import Scope, World
from revrules.reference.walk import Walk
from revrules.runtime.records import read_record, record_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules import ir
    from revrules.proofs.placement import Placement

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULESETS = 150
RECORDS = 8


def scope_of(ruleset: ir.Ruleset, conditions: Placement, record: Mapping[str, object]) -> Scope:
    extended = dataclasses.replace(ruleset, definitions=(*ruleset.definitions, *conditions.definitions))
    typed, _ = read_record(record_reader(record_spec(extended, conditions.lifecycle.entity)), record)
    return Scope(World(extended, NOW), typed)


def test_the_conditions_of_a_lifecycle_hold_where_placement_goes() -> None:
    seeds = SystemRandom()
    passed = 0
    for _ in range(RULESETS):
        seed = seeds.randrange(2**32)
        random = Random(seed)
        ruleset = Maker(random).ruleset()
        for lifecycle in ruleset.lifecycles:
            conditions = placement(lifecycle)
            for _ in range(RECORDS):
                record = random_record(random, ruleset, lifecycle.entity)
                expected = place(ruleset, lifecycle, record, NOW)
                scope = scope_of(ruleset, conditions, record)
                path = tuple(stage for stage, expr in conditions.passes.items() if truth(expr, scope))
                ends = tuple(stage for stage, expr in conditions.ends_in.items() if truth(expr, scope))
                assert sorted(path) == sorted(expected.path), f"seed {seed}"
                assert ends == (() if expected.stage is None else (expected.stage,)), f"seed {seed}"
                assert truth(conditions.nowhere, scope) is (expected.stage is None), f"seed {seed}"
                walk = Walk(lifecycle, scope)
                for edge in lifecycle.edges:
                    assert truth(conditions.step(edge), scope) is (truth(walk.step(edge), scope) is True), f"seed {seed}"
                passed += len(path)
    assert passed > RULESETS


def test_no_condition_of_a_lifecycle_is_unknown() -> None:
    random = Random(7)
    for _ in range(20):
        ruleset = Maker(random).ruleset()
        conditions = placement(ruleset.lifecycles[0])
        scope = scope_of(ruleset, conditions, {})
        every = (*conditions.opens.values(), *conditions.passes.values(), *conditions.ends_in.values(), conditions.nowhere)
        assert None not in [truth(expr, scope) for expr in (*every, *conditions.steps.values())]


def test_the_conditions_are_as_large_as_the_graph() -> None:
    def size(stages: int) -> int:
        chain = "".join(
            f"stage s{n} {{ owner t  from s{n - 1}{f', s{n - 2}' if n > 1 else ''}  requires {{ c{n}: x > {n} }} }}\n"
            for n in range(1, stages)
        )
        text = f"team t entity e {{ x integer }} lifecycle l of e {{ stage s0 {{ entry owner t }} {chain} }}"
        ruleset = compile_text(text).ruleset
        assert ruleset is not None
        return sum(len(repr(definition)) for definition in placement(ruleset.lifecycles[0]).definitions)

    assert size(80) < 2.2 * size(40)


def test_definitions_stand_after_those_that_they_refer_to() -> None:
    ruleset = Maker(Random(11)).ruleset()
    own = [definition.id for definition in placement(ruleset.lifecycles[0]).definitions]
    for position, definition in enumerate(placement(ruleset.lifecycles[0]).definitions):
        named = [other for other in own if f"'{other}'" in repr(definition.expr)]
        assert all(own.index(other) < position for other in named)
