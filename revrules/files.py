"""What the loader asks of the place where a ruleset's files are, and the answers of a disk."""

from __future__ import annotations

import os
import stat
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath


class Kind(Enum):
    """What is at a path."""

    FILE = auto()
    FOLDER = auto()
    OTHER = auto()
    """A pipe, a device: nothing to read from."""


class TooLargeError(OSError):
    """The file is over the limit."""


class NotAFileError(OSError):
    """The path is no ordinary file; the text says what it is."""


class Files(Protocol):
    """A disk, or a revision in a repository (``revrules.revisions.Tree``).

    What goes wrong is an answer, never raised (but by ``below`` of a tree).
    """

    def kind(self, path: PurePath) -> Kind | OSError | ValueError:
        """Return what is at ``path``, links followed, or why that cannot be told."""

    def read(self, path: PurePath, limit: int) -> bytes | OSError | ValueError:
        """Return the bytes of an ordinary file, or what stands in the way, as that it holds more than ``limit`` bytes."""

    def children(self, folder: PurePath) -> list[PurePath] | OSError:
        """Return the paths directly in a folder, in order."""

    def below(self, folder: PurePath, suffix: str) -> Iterator[PurePath]:
        """Yield the files in and under a folder whose names end in ``suffix``, in order; not those of hidden folders, nor of
        folders behind links."""

    def real(self, path: PurePath) -> PurePath:
        """Return the path that the links in ``path`` lead to, or ``path`` itself where they run in a circle."""

    def beside(self, path: PurePath, written: str) -> PurePath:
        """Return the path that ``written`` in the file at ``path`` means, `..` taken away."""

    def shown(self, path: PurePath) -> str:
        """Return the path as the user would name it."""

    def folder_name(self, folder: PurePath) -> str:
        """Return the name of a folder, links followed."""


class _Disk:
    """The disk of this machine."""

    def kind(self, path: PurePath) -> Kind | OSError | ValueError:
        """Return what is at ``path``."""
        try:
            mode = Path(path).stat().st_mode
        except (OSError, ValueError) as error:
            return error
        return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER

    def read(self, path: PurePath, limit: int) -> bytes | OSError | ValueError:
        """Return the bytes of an ordinary file; never waits for a pipe or a device."""
        try:
            _refuse_unless_regular(Path(path).stat().st_mode)
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
            with os.fdopen(descriptor, "rb") as stream:
                _refuse_unless_regular(os.fstat(descriptor).st_mode)
                content = stream.read(limit + 1)
        except (OSError, ValueError) as error:
            return error
        return content if len(content) <= limit else TooLargeError()

    def children(self, folder: PurePath) -> list[PurePath] | OSError:
        """Return the paths directly in a folder."""
        try:
            return sorted(Path(folder).iterdir())
        except OSError as error:
            return error

    def below(self, folder: PurePath, suffix: str) -> Iterator[PurePath]:
        """Yield the files in and under a folder whose names end in ``suffix``."""
        found: list[PurePath] = []
        for inside, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [Path(inside) / name for name in names if name.endswith(suffix)]
        yield from sorted(found)

    def real(self, path: PurePath) -> PurePath:
        """Return the real path, or the path itself where links run in a circle."""
        try:
            return Path(path).resolve()
        except (OSError, RuntimeError, ValueError):
            return path

    def beside(self, path: PurePath, written: str) -> PurePath:
        """Return the path that ``written`` in the file at ``path`` means."""
        return Path(os.path.normpath(path.parent / written))

    def shown(self, path: PurePath) -> str:
        """Return the path relative to the working folder where it lies inside it."""
        if path.is_absolute():
            try:
                path = path.relative_to(Path.cwd())
            except (ValueError, OSError):
                return path.as_posix()
        return path.as_posix()

    def folder_name(self, folder: PurePath) -> str:
        """Return the name of a folder."""
        return self.real(folder).name


DISK: Files = _Disk()


def _refuse_unless_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotAFileError("it is a folder")
    if not stat.S_ISREG(mode):
        raise NotAFileError("it is not an ordinary file")
