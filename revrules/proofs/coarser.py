"""A question into one that says less: what is hard in it becomes a field that could have any value. Its proofs hold of the first.

Whatever a record makes of a sum or a count, a field of that value makes the same of the rest. So what no record can do with the
fields, none can do at all; a record that can says nothing. What has one normal form becomes one field.
"""

from __future__ import annotations

import dataclasses
from enum import Enum
from itertools import permutations
from typing import TYPE_CHECKING, Any, cast

from revrules import ir
from revrules.backends.smt.answers import UNMET, Want
from revrules.reads import children, used
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from revrules.backends.smt.answers import State, Witness
    from revrules.ir import Expr, Ruleset
    from revrules.proofs.normal import Normals
    from revrules.types import Type

STANDING = frozenset(Scalar) - {Scalar.TEXT}
"""Types of which a field can have any value that an expression can have."""
NEVER, ALWAYS = (ir.Literal(state, Scalar.BOOLEAN) for state in (False, True))
MARK = "~"
"""Stands in no name of a ruleset."""


class Kept(Enum):
    """What of a question is kept."""

    OWN = "whatever is said of the record itself"
    LOGIC = "how conditions are joined, and what compares fields with constants"


JOINING = (ir.Not, ir.And, ir.Or, ir.AtLeast, ir.OrElse, ir.If, ir.Ref, ir.Field, ir.Literal)
AGGREGATES = (ir.Count, ir.Sum, ir.Extreme, ir.Pick)


class Coarser:
    """Questions about one ruleset without what is hard in them."""

    def __init__(self, ruleset: Ruleset, normals: Normals, kept: Kept) -> None:
        """Take ``ruleset``, whose normal forms are ``normals``."""
        self._normals = normals
        self._kept = kept
        self._own = {definition.id: definition for definition in ruleset.definitions}
        self._counting: dict[str, bool] = {}
        self._fields: dict[str, dict[str, Type]] = {}
        self._numbers: dict[Expr, int] = {}
        self._stand_for: dict[str, Expr] = {}
        definitions = tuple(
            dataclasses.replace(each, expr=self._without(each.expr, each.entity), criteria=None) for each in ruleset.definitions
        )
        self._ruleset = dataclasses.replace(ruleset, definitions=definitions)

    def question(self, entity: str, wants: Sequence[Want]) -> tuple[Ruleset, tuple[Want, ...]]:
        """Return the ruleset and the wants that say less; after these, what is known of the fields of the record itself."""
        asked = tuple(self.stand_in(entity, want) for want in wants)
        entities = tuple(
            dataclasses.replace(each, fields=(*each.fields, *self._stand_ins(each.name))) for each in self._ruleset.entities
        )
        return dataclasses.replace(self._ruleset, entities=entities), (*asked, *self._known(entity))

    def _stand_ins(self, entity: str) -> Iterator[ir.FieldDecl]:
        return (ir.FieldDecl(name, type_) for name, type_ in self._fields.get(entity, {}).items())

    def stand_in(self, entity: str, want: Want) -> Want:
        """Return a want of one of the fields that stand in the question, for what it stands for."""
        return Want(self._without(want.condition, entity), want.states)

    def hints(self, entity: str, wants: Sequence[Want], witness: Witness) -> tuple[Want, ...]:
        """Return what the fields of a record that answers the question say of what they stand for, as far as it is asked for.

        Only of conditions: a record that is so answers the first question, too, but there need not be one.
        """
        asked = [self._without(want.condition, entity) for want in wants]
        definitions = {definition.id: definition for definition in self._ruleset.definitions}
        said = [*asked, *(each.expr for each in used(definitions, asked) if each.entity == entity)]
        names = dict.fromkeys(name for expr in said for name in _fields(expr) if name.startswith(MARK))
        conditions = [name for name in names if self._fields[entity].get(name) is Scalar.BOOLEAN]
        states = ((name, cast("State", witness.record.get(name))) for name in conditions)
        return tuple(Want(self._stand_for[name], frozenset({state})) for name, state in states)

    def plain(self, entity: str, wants: Sequence[Want]) -> list[Expr]:
        """Return the conditions that the question asks as the first one does, nothing in them being hard."""
        asked = [self._without(want.condition, entity) for want in wants]
        definitions = {definition.id: definition for definition in self._ruleset.definitions}
        own = [each.expr for each in used(definitions, asked) if each.entity == entity and each.type is Scalar.BOOLEAN]
        leaves = dict.fromkeys(leaf for expr in (*asked, *own) for leaf in _leaves(expr))
        return [leaf for leaf in leaves if not _stands_in((leaf, *(each.expr for each in used(definitions, (leaf,)))))]

    def _known(self, entity: str) -> Iterator[Want]:
        """Yield that a field is no less true than another, where what the one stands for is no less than what the other does."""
        conditions = [name for name, type_ in self._fields.get(entity, {}).items() if type_ is Scalar.BOOLEAN]
        for name in conditions:
            field = ir.Field(name, Scalar.BOOLEAN)
            if self._normals.is_decided(self._numbers[field]):
                yield Want(ir.Known(field))
        for one, other in permutations(conditions, 2):
            here, there = (ir.Field(name, Scalar.BOOLEAN) for name in (one, other))
            for first, second in ((here, there), (here, ir.Not(there)), (ir.Not(here), there)):
                if self._implied(first, second):
                    for default in (NEVER, ALWAYS):
                        settled = ir.OrElse(first, default), ir.Not(ir.OrElse(second, default))
                        yield Want(ir.And(settled), UNMET)

    def _implied(self, first: Expr, second: Expr) -> bool:
        return self._normals.implies(self._numbers[first], self._numbers[second])

    # --- what is replaced ------------------------------------------------------------------------------------------

    def _without(self, expr: Expr, entity: str) -> Expr:
        """Return ``expr``, which is about a record of ``entity``, with fields for what is hard in it.

        A number that is a range stays as it is: no field could stand for it.
        """
        if self._is_hard(expr):
            return self._stand_in(expr, entity)
        if isinstance(expr, AGGREGATES) or self._counts(expr):
            return expr
        changed = {}
        for field in dataclasses.fields(expr):
            old = getattr(expr, field.name)
            new = self._part(old, entity)
            if new is not old:
                changed[field.name] = new
        return cast("Expr", dataclasses.replace(cast("Any", expr), **changed)) if changed else expr

    def _part(self, part: object, entity: str) -> object:
        match part:
            case ir.Line(_, condition, per):
                less = None if per is None else self._without(per, entity)
                return dataclasses.replace(part, condition=self._without(condition, entity), per=less)
            case tuple():
                new = tuple(self._part(each, entity) for each in part)
                return new if any(one is not other for one, other in zip(new, part, strict=True)) else part
            case ir.Node() if isinstance(part, ir.Expr):
                return self._without(part, entity)
            case _:
                return part

    def _is_hard(self, expr: Expr) -> bool:
        match expr:
            case ir.Sum() | ir.Extreme() | ir.Pick():
                return expr.type in STANDING
            case ir.Known(operand) if ir.type_of(operand) is Scalar.BOOLEAN:
                return False
            case _:
                return (
                    ir.type_of(expr) is Scalar.BOOLEAN
                    and not isinstance(expr, JOINING)
                    and (
                        any(map(self._counts, children(expr)))
                        or (self._kept is Kept.LOGIC and not self._sorts(expr) and not _is_plain(expr))
                    )
                )

    def _counts(self, expr: Expr) -> bool:
        """Return whether ``expr`` is a range that rests on how many records there are."""
        match expr:
            case ir.Count():
                return True
            case ir.Ref(definition, ranged=True):
                if definition not in self._counting:
                    self._counting[definition] = self._counts(self._own[definition].expr)
                return self._counting[definition]
            case ir.Points(_, lines):
                return any(line.per is not None and self._counts(line.per) for line in lines)
            case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL, left, right):
                return self._counts(left) or self._counts(right)
            case ir.Negate(operand):
                return self._counts(operand)
            case _:
                return False

    def _sorts(self, expr: Expr) -> bool:
        """Return whether ``expr`` asks for the class of a record."""
        match expr:
            case ir.Compare(_, left, right):
                return isinstance(left, ir.Ref | ir.Choose) and isinstance(right, ir.Literal)
            case _:
                return False

    def _stand_in(self, expr: Expr, entity: str) -> Expr:
        """Return the field for ``expr``; for a condition whose opposite has one, not that."""
        type_ = ir.type_of(expr)
        key = self._normals.key(expr)
        opposite = self._normals.opposite(expr) if type_ is Scalar.BOOLEAN else key
        name = f"{MARK}{min(key, opposite)}"
        self._fields.setdefault(entity, {})[name] = type_
        field = ir.Field(name, type_)
        self._stand_for[name] = expr if opposite >= key else ir.Not(expr)
        self._numbers |= {field: min(key, opposite), ir.Not(field): max(key, opposite)}
        return ir.Not(field) if opposite < key else field


