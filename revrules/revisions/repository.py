"""A path into the git repository around it, and the text of a revision into a commit."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

from revrules.problems import revisions as problems
from revrules.revisions import git, history
from revrules.revisions.failure import RevisionError
from revrules.revisions.objects import Objects
from revrules.revisions.trees import MAX_FOLDER, Folders, Tree

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from types import TracebackType

_MAX_COMMIT = 16 * 1024 * 1024
_MAX_NAMES = 20_000
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit. ``text`` is how the user named it, ``commit`` its full id; ``path`` what followed the colon, None without one."""

    text: str
    commit: str
    path: PurePosixPath | None = None


class Repository:
    """A git repository, read only. Closing it ends the git that reads its objects; so does dropping it.

    ``top`` is the folder of the work tree, or of a bare repository itself. ``shallow``: only its last commits are there.
    """

    def __init__(self, top: Path, *, bare: bool, shallow: bool) -> None:
        self.top = top
        self.bare = bare
        self.shallow = shallow
        self._objects = Objects(top)
        self._folders = Folders(self._objects)

    @classmethod
    def around(cls, path: Path) -> Repository:
        """Return the repository that ``path`` lies in; nothing needs to be at ``path`` (any more). Raises RevisionError."""
        folder = _existing_folder(path)
        done = git.run(folder, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-toplevel")
        said = os.fsdecode(done.stdout).split("\n", 2)
        if len(said) < 3 or not {"true", "false"}.issuperset(said[:2]):
            raise git.failed(folder, done.stderr)
        inside, shallow, rest = said
        if inside != "true":
            return cls(folder, bare=True, shallow=shallow == "true")
        if done.returncode != 0:
            raise git.failed(folder, done.stderr)
        return cls(Path(rest.removesuffix("\n")), bare=False, shallow=shallow == "true")

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the git that reads objects; another is started when it is needed."""
        self._objects.close()

    def inside(self, path: Path) -> PurePosixPath:
        """Return where ``path`` of the disk is in this repository's trees. Raises RevisionError where it is outside."""
        absolute = Path(os.path.normpath(Path.cwd() / path))
        top = self.top.resolve()
        for candidate in (absolute, absolute.parent.resolve() / absolute.name, absolute.resolve()):
            if candidate.is_relative_to(top):
                return PurePosixPath(candidate.relative_to(top).as_posix())
        raise RevisionError(problems.outside_repository(path.as_posix(), self.top.as_posix()))

    def resolve(self, text: str) -> Revision:
        """Return what a revision names: `main`, `HEAD~3`, or with a path from the top `v1:rules/`. Raises RevisionError.

        A path that begins with `./` or `../` counts from the working folder, as git has it.
        """
        name, path = _split(text)
        if not name or name.startswith("-") or not name.isprintable() or len(name) > 1_000:
            raise RevisionError(problems.malformed_revision(text))
        found = self._objects.get(f"{name}^{{commit}}", _MAX_COMMIT)
        if found is None or found.kind != "commit":
            raise self._unknown(name)
        return Revision(name, found.id, None if path is None else self._inner(path, text))

    def tree(self, revision: Revision | str) -> Tree:
        """Return the files of a revision; a text is resolved, its path left aside. Raises RevisionError."""
        if isinstance(revision, str):
            revision = self.resolve(revision)
        found = self._objects.get(f"{revision.commit}^{{tree}}", MAX_FOLDER)
        if found is None or found.kind != "tree":
            reason = f"the files of {revision.commit[:12]} are not among its objects"
            raise RevisionError(problems.unreadable_repository(self.top.as_posix(), reason))
        shown = revision.text[:10] if _ID.fullmatch(revision.text) else revision.text
        name = self.top.resolve().name.removesuffix(".git")
        return Tree(self._folders, found.id, revision=shown, commit=revision.commit, name=name)

    def commits(
        self,
        paths: Sequence[PurePath],
        since: datetime.datetime | None = None,
        *,
        until: Revision | str = "HEAD",
        beyond: Revision | None = None,
        first_parent: bool = False,
    ) -> tuple[history.Commit, ...]:
        """Return the commits that changed something at ``paths`` (from the top), newest first. Raises RevisionError.

        Those that ``beyond`` reaches are left out.
        """
        start = until if isinstance(until, Revision) else self.resolve(until)
        walk = history.Walk(start.commit, since, first_parent=first_parent, beyond=beyond.commit if beyond else None)
        return history.commits(self.top, paths, walk)

    def _inner(self, path: str, text: str) -> PurePosixPath:
        """Return the path after the colon of a revision, from the top."""
        if not path.isprintable():
            raise RevisionError(problems.malformed_revision(text))
        if path.startswith("/"):
            raise RevisionError(problems.path_from_elsewhere(text))
        if path.startswith(("./", "../")) or path in {".", ".."}:
            return self.inside(Path(path))
        inner = PurePosixPath(os.path.normpath(path)) if path else PurePosixPath()
        if ".." in inner.parts:
            raise RevisionError(problems.outside_repository(path, self.top.as_posix()))
        return inner

    def _unknown(self, name: str) -> RevisionError:
        """Return the error for a revision that there is not, with the names that look like it."""
        listed = git.run(self.top, "for-each-ref", f"--count={_MAX_NAMES}", "--format=%(refname:short)")
        names = listed.stdout.decode("utf-8", "replace").split("\n")[:-1]
        if name.startswith(("HEAD", "@")) and self._objects.get("HEAD^{commit}", _MAX_COMMIT) is None:
            return RevisionError(problems.no_commit_yet(name))
        if name in names:
            return RevisionError(
                problems.unreadable_repository(self.top.as_posix(), f"the commit of `{name}` is not among its objects")
            )
        return RevisionError(problems.unknown_revision(name, names, shallow=self.shallow))


def _split(text: str) -> tuple[str, str | None]:
    """Return a revision and the path after its colon; a colon in braces, as in `HEAD^{/fix: it}`, separates nothing."""
    depth = 0
    for at, character in enumerate(text):
        if character == ":" and depth == 0:
            return text[:at], text[at + 1 :]
        depth += (character == "{") - (character == "}")
    return text, None


def _existing_folder(path: Path) -> Path:
    """Return the nearest folder at or above ``path`` that exists."""
    absolute = Path.cwd() / path
    return next((folder for folder in (absolute, *absolute.parents) if folder.is_dir()), absolute)
