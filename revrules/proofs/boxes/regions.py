"""A table of boxes into the combinations that no row admits, as few regions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from revrules.proofs.boxes.covering import covered, uncovered
from revrules.proofs.boxes.pairs import meeting
from revrules.proofs.boxes.table import LONG, STEPS, Undecided, Work, WorkLimitError, bits, lowest, volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.proofs.boxes.table import Box, Table

REGIONS = 1_000
"""So many regions are described; what lies in none of them is counted only."""
PARTS = 10_000
"""From so many parts, the largest, regions are made; so many times HELD are kept for that."""
HELD = 10
BULK = 8
"""So many operations inside a list count as one step."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The combinations without a row. ``regions`` are free of rows, as large as can be, largest first; they may overlap.

    ``share`` is the exact part of all combinations of elementary cells, None where the search was given up before its end.
    ``finished`` says whether every combination without a row lies in a region.
    """

    regions: tuple[Box, ...]
    share: Fraction | None
    finished: bool


def complete(table: Table, steps: int = STEPS) -> bool | Undecided:
    """Return whether ``table`` has a row for every combination."""
    return covers(tuple(dict.fromkeys(table.rows)), table.everything, steps)


def covers(boxes: Sequence[Box], region: Box, steps: int = STEPS) -> bool | Undecided:
    """Return whether ``boxes`` together cover ``region``."""
    work = Work(steps)
    try:
        return covered(region, boxes, work)
    except WorkLimitError:
        return work.undecided()


def gaps(table: Table, steps: int = STEPS, most: int = REGIONS) -> Gaps | Undecided:
    """Return what has no row in ``table``.

    Neighbouring parts are merged, each is grown as far as the rows allow, largest first, and regions that others cover are
    dropped: the way of minimisers of two-level logic such as Espresso, where a row is a cube and a gap an implicant of the rest.
    """
    rows = tuple(dict.fromkeys(table.rows))
    parts: list[Box] = []
    search, free = Work(steps), 0
    share = None
    try:
        for part in uncovered(table.everything, rows, search):
            free += volume(part)
            if len(parts) < HELD * PARTS:
                parts.append(part)
        share = Fraction(free, volume(table.everything))
    except WorkLimitError:
        if not parts:
            return search.undecided()
    parts.sort(key=lambda part: (-volume(part), part))
    regions, all_held = _grown(_merged(parts[:PARTS]), _Growth(table.everything, rows, Work(steps // 10)), most)
    finished = all_held and len(parts) <= PARTS and share is not None
    return Gaps(_needed(regions, parts[:PARTS], Work(steps // 10)), share, finished)


def _merged(parts: Iterable[Box]) -> Sequence[Box]:
    """Return disjoint parts, those that differ in one column only made one."""
    left = list(parts)
    before = 0
    while len(left) != before:
        before = len(left)
        for column in range(len(left[0]) if left else 0):
            joined: defaultdict[tuple[Box, Box], int] = defaultdict(int)
            for part in left:
                joined[part[:column], part[column + 1 :]] |= part[column]
            left = [(*ahead, mask, *behind) for (ahead, behind), mask in joined.items()]
    return left


def _grown(parts: Sequence[Box], growth: _Growth, most: int) -> tuple[list[Box], bool]:
    """Return regions that hold ``parts``, at most so many, and whether all parts are in them."""
    left = [(growth.packed(part), part) for part in sorted(parts, key=lambda part: (volume(part), part))]
    regions: list[Box] = []
    try:
        while left and len(regions) < most:
            growth.work.spend(len(left) * (1 + left[-1][0].bit_length() // LONG) // BULK)
            region = growth.grown(left[-1][1])
            outside = ~growth.packed(region)
            left = [each for each in left if each[0] & outside]
            regions.append(region)
    except WorkLimitError:
        return regions, False
    return regions, not left


class _Touched:
    """Finds which of some boxes admit one of given cells in a column."""

    __slots__ = ("_seen", "_with", "_work", "every")

    def __init__(self, boxes: Sequence[Box], columns: int, work: Work) -> None:
        self.every = (1 << len(boxes)) - 1
        self._work = work
        self._seen: dict[tuple[int, int], int] = {}
        self._with: list[defaultdict[int, int]] = [defaultdict(int) for _ in range(columns)]
        for place, box in enumerate(boxes):
            for column, mask in enumerate(box):
                self._with[column][mask] |= 1 << place

    def by(self, column: int, mask: int) -> int:
        """Return the boxes that admit one of the cells ``mask`` in ``column``, as bits."""
        seen = self._seen.get((column, mask))
        if seen is None:
            self._work.spend(len(self._with[column]) * (1 + self.every.bit_length() // LONG) // BULK)
            seen = reduce(or_, [boxes for other, boxes in self._with[column].items() if other & mask], 0)
            self._seen[column, mask] = seen
        return seen

    def with_point(self, point: Box) -> int:
        """Return the boxes that have the combination ``point``, as bits."""
        return reduce(and_, (self.by(column, mask) for column, mask in enumerate(point)), self.every)


class _Growth:
    """Grows regions that no row touches."""

    __slots__ = ("_everything", "_rows", "_touched", "work")

    def __init__(self, everything: Box, rows: Sequence[Box], work: Work) -> None:
        self._everything = everything
        self._rows = rows
        self._touched = _Touched(rows, len(everything), work)
        self.work = work

    def grown(self, part: Box) -> Box:
        """Return ``part`` with all the cells that no row forbids: each time those of the column that gains most."""
        region = list(part)
        touched = [self._touched.by(column, mask) for column, mask in enumerate(region)]
        left = {column for column, mask in enumerate(region) if mask != self._everything[column]}
        while left:
            allowed = {column: self._allowed(column, touched) for column in left}
            left = {column for column in left if allowed[column] != region[column]}  # what cannot gain now never can
            if left:
                best = max(left, key=lambda column: (self._gain(column, region[column], allowed[column]), -column))
                left.remove(best)
                region[best] = allowed[best]
                touched[best] = self._touched.by(best, region[best])
        return tuple(region)

    def packed(self, box: Box) -> int:
        """Return ``box`` as the bits of one integer, one column behind the other, for quick tests of what lies inside what."""
        return reduce(lambda bits, place: bits << self._everything[place].bit_length() | box[place], range(len(box)), 0)

    def _allowed(self, column: int, touched: Sequence[int]) -> int:
        """Return the cells of ``column`` that no row has that touches the region in all other columns."""
        blocking = reduce(and_, (*touched[:column], *touched[column + 1 :]), self._touched.every)
        self.work.spend(blocking.bit_count() // BULK + len(touched))
        return self._everything[column] & ~reduce(or_, (self._rows[row][column] for row in bits(blocking)), 0)

    def _gain(self, column: int, before: int, after: int) -> tuple[bool, Fraction]:
        return after == self._everything[column], Fraction(after.bit_count(), before.bit_count())


def _needed(regions: Sequence[Box], parts: Sequence[Box], work: Work) -> tuple[Box, ...]:
    """Return ``regions`` without those that others cover, largest first; together they hold what lies in ``parts``."""
    ordered = sorted(dict.fromkeys(regions), key=lambda region: (-volume(region), region))
    essential = _essential(ordered, parts, work)
    neighbours = _neighbours(ordered)
    kept = (1 << len(ordered)) - 1
    try:
        for place in reversed(range(len(ordered))):
            others = [ordered[other] for other in bits(neighbours[place] & kept)] if not essential >> place & 1 else []
            work.spend(len(others))
            if others and covered(ordered[place], others, work):
                kept &= ~(1 << place)
    except WorkLimitError:
        pass  # what is left is true as well, only more than need be
    return tuple(ordered[place] for place in bits(kept))


def _essential(regions: Sequence[Box], parts: Sequence[Box], work: Work) -> int:
    """Return those ``regions`` (as bits) that alone have the first combination of one of ``parts``."""
    touched = _Touched(regions, len(parts[0]) if parts else 0, work)
    found = 0
    for part in parts:
        holders = touched.with_point(tuple(map(lowest, part)))
        if not holders & (holders - 1):
            found |= holders
    return found


def _neighbours(boxes: Sequence[Box]) -> list[int]:
    """Return for each box the others that share a combination with it, as bits."""
    return [met & ~(1 << place) for place, met in enumerate(meeting(boxes, boxes))]
