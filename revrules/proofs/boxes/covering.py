"""Boxes and a region into the parts of the region that no box covers, by splitting the region where the fewest boxes are cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, TypeAlias

from revrules.proofs.boxes.table import bits, lowest, meet, volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.proofs.boxes.table import Box, Work

QUADRATIC = 64
"""So many sets with holes are grouped pair by pair; more count as one group, which is sound and splits less."""
HOLES = 8
"""So many sets with holes are tried as one side of a cut."""


def covered(region: Box, boxes: Sequence[Box], work: Work) -> bool:
    """Return whether ``boxes`` together cover all of ``region``."""
    pieces = [piece for box in boxes if (piece := meet(region, box)) is not None]
    if region in pieces:
        return True
    if sum(map(volume, pieces)) < volume(region) or any(_alone(corner, pieces) for corner in _corners(region)):
        return False
    return next(uncovered(region, pieces, work), None) is None


def _corners(region: Box) -> tuple[Box, Box]:
    """Return the combinations of all first and of all last cells."""
    return tuple(map(lowest, region)), tuple(1 << mask.bit_length() - 1 for mask in region)


def _alone(point: Box, boxes: Sequence[Box]) -> bool:
    return not any(all(map(and_, point, box)) for box in boxes)


def uncovered(region: Box, boxes: Sequence[Box], work: Work) -> Iterator[Box]:
    """Yield disjoint parts that together are what ``boxes`` leave of ``region``.

    Depth first. A column in which the boxes at hand fall into groups that share no cell is split into these groups, and what no
    group has is left over; else the part is cut where this leaves least to do on both sides. A part that asks the same of the
    same boxes as one that proved to be covered is passed over.
    """
    columns = tuple(zip(*boxes, strict=True))
    stack: list[_Part | _Left] = _start(region, boxes)
    full: set[_Question] = set()
    found = 0
    while stack:
        part = stack.pop()
        if isinstance(part, _Left):
            if part.found == found:
                full.add(part.question)
        elif not part.rows:
            found += 1
            yield part.box
        else:
            work.spend(len(part.rows))
            parts = _groups(part, columns)
            if parts is None:
                question = _question(part)
                if question in full:
                    continue
                stack.append(_Left(question, found))
                parts = _cut(part, columns)
            stack.extend(parts)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the region, the boxes that touch it, and for each of them the columns (as bits) that it does not fill there.

    None of them fills all columns: such a part is covered, and not made.
    """

    box: Box
    rows: Sequence[int]
    open: Sequence[int]


_Question: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...]]"
"""What the covering of a part depends on: the boxes that touch it, and its cells in the columns that one does not fill."""


@dataclass(frozen=True, slots=True)
class _Left:
    """All below a question was looked at; before it, ``found`` uncovered parts were known."""

    question: _Question
    found: int


def _question(part: _Part) -> _Question:
    asked = reduce(or_, part.open)
    return tuple(part.rows), tuple(mask if asked >> column & 1 else 0 for column, mask in enumerate(part.box))


def _start(region: Box, boxes: Sequence[Box]) -> list[_Part | _Left]:
    """Return the whole region as a part, or nothing if one box fills it."""
    rows, opens = [], []
    for row, box in enumerate(boxes):
        if meet(region, box) is not None:
            open_columns = sum(1 << column for column, mask in enumerate(region) if mask & ~box[column])
            if not open_columns:
                return []
            rows.append(row)
            opens.append(open_columns)
    return [_Part(region, rows, opens)]


def _replaced(box: Box, column: int, mask: int) -> Box:
    return (*box[:column], mask, *box[column + 1 :])


def _groups(part: _Part, columns: Sequence[Sequence[int]]) -> list[_Part] | None:
    """Return the parts into which a column falls without cutting a box, or None if no column does."""
    for column in bits(reduce(and_, part.open)):
        cells = part.box[column]
        masks = [mask & cells for mask in map(columns[column].__getitem__, part.rows)]
        groups = _apart(set(masks))
        unions = [reduce(or_, group) for group in groups]
        rest = cells & ~reduce(or_, unions)
        if len(groups) > 1 or rest:
            belongs = {mask: union for group, union in zip(groups, unions, strict=True) for mask in group}
            parts = _split(part, column, masks, belongs)
            return [*parts, _Part(_replaced(part.box, column, rest), (), ())] if rest else parts
    return None


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


def _split(part: _Part, column: int, masks: Sequence[int], belongs: Mapping[int, int]) -> list[_Part]:
    """Return a part for each group of cells of ``column``, without those that one box fills; ``masks`` are those of its boxes."""
    bit = 1 << column
    rows: dict[int, list[int]] = {group: [] for group in belongs.values()}
    opens: dict[int, list[int]] = {group: [] for group in rows}
    for row, open_columns, mask in zip(part.rows, part.open, masks, strict=True):
        group = belongs[mask]
        rows[group].append(row)
        opens[group].append(open_columns & ~bit if mask == group else open_columns)
    return [_Part(_replaced(part.box, column, group), rows[group], opens[group]) for group in rows if all(opens[group])]


def _cut(part: _Part, columns: Sequence[Sequence[int]]) -> list[_Part]:
    """Return the two sides of the best cut, without those that one box fills."""
    best: tuple[int, int, int] | None = None
    for column in bits(reduce(or_, part.open)):
        bit, cells = 1 << column, part.box[column]
        masks = columns[column]
        inner = [masks[row] & cells for row, open_columns in zip(part.rows, part.open, strict=True) if open_columns & bit]
        cost, side = _best_side(inner, cells, len(part.rows) - len(inner))
        if best is None or cost < best[0]:
            best = cost, column, side
    assert best is not None, "a box that is no part's whole leaves a column open"
    _, column, side = best
    sides = (_side(part, column, side, columns[column]), _side(part, column, part.box[column] & ~side, columns[column]))
    return [made for made in sides if made is not None]


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


def _side(part: _Part, column: int, cells: int, masks: Sequence[int]) -> _Part | None:
    """Return ``part`` with only ``cells`` in ``column``, or None if one box fills that."""
    bit = 1 << column
    rows, opens = [], []
    for row, open_columns in zip(part.rows, part.open, strict=True):
        mask = masks[row] & cells
        if mask:
            if mask == cells:
                open_columns &= ~bit
                if not open_columns:
                    return None
            rows.append(row)
            opens.append(open_columns)
    return _Part(_replaced(part.box, column, cells), rows, opens)
