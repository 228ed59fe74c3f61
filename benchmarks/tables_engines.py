"""Measures the statements of ``revrules sql`` on Postgres and Spark beside the same rules written by hand for these engines.

    python benchmarks/tables_engines.py [--rows 1000000] [--rounds 5] [--quick] [--update]

Both read one table and write another, rounds interleaved; their answers are compared first. Told is the median of seconds on the
wall and of the ratios, round by round. Postgres is the server that the tests start; Spark runs in this process with two threads,
and knows Java's limit for methods, as in sessions that revrules makes: with it both statements take a third of the time.
``--update`` writes the table into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING

import tables_baseline
import tables_data

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from engines import Postgres, Spark, postgres_server, spark_session

from revrules.backends.sql.dialects import Dialect
from revrules.engines.placing import Order
from revrules.engines.spark import JIT_LIMIT
from revrules.models import model
from revrules.ruleset import load_cached

if TYPE_CHECKING:
    from engines import Engine

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
COLUMNS = ["account_id", "stage", "verdict", "blockers"]
RELATED = ["account_id", "stage", "blockers"]
MARKERS = ("<!-- engines -->", "<!-- /engines -->")
POSTGRES_TABLE = """CREATE TABLE account (account_id TEXT, domain TEXT, employees INT, country TEXT, industry TEXT,
  engagement BIGINT, consent BOOLEAN, meetings_held BIGINT, budget NUMERIC(18, 4), authority TEXT, accepted_on DATE, proposal_on DATE,
  contract_start DATE, contract_end DATE, arr NUMERIC(18, 4), usage DOUBLE PRECISION, claimed TEXT);
CREATE TABLE meeting (meeting_id TEXT, account_id TEXT, kind TEXT, held_at TIMESTAMP, minutes BIGINT)"""


def main() -> None:
    """Measure what the command line asks for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="20,000 rows, one round: does everything run and agree?")
    parser.add_argument("--only", choices=["postgres", "spark"])
    parser.add_argument("--update", action="store_true", help="write the table into benchmarks/README.md")
    asked = parser.parse_args()
    rows, rounds = (20_000, 1) if asked.quick else (asked.rows, asked.rounds)
    lines = ["| engine | rules | by hand, s | revrules, s | ratio |", "|---|---|---|---|---|"]
    with TemporaryDirectory(prefix="engines-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        tables_data.make_all(folder, rows)
        tables_data.make_data(folder / "plain.csv", rows, meetings=folder / "meetings.csv")
        if asked.only != "spark":
            lines += on_postgres(folder, rounds)
        if asked.only != "postgres":
            lines += on_spark(folder, rounds)
    print("\n".join(lines))
    if asked.update:
        page = Path(__file__).parent / "README.md"
        before, rest = page.read_text(encoding="utf-8").split(MARKERS[0])
        after = rest.split(MARKERS[1])[1]
        page.write_text(f"{before}{MARKERS[0]}\n" + "\n".join(lines) + f"\n{MARKERS[1]}{after}", encoding="utf-8")


def on_postgres(folder: Path, rounds: int) -> list[str]:
    """Return the lines for Postgres."""
    with postgres_server() as server:
        engine = Postgres(server.url)
        engine.run(POSTGRES_TABLE)
        for table, file in (("account", "plain.csv"), ("meeting", "meetings.csv")):
            with (folder / file).open("rb") as stream, engine.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy:
                while chunk := stream.read(1 << 20):
                    copy.write(chunk)
        engine.run("VACUUM ANALYZE account")
        engine.run("VACUUM ANALYZE meeting")
        lines = compared(engine, folder, rounds, "ARRAY[", "CREATE TABLE {name} AS {statement}")
        engine.close()
    return lines


def on_spark(folder: Path, rounds: int) -> list[str]:
    """Return the lines for Spark."""
    engine = Spark(spark_session())
    for name, value in JIT_LIMIT.items():
        engine.session.conf.set(name, value)
    for view, file in (("account", "accounts"), ("meeting", "meetings")):
        engine.session.read.parquet(str(folder / f"{file}.parquet")).createOrReplaceTempView(view)
    write = f"INSERT OVERWRITE DIRECTORY '{folder}/{{name}}' USING parquet {{statement}}"
    return compared(engine, folder, rounds, "ARRAY(", write)


def compared(engine: Engine, folder: Path, rounds: int, array: str, write: str) -> list[str]:
    """Return a line for the lifecycle of the single-record benchmark and one for rules about related records."""
    pairs = {
        "lifecycle, list of blockers": (
            tables_baseline.statement("account", "list", array),
            said(folder / "rules.rev", engine, COLUMNS),
        ),
        "ten related records each": (
            tables_baseline.related("account", "meeting", array),
            said(folder / "related.rev", engine, RELATED),
        ),
    }
    return [f"| {engine.dialect.value} | {name} | {measured(engine, pair, rounds, write)} |" for name, pair in pairs.items()]


def said(rules: Path, engine: Engine, columns: list[str]) -> str:
    """Return the statement of a ruleset for the types of the tables, which ``revrules evaluate`` asks the engine for."""
    order = Order("account", {"meetings": "meeting"} if rules.stem == "related" else {}, as_of=NOW, columns=columns)
    types = {table: typed(engine, table) for table in ("account", "meeting")}
    return model(load_cached(str(rules)), order, engine.dialect, columns=types).query.text(pretty=False)


def typed(engine: Engine, table: str) -> list[tuple[str, str]]:
    """Return the columns of a table and their types."""
    asked = f"DESCRIBE {table}"
    if engine.dialect is Dialect.POSTGRES:
        asked = f"SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"
    return [(str(name), str(type_)) for name, type_, *_ in engine.run(asked)]


def measured(engine: Engine, pair: tuple[str, str], rounds: int, write: str) -> str:
    """Return the seconds of both statements and their ratio, after a look whether their answers are the same."""
    by_hand, ours = pair
    differing = f"SELECT COUNT(*) FROM (({by_hand}) EXCEPT ALL ({ours})) AS differing"
    ((count,),) = engine.run(differing)
    assert count == 0, f"{count} answers differ"
    spent: list[tuple[float, float]] = []
    for _ in range(rounds):
        seconds = []
        for name, statement in (("by_hand", by_hand), ("ours", ours)):
            if engine.dialect is Dialect.POSTGRES:
                engine.run(f"DROP TABLE IF EXISTS {name}")
            start = monotonic()
            engine.run(write.format(name=name, statement=statement))
            seconds.append(monotonic() - start)
        spent.append((seconds[0], seconds[1]))
    hand, own = median(one for one, _ in spent), median(other for _, other in spent)
    return f"{hand:.2f} | {own:.2f} | {median(other / one for one, other in spent):.2f}"


if __name__ == "__main__":
    main()
