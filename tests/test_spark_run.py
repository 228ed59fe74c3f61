"""Records placed on Spark: the same answers as without it, from files, frames and tables."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import revrules

if TYPE_CHECKING:
    from engines import Spark
    from place import Outcome, Place

pytestmark = pytest.mark.spark

DEALS = """\
Deal ID,Deal Stage,Amount,Close Date,Loss Reason,Note,Account ID,Parent ID
D-1,Closed Won,1200.50,2026-11-02,,"two
lines ""quoted"" text",A-1,
D-2,Closed Won,Select,2026-11-03,,,A-1,D-1
D-3,Closed Lost,10,,price,,A-9,
D-4,Won?,-5.00,,,,A-2,D-1
D-5,Open,1
007,Open,20,31.12.2026,,,,

007,Open,21,,,,,,,
 ,Closed Won,3.00,2026-11-03,,,A-1,
"""
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)


def evaluate(place: Place, *words: str) -> Outcome:
    return place.evaluate("--engine", "spark", *words)


def rows(text: str) -> list[list[str]]:
    """Return the rows of CSV without their headings, in an order of their own."""
    return sorted(list(csv.reader(io.StringIO(text)))[1:])


def folder(place: Place, name: str) -> str:
    """Return the rows of the files that Spark wrote, under one row of headings."""
    parts = [path.read_text(encoding="utf-8") for path in sorted((place.folder / name).glob("part-*"))]
    return parts[0] + "".join(part.split("\n", 1)[1] for part in parts[1:])


def test_the_answers_are_those_of_the_files(place: Place, spark: Spark) -> None:
    place.write("deals.csv", DEALS)
    files = place.evaluate("-o", "files.csv")
    there = evaluate(place, "-o", "there.csv")
    assert (there.code, files.code) == (1, 1), there.err
    assert rows(folder(place, "there.csv")) == rows(place.read("files.csv"))
    assert there.err.split("\n\n")[0:4] == files.err.split("\n\n")[0:4]
    assert place.unfinished() == []
