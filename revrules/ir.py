"""The intermediate representation: what a ruleset means, fully explicit. Every interpretation reads this and nothing else.

Names are resolved, types known, sugar gone. Windows are comparisons, ``every`` is the absence of a counterexample, a missing
value is handled where a node says so. Nodes are immutable; places (``span``) take no part in comparisons, so two expressions
are equal when they are written alike.

Values in a literal: bool, int (integer), float (number), Decimal with at most four places (money), str (text, and enum
members by name), date, datetime (aware, UTC), timedelta (duration).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from revrules.types import EnumType, Scalar, Type

if TYPE_CHECKING:
    from revrules.source import Span
    from revrules.syntax import Unit

Value: TypeAlias = bool | int | float | Decimal | str | datetime.date | datetime.datetime | datetime.timedelta


@dataclass(frozen=True, slots=True)
class Node:
    """Whatever came from a place in a file; None for what the compiler added."""

    span: Span | None = field(default=None, kw_only=True, compare=False, repr=False)


# --- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant. ``value`` is None for the constant that is missing."""

    value: Value | None
    type: Type


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of the record at hand, or across ``path`` (names of ``one`` relations) of a related one.

    ``up`` counts how many aggregates out the record is: 0 is the innermost. ``this.x`` inside one aggregate has 1.
    """

    name: str
    type: Type
    path: tuple[str, ...] = ()
    up: int = 0


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """The value of a definition (``Definition.id``) for the record that ``path`` and ``up`` name, as in ``Field``.

    ``ranged``: the definition is a score, or a value made of scores and counts by + and -.
    """

    definition: str
    type: Type
    path: tuple[str, ...] = ()
    up: int = 0
    ranged: bool = False


@dataclass(frozen=True, slots=True)
class Now(Node):
    """The as-of instant (datetime)."""


@dataclass(frozen=True, slots=True)
class Today(Node):
    """The day of the as-of instant in the ruleset's time zone (date)."""


class ArithOp(StrEnum):
    """Arithmetic. The result's type is in the node; overflow and division by zero are missing."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"


@dataclass(frozen=True, slots=True)
class Arith(Node):
    """Arithmetic on operands of the types that language.md allows; a missing operand gives missing.

    Numeric: both operands and the result have ``type`` (integers beside a number stand in a ``Call("number")``), but money *
    integer is money and ``/`` always takes and gives numbers. Time: moment ± duration, moment - moment = duration, duration ±
    duration, duration * integer (date ± duration does not occur: days on a date are a ``Shift``).
    """

    op: ArithOp
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """The negative of an integer, number, money or duration."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Shift(Node):
    """A date or datetime, ``count`` calendar units later (earlier when negative); on a date none shorter than a day."""

    moment: Expr
    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class BusinessShift(Node):
    """A datetime, ``count`` business hours, minutes or days later (earlier when negative) in the named calendar."""

    moment: Expr
    count: int
    unit: Unit
    calendar: str


@dataclass(frozen=True, slots=True)
class StartOf(Node):
    """The first day of the week, month, quarter or year of a date; ``first_month`` is 1 unless fiscal."""

    moment: Expr
    unit: Unit
    first_month: int = 1


@dataclass(frozen=True, slots=True)
class DateOf(Node):
    """The day of a datetime in the ruleset's time zone."""

    moment: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the catalogue (``revrules.functions``)."""

    function: str
    arguments: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class OrElse(Node):
    """``first``, or ``second`` where it is missing (also for conditions)."""

    first: Expr
    second: Expr


@dataclass(frozen=True, slots=True)
class If(Node):
    """``then`` where the condition is true, ``otherwise`` where false, missing where unknown (also for conditions)."""

    condition: Expr
    then: Expr
    otherwise: Expr


class ChooseMode(StrEnum):
    """How a classification picks its branch."""

    FIRST_MATCH = "first match"
    EXACTLY_ONE = "exactly one"
    COLLECT = "collect"
    """Of decision tables only: no single branch, but every one that is true (``Collects``)."""


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """A classification: the member of the branch that ``mode`` picks; ``otherwise`` where all are false."""

    mode: ChooseMode
    branches: tuple[tuple[Expr, str], ...]
    otherwise: str | None
    type: EnumType


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A classification by a decision table, FIRST_MATCH or EXACTLY_ONE: as ``Choose``, the rows being the branches.

    A row is true when all of its cells are, false when one is, else unknown. ``table`` is a ``DecisionTable.name``; ``inputs``
    are the values of its columns, in their order. ``revrules.rows`` writes a table out as a ``Choose`` of the same meaning.
    """

    table: str
    inputs: tuple[Expr, ...]
    type: EnumType


