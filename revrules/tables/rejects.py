"""Issues of rows and cells into a rejects file; only the first few stay in memory."""

from __future__ import annotations

import csv
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TextIO, cast

from revrules.tables.issues import Issue

if TYPE_CHECKING:
    from types import TracebackType

FIRST = 5
CHUNK = 1 << 16


class Rejects:
    """Collects issues in a temporary file until it is known where they go. A context manager."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Issue] = []
        self._file: TextIO | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, issue: Issue) -> None:
        """Take one issue."""
        self.count += 1
        if len(self.first) < FIRST:
            self.first.append(issue)
        if self._file is None:
            self._file = cast("TextIO", TemporaryFile("w+", encoding="utf-8", newline=""))  # noqa: SIM115 - closed on exit
        csv.writer(self._file, lineterminator="\n").writerow(issue)

    def clear(self) -> None:
        """Forget all issues."""
        self.count = 0
        self.first.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(self, stream: TextIO) -> None:
        """Write all issues as CSV: file, line, column, value, reason, happened, code."""
        csv.writer(stream, lineterminator="\n").writerow(Issue._fields)
        if self._file is None:
            return
        self._file.seek(0)
        while chunk := self._file.read(CHUNK):
            stream.write(chunk)
