"""Formulas into SMT-LIB as every solver reads it: what only Z3 has is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import z3

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COUNTING = (z3.Z3_OP_PB_AT_LEAST, z3.Z3_OP_PB_GE)


def smtlib(formulas: Iterable[z3.BoolRef], context: z3.Context) -> str:
    """Return the question whether all ``formulas`` can be true at once."""
    solver = z3.Solver(ctx=context)
    written: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}
    for formula in formulas:
        for counting in _countings(formula):
            if counting.get_id() not in written:
                written[counting.get_id()] = (counting, _written_out(counting, list(written.values())))
        solver.add(z3.substitute(formula, *written.values()) if written else formula)
    return cast("str", solver.to_smt2())


def _countings(formula: z3.ExprRef) -> Iterator[z3.BoolRef]:
    """Yield the parts that say "at least so many of these", those inside others first."""
    waiting: list[tuple[z3.ExprRef, bool]] = [(formula, False)]
    seen: set[int] = set()
    while waiting:
        part, done = waiting.pop()
        if done:
            if z3.is_app(part) and part.decl().kind() in COUNTING:
                yield cast("z3.BoolRef", part)
        elif part.get_id() not in seen:
            seen.add(part.get_id())
            waiting.append((part, True))
            waiting += [(child, False) for child in part.children()]


def _written_out(counting: z3.BoolRef, before: list[tuple[z3.BoolRef, z3.BoolRef]]) -> z3.BoolRef:
    """Return "at least so many of these" as a sum; all weights are 1."""
    one, nought = z3.IntVal(1, counting.ctx), z3.IntVal(0, counting.ctx)
    operands = [cast("z3.BoolRef", z3.substitute(part, *before) if before else part) for part in counting.children()]
    parameters = counting.decl().params()
    assert all(weight == 1 for weight in parameters[1:]), "conditions are counted, not weighed"
    return cast("z3.BoolRef", z3.Sum([z3.If(operand, one, nought) for operand in operands]) >= parameters[0])
