"""Expressions of one entity into groups that mean the same, by proof, with few questions.

What differs on a sample is apart without a question; every record that the prover finds becomes a sample for the rest. So there
are at most twice as many questions as expressions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import Verdict
from revrules.proofs.compare import compare_values
from revrules.proofs.samples import noon, samples
from revrules.proofs.states import Judge
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.ir import Expr, Value
    from revrules.proofs.questions import Questions


def alike(questions: Questions, entity: str, exprs: Sequence[Expr]) -> list[tuple[int, ...]]:
    """Return the positions of those of ``exprs``, of one type, that mean the same: groups of at least two, in order.

    Conditions mean the same when the same records meet them, and some can.
    """
    if len(exprs) < 2:
        return []
    judge = Judge(questions.ruleset, entity, exprs)
    seen: list[list[Hashable]] = [[] for _ in exprs]
    for record in samples(questions.ruleset, entity, questions.today):
        for position, value in enumerate(judge.values(record, noon(questions.today))):
            seen[position].append(_told(value, exprs[position]))
    waiting = list(_split(range(len(exprs)), {position: tuple(values) for position, values in enumerate(seen)}))
    found = []
    while waiting:
        first, *others = waiting.pop()
        same = [first]
        while others:
            witness, proved = _apart(questions, entity, exprs[first], exprs[others[0]])
            if witness is None:
                same += others[:1] if proved else []
                others = others[1:]
                continue
            values = judge.values(witness.record, witness.as_of)
            told = {position: _told(values[position], exprs[position]) for position in (first, *others)}
            waiting += [group for group in _split(others, told) if told[group[0]] != told[first]]
            others = [position for position in others if told[position] == told[first]]
        if len(same) > 1 and not _never_met(questions, entity, exprs[first]):
            found.append(tuple(same))
    return sorted(found)


def _split(positions: Iterable[int], told: dict[int, Hashable]) -> Iterator[list[int]]:
    """Yield the groups of at least two positions of which the same is told."""
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position in positions:
        groups[told[position]].append(position)
    return (group for group in groups.values() if len(group) > 1)


def _told(value: Value | None, expr: Expr) -> Hashable:
    """Return what counts of a value: of a condition whether it is met."""
    return value is True if ir.type_of(expr) is Scalar.BOOLEAN else value


def _apart(questions: Questions, entity: str, one: Expr, other: Expr) -> tuple[Witness | None, bool]:
    """Return a record that tells two expressions apart, and whether it is proved that there is none."""
    if ir.type_of(one) is Scalar.BOOLEAN:
        answer = questions.equivalent(entity, one, other)
        return answer.witness, answer.verdict is Verdict.IMPOSSIBLE
    values = compare_values(questions, entity, one, other)
    return values.witness, values.same is True


def _never_met(questions: Questions, entity: str, expr: Expr) -> bool:
    return ir.type_of(expr) is Scalar.BOOLEAN and questions.never(entity, expr).verdict is not Verdict.POSSIBLE
