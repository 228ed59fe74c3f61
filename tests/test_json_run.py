"""DuckDB places JSON lines and lists of JSON objects as Python does, or it says that it cannot."""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from test_duckdb_run import WHEN, Placed, related_files, same

import revrules
from revrules.tables import DataError, evaluate_table

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(int(os.environ.get("REVRULES_SEEDS", "12")))
RULES = """
ruleset json { timezone "Europe/Berlin" }
team sales "Sales"

entity company key company_id { company_id text required  name text  employees integer }
entity meeting key meeting_id { meeting_id text required  deal_id text  kind enum { demo, call } }
entity deal "Deal" key deal_id {
  deal_id   text required as "Deal ID" | "id"
  stage     enum { open "Open" | "17", `won` "Closed Won", `lost` "Closed Lost" } as "Deal Stage"
  amount    money 0.. as "Amount" missing when "Select", "-1"
  score     number 0..<1000000 missing when 0
  seats     integer -5..500
  active    boolean
  closed_on date as "Close Date" in "%d.%m.%Y"
  touched   datetime
  cycle     duration in day
  note      text as "Note" missing when "-"
  zip       text
  account   one company by account_id as "Account ID"
  meetings  many meeting by deal_id
}

lifecycle deals of deal {
  tracks stage
  stage open "Open" { entry owner sales  requires { some: active or note is known } }
  stage won "Closed Won" {
    owner sales
    from open
    requires all of { worth: amount > 0  signed: closed_on is known  scored: score > 3.25 or seats > 3
                      shown: any(meetings where kind = demo)  big: account.employees >= 10
                      quick: cycle < 90 days  fresh: touched within last 1000 days }
    won
  }
  stage lost "Closed Lost" { owner sales  from any  requires all of { why: note is known  where: zip is known } lost }
}
"""
TEXTS = (
    "1200.50",
    "-",
    "",
    " ",
    "Select",
    "two\nlines",
    'said "no"',
    "ümläut 🙂",
    "Acme, Inf",
    "\\u00e4\\",
    "a\tb",
    "{x}",
    "no",
    "\u2028",
    "/",
)
DATES = ("2026-11-02", "31.12.2026", "2026-02-30", "x", "")
MOMENTS = ("2026-03-29T02:30:00", "2026-11-02T10:00:00.123456Z", "2025-01-01 00:00:00+02:00", "soon")
NUMBERS = (0, 1, -1, 7, 400, 2**31, 2**53 + 1, 2**63 - 1)
DOUBLES = (0.0, -0.0, 0.1, 1.5, 99.995, 1e15, 1e16, 1e300, 5e-324, 123456.789, 1.00005, -3.5, 2.5)
MIXED = (*NUMBERS[:6], *DOUBLES)
KINDS: dict[str, dict[str, tuple[object, ...]]] = {
    "Deal Stage": {"text": ("Open", "Closed Won", "Closed Lost", "won", "Closd", "17"), "integer": (17, 4)},
    "Amount": {
        "text": ("1200.50", "Select", "many", "-1"),
        "integer": NUMBERS,
        "double": DOUBLES,
        "mixed": (*NUMBERS[:6], *DOUBLES),
    },
    "score": {"text": ("1e3", "0", "x"), "integer": NUMBERS, "double": DOUBLES, "mixed": MIXED},
    "seats": {"text": ("3", "3.0", "x"), "integer": NUMBERS, "double": DOUBLES, "mixed": MIXED},
    "active": {"boolean": (True, False), "integer": (0, 1, 2), "text": ("yes", "no", "maybe")},
    "Close Date": {"text": DATES},
    "touched": {"text": MOMENTS, "integer": (1,)},
    "cycle": {"integer": (3, 200), "double": (1.5, 1e-9, 0.3), "mixed": (3, 1.5), "text": ("P3D", "12", "x")},
    "Note": {"text": TEXTS, "integer": (5, 2**60), "boolean": (True,), "double": (1.5,)},
    "zip": {"text": ("01234", " "), "integer": (1234,)},
    "Account ID": {"text": ("A-1", "A-2", "A-9", " A-1 ", "", "A-3")},
    "Other": {"text": TEXTS, "nested": ([1, {"a": None}], {"x": [True]}, []), "any": (1, "x", None, 1.5)},
}


@pytest.fixture(scope="module")
def rules() -> revrules.Ruleset:
    return revrules.loads(RULES)


