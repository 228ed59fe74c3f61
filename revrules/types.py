"""The types of the language (grammar/language.md, section 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Scalar(StrEnum):
    """The types without parameters."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"


class Unit(StrEnum):
    """Units of time; business time counts some of them, too."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A member of an enum: its name, then every label or id that an export may use for it.

    ``was``: earlier names; they say nothing of the type, and so take no part in comparisons.
    """

    name: str
    labels: tuple[str, ...] = ()
    was: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum. Values of two enums compare when these have the same members by name, whatever their labels.

    ``name`` is for messages: `account.industry`.
    """

    name: str
    members: tuple[EnumMember, ...]
    ordered: bool = False

    @property
    def member_names(self) -> tuple[str, ...]:
        """The members' names in declared order."""
        return tuple(member.name for member in self.members)


Type: TypeAlias = Scalar | EnumType

NUMERIC = frozenset({Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY})
MOMENTS = frozenset({Scalar.DATE, Scalar.DATETIME})


def is_ordered(type_: Type) -> bool:
    """Return whether values of ``type_`` compare with ``<``."""
    if isinstance(type_, EnumType):
        return type_.ordered
    return type_ not in (Scalar.BOOLEAN, Scalar.TEXT)


def type_name(type_: Type) -> str:
    """Return the type as messages name it."""
    return f"enum {type_.name}" if isinstance(type_, EnumType) else type_.value
