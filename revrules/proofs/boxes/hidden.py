"""A table of boxes into the rows that never decide: those that earlier rows cover, and those that stand twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.proofs.boxes.covering import covered
from revrules.proofs.boxes.table import STEPS, Work, WorkLimitError, bits, inside, meet, volume

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from revrules.proofs.boxes.pairs import Overlaps
    from revrules.proofs.boxes.table import Box, Table


@dataclass(frozen=True, slots=True)
class Shadow:
    """Row ``row`` is covered by the earlier rows ``by``, none of which can be left out."""

    row: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shadows:
    """The rows that earlier rows cover, and those of which it remained undecided."""

    found: tuple[Shadow, ...]
    undecided: tuple[int, ...]


def shadows(table: Table, found: Overlaps, steps: int = STEPS) -> Shadows:
    """Return the rows that earlier rows cover, each with few that do: one if one does. ``found`` are the table's overlaps."""
    work = Work(steps)
    shadowed: list[Shadow] = []
    undecided = []
    effective = (1 << len(table.rows)) - 1
    for row, box in enumerate(table.rows):
        try:
            by = _covering(box, list(bits(found.earlier[row] & effective)), table.rows, work)
        except WorkLimitError:
            undecided.append(row)
            continue
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


def _covering(box: Box, earlier: Sequence[int], rows: Sequence[Box], work: Work) -> tuple[int, ...]:
    """Return few of the rows ``earlier`` that together cover ``box``, or none."""
    work.spend(len(earlier))
    single = next((row for row in earlier if inside(box, rows[row])), None)
    if single is not None:
        return (single,)
    if not covered(box, [rows[row] for row in earlier], work):
        return ()
    kept = sorted(earlier, key=lambda row: (volume(meet(box, rows[row]) or ()), -row))
    for row in list(kept):
        others = [other for other in kept if other != row]
        if covered(box, [rows[other] for other in others], work):
            kept = others
    return tuple(sorted(kept))
