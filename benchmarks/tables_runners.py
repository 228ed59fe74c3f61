"""The contenders of the table benchmark: each reads the accounts of a folder and writes what it makes of them beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import tables_baseline
import tables_peers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
RECENT = TODAY - timedelta(days=180)
SAMPLE = 200_000
"""Rows that a contender gets that works row by row; its figures are per row all the same."""
EVERY = 10**12
RELATED_ROWS = 1_000_000
"""Accounts that have related records: ten million of these."""


class Runner(NamedTuple):
    """A contender. ``floor`` and ``by_hand`` name those that it is compared with; beyond ``most_rows`` it is too slow."""

    name: str
    run: Callable[[Path], None]
    floor: str | None = None
    by_hand: str | None = None
    most_rows: int = EVERY
    rows: int | None = None
    """Rows that it gets, where these are not all."""


def by_duckdb(make: Callable[[str, str], str], blockers: str, source: str = "accounts.parquet") -> Callable[[Path], None]:
    """Return what runs a statement on DuckDB and writes its rows as Parquet."""

    def work(folder: Path) -> None:
        import duckdb

        connection = duckdb.connect()
        connection.execute("SET preserve_insertion_order = false" + ("; SET memory_limit = '250MB'" if source else ""))
        connection.execute(f"SET temp_directory = '{folder}/spill'")
        statement = make(str(folder / source), blockers)
        connection.execute(f"COPY ({statement}) TO '{folder}/by_hand.parquet' (FORMAT parquet)")

    return work


def by_revrules(blockers: str, source: str = "accounts.parquet", *, summary: bool = False) -> Callable[[Path], None]:
    """Return what places the accounts as a user does; with ``summary`` what came out is counted, too."""

    def work(folder: Path) -> None:
        from revrules.ruleset import load_cached
        from revrules.tables import evaluate_table
        from revrules.tables.database import Limits

        evaluate_table(
            load_cached(str(folder / "rules.rev")),
            folder / source,
            folder / "ours.parquet",
            columns=["account_id", "stage", "verdict", "blockers" if blockers == "list" else "blockers_mask"],
            as_of=NOW,
            engine="duckdb",
            limits=Limits(memory="250MB", ordered=False),
            summary=summary,
        )

    return work


def related_by_hand(folder: Path) -> None:
    """Run the statement about related records on DuckDB."""
    by_duckdb(tables_baseline.related_parquet, "", "")(folder)


def related_by_revrules(folder: Path) -> None:
    """Place the accounts by their meetings as a user does."""
    from revrules.ruleset import load_cached
    from revrules.tables import evaluate_table
    from revrules.tables.database import Limits

    evaluate_table(
        load_cached(str(folder / "related.rev")),
        folder / "holders.parquet",
        folder / "ours.parquet",
        related={"meetings": folder / "meetings.parquet"},
        columns=["account_id", "stage", "blockers"],
        as_of=NOW,
        engine="duckdb",
        limits=Limits(ordered=False),
        summary=False,
    )


def by_python(folder: Path) -> None:
    """Place a sample of the accounts with the generated Python, one by one: what a loop over records costs."""
    import duckdb

    from revrules.ruleset import load_cached

    place = load_cached(str(folder / "rules.rev")).lifecycle("revenue").at(NOW).place
    rows = duckdb.connect().execute(f"SELECT * FROM '{folder}/accounts.parquet' LIMIT {SAMPLE}")
    names = [column[0] for column in rows.description or ()]
    for row in rows.fetchall():
        place(dict(zip(names, row, strict=True)))


def by_zen(folder: Path) -> None:
    """Evaluate a sample of the accounts with zen-engine's compiled expression, one by one."""
    import duckdb
    from record_peers import plain, zen_engine

    answer = zen_engine(2)
    rows = duckdb.connect().execute(f"SELECT * FROM '{folder}/accounts.parquet' LIMIT {SAMPLE}")
    names = [column[0] for column in rows.description or ()]
    for row in rows.fetchall():
        answer(plain(dict(zip(names, row, strict=True)), TODAY))


def by_zen_batch(folder: Path) -> None:
    """Evaluate a sample of the accounts with zen-engine's batch call."""
    tables_peers.by_zen_batch(folder, TODAY, SAMPLE)


def by_openfisca(folder: Path) -> None:
    """Evaluate the accounts with openfisca-core."""
    tables_peers.by_openfisca(folder, TODAY, RECENT)


