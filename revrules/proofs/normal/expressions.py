"""Expressions into their normal forms, one clause per node, in the IR's order; definitions are written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, assert_never

from revrules import ir
from revrules.ir import ArithOp, ChooseMode, CompareOp, TextOp
from revrules.proofs.normal.order import Order
from revrules.proofs.normal.terms import ONLY, TRUTHS, Key, Terms
from revrules.proofs.normal.values import NOTHING, Values, among, comparing, everything, few, whole
from revrules.reference.operators import compare
from revrules.rows import as_choose, as_condition, is_ranged
from revrules.runtime.clock import LENGTH_OF, MICROSECOND, MONTHS_IN
from revrules.runtime.texts import fold
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.ir import Definition, Expr, Ruleset
    from revrules.syntax import Unit
    from revrules.types import Type

MOST_ROWS = 200
"""Rows of a decision table that are written out."""
MOST_POINTS = 2**60
"""Points that can be added in any order: no sum of them overflows."""
MIRRORED = {
    CompareOp.LT: CompareOp.GT,
    CompareOp.LE: CompareOp.GE,
    CompareOp.GT: CompareOp.LT,
    CompareOp.GE: CompareOp.LE,
    CompareOp.EQ: CompareOp.EQ,
    CompareOp.NE: CompareOp.NE,
}
LESS, SAME, MORE = few(1), Values(False, ((1, 0), (2, 0))), Values(False, ((2, 0), (3, 0)))
"""How one value lies to another, as the values 0, 1 and 2."""
LYING = {
    CompareOp.EQ: SAME,
    CompareOp.NE: Values(False, ((0, 0), (1, 0), (2, 0), (3, 0))),
    CompareOp.LT: LESS,
    CompareOp.LE: few(2),
    CompareOp.GT: MORE,
    CompareOp.GE: Values(False, ((1, 0), (3, 0))),
}


class Spot(NamedTuple):
    """Where a definition is written out: the record that it is about, as the place sees it, and how deep in it we are."""

    path: tuple[str, ...] = ()
    up: int = 0
    depth: int = 0

    def seen(self, path: tuple[str, ...], up: int) -> tuple[tuple[str, ...], int]:
        """Return a way from the definition's record, or from one inside it, as the place sees it."""
        return ((*self.path, *path), self.up + up) if up == self.depth else (path, up)

    @property
    def inner(self) -> Spot:
        """The same, with a related record at hand."""
        return self._replace(depth=self.depth + 1)


HERE = Spot()


