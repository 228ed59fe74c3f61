"""What needs a loop or a running total: aggregates over related records, scores, classifications, products of ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.python import calls, expressions, ranges
from revrules.backends.python.code import CHOICE, FALSE, NOTHING, SUM, TRUE, Cond, Facts, Py, Val, block, negated
from revrules.backends.python.scope import is_plain, members
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.python.scope import Scope

SHORT = 12
"""Lines of a score that is written as one sum; a longer one is a function with a running total."""

Aggregate = ir.Sum | ir.Extreme | ir.Pick


# --- counts ------------------------------------------------------------------------------------------------------


def test_some(scope: Scope, op: ir.CompareOp, left: ir.Expr, right: ir.Expr, facts: Facts) -> Cond | None:
    """Return ``count(…) >= 1`` or ``count(…) = 0`` as a search that stops at the first record, None for other comparisons."""
    if not (isinstance(left, ir.Count) and isinstance(right, ir.Literal)) or left.where == ir.Literal(True, Scalar.BOOLEAN):
        return None
    match op, right.value:
        case (ir.CompareOp.GE, 1) | (ir.CompareOp.GT, 0) | (ir.CompareOp.NE, 0):
            return Cond(Py(f"{_some(scope, left, True)}({scope.arguments()})"), facts, facts)
        case (ir.CompareOp.LT, 1) | (ir.CompareOp.LE, 0) | (ir.CompareOp.EQ, 0):
            return Cond(negated(Py(f"{_some(scope, left, False)}({scope.arguments()})")), facts, facts)
        case _:
            return None


def _some(scope: Scope, expr: ir.Count, sure: bool) -> str:
    """Return the name of the function that says whether a record is (``sure``) or may be counted."""
    name, new = scope.module.function_name((len(scope.records), "some", sure, scope.module.key(expr)), "some")
    if new:
        item = scope.inner()
        body = [f"if {_counted(item, expr.where, sure)}:", "    return True"]
        _write(scope, item, name, [], expr.relation, body, ["return False"])
    return name


def count(scope: Scope, expr: ir.Count, low: bool, facts: Facts) -> Py:
    """Return how many records are counted for sure (``low``), or may be."""
    if expr.where == ir.Literal(True, Scalar.BOOLEAN):
        return Py(f"len({scope.records_of(expr.relation, facts)})")
    name, new = scope.module.function_name((len(scope.records), "count", low, scope.module.key(expr)), "count")
    if new:
        item = scope.inner()
        body = [f"if {_counted(item, expr.where, low)}:", "    found += 1"]
        _write(scope, item, name, ["found = 0"], expr.relation, body, ["return found"])
    return Py(f"{name}({scope.arguments()})")


def _counted(item: Scope, where: ir.Expr, sure: bool) -> str:
    found = expressions.test(item, where, sure, NOTHING).py
    return found.text if sure else negated(found).text


def _write(scope: Scope, item: Scope, name: str, before: list[str], relation: ir.Many, body: list[str], after: list[str]) -> None:
    """Write a function that goes through the related records."""
    records = scope.alike().records_of(relation, NOTHING)
    scope.module.define(name, scope.parameters(), [*before, *block(f"for {item.records[-1]} in {records}", body), *after])


# --- sums and ends -----------------------------------------------------------------------------------------------


def aggregate(scope: Scope, expr: Aggregate) -> str:
    """Return the name of the function that gives a sum, an end, or the value beside an end; None for missing."""
    prefix = {ir.Sum: "sum_", ir.Extreme: "extreme", ir.Pick: "pick"}[type(expr)]
    name, new = scope.module.function_name((len(scope.records), "aggregate", scope.module.key(expr)), prefix)
    if new:
        item = scope.inner()
        match expr:
            case ir.Sum():
                before, body, after = ["found = []"], _collected(item, expr.where, expr.value, "found"), [_summed(scope, expr)]
            case ir.Extreme():
                before, body = ["found = []"], _collected(item, expr.where, expr.value, "found")
                after = [f"return {_end(scope, expr.op, expr.value)}(found{_key(scope, expr.value)}) if found else None"]
            case ir.Pick():
                before, body, after = _picked(scope, item, expr)
        _write(scope, item, name, before, expr.relation, body, after)
    return name


def _collected(item: Scope, where: ir.Expr, value: ir.Expr, into: str) -> list[str]:
    """Return the loop's body that collects the values; one that is unknown makes the whole missing."""
    holds = expressions.test(item, where, True, NOTHING)
    read = expressions.nullable(item, value, holds.if_true)
    body = [f"x = {read.text}", "if x is None:", "    return None", f"{into}.append(x)"]
    fails = expressions.test(item, where, False, holds.if_false)
    return _when(holds.py, fails.py, body)


