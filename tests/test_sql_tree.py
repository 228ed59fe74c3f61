"""Pieces of SQL: values that are compared and changed as such, and printed alike by both printers."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import duckdb
import pytest

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.tree.layout import laid_out
from revrules.backends.sql.tree.nodes import Kind
from revrules.engines.placing import Order
from revrules.models.statements import model
from revrules.ruleset import load

A, B = tree.column("a"), tree.column('say "b"', "t")
PIECES = [
    tree.NULL,
    tree.TRUE,
    tree.text("it's\n\\ 'so'"),
    tree.digits("-1.5e-300"),
    tree.whole(-3),
    tree.extracted("YEAR", A),
    tree.word("month"),
    tree.call("list_extract", tree.array([A, tree.whole(1)]), tree.count_rows()),
    tree.cast(tree.try_cast(B, "BIGINT"), "DECIMAL(18, 4)"),
    tree.all_of([tree.is_null(A), tree.any_of([tree.is_known(B), tree.negated(A), tree.is_false(A)]), tree.TRUE]),
    tree.case([(A, B), (tree.negated(A), tree.whole(2))]),
    tree.switch(tree.added([A, B, A]), [(tree.whole(1), tree.text("x"))], tree.text("y")),
    tree.among(A, [tree.text("x"), tree.text("y")]),
    tree.between(tree.binary("&", A, tree.whole(3)), A, tree.binary("||", A, B)),
    tree.at_utc(A),
    tree.by_code_point(A, Dialect.POSTGRES),
    tree.has_match(A, "^x"),
    tree.function(["x"], tree.is_known(tree.parameter("x"))),
    tree.same(tree.whole_part("//", A, B), tree.whole_part("%", A, B)),
    tree.whole_part("/", A, B),
    tree.number_of_row([A], [B, A]),
    tree.answer(tree.select([tree.named(A, "x")], tree.table("t"), where=A, group_by=[A, B])),
    tree.distinct(tree.select([tree.all_columns("t")], tree.qualified(["c", "s", "t"]))),
    tree.both(tree.fenced(tree.select([A])), tree.select([B])),
    tree.inline(["n", "m"], [[tree.whole(1), tree.text("x")], [tree.whole(2), tree.NULL]]),
    tree.select(
        [tree.named(A, "x")],
        tree.known_as(tree.select([A]), "t"),
        [tree.left_join(tree.known_as(tree.table("u"), "v"), tree.same(A, B)), tree.inner_join(tree.table("w"), A)],
    ),
    tree.statement([("q", tree.select([A]))], tree.select([A], tree.table("q"))),
    tree.statement([("q", tree.select([A])), ("r", tree.select([B]))], tree.select([A], tree.table("q")), stored=["r"]),
]
RULESETS = ("benchmarks/record.rev", "rulesets/b2b_saas", "tests/rulesets/telco", "tests/rulesets/definitions/crm_defaults.rev")


def test_every_kind_of_piece_is_tried_here() -> None:
    assert {node.kind for piece in PIECES for node in piece.walk()} == set(Kind)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_piece_is_printed_for_duckdb_as_sqlglot_prints_it(piece: tree.Sql) -> None:
    assert tree.printed(piece, Dialect.DUCKDB) == laid_out(piece, Dialect.DUCKDB, pretty=False)


@pytest.mark.parametrize("path", RULESETS)
def test_a_statement_is_printed_for_duckdb_as_sqlglot_prints_it(path: str) -> None:
    ruleset = load(Path(__file__).parents[1] / path)
    for lifecycle in ruleset.outline.lifecycles:
        order = Order("", lifecycle=lifecycle.name, as_of=datetime(2026, 11, 21, tzinfo=UTC))
        query = model(ruleset, order, Dialect.DUCKDB).query
        assert query.text(pretty=False) == laid_out(query.tree, Dialect.DUCKDB, pretty=False)


def test_pieces_that_say_the_same_are_equal() -> None:
    one, other = (tree.case([(tree.binary("<", A, tree.whole(1)), B)]) for _ in range(2))
    assert one == other
    assert {one: "said"}[other] == "said"
    assert one != tree.case([(tree.binary("<=", A, tree.whole(1)), B)])
    assert tree.text("1") != tree.whole(1)


def test_a_column_is_said_by_what_it_means_and_nothing_else_changes() -> None:
    meant = tree.binary("+", B, tree.whole(1))
    twice = tree.binary("*", A, tree.any_of([A, tree.column("a", "t")]))
    assert tree.printed(tree.with_columns(twice, {"a": meant}), Dialect.DUCKDB) == (
        '("t"."say ""b""" + 1) * (("t"."say ""b""" + 1) OR "t"."a")'
    )
    assert tree.with_columns(A, {"a": meant}) is meant
    assert tree.with_columns(twice, {"b": meant}) is twice


def test_a_column_that_is_read_twice_is_told_twice() -> None:
    shared = tree.binary("+", A, A)
    assert sorted(tree.column_uses(tree.array([shared, shared, B]))) == [("", "a")] * 4 + [("t", 'say "b"')]
    assert tree.columns_in(tree.array([shared, B])) == {"a"}


LISTED = tree.case(
    [(tree.is_known(tree.call("NULLIF", A, tree.whole(2))), tree.TRUE), (tree.is_known(A), tree.FALSE)],
)
X, Y = tree.binary("<", A, tree.whole(2)), tree.binary("<>", tree.column("b"), tree.whole(1))
CONDITIONS = [
    X,
    LISTED,
    tree.negated(LISTED),
    tree.all_of([X, LISTED, tree.negated(Y)]),
    tree.negated(tree.any_of([X, tree.all_of([Y, LISTED])])),
    tree.is_null(tree.any_of([X, Y])),
    tree.case([(X, tree.TRUE), (Y, tree.FALSE)]),
    tree.case([(X, Y)]),
    tree.coalesce(LISTED, Y),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=repr)
def test_what_is_true_and_what_is_false_are_told_apart_as_three_values_are(condition: tree.Sql) -> None:
    rows = tree.inline(["a", "b"], [[tree.NULL if one is None else tree.whole(one) for one in row] for row in SOME])
    said = (condition, tree.where_true(condition), tree.where_false(condition))
    query = f"SELECT {', '.join(tree.printed(one, Dialect.DUCKDB) for one in said)} FROM ({tree.printed(rows, Dialect.DUCKDB)})"
    found = duckdb.connect().execute(query).fetchall()
    assert len(found) == len(SOME)
    for whole, true, false in found:
        assert (whole is True, whole is False) == (true is True, false is True)


SOME = list(product((None, 1, 2, 3), (None, 1, 2)))
"""Values of two columns."""
