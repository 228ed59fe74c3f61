"""NaN is no number, whatever the statistics of a Parquet file say of it: most writers leave it out of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

import revrules
from revrules.tables import evaluate_table

if TYPE_CHECKING:
    from pathlib import Path

    from revrules.tables.engine import Engine

WHEN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RULES = """
team sales "Sales"
entity visit key visit_id { visit_id text required  deal text  share number 0..1  score number }
entity deal key deal_id {
  deal_id  text required
  share    number 0..1
  score    number
  visits   many visit by deal
}
lifecycle deals of deal {
  stage open "Open" { entry owner sales  requires all of { much: share >= 0.5  some: score > 0 } }
  stage won "Won" { from open owner sales  requires all of { seen: max(share of visits) >= 0.5
    liked: any(visits where score > 0)
  } }
}
"""
ROWS = 3000
ODD = 1234


@pytest.mark.parametrize("engine", ["duckdb", "python"])
@pytest.mark.parametrize("summary", [True, False])
def test_nan_is_missing_and_told(tmp_path: Path, engine: Engine, *, summary: bool) -> None:
    polars = pytest.importorskip("polars")
    numbers = [0.25 + n % 2 / 2 for n in range(ROWS)]
    odd = [*numbers[:ODD], float("nan"), *numbers[ODD + 1 :]]
    for name, key, others in (("deals", "deal_id", {}), ("visits", "visit_id", {"deal": [f"K-{n}" for n in range(ROWS)]})):
        table = {key: [f"K-{n}" for n in range(ROWS)], **others, "share": odd, "score": odd}
        polars.DataFrame(table).write_parquet(tmp_path / f"{name}.parquet", statistics=True)
    out, rejects = tmp_path / "placed.csv", tmp_path / "placed.csv.rejects.csv"
    evaluate_table(
        revrules.loads(RULES), tmp_path / "deals.parquet", out, related={"visits": tmp_path / "visits.parquet"},
        columns=["deal_id", "stage", "missing"], as_of=WHEN, engine=engine, summary=summary,
    )  # fmt: skip
    placed = out.read_text(encoding="utf-8").splitlines()[1:]
    assert placed[ODD].startswith(f"K-{ODD},,share") or placed[ODD] == f'K-{ODD},,"share, score"', placed[ODD]
    assert sum(",won," in line for line in placed) == sum(number >= 0.5 for number in numbers) - (numbers[ODD] >= 0.5)
    told = rejects.read_text(encoding="utf-8").splitlines()[1:]
    assert len(told) == 4 and all("not a number" in line for line in told), told
