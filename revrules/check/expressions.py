"""Turn a written expression into its meaning with its type: one ``match``, in the order of ``revrules.syntax``."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from revrules import ir, syntax
from revrules.check import aggregates, arithmetic, comparisons, moments
from revrules.check.containing import collecting, contains
from revrules.check.literals import bare, is_flexible, is_whole, natural, number_of, typed
from revrules.check.references import NotYetChecked, as_member, is_soft, plain_name, reference
from revrules.check.resolve import RelationFound, resolve
from revrules.check.tables import Term
from revrules.functions import FUNCTIONS
from revrules.problems import names, types
from revrules.types import NUMERIC, EnumType, Scalar, is_ordered, type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.check.resolve import Scope
    from revrules.types import Type

MAX_LEVEL = 120
COMPARISONS = {op.value: op for op in ir.CompareOp}
ARITHMETIC = {op.value: op for op in ir.ArithOp}


def condition(node: syntax.Expr, scope: Scope) -> ir.Expr | None:
    """Return the meaning of a condition, or None (reported)."""
    term = infer(node, scope)
    if term is None:
        return None
    if term.type is not Scalar.BOOLEAN:
        written = scope.tables.text(node.span)
        help_ = f"compare it, as in `{written} {'>=' if is_ordered(term.type) else '='} …`, or ask `{written} is known`"
        if isinstance(term.expr, ir.Literal):
            help_ = "each side of `and` and `or` is a whole condition: say again what is compared"
        scope.tables.report.add(types.not_a_condition(node.span, type_name(term.type), help_))
        return None
    return term.expr


def infer(node: syntax.Expr, scope: Scope, expected: Type | None = None) -> Term | None:
    """Return the meaning of an expression, or None where something in it was reported.

    ``expected`` is the type of what stands beside it: literals and names of enum members take it.
    """
    tables = scope.tables
    tables.level += 1
    try:
        if tables.level > MAX_LEVEL:
            tables.report.add(names.too_large(node.span))
            return None
        return _infer(node, scope, expected)
    finally:
        tables.level -= 1


def _infer(node: syntax.Expr, scope: Scope, expected: Type | None) -> Term | None:
    tables = scope.tables
    node = bare(node)
    if is_flexible(node) and expected is not None:
        return typed(node, expected, tables)
    match node:
        case syntax.Reference():
            return reference(node, scope, expected)
        case syntax.Number() | syntax.Text() | syntax.Boolean() | syntax.Date() | syntax.DateTime() | syntax.Duration():
            return natural(node, tables)
        case syntax.Clock(word):
            if word == "today":
                return Term(ir.Today(span=node.span), Scalar.DATE)
            return Term(ir.Now(span=node.span), Scalar.DATETIME)
        case syntax.Parens(inner):
            return infer(inner, scope, expected)
        case syntax.Unary("not", operand):
            inside = condition(operand, scope)
            return None if inside is None else Term(ir.Not(inside, span=node.span), Scalar.BOOLEAN)
        case syntax.Unary(_, operand):
            if is_flexible(node):
                return natural(node, tables)
            term = infer(operand, scope, expected)
            return None if term is None else arithmetic.negate(term, node.span, tables)
        case syntax.Binary():
            return _binary(node, scope, expected)
        case syntax.Membership():
            return _truth(_membership(node, scope), node.negated)
        case syntax.KnownTest():
            return _known(node, scope)
        case syntax.TextTest():
            return _text_test(node, scope)
        case syntax.Window():
            return _window(node, scope)
        case syntax.Conditional():
            return _conditional(node, scope, expected)
        case syntax.Call():
            return _call(node, scope, expected)
        case syntax.Aggregate():
            return _aggregate(node, scope, expected)
        case syntax.StartOf():
            moment = infer(node.moment, scope) if node.moment is not None else None
            return None if moment is None and node.moment is not None else moments.start_of(node, moment, tables)
        case syntax.DateOf():
            moment = infer(node.moment, scope)
            return None if moment is None else moments.date_of(node, moment, tables)
        case _:
            assert_never(node)


def _truth(expr: ir.Expr | None, negated: bool = False) -> Term | None:
    if expr is None:
        return None
    return Term(ir.Not(expr, span=expr.span) if negated else expr, Scalar.BOOLEAN)


# --- values side by side -----------------------------------------------------------------------------------------


def beside(nodes: Sequence[syntax.Expr], scope: Scope, expected: Type | None = None) -> list[Term | None]:
    """Return the meanings of values that stand beside each other: literals and member names take the others' type."""
    soft = [is_soft(node, scope) for node in nodes]
    found: dict[int, Term | None] = {}
    known = expected
    for index in sorted(range(len(nodes)), key=lambda i: soft[i]):
        failed = any(term is None for term in found.values())
        if soft[index] and failed and known is None:
            found[index] = None
            continue
        term = found[index] = infer(nodes[index], scope, known)
        if term is not None and (known is None or (isinstance(term.type, EnumType) and not isinstance(known, EnumType))):
            known = term.type
    for index, node in enumerate(nodes):
        name, term = plain_name(node), found[index]
        if name is not None and isinstance(known, EnumType) and term is not None and not isinstance(term.type, EnumType):
            found[index] = as_member(name, known) or term
    return [found[index] for index in range(len(nodes))]


