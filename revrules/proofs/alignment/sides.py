"""A ruleset into the terms of the ruleset that holds two: fields as this side reads them, names that clash with no other's."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from revrules import ir
from revrules.proofs.normal import Normals
from revrules.rows import as_choose, as_condition, is_ranged
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from revrules.ir import Definition, Expr, Lifecycle, Ruleset, Stage
    from revrules.types import Type

Part = TypeVar("Part")
Scope = tuple[str, ...]
"""The entities of the records at hand, as this side names them, the innermost first."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands in the way of comparing a word, and what its comparison leaves out: in words."""

    obstacles: frozenset[str] = frozenset()
    caveats: frozenset[str] = frozenset()

    def __or__(self, other: Notes) -> Notes:
        return Notes(self.obstacles | other.obstacles, self.caveats | other.caveats)


NOTHING = Notes()


@dataclass(frozen=True, slots=True)
class Reading:
    """How this side reads a field: its name and type in the whole, what is made of it, what is to be said of it."""

    name: str
    type: Type
    read: Callable[[Expr], Expr]
    notes: Notes = NOTHING


@dataclass(frozen=True, slots=True)
class Terms:
    """What the things of one side are called in the whole. What is not named keeps its name."""

    mark: str
    """What tells this side's definitions and lifecycles from the other's."""
    entities: Mapping[str, str]
    fields: Mapping[tuple[str, str], Reading]
    relations: Mapping[tuple[str, str], str]
    lists: Mapping[str, str]
    calendars: Mapping[str, str]
    tables: Mapping[str, str]
    types: Mapping[tuple[str, ...], EnumType]
    """The enum type that holds the members of both sides, by this side's members."""
    members: Mapping[tuple[str, ...], Mapping[str, str]]
    """Members that the whole names otherwise, by this side's members."""
    at_odds: frozenset[tuple[str, ...]] = frozenset()
    """Enums, by this side's members, of which the whole does not keep the order."""
    clock: Notes = NOTHING
    """What is to be said of words that ask for the day or the local time."""
    money: Notes = NOTHING