def _is_plain(expr: Expr) -> bool:
    """Return whether a condition compares a field with constants, or two fields that are no texts."""
    parts = children(expr)
    fields = [part for part in parts if isinstance(part, ir.Field)]
    return all(isinstance(part, ir.Field | ir.Literal) for part in parts) and (
        len(fields) < 2 or ir.type_of(fields[0]) is not Scalar.TEXT
    )


def _fields(expr: Expr) -> Iterator[str]:
    """Yield the fields of the record itself that an expression names outside of related records."""
    if isinstance(expr, ir.Field) and not expr.path:
        yield expr.name
    for child in () if isinstance(expr, AGGREGATES) else children(expr):
        yield from _fields(child)


def _leaves(expr: Expr) -> Iterator[Expr]:
    """Yield the conditions that a condition joins, but for what definitions of the record itself say."""
    match expr:
        case ir.Ref(_, Scalar.BOOLEAN, (), 0) | ir.Literal():
            return
        case ir.Not() | ir.And() | ir.Or() | ir.AtLeast() | ir.OrElse() | ir.If():
            for child in children(expr):
                yield from _leaves(child)
        case ir.Known(operand) if ir.type_of(operand) is Scalar.BOOLEAN:
            yield from _leaves(operand)
        case _:
            yield expr


def _stands_in(exprs: Iterable[Expr]) -> bool:
    """Return whether any field in some expressions stands for something."""
    return any((isinstance(expr, ir.Field) and expr.name.startswith(MARK)) or _stands_in(children(expr)) for expr in exprs)


def without_stand_ins(witness: Witness) -> Witness:
    """Return the record of an answer to a question that says less, as far as it is one of the ruleset itself."""
    return dataclasses.replace(witness, record=cast("Mapping[str, object]", _own(witness.record)))


def _own(part: object) -> object:
    match part:
        case dict():
            return {name: _own(each) for name, each in part.items() if not name.startswith(MARK)}
        case list():
            return [_own(each) for each in part]
        case _:
            return part
