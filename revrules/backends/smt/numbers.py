"""Arithmetic into terms: integers and amounts exactly, numbers as reals within one rounding, exact where a model looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, assert_never, cast

import z3

from revrules.backends.smt.terms import DAY, LARGEST_NUMBER, LIMITS, MONEY_UNITS, Term, constant
from revrules.ir import ArithOp, CompareOp
from revrules.reference.operators import arith
from revrules.types import MOMENTS, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.terms import Reading
    from revrules.types import Type

ROUNDING = Fraction(1, 2**53)
"""Of a double, relative to the exact result."""
COMMUTATIVE = frozenset({ArithOp.ADD.value, ArithOp.MUL.value})
SLACK = Fraction(1, 2**128)
"""More than what is lost below the smallest normal double; wider than need be, so that no number gets a thousand digits."""
MOST_PAIRS = 6
"""Results with which another one of the same kind is compared."""


@dataclass(frozen=True, slots=True)
class Double:
    """A real that has to be a double."""

    term: z3.ArithRef

    @property
    def arguments(self) -> tuple[z3.ArithRef, ...]:
        """Nothing: what it is depends on nothing else."""
        return ()

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Exclude what lies between the two doubles around the model's real."""
        found = Fraction(reading(self.term))
        if abs(found) >= LARGEST_NUMBER:
            return None  # the largest one, or what stands for a value that is missing
        near = float(found)
        if Fraction(near) == found:
            return None
        low, high = (near, math.nextafter(near, math.inf)) if Fraction(near) < found else (math.nextafter(near, -math.inf), near)
        context = self.term.ctx
        below = constant(Fraction(low), Scalar.NUMBER, context)
        return z3.Or(self.term <= below, self.term >= constant(Fraction(high), Scalar.NUMBER, context))


@dataclass(frozen=True, slots=True)
class Rounded:
    """A result of arithmetic on doubles: ``known`` and ``term`` for the arguments, worked out by ``exactly``."""

    arguments: tuple[z3.ArithRef, ...]
    known: z3.BoolRef
    term: z3.ArithRef
    exactly: Callable[..., float | None]

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Say what the result is for the model's arguments."""
        values = [reading(argument) for argument in self.arguments]
        if any(abs(Fraction(value)) > LARGEST_NUMBER for value in values):
            return None  # of values that are none: nothing rests on them
        if any(isinstance(value, Fraction) and not _is_double(value) for value in values):
            return None  # the arguments have to become doubles first
        doubles = [float(value) if isinstance(value, Fraction) else value for value in values]
        result = self.exactly(*doubles)
        if bool(reading(self.known)) == (result is not None) and (result is None or reading(self.term) == Fraction(result)):
            return None
        context = self.term.ctx
        here = [
            a == constant(v, Scalar.NUMBER if z3.is_real(a) else Scalar.INTEGER, context)
            for a, v in zip(self.arguments, values, strict=True)
        ]
        if result is None:
            return z3.Implies(z3.And(here), z3.Not(self.known))
        return z3.Implies(z3.And(here), z3.And(self.known, self.term == constant(Fraction(result), Scalar.NUMBER, context)))


class Operation(NamedTuple):
    """What is done to ``arguments``: the exact result, made when it is first asked for, and the double that it becomes."""

    name: str
    exact: Callable[[], z3.ArithRef]
    arguments: tuple[z3.ArithRef, ...]
    exactly: Callable[..., float | None]


def compared(op: CompareOp, left: z3.ExprRef, right: z3.ExprRef) -> z3.BoolRef:
    """Return that ``left`` lies to ``right`` as ``op`` says."""
    one, other = cast("z3.ArithRef", left), cast("z3.ArithRef", right)
    match op:
        case CompareOp.EQ:
            return one == other
        case CompareOp.NE:
            return one != other
        case CompareOp.LT:
            return one < other
        case CompareOp.LE:
            return one <= other
        case CompareOp.GT:
            return one > other
        case CompareOp.GE:
            return one >= other
        case _:
            assert_never(op)


