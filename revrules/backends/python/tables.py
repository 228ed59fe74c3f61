"""Decision tables into constants of the generated module, their columns into what these are asked with."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python import expressions, ranges
from revrules.backends.python.code import NOTHING
from revrules.backends.python.scope import is_ranged
from revrules.types import Scalar, is_ordered

if TYPE_CHECKING:
    from revrules.backends.python.scope import Scope


def lookup(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the call that gives the output of a table, or whether it contains one; None for what cannot be told."""
    table = constant(scope, expr)
    if isinstance(expr, ir.Table):
        return f"{table}.pick({states(scope, expr)})"
    return f"{table}.contains({states(scope, expr)}, {_number(scope, expr)})"


def waiting(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the call that gives the positions of the columns that the answer waits for."""
    asked = [constant(scope, expr), f".waiting({_asked(scope, expr)}, {states(scope, expr)}"]
    return "".join([*asked, f", {_number(scope, expr)})" if isinstance(expr, ir.Collects) else ")"])


def clash(scope: Scope, expr: ir.Table) -> str:
    """Return the call that gives the rows that are true where there are several, as a text; an empty one where there are not."""
    return f"{constant(scope, expr)}.clash({states(scope, expr)})"


def states(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the call of the function that gives the rows that are true and those that are not false, once per record."""
    key = tuple(scope.module.key(asked) for asked in expr.inputs)
    name, new = scope.module.function_name((len(scope.records), "rows", expr.table, key), "rows")
    if new:
        inner = scope.alike()
        inner.define_once(name, [f"found = {constant(scope, expr)}.states({_asked(inner, expr)})"])
    return f"{name}({scope.arguments()})"


def _asked(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the tuple of what the columns are asked with: values, both ends of counts and scores."""
    found = [(ranges.range_of if is_ranged(asked) else expressions.nullable)(scope, asked, NOTHING).text for asked in expr.inputs]
    return f"({', '.join(found)},)"


def _number(scope: Scope, expr: ir.Collects) -> int:
    return _table(scope, expr).type.member_names.index(expr.member)


def _table(scope: Scope, expr: ir.Table | ir.Collects) -> ir.DecisionTable:
    return scope.module.ruleset.table(expr.table)


# --- the constant ------------------------------------------------------------------------------------------------


def constant(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the name of the constant that holds a table."""
    found = scope.module.tables.get(expr.table)
    if found is None:
        found = scope.module.tables[expr.table] = scope.module.constant(_made(scope, expr), "TABLE")
    return found


def _made(scope: Scope, expr: ir.Table | ir.Collects) -> str:
    """Return the text that makes a table: its contents are one JSON text, which loads much faster than it compiles."""
    table = _table(scope, expr)
    numbers = {name: n for n, name in enumerate(table.type.member_names)}
    contents = {
        "mode": table.mode.value,
        "outputs": table.type.member_names,
        "otherwise": table.otherwise,
        "given": [numbers[row.output] for row in table.rows],
        "lines": [row.line for row in table.rows],
        "columns": [
            {
                "kind": _kind(column),
                "ranged": is_ranged(asked),
                "rows": [row.cells[n] for row in table.rows],
                "cells": [_cell(cell) for cell in column.cells],
            }
            for n, (column, asked) in enumerate(zip(table.columns, expr.inputs, strict=True))
        ],
    }
    text = json.dumps(contents, separators=(",", ":"), allow_nan=False)
    return f"{scope.module.use('decision_table', 'decisions')}({text!r})"


def _kind(column: ir.Column) -> str:
    """Return how the runtime reads the cells of a column and looks up its values."""
    if column.any_case:
        return "any case"
    return str(column.type) if isinstance(column.type, Scalar) and is_ordered(column.type) else "values"


def _cell(cell: ir.Cell) -> tuple[object, ...]:
    spans = [(_plain(span.low), _plain(span.high), span.low_open, span.high_open) for span in cell.ranges]
    return [_plain(value) for value in cell.values], spans, cell.negated, cell.when_missing


def _plain(value: ir.Value | None) -> object:
    """Return a value as JSON holds it: amounts and moments as texts, lengths of time in microseconds."""
    match value:
        case Decimal():
            return str(value)
        case datetime.date():
            return value.isoformat()
        case datetime.timedelta():
            return value // datetime.timedelta(microseconds=1)
        case _:
            return value
