"""DuckDB places a table as Python does: the same output, the same rejects, the same summary, or it says that it cannot."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import duckdb
import pytest
from place import COMPANIES, DEALS, MEETINGS, RULES

import revrules
from revrules.tables import DataError, evaluate_table
from revrules.tables.database import Limits

WHEN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SEEDS = range(int(os.environ.get("REVRULES_SEEDS", "12")))
RELATED = ("company", "meeting")
HEADINGS = ("Deal ID", "Deal Stage", "Amount", "Close Date", "Loss Reason", "Note", "Account ID", "Parent ID")
CELLS: dict[str, tuple[str, ...]] = {
    "Deal Stage": ("Open", "Closed Won", "Closed Lost", "won", "Closd Won", "", "open ", "nothing"),
    "Amount": ("1200.50", "0", "-5", "Select", "many", "", " 12 ", "1e3", "99999999999999.99995", "1.00005"),
    "Close Date": ("2026-11-02", "31.12.2026", "", "2026-02-30", "0001-01-01"),
    "Loss Reason": ("price", "", " ", "a \u00a0 b", "price, mostly"),
    "Note": ("", "two\nlines", 'said "no"', "ümläut 🙂", "x" * 40, "a\tb", "1,5", "#1", "a#", "NULL", "'", "\\"),
    "Account ID": ("A-1", "A-2", "A-9", " A-1 ", "", "A-3", "\u2003A-9\u3000", "\u00a0"),
    "Parent ID": ("D-1", "", "D-99", "D-2", "\u2003D-98\x1c"),
}


KEYLESS = """
team sales "Sales"
entity deal "Deal" { amount money as "Amount"  note text as "Note" }
lifecycle deals of deal { stage open "Open" { entry owner sales requires { worth: amount > 0 } } }
"""


@pytest.fixture(scope="module")
def rules() -> revrules.Ruleset:
    return revrules.loads(RULES)


class Placed:
    """What a run of an engine has left behind: its output, its rejects, its summary."""

    def __init__(
        self, rules: revrules.Ruleset, data: Path, form: str, engine: str, *, keep: bool, related: dict[str, Path]
    ) -> None:
        out = data.with_name(f"placed.{form}")
        for old in (out, Path(f"{out}.rejects.csv")):
            old.unlink(missing_ok=True)
        self.summary = evaluate_table(
            rules, data, out, lifecycle="deals", related=related, as_of=WHEN, keep=keep, engine=engine, limits=Limits("500MB", 2)
        )
        self.output = _parquet(out) if form == "parquet" else out.read_bytes()
        rejects = Path(f"{out}.rejects.csv")
        self.rejects = rejects.read_bytes() if rejects.exists() else b""


def _parquet(path: Path) -> object:
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE FROM '{path}'").fetchall()
        connection.execute("SET TimeZone = 'UTC'")
        return described, connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM '{path}'").fetchall()


def same(rules: revrules.Ruleset, data: Path, form: str, *, keep: bool = True, related: dict[str, Path] | None = None) -> None:
    """Assert that both engines leave the same behind."""
    by_python, by_duckdb = (
        Placed(rules, data, form, engine, keep=keep, related=related or {}) for engine in ("python", "duckdb")
    )
    assert by_duckdb.rejects == by_python.rejects
    assert by_duckdb.output == by_python.output
    assert by_duckdb.summary == by_python.summary


def rows(random: Random, count: int) -> list[list[str]]:
    """Return rows of cells, with keys that are missing or stand twice, and values that are none."""
    found = []
    for number in range(count):
        key = random.choice([f"D-{number}"] * 12 + ["D-1", "", " ", f"00{number}"])
        clean = random.random() < 0.7
        cells = [random.choice(CELLS[heading][:4] if clean else CELLS[heading]) for heading in HEADINGS[1:]]
        found.append([key, *cells])
    return found


def as_csv(found: list[list[str]], random: Random, delimiter: str = ",") -> bytes:
    """Return rows as delimited text, in one of the ways that programs write it."""
    text = io.StringIO()
    style = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    ends = random.choice(["\n", "\r\n"])
    writer = csv.writer(text, delimiter=delimiter, quoting=style, lineterminator=ends)
    writer.writerow(HEADINGS)
    for row in found:
        writer.writerow(row)
        if random.random() < 0.02:
            text.write(ends)
    whole = text.getvalue()
    return (random.choice(["", "\ufeff"]) + (whole if random.random() < 0.8 else whole.rstrip("\r\n"))).encode()


def related_files(folder: Path) -> dict[str, Path]:
    (folder / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    (folder / "meetings.csv").write_text(MEETINGS, encoding="utf-8")
    return {"company": folder / "companies.csv", "meeting": folder / "meetings.csv"}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_csv_files_are_placed_alike(rules: revrules.Ruleset, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    data = tmp_path / random.choice(["deals.csv", "deals.tsv"])
    data.write_bytes(as_csv(rows(random, random.choice([1, 7, 300])), random, "\t" if data.suffix == ".tsv" else ","))
    related = related_files(tmp_path) if random.random() < 0.6 else {}
    same(rules, data, random.choice(["csv", "tsv", "jsonl", "parquet"]), keep=random.random() < 0.7, related=related)


def test_claims_that_name_no_stage_are_told_alike(tmp_path: Path) -> None:
    rules = revrules.loads("""
        entity deal "Deal" key id { id text required  amount money  stage text }
        lifecycle deals of deal { tracks stage  stage open "Open" { entry requires { worth: amount > 0 } } }
        """)
    data = tmp_path / "deals.csv"
    cells = [(" Open", "1"), ("shut", "1"), ("open", "many"), ("shut", "many"), ("", "many"), ("gone", "2"), ("OPEN", "x")]
    data.write_text("id,stage,amount\n" + "".join(f"D{n},{stage},{amount}\n" for n, (stage, amount) in enumerate(cells)))
    same(rules, data, "csv")


@pytest.mark.parametrize("seed", SEEDS)
def test_random_parquet_files_are_placed_alike(rules: revrules.Ruleset, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    data = tmp_path / "deals.parquet"
    amount = random.choice(["DECIMAL(12,2)", "DOUBLE", "BIGINT", "VARCHAR", "DECIMAL(30,6)", "FLOAT", "HUGEINT"])
    closed = random.choice(["DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR", "TIMESTAMP_NS"])
    kept = f'TRY_CAST("Amount" AS {amount}) AS "Amount", TRY_CAST("Close Date" AS {closed}) AS "Close Date"'
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        named = ", ".join(f'"{heading}" VARCHAR' for heading in HEADINGS)
        connection.execute(f"CREATE TABLE deals ({named})")
        connection.executemany(f"INSERT INTO deals VALUES ({', '.join('?' * len(HEADINGS))})", rows(random, 200))
        connection.execute(f"COPY (SELECT * REPLACE ({kept}) FROM deals) TO '{data}' (FORMAT parquet)")
    related = related_files(tmp_path) if random.random() < 0.6 else {}
    same(rules, data, random.choice(["csv", "jsonl", "parquet"]), keep=random.random() < 0.5, related=related)


ODD_FILES = {
    "a row too wide": DEALS + "D-9,Open,1,,,,,,,\n",
    "a row too narrow": DEALS + "D-9,Open\n",
    "a quote never closed": DEALS + 'D-9,"Open,1,,,,,\nD-10,Open,2,,,,,\n',
    "white space before a quote": DEALS + 'D-9, "Open",1,,,,,\n',
    "white space behind a quote": DEALS + 'D-9,"Open" ,1,,,,,\n',
    "mixed line ends": DEALS.replace("\n", "\r\n", 3),
    "a carriage return alone": DEALS + "D-9,Open,1,,a\rb,,,\n",
    "a NUL byte": DEALS + "D-9,Open,1,,a\0b,,,\n",
    "a letter of another encoding": DEALS.encode() + b"D-9,Open,1,,\xe4,,,\n",
    "UTF-16": DEALS.encode("utf-16"),
    "a line that names the mark": "sep=,\n" + DEALS,
    "a blank line first": "\n" + DEALS,
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_files_that_readers_take_differently_are_left_to_python(rules: revrules.Ruleset, tmp_path: Path, name: str) -> None:
    text = ODD_FILES[name]
    data = tmp_path / "deals.csv"
    data.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = tmp_path / "placed.csv"
    with pytest.raises(DataError, match="REV745"):
        evaluate_table(rules, data, out, as_of=WHEN, engine="duckdb")
    assert not out.exists()
    assert not [path for path in tmp_path.iterdir() if "unfinished" in path.name or path.name.startswith(".")]


def test_lines_are_told_as_they_stand_in_the_file(rules: revrules.Ruleset, tmp_path: Path) -> None:
    data = tmp_path / "deals.csv"
    data.write_text(DEALS + "\n\nD-8,Open,few,,,,,\nD-1,Open,1,,,,,\n", encoding="utf-8")
    same(rules, data, "csv", related=related_files(tmp_path))
    told = (tmp_path / "placed.csv.rejects.csv").read_text(encoding="utf-8")
    lines = [row["line"] for row in csv.DictReader(io.StringIO(told))]
    assert {"9", "10"} <= set(lines)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_by_a_pattern_are_one_table(rules: revrules.Ruleset, tmp_path: Path, ending: str) -> None:
    random = Random(11)
    found = rows(random, 90)
    whole = tmp_path / "whole.csv"
    whole.write_bytes(as_csv([row for row in found if "\n" not in row[5]], Random(1)).replace(b"\xef\xbb\xbf", b""))
    with duckdb.connect() as connection:
        named = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(HEADINGS)))
        form = "header = true, auto_detect = false, delim = ',', quote = '\"', nullstr = 'none'"
        connection.execute(f"CREATE TABLE all_rows AS FROM read_csv('{whole}', columns = {{{named}}}, {form})")
        items = ", ".join(f'c{n} AS "{heading}"' for n, heading in enumerate(HEADINGS))
        for part, where in enumerate(("rowid < 20", "rowid BETWEEN 20 AND 49", "rowid >= 50")):
            target = f"{tmp_path}/part[{part}].{ending}"
            connection.execute(f"COPY (SELECT {items} FROM all_rows WHERE {where}) TO '{target}'")
        connection.execute(f"COPY (SELECT {items} FROM all_rows) TO '{tmp_path}/whole.{ending}'")
    together, alone = tmp_path / "together.csv", tmp_path / "alone.csv"
    pattern = tmp_path / f"part*.{ending}"
    summary = evaluate_table(rules, pattern, together, as_of=WHEN, keep=True)
    expected = evaluate_table(rules, tmp_path / f"whole.{ending}", alone, as_of=WHEN, keep=True, engine="python")
    assert together.read_bytes() == alone.read_bytes()
    assert summary._replace(data="") == expected._replace(data="")
    rejected = list(csv.DictReader(io.StringIO(Path(f"{together}.rejects.csv").read_text(encoding="utf-8"))))
    before, count = (1, 0) if ending == "csv" else (0, 0)
    places = [(path, line) for path, rows_in in ((0, 20), (1, 30)) for line in range(1 + before, rows_in + 1 + before)]
    for mine, theirs in zip(
        rejected, csv.DictReader(io.StringIO(Path(f"{alone}.rejects.csv").read_text(encoding="utf-8"))), strict=True
    ):
        number = int(theirs["line"]) - before
        part, line = places[number - 1] if number <= len(places) else (2, number - 50 + before)
        assert (mine["file"], int(mine["line"])) == (f"{tmp_path}/part[{part}].{ending}", line)
        count += 1
    assert count > 10


def test_a_table_of_a_database_is_placed(rules: revrules.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute(f"CREATE TABLE deals AS FROM read_csv('{tmp_path}/deals.csv', all_varchar = true)")
    for data in ("crm.duckdb", "crm.duckdb::deals", "crm.duckdb::main.deals"):
        summary = evaluate_table(rules, tmp_path / data, tmp_path / "placed.csv", as_of=WHEN)
        assert (summary.read, summary.placed) == (4, 4)
    with pytest.raises(DataError, match="has no table `accounts`: it has `deals`"):
        evaluate_table(rules, tmp_path / "crm.duckdb::accounts", tmp_path / "placed.csv", as_of=WHEN)


class Frame:
    """A foreign table of which only the stream is known."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._stream.__arrow_c_stream__(requested_schema)  # type: ignore[attr-defined]  # of any library


