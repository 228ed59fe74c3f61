"""Turn what was written as a literal into a value of the type that stands beside it."""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeGuard

from revrules import ir, syntax
from revrules.check.tables import Term
from revrules.problems import names, types
from revrules.types import EnumType, Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.check.tables import Tables
    from revrules.types import Type

INTEGER_LIMIT = 2**63
MONEY_LIMIT = Decimal(10) ** 14
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""One thousand, as much of the world writes it, and one: nobody has to guess which."""
MOST_DAYS = 3_652_059
_U = syntax.Unit
_DAYS = {_U.DAY: 1, _U.WEEK: 7, _U.MONTH: 31, _U.QUARTER: 92, _U.YEAR: 366}
_SECONDS = {_U.SECOND: 1, _U.MINUTE: 60, _U.HOUR: 3600, _U.DAY: 86400, _U.WEEK: 604800}


def bare(node: syntax.Expr) -> syntax.Expr:
    """Return the expression inside any parentheses."""
    while isinstance(node, syntax.Parens):
        node = node.inner
    return node


def is_flexible(node: object) -> bool:
    """Return whether ``node`` is a number or text: a literal that takes the type it stands beside."""
    node = _unsigned(node)
    return isinstance(node, syntax.Number | syntax.Text)


def _unsigned(node: object) -> object:
    while isinstance(node, syntax.Parens) or (isinstance(node, syntax.Unary) and node.op == "-" and _is_number(node.operand)):
        node = node.inner if isinstance(node, syntax.Parens) else node.operand
    return node


def _is_number(node: object) -> TypeGuard[syntax.Expr]:
    while isinstance(node, syntax.Parens):
        node = node.inner
    return isinstance(node, syntax.Number)


def number_of(node: syntax.Expr) -> tuple[int | Decimal, bool] | None:
    """Return the value of a number, its sign included, and whether it is a percentage; None for anything else."""
    node = bare(node)
    if isinstance(node, syntax.Number):
        return node.value, node.percent
    if isinstance(node, syntax.Unary) and node.op == "-":
        inner = number_of(node.operand)
        return None if inner is None else (-inner[0], inner[1])
    return None


def value_of(term: Term | None) -> ir.Value | None:
    """Return the value of a literal; None for what was reported."""
    if term is None:
        return None
    assert isinstance(term.expr, ir.Literal), "only literals are asked for their value"
    return term.expr.value


def is_whole(node: syntax.Expr) -> bool:
    """Return whether ``node`` is a whole number that is written out, and no percentage."""
    number = number_of(node)
    return number is not None and not number[1] and number[0] == int(number[0])


def natural(node: syntax.Expr, tables: Tables) -> Term | None:
    """Return a literal in the type that it has by itself; None where it is no value (reported) or no literal."""
    node = bare(node)
    number = number_of(node)
    if number is not None:
        whole = isinstance(number[0], int) and not number[1]
        return typed(node, Scalar.INTEGER if whole else Scalar.NUMBER, tables)
    match node:
        case syntax.Text():
            return typed(node, Scalar.TEXT, tables)
        case syntax.Boolean(value):
            return _term(node, value, Scalar.BOOLEAN)
        case syntax.Date(value):
            return _term(node, value, Scalar.DATE)
        case syntax.DateTime():
            instant = moment(node, tables)
            return None if instant is None else _term(node, instant, Scalar.DATETIME)
        case syntax.Duration():
            length = duration(node, tables)
            return None if length is None else _term(node, length, Scalar.DURATION)
        case _:
            return None


def typed(node: syntax.Expr, type_: Type, tables: Tables) -> Term | None:
    """Return a number or text as a value of ``type_``, or None (reported)."""
    node = bare(node)
    number = number_of(node)
    value: ir.Value | None
    if number is not None:
        value = _number(node, number, type_, tables)
    elif isinstance(node, syntax.Text):
        value = _text(node, type_, tables)
    else:
        return natural(node, tables)
    return None if value is None else _term(node, value, type_)


def _term(node: syntax.Expr, value: ir.Value, type_: Type) -> Term:
    return Term(ir.Literal(value, type_, span=node.span), type_)


def _number(node: syntax.Expr, number: tuple[int | Decimal, bool], type_: Type, tables: Tables) -> ir.Value | None:
    """Return a written number as a value of ``type_``."""
    value, percent = number
    text = tables.text(node.span)
    problem = ""
    match type_:
        case Scalar.INTEGER | Scalar.MONEY if percent:
            problem = f"it is {value}, a number, and {types.a(type_name(type_))} stands beside it"
        case Scalar.INTEGER | Scalar.MONEY if THOUSANDS.fullmatch(text):
            decimals = text.removesuffix(".000") if text.endswith(".000") else f"{text}0"
            problem = f"its point may part thousands or decimals: write `{text.replace('.', '')}` or `{decimals}`"
        case Scalar.INTEGER:
            if value != int(value):
                problem = "an integer stands beside it, and this is not a whole number"
            elif not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
                problem = "it is too large for an integer (64 bits)"
            else:
                return int(value)
        case Scalar.NUMBER:
            double = _double(value)
            if double is not None:
                return double
            problem = "it is too large for a number"
        case Scalar.MONEY:
            problem = money_problem(Decimal(value))
            if not problem:
                return Decimal(value).quantize(Decimal("0.0001"))
        case _:
            tables.report.add(types.literal_mismatch(node.span, text, type_name(type_), _number_help(text, type_)))
            return None
    tables.report.add(types.not_a_value(node.span, text, problem))
    return None


def _double(value: int | Decimal) -> float | None:
    """Return the nearest double, or None for what is too large."""
    try:
        double = float(value)
    except OverflowError:
        return None
    return double if math.isfinite(double) else None


def money_problem(value: Decimal) -> str:
    """Return why a number is no amount of money, or nothing."""
    if abs(value) >= MONEY_LIMIT:
        return "money has at most 14 digits before the point"
    return "" if value == round(value, 4) else "money has at most four places after the point"


def _number_help(text: str, type_: Type) -> str:
    """Return what to write instead of a number beside another type."""
    if isinstance(type_, EnumType) or type_ is Scalar.TEXT:
        return f'write it as a text: `"{text}"`'
    if type_ is Scalar.DURATION:
        return f"say the unit: `{text} days`"
    return {Scalar.BOOLEAN: "write `true` or `false`", Scalar.DATE: "write a date as in 2026-11-21"}.get(type_, "")


def _text(node: syntax.Text, type_: Type, tables: Tables) -> ir.Value | None:
    """Return a written text as a value of ``type_``: a text, or the member of an enum."""
    if isinstance(type_, EnumType):
        return member(node, type_, tables)
    if type_ is not Scalar.TEXT:
        help_ = _text_help(node.value, type_)
        tables.report.add(types.literal_mismatch(node.span, f'"{node.value}"', type_name(type_), help_))
        return None
    if not node.value.strip(" \t\r\n\f\v"):
        reason = "an empty text is missing, not a value"
        tables.report.add(types.not_a_value(node.span, f'"{node.value}"', reason, "ask with `is missing` or `is known`"))
        return None
    return node.value


def _text_help(text: str, type_: Type) -> str:
    """Return what to write instead of a text beside another type."""
    if type_ is Scalar.BOOLEAN:
        return "write `true` or `false`"
    if type_ is Scalar.DATE:
        return "write a date without quotes, as in 2026-11-21"
    if type_ is Scalar.DATETIME:
        return "write a moment without quotes, as in 2026-11-21T09:00Z"
    return f"write `{text}` without quotes" if text.replace(".", "", 1).lstrip("-").isdigit() else ""


def spellings(type_: EnumType) -> Iterator[tuple[str, str]]:
    """Yield every (spelling, member) of an enum: names first, then labels and ids."""
    yield from ((found.name, found.name) for found in type_.members)
    yield from ((label, found.name) for found in type_.members for label in found.labels)


def member(node: syntax.Text | syntax.Name, type_: EnumType, tables: Tables) -> str | None:
    """Return the member of an enum that a name or text stands for, or None (reported)."""
    quoted = isinstance(node, syntax.Text)
    text = node.value if isinstance(node, syntax.Text) else node.text
    if type_.name not in tables.spellings:
        tables.spellings[type_.name] = dict(reversed(list(spellings(type_))))
    found = tables.spellings[type_.name].get(text)
    if found is None:
        known = tuple(dict.fromkeys(spelling for spelling, _ in spellings(type_))) if quoted else type_.member_names
        known = tables.report.candidates(known)
        tables.report.absent(names.unknown_member(node.span, text, type_.name, (known, quoted)))
    return found


def moment(node: syntax.DateTime, tables: Tables) -> datetime.datetime | None:
    """Return a written date and time as an instant in UTC; without an offset it is in the ruleset's time zone."""
    value = node.value if node.value.tzinfo else node.value.replace(tzinfo=tables.timezone)
    try:
        return value.astimezone(datetime.UTC)
    except (OverflowError, ValueError):
        reason = "in UTC it lies outside the years 1 to 9999"
        tables.report.add(types.not_a_value(node.span, tables.text(node.span), reason))
        return None


