"""A survey into findings about fields and names: who writes them, when they are filled, whether anything uses them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import Read, conjuncts, walk
from revrules.problems import ownership as problems
from revrules.reads import collecting, definition_name
from revrules.stages import Ways, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.stages import StageGraph


def systems(survey: Survey) -> Iterator[Diagnostic]:
    """Find fields that gates read and no system, or more than one, provides.

    An entity for none of whose fields a system is named does not take part.
    """
    taking_part = {entity.name for entity in survey.ruleset.entities if any(field.systems for field in entity.fields)}
    for read, gates in _read_by_gates(survey).items():
        field, entity = survey.fields[read], survey.entities[read.entity]
        if len(field.systems) > 1:
            yield problems.two_writers(entity, field, gates)
        elif not field.systems and entity.name in taking_part and read not in survey.ties:
            yield problems.no_system(entity, field, gates)


def field_with_two_owners(survey: Survey) -> Iterator[Diagnostic]:
    """Find fields that several teams own."""
    for entity in survey.ruleset.entities:
        for field in entity.fields:
            if len(field.owners) > 1:
                yield problems.field_with_two_owners(entity, field)


def filled_later(survey: Survey) -> Iterator[Diagnostic]:
    """Find criteria that need the stamp of a stage that only follows, in a lifecycle that does not lead back."""
    for graph in survey.graphs:
        stamped: defaultdict[str, list[ir.Stage]] = defaultdict(list)
        for stage in graph.lifecycle.stages:
            if stage.stamped_by is not None:
                stamped[stage.stamped_by.name].append(stage)
        for stage in graph.lifecycle.stages:
            for part in conjuncts(stage.condition):
                name = _needed_stamp(part, stamped)
                if name and (later := _only_later(graph, stage, stamped[name])):
                    yield problems.filled_later(graph.lifecycle, stage, later, part.span)


def unused_definition(survey: Survey) -> Iterator[Diagnostic]:
    """Find definitions that nothing uses: neither an expression, an example, nor another definition's relation."""
    used = set(survey.used.definitions)
    for definition in survey.ruleset.definitions:
        used.update({definition.variance[1]} if definition.variance else ())
        used.update({collecting(definition)} if definition.id in used else ())
    unused: dict[str, ir.Definition] = {}
    for definition in survey.ruleset.definitions:
        whole = collecting(definition)  # one output that is used uses them all
        id_ = whole or definition.id
        name = definition_name(id_)
        named = (name, id_) if whole else (definition.name, id_, name)
        if id_ not in used and not survey.accepts(problems.UNUSED_DEFINITION, *named):
            unused.setdefault(id_, replace(definition, id=id_, name=name) if whole else definition)
    if unused:
        yield problems.unused_definition(list(unused.values()))


def unused_name(survey: Survey) -> Iterator[Diagnostic]:
    """Find teams, systems, lists and calendars that nothing uses."""
    ruleset, used = survey.ruleset, survey.used
    limits = (stage.leave_within for graph in survey.graphs for stage in graph.lifecycle.stages)
    calendars = used.calendars | {limit.calendar for limit in limits if limit and limit.calendar}
    declared: dict[str, list[tuple[str, ir.Node]]] = {
        "team": [(team.name, team) for team in ruleset.teams if team.name not in _teams(survey)],
        "system": [(system.name, system) for system in ruleset.systems if system.name not in _systems(survey)],
        "list": [(values.name, values) for values in ruleset.lists if values.name not in used.lists],
        "calendar": [(calendar.name, calendar) for calendar in ruleset.calendars if calendar.name not in calendars],
    }
    for kind, found in declared.items():
        unused = [item for item in found if not survey.accepts(problems.UNUSED_NAME, item[0])]
        if unused:
            yield problems.unused_name(kind, unused)


def unused_field(survey: Survey) -> Iterator[Diagnostic]:
    """Find fields that nothing reads, of entities that something reads."""
    read = survey.used.fields
    entities = {found.entity for found in read}
    for entity in survey.ruleset.entities:
        unused = [
            field
            for field in entity.fields
            if Read(entity.name, field.name) not in read
            and Read(entity.name, field.name) not in survey.ties
            and not survey.accepts(problems.UNUSED_FIELD, *problems.field_subjects(entity, field)[:2])
        ]
        if unused and entity.name in entities:
            yield problems.unused_field(entity, unused)


def _read_by_gates(survey: Survey) -> dict[Read, Sequence[ir.Stage]]:
    """Return the fields that gates read, in the order of the file, each with the stages whose gate reads it."""
    found: defaultdict[Read, list[ir.Stage]] = defaultdict(list)
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            for read in survey.gate(graph, stage.name).fields:
                found[read].append(stage)
    return {read: found[read] for read in survey.fields if read in found}


def _needed_stamp(part: ir.Expr, stamped: defaultdict[str, list[ir.Stage]]) -> str | None:
    """Return the name of the stamp that must be known for ``part`` to be true, where it plainly must."""
    match part:
        case ir.Known(ir.Field(name, _, (), 0)) if name in stamped:
            return name
        case ir.Compare(_, left, right):
            sides = [node for side in (left, right) for node, _ in walk(side, ("",)) if not isinstance(node, ir.Field)]
            if any(isinstance(node, ir.OrElse | ir.If | ir.Call | ir.Pick | ir.Extreme | ir.Sum) for node in sides):
                return None
            fields = [node for side in (left, right) for node, _ in walk(side, ("",)) if isinstance(node, ir.Field)]
            return next((f.name for f in fields if f.name in stamped and not f.path and not f.up), None)
        case _:
            return None


def _only_later(graph: StageGraph, stage: ir.Stage, stamped: Sequence[ir.Stage]) -> ir.Stage | None:
    """Return a stage of ``stamped`` that follows ``stage``, when none of them is ``stage`` or can come before it."""
    if any(stage.name in reachable(graph, [other.name], Ways.ALL) for other in stamped):
        return None
    following = reachable(graph, [stage.name], Ways.FORWARD)
    return next((other for other in stamped if other.name in following), None)


def _teams(survey: Survey) -> set[str]:
    """Return the teams that own, define or keep something."""
    ruleset = survey.ruleset
    stages = (stage.owners for lifecycle in ruleset.lifecycles for stage in lifecycle.stages)
    others = ((item.owners for item in items) for items in (ruleset.rules, survey.fields.values()))
    defined = ((*d.owners, d.team) for d in ruleset.definitions)
    named = chain(*stages, *chain(*others), *defined, [ruleset.steward])
    return {team for team in named if team is not None}


def _systems(survey: Survey) -> set[str]:
    return {system for field in survey.fields.values() for system in field.systems}
