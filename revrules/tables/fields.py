"""Declared fields into the functions that read their cells."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from revrules.runtime.cells import cell_reader
from revrules.runtime.values import FieldSpec, value_reader
from revrules.types import EnumType

if TYPE_CHECKING:
    from revrules.ir import FieldDecl
    from revrules.runtime.values import Reader, Reading

SAME_CELLS = 4096
"""Readings of a text column that are kept: exports repeat themselves."""


def field_spec(field: FieldDecl, timezone: str) -> FieldSpec:
    """Return ``field`` as the run time describes it; times without an offset are in ``timezone``."""
    enum = field.type if isinstance(field.type, EnumType) else None
    cell = field.format
    return FieldSpec(
        name=field.name,
        kind="enum" if enum is not None else str(field.type),
        members=tuple((member.name, member.labels) for member in enum.members) if enum is not None else (),
        low=field.low,
        high=field.high,
        high_open=field.high_open,
        required=field.required,
        missing_values=tuple(value for value in field.missing_when if not isinstance(value, str)),
        missing_texts=tuple(value for value in field.missing_when if isinstance(value, str)),
        timezone=timezone,
        patterns=cell.patterns,
        true_texts=cell.true_texts,
        false_texts=cell.false_texts,
        decimal_mark=cell.decimal_mark,
        group_mark=cell.group_mark,
        unit=cell.unit.value if cell.unit is not None else None,
    )


def text_reader(spec: FieldSpec) -> Reader:
    """Return the function that reads the cells of delimited text."""
    read = cell_reader(spec)
    if spec.kind == "text":
        return read  # type: ignore[return-value]  # delimited text holds nothing but text
    return lru_cache(maxsize=SAME_CELLS)(read)


def any_reader(spec: FieldSpec) -> Reader:
    """Return the function that reads values of JSON and Parquet: a text as a cell of an export or else as a value, others as values."""
    read_cell, read_value = cell_reader(spec), value_reader(spec)

    def read(raw: object) -> Reading:
        if not isinstance(raw, str):
            return read_value(raw)
        value, reason = read_cell(raw)
        if not reason:
            return value, reason
        other, still = read_value(raw)
        return (None, reason) if still else (other, "")

    return read
