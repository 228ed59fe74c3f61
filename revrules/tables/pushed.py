"""A ruleset and a table in DuckDB into placed records: the same answers as ``run``, worked out by one statement."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from revrules.backends.sql import times
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.sources import Source
from revrules.backends.sql.statements import placed
from revrules.backends.sql.tallies import tallied
from revrules.backends.sql.tree import printed, table
from revrules.problems import data as problems
from revrules.tables.counting import Counted
from revrules.tables.database import UNLIMITED, database, writing
from revrules.tables.duck import distinct, quoted, quoted_text
from revrules.tables.failure import DataError
from revrules.tables.rows import Table
from revrules.tables.run import Run
from revrules.tables.views import key_as_written, open_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from revrules.ruleset import Ruleset
    from revrules.tables.database import Limits, Progress
    from revrules.tables.issues import Issue
    from revrules.tables.placed import OutputColumn
    from revrules.tables.run import Job
    from revrules.tables.summary import Summary

DUCKDB = Dialect.DUCKDB
PARQUET = "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false"
FILE = "file"
"""The view of the file; ``RECORDS`` is the same with the key as it is written."""
RECORDS = "records"


class Pushed:
    """A table that DuckDB places: a context manager with what ``Run`` tells of columns; ``write`` once, then ``summary``.

    Raises ``NotPushed`` where Python has to do it, ``DataError`` where nobody can.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        job: Job,
        on_issue: Callable[[Issue], None],
        limits: Limits = UNLIMITED,
        on_progress: Progress | None = None,
    ) -> None:
        self._ruleset = ruleset
        self._job = job
        self._on_issue = on_issue
        self._stack = ExitStack()
        try:
            self._database = self._stack.enter_context(database(limits, on_progress))
            self._prepare()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Pushed:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def _prepare(self) -> None:
        view = self._view = open_view(self._database.connection, FILE, self._job.data, self._job.reading)
        opened = Table(view.name, view.headings, iter(()), view.notes, view.unit, view.types)
        self._run = Run(self._ruleset, self._job, self._on_issue, opened, ())
        self.table, self.entity, self.lifecycle = self._run.table, self._run.entity, self._run.lifecycle
        self._database.connection.execute(f"CREATE VIEW {RECORDS} AS SELECT *{self._key()} FROM {FILE}")
        self.as_of = self._job.as_of or datetime.now(UTC)
        self._when = times.when_of(self.as_of, self._ruleset.ir, DUCKDB)
        self._placed = 0

    def _key(self) -> str:
        """Return the further column of the records: the key as written, NULL where it is missing."""
        position = self._run.reader.columns.position(self.entity.key or "")
        return "" if position is None else f", {key_as_written(f'c{position}', self._view.types[position])} AS key"

    def headings(self) -> tuple[str, ...]:
        """Return the headings."""
        return self._view.headings

    def write(self, path: str, columns: Sequence[OutputColumn]) -> None:
        """Write every placed record to a Parquet file; raises OSError where the disk refuses."""
        self._database.lock([path, self._job.data])
        with writing(path):
            found = self._database.rows(f"COPY ({self._statement(columns)}) TO {quoted_text(path)} ({PARQUET})")
        (self._placed,) = (int(str(count)) for (count,) in found)

    def _statement(self, columns: Sequence[OutputColumn]) -> str:
        """Return the statement that gives ``columns`` of every record, in the order of the file."""
        passed = {name: column for name, column in map(self._passed, columns) if column}
        answers = [column.name for column in columns if column.origin.kind == "answer"]
        query = placed(
            self._ruleset.ir, self._ruleset.ir.lifecycle(self.lifecycle.name), self._source(passed), DUCKDB, self._when,
            list(dict.fromkeys(answers)), self._job.mode, tuple(passed),
        )  # fmt: skip
        names = distinct([column.name for column in columns])
        items = (
            f"{quoted(self._passed(column)[0] or column.name)} AS {quoted(name)}"
            for column, name in zip(columns, names, strict=True)
        )
        return f"SELECT {', '.join(items)} FROM ({query.text(pretty=False)})"

    def _passed(self, column: OutputColumn) -> tuple[str, str]:
        """Return the name under which a column of the view is handed on, and its name there; empty for answers."""
        match column.origin.kind:
            case "key":
                return "passed key", "key"
            case "line":
                return "passed line", "line"
            case "input":
                return f"passed {column.origin.position}", f"c{column.origin.position}"
            case _:
                return "", ""

    def _source(self, passed: dict[str, str], view: str = RECORDS) -> Source:
        """Return the records with their columns and related tables."""
        entity = self._ruleset.ir.entity(self.entity.name)
        columns = {}
        for name, _, position in self._run.reader.columns.fields:
            field = entity.field(name)
            assert field is not None, "the outline has the fields of the entity"
            columns[name] = self._view.column(position, field)
        return Source(entity.name, table(view), columns, {}, passed)

    def summary(self) -> Summary:
        """Return the account of the rows; raises ``DataError`` where the books do not balance."""
        lifecycle = self._ruleset.ir.lifecycle(self.lifecycle.name)
        tallies = tallied(self._ruleset.ir, lifecycle, self._source({}), DUCKDB, self._when, self._job.mode)
        counted = Counted(tallies, self.lifecycle)
        counted.take(self._database.rows(counted.statement(printed(tallies.tree, DUCKDB))))
        ((read,),) = self._database.rows(f"SELECT count(*) FROM {RECORDS}")
        if read != self._placed:
            raise DataError(problems.unaccounted(int(str(read)), self._placed, 0))
        tally = counted.tally
        tally.read = tally.placed = self._placed
        return tally.summary(self._view.name, self.entity.label, tuple(self._run.warnings), self._view.notes)
