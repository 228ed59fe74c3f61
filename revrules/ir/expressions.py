"""What is said of a record: values and conditions, the nodes of expressions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from revrules.types import EnumType, Scalar, Type, Unit

if TYPE_CHECKING:
    from revrules.source import Span

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
