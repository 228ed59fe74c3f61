"""The earlier names that a version declares (`was`) into a map of its names to those of the version before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.shape import renamed_teams
from revrules.problems.alignment import said
from revrules.proofs.alignment import Names
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.ir import Ruleset


def renames(old: Ruleset, new: Ruleset) -> Names:
    """Return what ``new`` calls otherwise than ``old``: names that only one of them has, tied by a `was`."""
    return Names(dict(_renamed(old, new)))


def _renamed(old: Ruleset, new: Ruleset) -> Iterator[tuple[str, str]]:
    for entity in new.entities:
        before = next((each for each in old.entities if each.name in (entity.name, *entity.was)), None)
        if before is None:
            continue
        if before.name != entity.name:
            yield entity.name, before.name
        yield from _within(entity.name, entity.fields, {each.name for each in before.fields})
        yield from _within(entity.name, entity.relations, {each.name for each in before.relations})
        words = {each.name for each in old.definitions if each.entity == before.name}
        yield from _within(entity.name, (each for each in new.definitions if each.entity == entity.name), words)
        yield from _variants(entity.name, before.name, old, new)
    yield from _within("", new.rules, {rule.name for rule in old.rules})
    yield from _within("", new.lifecycles, {lifecycle.name for lifecycle in old.lifecycles})
    for lifecycle in new.lifecycles:
        there = {stage.name for each in old.lifecycles if each.name in (lifecycle.name, *lifecycle.was) for stage in each.stages}
        yield from _within(lifecycle.name, lifecycle.stages, there)
    for definition in new.definitions:
        if isinstance(definition.type, EnumType):
            yield from _members(definition.name, definition.type, old)


def _variants(entity: str, before: str, old: Ruleset, new: Ruleset) -> Iterator[tuple[str, str]]:
    """Yield the variants of teams that are called otherwise."""
    earlier = {now: then for then, now in renamed_teams(old, new).items() if then != now}
    there = {(each.name, each.team): each for each in old.definitions if each.entity == before}
    for definition in new.definitions:
        if definition.entity == entity and definition.team in earlier and (definition.name, definition.team) not in there:
            names = (definition.name, *definition.was)
            found = next(
                (there[name, earlier[definition.team]] for name in names if (name, earlier[definition.team]) in there), None
            )
            if found is not None:
                yield f"{entity}.{said(definition)}", said(found)


def _within(place: str, things: Iterable[object], there: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the new and the old name of what ``there`` has under an old name only."""
    for thing in things:
        name, earlier = getattr(thing, "name"), getattr(thing, "was", ())  # noqa: B009 - declarations of many kinds
        found = next((each for each in earlier if each in there), None)
        if name not in there and found is not None:
            yield (f"{place}.{name}" if place else name), found


def _members(place: str, type_: EnumType, old: Ruleset) -> Iterator[tuple[str, str]]:
    there = {name for each in old.definitions if isinstance(each.type, EnumType) for name in each.type.member_names}
    yield from _within(place, type_.members, there)
