"""What data look like: headers, teams, systems, lists, calendars, enums, entities with their fields and relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.syntax.literals import Node

if TYPE_CHECKING:
    import datetime

    from revrules.syntax.expressions import Range
    from revrules.syntax.literals import Date, Literal, Name, Text
    from revrules.types import Unit


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
