"""Without a summary DuckDB reads records once, and still tells all that a run with one tells."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import duckdb
import pytest

import revrules
from revrules.tables import evaluate_table, own_keys
from revrules.tables.database import Database, Limits

WHEN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RULES = """
team sales "Sales"
entity company key id { id text  tier enum { gold, silver } }
entity deal key deal_id {
  deal_id   text
  amount    money 0..
  closed    date
  sector    enum { energy, retail }
  owner_id  text
  company one company by owner_id
}
classify size of deal, exactly one { big when amount >= 100  small when amount <= 100 }
lifecycle deals of deal {
  stage open { entry owner sales requires { worth: amount > 0 } }
  stage won { owner sales from open requires all of { closed: closed <= today  big: size = big  gold: company.tier = gold } won }
}
"""
HEADER = "deal_id,amount,closed,sector,owner_id"
ROWS = 5_000
ODD = {
    "none": "D-{n},12.5,2026-11-02,energy,C-1",
    "a cell that holds no value": "D-{n},many,2026-11-02,energy,C-1",
    "a value out of bounds": "D-{n},-1,2026-11-02,energy,C-1",
    "a day that is none": "D-{n},12.5,2026-02-30,energy,C-1",
    "no such member": "D-{n},12.5,2026-11-02,steel,C-1",
    "branches that clash": "D-{n},100,2026-11-02,energy,C-1",
    "a key that stands twice": "D-7,12.5,2026-11-02,energy,C-1",
    "no key": ",12.5,2026-11-02,energy,C-1",
}


def deals(path: Path, last: str) -> None:
    """Write deals of which only the last can have a fault."""
    lines = [f"D-{n},{n % 90}.25,2026-11-02,{'retail' if n % 3 else ''},C-1" for n in range(ROWS)]
    text = "\n".join([HEADER, *lines, last.format(n=ROWS), ""])
    if path.suffix == ".csv":
        path.write_text(text, encoding="utf-8")
        return
    source = path.with_suffix(".source")
    source.write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{source}', all_varchar = true, header = true)) TO '{path}' (FORMAT parquet)")


@cache
def rules() -> revrules.Ruleset:
    return revrules.loads(RULES)


def placed(data: Path, out: Path, **how: object) -> tuple[object, bytes]:
    """Return what a run tells: counts and rejects."""
    rejects = Path(f"{out}.rejects.csv")
    rejects.unlink(missing_ok=True)
    summary = evaluate_table(rules(), data, out, as_of=WHEN, **how)  # type: ignore[arg-type] - options of a test
    counted = summary.read, summary.placed, summary.rejected, summary.missing_keys, summary.duplicate_keys, summary.warnings
    return counted, rejects.read_bytes() if rejects.exists() else b""


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_fault_in_the_last_row_is_told_without_a_summary(tmp_path: Path, kind: str, form: str) -> None:
    data = tmp_path / f"deals.{form}"
    deals(data, ODD[kind])
    expected = placed(data, tmp_path / "by_python.csv", engine="python")
    assert (expected[1] == b"") == (kind == "none")
    for out in ("one.csv", "one.parquet", "one.jsonl"):
        assert placed(data, tmp_path / out, engine="duckdb", summary=False) == expected
    whole = [(tmp_path / out).read_bytes() for out in ("one.csv", "one.jsonl")]
    assert placed(data, tmp_path / "two.csv", engine="duckdb") == expected
    assert placed(data, tmp_path / "two.jsonl", engine="duckdb") == expected
    assert [(tmp_path / out).read_bytes() for out in ("two.csv", "two.jsonl")] == whole


def test_keys_that_find_no_record_are_told_without_a_summary(tmp_path: Path) -> None:
    data, related = tmp_path / "deals.csv", tmp_path / "companies.csv"
    related.write_text("id,tier\nC-1,gold\n", encoding="utf-8")
    deals(data, "D-{n},12.5,2026-11-02,energy,C-9")
    told = [
        placed(data, tmp_path / "placed.parquet", related={"company": related}, engine=engine, summary=summary)[0]
        for engine, summary in (("python", True), ("duckdb", True), ("duckdb", False))
    ]
    assert told[0] == told[1] == told[2]
    assert "C-9" in str(told[0])


def test_only_the_rows_that_are_taken_count(tmp_path: Path) -> None:
    data = tmp_path / "deals.parquet"
    deals(data, ODD["a cell that holds no value"])
    by_python, by_duckdb = (
        placed(data, tmp_path / "placed.parquet", engine=engine, sample=50, summary=False) for engine in ("python", "duckdb")
    )
    assert by_python == by_duckdb


def test_records_without_faults_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out = tmp_path / "deals.csv", tmp_path / "placed.parquet"
    deals(data, ODD["none"])
    asked: list[str] = []
    ask = Database.rows

    def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
        asked.append(sql)
        return ask(database, sql)

    monkeypatch.setattr(Database, "rows", rows)
    placed(data, out, engine="duckdb", summary=False)
    assert [sql.split()[0] for sql in asked if 'FROM "records"' in sql or "file_numbered" in sql] == ["COPY"]


def test_a_key_that_is_handed_on_under_the_name_of_another_column_is_looked_for_in_the_data(tmp_path: Path) -> None:
    data, out = tmp_path / "deals.parquet", tmp_path / "placed.parquet"
    deals(data, ODD["no key"].replace(",12.5", "  ,12.5", 1))
    expected = placed(data, out, engine="python")
    assert placed(data, out, engine="duckdb", summary=False, keep=True) == expected
    assert "missing" in expected[1].decode()


@pytest.mark.parametrize("kind", ["none", "a key that stands twice", "no key"])
@pytest.mark.parametrize("memory", [None, "200MB", "0.1GB"])
def test_keys_are_looked_at_in_what_was_written_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, memory: str | None
) -> None:
    monkeypatch.setattr(own_keys, "MANY", 100)
    data, out = tmp_path / "deals.parquet", tmp_path / "placed [1]*?.parquet"
    deals(data, ODD[kind])
    expected = placed(data, tmp_path / "by_python.csv", engine="python")
    assert placed(data, out, engine="duckdb", summary=False, limits=Limits(memory, 2)) == expected
