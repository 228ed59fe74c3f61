"""Placed records, as they come, into what a report tells of them; memory stays bounded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from revrules.report.values import CELLS, ISSUES, SAMPLES, Cell, Kind, Report, Sample, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from revrules.ir import Ruleset
    from revrules.runtime.results import Placement
    from revrules.tables.issues import Issue
    from revrules.tables.run import Job, Placed
    from revrules.tables.summary import Summary


class Collector:
    """Listens to a run: to its records on their way to the output, to its issues on their way to the rejects."""

    def __init__(self) -> None:
        self._cells: Counter[Cell] = Counter()
        self._samples: dict[Cell, list[Sample]] = {}
        self._overdue: Counter[str] = Counter()
        self._names: dict[Subject, list[str]] = {}
        self._issues: list[Issue] = []
        self._issue_count = 0

    def listening(self, records: Iterable[Placed], unit: str = "line") -> Iterator[Placed]:
        """Yield ``records`` as they are; ``unit`` says in what the table is counted."""
        for placed in records:
            self._hear(placed.row.line, placed.key, placed.placement, unit)
            yield placed

    def hear_issue(self, issue: Issue) -> None:
        """Take one fault of a row or cell."""
        self._issue_count += 1
        if len(self._issues) < ISSUES:
            self._issues.append(issue)

    def report(self, ruleset: Ruleset, summary: Summary, job: Job, as_of: datetime, unit: str = "line") -> Report:
        """Return what was heard so far."""
        return Report(
            ruleset,
            summary,
            as_of,
            dict(self._cells),
            {cell: tuple(samples) for cell, samples in self._samples.items()},
            dict(self._overdue),
            {subject: tuple(names) for subject, names in self._names.items()},
            tuple(self._issues),
            self._issue_count,
            tuple(job.related.items()),
            job.limit,
            job.mode,
            unit,
        )

    def _hear(self, line: int, key: str | None, placement: Placement, unit: str) -> None:
        verdict = placement.verdict
        cell = Cell(placement.declared, placement.stage, verdict and verdict.value)
        self._cells[cell] += 1
        samples = self._samples.get(cell)
        if samples is None:
            if len(self._samples) < CELLS:
                self._samples[cell] = [Sample(line, key, placement)]
        elif len(samples) < SAMPLES:
            samples.append(Sample(line, key, placement))
        if placement.overdue and placement.stage is not None:
            self._overdue[placement.stage] += 1
        for subject in _subjects(placement):
            names = self._names.setdefault(subject, [])
            if len(names) < SAMPLES:
                names.append(key if key is not None else f"{unit} {line}")


def _subjects(placement: Placement) -> Iterator[Subject]:
    """Yield what the record can be named for."""
    if placement.overdue and placement.stage is not None:
        yield Subject(Kind.OVERDUE, placement.stage)
    for violation in placement.violations:
        yield Subject(Kind.RULE, violation.rule)
    for name in placement.missing:
        yield Subject(Kind.MISSING, name)
    for problem in placement.problems:
        yield Subject(Kind.PROBLEM, problem.field)
