"""A decoded ruleset into the first thing in it that does not hold together: what the checker would never have made."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from revrules import ir
from revrules.artifact_tables import fault_of_use, faults_of_tables
from revrules.functions import FUNCTIONS
from revrules.limits import excesses
from revrules.reads import children
from revrules.runtime.clock import zone_of
from revrules.runtime.patterns import PatternError, compile_pattern
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.types import Type

Named = TypeVar("Named", ir.Entity, ir.ValueList, ir.Calendar, ir.Stage)

VALUES: dict[Scalar, tuple[type, ...]] = {
    Scalar.BOOLEAN: (bool,),
    Scalar.INTEGER: (int,),
    Scalar.NUMBER: (float, int),
    Scalar.MONEY: (Decimal,),
    Scalar.TEXT: (str,),
    Scalar.DATE: (datetime.date,),
    Scalar.DATETIME: (datetime.datetime,),
    Scalar.DURATION: (datetime.timedelta,),
}
EXPECTED = ("stage", "verdict", "blocked by", "missing", "violates", "value")
"""What an example can expect."""
DEEPEST = 400
"""Expressions inside one another, many more than a ruleset may have."""


class InconsistentError(Exception):
    """Carries the sentence that says what does not hold together."""


def inconsistency(ruleset: ir.Ruleset) -> str | None:
    """Return one sentence on what does not hold together in ``ruleset``, None when all names and types do."""
    try:
        Check(ruleset).all()
    except InconsistentError as found:
        return str(found)
    return None


class Check:
    """Looks up every name that a ruleset uses."""

    def __init__(self, ruleset: ir.Ruleset) -> None:
        self.ruleset = ruleset
        self.entities = _by_name(ruleset.entities)
        self.lists = _by_name(ruleset.lists)
        self.calendars = _by_name(ruleset.calendars)
        self.tables = {table.name: table for table in ruleset.tables}
        self.known: dict[str, ir.Definition] = {}

    def all(self) -> None:
        """Raise ``InconsistentError`` for the first thing that does not hold together."""
        self.zone(self.ruleset.timezone)
        for calendar in self.ruleset.calendars:
            self.zone(calendar.timezone)
        for entity in self.ruleset.entities:
            for relation in entity.relations:
                self.entity(relation.entity)
        for fault in faults_of_tables(self.ruleset):
            raise InconsistentError(fault)
        for definition in self.ruleset.definitions:
            self.expr(definition.expr, (definition.entity,))
            self.known[definition.id] = definition
        for entity_name, expr in self._said():
            self.expr(expr, (entity_name,))
        for lifecycle in self.ruleset.lifecycles:
            self.lifecycle(lifecycle)
        for example in self.ruleset.examples:
            self.example(example)
        for beyond in excesses(self.ruleset):
            raise InconsistentError(beyond.message)

    def example(self, example: ir.Example) -> None:
        """Look up what an example is about and what it expects."""
        self.entity(example.entity)
        about = {lifecycle.name: lifecycle.entity for lifecycle in self.ruleset.lifecycles}
        for expectation in example.expectations:
            if expectation.kind not in EXPECTED or (expectation.expr is not None) != (expectation.kind == "value"):
                raise InconsistentError(f"an example cannot expect a `{expectation.kind[:40]}` like this")
            if expectation.kind == "verdict" and len(expectation.names) != 1:
                raise InconsistentError("an example expects one verdict")
            if expectation.lifecycle is not None and about.get(expectation.lifecycle) != example.entity:
                raise InconsistentError(f"there is no lifecycle `{expectation.lifecycle[:40]}` of `{example.entity}`")
            if expectation.expr is not None:
                self.expr(expectation.expr, (example.entity,))

    def _said(self) -> Iterator[tuple[str, ir.Expr]]:
        for rule in self.ruleset.rules:
            yield from ((rule.entity, rule.when), (rule.entity, rule.require))
        for assertion in self.ruleset.assertions:
            yield from ((assertion.entity, assertion.where), (assertion.entity, assertion.has))
        for lifecycle in self.ruleset.lifecycles:
            for stage in lifecycle.stages:
                yield lifecycle.entity, stage.condition
                yield from ((lifecycle.entity, leaf) for leaf in _conditions(stage.requires))
                if stage.stamped_by is not None:
                    yield lifecycle.entity, stage.stamped_by
            yield from ((lifecycle.entity, edge.condition) for edge in lifecycle.edges)
            if lifecycle.tracks is not None:
                yield lifecycle.entity, lifecycle.tracks

    def zone(self, name: str) -> None:
        """Look up a time zone."""
        try:
            zone_of(name)
        except (ValueError, OSError, KeyError) as error:
            raise InconsistentError(f"there is no time zone `{name[:60]}` here") from error

    def entity(self, name: str) -> ir.Entity:
        """Look up an entity."""
        if name not in self.entities:
            raise InconsistentError(f"there is no entity `{name}`")
        return self.entities[name]

    def lifecycle(self, lifecycle: ir.Lifecycle) -> None:
        """Look up the stages that edges join; forward edges make no cycle."""
        stages = _by_name(lifecycle.stages)
        for stage in lifecycle.stages:
            leave = stage.leave_within
            if leave is not None and (stage.stamped_by is None or leave.calendar not in (None, *self.calendars)):
                raise InconsistentError(f"the time in which to leave `{stage.name}` lacks its stamp or calendar")
        after: dict[str, list[str]] = {name: [] for name in stages}
        for edge in lifecycle.edges:
            if edge.source not in stages or edge.target not in stages:
                raise InconsistentError(
                    f"an edge of `{lifecycle.name}` joins `{edge.source}` and `{edge.target}`: one is no stage"
                )
            if not edge.back:
                after[edge.source].append(edge.target)
        before = {name: sum(name in targets for targets in after.values()) for name in stages}
        free = [name for name, count in before.items() if not count]
        for name in free:
            for target in after[name]:
                before[target] -= 1
                if not before[target]:
                    free.append(target)
        if len(free) < len(stages):
            raise InconsistentError(f"the forward edges of `{lifecycle.name}` make a cycle")

    def holder(self, entities: tuple[str, ...], path: tuple[str, ...], up: int) -> ir.Entity:
        """Return the entity at the end of ``path``, seen from the record ``up`` aggregates out."""
        if not 0 <= up < len(entities):
            raise InconsistentError("an expression speaks of a record that is not there")
        entity = self.entity(entities[-1 - up])
        for name in path:
            relation = entity.relation(name)
            if relation is None or relation.many:
                raise InconsistentError(f"`{entity.name}` has no relation `{name}` to one record")
            entity = self.entity(relation.entity)
        return entity

    def expr(self, expr: ir.Expr, entities: tuple[str, ...], depth: int = 0) -> None:
        """Look up what an expression names; ``entities`` are those of the records at hand, outermost first."""
        if depth > DEEPEST:
            raise InconsistentError("an expression is nested deeper than a ruleset can be")
        inner = entities
        match expr:
            case ir.Literal(value, type_):
                _check_value(value, type_)
            case ir.Field(name, type_, path, up):
                entity = self.holder(entities, path, up)
                field = entity.field(name)
                if field is None or field.type != type_:
                    raise InconsistentError(f"`{entity.name}` has no field `{name}` of that type")
            case ir.Ref(definition, type_, path, up):
                found = self.known.get(definition)
                if found is None or found.type != type_ or found.entity != self.holder(entities, path, up).name:
                    raise InconsistentError(f"there is no definition `{definition}` of that type before this use of it")
            case ir.Related(path, up):
                self.holder(entities, path, up)
            case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
                holder = self.holder(entities, relation.path, relation.up)
                declared = holder.relation(relation.name)
                if declared is None or not declared.many or declared.entity != relation.entity:
                    raise InconsistentError(f"`{holder.name}` has no relation `{relation.name}` to many `{relation.entity}`")
                inner = (*entities, relation.entity)
            case ir.Choose(ir.ChooseMode.COLLECT):
                raise InconsistentError("a classification that picks one branch collects")
            case ir.Table(table) | ir.Collects(table):
                fault = fault_of_use(expr, self.tables.get(table))
                if fault:
                    raise InconsistentError(fault)
            case ir.InList(_, name) if name not in self.lists:
                raise InconsistentError(f"there is no list `{name}`")
            case ir.BusinessShift(_, _, _, name) if name not in self.calendars:
                raise InconsistentError(f"there is no calendar `{name}`")
            case ir.Call(name) if name not in FUNCTIONS:
                raise InconsistentError(f"there is no function `{name}`")
            case ir.Matches(_, pattern):
                try:
                    compile_pattern(pattern)
                except PatternError as error:
                    raise InconsistentError(f"`{pattern[:60]}` is no pattern: {error.reason}") from error
            case ir.And(()) | ir.Or(()) | ir.AtLeast(_, ()):
                raise InconsistentError("a condition joins no conditions")
            case _:
                pass
        for child in children(expr):
            self.expr(child, inner, depth + 1)


def _check_value(value: ir.Value | None, type_: Type) -> None:
    kinds = (str,) if isinstance(type_, EnumType) else VALUES[type_]
    if value is not None and type(value) not in kinds:
        raise InconsistentError(f"`{value}` is no value of the type that it is given")


def _conditions(criteria: ir.Criteria | None) -> Iterator[ir.Expr]:
    match criteria:
        case ir.Criterion(_, condition):
            yield condition
        case ir.Group(_, members):
            for member in members:
                yield from _conditions(member)
        case None:
            return


def _by_name(found: tuple[Named, ...]) -> dict[str, Named]:
    return {each.name: each for each in found}
