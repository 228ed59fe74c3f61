"""An example and a changed ruleset into whether the example notices: whether something that it expects comes out otherwise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from revrules import ir
from revrules.examples import lifecycle_of, record_of
from revrules.proofs.changes import Change, Declared, DeclaredKind
from revrules.readers import record_spec
from revrules.reads import children
from revrules.reference import placed
from revrules.reference.expressions import bounds, truth, value
from revrules.reference.reasons import judge_assertions, judge_rules
from revrules.reference.scope import Scope, World
from revrules.reference.walk import Walk
from revrules.rows import as_choose
from revrules.runtime.records import read_record, record_reader
from revrules.types import NUMERIC, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from revrules.runtime.results import DataProblem, Placement

    Record: TypeAlias = Mapping[str, object]


class Found(NamedTuple):
    """What came out of one expectation: all of it, and what the criteria decide of it (a stage, a verdict, a value, rules).

    Which criteria block and which fields are missing is told of a record in a stage: that stage, and whether it is certain, is
    what was decided.
    """

    whole: object
    decided: object


@dataclass(frozen=True, slots=True)
class Uses:
    """The ids of the definitions that each definition uses, itself included, through all others."""

    of: Mapping[str, frozenset[str]]

    def through(self, exprs: Iterable[ir.Expr]) -> frozenset[str]:
        """Return the definitions that ``exprs`` use."""
        return frozenset().union(*(self.of[id_] for expr in exprs for id_ in _named(expr)))


def uses_of(ruleset: ir.Ruleset) -> Uses:
    """Return what each definition of ``ruleset`` uses."""
    found: dict[str, frozenset[str]] = {}
    for definition in ruleset.definitions:
        inner = (found[id_] for id_ in _named(definition.expr))
        found[definition.id] = frozenset({definition.id}).union(*inner)
    return Uses(found)


def _named(expr: ir.Expr) -> set[str]:
    """Return the definitions that an expression names."""
    own = {expr.definition} if isinstance(expr, ir.Ref) else set[str]()
    return own.union(*(_named(child) for child in children(expr)))


class Watch:
    """An example of a ruleset, ready to be asked about changes of it. Its record is read once."""

    def __init__(self, ruleset: ir.Ruleset, example: ir.Example, as_of: datetime, uses: Uses) -> None:
        self.example = example
        self.ruleset = ruleset
        self._now = as_of.astimezone(UTC)
        self._record, self._problems = _read(ruleset, example)
        self.scope = Scope(World(ruleset, self._now), self._record)
        self._placements: dict[str, Placement] = {}
        self.found = tuple(self._found(ruleset, self.scope, n, self._placements) for n in range(len(example.expectations)))
        placed_in = (e.lifecycle for e in example.expectations if e.kind not in ("value", "violates"))
        self._about = {lifecycle_of(ruleset, example.entity, name).name for name in placed_in}
        self._read_by = [self._reads(expectation, uses) for expectation in example.expectations]
        self._records: dict[str, tuple[Scope, ...]] = {}
        self._said: dict[Declared, tuple[object, ...]] = {}
        self._rows: dict[str, frozenset[int]] = {}

    def notices(self, change: Change, *, decided: bool = False) -> bool:
        """Return whether an expectation comes out otherwise under ``change``; with ``decided``, what criteria decide of it."""
        asked = [
            n
            for n, reads in enumerate(self._read_by)
            if change.declared.kind in reads and _key(change) in reads[change.declared.kind]
        ]
        named = any(self.example.expectations[n].kind == "missing" for n in asked)
        if not asked or not self._differs(change, named):
            return False
        scope = Scope(World(change.ruleset, self._now), self._record)
        placements: dict[str, Placement] = {}
        for n in asked:
            found = self._found(change.ruleset, scope, n, placements)
            if found.whole != self.found[n].whole and not (decided and found.decided == self.found[n].decided):
                return True
        return False

    def placement(self, lifecycle: str) -> Placement | None:
        """Return the placement in ``lifecycle``, if the example expects something of it."""
        if lifecycle in self._about and lifecycle not in self._placements:
            self._placements[lifecycle] = placed(self.ruleset.lifecycle(lifecycle), self.scope, self._problems)
        return self._placements.get(lifecycle) if lifecycle in self._about else None

    def ways(self, lifecycle: str, source: str) -> list[str]:
        """Return the stages to which forward ways lead from ``source``, in their order; without a source, the entry stages."""
        whole = self.ruleset.lifecycle(lifecycle)
        if not source:
            return [stage.name for stage in whole.stages if stage.entry]
        return [edge.target for edge in whole.edges if edge.source == source and not edge.back]

    def reads(self, definition: str) -> bool:
        """Return whether anything that the example expects uses the definition of that id."""
        return any(definition in reads.get(DeclaredKind.DEFINITION, ()) for reads in self._read_by)

    def rows(self, definition: ir.Definition) -> frozenset[int]:
        """Return the rows of a decision table (by their positions) that give one of the example's records its class."""
        if definition.id not in self._rows:
            table = self.ruleset.table(definition.id)
            chosen = as_choose(table, self.ruleset.inputs(table))
            found = {_row(chosen, scope) for scope in self.scopes(definition.entity) if scope.record is not None}
            self._rows[definition.id] = frozenset(row for row in found if row is not None)
        return self._rows[definition.id]

    def scopes(self, entity: str) -> tuple[Scope, ...]:
        """Return the records of ``entity`` in the example, its own and related ones, and last the one that is absent."""
        if not self._records:
            found: defaultdict[str, list[Scope]] = defaultdict(list)
            _collect(self.ruleset, self.example.entity, self.scope, found)
            nobody = Scope(self.scope.world, None)  # what a relation that is absent leads to
            self._records = {each.name: (*found[each.name], nobody) for each in self.ruleset.entities}
        return self._records[entity]

    # --- what is read ----------------------------------------------------------------------------------------------

    def _reads(self, expectation: ir.Expectation, uses: Uses) -> dict[DeclaredKind, frozenset[str]]:
        """Return the declarations on which an expectation depends."""
        kinds, ruleset, entity = DeclaredKind, self.ruleset, self.example.entity
        if expectation.expr is not None:
            return {kinds.DEFINITION: uses.through([expectation.expr])}
        if expectation.kind == "violates":
            rules = [rule for rule in ruleset.rules if rule.entity == entity]
            claims = [claim for claim in ruleset.assertions if claim.entity == entity]
            said = [expr for rule in rules for expr in (rule.when, rule.require)]
            said += [expr for claim in claims for expr in (claim.where, claim.has)]
            lifecycles = [lifecycle_of(ruleset, entity, expectation.lifecycle)] if any(c.stage for c in claims) else []
        else:
            rules, said, lifecycles = [], [], [lifecycle_of(ruleset, entity, expectation.lifecycle)]
        for lifecycle in lifecycles:
            said += [stage.condition for stage in lifecycle.stages] + [edge.condition for edge in lifecycle.edges]
        names = frozenset(lifecycle.name for lifecycle in lifecycles)
        return {
            kinds.DEFINITION: uses.through(said),
            kinds.STAGE: names,
            kinds.EDGE: names,
            kinds.RULE: frozenset(rule.name for rule in rules),
        }

    # --- what comes out --------------------------------------------------------------------------------------------

    def _differs(self, change: Change, named: bool) -> bool:
        """Return whether the changed declaration says something else of one of the example's records.

        ``named``: missing fields are told by name, and what is as unknown as before may wait for other ones.
        """
        if len(change.before) != len(change.after):
            return True
        scopes = self.scopes(change.declared.entity)
        after = _all_said(change.after, scopes)
        if change.declared not in self._said:
            self._said[change.declared] = _all_said(change.before, scopes)
        return self._said[change.declared] != after or (named and None in after)

    def _found(self, ruleset: ir.Ruleset, scope: Scope, n: int, known: dict[str, Placement]) -> Found:
        """Return what comes out of the expectation at position ``n``."""
        expectation = self.example.expectations[n]
        if expectation.expr is not None:
            worth = value(expectation.expr, scope)
            return Found(worth, worth)
        lifecycle = lifecycle_of(ruleset, self.example.entity, expectation.lifecycle)
        if expectation.kind in ("stage", "violates") and lifecycle.name not in known:
            return _in_short(expectation.kind, lifecycle, scope)
        if lifecycle.name not in known:
            known[lifecycle.name] = placed(lifecycle, scope, self._problems)
        return _of_placement(expectation.kind, known[lifecycle.name])


