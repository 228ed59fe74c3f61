"""A path that the user named into a file that is written whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from revrules.cli.trouble import UserError, silence

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


@contextmanager
def atomic_writer(path: str | Path, *, newline: str = "\n") -> Iterator[TextIO]:
    """Yield a UTF-8 text file; when the block ends well it takes the place of ``path``, otherwise nothing has changed.

    ``-`` is standard output (also in UTF-8, whatever the terminal's encoding). Raises OSError with the path.
    """
    if str(path) == "-":
        with _standard_output(newline) as stream:
            yield stream
        return
    with atomic_path(path) as beside, naming(path), beside.open("w", encoding="utf-8", newline=newline) as stream:
        yield stream


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield the name of a new empty file beside ``path`` for others to write to; when the block ends well it replaces ``path``.

    On any failure, Ctrl-C included, the new file is removed and the old one is as it was. Permissions of the old file and
    symbolic links are kept; what is no ordinary file (a device, a pipe) is written to directly.
    """
    target = Path(os.path.realpath(path))
    mode = _mode_of(target)
    if mode is not None and not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        yield target
        return
    with naming(path):
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        beside = _new_file_beside(target, path)
    try:
        yield beside
        with naming(path):
            _sync(beside, os.O_RDWR)
            if mode is not None:
                beside.chmod(stat.S_IMODE(mode))
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    with suppress(OSError):  # some file systems cannot do this; the file itself is safe
        _sync(target.parent, os.O_RDONLY)


def spare_ruleset(ruleset: str, *targets: str | None) -> None:
    """Raise ``UserError`` where one of ``targets`` is a ruleset: the one that is read, or any file that is named like one."""
    for target in targets:
        if target is None or target == "-":
            continue
        real = os.path.realpath(target)
        if real.endswith(".rev") or (Path(real).is_file() and os.path.realpath(ruleset) == real):
            raise UserError(f"{target}: this is a ruleset and would be overwritten; write to another file")


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Add the path that the user knows to an OSError that says nothing about where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in FULL:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


@contextmanager
def unwritable(target: str) -> Iterator[None]:
    """Turn an OSError about a target of records into a ``DataError``; a pipe that was closed is no mistake."""
    from revrules.cli.trouble import WORDS
    from revrules.problems import data as problems
    from revrules.tables.failure import DataError

    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DataError(problems.unwritable(target, WORDS.get(error.errno or 0) or str(error.strerror or error))) from error


def use_color(*, err: bool = False) -> bool:
    """Return whether to colour standard output (or standard error): what ``--color`` and the environment say, else a terminal."""
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    stream = sys.stderr if err else sys.stdout
    return stream is not None and stream.isatty()


@contextmanager
def _standard_output(newline: str) -> Iterator[TextIO]:
    if sys.stdout is None or not hasattr(sys.stdout, "buffer"):
        yield sys.stdout or io.StringIO()
        return
    sys.stdout.flush()
    stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline=newline)
    try:
        with naming("standard output"):
            yield stream
            stream.flush()
    finally:
        try:
            stream.detach()
        except OSError:  # the same one is already on its way up; a wrapper that stays attached would close the stream
            silence(sys.stdout)
            stream.detach()


def _mode_of(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _new_file_beside(target: Path, path: str | Path) -> Path:
    """Create an empty file in the target's folder under a name that nobody uses."""
    for number in range(1000):
        beside = target.with_name(f".revrules-{os.getpid()}-{number}.tmp")
        try:
            os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            continue
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        return beside
    raise FileExistsError(errno.EEXIST, "too many unfinished files in this folder", str(path))


def _sync(path: Path, flags: int) -> None:
    number = os.open(path, flags)
    try:
        os.fsync(number)
    finally:
        os.close(number)