def start_of_day(day: datetime.date, tables: Tables) -> datetime.datetime:
    """Return the first instant of a day in the ruleset's time zone."""
    local = datetime.datetime.combine(day, datetime.time(), tables.timezone)
    try:
        return local.astimezone(datetime.UTC)
    except (OverflowError, ValueError):
        return local.replace(tzinfo=datetime.UTC)


def duration(node: syntax.Duration, tables: Tables) -> datetime.timedelta | None:
    """Return a length of time that is fixed, or None (reported)."""
    text = tables.text(node.span)
    if node.business:
        tables.report.add(types.business_time(node.span, f"`{text}` is no fixed length of time"))
        return None
    if node.unit not in _SECONDS:
        tables.report.add(types.no_fixed_length(node.span, f"`{text}`"))
        return None
    return datetime.timedelta(seconds=node.count * _SECONDS[node.unit]) if fits(node, tables) else None


def fits(node: syntax.Duration, tables: Tables) -> bool:
    """Return whether a length of time is shorter than the calendar is long, and report it if not."""
    days = node.count * _DAYS.get(node.unit, 0) or node.count * _SECONDS.get(node.unit, 0) // 86400
    if days <= MOST_DAYS:
        return True
    tables.report.add(types.not_a_value(node.span, tables.text(node.span), "it is longer than 9,999 years"))
    return False
