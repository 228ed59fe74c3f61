"""Decision tables in files: what is refused, in which words and at which place; what keeps, changes and leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from revrules import ir, load, loads
from revrules.compiler import compile_path, compile_text
from revrules.ruleset import RulesetError, load_cached

if TYPE_CHECKING:
    from pathlib import Path

    from revrules.compiler import Compiled

ENTITY = """
team sales "Sales"
entity account key id {
  id         text required
  country    text as "Country code"
  employees  integer 1..5000
  industry   enum { software, health "Health Tech" }
  any_kind   enum { any, missing "Not there", other }
  tier       ordered enum { bronze, silver, gold }
  paying     boolean
  arr        money
  share      number
  signed_on  date
  seen_at    datetime
  answered   duration in hours
  domain     text as "Website"
  site       text as "Web site"
  parent     one account by parent_id
  children   many account by parent_id
}
score fit of account 0..100 { +40 when paying }
"""


def compiled(table: str, clauses: str = "", *, mode: str = "first match", rest: str = "") -> Compiled:
    """Compile a ruleset whose classification `out` reads ``table``."""
    text = f'{ENTITY}classify out of account, {mode} from "t.csv" {{ owner sales {clauses} }}\n{rest}'
    return compile_text(text, files={"t.csv": table})


def told(result: Compiled) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return (code, place, message, help) of each diagnostic."""
    found = []
    for d in result.diagnostics:
        assert d.span is not None
        place = result.sources[d.span.path].place(d.span.start)
        found.append((d.code, f"{d.span.path}:{place.line}:{place.column}", d.message, d.help))
    return found


# --- files that are refused --------------------------------------------------------------------------------------

