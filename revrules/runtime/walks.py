"""The ways of a lifecycle and a record for which some are unknown into the stages where it may end, and into verdicts."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from revrules.runtime.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from revrules.runtime.results import NextStage

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
    ways: Ways, start: Spot, record: Record, memo: Memo, order: Mapping[str | None, int]
) -> tuple[frozenset[str | None], tuple[str, ...]]:
    """Return where placement can end when each unknown way may be open or not, and the missing fields of these ways.

    The fields are none where only one stage is possible. ``order`` is that of the stages in the file.
    """
    found = {start}
    pending = [start]
    ends: set[str | None] = set()
    unknown: list[tuple[int, list[Way]]] = []
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
    unknown.sort(key=first)
    return frozenset(ends), tuple(dict.fromkeys([name for _, some in unknown for way in some for name in way[2](record, memo)]))


first = itemgetter(0)
