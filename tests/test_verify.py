"""The definition of the language, asked of engines: every case of the conformance files on DuckDB, Postgres and Spark."""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING

import pytest

from revrules.tables.embedded import Embedded
from revrules.verify import State, script, suites, verify
from revrules.verify.flat import flatten, typed_records

if TYPE_CHECKING:
    from engines import Postgres, Spark

    from revrules.verify import Warehouse

GAPS = {
    ("related.toml", "sum: sum(points of deals)"),
}
"""What no engine says exactly: sums of doubles."""


def check(warehouse: Warehouse, *, without: frozenset[str] = frozenset()) -> None:
    """Assert that an engine holds every case of the files but for the gaps, and that these are all."""
    chosen = [suite for suite in suites() if suite.file not in without]
    outcomes = list(verify(warehouse, chosen))
    assert len(outcomes) > 30
    assert [outcome for outcome in outcomes if outcome.state is State.DIFFERS] == []
    gaps = {(outcome.file, outcome.case) for outcome in outcomes if outcome.state is State.GAP}
    asked = {(suite.file, section) for suite in chosen for section in suite.sections.values()}
    assert gaps == GAPS & asked


def test_duckdb_holds_every_case() -> None:
    with Embedded() as warehouse:
        check(warehouse)


def test_postgres_holds_every_case(postgres: Postgres) -> None:
    check(postgres)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_holds_every_case(spark: Spark) -> None:
    """Spark takes minutes for the many cases about time; ``test_sql_times`` has others. ``REVRULES_SPARK=all`` asks for them."""
    check(spark, without=frozenset() if os.environ.get("REVRULES_SPARK") == "all" else frozenset({"time.toml"}))


def test_an_engine_that_means_something_else_is_told() -> None:
    class Liar(Embedded):
        def run(self, statement: str) -> list[tuple[object, ...]]:
            return [tuple(not value if isinstance(value, bool) else value for value in row) for row in super().run(statement)]

    with Liar() as warehouse:
        states = {outcome.state for outcome in verify(warehouse, suites())}
    assert State.DIFFERS in states


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery"])
def test_a_script_for_other_warehouses_can_be_parsed_there(dialect: str) -> None:
    import sqlglot

    chosen = [suite for suite in suites() if suite.file == "declarations.toml"]
    text = "\n".join(script(dialect, chosen))
    statements = sqlglot.parse(text, dialect=dialect)
    asked = sum(len([d for d in suite.ruleset.definitions if d.entity == suite.entity]) for suite in chosen)
    assert len([statement for statement in statements if statement is not None]) >= asked


def test_nested_records_become_tables_that_join_to_just_these_records() -> None:
    suite = next(suite for suite in suites() if suite.file == "related.toml")
    records = typed_records(suite.ruleset, suite.entity, suite.records)
    flat = flatten(suite.ruleset, suite.entity, records)
    keys = [row["id"] for row in flat.rows]
    assert len(set(keys)) == len(keys) == len(records)
    deals = flat.related["deals"].rows
    for record in records:
        assert [deal for deal in deals if deal["account_id"] == record["id"]] == record["deals"]


def test_the_suite_covers_every_file_with_expressions() -> None:
    files = {suite.file for suite in suites()}
    assert files >= {
        "expressions.toml",
        "time.toml",
        "related.toml",
        "lifecycle.toml",
        "missing.toml",
        "tables.toml",
        "types.toml",
    }
    assert all(suite.as_of.tzinfo is datetime.UTC for suite in suites())
