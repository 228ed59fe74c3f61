"""Expressions into terms: one clause per node, in the IR's order. Conditions become two formulas, values a formula and a term."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple, cast

import z3

from revrules import ir
from revrules.backends.smt import moments, related
from revrules.backends.smt.formulas import both, conj, disj, either, negated, never_unknown, same
from revrules.backends.smt.numbers import combined, compared, converted, larger, smaller, within
from revrules.backends.smt.terms import DAY, MONEY_UNITS, Range, Term, Truth, constant, encode, variable
from revrules.rows import cell_condition
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.holders import Holder
    from revrules.backends.smt.problem import Problem
    from revrules.backends.smt.texts import Texts
    from revrules.types import Type


class Scope(NamedTuple):
    """The record at hand and those around it, the nearest first."""

    holder: Holder
    outer: tuple[Holder, ...] = ()

    def at(self, path: tuple[str, ...], up: int) -> Holder:
        """Return the record that ``path`` and ``up`` name."""
        return (self.outer[up - 1] if up else self.holder).at(path)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of these records: what a scope is known by."""
        return (self.holder.name, *(holder.name for holder in self.outer))

    def inside(self, element: Holder) -> Scope:
        """Return the scope of a related record."""
        return Scope(element, (self.holder, *self.outer))


class Lowering:
    """Lowers the expressions of one ruleset about one record that could be any."""

    def __init__(self, problem: Problem, ruleset: ir.Ruleset, texts: Texts, clock: moments.Clock) -> None:
        self.problem = problem
        self.context = problem.context
        self.ruleset = ruleset
        self.texts = texts
        self.clock = clock
        self.yes = z3.BoolVal(True, self.context)
        self.no = z3.BoolVal(False, self.context)
        self._definitions = {definition.id: definition for definition in ruleset.definitions}

    # --- conditions ----------------------------------------------------------------------------------------------

    def truth(self, expr: ir.Expr, scope: Scope) -> Truth:
        """Return when a condition is true and when it is false."""
        match expr:
            case ir.Literal(constant_):
                return Truth(self.yes if constant_ is True else self.no, self.yes if constant_ is False else self.no)
            case ir.Ref(definition, _, path, up):
                holder = scope.at(path, up)
                return self.problem.once((id(holder), definition, "truth"), lambda: self._defined_truth(definition, holder))
            case ir.OrElse(first, second):
                return self._or_else(self.truth(first, scope), self.truth(second, scope))
            case ir.If(condition, then, otherwise):
                case_, one, other = (self.truth(part, scope) for part in (condition, then, otherwise))
                true = either(both(case_.true, one.true), both(case_.false, other.true))
                if all(never_unknown(part) for part in (case_, one, other)):
                    return Truth(true, negated(true))
                return Truth(true, either(both(case_.true, one.false), both(case_.false, other.false)))
            case ir.Not(operand):
                inner = self.truth(operand, scope)
                return Truth(inner.false, inner.true)
            case ir.And(operands):
                return self._all(self._truths(operands, scope))
            case ir.Or(operands):
                turned = self._all([Truth(part.false, part.true) for part in self._truths(operands, scope)])
                return Truth(turned.false, turned.true)
            case ir.AtLeast(count, operands):
                return self._at_least(count, self._truths(operands, scope))
            case ir.Compare(op, left, right):
                return self._compare(op, left, right, scope)
            case ir.RangedCompare(op, left, right):
                if isinstance(left, ir.Count):
                    counts = related.counted(self, left, scope, some=_only_some(expr))
                    return self._compare_ranges(op, counts, self.bounds(right, scope))
                return self._compare_ranges(op, self.bounds(left, scope), self.bounds(right, scope))
            case ir.OneOf(operand, values, any_case):
                return self._one_of(self.value(operand, scope), ir.type_of(operand), values, any_case)
            case ir.InList(operand, name, any_case):
                items = self.ruleset.value_list(name)
                return self._one_of(self.value(operand, scope), ir.type_of(operand), items.items, any_case)
            case ir.Known(operand):
                known = self._is_known(operand, scope)
                return Truth(known, negated(known))
            case ir.Related(path, up):
                present = scope.at(path, up).present
                return Truth(present, negated(present))
            case ir.TextTest(op, operand, pattern, any_case):
                text, part = self.value(operand, scope), self.value(pattern, scope)
                holds = self.texts.test(op, text.term, part.term, pattern, any_case)
                return self._two_sided(both(text.known, part.known), holds)
            case ir.Matches(operand, pattern, any_case):
                text = self.value(operand, scope)
                return self._two_sided(text.known, self.texts.matches(text.term, pattern, any_case))
            case ir.Collects(name, inputs, member):
                table = self.ruleset.table(name)
                rows = [row for row, output in self._rows(table, inputs, scope) if output == member]
                return Truth(disj(self.context, (row.true for row in rows)), conj(self.context, (row.false for row in rows)))
            case _:
                value = self.value(expr, scope)
                return self._two_sided(value.known, cast("z3.BoolRef", value.term))

    def _defined_truth(self, definition: str, holder: Holder) -> Truth:
        return self.truth(self._definitions[definition].expr, Scope(holder))

    def _truths(self, operands: Sequence[ir.Expr], scope: Scope) -> list[Truth]:
        return [self.truth(operand, scope) for operand in operands]

    def _two_sided(self, known: z3.BoolRef, holds: z3.BoolRef) -> Truth:
        return Truth(both(known, holds), both(known, negated(holds)))

    def _all(self, parts: Sequence[Truth]) -> Truth:
        """Return that all ``parts`` are met. Of what is never unknown, false is written as the opposite of true."""
        true = conj(self.context, (part.true for part in parts))
        if all(never_unknown(part) for part in parts):
            return Truth(true, negated(true))
        return Truth(true, disj(self.context, (part.false for part in parts)))

    def _or_else(self, one: Truth, other: Truth) -> Truth:
        if same(other.true, self.yes):
            return Truth(negated(one.false), one.false)
        if same(other.false, self.yes):
            return Truth(one.true, negated(one.true))
        open_ = negated(either(one.true, one.false))
        true = either(one.true, both(open_, other.true))
        return Truth(true, negated(true) if never_unknown(other) else either(one.false, both(open_, other.false)))

    def _at_least(self, count: int, parts: Sequence[Truth]) -> Truth:
        if count <= 0:
            return Truth(self.yes, self.no)
        if count > len(parts):
            return Truth(self.no, self.yes)
        enough = z3.PbGe([(part.true, 1) for part in parts], count)
        if all(never_unknown(part) for part in parts):
            return Truth(enough, negated(enough))
        return Truth(enough, z3.PbGe([(part.false, 1) for part in parts], len(parts) - count + 1))

    def _compare(self, op: ir.CompareOp, left: ir.Expr, right: ir.Expr, scope: Scope) -> Truth:
        one, other = self.value(left, scope), self.value(right, scope)
        known = both(one.known, other.known)
        if ir.type_of(left) is Scalar.TEXT:
            alike = self.texts.same(one.term, other.term)
            return self._two_sided(known, alike if op is ir.CompareOp.EQ else negated(alike))
        term = self._as(other.term, ir.type_of(right), ir.type_of(left))
        return self._two_sided(known, compared(op, one.term, term))

    def _compare_ranges(self, op: ir.CompareOp, left: Range, right: Range) -> Truth:
        """Return when ``op`` holds (does not hold) for every pair of numbers out of the two ranges."""
        known = both(left.known, right.known)
        match op:
            case ir.CompareOp.LT:
                return Truth(both(known, left.high < right.low), both(known, left.low >= right.high))
            case ir.CompareOp.LE:
                return Truth(both(known, left.high <= right.low), both(known, left.low > right.high))
            case ir.CompareOp.GT:
                return Truth(both(known, left.low > right.high), both(known, left.high <= right.low))
            case ir.CompareOp.GE:
                return Truth(both(known, left.low >= right.high), both(known, left.high < right.low))
            case ir.CompareOp.EQ | ir.CompareOp.NE:
                one_number = (left.low == left.high, right.low == right.high, left.low == right.low)
                equal = conj(self.context, (known, *one_number))
                apart = both(known, either(left.high < right.low, left.low > right.high))
                return Truth(equal, apart) if op is ir.CompareOp.EQ else Truth(apart, equal)

    def _one_of(self, operand: Term, type_: Type, values: Sequence[ir.Value], any_case: bool) -> Truth:
        if type_ is Scalar.TEXT:
            return self._two_sided(operand.known, self.texts.among(operand.term, cast("Sequence[str]", values), any_case))
        alike = [operand.term == constant(encode(value, type_), type_, self.context) for value in values]
        return self._two_sided(operand.known, disj(self.context, alike))

    def _is_known(self, operand: ir.Expr, scope: Scope) -> z3.BoolRef:
        if ir.type_of(operand) is Scalar.BOOLEAN:
            inner = self.truth(operand, scope)
            return self.yes if never_unknown(inner) else either(inner.true, inner.false)
        return self.value(operand, scope).known

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, expr: ir.Expr, scope: Scope) -> Term:
        """Return when a value is known, and what it is then."""
        match expr:
            case ir.Literal(constant_, type_):
                return self._literal(constant_, type_)
            case ir.Field(name, type_, path, up):
                return self._field(scope.at(path, up), name, type_)
            case ir.Ref(definition, type_, path, up) if type_ is not Scalar.BOOLEAN:
                holder = scope.at(path, up)
                inner = self._definitions[definition].expr
                return self.problem.once((id(holder), definition, "value"), lambda: self.value(inner, Scope(holder)))
            case ir.Now():
                return Term(self.yes, self.clock.now)
            case ir.Today():
                return Term(self.yes, self.clock.today)
            case ir.Arith(op, left, right, type_):
                types = (ir.type_of(left), ir.type_of(right))
                return combined(self.problem, op, self.value(left, scope), self.value(right, scope), types, type_)
            case ir.Negate(operand):
                return self._negative(self.value(operand, scope), ir.type_of(operand))
            case ir.Shift(moment) | ir.BusinessShift(moment) | ir.StartOf(moment) | ir.DateOf(moment):
                return moments.moved(self.clock, expr, self.value(moment, scope))
            case ir.Call(function, arguments, type_):
                return self._call(function, arguments, type_, scope)
            case ir.OrElse(first, second) if ir.type_of(first) is not Scalar.BOOLEAN:
                one, other = self.value(first, scope), self._value_as(second, ir.type_of(first), scope)
                return Term(either(one.known, other.known), z3.If(one.known, one.term, other.term))
            case ir.If(condition, then, otherwise) if ir.type_of(then) is not Scalar.BOOLEAN:
                case_ = self.truth(condition, scope)
                one, other = self.value(then, scope), self._value_as(otherwise, ir.type_of(then), scope)
                known = either(both(case_.true, one.known), both(case_.false, other.known))
                return Term(known, z3.If(case_.true, one.term, other.term))
            case ir.Choose():
                return self._choose(expr, scope)
            case ir.Table(name, inputs, type_):
                table = self.ruleset.table(name)
                return self._chosen_branch(table.mode, self._rows(table, inputs, scope), table.otherwise, type_)
            case ir.Count() | ir.Points():
                range_ = self.bounds(expr, scope)
                return Term(both(range_.known, range_.low == range_.high), range_.low)
            case ir.Sum() | ir.Extreme() | ir.Pick():
                return self.problem.once((expr, scope.names), lambda: related.aggregated(self, expr, scope))
            case _:
                holds = self.truth(expr, scope)
                return Term(self.yes if never_unknown(holds) else either(holds.true, holds.false), holds.true)

    def _literal(self, value: ir.Value | None, type_: Type) -> Term:
        if value is None:
            return Term(self.no, variable(self.problem.name("nothing"), type_, self.context))
        if type_ is Scalar.TEXT:
            return Term(self.yes, self.texts.literal(cast("str", value)))
        return Term(self.yes, constant(encode(value, type_), type_, self.context))

    def _field(self, holder: Holder, name: str, type_: Type) -> Term:
        found = holder.field(name)
        if type_ is Scalar.TEXT:
            declared = holder.entity.field(name)
            assert declared is not None, "the checker found the field"
            self.problem.once((id(holder), "text", name), lambda: self.texts.field(found.term, declared))
        return found

    def _value_as(self, expr: ir.Expr, type_: Type, scope: Scope) -> Term:
        found = self.value(expr, scope)
        return Term(found.known, self._as(found.term, ir.type_of(expr), type_))

    def _as(self, term: z3.ExprRef, from_: Type, to: Type) -> z3.ExprRef:
        """Return a member of one enum as the member by that name of another, which has the same ones."""
        if not (isinstance(from_, EnumType) and isinstance(to, EnumType)) or from_.member_names == to.member_names:
            return term
        places = [
            to.member_names.index(name) if name in to.member_names else -1 - at for at, name in enumerate(from_.member_names)
        ]
        otherwise: z3.ExprRef = z3.IntVal(places[-1], self.context)
        for place, there in enumerate(places[:-1]):
            otherwise = z3.If(term == place, z3.IntVal(there, self.context), otherwise)
        return otherwise

    def _negative(self, operand: Term, type_: Type) -> Term:
        term = -cast("z3.ArithRef", operand.term)
        return Term(operand.known, term) if type_ is Scalar.NUMBER else within(type_, operand.known, term)

    def _call(self, function: str, arguments: tuple[ir.Expr, ...], type_: Type, scope: Scope) -> Term:
        values = [self.value(argument, scope) for argument in arguments]
        only, from_ = values[0], ir.type_of(arguments[0])
        term = cast("z3.ArithRef", only.term)
        match function:
            case "least" | "greatest":
                return reduce(lambda one, other: _chosen(function, one, other), values)
            case "abs":
                negative = self._negative(only, from_)
                return Term(z3.If(term < 0, negative.known, only.known), z3.If(term < 0, negative.term, term))
            case "number":
                return only if from_ is Scalar.NUMBER else converted(self.problem, only, from_)
            case "money":
                return only if from_ is Scalar.MONEY else within(type_, only.known, term * MONEY_UNITS)
            case "days" | "hours":
                unit = DAY if function == "days" else DAY // 24
                return Term(only.known, z3.If(term >= 0, term / unit, -(-term / unit)))
            case "year" | "month" | "day" | "weekday":
                return Term(only.known, moments.part(self.clock, function, term))
            case _:
                return self.texts.call(function, only)

    def _choose(self, expr: ir.Choose, scope: Scope) -> Term:
        branches = [(self.truth(condition, scope), member) for condition, member in expr.branches]
        return self._chosen_branch(expr.mode, branches, expr.otherwise, expr.type)

    def _chosen_branch(
        self, mode: ir.ChooseMode, branches: Sequence[tuple[Truth, str]], otherwise: str | None, type_: EnumType
    ) -> Term:
        places = {name: z3.IntVal(place, self.context) for place, name in enumerate(type_.member_names)}
        states = [(truth, places[member]) for truth, member in branches]
        known = self.yes if otherwise is not None else self.no
        term: z3.ExprRef = places[otherwise] if otherwise is not None else z3.IntVal(0, self.context)
        if mode is ir.ChooseMode.EXACTLY_ONE:
            none = conj(self.context, (known, *(state.false for state, _ in states)))
            others = z3.PbGe([(state.false, 1) for state, _ in states], len(states) - 1)
            one = both(disj(self.context, (state.true for state, _ in states)), others)
            for state, place in reversed(states):
                term = z3.If(state.true, place, term)
            return Term(either(none, one), term)
        for state, place in reversed(states):
            known, term = either(state.true, both(state.false, known)), z3.If(state.true, place, term)
        return Term(known, term)

    def _rows(self, table: ir.DecisionTable, inputs: tuple[ir.Expr, ...], scope: Scope) -> list[tuple[Truth, str]]:
        """Return when each row is true and when it is false, and what it gives; each different cell is lowered once."""
        columns = [
            [self.truth(cell_condition(cell, asked_of, column.any_case), scope) for cell in column.cells]
            for column, asked_of in zip(table.columns, inputs, strict=True)
        ]
        found = []
        for row in table.rows:
            cells = [column[at] for column, at in zip(columns, row.cells, strict=True)]
            truth = self._all(cells)
            found.append((truth, row.output))
        return found

    # --- ranges --------------------------------------------------------------------------------------------------

    def bounds(self, expr: ir.Expr, scope: Scope) -> Range:
        """Return between which ends a number lies, and when these are known."""
        match expr:
            case ir.Ref(definition, ranged=True, path=path, up=up):
                holder = scope.at(path, up)
                inner = self._definitions[definition].expr
                return self.problem.once((id(holder), definition, "bounds"), lambda: self.bounds(inner, Scope(holder)))
            case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL as op, left, right, type_):
                return self.combined_ranges(op, self.bounds(left, scope), self.bounds(right, scope), type_)
            case ir.Negate(operand):
                inner_range = self.bounds(operand, scope)
                type_ = ir.type_of(operand)
                low, high = (self._negative(Term(inner_range.known, end), type_) for end in (inner_range.high, inner_range.low))
                return Range(both(low.known, high.known), cast("z3.ArithRef", low.term), cast("z3.ArithRef", high.term))
            case ir.Count():
                return related.counted(self, expr, scope)
            case ir.Points():
                return self._points(expr, scope)
            case _:
                found = self.value(expr, scope)
                term = cast("z3.ArithRef", found.term)
                return Range(found.known, term, term)

    def combined_ranges(self, op: ir.ArithOp, left: Range, right: Range, type_: Type) -> Range:
        """Return the range of the results; missing where an end is."""
        if op is ir.ArithOp.MUL:
            pairs = [(one, other) for one in _ends(left) for other in _ends(right)]
        else:
            crossed = (right.high, right.low) if op is ir.ArithOp.SUB else (right.low, right.high)
            pairs = [(left.low, crossed[0]), (left.high, crossed[1])]
        known = both(left.known, right.known)
        ends = [combined(self.problem, op, Term(known, one), Term(known, other), (type_, type_), type_) for one, other in pairs]
        terms = [cast("z3.ArithRef", end.term) for end in ends]
        return Range(conj(self.context, (end.known for end in ends)), reduce(smaller, terms), reduce(larger, terms))

    def _points(self, expr: ir.Points, scope: Scope) -> Range:
        base = self._point(expr.base, expr.type)
        total = Range(self.yes, base, base)
        for line in expr.lines:
            total = self._with_line(total, line, expr.type, scope)
        low, high = total.low, total.high
        if expr.low is not None:
            least = self._point(expr.low, expr.type)
            low, high = larger(low, least), larger(high, least)
        if expr.high is not None:
            most = self._point(expr.high, expr.type)
            low, high = smaller(low, most), smaller(high, most)
        return Range(total.known, low, high)

    def _with_line(self, total: Range, line: ir.Line, type_: Type, scope: Scope) -> Range:
        holds = self.truth(line.condition, scope)
        points = self._line_points(line, type_, scope)
        nought = self._point(0, type_)
        low = z3.If(holds.false, nought, z3.If(holds.true, points.low, smaller(points.low, nought)))
        high = z3.If(holds.false, nought, z3.If(holds.true, points.high, larger(points.high, nought)))
        known = both(total.known, either(holds.false, points.known))
        types = (type_, type_)
        bottom = combined(self.problem, ir.ArithOp.ADD, Term(known, total.low), Term(known, low), types, type_)
        top = combined(self.problem, ir.ArithOp.ADD, Term(known, total.high), Term(known, high), types, type_)
        return Range(both(bottom.known, top.known), cast("z3.ArithRef", bottom.term), cast("z3.ArithRef", top.term))

    def _line_points(self, line: ir.Line, type_: Type, scope: Scope) -> Range:
        points = self._point(line.points, type_)
        if line.per is None:
            return Range(self.yes, points, points)
        times = self.bounds(line.per, scope)
        if type_ is Scalar.NUMBER and ir.type_of(line.per) is not Scalar.NUMBER:
            low, high = (converted(self.problem, Term(times.known, end), Scalar.INTEGER) for end in _ends(times))
            times = Range(both(low.known, high.known), cast("z3.ArithRef", low.term), cast("z3.ArithRef", high.term))
        products = self.combined_ranges(ir.ArithOp.MUL, Range(self.yes, points, points), times, type_)
        if line.up_to is None:
            return products
        limit, floor = self._point(abs(line.up_to), type_), self._point(-abs(line.up_to), type_)
        low_end, high_end = (smaller(larger(end, floor), limit) for end in _ends(products))
        return Range(products.known, low_end, high_end)

    def _point(self, number: float, type_: Type) -> z3.ArithRef:
        return cast("z3.ArithRef", constant(encode(number, type_), type_, self.context))


def _only_some(expr: ir.RangedCompare) -> bool:
    """Return whether a count is only compared with what tells none from some."""
    match expr:
        case ir.RangedCompare(ir.CompareOp.GE | ir.CompareOp.LT, ir.Count(), ir.Literal(1)):
            return True
        case ir.RangedCompare(_, ir.Count(), ir.Literal(0)):
            return True
        case _:
            return False


def _chosen(function: str, one: Term, other: Term) -> Term:
    """Return the smaller or larger of what is known."""
    left, right = cast("z3.ArithRef", one.term), cast("z3.ArithRef", other.term)
    better = left <= right if function == "least" else left >= right
    first = both(one.known, either(negated(other.known), better))
    return Term(either(one.known, other.known), z3.If(first, left, right))


def _ends(range_: Range) -> tuple[z3.ArithRef, z3.ArithRef]:
    return range_.low, range_.high
