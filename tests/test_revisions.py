"""Git revisions into rulesets: what is read, how it is named, and a clear word for all that can stand in the way."""

from __future__ import annotations

import datetime
import os
import random
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from repositories import HAS_GIT, Repo

from revrules.compiler import compile_path, compile_tree
from revrules.files import DISK, NotAFileError
from revrules.loading import find_entries, load
from revrules.revisions import Repository, Revision, RevisionError
from revrules.revisions import git as git_door

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not HAS_GIT, reason="git is not installed")

TOP = PurePosixPath()
RULES = PurePosixPath("rules")
FILES: dict[str, str | bytes | None] = {
    "rules/rules.rev": 'import "core.rev"\ndefine big of account { owner sales means employees > 10 and domain not in free }\n',
    "rules/core.rev": 'team sales "Sales"\nentity account { employees integer  domain text  country text }\n'
    'list free from "lists/free.txt"\n'
    'classify region of account, first match from "regions.csv" { owner sales }\n'
    'calendar office { days monday..friday hours 09:00..17:00 holidays from "lists/days.txt" }\n',
    "rules/lists/free.txt": "gmail.com\n",
    "rules/lists/days.txt": "2026-12-25\n",
    "rules/regions.csv": "country,region\nDE,dach\nUS,west\n",
    "README.md": "hello",
}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    made = Repo(tmp_path / "acme")
    made.commit(FILES, "first")
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def reader(repo: Repo) -> Iterator[Repository]:
    with Repository.around(repo.folder) as found:
        yield found


def said(error: pytest.ExceptionInfo[RevisionError]) -> tuple[str, str]:
    return error.value.diagnostic.code, error.value.diagnostic.message


# --- what is read ------------------------------------------------------------------------------------------------


def test_a_ruleset_of_a_revision_is_that_of_the_disk_as_it_was_then(repo: Repo, reader: Repository) -> None:
    then = compile_path(Path("rules"))
    repo.git("tag", "v1")
    repo.write(
        {
            "rules/core.rev": "team sales",
            "rules/lists/free.txt": "web.de\n",
            "rules/regions.csv": None,
            "rules/rules.rev": "nonsense",
        }
    )
    found = compile_tree(reader.tree("v1"), "rules")
    assert found.diagnostics == ()
    assert found.ruleset == then.ruleset
    assert found.ruleset is not None
    assert found.ruleset.value_list("free").items == ("gmail.com",)
    assert found.ruleset.calendar("office").holidays == (datetime.date(2026, 12, 25),)
    assert [row.output for row in found.ruleset.tables[0].rows] == ["dach", "west"]
    assert set(found.sources) == {f"v1:{path}" for path in FILES if path != "README.md"}
    assert {path.removeprefix("v1:"): source.text for path, source in found.sources.items()} == {
        path: text for path, text in FILES.items() if path != "README.md"
    }


def test_what_is_wrong_at_a_revision_is_told_with_the_name_that_git_has_for_the_file(repo: Repo, reader: Repository) -> None:
    repo.commit({"rules/core.rev": "team sales team"})
    found = compile_tree(reader.tree("HEAD"), RULES)
    assert found.errors[0].span is not None
    assert found.errors[0].span.path == "HEAD:rules/core.rev"
    assert compile_tree(reader.tree("HEAD~1"), RULES).diagnostics == ()


def test_a_ruleset_without_a_name_is_called_as_on_the_disk(repo: Repo, reader: Repository) -> None:
    repo.commit({"rules.rev": "team sales"})
    for path in ("rules", ".", "rules/rules.rev", "rules/core.rev"):
        assert load(PurePosixPath(path), reader.tree("HEAD")).name == load(Path(path)).name


def test_the_files_are_found_by_folder_as_on_the_disk(repo: Repo, reader: Repository) -> None:
    repo.commit(
        {
            "one/only.rev": "team a",
            "two/a.rev": 'import "b.rev"',
            "two/b.rev": "team b",
            "two/sub/c.rev": "team c",
            "two/.hidden/d.rev": "team d",
            "many/a.rev": "team a",
            "many/b.rev": "team b",
            "none/x.txt": "",
        }
    )
    tree = reader.tree("HEAD")
    for folder in (".", "one", "two", "many", "none", "rules"):
        on_disk = [path.as_posix() for path in find_entries(Path(folder), DISK)]
        assert [path.as_posix() for path in find_entries(PurePosixPath(folder), tree)] == on_disk
        now, then = load(Path(folder)), load(PurePosixPath(folder), tree)
        assert then.entry.removeprefix("HEAD:") in {now.entry, "" if now.entry == "." else now.entry}
        assert [d.code for d in then.diagnostics] == [d.code for d in now.diagnostics]


