"""The ways of a lifecycle and a record for which some are unknown into the stages where it may end, and into verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.runtime.results import NextStage, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    Record: TypeAlias = Mapping[str, object]
    Memo: TypeAlias = dict[object, object]
    Way: TypeAlias = tuple[
        str,
        Callable[[Record, Memo], bool | None],  # whether it is open
        Callable[[Record, Memo], tuple[str, ...]],  # what an unknown one depends on
        Callable[[Record, Memo], NextStage],  # what stands in the way
    ]
    Ways: TypeAlias = dict[str | None, tuple[Way, ...]]  # those out of each stage, None before the entry


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


def follow(ways: Ways, start: str | None, leaving: tuple[Way, ...], record: Record, memo: Memo) -> tuple[str, ...]:
    """Return the stages passed from ``start``, which ``leaving`` leads out of: along the first open way, until there is none."""
    passed = [] if start is None else [start]
    while (target := next((way[0] for way in leaving if way[1](record, memo)), None)) is not None:
        passed.append(target)
        leaving = ways[target]
    return tuple(passed)


def possible(
    ways: Ways,
    order: Mapping[str, int],
    start: str | None,
    leaving: tuple[Way, ...] | None,
    record: Record,
    memo: Memo,
    told: tuple[NextStage, ...] | None,
) -> tuple[frozenset[str | None], tuple[str, ...]]:
    """Return where placement can end when each unknown way may be open or not, and the missing fields of these ways.

    The fields are none where only one stage is possible; ``order`` says by what they are sorted. ``leaving`` are the ways out of
    a stage that the record declares, back edges too; None where it declares none. ``told`` is what stands in the ways out of
    ``start``, where all of them are closed by a criterion that is false and by nothing else.
    """
    ends: set[str | None] = set()
    unknown: dict[str | None, Sequence[Way | NextStage]] = {}
    waiting: list[NextStage] = []
    if told is None:
        found: set[str | None] = set()
        pending = [start]
    else:
        unknown[start] = waiting = [way for way in told if not way[2]]
        pending = [way[0] for way in waiting]
        found = {*pending}
        ends.add(start)
        leaving = None
    declared: Sequence[Way] = ()
    while pending:
        stage = pending.pop()
        doubtful = []
        for way in ways[stage] if leaving is None else leaving:
            state = way[1](record, memo)
            if state is False:
                continue
            target = way[0]
            if target not in found:
                found.add(target)
                pending.append(target)
            if state:
                break
            doubtful.append(way)
        else:
            ends.add(stage)
        if leaving is not None:
            declared = doubtful
            leaving = None
        elif doubtful:
            unknown[stage] = doubtful
    if len(ends) == 1:
        return frozenset(ends), ()
    if told is not None and len(unknown) == len(waiting) == 1:  # by far the commonest case
        names = _lacking(waiting[0])
        return frozenset(ends), names if len(names) < 2 else tuple(sorted(names, key=order.__getitem__))
    fields: dict[str, None] = {}
    for way in declared:
        fields.update(dict.fromkeys(way[2](record, memo)))
    for doubts in unknown.values():
        for each in doubts:
            fields.update(dict.fromkeys(_lacking(each) if isinstance(each, NextStage) else each[2](record, memo)))
    return frozenset(ends), tuple(sorted(fields, key=order.__getitem__))


def _lacking(way: NextStage) -> tuple[str, ...]:
    """Return the missing fields of a way that is unknown."""
    blockers = way[3]
    if len(blockers) == 1:
        return blockers[0][2]
    fields: dict[str, None] = {}
    for blocker in blockers:
        for name in blocker[2]:
            fields[name] = None
    return tuple(fields)
