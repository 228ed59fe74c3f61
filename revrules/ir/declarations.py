"""What is declared of records: definitions, rules, lifecycles, assertions, examples; and a whole ruleset."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from revrules.ir.expressions import Collects, Expr, Field, Node, Table, Value

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from revrules.ir.schema import Calendar, DecisionTable, Entity, System, Team, ValueList
    from revrules.types import Type, Unit


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