class Normals:
    """Normal forms of the expressions of one ruleset, by number: where two are equal, so are the values for every record.

    Of what stands in a ``base``, that one's numbers are used.
    """

    def __init__(self, ruleset: Ruleset, base: Normals | None = None) -> None:
        """Make the normal forms of ``ruleset``. ``base`` has those of the same ruleset with fewer definitions."""
        self._ruleset = ruleset
        self._base = base
        self._terms: Terms = base._terms if base is not None else Terms()
        self._order: Order = base._order if base is not None else Order(self._terms)
        self._sets: dict[tuple[str, object, bool], Values] = base._sets if base is not None else {}
        self._definitions = {definition.id: definition for definition in ruleset.definitions}
        self._said: dict[tuple[str, tuple[str, ...], int], Key] = {}
        self._waiting = list(reversed(ruleset.definitions))

    def key(self, expr: Expr) -> Key:
        """Return the number of the normal form of ``expr``."""
        while self._waiting:  # each rests on those before it: however long the chain, none goes deep
            self._definition(self._waiting.pop().id, (), 0)
        return self._any(expr, HERE)

    def opposite(self, condition: Expr) -> Key:
        """Return the number of the normal form of the opposite of a condition."""
        return self._terms.negated(self.key(condition))

    def implies(self, one: Key, other: Key) -> bool:
        """Return whether ``other`` is plainly no less true than ``one``: two conditions by their numbers."""
        return self._order.implies(one, other)

    def is_decided(self, condition: Key) -> bool:
        """Return whether a condition, by its number, is plainly never unknown."""
        return self._terms.is_decided(condition)

    def add(self, definition: Definition) -> None:
        """Take a further definition, which rests on those that are there."""
        self._definitions[definition.id] = definition

    # --- what has a value or a state -------------------------------------------------------------------------------

    def _any(self, expr: Expr, spot: Spot) -> Key:
        return self._condition(expr, spot) if ir.type_of(expr) is Scalar.BOOLEAN else self._value(expr, spot)

    def _value(self, expr: Expr, spot: Spot) -> Key:
        make = self._terms.make
        match expr:
            case ir.Literal(constant, type_):
                return make("constant", None if constant is None else whole(constant, type_), _type(type_))
            case ir.Field(name, type_, path, up):
                return make("field", name, _type(type_), *spot.seen(path, up))
            case ir.Ref():
                return self._reference(expr, spot)
            case ir.Now() | ir.Today():
                return make(type(expr).__name__)
            case ir.Arith(op, left, right, type_):
                sides = self._any(left, spot), self._any(right, spot)
                if op in (ArithOp.ADD, ArithOp.MUL):
                    sides = min(sides), max(sides)
                return make("arith", op, *sides, type_)
            case ir.Negate(operand):
                return make("negative", self._any(operand, spot))
            case ir.Shift(moment, count, unit):
                return make("shift", self._any(moment, spot), *_length(count, unit))
            case ir.BusinessShift(moment, count, unit, calendar):
                return make("business shift", self._any(moment, spot), count, unit, calendar)
            case ir.StartOf(moment, unit, first_month):
                return make("start of", self._any(moment, spot), unit, first_month)
            case ir.DateOf(moment):
                return make("date of", self._any(moment, spot))
            case ir.Call(function, arguments, type_):
                return self._call(function, [self._any(each, spot) for each in arguments], type_)
            case ir.OrElse(first, second):
                return self._or_else(self._any(first, spot), self._any(second, spot))
            case ir.If(condition, then, otherwise):
                return self._chosen(self._condition(condition, spot), self._any(then, spot), self._any(otherwise, spot))
            case ir.Choose():
                return self._choose(expr, spot)
            case ir.Table(name, inputs):
                table = self._ruleset.table(name)
                if len(table.rows) <= MOST_ROWS:
                    return self._choose(as_choose(table, inputs), spot)
                return make("table", name, *[self._any(each, spot) for each in inputs])
            case ir.Count(relation, where):
                return make("count", *self._many(relation, spot), self._condition(where, spot.inner))
            case ir.Sum(relation, operand, where, type_):
                inside = self._any(operand, spot.inner), self._condition(where, spot.inner)
                return make("sum", *self._many(relation, spot), *inside, type_)
            case ir.Extreme(op, relation, operand, where):
                inside = self._any(operand, spot.inner), self._condition(where, spot.inner)
                return make("extreme", op, *self._many(relation, spot), *inside)
            case ir.Pick(op, relation, operand, by, where):
                inside = self._any(operand, spot.inner), self._any(by, spot.inner)
                return make("pick", op, *self._many(relation, spot), *inside, self._condition(where, spot.inner))
            case ir.Points():
                return self._points(expr, spot)
            case _:
                return self._condition(expr, spot)

    def _condition(self, expr: Expr, spot: Spot) -> Key:
        terms = self._terms
        match expr:
            case ir.Literal(constant):
                return terms.truth(constant if isinstance(constant, bool) else None)
            case ir.Ref():
                return self._reference(expr, spot)
            case ir.OrElse(first, second):
                return terms.or_else(self._condition(first, spot), self._condition(second, spot))
            case ir.If(condition, then, otherwise):
                return terms.chosen(
                    self._condition(condition, spot), self._condition(then, spot), self._condition(otherwise, spot)
                )
            case ir.Not(operand):
                return terms.negated(self._condition(operand, spot))
            case ir.And(operands):
                return terms.joined("all", [self._condition(each, spot) for each in operands])
            case ir.Or(operands):
                return terms.joined("any", [self._condition(each, spot) for each in operands])
            case ir.AtLeast(count, operands):
                return terms.at_least(count, [self._condition(each, spot) for each in operands])
            case ir.Compare(op, left, right):
                return self._compared(op, left, right, spot)
            case ir.RangedCompare(op, left, right):
                return self._ranged(op, left, right, spot)
            case ir.OneOf(operand, values, any_case):
                type_ = ir.type_of(operand)
                return self._inside(operand, among(values, type_), spot, any_case=any_case)
            case ir.InList(operand, name, any_case):
                return self._inside(operand, self._list(name, ir.type_of(operand), any_case=any_case), spot, any_case=any_case)
            case ir.Known(operand):
                return self._known(operand, spot)
            case ir.Related(path, up):
                return terms.opaque("related", *spot.seen(path, up), never_missing=True)
            case ir.TextTest(TextOp.EQUALS, operand, ir.Literal(str() as text), True):
                return self._inside(operand, among((fold(text),), Scalar.TEXT), spot, any_case=True)
            case ir.TextTest(op, operand, pattern, any_case):
                return terms.opaque("text", op, self._any(operand, spot), self._any(pattern, spot), any_case)
            case ir.Matches(operand, pattern, any_case):
                return terms.opaque("matches", self._any(operand, spot), pattern, any_case)
            case ir.Collects(name, inputs, member):
                table = self._ruleset.table(name)
                if len(table.rows) <= MOST_ROWS:
                    return self._condition(as_condition(table, inputs, member), spot)
                return terms.opaque("collects", name, member, *[self._any(each, spot) for each in inputs])
            case (
                ir.Field() | ir.Now() | ir.Today() | ir.Arith() | ir.Negate() | ir.Shift() | ir.BusinessShift() | ir.StartOf()
                | ir.DateOf() | ir.Call() | ir.Choose() | ir.Table() | ir.Count() | ir.Sum() | ir.Extreme() | ir.Pick()
                | ir.Points()
            ):  # fmt: skip
                operand_ = self._value(expr, spot)
                terms.declare(operand_, TRUTHS)
                return terms.inside(operand_, ONLY[True])
            case _:
                assert_never(expr)

    # --- definitions -----------------------------------------------------------------------------------------------

    def _reference(self, ref: ir.Ref, spot: Spot) -> Key:
        """Return what a definition says, about the record that is meant. A count or score that is to be one number stays one."""
        path, up = spot.seen(ref.path, ref.up)
        said = self._definition(ref.definition, path, up)
        return said if ref.ranged is is_ranged(self._definitions[ref.definition].expr) else self._terms.make("as one", said)

    def _definition(self, id_: str, path: tuple[str, ...], up: int) -> Key:
        if id_ not in self._definitions or (self._base is not None and id_ in self._base._definitions):
            assert self._base is not None, "the checker resolved every reference"
            return self._base._definition(id_, path, up)
        found = self._said.get((id_, path, up))
        if found is None:
            found = self._said[id_, path, up] = self._any(self._definitions[id_].expr, Spot(path, up))
        return found

    # --- tests -----------------------------------------------------------------------------------------------------

    def _compared(self, op: CompareOp, left: Expr, right: Expr, spot: Spot) -> Key:
        match left, right:
            case ir.Literal(one, type_), ir.Literal(other):
                return self._terms.truth(compare(op, one, other, type_))
            case ir.Literal(), _:
                op, left, right = MIRRORED[op], right, left
        match right:
            case ir.Literal(None):
                return self._terms.unknown
            case ir.Literal(constant) if constant is not None:
                return self._inside(left, comparing(op, constant, ir.type_of(left)), spot)
            case _:
                return self._beside(op, left, right, spot)

    def _beside(self, op: CompareOp, left: Expr, right: Expr, spot: Spot) -> Key:
        """Return how two values lie to each other, as a test of that."""
        types = ir.type_of(left), ir.type_of(right)
        sides = self._any(left, spot), self._any(right, spot)
        if types[0] is Scalar.BOOLEAN:
            turned = [min(side, self._terms.negated(side)) for side in sides]
            if (turned[0] != sides[0]) is not (turned[1] != sides[1]):
                op = CompareOp.EQ if op is CompareOp.NE else CompareOp.NE
            sides = turned[0], turned[1]
        if sides[0] == sides[1]:
            return self._with_itself(sides[0], types[0], op in (CompareOp.EQ, CompareOp.LE, CompareOp.GE))
        if sides[0] > sides[1] and types[0] == types[1]:
            op, sides = MIRRORED[op], (sides[1], sides[0])
        return self._terms.inside(self._terms.operand("order", *sides, domain=few(3)), LYING[op])

    def _with_itself(self, key: Key, type_: Type, holds: bool) -> Key:
        """Return a comparison of a value with itself: unknown where that is missing, else the same for every value."""
        if type_ is Scalar.BOOLEAN:
            return self._terms.joined("any" if holds else "all", (key, self._terms.negated(key)))
        return self._tested(key, everything(type_) if holds else NOTHING, type_)

    def _ranged(self, op: CompareOp, left: Expr, right: Expr, spot: Spot) -> Key:
        """Return a comparison of ranges, as one by >= or =, of a count or score with a whole number by >=."""
        match left, right:
            case ir.Literal(), _:
                op, left, right = MIRRORED[op], right, left
        match right:
            case ir.Literal(int() as limit, Scalar.INTEGER):
                return self._counted(op, left, limit, spot)
        if op in (CompareOp.LE, CompareOp.GT):
            op, left, right = MIRRORED[op], right, left
        sides = self._any(left, spot), self._any(right, spot)
        if op in (CompareOp.EQ, CompareOp.NE):
            found = self._terms.opaque("ranges equal", min(sides), max(sides))
            return found if op is CompareOp.EQ else self._terms.negated(found)
        found = self._terms.opaque("ranged from", *sides)
        return found if op is CompareOp.GE else self._terms.negated(found)

    def _counted(self, op: CompareOp, left: Expr, limit: int, spot: Spot) -> Key:
        """Return how a ranged number lies to a whole one. Not to be more than no record is to be none."""
        terms, number = self._terms, self._any(left, spot)
        if terms.node(number)[0] == "count" and limit == 0 and op in (CompareOp.EQ, CompareOp.NE):
            op = CompareOp.LE if op is CompareOp.EQ else CompareOp.GT
        if op in (CompareOp.EQ, CompareOp.NE):
            found = terms.opaque("ranges equal", number, terms.make("constant", limit, Scalar.INTEGER))
            return found if op is CompareOp.EQ else terms.negated(found)
        least = limit + 1 if op in (CompareOp.GT, CompareOp.LE) else limit
        found = terms.opaque("ranged from", number, terms.make("constant", least, Scalar.INTEGER))
        return found if op in (CompareOp.GT, CompareOp.GE) else terms.negated(found)

    def _inside(self, operand: Expr, values: Values, spot: Spot, *, any_case: bool = False) -> Key:
        """Return the test whether a value is one of ``values``; of a truth value, one by that itself."""
        terms, type_ = self._terms, ir.type_of(operand)
        key = self._any(operand, spot)
        if type_ is Scalar.BOOLEAN:
            asked = [each for each, at in ((terms.negated(key), (0, 0)), (key, (1, 0))) if values.holds(at)]
            return terms.joined("any", asked) if asked else terms.joined("all", (key, terms.negated(key)))
        return self._tested(terms.make("folded", key) if any_case else key, values, type_)

    def _tested(self, key: Key, values: Values, type_: Type) -> Key:
        """Return the test of a value; of the first known one of several, their tests one after the other."""
        terms = self._terms
        match terms.node(key):
            case ("constant", None, _):
                return terms.unknown
            case ("constant", point, _):
                return terms.truth(values.holds((point, 0)))  # type: ignore[arg-type]  # a number or text
            case ("first of", *parts):
                found = terms.unknown
                for part in reversed(parts):
                    found = terms.or_else(self._tested(part, values, type_), found)  # type: ignore[arg-type]  # a key
                return found
            case _:
                terms.declare(key, everything(type_))
                return terms.inside(key, values)

    def _known(self, operand: Expr, spot: Spot) -> Key:
        key = self._any(operand, spot)
        if ir.type_of(operand) is Scalar.BOOLEAN:
            return self._terms.decided(key)
        return self._is_known(key, ir.type_of(operand))

    def _is_known(self, key: Key, type_: Type) -> Key:
        terms = self._terms
        match terms.node(key):
            case ("constant", constant, _):
                return terms.truth(constant is not None)
            case ("first of", *parts):
                return terms.joined("any", [self._is_known(part, type_) for part in parts])  # type: ignore[arg-type]  # keys
            case _:
                terms.declare(key, everything(type_))
                return terms.known(key)

    # --- values ----------------------------------------------------------------------------------------------------

    def _or_else(self, first: Key, second: Key) -> Key:
        """Return the first known one of values; what always is known ends them."""
        terms = self._terms
        parts: dict[Key, None] = {}
        for key in (first, second):
            node = terms.node(key)
            for part in node[1:] if node[0] == "first of" else (key,):
                assert isinstance(part, int), "its parts are keys"
                if terms.node(part)[:2] != ("constant", None):
                    parts[part] = None
                if self._never_missing(part):
                    break
            if parts and self._never_missing(list(parts)[-1]):
                break
        return next(iter(parts), second) if len(parts) < 2 else terms.make("first of", *parts)

    def _never_missing(self, key: Key) -> bool:
        node = self._terms.node(key)
        return node[0] in ("Now", "Today") or (node[0] == "constant" and node[1] is not None)

    def _chosen(self, condition: Key, then: Key, otherwise: Key) -> Key:
        """Return a value by a condition, of which the lesser of it and its opposite is asked."""
        terms = self._terms
        if condition in (terms.true, terms.false):
            return then if condition == terms.true else otherwise
        opposite = terms.negated(condition)
        return terms.make("by", *((opposite, otherwise, then) if opposite < condition else (condition, then, otherwise)))

    def _call(self, function: str, arguments: list[Key], type_: Type) -> Key:
        """Return a call; of the smallest or largest of values, each once, in any order."""
        terms = self._terms
        if function not in ("least", "greatest"):
            return terms.make("call", function, *arguments, _type(type_))
        flat: set[object] = set()
        for argument in arguments:
            node = terms.node(argument)
            flat |= set(node[2:-1]) if node[:2] == ("call", function) else {argument}
        return terms.make("call", function, *sorted(flat), _type(type_))  # type: ignore[type-var]  # keys

    def _choose(self, expr: ir.Choose, spot: Spot) -> Key:
        """Return a classification: without branches that nothing takes, in any order where only one may be taken."""
        terms, otherwise = self._terms, expr.otherwise
        branches: list[tuple[Key, str]] = []
        for condition, member in expr.branches:
            key = self._condition(condition, spot)
            if key == terms.true and expr.mode is ChooseMode.FIRST_MATCH:
                otherwise = member
                break
            if key != terms.false:
                branches.append((key, member))
        if expr.mode is ChooseMode.EXACTLY_ONE:
            branches.sort()
        return terms.make("choose", expr.mode, tuple(branches), otherwise, _type(expr.type))

    def _points(self, expr: ir.Points, spot: Spot) -> Key:
        """Return a score; its lines in any order where no sum of them can overflow or be rounded."""
        lines = []
        most = abs(expr.base)
        for line in expr.lines:
            condition = self._condition(line.condition, spot)
            per = None if line.per is None else self._any(line.per, spot)
            if condition != self._terms.false:
                lines.append((line.points, condition, per, line.up_to))
                limit = line.points if per is None else line.up_to
                most += MOST_POINTS if limit is None else abs(limit)
        if expr.type is Scalar.INTEGER and most < MOST_POINTS:
            lines.sort(key=repr)
        return self._terms.make("points", expr.base, tuple(lines), expr.low, expr.high, expr.type)

    def _many(self, relation: ir.Many, spot: Spot) -> tuple[object, ...]:
        return (relation.name, *spot.seen(relation.path, relation.up))

    def _list(self, name: str, type_: Type, *, any_case: bool) -> Values:
        """Return the items of a declared list, read once."""
        key = name, _type(type_), any_case
        if key not in self._sets:
            items: Iterable[ir.Value] = self._ruleset.value_list(name).items
            self._sets[key] = among((fold(str(item)) for item in items) if any_case else items, type_)
        return self._sets[key]


def _type(type_: Type) -> object:
    """Return what counts of a type: of an enum, the names of its members."""
    return type_.member_names if isinstance(type_, EnumType) else type_


def _length(count: int, unit: Unit) -> tuple[str, int]:
    """Return a length of time in months, or else in microseconds."""
    months = MONTHS_IN.get(unit.value)
    return ("month", count * months) if months is not None else ("microsecond", count * (LENGTH_OF[unit.value] // MICROSECOND))
