"""A survey into findings about constants: spellings, values outside a domain, scales, fixed dates."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.outcomes import folded
from revrules.findings.scopes import Read, bare, entity_of, walk
from revrules.findings.survey import conditions, everywhere
from revrules.findings.words import limit_of
from revrules.problems import alignment as problems
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.scopes import Scope
    from revrules.findings.survey import Survey
    from revrules.ir import Expr, FieldDecl, Value
    from revrules.source import Span

LONG_PAST_DAYS = 366
FIRST_REAL_YEAR = 1980
"""Dates before it are stand-ins for missing, which exports have many of."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text that a field is compared with, in which condition (counted), and where."""

    field: str
    text: str
    condition: int
    span: Span | None


def spellings(survey: Survey) -> Iterator[Diagnostic]:
    """Find texts that differ only in case, spaces or hyphens. Who writes both in one condition knows them both."""
    by_text: defaultdict[str, list[Spelling]] = defaultdict(list)
    for spelling in _spellings(survey):
        by_text[folded(spelling.text)].append(spelling)
    for alike in by_text.values():
        distinct = list({spelling.text: spelling for spelling in reversed(alike)}.values())[::-1]
        if len(distinct) > 1 and not _known_together(alike):
            yield _spelling(alike, distinct)


def two_scales(survey: Survey) -> Iterator[Diagnostic]:
    """Find shares of one compared with or added to percentages of a hundred."""
    for expr, scope in everywhere(survey.ruleset):
        match expr:
            case ir.Compare(_, left, right) | ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB, left, right):
                sides = [_read(survey, bare(side), scope) for side in (left, right)]
                constants = [bare(side) for side in (left, right)]
                doing = "compared" if isinstance(expr, ir.Compare) else "added"
                yield from _scales(survey, sides, constants, expr.span, doing)
            case _:
                continue


def old_date(survey: Survey) -> Iterator[Diagnostic]:
    """Find comparisons with a fixed date more than a year past, the first of each condition."""
    for condition, scope in conditions(survey.ruleset):
        found = (_old(survey, expr, here) for expr, here in walk(condition, scope))
        yield from islice(filter(None, found), 1)


def _old(survey: Survey, expr: Expr, scope: Scope) -> Diagnostic | None:
    match expr:
        case ir.Compare(ir.CompareOp.EQ | ir.CompareOp.NE):
            return None
        case ir.Compare(_, other, ir.Literal(datetime.date() as date)) if not isinstance(other, ir.Literal):
            pass
        case ir.Compare(_, ir.Literal(datetime.date() as date), other):
            pass
        case _:
            return None
    day = date.date() if isinstance(date, datetime.datetime) else date
    past = (survey.today - day).days
    if past <= LONG_PAST_DAYS or day.year < FIRST_REAL_YEAR:
        return None
    read = _read(survey, other, scope)
    return problems.old_date(expr.span, day, int(past / 365.25), [read.field] if read else [])


def _spellings(survey: Survey) -> Iterator[Spelling]:
    lists = {values.name: values for values in survey.ruleset.lists}
    for number, (condition, scope) in enumerate(conditions(survey.ruleset)):
        for expr, _ in walk(condition, scope):
            limit = limit_of(expr)
            match limit or expr:
                case ir.Compare(ir.CompareOp.EQ | ir.CompareOp.NE, operand, ir.Literal(str() as text)):
                    found: Sequence[Value] = (text,)
                case ir.OneOf(operand, found, False):
                    pass
                case ir.InList(operand, name, False) if len(lists[name].items) <= 1000:
                    found = lists[name].items
                case _:
                    continue
            if isinstance(operand, ir.Field) and operand.type is Scalar.TEXT:
                span = expr.span
                yield from (Spelling(operand.name, text, number, span) for text in found if isinstance(text, str))


def _known_together(alike: Sequence[Spelling]) -> bool:
    texts: defaultdict[int, set[str]] = defaultdict(set)
    for spelling in alike:
        texts[spelling.condition].add(spelling.text)
    return any(len(together) > 1 for together in texts.values())


def _spelling(alike: Sequence[Spelling], distinct: Sequence[Spelling]) -> Diagnostic:
    for field in dict.fromkeys(spelling.field for spelling in alike):
        of_field = {s.text: (s.text, s.span) for s in reversed(alike) if s.field == field}
        if len(of_field) > 1:
            return problems.spelling_differs(field, list(of_field.values())[::-1])
    return problems.spelling_elsewhere([(s.field, s.text, s.span) for s in distinct])


def _read(survey: Survey, expr: Expr, scope: Scope) -> Read | None:
    """Return the declared field that ``expr`` is, if it is one."""
    match expr:
        case ir.Field(name, _, path, up):
            read = Read(entity_of(survey.entities, scope, up, path), name)
            return read if read in survey.fields else None
        case _:
            return None


def _number(value: Value | None) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def _is_share(field: FieldDecl) -> bool:
    return _number(field.low) == 0 and _number(field.high) == 1 and field.type is not Scalar.INTEGER


def _is_hundred(field: FieldDecl) -> bool:
    return _number(field.low) == 0 and _number(field.high) == 100


def _scales(
    survey: Survey, reads: Sequence[Read | None], constants: Sequence[Expr], place: Span | None, doing: str
) -> Iterator[Diagnostic]:
    found = [(survey.entities[read.entity], survey.fields[read]) for read in reads if read is not None]
    shares = [pair for pair in found if _is_share(pair[1])]
    hundreds = [pair for pair in found if _is_hundred(pair[1])]
    if shares and hundreds:
        yield problems.two_scales(place, shares[0], hundreds[0], doing)
    for part in constants:
        number = _number(part.value) if isinstance(part, ir.Literal) and doing == "compared" else None
        if number is not None and hundreds and 0 < number < 1:
            yield problems.other_scale(*hundreds[0], place, compared=number, meant=number * 100)
        if number is not None and shares and 1 < number <= 100:
            yield problems.other_scale(*shares[0], place, compared=number, meant=number / 100)
