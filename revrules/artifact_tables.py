"""A decoded decision table into the first thing in it that does not hold together."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.runtime.texts import fold
from revrules.types import EnumType, Scalar, is_ordered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.types import Type

KINDS: dict[Scalar, type] = {
    Scalar.BOOLEAN: bool,
    Scalar.INTEGER: int,
    Scalar.NUMBER: float,
    Scalar.MONEY: Decimal,
    Scalar.TEXT: str,
    Scalar.DATE: datetime.date,
    Scalar.DATETIME: datetime.datetime,
    Scalar.DURATION: datetime.timedelta,
}


def faults_of_tables(ruleset: ir.Ruleset) -> Iterator[str]:
    """Yield a sentence on each thing that does not hold together in the decision tables."""
    for name, count in Counter(table.name for table in ruleset.tables).items():
        if count > 1:
            yield f"there are {count} tables `{name[:60]}`"
    for table in ruleset.tables:
        yield from (f"the table `{table.name[:60]}` {fault}" for fault in _faults(table))


def fault_of_use(expr: ir.Table | ir.Collects, table: ir.DecisionTable | None) -> str:
    """Return what is wrong with the use of a table, empty where nothing is."""
    if table is None:
        return f"there is no table `{expr.table[:60]}`"
    if isinstance(expr, ir.Collects) is not (table.mode is ir.ChooseMode.COLLECT):
        return f"the table `{table.name}` is used as one that {'picks' if table.mode is ir.ChooseMode.COLLECT else 'collects'}"
    if isinstance(expr, ir.Table) and expr.type != table.type:
        return f"the table `{table.name}` gives members of another enum"
    if isinstance(expr, ir.Collects) and expr.member not in table.type.member_names:
        return f"the table `{table.name}` gives no `{expr.member[:60]}`"
    if [ir.type_of(asked) for asked in expr.inputs] != [column.type for column in table.columns]:
        return f"the columns of the table `{table.name}` are of other types than what they ask"
    return ""


def _faults(table: ir.DecisionTable) -> Iterator[str]:
    outputs = set(table.type.member_names)
    if not table.columns or not table.rows:
        yield "has no columns or no rows"
    if table.otherwise is not None and (table.otherwise not in outputs or table.mode is ir.ChooseMode.COLLECT):
        yield "gives otherwise what it cannot give"
    for row in table.rows:
        if row.output not in outputs:
            yield f"has a row that gives `{row.output[:60]}`, which is no member of its type"
        if len(row.cells) != len(table.columns):
            yield "has a row with more or fewer cells than it has columns"
            return
        if not all(0 <= at < len(column.cells) for at, column in zip(row.cells, table.columns, strict=True)):
            yield "has a row with a cell that its column does not have"
    for column in table.columns:
        if column.any_case and column.type is not Scalar.TEXT:
            yield "compares in any case what is no text"
        yield from (fault for cell in column.cells for fault in _faults_of_cell(cell, column))


def _faults_of_cell(cell: ir.Cell, column: ir.Column) -> Iterator[str]:
    ordered = not isinstance(column.type, EnumType) and is_ordered(column.type)
    if (cell.ranges and (not ordered or cell.negated)) or (cell.values and ordered):
        yield "has a cell that is none of its column's type"
    if not cell.values and not cell.ranges and not _is_word(cell):
        yield "has a cell that asks nothing"
    ends = [end for interval in cell.ranges for end in (interval.low, interval.high) if end is not None]
    if not all(_is_value(value, column.type) for value in (*cell.values, *ends)):
        yield "has a cell with a value that is none of its column's type"
        return
    if any(interval.low is None and interval.high is None for interval in cell.ranges) or not _apart(cell.ranges):
        yield "has a cell with ranges that are not apart, from the least on"
    if column.any_case and any(fold(str(value)) != value for value in cell.values):
        yield "compares in any case with a text that is not folded"


def _is_word(cell: ir.Cell) -> bool:
    """Return whether a cell without values is that of a word: any, missing or known."""
    return cell in (ir.ANY_CELL, ir.Cell(when_missing=True), ir.Cell(negated=True, when_missing=False))


def _is_value(value: ir.Value, type_: Type) -> bool:
    if isinstance(type_, EnumType):
        return value in type_.member_names
    return type(value) is KINDS[type_] and value == value


def _apart(ranges: tuple[ir.Interval, ...]) -> bool:
    """Return whether each range holds a value, and each ends before the next begins."""
    for interval in ranges:
        low, high = interval.low, interval.high
        if low is None or high is None:
            continue
        if low > high or (low == high and (interval.low_open or interval.high_open)):  # type: ignore[operator]  # one type
            return False
    for first, second in itertools.pairwise(ranges):
        if first.high is None or second.low is None or first.high > second.low:  # type: ignore[operator]  # one type
            return False
        if first.high == second.low and not (first.high_open and second.low_open):
            return False
    return True
