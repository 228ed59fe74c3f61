"""A survey into findings about what stages say of themselves: outcome, probability, forecast, labels, time limits."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import conjuncts
from revrules.problems import stages as problems
from revrules.problems.words import plural
from revrules.stages import order
from revrules.syntax import Unit
from revrules.types import EnumMember, EnumType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.stages import StageGraph

CERTAIN = {ir.Outcome.WON: Decimal(1), ir.Outcome.LOST: Decimal(0)}

CONTRADICTING = {
    ir.Outcome.WON: (frozenset({"omitted", "pipeline", "best_case", "most_likely", "commit"}), "`closed`"),
    ir.Outcome.LOST: (frozenset({"closed", "pipeline", "best_case", "most_likely", "commit"}), "`omitted`"),
    None: (frozenset({"closed"}), "an open category such as `pipeline`"),
}
"""The forecast categories that do not fit an outcome, and what would."""

DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 91, Unit.YEAR: 365}


def folded(text: str) -> str:
    """Return ``text`` without case, spaces, hyphens and underscores: what people take for the same spelling.

    >>> folded("Closed-Won ") == folded("closed_won")
    True
    """
    return re.sub(r"[\s_\-\u2010-\u2015]+", "", text).casefold()


def clock_without_stamp(survey: Survey) -> Iterator[Diagnostic]:
    """Find time limits whose clock never starts."""
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            if stage.leave_within is not None and stage.stamped_by is None:
                yield problems.clock_without_stamp(graph.lifecycle, stage)


def probability_falls(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages less probable than one before them. Stages without a probability pass on the highest before them."""
    for graph in survey.graphs:
        highest: dict[str, ir.Stage] = {}
        for name in order(graph) or ():
            stage = graph.stages[name]
            before = highest.get(name)
            if stage.outcome is None and before is not None and _probability(stage, 1) < _probability(before, 0):
                yield problems.probability_falls(graph.lifecycle, before, stage)
            best = before if stage.probability is None or stage.outcome is not None else stage
            for edge in graph.forward(name):
                known = highest.get(edge.target)
                if best is not None and (known is None or _probability(best, 0) > _probability(known, 0)):
                    highest[edge.target] = best


def outcome_probability(survey: Survey) -> Iterator[Diagnostic]:
    """Find won stages that are not certain and lost ones that are not impossible."""
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            if stage.outcome is not None and stage.probability not in (None, CERTAIN[stage.outcome]):
                yield problems.outcome_probability(graph.lifecycle, stage, CERTAIN[stage.outcome])


def outcome_forecast(survey: Survey) -> Iterator[Diagnostic]:
    """Find forecast categories that contradict the outcome."""
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            contradicting, fitting = CONTRADICTING[stage.outcome]
            if stage.forecast in contradicting:
                yield problems.outcome_forecast(graph.lifecycle, stage, fitting)


def claims(survey: Survey) -> Iterator[Diagnostic]:
    """Find values of the tracked field that fit no stage, stages that no value fits, and pairs that differ only in spelling."""
    for graph in survey.graphs:
        tracks = graph.lifecycle.tracks
        if tracks is not None and isinstance(tracks.type, EnumType):
            yield from _unclaimed(graph, tracks.type)


def shared_label(survey: Survey) -> Iterator[Diagnostic]:
    """Find spellings that stand for two stages."""
    for graph in survey.graphs:
        first: dict[str, ir.Stage] = {}
        for stage in graph.lifecycle.stages:
            for spelling in dict.fromkeys(_spellings(stage)):
                if first.setdefault(spelling, stage) is not stage:
                    yield problems.shared_label(graph.lifecycle, spelling, first[spelling], stage)


def window_before_limit(survey: Survey) -> Iterator[Diagnostic]:
    """Find stages whose time limit outlasts a window, counted from the same stamp, that the next stage needs."""
    for graph in survey.graphs:
        for edge in graph.lifecycle.edges:
            stage, following = graph.stages[edge.source], graph.stages[edge.target]
            limit = stage.leave_within
            if limit is None or limit.calendar or limit.unit not in DAYS or stage.stamped_by is None or edge.back:
                continue
            windows = [days for part in conjuncts(following.condition) if (days := _window(part, stage.stamped_by))]
            if windows and following.stamped_by is None and min(windows) < limit.count * DAYS[limit.unit]:
                said = f"{limit.count} {plural(limit.count, limit.unit.value)}"
                window = f"{min(windows)} {plural(min(windows), 'day')}"
                yield problems.window_before_limit(graph.lifecycle, stage, following, limit=said, window=window)


def _probability(stage: ir.Stage, otherwise: int) -> Decimal:
    return Decimal(otherwise) if stage.probability is None else stage.probability


def _spellings(stage: ir.Stage) -> tuple[str, ...]:
    return (stage.name, *stage.labels, *stage.was)


def _unclaimed(graph: StageGraph, claimed: EnumType) -> Iterator[Diagnostic]:
    lifecycle = graph.lifecycle
    exact = {spelling: stage for stage in lifecycle.stages for spelling in _spellings(stage)}
    near = {folded(spelling): (stage, spelling) for spelling, stage in exact.items()}
    found: set[str] = set()
    missing: list[str] = []
    for member in claimed.members:
        hits = {exact[spelling].name for spelling in _member(member) if spelling in exact}
        close = [(near[folded(s)], s) for s in _member(member) if folded(s) in near]
        if not hits and close:
            (stage, spelled), said = close[0]
            hits.add(stage.name)
            yield problems.stage_spelling(lifecycle, stage, said, spelled)
        elif not hits:
            missing.append(member.name)
        found |= hits
    if missing:
        yield problems.member_without_stage(lifecycle, missing, list(graph.stages))
    never = [stage for stage in lifecycle.stages if stage.name not in found]
    if never:
        yield problems.stage_never_claimed(lifecycle, never)


def _member(member: EnumMember) -> tuple[str, ...]:
    return (member.name, *member.labels)


def _window(condition: ir.Expr, stamp: ir.Field) -> int | None:
    """Return the days after ``stamp`` up to which ``condition`` can hold, where it plainly says so."""
    match condition:
        case ir.Compare(ir.CompareOp.LE | ir.CompareOp.LT, left, right):
            early, late = left, right
        case ir.Compare(ir.CompareOp.GE | ir.CompareOp.GT, left, right):
            early, late = right, left
        case _:
            return None
    if late == stamp:
        days = _moved(early)
        return -days if days is not None and days < 0 and _from_now(early) else None
    days = _moved(late)
    return days if days is not None and days > 0 and _base(late) == stamp else None


def _moved(moment: ir.Expr) -> int | None:
    """Return by how many days ``moment`` lies after what it is counted from."""
    match moment:
        case ir.Shift(_, count, unit) if unit in DAYS:
            return count * DAYS[unit]
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB as op, _, ir.Literal(datetime.timedelta() as span)):
            return span.days if op is ir.ArithOp.ADD else -span.days
        case _:
            return None


def _base(moment: ir.Expr) -> ir.Expr | None:
    match moment:
        case ir.Shift(base) | ir.Arith(_, base):
            return base
        case _:
            return None


def _from_now(moment: ir.Expr) -> bool:
    return isinstance(_base(moment), ir.Now | ir.Today)