def by_polars(blockers: str) -> Callable[[Path], None]:
    """Return what does the same with Polars: the bits by arithmetic, the lists by a join with a small table of them."""

    def work(folder: Path) -> None:
        import polars as pl

        rows = polars_rows(pl.scan_parquet(folder / "accounts.parquet"))
        if blockers == "list":
            rows = rows.join(_decode_table(), on=["s", "mask"], how="left").select("account_id", "stage", "verdict", "blockers")
        else:
            rows = rows.select("account_id", "stage", "verdict", blockers="mask")
        rows.sink_parquet(folder / "polars.parquet")

    return work


def polars_rows(accounts: polars.LazyFrame) -> polars.LazyFrame:
    """Return the accounts with stage, verdict, the number of the stage and the unmet criteria as bits."""
    import polars as pl

    c = pl.col
    consumer = ["gmail.com", "outlook.com", "web.de", "yahoo.com", "hotmail.com", "icloud.com", "gmx.de", "aol.com", "proton.me"]
    atoms = accounts.select(
        "account_id",
        "claimed",
        reachable=c.domain.is_not_null(),
        permitted=c.consent,
        ideal=c.employees.is_between(50, 5000)
        & c.industry.is_in(["software", "fintech", "healthtech"])
        & c.domain.is_in(consumer).not_(),
        engaged=c.engagement >= 60,
        core=c.country.is_in(["DE", "FR", "GB", "US"]),
        large=c.employees >= 500,
        retail=c.industry == "retail",
        eager=c.engagement >= 80,
        accepted=c.accepted_on <= TODAY,
        fresh=c.accepted_on.is_between(RECENT, TODAY),
        met=c.meetings_held >= 1,
        budget=c.budget >= 5000,
        authority=c.authority.is_in(["influencer", "decider"]),
        twice=c.meetings_held >= 2,
        sent=c.proposal_on <= TODAY,
        decider=c.authority == "decider",
        priced=c.arr > 0,
        started=c.contract_start <= TODAY,
        worth=c.arr >= 1000,
        running=c.contract_end.is_null() | (c.contract_end >= c.contract_start),
        used=c.usage >= 0.6,
        keen=c.engagement >= 70,
        current=c.contract_end.is_null() | (c.contract_end >= TODAY),
        ended=c.contract_end < TODAY,
        unused=c.usage < 0.2,
    )
    low, high = _fit(certain=True), _fit(certain=False)
    scored = atoms.with_columns(fit=pl.when(low >= 50).then(True).when(high < 50).then(False))
    gates = scored.with_columns(
        g1=c.reachable & c.permitted,
        g2=c.ideal & c.engaged & c.fit,
        g3=c.accepted & c.fresh & c.met,
        g4=c.budget & c.authority & c.twice,
        g5=c.sent & c.decider & c.priced,
        g6=c.started & c.worth & c.running,
        g7=c.used & c.keen & c.current,
        g8=c.ended & c.unused,
    )
    stage: Any = pl.when(~c.g1.fill_null(value=False)).then(0)
    for number in range(2, 7):
        stage = stage.when(~pl.col(f"g{number}").fill_null(value=False)).then(number - 1)
    s = stage.when(c.g7.fill_null(value=False)).then(7).when(c.g8.fill_null(value=False)).then(8).otherwise(6).cast(pl.Int8)
    placed = gates.with_columns(s=s)
    placed = placed.with_columns(mask=_bits(), ends=_ends())
    named = pl.col("s").replace_strict(dict(enumerate((None, *tables_baseline.STAGES))), return_dtype=pl.String)
    return placed.select("account_id", "s", "mask", stage=named, verdict=_verdict())


def _fit(*, certain: bool) -> polars.Expr:
    import polars

    def points(name: str, count: int) -> polars.Expr:
        return polars.col(name).fill_null(value=(count < 0) == certain).cast(polars.Int16) * count

    return points("ideal", 40) + points("core", 20) + points("large", 20) + points("retail", -30) + points("eager", 20)


def _bits() -> Any:
    import polars

    names = {5: {"running": "running"}, 6: {"engaged": "keen"}}
    bits: Any = None
    for stage, criteria in tables_baseline.CRITERIA.items():
        found = polars.sum_horizontal(
            [
                (~polars.col(names.get(stage, {}).get(name, name)).fill_null(value=True)).cast(polars.Int8) * (1 << at)
                for at, name in enumerate(criteria)
            ]
        )
        bits = (polars.when(polars.col("s") == stage) if bits is None else bits.when(polars.col("s") == stage)).then(found)
    assert bits is not None, "there are stages"
    return bits.otherwise(0).cast(polars.Int8)


