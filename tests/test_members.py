"""Names that an answer can be are members of an enum while DuckDB works, and texts in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.members import as_members
from revrules.ruleset import load
from revrules.tables import evaluate_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    "id",
    "declared",
    "stage",
    "verdict",
    "path",
    "next_stages",
    "blockers",
    "unknown_criteria",
    "missing",
    "owners",
    "due",
]
RULES = """
ruleset names { title "Names" timezone "UTC" }
team sales "Sales"
entity deal key id {
  id text required
  a integer
  b integer
  state enum { open, won, lost }
}
lifecycle deals of deal {
  tracks state
  stage open { entry owner sales requires all of { size: a > 0  other: b > 0 } }
  stage won { from open requires any of { much: a > 5  more: b > 5 } won }
  stage lost { from open requires { none: a > 100 } lost }
}
"""


def test_a_text_of_known_names_is_a_member() -> None:
    said = as_members(tree.case([(tree.column("x"), tree.text("it's")), (tree.column("y"), tree.text("b"))]))
    member = "ENUM('it''s', 'b')"
    assert (
        tree.printed(said, Dialect.DUCKDB)
        == f"CASE WHEN \"x\" THEN CAST('it''s' AS {member}) WHEN \"y\" THEN CAST('b' AS {member}) ELSE NULL END"
    )


def test_a_text_that_can_be_anything_stays_one() -> None:
    said = tree.case([(tree.column("x"), tree.text("a"))], tree.column("y"))
    assert as_members(said) is said


def test_files_hold_texts(tmp_path: Path) -> None:
    (tmp_path / "names.rev").write_text(RULES, encoding="utf-8")
    rows = ", ".join(
        f"('{n}', {n % 9 - 2 if n % 5 else 'NULL'}, {n % 7}, '{('open', 'lost', 'odd', '')[n % 4]}')" for n in range(60)
    )
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) t(id, a, b, state)) TO '{tmp_path}/deals.parquet'")
    found = []
    for engine in ("duckdb", "python"):
        out = tmp_path / f"{engine}.parquet"
        evaluate_table(load(str(tmp_path / "names.rev")), tmp_path / "deals.parquet", out, columns=COLUMNS, engine=engine)
        placed = duckdb.sql(f"SELECT * FROM '{out}'")
        found.append((placed.columns, [str(type_) for type_ in placed.types], placed.fetchall()))
    assert found[0] == found[1]
    assert len({row[COLUMNS.index("stage")] for row in found[0][2]}) > 1
