"""Tests of one value against constants into the set of values that pass: one set for all spellings of a test."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules.ir import CompareOp
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.ir import Value
    from revrules.types import Type

Place: TypeAlias = "tuple[int | float | str, int]"
"""Just below a value (0) or just above it (1). Of whole values there is only below: above 4 is below 5."""

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
CENT_OF_CENT = Decimal("0.0001")
WHOLE = frozenset({Scalar.BOOLEAN, Scalar.INTEGER, Scalar.MONEY, Scalar.DATE, Scalar.DATETIME, Scalar.DURATION})


class Values(NamedTuple):
    """A set of values: whether it begins inside, and the places where it changes, in order."""

    begins: bool
    changes: tuple[Place, ...]

    def holds(self, place: Place) -> bool:
        """Return whether what lies just above ``place`` is in the set."""
        return self.begins is not (sum(change <= place for change in self.changes) % 2 == 1)


NOTHING = Values(False, ())
ANYTHING = Values(True, ())


def everything(type_: Type) -> Values:
    """Return all values of a type: of those that have only a few, these."""
    return few(len(type_.member_names)) if isinstance(type_, EnumType) else few(2) if type_ is Scalar.BOOLEAN else ANYTHING


def few(count: int) -> Values:
    """Return the set of the numbers below ``count``."""
    return Values(False, ((0, 0), (count, 0))) if count else NOTHING


def union(one: Values, other: Values) -> Values:
    """Return what is in either."""
    return _merged(one, other, bool.__or__)


def intersection(one: Values, other: Values) -> Values:
    """Return what is in both."""
    return _merged(one, other, bool.__and__)


def without(whole: Values, part: Values) -> Values:
    """Return what is in ``whole`` and not in ``part``."""
    return _merged(whole, Values(not part.begins, part.changes), bool.__and__)


def comparing(op: CompareOp, limit: Value, type_: Type) -> Values:
    """Return the values that lie to ``limit`` as ``op`` says."""
    point = whole(limit, type_)
    if point is None:
        return everything(type_) if op is CompareOp.NE else NOTHING
    below, above = _ends(point, type_)
    found = {
        CompareOp.EQ: Values(False, (below, above)),
        CompareOp.NE: Values(True, (below, above)),
        CompareOp.LT: Values(True, (below,)),
        CompareOp.LE: Values(True, (above,)),
        CompareOp.GT: Values(False, (above,)),
        CompareOp.GE: Values(False, (below,)),
    }[op]
    return intersection(found, everything(type_))


def among(values: Iterable[Value], type_: Type) -> Values:
    """Return the set of these values."""
    points = {point for value in values if (point := whole(value, type_)) is not None}
    changes: list[Place] = []
    for point in sorted(points):
        below, above = _ends(point, type_)
        if changes and changes[-1] == below:
            changes[-1] = above
        else:
            changes += (below, above)
    return intersection(Values(False, tuple(changes)), everything(type_))


def whole(value: Value, type_: Type) -> int | float | str | None:
    """Return ``value`` as a whole number where the type has a next one for each, else as it is; None for a foreign member."""
    match value:
        case str() if isinstance(type_, EnumType):
            return type_.member_names.index(value) if value in type_.member_names else None
        case datetime.datetime():
            return (value - EPOCH) // MICROSECOND
        case datetime.date():
            return value.toordinal()
        case datetime.timedelta():
            return value // MICROSECOND
        case Decimal():
            return int(value / CENT_OF_CENT)
        case bool():
            return int(value)
        case _:
            return value


def _ends(point: float | str, type_: Type) -> tuple[Place, Place]:
    if isinstance(point, int) and (isinstance(type_, EnumType) or type_ in WHOLE):
        return (point, 0), (point + 1, 0)
    return (point, 0), (point, 1)


def _merged(one: Values, other: Values, rule: Callable[[bool, bool], bool]) -> Values:
    """Return the set whose members follow from those of two by ``rule``."""
    states = [one.begins, other.begins]
    begins = inside = rule(*states)
    changes: list[Place] = []
    flips = sorted([*((place, 0) for place in one.changes), *((place, 1) for place in other.changes)])
    for number, (place, side) in enumerate(flips):
        states[side] = not states[side]
        if number + 1 < len(flips) and flips[number + 1][0] == place:
            continue
        now = rule(*states)
        if now is not inside:
            changes.append(place)
            inside = now
    return Values(begins, tuple(changes))
