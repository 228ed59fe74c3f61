"""``revrules sql``: what it prints runs on the engines and places records as ``evaluate`` does."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import duckdb
import jinja2
import pytest
import sqlglot
import yaml

from revrules.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from engines import Postgres, Spark

AS_OF = "2026-11-21"
RULES = """
ruleset crm { timezone "Europe/Berlin" }
team sales "Sales"
entity account "Account" key account_id {
  account_id text required as "Account ID"
  domain     text as "Domain"
  employees  integer 1..
  claimed    enum { lead, customer "Closed Won" }
  won_at     datetime
  arr        money
  contacts   many contact by account_id
}
entity contact { account_id text  role text }
## Who buys.
lifecycle revenue of account {
  tracks claimed
  ## Somebody that we can reach.
  stage lead { entry  owner sales  requires { reachable: domain is known } }
  stage customer "Customer {{ here }}" {
    owner sales  from lead
    requires all of { signed: won_at <= now   paid: arr > 0   people: any(contacts where role = "buyer")  late: date of won_at <= today }
  }
}
"""
ACCOUNTS = """Account ID,Domain,employees,claimed,won_at,arr
A-1,acme.example,12,Closed Won,2026-11-01T10:00:00,12.50
A-2,globex.example,,lead,2027-01-01T00:30:00,10
A-3,,5,customer,,
A-4,it's {{ odd }}.example,7,,2026-11-20T23:30:00,0.01
"""
CONTACTS = "account_id,role\nA-1,buyer\nA-1,user\nA-4,buyer\nA-9,buyer\n"
COLUMNS = "Account ID,declared,stage,verdict,certain,path,blockers,unknown_criteria,missing"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a ruleset and its tables as files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "crm.rev").write_text(RULES, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what ``revrules sql`` prints for the ruleset of the folder."""
    assert main(["sql", "crm.rev", *words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def evaluated(capsys: pytest.CaptureFixture[str]) -> list[tuple[object, ...]]:
    """Return the answers of ``revrules evaluate`` on the files, by key."""
    words = [
        "accounts.csv",
        "--data",
        "contacts=contacts.csv",
        "--as-of",
        AS_OF,
        "--columns",
        COLUMNS,
        "-o",
        "out.parquet",
        "--no-summary",
    ]
    assert main(["evaluate", "crm.rev", *words]) in (0, 1)
    capsys.readouterr()
    return duckdb.sql("SELECT * FROM 'out.parquet' ORDER BY 1").fetchall()


def by_key(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return rows in the order of their keys, with lists as lists."""
    return sorted(
        (tuple(list(v) if isinstance(v, list | tuple) else v for v in row) for row in rows), key=lambda row: str(row[0])
    )


def test_a_select_gives_on_duckdb_what_evaluate_gives(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--as-of", AS_OF, "--columns", COLUMNS)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE account AS SELECT * FROM read_csv('accounts.csv', all_varchar=true)")
    connection.execute(
        'CREATE OR REPLACE TABLE account AS SELECT "Account ID", Domain, employees::BIGINT AS employees, claimed,'
        " won_at::TIMESTAMP AS won_at, arr::DECIMAL(18, 2) AS arr FROM account"
    )
    connection.execute("CREATE TABLE contact AS SELECT * FROM 'contacts.csv'")
    assert by_key(connection.execute(text).fetchall()) == evaluated(capsys)


DDL = """CREATE TABLE {schema}account ({q}Account ID{q} {text}, {q}Domain{q} {text}, employees INT, claimed {text}, won_at {moment}, arr DECIMAL(12, 2));
INSERT INTO {schema}account VALUES
  ('A-1', 'acme.example', 12, 'Closed Won', {cast}'2026-11-01 10:00:00', 12.50),
  ('A-2', 'globex.example', NULL, 'lead', {cast}'2027-01-01 00:30:00', 10),
  ('A-3', NULL, 5, 'customer', NULL, NULL), ('A-4', {odd}, 7, NULL, {cast}'2026-11-20 23:30:00', 0.01);
CREATE TABLE {schema}contact (account_id {text}, role {text});
INSERT INTO {schema}contact VALUES ('A-1', 'buyer'), ('A-1', 'user'), ('A-4', 'buyer'), ('A-9', 'buyer')"""


@pytest.mark.parametrize("shape", ["select", "view", "table"])
def test_it_runs_on_postgres_as_it_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], postgres: Postgres, shape: str
) -> None:
    postgres.run("DROP SCHEMA IF EXISTS crm CASCADE; CREATE SCHEMA crm")
    odd = "'it''s {{ odd }}.example'"
    postgres.run(DDL.format(schema="crm.", q='"', text="TEXT", moment="TIMESTAMP", cast="TIMESTAMP ", odd=odd))
    named = ["--table", "crm.account", "--table", "contact=crm.contact"]
    text = printed(
        capsys, "--dialect", "postgres", "--as", shape, "--name", "crm.placed", *named, "--as-of", AS_OF, "--columns", COLUMNS
    )
    rows = postgres.run(text)
    if shape != "select":
        rows = postgres.run("SELECT * FROM crm.placed")
    assert by_key(rows) == evaluated(capsys)


def test_it_tells_the_time_when_it_runs(folder: Path, capsys: pytest.CaptureFixture[str], postgres: Postgres) -> None:
    postgres.run("DROP SCHEMA IF EXISTS crm CASCADE; CREATE SCHEMA crm")
    postgres.run(DDL.format(schema="crm.", q='"', text="TEXT", moment="TIMESTAMP", cast="TIMESTAMP ", odd="'x'"))
    postgres.run(
        "UPDATE crm.account SET won_at = (now() AT TIME ZONE 'Europe/Berlin') - INTERVAL '1 minute' WHERE \"Account ID\" = 'A-1'"
    )
    named = ["--table", "crm.account", "--table", "contact=crm.contact"]
    text = printed(capsys, "--dialect", "postgres", *named, "--columns", "Account ID,stage")
    assert dict(postgres.run(text))["A-1"] == "customer"
    postgres.run(
        "UPDATE crm.account SET won_at = (now() AT TIME ZONE 'Europe/Berlin') + INTERVAL '1 minute' WHERE \"Account ID\" = 'A-1'"
    )
    assert dict(postgres.run(text))["A-1"] == "lead"


@pytest.mark.spark
@pytest.mark.slow
def test_it_runs_on_spark_as_it_is_printed(folder: Path, capsys: pytest.CaptureFixture[str], spark: Spark) -> None:
    session = spark.session
    session.createDataFrame(
        [("A-1", "acme.example", 12, "Closed Won", "2026-11-01 10:00:00", "12.50"), ("A-2", "globex.example", None, "lead", "2027-01-01 00:30:00", "10"),
         ("A-3", None, 5, "customer", None, None), ("A-4", "it's {{ odd }}.example", 7, None, "2026-11-20 23:30:00", "0.01")],
        "`Account ID` string, Domain string, employees int, claimed string, won_at string, arr string",
    ).createOrReplaceTempView("raw")  # fmt: skip
    typed = "SELECT `Account ID`, Domain, employees, claimed, CAST(won_at AS TIMESTAMP_NTZ) AS won_at, CAST(arr AS DECIMAL(12, 2)) AS arr FROM raw"
    session.sql(typed).createOrReplaceTempView("account")
    contacts = [("A-1", "buyer"), ("A-1", "user"), ("A-4", "buyer"), ("A-9", "buyer")]
    session.createDataFrame(contacts, "account_id string, role string").createOrReplaceTempView("contact")
    text = printed(capsys, "--dialect", "spark", "--as-of", AS_OF, "--columns", COLUMNS)
    assert by_key(spark.run(text.rstrip().removesuffix(";"))) == evaluated(capsys)
    now = printed(capsys, "--dialect", "spark", "--columns", "Account ID,stage")
    assert dict(spark.run(now.rstrip().removesuffix(";")))["A-3"] is None


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery"])
def test_other_dialects_are_parsed_and_said_to_be_untested(
    folder: Path, capsys: pytest.CaptureFixture[str], dialect: str
) -> None:
    assert main(["sql", "crm.rev", "--dialect", dialect, "--as", "view"]) == 0
    found = capsys.readouterr()
    assert sqlglot.parse_one(found.out, dialect=dialect) is not None
    assert "not run on the engine" in found.err


# --- what the tables hold ----------------------------------------------------------------------------------------


def test_a_schema_tells_which_columns_there_are_and_how_to_read_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ("account", name, type_)
        for name, type_ in (("account id", "text"), ("domain", "text"), ("EMPLOYEES", "text"), ("claimed", "text"))
    ]
    with (folder / "schema.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("table_name", "column_name", "data_type"), *rows])
    assert main(["sql", "crm.rev", "--schema", "schema.csv", "--as-of", AS_OF, "--keep"]) == 0
    found = capsys.readouterr()
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE account AS SELECT 'A-1' AS \"account id\", 'x.example' AS domain, ' 12 ' AS \"EMPLOYEES\", 'lead' AS claimed"
    )
    ((answer),) = connection.execute(found.out).fetchall()
    names = [column[0] for column in connection.description or ()]
    assert dict(zip(names, answer, strict=True)) | {"stage": "lead", "verdict": "in_stage", "EMPLOYEES": " 12 "} == dict(
        zip(names, answer, strict=True)
    )
    assert "won_at" in found.err and "contacts" in found.err, "what the tables lack is told"
    assert main(["sql", "crm.rev", "--schema", "schema.csv", "--table", "accounts"]) == 2
    assert "REV752" in capsys.readouterr().err


def test_a_schema_that_is_none_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "schema.csv").write_text("a,b\n1,2\n")
    assert main(["sql", "crm.rev", "--schema", "schema.csv"]) == 2
    assert "table_name, column_name and data_type" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["account; DROP TABLE x", "a.b.c.d", "", '"', "a..b", "(SELECT 1)"])
def test_what_is_no_name_of_a_table_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["sql", "crm.rev", "--table", f"account={name}"]) == 2
    assert capsys.readouterr().out == ""


def test_names_with_anything_in_them_stay_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--table", '"we""ird; -- table"'.replace('""', "'"), "--columns", "stage")
    connection = duckdb.connect()
    connection.execute("CREATE TABLE contact (account_id VARCHAR, role VARCHAR)")
    connection.execute(
        'CREATE TABLE "we\'ird; -- table" ("Account ID" VARCHAR, "Domain" VARCHAR, employees BIGINT, claimed VARCHAR,'
        " won_at TIMESTAMP, arr DECIMAL(18, 4))"
    )
    assert connection.execute(text).fetchall() == []


def test_what_a_dialect_cannot_say_is_refused_with_the_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = RULES.replace("role text }", "role text  hours number }").replace(
        "paid: arr > 0", "paid: sum(hours of contacts) > 1.5"
    )
    (folder / "crm.rev").write_text(rules)
    assert main(["sql", "crm.rev", "--dialect", "postgres"]) == 2
    assert "REV740" in capsys.readouterr().err


# --- dbt ---------------------------------------------------------------------------------------------------------


def test_a_dbt_model_runs_and_its_tests_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--table", "crm.account", "--table", "contact=contacts"]
    assert main(["sql", "crm.rev", "--as", "dbt", "--name", "placed", *named, "-o", "project", "--columns", COLUMNS]) == 0
    rendered = render((folder / "project/models/placed.sql").read_text(), {"revrules_as_of": f"{AS_OF} 00:00:00"})
    connection = tables()
    rows = connection.execute(rendered).fetchall()
    assert [row[2] for row in by_key(rows)] == [row[2] for row in evaluated(capsys)]
    connection.execute(f"CREATE TABLE placed AS {rendered}")
    check = render((folder / "project/tests/placed_has_every_row.sql").read_text(), {})
    assert connection.execute(check).fetchall() == []
    connection.execute("DELETE FROM placed WHERE stage IS NULL")
    assert len(connection.execute(check).fetchall()) == 1, "the test notices a row that is lost"


def test_without_the_variable_a_dbt_model_tells_the_time_of_its_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "crm.rev", "--as", "dbt", "--table", "crm.account", "--table", "contact=contacts", "-o", "project"]) == 0
    text = (folder / "project/models/placed_account.sql").read_text()
    assert "NOW()" in render(text, {})
    assert len(tables().execute(render(text, {})).fetchall()) == 4


def test_the_properties_of_a_dbt_model_are_yaml_that_dbt_understands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "crm.rev", "--as", "dbt", "-o", "project"]) == 0
    text = (folder / "project/models/placed_account.yml").read_text()
    (model,) = yaml.safe_load(text)["models"]
    columns = {column["name"]: column for column in model["columns"]}
    assert columns["Account ID"]["data_tests"] == ["unique", "not_null"]
    assert columns["stage"]["data_tests"][0]["accepted_values"]["arguments"]["values"] == ["lead", "customer"]
    assert "Somebody that we can reach" in model["description"]
    assert "{{" not in json.dumps(model), "nothing in a description is a template"


def test_a_dbt_model_needs_a_folder_and_a_plain_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "crm.rev", "--as", "dbt"]) == 2
    assert main(["sql", "crm.rev", "--as", "dbt", "--name", "../x", "-o", "project"]) == 2
    assert not (folder / "project").exists()


def render(text: str, variables: dict[str, str]) -> str:
    """Return a model as dbt would hand it to the database."""
    return (
        jinja2.Environment(autoescape=False)
        .from_string(text)
        .render(
            config=lambda **_: "",
            var=lambda name, default=None: variables.get(name, default),
            ref=lambda name: f'"{name}"',
            source=lambda schema, name: f'"{schema}"."{name}"',
        )
    )


def tables() -> duckdb.DuckDBPyConnection:
    """Return a database with the tables of the folder."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA crm")
    connection.execute(
        'CREATE TABLE crm.account AS SELECT "Account ID", Domain, employees::BIGINT AS employees, claimed,'
        " won_at::TIMESTAMP AS won_at, arr::DECIMAL(18, 2) AS arr FROM read_csv('accounts.csv', all_varchar=true)"
    )
    connection.execute("CREATE TABLE contacts AS SELECT * FROM 'contacts.csv'")
    return connection


def test_spark_finds_no_variable_of_its_own_in_a_statement(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "crm.rev").write_text(RULES.replace("domain is known", 'domain != "${env:PATH}"'), encoding="utf-8")
    text = printed(capsys, "--dialect", "spark")
    assert "${" not in text and "\\u0024{env:PATH}" in text
    (folder / "crm.rev").write_text(RULES.replace('"Domain"', '"${env:PATH}"'), encoding="utf-8")
    assert main(["sql", "crm.rev", "--dialect", "spark"]) == 2
    assert "REV740" in capsys.readouterr().err
    assert "${env:PATH}" in printed(capsys, "--dialect", "postgres")
