"""Where the records are: a table for each entity that is read, its columns, and how related tables join."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.backends.sql.tree import Sql


class Held(Enum):
    """What a column of a table holds, as far as reading it matters."""

    VALUE = "value"
    """Values that are typed and clean already: NULL is missing, all else is a value of the field's type and domain as this
    package holds it (``type_names``).
    """
    TEXT = "text"
    """Texts, as an export has them: read as language.md, section 10, reads cells."""
    BOOLEAN = "boolean"
    INTEGER = "integer"
    """Whole numbers of any width."""
    DECIMAL = "decimal"
    """Exact decimals of any precision and scale."""
    DOUBLE = "double"
    DATE = "date"
    TIMESTAMP = "timestamp"
    """Dates and times without a zone: local to the ruleset's time zone."""
    INSTANT = "instant"
    """Dates and times with a zone: instants."""
    INTERVAL = "interval"
    OTHER = "other"
    """A type that no field can hold."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a table: its name there, what it holds, and the engine's own name of its type where that is known."""

    name: str
    held: Held
    type: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A related table and how it joins: ``there`` is the field of the related record that holds the key, ``here`` the field of
    the holder. Keys are compared by their text without white space around it, as ``tables.related`` does.

    Of several records of one key a ``one`` relation takes that with the least ``ordered_by``, a column of the related table;
    where there is none, that with the least columns, from left to right.
    """

    source: Source
    here: str
    there: str
    ordered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A table of records of ``entity``: what to select from, which column has which field, and the related tables by relation.

    A field without a column is missing in every record; a relation without a link has no records. ``passed`` are columns of the
    table that the query hands on to its result, by the name that they get there.
    """

    entity: str
    table: Sql
    columns: Mapping[str, SourceColumn]
    links: Mapping[str, Link] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