# --- related records ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Many(Node):
    """The related records of a ``many`` relation of the record that ``path`` and ``up`` name. ``entity`` is theirs."""

    name: str
    entity: str
    path: tuple[str, ...] = ()
    up: int = 0


@dataclass(frozen=True, slots=True)
class Count(Node):
    """Ranged integer: at least the records for which ``where`` is true, at most those for which it is not false.

    ``where`` is judged with the related record at hand (the current record is then ``up=1``). Missing fields of the
    holder of the relation never make it missing: a relation that is absent has no records.
    """

    relation: Many
    where: Expr


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """The sum of ``value`` over the records for which ``where`` is true; 0 for none; missing as language.md says."""

    relation: Many
    value: Expr
    where: Expr
    type: Type


class ExtremeOp(StrEnum):
    """Which end."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The least or greatest ``value`` of the records for which ``where`` is true; missing for none."""

    op: ExtremeOp
    relation: Many
    value: Expr
    where: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Pick(Node):
    """``value`` of the record with the least (MIN, earliest) or greatest (MAX, latest) ``by``; missing as language.md says."""

    op: ExtremeOp
    relation: Many
    value: Expr
    by: Expr
    where: Expr
    type: Type


# --- scores ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line(Node):
    """``points`` when ``condition`` is true, times ``per`` (a missing one makes the score missing), limited to ``up_to``."""

    points: int | float
    condition: Expr
    per: Expr | None = None
    up_to: int | float | None = None


@dataclass(frozen=True, slots=True)
class Points(Node):
    """Ranged: ``base`` plus the lines, kept inside ``low``..``high`` where these are given. INTEGER or NUMBER."""

    base: int | float
    lines: tuple[Line, ...]
    low: int | float | None
    high: int | float | None
    type: Type


# --- conditions --------------------------------------------------------------------------------------------------


class CompareOp(StrEnum):
    """Comparisons."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Kleene's not."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class And(Node):
    """Kleene's and; at least one operand."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Kleene's or; at least one operand."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """True when ``count`` operands are true, false when fewer than ``count`` are not false, else unknown."""

    count: int
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison of two values of one type (enums by their declared order); unknown when one is missing."""

    op: CompareOp
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class RangedCompare(Node):
    """A comparison where at least one side is ranged: true (false) when it is for every pair out of the two ranges."""

    op: CompareOp
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """Whether a value is among constants of its type, in source order, without repetitions; unknown when missing.

    ``any_case``: text, compared after folding; the values are folded already.
    """

    operand: Expr
    values: tuple[Value, ...]
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class InList(Node):
    """Whether a value is among the items of a declared list."""

    operand: Expr
    list: str
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Known(Node):
    """Whether a value is there (for a condition: is not unknown); never unknown."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Related(Node):
    """Whether the ``one`` relation at the end of ``path`` (not empty) has a record; never unknown."""

    path: tuple[str, ...]
    up: int = 0


class TextOp(StrEnum):
    """Tests of a text against another."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    EQUALS = "equals"


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    """``operand`` against ``pattern``; unknown when one is missing. EQUALS occurs only with ``any_case``."""

    op: TextOp
    operand: Expr
    pattern: Expr
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Matches(Node):
    """Whether the whole text matches the pattern (language.md, section 4); the pattern was checked."""

    operand: Expr
    pattern: str
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Collects(Node):
    """Whether a decision table that collects has ``member`` among its outputs: Kleene's or of the rows that give it."""

    table: str
    inputs: tuple[Expr, ...]
    member: str


