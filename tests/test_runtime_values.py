"""Readers: every raw value of every kind becomes a value, missing, or a reason, never an exception, and in bounded time."""

from __future__ import annotations

import datetime
import enum
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from revrules.runtime.cells import LONGEST_CELL, field_reader
from revrules.runtime.dates import moment_pattern
from revrules.runtime.records import RecordSpec, read_record, record_reader
from revrules.runtime.results import DataProblem
from revrules.runtime.values import FieldSpec, shown_value

KINDS = ("boolean", "integer", "number", "money", "text", "date", "datetime", "duration", "enum")
BERLIN = "Europe/Berlin"


class Word(str, enum.Enum):  # noqa: UP042  # members that are texts of an older style are what callers have
    """A caller's own enum."""

    LEAD = "lead"


def spec(kind: str, **changes: object) -> FieldSpec:
    """Return a field of ``kind``."""
    members = (("lead", ("Lead", "12")), ("won", ())) if kind == "enum" else ()
    return FieldSpec("x", kind, members=members, timezone=BERLIN, unit="hour")._replace(**changes)


HOURS_23 = datetime.timedelta(hours=23)
ODD = [
    True, 3, 3.0, 3.5, -0.0, float("nan"), float("inf"), 10**5_000, -(10**5_000), Fraction(7, 2), 1j,
    Decimal("sNaN"), Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+999999"), Decimal("1E-999999"),
    "", " ", "x", "9" * 5_000, "x" * 1_000_000, "-" * 1_000_000, "\ud800", "٣", "1e999999", "P999999999W",
    "0000-01-01", "10000-01-01", "2026-02-30", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    datetime.date.min, datetime.date.max, datetime.datetime.min, datetime.datetime.max,
    datetime.timedelta.max, datetime.timedelta.min, datetime.time(1),
    datetime.datetime.max.replace(tzinfo=datetime.timezone(-HOURS_23)),
    datetime.datetime.min.replace(tzinfo=datetime.timezone(HOURS_23)),
    b"x", [], {}, (), object(), Word.LEAD,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_reading_never_raises_and_never_takes_long(kind: str) -> None:
    start = time.process_time()
    read = field_reader(spec(kind))
    for raw in ODD:
        value, reason = read(raw)
        assert value is None or reason == "", raw
        assert len(reason) < 200, raw
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("boolean", True, True),
        ("integer", 3.0, 3),
        ("integer", Decimal("3.00"), 3),
        ("integer", "3", 3),
        ("number", 3, 3.0),
        ("number", Decimal("0.1"), 0.1),
        ("money", 0.1, Decimal("0.1")),
        ("money", Decimal("2.00005"), Decimal("2.0001")),
        ("money", -2, Decimal(-2)),
        ("text", 12, "12"),
        ("text", "\u00a0", "\u00a0"),
        ("text", "x" * (LONGEST_CELL + 1), "x" * (LONGEST_CELL + 1)),
        ("date", datetime.date(2026, 11, 21), datetime.date(2026, 11, 21)),
        ("date", datetime.datetime(2026, 11, 21), datetime.date(2026, 11, 21)),
        ("datetime", datetime.datetime(2026, 7, 1, 12), datetime.datetime(2026, 7, 1, 10, tzinfo=datetime.UTC)),
        ("datetime", datetime.datetime(2026, 10, 25, 2, 30, fold=1), datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)),
        ("duration", 1.5, datetime.timedelta(minutes=90)),
        ("duration", datetime.timedelta(days=2), datetime.timedelta(days=2)),
        ("boolean", 1, True),
        ("boolean", 0, False),
        ("enum", 12, "lead"),
        ("enum", Word.LEAD, "lead"),
    ],
)
def test_what_means_a_value_is_read_as_it(kind: str, raw: object, value: object) -> None:
    found, reason = field_reader(spec(kind))(raw)
    assert (found, reason) == (value, "")
    assert type(found) in (type(value), Word)


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        ("boolean", 2, "not true or false"),
        ("boolean", 1.0, "not true or false"),
        ("integer", True, "not an integer"),
        ("integer", 3.5, "not a whole number"),
        ("integer", 2**63, "too large for an integer"),
        ("number", True, "not a number"),
        ("number", float("nan"), "not a number"),
        ("number", float("inf"), "too large for a number"),
        ("money", float("nan"), "not an amount of money"),
        ("money", 10**14, "too large for an amount of money"),
        ("text", 3.0, "not a text"),
        ("text", "\ud800", "not Unicode text: it holds half a surrogate pair"),
        ("date", datetime.datetime(2026, 11, 21, 9), "a date and time, not a date"),
        ("date", datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC), "a date and time, not a date"),
        ("datetime", datetime.date(2026, 11, 21), "a date, not a date and time"),
        ("datetime", datetime.datetime.min, "not a date and time"),
        ("duration", datetime.timedelta.max, "too long for a length of time"),
        ("integer", "9" * (LONGEST_CELL + 1), "longer than 1,000 characters"),
        ("enum", "leed", "not one of lead, won (near: Lead)"),
    ],
)
def test_what_is_no_value_has_a_reason(kind: str, raw: object, reason: str) -> None:
    assert field_reader(spec(kind))(raw) == (None, reason)