def test_reading_leaves_the_work_tree_the_index_and_the_repository_as_they_are(repo: Repo) -> None:
    repo.write({"rules/core.rev": "changed", "new.rev": "team new"})
    before = repo.state()
    with Repository.around(repo.folder) as reader:
        compile_tree(reader.tree("main"), RULES)
        reader.commits([RULES])
        with pytest.raises(RevisionError):
            reader.resolve("nothing")
    assert repo.state() == before


def test_contents_have_one_id_when_they_are_the_same(repo: Repo, reader: Repository) -> None:
    repo.commit({"README.md": "other"})
    repo.commit({"rules/lists/free.txt": "web.de\n"})
    last, middle, first = (reader.tree(name) for name in ("HEAD", "HEAD~1", "HEAD~2"))
    assert first.content(RULES) == middle.content(RULES) != last.content(RULES)
    assert first.content(PurePosixPath("rules/core.rev")) == last.content(PurePosixPath("rules/core.rev"))
    assert first.content(PurePosixPath("nothing/there")) is None
    assert first.content(PurePosixPath("../x")) is None
    changed = {path for path, id_ in last.contents(RULES).items() if first.contents(RULES)[path] != id_}
    assert changed == {PurePosixPath("rules/lists/free.txt")}
    assert first.content(TOP) != middle.content(TOP)


@pytest.mark.parametrize("seed", range(12))
def test_random_folders_with_links_are_seen_as_the_disk_sees_them(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    repo = Repo(tmp_path / "top")
    names = ("a", "b", "c.rev", "d", ".h")
    paths = {PurePosixPath(*(chance.choice(names) for _ in range(chance.randint(1, 4)))) for _ in range(25)}
    for path in sorted(paths):
        place = repo.folder / path
        if (
            place.exists()
            or place.is_symlink()
            or any((repo.folder / each).is_symlink() or (repo.folder / each).is_file() for each in path.parents)
        ):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if chance.random() < 0.5:
            place.write_text(str(path))
        else:
            place.symlink_to("/".join(chance.choice((*names, "..", "..", ".")) for _ in range(chance.randint(1, 4))))
    repo.commit({})
    compared = 0
    with Repository.around(repo.folder) as reader:
        tree = reader.tree("HEAD")
        asked = {*paths, *(PurePosixPath(*(chance.choice(names) for _ in range(chance.randint(0, 5)))) for _ in range(200))}
        for path in sorted(asked):
            on_disk = DISK.real(repo.folder / path)
            inside = on_disk.is_relative_to(repo.folder) and ".git" not in on_disk.parts
            found = tree.read(path, 1000)
            if inside:
                compared += 1
                wanted = DISK.read(repo.folder / path, 1000)
                assert isinstance(found, bytes) == isinstance(wanted, bytes), (path, found, wanted)
                assert found == wanted or not isinstance(found, bytes)
                if not isinstance(wanted, OSError) or isinstance(wanted, NotAFileError):
                    assert tree.kind(path) == DISK.kind(repo.folder / path)
                    assert tree.real(path) == PurePosixPath(on_disk.relative_to(repo.folder))
            else:
                assert not isinstance(found, bytes), path
        files = [PurePosixPath(path.relative_to(repo.folder)) for path in DISK.below(repo.folder, ".rev")]
        wanted_files = [path for path in files if isinstance(tree.read(path, 1000), bytes)]
        assert [path for path in tree.below(TOP, ".rev") if isinstance(tree.read(path, 1000), bytes)] == wanted_files
    assert compared > 20


# --- which revision ----------------------------------------------------------------------------------------------


def test_a_revision_is_a_branch_tag_or_commit_with_or_without_a_path(repo: Repo, reader: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    second = repo.commit({"x": "y"}, "fix: it")
    repo.git("tag", "-a", "v1", "-m", "one", first)
    repo.git("branch", "größe/ü", first)
    assert reader.resolve("main") == Revision("main", second)
    assert reader.resolve("HEAD~1").commit == first
    assert reader.resolve("@").commit == second
    assert reader.resolve(first[:9]).commit == first
    assert reader.resolve("größe/ü").commit == first
    assert reader.resolve("HEAD^{/fix: it}") == Revision("HEAD^{/fix: it}", second)
    assert reader.resolve("v1:rules/") == Revision("v1", first, RULES)
    assert reader.resolve("v1:") == Revision("v1", first, TOP)
    assert reader.resolve("v1:rules//lists/../core.rev").path == PurePosixPath("rules/core.rev")
    assert reader.tree(first).shown(RULES) == f"{first[:10]}:rules"


def test_a_path_with_a_dot_counts_from_the_working_folder(
    repo: Repo, reader: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.folder / "rules" / "lists")
    assert reader.resolve("main:./free.txt").path == PurePosixPath("rules/lists/free.txt")
    assert reader.resolve("main:..").path == RULES
    assert reader.inside(Path("free.txt")) == PurePosixPath("rules/lists/free.txt")
    assert reader.inside(repo.folder) == TOP


@pytest.mark.parametrize("text", ["-x", "--output=/tmp/x", "-", "", ":rules", ":/x", "main\n", "a\0b", "main:a\nb", "x" * 2000])
def test_what_can_be_no_revision_is_refused(reader: Repository, text: str) -> None:
    with pytest.raises(RevisionError) as error:
        reader.resolve(text)
    code, message = said(error)
    assert code == "REV791"
    assert message.isprintable()


def test_an_unknown_revision_is_told_with_the_names_that_look_like_it(repo: Repo, reader: Repository) -> None:
    repo.git("update-ref", "refs/remotes/origin/release", "HEAD")
    for text, message, help_ in (
        ("mian", "the repository has no revision `mian`", ("did you mean `main`?",)),
        ("release", "the repository has no revision `release`", ("did you mean `origin/release`?",)),
        ("HEAD~9", "the repository has no revision `HEAD~9`", ()),
        ("HEAD^{tree}", "the repository has no revision `HEAD^{tree}`", ()),
        ("main..HEAD", "the repository has no revision `main..HEAD`", ()),
        ("main:/rules", "`main:/rules` names a path that does not count from the top of the repository",
         ("write `main:rules`, or with `./` from the working folder",)),
    ):  # fmt: skip
        with pytest.raises(RevisionError) as error:
            reader.resolve(text)
        assert (said(error), error.value.diagnostic.help) == (("REV791", message), help_)


def test_a_path_that_leads_out_of_the_repository_is_refused(reader: Repository) -> None:
    for text in ("main:../x", "main:a/../../x", "main:./../../x"):
        with pytest.raises(RevisionError) as error:
            reader.resolve(text)
        assert said(error)[0] == "REV790"
    with pytest.raises(RevisionError) as error:
        reader.inside(Path("/"))
    assert said(error)[0] == "REV790"


def test_a_path_that_was_not_there_at_a_revision_is_told_so(repo: Repo, reader: Repository) -> None:
    repo.commit({"later/rules.rev": "team a"})
    (problem,) = compile_tree(reader.tree("HEAD~1"), "later").diagnostics
    assert (problem.code, problem.message) == ("REV201", "there is no file `HEAD~1:later`")


# --- which repository --------------------------------------------------------------------------------------------


def test_the_repository_is_found_from_below_and_where_nothing_is_any_more(repo: Repo) -> None:
    for path in ("rules", "rules/core.rev", "rules/lists/gone/a/b.rev"):
        with Repository.around(repo.folder / path) as reader:
            assert reader.top.resolve() == repo.folder.resolve()
            assert reader.inside(repo.folder / path) == PurePosixPath(path)


def test_no_repository_and_no_git_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError) as error:
        Repository.around(tmp_path)
    assert said(error) == ("REV790", f"`{tmp_path}` does not lie in a git repository")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError) as error:
        Repository.around(tmp_path)
    assert said(error) == ("REV790", "revisions are read with git, and there is no program `git` here")


