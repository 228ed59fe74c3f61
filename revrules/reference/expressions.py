"""An expression and a record into a value: the meaning of language.md sections 3 to 6, one clause per node, in the IR's order.

A value that is missing and a condition that is unknown are both None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from revrules import ir
from revrules.reads import children
from revrules.reference.functions import call
from revrules.reference.operators import arith, combine_ranges, compare, compare_ranges, greatest, least, negate, total, zero
from revrules.reference.tables import Judged
from revrules.runtime import clock
from revrules.runtime.patterns import matches
from revrules.runtime.texts import fold
from revrules.types import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from revrules.reference.scope import Range, Scope
    from revrules.types import Type


def truth(expr: ir.Expr, scope: Scope) -> bool | None:
    """Return whether a condition is true, false or (None) unknown."""
    return cast("bool | None", value(expr, scope))


def value(expr: ir.Expr, scope: Scope) -> ir.Value | None:
    """Return the value of ``expr`` for the record at hand, None where it is missing or unknown."""
    match expr:
        case ir.Literal(constant):
            return constant
        case ir.Field(name, _, path, up):
            return scope.at(path, up).field(name)
        case ir.Ref(definition, _, path, up):
            return _definition_value(definition, scope.at(path, up))
        case ir.Now():
            return scope.world.now
        case ir.Today():
            return scope.world.today
        case ir.Arith(op, left, right, type_):
            return arith(op, value(left, scope), value(right, scope), type_)
        case ir.Negate(operand):
            return negate(value(operand, scope), ir.type_of(operand))
        case ir.Shift() | ir.BusinessShift() | ir.StartOf() | ir.DateOf():
            return _moved(expr, scope)
        case ir.Call(function, arguments, type_):
            return call(function, [value(argument, scope) for argument in arguments], type_)
        case ir.OrElse(first, second):
            found = value(first, scope)
            return value(second, scope) if found is None else found
        case ir.If(condition, then, otherwise):
            holds = truth(condition, scope)
            return None if holds is None else value(then if holds else otherwise, scope)
        case ir.Choose():
            return _choose(expr, scope)
        case ir.Table():
            return judged(expr, scope).member()
        case ir.Count() | ir.Points():
            return _the_one(bounds(expr, scope))
        case ir.Sum(relation, summand, where, type_):
            return total(_values(summand, where, scope.related(relation)), type_)
        case ir.Extreme(op, relation, operand, where, type_):
            return _end(op, _values(operand, where, scope.related(relation)), type_)
        case ir.Pick():
            return _pick(expr, scope)
        case ir.Not(operand):
            holds = truth(operand, scope)
            return None if holds is None else not holds
        case ir.And(operands):
            return _at_least(len(operands), operands, scope)
        case ir.Or(operands):
            return _at_least(1, operands, scope)
        case ir.AtLeast(count, operands):
            return _at_least(count, operands, scope)
        case ir.Compare(op, left, right):
            return compare(op, value(left, scope), value(right, scope), ir.type_of(left))
        case ir.RangedCompare(op, left, right):
            return compare_ranges(op, bounds(left, scope), bounds(right, scope))
        case ir.OneOf(operand, constants, any_case):
            return _among(value(operand, scope), constants, any_case)
        case ir.InList(operand, name, any_case):
            return _among(value(operand, scope), scope.world.ruleset.value_list(name).items, any_case)
        case ir.Known(operand):
            return value(operand, scope) is not None
        case ir.Related(path, up):
            return scope.at(path, up).record is not None
        case ir.TextTest(op, operand, pattern, any_case):
            return _text_test(op, value(operand, scope), value(pattern, scope), any_case)
        case ir.Matches(operand, pattern, any_case):
            text = cast("str | None", value(operand, scope))
            return None if text is None else matches(scope.world.pattern(pattern, any_case), text)
        case ir.Collects(_, _, member):
            return judged(expr, scope).contains(member)
        case _:
            assert_never(expr)


def bounds(expr: ir.Expr, scope: Scope) -> Range | None:
    """Return the least and the greatest number that ``expr`` can still be, None where it is missing."""
    match expr:
        case ir.Ref(definition, ranged=True, path=path, up=up):
            return _definition_bounds(definition, scope.at(path, up))
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL as op, left, right, type_):
            return combine_ranges(op, bounds(left, scope), bounds(right, scope), type_)
        case ir.Negate(operand):
            type_ = ir.type_of(operand)
            return combine_ranges(ir.ArithOp.SUB, (zero(type_), zero(type_)), bounds(operand, scope), type_)
        case ir.Count(relation, where):
            states = [truth(where, related) for related in scope.related(relation)]
            return states.count(True), len(states) - states.count(False)
        case ir.Points():
            return _points(expr, scope)
        case _:
            found = value(expr, scope)
            return None if found is None else (found, found)


# --- values ------------------------------------------------------------------------------------------------------


def _definition_value(definition: str, scope: Scope) -> ir.Value | None:
    """Return the value of a definition for a record, worked out once."""
    key = (id(scope.record), definition)
    values = scope.world.values
    if key not in values:
        values[key] = value(scope.world.definition(definition).expr, scope.alone())
    return values[key]


def _definition_bounds(definition: str, scope: Scope) -> Range | None:
    key = (id(scope.record), definition)
    ranges = scope.world.ranges
    if key not in ranges:
        ranges[key] = bounds(scope.world.definition(definition).expr, scope.alone())
    return ranges[key]


def _moved(expr: ir.Shift | ir.BusinessShift | ir.StartOf | ir.DateOf, scope: Scope) -> ir.Value | None:
    """Return another moment, made from one."""
    start = cast("datetime.date | None", value(expr.moment, scope))
    if start is None:
        return None
    match expr:
        case ir.Shift(_, count, unit) if ir.type_of(expr) is Scalar.DATE:
            return clock.shift_date(start, count, unit.value)
        case ir.Shift(_, count, unit):
            return clock.shift_datetime(cast("datetime.datetime", start), count, unit.value, scope.world.zone)
        case ir.BusinessShift(_, count, unit, calendar):
            return clock.business_shift(scope.world.calendar(calendar), cast("datetime.datetime", start), count, unit.value)
        case ir.StartOf(_, unit, first_month):
            return clock.start_of(start, unit.value, first_month)
        case ir.DateOf():
            return clock.date_of(cast("datetime.datetime", start), scope.world.zone)


def _choose(expr: ir.Choose, scope: Scope) -> str | None:
    """Return the branch: the first that is not false, or the only one; missing where that cannot be told."""
    states = [(truth(condition, scope), member) for condition, member in expr.branches]
    open_ = [(state, member) for state, member in states if state is not False]
    if not open_:
        return expr.otherwise
    if expr.mode is ir.ChooseMode.EXACTLY_ONE and len(open_) > 1:
        return None
    state, member = open_[0]
    return member if state else None


def judged(expr: ir.Table | ir.Collects, scope: Scope) -> Judged:
    """Return a decision table with what its columns ask of the record."""
    return Judged(scope.world.ruleset.table(expr.table), tuple(bounds(asked, scope) for asked in expr.inputs))


def _at_least(count: int, conditions: tuple[ir.Expr, ...], scope: Scope) -> bool | None:
    """Return whether ``count`` of the conditions hold: with all of them it is Kleene's and, with one Kleene's or."""
    states = [truth(condition, scope) for condition in conditions]
    if states.count(True) >= count:
        return True
    return False if len(states) - states.count(False) < count else None


def _among(operand: ir.Value | None, constants: Iterable[ir.Value], any_case: bool) -> bool | None:
    if operand is None:
        return None
    if any_case:
        return fold(cast("str", operand)) in map(fold, cast("Iterable[str]", constants))
    return operand in constants


def _text_test(op: ir.TextOp, operand: ir.Value | None, pattern: ir.Value | None, any_case: bool) -> bool | None:
    if operand is None or pattern is None:
        return None
    text, part = cast("str", operand), cast("str", pattern)
    if any_case:
        text, part = fold(text), fold(part)
    match op:
        case ir.TextOp.CONTAINS:
            return part in text
        case ir.TextOp.STARTS:
            return text.startswith(part)
        case ir.TextOp.ENDS:
            return text.endswith(part)
        case ir.TextOp.EQUALS:
            return text == part


# --- related records ---------------------------------------------------------------------------------------------


def _values(operand: ir.Expr, where: ir.Expr, records: tuple[Scope, ...]) -> list[ir.Value] | None:
    """Return ``operand`` for the records for which ``where`` is true; None where one cannot be told."""
    states = [(truth(where, record), record) for record in records]
    values = [value(operand, record) for state, record in states if state]
    if any(state is None for state, _ in states) or None in values:
        return None
    return cast("list[ir.Value]", values)


def _end(op: ir.ExtremeOp, values: list[ir.Value] | None, type_: Type) -> ir.Value | None:
    if not values:
        return None
    return least(values, type_) if op is ir.ExtremeOp.MIN else greatest(values, type_)


def _pick(expr: ir.Pick, scope: Scope) -> ir.Value | None:
    """Return what the earliest or latest records agree on."""
    values = [value(expr.value, record) for record in _picked(expr, scope)]
    return values[0] if values and all(found == values[0] for found in values) else None


def _picked(expr: ir.Pick, scope: Scope) -> list[Scope]:
    """Return the records with the least or greatest ``by``; none where that cannot be told."""
    type_ = ir.type_of(expr.by)
    best = _end(expr.op, _values(expr.by, expr.where, scope.related(expr.relation)), type_)
    if best is None:
        return []
    return [record for record in scope.related(expr.relation) if truth(expr.where, record) and value(expr.by, record) == best]


# --- ranges ------------------------------------------------------------------------------------------------------


def _the_one(range_: Range | None) -> ir.Value | None:
    """Return the number of a range that has one only."""
    return range_[0] if range_ is not None and range_[0] == range_[1] else None


def _points(expr: ir.Points, scope: Scope) -> Range | None:
    """Return the sum of the lines, each added in turn, kept inside the score's own range."""
    base = _as_points(expr.base, expr.type)
    sums: Range | None = (base, base)
    for line in expr.lines:
        holds = truth(line.condition, scope)
        if holds is False:
            continue
        points = _line_points(line, expr.type, scope)
        if holds is None and points is not None:
            none = zero(expr.type)
            points = least([points[0], none], expr.type), greatest([points[1], none], expr.type)
        sums = _add_ends(sums, points, expr.type)
    return None if sums is None else (_inside(sums[0], expr), _inside(sums[1], expr))


