"""A row of a decision table into records that might be decided by it: values out of its own cells, nothing proved."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from revrules import ir
from revrules.proofs.variants import moved
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RECORDS = 24
MOST_VALUES = 3
"""Values of a set that are tried."""


def row_records(ruleset: ir.Ruleset, table: ir.DecisionTable, row: int) -> Iterator[dict[str, object]]:
    """Yield records whose fields have values that the cells of a row take; none where an input is no field of the record."""
    inputs = ruleset.inputs(table)
    fields = [each.name for each in inputs if isinstance(each, ir.Field) and not each.path]
    if len(fields) < len(inputs):
        return
    choices = [list(_values(table.cell(table.rows[row], n), column)) for n, column in enumerate(table.columns)]
    for values in islice(product(*choices), MOST_RECORDS):
        yield {name: value for name, value in zip(fields, values, strict=True) if value is not None}


def _values(cell: ir.Cell, column: ir.Column) -> Iterator[ir.Value | None]:
    """Yield some values that a cell takes; None for a missing one."""
    if cell.ranges:
        for interval in cell.ranges[:MOST_VALUES]:
            yield from _ends(interval, column)
    elif not cell.values:
        if cell.when_missing:
            yield None
        if cell.negated:
            yield from _others((), column)
    elif cell.negated:
        yield from _others(cell.values, column)
    else:
        yield from cell.values[:MOST_VALUES]


def _ends(interval: ir.Interval, column: ir.Column) -> Iterator[ir.Value]:
    """Yield the ends of an interval, or what lies beside one that does not belong to it."""
    for end, is_open, way in ((interval.low, interval.low_open, 1), (interval.high, interval.high_open, -1)):
        if end is not None:
            literal = ir.Literal(end, column.type)
            inside = moved(literal, way) if is_open else literal
            if inside is not None and inside.value is not None:
                yield inside.value


def _others(values: tuple[ir.Value, ...], column: ir.Column) -> Iterator[ir.Value]:
    """Yield values of a column's type that are none of ``values``: other members, those of other cells, another text."""
    if isinstance(column.type, EnumType):
        known: list[ir.Value] = list(column.type.member_names)
    else:
        known = [value for cell in column.cells for value in cell.values]
        known += [end for cell in column.cells for range_ in cell.ranges for end in (range_.low, range_.high) if end is not None]
    if column.type is Scalar.BOOLEAN:
        known += [True, False]
    if column.type is Scalar.TEXT:
        known.insert(0, "other")
    yield from [value for value in dict.fromkeys(known) if value not in values][:MOST_VALUES]
