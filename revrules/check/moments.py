"""Windows, periods and starts of periods into comparisons of moments (grammar/language.md, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.arithmetic import moved
from revrules.check.comparisons import mismatch, twice
from revrules.check.literals import fits
from revrules.check.tables import Term
from revrules.problems import names, types
from revrules.types import MOMENTS, Scalar, type_name

if TYPE_CHECKING:
    from revrules.check.tables import Tables
    from revrules.source import Span

_W = syntax.WindowKind
_LE, _LT, _GE, _GT = ir.CompareOp.LE, ir.CompareOp.LT, ir.CompareOp.GE, ir.CompareOp.GT

FORWARD = frozenset({_W.WITHIN_AFTER, _W.MORE_AFTER, _W.LESS_AFTER})
"""The windows in which business time may stand."""
PERIODS = (syntax.Unit.WEEK, syntax.Unit.MONTH, syntax.Unit.QUARTER, syntax.Unit.YEAR)
BUSINESS = (syntax.Unit.MINUTE, syntax.Unit.HOUR, syntax.Unit.DAY)


def window(node: syntax.Window, moment: Term, anchor: Term | None, tables: Tables) -> ir.Expr | None:
    """Return the comparisons that a window means, or None (reported)."""
    for term, part in ((moment, node.operand), (anchor, node.anchor)):
        if term is not None and part is not None and term.type not in MOMENTS:
            tables.report.add(types.needs_moment(part.span, type_name(term.type)))
            return None
    if anchor is not None and node.anchor is not None and anchor.type != moment.type:
        mismatch(node.span, (moment, node.operand.span), (anchor, node.anchor.span), tables)
        return None
    if not (twice(moment, node.span, tables) and (anchor is None or twice(anchor, node.span, tables))):
        return None
    from_ = anchor or _clock(moment, node.span)
    if node.amount.business:
        return _business(node, moment, from_, tables)
    return _window(node, moment.expr, from_, tables)


def _clock(moment: Term, span: Span) -> Term:
    """Return today beside a date, now beside a datetime."""
    if moment.type is Scalar.DATE:
        return Term(ir.Today(span=span), Scalar.DATE)
    return Term(ir.Now(span=span), Scalar.DATETIME)


def _window(node: syntax.Window, m: ir.Expr, anchor: Term, tables: Tables) -> ir.Expr | None:
    """Return the row of the table in language.md; ``m`` and ``n`` are called as they are there."""
    n, place = anchor.expr, (node.amount.span, tables)
    earlier = moved(anchor, node.amount, -1, place) if node.kind in _EARLIER else anchor
    later = moved(anchor, node.amount, +1, place) if node.kind in _LATER else anchor
    if earlier is None or later is None:
        return None
    before, after = earlier.expr, later.expr
    match node.kind:
        case _W.WITHIN_LAST | _W.AT_MOST_AGO | _W.WITHIN_BEFORE:
            return _both(node, (_LE, before, m), (_LE, m, n))
        case _W.WITHIN_NEXT | _W.WITHIN_AFTER:
            return _both(node, (_LE, n, m), (_LE, m, after))
        case _W.WITHIN_OF:
            return _both(node, (_LE, before, m), (_LE, m, after))
        case _W.LESS_AGO | _W.LESS_BEFORE:
            return _both(node, (_LT, before, m), (_LE, m, n))
        case _W.LESS_AFTER:
            return _both(node, (_LE, n, m), (_LT, m, after))
        case _W.MORE_AGO | _W.MORE_BEFORE:
            return ir.Compare(_LT, m, before, span=node.span)
        case _W.AT_LEAST_AGO:
            return ir.Compare(_LE, m, before, span=node.span)
        case _W.MORE_AFTER:
            return ir.Compare(_GT, m, after, span=node.span)


_LATER = frozenset({_W.WITHIN_NEXT, _W.WITHIN_AFTER, _W.WITHIN_OF, _W.LESS_AFTER, _W.MORE_AFTER})
_EARLIER = frozenset(_W) - (_LATER - {_W.WITHIN_OF})


def _both(node: syntax.Window, *parts: tuple[ir.CompareOp, ir.Expr, ir.Expr]) -> ir.Expr:
    return ir.And(tuple(ir.Compare(op, left, right, span=node.span) for op, left, right in parts), span=node.span)


def _business(node: syntax.Window, moment: Term, anchor: Term, tables: Tables) -> ir.Expr | None:
    """Return a window of business time: only forward from a datetime."""
    if node.kind not in FORWARD:
        tables.report.add(types.business_time(node.amount.span, f"business time cannot stand in `{node.kind}`"))
        return None
    if moment.type is not Scalar.DATETIME:
        tables.report.add(types.business_time(node.amount.span, "business time counts from a datetime, and these are dates"))
        return None
    calendar = business_calendar(node.amount, tables)
    if calendar is None:
        return None
    after = ir.BusinessShift(anchor.expr, node.amount.count, node.amount.unit, calendar, span=node.amount.span)
    if node.kind is _W.MORE_AFTER:
        return ir.Compare(_GT, moment.expr, after, span=node.span)
    last = _LE if node.kind is _W.WITHIN_AFTER else _LT
    return _both(node, (_LE, anchor.expr, moment.expr), (last, moment.expr, after))


def business_calendar(amount: syntax.Duration, tables: Tables) -> str | None:
    """Return the name of the calendar that counts some business time, or None (reported)."""
    if amount.unit not in BUSINESS:
        text = f"there are no business {amount.unit}s: business time is counted in minutes, hours and days"
        tables.report.add(types.business_time(amount.span, text))
        return None
    if not fits(amount, tables):
        return None
    if amount.calendar is not None:
        name = amount.calendar.text
        if name in tables.calendars:
            return name
        if name not in tables.broken_calendars:
            tables.report.absent(names.unknown_calendar(amount.calendar.span, name, tables.calendars))
        return None
    if len(tables.calendars) == 1 and not tables.broken_calendars:
        return next(iter(tables.calendars))
    if not tables.broken_calendars:
        tables.report.undecided(names.which_calendar(amount.span, tuple(tables.calendars)))
    return None


def in_period(operand: Term, period: syntax.PeriodSet, place: tuple[Span, Tables]) -> ir.Expr | None:
    """Return the test whether a date lies in this, the last or the next week, month, quarter or year."""
    span, tables = place
    first = first_month(period.unit, period.fiscal, (period.span, tables))
    if first is None or not needs_date(operand, (span, tables)) or not twice(operand, span, tables):
        return None
    start = ir.StartOf(ir.Today(span=period.span), period.unit, first, span=period.span)
    offset = {"last": -1, "this": 0, "next": 1}[period.which]
    low, high = (_shifted(start, offset + end, period) for end in (0, 1))
    whole = span.to(period.span)
    parts = (ir.Compare(_LE, low, operand.expr, span=whole), ir.Compare(_LT, operand.expr, high, span=whole))
    return ir.And(parts, span=whole)


def _shifted(start: ir.Expr, count: int, period: syntax.PeriodSet) -> ir.Expr:
    return ir.Shift(start, count, period.unit, span=period.span) if count else start


def start_of(node: syntax.StartOf, moment: Term | None, tables: Tables) -> Term | None:
    """Return the first day of a period: of today, or of a date."""
    first = first_month(node.unit, node.fiscal, (node.span, tables))
    if first is None:
        return None
    if moment is not None and node.moment is not None and not needs_date(moment, (node.moment.span, tables)):
        return None
    day = moment.expr if moment is not None else ir.Today(span=node.span)
    return Term(ir.StartOf(day, node.unit, first, span=node.span), Scalar.DATE)


def first_month(unit: syntax.Unit, fiscal: bool, place: tuple[Span, Tables]) -> int | None:
    """Return the month in which the year of a period starts, or None (reported) for what is no period."""
    span, tables = place
    if unit not in PERIODS:
        tables.report.add(types.not_a_period(span, unit))
        return None
    if not fiscal:
        return 1
    if unit not in (syntax.Unit.QUARTER, syntax.Unit.YEAR):
        tables.report.add(types.not_fiscal(span, unit))
        return None
    return tables.fiscal_start


def needs_date(term: Term, place: tuple[Span, Tables]) -> bool:
    """Return whether a value is a date, and report it if not."""
    span, tables = place
    if term.type is not Scalar.DATE:
        tables.report.add(types.needs_date(span, type_name(term.type), tables.text(span)))
        return False
    return True


def date_of(node: syntax.DateOf, moment: Term, tables: Tables) -> Term | None:
    """Return the day of a datetime."""
    if moment.type is not Scalar.DATETIME:
        tables.report.add(types.needs_datetime(node.span, type_name(moment.type)))
        return None
    return Term(ir.DateOf(moment.expr, span=node.span), Scalar.DATE)
