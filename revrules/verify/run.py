"""Suites and an engine into outcomes: whether the engine gives every definition and every placement as the language does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from revrules import ir, reference
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Unsayable
from revrules.backends.sql.frames import Frame
from revrules.backends.sql.statements import placed
from revrules.backends.sql.times import when_of
from revrules.reference import expressions
from revrules.reference.scope import Scope, World
from revrules.tables.answers import ANSWERS
from revrules.types import Scalar
from revrules.verify.flat import flatten, typed_records
from revrules.verify.tables import ROW, returned, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.sources import Source
    from revrules.verify.cases import Suite

BATCH = 40
"""Definitions that one statement asks for."""
SHOWN = 600


class Warehouse(Protocol):
    """An engine that runs statements."""

    @property
    def dialect(self) -> Dialect:
        """What it speaks."""

    def run(self, statement: str) -> Sequence[Sequence[object]]:
        """Return the rows of a statement."""


class State(StrEnum):
    """What became of a case."""

    HOLDS = "holds"
    DIFFERS = "differs"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case on an engine: ``detail`` is the reason for a gap, or the first record on which the engine differs."""

    file: str
    case: str
    state: State
    records: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Given:
    """A suite on an engine: its records with their keys, and the source that gives them there."""

    suite: Suite
    warehouse: Warehouse
    records: Sequence[Mapping[str, object]]
    source: Source

    def outcome(self, case: str, state: State, detail: str = "") -> Outcome:
        """Return the outcome of a case."""
        return Outcome(self.suite.file, case, state, len(self.records), detail[:SHOWN])

    def rows(self, query: tree.Sql) -> list[Sequence[object]]:
        """Return the rows of a query, whose first column is the number of the record, in their order."""
        rows = self.warehouse.run(tree.printed(query, self.warehouse.dialect))
        return sorted(rows, key=lambda row: int(str(row[0])))


def verify(warehouse: Warehouse, suites: Iterable[Suite]) -> Iterator[Outcome]:
    """Yield the outcome of every definition and every lifecycle of ``suites``. Raises ``DataError`` for a refusal."""
    for suite in suites:
        records = typed_records(suite.ruleset, suite.entity, suite.records)
        flat = flatten(suite.ruleset, suite.entity, records)
        given = _Given(suite, warehouse, records, source_of(suite.ruleset, flat, warehouse.dialect))
        yield from _definitions(given)
        for lifecycle in suite.ruleset.lifecycles:
            if lifecycle.entity == suite.entity:
                yield from _placements(given, lifecycle)


# --- definitions -------------------------------------------------------------------------------------------------


def _definitions(given: _Given) -> Iterator[Outcome]:
    """Yield the outcomes of definitions, some at a time."""
    suite, dialect = given.suite, given.warehouse.dialect
    asked = [definition for definition in suite.ruleset.definitions if definition.entity == suite.entity]
    for start in range(0, len(asked), BATCH):
        frame = Frame(suite.ruleset, given.source, dialect, when_of(suite.as_of, suite.ruleset, dialect))
        said: list[tuple[ir.Definition, tree.Sql]] = []
        for definition in asked[start : start + BATCH]:
            try:
                said.append((definition, frame.value(ref_to(definition))))
            except Unsayable as gap:
                yield given.outcome(_title(suite, definition), State.GAP, f"{gap.what}: {gap.reason}")
        if said:
            outputs = [(frame.passed(ROW), ROW), *((value, f"v{at}") for at, (_, value) in enumerate(said))]
            rows = given.rows(frame.select(outputs))
            for at, (definition, _) in enumerate(said, 1):
                yield _judged(given, definition, [returned(row[at], definition.type) for row in rows])


def ref_to(definition: ir.Definition) -> ir.Ref:
    """Return what reads a definition: counts and scores are ranges while something is unknown."""
    ranged = definition.type in (Scalar.INTEGER, Scalar.NUMBER) and isinstance(definition.expr, ir.Count | ir.Points)
    return ir.Ref(definition.id, definition.type, ranged=ranged)


def _judged(given: _Given, definition: ir.Definition, found: Sequence[object]) -> Outcome:
    """Return whether the values that an engine found are those of the reference interpreter."""
    suite, case = given.suite, _title(given.suite, definition)
    if len(found) != len(given.records):
        return given.outcome(case, State.DIFFERS, f"{len(found)} rows come out of {len(given.records)}")
    for value, record in zip(found, given.records, strict=True):
        meant = expressions.value(definition.expr, Scope(World(suite.ruleset, suite.as_of), dict(record)))
        if value != meant or isinstance(value, bool) != isinstance(meant, bool):
            return given.outcome(case, State.DIFFERS, f"{value!r} instead of {meant!r} for {dict(record)!r}")
    return given.outcome(case, State.HOLDS)


def _title(suite: Suite, definition: ir.Definition) -> str:
    return suite.sections.get(definition.id, definition.id)


# --- lifecycles --------------------------------------------------------------------------------------------------


def _placements(given: _Given, lifecycle: ir.Lifecycle) -> Iterator[Outcome]:
    """Yield the outcomes of the columns of a lifecycle, in both modes."""
    suite, dialect = given.suite, given.warehouse.dialect
    names = [column.name for column in ANSWERS]
    for mode in reference.Mode:
        case = f"lifecycle {lifecycle.name}, {mode.value}"
        when = when_of(suite.as_of, suite.ruleset, dialect)
        try:
            query = placed(suite.ruleset, lifecycle, given.source, dialect, when, names, mode.value, [ROW])
        except Unsayable as gap:
            yield given.outcome(case, State.GAP, f"{gap.what}: {gap.reason}")
            continue
        rows = given.rows(query.tree)
        meant = [reference.place(suite.ruleset, lifecycle, record, suite.as_of, mode) for record in given.records]
        if len(rows) != len(meant):
            yield given.outcome(case, State.DIFFERS, f"{len(rows)} rows come out of {len(meant)}")
            continue
        for at, column in enumerate(ANSWERS, 1):
            told = [column.read(placement) for placement in meant]
            found = [_plain(row[at]) for row in rows]
            wrong = next((n for n, pair in enumerate(zip(found, told, strict=True)) if pair[0] != pair[1]), None)
            detail = "" if wrong is None else f"{found[wrong]!r} instead of {told[wrong]!r} for {dict(given.records[wrong])!r}"
            yield given.outcome(f"{case}: {column.name}", State.HOLDS if wrong is None else State.DIFFERS, detail)


def _plain(value: object) -> object:
    """Return a column's value with arrays as lists."""
    return list(value) if isinstance(value, list | tuple) else value
