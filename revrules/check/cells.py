"""Turn what a field says about its export into a cell format and stand-ins for missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.literals import moment, typed, value_of
from revrules.problems import names, types
from revrules.runtime.clock import LENGTH_OF
from revrules.runtime.texts import fold
from revrules.types import Scalar, type_name

if TYPE_CHECKING:
    from revrules.check.tables import Tables
    from revrules.types import Type

DATE_DIRECTIVES = "dmbByY"
TIME_DIRECTIVES = "HIpMSfz"
_NUMBER = re.compile(r"(?:1([ .,'’\u00a0\u202f]?))?234(?:([.,])56)?")


def cell_format(decl: syntax.FieldDecl, type_: Type, tables: Tables) -> ir.CellFormat:
    """Return how an export writes the values of a field; problems are reported, and the plain format returned."""
    written = decl.format
    if written is None:
        return ir.CellFormat()
    match type_:
        case Scalar.BOOLEAN:
            return _booleans(written, tables)
        case Scalar.DATE | Scalar.DATETIME if written.texts and not written.false_texts:
            patterns = tuple(text.value for text in written.texts if _is_pattern(text, type_, tables))
            return ir.CellFormat(patterns=patterns)
        case Scalar.INTEGER | Scalar.NUMBER | Scalar.MONEY if len(written.texts) == 1 and not written.false_texts:
            return _marks(written.texts[0], tables)
        case Scalar.DURATION if written.unit is not None:
            if written.unit in LENGTH_OF:
                return ir.CellFormat(unit=written.unit)
            tables.report.add(types.no_fixed_length(written.span, f"`{written.unit}s`"))
            return ir.CellFormat()
        case _:
            tables.report.add(types.not_for_type(written.span, "this `in`", type_name(type_), _right(type_)))
            return ir.CellFormat()


def _right(type_: Type) -> str:
    """Return what a format of that type looks like."""
    if type_ is Scalar.TEXT:
        return "a text is read as it stands"
    if not isinstance(type_, Scalar):
        return 'labels stand with the members: `closed_won "Closed Won"`'
    forms = {Scalar.DATE: '`in "%d.%m.%Y"`', Scalar.DATETIME: '`in "%d.%m.%Y %H:%M"`', Scalar.DURATION: "`in hours`"}
    form = forms.get(type_, '`in "1,234.56"`')
    return f"write it as in {form}"


def _booleans(written: syntax.Format, tables: Tables) -> ir.CellFormat:
    """Return the spellings of true and false."""
    yes, no = (tuple(text.value for text in texts) for texts in (written.texts, written.false_texts))
    if not (yes and no):
        problem = "a boolean is written in two ways, one for true and one for false"
        tables.report.add(names.bad_format(written.span, problem, 'write it as in `in "Yes" / "No"`'))
        return ir.CellFormat()
    both = {fold(text) for text in yes} & {fold(text) for text in no}
    for text in written.false_texts:
        if fold(text.value) in both:
            problem = f"`{text.value}` stands for true and for false"
            tables.report.add(names.bad_format(text.span, problem, "let each spelling stand for one of them"))
            return ir.CellFormat()
    return ir.CellFormat(true_texts=yes, false_texts=no)


def _is_pattern(text: syntax.Text, type_: Type, tables: Tables) -> bool:
    """Return whether a text describes how a date or datetime is written, and report it if not."""
    allowed = DATE_DIRECTIVES + (TIME_DIRECTIVES if type_ is Scalar.DATETIME else "")
    listing = " ".join(f"%{letter}" for letter in allowed)
    letters = re.findall(r"%(.?)", text.value, re.DOTALL)
    strangers = [letter for letter in letters if (letter not in allowed and letter != "%") or not letter]
    repeated = [letter for letter in allowed if letters.count(letter) > 1]
    for letter in (strangers + repeated)[:1]:
        problem = f"`%{letter}` {'stands twice' if letter in repeated else 'is not known'} in this format"
        tables.report.add(names.bad_format(text.span, problem, f"a {type_name(type_)} is written with {listing}"))
        return False
    for part, choice in (("day", "d"), ("month", "mbB"), ("year", "yY")):
        if not set(choice) & set(letters):
            listing = " or ".join(f"`%{letter}`" for letter in choice)
            tables.report.add(names.bad_format(text.span, f"this format has no {part}", f"add {listing}"))
            return False
    if "I" in letters and "p" not in letters:
        problem = "`%I` is an hour from 1 to 12, and nothing says whether before or after noon"
        tables.report.add(names.bad_format(text.span, problem, "add `%p`, or write `%H` for hours from 0 to 23"))
        return False
    return True


def _marks(text: syntax.Text, tables: Tables) -> ir.CellFormat:
    """Return the marks of a number that is shown as an example, as in ``1.234,56``."""
    found = _NUMBER.fullmatch(text.value)
    group, point = (found[1] or "", found[2] or "") if found else ("", "")
    if found is None or (group and group == point):
        problem = f'`"{text.value}"` does not show how numbers are written'
        tables.report.add(names.bad_format(text.span, problem, 'write `in "1,234.56"`, `in "1.234,56"` or `in "1 234,56"`'))
        return ir.CellFormat()
    return ir.CellFormat(decimal_mark=point or ("," if group == "." else "."), group_mark=group)


def stand_in(literal: syntax.Literal, type_: Type, tables: Tables) -> ir.Value | None:
    """Return a stand-in for missing: a value of the field's type, or a text to compare with the cell; None if reported."""
    match literal:
        case syntax.Text(value):
            return value
        case syntax.Boolean(value) if type_ is Scalar.BOOLEAN:
            return value
        case syntax.Date(value) if type_ is Scalar.DATE:
            return value
        case syntax.DateTime() if type_ is Scalar.DATETIME:
            return moment(literal, tables)
        case syntax.Number() if type_ in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY):
            return value_of(typed(literal, type_, tables))
        case _:
            text = tables.text(literal.span)
            help_ = f'`"{text}"` in quotes is compared with the cell as the export writes it'
            tables.report.add(types.not_a_value(literal.span, text, f"the field is {types.a(type_name(type_))}", help_))
            return None
