"""Decision tables into nested CASE, as their plan has it: first the columns that part the rows, then the few rows that are left.

A row is *open* where none of its cells is false, *sure* where all are true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import table_cells as cells
from revrules.backends.sql.choices import member
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.table_plans import MOST_CELLS, Question, Rows, planned
from revrules.backends.sql.tree import FALSE, NULL, TRUE, added, all_of, any_of, case, digits, is_null, switch, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.sql.scope import Ends, Scope
    from revrules.backends.sql.table_cells import Asked
    from revrules.backends.sql.table_plans import Left, Plan
    from revrules.backends.sql.tree import Sql

HALVED = 24
"""Steps of a column of ranges beyond which the middle one is asked first."""


def table(node: ir.Table, inputs: Sequence[Ends], scope: Scope) -> Sql:
    """Return the output of the row that counts. Raises ``Unsayable`` for a table that comes out too large."""
    declared = scope.ruleset.table(node.table)
    return _said(declared, declared.rows, inputs, scope)


def collects(node: ir.Collects, inputs: Sequence[Ends], scope: Scope) -> Sql:
    """Return whether a row that gives a member is true. Raises ``Unsayable`` for a table that comes out too large."""
    declared = scope.ruleset.table(node.table)
    return _said(declared, [row for row in declared.rows if row.output == node.member], inputs, scope)


def _said(declared: ir.DecisionTable, rows: Sequence[ir.Row], inputs: Sequence[Ends], scope: Scope) -> Sql:
    asked = [cells.asked(column, ends, scope) for column, ends in zip(declared.columns, inputs, strict=True)]
    plan = planned(declared, rows, asked)
    if plan is None:
        reason = f"its rows ask more than {MOST_CELLS:,} cells"
        raise Unsayable(f"the decision table `{declared.name}`", scope.dialect, reason)
    return _Writer(declared, asked, scope).said(plan)


@dataclass(slots=True)
class _Writer:
    """The writing of a plan. Each cell's condition is made once, however often it stands there."""

    table: ir.DecisionTable
    asked: list[Asked]
    scope: Scope
    made: dict[tuple[int, int, bool], Sql] = field(default_factory=dict)

    def said(self, plan: Plan) -> Sql:
        """Return what a plan comes to."""
        match plan:
            case Rows(rows, columns):
                return self.one_by_one(rows, columns)
            case Question(column, missing, parts):
                found = [(part.test and part.test(), self.said(then)) for part, then in parts]
                return case([(is_null(self.asked[column].value), self.said(missing))], _in_turn(found))

    def one_by_one(self, rows: list[Left], columns: tuple[int, ...]) -> Sql:
        """Return what some rows say, each asked for itself."""
        open_ = [self.of_row(left, columns, cells.is_open) for left in rows]
        sure = [FALSE if left.unsure else self.of_row(left, columns, cells.is_sure) for left in rows]
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

    def of_row(self, left: Left, columns: tuple[int, ...], asks: Callable[[ir.Cell, Asked], Sql]) -> Sql:
        """Return what all cells of a row have to be."""
        found = []
        for column in columns:
            key = (column, left.row.cells[column], asks is cells.is_sure)
            if key not in self.made:
                self.made[key] = asks(self.table.cell(left.row, column), self.asked[column])
            if self.made[key] is not TRUE:
                found.append(self.made[key])
        return all_of(found)


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
    return test.what in ("<", "<=")
