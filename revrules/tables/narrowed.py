"""A table that two versions place into those of its records that they judge otherwise, found by DuckDB: the others are counted.

Both placements are worked out as ``Pushed`` does it and joined by the numbers of the rows. What is looked at one by one are the
records that differ, the first of each pair of stages, and (only to tell of them) those with odd cells or keys.
"""

from __future__ import annotations

from array import array
from contextlib import ExitStack
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.runtime.results import Verdict
from revrules.tables.duck import quoted, quoted_text
from revrules.tables.partners import partners
from revrules.tables.pushed import DUCKDB, FILE, NUMBERED, Pushed
from revrules.tables.relating import LINE
from revrules.tables.run import headings_of
from revrules.tables.telling import AboutKeys, Setting, odd_keys, remember, rows_with, tell_related
from revrules.tables.totals import FINEST, Total
from revrules.tables.twice import Books, Judgement, Others, Pair, Twice, old_lifecycle, read_alike
from revrules.tables.vetting import NotPushed
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from revrules.backends.sql.outputs import Bit
    from revrules.diagnostics import Diagnostic
    from revrules.ruleset import Ruleset
    from revrules.tables.issues import Issue
    from revrules.tables.run import Job
    from revrules.tables.telling import Keys
    from revrules.tables.twice import Judging

COLUMNS = ("declared", "stage", "verdict", "path", "violations_mask")
ALIKE = (Scalar.BOOLEAN, Scalar.TEXT, Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.DATE, Scalar.DATETIME)
"""Types whose values are the same to DuckDB exactly where they are to Python."""
SIDES = ("before", "after")
JUDGEMENT = ("stage", "verdict", "path", "declared")
LEAST, MOST = -900, 900
"""Powers of two between which doubles are summed by DuckDB."""
JUDGED, LOOKED = "judged", "looked"
OTHERS = f"{JUDGED} ANTI JOIN {LOOKED} USING ({LINE})"
VERDICTS = ("", *(verdict.value for verdict in Verdict))
GROUPED = ("stage_before", "stage_after", "verdict_before", "verdict_after", "at_declared", "rerouted")


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

    def __enter__(self) -> Narrowed:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        _refuse(judging)
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
        for number, row, beside in rows_with(self._new.database, view, NUMBERED, comparison.beside):
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


class Found(NamedTuple):
    """What DuckDB knows of a record: whether there is something to tell of its cells, and what ``both`` versions make of it."""

    told: bool
    both: tuple[Judgement, Judgement] | None