def records(random: Random, count: int) -> list[dict[str, object]]:
    """Return records; a column mostly has one kind of values, and names may be lacking or stand in another order."""
    kinds = {name: random.choice(list(kinds)) for name, kinds in KINDS.items()}
    names = [name for name in KINDS if random.random() < 0.85]
    key = random.choice(["Deal ID"] * 4 + ["id", "deal id"])
    keys = random.choice([("D-1", ""), (1, 2, None)])
    sparse = random.choice([0.0, 0.0, 0.3])
    found = []
    for number in range(count):
        own = number if isinstance(keys[0], int) else f"D-{number}"
        record: dict[str, object] = {key: random.choice([own] * 12 + [*keys])}
        for name in names:
            if random.random() >= sparse:
                record[name] = random.choice([*KINDS[name][kinds[name]], None])
        if sparse and random.random() < 0.2:
            record = dict(random.sample(list(record.items()), len(record)))
        found.append(record)
    return found


def written(found: list[dict[str, object]], random: Random, *, lines: bool) -> bytes:
    """Return records as JSON, in one of the ways that programs write it."""
    ascii_, gaps = random.random() < 0.5, random.choice([(",", ":"), (", ", ": "), (" ,\t", " : ")])
    texts = [json.dumps(record, ensure_ascii=ascii_, separators=gaps) for record in found]
    end = random.choice(["\n", "\r\n"])
    if lines:
        blank = [text + (end if random.random() < 0.02 else "") for text in texts]
        return (end.join(blank) + random.choice(["", end])).encode()
    between = random.choice([",", ",\n", "\n,\n  "])
    return (random.choice(["[", "[\n "]) + between.join(texts) + random.choice(["]", "\n]\n"])).encode()


@pytest.mark.parametrize("lines", [True, False])
def test_random_json_is_placed_alike_or_left_to_python(rules: revrules.Ruleset, tmp_path: Path, lines: bool) -> None:
    became: Counter[str] = Counter()
    for seed in SEEDS:
        random = Random(seed)
        data = tmp_path / random.choice(["deals.jsonl", "deals.json"] if lines else ["deals.json"])
        data.write_bytes(written(records(random, random.choice([1, 7, 300])), random, lines=lines))
        related = related_files(tmp_path) if random.random() < 0.6 else {}
        form, keep = random.choice(["csv", "tsv", "jsonl", "parquet"]), random.random() < 0.3
        try:
            Placed(rules, data, form, "duckdb", keep=keep, related=related)
        except DataError as error:
            assert error.diagnostic.code == "REV745", error
            became[str(error).partition(": ")[2]] += 1
            continue
        same(rules, data, form, keep=keep, related=related)
        became["alike"] += 1
    assert became["alike"] > len(SEEDS) / 4


RECORD = b'{"Deal ID": "D-1", "Deal Stage": "Open", "Note": "x"}\n'
ODD_FILES = {
    "a line that is no object": RECORD + b"[1]\n",
    "null instead of a record": RECORD + b"null\n",
    "a record without names": RECORD + b"{}\n",
    "a number as a line": RECORD + b"5\n",
    "a line that ends early": RECORD + b'{"Deal ID": "D-2"\n',
    "a record over two lines": RECORD + b'{"Deal ID":\n"D-2"}\n',
    "two records in a line": RECORD + RECORD[:-1] + b" " + RECORD,
    "a comma between lines": RECORD[:-1] + b",\n" + RECORD,
    "a comma before the end": b'{"Deal ID": "D-1", "Note": "x" , }\n',
    "a comma before the end of a list": b'{"Deal ID": "D-1", "Other": [1,\t]}\n',
    "a word for a number": b'{"Deal ID": "D-1", "score": nan}\n',
    "infinity": b'{"Deal ID": "D-1", "score": - Infinity }\n',
    "an infinity in a list": b'{"Deal ID": "D-1", "Other": [1, inf]}\n',
    "a name twice": b'{"Deal ID": "D-1", "Note": "x", "Note": "y"}\n',
    "a name twice of which nobody reads": b'{"Deal ID": "D-1", "Other": 1, "Other": 2}\n',
    "a field under two names": RECORD + b'{"id": "D-2"}\n',
    "records without their key": RECORD + b'{"Note": "x"}\n',
    "an escaped NUL": b'{"Deal ID": "D-1", "Note": "a\\u0000"}\n',
    "half a character": b'{"Deal ID": "D-1", "Note": "\\ud800"}\n',
    "a NUL byte": RECORD + b"\0\n",
    "a form feed between values": b'{"Deal ID": "D-1",\x0c"Note": "x"}\n',
    "a tab inside of a text": b'{"Deal ID": "D-1", "Note": "a\tb"}\n',
    "a carriage return alone": RECORD + b'{"Deal ID":\r"D-2"}\n',
    "a letter of another encoding": b'{"Deal ID": "D-1", "Note": "\xe4"}\n',
    "UTF-16": RECORD.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + RECORD,
    "related records inside": b'{"Deal ID": "D-1", "meetings": [{"meeting_id": "M-1", "kind": "demo"}]}\n',
    "deep nesting": b'{"Deal ID": "D-1", "Other": ' + b"[" * 2000 + b"]" * 2000 + b"}\n",
    "a very large number": b'{"Deal ID": "D-1", "Amount": 123456789012345678901234567890}\n',
    "a number beyond all doubles": b'{"Deal ID": "D-1", "score": 1e400}\n',
    "a number beyond 64 bits": b'{"Deal ID": "D-1", "seats": 9223372036854775808}\n',
    "texts beside numbers": b'{"Deal ID": "D-1", "Amount": "1"}\n{"Deal ID": "D-2", "Amount": 1}\n',
    "whole numbers beside others as text": b'{"Deal ID": "D-1", "zip": 1}\n{"Deal ID": "D-2", "zip": 1.5}\n',
    "a key that is a fraction": b'{"Deal ID": 1.5}\n',
}


