"""Who has to review which files of a ruleset: a section of a CODEOWNERS file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from revrules.cli.main import main
from revrules.code_owners import BEGIN, END, SectionError, with_section

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "rules.rev": """\
ruleset acme { steward revops }
import "shared.rev"
import "sales.rev"
define unowned of account { means size >= 3 }
""",
    "shared.rev": """\
team revops
team sales
team marketing
list free from "lists/free mail.txt"
entity account key id { id text required  domain text  size integer owner marketing }
""",
    "sales.rev": "for team sales\ndefine own_domain of account { means domain not in free }\n",
    "lists/free mail.txt": "free.example\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a ruleset of several files, two levels below the top of a repository."""
    here = tmp_path / "repository" / "rules"
    for name, text in FILES.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text, encoding="utf-8")
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(here)
    return here


def test_each_file_is_owned_by_the_teams_of_what_is_declared_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["owners", "--map", "sales=@acme/sales"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        BEGIN,
        "/rules/lists/free\\ mail.txt @acme/sales",
        "/rules/rules.rev @revops",
        "/rules/sales.rev @acme/sales",
        "/rules/shared.rev @marketing",
        END,
    ]


def test_the_other_lines_of_a_file_are_kept_and_writing_twice_changes_nothing(folder: Path) -> None:
    target = folder / "CODEOWNERS"
    target.write_text("* @everybody\n", encoding="utf-8")
    assert main(["owners", "-o", str(target)]) == 0
    target.write_text(target.read_text(encoding="utf-8") + "/docs @writers\n", encoding="utf-8")
    before = target.read_text(encoding="utf-8")
    assert main(["owners", "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == before
    assert before.startswith("* @everybody\n") and before.endswith("/docs @writers\n")
    assert before.count(BEGIN) == 1


@pytest.mark.parametrize("given", ["sales", "sales=acme", "sales=@a b", "=@sales", "nobody=@acme/x", "sales=@a\n* @b"])
def test_a_name_that_a_code_host_cannot_know_is_refused(folder: Path, given: str) -> None:
    assert main(["owners", "--map", given]) == 2


def test_half_a_section_is_refused(folder: Path) -> None:
    with pytest.raises(SectionError):
        with_section(f"{BEGIN}\n/a @b\n", f"{BEGIN}\n{END}\n")
    target = folder / "CODEOWNERS"
    target.write_text(f"{END}\n", encoding="utf-8")
    assert main(["owners", "-o", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == f"{END}\n"


def test_a_ruleset_is_never_overwritten(folder: Path) -> None:
    assert main(["owners", "-o", "rules.rev"]) == 2
    assert (folder / "rules.rev").read_text(encoding="utf-8") == FILES["rules.rev"]


def test_a_ruleset_with_errors_has_no_owners_yet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sales.rev").write_text("define x of nothing { means 1 = 1 }\n", encoding="utf-8")
    assert main(["owners"]) == 2
    assert "revrules check" in capsys.readouterr().err