def test_a_stream_of_arrow_is_placed_as_the_same_file(rules: revrules.Ruleset, tmp_path: Path) -> None:
    data, out = tmp_path / "deals.parquet", tmp_path / "placed.parquet"
    large(data, 1000)
    expected = evaluate_table(rules, data, out, lifecycle="deals", as_of=WHEN, keep=True, engine="duckdb")
    with duckdb.connect() as connection:
        given = Frame(connection.sql(f"FROM '{data}'"))
        with rules.evaluate_table(given, lifecycle="deals", as_of=WHEN, keep=True) as placed:
            for _ in range(2):  # it starts anew
                connection.register("stream", Frame(placed))
                assert connection.sql("FROM stream").fetchall() == connection.sql(f"FROM '{out}'").fetchall()
            assert placed.summary._replace(data="") == expected._replace(data="")
            assert placed.issues == ()
        summary = rules.evaluate_table(given, tmp_path / "again.parquet", lifecycle="deals", as_of=WHEN, keep=True)
        assert summary == expected._replace(data="the table that was given")
        assert _parquet(tmp_path / "again.parquet") == _parquet(out)


def test_frames_of_polars_go_in_and_out(rules: revrules.Ruleset) -> None:
    polars = pytest.importorskip("polars")
    stages = ["Open", "Won", "Closed Lost"]
    deals = polars.DataFrame({"Deal ID": ["D-1", "D-1", None], "Deal Stage": stages, "Amount": [12.5, -1.0, None]})
    with rules.evaluate_table(deals, lifecycle="deals", as_of=WHEN, columns=["deal_id", "stage", "data_problems"]) as placed:
        found = polars.DataFrame(placed)
    assert found["stage"].to_list() == ["open", "open", "open"]
    assert [issue.reason for issue in placed.issues] == [
        "the same key as on record 1", "not one of open, won, lost (near: won)", "outside 0..", "the key is missing",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_records_without_a_key_are_told_by_their_lines(tmp_path: Path, ending: str) -> None:
    keyless = revrules.loads(KEYLESS)
    data = tmp_path / f"deals.{ending}"
    with duckdb.connect() as connection:
        named = ", ".join(f"'A-{n}' AS \"{heading}\"" for n, heading in enumerate(HEADINGS))
        connection.execute(f"COPY (SELECT {named} FROM range(5)) TO '{data}'")
    same(keyless, data, "csv", related={})
    lines = [row["line"] for row in csv.DictReader(io.StringIO((tmp_path / "placed.csv").read_text(encoding="utf-8")))]
    assert lines == [str(number + (ending == "csv")) for number in range(1, 6)]


def test_a_required_column_that_is_lacking_stops_both(rules: revrules.Ruleset, tmp_path: Path) -> None:
    data = tmp_path / "deals.csv"
    data.write_text(DEALS.replace("Deal ID", "Number"), encoding="utf-8")
    for engine in ("python", "duckdb"):
        with pytest.raises(DataError, match="REV709"):
            evaluate_table(rules, data, tmp_path / "placed.csv", as_of=WHEN, engine=engine)


def test_bits_say_what_lists_say(rules: revrules.Ruleset, tmp_path: Path) -> None:
    random = Random(5)
    data, out = tmp_path / "deals.csv", tmp_path / "placed.jsonl"
    data.write_bytes(as_csv(rows(random, 300), random))
    chosen = ["stage", "blockers", "blockers_mask", "unknown_criteria", "unknown_criteria_mask", "missing", "missing_mask"]
    evaluate_table(rules, data, out, as_of=WHEN, columns=chosen, engine="duckdb", related=related_files(tmp_path))
    meant = list(csv.DictReader(io.StringIO((tmp_path / "placed.jsonl.bits.csv").read_text(encoding="utf-8"))))
    found = 0
    for line in out.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for name in ("blockers", "unknown_criteria", "missing"):
            bits = [one for one in meant if one["column"] == f"{name}_mask" and one["stage"] in ("*", row["stage"] or "")]
            assert {one["name"] for one in bits if int(one["value"]) & row[f"{name}_mask"]} == set(row[name])
            found += len(row[name])
    assert found > 100


def test_without_a_summary_rows_and_faults_are_told_all_the_same(rules: revrules.Ruleset, tmp_path: Path) -> None:
    random = Random(3)
    data, out = tmp_path / "deals.csv", tmp_path / "placed.csv"
    data.write_bytes(as_csv(rows(random, 300), random))
    whole = evaluate_table(rules, data, out, as_of=WHEN, engine="duckdb")
    rejects = Path(f"{out}.rejects.csv").read_bytes()
    short = evaluate_table(rules, data, out, as_of=WHEN, engine="duckdb", summary=False)
    assert Path(f"{out}.rejects.csv").read_bytes() == rejects
    assert (short.read, short.placed, short.duplicate_keys) == (whole.read, whole.placed, whole.duplicate_keys)


@pytest.mark.parametrize("count", [1, 50, 1000])
def test_a_sample_is_the_same_rows_whoever_takes_it(rules: revrules.Ruleset, tmp_path: Path, count: int) -> None:
    random = Random(7)
    data, out = tmp_path / "deals.csv", tmp_path / "placed.csv"
    data.write_bytes(as_csv(rows(random, 400), random))
    taken = []
    for engine in ("python", "duckdb"):
        summary = evaluate_table(rules, data, out, as_of=WHEN, keep=True, sample=count, engine=engine)
        assert summary.placed == min(count, 400)
        taken.append((out.read_bytes(), Path(f"{out}.rejects.csv").read_bytes() if count > 1 else b"", summary))
    assert taken[0] == taken[1]


def test_a_limit_takes_the_first_rows(tmp_path: Path) -> None:
    (tmp_path / "rules.rev").write_text(RULES, encoding="utf-8")
    large(tmp_path / "deals.parquet", 100_000)
    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "deals.parquet", "--lifecycle", "deals", "--limit", "3"]
    for engine in ("auto", "duckdb", "python"):
        options = ["--engine", engine, "--columns", "deal_id", "--output-format", "csv", "--no-summary"]
        done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout == "deal_id\nD-0\nD-1\nD-2\n", (engine, done.stderr)


