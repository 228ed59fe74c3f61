"""Expressions of one normal form have one value for every record: of small ones, which often meet, and of rewritten large ones.

Every run takes new seeds. ``REVRULES_RANDOM_SEED=… pytest tests/properties/test_normal_forms.py`` repeats one;
``REVRULES_NORMAL_PAIRS`` sets how many small expressions are compared.
"""

from __future__ import annotations

import datetime
import os
from collections import defaultdict
from itertools import permutations
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from edits import REWRITES, reworded
from random_records import random_record
from small_expressions import Small
from strategies import Maker

from revrules.proofs.normal import Normals
from revrules.proofs.variants import variants
from revrules.reference.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from revrules import ir

PAIRS = int(os.environ.get("REVRULES_NORMAL_PAIRS", "2000"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
CHUNKS = 4
TRUTH = (False, None, True)
RECORDS = 60
LARGE = 30
"""Random rulesets whose expressions are rewritten."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_small_conditions_of_one_normal_form_have_one_state_for_every_record(chunk: int) -> None:
    seed = drawn(chunk)
    small = Small(Random(seed))
    ruleset = small.ruleset()
    conditions = list(dict.fromkeys(small.condition(small.random.randint(1, 3)) for _ in range(PAIRS // CHUNKS)))
    states = of_records(ruleset, "deal", conditions, [small.record() for _ in range(RECORDS)])
    alike = grouped(Normals(ruleset), conditions)
    assert len(alike) < 0.9 * len(conditions), "so few normal forms are shared that this shows nothing"
    for group in alike:
        for other in group[1:]:
            assert states[other] == states[group[0]], f"seed {seed}: {conditions[group[0]]} and {conditions[other]}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_large_expressions_of_one_normal_form_have_one_value_for_every_record(chunk: int) -> None:
    seed = drawn(chunk)
    r = Random(seed)
    shared = 0
    for _ in range(LARGE // CHUNKS):
        ruleset = Maker(r).ruleset()
        normals = Normals(ruleset)
        for definition in ruleset.definitions:
            exprs = [definition.expr, *rewordings(ruleset, definition.expr, r)]
            told = [normals.key(expr) for expr in exprs]
            same = [0, *(position for position in range(1, len(exprs)) if told[position] == told[0])]
            shared += len(same) - 1
            records = [random_record(r, ruleset, definition.entity) for _ in range(4)]
            values = of_records(ruleset, definition.entity, [exprs[position] for position in same], records)
            assert all(each == values[0] for each in values), f"seed {seed}, {definition.id}"
    assert shared > LARGE, "so few normal forms are shared that this shows nothing"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_plainly_no_less_true_is_so_for_every_record(chunk: int) -> None:
    seed = drawn(chunk)
    small = Small(Random(seed))
    ruleset = small.ruleset()
    conditions = [small.condition(small.random.randint(0, 2)) for _ in range(PAIRS // 10)]
    conditions += [variant.expr for each in conditions[:: CHUNKS * 2] for variant in variants(each)]
    states = of_records(ruleset, "deal", conditions, [small.record() for _ in range(RECORDS)])
    normals = Normals(ruleset)
    keys = [normals.key(condition) for condition in conditions]
    implied = [
        (one, other)
        for one, other in permutations(range(len(keys)), 2)
        if keys[one] != keys[other] and normals.implies(keys[one], keys[other])
    ]
    assert len(implied) > len(conditions), "so few imply each other that this shows nothing"
    for one, other in implied:
        pairs = zip(states[one], states[other], strict=True)
        told = f"seed {seed}: {conditions[one]} and {conditions[other]}"
        assert all(TRUTH.index(lesser) <= TRUTH.index(greater) for lesser, greater in pairs), told


@pytest.mark.parametrize("kind", REWRITES)
def test_a_rewording_has_the_normal_form_of_what_it_rewords(kind: str) -> None:
    seed = drawn(0)
    r = Random(seed)
    for _ in range(LARGE // 5):
        ruleset = Maker(r).ruleset()
        normals = Normals(ruleset)
        for definition in ruleset.definitions:
            made = reworded(ruleset, definition.expr, r, kind)
            if made is not None:
                assert normals.key(made) == normals.key(definition.expr), f"seed {seed}, {definition.id}"


# --- what is compared --------------------------------------------------------------------------------------------


def rewordings(ruleset: ir.Ruleset, expr: ir.Expr, r: Random) -> Iterator[ir.Expr]:
    """Yield expressions like ``expr``, of which some mean the same and others do not."""
    for kind in REWRITES:
        made = reworded(ruleset, expr, r, kind)
        if made is not None:
            yield made
            yield from (again for other in REWRITES if (again := reworded(ruleset, made, r, other)) is not None)
    changed = [variant.expr for variant in variants(expr)]
    yield from r.sample(changed, min(12, len(changed)))


def grouped(normals: Normals, exprs: Sequence[ir.Expr]) -> list[list[int]]:
    """Return the positions of expressions by their normal form."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for position, expr in enumerate(exprs):
        groups[normals.key(expr)].append(position)
    return list(groups.values())


def of_records(
    ruleset: ir.Ruleset, entity: str, exprs: Sequence[ir.Expr], records: Sequence[dict[str, object]]
) -> list[tuple[Hashable, ...]]:
    """Return the values of each expression for the records."""
    judge = Judge(ruleset, entity, exprs)
    return list(zip(*(judge.values(record, NOW) for record in records), strict=True))


def drawn(chunk: int) -> int:
    """Return the seed of one test."""
    return int(FIXED) + chunk if FIXED else SystemRandom().randrange(2**32)
