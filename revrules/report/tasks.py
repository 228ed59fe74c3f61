"""A report into what somebody can do: criteria that block, data that is missing, rules that are broken, records that are late."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from revrules.problems.words import plural
from revrules.report.values import Kind, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.ir import LeaveWithin, Ruleset
    from revrules.report.values import Report
    from revrules.report.words import Names

Name = TypeVar("Name", str, tuple[str, str])

ASSERTED = "assert"
LEVELS = ("block", ASSERTED, "warn", "observe")
"""The weightiest first."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A criterion before a stage; ``bar`` is its part of the largest, 0 to 100."""

    criterion: str
    asks: str
    doc: str
    stage: str
    owners: str
    unmet: int
    unknown: int
    bar: float

    @property
    def count(self) -> int:
        """The records that it keeps back."""
        return self.unmet + self.unknown


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that is missing; ``open`` counts records whose stage depends on it, ``ahead`` those ahead for want of it.

    The bars are parts of the largest such number, 0 to 100.
    """

    name: str
    label: str
    systems: str
    open: int
    ahead: int
    bar_open: float
    bar_ahead: float
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamGaps:
    """What one team should fill in."""

    owners: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule or an assertion that records break."""

    name: str
    level: str
    message: str
    owners: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A stage in which records are overdue; ``standing`` counts all of its records."""

    stage: str
    owners: str
    limit: str
    count: int
    standing: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """A field whose cells hold no value, or that is required and missing."""

    name: str
    label: str
    owners: str
    count: int
    names: tuple[str, ...]


def blockers(report: Report, names: Names) -> tuple[Blocker, ...]:
    """Return what keeps records from their next stages, the largest first; lost stages keep nobody."""
    unmet, unknown = report.summary.blockers, report.summary.unknown
    together = Counter(unmet) + Counter(unknown)
    most = max(together.values(), default=1)
    found = []
    for (stage, name), count in _largest(together):
        called, asks, doc = names.criterion(stage, name)
        counts = (unmet.get((stage, name), 0), unknown.get((stage, name), 0))
        owners = names.teams(names.owners(stage))
        found.append(Blocker(called, asks, _line(doc), names.stage(stage), owners, *counts, _part(count, most)))
    return tuple(found)


def gaps(report: Report, names: Names) -> tuple[TeamGaps, ...]:
    """Return the missing fields by the team that should fill them in, the team with most to do first."""
    open_, ahead = report.summary.missing, report.summary.ahead_lacks
    most = max((*open_.values(), *ahead.values()), default=1)
    owned: dict[tuple[str, ...], list[Gap]] = {}
    for name, _ in _largest(Counter(open_) + Counter(ahead)):
        known = names.described(name)
        here, there = open_.get(name, 0), ahead.get(name, 0)
        shown = report.names.get(Subject(Kind.MISSING, name), ())
        label = known.label if known.label != name else ""
        bars = (_part(here, most), _part(there, most))
        gap = Gap(name, label, names.systems(known.systems), here, there, *bars, shown)
        owned.setdefault(known.owners, []).append(gap)
    return tuple(TeamGaps(names.teams(owners), tuple(found)) for owners, found in owned.items())


def broken(report: Report, names: Names) -> tuple[Broken, ...]:
    """Return the rules and assertions that records break, the weightiest first."""
    found = []
    for name, count in _largest(report.summary.violations):
        level, message, owners = _declared(report.ruleset, names, name)
        shown = report.names.get(Subject(Kind.RULE, name), ())
        found.append(Broken(name, level, message, names.teams(owners), count, shown))
    return tuple(sorted(found, key=lambda one: LEVELS.index(one.level)))


def late(report: Report, names: Names) -> tuple[Late, ...]:
    """Return the stages in which records are overdue, in the order of the graph."""
    standing: Counter[str | None] = Counter()
    for (stage, _), count in report.summary.stages.items():
        standing[stage] += count
    return tuple(
        Late(
            names.stage(stage.name),
            names.teams(stage.owners),
            _limit(stage.leave_within),
            count,
            standing[stage.name],
            report.names.get(Subject(Kind.OVERDUE, stage.name), ()),
        )
        for stage in names.stages
        if (count := report.overdue.get(stage.name, 0))
    )


def odd(report: Report, names: Names) -> tuple[Odd, ...]:
    """Return the fields whose cells hold no value, the most frequent first."""
    found = []
    for name, count in _largest(report.summary.problems):
        known = names.described(name)
        shown = report.names.get(Subject(Kind.PROBLEM, name), ())
        found.append(Odd(name, known.label if known.label != name else "", names.teams(known.owners), count, shown))
    return tuple(found)


def _largest(counts: Mapping[Name, int]) -> list[tuple[Name, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _declared(ruleset: Ruleset, names: Names, name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return level, message and owners of a rule or an assertion; one about a stage is a matter of those who own the stage."""
    entity = names.entity.name
    for rule in ruleset.rules:
        if (rule.name, rule.entity) == (name, entity):
            return rule.level.value, _line(rule.message or rule.doc), rule.owners
    for claim in ruleset.assertions:
        if (claim.name, claim.entity) == (name, entity):
            return ASSERTED, _line(claim.because), names.owners(claim.stage or "")
    return ASSERTED, "", ()


def _limit(limit: LeaveWithin | None) -> str:
    if limit is None:
        return ""
    return f"within {limit.count} {'business ' if limit.calendar else ''}{plural(limit.count, limit.unit.value)}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _part(count: int, most: int) -> float:
    return round(100 * count / most, 1)
