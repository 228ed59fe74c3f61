"""A seed into a random ruleset, conditions, and questions about them: what the prover is asked.

Two sorts of rulesets. *Small* ones have few values per field, so that every record can be tried: their numbers lie where
arithmetic overflows or rounds as often as between 0 and 3. *Full* ones are those of ``strategies``: all types, texts, clocks,
related records.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from near_values import nodes
from strategies import COLOR, TIER, TRUE, Maker, constant, is_ranged, word

from revrules import ir
from revrules.backends.smt import DECIDED, MET, NOT_MET, NOT_UNMET, UNKNOWN, UNMET, State, Want
from revrules.types import EnumType, Scalar, is_ordered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.types import Type

STATES: tuple[frozenset[State], ...] = (MET, MET, MET, UNMET, UNMET, UNKNOWN, NOT_MET, NOT_UNMET, DECIDED)
BOUNDED = (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.DATE)
SMALL_TYPES: tuple[Type, ...] = (
    Scalar.BOOLEAN,
    Scalar.INTEGER,
    Scalar.INTEGER,
    Scalar.NUMBER,
    Scalar.MONEY,
    Scalar.DATE,
    COLOR,
    TIER,
)
SEVERAL = ("account", "meeting", "attendee")
DAY = datetime.date(2026, 11, 20)


class Case(NamedTuple):
    """What is asked of one ruleset. ``seed`` makes it again."""

    seed: int
    sort: str
    ruleset: ir.Ruleset
    entity: str
    conditions: tuple[ir.Expr, ...]
    values: tuple[ir.Expr, ...]
    questions: tuple[tuple[Want, ...], ...]


def case_of(seed: int, count: int) -> Case:
    """Return the case of a seed, with ``count`` questions."""
    r = Random(seed)
    sort = r.choice(("flat", "flat", "one", "many", "clock", "full", "full"))
    entity = "account" if r.random() < 0.8 else "meeting"
    maker: Maker
    if sort == "full":
        maker = Maker(r)
        ruleset = maker.ruleset()
    else:
        maker = SmallMaker(r, sort=sort)
        ruleset = maker.ruleset()
    conditions = pool(r, maker, entity)
    questions = tuple(question(r, conditions) for _ in range(count))
    values = tuple(some_value(r, maker, entity) for _ in range(4))
    return Case(seed, sort, ruleset, entity, conditions, values, questions)


def pool(r: Random, maker: Maker, entity: str) -> tuple[ir.Expr, ...]:
    """Return some conditions: random ones, plain ones that often meet the same field, and combinations of these."""
    plain = [atom(r, maker, (entity,)) for _ in range(r.randint(2, 5))]
    wild = [maker.condition((entity,), r.randint(1, 3)) for _ in range(r.randint(1, 4))]
    several = [*plain, *wild]
    for _ in range(r.randint(2, 4)):
        several.append(combined(r, several))
    return tuple(several)


def some_value(r: Random, maker: Maker, entity: str) -> ir.Expr:
    """Return an expression of any type, of what the ruleset may read."""
    for _ in range(20):
        made = maker.value((entity,), r.choice((*Scalar, TIER)), r.randint(1, 3))
        if not isinstance(maker, SmallMaker) or maker.allows(made):
            return made
    return ir.Literal(None, Scalar.INTEGER)


def atom(r: Random, maker: Maker, at: tuple[str, ...]) -> ir.Expr:
    """Return a condition as people write them: a field beside a constant, a count beside a number."""
    path, up, entity = maker.place(at)
    declared = r.choice([one for one in maker.entity(entity).fields if one.name not in ("id", "claim")])
    operand: ir.Expr = ir.Field(declared.name, declared.type, path, up)
    if r.random() < 0.2 and len(at) < 3 and (not isinstance(maker, SmallMaker) or maker.sort == "many"):
        relation = maker.relation(at)
        operand = ir.Count(relation, atom(r, maker, (relation.entity, *at)) if r.random() < 0.8 else TRUE)
        return ir.RangedCompare(r.choice(tuple(ir.CompareOp)), operand, ir.Literal(r.choice((0, 1, 1, 2, 3)), Scalar.INTEGER))
    if declared.type is Scalar.BOOLEAN:
        return operand
    value = ir.Literal(maker.constant(declared.type), declared.type)
    match r.choice(("compare", "compare", "compare", "known", "range", "set", "sum")):
        case "known":
            return ir.Known(operand)
        case "set":
            values = tuple(dict.fromkeys(maker.constant(declared.type) for _ in range(r.randint(1, 3))))
            return ir.OneOf(operand, values)
        case "range" if is_ordered(declared.type):
            other = ir.Literal(maker.constant(declared.type), declared.type)
            return ir.And((ir.Compare(ir.CompareOp.GE, operand, value), ir.Compare(ir.CompareOp.LT, operand, other)))
        case "sum" if declared.type in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.DURATION):
            total = ir.Arith(r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB)), operand, maker.leaf(at, declared.type), declared.type)
            return ir.Compare(r.choice(tuple(ir.CompareOp)), total, value)
        case _:
            ops = tuple(ir.CompareOp) if is_ordered(declared.type) else (ir.CompareOp.EQ, ir.CompareOp.NE)
            return ir.Compare(r.choice(ops), operand, value)


def combined(r: Random, conditions: Sequence[ir.Expr]) -> ir.Expr:
    """Return a condition made of others."""
    one, other, third = (r.choice(conditions) for _ in range(3))
    match r.randrange(7):
        case 0:
            return ir.Not(one)
        case 1 | 2:
            return ir.And((one, other))
        case 3:
            return ir.Or((one, other))
        case 4:
            return ir.OrElse(one, other)
        case 5:
            return ir.If(one, other, third)
        case _:
            return ir.AtLeast(2, (one, other, third))


def question(r: Random, conditions: Sequence[ir.Expr]) -> tuple[Want, ...]:
    """Return a question: as findings ask them, or any states of any conditions."""
    one, other, third = (r.choice(conditions) for _ in range(3))
    match r.randrange(12):
        case 0:
            return (Want(one),)
        case 1:
            return (Want(one, r.choice(STATES)),)
        case 2 | 3:
            return (Want(one), Want(other, NOT_MET))
        case 4:
            return (Want(one), Want(other))
        case 5:
            return (Want(ir.Or((one, other)), NOT_MET), Want(third))
        case 6:
            return (Want(ir.And((one, other))), Want(other, NOT_MET), Want(third))
        case 7:
            return (Want(one, UNKNOWN), Want(other, DECIDED))
        case 8:
            return tuple(Want(condition, NOT_MET) for condition in (one, other, third))
        case _:
            return tuple(Want(r.choice(conditions), r.choice(STATES)) for _ in range(r.randint(1, 4)))


# --- small rulesets ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class SmallMaker(Maker):
    """Makes rulesets whose fields have few values each. ``sort`` says what may be read besides them.

    *flat*: nothing; *one*: what a ``one`` relation leads to; *many*: lists of related records, too; *clock*: the instant.
    """

    sort: str = "flat"
    literals: dict[Scalar, list[ir.Value]] = field(default_factory=dict)

    def ruleset(self) -> ir.Ruleset:
        """Return a ruleset of fields and definitions only."""
        r = self.random
        self.entities = self.make_entities()
        for number in range(r.randint(0, 4)):
            made = self.definition(f"d{number}")
            if self.allows(made.expr):
                self.definitions.append(made)
        return ir.Ruleset(
            name="small",
            title="",
            steward=None,
            currency=None,
            timezone=r.choice(("UTC", "Europe/Berlin", "America/New_York")),
            fiscal_year_start=1,
            review_by=None,
            lists=(
                ir.ValueList("words", Scalar.TEXT, ("abc", "Red", "éclair")),
                ir.ValueList("counts", Scalar.INTEGER, (0, 1, 5, 2**63 - 1)),
            ),
            calendars=(self.calendar(),),
            entities=self.entities,
            definitions=tuple(self.definitions),
        )

    def make_entities(self) -> tuple[ir.Entity, ...]:
        """Return the entities of ``Maker``, with fewer fields: their values are few, and a text now and then."""
        whole = Maker.make_entities(self)
        return tuple(
            ir.Entity(one.name, "", one.key, self.small_fields(4 if one.name == "account" else 2), one.relations) for one in whole
        )

    def small_fields(self, most: int) -> tuple[ir.FieldDecl, ...]:
        """Return some fields, no two of a name."""
        r = self.random
        fields: dict[str, ir.FieldDecl] = {}
        for _ in range(r.randint(2, most)):
            made = self.small_field(r.choice((*SMALL_TYPES, Scalar.TEXT)))
            fields[made.name] = made
        return tuple(fields.values())

    def small_field(self, type_: Type) -> ir.FieldDecl:
        """Return a field with a domain of up to four values, some of them at the ends of the type."""
        r = self.random
        name = f"{word(type_)}{r.randint(0, 1)}"
        if type_ not in BOUNDED:
            return ir.FieldDecl(name, type_, missing_when=("blue",) if type_ == COLOR and r.random() < 0.2 else ())
        low = r.choice(STARTS[Scalar(type_)])
        values = [low]
        for _ in range(r.randint(0, 3)):
            values.append(following(values[-1]))
        stand_ins = (r.choice(values),) if r.random() < 0.15 else ()
        self.literals.setdefault(Scalar(type_), []).extend(values)
        open_ = len(values) > 1 and r.random() < 0.2
        return ir.FieldDecl(name, type_, values[0], values[-1], open_, r.random() < 0.1, missing_when=stand_ins)

    def condition(self, at: tuple[str, ...], depth: int) -> ir.Expr:
        """Return a condition that reads only what the sort allows."""
        for _ in range(20):
            made = Maker.condition(self, at, depth)
            if depth < 2 or self.allows(made):
                return made
        return atom(self.random, self, at)

    def place(self, at: tuple[str, ...]) -> tuple[tuple[str, ...], int, str]:
        """Return the path, level and entity of a record that may be reached."""
        path, up, entity = Maker.place(self, at)
        if self.sort in ("flat", "clock") or (len(path) > 1 and self.random.random() < 0.8):
            return (), up, at[up]
        return path, up, entity

    def allows(self, condition: ir.Expr) -> bool:
        """Return whether ``condition`` reads only what the sort allows."""
        ruleset = ir.Ruleset("", "", None, None, "UTC", 1, None, definitions=tuple(self.definitions))
        for node in nodes(ruleset, (condition,)):
            match node:
                case ir.Now() | ir.Today() if self.sort != "clock":
                    return False
                case ir.Count() | ir.Sum() | ir.Extreme() | ir.Pick() if self.sort != "many":
                    return False
                case ir.Field(_, _, path) | ir.Ref(_, _, path) | ir.Related(path) if path and self.sort not in ("one", "many"):
                    return False
        return True

    def leaf(self, at: tuple[str, ...], type_: Type) -> ir.Expr:
        """Return a constant, a field that there is, a definition; without these a choice between two constants."""
        r = self.random
        path, up, entity = self.place(at)
        refs = [d for d in self.definitions if d.entity == entity and d.type == type_]
        fields = [one for one in self.entity(entity).fields if one.type == type_]
        chance = r.random()
        if chance < 0.2 or (isinstance(type_, EnumType) and type_ not in (COLOR, TIER) and not refs):
            return ir.Literal(self.constant(type_) if chance > 0.02 else None, type_)
        if refs and (chance < 0.5 or not fields):
            found = r.choice(refs)
            return ir.Ref(found.id, type_, path, up, is_ranged(found.expr))
        if fields:
            return ir.Field(r.choice(fields).name, type_, path, up)
        some = r.choice(self.entity(entity).fields)
        read = ir.Field(some.name, some.type, path, up)
        test = read if some.type is Scalar.BOOLEAN else ir.Known(read)
        return test if type_ is Scalar.BOOLEAN else ir.If(test, *(ir.Literal(self.constant(type_), type_) for _ in range(2)))

    def constant(self, type_: Type) -> ir.Value:
        """Return a constant, most often one of a field's values."""
        own = self.literals.get(type_) if isinstance(type_, Scalar) else None
        return self.random.choice(own) if own and self.random.random() < 0.8 else constant(self.random, type_)