def _line_points(line: ir.Line, type_: Type, scope: Scope) -> Range | None:
    """Return what a line gives when its condition is true."""
    points = _as_points(line.points, type_)
    if line.per is None:
        return points, points
    times = bounds(line.per, scope)
    if times is None:
        return None
    products = combine_ranges(ir.ArithOp.MUL, (points, points), (_as_points(times[0], type_), _as_points(times[1], type_)), type_)
    if products is None or line.up_to is None:
        return products
    limit = _as_points(abs(line.up_to), type_)
    ends = [least([greatest([end, cast("ir.Value", negate(limit, type_))], type_), limit], type_) for end in products]
    return ends[0], ends[1]


def _as_points(number: ir.Value, type_: Type) -> ir.Value:
    return float(cast("float", number)) if type_ is Scalar.NUMBER else number


def _add_ends(sums: Range | None, points: Range | None, type_: Type) -> Range | None:
    if sums is None or points is None:
        return None
    low, high = (arith(ir.ArithOp.ADD, end, more, type_) for end, more in zip(sums, points, strict=True))
    return None if low is None or high is None else (low, high)


def _inside(number: ir.Value, expr: ir.Points) -> ir.Value:
    if expr.low is not None:
        number = greatest([number, _as_points(expr.low, expr.type)], expr.type)
    if expr.high is not None:
        number = least([number, _as_points(expr.high, expr.type)], expr.type)
    return number


