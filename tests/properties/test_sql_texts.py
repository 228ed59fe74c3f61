"""Patterns and texts as SQL: every engine's own regular expressions and functions, held to one meaning."""

from __future__ import annotations

import os
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import pytest

from revrules import ir
from revrules.backends.sql import automata, constants, expressions, patterns, tree
from revrules.backends.sql.dialects import Dialect
from revrules.reference import expressions as reference
from revrules.reference.scope import Scope as KnownScope
from revrules.reference.scope import World
from revrules.runtime.patterns import PatternError, compile_pattern, matches
from revrules.types import Scalar

from sql_rows import NOW, ODD_TEXTS, TypedRows, column_type, plain_ruleset  # isort: skip
from strategies import TEXTS  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines import DuckDB, Engine, Postgres, Spark

FIXED = os.environ.get("REVRULES_RANDOM_SEED")
LETTERS = "aabbAéÉßẞ1-.@ \n\r\t_&~^\U0001f600\x01\x85\u2028[]\\xİſ\"'#$"
MARKS = "\\.[](){}|*+?^$"
LONG = ("a" * 254, "a" * 255, "a" * 256, "a" * 600, "a" * 999, "a" * 3000, "ab" * 299, "ab" * 5000, "b" * 2000 + "a")
VARIABLES = ("${x}", "\\${env:PATH}", "a${spark.app.name}b")
"""What Spark would replace, wherever it stands in a statement."""
FIXED_PATTERNS = (
    "[a-z]{300}", "a{255,600}", "(ab){2,300}", "(a|b){500}", "((a{9}){9}){9}", "(a|aa)+b", "[^@]+@[^@]+\\.[a-z]+",
    ".*a.*b.*c.*d.*e", "(x+x+)+y", "(.{3}){100}", "(a?){200}", "a{0,999}", "((|a)b)*", "(a(|b))*c", "(b?|c)*",
    "[^\\\u0001-\U0010ffff]", "(a|b)*", "(ab|cd)*", "\\${0,3}a*",
)  # fmt: skip


def random_pattern(r: Random, depth: int = 2) -> str:
    """Return branches of sequences of repeated things."""
    return "|".join(
        "".join(
            _thing(r, depth) + r.choice(("", "", "", "*", "+", "?", "{2}", "{0,3}", "{1,}", "{0}"))
            for _ in range(r.randint(0, 4))
        )
        for _ in range(r.choice((1, 1, 2, 3)))
    )


def _thing(r: Random, depth: int) -> str:
    letter = r.choice(LETTERS)
    chance = r.random()
    if chance < 0.5:
        return f"\\{letter}" if letter in MARKS else letter
    if chance < 0.6:
        return "."
    if chance < 0.8:
        items = [r.choice(("a-c", "A-Z", "0-9", "à-ÿ", f"\\{letter}" if letter in "\\[]^-&~" else letter)) for _ in range(3)]
        return f"[{r.choice(('', '^'))}{''.join(items)}]"
    return f"({random_pattern(r, depth - 1)})" if depth else "a"


def asked(engine: Engine, scope: TypedRows, said: Sequence[tree.Sql], given: Sequence[str]) -> list[tuple[object, ...]]:
    """Return values of the column `x` for some texts, in their order."""
    lines = [f"({at}, {tree.printed(tree.text(text), engine.dialect)})" for at, text in enumerate(given)]
    if engine.dialect is Dialect.SPARK:
        engine.run(f"CREATE OR REPLACE TEMPORARY VIEW `rows` AS SELECT * FROM VALUES {', '.join(lines)} AS t(n, x)")
    else:
        engine.run('DROP TABLE IF EXISTS "rows"')
        engine.run(f'CREATE TEMPORARY TABLE "rows" ("n" INTEGER, "x" {column_type(Scalar.TEXT, engine.dialect)})')
        engine.run(f'INSERT INTO "rows" VALUES {", ".join(lines)}')
    return engine.run(scope.select(said))


def patterns_agree(engine: Engine, count: int) -> None:
    seed = int(FIXED) if FIXED else SystemRandom().getrandbits(32)
    r = Random(seed)
    ruleset, _ = plain_ruleset(Random(1))
    scope = TypedRows(ruleset, engine.dialect)
    tried = []
    for text in (*FIXED_PATTERNS, *(random_pattern(r) for _ in range(count))):
        for any_case in (False, True):
            try:
                tried.append((text, any_case, compile_pattern(text, any_case=any_case)))
            except PatternError:
                continue
    given = [*("".join(r.choices(LETTERS, k=r.randint(0, 6))) for _ in range(60)), *LONG]
    for at in range(0, len(tried), 25):
        some = tried[at : at + 25]
        said = [patterns.matches(tree.column("x"), text, any_case, scope) for text, any_case, _ in some]
        for text, answers in zip(given, asked(engine, scope, said, given), strict=True):
            expected = tuple(matches(pattern, text) for _, _, pattern in some)
            assert answers == expected, (f"REVRULES_RANDOM_SEED={seed}", [one[:2] for one in some], text)