Expr: TypeAlias = (
    Literal | Field | Ref | Now | Today | Arith | Negate | Shift | BusinessShift | StartOf | DateOf | Call | OrElse | If | Choose
    | Table | Count | Sum | Extreme | Pick | Points
    | Not | And | Or | AtLeast | Compare | RangedCompare | OneOf | InList | Known | Related | TextTest | Matches | Collects
)  # fmt: skip


def type_of(expr: Expr) -> Type:
    """Return the type of the values of ``expr``."""
    match expr:
        case Literal() | Field() | Ref() | Arith() | Call() | Choose() | Table() | Sum() | Extreme() | Pick() | Points():
            return expr.type
        case Now() | BusinessShift():
            return Scalar.DATETIME
        case Today() | StartOf() | DateOf():
            return Scalar.DATE
        case Count():
            return Scalar.INTEGER
        case Negate(operand) | Shift(operand) | OrElse(operand):
            return type_of(operand)
        case If(_, then):
            return type_of(then)
        case _:
            return Scalar.BOOLEAN


# --- declarations ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Team(Node):
    """A team."""

    name: str
    label: str
    doc: str = ""
    was: tuple[str, ...] = ()
    """Earlier names; of this and other declarations they mean nothing but to a comparison of versions."""


@dataclass(frozen=True, slots=True)
class System(Node):
    """A system of record."""

    name: str
    label: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ValueList(Node):
    """A list; ``items`` in order without repetitions; ``path`` the file that they came from, as the user names it."""

    name: str
    type: Type
    items: tuple[Value, ...]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Values of an ordered type; None: no end on that side, which not both of them are. The ends belong to it unless open; open
    ends of integers and dates do not occur.
    """

    low: Value | None
    high: Value | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row of a decision table asks of one input.

    Of a known value: whether it is among ``values`` or in one of ``ranges``, the other way round when ``negated``. Of a missing
    one: ``when_missing`` (None: unknown, as any test of a missing value; True and False come from the words for it).

    Text, boolean and enum columns have ``values``, without repetition, in the order of the file; integer, number, money, date,
    datetime and duration columns have ``ranges``, from the least to the greatest, apart from each other; one value is a range
    from it to itself. A cell with ranges is never negated. Three cells have neither: any is ``Cell(negated=True,
    when_missing=True)``, missing is ``Cell(when_missing=True)``, known is ``Cell(negated=True, when_missing=False)``.
    """

    values: tuple[Value, ...] = ()
    ranges: tuple[Interval, ...] = ()
    negated: bool = False
    when_missing: bool | None = None


ANY_CELL = Cell(negated=True, when_missing=True)


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a decision table: its heading, its type, the different cells that its rows have (each once).

    ``any_case``: text, compared after folding; the values are folded already.
    """

    heading: str
    type: Type
    cells: tuple[Cell, ...]
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row: for each column the position of its cell in ``Column.cells``, the member that it gives, its line in the file.

    ``line`` counts as a spreadsheet or editor does: the heading is on line 1 if nothing stands before it.
    """

    cells: tuple[int, ...]
    output: str
    line: int


@dataclass(frozen=True, slots=True)
class DecisionTable(Node):
    """The rows of a file, in their order. ``name`` is the id of the classification (`account.territory`).

    The members of ``type`` are the outputs (by first appearance, then ``otherwise``) or those that the ruleset declares.
    ``otherwise`` is the member where all rows are false. ``heading`` is that of the output's column.
    """

    name: str
    path: str
    mode: ChooseMode
    type: EnumType
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    otherwise: str | None = None

    def cell(self, row: Row, column: int) -> Cell:
        """Return what ``row`` asks of the column at that position."""
        return self.columns[column].cells[row.cells[column]]


