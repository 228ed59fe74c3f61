"""Files into sources: imports within one folder, and a clear word for everything that can be wrong with a file."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from revrules.check import check
from revrules.loading import find_rulesets, load, load_text

if TYPE_CHECKING:
    from pathlib import Path

    from revrules.loading import Loaded


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def place(loaded: Loaded) -> tuple[str, int, int]:
    (diagnostic,) = loaded.diagnostics
    assert diagnostic.span is not None
    found = loaded.sources[diagnostic.span.path].place(diagnostic.span.start)
    return diagnostic.span.path, found.line, found.column


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- what is loaded ----------------------------------------------------------------------------------------------


def test_files_are_read_once_with_imports_first_and_named_as_the_user_would(here: Path) -> None:
    write(
        here / "acme",
        {
            "rules.rev": 'import "core.rev"\nimport "teams/sales.rev"\nteam main',
            "core.rev": "team core",
            "teams/sales.rev": 'import "../core.rev"\nteam sales\nlist l from "l.txt"',
            "teams/l.txt": "a\n",
        },
    )
    loaded = load((here / "acme").relative_to(here))
    assert loaded.diagnostics == ()
    assert [file.span.path for file in loaded.files] == ["acme/core.rev", "acme/teams/sales.rev", "acme/rules.rev"]
    assert set(loaded.sources) == {"acme/core.rev", "acme/teams/sales.rev", "acme/rules.rev", "acme/teams/l.txt"}
    assert (loaded.name, loaded.entry) == ("acme", "acme/rules.rev")
    assert [f.span.path for f in load(here / "acme").files] == [f.span.path for f in loaded.files]


def test_list_and_holiday_files_are_read_line_by_line(here: Path) -> None:
    write(
        here,
        {
            "rules.rev": 'list l from "data/l.txt"\n'
            'calendar c { days monday hours 09:00..17:00 holidays from "data/h.txt" }\nentity e { a text }',
            "data/l.txt": "# comment\r\n\r\n  gmail.com \r\nweb.de\r\ngmail.com\r\n",
            "data/h.txt": "2026-12-25 Christmas\n\n2027-01-01\n",
        },
    )
    ruleset, problems = check(load(here))
    assert problems == []
    assert ruleset is not None
    assert (ruleset.lists[0].items, ruleset.lists[0].path) == (("gmail.com", "web.de"), "data/l.txt")
    assert [day.isoformat() for day in ruleset.calendars[0].holidays] == ["2026-12-25", "2027-01-01"]


def test_a_bad_line_of_a_holiday_file_has_its_place(here: Path) -> None:
    write(
        here,
        {
            "rules.rev": 'calendar c { days monday hours 09:00..17:00 holidays from "h.txt" }',
            "h.txt": "2026-12-25\n 26.12.2026\n",
        },
    )
    loaded = load(here)
    (problem,) = check(loaded)[1]
    assert problem.code == "REV211"
    assert problem.span is not None
    assert loaded.sources["h.txt"].place(problem.span.start) == type(loaded.sources["h.txt"].place(0))(2, 2)


def test_a_byte_order_mark_and_any_line_ends_are_accepted(here: Path) -> None:
    write(here, {"rules.rev": b"\xef\xbb\xbfteam a\r\nteam b\rteam c\n"})
    loaded = load(here)
    assert codes(loaded) == []
    assert loaded.sources["rules.rev"].text == "team a\nteam b\nteam c\n"


def test_a_syntax_error_in_a_file_that_several_import_is_reported_once(here: Path) -> None:
    write(
        here,
        {
            "rules.rev": 'import "a.rev"\nimport "b.rev"\nimport "bad.rev"\nimport "bad.rev"',
            "a.rev": 'import "bad.rev"\nteam a',
            "b.rev": 'import "bad.rev"\nteam b',
            "bad.rev": "team = x",
        },
    )
    assert len(load(here).diagnostics) == 1


def test_a_text_alone_names_no_other_files() -> None:
    loaded = load_text('import "a.rev"\nlist l from "l.txt"\ncalendar c { days monday hours 09:00..17:00 holidays from "h" }')
    assert codes(loaded) == ["REV209", "REV209", "REV209"]


# --- which file --------------------------------------------------------------------------------------------------


def test_a_folder_means_its_rules_file_or_the_only_one_that_no_other_imports(here: Path) -> None:
    write(here, {"a/rules.rev": "team a", "a/other.rev": "team b", "b/x.rev": "team x"})
    write(here, {"c/main.rev": 'import "part.rev"\nteam c', "c/part.rev": "team p"})
    assert [load(here / name).entry for name in "abc"] == ["a/rules.rev", "b/x.rev", "c/main.rev"]


def test_a_folder_with_several_rulesets_or_none_says_so(here: Path) -> None:
    write(here, {"a/x.rev": "team x", "a/y.rev": "team y", "b/readme.txt": ""})
    (several,) = load(here / "a").diagnostics
    assert (several.code, several.help) == ("REV210", ("name one of them: a/x.rev, a/y.rev",))
    assert codes(load(here / "b")) == ["REV210"]


def test_rulesets_under_a_folder_are_found(here: Path) -> None:
    write(here, {"one/rules.rev": 'import "teams/a.rev"', "one/teams/a.rev": "team a", "one/teams/draft.rev": "team d"})
    write(here, {"two/x.rev": "team x", "two/y.rev": 'import "z.rev"', "two/z.rev": "team z", ".git/h.rev": "team h"})
    found = [path.relative_to(here).as_posix() for path in find_rulesets(here)]
    assert found == ["one/rules.rev", "two/x.rev", "two/y.rev"]
    assert find_rulesets(here / "two" / "x.rev") == [here / "two" / "x.rev"]


# --- what can be wrong -------------------------------------------------------------------------------------------


def test_missing_files_are_reported_where_they_are_named(here: Path) -> None:
    write(here, {"rules.rev": 'team a\nimport "nope.rev"'})
    loaded = load(here)
    assert codes(loaded) == ["REV201"]
    assert place(loaded) == ("rules.rev", 2, 8)
    assert codes(load(here / "nowhere.rev")) == codes(load(here / "rules.rev" / "x")) == ["REV201"]


@pytest.mark.parametrize(
    "written", ["/etc/hostname", "../out.rev", "a/../../out.rev", "link.rev", "C:/x.rev", "a\\\\b.rev", "linked/x.rev"]
)
def test_nothing_outside_the_folder_is_opened(here: Path, written: str) -> None:
    write(
        here, {"in/rules.rev": f'import "{written}"\nlist l from "{written}"', "out.rev": "team secret", "far/x.rev": "team far"}
    )
    (here / "in" / "link.rev").symlink_to(here / "out.rev")
    (here / "in" / "linked").symlink_to(here / "far")
    loaded = load(here / "in")
    assert codes(loaded) == ["REV207", "REV207"]
    assert set(loaded.sources) == {"in/rules.rev"}


def test_a_link_inside_the_folder_is_followed_and_counts_as_the_same_file(here: Path) -> None:
    write(here, {"rules.rev": 'import "a.rev"\nimport "b.rev"', "a.rev": "team a"})
    (here / "b.rev").symlink_to(here / "a.rev")
    loaded = load(here)
    assert (codes(loaded), len(loaded.files)) == ([], 2)


def test_files_that_import_each_other_are_shown_as_a_circle(here: Path) -> None:
    write(here, {"rules.rev": 'import "a.rev"', "a.rev": 'team a\nimport "b.rev"', "b.rev": 'import "a.rev"\nteam b'})
    loaded = load(here)
    (circle,) = loaded.diagnostics
    assert (circle.code, circle.message) == ("REV208", "this import closes a circle: a.rev → b.rev → a.rev")
    assert place(loaded) == ("b.rev", 1, 1)
    write(here, {"rules.rev": 'import "rules.rev"'})
    assert codes(load(here)) == ["REV208"]


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        ("team a\nteam größe".encode("cp1252"), "Windows-1252"),
        ("team a\nteam größe".encode("utf-16"), "UTF-16"),
        ("team a\nteam b".encode("utf-16-le"), "UTF-16"),
        (b"team a\n\x80\x81\xfe\x00\x01", ""),
    ],
)
def test_what_is_not_utf8_is_reported_with_line_byte_and_likely_encoding(here: Path, content: bytes, guess: str) -> None:
    write(here, {"rules.rev": content})
    loaded = load(here)
    (problem,) = loaded.diagnostics
    assert problem.code == "REV203"
    assert (f"it looks like {guess}" in problem.message) if guess else ("looks like" not in problem.message)
    place(loaded)


def test_the_place_of_a_wrong_byte_counts_lines_and_bytes(here: Path) -> None:
    write(here, {"rules.rev": "team ä\r\nteam ".encode() + b"\xfc"})
    loaded = load(here)
    assert "line 2, byte 14" in loaded.diagnostics[0].message
    assert place(loaded) == ("rules.rev", 2, 6)


@pytest.mark.parametrize("content", ["", "  \n", "# only a comment\n", "\ufeff"])
def test_a_ruleset_that_declares_nothing_is_an_error(here: Path, content: str) -> None:
    write(here, {"rules.rev": content})
    assert codes(load(here)) == ["REV204"]
    assert codes(load_text(content)) == ["REV204"]


def test_files_over_the_limits_are_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loading = import_module("revrules.loading")
    write(here, {"rules.rev": "team a\n" + "#" * 100})
    monkeypatch.setattr(loading, "MAX_BYTES", 100)
    assert codes(load(here)) == ["REV205"]
    write(here, {"rules.rev": "".join(f'import "{i}.rev"\n' for i in range(3)), **{f"{i}.rev": f"team t{i}" for i in range(3)}})
    monkeypatch.setattr(loading, "MAX_FILES", 3)
    assert codes(load(here)) == ["REV206"]
    monkeypatch.setattr(loading, "MAX_FILES", 1000)
    assert codes(load(here)) == []
    monkeypatch.setattr(loading, "MAX_CHARACTERS", 55)
    assert codes(load(here)) == ["REV206"]


def test_a_thousand_files_in_a_chain_are_read_without_recursion(here: Path) -> None:
    write(here, {f"f{i}.rev": f'team t{i}\nimport "f{i + 1}.rev"' for i in range(998)} | {"f998.rev": "team last"})
    write(here, {"rules.rev": 'import "f0.rev"'})
    loaded = load(here)
    assert (codes(loaded), len(loaded.files)) == ([], 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_pipes_devices_and_folders_are_refused_at_once(here: Path) -> None:
    write(here, {"rules.rev": 'import "pipe.rev"\nimport "folder.rev"\nlist l from "device.txt"', "folder.rev/x": ""})
    os.mkfifo(here / "pipe.rev")
    (here / "device.txt").symlink_to("/dev/zero")
    assert codes(load(here)) == ["REV202", "REV202", "REV207"]
    assert codes(load(here / "pipe.rev")) == ["REV202"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read_says_so(here: Path) -> None:
    write(here, {"rules.rev": "team a"})
    (here / "rules.rev").chmod(0)
    (problem,) = load(here).diagnostics
    assert "permission denied" in problem.message


def test_links_that_run_in_a_circle_are_no_ruleset(here: Path) -> None:
    write(here, {"rules.rev": 'import "loop.rev"'})
    (here / "loop.rev").symlink_to(here / "loop.rev")
    assert codes(load(here)) in (["REV202"], ["REV207"])


def test_a_missing_import_hides_the_names_that_it_would_bring(here: Path) -> None:
    write(here, {"rules.rev": 'import "nope.rev"\ndefine a of account { means size > 1 }'})
    loaded = load(here)
    assert check(loaded) == (None, [])
