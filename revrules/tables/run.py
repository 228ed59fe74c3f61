"""A ruleset and a table of records into placed records, with an account of every row: the main job, free of printing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.runtime.lifecycles import instant
from revrules.tables import issues
from revrules.tables.columns import Reader, lacking, match_columns
from revrules.tables.failure import DataError
from revrules.tables.issues import Issue
from revrules.tables.opening import AS_IT_SHOWS, STANDARD_INPUT, open_table
from revrules.tables.rows import Refused
from revrules.tables.samples import sampled
from revrules.tables.summary import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from revrules.diagnostics import Diagnostic
    from revrules.outline import Lifecycle
    from revrules.ruleset import Mode, Ruleset
    from revrules.runtime.results import DataProblem, Placement
    from revrules.tables.arrow import ArrowStream
    from revrules.tables.columns import Record
    from revrules.tables.opening import Reading
    from revrules.tables.related import Join
    from revrules.tables.rows import Row, Table
    from revrules.tables.summary import Summary

TWICE = "stands twice in this record with different values"
MOST_KEYS = 2_000_000
"""Keys that are kept to find doubles: memory stays bounded."""


class Job(NamedTuple):
    """What to run over what. ``related`` are tables by relation or entity; ``as_of`` None means now.

    ``limit`` stops early; ``sample`` takes so many rows from all over the table, the same in every run (``samples``).
    """

    data: str
    related: Mapping[str, str] = {}
    lifecycle: str | None = None
    entity: str | None = None
    as_of: datetime | None = None
    mode: Mode = "evidence"
    reading: Reading = AS_IT_SHOWS
    limit: int | None = None
    sample: int | None = None
    stream: ArrowStream | None = None
    """The data, where these are no file; then ``data`` is what they are called."""


class Placed(NamedTuple):
    """One record with its place; ``key`` is as written, None where it is missing."""

    row: Row
    record: Record
    key: str | None
    placement: Placement


class Run:
    """A table that is being placed: a context manager; iterate over ``placed``, then ask for ``summary``.

    ``on_issue`` hears of every row that cannot be read and of every odd cell. A ``table`` that is open already is taken
    as it is, and so are ``joins`` of related tables that another run has made.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        job: Job,
        on_issue: Callable[[Issue], None],
        table: Table | None = None,
        joins: tuple[Join, ...] | None = None,
    ) -> None:
        self.table = open_table(job.data, job.reading, headings_of(ruleset)) if table is None else table
        try:
            self._prepare(ruleset, job, on_issue, joins)
        except DataError:
            self.table.close()
            raise

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.table.close()

    def _prepare(self, ruleset: Ruleset, job: Job, on_issue: Callable[[Issue], None], joins: tuple[Join, ...] | None) -> None:
        whole = ruleset.outline
        self.lifecycle = choose_lifecycle(ruleset, job, self.table)
        self.entity = whole.entity(self.lifecycle.entity)
        self.reader = Reader(whole, self.entity.name, self.table.headings, self.table.name)
        self.warnings = self._check_columns()
        self._on_issue = on_issue
        self.joins = self._related(ruleset, job) if joins is None else joins
        self._placing = ruleset, instant(job.as_of), job.mode
        self._limit, self._sample = job.limit, job.sample
        self._key_position = self.reader.columns.position(self.entity.key or "") or 0
        self.tally = Tally(self.lifecycle)
        self._lines: dict[str, int] = {}

    @cached_property
    def place(self) -> Callable[[Mapping[str, object]], Placement]:
        """What places a record; its code is made when it is first asked for."""
        ruleset, moment, mode = self._placing
        return ruleset.lifecycle(self.lifecycle.name).at(moment).in_mode(mode)

    def placed(self) -> Iterator[Placed]:
        """Yield every record that can be read, in the order of the file."""
        for row in self.table.rows if self._sample is None else sampled(self.table.rows, self._sample):
            if self._limit is not None and self.tally.read >= self._limit:
                break
            self.tally.read += 1
            if isinstance(row, Refused):
                self.tally.rejected += 1
                self._on_issue(issues.refused(self.table.name, row))
                continue
            record = self.record(row)
            key = self.key(row)
            placement = self.place(record)
            if placement.problems or self.table.headings is None:
                for issue in self.odd_cells(row, placement.problems):
                    self._on_issue(issue)
            self.tally.add(placement)
            yield Placed(row, record, key, placement)

    def record(self, row: Row) -> Record:
        """Return the record in ``row``, its related records with it."""
        record = self.reader.record(row.cells)
        for join in self.joins:
            join.attach(record)
        return record

    def share(self) -> float | None:
        """Return the part of the data that was read, 0 to 1; None where nobody knows how much there is."""
        if self.table.total is not None:
            return self.tally.read / self.table.total if self.table.total else 1.0
        return self.table.share() if self.table.share is not None else None

    def headings(self) -> tuple[str, ...]:
        """Return the headings; of JSON the names of all records, which reads the whole file into memory."""
        if self.table.headings is not None:
            return self.table.headings
        rows = list(self.table.rows)
        self.table = self.table._replace(rows=iter(rows))
        return tuple(
            dict.fromkeys(name for row in rows if not isinstance(row, Refused) for name in row.cells if isinstance(name, str))
        )

    def summary(self) -> Summary:
        """Return the account of the rows read so far; raises ``DataError`` where the books do not balance."""
        tally = self.tally
        if tally.read != tally.placed + tally.rejected:
            raise DataError(problems.unaccounted(tally.read, tally.placed, tally.rejected))
        warnings = list(self.warnings)
        if self.table.headings is None:
            warnings += self.unknown_names()
        if self.joins:
            from revrules.tables.related import partnerless

            warnings += partnerless(self.joins)
        return tally.summary(self.table.name, self.entity.label, tuple(warnings), self.table.notes)

    def _check_columns(self) -> list[Diagnostic]:
        """Return warnings about lacking columns; raises ``DataError`` where these are the key or the declared stage."""
        headings = self.table.headings
        if headings is None:
            return []
        columns = self.reader.columns
        taken = {heading for _, heading, _ in columns.fields}
        free = [heading for heading in headings if heading not in taken]
        if self.entity.key is not None and columns.heading(self.entity.key) is None:
            raise DataError(problems.lacking_key_column(self.table.name, self._spellings(self.entity.key), free))
        tracks = self.lifecycle.tracks
        if tracks is not None and columns.heading(tracks) is None:
            spelled = self._spellings(tracks)
            raise DataError(problems.lacking_tracked_column(self.table.name, self.lifecycle.name, spelled, free))
        return lacking(self.entity, columns, headings, self.table.name)

    def unknown_names(self) -> list[Diagnostic]:
        """Return a warning for every field that no JSON record has, if a name that nothing reads looks like it."""
        taken = {heading for _, heading, _ in self.reader.columns.fields} | {r.name for r in self.entity.relations}
        free = [name for name in self.reader.seen if name not in taken]
        found = lacking(self.entity, self.reader.columns, self.reader.seen, self.table.name) if free else []
        return [warning for warning in found if problems.near_misses(self._spellings(warning.subjects[0]), free)]

    def _spellings(self, field: str) -> Sequence[str]:
        declared = self.entity.field(field)
        return declared.columns if declared is not None else (field,)

    def _related(self, ruleset: Ruleset, job: Job) -> tuple[Join, ...]:
        relations = [relation for entity in ruleset.outline.entities for relation in entity.relations]
        own = [relation for relation in self.entity.relations if relation.entity == self.entity.name]
        if not job.related and (not relations or (self.table.headings is None and not own)):
            return ()
        from revrules.tables.related import connect, followed, joins, load_all, load_related

        used = followed(ruleset.ir, self.entity.name)
        tables = load_all(ruleset.ir, job.related)
        to_itself = [r for r in relations if r.entity == self.entity.name and r.name in used and r.name not in tables]
        if to_itself and self.entity.name not in tables and job.data != STANDARD_INPUT:
            itself = load_related(ruleset.ir, self.entity.name, job.data, job.reading)._replace(issues=(), warnings=())
            if self.table.headings is not None or itself.has(self.entity.key, *(r.by for r in own if r.name in used)):
                tables[self.entity.name] = itself
        for table in tables.values():
            self.warnings += table.warnings
            for issue in table.issues:
                self._on_issue(issue)
        found = joins(ruleset.ir, tables, used)
        connect(tables.values(), found)
        given = {join.relation.name for join in found[self.entity.name]}
        if self.table.headings is not None:
            self.warnings += [
                problems.relation_without_data(relation.name, relation.entity, relation.many)
                for relation in self.entity.relations
                if relation.name in used and relation.name not in given
            ]
        return found[self.entity.name]

    def _key_column(self) -> str:
        """Return the heading of the key; records of JSON bring theirs, so it may change."""
        return self.reader.columns.heading(self.entity.key or "") or self.entity.key or ""

    def written_key(self, row: Row) -> str | None:
        """Return the record's key as written; None where there is none."""
        if self.entity.key is None:
            return None
        cells = row.cells
        value = cells.get(self._key_column()) if isinstance(cells, Mapping) else cells[self._key_position]
        key = "" if value is None else str(value)
        return key if key.strip() else None

    def key(self, row: Row) -> str | None:
        """Return the record's key as written; tells when it is missing or was met before."""
        if self.entity.key is None:
            return None
        column, key = self._key_column(), self.written_key(row)
        if key is None:
            self.tally.missing_keys += 1
            self._on_issue(issues.missing_key(self.table.name, row.line, column))
            return None
        first = self._lines.get(key)
        if first is not None:
            self.tally.duplicate_keys += 1
            self._on_issue(issues.repeated_key(self.table.name, row.line, column, key, f"{self.table.unit} {first}"))
        elif len(self._lines) < MOST_KEYS:
            self._lines[key] = row.line
        return key

    def odd_cells(self, row: Row, found: Iterable[DataProblem]) -> Iterator[Issue]:
        """Yield what is no value in the row. A required value that is missing has no cell to show: the summary counts it."""
        for problem in found:
            if problem.value is not None:
                columns = self.reader.columns
                heading, position = columns.heading(problem.field) or problem.field, columns.position(problem.field) or 0
                fault = (problem.value, problem.reason)
                yield issues.treated_as_missing(self.table.name, row, heading, position, fault)
        for name in getattr(row.cells, "names", ()):
            yield Issue(self.table.name, row.line, name, "", TWICE, issues.TREATED_AS_MISSING, problems.VALUE.code)


