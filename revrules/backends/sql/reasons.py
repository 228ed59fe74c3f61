"""The stage that a record is in into what stands between it and the next ones: criteria, teams, stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import lists, tree
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.lists import Choice, Told
from revrules.backends.sql.ways import ALWAYS, Spot
from revrules.reads import condition_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.ways import Way

    Judge = Callable[[ir.Expr, Scope], Sql]


class Asked(NamedTuple):
    """A criterion of a way, and when it is asked beside its own state: the conditions of the groups around it."""

    name: str
    condition: ir.Expr
    groups: tuple[Sql, ...]


def blockers(walk: Walk, judge: Judge) -> dict[Spot, Choice]:
    """Return, by the spot where placement ends, the criteria of the next stages, lost ones aside, of which ``judge`` holds."""
    found: dict[Spot, Choice] = {}
    for spot in walk.ends:
        told = [_told(asked, judge, walk.scope) for way in _onward(walk, spot) for asked in criteria_of(walk, way)]
        if told:
            found[spot] = Choice(walk.at([spot]), told)
    return found


def layout(walk: Walk) -> dict[str | None, list[str]]:
    """Return for each stage (None: nowhere) the names of all criteria of its next stages: what their bits are."""
    found: dict[str | None, list[str]] = {}
    for spot in sorted(walk.ends, key=lambda spot: spot.declared):  # where back edges count there are more
        asked = (asked for way in _onward(walk, spot) for asked in criteria_of(walk, way))
        found[spot.stage] = list(dict.fromkeys(each.name for each in asked))
    return found


def _onward(walk: Walk, spot: Spot) -> list[Way]:
    return [way for way in walk.plan.ways(spot) if way.target.outcome is not ir.Outcome.LOST]


def next_stages(walk: Walk) -> Sql:
    """Return the stages to which ways lead from where a record is, as an array."""
    return _by_end(walk, lambda spot: tuple(way.target.name for way in walk.plan.ways(spot)))


def next_owners(walk: Walk) -> Sql:
    """Return the teams that own the next stages, lost ones aside, each once, as an array."""

    def owners(spot: Spot) -> tuple[str, ...]:
        return tuple(dict.fromkeys(owner for way in _onward(walk, spot) for owner in way.target.owners))

    return _by_end(walk, owners)


def owners(walk: Walk) -> Sql:
    """Return the teams that own the stage, as an array."""
    return _by_end(walk, lambda spot: () if spot.stage is None else walk.lifecycle.stage(spot.stage).owners)


def _by_end(walk: Walk, names: Callable[[Spot], tuple[str, ...]]) -> Sql:
    """Return the array that belongs to the spot where placement ends."""
    found: dict[tuple[str, ...], list[int]] = {}
    for spot, codes in walk.ends.items():
        found.setdefault(names(spot), []).extend(codes)
    return lists.by_number(walk.code, found, walk.dialect)


def _told(asked: Asked, judge: Judge, scope: Scope) -> Told:
    return Told(asked.name, tree.all_of([*asked.groups, judge(asked.condition, scope)]))


def criteria_of(walk: Walk, way: Way) -> Iterator[Asked]:
    """Yield the criteria of a way that is not open, in their order."""
    if way.own != ALWAYS:
        yield Asked("when", way.own, ())
    requires = way.target.requires
    if requires is None:
        return
    gate: tuple[Sql, ...] = ()
    if way.own != ALWAYS and (way.target.stamped_by is not None or not _says_itself(requires)):
        gate = (_not_true(way.gate, walk.scope),)
    # Where the own condition of the way is always true, the gate is not: else the way would be open, and the record further on.
    yield from _open_criteria(requires, gate, walk.scope, outermost=True)


def _open_criteria(criteria: ir.Criteria, groups: tuple[Sql, ...], scope: Scope, *, outermost: bool = False) -> Iterator[Asked]:
    """Yield the criteria of the groups that are not true; a member of `all of` that is not true says so of the group."""
    if isinstance(criteria, ir.Criterion):
        yield Asked(criteria.name, criteria.condition, groups)
        return
    if not outermost and not _says_itself(criteria):
        groups = (*groups, _not_true(condition_of(criteria), scope))
    for member in criteria.members:
        yield from _open_criteria(member, groups, scope)


def _says_itself(criteria: ir.Criteria) -> bool:
    """Return whether criteria are not true as soon as one member is not."""
    return isinstance(criteria, ir.Criterion) or criteria.kind is ir.GroupKind.ALL or len(criteria.members) == 1


def _not_true(condition: ir.Expr, scope: Scope) -> Sql:
    return tree.negated(tree.is_true(lower(condition, scope)))
