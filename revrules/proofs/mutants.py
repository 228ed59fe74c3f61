"""A ruleset into rulesets with one mistake each; its examples into how many of these mistakes they notice."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

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
    groups_of,
    with_condition,
    with_part,
)
from revrules.proofs.coverage import watches_of
from revrules.proofs.phrases import brief
from revrules.proofs.variants import variants
from revrules.reads import definition_name
from revrules.rows import as_choose
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from revrules.proofs.noticing import Watch
    from revrules.source import Span

MOST_MUTANTS = 1_000
MOST_ROWS = 40
"""Rows of a decision table that are changed."""
OF_LONG_TABLES = 10
"""Rows of a longer one, evenly spread."""
TRUE = ir.Literal(True, Scalar.BOOLEAN)


class Made(NamedTuple):
    """A change before the name of its declaration is known: as in ``Mutant``."""

    change: Change
    words: str
    span: Span | None
    part: ir.Expr | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake: ``words`` follow "no example notices", ``where`` names the declaration.

    ``part`` is the condition or value that it is about, if it is about one; ``inside``: that is said of related records.
    """

    change: Change
    words: str
    where: str
    span: Span | None
    part: ir.Expr | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a mutant: the title of the first example that notices it; or it means the same (proved)."""

    mutant: Mutant
    by: str | None = None
    same: bool = False

    @property
    def survives(self) -> bool:
        """Whether no example notices it, as far as is known one could."""
        return self.by is None and not self.same


@dataclass(frozen=True, slots=True)
class Score:
    """What the examples notice of a number of mistakes: ``all`` of them were possible, these were tried."""

    trials: tuple[Trial, ...]
    all: int

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """The mistakes that no example notices."""
        return tuple(trial.mutant for trial in self.trials if trial.survives)

    @property
    def percent(self) -> float:
        """The share that is noticed of those that are mistakes at all; 100 where there is none."""
        wrong = [trial for trial in self.trials if not trial.same]
        return 100 * sum(trial.by is not None for trial in wrong) / len(wrong) if wrong else 100.0


def score(ruleset: ir.Ruleset, *, as_of: datetime | None = None, seed: int = 0, most: int = MOST_MUTANTS) -> Score:
    """Return which mistakes the examples of ``ruleset`` notice. Where there are more than ``most``, ``seed`` draws from them."""
    every = tuple(mutants(ruleset))
    watches = watches_of(ruleset, as_of=as_of)
    return Score(tuple(Trial(mutant, noticed_by(mutant, watches)) for mutant in drawn(every, seed, most)), len(every))


def drawn(every: tuple[Mutant, ...], seed: int, most: int) -> tuple[Mutant, ...]:
    """Return at most ``most`` of the mutants, in their order, the same ones for the same ``seed``."""
    if len(every) <= most:
        return every
    chosen = sorted(random.Random(seed).sample(range(len(every)), most))
    return tuple(every[n] for n in chosen)


def noticed_by(mutant: Mutant, watches: list[Watch]) -> str | None:
    """Return the title of the first example that comes out otherwise."""
    return next((watch.example.title for watch in watches if watch.notices(mutant.change)), None)


def mutants(ruleset: ir.Ruleset) -> Iterator[Mutant]:
    """Yield all mutants of ``ruleset``, each once: of definitions, rules, lifecycles."""
    for where, made in _made(ruleset):
        if made.change.before != made.change.after:
            yield Mutant(made.change, made.words, where, made.span, made.part, made.inside)


def _made(ruleset: ir.Ruleset) -> Iterator[tuple[str, Made]]:
    for definition in ruleset.definitions:
        where = definition_name(definition.id)
        yield from ((where, made) for made in _of_definition(ruleset, definition))
    for rule in ruleset.rules:
        yield from ((rule.name, made) for made in _of_rule(ruleset, rule))
    for lifecycle in ruleset.lifecycles:
        for stage in lifecycle.stages:
            yield from ((stage.name, made) for made in _of_stage(ruleset, lifecycle, stage))
        for edge in lifecycle.edges:
            if not edge.back:
                yield from ((f"{edge.source} → {edge.target}", made) for made in _of_edge(ruleset, lifecycle, edge))


# --- criteria ----------------------------------------------------------------------------------------------------


def _of_criteria(criteria: ir.Criteria, put: Callable[[ir.Criteria], Change]) -> Iterator[Made]:
    """Yield the mutants of groups, then those of the conditions in them."""
    for steps, group in groups_of(criteria):
        for new, words in _of_group(group):
            changed = with_part(criteria, steps, new)
            assert changed is not None, "a group took the place of a group"
            yield Made(put(changed), words, group.span)
    for steps, criterion in criteria_of(criteria):
        if steps and (without := with_part(criteria, steps, None)) is not None and _still_counts(without):
            yield Made(put(without), f"criterion `{criterion.name}` left out", criterion.span, criterion.condition)
        for variant in variants(criterion.condition):
            changed = with_condition(criteria, steps, variant.expr)
            yield Made(put(changed), variant.words, variant.span or criterion.span, variant.part, variant.inside)


def _of_group(group: ir.Group) -> Iterator[tuple[ir.Group, str]]:
    name = f" in `{group.name}`" if group.name else ""
    if len(group.members) < 2:
        return
    match group.kind:
        case ir.GroupKind.ALL:
            yield replace(group, kind=ir.GroupKind.ANY), f"`all of` becoming `any of`{name}"
        case ir.GroupKind.ANY:
            yield replace(group, kind=ir.GroupKind.ALL), f"`any of` becoming `all of`{name}"
        case ir.GroupKind.AT_LEAST:
            for count in (group.count - 1, group.count + 1):
                if 1 <= count <= len(group.members):
                    yield replace(group, count=count), f"`at least {group.count}` becoming `at least {count}`{name}"


def _still_counts(criteria: ir.Criteria) -> bool:
    """Return whether each `at least` asks for no more than there is."""
    return all(group.kind is not ir.GroupKind.AT_LEAST or group.count <= len(group.members) for _, group in groups_of(criteria))


def _of_condition(condition: ir.Expr, put: Callable[[ir.Expr], Change], span: Span | None) -> Iterator[Made]:
    for variant in variants(condition):
        yield Made(put(variant.expr), variant.words, variant.span or span, variant.part, variant.inside)


# --- definitions -------------------------------------------------------------------------------------------------


def _of_definition(ruleset: ir.Ruleset, definition: ir.Definition) -> Iterator[Made]:
    def put(expr: ir.Expr) -> Change:
        return change_definition(ruleset, definition, expr)

    if definition.criteria is not None:
        yield from _of_criteria(definition.criteria, lambda criteria: put(meaning(criteria)))
        return
    match definition.expr:
        case ir.Choose():
            yield from (Made(put(new), words, span) for new, words, span in _of_branches(definition.expr))
        case ir.Points():
            yield from (Made(put(new), words, span) for new, words, span in _of_score(definition.expr))
        case ir.Table(table):
            yield from (Made(put(new), words, span) for new, words, span in _of_table(ruleset, ruleset.table(table)))
            yield from _of_cells(ruleset, ruleset.table(table), put)
            return
        case _:
            pass
    yield from _of_condition(definition.expr, put, definition.span)


def _of_branches(expr: ir.Choose) -> Iterator[tuple[ir.Expr, str, Span | None]]:
    for n, (condition, member) in enumerate(expr.branches):
        rest = expr.branches[:n] + expr.branches[n + 1 :]
        if rest:
            yield replace(expr, branches=rest), f"branch `{member}` left out", condition.span
    for n, ((first, one), (second, other)) in enumerate(zip(expr.branches, expr.branches[1:], strict=False)):
        before, after = expr.branches[:n], expr.branches[n + 2 :]
        if one != other:
            swapped = replace(expr, branches=(*before, (first, other), (second, one), *after))
            yield swapped, f"`{one}` and `{other}` given for each other", first.span
        if expr.mode is ir.ChooseMode.FIRST_MATCH:
            later = replace(expr, branches=(*before, (second, other), (first, one), *after))
            yield later, f"branch `{other}` tried before `{one}`", second.span
    if expr.otherwise is not None:
        yield replace(expr, otherwise=None), f"`otherwise {expr.otherwise}` left out", expr.span


def _of_score(expr: ir.Points) -> Iterator[tuple[ir.Expr, str, Span | None]]:
    for n, line in enumerate(expr.lines):
        before, after = expr.lines[:n], expr.lines[n + 1 :]
        when = "" if line.condition == TRUE else f" when {brief(line.condition)}"
        yield replace(expr, lines=before + after), f"`{line.points:+}{when}` left out", line.span
        more = replace(line, points=line.points + 1)
        yield replace(expr, lines=(*before, more, *after)), f"`{line.points:+}{when}` giving {more.points:+}", line.span
        if line.up_to is not None:
            words = f"`up to {line.up_to}` left out of `{line.points:+}{when}`"
            yield replace(expr, lines=(*before, replace(line, up_to=None), *after)), words, line.span
    if expr.low is not None:
        yield replace(expr, low=expr.low + 1), f"the least of the score, {expr.low}, becoming {expr.low + 1}", expr.span
    if expr.high is not None:
        yield replace(expr, high=expr.high - 1), f"the most of the score, {expr.high}, becoming {expr.high - 1}", expr.span


def _of_table(ruleset: ir.Ruleset, table: ir.DecisionTable) -> Iterator[tuple[ir.Expr, str, Span | None]]:
    """Yield a table without a row, and with the outputs of two rows that follow each other swapped."""
    inputs = ruleset.inputs(table)
    chosen = spread(len(table.rows))
    for n in chosen if len(table.rows) > 1 else ():
        row = table.rows[n]
        without = replace(table, rows=table.rows[:n] + table.rows[n + 1 :])
        yield as_choose(without, inputs), f"line {row.line} of {table.path} left out", row.span
    for n in chosen:
        if n + 1 < len(table.rows) and table.rows[n].output != table.rows[n + 1].output:
            one, other = table.rows[n], table.rows[n + 1]
            swapped = (replace(one, output=other.output), replace(other, output=one.output))
            rows = table.rows[:n] + swapped + table.rows[n + 2 :]
            words = f"lines {one.line} and {other.line} of {table.path} giving `{other.output}` and `{one.output}`"
            yield as_choose(replace(table, rows=rows), inputs), words, one.span


def _of_cells(ruleset: ir.Ruleset, table: ir.DecisionTable, put: Callable[[ir.Expr], Change]) -> Iterator[Made]:
    """Yield a table of which one row has a limit elsewhere, or a value less; not of a long one, which is data."""
    chosen = as_choose(table, ruleset.inputs(table))
    for n in range(len(table.rows)) if len(table.rows) <= MOST_ROWS else ():
        condition, output = chosen.branches[n]
        for variant in variants(condition):
            if isinstance(variant.part, ir.Compare | ir.RangedCompare) and not variant.inside:
                branches = (*chosen.branches[:n], (variant.expr, output), *chosen.branches[n + 1 :])
                words = f"{variant.words} in line {table.rows[n].line} of {table.path}"
                yield Made(put(replace(chosen, branches=branches)), words, table.rows[n].span, variant.part)


def spread(count: int) -> list[int]:
    """Return so many positions, or some of them, evenly spread."""
    return list(range(count)) if count <= MOST_ROWS else [n * count // OF_LONG_TABLES for n in range(OF_LONG_TABLES)]


# --- rules and lifecycles ----------------------------------------------------------------------------------------


def _of_rule(ruleset: ir.Ruleset, rule: ir.Rule) -> Iterator[Made]:
    yield from _of_condition(rule.when, lambda new: change_rule(ruleset, rule, when=new), rule.span)
    if rule.when != TRUE:
        yield Made(change_rule(ruleset, rule, when=TRUE), f"`when {brief(rule.when)}` left out", rule.when.span or rule.span)
    if rule.criteria is None:
        yield from _of_condition(rule.require, lambda new: change_rule(ruleset, rule, require=new), rule.span)
    else:
        yield from _of_criteria(rule.criteria, lambda new: change_rule(ruleset, rule, require=meaning(new)))
    yield Made(change_rule(ruleset, rule, require=TRUE), "the rule left out", rule.span)


def _of_stage(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, stage: ir.Stage) -> Iterator[Made]:
    stamp = stage.stamped_by
    by_stamp_alone = stamp is not None and stage.condition == ir.Known(stamp)
    if stage.requires is not None and not by_stamp_alone:
        yield from _of_criteria(stage.requires, lambda new: change_stage(ruleset, lifecycle, stage, new))
        if stamp is not None:
            without = replace(stage, stamped_by=None, leave_within=None)
            yield Made(change_gate(ruleset, lifecycle, stage, without), f"`stamped by {stamp.name}` left out", stamp.span)
    if stage.requires is not None and not by_stamp_alone:
        left = None if stamp is None else ir.Criterion(stamp.name, ir.Known(stamp))
        open_ = replace(stage, requires=left, condition=TRUE if left is None else left.condition)
        yield Made(change_gate(ruleset, lifecycle, stage, open_), "its criteria left out", stage.span)


def _of_edge(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, edge: ir.Edge) -> Iterator[Made]:
    yield Made(change_edge(ruleset, lifecycle, edge, None), f"the way `{edge.source} → {edge.target}` left out", edge.span)
    if edge.condition != TRUE:
        yield from _of_condition(edge.condition, lambda new: change_edge(ruleset, lifecycle, edge, new), edge.span)
        words = f"`when {brief(edge.condition)}` left out"
        yield Made(change_edge(ruleset, lifecycle, edge, TRUE), words, edge.condition.span or edge.span)
