"""Records placed on Spark: the same answers as without it, from files, frames and tables."""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import revrules
from revrules.spark import place as place_frame
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from engines import Spark
    from place import Outcome, Place

pytestmark = pytest.mark.spark

DEALS = """\
Deal ID,Deal Stage,Amount,Close Date,Loss Reason,Note,Account ID,Parent ID
D-1,Closed Won,1200.50,2026-11-02,,"two
lines ""quoted"" text",A-1,
D-2,Closed Won,,2026-11-03,,,A-1,D-1
D-3,Closed Lost,10,,price,,A-9,
D-4,Won?,-5.00,,,,A-2,D-1
007,Open,20,2026-12-31,,,,
007,Open,21,,,,,
,Closed Won,3.00,2026-11-03,,,A-1,
"""
TYPED = """* REPLACE ("Amount"::DECIMAL(18, 2) AS "Amount", "Close Date"::DATE AS "Close Date")"""
COMPANIES = "company_id,name,employees\nA-1,Acme,40\nA-2,Beta,\n"
TEXTS = """
team sales
entity lead key id { id text required  status enum { open, done } as "State"  note text }
lifecycle leads of lead {
  tracks status
  stage open { entry owner sales }
  stage done { owner sales from open requires { noted: note is known } won }
}
"""
LEADS = """\
id,State,note
L-1,done,"a ""b""
c"
L-2,done
L-3,nonsense, x

L-4,open,y,z
"ab""c",open,""
"""
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def exports(place: Place) -> Place:
    """A folder of Parquet files."""
    import duckdb

    place.write("deals.csv", DEALS)
    place.write("companies.csv", COMPANIES)
    for name, items in (("deals", TYPED), ("companies", "* REPLACE (employees::INTEGER AS employees)"), ("meetings", "*")):
        source = f"read_csv('{place.folder / name}.csv', all_varchar = true)"
        duckdb.sql(f"COPY (SELECT {items} FROM {source}) TO '{place.folder / name}.parquet' (FORMAT parquet)")
    return place


RELATED = ("--data", "account=companies.parquet", "--data", "meetings=meetings.parquet", "--as-of", "2026-11-21")


def evaluate(place: Place, *words: str) -> Outcome:
    return place.run("evaluate", "rules.rev", "deals.parquet", *RELATED, *words)


def rows(text: str) -> list[list[str]]:
    """Return the rows of CSV without their headings, in an order of their own."""
    return sorted(list(csv.reader(io.StringIO(text)))[1:])


def folder(place: Place, name: str) -> str:
    """Return the rows of the files that Spark wrote, under one row of headings."""
    parts = [path.read_text(encoding="utf-8") for path in sorted((place.folder / name).glob("part-*"))]
    return parts[0] + "".join(part.split("\n", 1)[1] for part in parts[1:])


def told(outcome: Outcome) -> str:
    """Return what a run says about the records, its list of rejects aside."""
    return outcome.err.partition(" could not be used as declared")[0].rpartition("\n\n")[0]


def test_the_answers_are_those_of_the_files(exports: Place, spark: Spark) -> None:
    files = evaluate(exports, "-o", "files.csv")
    there = evaluate(exports, "--engine", "spark", "-o", "there.csv")
    assert (there.code, files.code) == (1, 1), there.err + files.err
    assert rows(folder(exports, "there.csv")) == rows(exports.read("files.csv"))
    assert told(there) == told(files)
    assert [row[:4] for row in rows(exports.read("there.csv.rejects.csv"))] == [
        ["deals.parquet", "", "Deal ID", ""],
        ["deals.parquet", "007", "Deal ID", "007"],
        ["deals.parquet", "D-4", "Amount", "-5.00"],
        ["deals.parquet", "D-4", "Deal Stage", "Won?"],
    ]
    assert not [name for name in exports.names() if name.startswith((".rev", "spark", "artifacts", "metastore"))]


def test_cells_of_csv_are_read_as_without_spark(exports: Place, spark: Spark) -> None:
    exports.write("deals.csv", DEALS + "D-8,Closed Won, +7.5 ,31.12.2026,,,A-1,\nD-9,Closed Won,many,2024-02-29,,,A-1,\n")
    words = ("evaluate", "rules.rev", "deals.csv", *RELATED)
    files = exports.run(*words, "-o", "files.csv")
    there = exports.run(*words, "--engine", "spark", "-o", "there.csv")
    assert (there.code, files.code) == (1, 1), there.err + files.err
    assert rows(folder(exports, "there.csv")) == rows(exports.read("files.csv"))
    assert told(there) == told(files)


