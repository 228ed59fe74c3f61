"""Repositories made to lead a reader astray: what lies outside stays unread, what is broken or endless is told."""

from __future__ import annotations

import os
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from repositories import HAS_GIT, Repo

from revrules.compiler import compile_tree
from revrules.files import Kind
from revrules.loading import find_entries, load
from revrules.render import render
from revrules.revisions import Repository, RevisionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.loading import Loaded

pytestmark = pytest.mark.skipif(not HAS_GIT, reason="git is not installed")

FILE, LINK, FOLDER, SUBMODULE = "100644", "120000", "40000", "160000"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "secret.txt").write_text("a secret\n")
    (tmp_path / "secret.rev").write_text("team secret\n")
    made = Repo(tmp_path / "acme")
    made.commit({"rules/core.rev": "team core", "outside.rev": "team outside", "list.txt": "an item\n"})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def reader(repo: Repo) -> Iterator[Repository]:
    with Repository.around(repo.folder) as found:
        yield found


def loaded(reader: Repository, path: str = "rules", revision: str = "HEAD") -> Loaded:
    found = load(PurePosixPath(path), reader.tree(revision))
    assert render(found.diagnostics, found.sources, style="full", color=False).isascii() or found.diagnostics
    return found


def problems(found: Loaded) -> list[tuple[str, str]]:
    return [(diagnostic.code, diagnostic.message) for diagnostic in found.diagnostics]


# --- ways out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["../outside.rev", "../../secret.rev", "../rules/../outside.rev", "./../outside.rev"])
def test_an_import_stays_inside_the_folder(repo: Repo, reader: Repository, written: str) -> None:
    repo.commit({"rules/rules.rev": f'import "{written}"\nteam a'})
    assert problems(loaded(reader)) == [("REV207", f"`{written}` lies outside the ruleset's folder `HEAD:rules`")]


@pytest.mark.parametrize("written", ["/etc/passwd", "C:/x.rev", "", "HEAD:rules/core.rev", "..", "a\\\\b"])
def test_a_path_that_is_none_inside_is_told(repo: Repo, reader: Repository, written: str) -> None:
    repo.commit({"rules/rules.rev": f'import "{written}"\nteam a'})
    (problem,) = problems(loaded(reader))
    assert problem[0] in {"REV201", "REV207"}


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("../../secret.txt", "REV207"),
        ("../list.txt", "REV207"),
        ("/etc/passwd", "REV207"),
        ("loop", "REV202"),
        ("missing.txt", "REV201"),
        ("lists", "REV202"),
        ("lists/../../list.txt", "REV207"),
        ("", "REV202"),
    ],
)
def test_a_link_is_followed_inside_the_folder_only(repo: Repo, reader: Repository, target: str, code: str) -> None:
    repo.write({"rules/rules.rev": 'list l from "loop"\n', "rules/lists/x.txt": "a"})
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"{LINK},{repo.blob(target.encode())},rules/loop")
    repo.record("a link")
    found = loaded(reader)
    assert [code for code, _ in problems(found)] == [code]
    assert not any("secret" in source.text or "an item" in source.text for source in found.sources.values())


def test_links_inside_the_folder_are_followed_as_on_the_disk(repo: Repo, reader: Repository) -> None:
    repo.write({"rules/rules.rev": 'import "here/more.rev"\nlist l from "there/free.txt"\n'})
    repo.write({"rules/deep/er/more.rev": "team more", "rules/lists/free.txt": "a\nb\n"})
    for name, target in (("here", "deep/er"), ("there", "second"), ("second", "./lists/../lists")):
        (repo.folder / "rules" / name).symlink_to(target)
    repo.commit({})
    found, on_disk = loaded(reader), load(Path("rules"))
    assert found.diagnostics == on_disk.diagnostics == ()
    assert [source.text for source in found.sources.values()] == [source.text for source in on_disk.sources.values()]
    assert {path.removeprefix("HEAD:") for path in found.sources} == set(on_disk.sources)


def test_a_ruleset_that_is_itself_a_link_out_of_the_repository_is_not_read(repo: Repo, reader: Repository) -> None:
    repo.git("update-index", "--add", "--cacheinfo", f"{LINK},{repo.blob(b'../../secret.rev')},rules/rules.rev")
    repo.git("update-index", "--add", "--cacheinfo", f"{LINK},{repo.blob(b'/')},top")
    repo.record("links")
    for path in ("rules/rules.rev", "top", "top/etc", "top/secret.rev", "../secret.rev", "/etc"):
        found = loaded(reader, path)
        assert found.sources == {}
        assert [code for code, _ in problems(found)] == ["REV202"]


