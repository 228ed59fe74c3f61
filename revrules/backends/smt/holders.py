"""Records that could be any: their fields as variables with the bounds that are declared, and the records related to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

import z3

from revrules.backends.smt.numbers import Double
from revrules.backends.smt.terms import DAY, EPOCH_DAY, LARGEST_NUMBER, LIMITS, MONEY_UNITS, Term, constant, encode, variable
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from revrules import ir
    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.terms import Number
    from revrules.types import Type

USUAL_DAYS = 1_500
"""Before and after today."""
USUAL_NUMBER = 1_000_000
FEW, MOST_COPIES = 20, 1_000
"""Copies of one related record in a witness: so many at most, and where that does not do, so many."""
MOST_RELATED = 10**12
"""Records that one record is related to by one relation, at most: see section 14 of the language."""


@dataclass(slots=True)
class Collection:
    """The records of a ``many`` relation: some that could be any, each with how often it occurs, and the number of others."""

    number: int
    elements: tuple[tuple[Holder, z3.ArithRef], ...]
    rest: z3.ArithRef
    counted: list[tuple[tuple[str, ...], frozenset[ir.Expr], z3.ArithRef, z3.ArithRef]] = field(default_factory=list)
    """What is counted of the others: the records around on which it depends, the conditions, at least, at most."""
    summed: list[Summed] = field(default_factory=list)


class Summed(NamedTuple):
    """A sum over the other records: what it is about, and whether their values are ``there``.

    ``around`` are the records on which it depends.
    """

    around: tuple[str, ...]
    value: ir.Expr
    conditions: frozenset[ir.Expr]
    rest: z3.ArithRef
    there: z3.BoolRef

    def is_part_of(self, other: Summed) -> bool:
        """Return whether the same values are summed, of fewer records."""
        return self.around == other.around and self.value == other.value and other.conditions < self.conditions


class Holder:
    """A record of ``entity`` that could be any; ``present`` says whether there is one. ``name`` is for its variables."""

    def __init__(self, problem: Problem, ruleset: ir.Ruleset, entity: str, name: str, present: z3.BoolRef) -> None:
        self.problem = problem
        self.ruleset = ruleset
        self.entity = ruleset.entity(entity)
        self.name = name
        self.present = present
        self.fields: dict[str, Term] = {}
        self.ones: dict[str, Holder] = {}
        self.many: dict[str, Collection] = {}

    def at(self, path: tuple[str, ...]) -> Holder:
        """Return the record that the ``one`` relations of ``path`` lead to."""
        holder = self
        for name in path:
            holder = holder.one(name)
        return holder

    def one(self, name: str) -> Holder:
        """Return the record of a ``one`` relation, which may be absent."""
        return self.problem.once((id(self), "one", name), lambda: self._one(name))

    def _one(self, name: str) -> Holder:
        relation = self.entity.relation(name)
        assert relation is not None, "the checker found the relation"
        full = f"{self.name}.{name}"
        present = z3.Bool(f"{full}?", self.problem.context)
        self.problem.fact(z3.Implies(present, self.present))
        found = self.ones[name] = Holder(self.problem, self.ruleset, relation.entity, full, present)
        self.problem.needs.reads.add((self.name, name))
        return found

    def related(self, name: str) -> Collection:
        """Return the records of a ``many`` relation."""
        found = self.problem.once((id(self), "many", name), lambda: self._related(name))
        self.problem.needs.collections.add(found.number)
        self.problem.needs.reads.add((self.name, name))
        return found

    def _related(self, name: str) -> Collection:
        relation = self.entity.relation(name)
        assert relation is not None, "the checker found the relation"
        full = f"{self.name}.{name}"
        context = self.problem.context
        more = z3.Bool(f"{full}+", context)
        rest = z3.Int(f"{full}+#", context)
        self.problem.fact(z3.And(rest >= 0, z3.Implies(z3.Not(more), rest == 0), z3.Implies(z3.Not(self.present), rest == 0)))
        elements = []
        before = self.present
        for place in range(self.problem.width):
            times = z3.Int(f"{full}[{place}]#", context)
            present = times >= 1
            preferred = self.problem.once_each, self.problem.few_of_each, self.problem.written_out
            bounds = [z3.Implies(one, times <= most) for one, most in zip(preferred, (1, FEW, MOST_COPIES), strict=True)]
            self.problem.fact(z3.And(times >= 0, z3.Implies(present, before), *bounds))
            elements.append((Holder(self.problem, self.ruleset, relation.entity, f"{full}[{place}]", present), times))
            before = present
        self.problem.fact(z3.Sum([rest, *(times for _, times in elements)]) <= MOST_RELATED)
        found = self.many[name] = Collection(self.problem.collection(more), tuple(elements), rest)
        return found

    def field(self, name: str) -> Term:
        """Return the value of a field: within its type and domain, and no stand-in for missing."""
        return self.problem.once((id(self), "field", name), lambda: self._field(name))

    def _field(self, name: str) -> Term:
        declared = self.entity.field(name)
        assert declared is not None, "the checker found the field"
        context = self.problem.context
        full = f"{self.name}.{name}"
        known = z3.Bool(f"{full}?", context)
        term = variable(full, declared.type, context)
        self.problem.fact(z3.Implies(known, self.present))
        bounds = [*_limits(declared, term, context), *_stand_ins(declared, term, context)]
        if bounds:
            self.problem.fact(z3.Implies(known, z3.And(bounds)))
        if usual := _usual(declared, self.problem.today):
            low, high = (constant(end, declared.type, context) for end in usual)
            self.problem.fact(z3.Implies(z3.And(self.problem.plausible, known), z3.And(term >= low, term <= high)))
        if declared.type is Scalar.NUMBER:
            self.problem.approximate(Double(cast("z3.ArithRef", term)))
        self.problem.needs.reads.add((self.name, name))
        found = self.fields[name] = Term(known, term)
        return found


def limits(type_: Type, term: z3.ExprRef, context: z3.Context) -> Iterator[z3.BoolRef]:
    """Yield that ``term`` is a value of ``type_`` at all."""
    number = cast("z3.ArithRef", term)
    if isinstance(type_, EnumType):
        yield z3.And(number >= 0, number < len(type_.members))
    elif type_ is Scalar.NUMBER:
        most = constant(LARGEST_NUMBER, type_, context)
        yield z3.And(number <= most, -most <= number)
    elif type_ in LIMITS:
        low, high = LIMITS[type_]
        yield z3.And(number >= low, number <= high)


def _limits(declared: ir.FieldDecl, term: z3.ExprRef, context: z3.Context) -> Iterator[z3.BoolRef]:
    number = cast("z3.ArithRef", term)
    yield from limits(declared.type, term, context)
    if declared.low is not None:
        yield number >= constant(encode(declared.low, declared.type), declared.type, context)
    if declared.high is not None:
        high = constant(encode(declared.high, declared.type), declared.type, context)
        yield number < high if declared.high_open else number <= high


def _stand_ins(declared: ir.FieldDecl, term: z3.ExprRef, context: z3.Context) -> Iterator[z3.BoolRef]:
    """Yield that ``term`` is none of the values that mean missing; texts are told apart where texts are."""
    for value in declared.missing_when:
        members = declared.type.member_names if isinstance(declared.type, EnumType) else ()
        if value in members or not isinstance(value, str):
            yield term != constant(encode(value, declared.type), declared.type, context)


def _usual(declared: ir.FieldDecl, today: datetime.date) -> tuple[Number, Number] | None:
    """Return between which ends a plausible value of a field lies."""
    match declared.type:
        case Scalar.DATE | Scalar.DATETIME:
            days = today.toordinal() - USUAL_DAYS, today.toordinal() + USUAL_DAYS
            return days if declared.type is Scalar.DATE else ((days[0] - EPOCH_DAY) * DAY, (days[1] - EPOCH_DAY) * DAY)
        case Scalar.INTEGER | Scalar.NUMBER:
            return (0, USUAL_NUMBER)
        case Scalar.MONEY:
            return (0, USUAL_NUMBER * MONEY_UNITS)
        case Scalar.DURATION:
            return (0, USUAL_DAYS * DAY)
        case _:
            return None
