"""The tree of one revision into its files by path, each read when it is asked for."""

from __future__ import annotations

import errno
import posixpath
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from revrules.files import Kind, NotAFileError, TooLargeError
from revrules.problems import revisions as problems
from revrules.revisions.failure import RevisionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePath

    from revrules.revisions.objects import Objects

_FOLDER, _LINK, _SUBMODULE = 0o040000, 0o120000, 0o160000
_TYPE = 0o170000
MAX_FOLDER = 64 * 1024 * 1024
"""The bytes of the largest list of names that is read."""
_MAX_LINK = 4096
_MAX_LINKS = 40
_MAX_FILES = 100_000
_OUTSIDE = PurePosixPath("/")
"""Where a path leads that leaves the repository: no path in a tree is absolute."""
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a folder says of one of its names."""

    mode: int
    id: str

    @property
    def type(self) -> int:
        """The mode without the permissions."""
        return self.mode & _TYPE


class Folders:
    """The folders of a repository by the id of their content: what most revisions share is read once."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self._known: dict[str, Mapping[str, Entry]] = {}

    def of(self, id_: str) -> Mapping[str, Entry]:
        """Return the entries of the folder of that id, in the order in which git keeps them. Raises RevisionError."""
        known = self._known.get(id_)
        if known is None:
            known = self._read(id_)
            if len(self._known) >= 10_000:
                self._known.clear()
            self._known[id_] = known
        return known

    def _read(self, id_: str) -> Mapping[str, Entry]:
        found = self.objects.get(id_, MAX_FOLDER)
        folder = str(self.objects.folder)
        if found is None or found.kind != "tree":
            raise RevisionError(problems.unreadable_repository(folder, f"the folder {id_[:12]} is not among its objects"))
        if found.content is None:
            raise RevisionError(problems.too_large(f"a folder ({id_[:12]})"))
        try:
            names: dict[str, Entry] = {}
            for name, entry in _entries(found.content, len(id_) // 2):
                names.setdefault(name, entry)
            return names
        except ValueError as error:
            raise RevisionError(problems.unreadable_repository(folder, f"the folder {id_[:12]} is broken")) from error


def _entries(content: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """Yield what a tree object holds: `mode name NUL id`, again and again. Raises ValueError for anything else."""
    start = 0
    while start < len(content):
        blank = content.index(b" ", start)
        end = content.index(b"\0", blank)
        after = end + 1 + width
        if after > len(content):
            raise ValueError("the id of the last entry is cut off")
        name = content[blank + 1 : end].decode("utf-8", "surrogateescape")
        if name not in {"", ".", ".."} and "/" not in name:
            yield name, Entry(int(content[start:blank], 8), content[end + 1 : after].hex())
        start = after


class Tree:
    """The files of one revision, by path from the top of the repository; a place that rulesets are loaded from (``Files``).

    ``revision`` is how the user would name it, ``commit`` its full id. Links are followed inside the tree.
    """

    def __init__(self, folders: Folders, root: str, *, revision: str, commit: str, name: str) -> None:
        self.revision = revision
        self.commit = commit
        self._folders = folders
        self._root = root
        self._name = name

    def __repr__(self) -> str:
        return f"Tree({self.revision!r}, {self.commit[:12]})"

    def content(self, path: PurePath) -> str | None:
        """Return the id of the file or folder at ``path``: what has one id has one content.

        None where nothing is there. Raises RevisionError.
        """
        found = self._follow(path)
        return found[1].id if found is not None and found[1] is not None else None

    def contents(self, folder: PurePath) -> dict[PurePosixPath, str]:
        """Return the ids of all files in and under a folder by path, links as links. Raises RevisionError."""
        return {path: entry.id for path, entry in self._walk(folder, hidden=True)}

    # --- what the loader asks ----------------------------------------------------------------------------------------

    def kind(self, path: PurePath) -> Kind | OSError | ValueError:
        """Return what is at ``path``."""
        try:
            found = self._found(path)
        except RevisionError as error:
            return _unreadable(error)
        if isinstance(found, OSError):
            return found
        return Kind.FOLDER if found.type == _FOLDER else Kind.FILE

    def read(self, path: PurePath, limit: int) -> bytes | OSError | ValueError:
        """Return the bytes of a file."""
        try:
            found = self._found(path)
            if isinstance(found, OSError):
                return found
            if found.type == _FOLDER:
                return NotAFileError("it is a folder")
            blob = self._folders.objects.get(found.id, limit)
        except RevisionError as error:
            return _unreadable(error)
        if blob is None or blob.kind != "blob":
            return NotAFileError(f"its content ({found.id[:12]}) is not among the objects of the repository")
        if blob.content is None:
            return TooLargeError()
        if blob.content.startswith(_POINTER):
            return NotAFileError("it is kept by Git LFS, and the revision holds only a pointer to it")
        return blob.content

    def children(self, folder: PurePath) -> list[PurePath] | OSError:
        """Return the paths directly in a folder."""
        try:
            found = self._found(folder)
            if isinstance(found, OSError):
                return found
            if found.type != _FOLDER:
                return NotADirectoryError(errno.ENOTDIR, "not a folder")
            return sorted(folder / name for name in self._folders.of(found.id))
        except RevisionError as error:
            return _unreadable(error)

    def below(self, folder: PurePath, suffix: str) -> Iterator[PurePath]:
        """Yield the files in and under a folder whose names end in ``suffix``. Raises RevisionError."""
        return (path for path, _ in self._walk(folder, hidden=False) if path.name.endswith(suffix))

    def real(self, path: PurePath) -> PurePath:
        """Return the path that the links in ``path`` lead to; `/` where they leave the repository."""
        try:
            found = self._follow(path)
        except RevisionError:
            return path
        return PurePosixPath(*found[0]) if found is not None else _OUTSIDE

    def beside(self, path: PurePath, written: str) -> PurePath:
        """Return the path that ``written`` in the file at ``path`` means."""
        return PurePosixPath(posixpath.normpath(posixpath.join(path.parent.as_posix(), written)))

    def shown(self, path: PurePath) -> str:
        """Return the path as git names it: `main:rules/core.rev`."""
        return f"{self.revision}:{path.as_posix() if path.parts else ''}"

    def folder_name(self, folder: PurePath) -> str:
        """Return the name of a folder; at the top, that of the repository."""
        return self.real(folder).name or self._name

    # --- what the objects say ----------------------------------------------------------------------------------------

    def _found(self, path: PurePath) -> Entry | OSError:
        """Return the file or folder at ``path``, or why there is none that could be read. Raises RevisionError."""
        followed = self._follow(path)
        if followed is None:
            return NotAFileError("its path leads out of the repository")
        entry = followed[1]
        if entry is None:
            return FileNotFoundError(errno.ENOENT, "no such file")
        if entry.type == _LINK:
            return NotAFileError("it is a link that leads nowhere")
        if entry.type == _SUBMODULE:
            return NotAFileError("it is a submodule, whose files are in another repository")
        return entry

    def _follow(self, path: PurePath) -> tuple[tuple[str, ...], Entry | None] | None:
        """Return where ``path`` leads, and what is there: a link where links run in a circle or cannot be read, the submodule
        for what is in one. None where it leads out of the repository. Raises RevisionError.
        """
        if path.is_absolute():
            return None
        done: list[str] = []
        entries: list[Entry | None] = [Entry(_FOLDER, self._root)]
        left = list(reversed(path.parts))
        followed, lost = 0, False
        while left:
            part = left.pop()
            here = entries[-1]
            if part in {"", ".", ".."}:
                lost |= here is None or here.type != _FOLDER
                if part == "..":
                    if not done:
                        return None
                    done.pop()
                    entries.pop()
                continue
            entry = self._child(here, part)
            target = self._target(entry)
            if target is None or followed == _MAX_LINKS:
                done.append(part)
                entries.append(entry)
            elif target.startswith("/"):
                return None
            else:
                followed += 1
                left += reversed(target.split("/"))
        return tuple(done), None if lost else entries[-1]

    def _child(self, parent: Entry | None, name: str) -> Entry | None:
        """Return what a folder has by a name. Raises RevisionError."""
        if parent is None or parent.type == _SUBMODULE:
            return parent
        return self._folders.of(parent.id).get(name) if parent.type == _FOLDER else None

    def _target(self, entry: Entry | None) -> str | None:
        """Return what a link says, None for what is none or cannot be read. Raises RevisionError."""
        if entry is None or entry.type != _LINK:
            return None
        blob = self._folders.objects.get(entry.id, _MAX_LINK)
        if blob is None or not blob.content or b"\0" in blob.content:
            return None
        return blob.content.decode("utf-8", "surrogateescape")

    def _walk(self, folder: PurePath, *, hidden: bool) -> Iterator[tuple[PurePosixPath, Entry]]:
        """Yield the files in and under a folder. Raises RevisionError, also where there are too many (a few objects can nest to
        any number)."""
        found = self._found(folder)
        if isinstance(found, OSError) or found.type != _FOLDER:
            return
        left = [(PurePosixPath(folder), found)]
        seen = 0
        while left:
            path, entry = left.pop()
            seen += 1
            if seen > _MAX_FILES:
                raise RevisionError(problems.too_large(f"a folder (`{self.shown(folder)}`)"))
            if entry.type != _FOLDER:
                yield path, entry
                continue
            inside = self._folders.of(entry.id).items()
            shown = [(path / name, child) for name, child in inside if hidden or child.type != _FOLDER or name[0] != "."]
            left += sorted(shown, key=lambda pair: pair[0], reverse=True)


def _unreadable(error: RevisionError) -> NotAFileError:
    return NotAFileError(error.diagnostic.message)
