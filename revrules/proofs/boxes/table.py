"""Decision tables as boxes: values, bits, and the work that a question may cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import and_
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

Box: TypeAlias = tuple[int, ...]
"""Per column the elementary cells of a region, as bits: bit ``k`` is the column's ``k``-th cell."""

STEPS = 20_000_000
"""Cells looked at before a question is given up: some ten seconds."""
LONG = 16_384
"""Bits that one operation handles in the time of a step."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of boxes. ``sizes`` counts the elementary cells of each column; an ordered column has them in its order.

    A row's box admits at least one cell of each column. ``outputs`` has one value for each row.
    """

    sizes: tuple[int, ...]
    rows: tuple[Box, ...]
    outputs: tuple[Hashable, ...]

    def __post_init__(self) -> None:
        assert len(self.rows) == len(self.outputs), "each row has an output"
        assert all(len(row) == len(self.sizes) and all(row) for row in self.rows), "each row admits something in each column"

    @property
    def everything(self) -> Box:
        """The box of all combinations."""
        return tuple((1 << size) - 1 for size in self.sizes)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A question was given up; ``reason`` follows "undecided:"."""

    reason: str


class WorkLimitError(Exception):
    """A question costs more steps than it may. It never leaves this package."""


class Work:
    """Counts steps and raises :class:`WorkLimitError` beyond the limit."""

    __slots__ = ("_left", "limit")

    def __init__(self, limit: int = STEPS) -> None:
        self.limit = limit
        self._left = limit

    def spend(self, steps: int) -> None:
        """Count ``steps``."""
        self._left -= steps
        if self._left < 0:
            raise WorkLimitError

    @property
    def spent(self) -> int:
        """The steps so far."""
        return self.limit - self._left

    def undecided(self) -> Undecided:
        """Return that the limit was reached."""
        return Undecided(f"the table is too entangled to look at every combination in {self.limit:,} steps")


def volume(box: Box) -> int:
    """Return how many combinations of elementary cells ``box`` has."""
    return math.prod(mask.bit_count() for mask in box)


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits of ``mask``, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def lowest(mask: int) -> int:
    """Return the lowest bit of ``mask`` alone."""
    return mask & -mask


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Yield first and last position of each run of neighbouring bits of ``mask``, lowest first."""
    while mask:
        low = mask & -mask
        carried = mask + low
        end = carried & -carried
        yield low.bit_length() - 1, end.bit_length() - 2
        mask &= carried


def meet(one: Box, other: Box) -> Box | None:
    """Return the combinations that two boxes share, or None."""
    shared = tuple(map(and_, one, other))
    return shared if all(shared) else None


def inside(one: Box, other: Box) -> bool:
    """Return whether all of ``one`` belongs to ``other``."""
    return tuple(map(and_, one, other)) == one
