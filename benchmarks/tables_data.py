"""A number of rows into a Parquet (or CSV) file of accounts shaped like a funnel, made by DuckDB from hashes of the row numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = Path(__file__).parent / "record.rev"
CLAIMED = "  claimed         enum { lead, mql, sql, opportunity, proposal, customer, champion, churned }\n"
STAGES = ("lead", "mql", "sql", "opportunity", "proposal", "customer", "champion", "churned")
SHARES = (0.06, 0.72, 0.08, 0.05, 0.03, 0.02, 0.02, 0.01, 0.01)
"""Nowhere, then the stages in their order: the part of the records that is made to come so far."""
MISSING = 0.18
TODAY = "DATE '2026-11-21'"


def rules() -> str:
    """Return the ruleset of the single-record benchmark with a field that claims a stage: a verdict needs one."""
    text = RULES.read_text(encoding="utf-8")
    text = text.replace("  usage           number 0..1\n", f"  usage           number 0..1\n{CLAIMED}")
    return text.replace("lifecycle revenue of account {\n", "lifecycle revenue of account {\n  tracks claimed\n")


def make_data(path: Path, rows: int, *, meetings: Path | None = None) -> None:
    """Write ``rows`` accounts to ``path``, Parquet or CSV by its name; to ``meetings`` ten related records for each."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true; SET memory_limit = '2GB'")
    connection.execute("CREATE MACRO h(i, salt, n) AS CAST(hash(i, salt) % n AS BIGINT)")
    for target, query in ((path, accounts(rows)), (meetings, related(rows * 10, rows))):
        if target is not None:
            form = "FORMAT csv, HEADER" if target.suffix == ".csv" else "FORMAT parquet"
            connection.execute(f"COPY ({query}) TO '{target}' ({form})")
    connection.close()


def accounts(rows: int) -> str:
    """Return the query that makes the accounts."""
    columns = ",\n".join(f"  {sql} AS {name}" for name, sql in _columns())
    depth = _depth()
    return f"SELECT\n{columns}\nFROM (SELECT i, {depth} AS depth FROM (SELECT range AS i FROM range({rows})))"


def related(count: int, rows: int) -> str:
    """Return the query that makes meetings: ``count`` of them spread over ``rows`` accounts."""
    return f"""SELECT 'M-' || i AS meeting_id, 'A-' || h(i, 0, {rows}) AS account_id,
  {_often("['discovery', 'demo', 'review'][1 + h(i, 1, 3)]", 2)} AS kind,
  {_often("TIMESTAMP '2026-11-21 09:00:00' - to_minutes(h(i, 3, 900000))", 4)} AS held_at,
  {_often("h(i, 5, 180)", 6)} AS minutes
FROM (SELECT range AS i FROM range({count}))"""


