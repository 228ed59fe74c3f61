"""The ways between stages of two versions into what changed: for which records each is open, which of two comes first."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import Verdict
from revrules.diff.changes import Shape, What
from revrules.diff.directions import Asking
from revrules.diff.meaning import Spot, as_change, compared_as_said
from revrules.diff.shape import lifecycles, stage_names
from revrules.diff.spoken import in_short
from revrules.proofs.alignment.rows import Row
from revrules.reference.walk import gate
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diff.changes import Change
    from revrules.ir import Edge, Expr, Lifecycle
    from revrules.proofs.alignment.matching import Matches
    from revrules.proofs.alignment.merged import Merged
    from revrules.proofs.questions import Questions

TRUE = ir.Literal(True, Scalar.BOOLEAN)


def of_ways(questions: Questions, whole: Merged, matches: Matches) -> Iterator[Change]:
    """Yield what became of each way that both versions have, where one of them asks something of it."""
    asking = Asking(questions, whole.first, whole.second)
    for one, other in lifecycles(matches):
        names = stage_names(matches, one)
        new = {(edge.source, edge.target, edge.back): edge for edge in other.edges}
        for edge in one.edges:
            key = names.get(edge.source, edge.source), names.get(edge.target, edge.target), edge.back
            if key in new and not edge.condition == new[key].condition == TRUE:
                yield _way(asking, (one, other), (edge, new[key]))


def _way(asking: Asking, pair: tuple[Lifecycle, Lifecycle], edges: tuple[Edge, Edge]) -> Change:
    old, new = edges
    said = _asks(old.condition), _asks(new.condition)
    unchanged = old.condition == new.condition
    owners = _owners(pair[0], old), _owners(pair[1], new)
    spot = Spot(What.WAY, pair[1].name, asking.old.entity(pair[0].entity), owners, (old.span, new.span), said, unchanged)
    row = Row("way", spot.entity, _name(new), _name(new))
    return as_change(spot, compared_as_said(asking, row, (old.condition, new.condition)))


def _asks(condition: Expr) -> str:
    return "no condition" if condition == TRUE else in_short(condition)


def _owners(lifecycle: Lifecycle, edge: Edge) -> tuple[str, ...]:
    ends = lifecycle.stage(edge.source), lifecycle.stage(edge.target)
    return tuple(dict.fromkeys(team for stage in ends for team in stage.owners))


def _name(edge: Edge) -> str:
    return f"{edge.source} → {edge.target}{' (back)' if edge.back else ''}"


def orders(questions: Questions, whole: Merged, matches: Matches) -> Iterator[Shape]:
    """Yield the exits of a stage of which another one comes first now, unless it is proved that never both are open.

    Only where a lifecycle tracks a field: without one, placement starts at an entry, and the stages' records tell all.
    """
    for one, other in lifecycles(matches):
        if other.tracks is None:
            continue
        names = stage_names(matches, one)
        old = [(names.get(edge.source, edge.source), names.get(edge.target, edge.target), edge.back) for edge in one.edges]
        for first, second in combinations(other.edges, 2):
            keys = [(edge.source, edge.target, edge.back) for edge in (first, second)]
            if first.source != second.source or not set(keys) <= set(old) or old.index(keys[0]) < old.index(keys[1]):
                continue
            if not _never_both(questions, whole, other, (first, second)):
                told = f"`{first.target}` comes before `{second.target}` now"
                yield Shape("order of ways", f"{other.name}: {first.source}", told, _owners(other, first), first.span)


def _never_both(questions: Questions, whole: Merged, lifecycle: Lifecycle, edges: tuple[Edge, Edge]) -> bool:
    """Return whether it is proved that no record finds both ways open."""
    wants = [
        whole.second.expression(ir.And((edge.condition, gate(lifecycle.stage(edge.target)))), lifecycle.entity)[0]
        for edge in edges
    ]
    entity = whole.second.entity(lifecycle.entity)
    return questions.disjoint(entity, wants[0], wants[1]).verdict is Verdict.IMPOSSIBLE
