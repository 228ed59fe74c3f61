"""Aggregates over related records into terms.

A collection has a few records that could be any, each of which may occur several times, and possibly others, of which little is
known. A question is first asked without others. What is impossible even with them is impossible; without them it is when the
few are enough to stand for all (``enough``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, cast

import z3

from revrules import ir
from revrules.backends.smt.formulas import never_unknown
from revrules.backends.smt.holders import Summed
from revrules.backends.smt.numbers import rounded, within
from revrules.backends.smt.problem import Weight
from revrules.backends.smt.terms import Range, Term, Truth, constant, variable
from revrules.reads import children
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.holders import Collection, Holder
    from revrules.backends.smt.lowering import Lowering, Scope
    from revrules.backends.smt.problem import Needs
    from revrules.types import Type

MOST_COUNTS = 3
"""Counts whose kinds of records are told apart in full: each record is counted, perhaps counted, or not, for each of them."""


class Element(NamedTuple):
    """One of the records: how often it occurs, whether it is one of those that are asked for, and its values."""

    times: z3.ArithRef
    present: z3.BoolRef
    holds: Truth
    values: tuple[Term, ...]


def enough(needs: Needs, width: int) -> bool:
    """Return whether ``width`` kinds of records can stand for any collection, whatever it holds.

    Of counts alone only how many records there are of each kind matters (counted, perhaps or not, for each count): one record of
    each kind, as often as needed; those that never count matter only where all are counted, too. Where a count only has to be
    some, one record that is counted and one that perhaps is will do.
    An end needs the record that has it (or one that makes it missing), a pick two. A sum can need any number.
    """
    asked: defaultdict[int, list[Weight]] = defaultdict(list)
    for collection, _, weight in needs.aggregates:
        asked[collection].append(weight)
    return all(_kinds(weights) <= width for weights in asked.values())


def _kinds(weights: list[Weight]) -> float:
    if Weight.SUM in weights:
        return float("inf")
    some, counts, sure = (weights.count(weight) for weight in (Weight.ANY, Weight.COUNT, Weight.SURE))
    of_all = Weight.ALL in weights
    few = some + counts + sure <= MOST_COUNTS
    by_kind = 3 ** (some + counts) * 2**sure - (not of_all) if few else float("inf")
    told_apart = min(by_kind, float("inf") if counts + sure else max(2 * some, of_all))
    return told_apart + weights.count(Weight.END) + 2 * weights.count(Weight.PICK)


def counted(lowering: Lowering, expr: ir.Count, scope: Scope, *, some: bool = False) -> Range:
    """Return how many records there are at least and at most; ``some``: it matters only whether there are any."""
    collection, elements = _elements(lowering, expr.relation, expr.where, (), scope)
    weight = Weight.ANY if some else Weight.COUNT
    if not _reads_own(expr.where, 0):
        weight = Weight.ALL
    elif weight is Weight.COUNT and _is_sure(elements):
        weight = Weight.SURE
    _note(lowering, collection, expr, scope, weight)
    rest_low, rest_high = _of_the_others(lowering, collection, expr.where, scope)
    if _is_sure(elements):
        lowering.problem.fact(rest_low == rest_high)
    nought = z3.IntVal(0, lowering.context)
    low = z3.Sum([rest_low, *(z3.If(each.holds.true, each.times, nought) for each in elements)])
    high = z3.Sum([rest_high, *(z3.If(each.holds.false, nought, each.times) for each in elements)])
    return Range(lowering.yes, low, high)


def aggregated(lowering: Lowering, expr: ir.Sum | ir.Extreme | ir.Pick, scope: Scope) -> Term:
    """Return the value of an aggregate that is no count. What is said of it holds of every place where it stands."""
    match expr:
        case ir.Sum():
            return summed(lowering, expr, scope)
        case ir.Extreme():
            return extreme(lowering, expr, scope)
        case ir.Pick():
            return picked(lowering, expr, scope)


def summed(lowering: Lowering, expr: ir.Sum, scope: Scope) -> Term:
    """Return the sum of the values of the records."""
    if isinstance(expr.value, ir.Literal) and expr.value.value is not None:
        return _so_many_times(lowering, expr, expr.value, scope)
    collection, elements = _elements(lowering, expr.relation, expr.where, (expr.value,), scope)
    _note(lowering, collection, expr, scope, Weight.SUM)
    rest, clear = _sum_of_others(lowering, collection, expr, scope)
    if _is_sure(elements):
        least, most = _of_the_others(lowering, collection, expr.where, scope)
        lowering.problem.fact(least == most)
    nought = constant(0, expr.type, lowering.context)
    parts = [z3.If(each.holds.true, _times(lowering, collection, each, expr.type), nought) for each in elements]
    exact = z3.Sum([rest, *parts])
    known = z3.And(clear, *(_clear(each) for each in elements))
    return rounded(lowering.problem, known, exact) if expr.type is Scalar.NUMBER else within(expr.type, known, exact)


def _so_many_times(lowering: Lowering, expr: ir.Sum, each: ir.Literal, scope: Scope) -> Term:
    """Return the sum of a constant for each record that is counted; missing where it is open how many these are."""
    counts = counted(lowering, ir.Count(expr.relation, expr.where), scope)
    value = cast("z3.ArithRef", lowering.value(each, scope).term)
    known = counts.low == counts.high
    if expr.type is Scalar.NUMBER:
        return rounded(lowering.problem, known, value * z3.ToReal(counts.low))
    return within(expr.type, known, value * counts.low)


def extreme(lowering: Lowering, expr: ir.Extreme, scope: Scope) -> Term:
    """Return the least or greatest value of the records."""
    collection, elements = _elements(lowering, expr.relation, expr.where, (expr.value,), scope)
    _note(lowering, collection, expr, scope, Weight.END)
    found = variable(lowering.problem.name(expr.op.value), expr.type, lowering.context)
    others = _of_the_others(lowering, collection, expr.where, scope)
    known, _ = _end(lowering, expr.op, others, elements, found)
    return Term(known, found)


def picked(lowering: Lowering, expr: ir.Pick, scope: Scope) -> Term:
    """Return the value of the record with the least or greatest ``by``."""
    collection, elements = _elements(lowering, expr.relation, expr.where, (expr.by, expr.value), scope)
    _note(lowering, collection, expr, scope, Weight.PICK)
    by = variable(lowering.problem.name("by"), ir.type_of(expr.by), lowering.context)
    counted = _of_the_others(lowering, collection, expr.where, scope)
    has_end, others = _end(lowering, expr.op, counted, elements, by)
    at_end = [z3.And(each.present, each.holds.true, each.values[0].term == by) for each in elements]
    found: z3.ExprRef = variable(lowering.problem.name("picked"), expr.type, lowering.context)
    free = z3.Bool(lowering.problem.name("picked?"), lowering.context)
    for there, each in reversed(list(zip(at_end, elements, strict=True))):
        found = z3.If(z3.And(there, z3.Not(others)), each.values[1].term, found)
    agree = [
        z3.Implies(there, z3.And(each.values[1].known, each.values[1].term == found))
        for there, each in zip(at_end, elements, strict=True)
    ]
    return Term(z3.And(has_end, z3.If(others, free, z3.And(agree))), found)


def _elements(
    lowering: Lowering, relation: ir.Many, where: ir.Expr, values: tuple[ir.Expr, ...], scope: Scope
) -> tuple[Collection, list[Element]]:
    holder = scope.at(relation.path, relation.up)
    collection = holder.related(relation.name)
    return collection, [_element(lowering, each, times, where, values, scope) for each, times in collection.elements]


def _element(
    lowering: Lowering, each: Holder, times: z3.ArithRef, where: ir.Expr, values: tuple[ir.Expr, ...], scope: Scope
) -> Element:
    inside = scope.inside(each)
    terms = tuple(lowering.value(value, inside) for value in values)
    return Element(times, each.present, lowering.truth(where, inside), terms)


def _note(lowering: Lowering, collection: Collection, expr: ir.Expr, scope: Scope, weight: Weight) -> None:
    lowering.problem.needs.aggregates.add((collection.number, (expr, _around(expr, scope)), weight))


def _around(expr: ir.Expr, scope: Scope) -> tuple[str, ...]:
    """Return the names of the records at hand and around, where ``expr`` can mean another thing for others."""
    return scope.names if _looks_out(expr, 0) else ()


def _looks_out(expr: ir.Expr, depth: int) -> bool:
    """Return whether ``expr``, inside ``depth`` aggregates, reads anything of the record around these or further out."""
    match expr:
        case ir.Field(up=up) | ir.Ref(up=up) | ir.Related(up=up):
            return up >= depth
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(relation=relation) | ir.Pick(relation=relation):
            return (depth > 0 and relation.up >= depth) or any(_looks_out(child, depth + 1) for child in children(expr))
        case _:
            return any(_looks_out(child, depth) for child in children(expr))


def _reads_own(expr: ir.Expr, depth: int) -> bool:
    """Return whether ``expr``, inside ``depth`` aggregates, reads anything of the record itself."""
    match expr:
        case ir.Field(up=up) | ir.Ref(up=up) | ir.Related(up=up):
            return up == depth
        case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(relation=relation) | ir.Pick(relation=relation):
            return relation.up == depth or any(_reads_own(child, depth + 1) for child in children(expr))
        case _:
            return any(_reads_own(child, depth) for child in children(expr))


def _is_sure(elements: Sequence[Element]) -> bool:
    """Return whether it is never open whether a record counts."""
    return all(never_unknown(each.holds) for each in elements)


def _clear(each: Element) -> z3.BoolRef:
    """Return that a record is counted for sure, with all its values, or is not."""
    return z3.Or(z3.Not(each.present), each.holds.false, z3.And(each.holds.true, each.values[0].known))


def _end(
    lowering: Lowering, op: ir.ExtremeOp, counted: tuple[z3.ArithRef, z3.ArithRef], elements: list[Element], found: z3.ExprRef
) -> tuple[z3.BoolRef, z3.BoolRef]:
    """Tie ``found`` to the end of the records' first values; return when there is one, and whether others may matter.

    ``counted`` says how many of the others are asked for, at least and at most.
    """
    number = cast("z3.ArithRef", found)
    least, most = counted
    others = z3.And(most > 0, z3.Bool(lowering.problem.name("others"), lowering.context))
    clear = z3.And([_clear(each) for each in elements])
    ours = [z3.And(each.present, each.holds.true) for each in elements]
    terms = [cast("z3.ArithRef", each.values[0].term) for each in elements]
    beyond = [
        z3.Implies(is_one, number <= term if op is ir.ExtremeOp.MIN else number >= term)
        for is_one, term in zip(ours, terms, strict=True)
    ]
    reached = z3.Or([z3.And(is_one, number == term) for is_one, term in zip(ours, terms, strict=True)])
    known = z3.Bool(lowering.problem.name("end?"), lowering.context)
    lowering.problem.fact(z3.Implies(known, z3.And(clear, least == most, z3.Or(others, reached), *beyond)))
    lowering.problem.fact(z3.Implies(z3.And(clear, z3.Not(others), z3.Or(ours)), known))
    return known, others


def _of_the_others(lowering: Lowering, collection: Collection, where: ir.Expr, scope: Scope) -> tuple[z3.ArithRef, z3.ArithRef]:
    """Return how many of the other records are counted, at least and at most: fewer where more is asked."""
    conditions = _conditions(where)
    if not conditions:
        return collection.rest, collection.rest
    around = _around(where, scope) if _looks_out(where, 1) else ()
    key = ("others", collection.number, around, conditions)
    return lowering.problem.once(key, lambda: _counted_of_others(lowering, collection, around, conditions))


def _conditions(where: ir.Expr) -> frozenset[ir.Expr]:
    """Return what has to hold of a record that counts: nothing where all do."""
    if isinstance(where, ir.Literal) and where.value is True:
        return frozenset()
    return frozenset(where.operands) if isinstance(where, ir.And) else frozenset({where})


def _counted_of_others(
    lowering: Lowering, collection: Collection, around: tuple[str, ...], conditions: frozenset[ir.Expr]
) -> tuple[z3.ArithRef, z3.ArithRef]:
    low, high = (z3.Int(lowering.problem.name(end), lowering.context) for end in ("least", "most"))
    lowering.problem.fact(z3.And(low >= 0, low <= high, high <= collection.rest))
    for there, others, other_low, other_high in collection.counted:
        if there == around and others < conditions:
            lowering.problem.fact(z3.And(low <= other_low, high <= other_high))
        elif there == around and conditions < others:
            lowering.problem.fact(z3.And(other_low <= low, other_high <= high))
    collection.counted.append((around, conditions, low, high))
    return low, high


def _never_negative(value: ir.Expr, lowering: Lowering, relation: ir.Many) -> bool:
    """Return whether a summand is a field whose domain has no negative values."""
    if not isinstance(value, ir.Field) or value.path or value.up:
        return False
    declared = lowering.ruleset.entity(relation.entity).field(value.name)
    return declared is not None and declared.low is not None and not cast("int", declared.low) < 0


def _sum_of_others(lowering: Lowering, collection: Collection, expr: ir.Sum, scope: Scope) -> tuple[z3.ArithRef, z3.BoolRef]:
    """Return the sum over the other records, and that it has one: it is clear which of them count, and these have values.

    Where the same values are summed of fewer of them, none of these is missing that is not missing among all.
    """
    problem = lowering.problem
    rest = cast("z3.ArithRef", variable(problem.name("rest"), expr.type, lowering.context))
    there = z3.Bool(problem.name("values"), lowering.context)
    least, most = _of_the_others(lowering, collection, expr.where, scope)
    problem.fact(z3.Implies(most == 0, z3.And(rest == 0, there)))
    gains = _never_negative(expr.value, lowering, expr.relation)
    if gains:
        problem.fact(rest >= 0)
    others = Summed(_around(expr, scope), expr.value, _conditions(expr.where), rest, there)
    for each in collection.summed:
        for fewer, more in ((others, each), (each, others)):
            if fewer.is_part_of(more):
                problem.fact(z3.Implies(more.there, fewer.there))
                if gains:
                    problem.fact(z3.Implies(more.there, fewer.rest <= more.rest))
    collection.summed.append(others)
    return rest, z3.And(least == most, there)


def _times(lowering: Lowering, collection: Collection, each: Element, type_: Type) -> z3.ArithRef:
    """Return the value as often as the record occurs, the same in all sums: exactly for once or never, which is asked first."""
    key = ("times", each.times.get_id(), each.values[0].term.get_id())
    return lowering.problem.once(key, lambda: _product(lowering, collection, each, type_))


def _product(lowering: Lowering, collection: Collection, each: Element, type_: Type) -> z3.ArithRef:
    term = cast("z3.ArithRef", each.values[0].term)
    product = cast("z3.ArithRef", variable(lowering.problem.name("product"), type_, lowering.context))
    nought = constant(0, type_, lowering.context)
    problem = lowering.problem
    problem.fact(z3.Implies(each.times == 0, product == nought))
    problem.fact(z3.Implies(each.times == 1, product == term))
    problem.fact(z3.Implies(each.times > 1, z3.If(term >= nought, product >= term, product <= term)))
    problem.fact(z3.Implies(z3.Not(problem.more[collection.number]), each.times <= 1))
    return product