def test_a_repository_without_a_commit_is_told(tmp_path: Path) -> None:
    with Repository.around(Repo(tmp_path / "new").folder) as reader, pytest.raises(RevisionError) as error:
        reader.resolve("HEAD")
    assert said(error) == ("REV791", "there is no revision `HEAD`: the repository has no commit yet")


def test_a_bare_repository_a_worktree_and_sha256_are_read_alike(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "acme.git"))
    repo.git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    modern = Repo(tmp_path / "modern", "--object-format=sha256")
    modern.commit(FILES)
    wanted = compile_path(repo.folder / "rules").ruleset
    for folder, bare in ((tmp_path / "acme.git", True), (tmp_path / "other", False), (modern.folder, False)):
        with Repository.around(folder) as reader:
            assert reader.bare is bare
            assert compile_tree(reader.tree("HEAD"), RULES).ruleset == wanted
            assert len(reader.commits([RULES])) == 1


def test_the_variables_of_a_hook_do_not_lead_elsewhere(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git" / "index"))
    with Repository.around(repo.folder) as reader:
        assert compile_tree(reader.tree("HEAD"), RULES).diagnostics == ()


def test_a_shallow_clone_says_how_to_get_the_rest(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"x": "1"})
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.folder}", str(tmp_path / "shallow"))
    with Repository.around(tmp_path / "shallow") as reader:
        assert reader.shallow
        assert compile_tree(reader.tree("HEAD"), RULES).diagnostics == ()
        with pytest.raises(RevisionError) as error:
            reader.resolve("HEAD~1")
    assert "git fetch --unshallow" in error.value.diagnostic.help[-1]