@dataclass(slots=True)
class Side:
    """One of the two rulesets. ``notes`` are by the definitions' own ids, once these are translated.

    What has, in the terms of the whole, the normal form of a definition of the other side, goes by that one's id.
    """

    ruleset: Ruleset
    terms: Terms
    notes: dict[str, Notes] = field(default_factory=dict)
    _others: dict[str, str] = field(default_factory=dict)
    _found: Notes = NOTHING

    def id(self, definition: str) -> str:
        """Return what a definition is called in the whole."""
        return self._others.get(definition, f"{definition} {self.terms.mark}")

    def definitions(self, whole: Ruleset) -> tuple[Definition, ...]:
        """Return the definitions in the terms of the ``whole``, without those that one of its definitions stands for."""
        normals = Normals(whole)
        said = {_meaning(normals, each): each.id for each in whole.definitions}
        own = []
        for definition in self.ruleset.definitions:
            translated = self._definition(definition)
            same = said.get(_meaning(normals, translated))
            if same is None:
                own.append(translated)
                normals.add(translated)
            else:
                self._others[definition.id] = same
        return tuple(own)

    def expression(self, expr: Expr, entity: str) -> tuple[Expr, Notes]:
        """Return an expression about ``entity`` (as this side names it) in the terms of the whole, with what is to be said."""
        self._found = NOTHING
        return self._part(expr, (entity,)), self._found

    def lifecycle(self, lifecycle: Lifecycle) -> Lifecycle:
        """Return a lifecycle in the terms of the whole, as far as placement on the evidence needs it."""
        stages = tuple(self._stage(stage, lifecycle.entity) for stage in lifecycle.stages)
        edges = tuple(
            dataclasses.replace(edge, condition=self.expression(edge.condition, lifecycle.entity)[0]) for edge in lifecycle.edges
        )
        name, entity = f"{lifecycle.name} {self.terms.mark}", self.entity(lifecycle.entity)
        return dataclasses.replace(lifecycle, name=name, entity=entity, stages=stages, edges=edges, tracks=None)

    def table(self, table: ir.DecisionTable) -> ir.DecisionTable:
        """Return a decision table in the terms of the whole. One whose members the whole names otherwise is not used any more."""
        columns = tuple(dataclasses.replace(column, type=self._type(column.type)) for column in table.columns)
        return dataclasses.replace(table, name=self._table(table.name), columns=columns)

    def entity(self, name: str) -> str:
        """Return what an entity of this side is called in the whole."""
        return self.terms.entities.get(name, name)

    # --- declarations --------------------------------------------------------------------------------------------

    def _definition(self, definition: Definition) -> Definition:
        expr, notes = self.expression(definition.expr, definition.entity)
        self.notes[definition.id] = notes
        return dataclasses.replace(
            definition,
            id=self.id(definition.id),
            name=f"{definition.name} {self.terms.mark}",
            entity=self.entity(definition.entity),
            type=self._type(definition.type),
            expr=expr,
            criteria=None,
            variance=None,
        )

    def _stage(self, stage: Stage, entity: str) -> Stage:
        """Return a stage whose gate is one condition: what stamps it may not be a plain field any more."""
        condition, _ = self.expression(stage.condition, entity)
        if stage.stamped_by is not None:
            stamp = ir.Known(self.expression(stage.stamped_by, entity)[0])
            condition = ir.Or((stamp, condition))
        return dataclasses.replace(stage, condition=condition, requires=None, stamped_by=None, leave_within=None)

    # --- expressions ---------------------------------------------------------------------------------------------

    def _part(self, part: Part, scope: Scope) -> Part:
        return cast("Part", self._any(part, scope))

    def _any(self, part: object, scope: Scope) -> object:
        match part:
            case tuple():
                return tuple(self._any(each, scope) for each in part)
            case EnumType():
                return self._type(part)
            case ir.Field():
                return self._field(part, scope)
            case ir.Table(name, inputs) if self._spelled_out(name):
                table = next(each for each in self.ruleset.tables if each.name == name)
                return self._any(as_choose(table, inputs), scope)
            case ir.Collects(name, inputs, member) if self._spelled_out(name):
                table = next(each for each in self.ruleset.tables if each.name == name)
                return self._any(as_condition(table, inputs, member), scope)
            case ir.Node():
                return self._node(self._members(part), scope)
            case _:
                return part

    def _node(self, node: ir.Node, scope: Scope) -> ir.Node:
        """Return a node with its parts in the terms of the whole, then its own names."""
        inner = scope
        if isinstance(node, ir.Count | ir.Sum | ir.Extreme | ir.Pick):
            inner = (node.relation.entity, *scope)
        changed = {}
        for each in dataclasses.fields(node):
            if each.name != "span":
                value = getattr(node, each.name)
                changed[each.name] = self._any(value, scope if isinstance(value, ir.Many) else inner)
        self._remark(node)
        return self._named(node, dataclasses.replace(cast("Any", node), **changed), scope)

    def _named(self, old: ir.Node, new: ir.Node, scope: Scope) -> ir.Node:
        """Return ``new``, made of ``old``, with the names that the whole has."""
        match new:
            case ir.Ref(definition, path=path, up=up):
                self._found |= self.notes[definition]
                return dataclasses.replace(new, definition=self.id(definition), path=self._path(scope[up], path)[1])
            case ir.Related(path, up):
                return dataclasses.replace(new, path=self._path(scope[up], path)[1])
            case ir.Many(name, entity, path, up):
                holder, along = self._path(scope[up], path)
                renamed = self.terms.relations.get((holder, name), name)
                return dataclasses.replace(new, name=renamed, entity=self.entity(entity), path=along)
            case ir.InList(_, name):
                return dataclasses.replace(new, list=self.terms.lists.get(name, name))
            case ir.BusinessShift(calendar=name):
                return dataclasses.replace(new, calendar=self.terms.calendars.get(name, name))
            case ir.Table(name) | ir.Collects(name):
                return dataclasses.replace(new, table=self._table(name))
            case _:
                return new

    def _table(self, name: str) -> str:
        return self.terms.tables.get(name, f"{name} {self.terms.mark}")

    def _field(self, node: ir.Field, scope: Scope) -> Expr:
        entity, path = self._path(scope[node.up], node.path)
        reading = self.terms.fields[entity, node.name]
        self._found |= reading.notes
        if reading.type is Scalar.MONEY:
            self._found |= self.terms.money
        return reading.read(dataclasses.replace(node, name=reading.name, type=reading.type, path=path))

    def _path(self, entity: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the entity at the end of ``path`` (as this side names it), and the path in the terms of the whole."""
        along = []
        for name in path:
            relation = self.ruleset.entity(entity).relation(name)
            assert relation is not None, "the checker resolved every path"
            along.append(self.terms.relations.get((entity, name), name))
            entity = relation.entity
        return entity, tuple(along)

    def _remark(self, node: ir.Node) -> None:
        """Note what is to be said of ``node`` itself."""
        match node:
            case ir.Today() | ir.DateOf():
                self._found |= self.terms.clock
            case ir.Shift(moment) if ir.type_of(moment) is Scalar.DATETIME:
                self._found |= self.terms.clock
            case ir.Compare(op, left) if op not in (ir.CompareOp.EQ, ir.CompareOp.NE):
                self._by_order(ir.type_of(left))
            case ir.Extreme(value=ordered) | ir.Pick(by=ordered):
                self._by_order(ir.type_of(ordered))
            case ir.Call("least" | "greatest", _, type_):
                self._by_order(type_)
            case _:
                return

    def _by_order(self, type_: Type) -> None:
        """Note a comparison by the order of an enum's members, where the whole has another order."""
        if isinstance(type_, EnumType) and type_.member_names in self.terms.at_odds:
            told = f"the members of `{type_.name}` stand in another order, and it is compared by it"
            self._found |= Notes(obstacles=frozenset({told}))

    # --- enums ---------------------------------------------------------------------------------------------------

    def _type(self, type_: Type) -> Type:
        if not isinstance(type_, EnumType):
            return type_
        whole = self.terms.types.get(type_.member_names)
        return type_ if whole is None else whole

    def _members(self, node: ir.Node) -> ir.Node:
        """Return ``node`` with the members that it names itself under the names that the whole has."""
        match node:
            case ir.Literal(str() as name, EnumType() as type_):
                return dataclasses.replace(node, value=self._member(name, type_))
            case ir.OneOf(operand, values) if isinstance(kind := ir.type_of(operand), EnumType):
                return dataclasses.replace(node, values=tuple(self._member(str(name), kind) for name in values))
            case ir.Choose(_, branches, otherwise, type_):
                named = tuple((condition, self._member(name, type_)) for condition, name in branches)
                rest = None if otherwise is None else self._member(otherwise, type_)
                return dataclasses.replace(node, branches=named, otherwise=rest)
            case _:
                return node

    def _member(self, name: str, type_: EnumType) -> str:
        return self.terms.members.get(type_.member_names, {}).get(name, name)

    def _spelled_out(self, table: str) -> bool:
        """Return whether a decision table names members that the whole names otherwise."""
        found = next(each for each in self.ruleset.tables if each.name == table)
        types = (found.type, *(column.type for column in found.columns))
        return any(isinstance(type_, EnumType) and self.terms.members.get(type_.member_names) for type_ in types)


def _meaning(normals: Normals, definition: Definition) -> tuple[object, ...]:
    """Return what is equal for definitions that one may stand for the other."""
    return definition.entity, definition.type, is_ranged(definition.expr), normals.key(definition.expr)
