"""Expressions as SQL have the values that the reference gives them, on every engine that runs here.

Every run takes new seeds. A failure names its seed: ``REVRULES_RANDOM_SEED=…`` repeats it; ``REVRULES_SQL_CASES`` sets the number
of rulesets.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest
from engines import same
from random_tables import random_table
from sql_rows import LeadsAway, TypedRows, fill, held, meaning, plain_ruleset, rows
from strategies import TYPES

from revrules import ir
from revrules.backends.sql import expressions, tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.types import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines import DuckDB, Engine, Postgres, Spark
    from sql_rows import PlainMaker

CASES = int(os.environ.get("REVRULES_SQL_CASES", "12"))
FIXED = os.environ.get("REVRULES_RANDOM_SEED")
ROWS = 40
VALUES = 16


def seeds() -> list[int]:
    return [int(FIXED)] if FIXED else [SystemRandom().getrandbits(32) for _ in range(CASES)]


def test_random_expressions_have_their_values_on_duckdb(duck: DuckDB) -> None:
    for seed in seeds():
        agree(duck, seed)


def test_random_expressions_have_their_values_on_postgres(postgres: Postgres) -> None:
    for seed in seeds():
        agree(postgres, seed)


@pytest.mark.spark
def test_random_expressions_have_their_values_on_spark(spark: Spark) -> None:
    for seed in seeds()[:4]:
        agree(spark, seed)


def test_random_decision_tables_have_their_values_on_duckdb(duck: DuckDB) -> None:
    for seed in seeds():
        agree(duck, seed, asked_tables)


def test_random_decision_tables_have_their_values_on_postgres(postgres: Postgres) -> None:
    for seed in seeds():
        agree(postgres, seed, asked_tables)


@pytest.mark.spark
def test_random_decision_tables_have_their_values_on_spark(spark: Spark) -> None:
    for seed in seeds()[:3]:
        agree(spark, seed, asked_tables)


def agree(engine: Engine, seed: int, asked: Callable[[Random, PlainMaker], list[ir.Expr]] | None = None) -> None:
    """Assert that some expressions have the reference's values for some rows."""
    random = Random(seed)
    ruleset, maker = plain_ruleset(random)
    given = [row for row in rows(random, ruleset, ROWS) if held(row, engine.dialect)]
    exprs = (asked or some_values)(random, maker)
    ruleset = replace(ruleset, tables=tuple(maker.tables))
    fill(engine, ruleset, given)
    scope = TypedRows(ruleset, engine.dialect)
    sayable: list[tuple[ir.Expr, tree.Sql]] = []
    for expr in exprs:
        try:
            sayable.append((expr, expressions.lower(expr, scope)))
        except Unsayable:
            continue
    found = engine.run(scope.select([value for _, value in sayable]))
    for at, (expr, value) in enumerate(sayable):
        for row, answers in zip(given, found, strict=True):
            expected = meaning(expr, ruleset, row)
            said = tree.printed(value, engine.dialect)
            assert same(answers[at], expected), f"REVRULES_RANDOM_SEED={seed}: {expr}\n{said}\n{row.values}"


def some_values(random: Random, maker: PlainMaker) -> list[ir.Expr]:
    return [made(random, maker) for _ in range(VALUES)]


def asked_tables(random: Random, maker: PlainMaker) -> list[ir.Expr]:
    """Return decision tables of some rows and columns, asked fields and definitions, counts and scores as ranges."""
    found: list[ir.Expr] = []
    while len(found) < VALUES // 2:
        types = tuple(random.choice(TYPES) for _ in range(random.randint(1, 5)))
        try:
            inputs = tuple(
                maker.ranged(("account",), 1, type_)
                if type_ in NUMERIC and random.random() < 0.3
                else maker.leaf(("account",), type_)
                for type_ in types
            )
        except LeadsAway:
            continue
        table = random_table(random, f"account.asked{len(found)}", types, maker.constant)
        maker.tables.append(table)
        if table.mode is ir.ChooseMode.COLLECT:
            found.append(ir.Collects(table.name, inputs, random.choice(table.type.member_names[:3])))
        else:
            found.append(ir.Table(table.name, inputs, table.type))
    return found


def made(random: Random, maker: PlainMaker) -> ir.Expr:
    """Return a random expression of one record."""
    while True:
        try:
            return maker.value(("account",), random.choice(TYPES), random.randint(1, 4))
        except LeadsAway:
            continue


def test_untested_dialects_are_read_by_a_parser_of_theirs() -> None:
    import sqlglot

    for seed in seeds():
        random = Random(seed)
        ruleset, maker = plain_ruleset(random)
        for dialect in (Dialect.SNOWFLAKE, Dialect.BIGQUERY):
            scope = TypedRows(ruleset, dialect)
            for _ in range(VALUES):
                try:
                    said = tree.printed(expressions.lower(made(random, maker), scope), dialect)
                except Unsayable:
                    continue
                assert sqlglot.parse_one(f"SELECT {said}", read=dialect.printer) is not None, said
