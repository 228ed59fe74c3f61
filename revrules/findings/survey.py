"""A ruleset into what the findings ask of it again and again: who owns what, what reads what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.reads import Read, reads_of, walk
from revrules.stages import StageGraph, graph

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from revrules.findings.reads import Scope
    from revrules.ir import Definition, Entity, Expr, FieldDecl, Lifecycle, Ruleset, Stage


@dataclass(frozen=True, slots=True)
class Uses:
    """What an expression reads and what it refers to, through all definitions: fields, definitions (by id), lists, calendars."""

    fields: frozenset[Read] = frozenset()
    definitions: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()

    def __or__(self, other: Uses) -> Uses:
        return Uses(
            self.fields | other.fields,
            self.definitions | other.definitions,
            self.lists | other.lists,
            self.calendars | other.calendars,
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """A ruleset with its entities, definitions, fields and graphs by name. ``defined`` has what each definition uses."""

    ruleset: Ruleset
    today: datetime.date
    entities: Mapping[str, Entity]
    definitions: Mapping[str, Definition]
    fields: Mapping[Read, FieldDecl]
    graphs: tuple[StageGraph, ...]
    defined: Mapping[str, Uses]

    def uses(self, expr: Expr, entity: str) -> Uses:
        """Return what ``expr``, judged for a record of ``entity``, uses."""
        return _uses(expr, (entity,), self.entities, self.defined)

    def gate(self, lifecycle: Lifecycle, stage: Stage) -> Uses:
        """Return what the gate of ``stage`` uses; a stamp that opens it too is not a criterion and left out."""
        return self.uses(stage.condition, lifecycle.entity)


def survey(ruleset: Ruleset, today: datetime.date) -> Survey:
    """Return the survey of ``ruleset`` as of ``today``."""
    entities = {entity.name: entity for entity in ruleset.entities}
    defined: dict[str, Uses] = {}
    for definition in ruleset.definitions:
        defined[definition.id] = _uses(definition.expr, (definition.entity,), entities, defined)
    return Survey(
        ruleset,
        today,
        entities,
        {definition.id: definition for definition in ruleset.definitions},
        {Read(entity.name, field.name): field for entity in ruleset.entities for field in entity.fields},
        tuple(graph(lifecycle) for lifecycle in ruleset.lifecycles),
        defined,
    )


def conditions(ruleset: Ruleset) -> Iterator[tuple[Expr, Scope]]:
    """Yield every expression of the ruleset that says what holds, with its scope: not those of examples."""
    for definition in ruleset.definitions:
        yield definition.expr, (definition.entity,)
    for rule in ruleset.rules:
        yield from ((rule.when, (rule.entity,)), (rule.require, (rule.entity,)))
    for lifecycle in ruleset.lifecycles:
        yield from ((stage.condition, (lifecycle.entity,)) for stage in lifecycle.stages)
        yield from ((edge.condition, (lifecycle.entity,)) for edge in lifecycle.edges)
    for assertion in ruleset.assertions:
        yield from ((assertion.where, (assertion.entity,)), (assertion.has, (assertion.entity,)))


def everywhere(ruleset: Ruleset) -> Iterator[tuple[Expr, Scope]]:
    """Yield every expression inside the conditions of the ruleset, with its scope."""
    for expr, scope in conditions(ruleset):
        yield from walk(expr, scope)


def _uses(expr: Expr, scope: Scope, entities: Mapping[str, Entity], defined: Mapping[str, Uses]) -> Uses:
    found: defaultdict[str, set[str]] = defaultdict(set)
    fields: set[Read] = set()
    inner = Uses()
    for node, here in walk(expr, scope):
        fields.update(reads_of(node, here, entities))
        match node:
            case ir.Ref(definition):
                found["definitions"].add(definition)
                inner |= defined[definition]
            case ir.InList(_, name):
                found["lists"].add(name)
            case ir.BusinessShift(_, _, _, name):
                found["calendars"].add(name)
            case _:
                pass
    own = (frozenset(found[kind]) for kind in ("definitions", "lists", "calendars"))
    return inner | Uses(frozenset(fields), *own)
