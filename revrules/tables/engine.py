"""Who places a table: DuckDB, where it gives the same answer and is worth its start, else Python."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeAlias

from revrules.problems.pushing import not_pushed
from revrules.tables.failure import DataError
from revrules.tables.opening import STANDARD_INPUT, is_pattern
from revrules.tables.placed import BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from revrules.ruleset import Ruleset
    from revrules.tables.database import Limits, Progress
    from revrules.tables.pushed import Pushed
    from revrules.tables.rejects import Rejects
    from revrules.tables.run import Job
    from revrules.tables.summary import Summary

Engine: TypeAlias = Literal["auto", "duckdb", "python"]
ENGINES: tuple[Engine, ...] = ("auto", "duckdb", "python")
DATABASES = (".duckdb", ".ddb")
SMALL = 4 << 20
"""Bytes of all files together; with less Python is done before DuckDB has begun: a long statement is planned for seconds."""
SMALL_PARQUET = 1 << 19


def is_small(job: Job) -> bool:
    """Return whether the files of a job are so small that Python places them faster."""
    weight = 0.0
    for path in (job.data, *job.related.values()):
        try:
            weight += os.stat(path).st_size / (SMALL_PARQUET if path.endswith(".parquet") else SMALL)  # noqa: PTH116
        except OSError:
            return True
    return weight < 1


def engine_for(asked: Engine, job: Job, columns: Iterable[str]) -> Engine:
    """Return who is to place the records; `auto` where Python may take over."""
    if any(name in BITS for name in columns):
        if asked == "python":
            raise DataError(not_pushed(job.data, "bit sets are made by DuckDB only"))
        return "duckdb"
    if job.stream is not None or (asked == "auto" and (is_pattern(job.data) or "::" in job.data or job.data.endswith(DATABASES))):
        return "duckdb"
    if asked != "auto":
        return asked
    return "python" if job.data == STANDARD_INPUT or is_small(job) else "auto"


def push(
    ruleset: Ruleset,
    job: Job,
    engine: Engine,
    rejects: Rejects,
    work: Callable[[Pushed], AbstractContextManager[None]],
    limits: Limits | None = None,
    on_progress: Progress | None = None,
    *,
    full: bool = True,
) -> tuple[Pushed, Summary] | str:
    """Have DuckDB place the records of ``job``: ``work`` writes them, and its block ends once everything is known to be right.

    Returns the run and its summary (not ``full``: of rows and faults only), or why Python has to do it: then nothing was written
    and nobody told. Raises ``DataError``.
    """
    from revrules.backends.sql.dialects import Unsayable
    from revrules.tables.database import UNLIMITED
    from revrules.tables.pushed import Pushed
    from revrules.tables.vetting import NotPushed

    try:
        with Pushed(ruleset, job, rejects.add, limits or UNLIMITED, on_progress, full=full) as run, work(run):
            summary = run.summary()
        return run, summary
    except (NotPushed, Unsayable) as reason:
        if engine == "duckdb":
            raise DataError(not_pushed(job.data, str(reason))) from reason
        rejects.clear()
        return str(reason)
