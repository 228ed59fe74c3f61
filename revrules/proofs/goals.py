"""A ruleset into what its examples ought to show: each criterion, branch, score line, rule, edge and stage in each of its states.

A state of a condition is shown by an example in which the condition is in that state *and that decides*: put into another state,
wherever it is in this one, something that the example expects comes out otherwise. This is masking MC/DC (Chilenski 2001) for
three values. So each such goal is a set of changed rulesets, of which an example has to notice one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.criteria import meaning
from revrules.proofs.changes import (
    Change,
    change_definition,
    change_edge,
    change_gate,
    change_rule,
    change_stage,
    criteria_of,
    with_condition,
)
from revrules.proofs.forcing import anything, forced
from revrules.reads import definition_name, in_brief
from revrules.rows import as_choose
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from revrules.source import Span

STATES: tuple[bool | None, ...] = (True, False, None)
TRUE = ir.Literal(True, Scalar.BOOLEAN)
NOWHERE = ""
"""The source of the ways to entry stages."""


@dataclass(frozen=True, slots=True)
class Section:
    """A declaration whose goals are counted together: "lifecycle", "score"…, its name, its entity, its place."""

    kind: str
    name: str
    entity: str
    span: Span | None = None

    @property
    def title(self) -> str:
        """The declaration in words."""
        return f"{self.kind} {self.name} of {self.entity}"


@dataclass(frozen=True, slots=True)
class Step:
    """A way from one stage to the next (``source`` is NOWHERE for the way in), taken or met and not taken."""

    lifecycle: str
    source: str
    target: str
    taken: bool


@dataclass(frozen=True, slots=True)
class End:
    """A stage in which placement ends."""

    lifecycle: str
    stage: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row of a decision table (by its position) that gives a record its class."""

    definition: str
    row: int


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that an example ought to show. ``name`` and ``state`` say what, ``lack`` that no example does.

    It is shown by noticing one of ``changes``, or by what ``seen`` says of the placement. ``condition`` and ``wanted`` are the
    condition that has to be in that state for a record of ``entity``, where the goal is about one.
    """

    section: Section
    name: str
    state: str
    lack: str
    span: Span | None
    changes: tuple[Change, ...] = ()
    seen: Step | End | Chosen | None = None
    condition: ir.Expr | None = None
    wanted: bool | None = None


def goals(ruleset: ir.Ruleset) -> tuple[Goal, ...]:
    """Return the goals of ``ruleset`` in the order in which it declares things: definitions, rules, lifecycles."""
    found: list[Goal] = []
    for definition in ruleset.definitions:
        found += _of_definition(ruleset, definition)
    for rule in ruleset.rules:
        found += _of_rule(ruleset, rule)
    for lifecycle in ruleset.lifecycles:
        found += _of_lifecycle(ruleset, lifecycle)
    return tuple(found)


# --- definitions -------------------------------------------------------------------------------------------------


def _of_definition(ruleset: ir.Ruleset, definition: ir.Definition) -> Iterator[Goal]:
    kind = {ir.DefinitionKind.DEFINE: "definition", ir.DefinitionKind.CLASSIFY: "classification"}
    name = definition_name(definition.id)
    section = Section(kind.get(definition.kind, "score"), name, definition.entity, definition.span)

    def put(expr: ir.Expr) -> Change:
        return change_definition(ruleset, definition, expr)

    match definition.expr:
        case ir.Choose():
            yield from _of_branches(section, definition.expr, put)
        case ir.Points():
            yield from _of_lines(section, definition.expr, put)
        case ir.Table(table):
            yield from _of_table(ruleset, section, definition, ruleset.table(table))
        case expr if ir.type_of(expr) is Scalar.BOOLEAN:
            criteria = definition.criteria or ir.Criterion(definition.name, expr, span=definition.span)
            yield from _of_criteria(section, criteria, lambda whole: put(meaning(whole)))
        case expr:
            known = Goal(section, name, "known", "no example where it has a value, to which that matters", definition.span)
            yield replace(known, changes=(put(ir.Literal(None, definition.type)),), condition=ir.Known(expr), wanted=True)
            missing = replace(known, state="missing", lack="no example where it is missing, to which that matters")
            instead = ir.OrElse(expr, anything(definition.type))
            yield replace(missing, changes=(put(instead),), condition=ir.Known(expr), wanted=False)


def _of_branches(section: Section, expr: ir.Choose, put: Callable[[ir.Expr], Change]) -> Iterator[Goal]:
    lacks = {
        True: ("taken", "no example takes it"),
        False: ("passed over", "no example passes it over, where that decides"),
        None: ("unknown", "no example where it is unknown, and that decides"),
    }
    for n, (condition, member) in enumerate(expr.branches):

        def branch(new: ir.Expr, n: int = n, member: str = member) -> Change:
            return put(replace(expr, branches=(*expr.branches[:n], (new, member), *expr.branches[n + 1 :])))

        for state, (word, lack) in lacks.items():
            goal = Goal(section, f"{section.name}.{member}", word, lack, condition.span or section.span)
            yield _in_state(goal, condition, state, branch)
    if expr.otherwise is not None:
        goal = Goal(section, f"{section.name}.{expr.otherwise}", "taken", "no example falls through to it", section.span)
        yield replace(goal, changes=(put(replace(expr, otherwise=None)),))


def _of_lines(section: Section, expr: ir.Points, put: Callable[[ir.Expr], Change]) -> Iterator[Goal]:
    lacks = {
        True: ("met", "no example gets its points, where that decides"),
        False: ("unmet", "no example goes without its points, where that decides"),
        None: ("unknown", "no example where it is unknown, and that decides"),
    }
    for n, line in enumerate(expr.lines):

        def points(new: ir.Expr, n: int = n, line: ir.Line = line) -> Change:
            return put(replace(expr, lines=(*expr.lines[:n], replace(line, condition=new), *expr.lines[n + 1 :])))

        when = in_brief(line.condition)
        name = f"{section.name}: {line.points:+}{f' when {when}' if when else f' (line {n + 1})'}"
        for state, (word, lack) in lacks.items():
            if line.condition == TRUE and state is not True:
                continue
            yield _in_state(Goal(section, name, word, lack, line.span or section.span), line.condition, state, points)


def _of_table(ruleset: ir.Ruleset, section: Section, definition: ir.Definition, table: ir.DecisionTable) -> Iterator[Goal]:
    for n, row in enumerate(table.rows):
        name = f"{section.name}: line {row.line} of {table.path} ({row.output})"
        yield Goal(section, name, "taken", "no example is decided by it", row.span or section.span, seen=Chosen(definition.id, n))
    if table.otherwise is not None:
        name = f"{section.name}.{table.otherwise}"
        without = replace(as_choose(table, ruleset.inputs(table)), otherwise=None)
        goal = Goal(section, name, "taken", "no example falls through to it", section.span)
        yield replace(goal, changes=(change_definition(ruleset, definition, without),))


# --- criteria ----------------------------------------------------------------------------------------------------

_OF_CRITERIA = {
    True: ("met", "no example where it is met, and that decides"),
    False: ("unmet", "no example where it is not met, and that decides"),
    None: ("unknown", "no example where it is unknown, and that decides"),
}


def _of_criteria(
    section: Section, criteria: ir.Criteria, put: Callable[[ir.Criteria], Change], prefix: str | None = None
) -> Iterator[Goal]:
    """Yield the goals of each criterion; ``prefix`` is that of their names, without it the name of the section."""
    inside = section.name if prefix is None else prefix
    for steps, criterion in criteria_of(criteria):

        def one(new: ir.Expr, steps: tuple[int, ...] = steps) -> Change:
            return put(with_condition(criteria, steps, new))

        alone = not steps and inside.split(" for ")[0] == criterion.name
        name = inside if alone else f"{inside}.{criterion.name}"
        for state, (word, lack) in _OF_CRITERIA.items():
            goal = Goal(section, name, word, lack, criterion.span or section.span)
            yield _in_state(goal, criterion.condition, state, one)


def _in_state(goal: Goal, condition: ir.Expr, state: bool | None, put: Callable[[ir.Expr], Change]) -> Goal:
    """Return the goal that ``condition`` is in ``state`` and decides: put elsewhere, something comes out otherwise."""
    others = [other for other in STATES if other is not state]
    changes = tuple(put(forced(condition, state, other)) for other in others)
    return replace(goal, changes=changes, condition=condition, wanted=state)


# --- rules -------------------------------------------------------------------------------------------------------


def _of_rule(ruleset: ir.Ruleset, rule: ir.Rule) -> Iterator[Goal]:
    section = Section("rule", rule.name, rule.entity, rule.span)

    def goal(state: str, lack: str, change: Change, condition: tuple[ir.Expr, bool]) -> Goal:
        return Goal(section, rule.name, state, lack, rule.span, (change,), None, *condition)

    broken = forced(rule.require, False, True)
    yield goal(
        "violated", "no example breaks it and expects so", change_rule(ruleset, rule, require=broken), (rule.require, False)
    )
    kept = forced(rule.require, True, False)
    yield goal("kept", "no example keeps it and expects so", change_rule(ruleset, rule, require=kept), (rule.require, True))
    if rule.when != TRUE:
        asked = change_rule(ruleset, rule, when=forced(rule.when, False, True))
        yield goal("not asked", "no example to which it does not apply, and that decides", asked, (rule.when, False))
    if isinstance(rule.criteria, ir.Group):
        yield from _of_criteria(section, rule.criteria, lambda whole: change_rule(ruleset, rule, require=meaning(whole)))


# --- lifecycles --------------------------------------------------------------------------------------------------


def _of_lifecycle(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle) -> Iterator[Goal]:
    section = Section("lifecycle", lifecycle.name, lifecycle.entity, lifecycle.span)
    for stage in lifecycle.stages:
        end = End(lifecycle.name, stage.name)
        yield Goal(section, stage.name, "ended in", "no example ends here", stage.span, seen=end)
        if stage.entry:
            yield from _of_step(section, stage.name, Step(lifecycle.name, NOWHERE, stage.name, True), stage.span)
        yield from _of_stage(ruleset, section, lifecycle, stage)
        for edge in lifecycle.edges:
            if edge.target == stage.name and not edge.back:
                yield from _of_edge(ruleset, section, lifecycle, edge)


def _of_stage(ruleset: ir.Ruleset, section: Section, lifecycle: ir.Lifecycle, stage: ir.Stage) -> Iterator[Goal]:
    def put(criteria: ir.Criteria) -> Change:
        return change_stage(ruleset, lifecycle, stage, criteria)

    if stage.requires is not None:
        yield from _of_criteria(section, stage.requires, put, stage.name)
    stamp = stage.stamped_by
    if stamp is None or stage.condition == ir.Known(stamp):
        return
    known = Goal(section, f"{stage.name}.{stamp.name}", "stamped", "no example comes in by its stamp alone", stamp.span)
    without = replace(stage, stamped_by=None, leave_within=None)
    changed = (change_gate(ruleset, lifecycle, stage, without),)
    yield replace(known, changes=changed, condition=ir.Known(stamp), wanted=True)
    open_ = replace(stage, requires=None, condition=TRUE)
    always = (change_gate(ruleset, lifecycle, stage, open_),)
    lack = "no example stays out because its stamp is missing"
    yield replace(known, state="not stamped", lack=lack, changes=always, condition=ir.Known(stamp), wanted=False)


def _of_edge(ruleset: ir.Ruleset, section: Section, lifecycle: ir.Lifecycle, edge: ir.Edge) -> Iterator[Goal]:
    name = f"{edge.source} → {edge.target}"
    yield from _of_step(section, name, Step(lifecycle.name, edge.source, edge.target, True), edge.span)
    if edge.condition != TRUE:
        when = ir.Criterion("when", edge.condition, span=edge.condition.span or edge.span)

        def put(criteria: ir.Criteria) -> Change:
            return change_edge(ruleset, lifecycle, edge, meaning(criteria))

        yield from _of_criteria(section, when, put, name)


def _of_step(section: Section, name: str, step: Step, span: Span | None) -> Iterator[Goal]:
    way = f"→ {name}" if step.source == NOWHERE else name
    yield Goal(section, way, "taken", "no example takes it", span, seen=step)
    yield Goal(section, way, "not taken", "no example comes to it and does not take it", span, seen=replace(step, taken=False))
