"""Rulesets over public data give the figures that anybody can count in it."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.ruleset import load
from revrules.tables import evaluate_table

if TYPE_CHECKING:
    from revrules.tables import Summary

ROOT = Path(__file__).resolve().parent.parent
RULESETS = ROOT / "tests" / "rulesets"
DATA = ROOT.parent / "shared" / "data"
END_OF_2017 = datetime.datetime(2017, 12, 31, tzinfo=datetime.UTC)

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not in ../shared/data beside the checkout"),
]

MAVEN = {
    "account": DATA / "maven_crm" / "accounts.csv",
    "product": DATA / "maven_crm" / "products.csv",
    "agent": DATA / "maven_crm" / "sales_teams.csv",
}


def placed(out: Path) -> list[dict[str, str]]:
    """Return the records of an output, in its order."""
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of an export as they stand there."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def maven(export: str, out: Path, ruleset: str = "rules.rev") -> Summary:
    """Place an export of the hardware seller's opportunities."""
    rules = load(RULESETS / "maven_crm" / ruleset)
    data = DATA / "maven_crm" / export
    return evaluate_table(rules, data, out, lifecycle="sale", related=MAVEN, as_of=END_OF_2017)


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, list[dict[str, str]]]:
    """The opportunities with ISO dates: summary and placed records."""
    out = tmp_path_factory.mktemp("maven") / "placed.csv"
    return maven("sales_pipeline_iso.csv", out), placed(out)


