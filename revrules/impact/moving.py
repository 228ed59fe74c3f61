"""Two versions and a table into what becomes of its records: each judged by both, and the clauses that make the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.diff.changes import What
from revrules.impact.account import Account, Moved
from revrules.impact.clauses import Clauses, Version
from revrules.impact.naming import Naming
from revrules.impact.ways import Ways, each_criterion
from revrules.problems import impact as problems
from revrules.problems.alignment import said
from revrules.reference.walk import gate
from revrules.ruleset import Ruleset
from revrules.runtime.lifecycles import instant
from revrules.tables.failure import DataError
from revrules.tables.opening import AS_IT_SHOWS
from revrules.tables.run import Job
from revrules.tables.twice import Comparing
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from revrules.diff import Change
    from revrules.impact.account import Broken, Number
    from revrules.runtime.lifecycles import Mode
    from revrules.runtime.results import Placement
    from revrules.tables.columns import Record
    from revrules.tables.issues import Issue
    from revrules.tables.opening import Reading
    from revrules.tables.twice import Twice

NUMBERS = (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY)
CONDITIONS = {What.DEFINITION, What.SCORE, What.CLASSIFICATION, What.RULE, What.GATE, What.CRITERION}
Pair = tuple[ir.Expr, ir.Expr]


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
        moment = instant(data.as_of)
        naming = Naming(old, new)
        if not naming.lifecycles:
            raise DataError(problems.nothing_in_common(*([each.name for each in one.lifecycles] for one in (old, new))))
        back = {ours: theirs for theirs, ours in naming.tables.items()}
        related = _related(old, data.related, naming.tables), _related(new, data.related, back)
        unknown = set(data.related) - _table_names(old) - _table_names(new)
        before = Job(data.path, related[0], None, None, moment, data.mode, data.reading)
        after = Job(data.path, related[1] | {name: data.related[name] for name in unknown}, data.lifecycle, None, moment,
                    data.mode, data.reading, data.sample)  # fmt: skip
        self._comparing = Comparing((Ruleset(old), Ruleset(new)), (before, after), naming.lifecycles, on_issue)
        versions = Version(old, moment), Version(new, moment)
        self._clauses = Clauses(*versions, naming)
        lifecycles = tuple(
            version.lifecycle(run.lifecycle.name) for version, run in zip((old, new), self._comparing.runs, strict=True)
        )
        self._lifecycles = lifecycles[0], lifecycles[1]
        self._ways = Ways(self._clauses, self._lifecycles)
        self._rules = _judged(old, new, naming)
        self._sums = self._summing(data.summed, versions)
        self._watched = [] if not changes else list(self._watch(changes, versions, naming))
        self.account = self._account(data, changes)

    def __enter__(self) -> Impact:
        return self

    def __exit__(self, *_: object) -> None:
        self._comparing.__exit__()

    @property
    def comparing(self) -> Comparing:
        """The table, as both versions read it."""
        return self._comparing

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
            elif tuple(map(self._ways.names.get, twice.placements[0].path)) != twice.placements[1].path:
                account.rerouted += 1

    def _account(self, data: Data, changes: Sequence[Change]) -> Account:
        old, new = self._lifecycles
        label = self._comparing.runs[1].entity.label or new.entity
        account = Account(data.path, label, (old.name, new.name), self._comparing.books, data.summed, data.sample is not None,
                          self._comparing.table.notes)  # fmt: skip
        account.touched.update({watched.change: 0 for watched in self._watched})
        account.order = {stage.name: at for at, stage in enumerate(new.stages)}
        return account

    # --- one record ---

    def _moved(self, twice: Twice) -> Moved:
        old, new = twice.placements
        moved = (None if old.stage is None else self._ways.names.get(old.stage, "")) != new.stage
        verdicts = _verdict(old), _verdict(new)
        begins, ceases = self._broken(twice)
        because: tuple[str, ...] = ()
        if moved:
            because = self._ways.of_move(twice)
        elif verdicts[0] != verdicts[1]:
            because = self._ways.of_verdict(twice)
        declared = old.declared is not None and old.declared == old.stage
        sums = (None, None) if self._sums is None else (self._sums[0](twice.records[0]), self._sums[1](twice.records[1]))
        return Moved(twice.key, twice.line, old.stage, new.stage, moved, verdicts, declared, begins, ceases, sums, because)

    def _broken(self, twice: Twice) -> tuple[tuple[Broken, ...], tuple[Broken, ...]]:
        """Return the rules and assertions that begin and cease to be broken."""
        old, new = twice.placements
        if not old.violations and not new.violations:
            return (), ()
        before = {self._rules.names.get(each.rule, each.rule) for each in old.violations}
        after = {each.rule for each in new.violations}
        begins = tuple((rule, self._why(rule, twice)) for rule in sorted(after - before))
        return begins, tuple((rule, self._why(rule, twice)) for rule in sorted(before - after))

    def _why(self, rule: str, twice: Twice) -> tuple[str, ...]:
        pairs = self._rules.pairs.get(rule)
        if pairs is None:
            return (f"`{rule}` is {'gone' if rule in self._rules.gone else 'new'}",)
        found = [
            clause
            for pair in pairs
            if self._clauses.differ(pair, twice.records)
            for clause in self._clauses.between(pair, twice.records, f"`{rule}`")
        ]
        return tuple(dict.fromkeys(found)) or ("the stage is another",)

    # --- what is asked of every record ---

    def _summing(
        self, name: str | None, versions: tuple[Version, Version]
    ) -> tuple[Callable[[Record], Number | None], Callable[[Record], Number | None]] | None:
        if name is None:
            return None
        found = []
        for version, lifecycle in zip(versions, self._lifecycles, strict=True):
            expr = _number(version.ruleset, lifecycle.entity, name)
            found.append(version.function(expr) if expr is not None else None)
        if found == [None, None]:
            self._comparing.table.close()
            numbers = _numbers(versions[1].ruleset, self._lifecycles[1].entity)
            raise DataError(problems.unknown_sum(name, self._lifecycles[1].entity, numbers))
        one, two = (each or (lambda _: None) for each in found)
        return one, two  # type: ignore[return-value]  # the expressions are numbers

    def _watch(self, changes: Sequence[Change], versions: tuple[Version, Version], naming: Naming) -> Iterator[Watched]:
        entity = self._lifecycles[1].entity
        exprs = _exprs(naming, self._lifecycles[1], entity)
        for change in changes:
            key = change.what.value, change.title
            pair = exprs.get(key) if change.what in CONDITIONS else None
            if pair is not None:
                yield Watched(key, versions[0].function(pair[0]), versions[1].function(pair[1]))


class Rules(NamedTuple):
    """Rules and assertions of both versions: new names of old ones, what both say, which of the old are gone."""

    names: Mapping[str, str]
    pairs: Mapping[str, tuple[Pair, ...]]
    gone: frozenset[str]


def _judged(old: ir.Ruleset, new: ir.Ruleset, naming: Naming) -> Rules:
    names = {theirs: ours for ours, theirs in naming.rules.items()}
    pairs: dict[str, tuple[Pair, ...]] = {}
    for one, two in naming.words:
        if isinstance(one, ir.Rule) and isinstance(two, ir.Rule):
            pairs[two.name] = (one.when, two.when), (one.require, two.require)
    claims = {claim.name: claim for claim in old.assertions}
    for claim in new.assertions:
        before = claims.get(claim.name)
        if before is not None:
            pairs[claim.name] = (before.where, claim.where), (before.has, claim.has)
    before_names = {names.get(rule.name, rule.name) for rule in old.rules} | set(claims)
    kept = {rule.name for rule in new.rules} | {claim.name for claim in new.assertions}
    return Rules(names, pairs, frozenset(before_names - kept))


def _exprs(naming: Naming, lifecycle: ir.Lifecycle, entity: str) -> dict[tuple[str, str], Pair]:
    """Return what both versions say, by what it is and the title of a change."""
    found: dict[tuple[str, str], Pair] = {}
    for one, two in naming.words:
        if two.entity != entity:
            continue
        if isinstance(one, ir.Rule) and isinstance(two, ir.Rule):
            found["rule", two.name] = _kept(one), _kept(two)
            found |= _criteria(two.name, one.criteria, two.criteria)
        elif isinstance(one, ir.Definition) and isinstance(two, ir.Definition):
            words = {ir.DefinitionKind.DEFINE: "definition", ir.DefinitionKind.CLASSIFY: "classification"}
            found[words.get(two.kind, "score"), said(two)] = one.expr, two.expr
            found |= _criteria(said(two), one.criteria, two.criteria)
    for first, second in naming.pairs(lifecycle):
        found["gate", f"{lifecycle.name}.{second.name}"] = gate(first), gate(second)
        found |= _criteria(second.name, first.requires, second.requires)
    return found


def _kept(rule: ir.Rule) -> ir.Expr:
    return ir.And((rule.when, ir.Not(rule.require)))


def _criteria(place: str, one: ir.Criteria | None, two: ir.Criteria | None) -> dict[tuple[str, str], Pair]:
    ours = {each.name: each.condition for each in each_criterion(one)}
    theirs = {each.name: each.condition for each in each_criterion(two)}
    return {("criterion", f"{place}.{name}"): (ours[name], theirs[name]) for name in theirs if name in ours}


def _related(ruleset: ir.Ruleset, given: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the related tables that one version knows, by its own names; ``names`` are those by the names of the other."""
    known = _table_names(ruleset)
    own = {name if name in known else names.get(name, name): path for name, path in given.items()}
    return {name: path for name, path in own.items() if name in known}


def _table_names(ruleset: ir.Ruleset) -> set[str]:
    return {each.name for each in ruleset.entities} | {each.name for entity in ruleset.entities for each in entity.relations}


def _number(ruleset: ir.Ruleset, entity: str, name: str) -> ir.Expr | None:
    declared = ruleset.entity(entity).field(name)
    if declared is not None and declared.type in NUMBERS:
        return ir.Field(name, declared.type)
    found = (each for each in ruleset.definitions if each.entity == entity and said(each) == name and each.type in NUMBERS)
    return next((each.expr for each in found), None)


def _numbers(ruleset: ir.Ruleset, entity: str) -> list[str]:
    fields = [each.name for each in ruleset.entity(entity).fields if each.type in NUMBERS]
    return fields + [said(each) for each in ruleset.definitions if each.entity == entity and each.type in NUMBERS]


def _verdict(placement: Placement) -> str:
    return "" if placement.verdict is None else placement.verdict.value