ODD_LISTS = {
    "a comma behind the last": b'[{"Deal ID": "D-1"},]',
    "no end": b'[{"Deal ID": "D-1"},',
    "an element that is no record": b'[{"Deal ID": "D-1"}, null]',
    "something behind the end": b'[{"Deal ID": "D-1"}] [{"Deal ID": "D-2"}]',
    "a comma too many inside": b'[{"Deal ID": "D-1", "Other": {"a": 1,\n}}]',
    "one record": b'{\n"Deal ID": "D-1"}',
    "a list of nothing": b"[]",
}


@pytest.mark.parametrize(
    ("form", "content"),
    [*(("jsonl", odd) for odd in ODD_FILES.values()), *(("json", odd) for odd in ODD_LISTS.values())],
    ids=[*ODD_FILES, *(f"a list with {name}" for name in ODD_LISTS)],
)
def test_json_that_readers_take_differently_is_left_to_python(
    rules: revrules.Ruleset, tmp_path: Path, form: str, content: bytes
) -> None:
    data = tmp_path / f"deals.{form}"
    data.write_bytes(content)
    with pytest.raises(DataError, match="REV745"):
        evaluate_table(rules, data, tmp_path / "placed.csv", as_of=WHEN, engine="duckdb")


def test_json_files_by_a_pattern_are_one_table(rules: revrules.Ruleset, tmp_path: Path) -> None:
    for number, text in enumerate((RECORD * 2, RECORD.replace(b"D-1", b"D-2") + b'{"Deal ID": "D-3", "seats": "x"}\n')):
        (tmp_path / f"part_{number}.jsonl").write_bytes(text)
    out = tmp_path / "placed.csv"
    summary = evaluate_table(rules, tmp_path / "part_*.jsonl", out, as_of=WHEN)
    assert (summary.read, summary.placed, summary.duplicate_keys) == (4, 4, 1)
    told = (tmp_path / "placed.csv.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition("part_")[2].split(",")[:2] for line in told[1:]] == [["0.jsonl", "2"], ["1.jsonl", "2"]]


def test_related_json_is_joined_alike(rules: revrules.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "companies.jsonl").write_text('{"company_id": "A-1", "employees": 40}\n{"company_id": "A-2"}\n', encoding="utf-8")
    (tmp_path / "meetings.json").write_text(
        '[{"meeting_id": 1, "deal_id": "D-1", "kind": "demo"},\n{"meeting_id": 2}]', encoding="utf-8"
    )
    data = tmp_path / "deals.jsonl"
    data.write_bytes(b'{"Deal ID": "D-1", "Account ID": "A-1"}\n{"Deal ID": "D-2", "Account ID": "A-9"}\n')
    related = {"company": tmp_path / "companies.jsonl", "meeting": tmp_path / "meetings.json"}
    same(rules, data, "csv", keep=False, related=related)
