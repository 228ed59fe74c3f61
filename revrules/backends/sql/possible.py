"""The states of ways into the stages where placement can end when each unknown way may be open or not, as bit sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import bits, tree

if TYPE_CHECKING:
    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.ways import Spot


def possible(walk: Walk) -> list[Sql]:
    """Return the integers that hold the possible stages by their numbers (``Walk.number``)."""
    count = len(walk.number) + 1
    ends: dict[int, list[Sql]] = {}
    for spot in walk.plan.spots:
        number = 0 if spot.stage is None else walk.number[spot.stage]
        ends.setdefault(number, []).append(_can_end(walk, spot))
    conditions = {number: tree.any_of(found) for number, found in ends.items() if found != [tree.FALSE]}
    held = bits.of(conditions, count)
    return [walk.scope.kept(word, f"possible in {walk.lifecycle.name}") for word in held]


def certain(walk: Walk, stages: list[Sql]) -> Sql:
    """Return whether one stage only is possible; never NULL. ``stages`` are what ``possible`` returns."""
    alone = [
        tree.binary("=", tree.binary("&", word, tree.binary("-", word, tree.whole(1))), bits.NONE)
        for word in stages
        if word != bits.NONE
    ]
    if len(alone) == 1:
        return alone[0]
    used = [tree.case([(tree.binary("<>", word, bits.NONE), tree.whole(1))], bits.NONE) for word in stages if word != bits.NONE]
    return tree.all_of([*alone, tree.binary("=", bits.total(used), tree.whole(1))])


def _can_end(walk: Walk, spot: Spot) -> Sql:
    """Return whether placement can end at a spot: it can be met, and none of its ways is open for sure. Never NULL."""
    ways = walk.plan.ways(spot)
    states = [walk.state(way, spot) for way in ways]
    if tree.TRUE in states:
        return tree.FALSE
    met = walk.met(spot)
    closed = [tree.negated(tree.is_true(tree.any_of(states)))] if states else []
    return tree.all_of([*([] if met == tree.TRUE and closed else [met]), *closed])
