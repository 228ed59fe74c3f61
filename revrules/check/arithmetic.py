"""Checked values into arithmetic: sums, products, moments moved by a length of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.comparisons import as_number, levelled, mismatch
from revrules.check.literals import bare, duration, fits
from revrules.check.tables import Term
from revrules.problems import types
from revrules.types import MOMENTS, NUMERIC, Scalar, type_name

if TYPE_CHECKING:
    from revrules.check.tables import Tables
    from revrules.source import Span

_S = Scalar
_CALENDAR = (syntax.Unit.MONTH, syntax.Unit.QUARTER, syntax.Unit.YEAR)
_CLOCK = (syntax.Unit.SECOND, syntax.Unit.MINUTE, syntax.Unit.HOUR)


def arith(op: ir.ArithOp, left: Term, right: Term, node: tuple[syntax.Binary, Tables]) -> Term | None:
    """Return ``left op right``, or None (reported)."""
    written, tables = node
    if left.type in NUMERIC and right.type in NUMERIC:
        return _numeric(op, left, right, node)
    pair = (left.type, right.type)
    result: Scalar | None = None
    match op:
        case ir.ArithOp.MUL if pair == (_S.INTEGER, _S.DURATION):
            return arith(op, right, left, node)
        case ir.ArithOp.MUL if pair == (_S.DURATION, _S.INTEGER):
            result = _S.DURATION
        case ir.ArithOp.ADD if pair == (_S.DURATION, _S.DATETIME):
            return arith(op, right, left, node)
        case ir.ArithOp.ADD | ir.ArithOp.SUB if pair == (_S.DURATION, _S.DURATION):
            result = _S.DURATION
        case ir.ArithOp.ADD | ir.ArithOp.SUB if pair == (_S.DATETIME, _S.DURATION):
            result = _S.DATETIME
        case ir.ArithOp.SUB if left.type in MOMENTS and left.type == right.type:
            result = _S.DURATION
        case ir.ArithOp.SUB if left.type in MOMENTS and right.type in MOMENTS:
            mismatch(written.span, (left, written.left.span), (right, written.right.span), tables)
            return None
        case _:
            pass
    if result is None:
        kinds = (type_name(left.type), type_name(right.type))
        tables.report.add(types.wrong_operands(written.span, op.value, kinds, _help(op, left, right)))
        return None
    return Term(ir.Arith(op, left.expr, right.expr, result, span=written.span), result)


def _help(op: ir.ArithOp, left: Term, right: Term) -> str:
    """Return what to write instead of an operation that does not exist."""
    kinds = {left.type, right.type}
    if _S.DATE in kinds and _S.DURATION in kinds:
        return "a date moves by a length of time that is written out, as in `signed_on + 30 days`"
    if kinds & MOMENTS and kinds & NUMERIC and op in (ir.ArithOp.ADD, ir.ArithOp.SUB):
        return "say the unit, as in `signed_on + 30 days`"
    return ""


def _numeric(op: ir.ArithOp, left: Term, right: Term, node: tuple[syntax.Binary, Tables]) -> Term | None:
    """Return arithmetic of numbers: whole ones stay whole, money stays money where that means something."""
    written, tables = node
    ranged = (left.ranged or right.ranged) and op is not ir.ArithOp.DIV
    kinds = {left.type, right.type}
    if op is ir.ArithOp.DIV:
        left, right = as_number(left), as_number(right)
        return Term(ir.Arith(op, left.expr, right.expr, _S.NUMBER, span=written.span), _S.NUMBER)
    if kinds == {_S.INTEGER, _S.NUMBER}:
        ranged = False if _loses_range(left) or _loses_range(right) else ranged
        left, right = levelled([left, right])
    elif kinds == {_S.MONEY, _S.INTEGER} and op is ir.ArithOp.MUL:
        money, times = (left, right) if left.type is _S.MONEY else (right, left)
        return Term(ir.Arith(op, money.expr, times.expr, _S.MONEY, span=written.span), _S.MONEY)
    elif kinds == {_S.MONEY, _S.NUMBER} and op is ir.ArithOp.MUL:
        left, right = as_number(left), as_number(right)
    elif len(kinds) > 1 or (kinds == {_S.MONEY} and op is ir.ArithOp.MUL):
        help_ = "`money(x)` is an integer as money, `number(x)` an integer or money as a number"
        pair = (type_name(left.type), type_name(right.type))
        tables.report.add(types.wrong_operands(written.span, op.value, pair, help_))
        return None
    if op is ir.ArithOp.MUL:
        ranged = ranged and (_is_whole(left.expr) or _is_whole(right.expr))
    return Term(ir.Arith(op, left.expr, right.expr, left.type, span=written.span), left.type, ranged)


def _loses_range(term: Term) -> bool:
    return term.ranged and term.type is _S.INTEGER


def _is_whole(expr: ir.Expr) -> bool:
    """Return whether an expression is a whole number that is written out."""
    while isinstance(expr, ir.Negate):
        expr = expr.operand
    return isinstance(expr, ir.Literal) and isinstance(expr.value, int | float) and expr.value == int(expr.value)


def negate(term: Term, span: Span, tables: Tables) -> Term | None:
    """Return the negative of a quantity."""
    if term.type not in NUMERIC and term.type is not _S.DURATION:
        tables.report.add(types.not_negatable(span, type_name(term.type)))
        return None
    return Term(ir.Negate(term.expr, span=span), term.type, term.ranged)


def moved(moment: Term, by: syntax.Duration, sign: int, place: tuple[Span, Tables]) -> Term | None:
    """Return a date or datetime moved by a written length of time, or None (reported)."""
    span, tables = place
    text = f"`{tables.text(by.span)}`"
    if by.business:
        tables.report.add(types.business_time(by.span, f"{text} of business time cannot be added or subtracted"))
        return None
    if moment.type is _S.DATE:
        if by.unit in _CLOCK:
            tables.report.add(types.hours_on_date(by.span, text))
            return None
        shift = ir.Shift(moment.expr, sign * by.count, by.unit, span=span)
        return Term(shift, _S.DATE) if fits(by, tables) else None
    if by.unit in _CALENDAR:
        shift = ir.Shift(moment.expr, sign * by.count, by.unit, span=span)
        return Term(shift, _S.DATETIME) if fits(by, tables) else None
    length = duration(by, tables)
    if length is None:
        return None
    op = ir.ArithOp.ADD if sign > 0 else ir.ArithOp.SUB
    return Term(ir.Arith(op, moment.expr, ir.Literal(length, _S.DURATION, span=by.span), _S.DATETIME, span=span), _S.DATETIME)


def written_length(node: syntax.Expr) -> syntax.Duration | None:
    """Return the length of time that an expression is, if it is one written out."""
    inner = bare(node)
    return inner if isinstance(inner, syntax.Duration) else None
