"""The lines of a score into the least and the greatest sum that they can still come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.sql import doubles, numbers, ranges
from revrules.backends.sql.constants import beside, constant
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reach import WHOLE, sum_of_lines
from revrules.backends.sql.scope import Ends
from revrules.backends.sql.tree import (
    TRUE,
    added,
    all_of,
    binary,
    call,
    case,
    digits,
    is_null,
    is_short,
    negated,
    where_false,
    where_true,
)
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

LONGEST_SUM = 24
"""Lines that are added in one expression."""
SHORT = 30
"""Nodes of a condition that is said twice, each time only as far as it has to be."""


class Said(NamedTuple):
    """A line: its condition, whether that can be unknown, and the range of what it counts."""

    line: ir.Line
    condition: Sql
    can_be_unknown: bool
    per: Ends | None


def points(node: ir.Points, lines: Sequence[Said], scope: Scope) -> Ends:
    """Return the ends of a score; they are one where no condition can be unknown and no count is a range."""
    given = [_line(said, node, scope) for said in lines]
    tame = sum_of_lines(node, scope.ruleset) < float(WHOLE[node.type].most) / 2
    base = _points(node.base, node, scope)
    if all(ranges.is_one(ends) for ends in given):
        ends = ranges.alone(_summed([base, *(ends.low for ends in given)], node, tame, scope))
    else:
        sums = (_summed([base, *(side)], node, tame, scope) for side in zip(*given, strict=True))
        ends = Ends(*sums) if tame else ranges.both_or_none(Ends(*sums), scope)
    missing = not tame or any(said.per is not None for said in lines)
    if ranges.is_one(ends):
        return ranges.alone(_inside(ends.low, node, missing, scope))
    return Ends(*(_inside(end, node, missing, scope) for end in ends))


def _line(said: Said, node: ir.Points, scope: Scope) -> Ends:
    """Return what a line gives, at least and at most."""
    none = _points(0, node, scope)
    if said.per is not None:
        return _counted(said, node, none, scope)
    given = _points(said.line.points, node, scope)
    if not said.can_be_unknown:
        return ranges.alone(given if said.condition == TRUE else case([(said.condition, given)], none))
    holds, fails = _sides(said.condition, scope)
    sure, possible = case([(holds, given)], none), case([(fails, none)], given)
    return Ends(sure, possible) if said.line.points >= 0 else Ends(possible, sure)


def _sides(condition: Sql, scope: Scope) -> tuple[Sql, Sql]:
    """Return what is true where a condition holds, and where it fails."""
    if scope.dialect is Dialect.DUCKDB and is_short(condition, SHORT):
        return where_true(condition), where_false(condition)
    held = scope.kept(condition, "holds")
    return held, negated(held)


def _counted(said: Said, node: ir.Points, none: Sql, scope: Scope) -> Ends:
    """Return what a line gives for each of what it counts; both ends are NULL where that is missing, unless the line is out."""
    line, per = said.line, said.per
    assert line.per is not None, "a line that counts says what"
    assert per is not None, "and its range was made"
    times = line.per
    if node.type is Scalar.NUMBER and ir.type_of(times) is not Scalar.NUMBER:
        of = times
        per = (
            ranges.alone(numbers.to_number(per.low, of, scope))
            if ranges.is_one(per)
            else Ends(*(numbers.to_number(end, of, scope) for end in per))
        )
        times = ir.Call("number", (times,), Scalar.NUMBER)
    number = float(line.points) if node.type is Scalar.NUMBER else line.points
    product = ir.Arith(ir.ArithOp.MUL, ir.Literal(number, node.type), times, node.type)
    given = ranges.arith(product, ranges.alone(_points(line.points, node, scope)), per, scope)
    if line.up_to is not None:
        given = _limited(given, abs(line.up_to), node, scope)
    condition = scope.kept(said.condition, "holds") if said.can_be_unknown else said.condition
    if not said.can_be_unknown:
        sides = [case([(condition, end)], none) for end in given]
        return ranges.alone(sides[0]) if ranges.is_one(given) else Ends(*sides)
    given = ranges.kept(given, "points", scope)
    out, nought = negated(condition), digits("0")
    low, high = (
        case([(out, none), (all_of([is_null(condition), binary(sign, end, nought)]), none)], end)
        for sign, end in zip("><", given, strict=True)
    )
    return Ends(low, high)


def _limited(given: Ends, limit: float, node: ir.Points, scope: Scope) -> Ends:
    ends = [_between(end, -limit, limit, node, scope) for end in (given[:1] if ranges.is_one(given) else given)]
    return Ends(ends[0], ends[-1])


def _between(value: Sql, low: float | None, high: float | None, node: ir.Points, scope: Scope) -> Sql:
    """Return a number kept inside two others; NULL stays NULL."""
    value = scope.kept(value, "points")
    branches = [
        (binary(sign, value, _beside(end, node, scope)), _points(end, node, scope))
        for sign, end in (("<", low), (">", high))
        if end is not None
    ]
    return case(branches, value)


def _inside(value: Sql, node: ir.Points, missing: bool, scope: Scope) -> Sql:
    """Return a sum kept inside the score's own range."""
    if missing:
        return _between(value, node.low, node.high, node, scope)
    if node.low is not None:
        value = call("GREATEST", value, _points(node.low, node, scope))
    return value if node.high is None else call("LEAST", value, _points(node.high, node, scope))


def _summed(terms: Sequence[Sql], node: ir.Points, tame: bool, scope: Scope) -> Sql:
    """Return the terms added in turn."""
    total = terms[0]
    if not tame:
        add = (doubles.FINITE if node.type is Scalar.NUMBER else numbers.INTEGERS)[ir.ArithOp.ADD]
        for term in terms[1:]:
            total = add(scope.dialect, scope.kept(total, "sum"), scope.kept(term, "points"))
        return total
    for at in range(1, len(terms), LONGEST_SUM):
        some = terms[at : at + LONGEST_SUM]
        total = added([total, *some])
        if at + LONGEST_SUM < len(terms):
            total = scope.kept(total, "sum")
    return total


def _points(number: float, node: ir.Points, scope: Scope) -> Sql:
    return constant(float(number) if node.type is Scalar.NUMBER else number, node.type, scope.dialect)


def _beside(number: float, node: ir.Points, scope: Scope) -> Sql:
    return beside(float(number) if node.type is Scalar.NUMBER else number, node.type, scope.dialect)
