"""The tables of names that checking fills and reads: entities with their fields and definitions, teams, lists, calendars."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from revrules import syntax

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from revrules import ir
    from revrules.check.report import Report
    from revrules.source import Source, Span
    from revrules.types import EnumType, Type

DefinitionDecl: TypeAlias = syntax.Define | syntax.Classify | syntax.Score


@dataclass(frozen=True, slots=True)
class Domain:
    """The range of a field or score that comparisons with literals are held against."""

    name: str
    low: ir.Value | None
    high: ir.Value | None
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A checked expression with its type; ``ranged`` for counts, scores, and their sums (language.md, section 3)."""

    expr: ir.Expr
    type: Type
    ranged: bool = False
    domain: Domain | None = None


@dataclass(slots=True, eq=False)
class DefinitionInfo:
    """A define, classify or score. ``term`` is its value once that was checked, None before and where that failed."""

    id: str
    name: str
    entity: str
    team: str | None
    owners: tuple[str, ...]
    decl: DefinitionDecl
    checked: bool = False
    term: Term | None = None
    collected: Mapping[str, ir.Expr] | None = None
    outputs: EnumType | None = None
    """Of a classification that collects, which has no term: when it contains each of its outputs, and what these are."""
    criteria: ir.Criteria | None = None


@dataclass(slots=True, eq=False)
class EntityInfo:
    """An entity under construction: what its names stand for."""

    name: str
    decl: syntax.Entity
    fields: dict[str, ir.FieldDecl] = field(default_factory=dict)
    relations: dict[str, ir.Relation] = field(default_factory=dict)
    definitions: dict[str, list[DefinitionInfo]] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    """Where each name was declared first."""
    broken: set[str] = field(default_factory=set)
    """Names that are declared, but in a way that was reported."""

    def names(self) -> tuple[str, ...]:
        """Return everything that a reference may name."""
        return (*self.fields, *self.relations, *self.definitions)


@dataclass(slots=True, eq=False)
class Tables:
    """All names of a ruleset, and what every check needs besides: the report, time zone, fiscal year."""

    report: Report
    sources: Mapping[str, Source]
    timezone: ZoneInfo
    fiscal_start: int = 1
    teams: dict[str, ir.Team] = field(default_factory=dict)
    systems: dict[str, ir.System] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    lists: dict[str, ir.ValueList] = field(default_factory=dict)
    broken_lists: set[str] = field(default_factory=set)
    list_members: dict[tuple[str, tuple[str, ...]], tuple[str, ...] | None] = field(default_factory=dict)
    """Lists of labels beside an enum: the members that they stand for, worked out once."""
    spellings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each enum that texts were compared with: the member that each name, label or id stands for."""
    attached: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """As in ``Loaded``: where the text of each file that a declaration names is."""
    decisions: dict[str, ir.DecisionTable] = field(default_factory=dict)
    calendars: dict[str, ir.Calendar] = field(default_factory=dict)
    broken_calendars: set[str] = field(default_factory=set)
    level: int = 0
    """How deep in an expression the check is at the moment."""
    entities: dict[str, EntityInfo] = field(default_factory=dict)
    strays: set[str] = field(default_factory=set)
    """Names of definitions of entities that are not declared, which was reported."""

    def text(self, span: Span) -> str:
        """Return what the user wrote at ``span``, on one line and not longer than a message can bear."""
        source = self.sources.get(span.path)
        written = " ".join(source.span_text(span).split()) if source else ""
        return written if len(written) <= 60 else f"{written[:57]}…"
