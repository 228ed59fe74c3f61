"""A ruleset into what in it would have no reasonable bound: in time or memory for one record, or in the text made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules import ir
from revrules.problems import names
from revrules.reads import children
from revrules.runtime.clock import LENGTH_OF
from revrules.syntax import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.source import Span

    Path: TypeAlias = tuple[tuple[str, bool], ...]
    """Relations one after another, from the record that is judged: (name, whether to many)."""

MOST_NESTED = 200
"""Expressions inside one another, those of the definitions that they use counted in."""
MOST_RELATIONS = 10
"""Relations one after another, likewise."""
MOST_MANY = 3
"""Relations to many records among these, and aggregates inside one another: work grows with this power of their number."""
MOST_PLACES = 2_000
"""Definitions and related records by the ways that lead to them."""
MOST_WORKING_DAYS = 4_000
"""Working days that business hours or minutes are counted over, one after another."""


class Reach(NamedTuple):
    """How far an expression goes: its levels, aggregates inside one another, what it reaches (path, definition or nothing)."""

    levels: int = 0
    loops: int = 0
    places: frozenset[tuple[Path, str]] = frozenset()


def excesses(ruleset: ir.Ruleset) -> list[Diagnostic]:
    """Return a diagnostic for everything in ``ruleset`` that is beyond the limits of language.md, section 11."""
    known: dict[str, Reach] = {}
    found: list[Diagnostic] = []
    for definition in ruleset.definitions:  # each stands after those that it uses
        known[definition.id] = reach = _reach(definition.expr, known)
        if problem := _beyond(reach):
            found.append(names.beyond_limits(definition.span, f"`{definition.name}`", problem))
            known[definition.id] = Reach()  # told once, not for everything that uses it
        elif problem := _long_business_time(definition.expr, ruleset):
            found.append(names.beyond_limits(definition.span, f"`{definition.name}`", problem))
    for what, span, expr in _said(ruleset):
        if problem := _beyond(_reach(expr, known)) or _long_business_time(expr, ruleset):
            found.append(names.beyond_limits(span, what, problem))
    return found


def _said(ruleset: ir.Ruleset) -> Iterator[tuple[str, Span | None, ir.Expr]]:
    for rule in ruleset.rules:
        yield from ((f"rule `{rule.name}`", rule.span, expr) for expr in (rule.when, rule.require))
    for assertion in ruleset.assertions:
        yield from (("the assertion", assertion.span, expr) for expr in (assertion.where, assertion.has))
    for lifecycle in ruleset.lifecycles:
        for stage in lifecycle.stages:
            yield f"stage `{stage.name}`", stage.span, stage.condition
            leave = stage.leave_within
            if leave is not None and leave.calendar is not None:
                yield f"stage `{stage.name}`", stage.span, ir.BusinessShift(ir.Now(), leave.count, leave.unit, leave.calendar)
        yield from ((f"the way to `{edge.target}`", edge.span, edge.condition) for edge in lifecycle.edges)


def _beyond(reach: Reach) -> str:
    """Return the clause on the limit that is passed, empty for none."""
    if reach.levels > MOST_NESTED:
        return f"nests more than {MOST_NESTED} expressions inside one another"
    if reach.loops > MOST_MANY or any(sum(many for _, many in path) > MOST_MANY for path, _ in reach.places):
        return f"goes through more than {MOST_MANY} lists of related records inside one another"
    if any(len(path) > MOST_RELATIONS for path, _ in reach.places):
        return f"follows more than {MOST_RELATIONS} relations one after another"
    if len(reach.places) > MOST_PLACES:
        return f"reaches related records in more than {MOST_PLACES:,} ways"
    return ""


def _reach(expr: ir.Expr, known: dict[str, Reach]) -> Reach:
    """Return how far ``expr`` goes; ``known`` are the definitions before it."""
    places: set[tuple[Path, str]] = set()

    def go(expr: ir.Expr, at: tuple[Path, ...]) -> tuple[int, int]:
        """Return levels and loops; ``at`` are the paths to the records at hand, the innermost first."""
        inside = at
        loops = 0
        match expr:
            case ir.Field(_, _, path, up) | ir.Related(path, up):
                places.add(((*at[up], *_steps(path)), ""))
            case ir.Ref(definition, _, path, up):
                base = (*at[up], *_steps(path))
                found = known[definition]
                places.add((base, definition))
                if base and len(places) <= MOST_PLACES:
                    places.update(((*base, *further), name) for further, name in found.places)
                elif not base:
                    places.update(place for place in found.places if place[0])
                return found.levels + 1, found.loops if up == 0 else 0  # of an outer record it is worked out once
            case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
                inside = ((*at[relation.up], *_steps(relation.path), (relation.name, True)), *at)
                places.add((inside[0], ""))
                loops = 1
        below = [go(child, inside) for child in children(expr)]
        deepest = max((levels for levels, _ in below), default=0)
        return deepest + 1, loops + max((inner for _, inner in below), default=0)

    levels, loops = go(expr, ((),))
    return Reach(levels, loops, frozenset(places))


def _steps(path: tuple[str, ...]) -> Path:
    return tuple((name, False) for name in path)


def _long_business_time(expr: ir.Expr, ruleset: ir.Ruleset) -> str:
    """Return the clause on business hours over too many working days, empty for none."""
    waiting = [expr]
    while waiting:
        expr = waiting.pop()
        waiting += children(expr)
        if isinstance(expr, ir.BusinessShift) and expr.unit is not Unit.DAY:
            calendar = ruleset.calendar(expr.calendar)
            if abs(expr.count) > MOST_WORKING_DAYS * _working_day(calendar) // LENGTH_OF[expr.unit.value]:
                return f"counts business hours over more than {MOST_WORKING_DAYS:,} working days"
    return ""


def _working_day(calendar: ir.Calendar) -> timedelta:
    """Return how long the calendar's working day is."""
    closes = timedelta(hours=calendar.closes.hour, minutes=calendar.closes.minute, seconds=calendar.closes.second)
    opens = timedelta(hours=calendar.opens.hour, minutes=calendar.opens.minute, seconds=calendar.opens.second)
    return max((closes or timedelta(days=1)) - opens, timedelta(0))