FILES = {
    "nothing at all": ("", "REV240", "t.csv:1:1", "the table `t.csv` has nothing in it"),
    "white space only": ("\n  \n\t\n", "REV240", "t.csv:1:1", "the table `t.csv` has nothing in it"),
    "a heading only": ("country,out\n", "REV240", "t.csv:1:1", "the table `t.csv` has a heading but no rows"),
    "empty rows only": ("country,out\n,\n\n,\n", "REV240", "t.csv:1:1", "the table `t.csv` has a heading but no rows"),
    "outputs only": (
        "out\nx\n",
        "REV241",
        "t.csv:1:1",
        "neither comma, semicolon nor tab separates the cells of `t.csv`, and its rows do not tell",
    ),
    "outputs and notes only": (
        "notes,out\na,x\n",
        "REV243",
        "t.csv:1:1",
        "column `notes` of `t.csv` is no field or definition of `account`",
    ),
    "two separators": (
        "country,tier;out\nDE,gold;x\n",
        "REV241",
        "t.csv:1:1",
        "`,` or `;` may separate the cells of `t.csv`, and its rows do not tell",
    ),
    "a short row": (
        "country,employees,out\nDE,5,x\nDE,y\n",
        "REV242",
        "t.csv:3:1",
        "row 3 of `t.csv` has 2 of the 3 cells that the heading asks for",
    ),
    "a long row": ("country,out\nDE,x\nDE,FR,x\n", "REV242", "t.csv:3:1", "row 3 of `t.csv` has 3 cells, and the heading has 2"),
    "a cell beyond the headings": (
        "country,out,\nDE,x,note\n",
        "REV242",
        "t.csv:2:1",
        "row 2 of `t.csv` has something in column 3, which has no heading",
    ),
    "an open quote": ('country,out\n"DE,x\n', "REV242", "t.csv:2:1", "row 2 of `t.csv` opens a quote that is never closed"),
    "text after a quote": (
        'country,out\n"DE"s,x\n',
        "REV242",
        "t.csv:2:4",
        "row 2 of `t.csv` has text after the quote that ends a cell",
    ),
    "a NUL": ("country,out\nDE,x\nD\0E,y\n", "REV242", "t.csv:3:2", "row 3 of `t.csv` has a character that no text has"),
    "a heading twice": ("country,Country,out\nDE,DE,x\n", "REV244", "t.csv:1:9", "`t.csv` has two columns `Country`"),
    "cells without a heading": ("country,,out\nDE,a,x\n", "REV243", "t.csv:1:9", "column 2 of `t.csv` has cells but no heading"),
    "no output": ("country,outt\nDE,x\n", "REV245", "rules.rev:22:43", "no column of `t.csv` is called `out`"),
    "no output in a row": (
        "country,out\nDE,x\nFR,\n",
        "REV324",
        "t.csv:3:4",
        "row 3 of `t.csv`, column `out`: the row gives nothing",
    ),
    "a long output": (
        f"country,out\nDE,{'x' * 201}\n",
        "REV324",
        "t.csv:2:4",
        "row 2 of `t.csv`, column `out`: what the row gives is too long for a name",
    ),
    "an unknown column": (
        "contry,out\nDE,x\n",
        "REV243",
        "t.csv:1:1",
        "column `contry` of `t.csv` is no field or definition of `account`",
    ),
    "a relation": (
        "parent,out\nx,x\n",
        "REV248",
        "t.csv:1:1",
        "column `parent` of `t.csv` names related records, which have no value",
    ),
    "a heading that is no name": (
        "what size?,out\nx,x\n",
        "REV243",
        "t.csv:1:1",
        "column `what size?` of `t.csv` is no field or definition of `account`",
    ),
    "very many columns": (
        ",".join(f"c{n}" for n in range(100_000)) + "\n",
        "REV246",
        "t.csv:1:1",
        "the table `t.csv` has more than 200 columns",
    ),
    "201 columns": (
        ",".join(f"c{n}" for n in range(201)) + "\n" + "," * 199 + "x,y\n",
        "REV246",
        "t.csv:1:1",
        "the table `t.csv` has more than 200 columns",
    ),
    "very many rows": ("country,out\n" + "DE,x\n" * 50_001, "REV246", "t.csv:1:1", "the table `t.csv` has more than 50,000 rows"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_is_refused_in_one_line_at_its_place(name: str) -> None:
    table, code, place, message = FILES[name]
    assert [found[:3] for found in told(compiled(table))] == [(code, place, message)]


def test_a_heading_that_two_fields_go_by_is_asked_about() -> None:
    text = 'entity account key id { id text  a text as "Size"  b integer as "size"  size_ text }\n'
    found = told(compile_text(f'{text}classify out of account, first match from "t.csv"', files={"t.csv": "SIZE,out\nx,y\n"}))
    assert [(code, message) for code, _, message, _ in found] == [
        ("REV248", "column `SIZE` of `t.csv` may be `size_`, `a` or `b`")
    ]
    assert found[0][3] == ('say which it is: `column "SIZE" is size_`',)


def test_a_long_line_is_told_in_a_short_one() -> None:
    found = compiled("country,out\n" + "x" * 1_000_000 + ",y\n")
    assert [d.code for d in found.diagnostics] == ["REV324"]
    assert len(found.diagnostics[0].message) < 300


# --- cells that are refused --------------------------------------------------------------------------------------

CELLS = {
    ("employees", "abc"): ("REV324", "`abc` is no integer"),
    ("employees", "1.000"): ("REV325", "the point in `1.000` may part thousands or decimals"),
    ("employees", '"1,000"'): ("REV325", "the comma in `1,000` may part digits or numbers"),
    ("employees", "1000+"): ("REV325", "`1000+` does not say whether 1000 belongs to it"),
    ("employees", "5..1"): ("REV324", "no value fulfils `5..1`"),
    ("employees", "10-5"): ("REV324", "no value fulfils `10-5`"),
    ("employees", "1.5"): ("REV324", "`1.5` is no whole number, and the column is of type integer"),
    ("employees", "50%"): ("REV324", "`50%` is 0.5, and the column is of type integer"),
    ("employees", "0"): ("REV324", "`0` lies outside the domain of `employees`, so no record can fulfil it"),
    ("employees", "> 5000"): ("REV324", "`> 5000` lies outside the domain of `employees`, so no record can fulfil it"),
    ("employees", "..5; 4.."): ("REV324", "every value fulfils `..5; 4..`"),
    ("employees", "not ..5; 4.."): ("REV324", "every value fulfils `..5; 4..`"),
    ("employees", "10; any"): ("REV324", "`any` stands beside other values in `10; any`"),
    ("employees", "10;; 5"): ("REV324", "an empty place stands beside other values in `10;; 5`"),
    ("employees", "99999999999999999999"): ("REV324", "`99999999999999999999` is too large for an integer (64 bits)"),
    ("employees", "ten to twenty"): ("REV324", "`ten to twenty` is no integer"),
    ("employees", "$50"): ("REV324", "`$50` is no integer"),
    ("country", "Not applicable"): ("REV325", "`Not applicable` may be a text, or mean anything but what follows the word"),
    ("country", "Missing"): ("REV325", "`Missing` may be a text or the word for a state"),
    ("country", "10-20"): ("REV325", "`10-20` looks like a test of a number, and a text is asked"),
    ("country", "> 5"): ("REV325", "`> 5` looks like a test of a number, and a text is asked"),
    ("country", '"""DE"'): ("REV324", '`"DE` opens a quote that is not closed'),
    ("industry", "sofware"): ("REV324", "`sofware` is no member of `account.industry`"),
    ("industry", "Software"): ("REV324", "`Software` is no member of `account.industry`"),
    ("industry", "> software"): ("REV324", "`> software` is no member of `account.industry`"),
    ("any_kind", "any"): ("REV325", "`any` is a member of `enum account.any_kind` and a word of tables"),
    ("any_kind", "missing"): ("REV325", "`missing` is a member of `enum account.any_kind` and a word of tables"),
    ("tier", "< bronze"): ("REV324", "no member of `account.tier` fulfils `< bronze`"),
    ("tier", "gold..bronze"): ("REV324", "no member of `account.tier` fulfils `gold..bronze`"),
    ("paying", "maybe"): ("REV324", "`maybe` is no truth value"),
    ("arr", "1.000"): ("REV325", "the point in `1.000` may part thousands or decimals"),
    ("arr", "0.12345"): ("REV324", "`0.12345` is no amount: money has at most four places after the point"),
    ("share", '"0,5"'): ("REV325", "the comma in `0,5` may part digits or numbers"),
    ("signed_on", "21.11.2026"): ("REV324", "`21.11.2026` is no date"),
    ("signed_on", "2026-02-30"): ("REV324", "there is no day `2026-02-30`"),
    ("signed_on", "> 9999-12-31"): ("REV324", "no value fulfils `> 9999-12-31`"),
    ("seen_at", "2026-11-21"): ("REV324", "`2026-11-21` is no date and time"),
    ("seen_at", "2026-11-21T25:00Z"): ("REV324", "there is no moment `2026-11-21T25:00Z`"),
    ("answered", "2 months"): ("REV324", "`2 months` is no fixed length of time"),
    ("answered", "2"): ("REV324", "`2` is no length of time"),
    ("answered", "99999999999999 days"): ("REV324", "`99999999999999 days` is too long"),
    ("fit", "101"): ("REV324", "`101` lies outside the domain of `fit`, so no record can fulfil it"),
}


@pytest.mark.parametrize(("column", "cell"), CELLS)
def test_a_cell_that_cannot_be_used_is_told_with_its_row_and_column(column: str, cell: str) -> None:
    code, problem = CELLS[column, cell]
    found = told(compiled(f"{column},out\n,x\n{cell},y\n"))
    assert [f[:3] for f in found] == [(code, "t.csv:3:1", f"row 3 of `t.csv`, column `{column}`: {problem}")]


def test_a_misspelled_member_is_offered_the_right_one() -> None:
    found = told(compiled("industry,out\nsofware,x\n"))
    assert found[0][3] == ("did you mean `software`?",)


def test_rows_are_numbered_as_spreadsheets_do_and_places_are_those_of_the_file() -> None:
    found = told(compiled('sep=;\r\ncountry;employees;out\r\n"D\r\nE";5;x\r\n\r\nFR;x;y\r\n'))
    assert [f[:3] for f in found] == [("REV324", "t.csv:6:4", "row 4 of `t.csv`, column `employees`: `x` is no integer")]


def test_a_faulty_column_is_told_a_few_times_and_counted() -> None:
    rows = "".join(f"x{n},y\n" for n in range(1_000))
    messages = [d.message for d in compiled(f"employees,out\n{rows}").diagnostics]
    assert len(messages) == 21
    assert "`t.csv` has 980 more cells that cannot be used" in messages


def test_a_cell_that_is_written_alike_in_many_rows_is_told_once() -> None:
    assert len(compiled("employees,out\n" + "x,y\n" * 500).diagnostics) == 1


def test_every_cell_of_a_table_is_in_its_column_once() -> None:
    result = compiled('country,out\n"DE, FR",x\nDE; FR,y\nany,z\n,w\n')
    assert result.ruleset is not None
    (table,) = result.ruleset.tables
    assert table.columns[0].cells == (ir.Cell(("DE", "FR")), ir.ANY_CELL)
    assert [row.cells for row in table.rows] == [(0,), (0,), (1,), (1,)]


# --- clauses -----------------------------------------------------------------------------------------------------

CLAUSES = {
    'column "Size" is employees': ("REV243", "`t.csv` has no column `Size`"),
    "ignore contry": ("REV243", "`t.csv` has no column `contry`"),
    "by contry": ("REV243", "`t.csv` has no column `contry`"),
    "gives result": ("REV243", "`t.csv` has no column `result`"),
    "gives { y }": ("REV247", "row 2 of `t.csv`, column `out`: `x` is none of the declared outputs"),
    "ignore country": ("REV240", "the table `t.csv` has outputs but no column that its rows ask"),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_about_columns_that_does_not_fit_the_file_is_told(clause: str) -> None:
    code, message = CLAUSES[clause]
    assert [(found[0], found[2]) for found in told(compiled("country,out\nDE,x\n", clause))] == [(code, message)]


def test_declared_outputs_may_be_given_by_label_and_need_not_all_be_given() -> None:
    result = compiled(
        "country,out\nDE,EMEA North\nFR,amer\n", 'gives { north "EMEA North", amer, none_yet } otherwise house "House"'
    )
    assert result.ruleset is not None
    (table,) = result.ruleset.tables
    assert [row.output for row in table.rows] == ["north", "amer"]
    assert table.type.member_names == ("north", "amer", "none_yet", "house")
    assert table.otherwise == "house"


def test_otherwise_may_name_an_output_of_the_rows() -> None:
    result = compiled("country,out\nDE,House\nFR,amer\n", 'otherwise house "House"')
    assert result.ruleset is not None
    assert result.ruleset.tables[0].type.member_names == ("House", "amer")
    assert result.ruleset.tables[0].otherwise == "House"


# --- classifications that collect --------------------------------------------------------------------------------

COLLECTED = {
    "define a of account { means out = x }": "`out` collects: it has no single value, but contains outputs",
    "define a of account { means out is known }": "`out` collects: it has no single value, but contains outputs",
    'define a of account { means out starts with "x" }': "`out` collects: it has no single value, but contains outputs",
    "define a of account { means out in { x } }": "`out` collects: it has no single value, but contains outputs",
    'example "e" of account { given { } expect out = x }': "`out` collects: it has no single value, but contains outputs",
    'example "e" of account { given { } expect fit contains x }': "`fit` is no classification that collects",
}


@pytest.mark.parametrize("rest", COLLECTED)
def test_what_is_collected_is_no_value(rest: str) -> None:
    found = told(compiled("country,out\nDE,x\nFR,EMEA north\n", mode="collect", rest=rest))
    assert [(code, message) for code, _, message, _ in found] == [("REV326", COLLECTED[rest])]


def test_an_output_that_is_none_is_offered_the_right_one() -> None:
    rest = 'define a of account { means out contains "EMEA noth" }'
    found = told(compiled("country,out\nDE,x\nFR,EMEA north\n", mode="collect", rest=rest))
    assert [(code, help_) for code, _, _, help_ in found] == [("REV229", ("did you mean `EMEA north`?",))]


def test_what_collects_has_no_otherwise() -> None:
    found = told(compiled("country,out\nDE,x\n", "otherwise y", mode="collect"))
    assert [code for code, *_ in found] == ["REV326"]


def test_a_table_that_collects_has_at_most_500_outputs() -> None:
    found = told(compiled("country,out\n" + "".join(f"DE,x{n}\n" for n in range(501)), mode="collect"))
    assert [(code, place) for code, place, *_ in found] == [("REV246", "rules.rev:22:39")]


def test_what_is_collected_is_a_dict_to_the_library() -> None:
    text = f'{ENTITY}classify out of account, collect from "t.csv"'
    value = loads(text, {"t.csv": "country,employees,out\nDE,,x\n,> 5,EMEA north\n"}).value("out")
    assert value({"id": "1", "country": "DE"}) == {"x": True, "EMEA north": None}
    assert value({"id": "1", "country": "FR", "employees": 5}) == {"x": False, "EMEA north": False}


# --- files beside the ruleset ------------------------------------------------------------------------------------


def written(folder: Path, table: str | bytes, path: str = "t.csv") -> Path:
    """Write a ruleset with one table into ``folder``."""
    text = f'{ENTITY}classify out of account, first match from "{path}" {{ owner sales otherwise rest }}\n'
    text += "lifecycle l of account { stage s { entry owner sales requires { a: out = x } } }\n"
    (folder / "rules.rev").write_text(text, encoding="utf-8")
    (folder / "t.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return folder


@pytest.mark.parametrize(
    "table",
    [
        b"\xef\xbb\xbfcountry,employees,out\r\nDE,5,x\r\n\r\n",
        b"country;employees;out\nDE;5;x\n;;\n\n\n",
        b"country\temployees\tout\rDE\t5\tx",
        b"sep=|\ncountry|employees|out\nDE|5|x",
        b'"sep=;"\n"country";"employees";"out"\n"DE" ; "5" ;"x"\n',
        b"country,employees,out,,\nDE,5,x,,\n,,,,\n",
        b"\n\ncountry,employees,out\nDE,5,x\n",
    ],
)
def test_files_as_programs_write_them_are_read_alike(tmp_path: Path, table: bytes) -> None:
    place = load(written(tmp_path, table)).lifecycle()
    assert place({"id": "1", "country": "DE", "employees": 5}).stage == "s"
    assert place({"id": "1", "country": "FR", "employees": 5}).stage is None


def test_a_changed_table_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    folder.mkdir()
    written(folder, "country,out\nDE,x\n")
    record = {"id": "1", "country": "DE"}
    assert load_cached(folder).lifecycle()(record).stage == "s"
    assert load_cached(folder).lifecycle()(record).stage == "s"
    (folder / "t.csv").write_text("country,out\nFR,x\n")
    assert load_cached(folder).lifecycle()(record).stage is None


@pytest.mark.parametrize(
    ("path", "code"), [("../t.csv", "REV207"), ("/etc/passwd", "REV207"), ("none.csv", "REV201"), (".", "REV202")]
)
def test_a_table_is_an_ordinary_file_inside_the_folder(tmp_path: Path, path: str, code: str) -> None:
    result = compile_path(written(tmp_path, "country,out\nDE,x\n", path))
    assert [d.code for d in result.diagnostics] == [code]


def test_a_workbook_is_no_text(tmp_path: Path) -> None:
    result = compile_path(written(tmp_path, b"PK\x03\x04\x14\0\x08\x08\xff\xfe\0\0"))
    assert [d.code for d in result.diagnostics] == ["REV203"]


def test_a_table_of_more_than_16_mebibytes_is_refused(tmp_path: Path) -> None:
    result = compile_path(written(tmp_path, b"country,out\nDE,x\n" + b"\n" * (16 * 1024 * 1024)))
    assert [d.code for d in result.diagnostics] == ["REV205"]


def test_a_text_names_only_the_files_that_come_with_it() -> None:
    with pytest.raises(RulesetError, match="REV209"):
        loads('entity a key id { id text }\nclassify out of a, first match from "t.csv"', {"u.csv": "id,out\n1,x\n"})
