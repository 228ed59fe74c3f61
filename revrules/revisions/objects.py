"""Names of git objects into their contents, by one long-lived ``git cat-file --batch``."""

from __future__ import annotations

import subprocess
import threading
import time
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from revrules.problems import revisions as problems
from revrules.revisions import git
from revrules.revisions.failure import RevisionError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Object:
    """An object: ``kind`` is commit, tree, blob or tag. ``content`` is None for one that is larger than was asked for."""

    id: str
    kind: str
    content: bytes | None


class Objects:
    """The objects of a repository. Starts git when the first one is asked for, and ends it by ``close`` or when it is dropped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[[subprocess.Popen[bytes], Watch], Objects] | None = None
        self._watch: Watch | None = None

    def get(self, name: str, limit: int) -> Object | None:
        """Return the object that git knows by ``name``, or None. No more than ``limit`` bytes of it are held in memory.

        Raises RevisionError where git does not answer.
        """
        assert "\n" not in name, "a name is one line of what git is asked"
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        assert self._watch is not None
        with self._watch.limited():
            try:
                process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
                process.stdin.flush()
                return self._answer(process.stdout, limit)
            except OSError as error:
                raise self._stopped() from error

    def close(self) -> None:
        """End git."""
        if self._end is not None:
            self._end()
        self._process = self._end = self._watch = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    git.command("cat-file", "--batch"),
                    cwd=self.folder,
                    env=git.environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except FileNotFoundError as error:
                raise RevisionError(problems.no_git()) from error
            self._watch = Watch(self._process)
            self._end = weakref.finalize(self, _finish, self._process, self._watch)
        return self._process

    def _answer(self, stream: IO[bytes], limit: int) -> Object | None:
        line = stream.readline()
        if not line:
            raise self._stopped()
        parts = line.split()
        if len(parts) != 3 or not parts[2].isdigit():
            return None
        id_, kind, size = parts[0].decode("ascii"), parts[1].decode("ascii"), int(parts[2])
        if size > limit:
            self.close()
            return Object(id_, kind, None)
        content = stream.read(size + 1)
        if len(content) != size + 1:
            raise self._stopped()
        return Object(id_, kind, content[:-1])

    def _stopped(self) -> RevisionError:
        """Return the error of a git that ended, was ended because it took too long, or cannot be understood."""
        self.close()
        return RevisionError(problems.unreadable_repository(str(self.folder), "git stopped while it read an object"))


class Watch:
    """Ends a process that takes too long for one answer. One timer serves many answers: a thread for each costs more than git."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._until: float | None = None

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Let what is done meanwhile take so long and no longer."""
        with self._lock:
            self._until = time.monotonic() + git.SECONDS
            if self._timer is None:
                self._start(git.SECONDS)
        try:
            yield
        finally:
            self._until = None

    def stop(self) -> None:
        """Watch no longer."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()

    def _start(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        """End the process if its time is up; look again when that of a later answer would be; stop while nothing is asked."""
        with self._lock:
            until, self._timer = self._until, None
            if until is None:
                return
            left = until - time.monotonic()
            if left <= 0:
                self._process.kill()
            else:
                self._start(left)


def _finish(process: subprocess.Popen[bytes], watch: Watch) -> None:
    """End the process and close what leads to it."""
    watch.stop()
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    process.wait()
