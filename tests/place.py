"""A folder with a ruleset, an export and related tables, and the command line over it: what the tests of data share."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from revrules.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RULES = """
team sales "Sales"
team finance "Finance"

entity deal "Deal" key deal_id {
  deal_id   text required as "Deal ID"
  stage     enum { open "Open", `won` "Closed Won", `lost` "Closed Lost" } as "Deal Stage"
  amount    money 0.. as "Amount" missing when "Select"
  closed_on date as "Close Date"
  reason    text as "Loss Reason"
  note      text as "Note"
  account   one company by account_id as "Account ID"
  meetings  many meeting by deal_id
  parent    one deal by parent_id as "Parent ID"
}

entity company key company_id { company_id text required  name text  employees integer }
entity meeting key meeting_id { meeting_id text required  deal_id text  kind enum { demo, call } }

rule worth of deal, warn { owner finance  when stage = `won`  require amount > 100  message "A won deal is worth something" }

lifecycle deals of deal {
  tracks stage
  stage open "Open" { entry owner sales }
  stage won "Closed Won" {
    owner sales
    from open
    requires all of { worth: amount > 0  signed: closed_on is known
                      shown: any(meetings where kind = demo)  big: account.employees >= 10 }
    won
  }
  stage lost "Closed Lost" { owner sales  from any  requires { why: reason is known } lost }
}
"""
DEALS = """\
Deal ID,Deal Stage,Amount,Close Date,Loss Reason,Note,Account ID,Parent ID
D-1,Closed Won,1200.50,2026-11-02,,"two
lines",A-1,
D-2,Closed Won,Select,2026-11-03,,,A-1,D-1
D-3,Closed Lost,10,,price,,A-9,
007,Open,20,31.12.2026,,,,
"""
COMPANIES = "company_id,name,employees\nA-1,Acme,40\nA-2,Beta,many\n"
MEETINGS = "meeting_id,deal_id,kind\nM-1,D-1,demo\nM-2,D-2,demo\nM-3,D-1,call\n"


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


class Place:
    """A folder with a ruleset and an export, and the command line over it."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd
        self.write("rules.rev", RULES)
        self.write("deals.csv", DEALS)
        self.write("companies.csv", COMPANIES)
        self.write("meetings.csv", MEETINGS)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def names(self) -> list[str]:
        """Return the names of the files that are there, the cache aside."""
        return sorted(path.name for path in self.folder.iterdir() if path.name != "cache")

    def unfinished(self) -> list[str]:
        """Return the names of files that are being written."""
        return [name for name in self.names() if name.startswith(".revrules-")]

    def run(self, *words: str) -> Outcome:
        self._capfd.readouterr()
        code = main(list(words))
        return Outcome(code, *self._capfd.readouterr())

    def evaluate(self, *words: str) -> Outcome:
        """Evaluate the deals with their related tables and these further words."""
        related = ("--data", "account=companies.csv", "--data", "meetings=meetings.csv", "--as-of", "2026-11-21")
        return self.run("evaluate", "rules.rev", "deals.csv", *related, *words)

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.read(name))))
