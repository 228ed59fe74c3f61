"""Raw records into typed ones: nested dicts that hold a value or None for every field, with what was no value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.runtime.cells import field_reader
from revrules.runtime.results import DataProblem
from revrules.runtime.values import FieldSpec, shown_value

if TYPE_CHECKING:
    from revrules.runtime.values import Reader


class RecordSpec(NamedTuple):
    """An entity as far as it is read: its fields, and the relations that are followed (name, whether many, their records)."""

    fields: tuple[FieldSpec, ...]
    relations: tuple[tuple[str, bool, RecordSpec], ...] = ()


class RecordReader(NamedTuple):
    """A ``RecordSpec`` with its readers made: (name, reader, whether required)."""

    fields: tuple[tuple[str, Reader, bool], ...]
    relations: tuple[tuple[str, bool, RecordReader], ...]


@lru_cache(maxsize=64)
def record_reader(spec: RecordSpec) -> RecordReader:
    """Return the readers of ``spec``, made once."""
    fields = tuple((field.name, field_reader(field), field.required) for field in spec.fields)
    return RecordReader(fields, tuple((name, many, record_reader(inner)) for name, many, inner in spec.relations))


def read_record(reader: RecordReader, raw: Mapping[str, object]) -> tuple[dict[str, object], list[DataProblem]]:
    """Return the typed record (one: a dict or None, many: a list) and its problems in the order of the fields, then relations.

    A required field is asked of the record itself only: related records have placements of their own. Raises ``TypeError`` for
    what is no mapping.
    """
    if not hasattr(raw, "get"):
        raise TypeError(f"a record is a mapping of field names to values, not {type(raw).__name__}")
    problems: list[DataProblem] = []
    return _read(reader, raw, problems, ""), problems


def _read(reader: RecordReader, raw: Mapping[str, object], problems: list[DataProblem], prefix: str) -> dict[str, object]:
    record: dict[str, object] = {}
    for field in reader.fields:
        record[field[0]] = read_field(field, raw, problems, prefix)
    for relation in reader.relations:
        record[relation[0]] = read_relation(relation, raw, problems, prefix)
    return record


def read_field(
    field: tuple[str, Reader, bool], raw: Mapping[str, object], problems: list[DataProblem], prefix: str = ""
) -> object:
    """Return the typed value of one field of ``raw``, or None; what is no value joins ``problems``."""
    name, read, required = field
    given = raw.get(name)
    value, reason = read(given)
    if reason:
        problems.append(DataProblem(prefix + name, shown_value(given), reason))
    elif value is None and required and not prefix:
        problems.append(DataProblem(name, None, "required, but missing"))
    return value


def read_relation(
    relation: tuple[str, bool, RecordReader], raw: Mapping[str, object], problems: list[DataProblem], prefix: str = ""
) -> object:
    """Return the typed record or records of one relation of ``raw``; what is no value joins ``problems``."""
    name, many, inner = relation
    read_related = _read_many if many else _read_one
    return read_related(inner, raw.get(name), problems, prefix + name)


def _read_one(reader: RecordReader, given: object, problems: list[DataProblem], name: str) -> dict[str, object] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        problems.append(DataProblem(name, shown_value(given), "not a record"))
        return None
    return _read(reader, given, problems, name + ".")


def _read_many(reader: RecordReader, given: object, problems: list[DataProblem], name: str) -> list[dict[str, object]]:
    if given is None:
        return []
    if not isinstance(given, list | tuple):
        problems.append(DataProblem(name, shown_value(given), "not a list of records"))
        return []
    read = (_read_one(reader, item, problems, name) for item in given)
    return [record for record in read if record is not None]
