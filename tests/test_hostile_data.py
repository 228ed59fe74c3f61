"""Records and exports from a stranger: a data problem or a clear error, nothing that harms the terminal, nothing half written."""

from __future__ import annotations

import datetime
import gzip
import subprocess
import sys
import tracemalloc
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import revrules
from revrules import artifact
from revrules.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULES = """team t
entity e key id {
  id text required
  a boolean
  x integer
  m money
  k text
}
lifecycle l of e {
  stage s { entry owner t requires { z: id is known } }
  stage w { owner t from s requires { z: k = "b" } won }
}
rule r of e, warn { owner t require k is known and x > 3 message "more" }
"""
HOSTILE = "\x1b]0;title\x07\x1b[31mred\u202etxet\x9b1m"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.rev"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.mark.parametrize("record", [None, 1, "id", [], object()])
def test_what_is_no_record_is_a_type_error_that_says_so(record: object) -> None:
    with pytest.raises(TypeError, match="a record is a mapping"):
        revrules.loads(RULES).lifecycle()(record, as_of=NOW)  # type: ignore[arg-type]  # what is tried


def test_a_fraction_beyond_all_doubles_is_a_data_problem() -> None:
    placement = revrules.loads(RULES).lifecycle()({"id": "1", "x": Fraction(10**400, 3), "m": Fraction(10**400, 3)}, as_of=NOW)
    assert [problem.field for problem in placement.problems] == ["x", "m"]


@pytest.mark.parametrize("arguments", [("why", "data.csv", "1"), ("evaluate", "data.csv"), ("evaluate", "data.csv", "--keep")])
def test_what_stands_in_an_export_cannot_speak_to_the_terminal(
    arguments: tuple[str, ...], rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(f"id,a,x,m,k\n1,{HOSTILE},{HOSTILE},1,{HOSTILE}\n{HOSTILE},,,,\n", encoding="utf-8")
    assert main([arguments[0], str(rules), *arguments[1:]]) in (0, 1)
    printed = "".join(capfd.readouterr())
    assert "red" in printed
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(printed)


def test_a_small_packed_file_that_unpacks_to_an_endless_line_takes_little_memory(
    rules: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, start in (("bomb.csv.gz", b"id,k\n1,"), ("bomb.jsonl.gz", b'{"id": "1"}\n{"id": "')):
        with gzip.open(tmp_path / name, "wb", compresslevel=1) as file:
            file.write(start)
            for _ in range(40):
                file.write(b"a" * 1_000_000)
        tracemalloc.start()
        code = main(["evaluate", str(rules), str(tmp_path / name), "-o", str(tmp_path / "out.csv")])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert code == 2
        assert "line 2 has more than 16,777,216 characters" in capfd.readouterr().err
        assert most < 200_000_000
        assert not (tmp_path / "out.csv").exists()


def test_more_columns_than_any_export_has_are_refused(rules: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wide.csv").write_text("id," + ",".join(f"c{n}" for n in range(100_001)) + "\n", encoding="utf-8")
    assert main(["evaluate", str(rules), str(tmp_path / "wide.csv")]) == 2
    assert "100,002 columns" in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "rules.rev", "data.csv", "-o", "rules.rev"),
        ("evaluate", "rules.rev", "data.csv", "-o", "link"),
        ("evaluate", ".", "data.csv", "-o", "out.csv", "--rejects", "rules.rev"),
        ("evaluate", "rules.json", "data.csv", "-o", "rules.json"),
        ("graph", "rules.rev", "-o", "rules.rev"),
        ("build", "rules.rev", "--artifact", "rules.rev"),
        ("build", "rules.rev", "--artifact", "new.json", "--module", "./new.json"),
    ],
)
def test_no_command_writes_its_answer_over_a_ruleset(
    arguments: tuple[str, ...], rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("id,k\n1,b\n", encoding="utf-8")
    (tmp_path / "link").symlink_to(rules)
    (tmp_path / "rules.json").write_bytes(artifact.dump(revrules.load(rules).ir))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(arguments) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [
        ("check rules.rev", ">&-", 1),
        ("check rules.rev", ">&- 2>&-", 1),
        ("check -", "<&-", 1),
        ("evaluate rules.rev -", "<&-", 2),
        ("evaluate rules.rev data.csv --output-format csv", ">&-", 0),
        ("why rules.rev data.csv 1", "2>&-", 0),
    ],
)
def test_closed_streams_are_no_internal_error(arguments: str, closed: str, code: int, rules: Path, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("id,a,x,m,k\n1,,,,b\n", encoding="utf-8")
    command = f"{sys.executable} -m revrules {arguments} {closed}"
    found = subprocess.run(["/bin/sh", "-c", command], cwd=rules.parent, capture_output=True, timeout=60, check=False)
    assert found.returncode == code
    assert b"internal error" not in found.stderr
    assert b"Traceback" not in found.stderr
