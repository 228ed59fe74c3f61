"""An alignment and a table into how many real records lie in each region of each word: what was proved, weighed with data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.backends.program import ValueProgram
from revrules.backends.python import generate_value
from revrules.outline import outline
from revrules.ruleset import Ruleset
from revrules.runtime.lifecycles import instant
from revrules.tables.regions import Judged, Locating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from revrules import ir
    from revrules.proofs.alignment import Asked, Row
    from revrules.tables.columns import Record
    from revrules.tables.issues import Issue
    from revrules.tables.opening import Reading


@dataclass(frozen=True, slots=True)
class Data:
    """A file of records, what they are on either side, and related tables by the names that either side has for them."""

    path: str
    entities: tuple[str, str]
    related: tuple[Mapping[str, str], Mapping[str, str]]
    as_of: datetime | None
    reading: Reading


def located(
    first: ir.Ruleset, second: ir.Ruleset, rows: Sequence[Row], data: Data, on_issue: Callable[[Issue], None]
) -> Locating:
    """Return the table of ``data``, ready to be judged on either side by what ``rows`` ask: all of them ask something."""
    moment = instant(data.as_of)
    asked = [row.asked for row in rows if row.asked is not None]
    assert len(asked) == len(rows), "every row asks something"
    sides = (
        _judged(first, [one for one, _ in asked], data.entities[0], data.related[0], moment),
        _judged(second, [other for _, other in asked], data.entities[1], data.related[1], moment),
    )
    return Locating(data.path, sides, [one.is_value for one, _ in asked], on_issue, data.reading)


def _judged(ruleset: ir.Ruleset, asked: Sequence[Asked], entity: str, related: Mapping[str, str], moment: datetime) -> Judged:
    values = {
        id_: ValueProgram(generate_value(ruleset, id_)).bind(moment)
        for id_ in dict.fromkeys(one.definition for one in asked if one.definition)
    }
    names = dict.fromkeys(one.lifecycle for one in asked if one.lifecycle)
    whole = Ruleset(ruleset)
    places = {name: whole.lifecycle(name).at(moment).place for name in names}

    def answers(record: Record) -> list[object]:
        found = {id_: value(record) for id_, value in values.items()}
        paths = {name: place(record).path for name, place in places.items()}
        return [one.stage in paths[one.lifecycle] if one.stage else _answer(one, found[one.definition]) for one in asked]

    return Judged(ruleset, outline(ruleset), entity, related, answers)


def _answer(asked: Asked, value: object) -> object:
    if value is None:
        return None
    if asked.member is not None:
        return value == asked.member
    return asked.names.get(str(value), value) if asked.names else value
