"""The declared stage and those that are possible into the verdict on what the record claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import bits, tree
from revrules.backends.sql.steps import is_one_of
from revrules.backends.sql.ways import Spot
from revrules.runtime.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.tree import Sql


def in_doubt(walk: Walk) -> Sql:
    """Return whether a stage is claimed and it is not the one that the evidence supports: false or NULL where not."""
    return tree.binary("<>", walk.declared, walk.stage_number)


def verdict(walk: Walk, possible: list[Sql]) -> Sql:
    """Return the verdict as a text; NULL where nothing is tracked.

    ``possible`` are the possible stages as bit sets, at least of the records that are ``in_doubt``.
    """
    if walk.lifecycle.tracks is None:
        return tree.NULL
    behind = _after(walk)
    ahead = {name: [other for other in walk.number if name in behind[other]] for name in walk.number}
    later = {name: sorted(found, key=walk.number.__getitem__) for name, found in behind.items()}
    apart = {
        name: [other for other in walk.number if other != name and other not in ahead[name] and other not in later[name]]
        for name in walk.number
    }
    branches = [
        (tree.is_null(walk.declared), Verdict.UNDECLARED),
        (tree.binary("=", walk.declared, walk.stage_number), Verdict.IN_STAGE),
        (_nothing_but_nowhere(possible), Verdict.NOWHERE),
        (_all_among(walk, possible, ahead), Verdict.AHEAD),
        (_all_among(walk, possible, later), Verdict.BEHIND),
        (_all_among(walk, possible, apart), Verdict.ELSEWHERE),
    ]
    return tree.case([(when, tree.text(found)) for when, found in branches], tree.text(Verdict.CANNOT_TELL))


def _after(walk: Walk) -> dict[str, set[str]]:
    """Return for each stage those that forward edges lead to."""
    found: dict[str, set[str]] = {}

    def after(name: str) -> set[str]:
        pending = [name]
        seen: set[str] = set()
        while pending:
            for way in walk.plan.ways(Spot(pending.pop())):
                if way.target.name not in seen:
                    seen.add(way.target.name)
                    pending.append(way.target.name)
        return seen

    for name in walk.number:
        found[name] = after(name)
    return found


def _nothing_but_nowhere(possible: list[Sql]) -> Sql:
    return tree.all_of(tree.binary("=", word, tree.whole(0 if n else 1)) for n, word in enumerate(possible))


def _all_among(walk: Walk, possible: list[Sql], stages: Mapping[str, list[str]]) -> Sql:
    """Return whether all possible stages are among those that belong to the declared one, which is known."""
    count = len(walk.number) + 1
    inside = {name: bits.masks((walk.number[other] for other in others), count) for name, others in stages.items()}
    outside: list[Sql] = []
    for n, word in enumerate(possible):
        full = (1 << min(bits.WORD, count - n * bits.WORD)) - 1
        masks: dict[int, list[int]] = {}
        for name, found in inside.items():
            masks.setdefault(full & ~found[n], []).append(walk.number[name])
        usual = max(masks, key=lambda mask: len(masks[mask]))
        branches = [(is_one_of(walk.declared, numbers), tree.whole(mask)) for mask, numbers in masks.items() if mask != usual]
        outside.append(tree.binary("=", tree.binary("&", word, tree.case(branches, tree.whole(usual))), bits.NONE))
    return tree.all_of(outside)
