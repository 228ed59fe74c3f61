"""A table of records into records placed by two versions of a ruleset: every row read once, and accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.readers import record_spec
from revrules.runtime.records import read_record, record_reader
from revrules.tables import issues
from revrules.tables.failure import DataError
from revrules.tables.opening import open_table
from revrules.tables.rows import Refused
from revrules.tables.run import Run, headings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.ruleset import Ruleset
    from revrules.runtime.results import DataProblem, Placement
    from revrules.tables.columns import Record
    from revrules.tables.issues import Issue
    from revrules.tables.rows import Row
    from revrules.tables.run import Job

COMPARED = "compared; the value counts as missing"
IN_ONE = "compared; the value counts as missing in the {} version only"
SEED = 0
"""Samples are the same in every run over the same rows."""


class Twice(NamedTuple):
    """A record as either version reads (values typed, the old version first) and places it; ``key`` as written."""

    line: int
    key: str | None
    records: tuple[Record, Record]
    placements: tuple[Placement, Placement]


@dataclass(slots=True)
class Books:
    """What became of the rows: ``read`` = ``compared`` + ``rejected`` + ``left_out`` (of a sample).

    ``odd_cells`` hold no value: for both versions, for the old one only, for the new one only.
    """

    read: int = 0
    compared: int = 0
    rejected: int = 0
    left_out: int = 0
    odd_cells: tuple[int, int, int] = (0, 0, 0)

    def balance(self) -> None:
        """Raise ``DataError`` where a row was lost."""
        if self.read != self.compared + self.rejected + self.left_out:
            raise DataError(problems.unaccounted(self.read, self.compared + self.left_out, self.rejected))


class Comparing:
    """A table that two versions place: a context manager; iterate over ``placed``, then look at ``books`` and ``warnings``.

    ``jobs`` are those of the old and of the new version and read the same file, with a ``limit`` only a sample of so many rows,
    picked evenly. ``lifecycles`` lead from those of the new version to those of the old. Where both versions declare the records
    alike they are read once.
    """

    _prepared = False

    def __init__(
        self,
        versions: tuple[Ruleset, Ruleset],
        jobs: tuple[Job, Job],
        lifecycles: Mapping[str, str],
        on_issue: Callable[[Issue], None],
    ) -> None:
        old, new = versions
        self.table = open_table(jobs[1].data, jobs[1].reading, headings_of(old) | headings_of(new))
        self.books = Books()
        self._on_issue = on_issue
        self._sample = jobs[1].limit
        related: dict[Issue, None] = {}
        second = Run(new, jobs[1], self._listening(related), self.table)
        if second.lifecycle.name not in lifecycles:
            self.table.close()
            raise DataError(problems.unknown_lifecycle(second.lifecycle.name, list(lifecycles)))
        job = jobs[0]._replace(lifecycle=lifecycles[second.lifecycle.name])
        entity = old.lifecycle(job.lifecycle).entity
        self.alike = read_alike(old, entity, new, second.entity.name)
        first = Run(old, job, self._listening(related), self.table, second.joins if self.alike else None)
        self.runs = first, second
        for issue in related:
            on_issue(issue)
        self._prepared = True
        self._readers = tuple(
            record_reader(record_spec(version.ir, run.entity.name)) for version, run in zip(versions, self.runs, strict=True)
        )

    def __enter__(self) -> Comparing:
        return self

    def __exit__(self, *_: object) -> None:
        self.table.close()

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about the columns, for one of the versions."""
        return list(dict.fromkeys(warning for run in self.runs for warning in run.warnings))

    def placed(self) -> Iterator[Twice]:
        """Yield every record that can be read, in the order of the file."""
        for row in self._rows():
            self.books.compared += 1
            yield self._twice(row)
        self.books.balance()

    def _listening(self, related: dict[Issue, None]) -> Callable[[Issue], None]:
        """Return what passes issues on; those of related tables, which either version reads, only once."""

        def tell(issue: Issue) -> None:
            if self._prepared:
                self._on_issue(issue)
            else:
                related[issue] = None

        return tell

    def _rows(self) -> Iterator[Row]:
        """Yield the rows to compare; those that cannot be read are counted and told."""
        if self._sample is None:
            yield from self._readable()
            return
        kept: list[Row] = []
        random = Random(SEED)
        for number, row in enumerate(self._readable()):
            if len(kept) < self._sample:
                kept.append(row)
                continue
            self.books.left_out += 1
            place = random.randrange(number + 1)
            if place < self._sample:
                kept[place] = row
        yield from sorted(kept, key=lambda row: row.line)

    def _readable(self) -> Iterator[Row]:
        for row in self.table.rows:
            self.books.read += 1
            if isinstance(row, Refused):
                self.books.rejected += 1
                self._on_issue(issues.refused(self.table.name, row))
            else:
                yield row

    def _twice(self, row: Row) -> Twice:
        old, new = self.runs
        record, found = read_record(self._readers[1], new.record(row))
        before, found_before = (record, found) if self.alike else read_record(self._readers[0], old.record(row))
        if found or found_before or self.table.headings is None:
            self._tell(row, found_before, found)
        return Twice(row.line, new.key(row), (before, record), (old.place(before), new.place(record)))

    def _tell(self, row: Row, before: Sequence[DataProblem], after: Sequence[DataProblem]) -> None:
        """Tell of the cells that hold no value, each once, and of those that hold one in one version only."""
        old = {_cell(issue): issue for issue in self.runs[0].odd_cells(row, before)}
        new = {_cell(issue): issue for issue in self.runs[1].odd_cells(row, after)}
        both, lost, gained = self.books.odd_cells
        for cell, issue in (old | new).items():
            if cell in old and cell in new:
                both += 1
                self._on_issue(issue._replace(happened=COMPARED))
            else:
                lost, gained = lost + (cell in old), gained + (cell in new)
                self._on_issue(issue._replace(happened=IN_ONE.format("old" if cell in old else "new")))
        self.books.odd_cells = both, lost, gained


def read_alike(old: Ruleset, entity: str, new: Ruleset, other: str) -> bool:
    """Return whether both versions read the same records out of the same rows: fields, headings, keys and relations alike."""
    if record_spec(old.ir, entity) != record_spec(new.ir, other) or entity != other:
        return False
    reached, waiting = set[str](), [entity]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        theirs = [each for each in old.outline.entities if each.name == name]
        mine = new.outline.entity(name)
        if not theirs or theirs[0]._replace(label="") != mine._replace(label=""):
            return False
        if record_spec(old.ir, name).fields != record_spec(new.ir, name).fields:
            return False
        waiting += [relation.entity for relation in mine.relations]
    return True


def _cell(issue: Issue) -> tuple[int, str]:
    return issue.line, issue.column
