"""What an expression asks of the query around it: columns for the values of the record at hand and of what relates to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.tree import Sql


class Ends(NamedTuple):
    """The least and the greatest number that a ranged value can still be. Both NULL where it is missing; one alone never is."""

    low: Sql
    high: Sql


class When(NamedTuple):
    """The as-of instant (a timestamp in UTC without a zone) and its day in the ruleset's zone, as SQL.

    ``instant`` is the same as a value where it is known when the SQL is made: then what depends on nothing
    else is worked out in Python.
    """

    now: Sql
    today: Sql
    instant: object = None


class Aggregate(NamedTuple):
    """A value over the related records of one record: its SQL, a call of an aggregate function of the engine over the columns of
    the related record, and what it is where there is no related record. ``hint`` becomes a part of the column's name.
    """

    value: Sql
    empty: Sql
    hint: str = ""


class Scope(Protocol):
    """The record at hand. What it returns are columns of the query at this place, or constants.

    SQL is built from the inside out: asking for a column makes it. A scope keeps what was asked for, each once.
    """

    @property
    def dialect(self) -> Dialect:
        """The dialect to build for."""

    @property
    def ruleset(self) -> ir.Ruleset:
        """The ruleset."""

    @property
    def when(self) -> When:
        """The as-of."""

    def field(self, node: ir.Field) -> Sql:
        """Return the value of a field: NULL where it is missing."""

    def value(self, node: ir.Ref) -> Sql:
        """Return the value of a definition: NULL where it is missing or unknown, or a range of more than one number."""

    def ends(self, node: ir.Ref) -> Ends:
        """Return the ends of a ranged definition."""

    def related(self, node: ir.Related) -> Sql:
        """Return whether the ``one`` relation has a record; never NULL."""

    def over(self, relation: ir.Many, build: Callable[[Scope], Sequence[Aggregate]]) -> list[Sql]:
        """Return columns with the aggregates that ``build`` makes in the scope of the related records (this one is ``up=1``)."""

    def kept(self, value: Sql, hint: str) -> Sql:
        """Return a column that holds ``value``, so that it can be said several times and is worked out once.

        Constants and columns are returned as they are. ``hint`` becomes a part of the column's name.
        """

    def brought(self, value: Sql, up: int) -> Sql:
        """Return what is said of the record ``up`` aggregates out, in its own scope, as it is said here."""

    def scope_at(self, path: tuple[str, ...], up: int) -> Scope:
        """Return the scope of the record that ``path`` and ``up`` name, without the records around it."""
