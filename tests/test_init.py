"""`revrules init`: a first ruleset that compiles and runs on the export that it was guessed from, whatever that looks like."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrules.cli.init import standard_names
from revrules.compiler import compile_text
from revrules.resources import resource
from revrules.starter import propose
from revrules.starter.columns import guess_column
from revrules.starter.stages import order_stages
from revrules.starter.words import LANGUAGE, plain_name

if TYPE_CHECKING:
    from place import Place

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
EXPORTS = [
    "maven_crm/sales_pipeline.csv",
    "maven_crm/sales_pipeline_iso.csv",
    "maven_crm/alt_sales_pipeline_us_dates_closed_only.csv",
    "maven_crm/accounts.csv",
    "xeducation/Lead Scoring.csv",
    "xeducation/eval_leads.csv",
    "telco/Telco-Customer-Churn.csv",
    "telco/alt_churn_0_1.csv",
    *(
        f"hubspot_seeds/{name}_data.csv"
        for name in ("company", "contact", "deal", "deal_pipeline_stage", "deal_stage", "contact_property_history")
    ),
    *(
        f"salesforce_seeds/sf_{name}_data.csv"
        for name in ("lead", "opportunity", "opportunity_history", "account", "user", "task")
    ),
]
NASTY = [
    ["", " ", "ID"],
    ["a", "a", "A", " a "],
    ["select", "from", "where", "order", "stage", "entity", "key", "is", "not", "known"],
    ['say "hi"', "back\\slash", "new\nline", "tab\there", "{brace}", "`tick`", "# comment", "## doc"],
    ["größe", "naïve", "日本語", "Ж", "e\u0301", "🙂", "²", "½", "\u200b", "İ"],
    ["1", "2nd", "_", "__", "-", "%", "a-b", "a_b", "a b"],
    [f"column {number}" for number in range(400)],
    ["x" * 500, "x" * 499 + "y"],
    ["Lead Status"],
]


def runs(place: Place, export: str) -> str:
    """Begin with ``export``, check the result, run it on the export; return what was written."""
    made = place.run("init", "made", "--data", export)
    assert made.code == 0, made.err
    assert "revrules check made" in made.out
    text = place.read("made/rules.rev")
    checked = place.run("check", "made", "--fail-on", "error")
    assert checked.code == 0, checked.out + text
    found = place.run("evaluate", "made", export, "-o", "placed.csv")
    assert "error[" not in found.err, found.err
    assert found.code in (0, 1), found.err
    assert (place.folder / "placed.csv").exists()
    return " ".join(text.split())


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data sets are not here")
@pytest.mark.parametrize("export", EXPORTS)
def test_a_real_export_becomes_a_ruleset_that_runs_on_it(place: Place, export: str) -> None:
    path = SHARED / export
    if not path.exists():
        pytest.skip(f"{export} is not among the public data sets")
    runs(place, str(path))


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data sets are not here")
def test_real_columns_are_guessed_as_a_person_would(place: Place) -> None:
    pipeline = runs(place, str(SHARED / "maven_crm" / "sales_pipeline.csv"))
    assert 'engage_date date in "%d-%m-%y"' in pipeline
    assert 'entity opportunity "Opportunity" key opportunity_id {' in pipeline
    assert "tracks deal_stage" in pipeline
    pipeline = pipeline.replace("`", "")
    order = [pipeline.index(f'stage {name} "') for name in ("prospecting", "engaging", "won", "lost")]
    assert order == sorted(order)
    (place.folder / "made" / "rules.rev").unlink()
    leads = runs(place, str(SHARED / "xeducation" / "Lead Scoring.csv"))
    assert 'missing when "Select"' in leads
    assert 'do_not_email boolean as "Do Not Email"' in leads
    (place.folder / "made" / "rules.rev").unlink()
    closed = runs(place, str(SHARED / "maven_crm" / "alt_sales_pipeline_us_dates_closed_only.csv"))
    assert 'in "%m/%d/%Y"' in closed


@pytest.mark.parametrize("headings", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("count", [0, 1, 60])
def test_no_heading_is_too_strange(place: Place, headings: list[str], count: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([f"{column}-{row % 7 if column else row}" for column in range(len(headings))] for row in range(count))
    place.write("export.csv", text.getvalue())
    runs(place, "export.csv")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=8),
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=8, max_size=8), max_size=30),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_every_proposal_compiles(headings: list[str], rows: list[list[str]], name: str) -> None:
    proposal = propose(headings, [row[: len(headings)] for row in rows], name)
    assert not compile_text(proposal.text).errors, proposal.text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Won", "Lost", "lead", "MQL", "Open", "no", "1", "?", "Closed Won", "x y", "from", "ä"]),
        min_size=8,
        max_size=60,
    )
)
def test_every_mix_of_stages_compiles(stages: list[str]) -> None:
    rows = [[str(number), stage] for number, stage in enumerate(stages)]
    proposal = propose(["Id", "Stage"], rows, "deals")
    compiled = compile_text(proposal.text)
    assert not compiled.errors, proposal.text


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        ("Close Date", ["20-10-16", "01-03-17"], ("date", '"%d-%m-%y"', False)),
        ("Close Date", ["3/1/2017", "12/31/2017"], ("date", '"%m/%d/%Y"', False)),
        ("Close Date", ["3/1/2017", "4/5/2017"], ("date", '"%m/%d/%Y"', True)),
        ("Close Date", ["03.01.2017", "04.05.2017"], ("date", '"%d.%m.%Y"', True)),
        ("Close Date", ["2017-01-03", ""], ("date", "", False)),
        ("Created", ["2020-12-30 3:15:52", "2020-12-30 13:15:52"], ("datetime", "", False)),
        ("Created", ["31/12/2020 3:15 PM"], ("datetime", '"%d/%m/%Y %I:%M %p"', False)),
        ("Created", ["31 Dec 2020"], ("date", '"%d %b %Y"', False)),
        ("Do Not Call", ["Yes", "No", ""], ("boolean", "", False)),
        ("Senior", ["0", "1"] * 20, ("boolean", "", False)),
        ("Visits", ["0", "1", "2"] * 20, ("integer", "", False)),
        ("Amount", ["1,200.50", "$3,000"], ("money", '"1,234.56"', False)),
        ("Amount", ["1.200,50", "3.000 €"], ("money", '"1.234,56"', False)),
        ("Ratio", ["0.5", "1e3"], ("number", "", False)),
        ("Deal ID", ["1", "2"], ("text", "", False)),
        ("Postal Code", ["10115", "20095"], ("text", "", False)),
        ("Lead Number", ["660737", "660728"], ("text", "", False)),
        ("Zip", ["01067", "04109"], ("text", "", False)),
    ],
)
def test_a_column_is_guessed_from_its_values(heading: str, cells: list[str], expected: tuple[str, str, bool]) -> None:
    guess = guess_column(heading, cells)
    assert (guess.type, guess.form, bool(guess.ask)) == expected


def test_dates_that_leave_it_open_follow_those_that_prove_it() -> None:
    text = propose(["Id", "Signed", "Closed"], [["a", "03/04/2020", "31/12/2020"], ["b", "05/06/2020", "30/11/2020"]], "x").text
    assert text.count('in "%d/%m/%Y"') == 2
    assert "as in the other dates of this export" in text


def test_stand_ins_are_named_once_and_far_days_too() -> None:
    assert guess_column("City", ["Select", "Rome", "-", " "]).stand_ins == ("Select", "-")
    assert guess_column("End", ["2026-01-01", "9999-12-31"]).stand_ins == ("9999-12-31",)


def test_few_values_that_repeat_are_an_enum() -> None:
    guess = guess_column("Segment", ["SMB", "Mid Market"] * 20)
    assert (guess.type, guess.members) == ("enum", ("SMB", "Mid Market"))
    assert guess_column("Segment", ["SMB", "Mid Market"]).type == "text"


def test_known_stages_stand_in_their_usual_order() -> None:
    salesforce = [
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers", "Perception Analysis",
        "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
    ]  # fmt: skip
    hubspot = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist"]
    assert order_stages(sorted(salesforce)) == salesforce
    assert order_stages(sorted(hubspot)) == hubspot
    assert order_stages(["2 - Aware", "1 - Unaware", "10 - Buying"]) == ["1 - Unaware", "2 - Aware", "10 - Buying"]


def test_every_word_of_the_grammar_is_written_in_backticks() -> None:
    grammar = resource("grammar", "revrules.lark").read_text(encoding="utf-8")
    words = {word for word in re.findall(r'"([a-z]{2,})"', grammar) if plain_name(word) == word}
    assert words <= LANGUAGE


@pytest.mark.parametrize("name", ["minimal", *standard_names()])
def test_every_standard_ruleset_can_be_begun_with(place: Place, name: str) -> None:
    made = place.run("init", "made", "--from", name)
    assert made.code == 0, made.err
    checked = place.run("check", "made", "--fail-on", "error")
    assert checked.code == 0, checked.out


def test_nothing_is_overwritten_without_being_told_to(place: Place) -> None:
    before = place.read("rules.rev")
    refused = place.run("init", ".")
    assert (refused.code, place.read("rules.rev")) == (2, before)
    assert "error[REV725]" in refused.err
    assert place.run("init", ".", "--force").code == 0
    assert place.read("rules.rev") != before


def test_mistakes_are_told(place: Place) -> None:
    assert "it looks like `salesforce_opportunity`" in place.run("init", "made", "--from", "salesforce_oportunity").err
    assert "REV701" in place.run("init", "made", "--data", "none.csv").err
    assert place.run("init", "made", "--data", "deals.csv", "--from", "minimal").code == 2
    assert not (place.folder / "made").exists()


def test_json_and_parquet_can_be_begun_with(place: Place) -> None:
    duckdb = pytest.importorskip("duckdb")
    place.write(
        "deals.jsonl", '{"id": "a", "stage": "open", "ok": true, "items": [1]}\n{"id": "b", "stage": "won", "ok": false}\n' * 1
    )
    runs(place, "deals.jsonl")
    (place.folder / "made" / "rules.rev").unlink()
    duckdb.sql("SELECT 'D-' || n AS id, n AS visits, DATE '2026-01-01' AS day FROM range(30) r(n)").write_parquet("deals.parquet")
    assert "day date" in runs(place, "deals.parquet").replace("`", "")


def test_a_stage_column_is_never_the_key() -> None:
    text = propose(["Deal ID", "Deal Stage"], [["D-1", "Closed Won"], ["D-1", "Closed Lost"]], "deals").text
    assert "key deal_stage" not in text
    assert not compile_text(text).errors


@pytest.mark.parametrize("heading", ["loss_\ua880x", "No\u0d00te", "x\u0301", "\u2126", "Ⅷ", "ª", "x\u200dy", "٣"])
def test_letters_that_no_name_may_have_are_left_out(heading: str) -> None:
    assert not compile_text(propose([heading, "b"], [], "x").text).errors


def test_what_is_written_is_laid_out_in_the_standard_way(place: Place) -> None:
    place.run("init", "small")
    place.run("init", "own", "--data", "deals.csv")
    assert place.run("fmt", "--check", "small", "own").code == 0


def test_an_id_that_a_few_rows_repeat_is_the_key_and_the_doubles_are_asked_about() -> None:
    rows = [[f"{n:05}", "Open"] for n in range(60)]
    text = propose(["Deal ID", "Deal Stage"], [*rows, rows[0]], "deals").text
    assert "key deal_id" in text
    assert "1 of 61 rows repeat" in text
    assert not compile_text(text).errors
    assert "key deal_id" not in propose(["Deal ID", "Deal Stage"], rows[:20] * 3, "deals").text


def test_texts_that_differ_in_capitals_only_become_members_that_can_be_told_apart() -> None:
    rows = [[f"D-{n}", ("Yes", "yes", "No", "maybe", "YES")[n % 5]] for n in range(60)]
    text = propose(["Deal ID", "Agreed"], rows, "deals").text
    assert "enum" in text
    assert not compile_text(text).errors


def test_numbers_with_leading_zeros_are_texts() -> None:
    rows = [[f"{n:05}", f"{n % 7:03}", f"{n / 8}"] for n in range(60)]
    text = " ".join(propose(["Betriebs-Nr.", "Filiale", "Wert je Stück"], rows, "deals").text.split())
    assert "betriebs_nr text required" in text
    assert 'filiale text as "Filiale"' in text or "filiale enum" in text
    assert "wert_je_stück number" in text