def test_names_that_git_would_not_write_are_left_out(repo: Repo, reader: Repository) -> None:
    secret, plain = repo.blob(b"team secret"), repo.blob(b'import "../x.rev"\nteam a')
    inner = repo.raw_tree(
        (FILE, b"../x.rev", secret), (FILE, b"..", secret), (FILE, b".", secret), (FILE, b"", secret),
        (FILE, b"a/b.rev", secret), (FILE, b"rules.rev", plain), (FILE, b"rules.rev", secret),
    )  # fmt: skip
    repo.branch_of(repo.raw_tree((FOLDER, b"..", inner), (FOLDER, b"rules", inner)), "hostile")
    found = loaded(reader, "rules", "hostile")
    assert [code for code, _ in problems(found)] == ["REV207"]
    assert {source.text for source in found.sources.values()} == {'import "../x.rev"\nteam a'}
    tree = reader.tree("hostile")
    assert find_entries(PurePosixPath(), tree) == [PurePosixPath("rules/rules.rev")]
    assert list(tree.contents(PurePosixPath())) == [PurePosixPath("rules/rules.rev")]


# --- what is no file ---------------------------------------------------------------------------------------------


def test_a_submodule_a_pointer_and_a_folder_are_no_files(repo: Repo, reader: Repository) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
    repo.write({"rules/big.txt": pointer, "rules/folder/x": ""})
    text = 'list a from "sub"\nlist b from "sub/x.txt"\nlist c from "big.txt"\nlist d from "folder"\n'
    repo.write({"rules/rules.rev": text})
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"{SUBMODULE},{repo.git('rev-parse', 'HEAD')},rules/sub")
    repo.record("odd things")
    assert problems(loaded(reader)) == [
        ("REV202", "`HEAD:rules/sub` cannot be read: it is a submodule, whose files are in another repository"),
        ("REV202", "`HEAD:rules/sub/x.txt` cannot be read: it is a submodule, whose files are in another repository"),
        ("REV202", "`HEAD:rules/big.txt` cannot be read: it is kept by Git LFS, and the revision holds only a pointer to it"),
        ("REV202", "`HEAD:rules/folder` cannot be read: it is a folder"),
    ]
    assert isinstance(reader.tree("HEAD").kind(PurePosixPath("rules/sub")), OSError)


def test_names_that_are_no_text_are_read_and_shown_without_an_accident(repo: Repo, reader: Repository) -> None:
    blob = repo.blob(b"team a")
    names = (b"\xff.rev", b"\xc3\xa9.rev", b"line\nend.rev", b"\x1b[31mred.rev", b"a:b.rev", b"-x.rev", b'"q".rev')
    repo.branch_of(repo.raw_tree(*((FILE, name, blob) for name in sorted(names))), "odd")
    tree = reader.tree("odd")
    entries = find_entries(PurePosixPath(), tree)
    assert len(entries) == len(names)
    for entry in entries:
        assert load(entry, tree).diagnostics == ()
    (problem,) = load(PurePosixPath(), tree).diagnostics
    assert problem.code == "REV210"
    assert reader.commits([PurePosixPath("\udcff.rev")], until="odd")[0].content == (blob,)
    with pytest.raises(RevisionError):
        reader.commits([PurePosixPath("line\nend.rev")], until="odd")


# --- sizes -------------------------------------------------------------------------------------------------------


def test_a_huge_blob_is_not_taken_into_memory_and_reading_goes_on(repo: Repo, reader: Repository) -> None:
    repo.commit({"rules/huge.txt": b"x\n" * (9 * 1024 * 1024), "rules/rules.rev": 'import "core.rev"\nlist l from "huge.txt"\n'})
    assert problems(loaded(reader)) == [("REV205", "`HEAD:rules/huge.txt` is larger than 16 MiB, the most that a file may hold")]
    assert problems(loaded(reader, "rules/core.rev")) == []


def test_folders_inside_folders_without_end_are_given_up(repo: Repo, reader: Repository) -> None:
    tree = repo.raw_tree((FILE, b"rules.rev", repo.blob(b"team a")))
    for _ in range(12):
        tree = repo.raw_tree(*((FOLDER, f"d{n}".encode(), tree) for n in range(10)))
    repo.branch_of(tree, "bomb")
    found = reader.tree("bomb")
    start = time.perf_counter()
    with pytest.raises(RevisionError) as error:
        found.contents(PurePosixPath())
    assert error.value.diagnostic.code == "REV792"
    assert problems(loaded(reader, "/".join(["d1"] * 12), "bomb")) == []
    assert problems(loaded(reader, ".", "bomb"))[0][0] == "REV210"
    assert time.perf_counter() - start < 20