# --- missing fields ----------------------------------------------------------------------------------------------


def depends(expr: ir.Expr, scope: Scope) -> tuple[str, ...]:
    """Return the missing fields on which ``expr``, which is missing or unknown, depends: each once, in order of appearance."""
    return tuple(dict.fromkeys(_depends(expr, scope)))


def _depends(expr: ir.Expr, scope: Scope) -> Iterable[str]:
    match expr:
        case ir.Field(name, _, path, up):
            return [scope.at(path, up).field_name(name)]
        case ir.Ref(definition, _, path, up):
            return _definition_depends(definition, scope.at(path, up))
        case ir.OrElse(first, second):
            return [*_depends(first, scope), *_depends(second, scope)]
        case ir.If(condition, then, otherwise):
            holds = truth(condition, scope)
            return _depends(condition if holds is None else then if holds else otherwise, scope)
        case ir.Choose():
            return _of_branches(expr, scope)
        case ir.Table() | ir.Collects():
            return _of_rows(expr, scope)
        case ir.Count(relation, where):
            return _of_missing((where,), scope.related(relation))
        case ir.Sum(relation, operand, where) | ir.Extreme(_, relation, operand, where):
            return _of_selected(operand, where, scope.related(relation))
        case ir.Pick():
            return _of_pick(expr, scope)
        case ir.Points(_, lines):
            return _of_lines(lines, scope)
        case (
            ir.Literal() | ir.Now() | ir.Today() | ir.Known() | ir.Related()
            | ir.Arith() | ir.Negate() | ir.Shift() | ir.BusinessShift() | ir.StartOf() | ir.DateOf() | ir.Call()
            | ir.Not() | ir.And() | ir.Or() | ir.AtLeast() | ir.Compare() | ir.RangedCompare()
            | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches()
        ):  # fmt: skip
            return _of_missing(children(expr), (scope,))
        case _:
            assert_never(expr)


