"""The ways of a lifecycle and a record for which some are unknown into the stages where it may end, and into verdicts."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from revrules.runtime.results import NextStage, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    Record: TypeAlias = Mapping[str, object]
    Memo: TypeAlias = dict[object, object]
    Spot: TypeAlias = tuple[str | None, bool]  # a stage, None before the entry; and whether the record declares to be there
    Way: TypeAlias = tuple[
        str,
        Callable[[Record, Memo], bool | None],  # whether it is open
        Callable[[Record, Memo], tuple[str, ...]],  # what an unknown one depends on
        Callable[[Record, Memo], NextStage],  # what stands in the way
    ]
    Ways: TypeAlias = dict[Spot, tuple[Way, ...]]


first = itemgetter(0)


class Verdicts(dict[tuple[str | None, str], Verdict]):
    """How a declared stage lies to a supported one, by (supported, declared); worked out when it is first asked for."""

    __slots__ = ("edges",)

    def __init__(self, edges: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self.edges = edges

    def __missing__(self, pair: tuple[str | None, str]) -> Verdict:
        supported, declared = pair
        if supported is None:
            found = Verdict.NOWHERE
        elif supported == declared:
            found = Verdict.IN_STAGE
        elif declared in self.after(supported):
            found = Verdict.AHEAD
        else:
            found = Verdict.BEHIND if supported in self.after(declared) else Verdict.ELSEWHERE
        self[pair] = found
        return found

    def after(self, stage: str) -> dict[str, None]:
        """Return the stages that forward edges lead to from ``stage``."""
        found: dict[str, None] = {}
        pending = [stage]
        while pending:
            for target in self.edges[pending.pop()]:
                if target not in found:
                    found[target] = None
                    pending.append(target)
        return found

    def verdict(self, stage: str | None, declared: str, possible: frozenset[str | None]) -> Verdict:
        """Return the verdict on a record that may be in any of the ``possible`` stages."""
        if stage == declared or len({self[other, declared] for other in possible}) == 1:
            return self[stage, declared]
        return Verdict.CANNOT_TELL


def follow(ways: Ways, start: Spot, record: Record, memo: Memo) -> tuple[str, ...]:
    """Return the stages passed from ``start``: along the first open way, until there is none."""
    passed = [] if start[0] is None else [start[0]]
    spot = start
    while (target := next((way[0] for way in ways[spot] if way[1](record, memo)), None)) is not None:
        passed.append(target)
        spot = (target, False)
    return tuple(passed)


def possible(
    ways: Ways, start: Spot, record: Record, memo: Memo, order: Mapping[str | None, int], told: tuple[NextStage, ...] | None
) -> tuple[frozenset[str | None], tuple[str, ...]]:
    """Return where placement can end when each unknown way may be open or not, and the missing fields of these ways.

    The fields are none where only one stage is possible. ``order`` is that of the stages in the file; ``told`` is what stands in
    the ways out of ``start``, where all of them are closed by a criterion that is false and by nothing else.
    """
    ends: set[str | None] = set()
    unknown: list[tuple[int, list[Way] | list[NextStage]]] = []
    if told is None:
        pending = [start]
    else:
        waiting = [way for way in told if not way[2]]
        if len(waiting) == 1 and _is_end(ways[waiting[0][0], False], record, memo):  # by far the commonest case
            names = waiting[0][3][0][2] if len(waiting[0][3]) == 1 else tuple(dict.fromkeys(_lacking(waiting[0], record, memo)))
            return frozenset((start[0], waiting[0][0])), names
        pending = [(way[0], False) for way in waiting]
        ends.add(start[0])
        unknown.append((-1 if start[1] else order[start[0]], waiting))
    found = {start, *pending}
    while pending:
        spot = pending.pop()
        doubtful: list[Way] = []
        for way in ways[spot]:
            state = way[1](record, memo)
            if state is False:
                continue
            reached: Spot = (way[0], False)
            if reached not in found:
                found.add(reached)
                pending.append(reached)
            if state:
                break
            doubtful.append(way)
        else:
            ends.add(spot[0])
        if doubtful:
            unknown.append((-1 if spot[1] else order[spot[0]], doubtful))
    if len(ends) == 1:
        return frozenset(ends), ()
    if len(unknown) > 1:
        unknown.sort(key=first)
    fields = dict.fromkeys([name for _, some in unknown for each in some for name in _lacking(each, record, memo)])
    return frozenset(ends), tuple(fields)


def _is_end(ways: tuple[Way, ...], record: Record, memo: Memo) -> bool:
    """Return whether all ``ways`` are closed."""
    for way in ways:  # noqa: SIM110 - all() with a generator takes longer than the ways
        if way[1](record, memo) is not False:
            return False
    return True


def _lacking(way: Way | NextStage, record: Record, memo: Memo) -> Sequence[str]:
    """Return the missing fields of a way that is unknown."""
    if not isinstance(way, NextStage):
        return way[2](record, memo)
    unknown = way[3]
    return unknown[0][2] if len(unknown) == 1 else [name for blocker in unknown for name in blocker[2]]
