"""Counts, sums, ends and picks into aggregates over related records (language.md, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql import expressions, tree
from revrules.backends.sql.dialects import Unsayable, operator
from revrules.backends.sql.scope import Aggregate, Ends
from revrules.backends.sql.tree import all_of, any_of, binary, call, case, cast, count_rows, is_null, negated, whole
from revrules.backends.sql.type_names import sql_type
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.dialects import Operator
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.types import Type

NONE, ONE = whole(0), whole(1)
LIMITS: dict[Type, tuple[str, str]] = {
    Scalar.INTEGER: ("-9223372036854775808", "9223372036854775807"),
    Scalar.MONEY: ("-99999999999999.9999", "99999999999999.9999"),
}
"""Between these a sum has to lie."""
_TAKEN_WIDER = {
    Scalar.INTEGER: lambda value: call("SUM", cast(value, "DECIMAL(38, 0)")),
    Scalar.MONEY: lambda value: call("SUM", cast(value, "DECIMAL(38, 4)")),
}
SUMS: dict[Type, Operator] = {
    type_: operator(
        f"an exact sum of type {type_}",
        lambda value: call("SUM", value),
        spark=wider,
        bigquery=lambda value: call("SUM", cast(value, "BIGNUMERIC")),
    )
    for type_, wider in _TAKEN_WIDER.items()
}
"""Sums in a type that no table fills: DuckDB, Postgres and Snowflake take a wider one themselves."""


def count(node: ir.Count, scope: Scope) -> Ends:
    """Return the least and the greatest number of records for which the condition can be true."""

    def build(inner: Scope) -> list[Aggregate]:
        if _is_true(node.where):
            return [Aggregate(count_rows(), NONE, "count")]
        where = expressions.lower(node.where, inner)
        if _is_decided(node.where):
            return [Aggregate(_number_where(where), NONE, "count")]
        where = inner.kept(where, "counts")
        least = _number_where(where)
        open_ = binary("-", count_rows(), call("COUNT", where))
        return [Aggregate(least, NONE, "least count"), Aggregate(binary("+", open_, least), NONE, "greatest count")]

    found = scope.over(node.relation, build)
    return Ends(found[0], found[-1])


def total(node: ir.Sum, scope: Scope) -> Sql:
    """Return the sum; NULL where a record is not known to be selected, or its value is missing, or the sum overflows.

    Raises ``Unsayable`` for numbers.
    """
    type_ = node.type
    if type_ not in SUMS:
        reason = "the sum is exact and rounded once; engines round at every step, in an order of their own"
        raise Unsayable("a sum of numbers", scope.dialect, reason)

    def build(inner: Scope) -> list[Aggregate]:
        def summed(value: Sql) -> Sql:
            return tree.coalesce(SUMS[type_](inner.dialect, value), NONE)

        return [Aggregate(_of_selected(node.value, node.where, inner, summed), NONE, "sum")]

    (found,) = scope.over(node.relation, build)
    least, greatest = map(tree.digits, LIMITS[type_])
    return case([(tree.between(found, least, greatest), cast(found, sql_type(type_, scope.dialect)))])


def extreme(node: ir.Extreme, scope: Scope) -> Sql:
    """Return the least or greatest value; NULL where none is selected, or one is that misses it, or that is not known."""
    return _member(_end(node, node.value, scope), node.type)


def pick(node: ir.Pick, scope: Scope) -> Sql:
    """Return what the earliest or latest records agree on; NULL where these are not known, or differ, or miss it."""
    best = _end(node, node.by, scope)

    def build(inner: Scope) -> list[Aggregate]:
        by = _ranked(expressions.lower(node.by, inner), ir.type_of(node.by))
        chosen = binary("=", by, inner.brought(best, 1))
        if not _is_true(node.where):
            chosen = all_of((expressions.lower(node.where, inner), chosen))
        value = _comparable(expressions.lower(node.value, inner), node.type)
        chosen, value = inner.kept(chosen, "chosen"), inner.kept(value, "value")
        of_chosen = inner.kept(case([(chosen, value)]), "value of chosen")
        least = call("MIN", of_chosen)
        lacking = _number_where(all_of((chosen, is_null(value))))
        agreed = all_of((binary("=", least, call("MAX", of_chosen)), binary("=", lacking, NONE)))
        return [Aggregate(case([(agreed, least)]), tree.NULL, "earliest" if node.op is ir.ExtremeOp.MIN else "latest")]

    (found,) = scope.over(node.relation, build)
    return binary("=", found, ONE) if node.type is Scalar.BOOLEAN else found


def _end(node: ir.Extreme | ir.Pick, operand: ir.Expr, scope: Scope) -> Sql:
    """Return the least or greatest ``operand`` of the selected records, that of an enum as its rank."""

    def build(inner: Scope) -> list[Aggregate]:
        def end(value: Sql) -> Sql:
            return call("MIN" if node.op is ir.ExtremeOp.MIN else "MAX", _ranked(value, ir.type_of(operand)))

        return [Aggregate(_of_selected(operand, node.where, inner, end), tree.NULL, node.op.value)]

    (found,) = scope.over(node.relation, build)
    return found


def _of_selected(operand: ir.Expr, where: ir.Expr, inner: Scope, gathered: Callable[[Sql], Sql]) -> Sql:
    """Return an aggregate of ``operand`` over the selected records; NULL where one may be selected and is not known."""
    value = inner.kept(expressions.lower(operand, inner), "value")
    if _is_true(where):
        return case([(binary("=", call("COUNT", value), count_rows()), gathered(value))])
    if where == ir.Known(operand):
        return gathered(value)
    selected = inner.kept(expressions.lower(where, inner), "selected")
    open_ = [] if _is_decided(where) else [is_null(selected)]
    if not _asks_for(operand, where):
        open_.append(all_of((selected, is_null(value))))
    of_these = gathered(case([(selected, value)]))
    return case([(binary("=", _number_where(any_of(open_)), NONE), of_these)]) if open_ else of_these


def _number_where(condition: Sql) -> Sql:
    """Return the number of records for which a condition is true."""
    return call("COUNT", case([(condition, ONE)]))


def _asks_for(operand: ir.Expr, where: ir.Expr) -> bool:
    """Return whether a condition is true only where ``operand`` is known."""
    return where == ir.Known(operand) or (isinstance(where, ir.And) and any(_asks_for(operand, part) for part in where.operands))


def _is_true(condition: ir.Expr) -> bool:
    return isinstance(condition, ir.Literal) and condition.value is True


def _is_decided(condition: ir.Expr) -> bool:
    """Return whether it is plain that a condition is never unknown."""
    match condition:
        case ir.Known() | ir.Related():
            return True
        case ir.Literal(value):
            return value is not None
        case ir.Not(operand) | ir.OrElse(_, operand):
            return _is_decided(operand)
        case ir.And(operands) | ir.Or(operands):
            return all(map(_is_decided, operands))
        case _:
            return False


def _ranked(value: Sql, type_: Type) -> Sql:
    """Return what a value is ordered by: a member of an enum by its place."""
    if not isinstance(type_, EnumType):
        return value
    return case([(binary("=", value, tree.text(name)), whole(place)) for place, name in enumerate(type_.member_names)])


def _member(rank: Sql, type_: Type) -> Sql:
    """Return the member of an enum at a place; a value of another type as it is."""
    if not isinstance(type_, EnumType):
        return rank
    return case([(binary("=", rank, whole(place)), tree.text(name)) for place, name in enumerate(type_.member_names)])


def _comparable(value: Sql, type_: Type) -> Sql:
    """Return a value of which every engine finds the least and the greatest: a truth value as 1 or 0."""
    return case([(value, ONE), (negated(value), NONE)]) if type_ is Scalar.BOOLEAN else value
