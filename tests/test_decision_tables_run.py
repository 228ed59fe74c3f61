"""Decision tables as they are run: standalone modules, artifacts, reasons, and tables of many rows."""

from __future__ import annotations

import datetime
import json
import time
from decimal import Decimal
from random import Random

import pytest

from revrules import artifact, loads
from revrules.artifact import ArtifactError
from revrules.backends.program import ValueProgram
from revrules.backends.python import generate_value
from revrules.reference import evaluate
from revrules.runtime import decisions
from revrules.standalone import standalone

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
ENTITY = """
team sales "Sales"
entity account key id {
  id         text required
  country    text
  employees  integer 1..5000
  tier       ordered enum { bronze, silver, gold }
  paying     boolean
  arr        money
  signed_on  date
  answered   duration in hours
}
score fit of account 0..100 { +40 when paying }
"""

# --- what is made of it ------------------------------------------------------------------------------------------

SMALL = f"""{ENTITY}
classify out of account, exactly one from "t.csv" {{ owner sales }}
classify flags of account, collect from "f.csv" {{ owner sales }}
lifecycle l of account {{ stage s {{ entry owner sales requires {{ a: out = x and flags contains "EMEA north" }} }} }}
"""
FILES_OF_SMALL = {
    "t.csv": "country,employees,fit,arr,out\nDE,,,,x\n,5..,,> 1.5,x\n,,30..,,y\n",
    "f.csv": "tier,signed_on,answered,flags\n>= silver,,,EMEA north\n,2026-01-01..,> 2 hours,big\n",
}


def test_two_true_rows_are_a_data_problem_that_names_them() -> None:
    place = loads(SMALL, FILES_OF_SMALL).lifecycle()
    record = {"id": "1", "country": "DE", "employees": 10, "arr": 2, "paying": True, "tier": "gold"}
    assert [tuple(problem) for problem in place(record, as_of=NOW).problems] == [
        ("out", "x (row 2), x (row 3), y (row 4)", "more than one row is true")
    ]


def test_many_true_rows_are_named_in_short() -> None:
    files = {"t.csv": "country,out\n" + "DE,x\n" * 9, "f.csv": FILES_OF_SMALL["f.csv"]}
    ruleset = loads(SMALL, files)
    record = {"id": "1", "country": "DE"}
    (problem,) = ruleset.lifecycle()(record, as_of=NOW).problems
    assert problem.value == "x (row 2), x (row 3), x (row 4), x (row 5), x (row 6), …"


def test_an_artifact_holds_the_tables() -> None:
    ruleset = loads(SMALL, FILES_OF_SMALL).ir
    assert artifact.load(artifact.dump(ruleset)) == ruleset


