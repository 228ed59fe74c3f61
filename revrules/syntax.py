"""The syntax tree: what was written, with its spelling and its places, before anything is looked up.

The formatter and the editor read it; the checker turns it into the IR (``revrules.ir``), which says what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from revrules.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Whatever has a place in a file. The place takes no part in comparisons."""

    span: Span = field(kw_only=True, compare=False, repr=False)


# --- names and literals ------------------------------------------------------------------------------------------


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


class Unit(StrEnum):
    """Units of time; ``business`` ones are marked on ``Duration``."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


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


# --- expressions -------------------------------------------------------------------------------------------------


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
Literal: TypeAlias = Number | Text | Boolean | Date | DateTime
GivenValue: TypeAlias = Number | Text | Boolean | Date | DateTime | Duration | Name | Nothing | RecordValue | ListValue


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


# --- declarations ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allow(Node):
    """``allow no-owner on lead because "…" until 2027-01-31``; inside a declaration it is about that declaration."""

    finding: Name
    on: Name | None
    because: Text
    until: Date | None = None


@dataclass(frozen=True, slots=True)
class Header(Node):
    """``ruleset name { … }``."""

    name: Name
    title: Text | None = None
    steward: Name | None = None
    currency: Name | None = None
    timezone: Text | None = None
    review_by: Date | None = None
    fiscal_year_start: Name | None = None
    """The month in which the fiscal year starts, as in ``fiscal year starts february``."""
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Import(Node):
    """``import "core.rev"``, relative to the file that says it."""

    path: Text


@dataclass(frozen=True, slots=True)
class FileOwner(Node):
    """``for team sales``: owner of every declaration of this file that names none."""

    team: Name


@dataclass(frozen=True, slots=True)
class Team(Node):
    """``team sales "Sales"``."""

    name: Name
    label: Text | None = None
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class System(Node):
    """``system hubspot "HubSpot"``."""

    name: Name
    label: Text | None = None
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class ListDecl(Node):
    """``list core_countries { "DE", "FR" }`` or ``list domains from "lists/domains.txt"``: exactly one of the two."""

    name: Name
    items: tuple[Literal, ...] | None
    path: Text | None
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar(Node):
    """``calendar office { days monday..friday  hours 09:00..17:00  timezone "…"  holidays { … } | from "…" }``.

    ``days`` are the names of the working days, ranges expanded; hours are local times.
    """

    name: Name
    days: tuple[Name, ...]
    opens: datetime.time | None
    closes: datetime.time | None
    timezone: Text | None
    holidays: tuple[Date, ...] = ()
    holidays_path: Text | None = None
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Member(Node):
    """``closed_won "Closed Won" | "closedwon" was won``: a name, the labels and ids that exports use for it, earlier names."""

    name: Name
    labels: tuple[Text, ...] = ()
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumDecl(Node):
    """``enum deal_stage { … }`` or ``ordered enum tier { … }``: an enum that several fields share."""

    name: Name
    members: tuple[Member, ...]
    ordered: bool = False
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class FieldType(Node):
    """``integer``, ``enum { … }``, ``ordered enum { … }``, ``enum deal_stage``; ``word`` is boolean integer number money
    text date datetime duration or enum; ``named`` refers to an ``EnumDecl``, which then has the members."""

    word: str
    members: tuple[Member, ...] = ()
    ordered: bool = False
    named: Name | None = None


@dataclass(frozen=True, slots=True)
class Format(Node):
    """``in "%d-%m-%y"``, ``in "Yes" / "No"``, ``in "1.234,56"``, ``in hours``: how an export writes the values.

    Two non-empty tuples for booleans: the spellings of true, the spellings of false. A unit for durations.
    """

    texts: tuple[Text, ...] = ()
    false_texts: tuple[Text, ...] = ()
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    """``employees integer 1.. as "Number of Employees" missing when -1 from hubspot owner marketing``."""

    name: Name
    type: FieldType
    domain: Range | None = None
    required: bool = False
    columns: tuple[Text, ...] = ()
    """``as "A" | "B"``: the first of these columns that an export has."""
    format: Format | None = None
    missing_when: tuple[Literal, ...] = ()
    systems: tuple[Name, ...] = ()
    owners: tuple[Name, ...] = ()
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationDecl(Node):
    """``meetings many meeting by account_id`` (a field there), ``parent one account by parent_id`` (a column here)."""

    name: Name
    many: bool
    entity: Name
    by: Name
    columns: tuple[Text, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity(Node):
    """``entity account key account_id { … }``; ``label`` as in ``entity account "Account" key …``."""

    name: Name
    key: Name | None
    fields: tuple[FieldDecl, ...]
    relations: tuple[RelationDecl, ...]
    label: Text | None = None
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantRelation(Node):
    """``narrows qualified for marketing``; ``word`` is narrows, widens or same as."""

    word: str
    of: Reference


@dataclass(frozen=True, slots=True)
class Define(Node):
    """``define qualified of account for sales narrows qualified for marketing { owner … means … }``."""

    name: Name
    entity: Name
    team: Name | None
    relation: VariantRelation | None
    owners: tuple[Name, ...]
    means: Criteria | None
    label: Text | None = None
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """``smb "Small" when employees < 100``."""

    member: Member
    condition: Expr
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class TableColumn(Node):
    """``column "Company size" is employees``: the heading of a column and the value that its cells are asked of."""

    heading: Text
    value: Expr


@dataclass(frozen=True, slots=True)
class TableSource(Node):
    """``from "territories.csv" { gives … by … ignore … column … is … any case }`` of a classification: headings are texts.

    ``outputs`` are the members that the rows may give, where these are declared.
    """

    path: Text
    gives: Text | None = None
    outputs: tuple[Member, ...] = ()
    by: tuple[Text, ...] = ()
    ignored: tuple[Text, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Classify(Node):
    """``classify segment of account, exactly one { … otherwise other }``; ``mode`` is exactly one, first match or collect.

    With ``table`` it has no branches: the rows of a file are its branches.
    """

    name: Name
    entity: Name
    mode: str
    branches: tuple[Branch, ...]
    otherwise: Member | None
    owners: tuple[Name, ...] = ()
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    table: TableSource | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreLine(Node):
    """``+40 when c``, ``-5 per count(visits) up to 20 when c``, ``base 10`` (no condition, no per)."""

    points: Number
    condition: Expr | None
    per: Expr | None = None
    up_to: Number | None = None


@dataclass(frozen=True, slots=True)
class Score(Node):
    """``score fit of account 0..100 { … }``: the sum of its lines, kept inside the range."""

    name: Name
    entity: Name
    range: Range | None
    lines: tuple[ScoreLine, ...]
    owners: tuple[Name, ...] = ()
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """``rule amount_set of account, warn { owner …  when …  require …  message "…" }``; level observe, warn or block."""

    name: Name
    entity: Name
    level: Name
    owners: tuple[Name, ...]
    when: Criteria | None
    require: Criteria | None
    message: Text | None = None
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class From(Node):
    """``from lead, mql when …``, ``from any``, ``back from churned``; ``any_stage`` for the word any."""

    stages: tuple[Name, ...]
    any_stage: bool = False
    back: bool = False
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Stage(Node):
    """``stage mql "Marketing qualified lead" | "marketingqualifiedlead" was prospect { … }``."""

    name: Name
    labels: tuple[Text, ...] = ()
    was: tuple[Name, ...] = ()
    entry: bool = False
    owners: tuple[Name, ...] = ()
    froms: tuple[From, ...] = ()
    requires: Criteria | None = None
    stamped_by: Name | None = None
    leave_within: Duration | None = None
    outcome: str | None = None
    """won or lost."""
    probability: Number | None = None
    forecast: Name | None = None
    allows: tuple[Allow, ...] = ()
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle(Node):
    """``lifecycle revenue of account { tracks stage_name … }``."""

    name: Name
    entity: Name
    tracks: Name | None
    stages: tuple[Stage, ...]
    label: Text | None = None
    allows: tuple[Allow, ...] = ()
    doc: str | None = None
    was: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Assertion(Node):
    """``assert every customer of revenue has arr > 0 because "…"``.

    ``quantifier`` is every, no or some. ``subject`` is a stage (``of`` names its lifecycle), an entity, or a condition
    defined by ``define`` (``of`` names its entity). ``where`` narrows the subject, ``has`` is the claim (absent after no and
    some).
    """

    quantifier: str
    subject: Name
    of: Name | None
    where: Expr | None
    has: Expr | None
    because: Text | None = None
    name: Name | None = None
    doc: str | None = None


class Expected(StrEnum):
    """What an ``expect`` can speak of."""

    STAGE = "stage"
    VERDICT = "verdict"
    BLOCKED_BY = "blocked by"
    MISSING = "missing"
    VIOLATES = "violates"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """One claim: ``stage opportunity of revenue`` (``names`` the stage, empty for ``stage none``), ``blocked by a, b``,
    ``verdict ahead``, ``violates r``, ``missing f``, or a value: ``reference = value`` / ``is true|false|unknown|missing``.

    Of a classification that collects ``outputs`` are named: those that it contains (``state`` true), lacks (false), may
    contain (unknown), or without a state all that it contains.
    """

    kind: Expected
    names: tuple[Name, ...] = ()
    of: Name | None = None
    reference: Reference | None = None
    value: GivenValue | None = None
    state: str | None = None
    outputs: tuple[Name | Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Example(Node):
    """``example "…" of account as of 2026-11-21 { given { … } expect … }``."""

    title: Text
    entity: Name
    as_of: Date | DateTime | None
    given: RecordValue
    expectations: tuple[Expectation, ...]
    doc: str | None = None


Declaration: TypeAlias = (
    Header | Import | FileOwner | Team | System | ListDecl | EnumDecl | Calendar | Entity | Define | Classify | Score | Rule
    | Lifecycle | Assertion | Example | Allow
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File(Node):
    """One ``.rev`` file: its declarations in the order in which they stand."""

    declarations: tuple[Declaration, ...]
