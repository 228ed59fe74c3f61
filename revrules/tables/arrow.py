"""Placed records as a stream of Arrow, by the PyCapsule protocol: no package for it is needed here, and every one takes it."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from revrules.problems.pushing import not_pushed
from revrules.tables.failure import DataError
from revrules.tables.placed import all_columns, chosen_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from revrules.ruleset import Ruleset
    from revrules.tables.database import Limits
    from revrules.tables.issues import Issue
    from revrules.tables.placed import OutputColumn
    from revrules.tables.pushed import Pushed
    from revrules.tables.run import Job
    from revrules.tables.summary import Summary

GIVEN = "the table that was given"
"""What the data are called where they are no file."""


@runtime_checkable
class ArrowStream(Protocol):
    """Anything that gives a table as a stream of Arrow: a frame or table of pyarrow, Polars, pandas, DuckDB and many others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with the stream."""


class OnlyStream:
    """A table of which DuckDB sees nothing but the stream; what it knows by name it would take through other packages."""

    def __init__(self, data: ArrowStream) -> None:
        self._data = data

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._data.__arrow_c_stream__(requested_schema)


class PlacedStream:
    """Placed records: an Arrow stream, which starts anew each time it is asked for, with the summary of the run and its issues.

    A context manager: temporary files are removed at its end, or when nobody holds it any more.
    """

    summary: Summary
    issues: tuple[Issue, ...]

    def __init__(self, run: Pushed, columns: Sequence[OutputColumn], issues: list[Issue]) -> None:
        stack = ExitStack()
        stack.push(run)
        self._close = weakref.finalize(self, stack.close)
        self._stream = run.stream(columns)
        self.summary = run.summary()
        self.issues = tuple(issues)

    def __enter__(self) -> PlacedStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with the placed records."""
        return self._stream().__arrow_c_stream__(requested_schema)


def place_stream(
    ruleset: Ruleset, job: Job, columns: Sequence[str] | None, limits: Limits, *, keep: bool = False, full: bool = True
) -> PlacedStream:
    """Return the placed records of ``job``; raises ``DataError``."""
    from revrules.backends.sql.dialects import Unsayable
    from revrules.tables.pushed import Pushed
    from revrules.tables.vetting import NotPushed

    issues: list[Issue] = []
    try:
        run = Pushed(ruleset, job, issues.append, limits, full=full)
        try:
            chosen = all_columns(run, keep=keep) if columns is None else chosen_columns(run, columns)
            return PlacedStream(run, chosen, issues)
        except BaseException:
            run.close()
            raise
    except (NotPushed, Unsayable) as reason:
        raise DataError(not_pushed(job.data, str(reason))) from reason
