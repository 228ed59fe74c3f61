"""Turn a reference into what it stands for: a field, a definition or a relation of the record at hand or a related one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from revrules.problems import names, types

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules import ir, syntax
    from revrules.check.report import Report
    from revrules.check.tables import DefinitionInfo, EntityInfo, Tables
    from revrules.diagnostics import Diagnostic

MAX_PATH = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose names count at a place: those of ``entity``; ``outer`` is the scope around an aggregate.

    ``owners`` are the teams that own the place: they choose among variants.
    """

    tables: Tables
    entity: EntityInfo
    owners: tuple[str, ...] = ()
    outer: Scope | None = None
    depth: int = 0

    def inside(self, entity: EntityInfo) -> Scope:
        """Return the scope inside an aggregate over records of ``entity``."""
        return Scope(self.tables, entity, self.owners, self, self.depth + 1)

    @property
    def judged(self) -> Scope:
        """The scope of the record being judged: the outermost."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


@dataclass(frozen=True, slots=True)
class FieldFound:
    """A field of the record at the end of ``path``."""

    decl: ir.FieldDecl
    path: tuple[str, ...]
    up: int


@dataclass(frozen=True, slots=True)
class DefinitionFound:
    """A definition for the record at the end of ``path``."""

    info: DefinitionInfo
    path: tuple[str, ...]
    up: int


@dataclass(frozen=True, slots=True)
class RelationFound:
    """A relation of the record at the end of ``path``."""

    relation: ir.Relation
    path: tuple[str, ...]
    up: int


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Nothing by that name. ``problem`` makes the diagnostic; None where the reason was reported already."""

    problem: Callable[[], Diagnostic] | None
    absent: bool = True
    """Whether the reason may be that a part of the ruleset could not be read."""


Resolved: TypeAlias = FieldFound | DefinitionFound | RelationFound | Unresolved


def report_unresolved(found: Unresolved, report: Report) -> None:
    """Report why a name stands for nothing, unless that was reported."""
    if found.problem is not None:
        (report.absent if found.absent else report.add)(found.problem())


def resolve(reference: syntax.Reference, scope: Scope) -> Resolved:
    """Return what ``reference`` stands for in ``scope``."""
    here, up, path = scope, 0, reference.path
    if len(path) > 1 and path[0].text == "this" and not path[0].quoted:
        here, up, path = scope.judged, scope.depth, path[1:]
    if len(path) > MAX_PATH + 1:
        return Unresolved(lambda: names.path_too_long(reference.span), absent=False)
    entity = here.entity
    for step in path[:-1]:
        following = _follow(step, entity, scope)
        if isinstance(following, Unresolved):
            return following
        entity = following
    steps, last = tuple(step.text for step in path[:-1]), path[-1]
    if last.text in entity.definitions:
        variant = _variant(reference, entity.definitions[last.text], scope)
        return variant if isinstance(variant, Unresolved) else DefinitionFound(variant, steps, up)
    if reference.team is not None and last.text in (*entity.fields, *entity.relations):
        team = reference.team.text
        return Unresolved(lambda: names.no_variant(reference.span, last.text, team, ()))
    if last.text in entity.fields:
        return FieldFound(entity.fields[last.text], steps, up)
    if last.text in entity.relations:
        return RelationFound(entity.relations[last.text], steps, up)
    return _unknown(last, entity, scope)


def _follow(step: syntax.Name, entity: EntityInfo, scope: Scope) -> EntityInfo | Unresolved:
    """Return the entity that a step of a path leads to."""
    relation = entity.relations.get(step.text)
    if relation is None:
        if step.text in entity.fields or step.text in entity.definitions:
            return Unresolved(lambda: names.not_a_step(step.span, step.text, entity.name), absent=False)
        return _unknown(step, entity, scope)
    if relation.many:
        problem = relation
        return Unresolved(lambda: types.relation_as_value(step.span, problem.name, problem.entity, many=True), absent=False)
    return scope.tables.entities.get(relation.entity) or Unresolved(None)


def _variant(reference: syntax.Reference, variants: list[DefinitionInfo], scope: Scope) -> DefinitionInfo | Unresolved:
    """Return the definition that is meant among those of one name."""
    teams = tuple(info.team for info in variants if info.team is not None)
    name = reference.path[-1].text
    if reference.team is not None:
        team = reference.team
        if team.text not in scope.tables.teams:
            return Unresolved(lambda: names.unknown_team(team.span, team.text, scope.tables.teams))
        found = next((info for info in variants if info.team == team.text), None)
        if found is None and any(other not in scope.tables.teams for other in teams):
            return Unresolved(None)
        return found or Unresolved(lambda: names.no_variant(reference.span, name, team.text, teams))
    if len(variants) == 1:
        return variants[0]
    owned = [info for info in variants if info.team in scope.owners]
    if len(owned) == 1:
        return owned[0]
    return Unresolved(lambda: names.which_variant(reference.span, name, teams), absent=False)


def _unknown(name: syntax.Name, entity: EntityInfo, scope: Scope) -> Unresolved:
    """Return the problem of a name that ``entity`` does not have."""
    if name.text in entity.broken or name.text in scope.tables.strays:
        return Unresolved(None)
    judged = scope.judged.entity
    if judged is not entity and scope.outer is not None and name.text in judged.names():
        return Unresolved(lambda: names.needs_this(name.span, name.text, entity.name, judged.name))
    return Unresolved(
        lambda: names.unknown_name(name.span, name.text, entity.name, scope.tables.report.candidates(entity.names()))
    )
