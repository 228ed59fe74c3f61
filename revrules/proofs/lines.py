"""Values of an ordered type into places on a line of integers and back, so that nothing lies between neighbours."""

from __future__ import annotations

import datetime
import struct
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.ir import Value
    from revrules.types import Type

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
LONG = 2**63
PLACES = 10_000
"""Of money: four decimals."""


def place(value: Value, type_: Type) -> int:
    """Return the place of ``value``: integers are their own, dates count days, moments microseconds, amounts the fourth decimal.

    A number is the rank of its double, so that the next place holds the next double.

    >>> place(Decimal("0.5"), Scalar.MONEY), place(datetime.date(1, 1, 2), Scalar.DATE), place(0.0, Scalar.NUMBER)
    (5000, 2, 0)
    """
    match type_:
        case Scalar.NUMBER:
            number = float(cast("float", value))
            rank: int = struct.unpack("<q", struct.pack("<d", abs(number)))[0]
            return rank if number >= 0 else -rank
        case Scalar.MONEY:
            return int(Decimal(cast("Decimal", value)) * PLACES)
        case Scalar.DATE:
            return cast("datetime.date", value).toordinal()
        case Scalar.DATETIME:
            return (cast("datetime.datetime", value) - EPOCH) // MICROSECOND
        case Scalar.DURATION:
            return cast("datetime.timedelta", value) // MICROSECOND
        case _:
            assert type_ is Scalar.INTEGER, "a line is of an ordered type that is no enum"
            return cast("int", value)


def value_at(at: int, type_: Type) -> Value:
    """Return the value at a place of ``type_``, which lies between its ends.

    >>> value_at(5000, Scalar.MONEY), value_at(place(-1.5, Scalar.NUMBER), Scalar.NUMBER)
    (Decimal('0.5'), -1.5)
    """
    match type_:
        case Scalar.NUMBER:
            number: float = struct.unpack("<d", struct.pack("<q", abs(at)))[0]
            return number if at >= 0 else -number
        case Scalar.MONEY:
            return Decimal(at) / PLACES
        case Scalar.DATE:
            return datetime.date.fromordinal(at)
        case Scalar.DATETIME:
            return EPOCH + at * MICROSECOND
        case Scalar.DURATION:
            return at * MICROSECOND
        case _:
            return at


def ends(type_: Type) -> tuple[int, int]:
    """Return the first and the last place of the values of ``type_``."""
    match type_:
        case Scalar.NUMBER:
            return place(-sys.float_info.max, type_), place(sys.float_info.max, type_)
        case Scalar.MONEY:
            return 1 - 10**18, 10**18 - 1
        case Scalar.DATE:
            return datetime.date.min.toordinal(), datetime.date.max.toordinal()
        case Scalar.DATETIME:
            first, last = datetime.datetime.min, datetime.datetime.max
            return place(first.replace(tzinfo=datetime.UTC), type_), place(last.replace(tzinfo=datetime.UTC), type_)
        case _:
            return -LONG, LONG - 1


def is_counted(type_: Type) -> bool:
    """Return whether people think of a type's values one by one, so that `> 5` is better said as `>= 6`."""
    return type_ in (Scalar.INTEGER, Scalar.DATE)
