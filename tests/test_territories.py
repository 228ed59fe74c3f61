"""The example whose rules live in spreadsheets: its page prints what it says, and its deals are where a person would put them."""

from __future__ import annotations

import csv
import datetime
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from revrules import load
from revrules.compiler import compile_path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "territories"
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
TERRITORIES = {
    "D-101": "DACH Commercial",
    "D-102": "DACH Enterprise",
    "D-103": "DACH Enterprise",
    "D-104": "UK & Ireland",
    "D-105": "UK Key",
    "D-106": "UK & Ireland",
    "D-107": "Americas Commercial",
    "D-108": "Americas Enterprise",
    "D-109": "Partners",
    "D-110": "Unassigned",
    "D-111": None,
    "D-112": None,
}
APPROVERS = {"D-102": "Deal desk", "D-103": "Regional director", "D-107": "Team lead", "D-109": "Nobody", "D-112": None}


def deals() -> list[dict[str, str]]:
    with (FOLDER / "deals.csv").open(encoding="utf-8") as stream:
        return [{**row, "country": row["Billing Country"]} for row in csv.DictReader(stream)]


def commands() -> list[tuple[str, list[str]]]:
    """Return the commands of the page, each with the lines that stand below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(
        r"^```console\n(.*?)^```$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize(("command", "lines"), commands())
def test_a_command_of_the_page_prints_what_stands_there(command: str, lines: list[str], tmp_path: Path) -> None:
    words = [str(tmp_path / word) if word == "placed.csv" else word for word in shlex.split(command)[1:]]
    done = subprocess.run([sys.executable, "-m", "revrules", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = iter((done.stdout + done.stderr).splitlines())
    for line in lines:
        assert line in printed, f"`{line}` is not printed:\n{done.stdout}{done.stderr}"


def test_the_ruleset_has_no_findings() -> None:
    compiled = compile_path(FOLDER, today=datetime.date(2026, 11, 21), proofs=True)
    assert [(d.code, d.message) for d in compiled.diagnostics] == []


def test_every_deal_is_in_the_territory_where_a_person_would_put_it() -> None:
    territory = load(FOLDER).value("territory")
    assert {deal["deal_id"]: territory(deal, as_of=NOW) for deal in deals()} == TERRITORIES


def test_the_approver_is_the_one_of_the_only_row_that_fits() -> None:
    approver = load(FOLDER).value("approver")
    found = {deal["deal_id"]: approver(deal, as_of=NOW) for deal in deals()}
    assert {key: found[key] for key in APPROVERS} == APPROVERS


def test_the_flags_are_all_that_fit() -> None:
    flags = load(FOLDER).value("flags")
    found = {deal["deal_id"]: flags(deal, as_of=NOW) for deal in deals()}
    assert found["D-103"] == {"GDPR": True, "UK GDPR": False, "Key deal": True, "Incomplete": False}
    assert found["D-112"] == {"GDPR": False, "UK GDPR": True, "Key deal": None, "Incomplete": False}


def test_what_is_missing_for_a_deal_is_what_the_rows_ask() -> None:
    place = load(FOLDER).lifecycle()
    missing = {deal["deal_id"]: place(deal, as_of=NOW).missing for deal in deals()}
    assert missing["D-111"] == ("employees",)
    assert missing["D-112"][0] == "tier"