def _when(holds: Py, fails: Py, body: list[str]) -> list[str]:
    """Return ``body`` for the records that count; one of which that cannot be told makes the whole missing."""
    if holds == TRUE:
        return body
    lines = block(f"if {holds.text}", body)
    unknown = negated(fails)
    return lines if fails == TRUE else [*lines, f"elif {unknown.text}:", "    return None"]


def _summed(scope: Scope, expr: ir.Sum) -> str:
    function = {Scalar.INTEGER: "sum_integers", Scalar.NUMBER: "sum_numbers", Scalar.MONEY: "sum_money"}
    assert isinstance(expr.type, Scalar), "only numbers are summed"
    return f"return {scope.module.use(function[expr.type], 'numbers')}(found)"


def _end(scope: Scope, op: ir.ExtremeOp, value: ir.Expr) -> str:
    return "min" if op is ir.ExtremeOp.MIN else "max"


def _key(scope: Scope, value: ir.Expr) -> str:
    ordered = members(ir.type_of(value))
    return f", key={calls.rank(scope, ordered, Py('')).text.removesuffix('[]')}.__getitem__" if ordered else ""


def _picked(scope: Scope, item: Scope, expr: ir.Pick) -> tuple[list[str], list[str], list[str]]:
    """Return the parts of the function that keeps the values beside the least or greatest ``by``."""
    holds = expressions.test(item, expr.where, True, NOTHING)
    by = expressions.nullable(item, expr.by, holds.if_true)
    beside = expressions.nullable(item, expr.value, holds.if_true)
    ordered = members(ir.type_of(expr.by))
    measure = calls.rank(scope, ordered, Py("by")).text if ordered else "by"
    better = "<" if expr.op is ir.ExtremeOp.MIN else ">"
    body = [f"by = {by.text}", "if by is None:", "    return None"]
    body += [f"by = {measure}"] if ordered else []
    body += [f"if best is None or by {better} best:", "    best = by", f"    found = [{beside.text}]"]
    body += ["elif by == best:", f"    found.append({beside.text})"]
    fails = expressions.test(item, expr.where, False, holds.if_false)
    after = ["if not found or None in found:", "    return None"]
    after += ["return found[0] if all(x == found[0] for x in found) else None"]
    return ["best = None", "found = []"], _when(holds.py, fails.py, body), after


# --- classifications ---------------------------------------------------------------------------------------------


def choose(scope: Scope, expr: ir.Choose) -> list[str]:
    """Return the body of the function that sets ``found`` to the member that a classification picks."""
    if expr.mode is ir.ChooseMode.FIRST_MATCH:
        return _first_match(scope, expr)
    lines = ["found = None", "possible = True"]
    for condition, member in expr.branches:
        holds = expressions.test(scope, condition, True, NOTHING)
        fails = expressions.test(scope, condition, False, NOTHING)
        lines += [f"if {holds.py.text}:", "    possible = possible and found is None", f"    found = {member!r}"]
        lines += [f"elif {negated(fails.py).text}:", "    possible = False"]
    lines += ["if not possible:", "    found = None"]
    if expr.otherwise is not None:
        lines += ["elif found is None:", f"    found = {expr.otherwise!r}"]
    return lines


def _first_match(scope: Scope, expr: ir.Choose) -> list[str]:
    """Return an ``if`` with a branch for each member, and one for what stops the search before it."""
    lines: list[str] = []
    facts = NOTHING
    word = "if"
    for condition, member in expr.branches:
        holds = expressions.test(scope, condition, True, facts)
        fails = expressions.test(scope, condition, False, holds.if_false)
        lines += [f"{word} {holds.py.text}:", f"    found = {member!r}"]
        lines += [f"elif {negated(fails.py).text}:", "    found = None"]
        facts = fails.if_true
        word = "elif"
    return [*lines, "else:", f"    found = {expr.otherwise!r}"]


# --- scores ------------------------------------------------------------------------------------------------------