def test_a_path_of_a_thousand_steps_is_followed(repo: Repo, reader: Repository) -> None:
    tree = repo.raw_tree((FILE, b"rules.rev", repo.blob(b"team a")))
    for _ in range(1_000):
        tree = repo.raw_tree((FOLDER, b"d", tree))
    repo.branch_of(tree, "deep")
    assert problems(loaded(reader, "/".join(["d"] * 1_000), "deep")) == []


# --- what is broken or refused -----------------------------------------------------------------------------------


def _lose(repo: Repo, id_: str) -> None:
    path = repo.folder / ".git" / "objects" / id_[:2] / id_[2:]
    path.chmod(0o644)
    path.unlink()


def test_objects_that_are_lost_are_told_where_they_are_needed(repo: Repo) -> None:
    repo.commit({"rules/rules.rev": 'import "core.rev"\nteam a'})
    blob, folder = repo.git("rev-parse", "HEAD:rules/core.rev"), repo.git("rev-parse", "HEAD:rules")
    tree, commit = repo.git("rev-parse", "HEAD^{tree}"), repo.git("rev-parse", "HEAD")
    _lose(repo, blob)
    with Repository.around(repo.folder) as reader:
        reason = f"its content ({blob[:12]}) is not among the objects of the repository"
        assert problems(loaded(reader)) == [("REV202", f"`HEAD:rules/core.rev` cannot be read: {reason}")]
    _lose(repo, folder)
    with Repository.around(repo.folder) as reader:
        (problem,) = problems(loaded(reader))
        assert problem[0] == "REV202"
        assert f"the folder {folder[:12]} is not among its objects" in problem[1]
    _lose(repo, tree)
    with Repository.around(repo.folder) as reader, pytest.raises(RevisionError) as error:
        reader.tree("HEAD")
    assert error.value.diagnostic.code == "REV792"
    _lose(repo, commit)
    with Repository.around(repo.folder) as reader, pytest.raises(RevisionError) as error:
        reader.resolve("main")
    assert error.value.diagnostic.code == "REV792"


def test_a_folder_that_is_broken_is_told(repo: Repo, reader: Repository) -> None:
    for content in (b"100644 rules.rev\0short", b"no entry at all", b"999 x\0" + b"\0" * 20):
        broken = repo.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=content)
        repo.branch_of(repo.raw_tree((FOLDER, b"rules", broken)), "broken")
        (problem,) = problems(loaded(reader, "rules", "broken"))
        assert problem[0] == "REV202"
        assert problem[1].endswith(f"the folder {broken[:12]} is broken")


def test_a_repository_of_somebody_else_is_refused_with_what_to_do(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RevisionError) as error:
        Repository.around(repo.folder / "rules")
    problem = error.value.diagnostic
    assert problem.code == "REV792"
    assert problem.message == f"git does not read the repository of `{repo.folder}`, because it belongs to another user"
    assert problem.help == (f"if you trust it: `git config --global --add safe.directory {repo.folder}`",)


def test_settings_of_a_repository_run_nothing(repo: Repo, tmp_path: Path) -> None:
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexec cat\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "pager.rev-list", "core.sshCommand", "diff.external", "gpg.program",
                 "filter.x.smudge", "diff.x.textconv", "core.askPass", "uploadpack.packObjectsHook"):  # fmt: skip
        repo.git("config", name, str(script))
    for name in ("log.showSignature", "rev-list.paginate"):
        repo.git("config", name, "true")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repo.folder / ".git" / "hooks" / hook).parent.mkdir(exist_ok=True)
        (repo.folder / ".git" / "hooks" / hook).symlink_to(script)
    repo.write({".gitattributes": "* filter=x diff=x\n"})
    with Repository.around(repo.folder) as reader:
        assert compile_tree(reader.tree("HEAD"), "rules/core.rev").diagnostics == ()
        assert len(reader.commits([PurePosixPath("rules")])) == 1
        with pytest.raises(RevisionError):
            reader.resolve("none")
        assert reader.tree("HEAD").kind(PurePosixPath("rules")) is Kind.FOLDER
    assert not (tmp_path / "ran").exists()


def test_a_partial_clone_asks_no_server(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit({"rules/rules.rev": "team a"})
    repo.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.folder}", str(tmp_path / "partial"))
    with Repository.around(tmp_path / "partial") as reader:
        (problem,) = problems(loaded(reader))
    assert problem[0] == "REV202"
