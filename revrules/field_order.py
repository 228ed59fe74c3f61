"""A lifecycle into the fields on which its unknown ways can depend, in the order in which a placement names them as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Names: TypeAlias = tuple[str, ...]
    """The relations that lead to a record from the one that is judged."""
    Place: TypeAlias = tuple[tuple[bool, int], ...]
    """The positions of the relations on the way to a field (True), and its own (False)."""


def declared_at(ruleset: ir.Ruleset, entity: str, field: str) -> Place:
    """Return what a field's name (`domain`, `parent.country`) sorts by: the fields of the entity as it declares them, then those
    of its related records, relation by relation.
    """
    return min(_places(ruleset, ruleset.entity(entity), field))  # names in backquotes may have dots of their own


def _places(ruleset: ir.Ruleset, holder: ir.Entity, name: str) -> Iterator[Place]:
    yield from (((False, n),) for n, field in enumerate(holder.fields) if field.name == name)
    for n, relation in enumerate(holder.relations):
        if name.startswith(f"{relation.name}."):
            rest = name.removeprefix(f"{relation.name}.")
            yield from (((True, n), *place) for place in _places(ruleset, ruleset.entity(relation.entity), rest))


def fields_of_ways(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle) -> tuple[str, ...]:
    """Return the names of all fields on which an entry gate or an edge that is unknown can depend, in their order."""
    conditions = [stage.condition for stage in lifecycle.stages] + [edge.condition for edge in lifecycle.edges]
    return fields_of(ruleset, lifecycle.entity, conditions)


def fields_of(ruleset: ir.Ruleset, entity: str, conditions: list[ir.Expr]) -> tuple[str, ...]:
    """Return the names of all fields of a record of ``entity`` on which ``conditions`` can depend, in their order."""
    definitions = {definition.id: definition for definition in ruleset.definitions}
    seen: set[tuple[Names, str]] = set()
    names = {name for condition in conditions for name in _names(condition, ((),), definitions, seen)}
    return tuple(sorted(names, key=lambda name: declared_at(ruleset, entity, name)))


def _names(
    expr: ir.Expr, around: tuple[Names, ...], definitions: Mapping[str, ir.Definition], seen: set[tuple[Names, str]]
) -> Iterator[str]:
    """Yield the fields inside ``expr``; ``around`` are the names of the records at hand, the innermost last."""
    match expr:
        case ir.Field(name, _, path, up):
            yield ".".join((*around[-1 - up], *path, name))
        case ir.Ref(definition, _, path, up):
            place = (*around[-1 - up], *path), definition
            if place not in seen:
                seen.add(place)
                yield from _names(definitions[definition].expr, (place[0],), definitions, seen)
        case ir.Known():
            pass
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
            inner = (*around, (*around[-1 - relation.up], *relation.path, relation.name))
            for child in children(expr):
                yield from _names(child, inner, definitions, seen)
        case _:
            for child in children(expr):
                yield from _names(child, around, definitions, seen)
