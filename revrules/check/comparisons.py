"""Checked values into conditions: comparisons, ranges, sets, lists and tests of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.check.literals import spellings
from revrules.check.tables import Domain, Term
from revrules.problems import names, types
from revrules.runtime.patterns import PatternError, compile_pattern
from revrules.runtime.texts import fold
from revrules.types import EnumType, Scalar, is_ordered, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules import syntax
    from revrules.check.tables import Tables
    from revrules.source import Span
    from revrules.types import Type

LARGEST = 5_000
"""The most nodes that an expression may have where its meaning needs it twice."""


def same_type(left: Type, right: Type) -> bool:
    """Return whether values of two types are of one type: two enums are when their members' names are."""
    if isinstance(left, EnumType) and isinstance(right, EnumType):
        return left.member_names == right.member_names
    return left == right


def as_number(term: Term) -> Term:
    """Return an integer or money as a number."""
    if term.type is Scalar.NUMBER:
        return term
    if isinstance(term.expr, ir.Literal) and isinstance(term.expr.value, int):
        return Term(ir.Literal(float(term.expr.value), Scalar.NUMBER, span=term.expr.span), Scalar.NUMBER)
    return Term(ir.Call("number", (term.expr,), Scalar.NUMBER, span=term.expr.span), Scalar.NUMBER)


def levelled(terms: list[Term]) -> list[Term]:
    """Return the terms with integers as numbers where others are numbers."""
    kinds = {term.type for term in terms}
    return [as_number(term) for term in terms] if kinds == {Scalar.INTEGER, Scalar.NUMBER} else terms


def compare(op: ir.CompareOp, left: Term, right: Term, place: tuple[Span, Span, Tables]) -> ir.Expr | None:
    """Return the comparison of two values, or None (reported). ``place`` holds the places of both sides."""
    left_span, right_span, tables = place
    span = left_span.to(right_span)
    left, right = levelled([left, right])
    if not same_type(left.type, right.type):
        mismatch(span, (left, left_span), (right, right_span), tables)
        return None
    if op not in (ir.CompareOp.EQ, ir.CompareOp.NE) and not is_ordered(left.type):
        tables.report.add(types.not_ordered(span, type_name(left.type)))
        return None
    if not (_inside(op, left, right, tables) and _inside(_TURNED[op], right, left, tables)):
        return None
    node = ir.RangedCompare if left.ranged or right.ranged else ir.Compare
    return node(op, left.expr, right.expr, span=span)


_TURNED = {
    ir.CompareOp.EQ: ir.CompareOp.EQ,
    ir.CompareOp.NE: ir.CompareOp.NE,
    ir.CompareOp.LT: ir.CompareOp.GT,
    ir.CompareOp.LE: ir.CompareOp.GE,
    ir.CompareOp.GT: ir.CompareOp.LT,
    ir.CompareOp.GE: ir.CompareOp.LE,
}


def mismatch(span: Span, left: tuple[Term, Span], right: tuple[Term, Span], tables: Tables) -> None:
    """Report that two values are of different types."""
    kinds = {left[0].type, right[0].type}
    if kinds == {Scalar.DATE, Scalar.DATETIME}:
        place = left[1] if left[0].type is Scalar.DATETIME else right[1]
        tables.report.add(types.date_and_datetime(span, tables.text(place), place))
        return
    sides = []
    for (term, place), (other, _) in ((left, right), (right, left)):
        fix = ""
        if term.type is Scalar.INTEGER and other.type is Scalar.MONEY:
            fix = f"money({tables.text(place)})"
        elif term.type is Scalar.MONEY and other.type is Scalar.NUMBER:
            fix = f"number({tables.text(place)})"
        sides.append((type_name(term.type), fix, place))
    tables.report.add(types.different_types(span, sides[0], sides[1]))


def _inside(op: ir.CompareOp, term: Term, literal: Term, tables: Tables) -> bool:
    """Return whether the comparison of a field with a literal can come out both ways, and report it if never true."""
    if term.domain is None or not isinstance(literal.expr, ir.Literal) or literal.expr.value is None:
        return True
    return in_domain(op, term.domain, literal.expr, tables)


