"""A table of boxes into the rows that never decide: those that earlier rows cover, and those that stand twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from revrules.proofs.boxes.covering import covered, covering
from revrules.proofs.boxes.pairs import meeting
from revrules.proofs.boxes.table import STEPS, Work, WorkLimitError, bits, meet, volume

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from revrules.proofs.boxes.table import Box, Table


ROW = 20
"""One row takes at most this part of all steps."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """Row ``row`` is covered by the rows ``by``: one if one does, else few."""

    row: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shadows:
    """The rows that other rows cover, and those of which it remained undecided."""

    found: tuple[Shadow, ...]
    undecided: tuple[int, ...]


class Among(Enum):
    """Which rows may cover a row."""

    EARLIER = auto()
    OTHERS = auto()


def shadows(table: Table, covers: Sequence[Box] | None = None, among: Among = Among.EARLIER, *, steps: int = STEPS) -> Shadows:
    """Return the rows that earlier rows (or any others) cover, each with few that do.

    A row covers its own box, or its box in ``covers``, which is no smaller.
    """
    covers = table.rows if covers is None else covers
    met = meeting(table.rows, covers)
    shadowed: list[Shadow] = []
    undecided = []
    idle, left = 0, steps
    for row, box in enumerate(table.rows):
        work = Work(min(left, steps // ROW))
        candidates = met[row] & (((1 << row) - 1) if among is Among.EARLIER else ~(1 << row))
        try:
            by = _few(box, [*bits(candidates & ~idle)], covers, work)
            if not by and candidates & idle and covers is not table.rows:
                by = _few(box, [*bits(candidates)], covers, work)
        except WorkLimitError:
            undecided.append(row)
            by = ()
        left = max(0, left - work.spent)
        if by:
            shadowed.append(Shadow(row, by))
            idle |= 1 << row
    return Shadows(tuple(shadowed), tuple(undecided))


def duplicates(table: Table) -> list[tuple[int, ...]]:
    """Return the groups of rows that admit the same combinations and have the same output."""
    rows: defaultdict[tuple[Box, Hashable], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(table.rows, table.outputs, strict=True)):
        rows[key].append(row)
    return [tuple(group) for group in rows.values() if len(group) > 1]


def _few(box: Box, others: Sequence[int], covers: Sequence[Box], work: Work) -> tuple[int, ...]:
    """Return few of ``others`` that together cover ``box``, or none: those that a proof used, less the spare."""
    work.spend(len(others) * len(box))
    used = covering(box, [covers[other] for other in others], work)
    if used is None:
        return ()
    kept = sorted((others[place] for place in used), key=lambda other: (volume(meet(box, covers[other]) or ()), -other))
    try:
        for other in list(kept):
            rest = [each for each in kept if each != other]
            if covered(box, [covers[each] for each in rest], work):
                kept = rest
    except WorkLimitError:
        pass  # they cover the row, only some of them may be spare
    return tuple(sorted(kept))
