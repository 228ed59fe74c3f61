"""A ruleset and a source of randomness into raw records: nested, with missing, odd, wrong and extreme values."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from strategies import CLAIM, constant

from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from random import Random

    from revrules import ir

WRONG = (
    float("nan"),
    float("inf"),
    "",
    "  ",
    "n/a",
    "what?",
    "9" * 400,
    -1,
    3.0,
    3.5,
    True,
    10**30,
    "2026-02-30",
    [],
    {},
    b"x",
    "\ud800",
    "1e5",
)


def random_record(r: Random, ruleset: ir.Ruleset, entity: str, depth: int = 2) -> dict[str, object]:
    """Return a record of ``entity`` with related ones, 15 to 40 percent of the values missing."""
    missing = r.choice((0.15, 0.25, 0.4))
    declared = next(found for found in ruleset.entities if found.name == entity)
    record = {field.name: _raw(r, field) for field in declared.fields if r.random() >= missing}
    for relation in declared.relations if depth else ():
        if not relation.many:
            record[relation.name] = None if r.random() < missing else random_record(r, ruleset, relation.entity, depth - 1)
            continue
        rows = [random_record(r, ruleset, relation.entity, depth - 1) for _ in range(r.choice((0, 0, 1, 1, 2, 3)))]
        if rows and r.random() < 0.3:
            rows.append(r.choice(rows))
        if rows or r.random() < 0.5:
            record[relation.name] = rows
    if r.random() < 0.02 and declared.relations:
        record[r.choice(declared.relations).name] = r.choice(("what?", 5, [None, 5]))
    return record


def _raw(r: Random, field: ir.FieldDecl) -> object:
    """Return a value for a field: typed, as text, or none at all."""
    chance = r.random()
    if chance < 0.05:
        return r.choice(WRONG)
    value = r.choice(CLAIM.member_names[: r.choice((3, 9))]) if field.name == "claim" else constant(r, field.type)
    return _spelled(r, value, field.type) if chance < 0.25 else value


def _spelled(r: Random, value: ir.Value, type_: object) -> object:
    """Return another way to hand over ``value``."""
    if isinstance(type_, EnumType):
        labels = next(member.labels for member in type_.members if member.name == value)
        return r.choice((value, *labels))
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat() if datetime.date.min < value.date() else value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(hours=1)
    if isinstance(value, bool):
        return "Yes" if value else "no"
    if isinstance(value, Decimal) and r.random() < 0.3:
        return float(value)
    return value if type_ is Scalar.TEXT else f" {value} "