STARTS: dict[Scalar, tuple[ir.Value, ...]] = {
    Scalar.INTEGER: (0, 0, 0, -1, 1, 2**63 - 4, -(2**63), 2**53 - 1, 3037000499),
    Scalar.NUMBER: (0.0, 0.1, 1.0, 0.30000000000000004, -5e-324, 1.797693134862315e308, 2.0**53 - 1, 1e16),
    Scalar.MONEY: tuple(map(Decimal, ("0.0000", "0.0001", "-0.0001", "99999999999999.9996", "-99999999999999.9999", "33.3333"))),
    Scalar.DATE: (
        DAY,
        DAY,
        datetime.date(2024, 2, 28),
        datetime.date(2026, 12, 31),
        datetime.date(9999, 12, 28),
        datetime.date.min,
    ),
}
"""Where small domains begin."""


def following(value: ir.Value) -> ir.Value:
    """Return a value a little above ``value``: of numbers the next double, of others one step."""
    match value:
        case int():
            return min(value + 1, 2**63 - 1)
        case float():
            return math.nextafter(value, math.inf)
        case Decimal():
            return min(value + Decimal("0.0001"), Decimal("99999999999999.9999"))
        case datetime.date():
            return value + datetime.timedelta(days=1) if value < datetime.date.max else value
        case _:
            return value