# --- history -----------------------------------------------------------------------------------------------------


def test_the_commits_that_changed_a_ruleset_come_newest_first_with_the_ids_of_its_content(repo: Repo, reader: Repository) -> None:
    repo.commit({"README.md": "not about rules"}, "readme")
    second = repo.commit({"rules/lists/free.txt": "web.de\n"}, "Größe: a list\n\nwith reasons")
    back = repo.commit({"rules/lists/free.txt": "gmail.com\n"}, "back")
    gone = repo.commit({"rules/rules.rev": None}, "gone")
    paths = [RULES, PurePosixPath("rules/rules.rev")]
    found = reader.commits(paths)
    assert [commit.hash for commit in found][:3] == [gone, back, second]
    assert [commit.subject for commit in found] == ["gone", "back", "Größe: a list", "first"]
    assert found[1].content == found[3].content == tuple(reader.tree("HEAD~4").content(path) for path in paths)
    assert found[0].content == (reader.tree("HEAD").content(RULES), None)
    assert found[0].parents == (back,)
    assert found[0].author == "Ada"
    assert found[0].date == datetime.datetime(2026, 1, 6, 11, tzinfo=datetime.UTC)
    assert found[0].authored.utcoffset() == datetime.timedelta(hours=1)
    since = datetime.datetime(2026, 1, 4, 11, tzinfo=datetime.UTC)
    assert [commit.subject for commit in reader.commits(paths, since)] == ["gone", "back", "Größe: a list"]
    assert [commit.subject for commit in reader.commits(paths, until="HEAD~2")] == ["Größe: a list", "first"]
    assert reader.commits([PurePosixPath("nowhere")]) == ()
    assert len(reader.commits([TOP])) == 5


def test_names_with_marks_of_patterns_are_names(repo: Repo, reader: Repository) -> None:
    repo.commit({"a*/rules.rev": "team a", "ab/rules.rev": "team b", ":(top)x/rules.rev": "team c"}, "one")
    repo.commit({"ab/rules.rev": "team bb"}, "two")
    assert [commit.subject for commit in reader.commits([PurePosixPath("a*")])] == ["one"]
    assert [commit.subject for commit in reader.commits([PurePosixPath(":(top)x")])] == ["one"]
    assert compile_tree(reader.tree("HEAD"), ":(top)x").diagnostics == ()


def test_a_thousand_commits_are_listed_in_a_moment_and_read_by_their_distinct_contents(repo: Repo, reader: Repository) -> None:
    lines = [f"commit refs/heads/long\ncommitter G <g@x> {1_760_000_000 + n * 60} +0000\ndata 1\nx" for n in range(1_000)]
    for n, line in enumerate(lines):
        text = f"team t{n % 40}"
        lines[n] = f"{line}\nM 100644 inline deep/er/rules.rev\ndata {len(text)}\n{text}\nM 100644 inline n\ndata 4\n{n:04}\n"
    repo.git("fast-import", "--quiet", given="\n".join(lines).encode())
    start = time.perf_counter()
    found = reader.commits([PurePosixPath("deep/er")], until="long")
    contents = {commit.content: commit.hash for commit in found}
    for hash_ in contents.values():
        assert load(PurePosixPath("deep/er"), reader.tree(hash_)).diagnostics == ()
    took = time.perf_counter() - start
    assert (len(found), len(contents)) == (1_000, 40)
    assert took < 5


# --- git that fails ----------------------------------------------------------------------------------------------


def _fake_git(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script")
def test_a_git_that_takes_too_long_is_ended(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_door, "SECONDS", 0.3)
    with Repository.around(repo.folder) as reader:
        _fake_git(tmp_path, "exec sleep 30", monkeypatch)
        start = time.perf_counter()
        for asked in (lambda: Repository.around(repo.folder), lambda: reader.resolve("main"), lambda: reader.tree("0" * 40)):
            with pytest.raises(RevisionError) as error:
                asked()
            assert said(error)[0] == "REV792"
        assert time.perf_counter() - start < 10


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script")
def test_a_git_that_answers_nonsense_or_ends_is_told(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Repository.around(repo.folder) as reader:
        _fake_git(tmp_path, "echo 0123 commit 99; echo x", monkeypatch)
        for asked in (lambda: reader.resolve("main"), lambda: Repository.around(repo.folder)):
            with pytest.raises(RevisionError) as error:
                asked()
            assert said(error)[0] == "REV792"


def test_a_git_that_was_ended_between_two_questions_is_told_and_started_again(repo: Repo, reader: Repository) -> None:
    first = reader.resolve("main")
    process = reader._objects._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(RevisionError) as error:
        reader.resolve("main")
    assert said(error)[0] == "REV792"
    assert reader.resolve("main") == first
