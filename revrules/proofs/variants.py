"""An expression into those that somebody could have written by mistake: one thing changed in each, told in words."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, cast

from revrules import ir
from revrules.proofs.phrases import brief, phrase
from revrules.types import NUMERIC, EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from revrules.source import Span

    Put = Callable[[object], object]

TRUE = ir.Literal(True, Scalar.BOOLEAN)
C = ir.CompareOp
NEIGHBOUR = {C.GE: C.GT, C.GT: C.GE, C.LE: C.LT, C.LT: C.LE, C.EQ: C.NE, C.NE: C.EQ}
WIDER = {C.GE: -1, C.GT: 1, C.LE: 1, C.LT: -1, C.EQ: 1, C.NE: 1}
"""Where to move a whole number on the right of a comparison so that it says something else than the neighbour does."""
CENT = Decimal("0.01")


class Variant(NamedTuple):
    """A changed expression, what was changed in words that follow "no example notices", and where it stands.

    ``part`` is what it is about; ``inside``: that is said of related records.
    """

    expr: ir.Expr
    words: str
    span: Span | None
    part: ir.Expr
    inside: bool = False


def variants(expr: ir.Expr) -> Iterator[Variant]:
    """Yield the variants of ``expr`` and of every part of it, outer ones first."""
    yield from _own(expr)
    for part, put in _parts(expr):
        for variant in variants(part):
            inside = variant.inside or isinstance(expr, ir.Count | ir.Sum | ir.Extreme | ir.Pick)
            yield Variant(cast("ir.Expr", put(variant.expr)), variant.words, variant.span or expr.span, variant.part, inside)


def _own(expr: ir.Expr) -> Iterator[Variant]:
    """Yield the changes of the node itself."""

    def becoming(new: ir.Expr) -> Variant:
        return Variant(new, f"`{brief(expr)}` becoming `{brief(new)}`", expr.span, expr)

    match expr:
        case ir.Compare() | ir.RangedCompare():
            yield from map(becoming, _compared(expr))
        case ir.And(operands) | ir.Or(operands) if len(operands) > 1:
            was, word = ("and", "or") if isinstance(expr, ir.And) else ("or", "and")
            turned = (ir.Or if isinstance(expr, ir.And) else ir.And)(operands)
            yield Variant(turned, f"`{was}` becoming `{word}` in `{brief(expr)}`", expr.span, expr)
            yield from _without_one(expr, operands)
        case ir.AtLeast(count, operands):
            yield from (becoming(replace(expr, count=n)) for n in (count - 1, count + 1) if 1 <= n <= len(operands))
            yield from _without_one(expr, operands) if len(operands) > count else ()
        case ir.Not(operand):
            yield becoming(operand)
        case ir.OneOf(_, values) if len(values) > 1:
            for n, value in enumerate(values):
                new = replace(expr, values=values[:n] + values[n + 1 :])
                shown = phrase(ir.Literal(value, ir.type_of(expr.operand)))
                is_it = ir.Compare(C.EQ, expr.operand, ir.Literal(value, ir.type_of(expr.operand)))
                yield Variant(new, f"{shown} missing from `{brief(expr)}`", expr.span, is_it)
        case ir.TextTest(any_case=True) | ir.Matches(any_case=True) if not _is_equality(expr):
            yield becoming(replace(expr, any_case=False))
        case ir.OrElse(first, second):
            yield becoming(first)
            if isinstance(second, ir.Literal) and isinstance(second.value, bool):
                yield becoming(replace(expr, second=replace(second, value=not second.value)))
        case ir.If(condition, then, otherwise):
            yield becoming(ir.If(condition, otherwise, then))
        case ir.Arith():
            yield from map(becoming, _calculated(expr))
        case ir.Shift(count=count) | ir.BusinessShift(count=count):
            yield from (becoming(replace(expr, count=n)) for n in (count - 1, count + 1))
        case ir.Count(where=where) | ir.Sum(where=where) | ir.Extreme(where=where) | ir.Pick(where=where) if where != TRUE:
            yield becoming(replace(expr, where=TRUE))
        case _:
            pass
    if isinstance(expr, ir.Extreme | ir.Pick):
        other = ir.ExtremeOp.MAX if expr.op is ir.ExtremeOp.MIN else ir.ExtremeOp.MIN
        yield becoming(replace(expr, op=other))
    if _is_atom(expr):
        yield becoming(ir.Not(expr))


def _is_atom(expr: ir.Expr) -> bool:
    """Return whether an expression is a condition that is no comparison and not made of conditions."""
    simple = ir.Field | ir.Ref | ir.OneOf | ir.InList | ir.Known | ir.Related | ir.TextTest | ir.Matches | ir.Collects
    return ir.type_of(expr) is Scalar.BOOLEAN and isinstance(expr, simple)


def _is_equality(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.TextTest) and expr.op is ir.TextOp.EQUALS


def _without_one(expr: ir.And | ir.Or | ir.AtLeast, operands: tuple[ir.Expr, ...]) -> Iterator[Variant]:
    for n, operand in enumerate(operands):
        new = replace(expr, operands=operands[:n] + operands[n + 1 :])
        yield Variant(new, f"`{brief(operand)}` left out of `{brief(expr)}`", operand.span or expr.span, operand)


# --- thresholds --------------------------------------------------------------------------------------------------


def _compared(expr: ir.Compare | ir.RangedCompare) -> Iterator[ir.Expr]:
    """Yield a comparison with the neighbouring operator, then with its threshold a unit further.

    For whole units the neighbour says what the threshold moved the other way would say: that one is left out.
    """
    yield replace(expr, op=NEIGHBOUR[expr.op])
    for side, literal, sign in (("right", expr.right, 1), ("left", expr.left, -1)):
        if not isinstance(literal, ir.Literal) or literal.value is None:
            continue
        way = WIDER[expr.op] * sign
        whole = literal.type in (Scalar.INTEGER, Scalar.DATE)
        for move in (way,) if whole and expr.op not in (C.EQ, C.NE) else (way, -way):
            new = moved(literal, move)
            if new is not None:
                yield replace(expr, right=new) if side == "right" else replace(expr, left=new)


def _calculated(expr: ir.Arith) -> Iterator[ir.Expr]:
    numbers = expr.type in NUMERIC and ir.type_of(expr.left) in NUMERIC
    swapped = {ir.ArithOp.ADD: ir.ArithOp.SUB, ir.ArithOp.SUB: ir.ArithOp.ADD}.get(expr.op)
    if numbers and swapped is not None:
        yield replace(expr, op=swapped)
    for way in (-1, 1):
        if isinstance(expr.left, ir.Literal) and (left := moved(expr.left, way)) is not None:
            yield replace(expr, left=left)
        if isinstance(expr.right, ir.Literal) and (right := moved(expr.right, way)) is not None:
            yield replace(expr, right=right)


def moved(literal: ir.Literal, way: int) -> ir.Literal | None:
    """Return the value one unit up (1) or down (-1): the smallest that a person would count in; None where there is none.

    >>> moved(ir.Literal(0.25, Scalar.NUMBER), 1).value
    0.26
    """
    value = _moved(literal.value, way)
    if isinstance(literal.type, EnumType) and literal.type.ordered and literal.value in literal.type.member_names:
        members = literal.type.member_names
        at = members.index(str(literal.value)) + way
        value = members[at] if 0 <= at < len(members) else None
    return None if value is None else replace(literal, value=value)


def _moved(value: ir.Value | None, way: int) -> ir.Value | None:
    match value:
        case bool() | str() | None:
            return None
        case int():
            return value + way if -(2**63) <= value + way < 2**63 else None
        case float():
            exact = Decimal(repr(value))
            unit = Decimal(1).scaleb(min(0, int(exact.normalize().as_tuple().exponent)))
            return float(exact + way * unit)
        case Decimal():
            return value + way * CENT
        case datetime.datetime():
            return _shifted(value, datetime.timedelta(minutes=way))
        case datetime.date():
            return _shifted(value, datetime.timedelta(days=way))
        case datetime.timedelta():
            return _shifted(value, way * _unit(value))


def _shifted(value: ir.Value, by: datetime.timedelta) -> ir.Value | None:
    try:
        return cast("datetime.timedelta", value) + by
    except OverflowError:
        return None


def _unit(length: datetime.timedelta) -> datetime.timedelta:
    """Return the largest of day, hour, minute and second in which a length of time is whole."""
    units = (datetime.timedelta(days=1), datetime.timedelta(hours=1), datetime.timedelta(minutes=1))
    return next((unit for unit in units if length % unit == datetime.timedelta()), datetime.timedelta(seconds=1))


# --- parts -------------------------------------------------------------------------------------------------------


def _parts(node: object) -> Iterator[tuple[ir.Expr, Put]]:
    """Yield the expressions directly inside a node or tuple, each with how to put another one in its place."""
    if isinstance(node, tuple):
        for n, item in enumerate(node):
            yield from _inside(item, _into_tuple(node, n))
        return
    for field in dataclasses.fields(cast("Any", node)):
        yield from _inside(getattr(node, field.name), _into_node(node, field.name))


def _inside(item: object, put: Put) -> Iterator[tuple[ir.Expr, Put]]:
    if isinstance(item, ir.Expr):
        yield item, put
    elif isinstance(item, tuple | ir.Line):
        yield from ((part, _both(put, inner)) for part, inner in _parts(item))


def _into_tuple(items: tuple[object, ...], n: int) -> Put:
    return lambda new: (*items[:n], new, *items[n + 1 :])


def _into_node(node: object, name: str) -> Put:
    return lambda new: replace(cast("Any", node), **{name: new})


def _both(outer: Put, inner: Put) -> Put:
    return lambda new: outer(inner(new))
