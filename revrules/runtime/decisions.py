"""A decision table into what its rows say of some values, with one look-up for each column. Standard library only.

The rows are the bits of an integer, the first row its lowest. Each column leads from a value to the rows whose cell it fulfils;
the rows that all columns allow are what is left of the table. A missing value fulfils some cells for sure and leaves others open,
so that there are two such integers: the rows that are true, and those that are not false.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from revrules.runtime.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    _Read: TypeAlias = Callable[..., object] | None

Rows: TypeAlias = int
"""A set of rows: bit n stands for row n, counted from 0."""
States: TypeAlias = tuple[Rows, Rows]
"""The rows that are true, and those that are not false."""

FEW = 32
"""Rows that are put together when they are asked for; more of them are kept as one integer."""
BUDGET = 4 * 1024 * 1024
"""Bytes that a column may keep; beyond, it keeps every n-th integer and works out those between."""
MOST_TOLD = 5


TableCell: TypeAlias = "tuple[list[object], list[tuple[object, object, bool, bool]], bool, bool | None]"
"""As ``ir.Cell``: values, ranges (low, high, whether low is open, whether high is), negated, when missing."""
Asked: TypeAlias = "Sequence[object]"
"""The values of the columns: None for a missing one; both ends as a tuple of two where a column is asked so."""


class _Column(NamedTuple):
    """What a column says: of a missing value (``sure``, ``open``), of a known one, of both ends of a number asked so."""

    sure: Rows
    open: Rows
    look: Callable[[object], Rows]
    between: Callable[[object], States] | None = None


READ: dict[str, Callable[..., object]] = {
    "money": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "duration": lambda count: timedelta(microseconds=count),
}
"""How the ends of ranges are made from what JSON holds; the others are as they stand."""


def decision_table(text: str) -> DecisionTable:
    """Return the table that a JSON text holds (``revrules.backends.python.tables`` writes it)."""
    said = json.loads(text)
    columns = [
        (column["kind"], [_cell(cell, READ.get(column["kind"])) for cell in column["cells"]], column["rows"], column["ranged"])
        for column in said["columns"]
    ]
    return DecisionTable(said["mode"], (said["outputs"], said["otherwise"]), (said["given"], said["lines"]), columns)


def _cell(said: tuple[list[object], list[tuple[object, object, bool, bool]], bool, bool | None], read: _Read) -> TableCell:
    values, ranges, negated, when_missing = said
    if read is not None:
        ranges = [
            (None if low is None else read(low), None if high is None else read(high), low_open, high_open)
            for low, high, low_open, high_open in ranges
        ]
    return values, ranges, negated, when_missing


class DecisionTable:
    """The rows of a decision table, ready to be asked; it never changes.

    ``outputs`` are the members and the one without a row, ``rows`` says for each which of them it gives and its number in the
    sheet. Each of ``columns``: the type of its ranges, `values` or `any case`; its cells; which of them each row has; whether
    it is asked with both ends of a number.
    """

    __slots__ = ("_columns", "_count", "_given", "_lines", "_members", "_mode", "_otherwise", "_outputs")

    def __init__(
        self,
        mode: str,
        outputs: tuple[Sequence[str], str | None],
        rows: tuple[list[int], list[int]],
        columns: Iterable[tuple[str, list[TableCell], list[int], bool]],
    ) -> None:
        self._mode = mode
        self._outputs, self._otherwise = outputs
        self._given, self._lines = rows
        self._count = len(self._given)
        self._members = _masks(self._given, len(self._outputs), self._count) if mode == "collect" else {}
        self._columns = tuple(_column(*column, self._count) for column in columns)

    def states(self, values: Asked) -> States:
        """Return what the rows say of the values of the columns; None is missing."""
        sure = left = (1 << self._count) - 1
        for (missing_sure, missing_open, look, between), value in zip(self._columns, values, strict=True):
            if value is None:
                sure &= missing_sure
                left &= missing_open
            elif between is None:
                rows = look(value)
                sure &= rows
                left &= rows
            else:
                holds, may = between(value)
                sure &= holds
                left &= may
            if not left:
                break
        return sure, left

    def pick(self, states: States) -> str | None:
        """Return the output of the first row that is not false, or of the only one; missing where that row is unknown."""
        sure, left = states
        if not left:
            return self._otherwise
        first = left & -left
        if not sure & first or (self._mode == "exactly one" and left != first):
            return None
        return self._outputs[self._given[first.bit_length() - 1]]

    def contains(self, states: States, output: int) -> bool | None:
        """Return whether a row that gives this output is true; None where that cannot be told."""
        sure, left = states
        rows = self._members.get(output, 0)
        if sure & rows:
            return True
        return None if left & rows else False

    def waiting(self, values: Asked, states: States, output: int | None = None) -> frozenset[int]:
        """Return the columns that the answer waits for, with ``output`` that of ``contains``, else that of ``pick``."""
        sure, left = states
        rows = left & ~sure
        if output is not None:
            rows &= self._members.get(output, 0)
        elif self._mode == "first match":
            rows &= left & -left
        elif sure & (sure - 1):
            rows = 0
        found = []
        for at, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            if value is None:
                unsure = column.open & ~column.sure
            elif column.between is not None:
                holds, may = column.between(value)
                unsure = may & ~holds
            else:
                continue
            if unsure & rows:
                found.append(at)
        return frozenset(found)

    def clash(self, states: States) -> str:
        """Return the rows that are true, where there are several, empty where there are not."""
        true = states[0]
        if not true & (true - 1):
            return ""
        told: list[str] = []
        while true and len(told) <= MOST_TOLD:
            at = (true & -true).bit_length() - 1
            told.append(f"{self._outputs[self._given[at]]} (row {self._lines[at]})" if len(told) < MOST_TOLD else "…")
            true &= true - 1
        return ", ".join(told)


# --- columns -----------------------------------------------------------------------------------------------------


def _column(kind: str, cells: list[TableCell], positions: list[int], ranged: bool, count: int) -> _Column:
    """Return the look-up of one column."""
    parts = _Parts(positions, len(cells), count)
    sure = parts.rows(at for at, cell in enumerate(cells) if cell[3])
    unsure = parts.rows(at for at, cell in enumerate(cells) if cell[3] is None)
    if kind in ("values", "any case"):
        return _Column(sure, sure | unsure, _by_value(cells, parts, any_case=kind == "any case"))
    steps = _Steps(cells, parts)
    look = steps.look_up()
    if not ranged:
        return _Column(sure, sure | unsure, look)

    def between(ends: object) -> States:
        low, high = cast("tuple[object, object]", ends)
        if low == high:
            rows = look(low)
            return rows, rows
        holds, may = steps.between(low, high)
        return holds & unsure | sure, may & unsure | sure

    return _Column(sure, sure | unsure, look, between)


class _Parts:
    """The rows of each cell of a column."""

    __slots__ = ("_by_cell", "_count", "_kept")

    def __init__(self, positions: list[int], cells: int, count: int) -> None:
        self._count = count
        self._by_cell: list[list[int]] = [[] for _ in range(cells)]
        for row, at in enumerate(positions):
            self._by_cell[at].append(row)
        self._kept = {at: _mask(rows, count) for at, rows in enumerate(self._by_cell) if len(rows) > FEW}

    @property
    def size(self) -> int:
        """Bytes that a set of rows takes."""
        return self._count // 8 + 32

    def of_cell(self, at: int) -> Rows:
        """Return the rows that have a cell."""
        kept = self._kept.get(at)
        return _mask(self._by_cell[at], self._count) if kept is None else kept

    def rows(self, cells: Iterable[int]) -> Rows:
        """Return the rows that have one of some cells."""
        found = [row for at in cells for row in self._by_cell[at]]
        return _mask(found, self._count)

    def number(self, cells: Iterable[int]) -> int:
        """Return how many rows have one of some cells."""
        return sum(len(self._by_cell[at]) for at in cells)


def _mask(rows: Sequence[int], count: int) -> Rows:
    """Return rows as the bits of an integer."""
    if len(rows) <= 4:
        found = 0
        for row in rows:
            found |= 1 << row
        return found
    bits = bytearray((count >> 3) + 1)
    for row in rows:
        bits[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(bits, "little")


def _masks(given: list[int], outputs: int, count: int) -> dict[int, Rows]:
    """Return the rows that give each output."""
    parts = _Parts(given, outputs, count)
    return {output: parts.of_cell(output) for output in range(outputs)}


# --- columns of values -------------------------------------------------------------------------------------------


def _by_value(cells: list[TableCell], parts: _Parts, *, any_case: bool) -> Callable[[object], Rows]:
    """Return the function that gives the rows whose cell a value fulfils.

    Without a cell that names it, a value fulfils those that are negated; a cell that names it turns its rows around.
    """
    others = parts.rows(at for at, cell in enumerate(cells) if cell[2])
    naming: dict[object, list[int]] = {}
    for at, cell in enumerate(cells):
        for value in cell[0]:
            naming.setdefault(value, []).append(at)
    shared: dict[tuple[int, ...], Rows | tuple[int, ...]] = {}
    sparing = len(naming) * parts.size > BUDGET
    index: dict[object, Rows | tuple[int, ...]] = {}
    kept = 0
    for value, named in naming.items():
        key = tuple(named)
        if key not in shared:
            apart = sparing and (parts.number(key) <= FEW or kept > BUDGET)
            shared[key] = key if apart else _turned(others, key, parts)
            kept += parts.size
        index[value] = shared[key]
    get = index.get

    def look(value: object) -> Rows:
        found = get(value, others)
        return _turned(others, found, parts) if isinstance(found, tuple) else found

    return (lambda value: look(fold(cast("str", value)))) if any_case else look


def _turned(rows: Rows, cells: Iterable[int], parts: _Parts) -> Rows:
    for at in cells:
        rows ^= parts.of_cell(at)
    return rows


# --- columns of ranges -------------------------------------------------------------------------------------------


class _Steps:
    """The rows from the least value to the greatest: between two ends of ranges nothing changes.

    Step 2n is what lies before end n (and after the one before it), step 2n + 1 is end n itself.
    """

    __slots__ = ("_changes", "_ends", "_every", "_kept", "_parts")

    def __init__(self, cells: list[TableCell], parts: _Parts) -> None:
        found = {end for cell in cells for low, high, _, _ in cell[1] for end in (low, high) if end is not None}
        ends = sorted(cast("set[int]", found))  # values of one type that has an order
        place: dict[object, int] = {end: n for n, end in enumerate(ends)}
        self._ends, self._parts = ends, parts
        steps = 2 * len(ends) + 1
        changes: dict[int, list[int]] = {}
        for at, cell in enumerate(cells):
            for low, high, low_open, high_open in cell[1]:
                start = 0 if low is None else 2 * place[low] + (2 if low_open else 1)
                changes.setdefault(start, []).append(at)
                if high is not None:
                    changes.setdefault(2 * place[high] + (1 if high_open else 2), []).append(at)
        self._changes = changes
        self._every = max(1, -(-len(changes) * parts.size // BUDGET))
        rows = parts.rows(at for at, cell in enumerate(cells) if cell[2])
        self._kept: list[Rows] = []
        for step in range(steps):
            rows = _turned(rows, changes.get(step, ()), parts)
            if step % self._every == 0:
                self._kept.append(rows)
        if self._every == 1:
            self._changes = {}

    def look_up(self) -> Callable[[object], Rows]:
        """Return the function that gives the rows whose cell a value fulfils."""
        ends, kept, count = self._ends, self._kept, len(self._ends)
        if self._every > 1:
            return lambda value: self._rows(self._step(value))

        def look(value: int) -> Rows:
            at = bisect_left(ends, value)
            return kept[2 * at + 1 if at < count and ends[at] == value else 2 * at]

        return cast("Callable[[object], Rows]", look)

    def between(self, low: object, high: object) -> States:
        """Return the rows whose cell all values between two fulfil, and those whose cell some do."""
        holds = may = self._rows(self._step(low))
        for step in range(self._step(low) + 1, self._step(high) + 1):
            rows = self._rows(step)
            holds &= rows
            may |= rows
        return holds, may

    def _step(self, value: object) -> int:
        ends = self._ends
        at = bisect_left(ends, cast("int", value))
        return 2 * at + (at < len(ends) and ends[at] == value)

    def _rows(self, step: int) -> Rows:
        if self._every == 1:
            return self._kept[step]
        before = step // self._every
        rows = self._kept[before]
        for between in range(before * self._every + 1, step + 1):
            rows = _turned(rows, self._changes.get(between, ()), self._parts)
        return rows
