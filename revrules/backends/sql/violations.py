"""Rules and assertions into the names of those that a record breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.lists import Told
from revrules.backends.sql.ways import Spot

if TYPE_CHECKING:
    from revrules.backends.sql.placement import Walk


def broken(walk: Walk) -> list[Told]:
    """Return the rules of the entity and the assertions about the record in its stage, each with when it is broken."""
    ruleset, lifecycle, scope = walk.scope.ruleset, walk.lifecycle, walk.scope
    found = [
        Told(rule.name, lower(ir.And((rule.when, ir.Not(rule.require))), scope))
        for rule in ruleset.rules
        if rule.entity == lifecycle.entity
    ]
    for claim in ruleset.assertions:
        if claim.entity != lifecycle.entity or claim.quantifier is ir.Quantifier.SOME:
            continue
        if claim.stage is not None and claim.lifecycle != lifecycle.name:
            continue
        has = claim.has if claim.quantifier is ir.Quantifier.NO else ir.Not(claim.has)
        breaks = lower(ir.And((claim.where, has)), scope)
        if claim.stage is not None:
            breaks = tree.all_of([walk.at([Spot(claim.stage), Spot(claim.stage, True)]), breaks])
        found.append(Told(claim.name, breaks))
    return [told for told in found if told.when != tree.FALSE]
