"""Measures the checks of decision tables: overlaps, the proof that nothing is missing, gaps as few regions, shadowed rows.

    python benchmarks/boxes.py [--rows 1500 20000] [--columns 3 5 7 9]

Tables are random partitions of a mixed domain: again and again a random box is cut in two in a random column, an ordered one at a
random limit, a categorical one into two random sets. So they are complete and free of overlaps, and the answers are known.
*Widened* is such a table in which 10 % of the rows admit more in one column: still complete, but rows overlap. *With noise*, 5 %
of the rows are dropped and 5 % get a random interval or set in one column.
"""

from __future__ import annotations

import argparse
import random
import time
from bisect import bisect_left
from typing import TYPE_CHECKING

from revrules.proofs import boxes

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERED = 10_000
"""Values of an ordered column."""
MEMBERS = 24
"""Values of a categorical column; the last stands for anything else."""

Cell = tuple[int, int] | frozenset[int]
"""First and last value, or a set of members."""


def partition(rows: int, columns: int, seed: int) -> list[list[Cell]]:
    """Return the rows of a random partition of a domain whose columns are ordered and categorical by turns."""
    chance = random.Random(seed)
    whole: list[Cell] = [(0, ORDERED - 1) if column % 2 == 0 else frozenset(range(MEMBERS)) for column in range(columns)]
    parts = [whole]
    while len(parts) < rows:
        place = chance.randrange(len(parts))
        column = chance.randrange(columns)
        sides = halves(parts[place][column], chance)
        if sides is not None:
            row = parts[place]
            parts[place] = [*row[:column], sides[0], *row[column + 1 :]]
            parts.append([*row[:column], sides[1], *row[column + 1 :]])
    chance.shuffle(parts)
    return parts


def halves(cell: Cell, chance: random.Random) -> tuple[Cell, Cell] | None:
    """Return two random sides of a cell, or None if it has one value only."""
    if isinstance(cell, tuple):
        if cell[0] == cell[1]:
            return None
        limit = chance.randint(cell[0] + 1, cell[1])
        return (cell[0], limit - 1), (limit, cell[1])
    if len(cell) == 1:
        return None
    members = sorted(cell)
    chance.shuffle(members)
    size = chance.randint(1, len(members) - 1)
    return frozenset(members[:size]), frozenset(members[size:])


def disturbed(rows: list[list[Cell]], seed: int) -> list[list[Cell]]:
    """Return ``rows`` with 5 % of them dropped and 5 % changed in one column."""
    chance = random.Random(seed)
    twentieth = len(rows) // 20
    kept = [list(row) for row in rows]
    for place in chance.sample(range(len(kept)), twentieth):
        column = chance.randrange(len(kept[place]))
        kept[place][column] = any_cell(column, chance)
    dropped = set(chance.sample(range(len(kept)), twentieth))
    return [row for place, row in enumerate(kept) if place not in dropped]


def widened(rows: list[list[Cell]], seed: int) -> list[list[Cell]]:
    """Return ``rows`` of which 10 % admit more in one column."""
    chance = random.Random(seed)
    kept = [list(row) for row in rows]
    for place in chance.sample(range(len(kept)), len(rows) // 10):
        column = chance.randrange(len(kept[place]))
        kept[place][column] = together(kept[place][column], any_cell(column, chance))
    return kept


def together(one: Cell, other: Cell) -> Cell:
    """Return the cell that admits what two admit, and for intervals what lies between."""
    if isinstance(one, tuple):
        assert isinstance(other, tuple), "two cells of one column"
        return min(one[0], other[0]), max(one[1], other[1])
    return one.union(other)


def any_cell(column: int, chance: random.Random) -> Cell:
    """Return a random interval or set."""
    if column % 2 == 0:
        first, last = sorted(chance.sample(range(ORDERED), 2))
        return first, last
    return frozenset(chance.sample(range(MEMBERS), chance.randint(1, MEMBERS)))


def abstract(rows: list[list[Cell]], seed: int) -> boxes.Table:
    """Return the table of boxes: the values of ordered columns between the limits that occur are one cell."""
    chance = random.Random(seed)
    sizes, columns = [], []
    for column in zip(*rows, strict=True):
        limits = sorted(
            {0} | {limit for cell in column if isinstance(cell, tuple) for limit in (cell[0], cell[1] + 1)} - {ORDERED}
        )
        sizes.append(len(limits) if isinstance(column[0], tuple) else MEMBERS)
        columns.append([mask(cell, limits) for cell in column])
    outputs = [chance.randrange(8) for _ in rows]
    return boxes.Table(tuple(sizes), tuple(zip(*columns, strict=True)), tuple(outputs))


def mask(cell: Cell, limits: list[int]) -> int:
    """Return the elementary cells of ``cell`` as bits."""
    if isinstance(cell, tuple):
        return (1 << bisect_left(limits, cell[1] + 1)) - (1 << bisect_left(limits, cell[0]))
    return sum(1 << member for member in cell)


def seconds(question: Callable[[], object], times: int = 3) -> tuple[float, object]:
    """Return the CPU time of the fastest of some calls, and the answer."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        answer = question()
        best = min(best, time.process_time() - start)
    return best, answer


def measure(name: str, table: boxes.Table, times: int) -> None:
    """Print a row of the result."""
    found = boxes.overlaps(table)
    overlap, _ = seconds(lambda: boxes.overlaps(table), times)
    proof, complete = seconds(lambda: boxes.complete(table), times)
    gap, gaps = seconds(lambda: boxes.gaps(table), times)
    shadow, shadows = seconds(lambda: boxes.shadows(table), times)
    assert isinstance(shadows, boxes.Shadows)
    verdict = "undecided" if isinstance(complete, boxes.Undecided) else "yes" if complete else "no"
    regions = f"{len(gaps.regions):,}{'' if gaps.finished else ' and more'}" if isinstance(gaps, boxes.Gaps) else "undecided"
    print(
        f"| {name} | {len(table.rows):,} × {len(table.sizes)} | {overlap:.3f} | {found.count:,} | {proof:.3f} | {verdict} "
        f"| {gap:.3f} | {regions} | {shadow:.3f} | {len(shadows.found)} |",
        flush=True,
    )


def main() -> None:
    """Print the table of the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_500, 20_000])
    parser.add_argument("--columns", type=int, nargs="+", default=[3, 5, 7, 9])
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    print("| table | rows × columns | overlaps, s | pairs | complete?, s | | gaps, s | regions | shadowed, s | rows |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for rows in chosen.rows:
        for columns in chosen.columns:
            clean = partition(rows, columns, seed=rows + columns)
            measure("partition", abstract(clean, seed=1), chosen.times)
            measure("widened", abstract(widened(clean, seed=2), seed=1), chosen.times)
            measure("with noise", abstract(disturbed(clean, seed=2), seed=1), chosen.times)


if __name__ == "__main__":
    main()
