"""An expression into SQL that means the same, one clause per node, in the IR's order, as in ``revrules.reference.expressions``.

A value that is missing and a condition that is unknown are both NULL. Nothing raises on any data. What has to be said twice is a
column that the scope keeps, so that no statement grows beyond what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from revrules import ir
from revrules.backends.sql import choices, numbers, patterns, ranges, related, scores, tables, texts, times, tree
from revrules.backends.sql.constants import beside, constant, holds
from revrules.backends.sql.ranges import SAID
from revrules.reads import children
from revrules.reference import expressions as reference
from revrules.reference.scope import Scope as KnownScope
from revrules.reference.scope import World
from revrules.types import NUMERIC, EnumType, Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.backends.sql.scope import Ends, Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type

DEEPEST = 24
"""Pieces of SQL inside one another, beyond which one is kept: printers and engines go down piece by piece."""
TEXT_FUNCTIONS = frozenset({"email_domain", "url_domain", "lower", "upper", "length"})
ORDERED = {
    ir.CompareOp.LT: lambda one, other: one < other,
    ir.CompareOp.LE: lambda one, other: one <= other,
    ir.CompareOp.GT: lambda one, other: one > other,
    ir.CompareOp.GE: lambda one, other: one >= other,
}
TURNED = {
    ir.CompareOp.LT: ir.CompareOp.GT,
    ir.CompareOp.LE: ir.CompareOp.GE,
    ir.CompareOp.GT: ir.CompareOp.LT,
    ir.CompareOp.GE: ir.CompareOp.LE,
}


def lower(expr: ir.Expr, scope: Scope) -> Sql:
    """Return the value of ``expr`` for the record of ``scope``. Raises ``Unsayable`` where the dialect has no exact equal."""
    found = _lower(_settled(expr, scope), scope)
    if found == tree.NULL:
        return constant(None, ir.type_of(expr), scope.dialect)
    return scope.kept(found, "part") if tree.depth(found) > DEEPEST else found


def ends(expr: ir.Expr, scope: Scope) -> Ends:
    """Return the least and the greatest number that ``expr`` can still be."""
    expr = _settled(expr, scope)
    match expr:
        case ir.Ref(ranged=True):
            return scope.ends(expr)
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB | ir.ArithOp.MUL as op, left, right, type_) if type_ in NUMERIC:
            left, right = _settled(left, scope), _settled(right, scope)
            if _is_missing(left) or _is_missing(right):
                return ranges.alone(constant(None, type_, scope.dialect))
            node = ir.Arith(op, left, right, type_)
            return ranges.arith(node, _ends_of_operand(left, scope), _ends_of_operand(right, scope), scope)
        case ir.Negate(operand):
            return ranges.negative(expr, ends(operand, scope), scope)
        case ir.Count():
            return related.count(expr, scope)
        case ir.Points():
            return _points(expr, scope)
        case _:
            return ranges.alone(lower(expr, scope))


def can_be_unknown(expr: ir.Expr, scope: Scope) -> bool:
    """Return whether ``expr`` is missing or unknown for some record, as far as its form tells."""
    match expr:
        case ir.Literal(value):
            return value is None
        case ir.Now() | ir.Today() | ir.Known() | ir.Related():
            return False
        case ir.OrElse(_, second):
            return can_be_unknown(second, scope)
        case ir.Ref(definition, ranged=False, path=()):
            return can_be_unknown(scope.ruleset.definition(definition).expr, scope)
        case (
            ir.Not() | ir.And() | ir.Or() | ir.AtLeast() | ir.If() | ir.Compare()
            | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches()
        ):  # fmt: skip
            return any(can_be_unknown(child, scope) for child in children(expr))
        case _:
            return True


def _lower(expr: ir.Expr, scope: Scope) -> Sql:
    match expr:
        case ir.Literal(value, type_):
            return constant(value, type_, scope.dialect)
        case ir.Field():
            return scope.field(expr)
        case ir.Ref():
            return scope.value(expr)
        case ir.Now():
            return scope.when.now
        case ir.Today():
            return scope.when.today
        case ir.Arith():
            return _arith(expr, scope)
        case ir.Negate(operand):
            return numbers.negative(lower(operand, scope), operand, scope)
        case ir.Shift(moment, count, unit):
            return times.shift(lower(moment, scope), count, unit, ir.type_of(expr), scope)
        case ir.BusinessShift(moment, count, unit, calendar):
            return times.business_shift(lower(moment, scope), count, unit, calendar, scope)
        case ir.StartOf(moment, unit, first_month):
            return times.start_of(lower(moment, scope), unit, first_month, scope)
        case ir.DateOf(moment):
            return times.date_of(lower(moment, scope), scope)
        case ir.Call():
            return _call(expr, scope)
        case ir.OrElse(first, second):
            return tree.coalesce(lower(first, scope), lower(second, scope))
        case ir.If(condition, then, otherwise):
            return _either(condition, then, otherwise, scope)
        case ir.Choose(_, branches):
            conditions = [(lower(condition, scope), can_be_unknown(condition, scope)) for condition, _ in branches]
            return choices.choose(expr, conditions, scope)
        case ir.Table(_, inputs):
            return tables.table(expr, [_operand_ends(asked, scope) for asked in inputs], scope)
        case ir.Count() | ir.Points():
            return ranges.the_one(ends(expr, scope), "number", scope)
        case ir.Sum():
            return related.total(expr, scope)
        case ir.Extreme():
            return related.extreme(expr, scope)
        case ir.Pick():
            return related.pick(expr, scope)
        case ir.Not(operand):
            return tree.negated(lower(operand, scope))
        case ir.And(operands):
            return tree.all_of([lower(operand, scope) for operand in operands])
        case ir.Or(operands):
            return tree.any_of([lower(operand, scope) for operand in operands])
        case ir.AtLeast(count, operands):
            return _at_least(count, operands, scope)
        case ir.Compare():
            return _compare(expr, scope)
        case ir.RangedCompare(op, left, right):
            return ranges.compared(op, _operand_ends(left, scope), _operand_ends(right, scope), scope)
        case ir.OneOf(operand, constants, any_case):
            return _among(operand, constants, any_case, scope)
        case ir.InList(operand, name, any_case):
            return _among(operand, scope.ruleset.value_list(name).items, any_case, scope)
        case ir.Known(operand):
            return tree.is_known(lower(operand, scope)) if can_be_unknown(operand, scope) else tree.TRUE
        case ir.Related():
            return scope.related(expr)
        case ir.TextTest(_, operand, pattern):
            return texts.test(expr, lower(operand, scope), _text(pattern, scope), scope)
        case ir.Matches(operand, pattern, any_case):
            return patterns.matches(lower(operand, scope), pattern, any_case, scope)
        case ir.Collects(_, inputs):
            return tables.collects(expr, [_operand_ends(asked, scope) for asked in inputs], scope)
        case _:
            assert_never(expr)


# --- constants ---------------------------------------------------------------------------------------------------


def _settled(expr: ir.Expr, scope: Scope) -> ir.Expr:
    """Return a literal for what depends on nothing, or on nothing but a known as-of; else ``expr``."""
    if isinstance(expr, ir.Literal) or not _is_settled(expr, scope.when.instant is not None):
        return expr
    world = World(scope.ruleset, cast("datetime.datetime", scope.when.instant))
    return ir.Literal(reference.value(expr, KnownScope(world, None)), ir.type_of(expr))


def _is_settled(expr: ir.Expr, as_of_known: bool) -> bool:
    """Return whether no record changes the value."""
    match expr:
        case ir.Literal():
            return True
        case ir.Now() | ir.Today():
            return as_of_known
        case (
            ir.Field() | ir.Ref() | ir.Related() | ir.Count() | ir.Sum() | ir.Extreme() | ir.Pick() | ir.Points() | ir.Choose()
            | ir.Table() | ir.Collects()
        ):  # fmt: skip
            return False
        case _:
            return all(_is_settled(child, as_of_known) for child in children(expr))


def _is_missing(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Literal) and expr.value is None


def _beside(expr: ir.Expr, scope: Scope) -> Sql:
    """Return a value for a comparison with one of its type."""
    expr = _settled(expr, scope)
    if isinstance(expr, ir.Literal) and expr.value is not None:
        return beside(expr.value, expr.type, scope.dialect)
    return lower(expr, scope)


def _operand(expr: ir.Expr, scope: Scope) -> Sql:
    """Return a value for arithmetic: an integer without its type, which the other operand has."""
    return _beside(expr, scope) if ir.type_of(expr) is Scalar.INTEGER else lower(expr, scope)


def _ends_of_operand(expr: ir.Expr, scope: Scope) -> Ends:
    return ranges.alone(_operand(expr, scope)) if isinstance(expr, ir.Literal) else ends(expr, scope)


def _operand_ends(expr: ir.Expr, scope: Scope) -> Ends:
    expr = _settled(expr, scope)
    return ranges.alone(_beside(expr, scope)) if isinstance(expr, ir.Literal) else ends(expr, scope)


def _text(expr: ir.Expr, scope: Scope) -> Sql:
    """Return the text that another is tested for; one that no text of the dialect holds is not written."""
    if isinstance(expr, ir.Literal) and isinstance(expr.value, str) and not holds(expr.value, scope.dialect):
        return tree.NULL
    return lower(expr, scope)


# --- values ------------------------------------------------------------------------------------------------------


def _arith(node: ir.Arith, scope: Scope) -> Sql:
    op, left, right, type_ = node.op, _settled(node.left, scope), _settled(node.right, scope), node.type
    if _is_missing(left) or _is_missing(right):
        return tree.NULL
    if type_ not in NUMERIC:
        types = (ir.type_of(left), ir.type_of(right))
        return times.arith(op, lower(left, scope), lower(right, scope), *types, type_, scope)
    return numbers.arith(ir.Arith(op, left, right, type_), _operand(left, scope), _operand(right, scope), scope)


def _call(node: ir.Call, scope: Scope) -> Sql:
    arguments = [lower(argument, scope) for argument in node.arguments]
    match node.function:
        case "least" | "greatest" as function:
            return _extreme(function, node.type, arguments, scope)
        case "abs":
            return numbers.absolute(arguments[0], node.arguments[0], scope)
        case "number":
            return numbers.to_number(arguments[0], node.arguments[0], scope)
        case "money":
            return numbers.to_money(arguments[0], node.arguments[0], scope)
        case function if function in TEXT_FUNCTIONS:
            return texts.function(function, arguments[0], scope)
        case function:
            return times.function(function, arguments[0], scope)


def _extreme(function: str, type_: Type, arguments: Sequence[Sql], scope: Scope) -> Sql:
    """Return the least or greatest of the known values; members of an ordered enum by their rank."""
    if not isinstance(type_, EnumType):
        return numbers.extreme(function, arguments, scope)
    best = numbers.extreme(function, [rank(argument, type_) for argument in arguments], scope)
    return tree.switch(best, [(tree.whole(at), tree.text(name)) for at, name in enumerate(type_.member_names)])


def rank(value: Sql, type_: EnumType) -> Sql:
    """Return the place of a member in its declared order."""
    return tree.switch(value, [(tree.text(name), tree.whole(at)) for at, name in enumerate(type_.member_names)])


def _either(condition: ir.Expr, then: ir.Expr, otherwise: ir.Expr, scope: Scope) -> Sql:
    condition = _settled(condition, scope)
    if isinstance(condition, ir.Literal):
        return tree.NULL if condition.value is None else lower(then if condition.value else otherwise, scope)
    asked = lower(condition, scope)
    if not can_be_unknown(condition, scope):
        return tree.case([(asked, lower(then, scope))], lower(otherwise, scope))
    asked = scope.kept(asked, "condition")
    return tree.case([(asked, lower(then, scope)), (tree.negated(asked), lower(otherwise, scope))])


def _points(node: ir.Points, scope: Scope) -> Ends:
    lines = [
        scores.Said(
            line,
            lower(line.condition, scope),
            can_be_unknown(line.condition, scope),
            None if line.per is None else ends(line.per, scope),
        )
        for line in node.lines
    ]
    return scores.points(node, lines, scope)


# --- conditions --------------------------------------------------------------------------------------------------


def _at_least(count: int, operands: tuple[ir.Expr, ...], scope: Scope) -> Sql:
    """Return whether so many conditions hold, by counting those that are true and those that are not false."""
    if count in (1, len(operands)):
        return lower(ir.Or(operands) if count == 1 else ir.And(operands), scope)
    if not 0 < count <= len(operands):
        return tree.TRUE if count <= 0 else tree.FALSE
    unsure = any(can_be_unknown(operand, scope) for operand in operands)
    said = [lower(operand, scope) for operand in operands]
    if unsure:
        said = [scope.kept(condition, "holds") for condition in said]
    one, none, enough = tree.whole(1), tree.whole(0), tree.whole(count)
    true = tree.binary(">=", tree.added([tree.case([(condition, one)], none) for condition in said]), enough)
    if not unsure:
        return true
    open_ = tree.added([tree.case([(tree.negated(condition), none)], one) for condition in said])
    return tree.case([(true, tree.TRUE), (tree.binary("<", open_, enough), tree.FALSE)])


def _compare(node: ir.Compare, scope: Scope) -> Sql:
    op, left, right = node.op, _settled(node.left, scope), _settled(node.right, scope)
    type_ = ir.type_of(left)
    if isinstance(type_, EnumType) and op not in (ir.CompareOp.EQ, ir.CompareOp.NE):
        return _compare_ranks(op, left, right, type_, scope)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ir.Literal) and isinstance(one.value, str) and not holds(one.value, scope.dialect):
            known = tree.is_known(lower(other, scope))
            return tree.case([(known, tree.TRUE if op is ir.CompareOp.NE else tree.FALSE)])
    return tree.binary(SAID[op], _beside(left, scope), _beside(right, scope))


def _compare_ranks(op: ir.CompareOp, left: ir.Expr, right: ir.Expr, type_: EnumType, scope: Scope) -> Sql:
    """Return the comparison of two members by their order: with a constant, whether the other is among those that fulfil it."""
    if isinstance(left, ir.Literal):
        left, right, op = right, left, TURNED[op]
    names = type_.member_names
    if not isinstance(right, ir.Literal) or right.value is None:
        return tree.binary(SAID[op], rank(lower(left, scope), type_), rank(lower(right, scope), type_))
    place = names.index(cast("str", right.value))
    fitting = tuple(name for at, name in enumerate(names) if ORDERED[op](at, place))
    return _among(left, fitting, any_case=False, scope=scope)


def _among(operand: ir.Expr, constants: Sequence[ir.Value], any_case: bool, scope: Scope) -> Sql:
    value, type_ = lower(operand, scope), ir.type_of(operand)
    if not constants:
        return tree.case([(tree.is_known(value), tree.FALSE)])
    if type_ is Scalar.TEXT or isinstance(type_, EnumType):
        return texts.is_among(value, cast("Sequence[str]", constants), any_case, scope)
    return tree.among(value, [beside(item, type_, scope.dialect) for item in constants])
