"""Scores into findings, by proof: thresholds that no record reaches, or that every record does, and what can be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, Want
from revrules.findings.asked import impossible, possible
from revrules.findings.clauses import definition_spot
from revrules.findings.facts import Always
from revrules.findings.scopes import bare, walk
from revrules.problems import classes as problems
from revrules.problems.classes import Reach
from revrules.problems.logic import Clause, never_met
from revrules.proofs.phrases import phrase
from revrules.proofs.witnesses import as_pairs, believable
from revrules.reference import Judge
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.ir import Definition, RangedCompare

MOST_SUMS = 4_096
"""Different sums of points that are told apart."""


def thresholds(asked: Asked, entity: str, clauses: Iterable[Clause]) -> Iterator[Diagnostic]:
    """Find comparisons of scores with constants, inside ``clauses`` about records of ``entity``, that are never so, or always."""
    for clause in clauses:
        for node, scope in walk(clause.condition, (entity,)):
            if isinstance(node, ir.RangedCompare) and (found := threshold(asked, node)) is not None:
                yield from _threshold(asked, clause, node, *found, inside=scope[0] == entity)


def lines(asked: Asked, definition: Definition) -> Iterator[Diagnostic]:
    """Find lines of a score that no record gets points by."""
    assert isinstance(definition.expr, ir.Points), "only a score has lines"
    spot = definition_spot(definition)
    for line in definition.expr.lines:
        if asked.facts.of(line.condition) is None:
            words = f"the line {line.points:+g} of {spot.words}"
            clause = Clause("", line.condition, line.condition.span, spot._replace(words=words), phrase(line.condition))
            questions = asked.questions.about(f"whether a record can meet {words}", clause.span, *spot.subjects)
            if impossible(questions.never(definition.entity, line.condition)):
                asked.facts.learn(line.condition, Always.NEVER_MET)
                yield never_met(clause, (), [])


def beyond_range(asked: Asked, definition: Definition) -> Iterator[Diagnostic]:
    """Find a score of which the points of a record add up to more than its range."""
    score = definition.expr
    if not isinstance(score, ir.Points) or score.high is None:
        return
    whole = replace(score, low=None, high=None)
    over = ir.RangedCompare(ir.CompareOp.GT, whole, ir.Literal(score.high, score.type))
    spot = definition_spot(definition)
    questions = asked.questions.about(f"whether the points of {spot.words} can go beyond its range", spot.span, *spot.subjects)
    wants = (Want(over, MET), Want(ir.Known(whole), MET))
    answer = questions.find(definition.entity, *wants, core=False)
    if answer.witness is not None:
        witness = believable(questions, definition.entity, wants, answer.witness)
        judge = Judge(questions.ruleset, definition.entity, (whole,))
        (points,) = judge.values(witness.record, witness.as_of)
        assert isinstance(points, int | float), "the witness has a score that is known"
        yield problems.score_beyond_range(definition, points, score.high, as_pairs(witness))


def threshold(asked: Asked, node: RangedCompare) -> tuple[Definition, RangedCompare] | None:
    """Return the score and the comparison as the score's own entity would say it, where ``node`` compares one with a constant."""
    left, right = bare(node.left), bare(node.right)
    score, limit = (left, right) if isinstance(left, ir.Ref) else (right, left)
    if not isinstance(score, ir.Ref) or not isinstance(limit, ir.Literal):
        return None
    definition = asked.survey.definitions[score.definition]
    if not isinstance(definition.expr, ir.Points):
        return None
    plain = replace(score, path=(), up=0)
    sides = (plain, limit) if score is left else (limit, plain)
    return definition, ir.RangedCompare(node.op, *sides, span=node.span)


def _threshold(
    asked: Asked, clause: Clause, node: RangedCompare, definition: Definition, plain: RangedCompare, *, inside: bool
) -> Iterator[Diagnostic]:
    said = phrase(plain)
    questions = asked.questions.about(f"whether a record can have `{said}`", node.span, *clause.spot.subjects)
    if impossible(questions.never(definition.entity, plain)):
        asked.facts.learn(node, Always.NEVER_MET)
        effects = asked.effects(node) if inside else []
        yield problems.threshold_out_of_reach(clause, node.span, said, reach(asked, definition), definition, effects)
    elif impossible(questions.never_false(definition.entity, plain)):
        asked.facts.learn(node, Always.NEVER_FALSE)
        yield problems.threshold_always_reached(clause, node.span, said, reach(asked, definition), definition)


# --- what can be reached -----------------------------------------------------------------------------------------


def reach(asked: Asked, definition: Definition, beside: Sequence[Want] = ()) -> Reach:
    """Return the least and the greatest number that a score can have of records that fulfil ``beside``; None where not found."""
    candidates = _candidates(definition)
    if candidates is None:
        return Reach(None, None)
    assert isinstance(definition.expr, ir.Points), "only a score has a reach"
    score = ir.Ref(definition.id, definition.type, ranged=True)

    def can(op: ir.CompareOp, number: float) -> bool:
        condition = ir.RangedCompare(op, score, ir.Literal(number, definition.type))
        return possible(asked.questions.find(definition.entity, *beside, Want(condition, MET), core=False))

    least = _last(candidates[::-1], lambda number: can(ir.CompareOp.LE, number))
    greatest = _last(candidates, lambda number: can(ir.CompareOp.GE, number))
    return Reach(least, greatest)


def _last(numbers: Sequence[float], holds: Callable[[float], bool]) -> float | None:
    """Return the last of ``numbers`` for which ``holds``, where it holds for all before it; None where it holds for none."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if holds(numbers[middle]):
            low = middle + 1
        else:
            high = middle
    return numbers[low - 1] if low else None


def _candidates(definition: Definition) -> list[float] | None:
    """Return the numbers among which a score lies, in order; None where there are too many to name."""
    points = definition.expr
    assert isinstance(points, ir.Points), "only a score has points"
    if any(line.per is not None for line in points.lines):
        whole = definition.type is Scalar.INTEGER and points.low is not None and points.high is not None
        return list(range(int(points.low or 0), int(points.high or 0) + 1)) if whole else None
    sums: set[int | float] = {points.base}
    for line in points.lines:
        sums |= {number + line.points for number in sums}
        if len(sums) > MOST_SUMS:
            return None
    low, high = points.low, points.high
    kept = {number if low is None or number > low else low for number in sums}
    return sorted({number if high is None or number < high else high for number in kept})
