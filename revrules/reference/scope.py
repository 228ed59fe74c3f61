"""Names in an expression into records: the record at hand, those around it, those that relations lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from revrules.runtime.clock import date_of, working_time, zone_of
from revrules.runtime.patterns import compile_pattern

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from revrules import ir
    from revrules.runtime.clock import WorkingTime
    from revrules.runtime.patterns import Pattern

    Record: TypeAlias = Mapping[str, object]
    Range: TypeAlias = tuple[ir.Value, ir.Value]


@dataclass(frozen=True, slots=True)
class World:
    """What every expression of one evaluation shares: the ruleset and the as-of instant, and values found before."""

    ruleset: ir.Ruleset
    now: datetime.datetime
    values: dict[tuple[int, str], ir.Value | None] = field(default_factory=dict)
    ranges: dict[tuple[int, str], Range | None] = field(default_factory=dict)
    depends: dict[tuple[int, str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    patterns: dict[tuple[str, bool], Pattern] = field(default_factory=dict)
    by_id: Mapping[str, ir.Definition] = field(default_factory=dict)
    """The definitions of the ruleset, for many evaluations; without it they are looked for."""

    @property
    def zone(self) -> datetime.tzinfo:
        """The ruleset's time zone."""
        return zone_of(self.ruleset.timezone)

    @property
    def today(self) -> datetime.date | None:
        """The day of the as-of instant in the ruleset's time zone."""
        return date_of(self.now, self.zone)

    def definition(self, id_: str) -> ir.Definition:
        """Return the definition with that id, which exists."""
        return self.by_id[id_] if self.by_id else self.ruleset.definition(id_)

    def calendar(self, name: str) -> WorkingTime:
        """Return the calendar of that name, which exists."""
        found = self.ruleset.calendar(name)
        return working_time(found.days, found.opens, found.closes, found.timezone, found.holidays)

    def pattern(self, text: str, any_case: bool) -> Pattern:
        """Return the compiled pattern."""
        if (text, any_case) not in self.patterns:
            self.patterns[text, any_case] = compile_pattern(text, any_case=any_case)
        return self.patterns[text, any_case]


@dataclass(frozen=True, slots=True)
class Scope:
    """A record at hand. ``record`` is None for one that a relation does not find; ``outer`` is the record around an aggregate.

    ``names`` are the relations that lead here from the record that is judged: missing fields are reported with them.
    """

    world: World
    record: Record | None
    names: tuple[str, ...] = ()
    outer: Scope | None = None

    def at(self, path: tuple[str, ...], up: int = 0) -> Scope:
        """Return the scope of the record that ``path`` and ``up`` name."""
        if up:
            assert self.outer is not None, "the checker counted the aggregates around"
            return self.outer.at(path, up - 1)
        record = self.record
        for name in path:
            record = None if record is None else cast("Record | None", record[name])
        return Scope(self.world, record, (*self.names, *path)) if path else self

    def alone(self) -> Scope:
        """Return the scope of this record without those around it: what a definition sees."""
        return Scope(self.world, self.record, self.names)

    def field(self, name: str) -> ir.Value | None:
        """Return the value of a field, None where it is missing."""
        return None if self.record is None else cast("ir.Value | None", self.record[name])

    def field_name(self, name: str) -> str:
        """Return how the ruleset names a field of this record."""
        return ".".join((*self.names, name))

    def related(self, relation: ir.Many) -> tuple[Scope, ...]:
        """Return a scope for every record of a ``many`` relation; none where its holder is absent."""
        holder = self.at(relation.path, relation.up)
        records = [] if holder.record is None else cast("list[Record]", holder.record[relation.name])
        names = (*holder.names, relation.name)
        return tuple(Scope(self.world, record, names, self) for record in records)
