"""The grammar's tables are kept between runs, where only this user can read and write; whatever is wrong there is passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from revrules import cache
from revrules.parse import tables
from revrules.resources import resource

if TYPE_CHECKING:
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners of files are POSIX")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chosen = tmp_path / "kept" / "here"
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(chosen))
    monkeypatch.delenv("REVRULES_NO_CACHE", raising=False)
    return chosen


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_what_is_written_is_read(folder: Path) -> None:
    cache.write("a name", b"content")
    assert cache.read("a name") == b"content"
    assert cache.read("another") is None
    cache.write("a name", b"other")
    assert cache.read("a name") == b"other"
    assert len(files(folder)) == 1


@POSIX
def test_only_the_user_can_read_and_write_the_folder(folder: Path) -> None:
    cache.write("a name", b"content")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert files(folder)[0].stat().st_mode & 0o077 == 0


@POSIX
def test_a_folder_or_file_that_others_may_write_is_not_trusted(folder: Path) -> None:
    cache.write("a name", b"content")
    files(folder)[0].chmod(0o620)
    assert cache.read("a name") is None
    files(folder)[0].chmod(0o600)
    folder.chmod(0o777)
    assert cache.read("a name") is None
    cache.write("a name", b"other")
    folder.chmod(0o700)
    assert cache.read("a name") == b"content"


@POSIX
def test_a_folder_that_is_a_link_is_not_trusted(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    cache.write("a name", b"content")
    assert cache.read("a name") is None
    assert files(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 100])
def test_a_damaged_file_counts_as_absent(folder: Path, damage: bytes) -> None:
    cache.write("a name", b"content")
    files(folder)[0].write_bytes(damage)
    assert cache.read("a name") is None


def test_a_cut_file_counts_as_absent(folder: Path) -> None:
    cache.write("a name", b"content" * 100)
    file = files(folder)[0]
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.read("a name") is None


def test_a_place_that_cannot_be_a_folder_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "file" / "cache"))
    cache.write("a name", b"content")
    assert cache.read("a name") is None


def test_the_cache_can_be_turned_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write("a name", b"content")
    monkeypatch.setenv("REVRULES_NO_CACHE", "1")
    assert cache.read("a name") is None
    cache.write("another", b"content")
    assert len(files(folder)) == 1


READ = """
import sys
from revrules.parse import parse
from revrules.source import Source
assert parse(Source("x", "team sales"))[1] == []
print("lark" in sys.modules)
"""


def test_a_second_run_needs_no_lark(folder: Path) -> None:
    def run() -> str:
        done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True, env={**os.environ})
        return done.stdout.strip()

    assert run() == "True"
    assert run() == "False"
    for file in files(folder):
        file.write_bytes(file.read_bytes()[:-10])
    assert run() == "True"
    assert run() == "False"


def test_shipped_files_are_found() -> None:
    assert resource("grammar", "revrules.lark").is_file()
    assert resource("rulesets").is_dir()


def test_tables_beside_the_grammar_are_taken_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = tmp_path / "revrules.lark"
    grammar.write_bytes(resource("grammar", "revrules.lark").read_bytes())
    built = tables.shipped(grammar)
    (tmp_path / "tables.json").write_bytes(built)
    grammar.write_text("this is no grammar", encoding="utf-8")
    monkeypatch.setattr(tables, "resource", lambda *parts: tmp_path / parts[-1])
    assert tables.lalr_tables.__wrapped__().terminals == tables.lalr_tables().terminals
