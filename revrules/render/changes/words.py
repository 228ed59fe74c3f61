"""A change into plain words: one line that a reviewer understands without the ruleset."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diff.agree import PARTS, agreements
from revrules.diff.causes import causes
from revrules.diff.changes import Change, Kind, What
from revrules.proofs.witnesses import as_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.diff import Difference, Shape

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
INNER = frozenset({What.CRITERION, What.MEMBER})
LONE = (Kind.NEW, Kind.GONE)
LONGEST_RECORD = 160
MOST_REASONS = 4


def roots(difference: Difference) -> tuple[Change, ...]:
    """Return the changes that say something else than before, each at its most telling place.

    A definition of which only criteria changed that it had before is told by these; what only follows from other changes is
    left out.
    """
    changed = [change for change in difference.changed if not change.inherited]
    criteria = [change for change in changed if change.what is What.CRITERION]
    inner = {(change.of, change.entity) for change in criteria}
    lone = {(change.of, change.entity) for change in criteria if change.kind in LONE}
    gates = {(change.title, change.entity) for change in changed if change.what is What.GATE}
    found = []
    for change in changed:
        at = change.of if change.what is What.CRITERION else change.title, change.entity
        if change.what is What.CRITERION:
            told = at not in lone and not _around_is_new(change, changed)
        elif change.what is What.STAGE:
            told = change.kind in LONE or at not in gates
        else:
            told = change.kind in LONE or at not in inner or at in lone
        if told:
            found.append(change)
    return tuple(found)


class Following(NamedTuple):
    """Words and stages as a whole that became others because of something else: ``by`` are the names of that."""

    by: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def line(self) -> str:
        """All of it as one line, to stand behind *so it changes as well*."""
        shown, left = self.by[:MOST_REASONS], len(self.by) - MOST_REASONS
        more = [f"{left} more"] if left > 0 else []
        by = f", by {', '.join([*shown, *more])}" if shown else ""
        return f"{by}: {named(self.changes)}"


def followers(difference: Difference) -> tuple[Following, ...]:
    """Return the words and stages that became others because of something else, together where that is the same."""
    first = roots(difference)
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in difference.changed:
        if change.inherited and change.what not in PARTS:
            found.setdefault(tuple(map(cause, causes(difference, change, first))), []).append(change)
    return tuple(Following(by, tuple(changes)) for by, changes in found.items())


def cause(of: Change | Shape) -> str:
    """Return what something else follows from, by name."""
    return f"`{plain(of.title)}`" if isinstance(of, Change) else f"{of.what} `{plain(of.name)}`"


def verdict(difference: Difference, names: tuple[str, str]) -> str:
    """Return that nothing changed in meaning, and what that rests on."""
    old, new = (plain(name) for name in names)
    counts = difference.counts
    asked = f"{counts.asked} question{'' if counts.asked == 1 else 's'}" if counts.asked else "by their structure alone"
    compared = f"{len(difference.changes)} compared, {asked}, {difference.undecided} undecided"
    return f"no change in meaning from {old} to {new}: proved for every possible record ({compared})"


def line(change: Change, difference: Difference | None = None) -> str:
    """Return what became of one thing, as one line; with the ``difference``, what of its criteria is new or gone, too."""
    name = f"{change.what} `{plain(change.title)}`"
    was = f" (was `{plain(change.was)}`)" if change.was else ""
    said = "" if difference is None else _lone_criteria(change, difference)
    said = said or _said(change)
    where = "one of the two gives none" if change.what in VALUES else "something is missing"
    missing = f", but only where {where}" if change.only_missing else ""
    match change.kind:
        case Kind.NEW | Kind.GONE:
            return f"{name} is {change.kind.value}{was}"
        case Kind.UNDECIDED:
            return f"{name}{was}: undecided{f', {one_line(change.reserve)}' if change.reserve else ''}{said}"
        case Kind.CHANGED if change.what in VALUES:
            return f"{name}{was} gives other values{f', {change.direction}' if change.direction else ''}{missing}{said}"
        case Kind.CHANGED:
            return f"{name}{was} asks for something else{missing}{said}"
        case Kind.TIGHTENED:
            return f"{name}{was} is stricter{missing}{said}"
        case Kind.LOOSENED:
            return f"{name}{was} is looser{missing}{said}"
        case _:
            return f"{name}{was} means the same{said}"


def shape_line(shape: Shape) -> str:
    """Return what is declared otherwise, as one line."""
    return f"{shape.what} `{plain(shape.name)}`: {one_line(shape.told)}"


def renamed(difference: Difference) -> tuple[str, ...]:
    """Return what is called otherwise and means the same."""
    return tuple(
        f"{change.what} `{plain(change.title)}` was `{plain(change.was)}`"
        for change in difference.changes
        if change.was and change.kind is Kind.SAME and change.what is not What.GATE
    )


def asks(difference: Difference) -> tuple[tuple[str, str], ...]:
    """Return whom to ask, and why."""
    found = []
    for agreement in agreements(difference):
        shown, left = agreement.reasons[:MOST_REASONS], len(agreement.reasons) - MOST_REASONS
        more = f"; and {left} more" if left > 0 else ""
        found.append((agreement.team, "; ".join(map(one_line, shown)) + more))
    return tuple(found)


def records(change: Change) -> Iterator[tuple[str, Witness]]:
    """Yield the records that show the change, each with what it shows."""
    lost, gained = {
        What.SCORE: ("lower now", "higher now"),
        What.RULE: ("broken now", "kept now"),
        What.CLAIM: ("contradicts it now", "fulfils it now"),
    }.get(change.what, ("no longer", "from now on"))
    if change.what in VALUES and (change.what is What.CLASSIFICATION or not change.gained) and not change.direction:
        lost = "another value"
    if change.lost is not None:
        yield lost, change.lost
    if change.gained is not None:
        yield gained, change.gained


def brief(witness: Witness) -> str:
    """Return a record as one line."""
    told = "  ".join(f"{name} = {value}" for name, value in as_pairs(witness)).replace("\n ", " ")
    return told if len(told) <= LONGEST_RECORD else told[: LONGEST_RECORD - 1] + "…"


def named(changes: Sequence[Change]) -> str:
    """Return the names of what changed, by how."""
    by_kind = {kind: [f"`{plain(change.title)}`" for change in changes if change.kind is kind] for kind in Kind}
    return "; ".join(f"{MARKS[kind]}: {', '.join(names)}" for kind, names in by_kind.items() if names)


def plain(text: str) -> str:
    """Return somebody's words as one line that can stand between backticks.

    >>> plain("a`b")
    'aˋb'
    """
    return one_line(text).replace("`", "ˋ")


def one_line(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split())


def _lone_criteria(change: Change, difference: Difference) -> str:
    """Return which criteria of a definition, rule or gate are new, gone or others."""
    inner = [
        each for each in difference.changed
        if each.what is What.CRITERION and (each.of, each.entity) == (change.title, change.entity) and not each.inherited
    ]  # fmt: skip
    if not any(each.kind in LONE for each in inner):
        return ""
    told = []
    for each in inner:
        words = each.said[1] or each.said[0]
        shown = f" (`{plain(words)}`)" if words and each.kind in LONE else _said(each)
        told.append(f"`{plain(each.name)}` is {MARKS[each.kind]}{shown}")
    return ": " + ", ".join(told)


def _said(change: Change) -> str:
    old, new = change.said
    if old and new and old != new:
        return f": `{plain(old)}` → `{plain(new)}`"
    return f": by {', '.join(map(one_line, change.because))}" if change.because and not change.inherited else ""


def _around_is_new(change: Change, changed: Sequence[Change]) -> bool:
    """Return whether a criterion is new or gone together with what it belongs to."""
    return any(other.title == change.of and other.entity == change.entity and other.kind in LONE for other in changed)