def texts_agree(engine: Engine) -> None:
    ruleset, _ = plain_ruleset(Random(1))
    scope = TypedRows(ruleset, engine.dialect)
    field = ir.Field("x", Scalar.TEXT)
    parts = ("a", "É", "straße", "ΑΣ", " ", "'", "\\", "%", "_", "\t", "i", "ss", "", "\x0b", "$1", *VARIABLES, "\U0001f600")
    exprs: list[ir.Expr] = [
        ir.Call(name, (field,), Scalar.TEXT) for name in ("email_domain", "url_domain", "lower", "upper")
    ]  # fmt: skip
    exprs += [ir.Call("length", (field,), Scalar.INTEGER)]
    for part in parts:
        literal = ir.Literal(part, Scalar.TEXT)
        exprs += [ir.TextTest(op, field, literal, any_case) for op in tuple(ir.TextOp)[:3] for any_case in (False, True)]
        exprs += [ir.TextTest(ir.TextOp.EQUALS, field, literal, any_case=True), ir.Compare(ir.CompareOp.NE, field, literal)]
    exprs += [ir.TextTest(op, field, ir.Call("lower", (field,), Scalar.TEXT), any_case=True) for op in ir.TextOp]
    exprs += [
        ir.OneOf(field, ("it's", "back\\slash", "\r\n"), any_case=False),
        ir.OneOf(field, ("éclair", "αs", "ß.ß"), any_case=True),
    ]
    hosts = ("//", "http://", "https://www.", "u@", "www.", "WWW.", "a+b.c-1://", ":", "?", "#", "x.y", "É.ß", "@", "/", " ", "1")
    r = Random(5)
    built = ["".join(r.choices(hosts, k=r.randint(1, 5))) for _ in range(300)]
    given = [*TEXTS, *ODD_TEXTS, *VARIABLES, *built, *("".join(r.choices(LETTERS, k=r.randint(1, 8))) for _ in range(100))]
    world = World(ruleset, NOW)
    found = asked(engine, scope, [expressions.lower(expr, scope) for expr in exprs], given)
    for text, answers in zip(given, found, strict=True):
        known = KnownScope(world, {"x": text})
        for expr, answer in zip(exprs, answers, strict=True):
            assert answer == reference.value(expr, known), (expr, text)


def test_patterns_match_alike_on_duckdb(duck: DuckDB) -> None:
    patterns_agree(duck, 200)


def test_patterns_match_alike_on_postgres(postgres: Postgres) -> None:
    patterns_agree(postgres, 200)


@pytest.mark.spark
def test_patterns_match_alike_on_spark(spark: Spark) -> None:
    patterns_agree(spark, 40)


def test_texts_are_taken_apart_alike_on_duckdb(duck: DuckDB) -> None:
    texts_agree(duck)


def test_texts_are_taken_apart_alike_on_postgres(postgres: Postgres) -> None:
    texts_agree(postgres)


@pytest.mark.spark
def test_texts_are_taken_apart_alike_on_spark(spark: Spark) -> None:
    texts_agree(spark)


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("[a-z]+", True),
        ("(ab|cd)*", True),
        ("[^@]+@[a-z]+", True),
        ("(a|ab)c", False),
        (".*@.*", False),
        ("(a*)*", False),
        ("(a?b)*a", False),
    ],
)
def test_java_goes_back_only_where_the_next_character_does_not_tell_the_way(pattern: str, plain: bool) -> None:
    assert automata.is_plain(pattern, any_case=False) is plain


def test_a_text_that_postgres_cannot_hold_is_no_constant_there_and_equals_nothing() -> None:
    ruleset, _ = plain_ruleset(Random(1))
    scope = TypedRows(ruleset, Dialect.POSTGRES)
    field = ir.Field("text0", Scalar.TEXT)
    said = tree.printed(expressions.lower(ir.OneOf(field, ("a\x00b", "c")), scope), Dialect.POSTGRES)
    assert said == "\"text0\" = 'c'"
    assert not constants.holds("a\x00b", Dialect.POSTGRES)
    assert constants.holds("a\x00b", Dialect.DUCKDB)