@pytest.mark.parametrize("size", ["much", "-1GB", "12 apples"])
def test_a_limit_that_is_no_size_is_told(rules: revrules.Ruleset, tmp_path: Path, size: str) -> None:
    large(tmp_path / "deals.parquet", 10)
    with pytest.raises(DataError, match="REV747"):
        evaluate_table(rules, tmp_path / "deals.parquet", tmp_path / "placed.csv", engine="duckdb", limits=Limits(size))


def large(path: Path, count: int) -> None:
    with duckdb.connect() as connection:
        columns = (
            "'D-' || i AS \"Deal ID\", ['Open', 'Closed Won', 'Closed Lost'][1 + i % 3] AS \"Deal Stage\", "
            '(hash(i) % 100000)::DECIMAL(12, 2) AS "Amount", DATE \'2026-01-01\' + (i % 300)::INTEGER AS "Close Date", '
            'md5(i::VARCHAR) AS "Loss Reason", repeat(md5((i + 1)::VARCHAR), 4) AS "Note"'
        )
        connection.execute(f"COPY (SELECT {columns} FROM range({count}) AS r(i)) TO '{path}' (FORMAT parquet)")


def test_more_data_than_memory_is_placed_in_the_order_of_the_file(rules: revrules.Ruleset, tmp_path: Path) -> None:
    data, out = tmp_path / "deals.parquet", tmp_path / "placed.parquet"
    large(data, 1_000_000)
    limits = Limits("120MB", 2)
    summary = evaluate_table(rules, data, out, lifecycle="deals", as_of=WHEN, keep=True, engine="duckdb", limits=limits)
    assert (summary.read, summary.placed, summary.rejected) == (1_000_000, 1_000_000, 0)
    with duckdb.connect() as connection:
        wrong = (
            f"""SELECT count(*) FROM (SELECT deal_id, row_number() OVER () - 1 AS n FROM '{out}') WHERE deal_id <> 'D-' || n"""
        )
        assert connection.execute(wrong).fetchone() == (0,)


def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "rules.rev").write_text(RULES, encoding="utf-8")
    large(tmp_path / "deals.parquet", 2_000_000)
    (tmp_path / "placed.parquet").write_text("old", encoding="utf-8")
    command = [sys.executable, "-m", "revrules", "evaluate", "rules.rev", "deals.parquet", "-o", "placed.parquet", "--keep"]
    process = subprocess.Popen([*command, "--lifecycle", "deals"], cwd=tmp_path, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(path.stat().st_size for path in tmp_path.glob(".revrules-*")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told.decode()
    assert (tmp_path / "placed.parquet").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deals.parquet", "placed.parquet", "rules.rev"]
