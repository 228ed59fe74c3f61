"""A ruleset and a table in DuckDB into placed records: the same answers as ``run``, worked out by one statement."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from revrules.backends.sql import times
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.statements import placed
from revrules.backends.sql.tallies import faults, tallied
from revrules.backends.sql.texts import MOST_LISTED
from revrules.backends.sql.tree import printed
from revrules.problems import data as problems
from revrules.problems.pushing import too_little_memory
from revrules.tables.answers import JOINT
from revrules.tables.arrow import OnlyStream
from revrules.tables.counting import Counted
from revrules.tables.database import UNLIMITED, database, writing
from revrules.tables.duck import distinct, literal_path, plain, quoted, quoted_text
from revrules.tables.failure import DataError
from revrules.tables.json_views import TYPED, learn, refuse_to_hand_on
from revrules.tables.noticed import Counts, Noticed
from revrules.tables.own_keys import WrittenKeys, all_differ, written_keys
from revrules.tables.placed import answers
from revrules.tables.relating import LINE, Relations
from revrules.tables.rows import Table
from revrules.tables.run import Run, headings_of
from revrules.tables.samples import is_taken, last_place
from revrules.tables.source import open_source
from revrules.tables.summary import Tally
from revrules.tables.telling import Keys, Setting, odd_keys, partnerless, tell_records, tell_related
from revrules.tables.vetting import NotPushed, blank_lines
from revrules.tables.views import INSTANT, View, key_as_written, open_view, typed_view
from revrules.tables.writers import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from types import TracebackType

    from revrules import ir
    from revrules.backends.sql.outputs import Bit
    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.statements import Query
    from revrules.ruleset import Ruleset
    from revrules.tables.arrow import ArrowStream
    from revrules.tables.database import Limits, Progress
    from revrules.tables.issues import Issue
    from revrules.tables.json_views import JsonRecords
    from revrules.tables.placed import OutputColumn
    from revrules.tables.run import Job
    from revrules.tables.summary import Summary

DUCKDB = Dialect.DUCKDB
TELLING = ("verdict", "overdue", "violations", "data_problems")
LOOK = ("verdict NOT IN ('in_stage', 'undeclared')", "overdue", "len(violations) > 0", "len(data_problems) > 0")
"""What ``placed.needs_a_look`` asks, of these columns."""
IN_PLACE = "USE_TMP_FILE false"
PARQUET = f"FORMAT parquet, COMPRESSION snappy, {IN_PLACE}"
MARKS = {"csv": ",", "tsv": "\t"}
WRITTEN_ALIKE = ("VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
                 "UBIGINT", "DECIMAL", "DATE")  # fmt: skip
"""Types whose values DuckDB writes as Python does."""
FILE = "file"
"""The view of the file; ``RECORDS`` is the same with the key as it is written."""
RECORDS = "records"
NUMBERED = f"{FILE}_numbered"
ORDER = "passed order"
"""The column by which the records are sorted where they are joined with others: a join keeps no order."""
UNIT = "unit"
"""The column with the line or record of the file that a row is."""


class Pushed:
    """A table that DuckDB places: a context manager with what ``Run`` tells of columns; ``write`` once, then ``summary``.

    Where the summary will not be ``full``, faults are counted while records are written. ``headings`` may be met besides those
    that the ruleset knows.

    Raises ``NotPushed`` where Python has to do it, ``DataError`` where nobody can.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        job: Job,
        on_issue: Callable[[Issue], None],
        limits: Limits = UNLIMITED,
        on_progress: Progress | None = None,
        *,
        full: bool = True,
        headings: Collection[str] = (),
    ) -> None:
        self._ruleset = ruleset
        self.is_sample = job.sample is not None
        self._headings = headings_of(ruleset).union(headings)
        self._job = job
        self.bits: tuple[Bit, ...] = ()
        """What the bits of sets in the columns that were written mean."""
        self._on_issue = on_issue
        self._has_stream = self._tells_lines = False
        self._full = full
        self._noticed: Noticed | None = None
        self._keys: WrittenKeys | None = None
        self._stack = ExitStack()
        try:
            self.database = self._stack.enter_context(database(limits, on_progress))
            self._limits = limits
            self._prepare()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Pushed:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()

    def _prepare(self) -> None:
        connection = self.database.connection
        self._has_long_lists = any(len(one.items) > MOST_LISTED for one in self._ruleset.ir.lists)
        if self._has_long_lists:  # to sort the records costs less than to compare each with every item
            connection.execute("RESET disabled_optimizers")
        view = self.view = self._opened(FILE)
        opened = Table(view.name, view.headings, iter(()), view.notes, view.unit, view.types)
        if view.records is not None:
            opened = opened._replace(headings=None, types=None)
        self.run = Run(self._ruleset, self._job, self._on_issue, opened, ())
        if view.records is not None:
            self._learn(view.records)
        self.table, self.entity, self.lifecycle = self.run.table, self.run.entity, self.run.lifecycle
        if self.run.reader.columns.relations:
            raise NotPushed("it holds related records inside of its rows")
        self.relations = Relations(self.database, self._ruleset, self._job, self.run, self._opened)
        connection.execute(f"CREATE VIEW {RECORDS} AS SELECT *{self._key()} FROM {self._wanted()}")
        number = "" if self._job.sample is not None else f", row_number() OVER () AS {LINE}"
        connection.execute(
            f"CREATE VIEW {NUMBERED} AS SELECT *, {view.unit_of(LINE)} AS {UNIT} FROM (SELECT *{number} FROM {RECORDS})"
        )
        self.as_of = self._job.as_of or datetime.now(UTC)
        self.when = times.when_of(self.as_of, self._ruleset.ir, DUCKDB)
        self._placed = 0

    def _learn(self, records: JsonRecords) -> None:
        """Let the run meet the names of all records, if these are the records that it places."""
        if len(records.names) > 1 and (self._job.limit is not None or self._job.sample is not None):
            raise NotPushed("a part of its records may have other names than all have")
        learn(self.run.reader, records, self.run.entity.key)

    def _opened(self, view: str) -> View:
        """Return a view over the data; a stream, which may come once only, is kept as a table."""
        connection, job = self.database.connection, self._job
        if job.stream is None:
            return open_view(connection, view, job.data, job.reading, self._headings)
        if not self._has_stream:
            connection.register("stream", OnlyStream(job.stream))
            self.database.rows("CREATE TEMP TABLE given AS FROM stream")
            connection.unregister("stream")
            self._has_stream = True
        return typed_view(connection, View(job.data, view, (), (), (), job.reading), "given")

    def _wanted(self) -> str:
        """Return what the records are selected from: the file, its beginning, or a sample of it."""
        wanted = FILE if self._job.limit is None else f"(SELECT * FROM {FILE} LIMIT {self._job.limit})"
        if self._job.sample is None:
            return wanted
        ((rows,),) = self.database.rows(f"SELECT count(*) FROM {wanted}")
        ((last,),) = self.database.rows(last_place(int(str(rows)), self._job.sample))
        numbered = f"SELECT *, row_number() OVER () AS {LINE} FROM {wanted}"
        return f"({numbered}) WHERE {is_taken(LINE, int(str(last or 0)))}"

    def _key(self) -> str:
        """Return the further column of the records: the key as written, NULL where it is missing."""
        position = self.run.reader.columns.position(self.entity.key or "")
        return "" if position is None else f", {key_as_written(f'c{position}', self.view.types[position])} AS key"

    def headings(self) -> tuple[str, ...]:
        """Return the headings."""
        return self.view.headings

    def write(self, path: str, format_: str, columns: Sequence[OutputColumn]) -> None:
        """Write every placed record to a file in a format; raises OSError where the disk refuses."""
        if format_ == "parquet" and self.view.records is not None:
            refuse_to_hand_on([self._type(column) for column in columns])
        self.lock([path])
        options = self._options(format_, columns)
        if options:
            with self.trouble(), writing(path):
                statement, names = self._statement(columns, counting=not self._full, members=format_ == "parquet")
                said = statement if format_ == "parquet" else f"SELECT {self._as_cells(columns, names)} FROM ({statement})"
                ((count,),) = self.database.rows(f"COPY ({said}) TO {quoted_text(path)} ({options})")
            self._placed = int(str(count))
            if format_ == "parquet":
                self._keys = written_keys(path, columns, names, self._placed)
            return
        with open(path, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - the name of a file that is there
            write_text(stream, format_, *self.rows(columns))

    def _options(self, format_: str, columns: Sequence[OutputColumn]) -> str:
        """Return how DuckDB writes a format, empty where only Python writes these columns as it should."""
        if format_ == "parquet":
            return PARQUET
        names = [column.name for column in columns]
        plain_ = all(self._type(column).startswith(WRITTEN_ALIKE) and not self._type(column).endswith("]") for column in columns)
        if format_ not in MARKS or len(names) < 2 or distinct(names) != names or not plain_:
            return ""
        return (
            f"FORMAT csv, HEADER true, DELIMITER {quoted_text(MARKS[format_])}, QUOTE '\"', ESCAPE '\"', NULLSTR '', {IN_PLACE}"
        )

    def _type(self, column: OutputColumn) -> str:
        """Return the type of a column; an answer that is a list is written as text."""
        return self.view.types[column.origin.position] if column.origin.kind == "input" else "VARCHAR"

    def _as_cells(self, columns: Sequence[OutputColumn], names: Sequence[str]) -> str:
        """Return the columns as delimited text holds them: lists joined, nothing for an empty text."""
        lists = {column.name for column in columns if column.origin.kind == "answer" and column.type.endswith("]")}
        cells = []
        for name in names:
            cell = f"array_to_string({quoted(name)}, '{JOINT}')" if name in lists else quoted(name)
            cells.append(f"nullif(CAST({cell} AS VARCHAR), '') AS {quoted(name)}")
        return ", ".join(cells)

    def lock(self, paths: Sequence[str]) -> None:
        """Allow no more files than those that are read, and ``paths``."""
        related = (file for one in self.relations.tables.values() for file in one.view.files)
        self.database.lock([*paths, *map(literal_path, paths), *self.view.files, *related])

    def rows(self, columns: Sequence[OutputColumn]) -> tuple[list[str], Iterator[Sequence[object]]]:
        """Return the names of the columns, and the cells of every placed record as they come."""
        statement, names = self._statement(columns, as_python=True, counting=not self._full)
        return names, self._counted(statement)

    def _counted(self, statement: str) -> Iterator[Sequence[object]]:
        self.lock([])
        self._placed = 0
        with self.trouble():
            for row in self.database.stream(statement):
                self._placed += 1
                yield row

    def stream(self, columns: Sequence[OutputColumn]) -> Callable[[], ArrowStream]:
        """Return what starts a stream of the placed records."""
        statement, _ = self._statement(columns)
        self._placed = self._count()
        self.lock([])
        return lambda: self.database.connection.sql(statement)

    def worth_a_look(self, columns: Sequence[OutputColumn], most: int) -> tuple[list[str], list[Sequence[object]]]:
        """Return the same of the first records that a person would want to see; where there are none, of the first."""
        wanted = [column for column in answers() if column.name in TELLING]
        both, names = self._statement([*columns, *(column for column in wanted if column not in columns)], as_python=True)
        shown = names[: len(names) - sum(column not in columns for column in wanted)]
        items = ", ".join(map(quoted, distinct(names)[: len(shown)]))
        self.lock([])
        with self.trouble():
            found = self.database.rows(f"SELECT {items} FROM ({both}) WHERE {' OR '.join(LOOK)} LIMIT {most}")
            self._placed = self._count()
            return shown, list(found or self.database.rows(f"SELECT {items} FROM ({both}) LIMIT {most}"))

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Turn what DuckDB finds wrong with the data into ``NotPushed``, and a lack of memory into ``DataError``."""
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise DataError(too_little_memory(plain(error))) from error
        except (duckdb.IOException, duckdb.InterruptException):
            raise
        except (duckdb.Error, UnicodeDecodeError) as error:
            raise NotPushed(f"DuckDB refuses: {plain(error)}") from error

    def _statement(
        self, columns: Sequence[OutputColumn], *, as_python: bool = False, counting: bool = False, members: bool = False
    ) -> tuple[str, list[str]]:
        """Return the statement that gives ``columns`` of every record, and their names; values as Python has them, if asked.

        ``counting`` it counts faults on its way; ``members``: see ``statements.placed``.
        """
        handed = {column: self._handed_on(column, as_python=as_python) for column in columns}
        passed = {name: there for name, there in handed.values() if name}
        wanted = dict.fromkeys(column.name for column in columns if column.origin.kind in ("answer", "bits"))
        sorted_ = self._limits.ordered and (bool(self.relations.tables) or self._has_long_lists)
        if sorted_:
            passed[ORDER] = LINE
        view = NUMBERED if sorted_ or any(column.origin.kind == "line" for column in columns) else RECORDS
        lifecycle = self._ruleset.ir.lifecycle(self.lifecycle.name)
        source = self.source(passed, view)
        mode = self._job.mode
        asked = [*wanted], mode, tuple(passed)
        query = placed(self._ruleset.ir, lifecycle, source, DUCKDB, self.when, *asked, with_faults=counting, members=members)
        self.bits = query.bits
        made: list[tuple[str, str]] = []
        for column in columns:
            if column.origin.kind == "bits":  # a set of many bits is several columns
                made += [(one.name, one.name) for one in query.columns if re.fullmatch(rf"{column.name}(_[0-9]+)?", one.name)]
            else:
                made.append((handed[column][0] or column.name, column.name))
        names = [name for _, name in made]
        said = (f"{quoted(there)} AS {quoted(name)}" for (there, _), name in zip(made, distinct(names), strict=True))
        statement = f"SELECT {', '.join(said)} FROM ({query.text(pretty=False)})"
        if counting:
            self._noticed = Noticed(self.database, len(self.relations.to_one(self.entity.name)))
            statement += f" WHERE {self._noticed.counting()}"
        if sorted_:
            statement += f" ORDER BY {quoted(ORDER)}"
        return statement, names

    def _handed_on(self, column: OutputColumn, *, as_python: bool) -> tuple[str, str]:
        """Return the name under which a column of the view is handed on, and its name there; empty for answers."""
        position = column.origin.position
        match column.origin.kind:
            case "key":
                return "passed key", "key"
            case "line":
                if not self.view.plain:
                    raise NotPushed("its rows are named by their lines, and some are several")
                self._tells_lines = True
                return "passed line", UNIT
            case "input":
                if self.view.records is not None:
                    refuse_to_hand_on([self.view.types[position]], besides=TYPED)
                letter = "t" if as_python and self.view.types[position] == INSTANT else "c"
                return f"passed {position}", f"{letter}{position}"
            case _:
                return "", ""

    def source(self, passed: Mapping[str, str], view: str = RECORDS) -> Source:
        """Return the records with their columns and related tables."""
        return self.relations.source(self.entity.name, self.view, self.run.reader.columns, view, passed)

    def judged(self, columns: Sequence[str], values: Mapping[str, ir.Expr]) -> Query:
        """Return the query for ``columns`` and ``values`` of every record, with its number (``LINE``) and its faults."""
        lifecycle = self._ruleset.ir.lifecycle(self.lifecycle.name)
        asked = lifecycle, self.source({LINE: LINE}, NUMBERED), DUCKDB, self.when, columns, self._job.mode, (LINE,)
        return placed(self._ruleset.ir, *asked, values=values, with_faults=True)

    def accounted(self, records: int) -> int:
        """Return how many rows there are to be placed; raises ``DataError`` where these are not as many as the ``records``."""
        self._placed = records
        read = self._read()
        if read != records:
            raise DataError(problems.unaccounted(read, records, 0))
        return read

    def summary(self) -> Summary:
        """Return the account of the rows (where not ``full``, of these and their faults only), and tell of the odd ones.

        Raises ``DataError`` where the books do not balance.
        """
        with self.trouble():
            return self._summary()

    def _summary(self) -> Summary:
        setting = Setting(self.database, self._ruleset, self.relations, self.when, DUCKDB, self._on_issue)
        tell_related(setting)
        tally, counts = self._counts()
        if counts.clashes and self.relations.tables:
            raise NotPushed("classifications that clash are told with the related records")
        tally.read = self._read()
        if not tally.read == tally.placed == self._placed:
            raise DataError(problems.unaccounted(tally.read, self._placed, 0))
        found = self._odd_keys()
        tally.missing_keys, tally.duplicate_keys = len(found.missing), len(found.repeated)
        warnings = [*self.run.warnings, *self.relations.warnings]
        warnings += self.run.unknown_names() if self.view.records is not None else []
        if counts.shown or found.missing or found.repeated or any(counts.lost):
            numbered = self._faults(NUMBERED, {LINE: LINE})
            odd = f"SELECT {LINE} FROM ({numbered}) WHERE {'shown' if counts.shown else 'false'}"
            tell_records(setting, self.run, self.view, odd, found, clashes=bool(counts.clashes))
            lost = enumerate(zip(self.relations.to_one(self.entity.name), counts.lost, strict=True))
            warnings += [partnerless(setting, numbered, name, place, self.run) for place, (name, count) in lost if count]
        return tally.summary(self.view.name, self.entity.label, tuple(warnings), self.view.notes)

    def _counts(self) -> tuple[Tally, Counts]:
        """Return what is counted of all records; not ``full``: of how many there are and of their faults only."""
        if self._full:
            lifecycle = self._ruleset.ir.lifecycle(self.lifecycle.name)
            tallies = tallied(self._ruleset.ir, lifecycle, self.source({}), DUCKDB, self.when, self._job.mode)
            counted = Counted(tallies, self.lifecycle)
            counted.take(self.database.rows(counted.statement(printed(tallies.tree, DUCKDB))))
            return counted.tally, Counts(counted.shown, counted.clashes, tuple(counted.lost))
        tally = Tally(self.lifecycle)
        if self._noticed is not None:
            tally.placed = self._placed
            return tally, self._noticed.counts()
        lost = len(self.relations.to_one(self.entity.name))
        told = ["count(*)", "count(*) FILTER (shown)", "count(*) FILTER (clashes)", *(f"count(lost_{n})" for n in range(lost))]
        ((placed_, shown, clashes, *keys),) = self.database.rows(f"SELECT {', '.join(told)} FROM ({self._faults(RECORDS, {})})")
        tally.placed = int(str(placed_))
        return tally, Counts(int(str(shown)), int(str(clashes)), tuple(int(str(count)) for count in keys))

    def _faults(self, view: str, passed: Mapping[str, str]) -> str:
        """Return the statement that tells of the faults of the records in a view."""
        lifecycle = self._ruleset.ir.lifecycle(self.lifecycle.name)
        found = faults(self._ruleset.ir, lifecycle, self.source(passed, view), DUCKDB, self.when, self._job.mode)
        return printed(found, DUCKDB)

    def _odd_keys(self) -> Keys:
        """Return which records have no key of their own: what was written is looked at first, which is less than the data."""
        if self.entity.key is None or (self._keys is not None and all_differ(self._keys, self.database, self._limits)):
            return Keys(frozenset(), {})
        return odd_keys(self.database, NUMBERED)

    def _read(self) -> int:
        """Return how many rows there are to be placed, by the lines of the file where it has some."""
        expected = self.view.rows
        if expected is None or self._job.limit is not None or self._job.sample is not None:
            return self._count()
        if expected != self._placed:
            if self._tells_lines:
                raise NotPushed("its rows are named by their lines, and some lines are blank")
            self.view = self.view._replace(plain=False)
            blank = sum(blank_lines(open_source(path)) for path, _ in self.view.parts)
            if expected - blank != self._placed:
                raise NotPushed("DuckDB finds other rows in it than it has lines")
        return self._placed

    def _count(self) -> int:
        ((count,),) = self.database.rows(f"SELECT count(*) FROM {RECORDS}")
        return int(str(count))
