"""Boxes and a region into the parts of the region that no box covers, by splitting the region where the fewest boxes are cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from revrules.proofs.boxes.table import LONG, bits, lowest, meet, volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.proofs.boxes.table import Box, Work

QUADRATIC = 64
"""So many sets with holes are grouped pair by pair; more count as one group, which is sound and splits less."""
HOLES = 8
"""So many sets with holes are tried as one side of a cut."""


EACH = 4
"""What a part costs besides its boxes, in boxes."""


def covered(region: Box, boxes: Sequence[Box], work: Work) -> bool:
    """Return whether ``boxes`` together cover all of ``region``."""
    return covering(region, boxes, work) is not None


def covering(region: Box, boxes: Sequence[Box], work: Work) -> frozenset[int] | None:
    """Return the positions of some of ``boxes`` that together cover ``region``, or None if all of them do not."""
    pieces = {place: piece for place, box in enumerate(boxes) if (piece := meet(region, box)) is not None}
    whole = next((place for place, piece in pieces.items() if piece == region), None)
    if whole is not None:
        return frozenset({whole})
    if sum(map(volume, pieces.values())) < volume(region) or any(_alone(corner, pieces.values()) for corner in _corners(region)):
        return None
    used: set[int] = set()
    return None if any(True for _ in uncovered(region, boxes, work, used)) else frozenset(used)


def _corners(region: Box) -> tuple[Box, Box]:
    """Return the combinations of all first and of all last cells."""
    return tuple(map(lowest, region)), tuple(1 << mask.bit_length() - 1 for mask in region)


def _alone(point: Box, boxes: Iterable[Box]) -> bool:
    return not any(all(map(and_, point, box)) for box in boxes)


def uncovered(region: Box, boxes: Sequence[Box], work: Work, used: set[int] | None = None) -> Iterator[Box]:
    """Yield disjoint parts that together are what ``boxes`` leave of ``region``.

    Depth first. A column in which the boxes at hand fall into groups that share no cell is split into these groups, and what no
    group has is left over; else the part is cut where this leaves least to do on both sides. ``used`` collects the positions
    of boxes that cover all that is covered.
    """
    split = _Splitting(tuple(zip(*boxes, strict=True)), set() if used is None else used)
    stack = split.start(region, boxes)
    weight = len(region) + sum(mask.bit_length() for mask in region) // LONG
    while stack:
        part = stack.pop()
        if part.rows:
            work.spend((len(part.rows) + EACH) * weight)
            stack.extend(split.by_groups(part) or split.by_cut(part))
        else:
            yield part.box


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the region, the boxes that touch it, and for each of them the columns (as bits) that it does not fill there.

    None of them fills all columns: such a part is covered, and not made.
    """

    box: Box
    rows: Sequence[int]
    open: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Splitting:
    """Splits parts. ``columns`` has the masks of all boxes column by column; ``used`` the boxes that filled a part."""

    columns: Sequence[Sequence[int]]
    used: set[int]

    def start(self, region: Box, boxes: Sequence[Box]) -> list[_Part]:
        """Return the whole region as a part, or nothing if one box fills it."""
        rows, opens = [], []
        for row, box in enumerate(boxes):
            if meet(region, box) is not None:
                rows.append(row)
                opens.append(sum(1 << column for column, mask in enumerate(region) if mask & ~box[column]))
        return self._unfilled(region, rows, opens)

    def by_groups(self, part: _Part) -> list[_Part] | None:
        """Return the parts into which a column falls without cutting a box, or None if no column does."""
        for column in bits(reduce(and_, part.open)):
            cells = part.box[column]
            masks = [mask & cells for mask in map(self.columns[column].__getitem__, part.rows)]
            groups = _apart(set(masks))
            unions = [reduce(or_, group) for group in groups]
            rest = cells & ~reduce(or_, unions)
            if len(groups) > 1 or rest:
                belongs = {mask: union for group, union in zip(groups, unions, strict=True) for mask in group}
                parts = self._grouped(part, column, masks, belongs)
                return [*parts, _Part(_replaced(part.box, column, rest), (), ())] if rest else parts
        return None

    def by_cut(self, part: _Part) -> list[_Part]:
        """Return the two sides of the best cut, without those that a box fills, the emptier one last: it is looked at first."""
        best: tuple[int, int, int] | None = None
        for column in bits(reduce(or_, part.open)):
            bit, cells, masks = 1 << column, part.box[column], self.columns[column]
            inner = [masks[row] & cells for row, open_columns in zip(part.rows, part.open, strict=True) if open_columns & bit]
            cost, side = _best_side(inner, cells, len(part.rows) - len(inner))
            if best is None or cost < best[0]:
                best = cost, column, side
        assert best is not None, "a box that is no part's whole leaves a column open"
        _, column, side = best
        sides = [*self._side(part, column, side), *self._side(part, column, part.box[column] & ~side)]
        return sorted(sides, key=lambda made: -len(made.rows))

    def _grouped(self, part: _Part, column: int, masks: Sequence[int], belongs: Mapping[int, int]) -> list[_Part]:
        """Return a part for each group of cells of ``column``; ``masks`` are those of the part's boxes."""
        bit = 1 << column
        rows: dict[int, list[int]] = {group: [] for group in belongs.values()}
        opens: dict[int, list[int]] = {group: [] for group in rows}
        for row, open_columns, mask in zip(part.rows, part.open, masks, strict=True):
            group = belongs[mask]
            rows[group].append(row)
            opens[group].append(open_columns & ~bit if mask == group else open_columns)
        return [made for group in rows for made in self._unfilled(_replaced(part.box, column, group), rows[group], opens[group])]

    def _side(self, part: _Part, column: int, cells: int) -> list[_Part]:
        """Return ``part`` with only ``cells`` in ``column``, or nothing if one box fills that."""
        bit, masks = 1 << column, self.columns[column]
        rows, opens = [], []
        for row, open_columns in zip(part.rows, part.open, strict=True):
            mask = masks[row] & cells
            if mask:
                rows.append(row)
                opens.append(open_columns & ~bit if mask == cells else open_columns)
        return self._unfilled(_replaced(part.box, column, cells), rows, opens)

    def _unfilled(self, box: Box, rows: list[int], opens: list[int]) -> list[_Part]:
        """Return a part, or nothing if one of its boxes fills it; one that filled another part before is preferred."""
        if all(opens):
            return [_Part(box, rows, opens)]
        filling = [row for row, open_columns in zip(rows, opens, strict=True) if not open_columns]
        if self.used.isdisjoint(filling):
            self.used.add(filling[0])
        return []


