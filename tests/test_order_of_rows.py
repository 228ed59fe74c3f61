"""Rows come out of DuckDB in the order in which they stand in the file: nothing is joined with them, or they are sorted again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import duckdb
import pytest

import revrules
from revrules.tables import evaluate_table
from revrules.tables.database import UNLIMITED, Limits, database

if TYPE_CHECKING:
    from pathlib import Path

WHEN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
ROWS = 400_000
RULES = """
team sales "Sales"
entity company key company_id { company_id text required  size integer }
entity deal key deal_id {
  deal_id  integer required
  company  one company by company_id
}
lifecycle deals of deal {
  stage open "Open" { entry owner sales  requires { some: company.size > 3 } }
}
"""


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_rows_with_related_records_come_out_in_the_order_of_the_file(tmp_path: Path, form: str) -> None:
    data, companies, out = tmp_path / f"deals.{form}", tmp_path / "companies.csv", tmp_path / "placed.csv"
    with duckdb.connect() as connection:
        made = f"SELECT i AS deal_id, 'A-' || i % 1000 AS company_id FROM range({ROWS}) r(i)"
        written = {"jsonl": "FORMAT json"}.get(form, f"FORMAT {form}")
        connection.execute(f"COPY ({made}) TO '{data}' ({written})")
        connection.execute(f"COPY (SELECT 'A-' || i AS company_id, i % 7 AS size FROM range(900) r(i)) TO '{companies}'")
    rules, limits = revrules.loads(RULES), Limits("1GB", 2)
    evaluate_table(rules, data, out, related={"company": companies}, as_of=WHEN, engine="duckdb", limits=limits, summary=False)
    with out.open(encoding="utf-8") as stream:
        keys = [int(line.partition(",")[0]) for line in list(stream)[1:]]
    assert keys == list(range(ROWS))


def test_rows_that_are_held_against_a_long_list_come_out_in_the_order_of_the_file(tmp_path: Path) -> None:
    data, out = tmp_path / "deals.parquet", tmp_path / "placed.parquet"
    listed = ", ".join(f'"A-{number}"' for number in range(0, 1000, 3))
    text = RULES.replace("some: company.size > 3", "some: company_id in chosen")
    text = text.replace("company  one company by company_id", "company_id text")
    rules, limits = revrules.loads(f"list chosen {{ {listed} }}\n{text}"), Limits("1GB", 2)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT i AS deal_id, 'A-' || i % 1000 AS company_id FROM range({ROWS}) r(i)) TO '{data}'")
        evaluate_table(rules, data, out, as_of=WHEN, engine="duckdb", limits=limits, summary=False)
        keys = connection.execute(f"SELECT deal_id::BIGINT FROM '{out}'").fetchall()
        stages = connection.execute(f"SELECT stage, count(*) FROM '{out}' GROUP BY 1 ORDER BY 1").fetchall()
    assert [key for (key,) in keys] == list(range(ROWS))
    assert stages == [("open", ROWS * 334 // 1000), (None, ROWS * 666 // 1000)]


def test_a_list_of_values_makes_no_join() -> None:
    listed = ", ".join(f"'{number}'" for number in range(20))
    with database(UNLIMITED) as found:
        ((_, plan),) = found.rows(f"EXPLAIN SELECT i::VARCHAR IN ({listed}) FROM range(1000000) r(i)")
    assert "JOIN" not in str(plan).upper()
