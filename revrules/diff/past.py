"""The commits of a repository into the versions of a ruleset that they hold, each distinct content compiled once."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from revrules.compiler import compile_tree
from revrules.revisions import Revision

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset
    from revrules.revisions import Commit, Repository, Tree

A_COMMIT = "history"
"""What every commit is called in places, so that a file that did not change gives the same syntax tree."""
MOST_KEPT = 64
"""Compiled versions that are kept at a time, for commits that go back to an earlier content."""


class Version(NamedTuple):
    """The ruleset that a commit holds: None where there is none, or where ``error`` says why it has no meaning."""

    commit: Commit
    ruleset: Ruleset | None
    error: Diagnostic | None = None


class Past:
    """The versions of the ruleset at ``path`` (from the top of the repository), newest first.

    Where the folder was elsewhere before a commit, and most of its files stand there unchanged, it is followed.
    ``read`` counts commits, ``compiled`` different contents.
    """

    def __init__(self, repository: Repository, path: PurePosixPath) -> None:
        self._repository = repository
        self._path = path
        self._kept: dict[tuple[tuple[str, str], ...], tuple[Ruleset | None, Diagnostic | None]] = {}
        self.read = 0
        self.compiled = 0
        self.moves: list[tuple[Commit, PurePosixPath]] = []

    def versions(self, until: Revision | str = "HEAD", since: datetime.datetime | None = None) -> Iterator[Version]:
        """Yield the version of each commit that touched the ruleset's folder, along first parents. Raises RevisionError."""
        path: PurePosixPath | None = self._path
        while path is not None:
            last: Commit | None = None
            for last in self._repository.commits([_folder(path)], since, until=until, first_parent=True):
                self.read += 1
                yield self._version(last, path)
            path, until = self._moved(last, path), "" if last is None or not last.parents else last.parents[0]
            if path is not None and last is not None:
                self.moves.append((last, path))

    def _version(self, commit: Commit, path: PurePosixPath) -> Version:
        tree = self._tree(commit.hash)
        if tree.content(path) is None:
            return Version(commit, None)
        files = self._files(tree, path)
        key = tuple(sorted(files.items()))
        if key not in self._kept:
            compiled = compile_tree(tree, path)
            error = next(iter(compiled.errors), None)
            self.compiled += 1
            if len(self._kept) == MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (None if error is not None else compiled.ruleset), error
        return Version(commit, *self._kept[key])

    def _files(self, tree: Tree, path: PurePosixPath) -> Mapping[str, str]:
        """Return the ids of all files beside an entry file and below, by path from there."""
        folder = _folder(path)
        return {each.relative_to(folder).as_posix(): id_ for each, id_ in tree.contents(folder).items()}

    def _moved(self, last: Commit | None, path: PurePosixPath) -> PurePosixPath | None:
        """Return where the ruleset was before the commit in which its folder appears; None where nothing looks like it."""
        if last is None or not last.parents:
            return None
        tree, before = self._tree(last.hash), self._tree(last.parents[0])
        folder = _folder(path)
        if not folder.parts or before.content(folder) is not None:
            return None
        here = {each.relative_to(folder): id_ for each, id_ in tree.contents(folder).items() if each.suffix == ".rev"}
        found: dict[PurePosixPath, int] = {}
        everywhere = {each: id_ for each, id_ in before.contents(PurePosixPath()).items() if each.suffix == ".rev"}
        for each, id_ in everywhere.items():
            for inner, own in here.items():
                if own == id_ and each.parts[-len(inner.parts) :] == inner.parts:
                    root = type(each)(*each.parts[: -len(inner.parts)])
                    found[root] = found.get(root, 0) + 1
        best = max(found, key=lambda root: found[root], default=None)
        if best is None or found[best] * 2 < len(here):
            return None
        return best / path.relative_to(folder)

    def _tree(self, commit: str) -> Tree:
        return self._repository.tree(Revision(A_COMMIT, commit))


def _folder(path: PurePosixPath) -> PurePosixPath:
    return path.parent if path.suffix == ".rev" else path
