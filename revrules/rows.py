"""A decision table into conditions of the IR: what its cells, rows and outputs say, written out."""

from __future__ import annotations

from revrules import ir
from revrules.types import Scalar

ALWAYS = ir.Literal(True, Scalar.BOOLEAN)
NEVER = ir.Literal(False, Scalar.BOOLEAN)


def as_choose(table: ir.DecisionTable, inputs: tuple[ir.Expr, ...]) -> ir.Choose:
    """Return the classification that a table means: a branch for each row. It must be none that collects."""
    assert table.mode is not ir.ChooseMode.COLLECT, "a table that collects picks no branch"
    branches = tuple((row_condition(table, row, inputs), row.output) for row in table.rows)
    return ir.Choose(table.mode, branches, table.otherwise, table.type)


def as_condition(table: ir.DecisionTable, inputs: tuple[ir.Expr, ...], member: str) -> ir.Expr:
    """Return when a table that collects has ``member`` among its outputs: when one of its rows is true."""
    rows = tuple(row_condition(table, row, inputs) for row in table.rows if row.output == member)
    return ir.Or(rows) if rows else NEVER


def row_condition(table: ir.DecisionTable, row: ir.Row, inputs: tuple[ir.Expr, ...]) -> ir.Expr:
    """Return when a row is true: when all of its cells are; those that take anything are left out."""
    cells = ((column, column.cells[at]) for column, at in zip(table.columns, row.cells, strict=True))
    asked = [
        cell_condition(cell, asked_of, column.any_case)
        for (column, cell), asked_of in zip(cells, inputs, strict=True)
        if cell != ir.ANY_CELL
    ]
    return ir.And(tuple(asked)) if asked else ALWAYS


def cell_condition(cell: ir.Cell, asked_of: ir.Expr, any_case: bool = False) -> ir.Expr:
    """Return when a cell is true of an input."""
    if not cell.values and not cell.ranges:
        if cell.when_missing and cell.negated:
            return ALWAYS
        return _known(asked_of) if cell.negated else ir.Not(_known(asked_of))
    found = _of_known(cell, asked_of, any_case)
    if cell.when_missing is None:
        return found
    return ir.Or((ir.Not(_known(asked_of)), found)) if cell.when_missing else ir.And((_known(asked_of), found))


def _known(asked_of: ir.Expr) -> ir.Expr:
    """Return whether an input is known to words for missing: what is made of counts and scores is when it can be one number only.

    (``Known`` says less: any count times nought is nought, but as a value it is missing while the count is open.)
    """
    if is_ranged(asked_of) and isinstance(asked_of, ir.Arith | ir.Negate):
        return ir.OrElse(ir.RangedCompare(ir.CompareOp.EQ, asked_of, asked_of), NEVER)
    return ir.Known(asked_of)


def _of_known(cell: ir.Cell, asked_of: ir.Expr, any_case: bool) -> ir.Expr:
    """Return the test of a value; it is unknown where the value is missing."""
    if cell.values:
        among = ir.OneOf(asked_of, cell.values, any_case)
        return ir.Not(among) if cell.negated else among
    ranges = tuple(_inside(interval, asked_of) for interval in cell.ranges)
    return ranges[0] if len(ranges) == 1 else ir.Or(ranges)


def _inside(interval: ir.Interval, asked_of: ir.Expr) -> ir.Expr:
    """Return the test whether a value lies in an interval, for a count or score whether all that it can be does."""
    compare = ir.RangedCompare if is_ranged(asked_of) else ir.Compare
    if interval.low is not None and interval.low == interval.high:
        return compare(ir.CompareOp.EQ, asked_of, ir.Literal(interval.low, ir.type_of(asked_of)))
    ends = (
        (ir.CompareOp.GT if interval.low_open else ir.CompareOp.GE, interval.low),
        (ir.CompareOp.LT if interval.high_open else ir.CompareOp.LE, interval.high),
    )
    found = tuple(compare(op, asked_of, ir.Literal(end, ir.type_of(asked_of))) for op, end in ends if end is not None)
    return found[0] if len(found) == 1 else ir.And(found)


def is_ranged(expr: ir.Expr) -> bool:
    """Return whether a value is a range while something is unknown: a count, a score, and what + - and * make of these."""
    match expr:
        case ir.Count() | ir.Points():
            return True
        case ir.Ref(ranged=ranged):
            return ranged
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL, left, right):
            return is_ranged(left) or is_ranged(right)
        case ir.Negate(operand):
            return is_ranged(operand)
        case _:
            return False
