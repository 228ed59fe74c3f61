"""Records that answered earlier questions into answers to later ones, judged by the reference as every witness is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from revrules import ir
from revrules.backends.smt.answers import Witness
from revrules.reads import children, used
from revrules.reference.judge import Bench
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from revrules.backends.smt.answers import State, Want
    from revrules.reference.judge import Judged

MOST_SEEN = 64
"""Records that are kept: those that answered last."""


class Seen:
    """The last witnesses about one entity."""

    def __init__(self, ruleset: ir.Ruleset, entity: str) -> None:
        self._entity = entity
        self._bench = Bench(ruleset, entity)
        self._records: list[Replayed] = []
        self._plain: dict[int, tuple[ir.Expr, bool]] = {}

    def confirmed(self, record: Mapping[str, object], as_of: datetime, wants: Sequence[Want]) -> Witness | None:
        """Return the witness that a record is, None where the reference does not find it to fulfil ``wants``."""
        found = Replayed(Witness(self._entity, as_of, record), self._bench.judged(record, as_of))
        if not found.fulfils(wants):
            return None
        self._records.append(found)
        del self._records[:-MOST_SEEN]
        return found.witness

    def witness(self, wants: Sequence[Want]) -> Witness | None:
        """Return an earlier witness that fulfils ``wants``, the one that answered last first."""
        for found in reversed(self._records):
            if found.fulfils(wants):
                self._records.remove(found)
                self._records.append(found)
                return found.witness
        return None

    def are_plain(self, wants: Iterable[Want]) -> bool:
        """Return whether the prover decides questions such as these, whatever was asked before.

        An earlier witness may answer them: for others, what is left undecided would depend on the questions before.
        """
        return all(self._is_plain(want.condition) for want in wants)

    def _is_plain(self, condition: ir.Expr) -> bool:
        found = self._plain.get(id(condition))
        if found is None:
            chain = used(self._bench.definitions, (condition,))
            plain = all(_is_plain(expr) for expr in (condition, *(definition.expr for definition in chain)))
            found = self._plain[id(condition)] = (condition, plain)
        return found[1]


class Replayed:
    """A witness, and what the reference finds it to be."""

    def __init__(self, witness: Witness, judged: Judged) -> None:
        self.witness = witness
        self._judged = judged
        self._states: dict[int, tuple[ir.Expr, State]] = {}

    def fulfils(self, wants: Sequence[Want]) -> bool:
        """Return whether all ``wants`` are fulfilled; the last first, which most often tells one question from another."""
        return all(self._state(want.condition) in want.states for want in reversed(wants))

    def _state(self, condition: ir.Expr) -> State:
        found = self._states.get(id(condition))
        if found is None:
            found = self._states[id(condition)] = (condition, cast("State", self._judged.value(condition)))
        return found[1]


def _is_plain(expr: ir.Expr) -> bool:
    """Return whether an expression has nothing in it that can be too hard, apart from the definitions that it names."""
    match expr:
        case ir.Sum() | ir.Pick() | ir.Extreme() | ir.BusinessShift() | ir.Matches():
            return False
        case ir.Arith(ir.ArithOp.MUL | ir.ArithOp.DIV, left, right) if not _one_is_constant(left, right):
            return False
        case ir.Points(_, lines) if any(line.per is not None for line in lines):
            return False
        case ir.TextTest(_, _, pattern) if not isinstance(pattern, ir.Literal):
            return False
        case ir.Call() if expr.type is Scalar.TEXT:
            return False
        case _:
            return all(_is_plain(child) for child in children(expr))


def _one_is_constant(*operands: ir.Expr) -> bool:
    return any(isinstance(operand, ir.Literal) for operand in operands)
