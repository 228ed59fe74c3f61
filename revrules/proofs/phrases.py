"""An expression into words as a ruleset would write it: windows as the comparisons that they mean, long sets shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from revrules import ir
from revrules.examples import value_in_words
from revrules.reads import name_of
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.types import Type

MOST_ITEMS = 6
"""Items of a set or operands of a group that are written out."""
LONGEST = 72
"""Characters of an expression in a sentence."""
TRUE = ir.Literal(True, Scalar.BOOLEAN)


def brief(expr: ir.Expr) -> str:
    """Return ``expr`` in words, the middle of a long one left out."""
    text = phrase(expr)
    return text if len(text) <= LONGEST else f"{text[: LONGEST * 2 // 3].rstrip()} … {text[-LONGEST // 3 :].lstrip()}"


def phrase(expr: ir.Expr) -> str:
    """Return ``expr`` in words of the language.

    >>> phrase(ir.Compare(ir.CompareOp.GE, ir.Field("arr", Scalar.INTEGER), ir.Literal(5, Scalar.INTEGER)))
    'arr >= 5'
    """
    match expr:
        case ir.Literal(float() as number) if number.is_integer():
            return str(int(number))
        case ir.Literal(constant, type_):
            return value_in_words(constant, enum=isinstance(type_, EnumType))
        case ir.Field() | ir.Ref():
            return ("this." if expr.up else "") + name_of(expr)
        case ir.Now():
            return "now"
        case ir.Today():
            return "today"
        case ir.Arith(op, left, right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case ir.Negate(operand):
            return f"-{_operand(operand)}"
        case ir.Shift(moment, count, unit):
            return f"{_operand(moment)} {_shift(count, unit.value)}"
        case ir.BusinessShift(moment, count, unit):
            return f"{_operand(moment)} {_shift(count, f'business {unit.value}')}"
        case ir.StartOf(moment, unit, first_month):
            return f"start of {'fiscal ' if first_month != 1 else ''}{unit.value} of {_operand(moment)}"
        case ir.DateOf(moment):
            return f"date of {_operand(moment)}"
        case ir.Call(function, arguments):
            return f"{function}({', '.join(map(phrase, arguments))})"
        case ir.OrElse(first, second):
            return f"{_operand(first)} or else {_operand(second)}"
        case ir.If(condition, then, otherwise):
            return f"if {_operand(condition)} then {_operand(then)} else {_operand(otherwise)}"
        case ir.Choose(mode):
            return f"{mode.value} classification"
        case ir.Table(table) | ir.Collects(table):
            return f"the table of {table.split('.', 1)[1]}"
        case ir.Count(relation, where):
            return f"count({_many(relation, where)})"
        case ir.Sum(relation, value, where):
            return f"sum({phrase(value)} of {_many(relation, where)})"
        case ir.Extreme(op, relation, value, where):
            return f"{op}({phrase(value)} of {_many(relation, where)})"
        case ir.Pick(op, relation, value, by, where):
            word = "earliest" if op is ir.ExtremeOp.MIN else "latest"
            return f"{word}({phrase(value)} of {_many(relation, where, f' by {phrase(by)}')})"
        case ir.Points(_, lines):
            return f"score of {len(lines)} lines"
        case ir.Not(operand):
            return _negated(operand)
        case ir.And(operands):
            return _joined(operands, " and ")
        case ir.Or(operands):
            return _joined(operands, " or ")
        case ir.AtLeast(count, operands):
            return f"at least {count} of {_set(map(phrase, operands))}"
        case ir.Compare(op, left, right) | ir.RangedCompare(op, left, right):
            return _compared(op, left, right)
        case ir.OneOf(operand, values, any_case):
            return f"{_operand(operand)} in {_set(_items(values, ir.type_of(operand)))}{_case(any_case)}"
        case ir.InList(operand, name, any_case):
            return f"{_operand(operand)} in {name}{_case(any_case)}"
        case ir.Known(operand):
            return f"{_operand(operand)} is known"
        case ir.Related(path):
            return f"{'.'.join(path)} is known"
        case ir.TextTest(op, operand, pattern, any_case):
            word = "=" if op is ir.TextOp.EQUALS else op.value
            return f"{_operand(operand)} {word} {_operand(pattern)}{_case(any_case)}"
        case ir.Matches(operand, pattern, any_case):
            return f"{_operand(operand)} matches {value_in_words(pattern)}{_case(any_case)}"
        case _:
            assert_never(expr)


def _compared(op: ir.CompareOp, left: ir.Expr, right: ir.Expr) -> str:
    """Return a comparison; that of a count with nothing or one as `any` and `none`."""
    match left, op, right:
        case ir.Count(relation, where), ir.CompareOp.GE, ir.Literal(1):
            return f"any({_many(relation, where)})"
        case ir.Count(relation, where), ir.CompareOp.EQ, ir.Literal(0):
            return f"none({_many(relation, where)})"
        case _:
            return f"{_operand(left)} {op} {_operand(right)}"


def _negated(operand: ir.Expr) -> str:
    match operand:
        case ir.Known(inner):
            return f"{_operand(inner)} is missing"
        case ir.Related(path):
            return f"{'.'.join(path)} is missing"
        case ir.OneOf() | ir.InList():
            return phrase(operand).replace(" in ", " not in ", 1)
        case _:
            return f"not {_operand(operand)}"


def _operand(expr: ir.Expr) -> str:
    """Return an expression as a part of another one: in parentheses where it is made of several parts."""
    text = phrase(expr)
    simple = isinstance(expr, ir.Field | ir.Ref | ir.Literal | ir.Call | ir.Count | ir.Sum | ir.Extreme | ir.Pick)
    return text if simple or " " not in text or text.startswith(("any(", "none(")) else f"({text})"


def _joined(operands: tuple[ir.Expr, ...], word: str) -> str:
    parts = [
        _operand(operand) if isinstance(operand, ir.And | ir.Or | ir.If | ir.OrElse) else phrase(operand) for operand in operands
    ]
    left = len(parts) - MOST_ITEMS
    return word.join(parts) if left <= 0 else f"{word.join(parts[:MOST_ITEMS])}{word}{left} more"


def _many(relation: ir.Many, where: ir.Expr, by: str = "") -> str:
    name = ".".join((*relation.path, relation.name))
    return f"{name}{by}{'' if where == TRUE else f' where {phrase(where)}'}"


def _shift(count: int, unit: str) -> str:
    return f"{'-' if count < 0 else '+'} {abs(count)} {unit}{'' if abs(count) == 1 else 's'}"


def _items(values: tuple[ir.Value, ...], type_: Type) -> Iterable[str]:
    return (value_in_words(value, enum=isinstance(type_, EnumType)) for value in values)


def _set(items: Iterable[str]) -> str:
    parts = list(items)
    left = len(parts) - MOST_ITEMS
    shown = parts if left <= 0 else [*parts[:MOST_ITEMS], f"{left} more"]
    return f"{{ {', '.join(shown)} }}"


def _case(any_case: bool) -> str:
    return " any case" if any_case else ""
