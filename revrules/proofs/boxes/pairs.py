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
    earlier = [met & ((1 << row) - 1) for row, met in enumerate(meeting(table.rows, table.rows))]
    with_output = _rows_by_value(table.outputs)
    differing = (mask & ~with_output[output] for mask, output in zip(earlier, table.outputs, strict=True))
    return Overlaps(tuple(earlier), tuple(differing))


def meeting(boxes: Sequence[Box], others: Sequence[Box]) -> list[int]:
    """Return for each box the ``others`` that share a combination with it, as bits: those that touch it in every column."""
    met = [(1 << len(others)) - 1] * len(boxes)
    if boxes and others:
        for asked, column in zip(zip(*boxes, strict=True), zip(*others, strict=True), strict=True):
            touching = _touching(set(asked), _rows_by_value(column))
            for place, mask in enumerate(asked):
                met[place] &= touching[mask]
    return met


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


def _touching(asked: set[int], rows_with: Mapping[int, int]) -> dict[int, int]:
    """Return for each mask of ``asked`` the rows whose mask shares a cell with it.

    A row touches a run of cells if it has the run's first cell, or if one of its own runs begins further inside.
    """
    sweep = _Sweep(rows_with)
    touching = dict.fromkeys(asked, 0)
    for first, last, mask in sorted((first, last, each) for each in asked for first, last in runs(each)):
        touching[mask] |= sweep.covering(first) | sweep.beginning_between(first, last)
    return touching


class _Sweep:
    """Goes over the cells of a column from the first to the last, with the rows that have them."""

    __slots__ = ("_begun", "_cells", "_covering", "_ended", "_endings", "_rows_with", "_runs", "_tree")

    def __init__(self, rows_with: Mapping[int, int]) -> None:
        self._rows_with = rows_with
        self._runs = sorted((first, last, mask) for mask in rows_with for first, last in runs(mask))
        self._endings = sorted((last, mask) for _, last, mask in self._runs)
        self._covering, self._begun, self._ended = 0, 0, 0
        self._cells = sorted({first for first, _, _ in self._runs})
        self._tree = self._beginnings()

    def _beginnings(self) -> list[int]:
        """Return a tree over the cells at which runs begin: each node has the rows with a run that begins below it."""
        places = {cell: len(self._cells) + place for place, cell in enumerate(self._cells)}
        tree = [0] * (2 * len(self._cells))
        for first, _, mask in self._runs:
            tree[places[first]] |= self._rows_with[mask]
        for node in range(len(self._cells) - 1, 0, -1):
            tree[node] = tree[2 * node] | tree[2 * node + 1]
        return tree

    def covering(self, cell: int) -> int:
        """Return the rows that have ``cell``, which is none before the one asked for last."""
        while self._begun < len(self._runs) and self._runs[self._begun][0] <= cell:
            first, _, mask = self._runs[self._begun]
            self._end_before(first)  # before it begins anew: a row may have several runs
            self._covering |= self._rows_with[mask]
            self._begun += 1
        self._end_before(cell)
        return self._covering

    def _end_before(self, cell: int) -> None:
        while self._ended < len(self._endings) and self._endings[self._ended][0] < cell:
            self._covering &= ~self._rows_with[self._endings[self._ended][1]]
            self._ended += 1

    def beginning_between(self, after: int, last: int) -> int:
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
