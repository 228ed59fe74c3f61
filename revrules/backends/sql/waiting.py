"""A decision table into the columns for which its rows wait: those whose cells are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import bits, tree
from revrules.backends.sql.expressions import lower
from revrules.rows import cell_condition

if TYPE_CHECKING:
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql


def waiting(expr: ir.Table | ir.Collects, scope: Scope) -> list[Sql]:
    """Return for each column whether a table that is missing (an output that is unknown) waits for it.

    That is for the cells of the first row that is not false, of all unknown rows unless two are true, of all unknown rows that
    give the output.
    """
    table = scope.ruleset.table(expr.table)
    count = len(table.columns)
    rows = [row for row in table.rows if not isinstance(expr, ir.Collects) or row.output == expr.member]
    states = states_of_rows(table, rows, expr.inputs, scope)
    cells = _cells(table, expr.inputs, scope)
    waits = [_unknown_cells([cells[n][at] for n, at in enumerate(row.cells)], count) for row in rows]
    found: list[Sql] = []
    for n in range(bits.words(count)):
        if isinstance(expr, ir.Table) and table.mode is ir.ChooseMode.FIRST_MATCH:
            first = [(tree.coalesce(state, tree.TRUE), wait[n]) for state, wait in zip(states, waits, strict=True)]
            word = tree.case(first, bits.NONE)
        else:
            unknown = zip(states, waits, strict=True)
            word = bits.union([tree.case([(tree.is_null(state), wait[n])], bits.NONE) for state, wait in unknown])
            if isinstance(expr, ir.Table):
                word = tree.case([(tree.binary("<=", true_rows(states), tree.whole(1)), word)], bits.NONE)
        found.append(scope.kept(word, f"{table.name} waits"))
    return [bits.has_any(found[n // bits.WORD], 1 << n % bits.WORD) for n in range(count)]


def states_of_rows(table: ir.DecisionTable, rows: list[ir.Row], inputs: tuple[ir.Expr, ...], scope: Scope) -> list[Sql]:
    """Return whether each row is true: Kleene's and of its cells."""
    cells = _cells(table, inputs, scope)
    return [tree.all_of(cell for n, at in enumerate(row.cells) if (cell := cells[n][at]) != tree.TRUE) for row in rows]


def true_rows(states: list[Sql]) -> Sql:
    """Return the number of rows that are true."""
    return bits.total([tree.case([(state, tree.whole(1))], bits.NONE) for state in states])


def _cells(table: ir.DecisionTable, inputs: tuple[ir.Expr, ...], scope: Scope) -> list[list[Sql]]:
    """Return whether each different cell of each column is true, as columns."""
    found: list[list[Sql]] = []
    for column, asked in zip(table.columns, inputs, strict=True):
        conditions = [cell_condition(cell, asked, column.any_case) for cell in column.cells]
        found.append([scope.kept(lower(condition, scope), f"{table.name} {column.heading}") for condition in conditions])
    return found


def _unknown_cells(cells: list[Sql], count: int) -> list[Sql]:
    """Return the columns whose cells are unknown, as a bit set."""
    return bits.of({n: tree.is_null(cell) for n, cell in enumerate(cells) if cell != tree.TRUE}, count)