def smaller(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the smaller of two."""
    return z3.If(one <= other, one, other)


def larger(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    """Return the larger of two."""
    return z3.If(one >= other, one, other)


def combined(problem: Problem, op: ArithOp, left: Term, right: Term, types: tuple[Type, Type], type_: Type) -> Term:
    """Return ``left op right``, of ``type_``; the operands are of ``types``."""
    one, other = cast("z3.ArithRef", left.term), cast("z3.ArithRef", right.term)
    both = z3.And(left.known, right.known)
    if type_ is Scalar.NUMBER:
        return _rounded_result(problem, op, Term(both, one), other)
    if op is ArithOp.MUL:
        result = one * other
    elif type_ is Scalar.DURATION and types[0] in MOMENTS:
        result = (one - other) * DAY if types[0] is Scalar.DATE else one - other
    else:
        result = one + other if op is ArithOp.ADD else one - other
    return within(type_, both, result)


def within(type_: Type, known: z3.BoolRef, result: z3.ArithRef) -> Term:
    """Return ``result``, missing where it is no value of ``type_``."""
    low, high = LIMITS[type_]
    return Term(z3.And(known, result >= low, result <= high), result)


def _is_double(value: Fraction) -> bool:
    return abs(value) <= LARGEST_NUMBER and Fraction(float(value)) == value


def converted(problem: Problem, operand: Term, from_: Type) -> Term:
    """Return an integer or an amount as a number."""
    source = cast("z3.ArithRef", operand.term)
    exact = z3.ToReal(source)
    if from_ is Scalar.MONEY:
        exact = exact / MONEY_UNITS
        cents = Operation("money", lambda: exact, (source,), lambda units: float(Fraction(units, MONEY_UNITS)))
        return _rounding(problem, operand.known, cents)
    simple = z3.is_int_value(source) and abs(source.as_long()) <= 2**53
    return (
        Term(operand.known, exact)
        if simple
        else _rounding(problem, operand.known, Operation("integer", lambda: exact, (source,), float))
    )


def _rounded_result(problem: Problem, op: ArithOp, left: Term, other: z3.ArithRef) -> Term:
    one = cast("z3.ArithRef", left.term)

    def exactly(first: float, second: float) -> float | None:
        return cast("float | None", arith(op, float(first), float(second), Scalar.NUMBER))

    def exact() -> z3.ArithRef:
        match op:
            case ArithOp.ADD:
                return one + other
            case ArithOp.SUB:
                return one - other
            case ArithOp.MUL:
                return one * other
            case ArithOp.DIV if z3.is_rational_value(other):
                return one / other
            case ArithOp.DIV:
                quotient = z3.Real(problem.name("quotient"), problem.context)
                problem.fact(z3.Implies(other != 0, quotient * other == one))
                return quotient

    known = z3.And(left.known, other != 0) if op is ArithOp.DIV else left.known
    return _rounding(problem, known, Operation(op.value, exact, (one, other), exactly))


def _rounding(problem: Problem, known: z3.BoolRef, operation: Operation) -> Term:
    """Return the result rounded to a double, made exact for the arguments of a model; the same for the same arguments."""

    def make() -> Term:
        result, finite = _applied(problem, operation)
        _near(problem, operation.exact(), result, finite)
        problem.approximate(Rounded(operation.arguments, finite, result, operation.exactly))
        _in_order(problem, operation, Term(finite, result))
        return Term(finite, result)

    found = problem.once(("rounded", operation.name, *(each.get_id() for each in operation.arguments)), make)
    return Term(z3.And(known, found.known), found.term)


def _in_order(problem: Problem, operation: Operation, found: Term) -> None:
    """State that of two exact results the greater one is rounded to no less; where it is finite, so is one nearer to zero.

    This holds of any two. It is said of what a comparison of old and new, or of two sums, needs: operations of one kind that have
    an argument in common. Of the product of two fields it is not said, which would be hard to use.
    """
    if operation.name in (ArithOp.MUL, ArithOp.DIV) and not any(map(z3.is_rational_value, operation.arguments)):
        return
    others = problem.once(("rounded", operation.name), list[tuple[Operation, Term]])
    mine = {argument.get_id() for argument in operation.arguments}
    alike = [each for each in others if len(mine) == 1 or mine & {argument.get_id() for argument in each[0].arguments}]
    here = operation.exact()
    result = cast("z3.ArithRef", found.term)
    for other, term in alike[-MOST_PAIRS:]:
        there, beside = other.exact(), cast("z3.ArithRef", term.term)
        known = z3.And(found.known, term.known)
        problem.fact(z3.Implies(z3.And(known, here <= there), result <= beside))
        problem.fact(z3.Implies(z3.And(known, here >= there), result >= beside))
        for one, other_one, nearer, further in ((here, there, found.known, term.known), (there, here, term.known, found.known)):
            between = z3.Or(z3.And(one >= 0, one <= other_one), z3.And(one <= 0, one >= other_one))
            problem.fact(z3.Implies(z3.And(further, between), nearer))
    others.append((operation, found))


def _applied(problem: Problem, operation: Operation) -> tuple[z3.ArithRef, z3.BoolRef]:
    """Return the result and whether it is finite, as functions of the arguments: equal arguments give equal results."""
    context, arguments = problem.context, operation.arguments
    sorts = [each.sort() for each in arguments]
    value = z3.Function(f"rounded {operation.name}", *sorts, z3.RealSort(context))
    is_finite = z3.Function(f"finite {operation.name}", *sorts, z3.BoolSort(context))
    result, finite = value(*arguments), is_finite(*arguments)
    if operation.name in COMMUTATIVE:
        one, other = arguments
        problem.fact(z3.And(result == value(other, one), finite == is_finite(other, one)))
    if operation.name == ArithOp.ADD:
        one, other = arguments
        problem.fact(z3.And(z3.Implies(one == 0, result == other), z3.Implies(other == 0, result == one)))
    return result, finite


def rounded(problem: Problem, known: z3.BoolRef, exact: z3.ArithRef) -> Term:
    """Return ``exact`` rounded to a double: anything that near; missing beyond the largest."""
    result = z3.Real(problem.name("rounded"), problem.context)
    finite = z3.Bool(problem.name("finite"), problem.context)
    _near(problem, exact, result, finite)
    return Term(z3.And(known, finite), result)


def _near(problem: Problem, exact: z3.ArithRef, result: z3.ArithRef, finite: z3.BoolRef) -> None:
    """State how near ``result`` is to ``exact``, and when it is ``finite`` for sure, but for what lies a little beyond."""
    context = problem.context
    up, down = (constant(1 + sign * ROUNDING, Scalar.NUMBER, context) for sign in (1, -1))
    slack, largest = constant(SLACK, Scalar.NUMBER, context), constant(LARGEST_NUMBER, Scalar.NUMBER, context)
    upward = z3.And(result <= exact * up + slack, result >= exact * down - slack, result >= 0)
    downward = z3.And(result >= exact * up - slack, result <= exact * down + slack, result <= 0)
    in_range = z3.And(exact <= largest, exact >= -largest)
    problem.fact(z3.Implies(in_range, finite))
    problem.fact(z3.Implies(finite, z3.If(exact >= 0, upward, downward)))
    problem.fact(z3.Implies(exact == 0, result == 0))