@dataclass(frozen=True, slots=True)
class Calendar(Node):
    """Working time: ISO weekdays (Monday is 1), local opening and closing time, IANA time zone, holidays."""

    name: str
    days: tuple[int, ...]
    opens: datetime.time
    closes: datetime.time
    timezone: str
    holidays: tuple[datetime.date, ...]


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How an export writes a field's values: strptime patterns, boolean spellings, number marks, a duration's unit."""

    patterns: tuple[str, ...] = ()
    true_texts: tuple[str, ...] = ()
    false_texts: tuple[str, ...] = ()
    decimal_mark: str = "."
    group_mark: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    """A field of an entity. ``low``/``high`` bound it (both ends in, unless ``high_open``)."""

    name: str
    type: Type
    low: Value | None = None
    high: Value | None = None
    high_open: bool = False
    required: bool = False
    columns: tuple[str, ...] = ()
    format: CellFormat = CellFormat()
    missing_when: tuple[Value, ...] = ()
    """Stand-ins for missing: values of the field's type, or texts to be compared with the cell as written."""
    systems: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    implied: bool = False
    """Not declared: the column that a ``one`` relation follows."""
    doc: str = ""
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A relation. One: ``by`` is a field of this entity holding the other's key. Many: ``by`` is a field of the other."""

    name: str
    many: bool
    entity: str
    by: str
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity(Node):
    """An entity. ``key`` is None where records need no identity."""

    name: str
    label: str
    key: str | None
    fields: tuple[FieldDecl, ...]
    relations: tuple[Relation, ...]
    doc: str = ""
    was: tuple[str, ...] = ()

    def field(self, name: str) -> FieldDecl | None:
        """Return the field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """Return the relation of that name, or None."""
        return next((r for r in self.relations if r.name == name), None)


class GroupKind(StrEnum):
    """How the members of a group count."""

    ALL = "all of"
    ANY = "any of"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True)
class Criterion(Node):
    """A named condition."""

    name: str
    condition: Expr
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Group(Node):
    """Criteria that count together; ``count`` for AT_LEAST."""

    kind: GroupKind
    members: tuple[Criteria, ...]
    count: int = 0
    name: str | None = None
    doc: str = ""


Criteria: TypeAlias = Criterion | Group


class DefinitionKind(StrEnum):
    """What declared it."""

    DEFINE = "define"
    CLASSIFY = "classify"
    SCORE = "score"


class Variance(StrEnum):
    """The declared relation to another definition."""

    NARROWS = "narrows"
    WIDENS = "widens"
    SAME_AS = "same as"


@dataclass(frozen=True, slots=True)
class Definition(Node):
    """A named value of an entity. ``id`` is unique: `account.qualified` or `account.qualified for sales`.

    ``criteria`` is the group as written, for conditions that have one; ``expr`` always says the meaning.
    """

    id: str
    name: str
    entity: str
    kind: DefinitionKind
    type: Type
    expr: Expr
    team: str | None = None
    label: str = ""
    owners: tuple[str, ...] = ()
    criteria: Criteria | None = None
    variance: tuple[Variance, str] | None = None
    """The declared relation and the other definition's id."""
    doc: str = ""
    was: tuple[str, ...] = ()
    """Earlier values of ``name``."""


class Level(StrEnum):
    """What a violation of a rule asks for."""

    OBSERVE = "observe"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """Violated when ``when`` is true and ``require`` is false."""

    name: str
    entity: str
    level: Level
    when: Expr
    require: Expr
    message: str
    owners: tuple[str, ...] = ()
    criteria: Criteria | None = None
    """``require`` as written."""
    doc: str = ""
    was: tuple[str, ...] = ()


class Quantifier(StrEnum):
    """Of an assertion."""

    EVERY = "every"
    NO = "no"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Assertion(Node):
    """A claim about the records of ``entity`` that are placed in ``stage`` (of ``lifecycle``), if given, and fulfil ``where``.

    EVERY one has ``has``; NO one has; there can be SOME that has.
    """

    name: str
    quantifier: Quantifier
    entity: str
    where: Expr
    has: Expr
    lifecycle: str | None = None
    stage: str | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Edge(Node):
    """A way from one stage to another; ``condition`` is the edge's own (a literal true without one)."""

    source: str
    target: str
    back: bool
    condition: Expr


class Outcome(StrEnum):
    """How a stage ends a lifecycle."""

    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LeaveWithin(Node):
    """The time after the stamp within which a record should leave the stage."""

    count: int
    unit: Unit
    calendar: str | None = None
    """For business time."""


