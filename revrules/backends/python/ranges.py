"""Counts and scores into Python: the least and the greatest number that they can still be."""

from __future__ import annotations

from revrules import ir
from revrules.backends.python import calls, expressions, related
from revrules.backends.python.code import DEEPEST, LONGEST, NOTHING, Facts, Py, Val, nesting
from revrules.backends.python.scope import Scope, is_plain, is_ranged


def bound(scope: Scope, expr: ir.Expr, low: bool, facts: Facts, beside: ir.Expr | None = None) -> Val:
    """Return the least (``low``) or greatest number that ``expr`` can be; it is only compared with ``beside``, if that is given.

    Where one end is missing both are, so that only what is always there is worked out end by end.
    """
    if not is_ranged(expr):
        return expressions.value(scope, expr, facts)
    name = scope.local(("range", scope.module.key(expr)))
    if ("some", name) in facts:
        return Val((), Py(f"{name}[{0 if low else 1}]"), facts)
    if isinstance(expr, ir.Ref):
        inlined = scope.module.inlined(expr)
        if inlined:
            return bound(scope, inlined, low, facts, beside)
    elif is_plain(expr):
        py = related.count(scope, expr, low, facts) if isinstance(expr, ir.Count) else None
        found = Val((), py, facts) if py else related.points(scope, expr, low, facts, beside)  # type: ignore[arg-type]  # a score
        if len(found.py.text) < LONGEST and nesting(found.py.text) <= DEEPEST:
            return found
    known = expressions.optional(scope, range_of(scope, expr, facts), facts)
    return known._replace(py=Py(f"{known.py.text}[{0 if low else 1}]"))


def range_of(scope: Scope, expr: ir.Expr, facts: Facts) -> Py:
    """Return both ends of a ranged expression as one value, None for missing."""
    if not is_ranged(expr):
        return Py(f"{scope.module.use('both_ends', 'ranges')}({expressions.nullable(scope, expr, facts).text})")
    name = scope.local(("range", scope.module.key(expr)))
    if ("some", name) in facts:
        return Py(name)
    if isinstance(expr, ir.Ref):
        name = range_function(Scope(scope.module), scope.module.definitions[expr.definition].expr)
        return Py(f"{name}({scope.arguments_of(expr, facts)})")
    return Py(f"{range_function(scope, expr)}({scope.arguments()})")


def keep_range(scope: Scope, expr: ir.Expr, facts: Facts) -> tuple[list[str], Facts]:
    """Return the lines that put both ends of a ranged expression into a local, where they are always there."""
    inlined = scope.module.inlined(expr) if isinstance(expr, ir.Ref) else expr
    if inlined is None or not is_plain(inlined):
        return [], facts
    text = range_of(scope, expr, facts).text
    name = scope.local(("range", scope.module.key(expr)))
    return [f"{name} = {text}"], facts | {("bound", name), ("some", name)}


def range_function(scope: Scope, expr: ir.Expr) -> str:
    """Return the name of the function that gives both ends of a ranged expression."""
    name, new = scope.module.function_name((len(scope.records), "range", scope.module.key(expr)), "range_")
    if new:
        inner = scope.alike()
        body = _range(inner, expr)
        if isinstance(expr, ir.Points) and is_plain(expr):  # remembering costs as much as adding up
            scope.module.define(name, scope.parameters(), [*body, "return found"])
        else:
            inner.define_once(name, body)
    return name


def _range(scope: Scope, expr: ir.Expr) -> list[str]:
    """Return the lines that set ``found`` to both ends."""
    combine = scope.module.use("combine", "ranges")
    match expr:
        case ir.Count():
            low, high = (related.count(scope, expr, end, NOTHING).text for end in (True, False))
            return [f"found = {low}, {high}"]
        case ir.Points():
            return related.points_range(scope, expr)
        case ir.Negate(operand):
            zero = calls.zero(scope, ir.type_of(operand)).text
            inner = range_of(scope, operand, NOTHING).text
            return [f"found = {combine}({str(ir.type_of(operand))!r}, '-', ({zero}, {zero}), {inner})"]
        case ir.Arith(op, left, right, type_):
            ends = ", ".join(range_of(scope, side, NOTHING).text for side in (left, right))
            return [f"found = {combine}({str(type_)!r}, {op.value!r}, {ends})"]
        case ir.Ref():
            return [f"found = {range_of(scope, expr, NOTHING).text}"]
        case _:
            raise AssertionError(f"not ranged: {type(expr).__name__}")
