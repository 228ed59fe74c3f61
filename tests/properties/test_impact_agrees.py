"""What two versions make of real records equals what each makes of them alone: random rulesets, random edits, random records.

``REVRULES_RANDOM_SEED=…`` repeats a failure; ``REVRULES_IMPACT_CASES`` sets the number of edits.
"""

from __future__ import annotations

import datetime
import json
import os
from collections import Counter
from dataclasses import replace
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from random_records import random_record
from strategies import Maker, is_ranged

from revrules import ir
from revrules.impact import Data, Impact
from revrules.impact.ways import ELSEWHERE
from revrules.reference import Mode, place

if TYPE_CHECKING:
    from pathlib import Path

    from revrules.impact import Moved
    from revrules.runtime.results import Placement

CASES = int(os.environ.get("REVRULES_IMPACT_CASES", "20"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
RECORDS = 30
NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


def edited(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    """Return the ruleset with something that its author changed: a definition, gates, ways, rules, a list, a field."""
    for _ in range(random.randint(1, 2)):
        ruleset = EDITS[random.randrange(len(EDITS))](random, maker, ruleset)
    return ruleset


def other_definition(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    definitions = list(ruleset.definitions)
    at = random.randrange(len(definitions))
    made = Maker(random, ruleset.entities, definitions[:at])
    one = definitions[at]
    if one.kind is ir.DefinitionKind.SCORE:
        definitions[at] = replace(one, expr=made.points((one.entity,), one.type))
    elif one.kind is ir.DefinitionKind.DEFINE and not is_ranged(one.expr):
        definitions[at] = replace(one, expr=ir.OrElse(made.value((one.entity,), one.type, 1), one.expr))
    return replace(ruleset, definitions=tuple(definitions))


def other_gate(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    def edit(lifecycle: ir.Lifecycle) -> ir.Lifecycle:
        at = random.randrange(len(lifecycle.stages))
        stage = maker.stage(lifecycle.stages[at].name, entry=lifecycle.stages[at].entry)
        return replace(lifecycle, stages=(*lifecycle.stages[:at], stage, *lifecycle.stages[at + 1 :]))

    return replace(ruleset, lifecycles=tuple(map(edit, ruleset.lifecycles)))


def other_ways(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    def edit(lifecycle: ir.Lifecycle) -> ir.Lifecycle:
        edges = [edge for edge in lifecycle.edges if random.random() < 0.8]
        edges = [replace(edge, condition=maker.condition(("account",), 1)) if random.random() < 0.2 else edge for edge in edges]
        if random.random() < 0.3:
            edges = sorted(random.sample(edges, len(edges)), key=lambda edge: edge.source)
        return replace(lifecycle, edges=tuple(edges))

    return replace(ruleset, lifecycles=tuple(map(edit, ruleset.lifecycles)))


def other_rules(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    kept = tuple(rule if random.random() < 0.5 else maker.rule(rule.name) for rule in ruleset.rules)
    return replace(ruleset, rules=kept[random.randrange(2) :])


def other_list(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    return replace(ruleset, lists=tuple(replace(each, items=each.items[1:]) for each in ruleset.lists))


def other_field(random: Random, maker: Maker, ruleset: ir.Ruleset) -> ir.Ruleset:
    account, *others = ruleset.entities
    at = random.randrange(1, len(account.fields) - 1)
    field = maker.field(account.fields[at].name, account.fields[at].type)
    fields = (*account.fields[:at], field, *account.fields[at + 1 :])
    return replace(ruleset, entities=(replace(account, fields=fields), *others))


EDITS = (other_definition, other_definition, other_gate, other_gate, other_ways, other_rules, other_list, other_field)


def case() -> tuple[int, Random, ir.Ruleset, ir.Ruleset]:
    seed = int(FIXED) if FIXED else SystemRandom().randrange(2**32)
    random = Random(seed)
    maker = Maker(random)
    old = maker.ruleset()
    return seed, random, old, edited(random, maker, old)


def stage_of(placement: Placement) -> tuple[str | None, str, list[str]]:
    verdict = "" if placement.verdict is None else placement.verdict.value
    return placement.stage, verdict, sorted(each.rule for each in placement.violations)


@pytest.mark.parametrize("number", range(CASES))
def test_what_moves_is_what_both_versions_place_otherwise_alone(number: int, tmp_path: Path) -> None:
    seed, random, old, new = case()
    rows = [random_record(random, old, "account") for _ in range(RECORDS)]
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps([plain({**row, "id": f"A{at}"}) for at, row in enumerate(rows)]), encoding="utf-8")
    records = json.loads(path.read_text(encoding="utf-8"))
    for lifecycle in new.lifecycles:
        mode = random.choice(("evidence", "advance"))
        data = Data(str(path), {}, lifecycle.name, NOW, mode)  # type: ignore[arg-type]  # one of the modes
        with Impact(old, new, (), data, lambda issue: None) as impact:
            found = {moved.key: moved for moved in impact.records()}
            account = impact.account
        cells: Counter[tuple[str | None, str | None]] = Counter()
        before = old.lifecycle(lifecycle.name)
        for record in records:
            one, two = place(old, before, record, NOW, Mode(mode)), place(new, lifecycle, record, NOW, Mode(mode))
            cells[one.stage, two.stage] += 1
            differs = stage_of(one) != stage_of(two)
            assert (record["id"] in found) == differs, (seed, record["id"], stage_of(one), stage_of(two))
            if differs:
                told = found[record["id"]]
                assert (told.before, told.after) == (one.stage, two.stage), seed
                assert rules_of(told) == changed_rules(one, two), seed
                assert told.moved is False or told.because not in ((), (ELSEWHERE,)), (seed, record["id"], one.path, two.path)
        assert {stages: group.count for stages, group in account.cells.items()} == dict(cells), seed
        assert account.books.read == account.books.compared == RECORDS


def rules_of(moved: Moved) -> tuple[set[str], set[str]]:
    return {rule for rule, _ in moved.begins}, {rule for rule, _ in moved.ceases}


def changed_rules(one: Placement, two: Placement) -> tuple[set[str], set[str]]:
    before, after = ({each.rule for each in placement.violations} for placement in (one, two))
    return after - before, before - after


def plain(value: object) -> object:
    """Return a value as JSON has it."""
    match value:
        case dict():
            return {str(name): plain(part) for name, part in value.items()}
        case list():
            return [plain(part) for part in value]
        case bool() | int() | None:
            return value
        case float():
            return value if value - value == 0 else str(value)
        case bytes():
            return "bytes"
        case str():
            return value.encode("utf-8", "replace").decode()
        case datetime.timedelta():
            return value / datetime.timedelta(hours=1)
        case _:
            return str(value)
