"""What every node of the syntax tree is; names and literals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from revrules.source import Span
    from revrules.types import Unit


@dataclass(frozen=True, slots=True)
class Node:
    """Whatever has a place in a file. The place takes no part in comparisons."""

    span: Span = field(kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier; ``quoted`` when it was written in backticks."""

    text: str
    quoted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """``60``, ``1_000``, ``0.5``; a leading minus belongs to ``Unary`` in expressions and to the number elsewhere.

    ``20%`` is 0.2 with ``percent`` set.
    """

    value: int | Decimal
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Text(Node):
    """``"Closed Won"``, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Date(Node):
    """``2026-11-21``."""

    value: datetime.date


@dataclass(frozen=True, slots=True)
class DateTime(Node):
    """``2026-11-02T09:00Z`` or with ``+01:00``; without an offset it is in the ruleset's time zone (``value`` naive)."""

    value: datetime.datetime


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """``30 days``, ``2 business hours on office`` (``calendar`` names a calendar declaration)."""

    count: int
    unit: Unit
    business: bool = False
    calendar: Name | None = None


@dataclass(frozen=True, slots=True)
class ListValue(Node):
    """``[ … ]`` in the given part of an example: records of a ``many`` relation."""

    items: tuple[RecordValue, ...]


@dataclass(frozen=True, slots=True)
class RecordValue(Node):
    """``{ kind = discovery  held_at = … }`` in an example: a record; values are literals, names or nested records."""

    fields: tuple[tuple[Name, GivenValue], ...]


@dataclass(frozen=True, slots=True)
class Nothing(Node):
    """``missing`` as a given value of an example."""


Literal: TypeAlias = Number | Text | Boolean | Date | DateTime
GivenValue: TypeAlias = Number | Text | Boolean | Date | DateTime | Duration | Name | Nothing | RecordValue | ListValue