def test_a_folder_is_written_over_only_on_demand_and_never_what_is_read(exports: Place, spark: Spark) -> None:
    few = ("--engine", "spark", "--columns", "deal_id,stage")
    assert evaluate(exports, *few, "-o", "out").code == 1
    before = exports.names()
    again = evaluate(exports, *few, "-o", "out")
    assert (again.code, "REV754" in again.err) == (2, True)
    itself = evaluate(exports, *few, "-o", "deals.parquet", "--replace")
    assert (itself.code, "REV719" in itself.err) == (2, True)
    assert evaluate(exports, *few, "-o", "out", "--replace").code == 1
    assert exports.names() == before
    assert spark.session.read.parquet(str(exports.folder / "out")).count() == 7


def test_rows_of_delimited_files_are_placed_or_told(place: Place, spark: Spark) -> None:
    place.write("leads.rev", TEXTS)
    place.write("leads.csv", LEADS)
    files = place.run("evaluate", "leads.rev", "leads.csv", "--output-format", "csv")
    there = place.run("evaluate", "leads.rev", "leads.csv", "--engine", "spark", "--output-format", "csv")
    assert (there.code, files.code) == (1, 1), there.err
    assert rows(there.out) == rows(files.out)
    assert told(there) == told(files)
    assert "5 rows read = 3 leads placed + 2 rejected" in there.err
    assert "leads.csv: `L-2,done`" in there.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("id;State;note\nL-1;open;\n".encode("utf-16"), "it is UTF-16"),
        (b"id,State,State\nL-1,open,open\n", "ambiguous"),
        (b"id,note,NOTE\nL-1,open,open\n", "the same but for case"),
        (b'id,State,note\nL-1,open, "a"\n', "beside a quote"),
    ],
)
def test_what_spark_would_read_otherwise_is_refused(content: bytes, why: str, place: Place, spark: Spark) -> None:
    place.write("leads.rev", TEXTS)
    place.write("leads.csv", content)
    outcome = place.run("evaluate", "leads.rev", "leads.csv", "--engine", "spark")
    assert outcome.code == 2
    assert why in outcome.err or "REV756" in outcome.err


def test_frames_of_a_session_are_placed_as_files_are(exports: Place, spark: Spark) -> None:
    evaluate(exports, "--output-format", "csv", "-o", "files.csv", "--columns", "deal_id,stage,verdict,blockers")
    frames = {name: spark.session.read.parquet(str(exports.folder / f"{name}.parquet")) for name in ("companies", "meetings")}
    hostile = 'weird `{0}` "name" 表'
    deals = spark.session.read.parquet(str(exports.folder / "deals.parquet")).withColumnRenamed("Note", hostile)
    rules = revrules.load(exports.folder / "rules.rev")
    related = {"account": frames["companies"], "meetings": frames["meetings"]}
    settings = ("spark.sql.session.timeZone", "spark.sql.ansi.enabled")
    spark.session.conf.set(settings[0], "America/New_York")
    spark.session.conf.set(settings[1], "false")
    try:
        columns = ["deal_id", "stage", "verdict", "blockers", hostile]
        placed = place_frame(rules, deals, related=related, as_of=AS_OF, columns=columns)
        assert [spark.session.conf.get(name) for name in settings] == ["America/New_York", "false"]
        found = [tuple(row) for row in placed.collect()]
    finally:
        spark.session.conf.set(settings[0], "UTC")
        spark.session.conf.set(settings[1], "true")
    assert placed.columns[-1] == hostile
    told = [[key or "", stage, verdict or "", "; ".join(blockers)] for key, stage, verdict, blockers, _ in found]
    assert sorted(told) == rows(exports.read("files.csv"))
    assert not [table.name for table in spark.session.catalog.listTables() if table.name.startswith("revrules")]


LINES = """\
{"Deal ID": "D-1", "Deal Stage": "Closed Won", "Amount": 1200.50, "Account ID": "A-1", "Close Date": "x"}
{"Deal ID": "D-2", "Deal Stage": "Open", "Amount": 9007199254740993, "Loss Reason": null}
{"Deal ID": "D-3", "Deal Stage": "Open", "Amount": -5, "extra": {"a": [1]}}
"""