def test_every_opportunity_is_placed_with_its_claim(sales: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, records = sales
    assert (summary.read, summary.placed, summary.rejected) == (8800, 8800, 0)
    claimed = Counter(record["declared"] for record in records)
    assert claimed == {"won": 4238, "lost": 2473, "engaging": 1589, "prospecting": 500}


def test_exactly_those_engaging_without_an_account_are_ahead(sales: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = sales
    assert summary.stages == {
        ("won", "in_stage"): 4238,
        ("lost", "in_stage"): 2473,
        ("engaging", "in_stage"): 501,
        ("prospecting", "in_stage"): 500,
        ("prospecting", "ahead"): 1088,
    }
    assert summary.ahead_blockers == {"account": 1088}
    assert summary.ahead_lacks == {"account_name": 1088}


def test_a_product_that_is_spelled_differently_finds_no_partner(sales: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = sales
    assert summary.violations["product_is_listed"] == 1480
    assert "account_is_listed" not in summary.violations
    assert "agent_is_listed" not in summary.violations
    assert "closes_after_it_began" not in summary.violations


def test_related_tables_are_read_through_keys(sales: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = sales
    office = {row["sales_agent"]: row["regional_office"] for row in rows(MAVEN["agent"])}
    price = {row["product"]: float(row["sales_price"]) for row in rows(MAVEN["product"])}
    won = [row for row in rows(DATA / "maven_crm" / "sales_pipeline_iso.csv") if row["deal_stage"] == "Won"]
    assert summary.violations["won_in_the_west"] == sum(office[row["sales_agent"]] == "West" for row in won)
    cheap = [row for row in won if row["product"] in price and float(row["close_value"]) < 0.8 * price[row["product"]]]
    assert summary.violations.get("discount", 0) == len(cheap)


def test_windows_count_from_the_day_that_was_asked_for(sales: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = sales
    limit = (END_OF_2017.date() - datetime.timedelta(days=100)).isoformat()
    begun = [row["engage_date"] for row in rows(DATA / "maven_crm" / "sales_pipeline_iso.csv") if row["deal_stage"] == "Engaging"]
    assert summary.violations["long_open"] == sum(day < limit for day in begun)


def test_day_first_dates_give_the_same_result(sales: tuple[Summary, list[dict[str, str]]], tmp_path: Path) -> None:
    summary, records = sales
    other = maven("sales_pipeline.csv", tmp_path / "placed.csv")
    assert other.problems == {}
    assert placed(tmp_path / "placed.csv") == records
    assert (other.stages, other.violations) == (summary.stages, summary.violations)


def test_month_first_dates_without_a_key_give_the_same_result(
    sales: tuple[Summary, list[dict[str, str]]], tmp_path: Path
) -> None:
    summary, records = sales
    other = maven("alt_sales_pipeline_us_dates_closed_only.csv", tmp_path / "placed.csv", "without_key.rev")
    assert other.problems == {}
    closed = {place: count for place, count in summary.stages.items() if place[0] in ("won", "lost")}
    assert other.stages == closed == {("won", "in_stage"): 4238, ("lost", "in_stage"): 2473}
    told = Counter(record["violations"] for record in records if record["declared"] in ("won", "lost"))
    assert Counter(record["violations"] for record in placed(tmp_path / "placed.csv")) == told


def test_accounts_with_a_misspelled_sector_and_their_sales(tmp_path: Path) -> None:
    rules = load(RULESETS / "maven_crm")
    pipeline = DATA / "maven_crm" / "sales_pipeline_iso.csv"
    summary = evaluate_table(
        rules,
        MAVEN["account"],
        tmp_path / "placed.csv",
        lifecycle="relation",
        related={"opportunity": pipeline},
        as_of=END_OF_2017,
    )
    assert summary.problems == {"sector": 12}
    bought = {row["account"] for row in rows(pipeline) if row["deal_stage"] == "Won"}
    assert summary.read == 85
    assert summary.stages == +Counter({("customer", None): len(bought), ("prospect", None): 85 - len(bought)})
    assert "parent_is_listed" not in summary.violations


def telco(export: str, out: Path) -> Summary:
    """Place an export of the telephone company's customers."""
    return evaluate_table(load(RULESETS / "telco"), DATA / "telco" / export, out, as_of=END_OF_2017)


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, list[dict[str, str]]]:
    """The customers with churn as yes and no: summary and placed records."""
    out = tmp_path_factory.mktemp("telco") / "placed.csv"
    return telco("Telco-Customer-Churn.csv", out), placed(out)


def test_a_single_space_is_a_missing_total(customers: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, records = customers
    assert summary.read == 7043
    assert summary.problems == {}
    assert summary.violations["total_is_known"] == 11
    assert "only_new_ones_paid_nothing" not in summary.violations
    assert summary.missing["total_charges"] == 11
    assert sum(record["stage"] == "signed" for record in records) == 11


def test_customers_who_left_and_what_they_had(customers: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = customers
    export = rows(DATA / "telco" / "Telco-Customer-Churn.csv")
    loyal = [row for row in export if int(row["tenure"]) >= 60 and row["Churn"] == "No"]
    stages = {stage: count for (stage, _), count in summary.stages.items()}
    assert stages["left"] == 1869
    assert stages["loyal_customer"] == len(loyal)
    assert stages["paying"] == 7043 - 11 - 1869 - len(loyal)
    assert summary.violations["has_internet"] == 1526
    assert "add_ons_need_internet" not in summary.violations
    assert "lines_need_a_phone" not in summary.violations
    alone = [row for row in export if (row["SeniorCitizen"], row["Partner"], row["Dependents"]) == ("1", "No", "No")]
    assert summary.violations["alone_and_senior"] == len(alone)
    assert summary.violations["expensive"] == sum(float(row["MonthlyCharges"]) > 100 for row in export)


def test_a_score_is_what_one_would_add_up(customers: tuple[Summary, list[dict[str, str]]]) -> None:
    summary, _ = customers
    risky = 0
    for row in rows(DATA / "telco" / "Telco-Customer-Churn.csv"):
        add_ons = any(row[name] == "Yes" for name in ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport"))
        points = 10 + 30 * (row["Contract"] == "Month-to-month") + 20 * (row["InternetService"] == "Fiber optic")
        points += 20 * (int(row["tenure"]) < 12) + 10 * (row["SeniorCitizen"] == "1") - 20 * add_ons
        risky += max(0, min(100, points)) >= 70
    assert summary.violations["risky"] == risky > 0


def test_churn_as_one_and_zero_gives_the_same_result(customers: tuple[Summary, list[dict[str, str]]], tmp_path: Path) -> None:
    summary, records = customers
    other = telco("alt_churn_0_1.csv", tmp_path / "placed.csv")
    assert other.stages == summary.stages
    assert placed(tmp_path / "placed.csv") == records


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The leads of the online school."""
    out = tmp_path_factory.mktemp("xeducation") / "placed.csv"
    return evaluate_table(load(RULESETS / "xeducation"), DATA / "xeducation" / "Lead Scoring.csv", out, as_of=END_OF_2017)


def test_wide_leads_are_read_whole(leads: Summary) -> None:
    assert (leads.read, leads.placed, leads.rejected) == (9191, 9191, 0)
    assert leads.problems == {}
    assert leads.warnings == ()


def test_a_stand_in_for_missing_is_missing_and_so_is_a_blank(leads: Summary) -> None:
    assert leads.violations["specialization_is_known"] == 1929 + 1433
    assert leads.violations["city_is_known"] == 2236 + 1415
    assert leads.violations["profile_is_known"] == 4121 + 2701
    assert leads.violations["heard_from_is_known"] == 5016 + 2201
    assert leads.violations["source_is_known"] == 36
    assert leads.violations["visits_are_known"] == 137
    assert leads.violations["country_is_known"] == 2456 + 5


def test_spelling_counts_unless_one_says_otherwise(leads: Summary) -> None:
    assert leads.violations["from_google_capital"] == 2847
    assert leads.violations["from_google"] == 2847 + 5


def test_yes_and_no_and_one_and_zero_are_truth_values(leads: Summary) -> None:
    assert leads.violations["may_not_be_mailed"] == 732
    assert leads.violations["may_not_be_called"] == 2
    assert leads.violations["has_converted"] == 3542
    assert leads.violations["wants_copy"] == 2876
    assert leads.violations["high_activity"] == 815


def test_leads_stand_where_a_plain_count_puts_them(leads: Summary) -> None:
    export = rows(DATA / "xeducation" / "Lead Scoring.csv")
    stages: Counter[str | None] = Counter()
    for (stage, _), count in leads.stages.items():
        stages[stage] += count
    assert stages["enrolled"] == 3542
    lost = {"Already a student", "Not doing further education", "Lost to EINS", "Diploma holder (Not Eligible)"}
    assert stages["lost"] == sum(row["Converted"] == "0" and row["Tags"] in lost for row in export)
    assert sum(stages.values()) == 9191


def test_the_small_file_of_later_leads_reads_the_same_way(tmp_path: Path) -> None:
    rules = load(RULESETS / "xeducation")
    summary = evaluate_table(rules, DATA / "xeducation" / "eval_leads.csv", tmp_path / "placed.csv", as_of=END_OF_2017)
    assert (summary.read, summary.rejected, summary.problems) == (49, 0, {})
    assert summary.violations["city_is_known"] == 13 + 5
    assert summary.violations["has_converted"] == 19
