"""Make the tables of the quick start, with the faults that exports have: `python examples/quickstart/generate.py [folder]`.

The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime
import random
import sys
from pathlib import Path

SEED = 20261121
AS_OF = datetime.date(2026, 11, 21)
HEADINGS = (
    "Account ID", "Account Name", "Website Domain", "Number of Employees", "Industry", "Engagement Score", "Lifecycle Stage",
    "Became MQL", "First Meeting", "Deal Amount", "Recycle Reason", "ARR", "Contract Start", "Contract End", "Churn Reason",
)  # fmt: skip
HONEST = {"Lead": 90, "MQL": 60, "Opportunity": 50, "Customer": 70, "Churned": 20, "Nurture": 15}
"""Accounts whose stage in the CRM is the one that their fields support."""
PLANTED = {
    "customer without a contract": 17,
    "MQL without interest": 14,
    "opportunity that the CRM calls lead": 12,
    "customer that the CRM calls nurture": 5,
    "address at a mail provider": 6,
    "interest not measured": 11,
    "stage nobody knows": 7,
    "no stage": 4,
    "employees in words": 5,
    "contract date in another order": 3,
    "customer without revenue": 8,
    "row twice": 3,
}
DEAL_HEADINGS = ("Opportunity ID", "Account ID", "Stage", "Amount", "Proposal Sent", "Signed On", "Loss Reason")
HONEST_DEALS = {"Open": 20, "In talks": 40, "Proposal": 30, "Closed Won": 60, "Closed Lost": 25}
PLANTED_DEALS = {"proposal without a meeting": 9, "loss without a reason": 6, "meeting of an unknown deal": 4}
NAMES = ("Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Garnet", "Harbor", "Indigo", "Juniper", "Kestrel", "Lumen")
KINDS = ("Pay", "Care", "Cloud", "Data", "Desk", "Flow", "Lab", "Link", "Soft", "Works")
REASONS = ("No budget", "Bad timing", "Chose another", "Reorganised")

Row = dict[str, str]


class Tables:
    """The three tables while they grow; every random choice comes from one generator."""

    def __init__(self) -> None:
        """Begin with empty tables."""
        self.random = random.Random(SEED)
        self.accounts: list[Row] = []
        self.meetings: list[Row] = []
        self.opportunities: list[Row] = []

    def account(self, truth: str, claim: str | None = None) -> Row:
        """Add an account whose fields support the stage ``truth`` while the CRM claims ``claim`` (the same without it)."""
        number = 1000 + len(self.accounts)
        name = f"{self.random.choice(NAMES)} {self.random.choice(KINDS)} {number}"
        row = dict.fromkeys(HEADINGS, "")
        row |= {
            "Account ID": f"{number:07}",
            "Account Name": name,
            "Website Domain": name.lower().replace(" ", "-") + ".example",
            "Number of Employees": str(self.random.randint(50, 2000)),
            "Industry": self.random.choice(("Software", "Fintech", "Health Tech")),
            "Engagement Score": str(self.random.randint(50, 100)),
            "Lifecycle Stage": truth if claim is None else claim,
        }
        self._fill(row, truth)
        self.accounts.append(row)
        return row

    def deal(self, truth: str, claim: str | None = None, *, met: bool = True) -> Row:
        """Add an opportunity that is in stage ``truth`` while the CRM claims ``claim``; ``met``: there was a meeting."""
        row = dict.fromkeys(DEAL_HEADINGS, "")
        row |= {
            "Opportunity ID": f"O-{len(self.opportunities) + 1:04}",
            "Account ID": self.random.choice(self.accounts)["Account ID"],
            "Stage": truth if claim is None else claim,
            "Amount": self._amount(),
        }
        if truth != "Open" and met:
            for kind in ("Discovery", "Demo")[: self.random.randint(1, 2)]:
                self.meeting(row["Opportunity ID"], kind, self.ago(60, 300))
        if truth in ("Proposal", "Closed Won", "Closed Lost"):
            row["Proposal Sent"] = self.ago(30, 55).strftime("%m/%d/%Y")
        if truth == "Closed Won":
            row["Signed On"] = self.ago(1, 25).strftime("%m/%d/%Y")
        row["Loss Reason"] = self.random.choice(REASONS) if truth == "Closed Lost" else "None"
        self.opportunities.append(row)
        return row

    def meeting(self, opportunity: str, kind: str, day: datetime.date) -> None:
        """Add a meeting."""
        number = f"M-{len(self.meetings) + 1:04}"
        held = f"{day.isoformat()} {self.random.randint(8, 16):02}:30:00"
        self.meetings.append({"Meeting ID": number, "Opportunity ID": opportunity, "Type": kind, "Held At": held})

    def ago(self, least: int, most: int) -> datetime.date:
        """Return a day between ``least`` and ``most`` days before the day of the export."""
        return AS_OF - datetime.timedelta(days=self.random.randint(least, most))

    def _fill(self, row: Row, truth: str) -> None:
        """Give ``row`` what a record in the stage ``truth`` has."""
        if truth == "Lead":
            row["Engagement Score"] = str(self.random.randint(0, 49))
            row["Industry"] = self.random.choice(("Software", "Select", "Other", "NA"))
            return
        if truth != "MQL" or self.random.random() < 0.5:
            row["Became MQL"] = f"{self.ago(5, 400).isoformat()}T09:00:00Z"
        if truth in ("Opportunity", "Customer", "Churned"):
            row["First Meeting"] = self.ago(5, 300).isoformat()
            row["Deal Amount"] = self._amount()
        if truth in ("Customer", "Churned"):
            began = self.ago(380, 700) if truth == "Churned" else self.ago(10, 300)
            row["Contract Start"] = began.isoformat()
            row["Contract End"] = (began + datetime.timedelta(days=364)).isoformat()
            row["ARR"] = self._amount()
        if truth == "Churned":
            row["Churn Reason"] = self.random.choice(REASONS)
        if truth == "Nurture":
            row["Recycle Reason"] = self.random.choice(REASONS)

    def _amount(self) -> str:
        return f"{self.random.randint(4, 120) * 500:,}.00"


def tables() -> Tables:
    """Return the finished tables, the honest records and the planted faults mixed."""
    made = Tables()
    for stage, count in HONEST.items():
        for _ in range(count):
            made.account(stage)
    twice = [dict(row) for row in made.random.sample(made.accounts, PLANTED["row twice"])]
    plant_stages(made)
    plant_values(made)
    made.random.shuffle(made.accounts)
    made.accounts.extend(twice)
    for stage, count in HONEST_DEALS.items():
        for _ in range(count):
            made.deal(stage)
    plant_deals(made)
    return made


def plant_stages(made: Tables) -> None:
    """Add accounts whose stage in the CRM is not the one that their fields support."""
    for _ in range(PLANTED["customer without a contract"]):
        made.account("Opportunity", "Customer")["ARR"] = "6,000.00"
    for _ in range(PLANTED["MQL without interest"]):
        row = made.account("Lead", "MQL")
        row["Industry"] = "Fintech"
    for _ in range(PLANTED["opportunity that the CRM calls lead"]):
        made.account("Opportunity", "Lead")
    for _ in range(PLANTED["customer that the CRM calls nurture"]):
        made.account("Customer", "Nurture")
    for _ in range(PLANTED["address at a mail provider"]):
        made.account("Lead")["Website Domain"] = "gmail.com"
    for number in range(PLANTED["interest not measured"]):
        row = made.account("Lead", "Marketing Qualified Lead")
        row |= {"Industry": "Software", "Engagement Score": ("", "NA", "-1")[number % 3]}
    for number in range(PLANTED["stage nobody knows"]):
        made.account("MQL", ("Market Qualified Lead", "Marketing-Qualified Lead", "Closed")[number % 3])
    for _ in range(PLANTED["no stage"]):
        made.account("MQL", "")


def plant_values(made: Tables) -> None:
    """Add accounts with cells that are no values, or that contradict the stage."""
    for _ in range(PLANTED["employees in words"]):
        row = made.account("Lead")
        row["Number of Employees"] = made.random.choice(("about 50", "11-50", "1000+"))
    for _ in range(PLANTED["contract date in another order"]):
        row = made.account("Customer")
        row["Contract End"] = "31/12/2027"
    for _ in range(PLANTED["customer without revenue"]):
        made.account("Customer")["ARR"] = "0.00"


def plant_deals(made: Tables) -> None:
    """Add opportunities that are ahead of their evidence, and meetings that belong to none."""
    for _ in range(PLANTED_DEALS["proposal without a meeting"]):
        made.deal("Proposal", met=False)
    for _ in range(PLANTED_DEALS["loss without a reason"]):
        made.deal("Proposal", "Closed Lost")
    for number in range(PLANTED_DEALS["meeting of an unknown deal"]):
        made.meeting(f"O-9{number:03}", "Discovery", made.ago(5, 100))


def write(folder: Path) -> None:
    """Write the three tables into ``folder``."""
    made = tables()
    for name, rows in (("accounts", made.accounts), ("meetings", made.meetings), ("opportunities", made.opportunities)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