def headings_of(ruleset: Ruleset) -> set[str]:
    """Return the headings that ``ruleset`` knows."""
    return {text for entity in ruleset.outline.entities for field in entity.fields for text in field.columns}


def choose_lifecycle(ruleset: Ruleset, job: Job, table: Table) -> Lifecycle:
    """Return the lifecycle to run: the one named, the only one, or the one whose columns the table has."""
    known = [lifecycle for lifecycle in ruleset.outline.lifecycles if job.entity in (None, lifecycle.entity)]
    names = [lifecycle.name for lifecycle in known]
    if not known:
        raise DataError(problems.no_lifecycle(job.entity))
    if job.lifecycle is not None:
        if job.lifecycle not in names:
            raise DataError(problems.unknown_lifecycle(job.lifecycle, names))
        return known[names.index(job.lifecycle)]
    if len(known) == 1:
        return known[0]
    merits = [_merit(ruleset, lifecycle, table) for lifecycle in known]
    if merits.count(max(merits)) > 1 or not max(merits):
        raise DataError(problems.which_lifecycle(names))
    return known[merits.index(max(merits))]


def _merit(ruleset: Ruleset, lifecycle: Lifecycle, table: Table) -> float:
    """Return which part of the declared columns the table has; 0 where it lacks the key or the stage that is tracked."""
    entity = ruleset.outline.entity(lifecycle.entity)
    if table.headings is None:
        return 0
    columns = match_columns(entity, table.headings, table.name)
    if any(name is not None and columns.heading(name) is None for name in (entity.key, lifecycle.tracks)):
        return 0
    return len(columns.fields) / len(entity.fields)
