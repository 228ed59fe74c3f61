"""Expressions and criteria."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from revrules.syntax.literals import Boolean, Date, DateTime, Duration, Node, Number, Text

if TYPE_CHECKING:
    from revrules.syntax.literals import Name
    from revrules.types import Unit


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """``engagement``, ``parent.country``, ``this.renewal_date``, ``qualified for sales``."""

    path: tuple[Name, ...]
    team: Name | None = None


@dataclass(frozen=True, slots=True)
class Clock(Node):
    """``today`` or ``now``."""

    word: str


@dataclass(frozen=True, slots=True)
class Parens(Node):
    """``( … )``, kept so that the formatter keeps what the author wrote."""

    inner: Expr


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``not x`` or ``-x``; ``op`` is ``not`` or ``-``."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``op`` is one of ``and or = != < <= > >= + - * /`` and ``or else``."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class SetOf(Node):
    """``{ "DE", "FR" }``: literals, or names of enum members."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """``50..5000`` (both ends belong to it), ``100..`` , ``..99``, ``0..<1000`` (``high_open``)."""

    low: Expr | None
    high: Expr | None
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class PeriodSet(Node):
    """``this month``, ``last quarter``, ``next fiscal year`` after ``in``; ``which`` is this, last or next."""

    which: str
    fiscal: bool
    unit: Unit


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """``x in …`` or ``x not in …``; a plain reference as ``choices`` names a list."""

    operand: Expr
    choices: SetOf | Range | PeriodSet | Reference
    negated: bool = False
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class KnownTest(Node):
    """``x is known``, or with ``missing`` set ``x is missing``."""

    operand: Expr
    missing: bool


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    """``test`` is contains, starts with, ends with, matches or equals (``=`` with ``any case``)."""

    operand: Expr
    test: str
    pattern: Expr
    negated: bool = False
    any_case: bool = False


class WindowKind(StrEnum):
    """How a moment lies to its anchor (now, today, or the moment after ``after``, ``before`` or ``of``)."""

    WITHIN_LAST = "within last"
    WITHIN_NEXT = "within next"
    WITHIN_AFTER = "within after"
    WITHIN_BEFORE = "within before"
    WITHIN_OF = "within of"
    MORE_AGO = "more than ago"
    LESS_AGO = "less than ago"
    AT_LEAST_AGO = "at least ago"
    AT_MOST_AGO = "at most ago"
    MORE_AFTER = "more than after"
    LESS_AFTER = "less than after"
    MORE_BEFORE = "more than before"
    LESS_BEFORE = "less than before"


@dataclass(frozen=True, slots=True)
class Window(Node):
    """``held_at within last 60 days``, ``closed within 48 hours after met``, ``touched more than 45 days ago``."""

    operand: Expr
    kind: WindowKind
    amount: Duration
    anchor: Expr | None = None


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``if c then x else y``; without ``else`` the branches are conditions and it means ``not c or x``."""

    condition: Expr
    then: Expr
    otherwise: Expr | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``email_domain(email)``."""

    function: Name
    arguments: tuple[Expr, ...]


class AggregateKind(StrEnum):
    """The questions one can ask of related records."""

    COUNT = "count"
    ANY = "any"
    EVERY = "every"
    NONE = "none"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    LATEST = "latest"
    EARLIEST = "earliest"


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """``count(meetings where kind = demo)``, ``sum(amount of deals where won)``, ``every(contacts have email is known)``.

    ``value`` is what stands before ``of``, ``by`` the ordering of latest and earliest, ``have`` the condition of every.
    """

    kind: AggregateKind
    relation: Reference
    value: Expr | None = None
    by: Expr | None = None
    where: Expr | None = None
    have: Expr | None = None


@dataclass(frozen=True, slots=True)
class StartOf(Node):
    """``start of fiscal quarter`` (of today) or ``start of month of close_date``."""

    unit: Unit
    fiscal: bool
    moment: Expr | None


@dataclass(frozen=True, slots=True)
class DateOf(Node):
    """``date of accepted_at``: the day of an instant in the ruleset's time zone."""

    moment: Expr


Expr: TypeAlias = (
    Reference | Number | Text | Boolean | Date | DateTime | Duration | Clock | Parens | Unary | Binary
    | Membership | KnownTest | TextTest | Window | Conditional | Call | Aggregate | StartOf | DateOf
)  # fmt: skip


# --- criteria ----------------------------------------------------------------------------------------------------


class GroupKind(StrEnum):
    """How the members of a group of criteria count."""

    ALL = "all of"
    ANY = "any of"
    AT_LEAST = "at least"
    BARE = "bare"
    """``{ … }`` without a word: fine around one criterion, a problem around several."""


@dataclass(frozen=True, slots=True)
class Criterion(Node):
    """``reachable: domain is known``. ``name`` is None only for a condition that stands alone, without braces."""

    name: Name | None
    condition: Expr
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class CriteriaGroup(Node):
    """``all of { … }``, ``commercial: any of { … }``, ``at least 2 of { … }``."""

    kind: GroupKind
    members: tuple[Criteria, ...]
    count: int | None = None
    name: Name | None = None
    doc: str | None = None


Criteria: TypeAlias = Criterion | CriteriaGroup
