"""What is said of data: definitions, classifications, scores, rules, lifecycles, assertions and examples; a file of all of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from revrules.syntax.literals import Node
from revrules.syntax.schema import Allow, Calendar, Entity, EnumDecl, FileOwner, Header, Import, ListDecl, System, Team

if TYPE_CHECKING:
    from revrules.syntax.expressions import Criteria, Expr, Range, Reference
    from revrules.syntax.literals import Date, DateTime, Duration, GivenValue, Name, Number, RecordValue, Text
    from revrules.syntax.schema import Member


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
