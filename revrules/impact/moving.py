"""Two versions and a table into what becomes of its records: each judged by both, and the clauses that make the difference."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from revrules.diff.changes import What
from revrules.impact.account import FIRST_KEYS, Account, Moved
from revrules.impact.clauses import Clauses, Version
from revrules.impact.decisions import Decisions
from revrules.impact.naming import Naming
from revrules.impact.questions import exprs, judged, number, numbers
from revrules.impact.ways import Ways
from revrules.problems import impact as problems
from revrules.problems.pushing import not_pushed
from revrules.ruleset import Ruleset
from revrules.runtime.lifecycles import instant
from revrules.tables.engine import engine_for
from revrules.tables.failure import DataError
from revrules.tables.opening import AS_IT_SHOWS
from revrules.tables.run import Job
from revrules.tables.twice import Comparing, Judging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from revrules import ir
    from revrules.diagnostics import Diagnostic
    from revrules.diff import Change
    from revrules.impact.account import Broken
    from revrules.impact.decisions import Asked
    from revrules.impact.questions import Pair
    from revrules.runtime.lifecycles import Mode
    from revrules.tables.columns import Record
    from revrules.tables.engine import Engine
    from revrules.tables.issues import Issue
    from revrules.tables.narrowed import Narrowed
    from revrules.tables.opening import Reading
    from revrules.tables.totals import Number
    from revrules.tables.twice import Twice

CONDITIONS = {What.DEFINITION, What.SCORE, What.CLASSIFICATION, What.RULE, What.GATE, What.CRITERION}


@dataclass(frozen=True, slots=True)
class Data:
    """A file of records and what is asked of it. ``related`` are tables by relation or entity; ``as_of`` None means now."""

    path: str
    related: Mapping[str, str]
    lifecycle: str | None = None
    as_of: datetime | None = None
    mode: Mode = "evidence"
    reading: Reading = AS_IT_SHOWS
    sample: int | None = None
    summed: str | None = None
    """A field or definition, a number, to be summed."""
    engine: Engine = "auto"
    """Who looks for the records that move: DuckDB where there are many and it gives the same answer, else Python."""


class Watched(NamedTuple):
    """A change, and what each version says: to be asked of every record."""

    change: tuple[str, str]
    old: Callable[[Record], object]
    new: Callable[[Record], object]


class Impact:
    """A table that is being judged by two versions: a context manager; iterate over ``records``, then look at ``account``.

    ``changes`` are those of which it is counted how many records they touch.
    """

    def __init__(
        self, old: ir.Ruleset, new: ir.Ruleset, changes: Sequence[Change], data: Data, on_issue: Callable[[Issue], None]
    ) -> None:
        self._versions = Version(old, instant(data.as_of)), Version(new, instant(data.as_of))
        self._naming = naming = Naming(old, new)
        if not naming.lifecycles:
            raise DataError(problems.nothing_in_common(*([each.name for each in one.lifecycles] for one in (old, new))))
        self._clauses, self._decisions = Clauses(*self._versions, naming), Decisions()
        self._rules = judged(old, new, naming)
        self._data, self._changes = data, changes
        jobs = self._jobs(old, new)
        engine = engine_for(data.engine, jobs[1], ())
        if engine == "python" or not self._is_narrowed(jobs, on_issue, must=engine == "duckdb"):
            self._prepare(Comparing(self._rulesets(), jobs, naming.lifecycles, on_issue))

    def _jobs(self, old: ir.Ruleset, new: ir.Ruleset) -> tuple[Job, Job]:
        """Return what is run by each version: each knows the related tables by its own names."""
        data, names = self._data, self._naming.tables
        back = {ours: theirs for theirs, ours in names.items()}
        related = _related(old, data.related, names), _related(new, data.related, back)
        unknown = set(data.related) - _table_names(old) - _table_names(new)
        given = related[1] | {name: data.related[name] for name in unknown}
        moment = self._versions[1].moment
        before = Job(data.path, related[0], None, None, moment, data.mode, data.reading, sample=data.sample)
        return before, before._replace(related=given, lifecycle=data.lifecycle)

    def _rulesets(self) -> tuple[Ruleset, Ruleset]:
        old, new = (Ruleset(version.ruleset) for version in self._versions)
        return old, new

    def _is_narrowed(self, jobs: tuple[Job, Job], on_issue: Callable[[Issue], None], *, must: bool) -> bool:
        """Have DuckDB find the records to look at, and return whether it can; raises ``DataError`` where it ``must``."""
        from revrules.backends.sql.dialects import Unsayable
        from revrules.tables.narrowed import Narrowed
        from revrules.tables.vetting import NotPushed

        try:
            self._prepare(Narrowed(self._rulesets(), jobs, self._naming.lifecycles, on_issue))
        except (NotPushed, Unsayable) as reason:
            if must:
                raise DataError(not_pushed(self._data.path, str(reason))) from reason
            return False
        return True

    def _prepare(self, comparing: Comparing | Narrowed) -> None:
        """Take in who compares; raises what that raises."""
        self._comparing = comparing
        try:
            old, new = (
                version.ruleset.lifecycle(run.lifecycle.name)
                for version, run in zip(self._versions, comparing.pair.runs, strict=True)
            )
            self._lifecycles = old, new
            self._ways = Ways(self._clauses, self._lifecycles)
            summed = self._summed()
            watched = list(self._watch())
            self._sums = [self._function(*each) for each in zip(self._versions, summed or (None, None), strict=True)]
            self._watched = [Watched(change, *map(self._function, self._versions, pair)) for change, pair in watched]
            comparing.judge(Judging(self._ways.names, self._rules.names, [pair for _, pair in watched], summed, FIRST_KEYS))
        except BaseException:
            comparing.close()
            raise
        self.account = self._account()

    def __enter__(self) -> Impact:
        return self

    def __exit__(self, *_: object) -> None:
        self._comparing.close()

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about the columns, for one of the versions."""
        return self._comparing.warnings

    def records(self) -> Iterator[Moved]:
        """Yield every record that is judged otherwise, in the order of the file; every record is counted."""
        account, watched, touched = self.account, self._watched, self.account.touched
        for twice in self._comparing.placed():
            moved = self._moved(twice)
            account.add(moved)
            old, new = twice.records
            for each in watched:
                if each.old(old) != each.new(new):
                    touched[each.change] += 1
            if moved.differs:
                yield moved
            elif tuple(map(self._ways.names.get, twice.judged[0].path)) != twice.judged[1].path:
                account.rerouted += 1
        for other in self._comparing.others:
            account.add_others(other)
        for each, count in zip(watched, self._comparing.touched, strict=False):
            touched[each.change] += count

    def _account(self) -> Account:
        data, comparing = self._data, self._comparing
        old, new = self._lifecycles
        label = comparing.pair.runs[1].entity.label or new.entity
        account = Account(data.path, label, (old.name, new.name), comparing.books, data.summed, data.sample is not None,
                          comparing.notes)  # fmt: skip
        account.touched.update({watched.change: 0 for watched in self._watched})
        account.order = {stage.name: at for at, stage in enumerate(new.stages)}
        return account

    # --- one record ---

    def _moved(self, twice: Twice) -> Moved:
        old, new = twice.judged
        moved = (None if old.stage is None else self._ways.names.get(old.stage, "")) != new.stage
        verdicts = old.verdict, new.verdict
        begins, ceases = self._broken(twice)
        because: tuple[str, ...] = ()
        if moved:
            because = self._ways.of_move(twice)
        elif verdicts[0] != verdicts[1]:
            because = self._ways.of_verdict(twice)
        declared = old.declared is not None and old.declared == old.stage
        one, two = (_sum(value(record)) for value, record in zip(self._sums, twice.records, strict=True))
        return Moved(twice.key, twice.line, old.stage, new.stage, moved, verdicts, declared, begins, ceases, (one, two), because)

    def _broken(self, twice: Twice) -> tuple[tuple[Broken, ...], tuple[Broken, ...]]:
        """Return the rules and assertions that begin and cease to be broken."""
        old, new = twice.judged
        if not old.broken and not new.broken:
            return (), ()
        before, after = {self._rules.names.get(rule, rule) for rule in old.broken}, new.broken
        begins = tuple((rule, self._why(rule, twice)) for rule in sorted(after - before))
        return begins, tuple((rule, self._why(rule, twice)) for rule in sorted(before - after))

    def _why(self, rule: str, twice: Twice) -> tuple[str, ...]:
        pairs = self._rules.pairs.get(rule)
        if pairs is None:
            return (f"`{rule}` is {'gone' if rule in self._rules.gone else 'new'}",)
        return self._decisions.found(rule, twice.records, partial(self._of_rule, rule, pairs))

    def _of_rule(self, rule: str, pairs: Sequence[Pair], asked: Asked) -> tuple[str, ...]:
        differing = (pair for pair in pairs if self._clauses.differ(pair, asked))
        found = [clause for pair in differing for clause in self._clauses.between(pair, asked, f"`{rule}`")]
        return tuple(dict.fromkeys(found)) or ("the stage is another",)

    # --- what is asked of every record ---

    def _function(self, version: Version, expr: ir.Expr | None) -> Callable[[Record], object]:
        return version.function(expr) if expr is not None else lambda _: None

    def _summed(self) -> tuple[ir.Expr | None, ir.Expr | None] | None:
        """Return what is to be summed, as each version says it; None where nothing is."""
        name = self._data.summed
        if name is None:
            return None
        old, new = (
            number(version.ruleset, each.entity, name) for version, each in zip(self._versions, self._lifecycles, strict=True)
        )
        if old is None and new is None:
            entity = self._lifecycles[1].entity
            raise DataError(problems.unknown_sum(name, entity, numbers(self._versions[1].ruleset, entity)))
        return old, new

    def _watch(self) -> Iterator[tuple[tuple[str, str], Pair]]:
        """Yield the changes that records can be asked about, each with what the versions say."""
        if not self._changes:
            return
        said = exprs(self._naming, self._lifecycles[1], self._lifecycles[1].entity)
        for change in self._changes:
            pair = said.get((change.what.value, change.title)) if change.what in CONDITIONS else None
            if pair is not None:
                yield (change.what.value, change.title), pair


def _related(ruleset: ir.Ruleset, given: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the related tables that one version knows, by its own names; ``names`` are those by the names of the other."""
    known = _table_names(ruleset)
    own = {name if name in known else names.get(name, name): path for name, path in given.items()}
    return {name: path for name, path in own.items() if name in known}


def _table_names(ruleset: ir.Ruleset) -> set[str]:
    return {each.name for each in ruleset.entities} | {each.name for entity in ruleset.entities for each in entity.relations}


def _sum(value: object) -> Number | None:
    assert value is None or isinstance(value, int | float | Decimal), "only numbers are summed"
    return value
