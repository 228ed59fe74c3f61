"""The examples of a ruleset into what of it they show: each goal with the first example that does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from revrules.examples import run_examples
from revrules.proofs.goals import NOWHERE, Chosen, End, Step, goals
from revrules.proofs.noticing import Watch, uses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from revrules import ir
    from revrules.proofs.goals import Goal, Section


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a goal: the title of the first example that shows it, or that no record can (proved), and why not."""

    goal: Goal
    by: str | None = None
    impossible: str = ""

    @property
    def open(self) -> bool:
        """Whether an example is missing."""
        return self.by is None and not self.impossible


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the examples that come out as they expect show of a ruleset. ``examples`` counts these."""

    examples: int
    shown: tuple[Shown, ...]

    @property
    def missing(self) -> tuple[Goal, ...]:
        """The goals for which an example is missing."""
        return tuple(each.goal for each in self.shown if each.open)

    @property
    def percent(self) -> float:
        """The share of goals that are shown among those that can be; 100 where there is none."""
        return share(self.shown)

    def sections(self) -> dict[Section, tuple[Shown, ...]]:
        """The goals by declaration, in their order."""
        found: dict[Section, list[Shown]] = {}
        for each in self.shown:
            found.setdefault(each.goal.section, []).append(each)
        return {section: tuple(own) for section, own in found.items()}


def share(shown: Iterable[Shown]) -> float:
    """Return the percentage of goals that are shown among those that are not impossible; 100 where there is none."""
    possible = [each for each in shown if not each.impossible]
    return 100 * sum(each.by is not None for each in possible) / len(possible) if possible else 100.0


def coverage(ruleset: ir.Ruleset, *, as_of: datetime | None = None) -> Coverage:
    """Return what the examples of ``ruleset`` show of it; ``as_of`` is the instant of those that do not say one."""
    watches = watches_of(ruleset, as_of=as_of)
    return Coverage(len(watches), tuple(Shown(goal, _shown_by(goal, watches)) for goal in goals(ruleset)))


def watches_of(ruleset: ir.Ruleset, *, as_of: datetime | None = None) -> list[Watch]:
    """Return the examples that come out as they expect, ready to be asked: one that fails shows nothing."""
    uses = uses_of(ruleset)
    passed = (result for result in run_examples(ruleset, as_of=as_of) if result.passed)
    return [Watch(ruleset, result.example, result.as_of, uses) for result in passed]


def shows(watch: Watch, goal: Goal) -> bool:
    """Return whether an example shows a goal."""
    match goal.seen:
        case None:
            return any(watch.notices(change, decided=True) for change in goal.changes)
        case End(lifecycle, stage):
            placement = watch.placement(lifecycle)
            return placement is not None and placement.stage == stage
        case Step():
            return _comes_to(watch, goal.seen)
        case Chosen(definition, row):
            return watch.reads(definition) and row in watch.rows(watch.ruleset.definition(definition))


def _shown_by(goal: Goal, watches: Sequence[Watch]) -> str | None:
    return next((watch.example.title for watch in watches if shows(watch, goal)), None)


def _comes_to(watch: Watch, step: Step) -> bool:
    """Return whether the example takes a way, or comes to it and does not take it (nor an earlier one)."""
    placement = watch.placement(step.lifecycle)
    if placement is None:
        return False
    path = (NOWHERE, *placement.path)
    if step.source not in path:
        return False
    after = path.index(step.source) + 1
    taken = path[after] if after < len(path) else None
    ways = watch.ways(step.lifecycle, step.source)
    if step.taken:
        return taken == step.target
    return taken is None or (taken != step.target and ways.index(taken) > ways.index(step.target))


def settled(found: Coverage, impossible: dict[int, str]) -> Coverage:
    """Return the coverage in which some goals do not count: by their ``id``, each for its reason."""
    shown = tuple(replace(each, impossible=impossible.get(id(each.goal), "")) if each.open else each for each in found.shown)
    return replace(found, shown=shown)
