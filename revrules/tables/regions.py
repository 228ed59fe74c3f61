"""A table of records and pairs of questions into regions: which records meet both, only the one, only the other, neither.

Each record is read and judged as each of two rulesets reads and judges it; every row is accounted for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import data as problems
from revrules.readers import record_spec
from revrules.runtime.records import read_record, record_reader
from revrules.tables import issues
from revrules.tables.columns import Reader, match_columns
from revrules.tables.failure import DataError
from revrules.tables.opening import AS_IT_SHOWS, open_table
from revrules.tables.remembering import remembering_record
from revrules.tables.rows import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from revrules.ir import Ruleset
    from revrules.outline import Outline
    from revrules.runtime.results import DataProblem
    from revrules.tables.columns import Record
    from revrules.tables.issues import Issue
    from revrules.tables.opening import Reading
    from revrules.tables.related import Join
    from revrules.tables.rows import Row, Table

FIRST_KEYS = 3
"""Keys that are shown of a region."""
JUDGED = "judged; the value counts as missing"


class Region(StrEnum):
    """Where a record lies to two conditions (or values: BOTH is the same value, DIFFER another one)."""

    BOTH = "both"
    FIRST = "only first"
    SECOND = "only second"
    NEITHER = "neither"
    DIFFER = "differ"
    CANNOT_TELL = "cannot tell"


class Judged(NamedTuple):
    """What one side makes of records: its ruleset, the entity of the records, tables of related ones by relation or entity.

    ``answers`` takes a record and returns what this side says to each question, None where it cannot tell.
    """

    ruleset: Ruleset
    outline: Outline
    entity: str
    related: Mapping[str, str]
    answers: Callable[[Record], Sequence[object]]


class Located(NamedTuple):
    """A record, and its region for each question. ``key`` is as written, None where it is missing."""

    line: int
    key: str | None
    regions: tuple[Region, ...]


@dataclass(slots=True)
class Account:
    """What became of the rows: ``read`` = ``judged`` + ``rejected``; counts and first keys by question and region."""

    read: int = 0
    judged: int = 0
    rejected: int = 0
    odd_cells: int = 0
    """Cells that hold no value for one of the sides, and count as missing there."""
    notes: tuple[str, ...] = ()
    counts: Counter[tuple[int, Region]] = field(default_factory=Counter)
    keys: dict[tuple[int, Region], list[str]] = field(default_factory=dict)

    def add(self, located: Located) -> None:
        """Take in a record."""
        self.judged += 1
        for question, region in enumerate(located.regions):
            self.counts[question, region] += 1
            shown = self.keys.setdefault((question, region), [])
            if len(shown) < FIRST_KEYS:
                shown.append(located.key if located.key is not None else f"line {located.line}")

    def count(self, question: int, region: str) -> int:
        """Return how many records lie in a region for a question."""
        return self.counts[question, Region(region)]

    def shown(self, question: int, region: str) -> tuple[str, ...]:
        """Return the keys of the first of them."""
        return tuple(self.keys.get((question, Region(region)), ()))


class Locating:
    """A table whose records are being judged twice: a context manager; iterate over ``located``, then look at ``account``.

    ``is_value`` says of each question whether it is about a value, not a condition.
    """

    def __init__(
        self,
        path: str,
        sides: tuple[Judged, Judged],
        is_value: Sequence[bool],
        on_issue: Callable[[Issue], None],
        reading: Reading = AS_IT_SHOWS,
    ) -> None:
        wanted = {text for side in sides for each in side.outline.entity(side.entity).fields for text in each.columns}
        self.table = open_table(path, reading, wanted)
        self.account = Account(notes=self.table.notes)
        self._on_issue = on_issue
        self._is_value = is_value
        try:
            self._sides = tuple(_Reads(side, self.table, on_issue) for side in sides)
        except DataError:
            self.table.close()
            raise

    def __enter__(self) -> Locating:
        return self

    def __exit__(self, *_: object) -> None:
        self.table.close()

    def located(self) -> Iterator[Located]:
        """Yield every record that can be read, in the order of the file."""
        for row in self.table.rows:
            self.account.read += 1
            if isinstance(row, Refused):
                self.account.rejected += 1
                self._on_issue(issues.refused(self.table.name, row))
                continue
            first, second = (side.answers(row) for side in self._sides)
            self._tell(row)
            found = tuple(map(_region, first, second, self._is_value))
            located = Located(row.line, self._sides[0].key(row) or self._sides[1].key(row), found)
            self.account.add(located)
            yield located
        if self.account.read != self.account.judged + self.account.rejected:
            raise DataError(problems.unaccounted(self.account.read, self.account.judged, self.account.rejected))

    def _tell(self, row: Row) -> None:
        """Tell of the cells in the row that hold no value for one of the sides, each cell once."""
        faults = {fault.column: fault for side in self._sides for fault in side.faults}
        for fault in faults.values():
            self.account.odd_cells += 1
            self._on_issue(fault)


def fitting(outline: Outline, entities: Sequence[str], table: Table) -> list[tuple[float, str]]:
    """Return how well each of ``entities`` fits the table, the best first: the part of its fields that there are columns for."""
    if table.headings is None:
        return [(0.0, entity) for entity in entities]
    found = []
    for entity in entities:
        declared = outline.entity(entity)
        columns = match_columns(declared, table.headings, table.name)
        has_key = declared.key is None or columns.heading(declared.key) is not None
        found.append((len(columns.fields) / max(len(declared.fields), 1) if has_key else 0.0, entity))
    return sorted(found, reverse=True)


class _Reads:
    """One side's way of reading the rows of the table."""

    def __init__(self, side: Judged, table: Table, on_issue: Callable[[Issue], None]) -> None:
        self.faults: list[Issue] = []
        self._side, self._table = side, table
        self._entity = side.outline.entity(side.entity)
        self._reader = Reader(side.outline, side.entity, table.headings, table.name)
        self._values = remembering_record(record_reader(record_spec(side.ruleset, side.entity)))
        self._joins = _joins(side, on_issue)
        key = self._entity.key
        if key is not None and table.headings is not None and self._reader.columns.heading(key) is None:
            declared = self._entity.field(key)
            spelled = declared.columns if declared is not None else (key,)
            raise DataError(problems.lacking_key_column(table.name, spelled, table.headings))

    def answers(self, row: Row) -> Sequence[object]:
        """Return what this side answers to each question about the record in ``row``; ``faults`` are then those of the row."""
        record = self._reader.record(row.cells)
        for join in self._joins:
            join.attach(record)
        typed, found = read_record(self._values, record)
        self.faults = [self._fault(row, each) for each in found if each.value is not None]
        return self._side.answers(typed)

    def _fault(self, row: Row, problem: DataProblem) -> Issue:
        columns = self._reader.columns
        heading, position = columns.heading(problem.field) or problem.field, columns.position(problem.field) or 0
        found = issues.treated_as_missing(self._table.name, row, heading, position, (problem.value, problem.reason))
        return found._replace(happened=JUDGED)

    def key(self, row: Row) -> str | None:
        """Return the key as written, None where there is none."""
        if self._entity.key is None:
            return None
        if isinstance(row.cells, Mapping):
            value = row.cells.get(self._reader.columns.heading(self._entity.key) or self._entity.key)
        else:
            value = row.cells[self._reader.columns.position(self._entity.key) or 0]
        key = "" if value is None else str(value)
        return key if key.strip() else None


def _joins(side: Judged, on_issue: Callable[[Issue], None]) -> tuple[Join, ...]:
    if not side.related:
        return ()
    from revrules.tables.related import connect, followed, joins, load_all

    tables = load_all(side.ruleset, side.related)
    for table in tables.values():
        for issue in table.issues:
            on_issue(issue)
    found = joins(side.ruleset, tables, followed(side.ruleset, side.entity))
    connect(tables.values(), found)
    return found[side.entity]


def _region(first: object, second: object, is_value: bool) -> Region:
    if first is None or second is None:
        return Region.CANNOT_TELL
    if is_value:
        return Region.BOTH if first == second else Region.DIFFER
    if first:
        return Region.BOTH if second else Region.FIRST
    return Region.SECOND if second else Region.NEITHER
