"""The rules of ``record.rev`` as a careful person writes them in Python: the same dict reads, guards, early returns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

Record = dict[str, Any]
Ways = tuple[tuple[str, tuple[str, ...]], ...]

MARKET = frozenset({"software", "fintech", "healthtech"})
CORE = frozenset({"DE", "FR", "GB", "US"})
DECIDING = frozenset({"influencer", "decider"})
CONSUMER_DOMAINS = frozenset(
    {"gmail.com", "outlook.com", "web.de", "yahoo.com", "hotmail.com", "icloud.com", "gmx.de", "aol.com", "proton.me"}
)
LEAST_BUDGET = Decimal(5000)
LEAST_VALUE = Decimal(1000)
NOTHING = Decimal(0)


def stage(record: Record, today: date, half_a_year_ago: date) -> str | None:
    """Return the stage that the evidence supports."""
    get = record.get
    domain = get("domain")
    if domain is None or get("consent") is not True:
        return None
    employees = get("employees")
    industry = get("industry")
    if employees is None or not 50 <= employees <= 5000 or industry not in MARKET or domain in CONSUMER_DOMAINS:
        return "lead"
    engagement = get("engagement")
    if engagement is None or engagement < 60:
        return "lead"
    fit = 40
    if get("country") in CORE:
        fit += 20
    if employees >= 500:
        fit += 20
    if engagement >= 80:
        fit += 20
    if fit < 50:
        return "lead"
    accepted_on = get("accepted_on")
    if accepted_on is None or not half_a_year_ago <= accepted_on <= today:
        return "mql"
    meetings_held = get("meetings_held")
    if meetings_held is None or meetings_held < 1:
        return "mql"
    budget = get("budget")
    if budget is None or budget < LEAST_BUDGET:
        return "sql"
    authority = get("authority")
    if authority not in DECIDING or meetings_held < 2:
        return "sql"
    proposal_on = get("proposal_on")
    if proposal_on is None or proposal_on > today or authority != "decider":
        return "opportunity"
    arr = get("arr")
    if arr is None or arr <= NOTHING:
        return "opportunity"
    contract_start = get("contract_start")
    if contract_start is None or contract_start > today or arr < LEAST_VALUE:
        return "proposal"
    contract_end = get("contract_end")
    if contract_end is not None and contract_end < contract_start:
        return "proposal"
    usage = get("usage")
    if usage is not None:
        if usage >= 0.6 and engagement >= 70 and (contract_end is None or contract_end >= today):
            return "champion"
        if usage < 0.2 and contract_end is not None and contract_end < today:
            return "churned"
    return "customer"


def unmet(record: Record, today: date, half_a_year_ago: date) -> tuple[str | None, Ways]:
    """Return the stage, and for each next stage the criteria that are not met."""
    get = record.get
    names: list[str] = []
    domain = get("domain")
    if domain is None:
        names.append("reachable")
    if get("consent") is not True:
        names.append("permitted")
    if names:
        return None, (("lead", tuple(names)),)
    employees = get("employees")
    industry = get("industry")
    engagement: Any = get("engagement")
    ideal = employees is not None and 50 <= employees <= 5000 and industry in MARKET and domain not in CONSUMER_DOMAINS
    fit = 0
    if ideal:
        fit = 40
    else:
        names.append("ideal")
    if engagement is None or engagement < 60:
        names.append("engaged")
    elif engagement >= 80:
        fit += 20
    if get("country") in CORE:
        fit += 20
    if employees is not None and employees >= 500:
        fit += 20
    if industry is None or industry == "retail":
        fit -= 30
    if fit < 50:
        names.append("fit")
    if names:
        return "lead", (("mql", tuple(names)),)
    accepted_on = get("accepted_on")
    if accepted_on is None:
        names.append("accepted")
        names.append("fresh")
    else:
        if accepted_on > today:
            names.append("accepted")
        if not half_a_year_ago <= accepted_on <= today:
            names.append("fresh")
    meetings_held: Any = get("meetings_held")
    if meetings_held is None or meetings_held < 1:
        names.append("met")
    if names:
        return "mql", (("sql", tuple(names)),)
    budget = get("budget")
    if budget is None or budget < LEAST_BUDGET:
        names.append("budget")
    authority = get("authority")
    if authority not in DECIDING:
        names.append("authority")
    if meetings_held < 2:
        names.append("twice")
    if names:
        return "sql", (("opportunity", tuple(names)),)
    proposal_on = get("proposal_on")
    if proposal_on is None or proposal_on > today:
        names.append("sent")
    if authority != "decider":
        names.append("decider")
    arr: Any = get("arr")
    if arr is None or arr <= NOTHING:
        names.append("priced")
    if names:
        return "opportunity", (("proposal", tuple(names)),)
    contract_start = get("contract_start")
    contract_end = get("contract_end")
    if contract_start is None or contract_start > today:
        names.append("started")
    if arr < LEAST_VALUE:
        names.append("worth")
    if contract_end is not None and (contract_start is None or contract_end < contract_start):
        names.append("running")
    if names:
        return "proposal", (("customer", tuple(names)),)
    return customer(get("usage"), engagement, contract_end, today)


def customer(usage: Any, engagement: Any, contract_end: date | None, today: date) -> tuple[str | None, Ways]:
    """Return the answer for a record that has become a customer."""
    names: list[str] = []
    if usage is None or usage < 0.6:
        names.append("used")
    if engagement < 70:
        names.append("engaged")
    if contract_end is not None and contract_end < today:
        names.append("current")
    if not names:
        return "champion", ()
    others: list[str] = []
    if contract_end is None or contract_end >= today:
        others.append("ended")
    if usage is None or usage >= 0.2:
        others.append("unused")
    if not others:
        return "churned", ()
    return "customer", (("champion", tuple(names)), ("churned", tuple(others)))