CHANGES = {
    "no such table": ('"table": "account.out"', '"table": "account.in"', "there is no table `account.in`"),
    "another mode": ('"mode": "exactly one"', '"mode": "collect"', "the table `account.out` is used as one that picks"),
    "a cell that is not there": (
        '"cells": [\n       1,',
        '"cells": [\n       9,',
        "has a row with a cell that its column does not have",
    ),
    "an output that is none": ('"output": "y"', '"output": "z"', "has a row that gives `z`, which is no member of its type"),
    "a column of another type": (
        '"heading": "employees",\n      "type": "integer"',
        '"heading": "employees",\n      "type": "number"',
        "has a cell with a value that is none of its column's type",
    ),
    "a member that is none": ('"member": "big"', '"member": "small"', "the table `account.flags` gives no `small`"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_artifact_whose_tables_do_not_hold_together_is_refused(name: str) -> None:
    before, after, message = CHANGES[name]
    text = artifact.dump(loads(SMALL, FILES_OF_SMALL).ir).decode()
    assert before in text
    whole = json.loads(text.replace(before, after, 1))
    whole["hash"] = artifact.content_hash(whole["ruleset"])
    with pytest.raises(ArtifactError, match=r".*" + message.replace("`", ".")):
        artifact.load(json.dumps(whole).encode())


def test_a_standalone_module_holds_the_tables() -> None:
    ruleset = loads(SMALL, FILES_OF_SMALL)
    module: dict[str, object] = {"__name__": "alone"}
    exec(standalone(ruleset.ir), module)
    records = [
        {"id": "1", "country": "DE", "tier": "gold", "employees": 3, "paying": False},
        {"id": "2", "country": "FR", "employees": 5, "arr": 2},
        {"id": "3"},
    ]
    alone = module["lifecycle"]("l")  # type: ignore[operator]  # the function of the module
    for record in records:
        assert alone(record, as_of=NOW).as_json() == ruleset.lifecycle()(record, as_of=NOW).as_json()


def test_the_missing_fields_are_those_that_the_waiting_rows_ask() -> None:
    placement = loads(SMALL, FILES_OF_SMALL).lifecycle()({"id": "1", "country": "FR", "arr": 1, "tier": "gold"}, as_of=NOW)
    assert placement.missing == ("paying",)


# --- large tables ------------------------------------------------------------------------------------------------


def large(rows: int, seed: int = 1) -> tuple[str, dict[str, str]]:
    """Return a ruleset with a table of 13 columns of all sorts, and the file."""
    random = Random(seed)
    kinds = ("integer", "text", "money", "date", "enum { a, b, c }")
    fields = [(f"f{n}", kinds[n % len(kinds)]) for n in range(13)]
    declared = "".join(f"  {name} {kind}\n" for name, kind in fields)
    text = f'entity a key id {{\n  id text\n{declared}}}\nclassify out of a, first match from "t.csv" {{ otherwise rest }}\n'
    lines = [";".join([*(name for name, _ in fields), "out"])]
    for row in range(rows):
        cells = ["" if random.random() < 0.4 else random_cell(kind, row, random) for _, kind in fields]
        lines.append(";".join([*cells, f"o{random.randint(0, 30)}"]))
    return text, {"t.csv": "\n".join(lines)}


def random_cell(kind: str, row: int, random: Random) -> str:
    low = random.randint(0, 5_000)
    match kind:
        case "integer" | "money":
            return random.choice((f"{low}..{low + random.randint(0, 4_000)}", f"not {low}", f"< {low}", str(low), "missing"))
        case "text":
            return random.choice((f"v{row}", "DE, FR", "not GB", "v1, v2, v3, missing"))
        case "date":
            day = datetime.date(2020, 1, 1) + datetime.timedelta(days=low)
            return random.choice((f"{day}..", f"<= {day}", str(day)))
        case _:
            return random.choice(("a", "b, c", "not a"))


def records(count: int, seed: int = 2) -> list[dict[str, object]]:
    random = Random(seed)
    kinds = ("integer", "text", "money", "date", "enum")
    found = []
    for number in range(count):
        record: dict[str, object] = {"id": str(number)}
        for n in range(13):
            value = random.randint(0, 6_000)
            made = {
                "integer": value,
                "text": random.choice(("DE", "GB", "v1", "v7")),
                "money": value,
                "date": datetime.date(2020, 1, 1) + datetime.timedelta(days=value),
                "enum": random.choice("abc"),
            }[kinds[n % len(kinds)]]
            record[f"f{n}"] = None if random.random() < 0.15 else made
        found.append(record)
    return found


@pytest.mark.parametrize("budget", [decisions.BUDGET, 2_000])
def test_a_large_table_gives_the_answers_of_the_reference(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "BUDGET", budget)
    monkeypatch.setattr(decisions, "FEW", 3 if budget < decisions.BUDGET else decisions.FEW)
    text, files = large(400)
    ruleset = loads(text, files).ir
    value = ValueProgram(generate_value(ruleset, "a.out")).bind(NOW)
    answers = set()
    for record in records(60):
        typed = {name: as_money(name, each) for name, each in record.items()}
        expected = evaluate(ruleset, "a.out", typed, NOW)
        answers.add(expected)
        assert value(record) == expected
    assert len(answers) > 3


def as_money(name: str, value: object) -> object:
    return Decimal(str(value)).quantize(Decimal("0.0001")) if name in ("f2", "f7", "f12") and value is not None else value


def test_a_table_of_3_000_rows_answers_in_well_under_a_millisecond() -> None:
    text, files = large(3_000)
    started = time.perf_counter()
    ruleset = loads(text, files)
    assert time.perf_counter() - started < 10
    value = ruleset.value("out")
    many = records(200)
    started = time.perf_counter()
    for record in many:
        value(record, as_of=NOW)
    assert (time.perf_counter() - started) / len(many) < 0.005


def test_a_table_of_20_000_rows_compiles_and_loads() -> None:
    text, files = large(20_000)
    ruleset = loads(text, files)
    assert len(ruleset.ir.tables[0].rows) == 20_000
    value = ruleset.value("out")
    for record in records(3):
        typed = {name: as_money(name, each) for name, each in record.items()}
        assert value(record, as_of=NOW) == evaluate(ruleset.ir, "a.out", typed, NOW)
