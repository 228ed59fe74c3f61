"""The standard rulesets read what the CRMs export: labels or internal names, ids or labels of stages, blanks."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from revrules.ruleset import load
from revrules.tables import Summary, evaluate_table

ROOT = Path(__file__).resolve().parent.parent
AS_OF = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)

REPORT = """\
Opportunity ID,Account Name,Stage,Amount,Probability (%),Forecast Category,Close Date,Closed,Won,Next Step,Budget Confirmed,\
Discovery Completed,ROI Analysis Completed,Quote Sent,Contract Sent,Loss Reason
006A1,Pay Ltd,Prospecting,,10,Pipeline,2027-01-31,0,0,Call,0,0,0,,,
006A2,Care Inc,Proposal/Price Quote,40000.00,75,Pipeline,2027-01-31,0,0,Call,1,1,1,2026-11-10,,
006A3,Data GmbH,Closed Won,12000,100,Closed,2026-11-12,1,1,,1,1,1,2026-10-01,2026-10-20,
006A4,Desk AG,Closed Won,12000,90,Pipeline,2026-11-12,1,1,,1,1,0,2026-10-01,2026-10-20,
"""
API = """\
Id,AccountId,StageName,Amount,Probability,ForecastCategoryName,CloseDate,IsClosed,IsWon,NextStep,Budget_Confirmed__c,\
Discovery_Completed__c,ROI_Analysis_Completed__c,Quote_Sent_Date__c,Contract_Sent_Date__c,Loss_Reason__c
006A1,001A,Prospecting,,10.0,Pipeline,2027-01-31,false,false,Call,false,false,false,,,
006A2,001B,Proposal/Price Quote,40000.0,75.0,Pipeline,2027-01-31,false,false,Call,true,true,true,2026-11-10,,
006A3,001C,Closed Won,12000.0,100.0,Closed,2026-11-12,true,true,,true,true,true,2026-10-01,2026-10-20,
006A4,001D,Closed Won,12000.0,90.0,Pipeline,2026-11-12,true,true,,true,true,false,2026-10-01,2026-10-20,
"""
ROLES = """\
Contact Role ID,Opportunity ID,Role,Primary
r1,006A2,Economic Buyer,1
r2,006A3,Decision Maker,1
r3,006A4,Decision Maker,1
"""
ROLES_API = (
    "Id,OpportunityId,Role,IsPrimary\nr1,006A2,Economic Buyer,true\nr2,006A3,Decision Maker,true\nr3,006A4,Decision Maker,true\n"
)

CONTACTS = """\
Record ID,First Name,Email,Company Name,Lifecycle Stage,Lead Status,HubSpot Score,Number of Form Submissions,\
Unsubscribed from all email,Became a Marketing Qualified Lead Date,Became a Sales Qualified Lead Date,Last Contacted,Recommends Us
101,Ann,ann@pay.example,Pay,Marketing Qualified Lead,New,62,2,,2026-11-20 09:15,,,
102,Bob,bob@gmail.com,,Marketing Qualified Lead,,70,1,No,,,,
103,Cy,cy@care.example,Care,Opportunity,Connected,80,3,,2026-09-01 10:00,2026-09-02 11:00,2026-09-01 15:00,
104,Di,di@data.example,Data,Lead,Unqualified,5,1,,,,,
"""
CONTACTS_API = """\
hs_object_id,firstname,email,company,lifecyclestage,hs_lead_status,hubspotscore,num_conversion_events,hs_email_optout,\
hs_lifecyclestage_marketingqualifiedlead_date,hs_lifecyclestage_salesqualifiedlead_date,notes_last_contacted,recommends_us
101,Ann,ann@pay.example,Pay,marketingqualifiedlead,NEW,62,2,,2026-11-20T09:15:00.000Z,,,
102,Bob,bob@gmail.com,,marketingqualifiedlead,,70,1,false,,,,
103,Cy,cy@care.example,Care,opportunity,CONNECTED,80,3,,2026-09-01T10:00:00.000Z,2026-09-02T11:00:00.000Z,2026-09-01T15:00:00.000Z,
104,Di,di@data.example,Data,lead,UNQUALIFIED,5,1,,,,,
"""
DEALS = """\
Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Next Meeting,Presentation Date,Decision Maker,Contract Sent Date,\
Is Closed Won,Closed Lost Reason,Associated Contact IDs
9001,Care 2026,Closed Won,Sales Pipeline,9000,2026-10-01 14:00,2026-08-01,2026-08-20,Dana,2026-09-10,true,,103
9002,Pay 2026,contractsent,Sales Pipeline,5000,2026-12-20 14:00,2026-10-01,2026-10-20,Dana,,false,,101
"""


def evaluated(folder: Path, ruleset: str, data: str, related: dict[str, str]) -> Summary:
    """Place an export that is given as text."""
    (folder / "data.csv").write_text(data, encoding="utf-8")
    files: dict[str, str | Path] = {}
    for name, text in related.items():
        files[name] = folder / f"{name}.csv"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    rules = load(ROOT / "rulesets" / ruleset)
    return evaluate_table(rules, folder / "data.csv", folder / "placed.csv", related=files, as_of=AS_OF)


@pytest.mark.parametrize(("data", "roles"), [(REPORT, ROLES), (API, ROLES_API)], ids=["report", "api"])
def test_salesforce_opportunities_under_either_name(tmp_path: Path, data: str, roles: str) -> None:
    summary = evaluated(tmp_path, "salesforce_opportunity", data, {"contact_role": roles})
    assert summary.stages == {
        ("prospecting", "in_stage"): 1,
        ("proposal", "in_stage"): 1,
        ("closed_won", "in_stage"): 1,
        ("decision_makers", "ahead"): 1,
    }
    assert (summary.problems, summary.warnings) == ({}, ())
    assert summary.violations == {"closed_is_consistent": 1}
    assert summary.ahead_blockers == {"worth_it": 1}


@pytest.mark.parametrize("data", [CONTACTS, CONTACTS_API], ids=["labels", "names"])
def test_hubspot_contacts_under_either_name(tmp_path: Path, data: str) -> None:
    summary = evaluated(tmp_path, "hubspot_lifecycle", data, {"deal": DEALS})
    assert summary.stages == {
        ("mql", "in_stage"): 1,
        ("lead", "ahead"): 1,
        ("customer", "behind"): 1,
        ("other", "behind"): 1,
    }
    assert (summary.problems, summary.warnings) == ({}, ())
    assert summary.violations == {"contact_follows_deal": 2}


def test_hubspot_deals_by_label_or_id(tmp_path: Path) -> None:
    summary = evaluated(tmp_path, "hubspot_lifecycle", DEALS, {})
    assert summary.stages == {("closed_won", "in_stage"): 1, ("bought_in", "cannot_tell"): 1}
    assert summary.missing == {"contract_sent_on": 1}
    assert (summary.problems, summary.warnings) == ({}, ())


def test_an_export_without_fields_of_ones_own_accuses_nobody(tmp_path: Path) -> None:
    data = "Opportunity ID,Account Name,Stage,Amount\n006A9,Pay Ltd,Negotiation/Review,4000\n"
    summary = evaluated(tmp_path, "salesforce_opportunity", data, {"contact_role": ROLES.replace("006A2", "006A9")})
    assert summary.stages == {("qualification", "cannot_tell"): 1}
    assert "discovery_completed" in summary.missing
