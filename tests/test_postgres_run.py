"""Records of a Postgres database placed where they are: the same answers as the same records in files."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engines import Postgres, Server
    from place import Outcome, Place

SCHEMA = "crm"
DEALS = """\
Deal ID,Deal Stage,Amount,Close Date,Loss Reason,Note,Account ID,Parent ID
D-1,Closed Won,1200.50,2026-11-02,,"two
lines",A-1,
D-2,Closed Won,,2026-11-03,,,A-1,D-1
D-3,Closed Lost,10.00,,price,,A-9,
D-4,Won?,-5.00,,,,A-2,D-1
007,Open,20.00,2026-12-31,,,,
007,Open,21.00,,,,,
,Closed Won,3.00,2026-11-03,,,A-1,
"""
COMPANIES = "company_id,name,employees\nA-1,Acme,40\nA-2,Beta,\n"
TYPES = {"Amount": "numeric(18, 2)", "Close Date": "date", "employees": "integer"}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load(postgres: Postgres, table: str, content: str, types: dict[str, str] | None = None) -> None:
    """Make a table of CSV; an empty cell is NULL, columns are texts where no type is given."""
    headings, *rows = list(csv.reader(io.StringIO(content)))
    columns = ", ".join(f"{quoted(name)} {(types or {}).get(name, 'text')}" for name in headings)
    postgres.run(f"CREATE TABLE {table} ({columns})")
    for row in rows:
        cells = ", ".join("NULL" if not cell else "'" + cell.replace("'", "''") + "'" for cell in row)
        postgres.run(f"INSERT INTO {table} VALUES ({cells})")


@pytest.fixture
def crm(place: Place, postgres: Postgres) -> Place:
    """A folder of exports, and the same as tables of a schema."""
    postgres.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    postgres.run(f"CREATE SCHEMA {SCHEMA}")
    place.write("deals.csv", DEALS)
    place.write("companies.csv", COMPANIES)
    for name in ("deals", "companies", "meetings"):
        load(postgres, f"{SCHEMA}.{name}", place.read(f"{name}.csv"), TYPES)
    return place


def evaluate(place: Place, server: Server, *words: str, table: str = "crm.deals") -> Outcome:
    related = ("--data", "account=crm.companies", "--data", "meetings=crm.meetings", "--as-of", "2026-11-21")
    return place.run("evaluate", "rules.rev", table, "--to", server.url, *related, *words)


def rows(text: str) -> list[list[str]]:
    """Return the rows of CSV without their headings, in an order of their own."""
    return sorted(list(csv.reader(io.StringIO(text)))[1:])


def test_the_answers_are_those_of_the_files(crm: Place, server: Server) -> None:
    files = crm.evaluate("-o", "files.csv")
    tables = evaluate(crm, server, "-o", "tables.csv")
    assert (tables.code, files.code) == (1, 1), tables.err + files.err
    assert rows(crm.read("tables.csv")) == rows(crm.read("files.csv"))
    assert told(tables) == told(files).replace("companies.csv", "crm.companies")


def test_columns_of_texts_are_read_as_cells(crm: Place, postgres: Postgres, server: Server) -> None:
    odd = DEALS + "D-8,Closed Won, +7.5 ,31.12.2026,,,A-1,\nD-9,Closed Won,many,2024-02-29,,,A-1,\n"
    crm.write("deals.csv", odd)
    for name, content in (("deals", odd), ("companies", COMPANIES)):
        postgres.run(f"DROP TABLE {SCHEMA}.{name}")
        load(postgres, f"{SCHEMA}.{name}", content)
    files = crm.evaluate("-o", "files.csv")
    tables = evaluate(crm, server, "-o", "tables.csv")
    assert (tables.code, files.code) == (1, 1), tables.err + files.err
    assert rows(crm.read("tables.csv")) == rows(crm.read("files.csv"))


def told(outcome: Outcome) -> str:
    """Return what a run says about the records, its list of rejects aside."""
    return outcome.err.partition(" could not be used as declared")[0].rpartition("\n\n")[0]


def test_every_value_that_is_none_is_listed_with_its_record(crm: Place, server: Server) -> None:
    evaluate(crm, server, "-o", "tables.csv")
    found = rows(crm.read("tables.csv.rejects.csv"))
    assert [row[:4] for row in found] == [
        ["crm.deals", "", "Deal ID", ""],
        ["crm.deals", "007", "Deal ID", "007"],
        ["crm.deals", "D-4", "Amount", "-5.00"],
        ["crm.deals", "D-4", "Deal Stage", "Won?"],
    ]


def test_results_become_a_table_that_is_written_over_only_on_demand(crm: Place, server: Server, postgres: Postgres) -> None:
    assert evaluate(crm, server, "--into", "crm.placed", "--keep").code == 1
    placed = postgres.run('SELECT "Deal ID", "Amount", stage, blockers FROM crm.placed ORDER BY 1, 2')
    assert len(placed) == 7
    assert placed[2][2:] == ("won", [])
    postgres.run("UPDATE crm.placed SET stage = 'kept'")
    again = evaluate(crm, server, "--into", "crm.placed")
    assert (again.code, "REV754" in again.err) == (2, True)
    assert postgres.run("SELECT DISTINCT stage FROM crm.placed") == [("kept",)]
    assert evaluate(crm, server, "--into", "crm.placed", "--replace").code == 1
    assert postgres.run("SELECT count(*) FROM crm.placed WHERE stage <> 'kept'") == [(7,)]


@pytest.mark.parametrize("into", ["crm.deals", 'CRM."deals"', "crm.companies"])
def test_a_table_that_is_read_is_never_written_over(into: str, crm: Place, server: Server, postgres: Postgres) -> None:
    outcome = evaluate(crm, server, "--into", into, "--replace")
    assert (outcome.code, "REV754" in outcome.err) == (2, True)
    assert postgres.run("SELECT count(*) FROM crm.deals") == [(7,)]


def test_a_view_is_read_and_never_replaced(crm: Place, server: Server, postgres: Postgres) -> None:
    postgres.run("CREATE VIEW crm.some AS SELECT * FROM crm.deals WHERE \"Deal ID\" LIKE 'D%'")
    outcome = evaluate(crm, server, "--output-format", "csv", "--columns", "deal_id,stage", table="crm.some")
    assert rows(outcome.out) == [["D-1", "won"], ["D-2", "open"], ["D-3", "lost"], ["D-4", "open"]]
    refused = evaluate(crm, server, "--into", "crm.some", "--replace")
    assert "is read" not in refused.err
    assert (refused.code, "is a view" in refused.err) == (2, True)


def test_a_statement_that_fails_leaves_nothing(crm: Place, server: Server, postgres: Postgres) -> None:
    broken = 'SELECT *, 1 / (length("Deal ID") - 3) AS quotient FROM crm.deals'
    postgres.run(f"CREATE VIEW crm.broken AS {broken}")
    into = evaluate(crm, server, "--into", "crm.placed", "--keep", table="crm.broken")
    file = evaluate(crm, server, "-o", "out.parquet", "--keep", table="crm.broken")
    text = evaluate(crm, server, "-o", "out.csv", "--keep", table="crm.broken")
    for outcome in (into, file, text):
        assert outcome.code == 2
        assert "Postgres refuses: division by zero" in outcome.err
    assert postgres.run("SELECT to_regclass('crm.placed')") == [(None,)]
    assert not [name for name in crm.names() if name.startswith((".rev", "out"))]


HOSTILE = [
    """it's "quoted" \\ ; DROP TABLE crm.deals; --""",
    "naïve 表 🎈 {0} %s",
    "x" * 63,
    "select",
    "Order By",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_tables_columns_and_values_are_only_names(name: str, crm: Place, server: Server, postgres: Postgres) -> None:
    spelled = '"' + name.replace('"', "'") + '"'
    value = name.replace("'", "''")
    postgres.run(f"CREATE TABLE crm.{spelled} AS SELECT * FROM crm.deals")
    postgres.run(f"ALTER TABLE crm.{spelled} ADD COLUMN {quoted(name)} text DEFAULT '{value}'")
    postgres.run(f"UPDATE crm.{spelled} SET \"Deal Stage\" = '{value}'")
    target = f'crm."to {name[:50].replace(chr(34), chr(39))}"'
    outcome = evaluate(crm, server, "--into", target, "--keep", "--rejects", "list.csv", table=f"crm.{spelled}")
    assert outcome.code == 1, outcome.err
    assert postgres.run(f"SELECT DISTINCT {quoted(name)}, verdict FROM {target}") == [(name, "undeclared")]
    assert {row[3] for row in rows(crm.read("list.csv")) if row[2] == "Deal Stage"} == {name}
    assert postgres.run("SELECT count(*) FROM crm.deals") == [(7,)]


