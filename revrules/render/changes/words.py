"""A change into plain words: one line that a reviewer understands without the ruleset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Kind, What
from revrules.proofs.witnesses import as_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.diff import Change, Difference

MARKS = {
    Kind.TIGHTENED: "stricter",
    Kind.LOOSENED: "looser",
    Kind.CHANGED: "changed",
    Kind.UNDECIDED: "undecided",
    Kind.NEW: "new",
    Kind.GONE: "gone",
    Kind.SAME: "same",
}
VALUES = frozenset({What.SCORE, What.CLASSIFICATION})
LONGEST_RECORD = 160


def roots(difference: Difference) -> tuple[Change, ...]:
    """Return the changes that say something else than before, each at its most telling place.

    A definition whose criterion changed is told with its criteria; what only follows from other changes is left out.
    """
    changed = [change for change in difference.changed if not change.inherited]
    inner = {(change.of, change.entity) for change in changed if change.what is What.CRITERION}
    gates = {(change.of, change.name) for change in changed if change.what is What.GATE}
    found = []
    for change in changed:
        whole = change.what not in (What.CRITERION, What.MEMBER, What.GATE, What.STAGE)
        if whole and change.kind not in (Kind.NEW, Kind.GONE) and (change.name, change.entity) in inner:
            continue
        if change.what is What.STAGE and change.kind not in (Kind.NEW, Kind.GONE) and (change.of, change.name) in gates:
            continue
        if change.what is What.GATE and (change.name, change.entity) in inner:
            continue
        if change.what is What.CRITERION and _around_is_new(change, changed):
            continue
        found.append(change)
    return tuple(found)


def followers(difference: Difference) -> tuple[Change, ...]:
    """Return the words and stages as a whole that became others because of something else."""
    wholes = (What.CRITERION, What.MEMBER, What.GATE)
    return tuple(change for change in difference.changed if change.inherited and change.what not in wholes)


def line(change: Change) -> str:
    """Return what became of one thing, as one line."""
    name = f"{change.what} `{change.title}`"
    was = f" (was `{change.was}`)" if change.was else ""
    match change.kind:
        case Kind.NEW | Kind.GONE:
            return f"{name} is {change.kind.value}{was}"
        case Kind.UNDECIDED:
            return f"{name}{was}: undecided{f', {change.reserve}' if change.reserve else ''}"
        case Kind.CHANGED if change.what in VALUES:
            return f"{name}{was} gives other values{_said(change)}"
        case Kind.CHANGED:
            return f"{name}{was} asks for something else{_said(change)}{_only_missing(change)}"
        case Kind.TIGHTENED:
            return f"{name}{was} is stricter{_said(change)}{_only_missing(change)}"
        case Kind.LOOSENED:
            return f"{name}{was} is looser{_said(change)}{_only_missing(change)}"
        case _:
            return f"{name}{was} means the same{_said(change)}"


def records(change: Change) -> Iterator[tuple[str, Witness]]:
    """Yield the records that show the change, each with what it shows."""
    if change.what in VALUES and change.lost is not None:
        yield "another value", change.lost
        return
    breaks = change.what is What.RULE
    if change.lost is not None:
        yield ("broken now" if breaks else "no longer"), change.lost
    if change.gained is not None:
        yield ("kept now" if breaks else "from now on"), change.gained


def brief(witness: Witness) -> str:
    """Return a record as one line."""
    told = "  ".join(f"{name} = {value}" for name, value in as_pairs(witness)).replace("\n ", " ")
    return told if len(told) <= LONGEST_RECORD else told[: LONGEST_RECORD - 1] + "…"


def named(changes: Sequence[Change]) -> str:
    """Return the names of what changed, by how."""
    by_kind = {kind: [f"`{change.title}`" for change in changes if change.kind is kind] for kind in Kind}
    return "; ".join(f"{MARKS[kind]}: {', '.join(names)}" for kind, names in by_kind.items() if names)


def _said(change: Change) -> str:
    old, new = change.said
    return f": `{old}` → `{new}`" if old and new and old != new else ""


def _only_missing(change: Change) -> str:
    return ", but only where something is missing" if change.only_missing else ""


def _around_is_new(change: Change, changed: Sequence[Change]) -> bool:
    """Return whether a criterion is new or gone together with what it belongs to."""
    return any(
        other.name == change.of and other.entity == change.entity and other.kind in (Kind.NEW, Kind.GONE) for other in changed
    )