def _definition_depends(definition: str, scope: Scope) -> tuple[str, ...]:
    key = (id(scope.record), definition, scope.names)
    found = scope.world.depends
    if key not in found:
        found[key] = depends(scope.world.definition(definition).expr, scope.alone())
    return found[key]


def _of_missing(operands: Iterable[ir.Expr], records: Iterable[Scope]) -> Iterable[str]:
    """Yield the fields that the missing ones of ``operands`` depend on."""
    for record in records:
        for operand in operands:
            if value(operand, record) is None:
                yield from _depends(operand, record)


def _of_selected(operand: ir.Expr, where: ir.Expr, records: Iterable[Scope]) -> Iterable[str]:
    """Yield what keeps a record from being selected for sure, or its ``operand`` from being known when it is."""
    for record in records:
        holds = truth(where, record)
        if holds is None:
            yield from _depends(where, record)
        elif holds:
            yield from _of_missing((operand,), (record,))


def _of_pick(expr: ir.Pick, scope: Scope) -> Iterable[str]:
    yield from _of_selected(expr.by, expr.where, scope.related(expr.relation))
    yield from _of_missing((expr.value,), _picked(expr, scope))


def _of_branches(expr: ir.Choose, scope: Scope) -> Iterable[str]:
    """Yield what the classification waits for: the first branch that is not false, or all unknown ones unless two are true."""
    conditions = [condition for condition, _ in expr.branches]
    states = [truth(condition, scope) for condition in conditions]
    unknown = [condition for condition, state in zip(conditions, states, strict=True) if state is None]
    if expr.mode is ir.ChooseMode.FIRST_MATCH:
        unknown = unknown[:1]
    elif states.count(True) > 1:
        unknown = []
    return _of_missing(unknown, (scope,))


def _of_rows(expr: ir.Table | ir.Collects, scope: Scope) -> Iterable[str]:
    """Yield what a table waits for, column by column: the first row that is not false, all unknown ones unless two are true.

    For an output of a table that collects: the unknown rows that give it.
    """
    found = judged(expr, scope)
    open_ = found.open_rows()
    if isinstance(expr, ir.Collects):
        open_ = [(row, state) for row, state in open_ if row.output == expr.member]
    elif found.table.mode is ir.ChooseMode.FIRST_MATCH:
        open_ = open_[:1]
    elif [state for _, state in open_].count(True) > 1:
        open_ = []
    columns = found.waiting([row for row, state in open_ if state is None])
    return _of_missing([expr.inputs[n] for n in columns], (scope,))


def _of_lines(lines: tuple[ir.Line, ...], scope: Scope) -> Iterable[str]:
    for line in lines:
        holds = truth(line.condition, scope)
        if holds is None:
            yield from _depends(line.condition, scope)
        if holds is not False and line.per is not None:
            yield from _of_missing((line.per,), (scope,))