def test_lines_of_json_are_placed_as_without_spark(exports: Place, spark: Spark) -> None:
    exports.write("rules.rev", exports.read("rules.rev").replace("closed_on date", "closed_on text"))
    exports.write("deals.jsonl", LINES)
    words = ("evaluate", "rules.rev", "deals.jsonl", *RELATED, "--output-format", "csv")
    files, there = exports.run(*words), exports.run(*words, "--engine", "spark")
    assert rows(there.out) == rows(files.out)
    assert there.code == 1


def test_a_statement_that_fails_leaves_nothing(exports: Place, spark: Spark) -> None:
    deals = spark.session.read.parquet(str(exports.folder / "deals.parquet"))
    deals.selectExpr("*", "1 div (length(`Deal ID`) - 3) AS broken").createOrReplaceTempView("broken_deals")
    before = exports.names()
    words = ("evaluate", "rules.rev", "broken_deals", *RELATED, "--engine", "spark", "--keep", "-o", "out")
    outcome = exports.run(*words)
    assert (outcome.code, "REV753" in outcome.err) == (2, True)
    assert exports.names() == before
    nested = deals.selectExpr("*", "ARRAY() AS meetings")
    with pytest.raises(DataError, match="REV757"):
        place_frame(revrules.load(exports.folder / "rules.rev"), nested, as_of=AS_OF)


TYPES = [
    ("byte", "integer", "CAST(-7 AS BYTE)", "-7"),
    ("short", "number", "CAST(-7 AS SHORT)", "-7.0"),
    ("long", "integer", "9007199254740993L", "9007199254740993"),
    ("decimal", "money", "CAST(12.34565 AS DECIMAL(20, 5))", "12.3457"),
    ("decimal_", "number", "CAST(0.1 AS DECIMAL(38, 30))", "0.1"),
    ("float", "number", "CAST(0.1 AS FLOAT)", "0.10000000149011612"),
    ("double", "money", "12.5D", "12.5"),
    ("char_", "text", "'Ada'", '"Ada"'),
    ("boolean_", "boolean", "true", "true"),
    ("date_", "date", "DATE '2026-03-29'", "2026-03-29"),
    ("instant", "datetime", "TIMESTAMP '2026-03-29 14:00:00+02:00'", "2026-03-29T12:00Z"),
    ("local", "datetime", "TIMESTAMP_NTZ '2026-03-29 12:00:00.000001'", "2026-03-29T12:00:00.000001Z"),
    ("member", "enum { sad, ok }", "'sad'", "sad"),
]
NO_VALUES = [
    ("nan", "number", "DOUBLE('NaN')"),
    ("infinite", "integer", "CAST('Infinity' AS FLOAT)"),
    ("large", "money", "CAST('99999999999999999999' AS DECIMAL(38, 0))"),
    ("part", "integer", "CAST(1.5 AS DECIMAL(9, 2))"),
    ("bytes", "text", "X'61'"),
    ("list", "text", "ARRAY('a')"),
    ("nested", "text", "NAMED_STRUCT('a', 1)"),
    ("mapped", "text", "MAP('a', 1)"),
    ("day", "datetime", "DATE '2026-03-29'"),
]


def test_every_type_of_column_is_read_as_in_a_file(spark: Spark) -> None:
    fields = [f"  {name} {declared}" for name, declared, *_ in (*TYPES, *NO_VALUES)]
    same = [f"    same_{name}: {name} = {meant}" for name, _, _, meant in TYPES]
    criteria = "\n".join(same)
    rules = revrules.loads(
        "team sales\nentity thing key id {\n  id text required\n" + "\n".join(fields) + "\n}\n"
        "lifecycle things of thing {\n  stage other { entry owner sales }\n"
        f"  stage same {{ owner sales from other requires all of {{\n{criteria}\n  }} won }}\n}}\n"
    )
    items = ", ".join(f"{value} AS {name}" for name, _, value, *_ in (*TYPES, *NO_VALUES))
    placed = place_frame(rules, spark.session.sql(f"SELECT '1' AS id, {items}"), as_of=AS_OF)
    (row,) = placed.collect()
    assert (row["stage"], row["blockers"], row["unknown_criteria"]) == ("same", [], [])
    assert [problem.split(":")[0] for problem in row["data_problems"]] == [name for name, *_ in NO_VALUES]


def test_what_spark_lacks_is_told(place: Place, monkeypatch: pytest.MonkeyPatch, spark: Spark) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    outcome = place.run("evaluate", "rules.rev", "deals.csv", "--engine", "spark")
    assert (outcome.code, "pip install 'revrules[spark]'" in outcome.err) == (2, True)
