"""A decision table and a record into what its rows say of it, row by row: the meaning of language.md, section 8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from revrules import ir
from revrules.runtime.texts import fold

if TYPE_CHECKING:
    Range: TypeAlias = tuple[ir.Value, ir.Value]


@dataclass(frozen=True, slots=True)
class Judged:
    """A table and what its columns ask: the least and the greatest that each value can still be, None where it is missing."""

    table: ir.DecisionTable
    inputs: tuple[Range | None, ...]

    def member(self) -> str | None:
        """Return what the classification picks: the output of the first row that is not false, or of the only one."""
        open_ = self.open_rows()
        if not open_:
            return self.table.otherwise
        if self.table.mode is ir.ChooseMode.EXACTLY_ONE and len(open_) > 1:
            return None
        row, state = open_[0]
        return row.output if state else None

    def contains(self, member: str) -> bool | None:
        """Return whether a row that gives ``member`` is true: Kleene's or of these rows."""
        states = [self.state(row) for row in self.table.rows if row.output == member]
        return True if True in states else None if None in states else False

    def open_rows(self) -> list[tuple[ir.Row, bool | None]]:
        """Return the rows that are not false, each with its state."""
        judged = ((row, self.state(row)) for row in self.table.rows)
        return [(row, state) for row, state in judged if state is not False]

    def waiting(self, rows: list[ir.Row]) -> list[int]:
        """Return the columns for which one of ``rows``, which are unknown, waits."""
        return [n for n in range(len(self.inputs)) if any(self.cell(row, n) is None for row in rows)]

    def state(self, row: ir.Row) -> bool | None:
        """Return whether a row is true: Kleene's and of its cells."""
        states = [self.cell(row, column) for column in range(len(self.inputs))]
        return False if False in states else None if None in states else True

    def cell(self, row: ir.Row, column: int) -> bool | None:
        """Return whether a cell is true of what its column asks: of every number that a count or score can still be."""
        cell, seen = self.table.cell(row, column), self.inputs[column]
        if seen is None:
            return cell.when_missing
        low, high = seen
        if low != high and cell.when_missing is not None:  # a number that is not known yet is missing to words for missing
            return cell.when_missing
        if cell.ranges:
            return _inside(cell, low, high)
        text = self.table.columns[column].any_case
        return ((fold(cast("str", low)) if text else low) in cell.values) is not cell.negated


def _inside(cell: ir.Cell, low: ir.Value, high: ir.Value) -> bool | None:
    """Return whether all values from ``low`` to ``high`` lie in one of a cell's ranges; unknown where only some do."""
    if any(_starts(interval, low) and _ends(interval, high) for interval in cell.ranges):
        return True
    return None if any(_starts(interval, high) and _ends(interval, low) for interval in cell.ranges) else False


def _starts(interval: ir.Interval, value: ir.Value) -> bool:
    """Return whether ``value`` is not below an interval."""
    least = interval.low
    if least is None:
        return True
    return value > least if interval.low_open else value >= least  # type: ignore[operator]  # values of the column's type


def _ends(interval: ir.Interval, value: ir.Value) -> bool:
    """Return whether ``value`` is not above an interval."""
    greatest = interval.high
    if greatest is None:
        return True
    return value < greatest if interval.high_open else value <= greatest  # type: ignore[operator]  # as above
