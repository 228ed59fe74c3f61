"""What the prover states of business time and of rounded numbers, against the functions themselves: every real case agrees."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING

import pytest
import z3

from revrules import ir
from revrules.backends.smt.business import Business
from revrules.backends.smt.numbers import combined, converted
from revrules.backends.smt.problem import Problem
from revrules.backends.smt.terms import EPOCH, Term, constant, encode
from revrules.reference.operators import arith
from revrules.runtime import clock
from revrules.runtime.clock import MICROSECOND
from revrules.syntax import Unit
from revrules.types import Scalar
from tests.properties.strategies import Maker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.runtime.clock import WorkingTime

TODAY = datetime.date(2026, 11, 21)
CASES = 60
ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "America/Sao_Paulo")
HOURS = ((9, 17), (0, 0), (1, 5), (2, 3), (23, 0), (0, 1))
CHANGES = ("2026-03-29T01:00", "2026-10-25T01:00", "2026-11-01T06:00", "2026-03-08T07:00", "2011-12-30T10:00", "2018-11-04T03:00")
UNITS = (Unit.DAY, Unit.HOUR, Unit.MINUTE)


def calendar(r: random.Random) -> ir.Calendar:
    days = tuple(sorted(r.sample(range(1, 8), r.randint(1, 7))))
    opens, closes = r.choice(HOURS)
    holidays = tuple(sorted({datetime.date(2026, 10, 20) + datetime.timedelta(days=r.randint(0, 20)) for _ in range(3)}))
    return ir.Calendar("office", days, datetime.time(opens), datetime.time(closes), r.choice(ZONES), holidays)


def moment(r: random.Random) -> datetime.datetime:
    """Return an instant, most often near a change of some clock, or the ends of the calendar."""
    if r.random() < 0.1:
        end = datetime.datetime.min if r.random() < 0.5 else datetime.datetime.max - datetime.timedelta(days=3)
        return (end + datetime.timedelta(minutes=r.randint(0, 4000))).replace(tzinfo=datetime.UTC)
    near = datetime.datetime.fromisoformat(r.choice(CHANGES)).replace(tzinfo=datetime.UTC)
    step = datetime.timedelta(minutes=r.choice((1, 10, 60))) * r.randint(-30, 30)
    return near + step + datetime.timedelta(days=r.choice((0, 0, -1, 1, r.randint(-9, 9))))


def times(declared: ir.Calendar) -> WorkingTime:
    return clock.working_time(declared.days, declared.opens, declared.closes, declared.timezone, declared.holidays)


@pytest.mark.parametrize("seed", range(CASES))
def test_what_is_stated_of_business_time_holds_of_real_instants(seed: int) -> None:
    r = random.Random(seed)
    declared = calendar(r)
    ruleset = Maker(r).ruleset()
    ruleset = ir.Ruleset(**{**{name: getattr(ruleset, name) for name in ruleset.__slots__}, "calendars": (declared,)})
    problem = Problem(z3.Context(), 2, TODAY)
    business = Business(problem, ruleset)
    instants = [z3.Int(f"instant {n}", problem.context) for n in range(2)]
    counts = [(r.choice((-17, -3, -2, -1, 0, 1, 2, 3, 90)), r.choice(UNITS)) for _ in range(5)]
    asked = [(at, count, unit, business.shifted(at, count, unit, "office")) for at in instants for count, unit in counts]
    solver = z3.Solver(ctx=problem.context)
    solver.add(problem.facts)
    for _ in range(12):
        real = [moment(r), moment(r)]
        solver.push()
        for at, value in zip(instants, real, strict=True):
            solver.add(at == int(encode(value, Scalar.DATETIME)))
            for argument, count, unit, found in asked:
                if argument is at:
                    result = clock.business_shift(times(declared), value, count, unit.value)
                    solver.add(found.known == (result is not None))
                    if result is not None:
                        solver.add(found.term == (result - EPOCH) // MICROSECOND)
        assert solver.check() == z3.sat, (declared, real, counts)
        solver.pop()


@pytest.mark.parametrize("seed", range(CASES))
def test_what_a_wrong_result_of_business_time_teaches_holds_of_real_instants(seed: int) -> None:
    r = random.Random(f"lemma {seed}")
    declared = calendar(r)
    ruleset = Maker(r).ruleset()
    ruleset = ir.Ruleset(**{**{name: getattr(ruleset, name) for name in ruleset.__slots__}, "calendars": (declared,)})
    problem = Problem(z3.Context(), 2, TODAY)
    at = z3.Int("instant", problem.context)
    count, unit = r.choice((-17, -1, 0, 1, 5)), r.choice(UNITS)
    found = Business(problem, ruleset).shifted(at, count, unit, "office")
    claims = {at.get_id(): moment(r), found.term.get_id(): moment(r)}
    numbers = {key: int(encode(value, Scalar.DATETIME)) for key, value in claims.items()}
    lemma = found.lemma(lambda term: numbers.get(term.get_id(), True))  # type: ignore[arg-type]  # a model says as much
    solver = z3.Solver(ctx=problem.context)
    solver.add(lemma if lemma is not None else z3.BoolVal(True, problem.context))
    for _ in range(20):
        value = moment(r)
        result = clock.business_shift(times(declared), value, count, unit.value)
        held = [at == int(encode(value, Scalar.DATETIME)), found.known == (result is not None)]
        held += [] if result is None else [found.term == int(encode(result, Scalar.DATETIME))]
        assert solver.check(*held) == z3.sat, (declared, value, result, count, unit, claims)


def number(r: random.Random) -> float:
    """Return a number: plain, or near what is too large or too small."""
    kind = r.random()
    if kind < 0.6:
        return r.choice((0.0, 0.1, 0.2, 0.3, 1.1, 2.5, -3.0, 1e16, 20.224828873952184, r.uniform(-9, 9)))
    return r.choice((1e308, 1.7976931348623157e308, 9e307, 5e-324, 1e-300, 2.2250738585072014e-308)) * r.choice((1, -1, 0.5))


@pytest.mark.parametrize("seed", range(CASES))
def test_what_is_stated_of_rounded_numbers_holds_of_real_ones(seed: int) -> None:
    r = random.Random(f"numbers {seed}")
    problem = Problem(z3.Context(), 2, TODAY)
    context = problem.context
    yes = z3.BoolVal(True, context)
    fields = [z3.Real(f"number {n}", context) for n in range(3)]
    whole = z3.Int("whole", context)
    constants = [number(r) or 1.5 for _ in range(2)]
    terms = [*fields, *(constant(encode(value, Scalar.NUMBER), Scalar.NUMBER, context) for value in constants)]
    numbers = (Scalar.NUMBER, Scalar.NUMBER)
    asked = []
    for _ in range(7):
        op = r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB, ir.ArithOp.MUL, ir.ArithOp.DIV))
        one, other = r.randrange(3), r.randrange(5)
        asked.append(
            (op, one, other, combined(problem, op, Term(yes, terms[one]), Term(yes, terms[other]), numbers, Scalar.NUMBER))
        )
    as_number = converted(problem, Term(yes, whole), Scalar.INTEGER)
    solver = z3.Solver(ctx=context)
    solver.add(problem.facts)
    for _ in range(8):
        values = [*(number(r) for _ in fields), *constants]
        integer = r.choice((0, 3, 2**53 + 1, -(2**62) - 1))
        held = [
            term == constant(encode(value, Scalar.NUMBER), Scalar.NUMBER, context)
            for term, value in zip(terms[:3], values, strict=False)
        ]
        held += [
            whole == integer,
            as_number.known,
            as_number.term == constant(encode(float(integer), Scalar.NUMBER), Scalar.NUMBER, context),
        ]
        for op, one, other, found in asked:
            held += _as(found, arith(op, values[one], values[other], Scalar.NUMBER), context)
        assert solver.check(*held) == z3.sat, (values, integer, asked)


def _as(found: Term, result: ir.Value | None, context: z3.Context) -> Sequence[z3.BoolRef]:
    if result is None:
        return [z3.Not(found.known)]
    return [found.known, found.term == constant(encode(result, Scalar.NUMBER), Scalar.NUMBER, context)]