def test_a_password_is_never_shown(crm: Place, server: Server) -> None:
    for url in (
        "postgresql://ada:hunter2%40@127.0.0.1:1/crm",
        "postgresql://ada:hunter2@x@127.0.0.1:1/crm",
        "postgresql://ada:a/hunter2@127.0.0.1:1/crm",
        "postgresql://ada@127.0.0.1:1/crm?password=hunter2",
        "mysql://ada:hunter2@127.0.0.1/crm",
    ):
        outcome = crm.run("evaluate", "rules.rev", "crm.deals", "--to", url)
        assert (outcome.code, "REV751" in outcome.err) == (2, True)
        assert "hunter2" not in outcome.err + outcome.out


def test_a_lacking_driver_is_named(crm: Place, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    outcome = evaluate(crm, server)
    assert (outcome.code, "pip install 'revrules[postgres]'" in outcome.err) == (2, True)


def test_ctrl_c_ends_the_statement_on_the_server(crm: Place, server: Server, postgres: Postgres) -> None:
    slow = "SELECT d.* FROM crm.deals AS d CROSS JOIN LATERAL (SELECT pg_sleep(30) WHERE d.\"Deal ID\" = 'D-1') AS s"
    postgres.run(f"CREATE VIEW crm.slow AS {slow}")
    words = ["evaluate", "rules.rev", "crm.slow", "--to", server.url, "--into", "crm.placed"]
    process = subprocess.Popen([sys.executable, "-m", "revrules", *words], cwd=crm.folder, stderr=subprocess.PIPE, text=True)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE%placed%' AND state = 'active'"
    for _ in range(100):
        if postgres.run(waiting) == [(1,)]:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err.strip()) == (130, "stopped")
    assert postgres.run(waiting) == [(0,)]
    assert postgres.run("SELECT to_regclass('crm.placed')") == [(None,)]