def in_domain(op: ir.CompareOp, domain: Domain, literal: ir.Literal, tables: Tables) -> bool:
    """Return whether some value of ``domain`` is less than, equal to or greater than (``op``) the literal; report if none is."""
    low, high, value = domain.low, domain.high, literal.value
    below = low is not None and _less(value, low)
    above = high is not None and (_less(high, value) or (domain.high_open and value == high))
    lowest = below or value == low
    highest = above or value == high
    fails = {
        ir.CompareOp.EQ: below or above,
        ir.CompareOp.NE: below or above,
        ir.CompareOp.LT: lowest,
        ir.CompareOp.LE: below,
        ir.CompareOp.GT: highest,
        ir.CompareOp.GE: above,
    }[op]
    if fails and literal.span is not None:
        dots = "..<" if domain.high_open else ".."
        shown = f"{'' if low is None else plain(low)}{dots}{'' if high is None else plain(high)}"
        tables.report.add(types.outside_domain(literal.span, f"`{op} {plain(value)}`", domain.name, shown))
    return not fails


def _less(left: ir.Value | None, right: ir.Value | None) -> bool:
    """Return whether one of two values of one ordered type is less than the other."""
    assert left is not None and right is not None and type(left) is type(right), "both are of the type of one field"
    return left < right  # type: ignore[operator]  # the values are of one type, which has an order