@dataclass(frozen=True, slots=True)
class Stage(Node):
    """A stage. ``requires`` is None for a stage without criteria; ``condition`` says the same as one expression (true if none).

    The gate is open when the field ``stamped_by`` is known or ``condition`` is true (language.md, section 9).
    """

    name: str
    labels: tuple[str, ...]
    was: tuple[str, ...]
    entry: bool
    owners: tuple[str, ...]
    requires: Criteria | None
    condition: Expr
    stamped_by: Field | None = None
    leave_within: LeaveWithin | None = None
    outcome: Outcome | None = None
    probability: Decimal | None = None
    """0 to 1."""
    forecast: str | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle(Node):
    """A stage graph. ``stages`` in the order of the file; ``edges`` by source, then in the order of their targets."""

    name: str
    label: str
    entity: str
    stages: tuple[Stage, ...]
    edges: tuple[Edge, ...]
    tracks: Field | None = None
    doc: str = ""
    was: tuple[str, ...] = ()

    def stage(self, name: str) -> Stage:
        """Return the stage of that name, which exists."""
        return next(stage for stage in self.stages if stage.name == name)


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """One claim of an example, as in ``syntax.Expectation``; ``expr`` and ``value`` for EXPECT_VALUE, else ``names``."""

    kind: str
    """stage, verdict, blocked by, missing, violates, value."""
    names: tuple[str, ...] = ()
    lifecycle: str | None = None
    expr: Expr | None = None
    value: Value | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Example(Node):
    """A record with what must come out. ``given`` nests: field → value, one → record or None, many → list of records."""

    title: str
    entity: str
    as_of: datetime.datetime | None
    given: tuple[tuple[str, Given], ...]
    expectations: tuple[Expectation, ...]


Given: TypeAlias = Value | tuple[tuple[str, "Given"], ...] | list[tuple[tuple[str, "Given"], ...]] | None


@dataclass(frozen=True, slots=True)
class Allow(Node):
    """An accepted finding: its name or code, the declaration it is about (None: any), why, until when."""

    finding: str
    on: str | None
    because: str
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Ruleset(Node):
    """A whole ruleset. Everything is in the order of the files, imports first."""

    name: str
    title: str
    steward: str | None
    currency: str | None
    timezone: str
    fiscal_year_start: int
    review_by: datetime.date | None
    teams: tuple[Team, ...] = ()
    systems: tuple[System, ...] = ()
    lists: tuple[ValueList, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    entities: tuple[Entity, ...] = ()
    definitions: tuple[Definition, ...] = ()
    """In an order in which each stands after those it refers to."""
    rules: tuple[Rule, ...] = ()
    lifecycles: tuple[Lifecycle, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    examples: tuple[Example, ...] = ()
    allows: tuple[Allow, ...] = ()
    tables: tuple[DecisionTable, ...] = ()

    def entity(self, name: str) -> Entity:
        """Return the entity of that name, which exists."""
        return next(entity for entity in self.entities if entity.name == name)

    def definition(self, id_: str) -> Definition:
        """Return the definition of that id, which exists."""
        return next(definition for definition in self.definitions if definition.id == id_)

    def lifecycle(self, name: str) -> Lifecycle:
        """Return the lifecycle of that name, which exists."""
        return next(lifecycle for lifecycle in self.lifecycles if lifecycle.name == name)

    def calendar(self, name: str) -> Calendar:
        """Return the calendar of that name, which exists."""
        return next(calendar for calendar in self.calendars if calendar.name == name)

    def table(self, name: str) -> DecisionTable:
        """Return the decision table of that name, which exists."""
        return next(table for table in self.tables if table.name == name)

    def inputs(self, table: DecisionTable) -> tuple[Expr, ...]:
        """Return the values of the columns of one of the tables: what its classification says."""
        asked = (d.expr for d in self.definitions if isinstance(d.expr, Table | Collects))
        return next(expr.inputs for expr in asked if expr.table == table.name)

    def value_list(self, name: str) -> ValueList:
        """Return the list of that name, which exists."""
        return next(values for values in self.lists if values.name == name)
