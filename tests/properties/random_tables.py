"""A random generator into random decision tables: every type of column, every kind of cell, all three ways to read the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.intervals import complement, is_empty, united
from revrules.runtime.texts import fold
from revrules.types import EnumMember, EnumType, Scalar, is_ordered

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from revrules.types import Type

OUTPUTS = ("north", "EMEA South", "rest of world", "other")
MISSING = ir.Cell(when_missing=True)
KNOWN = ir.Cell(negated=True, when_missing=False)


def random_table(random: Random, name: str, types: tuple[Type, ...], constant: Callable[[Type], ir.Value]) -> ir.DecisionTable:
    """Return a table with columns of ``types``; ``constant`` gives values that records have, too."""
    columns = []
    count = random.choice((1, 3, 3, 8, 40))
    positions = []
    for number, type_ in enumerate(types):
        any_case = type_ is Scalar.TEXT and random.random() < 0.3
        found: dict[ir.Cell, int] = {}
        cells = [_cell(random, type_, any_case, constant) for _ in range(count)]
        positions.append([found.setdefault(cell, len(found)) for cell in cells])
        columns.append(ir.Column(f"Column {number}", type_, tuple(found), any_case))
    mode = random.choice(tuple(ir.ChooseMode))
    type_ = EnumType(name, tuple(map(EnumMember, OUTPUTS)))
    rows = tuple(ir.Row(tuple(at[row] for at in positions), random.choice(OUTPUTS[:3]), row + 2) for row in range(count))
    otherwise = random.choice((None, "other")) if mode is not ir.ChooseMode.COLLECT else None
    return ir.DecisionTable(name, "table.csv", mode, type_, "Output", tuple(columns), rows, otherwise)


def _cell(random: Random, type_: Type, any_case: bool, constant: Callable[[Type], ir.Value]) -> ir.Cell:
    """Return a cell that asks a value of ``type_``."""
    chance = random.random()
    if chance < 0.35:
        return ir.ANY_CELL
    if chance < 0.45:
        return random.choice((MISSING, KNOWN))
    when_missing = random.choice((None, None, None, True, False))
    if isinstance(type_, EnumType) or not is_ordered(type_):
        values = [constant(type_) for _ in range(random.randint(1, 3))]
        if any_case:
            values = [fold(str(value)) for value in values]
        return ir.Cell(tuple(dict.fromkeys(values)), negated=random.random() < 0.3, when_missing=when_missing)
    ranges = united([_interval(random, type_, constant) for _ in range(random.randint(1, 3))], type_)
    if random.random() < 0.2:
        ranges = complement(ranges, type_)
    if not ranges or any(interval.low is None and interval.high is None for interval in ranges):
        return ir.ANY_CELL
    return ir.Cell(ranges=ranges, when_missing=when_missing)


def _interval(random: Random, type_: Type, constant: Callable[[Type], ir.Value]) -> ir.Interval:
    low, high = sorted((constant(type_), constant(type_)))  # type: ignore[type-var]  # values of a type that has an order
    shape = random.choice(("point", "both", "both", "from", "to"))
    if shape == "point":
        return ir.Interval(low, low)
    found = ir.Interval(
        low if shape != "to" else None,
        high if shape != "from" else None,
        shape != "to" and random.random() < 0.3,
        shape != "from" and random.random() < 0.3,
    )
    return ir.Interval(low, low) if is_empty(found, type_) else found
