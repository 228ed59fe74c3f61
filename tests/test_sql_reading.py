"""Cells and typed values are read in SQL as the runtime reads them: the same value, and the same words where there is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import combinations, product
from random import Random

import duckdb
import pytest
from engines import Postgres, postgres_server

import revrules
from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading import read
from revrules.backends.sql.sources import Held, SourceColumn
from revrules.readers import field_spec
from revrules.runtime.cells import field_reader
from revrules.runtime.values import without_suggestion
from revrules.types import EnumType

DECLARED = """
boolean
boolean in "ja" / "nein"
boolean in "Öffnen" | "Auf" / "Schließen"
boolean missing when "n/a"
integer
integer -5..10
integer in "1.234,56"
integer missing when 0, "999"
number
number 0..<100
number in "1,234.56"
number in "1 234,56"
number missing when -1
money
money 0..
money in "1,234.56"
money in "1.234,56" missing when 0
text
text missing when "-", "n/a"
date
date in "%d-%m-%y"
date in "%d/%m/%Y" | "%m/%d/%Y"
date in "%d %b %Y" | "%B %d, %Y"
date in "%Y%m%d"
date 2020-01-01..2026-12-31
date missing when 1900-01-01, "0000-00-00"
datetime
datetime in "%d.%m.%Y %H:%M"
datetime in "%m/%d/%Y %I:%M %p" | "%d/%m/%Y %H:%M:%S.%f %z"
datetime in "%Y-%m-%d %H:%M:%S"
datetime 2020-01-01T00:00Z..
duration
duration in hours
duration in weeks missing when "-1"
duration in seconds
duration in minutes
enum { lead, won, lost }
enum { lead "Lead" | "1", won "Closed Won" | "2" | "02", lost "Closed Lost" }
enum { lead "Lead", won "Won", lost "Lost" } missing when "Lost", "lost", "none"
ordered enum { lead, won "Öffnen" } missing when "lead"
"""
SEEDS = [
    "", " ", "\t", "x", "0", "1", "-1", "+1", "007", "12", "1.5", "-0", "-0.0", "240.0", "240.", ".5", "-.5", "+.5", ".", "-",
    "+", "1e3", "1E-5", "1e400", "1e-400", "0e999999", "5e-324", "1.7976931348623158e308", "1.7976931348623159e308",
    "9007199254740993", "1_000", "0x1f", "inf", "nan", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "99999999999999.99995", "99999999999999.99994", "-99999999999999.99995", "1.00005", "-1.00005",
    "1.000049999999999999", "0.00005", "100000000000000", "1,234.56", "1.234,56", "1 234,56", "1\u00a0234,56", "1\u202f234,5",
    "$1,234.50", "€ 1.234,50", "1.234,50 €", "USD 12", "12 USD", "-$5", "$-5", "-$-5", "20 %", "20%", "12,34,567.8", "1,23",
    "1,2345", "12,345,67", "$", "%", "1,234,567", "true", "TRUE", "Yes", "nO", "t", "JA", "Nein", "ÖFFNEN", "öffnen",
    "SCHLIESSEN", "schließen", "SCHLIEẞEN", "n/a", "N/A", " n/a ", "999", " 999", "2026-11-21", "2026-1-5", "2026-02-30",
    "2024-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026/11/21", "21-11-26", "1-1-68", "01-01-69",
    "31-02-26", "21/11/2026", "11/21/2026", "5/6/2026", "21 Nov 2026", "21 nov 2026", "1 XXX 2026", "November 21, 2026",
    "NOVEMBER 1,  2026", "Novembre 1, 2026", "20261121", "2026112", "202611211", "1900-01-01", "0000-00-00", "11/2026",
    "infinity", "epoch", "today", "2026-11-21T09:30:00Z", "2026-11-21 09:30", "2026-11-21T9:30",
    "2026-11-21t09:30:15.123456789+01:00", "2026-11-21 09:30:15,5 UTC", "2026-11-21 24:00:00", "2026-11-21 09:60",
    "2026-11-21T09:30:60Z", "2026-11-21T09:30:00+0530", "2026-11-21T09:30:00-08", "2026-11-21T09:30:00+24:00",
    "2026-11-21T09:30:00+23:59", "2026-11-21T09:30:00+01:60", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00Z", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2026-03-29 02:30:00", "2026-10-25 02:30:00",
    "2026-07-01T12:00:00", "1883-11-18 12:03:00", "21.11.2026 09:30", "1.1.2026 9:05", "31.02.2026 09:30",
    "11/21/2026 09:30 PM", "11/21/2026 12:00 AM", "11/21/2026 12:00 pm", "11/21/2026 13:00 PM", "11/21/2026 0:30 AM",
    "21/11/2026 09:30:15.5 +0100", "21/11/2026 09:30:15.1234567 Z", "PT36H", "P2D", "P1W2DT3H4M5.6789S", "-PT5M", "+PT1S",
    "P", "PT", "P1DT", "P1Y", "PT1.5H", "PT0.0000005S", "PT0.00000049S", "-PT0.0000005S", "P999999999W", "P15250284W",
    "P15250285W", "36", "1.5", "1e-5", "1e25", "0e30", "0e20", "0e21", "1e20", "0.0000000000000001", "2.5e-7", "5e-7",
    "4.9999999e-7", "-5e-7", "15250284.4525", "15250284.453", "9223372036854.775807", "9223372036854.7758075",
    "9223372036854.7758074999", "0.00000000000083333333333333333333333333",
    "0.0000000000008267195767195767195767195767", "0.0000000000008267195767195767195767195768",
    "8.267195767195767195767195767e-13", "82671957671957671957671957671958e-44", f"{10**960 // 1209600 + 1:0960}e-966",
    f"0.000000{10**960 // 1209600:0960}", f"0.000000{10**960 // 1209600 + 1:0960}", f"-0.000000{10**960 // 1209600 + 1:0960}",
    "1e-999999", "lead", "Lead", "LEAD", "leed",
    "won", "Closed Won", " Closed Won ", "closed won", "2", "02", "Lost", "lost", "none", "None", "ſ", "İ", "K", "🙂", "a\nb",
    "'", "\\", '"', "1" * 1001, " " + "1" * 1000 + " ", "0" * 998 + "5", "0." + "0" * 990 + "1", "9" * 400, "1." + "9" * 600,
    " 12 ", "\n5\v", "\u00a05", "5\u00a0", "1\u0660", "２", "123456789012345678", "1234567890123456789", "000000000000000007",
    "0000000000000000007", "２０２６-11-21", "2026-11-21\n", "2026-11-21 ", "*", "[0-9]", "!", "?", "12*", "12e2", "1_0",
    "2026-11-21T19:59:59Z", "2026-11-21 20:00:00", "2026-11-21T23:59:59", "2026-11-21T29:59:59Z", "2026-11-21T09:30:15Z\n",
]  # fmt: skip
MUTATIONS = "0123456789+-.,:/ TZeE%$€\u00a0PWDHMSy'"


@pytest.fixture(scope="module", params=["UTC", "Europe/Berlin", "America/New_York"])
def ruleset(request: pytest.FixtureRequest) -> ir.Ruleset:
    fields = "\n".join(f"  f{number} {text}" for number, text in enumerate(DECLARED.strip().splitlines()))
    return revrules.loads(f'ruleset cells {{ timezone "{request.param}" }}\nentity thing {{\n{fields}\n}}\n').ir


def as_queried(value: object) -> object:
    """Return a value of the runtime as a query gives it."""
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return repr(value) if isinstance(value, float) else value


def wrong(ruleset: ir.Ruleset, column: SourceColumn, table: str, given: list[object]) -> str:
    """Return where SQL reads the values ``given`` of a table otherwise than the runtime, for any field."""
    fields = ruleset.entity("thing").fields
    said = []
    for declared in fields:
        found = read(column, declared, ruleset, Dialect.DUCKDB)
        value = tree.printed(found.value, Dialect.DUCKDB)
        said.append(f"CAST({value} AS VARCHAR)" if isinstance(declared.type, EnumType) else value)
        said.append("NULL" if found.reason is None else tree.printed(found.reason, Dialect.DUCKDB))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(f"SELECT {', '.join(said)} FROM {table} ORDER BY number").fetchall()
    assert len(rows) == len(given)
    faults = []
    for position, declared in enumerate(fields):
        reader = field_reader(field_spec(declared, ruleset.timezone))
        for raw, row in zip(given, rows, strict=True):
            got, why = row[2 * position : 2 * position + 2]
            meant, words = reader(raw)
            expected = (as_queried(meant), without_suggestion(words) or None)
            if (repr(got) if isinstance(got, float) else got, why) != expected:
                faults.append(f"{declared.type} {declared.format} {raw!r}: {got!r}, {why!r} instead of {expected}")
    return "\n".join(faults[:40])


def texts(seed: int, count: int) -> list[str]:
    """Return the seeds, and changed ones."""
    random = Random(seed)
    found = list(SEEDS)
    for _ in range(count):
        text = random.choice(SEEDS)[:60]
        for _ in range(random.randint(1, 3)):
            place = random.randint(0, len(text))
            text = text[:place] + random.choice([random.choice(MUTATIONS), ""]) + text[place + random.randint(0, 1) :]
        found.append(text)
    return found


def test_cells_are_read_as_the_runtime_reads_them(ruleset: ir.Ruleset) -> None:
    given: list[object] = [None, *texts(7, 1500)]
    assert wrong(ruleset, SourceColumn("c", Held.TEXT), values("VARCHAR", given), given) == ""


def test_every_cell_of_three_characters_is_read_as_the_runtime_reads_it(ruleset: ir.Ruleset) -> None:
    given: list[object] = ["".join(marks) for length in (1, 2, 3) for marks in product("059.+-eE_xb \tNt", repeat=length)]
    assert wrong(ruleset, SourceColumn("c", Held.TEXT), values("VARCHAR", given), given) == ""


@pytest.mark.parametrize("usual", ["2026-11-05", "2026-11-05T09:30:00Z", "12345.6789", "100000"])
def test_a_cell_with_two_other_characters_is_read_as_the_runtime_reads_it(ruleset: ir.Ruleset, usual: str) -> None:
    given: list[object] = []
    for first, second in combinations(range(len(usual)), 2):
        pairs = product("026-/T: .eE_Z", repeat=2)
        given += [usual[:first] + one + usual[first + 1 : second] + two + usual[second + 1 :] for one, two in pairs]
    Random(usual).shuffle(given)
    assert wrong(ruleset, SourceColumn("c", Held.TEXT), values("VARCHAR", given[:2500]), given[:2500]) == ""


def values(type_: str, given: list[object]) -> str:
    """Return a table with one column of a type of DuckDB, and the numbers of its rows."""
    said = ("NULL" if value is None else "'" + written(value).replace("'", "''") + "'" for value in given)
    rows = ", ".join(f"({number}, {text})" for number, text in enumerate(said))
    return f"(SELECT number, CAST(c AS {type_}) AS c FROM (VALUES {rows}) AS t(number, c)) AS t"


def written(value: object) -> str:
    return f"{value // dt.timedelta(microseconds=1)} microseconds" if isinstance(value, dt.timedelta) else str(value)


WHOLE = [
    0,
    1,
    -1,
    2,
    12,
    36,
    999,
    100,
    2**31 - 1,
    10**14,
    10**14 - 1,
    -(10**14),
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    9223372036854,
    15250284,
    15250285,
]
TYPED: list[tuple[str, Held, list[object]]] = [
    ("BOOLEAN", Held.BOOLEAN, [True, False]),
    ("BIGINT", Held.INTEGER, list(WHOLE)),
    ("TINYINT", Held.INTEGER, [0, 1, 2, -1, 36]),
    ("UBIGINT", Held.INTEGER, [0, 1, 2, 2**63, 2**64 - 1]),
    ("HUGEINT", Held.INTEGER, [*WHOLE, 2**63, -(2**63) - 1, 2**64 + 1, 10**20, 10**21, 10**37, 123456789012345678901234567890]),
    ("DECIMAL(12,2)", Held.DECIMAL, [Decimal(text) for text in ("0.00", "1.00", "1.50", "-0.01", "9999999999.99", "240.00")]),
    ("DECIMAL(38,5)", Held.DECIMAL, [
        Decimal(text) for text in (
            "1.00005", "-1.00005", "99999999999999.99995", "99999999999999.99994",
            "9007199254740993.10000", "1.00000",
            "9223372036854775807.00000", "9223372036854775808.00000", "9223372036854775807.50000",
        "999999999999999999999999999999.50000",
        )
    ]),
    ("DOUBLE", Held.DOUBLE, [
        0.0, -0.0, 1.0, 1.5, -1.5, 1e-7, 1.00005, 0.00005, 9.99995e-05, 2.0**53, 2.0**53 + 2, 2.0**60, -(2.0**63), 2.0**63,
        1e16, 1e20, 1e21, 1e22, 1e300, 5e-324, 99999999999999.98, 99999999999999.995, 1e14, 0.1, 1 / 3,
        float("inf"), float("-inf"),
        float("nan"), 15250284.4525, 15250285.0, 2.5e-7, 5e-7,
    ]),
    ("DATE", Held.DATE, [dt.date(2026, 11, 21), dt.date.min, dt.date.max, dt.date(1900, 1, 1)]),
    ("TIMESTAMP", Held.TIMESTAMP, [
        dt.datetime(2026, 11, 21), dt.datetime(2026, 11, 21, 9, 30, 15, 123456), dt.datetime.min, dt.datetime.max,
        dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30), dt.datetime(1883, 11, 18, 12, 3),
        dt.datetime(1900, 1, 1), dt.datetime(2400, 7, 1, 12),
    ]),
    ("TIMESTAMPTZ", Held.INSTANT, [
        dt.datetime(2026, 11, 21, tzinfo=dt.UTC), dt.datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=dt.UTC),
        dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC),
    ]),
    ("INTERVAL", Held.INTERVAL, [dt.timedelta(hours=36), dt.timedelta(0), dt.timedelta(microseconds=-1)]),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "held", "given"), TYPED, ids=[type_ for type_, _, _ in TYPED])
def test_typed_values_are_read_as_the_runtime_reads_them(
    ruleset: ir.Ruleset, type_: str, held: Held, given: list[object]
) -> None:
    column = SourceColumn("c", held, type_.partition("(")[0].lower())
    assert wrong(ruleset, column, values(type_, [None, *given]), [None, *given]) == ""


ON_POSTGRES = {
    "BOOLEAN": "boolean", "BIGINT": "bigint", "DECIMAL(12,2)": "numeric(12,2)", "DECIMAL(38,5)": "numeric(38,5)",
    "DOUBLE": "double precision", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamptz",
}  # fmt: skip


def test_typed_values_are_read_alike_on_postgres(ruleset: ir.Ruleset) -> None:
    faults, gaps = [], set()
    with postgres_server() as server:
        connection = Postgres(server.url)
        for type_, held, specimens in (one for one in TYPED if one[0] in ON_POSTGRES):
            given: list[object] = [None, *specimens]
            said = ", ".join("(NULL)" if value is None else f"('{written(value)}')" for value in given)
            table = f"(SELECT CAST(c AS {ON_POSTGRES[type_]}) AS c FROM (VALUES {said}) AS t(c)) AS t"
            for declared in ruleset.entity("thing").fields:
                try:
                    found = read(SourceColumn("c", held, ON_POSTGRES[type_]), declared, ruleset, Dialect.POSTGRES)
                except Unsayable:
                    gaps.add((type_, str(declared.type)))
                    continue
                reason = tree.NULL if found.reason is None else found.reason
                columns = ", ".join(f"CAST({tree.printed(one, Dialect.POSTGRES)} AS TEXT)" for one in (found.value, reason))
                reader = field_reader(field_spec(declared, ruleset.timezone))
                for raw, (value, why) in zip(given, connection.run(f"SELECT {columns} FROM {table}"), strict=True):
                    meant, words = reader(raw)
                    if (value is None, why) != (meant is None, without_suggestion(words) or None) or not alike(value, meant):
                        faults.append(f"{declared.type} of {type_} {raw!r}: {value!r}, {why!r} instead of {meant!r}, {words!r}")
        connection.close()
    assert not faults, "\n".join(faults[:20])
    assert not gaps


def alike(text: object, meant: object) -> bool:
    """Return whether a text of Postgres says a value."""
    match as_queried(meant):
        case None:
            return text is None
        case bool() as truth:
            return text == ("true" if truth else "false")
        case dt.datetime() as moment:
            return dt.datetime.fromisoformat(str(text)) == moment
        case int() | Decimal() as number:
            return Decimal(str(text)) == number
        case value if isinstance(meant, float):
            return repr(float(str(text))) == value
        case value:
            return text == str(value)
