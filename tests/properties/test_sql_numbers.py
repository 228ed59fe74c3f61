"""Arithmetic of doubles, integers and amounts near the ends of what they hold: bit by bit as Python's, and nothing raises."""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest
from engines import same
from sql_rows import Row, TypedRows, fill, meaning, number, plain_ruleset

from revrules import ir
from revrules.backends.sql import expressions
from revrules.types import Scalar

if TYPE_CHECKING:
    from engines import DuckDB, Engine, Postgres, Spark

DOUBLES = (
    5e-324, 1e-323, 2.2250738585072014e-308, 2.0**-537, math.nextafter(2.0**-537, 0), 2.0**-538, 1.5e-162, 2.0**-1022, 1e-290,
    1.0, math.nextafter(1.0, 0), math.nextafter(1.0, 2), 0.5, 3.0, 1e16, 2.0**511, 2.0**512, math.nextafter(2.0**512, 0), 1.3e154,
    9e291, 2.0**970, 2.0**969, 8.98846567431158e307, math.nextafter(8.98846567431158e307, 0), 1.7976931348623157e308,
    1.7976931348623155e308, 0.0,
)  # fmt: skip
INTEGERS = (0, 1, -1, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 3037000500, 10**14, 10**14 - 1, -(10**14))
AMOUNTS = tuple(
    map(Decimal, ("0.0001", "-0.0001", "99999999999999.9999", "-99999999999999.9999", "50000000000000.0000", "0.3000"))
)
OPS = tuple(ir.ArithOp)


def field(type_: Scalar, at: int) -> ir.Field:
    return ir.Field(f"{type_.value}{at}", type_)


def expressions_of_numbers() -> list[ir.Expr]:
    """Return all arithmetic of two fields, and of a field and a constant."""
    number_, integer, money = Scalar.NUMBER, Scalar.INTEGER, Scalar.MONEY
    found: list[ir.Expr] = [ir.Arith(op, field(number_, 0), field(number_, 1), number_) for op in OPS]
    for constant in (0.0, 1.0, 0.5, -3.0, 5e-324, 1e-300, -1e300, 1.7976931348623157e308, 2.0**970):
        literal = ir.Literal(constant, number_)
        found += [ir.Arith(op, field(number_, 0), literal, number_) for op in OPS]
        found += [ir.Arith(op, literal, field(number_, 0), number_) for op in OPS]
    found += [ir.Arith(op, field(integer, 0), field(integer, 1), integer) for op in OPS[:3]]
    found += [ir.Arith(op, field(integer, 0), ir.Literal(-1, integer), integer) for op in OPS[:3]]
    found += [ir.Arith(op, field(money, 0), field(money, 1), money) for op in OPS[:2]]
    found += [ir.Arith(ir.ArithOp.MUL, field(money, 0), field(integer, 0), money)]
    found += [ir.Arith(ir.ArithOp.MUL, ir.Literal(-2, integer), field(money, 0), money)]
    for type_ in (number_, integer, money):
        found += [ir.Negate(field(type_, 0)), ir.Call("abs", (field(type_, 0),), type_)]
    found += [ir.Call("number", (field(type_, 0),), number_) for type_ in (integer, money)]
    found += [ir.Call("money", (field(integer, 0),), money)]
    ratio = ir.Arith(
        ir.ArithOp.DIV, ir.Call("number", (field(money, 0),), number_), ir.Call("number", (field(integer, 0),), number_), number_
    )
    return [*found, ratio]


def products_near_nought(random: Random) -> list[tuple[float, float]]:
    """Return factors whose product is hardly more, or less, than half of the least double."""
    one = math.ldexp(random.uniform(1, 2), random.randint(-1021, -538))
    other = math.ldexp(1 / math.frexp(one)[0], -1075 - math.frexp(one)[1])
    return [(one, near) for near in (math.nextafter(other, 0), other, math.nextafter(other, 1))]


def rows_of_numbers(random: Random) -> list[Row]:
    """Return rows with every pair of the doubles in either sign, and random ones."""
    pairs = [(one * sign, other) for one in DOUBLES for other in DOUBLES for sign in (1, -1)]
    pairs += [(number(random), number(random)) for _ in range(300)]
    pairs += [pair for _ in range(100) for pair in products_near_nought(random)]
    none: dict[str, ir.Value | None] = dict.fromkeys(("id", "claim", "color0", "color1", "tier0", "tier1"))
    none |= {f"{type_.value}{at}": None for type_ in Scalar for at in (0, 1)}
    found = []
    for one, other in pairs:
        money = [random.choice(AMOUNTS), Decimal(random.randint(-(10**18) + 1, 10**18 - 1)).scaleb(-4)]
        integers = [random.choice(INTEGERS), random.choice((*INTEGERS, random.getrandbits(40)))]
        found.append(
            Row(none | {"number0": one, "number1": other, "money0": money[0], "money1": random.choice(money)}
                | {"integer0": integers[0], "integer1": integers[1]})
        )  # fmt: skip
    return found


def agree(engine: Engine, count: int | None = None) -> None:
    random = Random(7)
    ruleset, _ = plain_ruleset(random)
    given = rows_of_numbers(random)[:count]
    fill(engine, ruleset, given)
    scope = TypedRows(ruleset, engine.dialect)
    exprs = expressions_of_numbers()
    found = engine.run(scope.select([expressions.lower(expr, scope) for expr in exprs]))
    for row, answers in zip(given, found, strict=True):
        for expr, answer in zip(exprs, answers, strict=True):
            assert same(answer, meaning(expr, ruleset, row)), (expr, row.values)


def test_arithmetic_near_the_ends_is_pythons_on_duckdb(duck: DuckDB) -> None:
    agree(duck)


def test_arithmetic_near_the_ends_is_pythons_on_postgres(postgres: Postgres) -> None:
    agree(postgres)


@pytest.mark.spark
def test_arithmetic_near_the_ends_is_pythons_on_spark(spark: Spark) -> None:
    agree(spark)
