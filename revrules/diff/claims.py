"""The assertions of two versions into what became of each claim: the records that fulfil it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.diff.changes import Change, Kind, What
from revrules.diff.directions import Asking
from revrules.diff.meaning import Spot, as_change, compared_as_said
from revrules.diff.shape import stage_names
from revrules.diff.spoken import in_short
from revrules.proofs.alignment.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.ir import Assertion, Expr
    from revrules.proofs.alignment.matching import Matches
    from revrules.proofs.alignment.merged import Merged
    from revrules.proofs.questions import Questions


def of_claims(questions: Questions, whole: Merged, matches: Matches) -> Iterator[Change]:
    """Yield what became of each assertion, by its name: those that only one version has, and how the others compare."""
    asking = Asking(questions, whole.first, whole.second)
    old = {claim.name: claim for claim in whole.first.ruleset.assertions}
    new = {claim.name: claim for claim in whole.second.ruleset.assertions}
    for name in dict.fromkeys((*old, *new)):
        yield _claim(asking, matches, old.get(name), new.get(name))


def _claim(asking: Asking, matches: Matches, one: Assertion | None, other: Assertion | None) -> Change:
    present = other or one
    assert present is not None, "a claim is in one of the versions"
    said = in_short(one.has if one else None), in_short(other.has if other else None)
    places = one.span if one else None, other.span if other else None
    entity = asking.old.entity(one.entity) if one else asking.new.entity(present.entity)
    unchanged = one is not None and other is not None and (one.where, one.has) == (other.where, other.has)
    spot = Spot(What.CLAIM, "", entity, ((), ()), places, said, unchanged)
    row = Row("claim", entity, one.name if one else None, other.name if other else None)
    if one is None or other is None:
        return as_change(spot, row)
    if _about(asking, matches, one) != (asking.new.entity(other.entity), other.quantifier, other.lifecycle, other.stage):
        return Change(What.CLAIM, other.name, "", entity, Kind.CHANGED, said=said, places=places)
    return as_change(spot, compared_as_said(asking, row, (_broken(one), _broken(other))))


def _about(asking: Asking, matches: Matches, claim: Assertion) -> tuple[str, ir.Quantifier, str | None, str | None]:
    """Return what a claim of the old version is about, as the new one calls it."""
    lifecycle = next((pair.lifecycles for pair in matches.stages if pair.lifecycles[0].name == claim.lifecycle), None)
    entity = asking.old.entity(claim.entity)
    if lifecycle is None or claim.stage is None:
        return entity, claim.quantifier, claim.lifecycle, claim.stage
    return entity, claim.quantifier, lifecycle[1].name, stage_names(matches, lifecycle[0]).get(claim.stage, claim.stage)


def _broken(claim: Assertion) -> Expr:
    """Return of which records a claim says that there are none; of `some`, those that it asks for, turned about."""
    match claim.quantifier:
        case ir.Quantifier.EVERY:
            return ir.And((claim.where, ir.Not(claim.has)))
        case ir.Quantifier.NO:
            return ir.And((claim.where, claim.has))
        case ir.Quantifier.SOME:
            return ir.Not(ir.And((claim.where, claim.has)))