def test_without_an_output_a_table_shows_what_needs_a_look(crm: Place, server: Server) -> None:
    outcome = evaluate(crm, server)
    assert outcome.out.split()[:3] == ["Deal", "ID", "declared"]
    assert "D-4" in outcome.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--into", "x", "-o", "y.csv"], "choose one of them"),
        (["--replace"], "belongs to --into"),
        (["--delimiter", ";"], "--delimiter does not go with"),
        (["--report", "r.html"], "--report does not go with"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: list[str], told: str, crm: Place, server: Server) -> None:
    outcome = evaluate(crm, server, *words)
    assert (outcome.code, told in outcome.err) == (2, True)


def test_a_parquet_file_has_the_types_of_the_table(crm: Place, server: Server) -> None:
    import duckdb

    assert evaluate(crm, server, "-o", "out.parquet", "--keep").code == 1
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{crm.folder / 'out.parquet'}'").fetchall()
    types = {name: type_ for name, type_, *_ in described}
    assert (types["Amount"], types["Close Date"], types["blockers"]) == ("DECIMAL(18,2)", "DATE", "VARCHAR[]")


def test_records_inside_of_rows_are_never_left_out_in_silence(crm: Place, server: Server, postgres: Postgres) -> None:
    postgres.run("CREATE VIEW crm.nested AS SELECT *, '[]'::jsonb AS meetings FROM crm.deals")
    outcome = crm.run("evaluate", "rules.rev", "crm.nested", "--to", server.url)
    assert (outcome.code, "REV757" in outcome.err) == (2, True)


