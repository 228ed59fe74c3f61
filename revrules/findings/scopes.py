"""An expression into its parts, each with the entities that names stand for there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules.ir import Expr

Scope: TypeAlias = tuple[str, ...]
"""The entities of the records at hand, the innermost aggregate's first."""


@dataclass(frozen=True, slots=True)
class Read:
    """A field that is read: its entity and name."""

    entity: str
    field: str


def walk(expr: Expr, scope: Scope) -> Iterator[tuple[Expr, Scope]]:
    """Yield ``expr`` and everything inside it, each with its scope, in the order of the text."""
    yield expr, scope
    for part, inner in parts(expr, scope):
        yield from walk(part, inner)


def parts(expr: Expr, scope: Scope) -> Iterator[tuple[Expr, Scope]]:
    """Yield the direct parts of ``expr``; those judged for related records with their entity in front of the scope."""
    match expr:
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
            inner = (relation.entity, *scope)
        case _:
            inner = scope
    yield from ((part, inner) for part in children(expr))


def entity_of(entities: Mapping[str, ir.Entity], scope: Scope, up: int, path: tuple[str, ...]) -> str:
    """Return the entity of the record that ``up`` and ``path`` name."""
    entity = scope[up]
    for name in path:
        relation = entities[entity].relation(name)
        assert relation is not None, "the checker resolved every path"
        entity = relation.entity
    return entity


def reads_of(node: Expr, scope: Scope, entities: Mapping[str, ir.Entity]) -> Iterator[Read]:
    """Yield the fields that ``node`` itself reads, without its parts: a field, and the columns that relations follow."""
    match node:
        case ir.Field(name, _, path, up):
            yield from _along(entities, scope[up], path)
            yield Read(entity_of(entities, scope, up, path), name)
        case ir.Ref(_, _, path, up) | ir.Related(path, up):
            yield from _along(entities, scope[up], path)
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
            yield from _along(entities, scope[relation.up], relation.path)
            holder = entity_of(entities, scope, relation.up, relation.path)
            declared = entities[holder].relation(relation.name)
            assert declared is not None, "the checker resolved every relation"
            yield Read(declared.entity, declared.by)
        case _:
            return


def _along(entities: Mapping[str, ir.Entity], entity: str, path: tuple[str, ...]) -> Iterator[Read]:
    for name in path:
        relation = entities[entity].relation(name)
        assert relation is not None, "the checker resolved every path"
        yield Read(entity, relation.by)
        entity = relation.entity


def conjuncts(expr: Expr) -> Iterator[Expr]:
    """Yield the conditions that must all hold for ``expr`` to hold, conjunctions taken apart."""
    match expr:
        case ir.And(operands):
            for operand in operands:
                yield from conjuncts(operand)
        case ir.Literal(True):
            return
        case _:
            yield expr


def bare(expr: Expr) -> Expr:
    """Return ``expr`` without the conversion to a number that the compiler put around it."""
    match expr:
        case ir.Call("number" | "money", (inner,)):
            return bare(inner)
        case _:
            return expr