def points(scope: Scope, expr: ir.Points, low: bool, facts: Facts, beside: ir.Expr | None) -> Val:
    """Return the least (``low``) or greatest total that a score of plain points can still have, as one sum.

    A limit of the score that cannot change how it compares with the constant ``beside`` is left out.
    """
    if len(expr.lines) > SHORT:
        ends = expressions.optional(scope, ranges.range_of(scope, expr, facts), facts)
        return ends._replace(py=Py(f"{ends.py.text}[{0 if low else 1}]"))
    terms: list[str] = []
    known = facts
    for line in expr.lines:
        if not line.points:  # nothing is written for it, so that nothing it reads would be bound
            continue
        sure = (line.points > 0) is low
        found = expressions.test(scope, line.condition, sure, known)
        counts = found.py if sure else negated(found.py)
        known = found.if_true & found.if_false
        if counts != FALSE:
            amount = repr(_points(expr, abs(line.points)))
            term = amount if counts == TRUE else f"({amount} if {counts.at(CHOICE + 1)} else 0)"
            terms.append(f"{'+' if line.points > 0 else '-'} {term}")
    base = _points(expr, expr.base)
    text = " ".join([repr(base), *terms] if base or not terms or terms[0].startswith("-") else terms).removeprefix("+ ")
    return Val((), _clamped(expr, Py(text, SUM), beside), facts)  # what is read here may be read after other guards


def _points(expr: ir.Points, number: float) -> float:
    return float(number) if expr.type is Scalar.NUMBER else number


def _clamped(expr: ir.Points, total: Py, beside: ir.Expr | None) -> Py:
    low, high = expr.low, expr.high
    if isinstance(beside, ir.Literal) and isinstance(beside.value, int | float):
        low = None if low is not None and low < beside.value else low
        high = None if high is not None and beside.value < high else high
    text = total.text if high is None else f"min({_points(expr, high)!r}, {total.text})"
    if low is not None:
        return Py(f"max({_points(expr, low)!r}, {text})")
    return total if high is None else Py(text)


def points_range(scope: Scope, expr: ir.Points) -> list[str]:
    """Return the lines that set ``found`` to both ends of a score, line after line."""
    if is_plain(expr):
        return _plain_range(scope, expr)
    use = scope.module.use
    kind = repr(str(expr.type))
    base = _points(expr, expr.base)
    lines = [f"found = {base!r}, {base!r}"]
    for line in expr.lines:
        holds = expressions.test(scope, line.condition, True, NOTHING)
        fails = expressions.test(scope, line.condition, False, NOTHING)
        gives = _line_points(scope, expr, line)
        add = f"found = {use('add_points', 'ranges')}({kind}, found, {gives}, "
        lines += [f"if {holds.py.text}:", f"    {add}True)", f"elif {negated(fails.py).text}:", f"    {add}False)"]
    limits = ", ".join(repr(None if limit is None else _points(expr, limit)) for limit in (expr.low, expr.high))
    return [*lines, f"found = {use('limited', 'ranges')}(found, {limits})"]


def _plain_range(scope: Scope, expr: ir.Points) -> list[str]:
    """Return the lines for a score whose points are always there and never too large."""
    lines = [f"low = high = {_points(expr, expr.base)!r}"]
    facts = NOTHING
    for line in expr.lines:
        holds = expressions.test(scope, line.condition, True, facts)
        fails = expressions.test(scope, line.condition, False, holds.if_false)
        points = repr(_points(expr, abs(line.points)))
        sign = "+=" if line.points > 0 else "-="
        lines += [f"if {holds.py.text}:", f"    low {sign} {points}", f"    high {sign} {points}"]
        lines += [f"elif {negated(fails.py).text}:", f"    {'high' if line.points > 0 else 'low'} {sign} {points}"]
        facts = holds.if_true & fails.if_true & fails.if_false
    least = expr.base + sum(min(line.points, 0) for line in expr.lines)
    greatest = expr.base + sum(max(line.points, 0) for line in expr.lines)
    for limit, mark, outside in ((expr.low, "<", least), (expr.high, ">", greatest)):
        if limit is not None and (outside < limit if mark == "<" else outside > limit):
            text = repr(_points(expr, limit))
            lines += [line for end in ("low", "high") for line in (f"if {end} {mark} {text}:", f"    {end} = {text}")]
    return [*lines, "found = low, high"]


def _line_points(scope: Scope, expr: ir.Points, line: ir.Line) -> str:
    """Return the text of what a line gives when its condition is true, as a range."""
    use = scope.module.use
    points = _points(expr, line.points)
    if line.per is None:
        return f"({points!r}, {points!r})"
    per = ranges.range_of(scope, line.per, NOTHING).text
    if expr.type is Scalar.NUMBER:
        per = f"{use('as_numbers', 'ranges')}({per})"
    product = f"{use('combine', 'ranges')}({str(expr.type)!r}, '*', ({points!r}, {points!r}), {per})"
    if line.up_to is None:
        return product
    limit = _points(expr, abs(line.up_to))
    return f"{use('limited', 'ranges')}({product}, {-limit!r}, {limit!r})"