def _in_short(kind: str, lifecycle: ir.Lifecycle, scope: Scope) -> Found:
    """Return the stage or the broken rules alone: a whole placement tells much that nobody asked for."""
    path = Walk(lifecycle, scope).path()
    stage = path[-1] if path else None
    if kind == "stage":
        return Found(stage, stage)
    violations = judge_rules(lifecycle.entity, scope)[0] + judge_assertions(lifecycle, stage, scope)[0]
    broken = frozenset(violation.rule for violation in violations)
    return Found(broken, broken)


def _of_placement(kind: str, placement: Placement) -> Found:
    match kind:
        case "stage":
            return Found(placement.stage, placement.stage)
        case "verdict":
            return Found(placement.verdict, placement.verdict)
        case "violates":
            broken = frozenset(violation.rule for violation in placement.violations)
            return Found(broken, broken)
        case "blocked by":
            return Found(frozenset(blocker.criterion for blocker in placement.blockers), placement.stage)
        case "missing":
            return Found(frozenset(placement.missing), (placement.stage, placement.certain))
        case _:
            raise AssertionError(f"an expectation without an expression is about a placement, not {kind}")


def _row(chosen: ir.Choose, scope: Scope) -> int | None:
    """Return the position of the branch that gives a record its class."""
    states = [said_of(condition, scope) for condition, _ in chosen.branches]
    open_ = [n for n, state in enumerate(states) if state is not False]
    if not open_ or (chosen.mode is ir.ChooseMode.EXACTLY_ONE and len(open_) > 1):
        return None
    return open_[0] if states[open_[0]] else None


