"""Decision tables into nested CASE: column by column the rows become fewer, until the few that are left are asked one by one.

A row is *open* where none of its cells is false, *sure* where all are true. With each column that is asked a row that cannot be
open falls away, one that waits for a missing value is kept in mind as unsure, and of rows that are alike in the columns still to
be asked those are dropped that no longer change the answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import table_cells as cells
from revrules.backends.sql.choices import member
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.tree import FALSE, NULL, TRUE, added, all_of, any_of, case, digits, is_null, switch, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.scope import Ends, Scope
    from revrules.backends.sql.table_cells import Asked, Part
    from revrules.backends.sql.tree import Sql

FEW = 3
"""Rows that are asked one by one."""
MOST_CELLS = 60_000
"""Cells that are asked one by one in a whole statement, those of rows that stand in several places each time."""
GROWTH = 3
"""How many rows a step may leave, in all of its parts, for each that it began with."""
HALVED = 24
"""Steps of a column of ranges beyond which the middle one is asked first."""


def table(node: ir.Table, inputs: Sequence[Ends], scope: Scope) -> Sql:
    """Return the output of the row that counts. Raises ``Unsayable`` for a table that comes out too large."""
    declared = scope.ruleset.table(node.table)
    return _Writer.of(declared, inputs, scope).said([Left(row) for row in declared.rows], _columns(declared))


def collects(node: ir.Collects, inputs: Sequence[Ends], scope: Scope) -> Sql:
    """Return whether a row that gives a member is true. Raises ``Unsayable`` for a table that comes out too large."""
    declared = scope.ruleset.table(node.table)
    rows = [Left(row) for row in declared.rows if row.output == node.member]
    return _Writer.of(declared, inputs, scope).said(rows, _columns(declared))


class Left(NamedTuple):
    """A row that can still be open; ``unsure`` where a value that one of its cells asks for is missing."""

    row: ir.Row
    unsure: bool = False


def _columns(declared: ir.DecisionTable) -> tuple[int, ...]:
    return tuple(range(len(declared.columns)))


@dataclass(slots=True)
class _Writer:
    """A table that is being written, and how many cells were asked one by one so far."""

    table: ir.DecisionTable
    asked: list[Asked]
    scope: Scope
    written: int = 0

    @classmethod
    def of(cls, declared: ir.DecisionTable, inputs: Sequence[Ends], scope: Scope) -> _Writer:
        """Return the writer of a table that asks some inputs."""
        asked = [cells.asked(column, ends, scope) for column, ends in zip(declared.columns, inputs, strict=True)]
        return cls(declared, asked, scope)

    def said(self, rows: list[Left], columns: tuple[int, ...]) -> Sql:
        """Return what some rows say, of which ``columns`` are still to be asked."""
        columns = tuple(column for column in columns if any(left.row.cells[column] != self.any_of(column) for left in rows))
        rows = self.needed(rows, columns)
        split = self.best(rows, columns) if len(rows) > FEW else None
        if split is None:
            return self.one_by_one(rows, columns)
        column, parts = split
        rest = tuple(other for other in columns if other != column)
        missing = [
            Left(left.row, left.unsure or waits is None)
            for left in rows
            for waits in (self.table.cell(left.row, column).when_missing,)
            if waits is not False
        ]
        found = [(part.test, self.said([left for left in rows if left.row.cells[column] in part.cells], rest)) for part in parts]
        value = self.asked[column].value
        return case([(is_null(value), self.said(missing, rest))], _in_turn(found))

    def any_of(self, column: int) -> int:
        """Return the position of the cell that takes anything, -1 where no row has one."""
        known = self.table.columns[column].cells
        return known.index(ir.ANY_CELL) if ir.ANY_CELL in known else -1

    def needed(self, rows: list[Left], columns: tuple[int, ...]) -> list[Left]:
        """Return the rows without those that cannot change the answer, given the ones before them."""
        seen: Counter[object] = Counter()
        most = 2 if self.table.mode is ir.ChooseMode.EXACTLY_ONE else 1
        found = []
        for left in rows:
            key: object = tuple(left.row.cells[column] for column in columns)
            seen[key] += 1
            if self.table.mode is ir.ChooseMode.COLLECT:
                seen[key, left.unsure] += 1
                if seen[key, left.unsure] == 1:
                    found.append(left)
            elif seen[key] <= most:
                found.append(left)
            if self.table.mode is ir.ChooseMode.FIRST_MATCH and all(
                left.row.cells[column] == self.any_of(column) for column in columns
            ):
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
            if max(sizes) < len(rows) and sum(sizes) <= GROWTH * len(rows):
                found.append((max(sizes), column, parts))
        if not found:
            return None
        _, column, parts = min(found, key=lambda one: one[:2])
        return column, parts

    def one_by_one(self, rows: list[Left], columns: tuple[int, ...]) -> Sql:
        """Return what some rows say, each asked for itself."""
        self.written += max(len(rows), 1) * max(len(columns), 1)
        if self.written > MOST_CELLS:
            reason = f"its columns, asked in turn, leave more than {MOST_CELLS:,} cells to be asked one by one"
            raise Unsayable(f"the decision table `{self.table.name}`", self.scope.dialect, reason)
        open_ = [self.open_row(left, columns) for left in rows]
        sure = [self.sure_row(left, columns) for left in rows]
        match self.table.mode:
            case ir.ChooseMode.COLLECT:
                true = [
                    all_of([one, other]) if other != TRUE else one
                    for one, other in zip(open_, sure, strict=True)
                    if other != FALSE
                ]
                doubtful = [one for one, other in zip(open_, sure, strict=True) if other != TRUE]
                return case([(any_of(some), then) for some, then in ((true, TRUE), (doubtful, NULL)) if some], FALSE)
            case ir.ChooseMode.FIRST_MATCH:
                return self.first(rows, open_, sure)
            case ir.ChooseMode.EXACTLY_ONE:
                return self.only(rows, open_, sure)

    def first(self, rows: list[Left], open_: list[Sql], sure: list[Sql]) -> Sql:
        """Return the output of the first open row, NULL where that one is not sure."""
        branches = [(one, _output(left, other)) for left, one, other in zip(rows, open_, sure, strict=True)]
        otherwise = member(self.table.otherwise, self.scope)
        if branches and branches[-1][0] == TRUE:
            (_, otherwise) = branches.pop()
        return case(branches, otherwise)

    def only(self, rows: list[Left], open_: list[Sql], sure: list[Sql]) -> Sql:
        """Return the output of the only open row, NULL where there are several or it is not sure."""
        if len(rows) <= 1:
            return self.first(rows, open_, sure)
        one, none = digits("1"), digits("0")
        count = added([one if condition == TRUE else case([(condition, one)], none) for condition in open_])
        outputs = [(condition, _output(left, other)) for left, condition, other in zip(rows, open_, sure, strict=True)]
        return switch(count, [(none, member(self.table.otherwise, self.scope)), (one, case(outputs))])

    def open_row(self, left: Left, columns: tuple[int, ...]) -> Sql:
        """Return whether no cell of a row is false."""
        conditions = [cells.is_open(self.table.cell(left.row, column), self.asked[column]) for column in columns]
        return all_of([condition for condition in conditions if condition != TRUE])

    def sure_row(self, left: Left, columns: tuple[int, ...]) -> Sql:
        """Return whether all cells of a row that is open are true."""
        if left.unsure:
            return FALSE
        conditions = [cells.is_sure(self.table.cell(left.row, column), self.asked[column]) for column in columns]
        return all_of([condition for condition in conditions if condition != TRUE])


def _output(left: Left, sure: Sql) -> Sql:
    if sure == FALSE:
        return NULL
    return text(left.row.output) if sure == TRUE else case([(sure, text(left.row.output))])


def _in_turn(found: list[tuple[Sql | None, Sql]]) -> Sql:
    """Return what the part says whose test holds first; the steps of a column of ranges are halved while they are many."""
    *tested, (_, last) = found
    branches = [(test, then) for test, then in tested if test is not None]
    if len(branches) > HALVED and all(_is_step(test) for test, _ in branches):
        middle = len(branches) // 2
        test, _ = branches[middle]
        lower, upper = found[: middle + 1], found[middle + 1 :]
        return case([(test, _in_turn([*lower[:-1], (None, lower[-1][1])]))], _in_turn(upper))
    return case(branches, last)


def _is_step(test: Sql) -> bool:
    return test.key in ("lt", "lte")