def test_a_number_for_a_truth_value_is_read_as_the_cell_with_its_digit() -> None:
    turned = field_reader(spec("boolean", true_texts=("0",), false_texts=("1",)))
    assert [turned(raw) for raw in (0, 1, "0", True)] == [(True, ""), (False, ""), (True, ""), (True, "")]
    assert field_reader(spec("boolean", true_texts=("Ja",), false_texts=("Nein",)))(1) == (None, "neither Ja nor Nein")


def test_stand_ins_are_missing_before_they_are_out_of_bounds() -> None:
    read = field_reader(spec("integer", low=1, missing_values=(-1,), missing_texts=("NA",)))
    assert [read(raw) for raw in (-1, "-1", "-1.0", "NA", " NA ", None)] == [(None, "")] * 6
    assert read(0) == (None, "outside 1..")


def test_a_domain_is_named_as_it_is_written() -> None:
    assert field_reader(spec("money", low=Decimal("0.5000"), high=Decimal("100.0000")))(0) == (None, "outside 0.5..100")
    assert field_reader(spec("number", low=0.0, high=1.0, high_open=True))(1) == (None, "outside 0..<1")


def test_many_members_are_not_all_listed() -> None:
    members = tuple((f"stage{number}", ()) for number in range(5_000))
    value, reason = field_reader(FieldSpec("x", "enum", members=members))("stage77x")
    assert value is None
    assert reason == "not one of stage0, stage1, stage2, stage3, stage4, stage5, … (near: stage77)"


def test_a_record_is_read_with_what_is_related_to_it() -> None:
    inner = RecordSpec((FieldSpec("n", "integer", required=True),))
    fields = (FieldSpec("id", "text", required=True), FieldSpec("n", "integer"))
    reader = record_reader(RecordSpec(fields, (("one", False, inner), ("many", True, inner))))
    record, problems = read_record(
        reader, {"n": "x", "one": {"n": 1, "else": 2}, "many": [{"n": 3.5}, None, "row", {}], "more": 1}
    )
    assert record == {"id": None, "n": None, "one": {"n": 1}, "many": [{"n": None}, {"n": None}]}
    assert problems == [
        DataProblem("id", None, "required, but missing"),
        DataProblem("n", "x", "not an integer"),
        DataProblem("many.n", 3.5, "not a whole number"),
        DataProblem("many", "row", "not a record"),
    ]
    assert read_record(reader, {"id": 1, "one": 5, "many": {}}) == (
        {"id": "1", "n": None, "one": None, "many": []},
        [DataProblem("one", 5, "not a record"), DataProblem("many", {}, "not a list of records")],
    )


def test_a_problem_shows_a_value_that_can_be_printed() -> None:
    assert shown_value("x" * 1_000) == "x" * 200 + "…"
    assert shown_value(10**5_000) == "an integer of about 5000 digits"
    assert shown_value(3.5) == 3.5


def test_an_unknown_directive_of_a_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"^%Q$"):
        moment_pattern("%d %Q")