def plain(value: ir.Value | None) -> str:
    """Return a value as messages show it."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "", 1).lstrip("-").isdigit() else text


_UP_TO = {False: ir.CompareOp.LE, True: ir.CompareOp.LT}


def between(term: Term, low: Term | None, high: Term | None, how: tuple[bool, Span, list[Span], Tables]) -> ir.Expr | None:
    """Return the test whether a value lies in a range. ``how``: high end open, place of the value, places of the ends."""
    high_open, span, ends, tables = how
    if low is not None and high is not None and not _nonempty(low, high, high_open, (ends[0].to(ends[1]), tables)):
        return None
    found = []
    for op, end, place in ((ir.CompareOp.GE, low, ends[0]), (_UP_TO[high_open], high, ends[-1])):
        if end is not None:
            compared = compare(op, term, end, (span, place, tables))
            if compared is None:
                return None
            found.append(compared)
    return found[0] if len(found) == 1 else ir.And(tuple(found), span=span.to(ends[-1]))


def _nonempty(low: Term, high: Term, high_open: bool, place: tuple[Span, Tables]) -> bool:
    """Return whether a range of literals holds a value, and report it if not."""
    span, tables = place
    if not (isinstance(low.expr, ir.Literal) and isinstance(high.expr, ir.Literal) and same_type(low.type, high.type)):
        return True
    first, last = low.expr.value, high.expr.value
    if isinstance(low.type, EnumType):
        order = low.type.member_names
        first, last = order.index(str(first)), order.index(str(last))
    elif not is_ordered(low.type):
        return True
    empty = _less(last, first) or (high_open and first == last)
    if empty:
        tables.report.add(names.empty_range(span, plain(low.expr.value), plain(high.expr.value)))
    return not empty


def among(term: Term, items: list[Term], any_case: bool, place: tuple[Span, Tables]) -> ir.Expr | None:
    """Return the test whether a value is one of some literals of its type."""
    span, tables = place
    values: dict[ir.Value, None] = {}
    fine = True
    for item in items:
        assert isinstance(item.expr, ir.Literal) and item.expr.value is not None, "items of a set are literals"
        value = item.expr.value
        if term.domain is not None:
            fine = in_domain(ir.CompareOp.EQ, term.domain, item.expr, tables) and fine
        values[fold(value) if any_case and isinstance(value, str) else value] = None
    if not fine:
        return None
    if not term.ranged:
        return ir.OneOf(term.expr, tuple(values), any_case, span=span)
    if weight(term.expr, LARGEST) * len(values) > LARGEST:
        tables.report.add(names.too_large(span))
        return None
    tests = tuple(ir.RangedCompare(ir.CompareOp.EQ, term.expr, ir.Literal(v, term.type), span=span) for v in values)
    return tests[0] if len(tests) == 1 else ir.Or(tests, span=span)


def in_list(term: Term, reference: syntax.Reference, any_case: bool, place: tuple[Span, Tables]) -> ir.Expr | None:
    """Return the test whether a value is one of the items of a declared list."""
    span, tables = place
    name = reference.path[0].text
    found = tables.lists.get(name)
    if found is None:
        if name not in tables.broken_lists:
            tables.report.absent(names.unknown_list(reference.span, name, tables.lists))
        return None
    if same_type(found.type, term.type):
        return ir.InList(term.expr, name, any_case, span=span)
    values = _converted(found, term.type, reference, tables)
    if values is None:
        return None
    if not values:
        tables.report.add(types.list_type(span, name, type_name(found.type), type_name(term.type)))
        return None
    return ir.OneOf(term.expr, values, span=span)


def _converted(found: ir.ValueList, type_: Type, reference: syntax.Reference, tables: Tables) -> tuple[ir.Value, ...] | None:
    """Return the items of a list as values of another type; empty where that type cannot be; None where it was reported."""
    if found.type is Scalar.INTEGER and type_ is Scalar.NUMBER:
        return tuple(float(item) for item in found.items if isinstance(item, int))
    if not (found.type is Scalar.TEXT and isinstance(type_, EnumType)):
        return ()
    key = (found.name, type_.member_names)
    if key in tables.list_members:
        return tables.list_members[key]
    by_spelling = dict(reversed(list(spellings(type_))))
    strangers = [item for item in found.items if item not in by_spelling]
    for stranger in strangers[:1]:
        known = (tuple(by_spelling), True)
        problem = names.unknown_member(reference.span, str(stranger), type_.name, known)
        tables.report.absent(problem)
    members = tuple(dict.fromkeys(by_spelling[str(item)] for item in found.items if item in by_spelling))
    tables.list_members[key] = None if strangers else members
    return tables.list_members[key]


def text_test(test: syntax.TextTest, operand: Term, pattern: Term, tables: Tables) -> ir.Expr | None:
    """Return a test of a text against another."""
    word = "any case" if test.test == "equals" else test.test
    for term, node in ((operand, test.operand), (pattern, test.pattern)):
        if term.type is not Scalar.TEXT:
            tables.report.add(types.needs_text(node.span, word, type_name(term.type)))
            return None
    if test.test == "matches":
        return _matches(test, operand, pattern, tables)
    return ir.TextTest(ir.TextOp(test.test), operand.expr, pattern.expr, test.any_case, span=test.span)


def _matches(test: syntax.TextTest, operand: Term, pattern: Term, tables: Tables) -> ir.Expr | None:
    """Return the test of a text against a pattern, which is compiled to see that it is one."""
    if not isinstance(pattern.expr, ir.Literal):
        tables.report.add(types.constant_needed(test.pattern.span, "`matches`"))
        return None
    text = str(pattern.expr.value)
    try:
        compile_pattern(text, any_case=test.any_case)
    except PatternError as error:
        tables.report.add(types.bad_pattern(test.pattern.span, f"{error.reason} (at character {error.position + 1})"))
        return None
    return ir.Matches(operand.expr, text, test.any_case, span=test.span)


def weight(expr: ir.Expr, limit: int) -> int:
    """Return the number of nodes of an expression, or something above ``limit`` as soon as it is more."""
    count, waiting = 0, [expr]
    while waiting and count <= limit:
        found: object = waiting.pop()
        if isinstance(found, tuple):
            waiting.extend(found)
        elif isinstance(found, ir.Node):
            count += 1
            waiting.extend(_parts(found))
    return count


def _parts(node: ir.Node) -> Iterable[ir.Expr]:
    return (getattr(node, name) for name in type(node).__slots__)


def twice(term: Term, span: Span, tables: Tables) -> bool:
    """Return whether an expression is small enough to stand in its meaning twice, and report it if not."""
    if weight(term.expr, LARGEST) <= LARGEST:
        return True
    tables.report.add(names.too_large(span))
    return False
