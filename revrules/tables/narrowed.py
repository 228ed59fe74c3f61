"""A table that two versions place into those of its records that they judge otherwise, found by DuckDB: the others are counted.

Both placements are worked out as ``Pushed`` does it and joined by the numbers of the rows. What is looked at one by one are the
records that differ, the first of each pair of stages, and (only to tell of them) those with odd cells or keys.
"""

from __future__ import annotations

from array import array
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from revrules.problems import data as problems
from revrules.tables.comparison import JUDGED, LOOKED, Comparison, refuse
from revrules.tables.duck import quoted_text
from revrules.tables.failure import DataError
from revrules.tables.partners import partners
from revrules.tables.pushed import DUCKDB, FILE, NUMBERED, Pushed
from revrules.tables.relating import LINE
from revrules.tables.run import headings_of
from revrules.tables.telling import AboutKeys, Setting, odd_keys, remember, rows_with, tell_related
from revrules.tables.twice import Books, Others, Pair, Twice, old_lifecycle, read_alike
from revrules.tables.vetting import NotPushed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.ruleset import Ruleset
    from revrules.tables.issues import Issue
    from revrules.tables.rows import Row
    from revrules.tables.run import Job
    from revrules.tables.telling import Keys
    from revrules.tables.twice import Judging


class Narrowed:
    """A table that two versions place, as ``Comparing`` has it; ``judge`` finds the records that ``placed`` then yields.

    Raises ``NotPushed`` and ``Unsayable``, until ``judge`` has returned, where Python has to look at every record; until then
    nobody was told of anything.
    """

    def __init__(
        self,
        versions: tuple[Ruleset, Ruleset],
        jobs: tuple[Job, Job],
        lifecycles: Mapping[str, str],
        on_issue: Callable[[Issue], None],
    ) -> None:
        self.books = Books()
        self.others: Sequence[Others] = ()
        self.touched: Sequence[int] = ()
        self._versions = versions
        self._on_issue = on_issue
        self._told: dict[Issue, None] = {}
        headings = headings_of(versions[0]) | headings_of(versions[1])
        with ExitStack() as stack:
            new = stack.enter_context(Pushed(versions[1], jobs[1], self._hear, headings=headings))
            job = jobs[0]._replace(lifecycle=old_lifecycle(new.run, lifecycles))
            old = stack.enter_context(Pushed(versions[0], job, self._hear, headings=headings))
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="revrules-")))
            self._stack = stack.pop_all()
        self._files = str(folder / "old.parquet"), str(folder / "looked.parquet")
        self._old, self._new = old, new
        self._alike = read_alike(versions[0], old.entity.name, versions[1], new.entity.name)
        self.pair = Pair(versions, (old.run, new.run), self.books, alike=self._alike)
        self.notes = new.view.notes
        self._keys: Keys | None = None
        self._looked = array("q")
        self._comparison: Comparison | None = None

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about the columns, for one of the versions."""
        old = self._old.run.warnings if self._alike else [*self._old.run.warnings, *self._old.relations.warnings]
        return list(dict.fromkeys([*old, *self._new.run.warnings, *self._new.relations.warnings]))

    def _hear(self, issue: Issue) -> None:
        self._told[issue] = None

    # --- all records at once ---

    def judge(self, judging: Judging) -> None:
        """Have DuckDB place every record by both versions, count those that are judged alike, and find the others."""
        refuse(judging)
        comparison = self._comparison = Comparison(judging, self._old, self._new)
        for run in (self._old, self._new):
            run.lock(self._files)
        with self._old.trouble():
            statement = comparison.statement(self._old, 0)
            kept = _int(self._old.database.rows(f"COPY ({statement}) TO {quoted_text(self._files[0])} (FORMAT parquet)")[0])
        with self._new.trouble():
            self._join(comparison)
            self.books.read = self._new.accounted(self._number(f"SELECT count(*) FROM {JUDGED}"))
            self._old.accounted(kept)
            self.others = comparison.others(self._new.database.rows)
            self.touched = self._touched(comparison)
            self._find_odd()
        self._add_partners()
        for each in self._told:
            self._on_issue(each)

    def _join(self, comparison: Comparison) -> None:
        """Keep what differs of every record, and the numbers of those to look at."""
        database = self._new.database
        old = f"read_parquet({quoted_text(self._files[0])})"
        joined = f"({comparison.statement(self._new, 1)}) AS new JOIN {old} AS old USING ({LINE})"
        items = ", ".join(f"{value} AS {name}" for name, value in comparison.items())
        database.rows(f"CREATE TEMP TABLE {JUDGED} AS SELECT new.{LINE}, {items} FROM {joined}")
        firsts = f"SELECT unnest(min({LINE}, {comparison.firsts})) FROM {JUDGED} GROUP BY stage_before, stage_after"
        database.rows(f"CREATE TEMP TABLE {LOOKED} AS SELECT {LINE} FROM {JUDGED} WHERE differs UNION {firsts}")

    def _touched(self, comparison: Comparison) -> Sequence[int]:
        counts = comparison.touching()
        return [int(str(count)) for count in self._new.database.rows(counts)[0]] if counts else []

    def _find_odd(self) -> None:
        """Find the rows of which there is something to tell, whatever the versions make of them."""
        if not self._new.view.plain and len(self._new.view.parts) > 1:
            raise NotPushed("lines of its files are no rows, or rows are several lines")
        database = self._new.database
        left_out = self._number(f"SELECT count(*) FROM {FILE}") - self.books.read if self._new.is_sample else 0
        self.books.left_out, self.books.read = left_out, self.books.read + left_out
        for run, version in ((self._new, self._versions[1]), (self._old, self._versions[0])):
            if run is self._new or not self._alike:
                tell_related(Setting(run.database, version, run.relations, run.when, DUCKDB, self._hear))
        self._looked = array("q", map(_int, database.stream(f"SELECT {LINE} FROM {LOOKED} ORDER BY {LINE}")))
        if self._new.entity.key is not None:
            self._keys = odd_keys(database, NUMBERED)

    def _add_partners(self) -> None:
        """Join the related records of those that are looked at."""
        old, new = self._old, self._new
        with new.trouble():
            new.run.joins = partners(self._versions[1], new, LOOKED)
        if self._alike:
            old.run.joins = new.run.joins
        elif old.relations.tables:
            with new.trouble():
                new.database.rows(f"COPY {LOOKED} TO {quoted_text(self._files[1])} (FORMAT parquet)")
            with old.trouble():
                old.database.rows(f"CREATE TEMP TABLE {LOOKED} AS FROM read_parquet({quoted_text(self._files[1])})")
                old.run.joins = partners(self._versions[0], old, LOOKED)

    # --- record by record ---

    def placed(self) -> Iterator[Twice]:
        """Yield the records that are looked at, in the order of the file; tells of odd rows on the way."""
        view, comparison = self._new.view, self._comparison
        assert comparison is not None, "`judge` has to be called first"
        about_keys = None if self._keys is None else AboutKeys(view, self._new.run, self._keys)
        self._remember(comparison)
        numbers = iter(self._looked)
        looked = next(numbers, None)
        for number, row, beside in self._rows(comparison):
            found = None if beside is None else comparison.judged(beside)
            is_lazy = found is not None and not found.told
            records = self.pair.lazily(row) if is_lazy else self.pair.read(row, partial(self._tell, view.place(number)[0]))
            for issue in () if about_keys is None else about_keys.of(number, row):
                self._on_issue(issue)
            if looked == number:
                looked = next(numbers, None)
                self.books.compared += 1
                both = (found and found.both) or self.pair.judged(records)
                yield Twice(row.line, self._new.run.written_key(row), records, both)
        self.books.compared += sum(other.records for other in self.others)
        self.books.balance()

    def _rows(self, comparison: Comparison) -> Iterator[tuple[int, Row, Sequence[object] | None]]:
        """Yield the rows that were remembered, with what is known of them."""
        try:
            with self._new.trouble():
                yield from rows_with(self._new.database, self._new.view, NUMBERED, comparison.beside)
        except NotPushed as error:  # too late for Python to take over
            raise DataError(problems.unreadable(self._new.view.name, str(error))) from error

    def _remember(self, comparison: Comparison) -> None:
        """Keep the numbers of the rows to read, with what the versions say of them."""
        told = "" if self._keys is None else ", ".join(f"({number})" for number in self._keys.all)
        listed = f" OR {LINE} IN (SELECT * FROM (VALUES {told}))" if told else ""
        items = ", ".join([LINE, *comparison.beside])
        looked = f"{LINE} IN (SELECT {LINE} FROM {LOOKED})"
        remember(self._new.database, f"SELECT {items} FROM {JUDGED} WHERE told OR {looked}{listed}")

    def _tell(self, file: str, issue: Issue) -> None:
        self._on_issue(issue._replace(file=file))

    def _number(self, sql: str) -> int:
        return _int(self._new.database.rows(sql)[0])


def _int(row: Sequence[object]) -> int:
    return int(str(row[0]))
