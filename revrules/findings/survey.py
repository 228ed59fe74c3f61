"""A ruleset into what the findings ask of it again and again: who owns what, what reads what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import Read, reads_of, walk
from revrules.reads import said
from revrules.stages import StageGraph, graph

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from revrules.diagnostics import Problem
    from revrules.findings.scopes import Scope
    from revrules.ir import Allow, Definition, Entity, Expr, FieldDecl, Ruleset


@dataclass(frozen=True, slots=True)
class Uses:
    """What an expression reads and what it refers to, through all definitions: fields, definitions (by id), lists, calendars."""

    fields: frozenset[Read] = frozenset()
    definitions: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()


def together(uses: Iterable[Uses]) -> Uses:
    """Return what any of ``uses`` has."""
    found = list(uses)
    return Uses(
        frozenset[Read]().union(*(each.fields for each in found)),
        frozenset[str]().union(*(each.definitions for each in found)),
        frozenset[str]().union(*(each.lists for each in found)),
        frozenset[str]().union(*(each.calendars for each in found)),
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """A ruleset with its entities, definitions, fields and graphs by name.

    ``ties`` are the fields that only identify or relate records, ``defined`` what each definition uses, ``used`` what
    anything at all uses. ``allows`` are those in force.
    """

    ruleset: Ruleset
    today: datetime.date
    entities: Mapping[str, Entity]
    definitions: Mapping[str, Definition]
    fields: Mapping[Read, FieldDecl]
    ties: frozenset[Read]
    graphs: tuple[StageGraph, ...]
    defined: Mapping[str, Uses]
    used: Uses
    allows: tuple[Allow, ...] = ()

    def accepts(self, problem: Problem, *subjects: str) -> bool:
        """Return whether an ``allow`` that names one of ``subjects`` takes it out of a summary of ``problem``."""
        return any(allow.finding in (problem.name, problem.code) and allow.on in subjects for allow in self.allows)

    def uses(self, expr: Expr, entity: str) -> Uses:
        """Return what ``expr``, judged for a record of ``entity``, uses."""
        return _uses(expr, (entity,), self.entities, self.defined)

    def gate(self, graph: StageGraph, stage: str) -> Uses:
        """Return what decides whether a record enters ``stage``: its criteria, its stamp, the conditions of its edges."""
        entity = graph.lifecycle.entity
        conditions = [graph.stages[stage].condition, *(edge.condition for edge in graph.entering[stage])]
        stamp = graph.stages[stage].stamped_by
        judged = [expr for expr in conditions if not isinstance(expr, ir.Literal)]
        return together(self.uses(expr, entity) for expr in (*judged, *([stamp] if stamp else [])))


def survey(ruleset: Ruleset, today: datetime.date) -> Survey:
    """Return the survey of ``ruleset`` as of ``today``."""
    entities = {entity.name: entity for entity in ruleset.entities}
    defined: dict[str, Uses] = {}
    for definition in ruleset.definitions:
        defined[definition.id] = _uses(definition.expr, (definition.entity,), entities, defined)
    judged = [*conditions(ruleset), *_expected(ruleset)]
    return Survey(
        ruleset,
        today,
        entities,
        {definition.id: definition for definition in ruleset.definitions},
        {Read(entity.name, field.name): field for entity in ruleset.entities for field in entity.fields},
        frozenset(_ties(ruleset)),
        tuple(graph(lifecycle) for lifecycle in ruleset.lifecycles),
        defined,
        together(_uses(expr, scope, entities, defined) for expr, scope in judged if not isinstance(expr, ir.Literal)),
        tuple(allow for allow in ruleset.allows if allow.until is None or allow.until >= today),
    )


def _expected(ruleset: Ruleset) -> Iterator[tuple[Expr, Scope]]:
    """Yield the expressions that examples name."""
    for example in ruleset.examples:
        for expectation in example.expectations:
            if expectation.expr is not None:
                yield expectation.expr, (example.entity,)


def _ties(ruleset: Ruleset) -> Iterator[Read]:
    """Yield keys and the fields that relations follow."""
    for entity in ruleset.entities:
        if entity.key is not None:
            yield Read(entity.name, entity.key)
        yield from (Read(entity.name, field.name) for field in entity.fields if field.implied)
        yield from (Read(r.entity if r.many else entity.name, r.by) for r in entity.relations)


def conditions(ruleset: Ruleset) -> Iterator[tuple[Expr, Scope]]:
    """Yield every expression in which the ruleset speaks of a record, with its scope: not those of examples."""
    yield from ((expr, (entity,)) for entity, expr in said(ruleset))


def everywhere(ruleset: Ruleset) -> Iterator[tuple[Expr, Scope]]:
    """Yield every expression inside the conditions of the ruleset, with its scope."""
    for expr, scope in conditions(ruleset):
        yield from walk(expr, scope)


def _uses(expr: Expr, scope: Scope, entities: Mapping[str, Entity], defined: Mapping[str, Uses]) -> Uses:
    own: defaultdict[str, set[str]] = defaultdict(set)
    fields: set[Read] = set()
    for node, here in walk(expr, scope):
        fields.update(reads_of(node, here, entities))
        match node:
            case ir.Ref(definition):
                own["definitions"].add(definition)
            case ir.InList(_, name):
                own["lists"].add(name)
            case ir.BusinessShift(_, _, _, name):
                own["calendars"].add(name)
            case _:
                pass
    names = (frozenset(own[kind]) for kind in ("definitions", "lists", "calendars"))
    return together([Uses(frozenset(fields), *names), *(defined[id_] for id_ in own["definitions"])])
