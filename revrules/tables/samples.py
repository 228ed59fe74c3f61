"""Rows into a sample of them: as many as asked for, from all over the table, in their order, the same in every run.

Row ``n`` (the first is 1) has the place ``n * STEP mod TURN``; those with the least places are taken. ``STEP`` is the golden
section of ``TURN``, so that the rows that are taken lie about equally far from each other, and no two rows share a place.
"""

from __future__ import annotations

from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from revrules.tables.rows import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.tables.rows import Row

STEP = 2_654_435_769
TURN = 1 << 32


def sampled(rows: Iterable[Row | Refused], count: int) -> Iterator[Row | Refused]:
    """Yield ``count`` of the rows, and before them all that cannot be read."""
    kept: list[tuple[int, int, Row]] = []
    number = 0
    for row in rows:
        if isinstance(row, Refused):
            yield row
            continue
        number += 1
        entry = (-(number * STEP % TURN), number, row)
        if len(kept) < count:
            heappush(kept, entry)
        else:
            heappushpop(kept, entry)
    for _, _, row in sorted(kept, key=lambda entry: entry[1]):
        yield row


def last_place(rows: int, count: int) -> str:
    """Return the SQL for the greatest place of a row that is taken out of ``rows``."""
    places = f"SELECT i * {STEP} % {TURN} AS place FROM range(1, {rows + 1}) AS t(i) ORDER BY place LIMIT {count}"
    return f"SELECT max(place) FROM ({places})"


def is_taken(number: str, last: int) -> str:
    """Return the SQL for whether the row of that ``number``, SQL, is taken."""
    return f"{number} * {STEP} % {TURN} <= {last}"