def _columns() -> Iterator[tuple[str, str]]:
    yield "account_id", "'A-' || i"
    domain = "['acme.example', 'globex.example', 'initech.example', 'gmail.com', 'web.de'][1 + h(i, 10, 5)]"
    yield "domain", _good(1, "['acme.example', 'globex.example'][1 + h(i, 11, 2)]", domain, 12)
    yield "employees", _good(2, "[600, 900, 4000][1 + h(i, 13, 3)]", "[5, 40, 80, 240, 700, 3000, 9000][1 + h(i, 14, 7)]", 15)
    yield "country", _often("['DE', 'US', 'FR', 'PL', 'ES', 'NL'][1 + h(i, 16, 6)]", 17)
    industry = "['software', 'fintech', 'healthtech', 'retail', 'other'][1 + h(i, 18, 5)]"
    yield "industry", _good(2, "'software'", industry, 19)
    yield "engagement", _good(2, "CAST(60 + h(i, 20, 41) AS BIGINT)", "h(i, 21, 101)", 22)
    yield "consent", _good(1, "TRUE", "h(i, 23, 10) < 8", 24)
    yield "meetings_held", _good(3, "CAST(2 + h(i, 25, 3) AS BIGINT)", "h(i, 26, 5)", 27)
    yield "budget", _good(4, "CAST(9000 AS DECIMAL(18, 4))", "CAST(h(i, 28, 40001) AS DECIMAL(18, 4))", 29)
    yield "authority", _good(4, "'decider'", "['user', 'influencer', 'decider'][1 + h(i, 30, 3)]", 31)
    yield "accepted_on", _good(3, _day(32, 180, 0), _day(33, 400, 30), 34)
    yield "proposal_on", _good(5, f"{TODAY} - 5", _day(35, 200, 60), 36)
    yield "contract_start", _good(6, f"{TODAY} - 40", _day(37, 500, 60), 38)
    yield (
        "contract_end",
        f"CASE WHEN depth = 8 THEN {TODAY} - 1 WHEN depth >= 6 THEN NULL ELSE {_often(_day(39, 100, 500), 40)} END",
    )
    yield "arr", _good(6, "CAST(24000 AS DECIMAL(18, 4))", "CAST(h(i, 41, 90001) AS DECIMAL(18, 4))", 42)
    yield (
        "usage",
        f"CASE depth WHEN 7 THEN 0.8::DOUBLE WHEN 8 THEN 0.1::DOUBLE ELSE {_often('round((h(i, 43, 1000)) / 1000.0, 3)::DOUBLE', 44)} END",
    )
    said = ", ".join(f"'{stage}'" for stage in STAGES)
    claimed = f"[{said}][CASE WHEN h(i, 45, 10) < 7 THEN greatest(depth, 1) ELSE 1 + h(i, 46, 8) END]"
    yield "claimed", f"CASE WHEN h(i, 47, 20) > 0 THEN {claimed} END"


def _depth() -> str:
    """Return how far a record is made to come, by the shares."""
    limits, sum_ = [], 0.0
    for share in SHARES[:-1]:
        sum_ += share
        limits.append(sum_)
    cases = " ".join(f"WHEN h(i, 0, 1000) < {limit * 1000:.0f} THEN {depth}" for depth, limit in enumerate(limits))
    return f"CASE {cases} ELSE {len(SHARES) - 1} END"


def _good(depth: int, good: str, other: str, salt: int) -> str:
    return f"CASE WHEN depth >= {depth} THEN {good} ELSE {_often(other, salt)} END"


def _often(value: str, salt: int) -> str:
    return f"CASE WHEN h(i, {salt}, 100) >= {MISSING * 100:.0f} THEN {value} END"


def _day(salt: int, before: int, after: int) -> str:
    return f"{TODAY} - {before} + CAST(h(i, {salt}, {before + after + 1}) AS INTEGER)"


def make_all(folder: Path, rows: int) -> None:
    """Write the ruleset and the accounts, once as Parquet and once as CSV, into ``folder``."""
    (folder / "rules.rev").write_text(rules(), encoding="utf-8")
    make_data(folder / "accounts.parquet", rows)
    make_data(folder / "accounts.csv", rows)
    if rows <= 1_000_000:
        make_related(folder, rows)


RELATED = """ruleset related { timezone "UTC" }
team sales "Sales"
entity account key account_id {
  account_id  text required
  domain      text
  meetings    many meeting by account_id
}
entity meeting key meeting_id {
  meeting_id  text required
  account_id  text
  kind        enum { discovery, demo, review }
  held_at     datetime
  minutes     integer
}
lifecycle touch of account {
  stage lead { entry  owner sales  requires { reachable: domain is known } }
  stage met {
    owner sales
    from lead
    requires all of {
      held:  any(meetings where kind = discovery and held_at within last 180 days)
      long:  sum(minutes of meetings where minutes is known) >= 600
    }
  }
  stage warm {
    owner sales
    from met
    requires all of {
      fresh:  max(held_at of meetings where held_at is known) within last 30 days
      often:  count(meetings where kind = demo) >= 3
    }
  }
}
"""
"""Rules about the meetings of an account: each kind of aggregate that people use."""


def make_related(folder: Path, rows: int) -> None:
    """Write a ruleset about related records, the accounts and ten meetings for each, as Parquet, into ``folder``."""
    (folder / "related.rev").write_text(RELATED, encoding="utf-8")
    make_data(folder / "holders.parquet", rows, meetings=folder / "meetings.parquet")
