"""Values into terms of Z3 and back: what stands for a value, a truth and a range, and how each type is written as a number.

Integers, money (in units of its fourth place), dates (day numbers), datetimes and durations (microseconds), members of an enum
(their place) and texts (codes given by ``texts``) are integers; numbers are reals; truth values are booleans.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

import z3
from z3 import z3core
from z3.z3types import Ast

from revrules.runtime.clock import MICROSECOND
from revrules.runtime.numbers import INTEGER_MAX, INTEGER_MIN, MONEY_STEP
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules.ir import Value
    from revrules.types import Type

    Number: TypeAlias = int | Fraction | bool

MONEY_UNITS = 10_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
DAY = 86_400_000_000
"""Microseconds."""
EPOCH_DAY = EPOCH.toordinal()
FIRST_DAY, LAST_DAY = datetime.date.min.toordinal(), datetime.date.max.toordinal()
FIRST_INSTANT = (datetime.datetime.min.replace(tzinfo=datetime.UTC) - EPOCH) // MICROSECOND
LAST_INSTANT = (datetime.datetime.max.replace(tzinfo=datetime.UTC) - EPOCH) // MICROSECOND
LARGEST_NUMBER = Fraction(1.7976931348623157e308)

LIMITS: dict[Type, tuple[int, int]] = {
    Scalar.INTEGER: (INTEGER_MIN, INTEGER_MAX),
    Scalar.MONEY: (-(10**18) + 1, 10**18 - 1),
    Scalar.DATE: (FIRST_DAY, LAST_DAY),
    Scalar.DATETIME: (FIRST_INSTANT, LAST_INSTANT),
    Scalar.DURATION: (INTEGER_MIN, INTEGER_MAX),
}
"""The least and the greatest term of each type of integers."""


class Term(NamedTuple):
    """A value: whether it is known, and what it is then."""

    known: z3.BoolRef
    term: z3.ExprRef


class Truth(NamedTuple):
    """A condition: whether it is true, whether it is false; unknown is neither."""

    true: z3.BoolRef
    false: z3.BoolRef


class Range(NamedTuple):
    """A number that may not be one yet: whether it is known between which ends it lies, and the ends."""

    known: z3.BoolRef
    low: z3.ArithRef
    high: z3.ArithRef


def encode(value: Value, type_: Type) -> Number:
    """Return what stands for a value of ``type_``; texts are not for this function."""
    match type_:
        case EnumType():
            return type_.member_names.index(cast("str", value))
        case Scalar.MONEY:
            return int(Decimal(cast("Decimal", value)) * MONEY_UNITS)
        case Scalar.NUMBER:
            return Fraction(cast("float", value))
        case Scalar.DATE:
            return cast("datetime.date", value).toordinal()
        case Scalar.DATETIME:
            return (cast("datetime.datetime", value) - EPOCH) // MICROSECOND
        case Scalar.DURATION:
            return cast("datetime.timedelta", value) // MICROSECOND
        case _:
            return cast("int", value)


def decode(number: Number, type_: Type) -> Value:
    """Return the value that ``number`` stands for; the nearest double for a number."""
    match type_:
        case EnumType():
            return type_.member_names[int(number)]
        case Scalar.MONEY:
            return (Decimal(int(number)) * MONEY_STEP).quantize(MONEY_STEP)
        case Scalar.NUMBER:
            return float(number)
        case Scalar.DATE:
            return datetime.date.fromordinal(int(number))
        case Scalar.DATETIME:
            return EPOCH + int(number) * MICROSECOND
        case Scalar.DURATION:
            return int(number) * MICROSECOND
        case Scalar.BOOLEAN:
            return bool(number)
        case _:
            return int(number)


def decode_instant(number: int) -> datetime.datetime:
    """Return the instant of that number; the nearest one there is."""
    return EPOCH + min(max(number, FIRST_INSTANT), LAST_INSTANT) * MICROSECOND


def constant(number: Number, type_: Type, context: z3.Context) -> z3.ExprRef:
    """Return ``number`` as a term of the sort that stands for ``type_``."""
    if type_ is Scalar.BOOLEAN:
        return z3.BoolVal(bool(number), context)
    if type_ is Scalar.NUMBER:
        return z3.RealVal(str(Fraction(number)), context)
    return z3.IntVal(int(number), context)


def variable(name: str, type_: Type, context: z3.Context) -> z3.ExprRef:
    """Return a variable of the sort that stands for ``type_``."""
    if type_ is Scalar.BOOLEAN:
        return z3.Bool(name, context)
    return z3.Real(name, context) if type_ is Scalar.NUMBER else z3.Int(name, context)


def number_in(model: z3.ModelRef, term: z3.ExprRef) -> Number:
    """Return what ``term`` is in ``model``; an irrational number as a fraction near it."""
    context = term.ctx.ref()
    found = _evaluated(model, term, complete=True)
    if isinstance(term, z3.BoolRef):
        return bool(z3core.Z3_get_bool_value(context, found) == z3.Z3_L_TRUE)
    if z3core.Z3_get_ast_kind(context, found) != z3.Z3_NUMERAL_AST:
        return _fraction_near(model.eval(term, model_completion=True))
    written = z3core.Z3_get_numeral_string(context, found)
    is_integer = z3core.Z3_get_sort_kind(context, z3core.Z3_get_sort(context, term.ast)) == z3.Z3_INT_SORT
    return int(written) if is_integer else Fraction(written)


def _evaluated(model: z3.ModelRef, term: z3.ExprRef, *, complete: bool) -> Ast:
    """Return what ``term`` is in ``model``, to be read at once: no reference is held to it."""
    found = (Ast * 1)()
    assert z3core.Z3_model_eval(term.ctx.ref(), model.model, term.ast, complete, found), "every term has a value"
    return found[0]


def _fraction_near(value: z3.ExprRef) -> Fraction:
    near = cast("z3.AlgebraicNumRef", value).approx(30)
    return Fraction(near.numerator_as_long(), near.denominator_as_long())


class Reading(NamedTuple):
    """A model, as a function from terms to what they are in it."""

    model: z3.ModelRef

    def __call__(self, term: z3.ExprRef) -> Number:
        """Return what ``term`` is; anything where the model leaves it open."""
        return number_in(self.model, term)

    def says(self, term: z3.ExprRef) -> bool:
        """Return whether the model says what ``term`` is: it has to do with the question."""
        context = term.ctx.ref()
        found = _evaluated(self.model, term, complete=False)
        if isinstance(term, z3.BoolRef):
            return bool(z3core.Z3_get_bool_value(context, found) != z3.Z3_L_UNDEF)
        return bool(z3core.Z3_get_ast_kind(context, found) == z3.Z3_NUMERAL_AST)
