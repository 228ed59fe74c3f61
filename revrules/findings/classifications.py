"""Classifications into findings, by proof: gaps, overlaps, branches that are never taken, classes that no record gets."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, UNMET, Want
from revrules.findings.asked import impossible, possible, shown
from revrules.findings.clauses import definition_spot
from revrules.findings.facts import Always
from revrules.problems import classes as problems
from revrules.problems.logic import Clause
from revrules.proofs.states import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Answer
    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.ir import Choose, Definition
    from revrules.problems.logic import Spot
    from revrules.proofs.questions import Questions

MOST_PAIRS = 45
"""Pairs of branches that are asked about one by one: those of ten branches."""


def classes(asked: Asked, definition: Definition) -> Iterator[Diagnostic]:
    """Find what is wrong with how a classification parts the records."""
    assert isinstance(definition.expr, ir.Choose), "only a classification has branches"
    spot = definition_spot(definition)
    branches = [Clause(member, when, when.span, spot) for when, member in definition.expr.branches]
    yield from _overlaps(asked, definition, definition.expr, branches)
    yield from _never_given(asked, definition, definition.expr, branches)
    yield from _rest(asked, definition, definition.expr, branches)


def _overlaps(asked: Asked, definition: Definition, choose: Choose, branches: Sequence[Clause]) -> Iterator[Diagnostic]:
    """Find pairs of branches that are true of one record, where one alone should be."""
    if choose.mode is not ir.ChooseMode.EXACTLY_ONE or len(branches) < 2:
        return
    spot = branches[0].spot
    questions = _about(asked, definition, f"whether a record can belong to two classes of {spot.words}")
    conditions = tuple(branch.condition for branch in branches)
    answer = questions.find(definition.entity, Want(ir.AtLeast(2, conditions), MET))
    if impossible(answer):
        return
    pairs = list(combinations(branches, 2))
    for first, second in pairs if len(pairs) <= MOST_PAIRS else _seen(asked, branches, answer):
        wants = [Want(first.condition, MET), Want(second.condition, MET)]
        both = questions.find(definition.entity, *wants, core=False)
        if possible(both):
            yield problems.class_overlap(spot, first, second, shown(asked, definition.entity, wants, both))


def _seen(asked: Asked, branches: Sequence[Clause], answer: Answer) -> list[tuple[Clause, Clause]]:
    """Return the first two branches that are true of the record that the answer shows."""
    witness = answer.witness
    if witness is None:
        return []
    true = [branch for branch in branches if state_of(asked.questions.ruleset, branch.condition, witness) is True]
    return [(true[0], true[1])]


def _never_given(asked: Asked, definition: Definition, choose: Choose, branches: Sequence[Clause]) -> Iterator[Diagnostic]:
    """Find branches that are never true, or never without one that keeps their class from being given."""
    first_match = choose.mode is ir.ChooseMode.FIRST_MATCH
    given: set[str] = set()
    never: list[Clause] = []
    for position, branch in enumerate(branches):
        others = branches[:position] if first_match else [other for other in branches if other is not branch]
        questions = _about(asked, definition, f"whether a record can be `{branch.name}` of {branch.spot.words}")
        wants = [Want(branch.condition, MET), *(Want(other.condition, UNMET) for other in others)]
        answer = questions.find(definition.entity, *wants, core=False)
        if not impossible(answer):
            given.add(branch.name)
        elif asked.facts.of(branch.condition) is Always.NEVER_MET:
            never.append(branch)
        else:
            beside = _beside(asked, questions, definition, branch, others)
            never.append(branch)
            if first_match and beside:
                yield problems.shadowed_branch(
                    branch.spot, branch, beside, unknown=_untold(questions, definition, branch, beside)
                )
            else:
                yield problems.class_never_given(branch.spot, branch, beside)
    for member in {branch.name for branch in never} - given - {choose.otherwise}:
        asked.facts.learn_value(definition.id, member)


def _untold(questions: Questions, definition: Definition, branch: Clause, beside: Sequence[Clause]) -> bool:
    """Return whether a record of which ``branch`` is true meets none of those ``beside`` it: one of them is unknown of it."""
    wants = [Want(branch.condition, MET), *(Want(other.condition, NOT_MET) for other in beside)]
    return possible(questions.find(definition.entity, *wants, core=False))


def _beside(
    asked: Asked, questions: Questions, definition: Definition, branch: Clause, others: Sequence[Clause]
) -> Sequence[Clause]:
    """Return the branches without one of which ``branch`` is never true: none, the first that alone does it, or all."""
    if impossible(questions.never(definition.entity, branch.condition)):
        asked.facts.learn(branch.condition, Always.NEVER_MET)
        return ()
    for other in others:
        if impossible(questions.find(definition.entity, Want(branch.condition, MET), Want(other.condition, UNMET), core=False)):
            return (other,)
    return others


def _rest(asked: Asked, definition: Definition, choose: Choose, branches: Sequence[Clause]) -> Iterator[Diagnostic]:
    """Find that known records are left over and have no class, or that none is left for ``otherwise``."""
    spot: Spot = branches[0].spot
    wants = [Want(branch.condition, UNMET) for branch in branches]
    questions = _about(asked, definition, f"whether the branches of {spot.words} leave a record over")
    answer = questions.find(definition.entity, *wants, core=False)
    if choose.otherwise is None and possible(answer):
        exactly_one = choose.mode is ir.ChooseMode.EXACTLY_ONE
        yield problems.class_gap(spot, branches, shown(asked, definition.entity, wants, answer), exactly_one=exactly_one)
    elif choose.otherwise is not None and impossible(answer):
        yield problems.otherwise_never(spot, choose.otherwise, branches)
        if choose.otherwise not in {branch.name for branch in branches}:
            asked.facts.learn_value(definition.id, choose.otherwise)


def _about(asked: Asked, definition: Definition, words: str) -> Questions:
    return asked.questions.about(words, definition.span, *definition_spot(definition).subjects)
