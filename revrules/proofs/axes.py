"""A column of a decision table into its elementary cells: what its rows tell apart; and cells back into tests, words and values.

An ordered column falls into the intervals between the limits that its rows mention, inside the field's domain; any other into the
values that they mention and *anything else*, an enum into its members. The last cell stands for a missing value.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.proofs.boxes.table import bits, lowest, runs
from revrules.proofs.lines import ends, is_counted, place, value_at
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.ir import Value
    from revrules.types import Type

OTHERS = "another"
"""A text that no row mentions, for examples."""


@dataclass(frozen=True, slots=True)
class Line:
    """An ordered column. ``starts`` are the first places of its intervals, ``end`` is the last place of the last one.

    ``named`` are the places that the rows or the domain mention.
    """

    type: Type
    starts: tuple[int, ...]
    end: int
    named: frozenset[int]

    @property
    def size(self) -> int:
        """The number of cells."""
        return len(self.starts) + 1


@dataclass(frozen=True, slots=True)
class Choices:
    """A column of single values; with ``open`` the cell behind them stands for all others."""

    type: Type
    values: tuple[Value, ...]
    open: bool
    any_case: bool

    @property
    def size(self) -> int:
        """The number of cells."""
        return len(self.values) + self.open + 1


Axis: TypeAlias = Line | Choices


@dataclass(frozen=True, slots=True)
class Admitted:
    """The elementary cells of which a row's cell may be true; of which it is never false; of which no gap is told.

    Of a missing value a test is unknown: it is no gap, unless the rows of the column say what is to become of missing values.
    """

    true: int
    certain: int
    taken: int


def axis_of(column: ir.Column, domain: ir.Interval | None) -> Axis:
    """Return the elementary cells of a column whose values lie in ``domain``, or anywhere."""
    if column.type is Scalar.BOOLEAN:
        return Choices(column.type, (True, False), open=False, any_case=False)
    if isinstance(column.type, EnumType):
        return Choices(column.type, column.type.member_names, open=False, any_case=False)
    if column.type is Scalar.TEXT:
        values = dict.fromkeys(value for cell in column.cells for value in cell.values)
        return Choices(column.type, tuple(values), open=True, any_case=column.any_case)
    return _line(column, domain)


def column_admits(axis: Axis, column: ir.Column, *, ranged: bool) -> tuple[Admitted, ...]:
    """Return what each of the cells of a column admits.

    ``ranged``: the input is a count or score, which counts as missing for `missing` and `known` while it is a range. A test of a
    range may be true, false or unknown, so beside these words nothing is certain of it.
    """
    told = {cell.when_missing for cell in column.cells if cell != ir.ANY_CELL} - {None}
    return tuple(_admitted(axis, cell, unsure=ranged and bool(told), told=True in told) for cell in column.cells)


def _admitted(axis: Axis, cell: ir.Cell, *, unsure: bool, told: bool) -> Admitted:
    known, missing = _known(axis, cell), 1 << axis.size - 1
    if cell.when_missing is not None:
        all_ = known | missing if cell.when_missing else known
        return Admitted(all_, all_, all_)
    if unsure:
        return Admitted(known | missing, known, known | missing)
    return Admitted(known, known | missing, known if told else known | missing)


def cell_of(axis: Axis, mask: int) -> ir.Cell:
    """Return the test for the elementary cells ``mask``; it is never unknown."""
    missing = bool(mask >> axis.size - 1)
    known = mask & ~(1 << axis.size - 1)
    if not known:
        return ir.Cell(when_missing=True)
    if known == (1 << axis.size - 1) - 1:
        return ir.ANY_CELL if missing else ir.Cell(negated=True, when_missing=False)
    match axis:
        case Line():
            return ir.Cell(ranges=tuple(_intervals(axis, known)), when_missing=missing)
        case Choices(values=values) if axis.open and known >> len(values):
            return ir.Cell(tuple(values[at] for at in bits(~known & (1 << len(values)) - 1)), negated=True, when_missing=missing)
        case Choices(values=values):
            return ir.Cell(tuple(values[at] for at in bits(known)), when_missing=missing)


def value_in(axis: Axis, mask: int) -> Value | None:
    """Return a value of the elementary cells ``mask``, None if only a missing one is left."""
    at = lowest(mask).bit_length() - 1
    match axis:
        case _ if at == axis.size - 1:
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


def _known(axis: Axis, cell: ir.Cell) -> int:
    """Return the elementary cells of known values that ``cell`` admits."""
    everything = (1 << axis.size - 1) - 1
    match axis:
        case Choices(values=values):
            found = sum(1 << at for at, value in enumerate(values) if value in cell.values)
        case Line():
            found = 0
            for interval in cell.ranges:
                first, last = _span(interval, axis)
                if first <= last:
                    found |= (1 << bisect_left(axis.starts, last + 1)) - (1 << bisect_left(axis.starts, first))
    return everything & ~found if cell.negated else found


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