def _replaced(box: Box, column: int, mask: int) -> Box:
    return (*box[:column], mask, *box[column + 1 :])


def _apart(masks: set[int]) -> list[list[int]]:
    """Return ``masks`` in groups that share no cell (coarser than need be where there are too many with holes)."""
    groups: list[list[int]] = []
    group: list[int] = []
    end = 0
    for mask in sorted(masks, key=lowest):
        if group and lowest(mask) >= 1 << end:
            groups.extend(_linked(group))
            group, end = [], 0
        group.append(mask)
        end = max(end, mask.bit_length())
    return [*groups, *_linked(group)]


def _linked(masks: list[int]) -> list[list[int]]:
    """Return the groups of masks whose spans form one chain. Without holes in them they share cells; with holes they may not."""
    if len(masks) == 1 or len(masks) > QUADRATIC or all(_whole(mask) for mask in masks):
        return [masks]
    groups: dict[int, list[int]] = {}
    for mask in masks:
        linked, members = mask, [mask]
        for group in [group for group in groups if group & mask]:
            members += groups.pop(group)
            linked |= group
        groups[linked] = members
    return list(groups.values())


def _whole(mask: int) -> bool:
    """Return whether ``mask`` is one run of neighbouring cells."""
    return not mask & (mask + lowest(mask))


def _best_side(masks: Sequence[int], cells: int, filling: int) -> tuple[int, int]:
    """Return cost and cells of the best side of a cut through ``cells``, where ``filling`` boxes are on both sides.

    Sides are the cells below a limit at which a mask begins or ends, and masks with holes. The cost is the sum of the squares of
    the numbers of boxes: few of them cut, and the others on both sides alike.
    """
    begins = sorted(lowest(mask).bit_length() - 1 for mask in masks)
    ends = sorted(mask.bit_length() for mask in masks)
    low, high = lowest(cells).bit_length() - 1, cells.bit_length()
    best: tuple[int, int] | None = None
    for limit in {*begins, *ends} - {low, high}:
        below = filling + bisect_left(begins, limit)
        above = filling + len(ends) - bisect_right(ends, limit)
        cost = below * below + above * above
        if best is None or (cost, limit) < best:
            best = cost, limit
    sides = [] if best is None else [(best[0], cells & ((1 << best[1]) - 1))]
    for side in [mask for mask in dict.fromkeys(masks) if not _whole(mask)][:HOLES]:
        within = filling + sum(1 for mask in masks if mask & side)
        without = filling + sum(1 for mask in masks if mask & ~side)
        sides.append((within * within + without * without, side))
    return min(sides)
