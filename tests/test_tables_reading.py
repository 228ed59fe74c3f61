"""Files of every kind into rows: exact lines, nothing lost, clear words for what cannot be read."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from revrules.runtime.cells import iso_duration
from revrules.tables.failure import DataError
from revrules.tables.opening import AS_IT_SHOWS, Reading, open_table
from revrules.tables.rows import Refused, Row, Table

if TYPE_CHECKING:
    from pathlib import Path


def table(
    tmp_path: Path, content: str | bytes, name: str = "x.csv", reading: Reading = AS_IT_SHOWS, expected: tuple[str, ...] = ()
) -> Table:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_table(str(path), reading, expected)


def rows(tmp_path: Path, content: str | bytes, name: str = "x.csv", reading: Reading = AS_IT_SHOWS) -> list[Row | Refused]:
    return list(table(tmp_path, content, name, reading).rows)


def code(tmp_path: Path, content: str | bytes, name: str = "x.csv", reading: Reading = AS_IT_SHOWS) -> str:
    with pytest.raises(DataError) as caught:
        list(table(tmp_path, content, name, reading).rows)
    assert caught.value.diagnostic.message
    return caught.value.diagnostic.code


def test_rows_have_the_line_on_which_they_start(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,b\n1,"x\ny"\n\n2,z\n')
    assert found == [Row(2, ["1", "x\ny"]), Row(5, ["2", "z"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_counted(tmp_path: Path, end: str) -> None:
    found = rows(tmp_path, end.join(["a,b", f'1,"x{end}y"', "2,z", ""]))
    assert found == [Row(2, ["1", f"x{end}y"]), Row(4, ["2", "z"])]


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\r\n1,2\n3,4\r5,6") == [Row(2, ["1", "2"]), Row(3, ["3", "4"]), Row(4, ["5", "6"])]


def test_ragged_rows_are_refused_with_their_line_and_the_others_read(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,b\n1,"x\ny"\n2\n3,4,5\n6,7\n')
    assert found == [
        Row(2, ["1", "x\ny"]),
        Refused(4, "2", "too few cells: 1 instead of 2"),
        Refused(5, "3,4,5", "too many cells: 3 instead of 2"),
        Row(6, ["6", "7"]),
    ]


def test_a_quote_that_is_never_closed_costs_one_line_only(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,b\n1,2\n3,"oh\n4,5\n6,"x"\n7,8\n')
    assert found == [
        Row(2, ["1", "2"]),
        Refused(3, '3,"oh', "a quote is closed in the middle of a cell (a quote inside a quoted cell is written twice)"),
        Row(4, ["4", "5"]),
        Row(5, ["6", "x"]),
        Row(6, ["7", "8"]),
    ]


def test_an_open_quote_at_the_end_costs_one_line_only(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,b\n1,"oh\n4,5\n7,8\n')
    assert found == [Refused(2, '1,"oh', "a quote is opened and never closed"), Row(3, ["4", "5"]), Row(4, ["7", "8"])]


def test_quotes_inside_a_plain_cell_are_part_of_it(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a,b\n5" pipe,x\n') == [Row(2, ['5" pipe', "x"])]


def test_a_row_with_a_nul_byte_is_refused(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n1,x\0y\n2,z\n") == [Refused(2, "1,x\0y", "it holds a NUL byte"), Row(3, ["2", "z"])]


@pytest.mark.parametrize(
    ("content", "letters"),
    [
        ("a,b\n1,é\n".encode("utf-8-sig"), "é"),
        ("a,b\n1,é\n".encode("utf-16"), "é"),
        ("a,b\n1,é\n".encode("utf-16-le"), "é"),
        ("a,b\n1,é\n".encode("utf-16-be"), "é"),
        ("a,b\n1,é€\n".encode("windows-1252"), "é€"),
    ],
)
def test_encodings_are_found_without_help(tmp_path: Path, content: bytes, letters: str) -> None:
    found = table(tmp_path, content)
    assert found.headings == ("a", "b")
    assert list(found.rows) == [Row(2, ["1", letters])]


def test_an_encoding_that_was_guessed_is_told(tmp_path: Path) -> None:
    found = table(tmp_path, "a\né\n".encode("windows-1252"))
    assert "WINDOWS-1252" in found.notes[0]
    found.close()


def test_a_named_encoding_is_used_or_blamed_with_the_line(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n1,Ж\n".encode("cp1251"), reading=Reading(encoding="cp1251")) == [Row(2, ["1", "Ж"])]
    with pytest.raises(DataError, match="line 2"):
        table(tmp_path, b"a,b\n1,\xe9\n", reading=Reading(encoding="utf-8"))
    assert code(tmp_path, "a,b\n1,2\n", reading=Reading(encoding="klingon")) == "REV704"


@pytest.mark.parametrize(("mark", "told"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_marks_between_cells_are_found_and_told(tmp_path: Path, mark: str, told: str) -> None:
    found = table(tmp_path, f"a{mark}b{mark}c,d\n1{mark}2{mark}3,5\n")
    assert (found.headings, list(found.rows)) == (("a", "b", "c,d"), [Row(2, ["1", "2", "3,5"])])
    assert told in found.notes[0]


def test_the_mark_is_the_one_that_finds_the_declared_columns(tmp_path: Path) -> None:
    found = table(tmp_path, "Deal;Amount, EUR, net\n1;2\n", expected=("Deal",))
    assert (found.headings, list(found.rows)) == (("Deal", "Amount, EUR, net"), [Row(2, ["1", "2"])])


def test_excels_line_about_the_mark_is_heeded(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\na;b\n1;2\n")
    assert (found.headings, list(found.rows)) == (("a", "b"), [Row(3, ["1", "2"])])


def test_a_named_mark_that_does_not_split_is_blamed(tmp_path: Path) -> None:
    assert code(tmp_path, "a;b\n1;2\n", reading=Reading(delimiter="|")) == "REV706"


def test_headings_alone_are_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n") == []


@pytest.mark.parametrize("content", ["", "\n\n", " \n", "\ufeff"])
def test_nothing_at_all_is_an_error(tmp_path: Path, content: str) -> None:
    assert code(tmp_path, content) == "REV702"


def test_files_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        open_table(str(tmp_path / "none.csv"))
    with pytest.raises(DataError, match="it is a folder"):
        open_table(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04rest", "REV703"),
        (bytes(range(256)) * 300, "REV705"),
        (b"\x81\x8d\x8f\n" * 100, "REV704"),
        (b"PAR1 but not really", "REV703"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-20], "REV701"),
    ],
)
def test_files_that_are_no_table_are_told_apart(tmp_path: Path, content: bytes, expected: str) -> None:
    assert code(tmp_path, content) == expected


def test_packed_files_are_unpacked_whatever_their_name(tmp_path: Path) -> None:
    assert rows(tmp_path, gzip.compress(b"a,b\n1,2\n"), "x.csv") == [Row(2, ["1", "2"])]
    assert rows(tmp_path, gzip.compress(b'{"a": 1}\n'), "x.jsonl.gz") == [Row(1, {"a": 1})]


def test_one_json_object_is_one_record(tmp_path: Path) -> None:
    assert rows(tmp_path, '\n{\n "a": 1,\n "b": [{"c": 2}]}\n', "x.json") == [Row(2, {"a": 1, "b": [{"c": 2}]})]


def test_a_json_array_has_a_line_for_each_record(tmp_path: Path) -> None:
    found = rows(tmp_path, '[\n{"a": 1},\n\n{"a":\n2}, 7]', "x.json")
    assert found == [Row(2, {"a": 1}), Row(4, {"a": 2}), Refused(5, "7", "a number instead of an object")]
    assert rows(tmp_path, "[]", "x.json") == []


def test_broken_json_is_an_error_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 3, column 2"):
        rows(tmp_path, '[{"a": 1},\n{"a": 2},\n }]', "x.json")
    assert code(tmp_path, '[{"a": 1}] x', "x.json") == "REV722"
    assert code(tmp_path, '[{"a": 1}', "x.json") == "REV722"


def test_a_broken_json_line_is_refused_and_the_others_read(tmp_path: Path) -> None:
    found = rows(tmp_path, '{"a": 1}\n{"a": \n\n[1]\n{"a": 2}\n', "x.jsonl")
    assert [type(row) for row in found] == [Row, Refused, Refused, Row]
    assert [row.line for row in found] == [1, 2, 4, 5]


def test_json_lines_are_found_in_a_file_called_json(tmp_path: Path) -> None:
    assert len(rows(tmp_path, '{"a": 1}\n{"a": 2}\n', "x.json")) == 2


def test_deep_nesting_and_long_numbers_are_no_crash(tmp_path: Path) -> None:
    deep = '{"a": ' * 100_000 + "1" + "}" * 100_000
    assert isinstance(rows(tmp_path, deep + "\n", "x.jsonl")[0], Refused)
    assert code(tmp_path, "[" + deep + "]", "x.json") == "REV722"
    assert rows(tmp_path, '{"a": ' + "9" * 5000 + "}", "x.jsonl") == [Row(1, {"a": "9" * 5000})]


def test_a_name_that_stands_twice_is_left_out_where_the_values_differ(tmp_path: Path) -> None:
    row = rows(tmp_path, '{"a": 1, "b": 2, "a": 3, "c": 4, "c": 4}', "x.jsonl")[0]
    assert isinstance(row, Row)
    assert (row.cells, getattr(row.cells, "names", ())) == ({"b": 2, "c": 4}, ("a",))


def test_half_characters_in_json_are_replaced(tmp_path: Path) -> None:
    row = rows(tmp_path, '{"a": "x\\ud800y"}', "x.jsonl")[0]
    assert isinstance(row, Row)
    json.dumps(row.cells, ensure_ascii=False).encode()


def test_lengths_of_time_in_parquet_are_exact_and_months_have_none(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "x.parquet"
    lengths = "('36 hours'), ('1500 milliseconds'), ('1 month'), ('0 days'), (NULL)"
    duckdb.sql(f"SELECT CAST(length AS INTERVAL) AS length FROM (VALUES {lengths}) AS t(length)").write_parquet(str(path))
    found = [row.cells[0] for row in open_table(str(path)).rows if isinstance(row, Row)]
    assert found == ["PT129600.000000S", "PT1.500000S", "1 month", "PT0.000000S", None]
    assert iso_duration("PT1.500000S") == (timedelta(milliseconds=1500), "")


def test_parquet_values_have_their_types(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "x.parquet"
    duckdb.sql(
        "SELECT 7 AS n, DATE '2026-01-02' AS d, 1.50::DECIMAL(9,2) AS m, TIMESTAMPTZ '2026-01-02 03:04:05+02' AS t,"
        " [{'k': 'demo'}] AS many, uuid() AS u"
    ).write_parquet(str(path))
    found = open_table(str(path))
    row = next(found.rows)
    assert isinstance(row, Row)
    number, day, amount, moment, many, uuid = row.cells
    assert (number, str(day), str(amount), moment, many) == (
        7,
        "2026-01-02",
        "1.50",
        "2026-01-02T01:04:05.000000Z",
        [{"k": "demo"}],
    )
    assert isinstance(uuid, str)
    assert found.unit == "record"


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_how_far_reading_has_come_is_told_by_the_bytes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"many.{ending}"
    row = '{"id": "1", "name": "a"}\n' if ending == "jsonl" else "1,a\n"
    path.write_text(("id,name\n" if ending == "csv" else "") + row * 50_000, encoding="utf-8")
    table = open_table(str(path))
    assert table.share is not None
    assert table.share() < 0.5
    shares = [table.share() for _ in table.rows]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_how_far_reading_of_a_packed_file_has_come_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "packed.csv.gz"
    path.write_bytes(gzip.compress(b"id\n1\n", mtime=0))
    table = open_table(str(path))
    assert (table.share, table.total) == (None, None)
    assert len(list(table.rows)) == 1
