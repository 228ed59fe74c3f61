"""The cells of a decision table into conditions on what its columns ask, and into parts of the values that no cell tells apart.

A condition here counts where it is true; NULL is as good as false.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from revrules.backends.sql import ranges, texts
from revrules.backends.sql.constants import beside
from revrules.backends.sql.tree import FALSE, TRUE, all_of, among, any_of, between, binary, is_known, is_null, negated
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules import ir
    from revrules.backends.sql.scope import Ends, Scope
    from revrules.backends.sql.tree import Sql


class Asked(NamedTuple):
    """What a column asks: the column as declared, the value, short enough to be said often (a range: of a score or count)."""

    column: ir.Column
    ends: Ends
    scope: Scope

    @property
    def value(self) -> Sql:
        """The value, where it is no range."""
        return self.ends.low

    @property
    def is_ranged(self) -> bool:
        """Whether it can be several numbers."""
        return not ranges.is_one(self.ends)


class Part(NamedTuple):
    """Some values of a column: what makes the test of a known value (None: all that are left), the cells that they fulfil."""

    test: Callable[[], Sql] | None
    cells: frozenset[int]


def asked(column: ir.Column, ends: Ends, scope: Scope) -> Asked:
    """Return what a column asks; a text is folded where case does not matter."""
    if column.any_case:
        named = [str(value) for cell in column.cells for value in cell.values]
        ends = ranges.alone(texts.folded(ends.low, scope, named))
    return Asked(column, ranges.kept(ends, column.heading, scope), scope)


def is_open(cell: ir.Cell, of: Asked) -> Sql:
    """Return whether a cell is not false."""
    if of.is_ranged:
        return _open_range(cell, of)
    if not cell.values and not cell.ranges:
        if cell.negated:
            return TRUE if cell.when_missing else is_known(of.value)
        return is_null(of.value)
    found = fulfils(cell, of)
    return found if cell.when_missing is False else any_of([is_null(of.value), found])


def is_sure(cell: ir.Cell, of: Asked) -> Sql:
    """Return whether a cell that is open is true."""
    if cell.when_missing is not None:
        return TRUE
    if of.is_ranged:
        return any_of([_holds_whole(interval, of) for interval in cell.ranges])
    return is_known(of.value)


def fulfils(cell: ir.Cell, of: Asked) -> Sql:
    """Return whether a known value is what a cell names."""
    if cell.values:
        named = _named(cell.values, of)
        return negated(named) if cell.negated else named
    return any_of([_inside(interval, of) for interval in cell.ranges])


def parts(of: Asked, cells: Sequence[int]) -> list[Part]:
    """Return the parts of the known values of a column that some of its cells tell apart; the last has no test."""
    declared = of.column.cells
    if any(declared[at].ranges for at in cells):
        return _steps(of, cells)
    others = frozenset(at for at in cells if declared[at].negated)
    naming: dict[ir.Value, set[int]] = {}
    for at in cells:
        for value in declared[at].values:
            naming.setdefault(value, set()).add(at)
    by_cells: dict[frozenset[int], list[ir.Value]] = {}
    for value, named in naming.items():
        by_cells.setdefault(others ^ named, []).append(value)
    by_cells.pop(others, None)
    return [*(Part(partial(_named, values, of), fulfilled) for fulfilled, values in by_cells.items()), Part(None, others)]


def _steps(of: Asked, cells: Sequence[int]) -> list[Part]:
    """Return the parts of a column of ranges, from the least values to the greatest."""
    declared = of.column.cells
    intervals = [(at, interval) for at in cells for interval in declared[at].ranges]
    found = {end for _, interval in intervals for end in (interval.low, interval.high) if end is not None}
    ends = sorted(cast("set[int]", found))
    place = {end: at for at, end in enumerate(ends)}
    changes: dict[int, set[int]] = {}
    for at, interval in intervals:
        start = 0 if interval.low is None else 2 * place[cast("int", interval.low)] + (2 if interval.low_open else 1)
        changes.setdefault(start, set()).symmetric_difference_update({at})
        if interval.high is not None:
            beyond = 2 * place[cast("int", interval.high)] + (1 if interval.high_open else 2)
            changes.setdefault(beyond, set()).symmetric_difference_update({at})
    fulfilled = frozenset(at for at in cells if declared[at].negated)
    steps: list[Part] = []
    for step in range(2 * len(ends) + 1):
        changed = changes.get(step)
        if changed and step:
            steps.append(Part(partial(_is_before, "<" if step % 2 else "<=", ends[(step - 1) // 2], of), fulfilled))
        fulfilled ^= frozenset(changed or ())
    return [*steps, Part(None, fulfilled)]


def _named(values: Sequence[ir.Value], of: Asked) -> Sql:
    type_ = of.column.type
    if type_ is Scalar.TEXT or isinstance(type_, EnumType):
        return texts.is_among(of.value, [str(value) for value in values], any_case=False, scope=of.scope)
    return among(of.value, [_constant(value, of) for value in values])


def _is_before(sign: str, end: ir.Value, of: Asked) -> Sql:
    return binary(sign, of.value, _constant(end, of))


def _constant(value: ir.Value, of: Asked) -> Sql:
    return beside(value, of.column.type, of.scope.dialect)


def _inside(interval: ir.Interval, of: Asked) -> Sql:
    """Return whether a value lies in an interval."""
    low, high = interval.low, interval.high
    if low is not None and low == high:
        return binary("=", of.value, _constant(low, of))
    if low is not None and high is not None and not interval.low_open and not interval.high_open:
        return between(of.value, _constant(low, of), _constant(high, of))
    return all_of(_bounds(interval, of, of.value, of.value))


def _bounds(interval: ir.Interval, of: Asked, from_low: Sql, to_high: Sql) -> list[Sql]:
    """Return that one value is not below an interval and another not above."""
    low, high = interval.low, interval.high
    found = [] if low is None else [binary(">" if interval.low_open else ">=", from_low, _constant(low, of))]
    return found if high is None else [*found, binary("<" if interval.high_open else "<=", to_high, _constant(high, of))]


# --- counts and scores -------------------------------------------------------------------------------------------


def _open_range(cell: ir.Cell, of: Asked) -> Sql:
    """Return whether a cell is not false of a number that is not known for sure; to words for missing it is missing then."""
    low, high = of.ends
    if cell.when_missing is None:
        return any_of([is_null(low), *(all_of(_bounds(interval, of, high, low)) for interval in cell.ranges)])
    single = binary("=", low, high)
    holds = FALSE if not cell.ranges and not cell.negated else TRUE if not cell.ranges else fulfils(cell, of)
    if not cell.when_missing:
        return all_of([single, holds]) if holds != TRUE else single
    if holds == TRUE:
        return TRUE
    several = [is_null(low), binary("<>", low, high)]
    return any_of(several if holds == FALSE else [*several, holds])


def _holds_whole(interval: ir.Interval, of: Asked) -> Sql:
    """Return whether all that a number can be lies in an interval."""
    return all_of(_bounds(interval, of, of.ends.low, of.ends.high))
