"""A table of boxes into the rows that never decide: those that earlier rows cover, and those that stand twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.proofs.boxes.covering import covered, covering
from revrules.proofs.boxes.table import STEPS, Work, WorkLimitError, bits, meet, volume

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from revrules.proofs.boxes.pairs import Overlaps
    from revrules.proofs.boxes.table import Box, Table


ROW = 20
"""One row takes at most this part of all steps."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """Row ``row`` is covered by the earlier rows ``by``: one if one does, else few."""

    row: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shadows:
    """The rows that earlier rows cover, and those of which it remained undecided."""

    found: tuple[Shadow, ...]
    undecided: tuple[int, ...]


def shadows(table: Table, found: Overlaps, steps: int = STEPS) -> Shadows:
    """Return the rows that earlier rows cover, each with few that do. ``found`` are the table's overlaps."""
    shadowed: list[Shadow] = []
    undecided = []
    effective, left = (1 << len(table.rows)) - 1, steps
    for row in range(len(table.rows)):
        work = Work(min(left, steps // ROW))
        earlier = list(bits(found.earlier[row] & effective))
        try:
            by = _few(table, row, earlier, work)
        except WorkLimitError:
            undecided.append(row)
            by = ()
        left = max(0, left - work.spent)
        if by:
            shadowed.append(Shadow(row, by))
            effective &= ~(1 << row)  # whatever it covers, those that cover it do
    return Shadows(tuple(shadowed), tuple(undecided))


def duplicates(table: Table) -> list[tuple[int, ...]]:
    """Return the groups of rows that admit the same combinations and have the same output."""
    rows: defaultdict[tuple[Box, Hashable], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(table.rows, table.outputs, strict=True)):
        rows[key].append(row)
    return [tuple(group) for group in rows.values() if len(group) > 1]


def _few(table: Table, row: int, earlier: Sequence[int], work: Work) -> tuple[int, ...]:
    """Return few of the rows ``earlier`` that together cover ``row``, or none: those that a proof used, less what can go."""
    box = table.rows[row]
    work.spend(len(earlier))
    used = covering(box, [table.rows[other] for other in earlier], work)
    if used is None:
        return ()
    kept = sorted((earlier[place] for place in used), key=lambda other: (volume(meet(box, table.rows[other]) or ()), -other))
    try:
        for other in list(kept):
            others = [each for each in kept if each != other]
            if covered(box, [table.rows[each] for each in others], work):
                kept = others
    except WorkLimitError:
        pass  # they cover the row, only some of them may be spare
    return tuple(sorted(kept))
