"""A record that two versions place otherwise into the clauses that are responsible: where its paths part, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir
from revrules.impact.decisions import Decisions
from revrules.reference.walk import ALWAYS, gate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.impact.clauses import Both, Clauses, Version
    from revrules.impact.decisions import Asked
    from revrules.ir import Criteria, Criterion, Lifecycle, Stage
    from revrules.tables.twice import Twice

ELSEWHERE = "something else that it reads"
"""What is told where no clause is to be found; no record should show it."""


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the lifecycle, and a record that is asked about it."""

    version: Version
    lifecycle: Lifecycle
    asked: Asked
    is_new: bool

    def met(self, expr: ir.Expr) -> bool:
        """Return whether a condition is true."""
        return self.asked.is_(True, expr, self.version, is_new=self.is_new)

    def way(self, source: str | None, target: str) -> ir.Expr | None:
        """Return the condition of the way, None where there is none."""
        if source is None:
            return ALWAYS if any(stage.entry and stage.name == target for stage in self.lifecycle.stages) else None
        edges = (edge for edge in self.lifecycle.edges if (edge.source, edge.target) == (source, target))
        return next((edge.condition for edge in edges), None)

    def stage(self, name: str) -> Stage:
        """Return a stage."""
        return self.lifecycle.stage(name)


class Ways:
    """Two versions of a lifecycle, to be asked why a record takes another way. ``names``: the new names of old stages."""

    def __init__(self, clauses: Clauses, lifecycles: tuple[Lifecycle, Lifecycle]) -> None:
        self._clauses = clauses
        self._decisions = Decisions()
        self._lifecycles = lifecycles
        self.names = clauses.naming.stages(lifecycles[1])
        self._back = {new: old for old, new in self.names.items()}
        self._gates = tuple({stage.name: gate(stage) for stage in lifecycle.stages} for lifecycle in lifecycles)
        self._stamps = tuple(
            {stage.name: ir.Known(stage.stamped_by) for stage in lifecycle.stages if stage.stamped_by is not None}
            for lifecycle in lifecycles
        )

    def of_move(self, twice: Twice) -> tuple[str, ...]:
        """Return the clauses that make the record end elsewhere."""
        paths = twice.judged[0].path, twice.judged[1].path
        declared = twice.judged[0].declared, twice.judged[1].declared
        return self._decisions.found((paths, declared), twice.records, lambda asked: self._of_move(asked, paths, declared))

    def _of_move(
        self, asked: Asked, paths: tuple[Sequence[str], Sequence[str]], declared: tuple[str | None, str | None]
    ) -> tuple[str, ...]:
        old, new = self._sides(asked)
        before, after = paths
        shared = 0
        while shared < min(len(before), len(after)) and self.names.get(before[shared]) == after[shared]:
            shared += 1
        spots = before[shared - 1] if shared else None, after[shared - 1] if shared else None
        was, now = before[shared] if shared < len(before) else None, after[shared] if shared < len(after) else None
        if not shared and declared[0] is not None and self.names.get(declared[0]) != declared[1]:
            return (f"the declared stage is read as `{declared[0] or 'none'}` → `{declared[1] or 'none'}`",)
        found: list[str] = []
        if was is not None:
            found += self._shut((old, new), spots, (was, self.names.get(was)))
        if now is not None:
            found += self._shut((new, old), (spots[1], spots[0]), (now, self._back.get(now)))
        if not found and was is not None and now is not None:
            found = [f"order of the ways out of `{spots[1] or 'the start'}`"]
        return tuple(dict.fromkeys(found)) or (ELSEWHERE,)

    def of_verdict(self, twice: Twice) -> tuple[str, ...]:
        """Return the clauses that differ on the ways along the record's path and out of its stage; its stage is the same."""
        if self.names.get(twice.judged[0].declared or "") != twice.judged[1].declared:
            return ("the declared stage is read otherwise",)
        return self._decisions.found("verdict", twice.records, self._of_verdict)

    def _of_verdict(self, asked: Asked) -> tuple[str, ...]:
        found: list[str] = []
        for name, other in self.names.items():
            pair = self._gates[0][name], self._gates[1][other]
            if self._clauses.differ(pair, asked):
                found += self._clauses.between(pair, asked, f"gate of `{other}`")
        return tuple(dict.fromkeys(found)) or ("what is possible with missing values",)

    def _sides(self, asked: Asked) -> tuple[Side, Side]:
        (before, after), clauses = self._lifecycles, self._clauses
        return Side(clauses.old, before, asked, is_new=False), Side(clauses.new, after, asked, is_new=True)

    def _shut(
        self, sides: tuple[Side, Side], spots: tuple[str | None, str | None], targets: tuple[str, str | None]
    ) -> Iterator[str]:
        """Yield why the way that is open on the first of ``sides`` is not on the second; nothing where it is open there, too."""
        here, there = sides
        target, other = targets
        shown = other if there.is_new and other is not None else target
        if other is None:
            yield f"stage `{target}` is {'new' if here.is_new else 'gone'}"
            return
        own, condition = here.way(spots[0], target), there.way(spots[1], other)
        source = spots[1] if there.is_new else spots[0]
        if condition is None or own is None:
            way = f"entry `{shown}`" if source is None else f"way from `{source}` to `{shown}`"
            yield f"{way} is {'new' if here.is_new else 'gone'}"
            return
        if not there.met(condition):
            yield from self._between(sides, (own, condition), f"way to `{shown}`")
        stage = there.stage(other)
        if not there.met(self._gates[there.is_new][other]):
            yield from self._gate(sides, (here.stage(target), stage), shown)

    def _gate(self, sides: tuple[Side, Side], stages: tuple[Stage, Stage], shown: str) -> Iterator[str]:
        """Yield why the gate that is open on the first of ``sides`` is closed on the second."""
        here, there = sides
        own, other = stages
        found = list[str]()
        stamp, other_stamp = self._stamps[here.is_new].get(own.name), self._stamps[there.is_new].get(other.name)
        if stamp is not None and here.met(stamp):
            if other_stamp is None:
                found.append(f"stamp of `{shown}` is {'new' if here.is_new else 'gone'}")
            else:
                found += self._between(sides, (stamp, other_stamp), f"stamp of `{shown}`")
        if here.met(own.condition):
            found += self._criteria(sides, (own.requires, other.requires), shown)
            if not found:
                found += self._between(sides, (own.condition, other.condition), f"gate of `{shown}`")
        yield from found

    def _criteria(self, sides: tuple[Side, Side], criteria: tuple[Criteria | None, Criteria | None], shown: str) -> Iterator[str]:
        """Yield the criteria that are not met on the second of ``sides`` and are on the first, or are not there."""
        here, there = sides
        own = {each.name: each for each in each_criterion(criteria[0])}
        for criterion in _unmet(criteria[1], there):
            counterpart = own.get(criterion.name)
            if counterpart is None:
                word = "dropped" if here.is_new else "added"
                yield f"criterion `{criterion.name}` of `{shown}` {word}"
            elif here.met(counterpart.condition):
                pair = counterpart.condition, criterion.condition
                yield from self._between(sides, pair, f"`{shown}.{criterion.name}`")
        kept = {each.name for each in each_criterion(criteria[1])}
        for name, criterion in own.items():
            if name not in kept and here.met(criterion.condition) and _alternative(criteria[0], criterion):
                yield f"criterion `{name}` of `{shown}` {'added' if here.is_new else 'dropped'}"

    def _between(self, sides: tuple[Side, Side], pair: Both, place: str) -> tuple[str, ...]:
        """Return the clauses of a pair of conditions, the first of which is of the first of ``sides``."""
        here, _ = sides
        ordered = (pair[1], pair[0]) if here.is_new else pair
        return self._clauses.between(ordered, here.asked, place)