def choices(nodes: Sequence[syntax.Expr], scope: Scope, expected: Type | None) -> list[Term] | None:
    """Return values of which one is chosen: all of one type, or None (reported)."""
    terms = beside(nodes, scope, expected)
    found = [term for term in terms if term is not None]
    if len(found) < len(terms):
        return None
    found = comparisons.levelled(found)
    for term, node in zip(found, nodes, strict=True):
        if not comparisons.same_type(term.type, found[0].type):
            first = (type_name(found[0].type), nodes[0].span)
            scope.tables.report.add(types.branch_types(node.span, first, type_name(term.type)))
            return None
    return found


# --- operators ---------------------------------------------------------------------------------------------------


def _binary(node: syntax.Binary, scope: Scope, expected: Type | None) -> Term | None:
    """Return a logical operation, comparison, ``or else`` or arithmetic."""
    if node.op in ("and", "or"):
        return _logical(node, scope)
    if node.op == "or else":
        pair = choices((node.left, node.right), scope, expected)
        return None if pair is None else Term(ir.OrElse(pair[0].expr, pair[1].expr, span=node.span), pair[0].type)
    if node.op in COMPARISONS:
        left, right = beside((node.left, node.right), scope)
        if left is None or right is None:
            return None
        place = (node.left.span, node.right.span, scope.tables)
        return _truth(comparisons.compare(COMPARISONS[node.op], left, right, place))
    return _arithmetic(node, scope, expected)


def _logical(node: syntax.Binary, scope: Scope) -> Term | None:
    """Return an ``and`` or ``or``; a chain of them is one operation."""
    operands: list[syntax.Expr] = []
    waiting: list[syntax.Expr] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, syntax.Binary) and part.op == node.op:
            waiting += (part.right, part.left)
        else:
            operands.append(part)
    conditions = [condition(operand, scope) for operand in operands]
    found = tuple(part for part in conditions if part is not None)
    if len(found) < len(conditions):
        return None
    return Term((ir.And if node.op == "and" else ir.Or)(found, span=node.span), Scalar.BOOLEAN)


def _arithmetic(node: syntax.Binary, scope: Scope, expected: Type | None) -> Term | None:
    """Return arithmetic. A length of time that is written out moves a moment by calendar units."""
    op, tables = ARITHMETIC[node.op], scope.tables
    left_length, right_length = arithmetic.written_length(node.left), arithmetic.written_length(node.right)
    adds = op in (ir.ArithOp.ADD, ir.ArithOp.SUB)
    if adds and right_length is not None and left_length is None:
        return _moved(node, (node.left, right_length), scope)
    if op is ir.ArithOp.ADD and left_length is not None and right_length is None:
        return _moved(node, (node.right, left_length), scope)
    left, right = _addends(node, scope, expected) if adds else (infer(node.left, scope), infer(node.right, scope))
    if left is None or right is None:
        return None
    return arithmetic.arith(op, left, right, (node, tables))


