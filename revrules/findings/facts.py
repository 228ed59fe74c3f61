"""What was proved of conditions into what follows for others, so that each fault is told once, where it lies."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import conjuncts
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.ir import Expr


class Always(StrEnum):
    """What is so for every record."""

    NEVER_MET = "never met"
    MET = "met"
    NEVER_FALSE = "never false"


NEGATED = {Always.NEVER_MET: Always.NEVER_FALSE, Always.MET: Always.NEVER_MET, Always.NEVER_FALSE: Always.NEVER_MET}


class Facts:
    """What was proved of conditions, definitions and the values of classifications."""

    def __init__(self) -> None:
        self._known: dict[Expr, Always] = {}
        self._clashes: list[frozenset[Expr]] = []
        self._never_given: set[tuple[str, ir.Value | None]] = set()

    def learn(self, condition: Expr, always: Always) -> None:
        """Take in that ``condition`` is so for every record."""
        if always is Always.NEVER_MET:
            self.learn_clash([condition])
        self._known[condition] = always

    def learn_clash(self, conditions: Iterable[Expr]) -> None:
        """Take in that no record meets all ``conditions``."""
        self._clashes.append(frozenset(part for condition in conditions for part in conjuncts(condition)))

    def learn_definition(self, id_: str, always: Always) -> None:
        """Take in that the condition which a definition stands for is so for every record."""
        self._known[ir.Ref(id_, Scalar.BOOLEAN)] = always

    def learn_value(self, id_: str, member: str) -> None:
        """Take in that a classification never gives ``member``."""
        self._never_given.add((id_, member))

    def of(self, condition: Expr) -> Always | None:
        """Return what follows for ``condition`` from what was proved, without a further proof."""
        known = self._known.get(condition)
        if known is not None:
            return known
        match condition:
            case ir.Literal(value):
                return Always.MET if value is True else Always.NEVER_MET
            case ir.Ref(id_, path=path) if path:
                return Always.NEVER_MET if self.of(ir.Ref(id_, Scalar.BOOLEAN)) is Always.NEVER_MET else None
            case ir.Not(operand):
                found = self.of(operand)
                return None if found is None else NEGATED[found]
            case ir.And(operands):
                parts = frozenset(conjuncts(condition)) if self._clashes else frozenset()
                clash = any(clash <= parts for clash in self._clashes)
                return Always.NEVER_MET if clash else _both(self.of(operand) for operand in operands)
            case ir.Or(operands):
                return _either([self.of(operand) for operand in operands])
            case ir.OrElse(first, ir.Literal(False)):
                found = self.of(first)
                return None if found is Always.NEVER_FALSE else found
            case ir.Compare(ir.CompareOp.EQ, ir.Ref(id_), ir.Literal(member)):
                return Always.NEVER_MET if (id_, member) in self._never_given else None
            case ir.OneOf(ir.Ref(id_), members):
                return Always.NEVER_MET if all((id_, member) in self._never_given for member in members) else None
            case _:
                return None


def _both(operands: Iterable[Always | None]) -> Always | None:
    """Return what follows for a conjunction."""
    found = set(operands)
    if Always.NEVER_MET in found:
        return Always.NEVER_MET
    if None in found:
        return None
    return Always.MET if found == {Always.MET} else Always.NEVER_FALSE


def _either(operands: Iterable[Always | None]) -> Always | None:
    """Return what follows for an alternative."""
    found = set(operands)
    if Always.MET in found:
        return Always.MET
    if Always.NEVER_FALSE in found:
        return Always.NEVER_FALSE
    return Always.NEVER_MET if found == {Always.NEVER_MET} else None
