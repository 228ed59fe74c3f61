"""Nested records into tables: one for each way along relations, with keys that say which row belongs to which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from revrules.readers import record_spec
from revrules.runtime.records import read_record, record_reader
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules import ir
    from revrules.runtime.records import RecordSpec

    Record = dict[str, object]

FIRST_KEY = 1001


@dataclass(slots=True)
class Flat:
    """The rows of one table: typed values by field, None where missing; ``related`` are the tables of the relations."""

    entity: str
    rows: list[Record] = field(default_factory=list)
    related: dict[str, Flat] = field(default_factory=dict)


def typed_records(ruleset: ir.Ruleset, entity: str, records: Iterable[Mapping[str, object]]) -> list[Record]:
    """Return raw records with typed values, related ones nested, as far as the ruleset follows relations."""
    reader = record_reader(record_spec(ruleset, entity))
    return [read_record(reader, record)[0] for record in records]


def flatten(ruleset: ir.Ruleset, entity: str, records: Sequence[Record]) -> Flat:
    """Return the tables that hold ``records``, and set keys in the records so that joining the tables gives just these.

    Whatever the records said in the fields that relate them is replaced; where a ``one`` relation has no record it is missing.
    """
    root = Flat(entity)
    numbers = iter(range(FIRST_KEY, 2**31))
    spec = record_spec(ruleset, entity)
    for record in records:
        _add(ruleset, root, record, spec, numbers)
    return root


def _add(
    ruleset: ir.Ruleset,
    table: Flat,
    record: Record,
    spec: RecordSpec,
    numbers: Iterator[int],
    fixed: tuple[str, int] | None = None,
) -> int:
    """Enter a record and what relates to it; return the number in its key. ``fixed``: a field that relates it, and its number."""
    declared = ruleset.entity(table.entity)
    table.rows.append(record)
    number = next(numbers)
    if declared.key is not None:
        _set(declared, record, declared.key, number)
    if fixed is not None:
        _set(declared, record, *fixed)
    for name, many, inner in spec.relations:
        relation = declared.relation(name)
        assert relation is not None, "a description follows declared relations"
        related = table.related.setdefault(name, Flat(relation.entity))
        if many:
            _agree(ruleset, relation, cast("list[Record]", record[name]))
            for each in cast("list[Record]", record[name]):
                _add(ruleset, related, each, inner, numbers, (relation.by, number))
        elif (one := cast("Record | None", record[name])) is None:
            record[relation.by] = record[relation.by] if fixed is not None and fixed[0] == relation.by else None
        elif fixed is not None and fixed[0] == relation.by:
            if not any(row is one for row in related.rows):
                _add(ruleset, related, one, inner, numbers)
                _set(ruleset.entity(relation.entity), one, cast("str", ruleset.entity(relation.entity).key), fixed[1])
        else:
            _set(declared, record, relation.by, _add(ruleset, related, one, inner, numbers))
    return number


def _agree(ruleset: ir.Ruleset, relation: ir.Relation, records: list[Record]) -> None:
    """Give records of one holder the same record where the field that relates them to it leads to another one, too."""
    for other in ruleset.entity(relation.entity).relations:
        if not other.many and other.by == relation.by and records and other.name in records[0]:
            first = next((record[other.name] for record in records if record[other.name] is not None), None)
            for record in records:
                record[other.name] = first


def _set(entity: ir.Entity, record: Record, name: str, number: int) -> None:
    """Put a key into a field: as an integer or as a text, whichever the field holds."""
    declared = entity.field(name)
    assert declared is not None, "fields that relate are declared"
    record[name] = number if declared.type is Scalar.INTEGER else str(number)
