"""What two versions make of real records equals what each makes of them alone: random rulesets, random edits, random records.

``REVRULES_RANDOM_SEED=…`` repeats a failure; ``REVRULES_IMPACT_CASES`` sets the number of edits.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
from collections import Counter
from dataclasses import replace
from random import Random, SystemRandom
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import duckdb
import pytest
from random_records import random_record
from random_tables_of_rulesets import random_tables
from strategies import Maker, is_ranged

from revrules import ir
from revrules.diff.changes import What
from revrules.impact import Data, Impact
from revrules.impact.ways import ELSEWHERE
from revrules.problems.alignment import said
from revrules.problems.pushing import NOT_PUSHED
from revrules.reference import Mode, place
from revrules.tables.failure import DataError
from revrules.types import Scalar

if TYPE_CHECKING:
    from pathlib import Path

    from random_tables_of_rulesets import Tables

    from revrules.diff import Change
    from revrules.impact import Moved
    from revrules.runtime.results import Placement

CASES = int(os.environ.get("REVRULES_IMPACT_CASES", "20"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
RECORDS = 30
ODD = ("x", " 12 ", "2026-13-40", "1e3", "-1", "TRUE", "\t")
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


# --- DuckDB and Python -------------------------------------------------------------------------------------------


def test_duckdb_and_python_tell_the_same(tmp_path: Path) -> None:
    """Random tables with related ones, odd cells, keys that are missing or stand twice: all that is told is the same."""
    count = pushed = 0
    while pushed < CASES // 4 and count < 2 * CASES:
        seed, random, old, new = case()
        count += 1
        tables = random_tables(random, old, 40)
        versions = tables.ruleset, keyed(tables.ruleset, new)
        folder = tmp_path / str(count)
        folder.mkdir()
        files = {entity: written(random, folder, tables, entity) for entity in tables.rows}
        path = files.pop("account")
        lifecycle = random.choice(new.lifecycles)
        job = Data(str(path), {name: str(file) for name, file in files.items()}, lifecycle.name, NOW,
                   random.choice(("evidence", "advance")), sample=random.choice((None, None, 7)),
                   summed=random.choice((None, *numbers(new))))  # fmt: skip
        try:
            found = whole(versions, replace(job, engine="duckdb"))
        except DataError as error:
            assert error.diagnostic.problem is NOT_PUSHED, (seed, error.diagnostic.message)

            continue
        pushed += 1
        expected = whole(versions, replace(job, engine="python"))
        for one, two in zip(expected, found, strict=True):
            assert one == two, seed
        if FIXED:
            break
    assert FIXED or pushed == CASES // 4


def whole(versions: tuple[ir.Ruleset, ir.Ruleset], job: Data) -> tuple[object, ...]:
    """Return all that comes out of a comparison."""
    told: list[object] = []
    try:
        with Impact(*versions, asked(versions[1]), job, told.append) as impact:
            records = list(impact.records())
            return records, list(impact.account.cells), impact.account, impact.warnings, told
    except DataError as error:
        if error.diagnostic.problem is NOT_PUSHED:
            raise
        return None, None, None, error.diagnostic, None


def asked(ruleset: ir.Ruleset) -> list[Change]:
    """Return changes of all that records can be asked about."""
    kinds = {ir.DefinitionKind.DEFINE: What.DEFINITION, ir.DefinitionKind.CLASSIFY: What.CLASSIFICATION}
    titles = [(kinds.get(each.kind, What.SCORE), said(each)) for each in ruleset.definitions]
    titles += [(What.RULE, each.name) for each in ruleset.rules]
    titles += [(What.GATE, f"{one.name}.{stage.name}") for one in ruleset.lifecycles for stage in one.stages]
    return [cast("Change", SimpleNamespace(what=what, title=title)) for what, title in titles]


def numbers(ruleset: ir.Ruleset) -> list[str]:
    return [each.name for each in ruleset.entity("account").fields if each.type in (Scalar.INTEGER, Scalar.MONEY, Scalar.NUMBER)]


def keyed(old: ir.Ruleset, new: ir.Ruleset) -> ir.Ruleset:
    """Return the new version with the keys that ``random_tables`` added to the old one."""
    entities = []
    for mine in new.entities:
        theirs = old.entity(mine.name)
        names = {field.name for field in mine.fields}
        entities.append(replace(mine, key=theirs.key, fields=(*mine.fields, *(f for f in theirs.fields if f.name not in names))))
    return replace(new, entities=tuple(entities))


def written(random: Random, folder: Path, tables: Tables, entity: str) -> Path:
    """Write the rows of an entity to a file of some format, with a few cells that are no values."""
    odd = random.choice((0.0, 0.0, 0.03))
    names = tables.columns[entity]
    rows = [
        {name: random.choice(ODD) if random.random() < odd else plain(row[name]) for name in names if row[name] is not None}
        for row in tables.rows[entity]
    ]
    path = folder / f"{entity}.{random.choice(('csv', 'csv', 'jsonl', 'parquet'))}"
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    text = path.with_suffix(".csv")
    with text.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    if path.suffix == ".parquet":
        duckdb.connect().execute(f"COPY (FROM read_csv('{text}', header = true)) TO '{path}'").close()
    return path