def _addends(node: syntax.Binary, scope: Scope, expected: Type | None) -> tuple[Term | None, Term | None]:
    """Return both sides of a sum or difference; a number that is written out takes the type of the other side."""
    sides = (node.left, node.right)
    numbers = [number_of(side) is not None for side in sides]
    if all(numbers):
        hint = expected if expected in NUMERIC else None
        return infer(node.left, scope, hint), infer(node.right, scope, hint)
    if not any(numbers):
        return infer(node.left, scope), infer(node.right, scope)
    other = infer(sides[numbers.index(False)], scope)
    written = sides[numbers.index(True)]
    hint = other.type if other is not None and other.type in NUMERIC else None
    if hint is Scalar.INTEGER and not is_whole(written):
        hint = None
    number = infer(written, scope, hint)
    return (number, other) if numbers[0] else (other, number)


def _moved(node: syntax.Binary, parts: tuple[syntax.Expr, syntax.Duration], scope: Scope) -> Term | None:
    """Return a moment, or a duration, and a length of time that is written out."""
    operand, length = parts
    term = infer(operand, scope)
    if term is None:
        return None
    if term.type in (Scalar.DATE, Scalar.DATETIME):
        sign = 1 if node.op == "+" else -1
        return arithmetic.moved(term, length, sign, (node.span, scope.tables))
    by = natural(length, scope.tables)
    return None if by is None else arithmetic.arith(ARITHMETIC[node.op], term, by, (node, scope.tables))


# --- tests -------------------------------------------------------------------------------------------------------


def _membership(node: syntax.Membership, scope: Scope) -> ir.Expr | None:
    """Return the test whether a value lies in a set, range, period or list."""
    tables = scope.tables
    match node.choices:
        case syntax.SetOf(items):
            return _in_set(node, items, scope)
        case syntax.Range() as limits:
            return _in_range(node, limits, scope)
        case syntax.PeriodSet() as period:
            operand = infer(node.operand, scope)
            return None if operand is None else moments.in_period(operand, period, (node.operand.span, tables))
        case syntax.Reference() as reference:
            operand = infer(node.operand, scope)
            if operand is None or not _any_case_fits(node, operand, scope):
                return None
            return comparisons.in_list(operand, reference, node.any_case, (node.span, tables))


def _any_case_fits(node: syntax.Membership, operand: Term, scope: Scope) -> bool:
    if node.any_case and operand.type is not Scalar.TEXT:
        scope.tables.report.add(types.needs_text(node.operand.span, "any case", type_name(operand.type)))
        return False
    return True


def _in_set(node: syntax.Membership, items: tuple[syntax.Expr, ...], scope: Scope) -> ir.Expr | None:
    """Return the test whether a value is one of some literals."""
    operand, tables = infer(node.operand, scope), scope.tables
    if operand is None or not _any_case_fits(node, operand, scope):
        return None
    found: list[Term] = []
    fine = bool(items)
    for item in items:
        term = infer(item, scope, operand.type)
        if term is not None and not isinstance(term.expr, ir.Literal):
            tables.report.add(types.constant_needed(item.span, "a set"))
        elif term is not None and not comparisons.same_type(term.type, operand.type):
            comparisons.mismatch(node.span, (operand, node.operand.span), (term, item.span), tables)
        elif term is not None:
            found.append(term)
            continue
        fine = False
    if not items:
        tables.report.add(names.needs_clause(node.choices.span, "a set", "at least one value"))
    return comparisons.among(operand, found, node.any_case, (node.span, tables)) if fine else None


def _in_range(node: syntax.Membership, limits: syntax.Range, scope: Scope) -> ir.Expr | None:
    """Return the test whether a value lies between two others."""
    ends = [end for end in (limits.low, limits.high) if end is not None]
    terms = beside((node.operand, *ends), scope)
    operand, tables = terms[0], scope.tables
    found = [term for term in terms[1:] if term is not None]
    if operand is None or len(found) < len(ends) or not comparisons.twice(operand, node.span, tables):
        return None
    low = found[0] if limits.low is not None else None
    high = found[-1] if limits.high is not None else None
    how = (limits.high_open, node.operand.span, [end.span for end in ends], tables)
    return comparisons.between(operand, low, high, how)


