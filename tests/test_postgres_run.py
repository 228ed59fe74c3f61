"""Records of a Postgres database placed where they are: the same answers as the same records in files."""

from __future__ import annotations

import csv
import io
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
    assert (tables.code, files.code) == (1, 1), tables.err
    assert rows(crm.read("tables.csv")) == rows(crm.read("files.csv"))
    told, same = files.err.split("\n\n"), tables.err.split("\n\n")
    assert same == told