def each_criterion(criteria: Criteria | None) -> Iterator[Criterion]:
    """Yield the criteria, in and out of groups."""
    if isinstance(criteria, ir.Criterion):
        yield criteria
    elif criteria is not None:
        for member in criteria.members:
            yield from each_criterion(member)


def _unmet(criteria: Criteria | None, side: Side) -> Iterator[Criterion]:
    """Yield the criteria for want of which ``criteria`` are not met."""
    if criteria is None or _met(criteria, side):
        return
    if isinstance(criteria, ir.Criterion):
        yield criteria
        return
    for member in criteria.members:
        yield from _unmet(member, side)


def _met(criteria: Criteria, side: Side) -> bool:
    if isinstance(criteria, ir.Criterion):
        return side.met(criteria.condition)
    met = sum(_met(member, side) for member in criteria.members)
    match criteria.kind:
        case ir.GroupKind.ALL:
            return met == len(criteria.members)
        case ir.GroupKind.ANY:
            return met > 0
        case ir.GroupKind.AT_LEAST:
            return met >= criteria.count


def _alternative(criteria: Criteria | None, criterion: Criterion) -> bool:
    """Return whether ``criterion`` is one of several of which not all are needed: without it there is a way less."""
    if not isinstance(criteria, ir.Group):
        return False
    if any(member is criterion for member in criteria.members):
        return criteria.kind is not ir.GroupKind.ALL
    return any(_alternative(member, criterion) for member in criteria.members)
