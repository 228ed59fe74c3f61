"""The commits of a repository into the versions of a ruleset that they hold, each distinct content compiled once."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from revrules.compiler import compile_loaded
from revrules.diff.sketch import NAME, Sketches, folded, reached
from revrules.files import Kind
from revrules.loading import ENTRY, MAX_BYTES, find_entries, load
from revrules.parse import parse
from revrules.revisions import Revision

if TYPE_CHECKING:
    import datetime
    from collections.abc import Hashable, Iterator, Mapping
    from typing import TypeAlias

    from revrules.diagnostics import Diagnostic
    from revrules.diff.sketch import Sketch
    from revrules.ir import Ruleset
    from revrules.revisions import Commit, Repository, Tree
    from revrules.source import Source
    from revrules.syntax import File

    Content: TypeAlias = tuple[Ruleset | None, Diagnostic | None]

A_COMMIT = "history"
"""What every commit is called in places, so that a file that did not change gives the same syntax tree."""
MOST_PARSED = 256
MOST_SKETCHED = 4_096
MOST_KEPT = 64
"""Compiled versions that are kept at a time, for commits that go back to an earlier content."""


class State(NamedTuple):
    """A commit that touched the ruleset, and where the ruleset is at it."""

    commit: Commit
    path: PurePosixPath


class Version(NamedTuple):
    """The ruleset that a commit holds: None where there is none, or where ``error`` says why it has no meaning."""

    commit: Commit
    ruleset: Ruleset | None
    error: Diagnostic | None = None


class Past:
    """The versions of the ruleset at ``path`` (from the top of the repository), newest first.

    Where the folder was elsewhere before a commit, and most of its files stand there unchanged, it is followed.
    ``read`` counts commits, ``compiled`` the contents that had to be compiled. Once there is a ``focus``, the names of interest,
    versions in which all that these rest on is written alike share one ruleset.
    """

    def __init__(self, repository: Repository, path: PurePosixPath) -> None:
        self._repository = repository
        self._path = path
        self._kept: dict[Hashable, Content] = {}
        self._last: tuple[State, Content] | None = None
        self._parsed: dict[Source, tuple[File, list[Diagnostic]]] = {}
        self._sketches = Sketches()
        self._sketched: dict[str, Sketch | None] = {}
        self._folded: dict[str, str] = {}
        self.focus: tuple[str, ...] = ()
        self.read = 0
        self.compiled = 0
        self.moves: list[tuple[Commit, PurePosixPath]] = []

    def look_at(self, names: tuple[str, ...]) -> None:
        """Say what is of interest from here on: the names of declarations."""
        if names != self.focus:
            self.focus = names
            self._kept.clear()
            if self._last is not None:
                state, found = self._last
                self._kept[self.key(state)] = found

    def versions(self, until: Revision | str = "HEAD", since: datetime.datetime | None = None) -> Iterator[Version]:
        """Yield the version of each commit that touched the ruleset's folder, along first parents. Raises RevisionError."""
        return map(self.version, self.states(until, since))

    def states(
        self,
        until: Revision | str = "HEAD",
        since: datetime.datetime | None = None,
        *,
        beyond: Revision | None = None,
        path: PurePosixPath | None = None,
    ) -> Iterator[State]:
        """Yield the commits of these versions, without compiling any; none that ``beyond`` reaches. Raises RevisionError.

        ``path`` is where the ruleset is at ``until``, if elsewhere than at the newest commit.
        """
        here = self._path if path is None else path
        while True:
            last: Commit | None = None
            for last in self._repository.commits([_folder(here)], since, until=until, beyond=beyond, first_parent=True):
                self.read += 1
                yield State(last, here)
            moved = self._moved(last, here)
            if last is None or moved is None:
                return
            here, until = moved, last.parents[0]
            self.moves.append((last, here))

    def at(self, revision: Revision | str, path: PurePosixPath | None = None) -> State | None:
        """Return what a revision holds: its last commit that touched the ruleset. Raises RevisionError."""
        return next(self.states(revision, path=path), None)

    def down_to(self, until: Revision, oldest: Revision) -> list[State]:
        """Return the states from ``until`` back to what ``oldest`` holds. Raises RevisionError."""
        found = list(self.states(until, beyond=oldest))
        place = found[-1].path if found else self._path
        end = self.at(oldest, place) or (self.at(oldest, self._moved(found[-1].commit, place)) if found else None)
        return found if end is None else [*found, end]

    def key(self, state: State) -> Hashable:
        """Return what is equal for two states only if the names of interest mean the same in both, where both have a meaning."""
        whole = self._whole(state)
        return whole if not self.focus or whole is None else self._narrow(state) or whole

    def may_name(self, state: State, text: str) -> bool:
        """Return whether something at ``state`` can have ``text`` for its name or label: whether all of its words are there."""
        files = self._files(self._tree(state.commit.hash), state.path)
        words = set(NAME.findall(unicodedata.normalize("NFC", text)))
        return files is None or all(
            any(word in piece.words or word in piece.labels for each in files.values() for piece in each.pieces) for word in words
        )

    def elsewhere(self, state: State) -> list[PurePosixPath]:
        """Return where in the folder, at ``state``, there are rulesets. Raises RevisionError."""
        found = find_entries(_folder(state.path), self._tree(state.commit.hash))
        return [PurePosixPath(entry.parent if entry.name == ENTRY else entry) for entry in found]

    def version(self, state: State) -> Version:
        """Return the version of a state, compiled unless one like it was. Raises RevisionError."""
        whole = self._whole(state)
        if whole is None:
            return Version(state.commit, None)
        key = self.key(state)
        found = self._kept.get(key) or self._kept.get(whole)
        if found is None:
            found = self._compiled(state)
            if len(self._kept) == MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key if found[1] is None else whole] = found  # a mistake may be in what is of no interest
        if found[1] is None:
            self._last = state, found
        return Version(state.commit, *found)

    def _compiled(self, state: State) -> Content:
        self.compiled += 1
        compiled = compile_loaded(load(state.path, self._tree(state.commit.hash), self._reading))
        error = next(iter(compiled.errors), None)
        return (None if error is not None else compiled.ruleset), error

    def _reading(self, source: Source) -> tuple[File, list[Diagnostic]]:
        """Parse a text, unless the same one was parsed of late."""
        known = self._parsed.pop(source, None) or parse(source)
        if len(self._parsed) == MOST_PARSED:
            del self._parsed[next(iter(self._parsed))]
        self._parsed[source] = known
        return known

    # --- what a state says, as it is written -------------------------------------------------------------------------

    def _whole(self, state: State) -> Hashable:
        """Return the id of all that is in the folder, None where there is no ruleset."""
        tree = self._tree(state.commit.hash)
        return None if tree.content(state.path) is None else (tree.content(_folder(state.path)) or "", state.path)

    def _narrow(self, state: State) -> Hashable:
        """Return the declarations that the names of interest can rest on, None where only the parser can tell them."""
        tree = self._tree(state.commit.hash)
        files = self._files(tree, state.path)
        if files is None:
            return None
        beside = {PurePosixPath(tree.beside(path, name)): None for path, each in files.items() for name in each.attached}
        ids = {path: tree.content(path) for path in beside}
        if None in ids.values():
            return None
        texts = "\0".join(self._text_beside(tree, path, str(id_)) for path, id_ in ids.items())
        counting = reached((piece for each in files.values() for piece in each.pieces), self.focus, texts)
        taken = frozenset(counting)
        declared = tuple((path, tuple(piece for piece in each.pieces if piece in taken)) for path, each in files.items())
        return state.path, declared, tuple(ids.items())

    def _files(self, tree: Tree, path: PurePosixPath) -> Mapping[PurePosixPath, Sketch] | None:
        """Return the sketches of a ruleset's files by path; None where one cannot be had."""
        entry = self._entry(tree, path)
        waiting = [] if entry is None else [entry]
        found: dict[PurePosixPath, Sketch] = {}
        while waiting:
            here = waiting.pop()
            if here in found:
                continue
            sketch = self._sketch(tree, here)
            if sketch is None:
                return None
            found[here] = sketch
            waiting += [PurePosixPath(tree.beside(here, name)) for name in reversed(sketch.imports)]
        return found or None

    def _entry(self, tree: Tree, path: PurePosixPath) -> PurePosixPath | None:
        """Return the file that the loader begins with."""
        if tree.kind(path) is not Kind.FOLDER:
            return path
        if tree.kind(path / ENTRY) is Kind.FILE:
            return path / ENTRY
        inside = tree.children(path)
        files = [] if isinstance(inside, OSError) else [PurePosixPath(each) for each in inside if each.suffix == ".rev"]
        sketches = [self._sketch(tree, file) for file in files]
        imported = {tree.beside(at, name) for at, each in zip(files, sketches, strict=True) if each for name in each.imports}
        entries = [file for file in files if file not in imported]
        return entries[0] if len(entries) == 1 and None not in sketches else None

    def _sketch(self, tree: Tree, path: PurePosixPath) -> Sketch | None:
        id_ = tree.content(path)
        if id_ is None:
            return None
        if id_ not in self._sketched:
            text = _text(tree, path)
            if len(self._sketched) == MOST_SKETCHED:
                self._sketched.clear()
            self._sketched[id_] = None if text is None else self._sketches.of(text)
        return self._sketched[id_]

    def _text_beside(self, tree: Tree, path: PurePosixPath, id_: str) -> str:
        """Return the folded text of a list or table: the headings of a table name definitions."""
        if id_ not in self._folded:
            if len(self._folded) == MOST_KEPT:
                self._folded.clear()
            self._folded[id_] = folded(_text(tree, path) or "")
        return self._folded[id_]

    # --- where a state is --------------------------------------------------------------------------------------------

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


def reason(error: Diagnostic) -> str:
    """Return why a version has no meaning, with places as paths in the repository."""
    return error.message.replace(f"`{A_COMMIT}:`", "the top folder").replace(f"`{A_COMMIT}:", "`")


def _folder(path: PurePosixPath) -> PurePosixPath:
    return path.parent if path.suffix == ".rev" else path


def _text(tree: Tree, path: PurePosixPath) -> str | None:
    """Return the text of a file, None where it is not to be had."""
    content = tree.read(path, MAX_BYTES)
    if not isinstance(content, bytes):
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
