"""Edits of a ruleset that keep its meaning, drawn at random: reordered, swapped, negated, inlined, split, renamed and more.

Each is made on the compiled ruleset, where it is exact; what is only formatted or moved between files compiles to the same.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.proofs.rewriting import rewritten
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

MIRRORED = {
    ir.CompareOp.LT: ir.CompareOp.GT,
    ir.CompareOp.LE: ir.CompareOp.GE,
    ir.CompareOp.GT: ir.CompareOp.LT,
    ir.CompareOp.GE: ir.CompareOp.LE,
    ir.CompareOp.EQ: ir.CompareOp.EQ,
    ir.CompareOp.NE: ir.CompareOp.NE,
}
OPPOSITE = {
    ir.CompareOp.LT: ir.CompareOp.GE,
    ir.CompareOp.GE: ir.CompareOp.LT,
    ir.CompareOp.GT: ir.CompareOp.LE,
    ir.CompareOp.LE: ir.CompareOp.GT,
    ir.CompareOp.EQ: ir.CompareOp.NE,
    ir.CompareOp.NE: ir.CompareOp.EQ,
}


class Edit(NamedTuple):
    """A kind of edit and the ruleset that it makes."""

    kind: str
    ruleset: ir.Ruleset


def preserving(ruleset: ir.Ruleset, r: Random) -> Edit | None:
    """Return an edit of ``ruleset`` that keeps its meaning; None where the kind that was drawn fits nothing."""
    kind = r.choice([*REWRITES, "rename", "reorder definitions"])
    if kind == "rename":
        made = _renamed(ruleset, r)
    elif kind == "reorder definitions":
        made = _moved(ruleset, r)
    else:
        made = _rewritten_somewhere(ruleset, r, REWRITES[kind])
    return None if made is None else Edit(kind, made)


def _rewritten_somewhere(
    ruleset: ir.Ruleset, r: Random, rewrite: Callable[[ir.Ruleset, ir.Expr, Random], ir.Expr | None]
) -> ir.Ruleset | None:
    """Return ``ruleset`` with one node rewritten, drawn from those that can be: those of definitions, stages, edges and rules."""
    spots: list[ir.Expr] = []

    def collect(node: object) -> object:
        if isinstance(node, ir.Expr) and rewrite(ruleset, node, r) is not None:
            spots.append(node)
        return node

    said = ruleset.definitions, ruleset.rules, ruleset.lifecycles
    rewritten(said, collect)
    if not spots:
        return None
    chosen = r.choice(spots)

    def change(node: object) -> object:
        return rewrite(ruleset, chosen, r) if node is chosen else node

    definitions, rules, lifecycles = rewritten(said, change)
    return dataclasses.replace(ruleset, definitions=definitions, rules=rules, lifecycles=lifecycles)


def _reordered(_: ir.Ruleset, node: ir.Expr, r: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands) | ir.Or(operands) | ir.AtLeast(_, operands) if len(operands) > 1:
            return dataclasses.replace(node, operands=tuple(r.sample(operands, len(operands))))
        case ir.OneOf(_, values) if len(values) > 1:
            return dataclasses.replace(node, values=tuple(r.sample(values, len(values))))
        case _:
            return None


def _swapped(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.Compare(op, left, right) if ir.type_of(left) == ir.type_of(right):
            return ir.Compare(MIRRORED[op], right, left)
        case ir.RangedCompare(op, left, right):
            return ir.RangedCompare(MIRRORED[op], right, left)
        case _:
            return None


def _negated_twice(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    return ir.Not(ir.Not(node)) if ir.type_of(node) is Scalar.BOOLEAN and not isinstance(node, ir.Literal) else None


def _by_de_morgan(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands):
            return ir.Not(ir.Or(tuple(map(ir.Not, operands))))
        case ir.Or(operands):
            return ir.Not(ir.And(tuple(map(ir.Not, operands))))
        case _:
            return None


def _opposite(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.Compare(op, left, right):
            return ir.Not(ir.Compare(OPPOSITE[op], left, right))
        case ir.RangedCompare(op, left, right):
            return ir.Not(ir.RangedCompare(OPPOSITE[op], left, right))
        case _:
            return None


def _inlined(ruleset: ir.Ruleset, node: ir.Expr, _: Random) -> ir.Expr | None:
    match node:
        case ir.Ref(definition, Scalar.BOOLEAN, path, up) if not path and not up:
            return ruleset.definition(definition).expr
        case _:
            return None


def _split(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands) | ir.Or(operands) if len(operands) > 2:
            kind = type(node)
            return kind((operands[0], kind(operands[1:])))
        case _:
            return None


def _spelled_out(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    """A set as comparisons; a whole number's limit by its neighbour."""
    match node:
        case ir.OneOf(operand, values, False) if 1 < len(values) < 6:
            return ir.Or(tuple(ir.Compare(ir.CompareOp.EQ, operand, ir.Literal(value, ir.type_of(operand))) for value in values))
        case ir.Compare(ir.CompareOp.GE, left, ir.Literal(int() as value, Scalar.INTEGER)) if not isinstance(value, bool):
            return ir.Compare(ir.CompareOp.GT, left, ir.Literal(value - 1, Scalar.INTEGER)) if value > -(2**62) else None
        case _:
            return None


REWRITES: dict[str, Callable[[ir.Ruleset, ir.Expr, Random], ir.Expr | None]] = {
    "reorder": _reordered,
    "swap": _swapped,
    "double negation": _negated_twice,
    "De Morgan": _by_de_morgan,
    "opposite": _opposite,
    "inline": _inlined,
    "split": _split,
    "spell out": _spelled_out,
}


def _renamed(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with another name for one definition, which says what it was called."""
    named = [each for each in ruleset.definitions if each.team is None and each.id == f"{each.entity}.{each.name}"]
    if not named:
        return None
    chosen = r.choice(named)
    name = f"{chosen.name}_anew"
    new = f"{chosen.entity}.{name}"

    def change(node: object) -> object:
        if isinstance(node, ir.Ref) and node.definition == chosen.id:
            return dataclasses.replace(node, definition=new)
        return node

    changed = rewritten(
        dataclasses.replace(ruleset, examples=()),
        change,
    )
    definitions = tuple(
        dataclasses.replace(each, id=new, name=name, was=(chosen.name,)) if each.id == chosen.id else each
        for each in changed.definitions
    )
    return dataclasses.replace(changed, definitions=definitions)


def _moved(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with its rules and lifecycles in another order, as if its files were read in another."""
    rules, lifecycles = list(ruleset.rules), list(ruleset.lifecycles)
    r.shuffle(rules)
    r.shuffle(lifecycles)
    return dataclasses.replace(ruleset, rules=tuple(rules), lifecycles=tuple(lifecycles))


def all_kinds() -> Iterator[str]:
    """Yield the kinds of edits."""
    yield from (*REWRITES, "rename", "reorder definitions")
