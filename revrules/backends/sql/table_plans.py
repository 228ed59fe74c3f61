"""The rows of a decision table into an order of questions: column by column they become fewer, until few are left for each value.

With each column that is asked a row that cannot be open falls away, one that waits for a missing value is kept in mind as unsure,
and of rows that are alike in the columns still to be asked those are dropped that no longer change the answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import table_cells as cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.table_cells import Asked, Part

FEW = 3
"""Rows that are asked one by one."""
MOST_CELLS = 60_000
"""Cells that are asked one by one in a whole statement, those of rows that stand in several places each time."""
DEEPEST = 16
"""Columns that are asked one inside another."""


class Left(NamedTuple):
    """A row that can still be open; ``unsure`` where a value that one of its cells asks for is missing."""

    row: ir.Row
    unsure: bool = False


class Rows(NamedTuple):
    """Rows that are asked one by one, each in some columns."""

    rows: list[Left]
    columns: tuple[int, ...]


class Question(NamedTuple):
    """A column that is asked: what is next where its value is missing, and for each part of its values."""

    column: int
    missing: Plan
    parts: list[tuple[Part, Plan]]


Plan = Rows | Question


class Way(NamedTuple):
    """How a plan is made: how many rows a question may leave, in all of its parts, for each that it began with, and how many rows
    are asked one by one where a value is missing. What leaves fewer rows is longer.
    """

    growth: float
    few_after_missing: int


WAYS = (Way(3, FEW), Way(3, 10_000), Way(1.5, 100_000), Way(0, 100_000))


class _TooLong(Exception):  # noqa: N818 - a way that is left for the next one
    """Raised where a way comes out too long."""


def planned(table: ir.DecisionTable, rows: Sequence[ir.Row], asked: list[Asked]) -> Plan | None:
    """Return the fastest plan for some rows of a table that is not too long to write; None where each is."""
    for way in WAYS:
        try:
            return _Planner(table, asked, way).plan([Left(row) for row in rows], tuple(range(len(asked))))
        except _TooLong:
            continue
    return None


@dataclass(slots=True)
class _Planner:
    """The making of a plan, and how many cells it asks one by one so far."""

    table: ir.DecisionTable
    asked: list[Asked]
    way: Way
    written: int = 0
    anything: list[int] = field(default_factory=list)
    """For each column the position of the cell that takes anything, -1 where there is none."""

    def __post_init__(self) -> None:
        known = [column.cells for column in self.table.columns]
        self.anything = [found.index(ir.ANY_CELL) if ir.ANY_CELL in found else -1 for found in known]

    def plan(self, rows: list[Left], columns: tuple[int, ...], few: int = FEW, depth: int = 0) -> Plan:
        """Return the plan for some rows, of which ``columns`` are still to be asked."""
        columns = tuple(column for column in columns if any(self.asks(left, column) for left in rows))
        rows = self.needed(rows, columns)
        split = self.best(rows, columns) if len(rows) > few and depth < DEEPEST else None
        if split is None:
            self.written += 1 + sum(1 + sum(self.asks(left, column) for column in columns) for left in rows)
            if self.written > MOST_CELLS:
                raise _TooLong
            return Rows(rows, columns)
        column, parts = split
        rest = tuple(other for other in columns if other != column)
        waiting = [(left, self.table.cell(left.row, column).when_missing) for left in rows]
        missing = [Left(left.row, left.unsure or waits is None) for left, waits in waiting if waits is not False]
        by_cell: dict[int, list[tuple[int, Left]]] = {}
        for at, left in enumerate(rows):
            by_cell.setdefault(left.row.cells[column], []).append((at, left))
        found = []
        for part in parts:
            fitting = sorted((one for cell in part.cells for one in by_cell[cell]), key=lambda one: one[0])
            found.append((part, self.plan([left for _, left in fitting], rest, few, depth + 1)))
        few = max(few, self.way.few_after_missing)
        return Question(column, self.plan(missing, rest, few, depth + 1), found)

    def asks(self, left: Left, column: int) -> bool:
        """Return whether a row asks anything of a column."""
        return left.row.cells[column] != self.anything[column]

    def needed(self, rows: list[Left], columns: tuple[int, ...]) -> list[Left]:
        """Return the rows without those that cannot change the answer, given the ones before them."""
        mode = self.table.mode
        seen: Counter[object] = Counter()
        found = []
        for left in rows:
            asked = tuple(left.row.cells[column] for column in columns)
            key = (asked, left.unsure) if mode is ir.ChooseMode.COLLECT else asked
            seen[key] += 1
            if seen[key] <= (2 if mode is ir.ChooseMode.EXACTLY_ONE else 1):
                found.append(left)
            if mode is ir.ChooseMode.FIRST_MATCH and not any(self.asks(left, column) for column in columns):
                break
        return found

    def best(self, rows: list[Left], columns: tuple[int, ...]) -> tuple[int, list[Part]] | None:
        """Return the column that leaves the fewest rows in its largest part, unless all of its parts leave too many together."""
        found: list[tuple[int, int, list[Part]]] = []
        for column in columns:
            if self.asked[column].is_ranged:
                continue
            counts = Counter(left.row.cells[column] for left in rows)
            parts = cells.parts(self.asked[column], tuple(counts))
            sizes = [sum(counts[cell] for cell in part.cells) for part in parts]
            if max(sizes) < len(rows) and sum(sizes) <= self.way.growth * len(rows):
                found.append((max(sizes), column, parts))
        if not found:
            return None
        _, column, parts = min(found, key=lambda one: one[:2])
        return column, parts
