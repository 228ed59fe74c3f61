"""A table of boxes into the pairs of rows that share a combination."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from revrules.proofs.boxes.table import bits, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.proofs.boxes.table import Box, Table

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Which rows share a combination. ``earlier[i]`` has the bits of the rows before row ``i`` that overlap it.

    ``differing[i]`` has those of them whose output is another.
    """

    earlier: tuple[int, ...]
    differing: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many pairs of rows overlap."""
        return sum(mask.bit_count() for mask in self.earlier)

    @property
    def differing_count(self) -> int:
        """How many pairs of rows overlap and have different outputs."""
        return sum(mask.bit_count() for mask in self.differing)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs, earlier row first, by the later row."""
        return _pairs(self.earlier)

    def differing_pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs whose outputs differ, earlier row first, by the later row."""
        return _pairs(self.differing)


def overlaps(table: Table) -> Overlaps:
    """Return all overlaps of ``table``."""
    earlier = meeting(table.rows)
    with_output = _rows_by_value(table.outputs)
    differing = (mask & ~with_output[output] for mask, output in zip(earlier, table.outputs, strict=True))
    return Overlaps(tuple(earlier), tuple(differing))


def meeting(boxes: Sequence[Box]) -> list[int]:
    """Return for each box those before it that share a combination with it: those that touch its cells in every column."""
    earlier = [(1 << place) - 1 for place in range(len(boxes))]
    for column in zip(*boxes, strict=True):
        touching = _touching(_rows_by_value(column))
        for place, mask in enumerate(column):
            if earlier[place]:
                earlier[place] &= touching[mask]
    return earlier


def _pairs(earlier: Iterable[int]) -> Iterator[tuple[int, int]]:
    for later, mask in enumerate(earlier):
        for row in bits(mask):
            yield row, later


def _rows_by_value(values: Sequence[Value]) -> dict[Value, int]:
    """Return for each value the rows that have it, as bits."""
    positions: defaultdict[Value, list[int]] = defaultdict(list)
    for row, value in enumerate(values):
        positions[value].append(row)
    return {value: _as_bits(rows) for value, rows in positions.items()}


def _as_bits(rows: Sequence[int]) -> int:
    buffer = bytearray(rows[-1] // 8 + 1)
    for row in rows:
        buffer[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(buffer, "little")


def _touching(rows_with: Mapping[int, int]) -> dict[int, int]:
    """Return for each mask the rows whose mask shares a cell with it.

    A row touches a run of cells if it covers the run's first cell (known from a sweep over the cells), or if one of its own
    runs begins further inside (known from a tree of the beginnings).
    """
    all_runs = sorted((first, last, mask) for mask in rows_with for first, last in runs(mask))
    beginnings = _Beginnings(all_runs, rows_with)
    endings = sorted((last, mask) for _, last, mask in all_runs)
    touching = dict.fromkeys(rows_with, 0)
    covering, ended = 0, 0
    position = 0
    while position < len(all_runs):
        cell = all_runs[position][0]
        while endings[ended][0] < cell:
            covering &= ~rows_with[endings[ended][1]]
            ended += 1
        here = position
        while position < len(all_runs) and all_runs[position][0] == cell:
            covering |= rows_with[all_runs[position][2]]
            position += 1
        for _, last, mask in all_runs[here:position]:
            touching[mask] |= covering | beginnings.between(cell, last)
    return touching


class _Beginnings:
    """A tree over the cells at which runs begin: the rows that have a run that begins in a range of cells."""

    __slots__ = ("_cells", "_tree")

    def __init__(self, all_runs: Sequence[tuple[int, int, int]], rows_with: Mapping[int, int]) -> None:
        self._cells = sorted({first for first, _, _ in all_runs})
        places = {cell: len(self._cells) + place for place, cell in enumerate(self._cells)}
        self._tree = [0] * (2 * len(self._cells))
        for first, _, mask in all_runs:
            self._tree[places[first]] |= rows_with[mask]
        for node in range(len(self._cells) - 1, 0, -1):
            self._tree[node] = self._tree[2 * node] | self._tree[2 * node + 1]

    def between(self, after: int, last: int) -> int:
        """Return the rows with a run that begins behind the cell ``after`` and not behind the cell ``last``."""
        low = bisect_right(self._cells, after) + len(self._cells)
        high = bisect_right(self._cells, last) + len(self._cells)
        found = 0
        while low < high:
            if low & 1:
                found |= self._tree[low]
                low += 1
            if high & 1:
                high -= 1
                found |= self._tree[high]
            low >>= 1
            high >>= 1
        return found
