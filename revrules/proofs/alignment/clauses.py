"""Two conditions that differ into the criteria that make the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, Verdict, Want
from revrules.proofs.phrases import brief, phrase
from revrules.proofs.states import Judge
from revrules.reads import condition_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.ir import Criteria, Expr
    from revrules.proofs.questions import Questions

LONGEST = 48
"""Characters of what a named criterion asks, for that to be told beside its name."""
Clause = tuple[str, "Expr"]
"""How a criterion is called, and what it asks."""


def clauses_of(criteria: Criteria | None, condition: Expr) -> tuple[Clause, ...]:
    """Return what must all hold for ``condition``, whose criteria, if it has any, are ``criteria``."""
    named = tuple(_criteria(criteria))
    if len(named) > 1:
        return named
    parts = condition.operands if isinstance(condition, ir.And) else (condition,)
    return tuple((f"`{brief(part)}`", part) for part in parts)


def responsible(
    questions: Questions, here: Expr, there: Sequence[Clause], witness: Witness | None
) -> tuple[tuple[str, ...], bool]:
    """Return which of the clauses ``there``, all of which must hold, ``witness`` does not meet; none without a witness.

    The second value says whether one of them alone keeps out every record that meets ``here``: then the list has just that one.
    """
    if witness is None or not there:
        return (), False
    judge = Judge(questions.ruleset, witness.entity, [condition for _, condition in there])
    states = judge.values(witness.record, witness.as_of)
    failing = [position for position, state in enumerate(states) if state is not True]
    for position in failing:
        rest = tuple(condition for other, (_, condition) in enumerate(there) if other != position)
        if _all_meet(questions, witness.entity, here, rest):
            return (there[position][0],), len(there) > 1
    return tuple(there[position][0] for position in failing), False


def _criteria(criteria: Criteria | None) -> Iterator[Clause]:
    """Yield the criteria that must all hold; a group of another kind counts as one."""
    match criteria:
        case ir.Criterion(name, condition):
            words = phrase(condition)
            yield f"`{name}: {words}`" if len(words) <= LONGEST else f"`{name}`", condition
        case ir.Group(ir.GroupKind.ALL, members):
            for member in members:
                yield from _criteria(member)
        case ir.Group(kind, _, count, name):
            words = f"{kind} {count} of" if kind is ir.GroupKind.AT_LEAST else str(kind)
            inside = ", ".join(known.strip("`") for member in criteria.members for known, _ in _criteria(member))
            yield f"`{name or words}`" if name else f"`{words} {{ {inside} }}`", condition_of(criteria)
        case None:
            return


def _all_meet(questions: Questions, entity: str, here: Expr, rest: tuple[Expr, ...]) -> bool:
    """Return whether it is proved that every record that meets ``here`` meets all of ``rest``."""
    if not rest:
        return True
    return questions.find(entity, Want(here, MET), Want(ir.And(rest), NOT_MET)).verdict is Verdict.IMPOSSIBLE