def _key(change: Change) -> str:
    """Return the name under which an expectation that depends on a change has it."""
    return change.declared.lifecycle or change.declared.name


def _all_said(exprs: tuple[ir.Expr, ...], scopes: tuple[Scope, ...]) -> tuple[object, ...]:
    return tuple(said_of(expr, scope) for expr in exprs for scope in scopes)


def said_of(expr: ir.Expr, scope: Scope) -> object:
    """Return what an expression says of a record; of a number that may be a range, both its ends."""
    try:
        if ir.type_of(expr) is Scalar.BOOLEAN:
            return truth(expr, scope)
        return bounds(expr, scope) if ir.type_of(expr) in NUMERIC else value(expr, scope)
    except KeyError:  # a related record is read only as far as something follows its relations: this is never asked of it
        return None


def _read(ruleset: ir.Ruleset, example: ir.Example) -> tuple[Record, list[DataProblem]]:
    """Return the record of an example, read as far as the ruleset and the example itself follow its relations."""
    asked = tuple(
        ir.Definition(f"\0{n}", f"\0{n}", example.entity, ir.DefinitionKind.DEFINE, ir.type_of(expr), expr)
        for n, expr in enumerate(expectation.expr for expectation in example.expectations)
        if expr is not None
    )
    whole = replace(ruleset, definitions=(*ruleset.definitions, *asked))
    return read_record(record_reader(record_spec(whole, example.entity)), record_of(example.given))


def _collect(ruleset: ir.Ruleset, entity: str, scope: Scope, found: defaultdict[str, list[Scope]]) -> None:
    """Enter a record and those related to it under their entities."""
    found[entity].append(scope)
    for relation in ruleset.entity(entity).relations:
        inner = cast("Record", scope.record).get(relation.name)
        records = cast("list[Record | None]", inner if isinstance(inner, list) else [inner])
        for record in records:
            if record is not None:
                _collect(ruleset, relation.entity, Scope(scope.world, record), found)
