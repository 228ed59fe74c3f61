"""An amount that changed into whether it is never lower or never higher than it was, with a record of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.smt.answers import Verdict, Want
from revrules.diff.changes import Change, Kind
from revrules.proofs.witnesses import believable
from revrules.rows import is_ranged
from revrules.types import NUMERIC

if TYPE_CHECKING:
    from revrules.backends.smt.answers import Witness
    from revrules.ir import Definition, Expr, Rule
    from revrules.proofs.alignment.sides import Side
    from revrules.proofs.questions import Questions


class Asking(NamedTuple):
    """The two versions in the terms of the whole, and who is asked."""

    questions: Questions
    old: Side
    new: Side


def directed(asking: Asking, change: Change, one: Definition | Rule | None, other: Definition | Rule | None) -> Change:
    """Return ``change`` with the direction and the records of an amount that is another now; any other change as it is."""
    if not isinstance(one, ir.Definition) or not isinstance(other, ir.Definition):
        return change
    if change.kind is not Kind.CHANGED or change.only_missing or one.type not in NUMERIC or one.type is not other.type:
        return change
    old, new = _value(asking.old, one), _value(asking.new, other)
    lower, lower_record = _found(asking, change.entity, ir.CompareOp.LT, new, old)
    higher, higher_record = _found(asking, change.entity, ir.CompareOp.GT, new, old)
    if lower_record is None and higher_record is None:
        return change
    never = "never lower" if lower is Verdict.IMPOSSIBLE else "never higher" if higher is Verdict.IMPOSSIBLE else ""
    return replace(change, direction=never, lost=lower_record, gained=higher_record)


def _value(side: Side, definition: Definition) -> Expr:
    reference = ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))
    return side.expression(reference, definition.entity)[0]


def _found(asking: Asking, entity: str, op: ir.CompareOp, new: Expr, old: Expr) -> tuple[Verdict, Witness | None]:
    ranged = any(isinstance(each, ir.Ref) and each.ranged for each in (new, old))
    compared = (ir.RangedCompare if ranged else ir.Compare)(op, new, old)
    wants = Want(ir.Known(new)), Want(ir.Known(old)), Want(compared)
    answer = asking.questions.find(entity, *wants, core=False)
    record = None if answer.witness is None else believable(asking.questions, entity, wants, answer.witness)
    return answer.verdict, record
