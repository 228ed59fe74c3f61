"""Formulas into larger ones, through Z3's C interface: its Python operators look at each operand again, which takes longer.

What is always true or false, or said twice, is left out on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3
from z3 import z3core
from z3.z3types import Ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.backends.smt.terms import Truth


def conj(context: z3.Context, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Return that all ``parts`` are so."""
    return _joined(context, parts, z3core.Z3_mk_true, z3core.Z3_mk_false, z3core.Z3_mk_and)


def disj(context: z3.Context, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Return that one of ``parts`` is so."""
    return _joined(context, parts, z3core.Z3_mk_false, z3core.Z3_mk_true, z3core.Z3_mk_or)


def both(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """Return that two are so."""
    return conj(one.ctx, (one, other))


def either(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """Return that one of two is so."""
    return disj(one.ctx, (one, other))


def negated(part: z3.BoolRef) -> z3.BoolRef:
    """Return that ``part`` is not so."""
    context = part.ctx
    ref = context.ref()
    known = z3core.Z3_get_bool_value(ref, part.ast)
    if known != z3.Z3_L_UNDEF:
        return z3.BoolRef(z3core.Z3_mk_false(ref) if known == z3.Z3_L_TRUE else z3core.Z3_mk_true(ref), context)
    application = z3core.Z3_to_app(ref, part.ast)
    if z3core.Z3_get_decl_kind(ref, z3core.Z3_get_app_decl(ref, application)) == z3.Z3_OP_NOT:
        return z3.BoolRef(z3core.Z3_get_app_arg(ref, application, 0), context)
    return z3.BoolRef(z3core.Z3_mk_not(ref, part.ast), context)


def implied(one: z3.BoolRef, other: z3.BoolRef) -> z3.BoolRef:
    """Return that ``other`` is so where ``one`` is."""
    return z3.BoolRef(z3core.Z3_mk_implies(one.ctx.ref(), one.ast, other.ast), one.ctx)


def state(solver: z3.Solver, formulas: Iterable[z3.BoolRef]) -> None:
    """Tell ``solver`` that all ``formulas`` are so."""
    ref = solver.ctx.ref()
    for formula in formulas:
        z3core.Z3_solver_assert(ref, solver.solver, formula.ast)


def same(one: z3.ExprRef, other: z3.ExprRef) -> bool:
    """Return whether two are written alike."""
    return bool(one.ast.value == other.ast.value)


def never_unknown(truth: Truth) -> bool:
    """Return whether a condition is written as one that is false where it is not true."""
    return same(truth.false, negated(truth.true))


def _joined(
    context: z3.Context,
    parts: Iterable[z3.BoolRef],
    neutral: Callable[[object], Ast],
    final: Callable[[object], Ast],
    join: Callable[[object, int, object], Ast],
) -> z3.BoolRef:
    """Return ``parts`` joined: ``neutral`` ones add nothing, a ``final`` one is all that counts."""
    ref = context.ref()
    nothing, everything = neutral(ref), final(ref)
    kept: dict[int, z3.BoolRef] = {}
    for part in parts:
        there = part.ast.value
        if there == everything.value:
            return part
        if there != nothing.value:
            kept[there] = part
    if len(kept) == 1:
        return next(iter(kept.values()))
    if not kept:
        return z3.BoolRef(nothing, context)
    return z3.BoolRef(join(ref, len(kept), (Ast * len(kept))(*(part.ast for part in kept.values()))), context)
