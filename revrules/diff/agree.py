"""A difference into who has to agree: the owners of what changed and of what becomes another because of it, by direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.diff.changes import Kind, What
from revrules.diff.shape import renamed_teams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.diff.changes import Change
    from revrules.diff.versions import Difference
    from revrules.ir import Lifecycle, Ruleset

PARTS = (What.CRITERION, What.MEMBER, What.GATE)
"""What stands in something else, which is told of as a whole."""
DIRECTION = {Kind.TIGHTENED: "stricter", Kind.LOOSENED: "looser", Kind.CHANGED: "another", Kind.UNDECIDED: "perhaps another"}
FLOW = {Kind.TIGHTENED: "fewer", Kind.LOOSENED: "more", Kind.CHANGED: "other", Kind.UNDECIDED: "perhaps other"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """A team that has to agree, and why, most important first."""

    team: str
    reasons: tuple[str, ...]


def agreements(difference: Difference) -> tuple[Agreement, ...]:
    """Return who has to agree, in the order in which the new version declares the teams.

    Asked are the owners of what changed, in both versions; of what reads it and became stricter or looser by it; of the stages
    that receive more or fewer records, and of those that hand these over. Nobody is asked about what is proved to be the same.
    What nobody owns is asked of the steward.
    """
    reasons: dict[str, dict[str, None]] = {}
    called = renamed_teams(difference.old, difference.new)
    for team, why in _asked(difference):
        reasons.setdefault(called.get(team, team), {})[why] = None
    order = [team.name for team in (*difference.new.teams, *difference.old.teams)]
    teams = sorted(reasons, key=lambda name: order.index(name) if name in order else len(order))
    return tuple(Agreement(team, tuple(reasons[team])) for team in teams)


def _asked(difference: Difference) -> Iterator[tuple[str, str]]:
    changed = difference.changed
    for change in changed:
        if not change.inherited and change.what not in (What.MEMBER, What.STAGE, What.CRITERION):
            yield from _each(_owners(change) or _steward(difference), f"answers for {_thing(change)}{_nobody(change)}")
    for shape in difference.shape:
        if not shape.aside:
            about = "shares" if shape.what in ("way", "way back", "owner") and len(shape.owners) > 1 else "answers for"
            yield from _each(shape.owners or _steward(difference), f"{about} {shape.what} `{shape.name}`")
    for change in changed:
        if change.what is What.STAGE:
            yield from _of_stage(difference, change)
        elif change.inherited and change.what not in PARTS and change.kind in DIRECTION:
            yield from _each(_owners(change), f"{change.what} `{change.title}` becomes {DIRECTION[change.kind]}")


def _of_stage(difference: Difference, change: Change) -> Iterator[tuple[str, str]]:
    """Yield the team that receives records in a stage and, where it is another one, the teams that hand them over."""
    if change.kind in (Kind.NEW, Kind.GONE):
        yield from _each(_owners(change) or _steward(difference), f"stage `{change.title}` is {change.kind}")
    flow = FLOW.get(change.kind, "no" if change.kind is Kind.GONE else "its")
    receiving = _owners(change)
    yield from _each(receiving, f"`{change.title}` receives {flow} records") if change.kind in FLOW else ()
    ruleset = difference.old if change.kind is Kind.GONE else difference.new
    for source, owners in _sources(ruleset, change):
        if owners and receiving and set(owners) != set(receiving):
            yield from _each(owners, f"`{source}` hands {flow} records over to {' and '.join(receiving)} (`{change.name}`)")


def _sources(ruleset: Ruleset, change: Change) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the stages from which records come to a stage, with their owners."""
    lifecycle: Lifecycle | None = next((each for each in ruleset.lifecycles if each.name == change.of), None)
    for edge in lifecycle.edges if lifecycle else ():
        if edge.target == change.name and not edge.back and lifecycle is not None:
            yield edge.source, lifecycle.stage(edge.source).owners


def _each(teams: Iterable[str], why: str) -> Iterator[tuple[str, str]]:
    return ((team, why) for team in dict.fromkeys(teams))


def _owners(change: Change) -> tuple[str, ...]:
    """Return those who answer for it in the new version, and in the old one where it is gone or has passed to others."""
    return tuple(dict.fromkeys((*change.owners[1], *change.owners[0])))


def _nobody(change: Change) -> str:
    return "" if _owners(change) else ", which no team owns"


def _thing(change: Change) -> str:
    """Return what changed, as the thing that has an owner."""
    return f"{What.STAGE if change.what is What.GATE else change.what} `{change.title}`"


def _steward(difference: Difference) -> tuple[str, ...]:
    steward = difference.new.steward or difference.old.steward
    return (steward,) if steward else ()
