"""Cells of a decision table into words as a row would say them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules.ir import ANY_CELL, Cell
from revrules.proofs.spelling import spelled, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules import ir
    from revrules.ir import Interval, Value

KNOWN = Cell(negated=True, when_missing=False)
MOST_VALUES = 6
SHOWN = 4
"""Of more values than that, so many are told."""
_PLAIN = re.compile(r"\w[\w .&/+'’-]*(?<! )")
_TAKEN = frozenset({"any", "missing", "known", "not", "or", "and", "yes", "no", "true", "false"})


def cell_in_words(heading: str, cell: Cell) -> str:
    """Return what a cell asks of the column ``heading``, empty for one that takes anything.

    >>> from revrules.ir import Cell, Interval
    >>> cell_in_words("Country", Cell(("DE", "AT")))
    'Country in DE, AT'
    >>> cell_in_words("Size", Cell(ranges=(Interval(None, 9), Interval(100, None)), when_missing=True))
    'Size <= 9 or >= 100 or missing'
    """
    tests = list(_tests(cell))
    if not tests and cell.negated:
        return "" if cell.when_missing else f"{heading} known"
    if cell.when_missing:
        tests.append("missing")
    return f"{heading} {' or '.join(tests)}"


def region_in_words(table: ir.DecisionTable, cells: Sequence[Cell]) -> str:
    """Return a region of a table, a cell for each column, in one line; "anything" where nothing is asked.

    That a value is known goes without saying, unless its column says something of missing ones or there is nothing else to say.
    """
    said = [(column, cell, cell_in_words(column.heading, cell)) for column, cell in zip(table.columns, cells, strict=True)]
    telling = [words for column, cell, words in said if words and (cell != KNOWN or _tells_missing(column))]
    return ", ".join(f"`{words}`" for words in telling or [words for _, _, words in said if words]) or "anything"


def _tells_missing(column: ir.Column) -> bool:
    return any(cell.when_missing is not None and cell != ANY_CELL for cell in column.cells)


def _tests(cell: Cell) -> list[str]:
    if not cell.values:
        return [_range(interval) for interval in cell.ranges]
    values = [_value(value) for value in cell.values]
    listed = ", ".join(values) if len(values) <= MOST_VALUES else f"{', '.join(values[:SHOWN])} and {len(values) - SHOWN} more"
    if cell.negated:
        return [f"not {listed}"]
    return [f"= {listed}" if len(values) == 1 else f"in {listed}"]


def _range(interval: Interval) -> str:
    """Return an interval as the cells of a table write it."""
    low, high = interval.low, interval.high
    if low is not None and high is not None and not interval.low_open:
        if low == high:
            return f"= {spelled(low)}"
        return f"in {spelled(low)}{'..<' if interval.high_open else '..'}{spelled(high)}"
    above = "" if low is None else f"{'>' if interval.low_open else '>='} {spelled(low)}"
    below = "" if high is None else f"{'<' if interval.high_open else '<='} {spelled(high)}"
    return " and ".join(filter(None, (above, below)))


def _value(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value if _PLAIN.fullmatch(value) and value.lower() not in _TAKEN else text(value)
        case _:
            return spelled(value)