class Comparison:
    """What is asked of both placements, as SQL. In it ``old`` and ``new`` are rows with what the versions say of one record."""

    def __init__(self, judging: Judging, old: Pushed, new: Pushed) -> None:
        self.firsts = judging.firsts
        self._judging = judging
        self._stages = tuple([stage.name for stage in run.lifecycle.stages] for run in (old, new))
        self._bits: list[Sequence[Bit]] = [(), ()]
        self._values = range(len(judging.values))
        self._judgements: dict[tuple[object, ...], Judgement] = {}

    def statement(self, run: Pushed, side: int) -> str:
        """Return the statement that places every record by one version (0 is the old one)."""
        asked = {f"value_{n}": self._judging.values[n][side] for n in self._values}
        summed = (self._judging.sums or (None, None))[side]
        if summed is not None:
            asked["summed"] = summed
        query = run.judged(COLUMNS, asked)
        self._bits[side] = query.bits
        return query.text(pretty=False)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield what is kept of every record: name, SQL. Both statements have been made."""
        stages = self._judging.stages
        gone = {name: stages.get(name, "") for name in self._stages[0] if stages.get(name) != name}
        yield "stage_before", _member("old.stage", self._stages[0])
        yield "stage_after", _member("new.stage", self._stages[1])
        yield "verdict_before", _member("coalesce(old.verdict, '')", VERDICTS)
        yield "verdict_after", _member("coalesce(new.verdict, '')", VERDICTS)
        yield "at_declared", "coalesce(old.declared = old.stage, false)"
        path = f"list_transform(old.path, lambda passed: {_renamed('passed', gone)})" if gone else "old.path"
        yield "rerouted", f"{path} IS DISTINCT FROM new.path"
        yield "told", "old.shown OR new.shown"
        for n in self._values:
            yield f"touched_{n}", f"old.value_{n} IS DISTINCT FROM new.value_{n}"
        for name, side, summed in zip(("sum_before", "sum_after"), ("old", "new"), self._judging.sums or (), strict=False):
            yield name, "NULL::BIGINT" if summed is None else f"{side}.summed"
        moved = f"{_renamed('old.stage', gone)} IS DISTINCT FROM new.stage"
        yield "differs", " OR ".join([moved, "old.verdict IS DISTINCT FROM new.verdict", *self._rules()])
        for side, version in zip(SIDES, ("old", "new"), strict=True):
            yield f"path_{side}", f"CASE WHEN differs THEN {version}.path END"
            yield f"declared_{side}", f"CASE WHEN differs THEN {version}.declared END"
        for name, value in self._broken.items():
            yield name, f"CASE WHEN differs THEN {value} END"

    @property
    def beside(self) -> list[str]:
        """What is kept of a record that is looked at; ``judged`` takes it."""
        return ["told", *(f"{name}_{side}" for side in SIDES for name in JUDGEMENT), *self._broken]

    @cached_property
    def _broken(self) -> dict[str, str]:
        """The columns that hold which rules are broken: their names when they are kept, and their SQL."""
        columns = [(n, bit.column) for n in (0, 1) for bit in self._bits[n]]
        return {f"{column}_{SIDES[n]}": f"{('old', 'new')[n]}.{column}" for n, column in dict.fromkeys(columns)}

    def judged(self, beside: Sequence[object]) -> Found:
        """Return what was kept of a record."""
        told, *rest = beside
        size = len(JUDGEMENT)
        words = tuple(rest[2 * size :])
        old, new = self._judgement(0, rest[:size], words), self._judgement(1, rest[size : 2 * size], words)
        return Found(bool(told), None if old is None or new is None else (old, new))

    def _judgement(self, side: int, values: Sequence[object], words: tuple[object, ...]) -> Judgement | None:
        """Return what one version makes of a record; None where that was not kept."""
        stage, verdict, path, declared = values
        if not isinstance(path, list):
            return None
        key = side, stage, verdict, tuple(path), declared, words
        if key not in self._judgements:
            masks = dict(zip(self._broken, words, strict=True))
            bits = ((bit.name, int(str(masks[f"{bit.column}_{SIDES[side]}"])) >> bit.bit & 1) for bit in self._bits[side])
            broken = frozenset(name for name, is_set in bits if is_set)
            said = None if stage is None else str(stage), str(verdict), tuple(map(str, path))
            self._judgements[key] = Judgement(*said, None if declared is None else str(declared), broken)
        return self._judgements[key]

    def _rules(self) -> Iterator[str]:
        """Yield conditions, one of which is true where another rule is broken."""
        old, new = ({}, {})  # type: dict[str, dict[str, int]], dict[str, dict[str, int]]
        for found, bits, names in ((old, self._bits[0], self._judging.rules), (new, self._bits[1], {})):
            for bit in bits:
                words = found.setdefault(names.get(bit.name, bit.name), {})
                words[bit.column] = words.get(bit.column, 0) | 1 << bit.bit
        alike: dict[str, int] = {}
        for name in {**old, **new}:
            before, after = old.get(name, {}), new.get(name, {})
            if before == after and len(before) == 1 and sum(before.values()).bit_count() == 1:
                for column, mask in before.items():
                    alike[column] = alike.get(column, 0) | mask
            else:
                yield f"({_broken('old', before)}) <> ({_broken('new', after)})"
        yield from (f"(xor(old.{column}, new.{column}) & {mask}) <> 0" for column, mask in alike.items())

    def others(self, rows: Callable[[str], list[tuple[object, ...]]]) -> list[Others]:
        """Return the counts of the records that are not looked at; ``rows`` gives those of a statement."""
        summed = [side for side in SIDES if self._judging.sums is not None]
        told = ", ".join([*GROUPED, "count(*)", *(f"count(sum_{side})" for side in summed)])
        totals = [self._totals(side, rows) for side in summed] or [{}, {}]
        found = []
        for *group, count, one, two in rows(
            f"SELECT {told}{', 0, 0' * (not summed)} FROM {OTHERS} GROUP BY {', '.join(GROUPED)}"
        ):
            before, after, verdict, other, declared, rerouted = group
            records, key = int(str(count)), tuple(group)
            missing = (records - int(str(one)), records - int(str(two)))
            stages = None if before is None else str(before), None if after is None else str(after)
            sums = totals[0].get(key, Total()), totals[1].get(key, Total())
            verdicts = str(verdict), str(other)
            found.append(Others(*stages, verdicts, bool(declared), bool(rerouted), records, sums, missing))
        return found

    def _totals(self, side: str, rows: Callable[[str], list[tuple[object, ...]]]) -> dict[tuple[object, ...], Total]:
        """Return what a side's values sum up to, by group.

        A double is an integer times a power of two: so these are summed exactly, in any order, for each power of its own.
        """
        expr = (self._judging.sums or (None, None))[SIDES.index(side)]
        grouped = ", ".join(GROUPED)
        value = f"sum_{side}"
        if expr is None or ir.type_of(expr) is not Scalar.NUMBER:
            found = rows(f"SELECT {grouped}, sum({value}) FROM {OTHERS} GROUP BY {grouped}")
            return {tuple(group): _total(amount) for *group, amount in found}
        power = f"CASE WHEN {value} = 0 THEN 0 ELSE CAST(floor(log2(abs({value}))) AS INTEGER) END"
        split = f"SELECT {grouped}, {value}, {power} AS power FROM {OTHERS} WHERE {value} IS NOT NULL"
        times = f"SELECT *, CAST({value} * pow(2, 53 - power) AS HUGEINT) AS times FROM ({split})"
        exact = f"bool_and(power BETWEEN {LEAST} AND {MOST} AND CAST(times AS DOUBLE) * pow(2, power - 53) = {value})"
        totals: dict[tuple[object, ...], Total] = {}
        for *group, shift, amount, is_exact in rows(
            f"SELECT {grouped}, power, sum(times), {exact} FROM ({times}) GROUP BY {grouped}, power"
        ):
            if not is_exact:
                raise NotPushed("its numbers are too large or too small to be summed")
            totals.setdefault(tuple(group), Total(doubles=0)).add_doubles(int(str(amount)) << int(str(shift)) - 53 + FINEST)
        return totals

    def touching(self) -> str | None:
        """Return the statement that counts, value by value, the records not looked at of which the versions say another one."""
        if not self._values:
            return None
        counts = ", ".join(f"count(*) FILTER (touched_{n})" for n in self._values)
        return f"SELECT {counts} FROM {OTHERS}"


def _refuse(judging: Judging) -> None:
    """Raise ``NotPushed`` for values that DuckDB does not compare as Python does."""
    for old, new in judging.values:
        types = {Scalar.TEXT if isinstance(type_, EnumType) else type_ for type_ in (ir.type_of(old), ir.type_of(new))}
        if len(types) > 1 or not types.issubset(ALIKE):
            raise NotPushed("values of other types are compared")


def _member(value: str, names: Sequence[str]) -> str:
    """Return a text as a member of an enum, which takes a byte or two."""
    return f"CAST({value} AS ENUM({', '.join(map(quoted_text, dict.fromkeys(names)))}))"


def _renamed(stage: str, names: Mapping[str, str]) -> str:
    """Return the new name of an old stage; an empty text for one that is gone."""
    if not names:
        return stage
    cases = " ".join(f"WHEN {quoted_text(old)} THEN {quoted_text(new)}" for old, new in names.items())
    return f"CASE {stage} {cases} ELSE {stage} END"


def _broken(side: str, words: Mapping[str, int]) -> str:
    return " OR ".join(f"({side}.{quoted(column)} & {mask}) <> 0" for column, mask in words.items()) or "false"


def _int(row: Sequence[object]) -> int:
    return int(str(row[0]))


def _total(value: object) -> Total:
    assert value is None or isinstance(value, int | Decimal), "integers and money sum up to such"
    return Total(value or 0)
