"""A ruleset into what a run over data asks of it besides its generated code: names, columns, stages. Cheap to load."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from revrules import ir


class Field(NamedTuple):
    """A field: the headings under which exports have it, the preferred one first; ``implied`` as in the IR."""

    name: str
    columns: tuple[str, ...]
    implied: bool


class Relation(NamedTuple):
    """A relation, as in the IR."""

    name: str
    many: bool
    entity: str
    by: str


class Entity(NamedTuple):
    """An entity, as in the IR."""

    name: str
    label: str
    key: str | None
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...]

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """Return the relation of that name, or None."""
        return next((relation for relation in self.relations if relation.name == name), None)


class Stage(NamedTuple):
    """A stage: how people call it, who owns it, how it ends (won, lost or empty)."""

    name: str
    label: str
    owners: tuple[str, ...]
    outcome: str


class Lifecycle(NamedTuple):
    """A lifecycle. ``tracks`` is the field of the record that holds the declared stage; ``edges`` are the forward ones.

    ``conditions`` are (source, target, words) for every edge that has a condition of its own; the words are empty where there
    are no short ones.
    """

    name: str
    entity: str
    tracks: str | None
    stages: tuple[Stage, ...]
    edges: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str, str], ...]


class Outline(NamedTuple):
    """A ruleset. ``teams`` are (name, label); ``numbers`` the names of definitions whose values are numbers."""

    timezone: str
    teams: tuple[tuple[str, str], ...]
    numbers: frozenset[str]
    entities: tuple[Entity, ...]
    lifecycles: tuple[Lifecycle, ...]

    def entity(self, name: str) -> Entity:
        """Return the entity of that name, which exists."""
        return next(entity for entity in self.entities if entity.name == name)


def outline(ruleset: ir.Ruleset) -> Outline:
    """Return the outline of ``ruleset``."""
    from revrules.reads import definition_name
    from revrules.types import Scalar

    numbers = (one for one in ruleset.definitions if one.type in (Scalar.INTEGER, Scalar.NUMBER))
    return Outline(
        ruleset.timezone,
        tuple((team.name, team.label or team.name) for team in ruleset.teams),
        frozenset(definition_name(one.id) for one in numbers),
        tuple(map(_entity, ruleset.entities)),
        tuple(map(_lifecycle, ruleset.lifecycles)),
    )


def _entity(entity: ir.Entity) -> Entity:
    columns = {field.name: tuple(dict.fromkeys((*field.columns, field.name))) for field in entity.fields}
    fields = tuple(Field(field.name, columns[field.name], field.implied) for field in entity.fields)
    relations = tuple(Relation(one.name, one.many, one.entity, one.by) for one in entity.relations)
    return Entity(entity.name, entity.label or entity.name, entity.key, fields, relations)


def _lifecycle(lifecycle: ir.Lifecycle) -> Lifecycle:
    from revrules.ir import Literal
    from revrules.reads import in_brief

    tracks = lifecycle.tracks.name if lifecycle.tracks is not None and not lifecycle.tracks.path else None
    stages = tuple(
        Stage(stage.name, next(iter(stage.labels), stage.name), stage.owners, stage.outcome.value if stage.outcome else "")
        for stage in lifecycle.stages
    )
    edges = tuple((edge.source, edge.target) for edge in lifecycle.edges if not edge.back)
    conditions = tuple(
        (edge.source, edge.target, in_brief(edge.condition))
        for edge in lifecycle.edges
        if not isinstance(edge.condition, Literal)
    )
    return Lifecycle(lifecycle.name, lifecycle.entity, tracks, stages, edges, conditions)
