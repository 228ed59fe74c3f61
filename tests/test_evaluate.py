"""`revrules evaluate`: an export into placed records, every row accounted for, in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from place import DEALS, RULES, Place

from revrules.ruleset import load
from revrules.tables import evaluate_table

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SHARED_RULESETS = Path(__file__).parent / "rulesets"


def test_every_record_is_placed_in_the_order_of_the_file(place: Place) -> None:
    place.evaluate("-o", "placed.csv")
    assert [(row["deal_id"], row["declared"], row["stage"], row["verdict"]) for row in place.rows("placed.csv")] == [
        ("D-1", "won", "won", "in_stage"),
        ("D-2", "won", "open", "cannot_tell"),
        ("D-3", "lost", "lost", "in_stage"),
        ("007", "open", "open", "in_stage"),
    ]


def test_blockers_missing_fields_violations_and_data_problems_have_columns(place: Place) -> None:
    place.evaluate("-o", "placed.csv")
    _, second, _, last = place.rows("placed.csv")
    assert (second["next_stages"], second["blockers"], second["unknown_criteria"]) == ("won; lost", "", "worth")
    assert (second["missing"], second["owners"], second["certain"]) == ("amount", "sales", "false")
    assert (last["blockers"], last["unknown_criteria"]) == ("signed; shown", "big")
    assert last["data_problems"] == "closed_on: not a date"


def test_the_rejects_name_file_line_column_value_and_reason(place: Place) -> None:
    found = place.evaluate("-o", "placed.csv")
    assert found.code == 1
    rejects = {(row["file"], row["line"], row["column"], row["value"]) for row in place.rows("placed.csv.rejects.csv")}
    assert rejects == {("deals.csv", "6", "Close Date", "31.12.2026"), ("companies.csv", "3", "employees", "many")}


def test_a_partner_that_is_not_there_is_counted_and_shown(place: Place) -> None:
    assert "1 record finds no `account` in `companies.csv`: `A-9`" in place.evaluate().err


def test_rows_read_are_rows_placed_and_rejected(place: Place) -> None:
    place.write("deals.csv", DEALS + "D-5,Open\nD-6,Open,1,,,,,,,\n")
    found = place.evaluate("-o", "placed.csv")
    assert "6 rows read = 4 deals placed + 2 rejected" in found.err
    assert len(place.rows("placed.csv")) == 4
    lines = [(row["line"], row["happened"]) for row in place.rows("placed.csv.rejects.csv") if row["code"] == "REV711"]
    assert lines == [("7", "row rejected"), ("8", "row rejected")]


def test_there_is_no_rejects_file_without_rejects_and_an_old_one_is_emptied(place: Place) -> None:
    clean = "Deal ID,Deal Stage,Amount,Close Date,Loss Reason,Note,Account ID,Parent ID\nD-1,Open,1,,,,,\n"
    place.write("deals.csv", clean)
    place.write("companies.csv", "company_id,name,employees\nA-1,Acme,40\n")
    assert place.evaluate("-o", "placed.csv").code == 0
    assert not (place.folder / "placed.csv.rejects.csv").exists()
    place.write("placed.csv.rejects.csv", "old\n")
    place.evaluate("-o", "placed.csv")
    assert place.read("placed.csv.rejects.csv") == "file,line,column,value,reason,happened,code\n"


def test_every_format_says_the_same(place: Place) -> None:
    duckdb = pytest.importorskip("duckdb")
    for name in ("a.csv", "a.tsv", "a.jsonl", "a.parquet"):
        place.evaluate("-o", name)
    from_json = [json.loads(line) for line in place.read("a.jsonl").splitlines()]
    cursor = duckdb.sql("SELECT * FROM 'a.parquet'")
    from_parquet = [dict(zip(cursor.columns, row, strict=True)) for row in cursor.fetchall()]
    assert from_json == from_parquet
    assert from_json[1]["next_stages"] == ["won", "lost"]
    assert [row["stage"] for row in place.rows("a.csv")] == [row["stage"] for row in from_json]
    assert place.read("a.tsv").replace("\t", ",") == place.read("a.csv")


def test_every_format_reads_the_same(place: Place) -> None:
    duckdb = pytest.importorskip("duckdb")
    place.evaluate("-o", "from_csv.jsonl")
    records = [dict(row) for row in csv.DictReader(io.StringIO(DEALS))]
    place.write("deals.json", json.dumps(records, indent=1))
    place.write("deals.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    place.write("deals.csv.gz", gzip.compress(DEALS.encode()))
    place.write("semi.csv", DEALS.replace(",", ";"))
    place.write("wide.csv", DEALS.encode("utf-16"))
    duckdb.sql("SELECT * FROM read_csv('deals.csv', all_varchar=true)").write_parquet(str(place.folder / "deals.parquet"))
    for name in ("deals.json", "deals.jsonl", "deals.csv.gz", "semi.csv", "wide.csv", "deals.parquet"):
        related = ("--data", "account=companies.csv", "--data", "meetings=meetings.csv", "--as-of", "2026-11-21")
        place.run("evaluate", "rules.rev", name, *related, "-o", "other.jsonl")
        assert place.read("other.jsonl") == place.read("from_csv.jsonl"), name


def test_two_runs_give_the_same_bytes(place: Place) -> None:
    for name in ("one.parquet", "two.parquet", "one.jsonl", "two.jsonl"):
        place.evaluate("-o", name)
    for ending in ("parquet", "jsonl"):
        one, two = ((place.folder / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_standard_input_is_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(DEALS.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    found = place.run("evaluate", "rules.rev", "-", "--output-format", "csv", "--columns", "deal_id,stage", "--no-summary")
    assert found.out == "deal_id,stage\nD-1,open\nD-2,open\nD-3,lost\n007,open\n"


def test_a_table_shows_the_records_that_need_a_look(place: Place) -> None:
    found = place.evaluate("--no-summary")
    lines = found.out.splitlines()
    assert lines[0].split() == ["deal_id", "declared", "stage", "verdict", "blockers", "unknown_criteria", "violations"]
    assert [line.split()[0] for line in lines[2:]] == ["D-2", "007"]


def test_kept_columns_stand_behind_the_answer_and_clashes_are_prefixed(place: Place) -> None:
    place.write("deals.csv", DEALS.replace("Note", "verdict"))
    place.evaluate("-o", "placed.csv", "--keep")
    first = place.rows("placed.csv")[0]
    assert (first["Amount"], first["verdict"], first["input_verdict"]) == ("1200.50", "in_stage", "two\nlines")


def test_ids_that_look_like_numbers_stay_as_they_are(place: Place) -> None:
    ids = ["007", "1e5", "12345678901234567890", "0x1F", "1_000"]
    rows = "".join(f"{key},Open,1,,,,,\n" for key in ids)
    place.write("deals.csv", DEALS.splitlines()[0] + "\n" + rows)
    place.evaluate("-o", "placed.csv")
    assert [row["deal_id"] for row in place.rows("placed.csv")] == ids


def test_doubled_and_missing_keys_are_listed_and_placed(place: Place) -> None:
    place.write("deals.csv", DEALS.splitlines()[0] + "\nD-1,Open,1,,,,,\n,Open,1,,,,,\nD-1,Open,1,,,,,\n")
    found = place.evaluate("-o", "placed.csv")
    assert len(place.rows("placed.csv")) == 3
    listed = [(row["line"], row["column"], row["code"], row["reason"]) for row in place.rows("placed.csv.rejects.csv")[1:]]
    assert listed == [("3", "Deal ID", "REV714", "the key is missing"), ("4", "Deal ID", "REV713", "the same key as on line 2")]
    assert "1 row repeats a key" in found.err
    assert "1 row has no key" in found.err


def test_headings_may_differ_in_case_and_blanks(place: Place) -> None:
    place.write("deals.csv", DEALS.replace("Deal ID", " deal  id ", 1).replace("Amount", "AMOUNT", 1))
    place.evaluate("-o", "placed.csv")
    assert place.rows("placed.csv")[0]["stage"] == "won"


def test_a_relation_to_the_same_entity_is_read_from_the_export_itself(place: Place) -> None:
    rules = RULES.replace("why: reason is known", "why: parent.amount > 1000")
    place.write("rules.rev", rules)
    place.evaluate("-o", "placed.csv")
    assert [row["stage"] for row in place.rows("placed.csv")] == ["won", "lost", "open", "open"]


def test_flat_json_finds_its_parents_in_itself_and_nested_parents_stay(place: Place) -> None:
    place.write("rules.rev", RULES.replace("why: reason is known", "why: parent.amount > 1000"))
    rows = list(csv.DictReader(io.StringIO(DEALS)))
    place.write("deals.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    place.write("deals.json", json.dumps([rows[0], {**rows[1], "parent": None}, *rows[2:]]))
    tables = ("--data", "account=companies.csv", "--data", "meeting=meetings.csv", "--as-of", "2026-11-21")
    for file, second in (("deals.csv", "lost"), ("deals.jsonl", "lost"), ("deals.json", "open")):
        place.run("evaluate", "rules.rev", file, *tables, "-o", "placed.csv")
        assert [row["stage"] for row in place.rows("placed.csv")] == ["won", second, "open", "open"], file


def test_a_relation_without_a_table_is_told(place: Place) -> None:
    found = place.run("evaluate", "rules.rev", "deals.csv")
    assert "no table was given for `meetings`: no record has any" in found.err
    assert "--data meeting=FILE" in found.err


def test_nested_json_records_need_no_table(place: Place) -> None:
    record = {
        "Deal ID": "D-1", "Deal Stage": "Closed Won", "Amount": "5", "Close Date": "2026-01-01",
        "account": {"employees": 12}, "meetings": [{"kind": "demo"}],
    }  # fmt: skip
    place.write("one.json", json.dumps(record))
    found = place.run("evaluate", "rules.rev", "one.json", "--output-format", "jsonl", "--no-summary")
    assert (found.code, json.loads(found.out)["stage"]) == (0, "won")


def test_json_faults_are_listed(place: Place) -> None:
    lines = [
        '{"Deal ID": "D-1", "Amount": NaN}',
        '{"Deal ID": 7, "Amount": 1e999}',
        '{"Deal ID": "D-3", "Amount": 1, "Amount": 2}',
        "oh",
    ]
    place.write("deals.jsonl", "\n".join(lines))
    found = place.run("evaluate", "rules.rev", "deals.jsonl", "-o", "placed.jsonl")
    assert found.code == 1
    assert [row["line"] for row in place.rows("placed.jsonl.rejects.csv")] == ["1", "2", "3", "4"]
    assert [json.loads(line)["deal_id"] for line in place.read("placed.jsonl").splitlines()] == ["D-1", "7", "D-3"]


def test_the_limit_ends_the_reading(place: Place) -> None:
    found = place.evaluate("--limit", "2", "-o", "placed.csv")
    assert "2 rows read = 2 deals placed + 0 rejected" in found.err


def test_one_row_is_one_row(place: Place) -> None:
    found = place.evaluate("--limit", "1", "-o", "placed.csv")
    assert "1 row read = 1 deal placed + 0 rejected" in found.err


def test_headings_without_rows_are_fine(place: Place) -> None:
    place.write("deals.csv", DEALS.splitlines()[0] + "\n")
    place.write("companies.csv", "company_id,name,employees\n")
    found = place.evaluate("-o", "placed.csv")
    assert found.code == 0
    assert "headings only" in found.err
    assert place.read("placed.csv").count("\n") == 1


def test_mode_advance_starts_at_the_declared_stage(place: Place) -> None:
    place.evaluate("-o", "placed.csv", "--mode", "advance")
    assert [row["stage"] for row in place.rows("placed.csv")] == ["won", "won", "lost", "open"]


def test_the_library_does_the_same(place: Place) -> None:
    place.evaluate("-o", "cli.csv")
    moment = datetime.fromisoformat("2026-11-21T00:00:00+00:00")
    related = {"account": "companies.csv", "meetings": "meetings.csv"}
    summary = evaluate_table(load("rules.rev"), "deals.csv", "library.csv", related=related, as_of=moment)
    assert (summary.read, summary.placed, summary.rejected) == (4, 4, 0)
    load("rules.rev").evaluate_table("deals.csv", "method.csv", related=related, as_of=moment)
    assert place.read("method.csv") == place.read("library.csv")
    assert place.read("library.csv") == place.read("cli.csv")
    assert place.read("library.csv.rejects.csv") == place.read("cli.csv.rejects.csv")


def test_rejects_that_the_library_cannot_write_leave_nothing_half_written(place: Place) -> None:
    (place.folder / "library.csv.rejects.csv").mkdir()
    before = place.names()
    with pytest.raises(OSError, match="library"):
        evaluate_table(load("rules.rev"), "deals.csv", "library.csv")
    assert place.names() == sorted([*before, "library.csv"])


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data sets are not here")
def test_opportunities_that_are_ahead_for_want_of_an_account_are_counted_exactly(place: Place) -> None:
    data = SHARED / "maven_crm"
    related = [
        f"--data={name}={data / file}.csv"
        for name, file in (("product", "products"), ("account", "accounts"), ("agent", "sales_teams"))
    ]
    found = {}
    for file in ("sales_pipeline_iso.csv", "sales_pipeline.csv"):
        words = (
            "evaluate",
            str(SHARED_RULESETS / "maven_crm" / "rules.rev"),
            str(data / file),
            *related,
            "--as-of",
            "2017-12-31",
        )
        told = place.run(*words, "-o", "placed.csv").err
        assert "1,088 of 8,800 opportunities are ahead of the evidence: all lack `account_name`." in told
        assert "1,480 records find no `sold`" in told
        assert "looks like `GTX Pro`" in told
        found[file] = place.read("placed.csv")
    assert found["sales_pipeline_iso.csv"] == found["sales_pipeline.csv"]


def test_kept_columns_of_json_are_those_of_all_records(place: Place) -> None:
    place.write("deals.jsonl", '{"Deal ID": "D-1", "x": {"y": [1]}}\n{"Deal ID": "D-2", "stage": 7}\n')
    place.run("evaluate", "rules.rev", "deals.jsonl", "-o", "placed.csv", "--keep")
    assert [(row["Deal ID"], row["x"], row["input_stage"]) for row in place.rows("placed.csv")] == [
        ("D-1", '{"y": [1]}', ""),
        ("D-2", "", "7"),
    ]


def test_a_related_table_without_the_column_that_relates_it_is_an_error(place: Place) -> None:
    place.write("meetings.csv", "meeting_id,deal,kind\nM-1,D-1,demo\n")
    found = place.evaluate()
    assert "error[REV709]" in found.err
    assert "by which `meetings` finds its records" in found.err


def test_a_list_file_that_changes_is_read_again(place: Place) -> None:
    rules = 'team sales\nlist good from "good.txt"\nentity deal key id { id text required }\n'
    place.write("small.rev", rules + "lifecycle d of deal { stage a { entry owner sales requires { g: id in good } } }")
    place.write("one.json", '{"id": "x"}')
    for content, stage in (("x\n", '"a"'), ("x\n", '"a"'), ("y\n", "null")):
        place.write("good.txt", content)
        found = place.run("evaluate", "small.rev", "one.json", "--output-format", "jsonl", "--columns", "stage")
        assert found.out == f'{{"stage": {stage}}}\n'


def test_kept_columns_of_parquet_keep_their_types(place: Place) -> None:
    duckdb = pytest.importorskip("duckdb")
    typed = "1.50::DECIMAL(9,2) AS m, DATE '2026-01-02' AS d, 'NaN'::DOUBLE AS f"
    query = f"SELECT 'D-1' AS \"Deal ID\", 'Open' AS \"Deal Stage\", {typed}"
    duckdb.sql(query).write_parquet(str(place.folder / "deals.parquet"))
    place.run("evaluate", "rules.rev", "deals.parquet", "-o", "placed.parquet", "--keep")
    kept = duckdb.sql(
        "SELECT m::VARCHAR, d::VARCHAR, f::VARCHAR, typeof(m), typeof(d), typeof(f) FROM 'placed.parquet'"
    ).fetchall()
    assert kept[0] == ("1.50", "2026-01-02", "nan", "DECIMAL(9,2)", "DATE", "DOUBLE")


def test_names_that_parquet_cannot_hold_are_made_different(place: Place) -> None:
    duckdb = pytest.importorskip("duckdb")
    place.write("deals.csv", "Deal ID,Deal Stage,STAGE,,\nD-1,Open,a,b,c\n")
    place.run("evaluate", "rules.rev", "deals.csv", "-o", "placed.parquet", "--keep")
    columns = duckdb.sql("SELECT * FROM 'placed.parquet'").columns
    assert len({column.casefold() for column in columns}) == len(columns) == 21


def test_what_the_records_that_are_ahead_lack_is_not_taken_from_other_records(place: Place) -> None:
    place.write(
        "small.rev",
        """entity deal key id { id text  mail text  score integer  note text  stage enum { a, b } }
        lifecycle l of deal { tracks stage
          stage a { entry requires { mail: mail is known } }
          stage b { from a when score >= 30 requires { noted: score > 1 and note is known } } }
        """,
    )
    place.write("small.csv", "id,mail,score,note,stage\n1,m@x.io,5,,b\n2,,50,n,b\n")
    told = place.run("evaluate", "small.rev", "small.csv").err
    assert "1 of 2 deals is ahead of the evidence: it does not meet" in told
    assert "1 of 2 deals is nowhere" in told
    assert "lacks" not in told