def test_columns_come_in_the_order_asked_for(crm: Place, server: Server) -> None:
    chosen = "stage,Note,blockers_mask,Deal ID,missing_mask,Amount"
    outcome = evaluate(crm, server, "--output-format", "jsonl", "--columns", chosen)
    first = json.loads(sorted(outcome.out.splitlines())[0])
    assert list(first) == ["stage", "Note", "blockers_mask", "Deal ID", "missing_mask", "Amount"]
    assert isinstance(first["blockers_mask"], int)


def test_a_table_without_a_key_or_a_lifecycle_is_placed_as_its_file(crm: Place, server: Server, postgres: Postgres) -> None:
    rules = """
team sales
entity visit { page text  seconds integer }
lifecycle visits of visit { stage came { entry owner sales }  stage stayed { owner sales from came requires { s: seconds > 9 } } }
"""
    crm.write("visits.rev", rules)
    crm.write("visits.csv", "page,seconds\na,10\na,10\nb,\n")
    load(postgres, "crm.visits", crm.read("visits.csv"), {"seconds": "bigint"})
    files = crm.run("evaluate", "visits.rev", "visits.csv", "--output-format", "csv", "--columns", "stage,missing")
    tables = crm.run(
        "evaluate", "visits.rev", "crm.visits", "--to", server.url, "--output-format", "csv", "--columns", "stage,missing"
    )
    assert rows(tables.out) == rows(files.out)
    assert (tables.code, tables.err) == (files.code, files.err)


def test_an_empty_table_is_no_mistake(crm: Place, server: Server, postgres: Postgres) -> None:
    postgres.run("CREATE VIEW crm.none AS SELECT * FROM crm.deals WHERE false")
    outcome = evaluate(crm, server, "--into", "crm.placed", table="crm.none")
    assert (outcome.code, "0 rows read = 0 deals placed" in outcome.err) == (0, True)
    assert postgres.run("SELECT count(*) FROM crm.placed") == [(0,)]


def test_advance_and_capital_letters_and_reserved_schemas(crm: Place, server: Server, postgres: Postgres) -> None:
    postgres.run(
        'DROP SCHEMA IF EXISTS "Order" CASCADE; CREATE SCHEMA "Order"; CREATE TABLE "Order"."User" AS SELECT * FROM crm.deals'
    )
    files = crm.evaluate("--output-format", "csv", "--mode", "advance")
    tables = evaluate(crm, server, "--output-format", "csv", "--mode", "advance", table='"Order"."User"')
    assert rows(tables.out) == rows(files.out)
    lost = evaluate(crm, server, table="Order.User")
    assert (lost.code, "REV752" in lost.err) == (2, True)


@pytest.mark.parametrize(
    "name", ["deals; DROP TABLE crm.deals", "(SELECT 1)", "crm.", "a.b.c.d", '"', "", "crm.deals WHERE true"]
)
def test_only_names_are_taken_for_tables(name: str, crm: Place, server: Server, postgres: Postgres) -> None:
    outcome = evaluate(crm, server, table=name)
    assert (outcome.code, "REV752" in outcome.err) == (2, True)
    assert postgres.run("SELECT count(*) FROM crm.deals") == [(7,)]


@pytest.mark.parametrize("out", ["out.parquet", "out.csv"])
def test_ctrl_c_while_records_come_leaves_no_file(out: str, crm: Place, server: Server, postgres: Postgres) -> None:
    slow = "SELECT d.*, pg_sleep(0.01)::text FROM crm.deals AS d CROSS JOIN generate_series(1, 10000)"
    postgres.run(f"CREATE VIEW crm.slow AS {slow}")
    words = ["evaluate", "rules.rev", "crm.slow", "--to", server.url, "--keep", "-o", out]
    process = subprocess.Popen([sys.executable, "-m", "revrules", *words], cwd=crm.folder, stderr=subprocess.PIPE, text=True)
    for _ in range(100):
        if crm.unfinished() or process.poll() is not None:
            break
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err.strip()) == (130, "stopped")
    assert not [name for name in crm.names() if name.startswith((".rev", "out"))]
    time.sleep(0.2)
    active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow%' AND state = 'active' AND pid <> pg_backend_pid()"
    assert postgres.run(active) == [(0,)]
