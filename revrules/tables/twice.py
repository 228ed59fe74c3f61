"""A table of records into records placed by two versions of a ruleset: every row read once, and accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.readers import record_spec
from revrules.runtime.records import read_record, record_reader
from revrules.tables import issues
from revrules.tables.failure import DataError
from revrules.tables.lazy_records import LazyRecord, reads_of
from revrules.tables.opening import open_table
from revrules.tables.remembering import remembering_record
from revrules.tables.rows import Refused
from revrules.tables.run import Run, headings_of
from revrules.tables.samples import sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Expr
    from revrules.ruleset import Ruleset
    from revrules.runtime.results import DataProblem, Placement
    from revrules.tables.columns import Record
    from revrules.tables.issues import Issue
    from revrules.tables.rows import Row
    from revrules.tables.run import Job
    from revrules.tables.totals import Total

COMPARED = "compared; the value counts as missing"
IN_ONE = "compared; the value counts as missing in the {} version only"


class Judgement(NamedTuple):
    """What one version makes of a record, by its own names; ``verdict`` is empty where nothing is tracked.

    ``path`` are the stages passed, ``broken`` the rules and assertions that the record breaks.
    """

    stage: str | None
    verdict: str
    path: tuple[str, ...]
    declared: str | None
    broken: frozenset[str]


class Twice(NamedTuple):
    """A record as either version reads it (values typed, the old version first) and judges it; ``key`` as written."""

    line: int
    key: str | None
    records: tuple[Record, Record]
    judged: tuple[Judgement, Judgement]


class Judging(NamedTuple):
    """What is asked of every record besides its placement.

    ``stages`` and ``rules`` lead from old names to new ones. ``values`` of the record, the old version's and the new one's, are
    asked whether they are the same; ``sums`` are values to be summed. ``firsts`` records of each pair of stages are wanted
    themselves.
    """

    stages: Mapping[str, str]
    rules: Mapping[str, str]
    values: Sequence[tuple[Expr, Expr]]
    sums: tuple[Expr | None, Expr | None] | None
    firsts: int


class Others(NamedTuple):
    """Records that both versions judge alike: how many of the same stages and verdicts, and what their values sum up to.

    ``before`` is the old version's stage, by its own name. ``rerouted``: whether they took another way. ``missing``: of how many
    there is no value to sum.
    """

    before: str | None
    after: str | None
    verdicts: tuple[str, str]
    declared: bool
    rerouted: bool
    records: int
    sums: tuple[Total, Total]
    missing: tuple[int, int]


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


class Pair:
    """The runs of two versions over one table, and what they make of its rows. Where both read ``alike``, rows are read once."""

    def __init__(self, versions: tuple[Ruleset, Ruleset], runs: tuple[Run, Run], books: Books, *, alike: bool) -> None:
        self.runs = runs
        self.books = books
        self._alike = alike
        specs = (record_spec(version.ir, run.entity.name) for version, run in zip(versions, runs, strict=True))
        old, new = (remembering_record(record_reader(spec)) for spec in specs)
        self._readers = old, new
        self._reads = reads_of(old), reads_of(new)

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about the columns, for one of the versions."""
        return list(dict.fromkeys(warning for run in self.runs for warning in run.warnings))

    def read(self, row: Row, on_issue: Callable[[Issue], None]) -> tuple[Record, Record]:
        """Return the record in ``row`` as either version reads it; tells of the cells that hold no value."""
        old, new = self.runs
        record, found = read_record(self._readers[1], new.record(row))
        before, found_before = (record, found) if self._alike else read_record(self._readers[0], old.record(row))
        if found or found_before or new.table.headings is None:
            self._tell(row, found_before, found, on_issue)
        return before, record

    def lazily(self, row: Row) -> tuple[Record, Record]:
        """Return the same of a row whose cells all hold values: these are read when they are asked for."""
        old, new = self.runs
        record = LazyRecord(self._reads[1], new.record(row))
        return record if self._alike else LazyRecord(self._reads[0], old.record(row)), record

    def judged(self, records: tuple[Record, Record]) -> tuple[Judgement, Judgement]:
        """Return what the versions make of a record as they read it."""
        (old, new), (before, record) = self.runs, records
        return _judgement(old.place(before)), _judgement(new.place(record))

    def _tell(
        self, row: Row, before: Sequence[DataProblem], after: Sequence[DataProblem], on_issue: Callable[[Issue], None]
    ) -> None:
        """Tell of the cells that hold no value, each once, and of those that hold one in one version only."""
        new = {_cell(issue): issue for issue in self.runs[1].odd_cells(row, after)}
        old = new if self._alike else {_cell(issue): issue for issue in self.runs[0].odd_cells(row, before)}
        both, lost, gained = self.books.odd_cells
        for cell, issue in (old | new).items():
            if cell in old and cell in new:
                both += 1
                on_issue(issue._replace(happened=COMPARED))
            else:
                lost, gained = lost + (cell in old), gained + (cell in new)
                on_issue(issue._replace(happened=IN_ONE.format("old" if cell in old else "new")))
        self.books.odd_cells = both, lost, gained


