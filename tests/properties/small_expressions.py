"""A seed into small conditions about a record with few values, so that many of them mean the same, and records to try them on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir
from revrules.types import EnumMember, EnumType, Scalar, is_ordered

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from revrules.types import Type

SIZE = EnumType("deal.size", tuple(map(EnumMember, ("small", "mid", "large"))), ordered=True)
DAY = datetime.date(2026, 1, 1)
AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
VALUES: dict[Type, tuple[ir.Value, ...]] = {
    Scalar.BOOLEAN: (False, True),
    Scalar.INTEGER: (0, 1, 2),
    Scalar.NUMBER: (0.0, 0.5, 1.0),
    Scalar.MONEY: (Decimal("0"), Decimal("0.0001"), Decimal("1")),
    Scalar.TEXT: ("a", "B", "b"),
    Scalar.DATE: (DAY, DAY + datetime.timedelta(days=1)),
    Scalar.DATETIME: (AT, AT + datetime.timedelta(microseconds=1)),
    SIZE: SIZE.member_names,
}
NAMES: dict[Type, tuple[str, ...]] = {
    Scalar.BOOLEAN: ("b", "c"),
    Scalar.INTEGER: ("i", "j"),
    Scalar.NUMBER: ("n",),
    Scalar.MONEY: ("m",),
    Scalar.TEXT: ("t",),
    Scalar.DATE: ("d",),
    Scalar.DATETIME: ("at",),
    SIZE: ("s",),
}
FIELDS = (
    ir.FieldDecl("id", Scalar.TEXT),
    *(ir.FieldDecl(name, type_) for type_, names in NAMES.items() for name in names),
)
DEAL = ir.Entity(
    "deal", "", "id", FIELDS, (ir.Relation("parent", False, "deal", "parent_id"), ir.Relation("parts", True, "deal", "parent_id"))
)
PARTS = ir.Many("parts", "deal")
DEFINED: tuple[Type, ...] = (Scalar.BOOLEAN, Scalar.INTEGER, Scalar.BOOLEAN, SIZE)
MISSING = 0.3


@dataclass(slots=True)
class Small:
    """Makes small conditions. ``definitions`` are what they may refer to."""

    random: Random
    definitions: list[ir.Definition] = field(default_factory=list)

    def ruleset(self) -> ir.Ruleset:
        """Return a ruleset with some definitions."""
        for number, type_ in enumerate(DEFINED):
            expr = self.condition(2) if type_ is Scalar.BOOLEAN else self.value(type_, 1)
            name = f"d{number}"
            self.definitions.append(ir.Definition(f"deal.{name}", name, "deal", ir.DefinitionKind.DEFINE, type_, expr))
        lists = (ir.ValueList("few", Scalar.INTEGER, (0, 2)), ir.ValueList("letters", Scalar.TEXT, ("A", "b")))
        return ir.Ruleset(
            "small", "", None, "EUR", "UTC", 1, None, lists=lists, entities=(DEAL,), definitions=tuple(self.definitions)
        )

    def record(self, deep: int = 1) -> dict[str, object]:
        """Return a record: all values are among the few, or missing."""
        r = self.random
        record: dict[str, object] = {each.name: r.choice(VALUES[each.type]) for each in FIELDS[1:] if r.random() >= MISSING}
        if deep:
            record["parts"] = [self.record(deep - 1) for _ in range(r.randint(0, 2))]
            if r.random() >= MISSING:
                record["parent"] = self.record(deep - 1)
        return record

    # --- conditions ------------------------------------------------------------------------------------------------

    def condition(self, depth: int) -> ir.Expr:
        """Return a condition."""
        if depth <= 0:
            return self.random.choice((Small.compared, Small.compared, Small.one_of, Small.known, Small.named))(self, 0)
        return self.random.choice(KINDS)(self, depth - 1)

    def several(self, depth: int, most: int = 3) -> tuple[ir.Expr, ...]:
        """Return some conditions."""
        return tuple(self.condition(depth) for _ in range(self.random.randint(1, most)))

    def compared(self, depth: int) -> ir.Expr:
        """Return a comparison."""
        type_ = self.random.choice((Scalar.INTEGER, *VALUES))
        ops = tuple(ir.CompareOp) if is_ordered(type_) else (ir.CompareOp.EQ, ir.CompareOp.NE)
        return ir.Compare(self.random.choice(ops), self.value(type_, depth), self.value(type_, depth))

    def one_of(self, depth: int) -> ir.Expr:
        """Return a test against a set or list."""
        r = self.random
        type_ = r.choice(tuple(VALUES))
        operand = self.value(type_, depth)
        if type_ is Scalar.INTEGER and r.random() < 0.3:
            return ir.InList(operand, "few")
        if type_ is Scalar.TEXT and r.random() < 0.5:
            choices = (
                ir.InList(operand, "letters", r.random() < 0.5),
                ir.OneOf(operand, r.choice((("a",), ("a", "b"))), True),
                ir.TextTest(ir.TextOp.EQUALS, operand, ir.Literal(r.choice(("A", "b")), Scalar.TEXT), True),
                ir.TextTest(ir.TextOp.CONTAINS, operand, ir.Literal("a", Scalar.TEXT), r.random() < 0.5),
            )
            return r.choice(choices)
        return ir.OneOf(operand, tuple(dict.fromkeys(r.choice(VALUES[type_]) for _ in range(r.randint(1, 3)))))

    def known(self, depth: int) -> ir.Expr:
        """Return whether something is known, or there."""
        r = self.random
        if r.random() < 0.15:
            return ir.Related(("parent",))
        type_ = r.choice(tuple(VALUES))
        return ir.Known(self.condition(depth) if type_ is Scalar.BOOLEAN else self.value(type_, depth))

    def named(self, _: int) -> ir.Expr:
        """Return a truth value of the record, or a definition."""
        return self.value(Scalar.BOOLEAN, 0)

    def counted(self, _: int) -> ir.Expr:
        """Return a comparison of a count."""
        r = self.random
        sides: list[ir.Expr] = [ir.Count(PARTS, self.condition(0)), ir.Literal(r.choice((0, 0, 1, 2)), Scalar.INTEGER)]
        if r.random() < 0.2:
            sides[1] = ir.Count(PARTS, self.condition(0))
        if r.random() < 0.3:
            sides.reverse()
        return ir.RangedCompare(r.choice(tuple(ir.CompareOp)), sides[0], sides[1])

    def classed(self, _: int) -> ir.Expr:
        """Return whether a record is of a class."""
        r = self.random
        branches = tuple((self.condition(0), r.choice(SIZE.member_names)) for _ in range(r.randint(1, 2)))
        mode = r.choice((ir.ChooseMode.FIRST_MATCH, ir.ChooseMode.EXACTLY_ONE))
        chosen = ir.Choose(mode, branches, r.choice((None, "large")), SIZE)
        return ir.Compare(ir.CompareOp.EQ, chosen, ir.Literal(r.choice(SIZE.member_names), SIZE))

    def scored(self, _: int) -> ir.Expr:
        """Return a comparison of a score."""
        r = self.random
        lines = tuple(ir.Line(r.choice((1, 2)), self.condition(0)) for _ in range(r.randint(1, 2)))
        points = ir.Points(0, lines, r.choice((None, 0)), r.choice((None, 2)), Scalar.INTEGER)
        return ir.RangedCompare(r.choice(tuple(ir.CompareOp)), points, ir.Literal(r.choice((0, 1, 2)), Scalar.INTEGER))

    # --- values ----------------------------------------------------------------------------------------------------

    def value(self, type_: Type, depth: int) -> ir.Expr:
        """Return a value of ``type_``."""
        r = self.random
        chance = r.random()
        if depth > 0 and chance < 0.15:
            return ir.OrElse(self.value(type_, depth - 1), self.value(type_, depth - 1))
        if depth > 0 and chance < 0.2:
            return ir.If(self.condition(depth - 1), self.value(type_, depth - 1), self.value(type_, depth - 1))
        if depth > 0 and chance < 0.3 and type_ in (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY):
            op = r.choice((ir.ArithOp.ADD, ir.ArithOp.SUB))
            return ir.Arith(op, self.value(type_, depth - 1), self.value(type_, depth - 1), type_)
        if depth > 0 and chance < 0.36 and is_ordered(type_):
            sides = self.value(type_, depth - 1), self.value(type_, depth - 1)
            return ir.Call(r.choice(("least", "greatest")), sides, type_)
        path = ("parent",) if r.random() < 0.15 else ()
        named = [each for each in self.definitions if each.type == type_]
        if named and r.random() < 0.2:
            return ir.Ref(r.choice(named).id, type_, path)
        if r.random() < 0.3:
            return ir.Literal(r.choice(VALUES[type_]) if r.random() < 0.9 else None, type_)
        return ir.Field(r.choice(NAMES[type_]), type_, path)


KINDS: tuple[Callable[[Small, int], ir.Expr], ...] = (
    *(Small.compared,) * 3,
    Small.one_of,
    Small.known,
    Small.named,
    Small.counted,
    Small.classed,
    Small.scored,
    lambda small, depth: ir.And(small.several(depth)),
    lambda small, depth: ir.Or(small.several(depth)),
    lambda small, depth: ir.Not(small.condition(depth)),
    lambda small, depth: ir.AtLeast(1, several) if len(several := small.several(depth, 4)) < 3 else ir.AtLeast(2, several),
    lambda small, depth: ir.OrElse(small.condition(depth), small.condition(depth)),
    lambda small, depth: ir.If(small.condition(depth), small.condition(depth), small.condition(depth)),
    lambda small, _: ir.Literal(small.random.choice((True, False, None)), Scalar.BOOLEAN),
)