def _known(node: syntax.KnownTest, scope: Scope) -> Term | None:
    """Return the test whether a value, or the record of a relation, is there."""
    inner = bare(node.operand)
    if isinstance(inner, syntax.Reference):
        found = resolve(inner, scope)
        if isinstance(found, RelationFound) and not found.relation.many:
            related = ir.Related((*found.path, found.relation.name), found.up, span=node.span)
            return _truth(related, node.missing)
    term = infer(node.operand, scope)
    return None if term is None else _truth(ir.Known(term.expr, span=node.span), node.missing)


def _text_test(node: syntax.TextTest, scope: Scope) -> Term | None:
    """Return the test of a text against another, or whether a classification that collects contains an output."""
    found = collecting(node.operand, scope)
    if found is not None:
        if not found.info.checked:
            raise NotYetChecked(found.info)
        return _truth(contains(node, found, scope), node.negated)
    operand, pattern = infer(node.operand, scope), infer(node.pattern, scope)
    if operand is None or pattern is None:
        return None
    return _truth(comparisons.text_test(node, operand, pattern, scope.tables), node.negated)


def _window(node: syntax.Window, scope: Scope) -> Term | None:
    """Return a window of time around now, today or another moment."""
    moment = infer(node.operand, scope)
    anchor = infer(node.anchor, scope) if node.anchor is not None else None
    if moment is None or (anchor is None and node.anchor is not None):
        return None
    return _truth(moments.window(node, moment, anchor, scope.tables))


def _conditional(node: syntax.Conditional, scope: Scope, expected: Type | None) -> Term | None:
    """Return a choice between two values; without ``else`` it is a condition: not the one, or the other."""
    if node.otherwise is None:
        first, then = condition(node.condition, scope), condition(node.then, scope)
        if first is None or then is None:
            return None
        return Term(ir.Or((ir.Not(first, span=first.span), then), span=node.span), Scalar.BOOLEAN)
    test = condition(node.condition, scope)
    pair = choices((node.then, node.otherwise), scope, expected)
    if test is None or pair is None:
        return None
    return Term(ir.If(test, pair[0].expr, pair[1].expr, span=node.span), pair[0].type)


# --- calls -------------------------------------------------------------------------------------------------------


def _call(node: syntax.Call, scope: Scope, expected: Type | None) -> Term | None:
    """Return a call of a function of the catalogue."""
    report = scope.tables.report
    function = FUNCTIONS.get(node.function.text)
    if function is None:
        report.add(names.unknown_function(node.function.span, node.function.text, FUNCTIONS))
        return None
    count = len(node.arguments)
    if count < function.arity or (count > function.arity and not function.variadic):
        report.add(types.wrong_count(node.span, function.call, count))
        return None
    if function.variadic:
        arguments = choices(node.arguments, scope, expected)
    else:
        terms = [infer(argument, scope) for argument in node.arguments]
        arguments = [term for term in terms if term is not None]
        arguments = arguments if len(arguments) == len(terms) else None
    if arguments is None:
        return None
    result = function.result(tuple(argument.type for argument in arguments))
    if result is None:
        accepted = tuple(dict.fromkeys(p for overload in function.overloads for p in overload.parameters))
        ordered = ("integer", "number", "money", "date", "datetime", "duration", "ordered enum")
        kind = type_name(arguments[0].type)
        report.add(types.wrong_argument(node.arguments[0].span, function.name, kind, accepted or ordered))
        return None
    return Term(ir.Call(function.name, tuple(a.expr for a in arguments), result, span=node.span), result)


def _aggregate(node: syntax.Aggregate, scope: Scope, expected: Type | None) -> Term | None:
    """Return a question about related records; names inside it are those of the related record."""
    found = aggregates.related(node, scope)
    if found is None:
        return None
    relation, inner = found
    value = infer(node.value, inner, expected) if node.value is not None else None
    by = infer(node.by, inner) if node.by is not None else None
    where = condition(node.where, inner) if node.where is not None else None
    have = condition(node.have, inner) if node.have is not None else None
    written = (node.value, node.by, node.where, node.have)
    if any(part is not None and term is None for part, term in zip(written, (value, by, where, have), strict=True)):
        return None
    if node.kind is syntax.AggregateKind.EVERY and have is None:
        scope.tables.report.lacking(names.needs_clause(node.span, "`every`", "what each record should have: `every(… have c)`"))
        return None
    return aggregates.aggregate(node, aggregates.Parts(relation, value, by, where, have), scope.tables)
