"""A goal or a mistake and the record that shows it into the title of an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.examples import value_in_words
from revrules.proofs.goals import NOWHERE, Chosen, End, Goal, Step
from revrules.proofs.phrases import brief
from revrules.reference.expressions import truth, value
from revrules.types import MOMENTS, EnumType, Scalar

if TYPE_CHECKING:
    from revrules.proofs.mutants import Mutant
    from revrules.reference.scope import Scope

C = ir.CompareOp
OF_NUMBERS = {
    C.GE: ("is enough", "is not enough"),
    C.GT: ("is enough", "is not enough"),
    C.LE: ("is not too much", "is too much"),
    C.LT: ("is not too much", "is too much"),
    C.EQ: ("counts", "does not count"),
    C.NE: ("counts", "does not count"),
}
"""What to say of a value for which a comparison with a limit holds, and for which it does not."""
OF_MOMENTS = {
    C.GE: ("is late enough", "is too early"),
    C.GT: ("is late enough", "is too early"),
    C.LE: ("is early enough", "is too late"),
    C.LT: ("is early enough", "is too late"),
}
OF_STATES = {
    "met": "is met",
    "unmet": "is not met",
    "unknown": "is unknown",
    "stamped": "is enough",
    "not stamped": "is missing",
    "violated": "broken",
    "not asked": "does not apply",
    "known": "is known",
    "missing": "is missing",
}
LONGEST = 100


def title_of(target: Goal | Mutant, scope: Scope) -> str:
    """Return a title that tells why the record of ``scope`` is worth an example."""
    title = _of_goal(target) if isinstance(target, Goal) else f"{target.where}: {_of_mutant(target, scope)}"
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


def _of_goal(goal: Goal) -> str:
    match goal.seen:
        case End():
            return f"{goal.name}: as far as that"
        case Step(source=source, target=target, taken=taken):
            if source == NOWHERE:
                return f"{target}: a beginning" if taken else f"{target}: not even that"
            return f"{goal.name}: goes on" if taken else f"{goal.name}: stays behind"
        case Chosen():
            return goal.name
        case None:
            where, _, what = goal.name.rpartition(".")
            said = OF_STATES.get(goal.state, goal.state)
            return f"{where}: {what} {said}" if where else f"{goal.name}: {said.removeprefix('is ')}"


def _of_mutant(mutant: Mutant, scope: Scope) -> str:
    part = mutant.part
    if part is None:
        return mutant.words.replace("`", "").replace(" left out", " matters")
    if mutant.inside:
        return f"related records beside {brief(part)}" if mutant.words.endswith("left out") else f"on the limit of {brief(part)}"
    match part:
        case ir.Compare(op, left, ir.Literal()) | ir.RangedCompare(op, left, ir.Literal()):
            return _at_limit(part, op, left, scope)
        case ir.Compare(_, left, right) | ir.RangedCompare(_, left, right):
            just = "just " if value(left, scope) == value(right, scope) else ""
            return f"{brief(part)}, {just}{ {True: 'met', False: 'missed', None: 'unknown'}[truth(part, scope)] }"
        case _ if ir.type_of(part) is not Scalar.BOOLEAN:
            return f"on the limit of {brief(part)}"
        case _:
            words = {True: "met", False: "not met", None: "unknown"}[truth(part, scope)]
            return f"{brief(part)} is {words}"


def _at_limit(part: ir.Expr, op: ir.CompareOp, left: ir.Expr, scope: Scope) -> str:
    """Return what a value beside a limit is: enough or not."""
    found, type_ = value(left, scope), ir.type_of(left)
    if found is None:
        return f"{brief(left)} is missing"
    holds = truth(part, scope) is True
    words = OF_MOMENTS.get(op, OF_NUMBERS[op]) if type_ in MOMENTS else OF_NUMBERS[op]
    shown = f"{found:g}" if isinstance(found, float) else value_in_words(found, enum=isinstance(type_, EnumType))
    return f"{brief(left)} of {shown} {words[0 if holds else 1]}"
