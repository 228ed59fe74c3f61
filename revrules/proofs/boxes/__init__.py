"""A decision table as boxes into what is true of every combination of cells: overlaps, gaps, rows without effect.

The table is abstract: each column is a finite set of *elementary* cells (intervals between the limits that the rows mention,
members, "anything else", "missing"), and a row is a box: per column the elementary cells that it admits, as the bits of an
integer. Nothing here enumerates combinations. Work is counted in steps, the same on every machine; what needs more is undecided.
"""

from revrules.proofs.boxes.hidden import Among, Shadow, Shadows, duplicates, shadows
from revrules.proofs.boxes.pairs import Overlaps, overlaps
from revrules.proofs.boxes.regions import Gaps, complete, covers, gaps
from revrules.proofs.boxes.table import Box, Table, Undecided

__all__ = [
    "Among",
    "Box",
    "Gaps",
    "Overlaps",
    "Shadow",
    "Shadows",
    "Table",
    "Undecided",
    "complete",
    "covers",
    "duplicates",
    "gaps",
    "overlaps",
    "shadows",
]
