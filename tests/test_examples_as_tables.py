"""The companies of the subscription ruleset's examples, written as five exports, stand where the examples put them."""

from __future__ import annotations

import csv
import datetime
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from revrules.compiler import compile_path
from revrules.ruleset import Ruleset
from revrules.tables import evaluate_table
from revrules.types import EnumType

if TYPE_CHECKING:
    from revrules import ir

ROOT = Path(__file__).resolve().parent.parent
TODAY = datetime.date(2026, 11, 21)

Row = dict[str, str]


def cell(field: ir.FieldDecl, value: object) -> str:
    """Return a value as a CRM writes it: labels for members of an enum, words for truth values."""
    if isinstance(field.type, EnumType):
        member = next(member for member in field.type.members if member.name == value)
        return (member.labels or (member.name,))[0]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def flatten(whole: ir.Ruleset, entity: ir.Entity, given: dict[str, object], tables: defaultdict[str, list[Row]]) -> Row:
    """Add a record and those related to it to the tables; return its row."""
    row: Row = {}
    tables[entity.name].append(row)
    if entity.key is not None and entity.key not in given:
        given = {**given, entity.key: f"{entity.name}-{len(tables[entity.name])}"}
    for name, value in given.items():
        field, relation = entity.field(name), entity.relation(name)
        if field is not None and value is not None:
            row[(field.columns or (name,))[0]] = cell(field, value)
        elif relation is not None and isinstance(value, list):
            other = whole.entity(relation.entity)
            by = other.field(relation.by)
            assert by is not None and entity.key is not None
            for item in value:
                inner = flatten(whole, other, dict(item), tables)
                inner[(by.columns or (by.name,))[0]] = str(given[entity.key])
    return row


def headings(entity: ir.Entity) -> list[str]:
    """Return the headings of an export of the entity."""
    return [(field.columns or (field.name,))[0] for field in entity.fields]


def test_companies_from_five_exports_stand_where_the_examples_put_them(tmp_path: Path) -> None:
    whole = compile_path(ROOT / "rulesets" / "b2b_saas", today=TODAY).ruleset
    assert whole is not None
    examples = [example for example in whole.examples if example.entity == "account"]
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    for example in examples:
        flatten(whole, whole.entity("account"), dict(example.given), tables)
    files: dict[str, str | Path] = {}
    for name, rows in tables.items():
        files[name] = tmp_path / f"{name}.csv"
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headings(whole.entity(name)))
            writer.writeheader()
            writer.writerows(rows)
    assert sorted(files) == ["account", "contact", "meeting", "opportunity", "subscription"]
    accounts = files.pop("account")
    out = tmp_path / "placed.csv"
    summary = evaluate_table(Ruleset(whole), accounts, out, lifecycle="revenue", related=files, as_of=examples[0].as_of)
    assert (summary.problems, summary.warnings) == ({}, ())
    with out.open(encoding="utf-8", newline="") as file:
        placed = [(record["stage"], record["verdict"]) for record in csv.DictReader(file)]
    assert placed == [(stage_of(example), verdict_of(example)) for example in examples]


def stage_of(example: ir.Example) -> str:
    """Return the stage that an example expects, nothing for nowhere."""
    names = next(claim.names for claim in example.expectations if claim.kind == "stage")
    return "" if names in ((), ("none",)) else names[0]


def verdict_of(example: ir.Example) -> str:
    """Return the verdict that an example expects."""
    return next(claim.names[0] for claim in example.expectations if claim.kind == "verdict")
