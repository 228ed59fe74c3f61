"""A column of a decision table into its elementary cells: what its rows tell apart; and cells back into tests, words and values.

An ordered column falls into the intervals between the limits that its rows mention, inside the field's domain; any other into the
values that they mention and *anything else*, an enum into its members.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.proofs.boxes.table import bits, lowest, runs
from revrules.proofs.lines import ends, is_counted, place, value_at
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.ir import Value
    from revrules.types import Type

OTHERS = "another"
"""A text that no row mentions, for examples."""


@dataclass(frozen=True, slots=True)
class Line:
    """An ordered column. ``starts`` are the first places of its intervals, ``end`` is the last place of the last one.

    ``named`` are the places that the rows or the domain mention. With ``missing`` a last cell stands for a missing value.
    """

    type: Type
    starts: tuple[int, ...]
    end: int
    named: frozenset[int]
    missing: bool = False

    @property
    def known(self) -> int:
        """The number of cells of known values."""
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Choices:
    """A column of single values; with ``open`` the cell behind them stands for all others, with ``missing`` the last for none."""

    type: Type
    values: tuple[Value, ...]
    open: bool
    missing: bool = False

    @property
    def known(self) -> int:
        """The number of cells of known values."""
        return len(self.values) + self.open


Axis: TypeAlias = Line | Choices


def size(axis: Axis) -> int:
    """Return the number of elementary cells."""
    return axis.known + axis.missing


@dataclass(frozen=True, slots=True)
class Admitted:
    """The elementary cells of which a row's cell may be true; of which it is never false; of which no gap is told.

    Of a missing value a test is unknown: it is no gap, unless the rows of the column say what is to become of missing values.
    """

    true: int
    certain: int
    taken: int


def laid_out(column: ir.Column, domain: ir.Interval | None, *, ranged: bool) -> tuple[Axis, tuple[Admitted, ...]]:
    """Return the elementary cells of a column whose values lie in ``domain`` (or anywhere), and what each of its cells admits.

    A missing value is a cell of its own only where a cell speaks of it or admits no known value. Else it needs none: what is so
    of all known values is so of it, for a cell then admits it as any value or does not know.

    ``ranged``: the input is a count or score, which counts as missing for `missing` and `known` while it is a range. A test of a
    range may be true, false or unknown, so beside these words nothing is certain of it.
    """
    axis = _axis(column, domain)
    known = _known(axis, column.cells)
    told = {cell.when_missing for cell in column.cells if cell != ir.ANY_CELL} - {None}
    if told or not all(known):
        axis = replace(axis, missing=True)
    unsure = ranged and bool(told)
    missing = axis.missing << axis.known
    cells = zip(column.cells, known, strict=True)
    return axis, tuple(_admitted(cell, mask, missing, unsure=unsure, told=True in told) for cell, mask in cells)


def _admitted(cell: ir.Cell, known: int, missing: int, *, unsure: bool, told: bool) -> Admitted:
    if cell.when_missing is not None:
        mask = known | missing if cell.when_missing else known
        return Admitted(mask, mask, mask)
    if unsure:
        return Admitted(known | missing, known, known | missing)
    return Admitted(known, known | missing, known if told else known | missing)


def _axis(column: ir.Column, domain: ir.Interval | None) -> Axis:
    if column.type is Scalar.BOOLEAN:
        return Choices(column.type, (True, False), open=False)
    if isinstance(column.type, EnumType):
        return Choices(column.type, column.type.member_names, open=False)
    if column.type is Scalar.TEXT:
        values = dict.fromkeys(value for cell in column.cells for value in cell.values)
        return Choices(column.type, tuple(values), open=True)
    return _line(column, domain)


def cell_of(axis: Axis, mask: int) -> ir.Cell:
    """Return the test for the elementary cells ``mask``; it is never unknown."""
    whole = (1 << axis.known) - 1
    missing, known = bool(mask & ~whole), mask & whole
    if known == whole:
        return ir.ANY_CELL if missing or not axis.missing else ir.Cell(negated=True, when_missing=False)
    match axis:
        case _ if not known:
            return ir.Cell(when_missing=True)
        case Line():
            return ir.Cell(ranges=tuple(_intervals(axis, known)), when_missing=missing)
        case Choices(values=values) if axis.open and known >> len(values):
            return ir.Cell(tuple(values[at] for at in bits(whole >> 1 & ~known)), negated=True, when_missing=missing)
        case Choices(values=values):
            return ir.Cell(tuple(values[at] for at in bits(known)), when_missing=missing)


def value_in(axis: Axis, mask: int) -> Value | None:
    """Return a value of the elementary cells ``mask``, None if only a missing one is left."""
    at = lowest(mask).bit_length() - 1
    match axis:
        case _ if at == axis.known:
            return None
        case Line():
            first, last = axis.starts[at], (*axis.starts[1:], axis.end + 1)[at] - 1
            lowest_of_all, highest_of_all = ends(axis.type)
            at = first if first > lowest_of_all else last if last < highest_of_all else (first + last) // 2
            return value_at(at, axis.type)
        case Choices(values=values):
            if at < len(values):
                return values[at]
            others = (f"{OTHERS} {number}".removesuffix(" 0") for number in range(len(values) + 1))
            return next(text for text in others if text not in values)


def _known(axis: Axis, cells: Sequence[ir.Cell]) -> list[int]:
    """Return the elementary cells of known values that each of ``cells`` admits."""
    everything = (1 << axis.known) - 1
    match axis:
        case Choices(values=values):
            places = {value: at for at, value in enumerate(values)}
            found = [sum(1 << places[value] for value in cell.values) for cell in cells]
        case Line():
            found = [reduce(or_, (_mask(axis, interval) for interval in cell.ranges), 0) for cell in cells]
    return [everything & ~mask if cell.negated else mask for cell, mask in zip(cells, found, strict=True)]


def _mask(line: Line, interval: ir.Interval) -> int:
    first, last = _span(interval, line)
    if first > last:
        return 0
    return (1 << bisect_left(line.starts, last + 1)) - (1 << bisect_left(line.starts, first))


def _line(column: ir.Column, domain: ir.Interval | None) -> Line:
    whole = Line(column.type, (ends(column.type)[0],), ends(column.type)[1], frozenset())
    first, last = (whole.starts[0], whole.end) if domain is None else _span(domain, whole)
    intervals = [interval for cell in column.cells for interval in cell.ranges]
    spans = [_span(interval, whole) for interval in intervals]
    starts = {first, *(limit for one, other in spans for limit in (one, other + 1) if first < limit <= last)}
    limits = [limit for interval in (*intervals, *([domain] if domain else [])) for limit in (interval.low, interval.high)]
    named = frozenset(place(limit, column.type) for limit in limits if limit is not None)
    return Line(column.type, tuple(sorted(starts)), last, named)


def _span(interval: ir.Interval, line: Line) -> tuple[int, int]:
    """Return the first and the last place of an interval, not beyond those of the line."""
    first, last = line.starts[0], line.end
    if interval.low is not None:
        first = max(first, place(interval.low, line.type) + interval.low_open)
    if interval.high is not None:
        last = min(last, place(interval.high, line.type) - interval.high_open)
    return first, last


def _intervals(line: Line, known: int) -> Iterator[ir.Interval]:
    """Yield the intervals of the elementary cells ``known``, with the limits that the rows mention where that is possible."""
    behind = (*line.starts[1:], line.end + 1)
    for one, other in runs(known):
        low, low_open = _limit(line, line.starts[one], -1)
        high, high_open = _limit(line, behind[other] - 1, 1)
        yield ir.Interval(low, high, low_open, high_open)


def _limit(line: Line, at: int, outward: int) -> tuple[Value | None, bool]:
    """Return the limit at a place as a value, and whether it is open; None at the end of the type."""
    if at in ends(line.type):
        return None, False
    if at not in line.named and at + outward in line.named and not is_counted(line.type):
        return value_at(at + outward, line.type), True
    return value_at(at, line.type), False