class Comparing:
    """A table that two versions place: iterate over ``placed``, then look at ``books`` and ``warnings``.

    ``jobs`` are those of the old and of the new version and read the same file, with a ``sample`` only so many of its rows.
    ``lifecycles`` lead from those of the new version to those of the old.
    """

    others: Sequence[Others] = ()
    """Records that ``placed`` leaves out, counted."""
    touched: Sequence[int] = ()

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
        self._sample = jobs[1].sample
        related: dict[Issue, None] = {}  # either version reads the related tables: what is odd there is told once
        try:
            second = Run(new, jobs[1], lambda issue: self._hear(issue, related), self.table)
            job = jobs[0]._replace(lifecycle=old_lifecycle(second, lifecycles))
            alike = read_alike(old, old.lifecycle(job.lifecycle).entity, new, second.entity.name)
            joins = second.joins if alike else None
            first = Run(old, job, lambda issue: self._hear(issue, related), self.table, joins)
        except DataError:
            self.table.close()
            raise
        for issue in related:
            on_issue(issue)
        self._is_prepared = True
        self.pair = Pair(versions, (first, second), self.books, alike=alike)

    _is_prepared = False

    def close(self) -> None:
        """Let go of the file."""
        self.table.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """How the table was read."""
        return self.table.notes

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about the columns, for one of the versions."""
        return self.pair.warnings

    def judge(self, judging: Judging) -> None:
        """Take in what is asked of every record: here each is looked at."""

    def placed(self) -> Iterator[Twice]:
        """Yield every record that can be read, in the order of the file."""
        readable = self._readable()
        for row in readable if self._sample is None else sampled(readable, self._sample):
            if isinstance(row, Refused):
                self.books.rejected += 1
                self._on_issue(issues.refused(self.table.name, row))
                continue
            self.books.compared += 1
            records = self.pair.read(row, self._on_issue)
            yield Twice(row.line, self.pair.runs[1].key(row), records, self.pair.judged(records))
        if self._sample is not None:
            self.books.left_out = max(self.books.read - self.books.rejected - self._sample, 0)
        self.books.balance()

    def _hear(self, issue: Issue, related: dict[Issue, None]) -> None:
        if self._is_prepared:
            self._on_issue(issue)
        else:
            related[issue] = None

    def _readable(self) -> Iterator[Row | Refused]:
        for row in self.table.rows:
            self.books.read += 1
            yield row


def old_lifecycle(new: Run, lifecycles: Mapping[str, str]) -> str:
    """Return the lifecycle of the old version that the one of the new version's run was; raises ``DataError``."""
    name = new.lifecycle.name
    if name not in lifecycles:
        raise DataError(problems.unknown_lifecycle(name, list(lifecycles)))
    return lifecycles[name]


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


def _judgement(placement: Placement) -> Judgement:
    verdict = "" if placement.verdict is None else placement.verdict.value
    broken = frozenset(each.rule for each in placement.violations)
    return Judgement(placement.stage, verdict, placement.path, placement.declared, broken)


def _cell(issue: Issue) -> tuple[int, str]:
    return issue.line, issue.column
