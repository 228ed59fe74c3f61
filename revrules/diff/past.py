"""The commits of a repository into the versions of a ruleset that they hold, each distinct content compiled once."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from revrules.compiler import compile_loaded
from revrules.diagnostics import Severity
from revrules.diff.relevant import Relevant
from revrules.loading import load
from revrules.parse import parse
from revrules.revisions import Revision

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from typing import TypeAlias

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset
    from revrules.loading import Loaded
    from revrules.revisions import Commit, Repository, Tree
    from revrules.source import Source
    from revrules.syntax import File

    Content: TypeAlias = tuple[Ruleset | None, Diagnostic | None]

A_COMMIT = "history"
"""What every commit is called in places, so that a file that did not change gives the same syntax tree."""
MOST_PARSED = 256
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
    ``read`` counts commits, ``compiled`` the contents that had to be compiled. Once there is a ``focus``, the names of interest,
    a version in which all that these rest on is written as in the one before has the ruleset of that one.
    """

    def __init__(self, repository: Repository, path: PurePosixPath) -> None:
        self._repository = repository
        self._path = path
        self._kept: dict[tuple[str, PurePosixPath], Content] = {}
        self._parsed: dict[Source, tuple[File, list[Diagnostic]]] = {}
        self._relevant = Relevant()
        self._last: tuple[Loaded, Ruleset] | None = None
        self.focus: tuple[str, ...] = ()
        self.read = 0
        self.compiled = 0
        self.moves: list[tuple[Commit, PurePosixPath]] = []

    def look_at(self, names: tuple[str, ...]) -> None:
        """Say what is of interest from here on: the names of declarations."""
        if names != self.focus:
            self.focus = names
            self._kept.clear()

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
        key = tree.content(_folder(path)) or "", path
        if key not in self._kept:
            if len(self._kept) == MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._compiled(load(path, tree, self._reading))
        return Version(commit, *self._kept[key])

    def _compiled(self, loaded: Loaded) -> Content:
        """Return the ruleset of what was loaded; that of the version before where all that ``focus`` rests on is the same."""
        readable = not any(each.severity is Severity.ERROR for each in loaded.diagnostics)
        if readable and self.focus and self._last is not None:
            before, ruleset = self._last
            if self._relevant.key(before, self.focus) == self._relevant.key(loaded, self.focus):
                self._last = loaded, ruleset
                return ruleset, None
        self.compiled += 1
        compiled = compile_loaded(loaded)
        error = next(iter(compiled.errors), None)
        if error is None and compiled.ruleset is not None:
            self._last = loaded, compiled.ruleset
        return (None if error is not None else compiled.ruleset), error

    def _reading(self, source: Source) -> tuple[File, list[Diagnostic]]:
        """Parse a text, unless the same one was parsed of late."""
        known = self._parsed.pop(source, None) or parse(source)
        if len(self._parsed) == MOST_PARSED:
            del self._parsed[next(iter(self._parsed))]
        self._parsed[source] = known
        return known

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
