"""Packed files are placed by DuckDB as Python places them, or left to Python."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from place import DEALS, RULES
from test_duckdb_run import WHEN, related_files, same

import revrules
from revrules.tables import DataError, evaluate_table

if TYPE_CHECKING:
    from pathlib import Path

LINES = b'{"Deal ID": "D-1", "Deal Stage": "Open"}\n{"Deal ID": "D-1", "Amount": "many"}\n\n{"Deal ID": "D-2"}\n'
FORMS = {"deals.csv.gz": DEALS.encode(), "deals.csv": DEALS.encode(), "deals.jsonl.gz": LINES, "deals.json": LINES}
DEAL_LINES = "\n".join(line for line in DEALS.splitlines() if "two" not in line and "lines" not in line).encode() + b"\n"


@pytest.fixture(scope="module")
def rules() -> revrules.Ruleset:
    return revrules.loads(RULES)


@pytest.mark.parametrize("name", FORMS)
def test_packed_files_are_placed_alike(rules: revrules.Ruleset, tmp_path: Path, name: str) -> None:
    data = tmp_path / name
    data.write_bytes(gzip.compress(FORMS[name]))
    same(rules, data, "csv", related=related_files(tmp_path))


def test_packed_files_by_a_pattern_are_one_table(rules: revrules.Ruleset, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"part_{number}.csv.gz").write_bytes(gzip.compress(DEAL_LINES))
    summary = evaluate_table(rules, tmp_path / "part_*.csv.gz", tmp_path / "placed.csv", as_of=WHEN)
    assert summary.read == summary.placed == 3 * (DEAL_LINES.count(b"\n") - 1)


PACKED = gzip.compress(DEAL_LINES)
ODD_FILES = {
    "cut off": PACKED[:-10],
    "damaged": PACKED[:-8] + bytes(4) + PACKED[-4:],
    "followed by something": PACKED + b"x" * 20,
    "followed by nothing": PACKED + bytes(64),
    "two parts": PACKED + gzip.compress(b"D-9,Open,1,,,,,\n"),
    "a packed Parquet file": gzip.compress(b"PAR1" + bytes(100) + b"PAR1"),
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_packed_files_that_readers_take_differently_are_left_to_python(
    rules: revrules.Ruleset, tmp_path: Path, name: str
) -> None:
    data = tmp_path / "deals.csv.gz"
    data.write_bytes(ODD_FILES[name])
    with pytest.raises(DataError, match=r"REV7(45|01)"):
        evaluate_table(rules, data, tmp_path / "placed.csv", as_of=WHEN, engine="duckdb")
