"""Two random rulesets as one: each side says of every record what it says alone.

The seeds are new in every run; ``REVRULES_SEED=n`` repeats one.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from random_records import random_record
from strategies import COLOR, Maker

from revrules import ir
from revrules.proofs.alignment.matching import Names, match
from revrules.proofs.alignment.merged import Merged, merged
from revrules.proofs.rewriting import rewritten
from revrules.reference import Judge
from revrules.rows import is_ranged
from revrules.types import EnumMember, EnumType

if TYPE_CHECKING:
    from revrules.proofs.alignment.sides import Side

PAIRS = int(os.environ.get("REVRULES_MERGED", "60"))
FIXED = os.environ.get("REVRULES_SEED")
RECORDS = 25
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
OTHER_COLOR = EnumType(
    "account.color", (EnumMember("crimson", ("Red", "1")), EnumMember("green", ("Green",)), EnumMember("black"))
)


def test_each_side_of_two_random_rulesets_says_what_it_says_alone() -> None:
    start = SystemRandom().randrange(2**32) if FIXED is None else int(FIXED)
    compared = 0
    for seed in range(start, start + (PAIRS if FIXED is None else 1)):
        print(f"seed {seed}")  # noqa: T201  # shown when the test fails, also by an exception
        first, second = rulesets(seed)
        whole = merged(first, second, match(first, second, Names()), ("a", "b"))
        draw = Random(seed)
        records = [plain(random_record(draw, draw.choice((first, second)), "account")) for _ in range(RECORDS)]
        compared += sum(compare(whole, side, records, f"seed {seed}") for side in (whole.first, whole.second))
    assert FIXED is not None or compared > PAIRS * RECORDS


def rulesets(seed: int) -> tuple[ir.Ruleset, ir.Ruleset]:
    """Return two rulesets about the same entities, whose fields have other domains, stand-ins and, sometimes, members."""
    first, second = Maker(Random(seed)).ruleset(), Maker(Random(seed + 2**40)).ruleset()
    second = dataclasses.replace(second, timezone=first.timezone, calendars=first.calendars)
    if Random(seed).random() < 0.5:
        second = recolored(second)
    return first, second


def recolored(ruleset: ir.Ruleset) -> ir.Ruleset:
    """Return ``ruleset`` with another name for one member of an enum, one member less, and one more."""

    def change(node: object) -> object:
        match node:
            case EnumType() if node.member_names == COLOR.member_names:
                return OTHER_COLOR
            case ir.Literal(str() as name, EnumType() as type_) if type_ == OTHER_COLOR:
                return dataclasses.replace(node, value=NEW_NAMES[name])
            case ir.OneOf(operand, values) if ir.type_of(operand) == OTHER_COLOR:
                return dataclasses.replace(node, values=tuple(dict.fromkeys(NEW_NAMES[str(name)] for name in values)))
            case _:
                return node

    if any(COLOR.member_names in (_names(table.type), *(_names(c.type) for c in table.columns)) for table in ruleset.tables):
        return ruleset
    entities = tuple(
        dataclasses.replace(
            entity,
            fields=tuple(
                dataclasses.replace(f, type=OTHER_COLOR, missing_when=()) if _names(f.type) == COLOR.member_names else f
                for f in entity.fields
            ),
        )
        for entity in ruleset.entities
    )
    definitions = tuple(rewritten(definition, change) for definition in ruleset.definitions)
    return dataclasses.replace(ruleset, entities=entities, definitions=definitions, lifecycles=(), rules=(), assertions=())


NEW_NAMES = {"red": "crimson", "green": "green", "blue": "black"}


def _names(type_: object) -> tuple[str, ...]:
    return type_.member_names if isinstance(type_, EnumType) else ()


def plain(record: dict[str, object]) -> dict[str, object]:
    """Return ``record`` with the member that goes by two names under the label that it shares."""

    def of(value: object) -> object:
        if isinstance(value, str):
            return "Red" if value.strip() in ("red", "crimson") else value
        if isinstance(value, list):
            return [of(each) for each in value]
        return plain(value) if isinstance(value, dict) else value

    return {name: of(value) for name, value in record.items()}


def compare(whole: Merged, side: Side, records: list[dict[str, object]], told: str) -> int:
    """Compare what a side says alone with what it says in the whole; return how many values were compared."""
    asked = [
        (definition, ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr)))
        for definition in side.ruleset.definitions
        if definition.entity == "account"
    ]
    said = [(ref, *side.expression(ref, "account")) for _, ref in asked]
    said = [each for each in said if not each[2].obstacles and not each[2].caveats]
    alone = Judge(side.ruleset, "account", [ref for ref, _, _ in said])
    together = Judge(whole.ruleset, "account", [expr for _, expr, _ in said])
    renamed = {"crimson": "red"} if side is whole.second else {}
    for record in records:
        expected = [renamed.get(value, value) if isinstance(value, str) else value for value in alone.values(record, NOW)]
        found = list(together.values(record, NOW))
        assert [repr(value) for value in found] == [repr(value) for value in expected], (told, record)
    return len(said) * len(records)