def _ends() -> polars.Expr:
    import polars

    def true(name: str) -> polars.Expr:
        return polars.col(name).fill_null(value=False)

    def open_(name: str) -> polars.Expr:
        return polars.col(name).fill_null(value=True)

    parts = [(~true("g1")).cast(polars.Int16)]
    reached = open_("g1")
    for stage in range(1, 6):
        parts.append((reached & ~true(f"g{stage + 1}")).cast(polars.Int16) * (1 << stage))
        reached = reached & open_(f"g{stage + 1}")
    parts.append((reached & ~true("g7") & ~true("g8")).cast(polars.Int16) * 64)
    parts.append((reached & open_("g7")).cast(polars.Int16) * 128)
    parts.append((reached & ~true("g7") & open_("g8")).cast(polars.Int16) * 256)
    return polars.sum_horizontal(parts)


def _verdict() -> Any:
    import polars

    ends, stage, claimed = polars.col("ends"), polars.col("s"), polars.col("claimed")
    told: Any = polars.when(claimed.is_null()).then(polars.lit("undeclared"))
    for d, name in enumerate(tables_baseline.STAGES, 1):
        before = sum(1 << s for s in range(1, min(d, 7)))
        after = sum(1 << s for s in range(d + 1, 9)) if d < 7 else 0
        rest = 510 & ~before & ~after & ~(1 << d)
        here = claimed == name
        told = told.when(here & (stage == d)).then(polars.lit("in_stage"))
        for mask, verdict in ((before, "ahead"), (after, "behind"), (rest, "elsewhere")):
            if mask:
                told = told.when(here & (ends & (~mask & 511) == 0)).then(polars.lit(verdict))
    return told.when(ends == 1).then(polars.lit("nowhere")).otherwise(polars.lit("cannot_tell"))


def _decode_table() -> polars.LazyFrame:
    import polars

    rows = [
        (stage, mask, [name for at, name in enumerate(tables_baseline.CRITERIA.get(stage, ())) if mask >> at & 1])
        for stage in range(9)
        for mask in range(8)
    ]
    schema: Any = {"s": polars.Int8, "mask": polars.Int8, "blockers": polars.List(polars.String)}
    return polars.LazyFrame(rows, schema=schema, orient="row")


RUNNERS = (
    Runner("floor, list", by_duckdb(tables_baseline.floor, "list")),
    Runner("floor, mask", by_duckdb(tables_baseline.floor, "mask")),
    Runner("floor, CSV", by_duckdb(tables_baseline.floor, "list", "accounts.csv")),
    Runner("DuckDB by hand, list looked up", by_duckdb(tables_baseline.statement, "list"), "floor, list"),
    Runner("DuckDB by hand, list put together", by_duckdb(tables_baseline.statement, "obvious"), "floor, list"),
    Runner("DuckDB by hand, list looked up, members", by_duckdb(tables_baseline.members, "list"), "floor, list"),
    Runner("DuckDB by hand, mask", by_duckdb(tables_baseline.statement, "mask"), "floor, mask"),
    Runner("DuckDB by hand, mask, members", by_duckdb(tables_baseline.members, "mask"), "floor, mask"),
    Runner("DuckDB by hand, CSV", by_duckdb(tables_baseline.members, "list", "accounts.csv"), "floor, CSV"),
    Runner("Polars by hand, list", by_polars("list"), "floor, list"),
    Runner("Polars by hand, mask", by_polars("mask"), "floor, mask"),
    Runner("revrules, list", by_revrules("list"), "floor, list", "DuckDB by hand, list looked up, members"),
    Runner("revrules, mask", by_revrules("mask"), "floor, mask", "DuckDB by hand, mask, members"),
    Runner(
        "revrules, list and summary", by_revrules("list", summary=True), "floor, list", "DuckDB by hand, list looked up, members"
    ),
    Runner("revrules, CSV", by_revrules("list", "accounts.csv"), "floor, CSV", "DuckDB by hand, CSV"),
    Runner("DuckDB by hand, ten related records each", related_by_hand, most_rows=RELATED_ROWS),
    Runner(
        "revrules, ten related records each", related_by_revrules, None, "DuckDB by hand, ten related records each", RELATED_ROWS
    ),
    Runner("Python, record by record", by_python, most_rows=1_000_000, rows=SAMPLE),
    Runner("zen-engine, record by record", by_zen, most_rows=1_000_000, rows=SAMPLE),
    Runner("zen-engine, batch call", by_zen_batch, most_rows=1_000_000, rows=SAMPLE),
    Runner("openfisca-core", by_openfisca, most_rows=1_000_000),
)
"""In the order of the table."""
