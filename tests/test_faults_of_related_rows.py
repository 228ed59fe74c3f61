"""Values of related rows that are none are told by DuckDB as by Python, whatever type their column has."""

from __future__ import annotations

import sys
from subprocess import run
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
ruleset related { timezone "UTC" }
team sales "Sales"
entity account key account_id {
  account_id text
  meetings many meeting by account_id
}
entity meeting key meeting_id {
  meeting_id text
  account_id text
  kind enum { discovery, demo }
  held_at datetime
  minutes integer 0..500
  rate number
  day date
}
lifecycle touch of account {
  stage met { entry owner sales requires { often: count(meetings where kind = demo) >= 3 } }
}
"""
MEETINGS = """SELECT 'M' || i AS meeting_id, 'A' || i % 5 AS account_id, 'demo' AS kind, TIMESTAMP '2026-11-01' AS held_at,
  CAST(5 AS BIGINT) AS minutes, CAST(1.5 AS DOUBLE) AS rate, DATE '2026-01-01' AS day FROM range(20) AS r(i)"""
FAULTS = {
    "": 0,
    "CASE i WHEN 7 THEN 'dmo' WHEN 3 THEN ' demo ' WHEN 2 THEN '' WHEN 1 THEN NULL ELSE 'demo' END AS kind": 1,
    "CASE i WHEN 4 THEN TIMESTAMP '10000-01-01' ELSE held_at END AS held_at": 1,
    "40 * i - 2 AS minutes": 8,
    "CAST(40 * i - 2 AS INTEGER) AS minutes": 8,
    "CASE i WHEN 3 THEN 'nan' WHEN 4 THEN 'inf' ELSE rate END AS rate": 2,
    "CASE i WHEN 4 THEN DATE '12000-01-01' ELSE day END AS day": 1,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_values_that_are_none_are_told_alike(tmp_path: Path, fault: str) -> None:
    (tmp_path / "rules.rev").write_text(RULES, encoding="utf-8")
    with duckdb.connect() as connection:
        numbered = f"SELECT *, CAST(substr(meeting_id, 2) AS BIGINT) AS i FROM ({MEETINGS})"
        changed = f"SELECT * EXCLUDE i{f' REPLACE ({fault})' if fault else ''} FROM ({numbered})"
        connection.execute(f"COPY (SELECT 'A' || i AS account_id FROM range(5) AS r(i)) TO '{tmp_path}/accounts.parquet'")
        connection.execute(f"COPY ({changed}) TO '{tmp_path}/meetings.parquet'")
    told = {engine: rejects(tmp_path, engine) for engine in ("duckdb", "python")}
    assert told["duckdb"] == told["python"]
    assert len(told["duckdb"]) == FAULTS[fault]


def rejects(folder: Path, engine: str) -> list[str]:
    """Return the lines of the rejects of a run."""
    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "accounts.parquet"]
    command += ["--data", "meetings=meetings.parquet", "--engine", engine, "--as-of", "2026-11-21"]
    done = run([*command, "-o", "placed.csv", "--rejects", "rejects.csv"], cwd=folder, check=False, capture_output=True)
    lines = (folder / "rejects.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert done.returncode == (1 if lines else 0), done.stderr
    return lines
