"""What `evaluate --report` adds to a run: it listens, and writes one page about everything in the end."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from revrules.cli.output import atomic_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from revrules.report import Collector
    from revrules.ruleset import Ruleset
    from revrules.tables.issues import Issue
    from revrules.tables.run import Job, Placed, Run
    from revrules.tables.summary import Summary


class Reporting:
    """Passes a run's records and issues on, heard by a collector where a report is wanted."""

    def __init__(self, collector: Collector | None, stream: TextIO | None) -> None:
        self.collector = collector
        self._stream = stream

    def instant(self, when: datetime | None) -> datetime | None:
        """Return the instant of the run: of a report it stands on the page, so that now is one instant for all records."""
        if self.collector is None or when is not None:
            return when
        from datetime import UTC, datetime

        return datetime.now(UTC)

    def issues(self, take: Callable[[Issue], None]) -> Callable[[Issue], None]:
        """Return ``take`` with the collector beside it."""
        collector = self.collector
        if collector is None:
            return take

        def both(issue: Issue) -> None:
            take(issue)
            collector.hear_issue(issue)

        return both

    def records(self, run: Run, rows: Iterator[Placed]) -> Iterator[Placed]:
        """Return the records of ``run`` as they are."""
        return rows if self.collector is None else self.collector.listening(rows, run.table.unit)

    def write(self, rules: Ruleset, run: Run, job: Job, summary: Summary) -> None:
        """Write the page, if one is wanted."""
        if self.collector is None or self._stream is None or job.as_of is None:
            return
        from revrules.report import page

        self._stream.write(page(self.collector.report(rules.ir, summary, job, job.as_of, run.table.unit)))


@contextmanager
def reporting(path: str | None, others: Iterable[str | None]) -> Iterator[Reporting]:
    """Yield what listens to a run; the page takes the place of ``path`` when the block ends well. ``others`` are written, too."""
    if path is None:
        yield Reporting(None, None)
        return
    if path == "-":
        raise click.UsageError("a report is a page of its own; name a file with --report FILE.")
    if path in others:
        raise click.UsageError("the report needs a file of its own.")
    from revrules.report import Collector

    with atomic_writer(path) as stream:
        yield Reporting(Collector(), stream)
