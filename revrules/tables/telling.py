"""Rows in which DuckDB found something odd into the issues that the run in Python tells of them: the same, in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.suspects import suspects
from revrules.backends.sql.tallies import faulty, keys
from revrules.backends.sql.tree import printed
from revrules.problems import data as problems
from revrules.readers import field_spec, record_spec
from revrules.runtime.cells import field_reader
from revrules.runtime.records import read_record, record_reader
from revrules.tables import issues
from revrules.tables.json_views import rows_at
from revrules.tables.opening import open_table
from revrules.tables.related import CANDIDATES, REMEMBERED, typed
from revrules.tables.relating import LINE
from revrules.tables.remembering import remembering_record
from revrules.tables.rows import Refused, Row
from revrules.tables.vetting import NotPushed
from revrules.tables.views import INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.scope import When
    from revrules.backends.sql.sources import Source
    from revrules.diagnostics import Diagnostic
    from revrules.ruleset import Ruleset
    from revrules.runtime.results import DataProblem
    from revrules.tables.columns import Record
    from revrules.tables.database import Database
    from revrules.tables.issues import Issue
    from revrules.tables.relating import Related, Relations
    from revrules.tables.run import Run
    from revrules.tables.views import View

ODD = "odd"
CLASHES = ("more than one branch is true", "more than one row is true")


class Setting(NamedTuple):
    """What telling asks of a run."""

    database: Database
    ruleset: Ruleset
    relations: Relations
    when: When
    dialect: Dialect
    on_issue: Callable[[Issue], None]


class Keys(NamedTuple):
    """Rows without a key, and rows whose key stood before, with the row where it did: by their numbers."""

    missing: frozenset[int]
    repeated: Mapping[int, int]

    @property
    def all(self) -> set[int]:
        """The rows that have to be looked at to tell of them."""
        return {*self.missing, *self.repeated, *self.repeated.values()}


def tell_related(setting: Setting) -> None:
    """Tell of the cells of related tables that hold no value."""
    for table in setting.relations.tables.values():
        if table.itself:
            continue
        source = setting.relations.alone(table, {LINE: LINE})
        statement = faulty(setting.ruleset.ir, source, setting.dialect, setting.when)
        if statement is None or not _is_suspicious(setting, source, table.view):
            continue
        remember(setting.database, f"SELECT {LINE} FROM ({printed(statement, setting.dialect)}) WHERE faulty")
        _tell_table(setting, table)


def _is_suspicious(setting: Setting, source: Source, view: View) -> bool:
    """Return whether a cell may hold no value: one look at each column is much faster than one at all values."""
    conditions = suspects(setting.ruleset.ir, source)
    if conditions is None:
        return True
    looks = (f"SELECT 1 FROM {view.view} WHERE {printed(condition, setting.dialect)} LIMIT 1" for condition in conditions)
    return any(setting.database.rows(look) for look in looks)


def _tell_table(setting: Setting, table: Related) -> None:
    declared = setting.ruleset.ir.entity(table.entity)
    readers = {field.name: field_reader(field_spec(field, setting.ruleset.ir.timezone)) for field in declared.fields}
    for _, row in rows_of(setting.database, table.view, f"{table.view.view}_numbered"):
        for issue in typed(table.reader.record(row.cells), readers, table.reader, row, table.view.name):
            setting.on_issue(issue)


def tell_records(setting: Setting, run: Run, view: View, odd: str, found: Keys, *, clashes: bool) -> None:
    """Tell of the records that the statement ``odd`` numbers, and of those without a key of their own.

    Without ``clashes`` of classifications, to read the records is mostly enough.
    """
    remember(setting.database, odd)
    shown = {int(str(number)) for (number,) in setting.database.rows(f"SELECT {LINE} FROM {ODD}")}
    listed = ", ".join(f"({number})" for number in found.all)
    if listed:
        setting.database.connection.execute(
            f"INSERT INTO {ODD} FROM (VALUES {listed}) AS t({LINE}) ANTI JOIN {ODD} USING ({LINE})"
        )
    about_keys = AboutKeys(view, run, found)
    problems_of = (lambda record: run.place(record).problems) if clashes else _Problems(setting.ruleset, run).of
    for number, row in rows_of(setting.database, view, f"{view.view}_numbered"):
        for issue in about_keys.of(number, row):
            setting.on_issue(issue)
        if number in shown:
            told = problems_of(run.record(row))
            if setting.relations.tables:  # related records are not at hand, so nobody can tell what clashes
                told = [one for one in told if one.reason not in CLASHES]
            for issue in run.odd_cells(row, told):
                setting.on_issue(issue._replace(file=view.place(number)[0]))


class _Problems:
    """What is wrong with the values of records: one is placed only where its claim may name no stage, and nobody knows yet."""

    def __init__(self, ruleset: Ruleset, run: Run) -> None:
        self._reader = remembering_record(record_reader(record_spec(ruleset.ir, run.entity.name)))
        self._run = run
        self._tracks = ruleset.ir.lifecycle(run.lifecycle.name).tracks
        self._stages: set[object] = {None}
        """Claims that name a stage."""

    def of(self, record: Record) -> Sequence[DataProblem]:
        """Return the problems of a record, as its placement has them."""
        typed, found = read_record(self._reader, record)
        if self._tracks is None or (not self._tracks.path and typed[self._tracks.name] in self._stages):
            return found
        placed = self._run.place(record).problems
        if len(placed) == len(found) and not self._tracks.path:
            self._stages.add(typed[self._tracks.name])
        return placed


class AboutKeys:
    """Tells of rows without a key, and of keys that stood before. Asked of the rows in their order."""

    def __init__(self, view: View, run: Run, found: Keys) -> None:
        self._view, self._found = view, found
        columns, key = run.reader.columns, run.entity.key or ""
        self._heading, self._position = columns.heading(key) or "", columns.position(key) or 0
        self._places: dict[int, tuple[str, int]] = {}
        self._firsts = frozenset(found.repeated.values())

    def of(self, number: int, row: Row) -> Iterator[Issue]:
        """Yield what is odd about the key of the row of that number."""
        view, found = self._view, self._found
        file, line = view.place(number)[0], row.line
        if number in self._firsts:
            self._places[number] = file, line
        if number in found.missing:
            yield issues.missing_key(file, line, self._heading)
        if number in found.repeated:
            other, first = self._places[found.repeated[number]]
            place = f"{view.unit} {first}" + (f" of {other}" if other != file else "")
            key = row.cells[self._heading] if isinstance(row.cells, Mapping) else row.cells[self._position]
            yield issues.repeated_key(file, line, self._heading, str(key), place)


def odd_keys(database: Database, view: str) -> Keys:
    """Return which rows of a view, which has a column ``key`` and numbers its rows, have no key of their own.

    Keys whose hashes differ do, too; hashes take less memory.
    """
    different = "count(DISTINCT hash(key)) FILTER (key IS NOT NULL)"
    ((present, distinct, every),) = database.rows(f"SELECT count(key), {different}, count(*) FROM {view}")
    missing: frozenset[int] = frozenset()
    repeated: dict[int, int] = {}
    if present != every:
        rows = database.rows(f"SELECT {LINE} FROM {view} WHERE key IS NULL")
        missing = frozenset(int(str(number)) for (number,) in rows)
    if present != distinct:
        twice = f"SELECT key FROM {view} WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1"
        firsts = f"SELECT {LINE}, min({LINE}) OVER (PARTITION BY key) AS first FROM {view} WHERE key IN ({twice})"
        rows = database.rows(f"SELECT {LINE}, first FROM ({firsts}) WHERE {LINE} <> first")
        repeated = {int(str(number)): int(str(first)) for number, first in rows}
    return Keys(missing, repeated)


def partnerless(setting: Setting, statement: str, name: str, number: int, run: Run) -> Diagnostic:
    """Return the warning about keys of the relation ``name``, the column ``number`` of lost ones, that find no record."""
    lost = setting.database.rows(
        f"SELECT lost_{number}, count(*), min({LINE}) FROM ({statement}) WHERE lost_{number} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 3 LIMIT {REMEMBERED}"
    )
    relation = run.entity.relation(name)
    assert relation is not None, "only declared relations are followed"
    table = setting.relations.tables.get(name) or setting.relations.tables[relation.entity]
    key = setting.ruleset.outline.entity(relation.entity).key
    assert key is not None, "the checker wants keys where relations need them"
    source = setting.relations.alone(table, {LINE: LINE})
    there = printed(keys(setting.ruleset.ir, source, key, setting.dialect, setting.when), setting.dialect)
    near = setting.database.rows(
        f"SELECT key, min({LINE}) FROM ({there}) WHERE key IS NOT NULL GROUP BY 1 ORDER BY 2 LIMIT {CANDIDATES}"
    )
    counts = {str(found): int(str(count)) for found, count, _ in lost}
    return problems.no_partner(name, table.view.name, counts, [str(found) for found, _ in near])


def remember(database: Database, statement: str) -> None:
    """Keep the numbers of rows (``LINE``) that a statement gives, each once, for ``rows_of``."""
    database.rows(f"CREATE OR REPLACE TEMP TABLE {ODD} AS {statement}")


def rows_of(database: Database, view: View, numbered: str) -> Iterator[tuple[int, Row]]:
    """Yield the rows whose numbers are kept, with these, as the reader in Python finds them."""
    return ((number, row) for number, row, _ in rows_with(database, view, numbered, ()))


def rows_with(
    database: Database, view: View, numbered: str, beside: Sequence[str]
) -> Iterator[tuple[int, Row, Sequence[object] | None]]:
    """Yield the same with what was kept ``beside`` their numbers; None where rows have to be read by Python."""
    if view.records is not None and view.records.by_line:
        wanted = database.rows(f"SELECT {LINE} FROM {ODD}")
        found = rows_at([path for path, _ in view.parts], {int(str(number)) for (number,) in wanted})
        yield from ((number, row, None) for number, row in found)
        return
    if not view.plain:
        if len(view.parts) > 1:
            raise NotPushed("lines of its files are no rows, or rows are several lines")
        yield from ((number, row, None) for number, row in _read_again(database, view))
        return
    items = [f"t{position}" if type_ == INSTANT else f"c{position}" for position, type_ in enumerate(view.types)]
    told = ", ".join([LINE, *beside, *items])
    first = len(beside)
    for number, *cells in database.stream(f"SELECT {told} FROM {numbered} JOIN {ODD} USING ({LINE}) ORDER BY {LINE}"):
        found_at, values = int(str(number)), cells[first:]
        row = Row(view.place(found_at)[1] + view.before, values if view.unit == "line" else tuple(values))
        yield found_at, row, cells[:first]


def _read_again(database: Database, view: View) -> Iterator[tuple[int, Row]]:
    """Yield the rows out of the file itself: some of its lines are no rows, or some rows are several lines."""
    wanted = {int(str(number)) for (number,) in database.rows(f"SELECT {LINE} FROM {ODD}")}
    table = open_table(view.files[0], view.reading, view.expected)
    number = 0
    for row in table.rows:
        if not wanted:
            break
        if not isinstance(row, Refused):
            number += 1
            if number in wanted:
                wanted.discard(number)
                yield number, row
    table.close()
