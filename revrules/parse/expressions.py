"""The parts of an expression into its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from revrules import syntax
from revrules.problems import syntax as problems
from revrules.syntax import AggregateKind, Unit, WindowKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.parse.lexer import Token
    from revrules.parse.site import Site
    from revrules.source import Span
    from revrules.syntax import Expr

Path: TypeAlias = tuple[syntax.Name, ...]
_BALANCED_FROM = 50
"""From so many operands on, a chain of ``and`` or ``or`` becomes a balanced tree, so that its depth stays small."""


def conditional(site: Site, span: Span, condition: Expr, then: Expr, otherwise: Expr | None) -> Expr:
    """``if c then x else y``."""
    return syntax.Conditional(condition, then, otherwise, span=span)


def disjunction(site: Site, span: Span, *operands: Expr) -> Expr:
    """``a or b or c``."""
    return _chain("or", operands)


def conjunction(site: Site, span: Span, *operands: Expr) -> Expr:
    """``a and b and c``."""
    return _chain("and", operands)


def or_else(site: Site, span: Span, *operands: Expr) -> Expr:
    """``a or else b``."""
    return _chain("or else", operands)


def _chain(op: str, operands: tuple[Expr, ...]) -> Expr:
    if len(operands) >= _BALANCED_FROM:
        middle = len(operands) // 2
        left, right = _chain(op, operands[:middle]), _chain(op, operands[middle:])
        return syntax.Binary(op, left, right, span=left.span.to(right.span))
    tree = operands[0]
    for operand in operands[1:]:
        tree = syntax.Binary(op, tree, operand, span=tree.span.to(operand.span))
    return tree


def arithmetic(site: Site, span: Span, first: Expr, *rest: Token | Expr) -> Expr:
    """``a + b - c`` and ``a * b / c``, from left to right."""
    if len(rest) > 2 * MOST_OPERATORS:
        site.problems.append(problems.too_deep(span, MOST_OPERATORS))
        return first
    tree = first
    for sign, operand in zip(rest[::2], rest[1::2], strict=True):
        right = cast("Expr", operand)
        tree = syntax.Binary(cast("Token", sign).text, tree, right, span=tree.span.to(right.span))
    return tree


MOST_OPERATORS = 100


def not_(site: Site, span: Span, operand: Expr) -> Expr:
    """``not x``."""
    return syntax.Unary("not", operand, span=span)


def negative(site: Site, span: Span, minus: Token, operand: Expr) -> Expr:
    """``-x``."""
    return syntax.Unary("-", operand, span=span)


def comparison(site: Site, span: Span, left: Expr, op: Token, right: Expr, any_case: bool | None) -> Expr:
    """``a < b``, ``a = b any case``."""
    if any_case and op.text in ("=", "!="):
        return syntax.TextTest(left, "equals", right, negated=op.text == "!=", any_case=True, span=span)
    if any_case:
        site.problems.append(problems.any_case_with_order(span, op.text))
    if op.text in ("=", "!=") and _is_null(right):
        site.problems.append(problems.null(right.span, op.text))
        return syntax.KnownTest(left, op.text == "=", span=span)
    return syntax.Binary(op.text, left, right, span=span)


def _is_null(expr: Expr) -> bool:
    return (
        isinstance(expr, syntax.Reference)
        and expr.team is None
        and len(expr.path) == 1
        and not expr.path[0].quoted
        and expr.path[0].text in ("null", "NULL", "Null", "nil")
    )


def any_case(site: Site, span: Span) -> bool:
    """``any case`` after a comparison of texts."""
    return True


def is_in(site: Site, span: Span, operand: Expr, choices: Choices, any_case: bool | None) -> Expr:
    """``x in …``."""
    return _membership(site, span, operand, choices, negated=False, any_case=any_case)


def is_not_in(site: Site, span: Span, operand: Expr, choices: Choices, any_case: bool | None) -> Expr:
    """``x not in …``."""
    return _membership(site, span, operand, choices, negated=True, any_case=any_case)


Choices: TypeAlias = "syntax.SetOf | syntax.Range | syntax.PeriodSet | Expr"


def _membership(site: Site, span: Span, operand: Expr, choices: Choices, *, negated: bool, any_case: bool | None) -> Expr:
    if not isinstance(choices, (syntax.SetOf, syntax.Range, syntax.PeriodSet, syntax.Reference)):
        site.problems.append(problems.not_a_choice(choices.span))
        choices = syntax.SetOf((choices,), span=choices.span)
    return syntax.Membership(operand, choices, negated, bool(any_case), span=span)


def set_of(site: Site, span: Span, *items: Expr) -> syntax.SetOf:
    """``{ "DE", "FR" }``."""
    return syntax.SetOf(items, span=span)


def set_name(site: Site, span: Span, name: syntax.Name) -> Expr:
    """The name of an enum member in a set."""
    return syntax.Reference((name,), span=span)


def period(site: Site, span: Span, which: Token, fiscal: bool | None, unit: Token) -> syntax.PeriodSet:
    """``this quarter``, ``last fiscal year``."""
    return syntax.PeriodSet(which.text, bool(fiscal), unit_of(unit), span=span)


def fiscal(site: Site, span: Span) -> bool:
    """The word ``fiscal`` before a unit."""
    return True


def list_name(site: Site, span: Span, name: Expr) -> Expr:
    """``consumer_domains`` after ``in``."""
    return name


def range_from(site: Site, span: Span, low: Expr, dots: Token, high: Expr | None) -> syntax.Range:
    """``50..5000``, ``100..``, ``0..<1000``."""
    return syntax.Range(low, high, dots.text == "..<", span=span)


def range_to(site: Site, span: Span, dots: Token, high: Expr) -> syntax.Range:
    """``..99``, ``..<100``."""
    return syntax.Range(None, high, dots.text == "..<", span=span)


def is_known(site: Site, span: Span, operand: Expr) -> Expr:
    """``x is known``."""
    return syntax.KnownTest(operand, missing=False, span=span)


def is_missing(site: Site, span: Span, operand: Expr) -> Expr:
    """``x is missing``."""
    return syntax.KnownTest(operand, missing=True, span=span)


def text(site: Site, span: Span, operand: Expr, test: str, pattern: Expr, any_case: bool | None) -> Expr:
    """``x contains "a"``."""
    return syntax.TextTest(operand, test, pattern, any_case=bool(any_case), span=span)


def not_text(site: Site, span: Span, operand: Expr, test: str, pattern: Expr, any_case: bool | None) -> Expr:
    """``x not contains "a"``."""
    return syntax.TextTest(operand, test, pattern, negated=True, any_case=bool(any_case), span=span)


def _word(word: str) -> Callable[[Site, Span], str]:
    def build(site: Site, span: Span) -> str:
        return word

    return build


def within_last(site: Site, span: Span, operand: Expr, amount: syntax.Duration) -> Expr:
    """``x within last 30 days``."""
    return syntax.Window(operand, WindowKind.WITHIN_LAST, amount, span=span)


def within_next(site: Site, span: Span, operand: Expr, amount: syntax.Duration) -> Expr:
    """``x within next 30 days``."""
    return syntax.Window(operand, WindowKind.WITHIN_NEXT, amount, span=span)


def within(site: Site, span: Span, operand: Expr, amount: syntax.Duration, relation: Token, anchor: Expr) -> Expr:
    """``x within 2 days after y``, ``before y``, ``of y``."""
    return syntax.Window(operand, WindowKind(f"within {relation.text}"), amount, anchor, span=span)


def ago(site: Site, span: Span, operand: Expr, word: Token, amount: syntax.Duration) -> Expr:
    """``x more than 45 days ago``, ``less than``."""
    return syntax.Window(operand, WindowKind(f"{word.text} than ago"), amount, span=span)


def more_or_less(
    site: Site, span: Span, operand: Expr, word: Token, amount: syntax.Duration, relation: Token, anchor: Expr
) -> Expr:
    """``x more than 2 days after y``, ``less than 2 days before y``."""
    return syntax.Window(operand, WindowKind(f"{word.text} than {relation.text}"), amount, anchor, span=span)


def at_ago(site: Site, span: Span, operand: Expr, word: Token, amount: syntax.Duration) -> Expr:
    """``x at least 45 days ago``, ``at most``."""
    return syntax.Window(operand, WindowKind(f"at {word.text} ago"), amount, span=span)


def parens(site: Site, span: Span, inner: Expr) -> Expr:
    """``( … )``."""
    return syntax.Parens(inner, span=span)


def path(site: Site, span: Span, *names: syntax.Name) -> Path:
    """``parent.country``."""
    return names


def reference(site: Site, span: Span, path: Path, team: syntax.Name | None) -> syntax.Reference:
    """``parent.country``, ``qualified for sales``."""
    return syntax.Reference(path, team, span=span)


def call(site: Site, span: Span, function: syntax.Name, arguments: tuple[Expr, ...] | None) -> Expr:
    """``email_domain(email)``."""
    return syntax.Call(function, arguments or (), span=span)


def arguments(site: Site, span: Span, *values: Expr) -> tuple[Expr, ...]:
    """What stands between the parentheses of a call."""
    return values


def duration(
    site: Site, span: Span, count: syntax.Number, business: bool | None, unit: Token, calendar: syntax.Name | None
) -> syntax.Duration:
    """``2 business days on office``."""
    return syntax.Duration(int(count.value), unit_of(unit), bool(business), calendar, span=span)


def plain_duration(site: Site, span: Span, count: syntax.Number, unit: Token) -> syntax.Duration:
    """``30 days`` where no calendar can be meant."""
    return syntax.Duration(int(count.value), unit_of(unit), span=span)


def unit_of(token: Token) -> Unit:
    """Return the unit of ``day`` or ``days``."""
    return Unit(token.text.removesuffix("s"))


def business(site: Site, span: Span) -> bool:
    """The word ``business`` before a unit."""
    return True


def where(site: Site, span: Span, condition: Expr) -> Expr:
    """``where c``."""
    return condition


def _relation(path: Path) -> syntax.Reference:
    return syntax.Reference(path, span=path[0].span.to(path[-1].span))


def tally(site: Site, span: Span, word: Token, path: Path, where: Expr | None) -> Expr:
    """``count(meetings where c)``, ``any(…)``, ``none(…)``."""
    return syntax.Aggregate(AggregateKind(word.text), _relation(path), where=where, span=span)


def every(site: Site, span: Span, path: Path, where: Expr | None, have: Expr) -> Expr:
    """``every(contacts where a have c)``."""
    return syntax.Aggregate(AggregateKind.EVERY, _relation(path), where=where, have=have, span=span)


def total(site: Site, span: Span, word: Token, value: Expr, path: Path, where: Expr | None) -> Expr:
    """``sum(amount of deals where c)``, ``min(…)``, ``max(…)``."""
    return syntax.Aggregate(AggregateKind(word.text), _relation(path), value, where=where, span=span)


def pick(site: Site, span: Span, word: Token, value: Expr, path: Path, by: Expr, where: Expr | None) -> Expr:
    """``latest(stage of deals by closed_at where c)``, ``earliest(…)``."""
    return syntax.Aggregate(AggregateKind(word.text), _relation(path), value, by, where, span=span)


def start_of(site: Site, span: Span, fiscal: bool | None, unit: Token, moment: Expr | None) -> Expr:
    """``start of month``, ``start of fiscal year of close_date``."""
    return syntax.StartOf(unit_of(unit), bool(fiscal), moment, span=span)


def date_of(site: Site, span: Span, moment: Expr) -> Expr:
    """``date of accepted_at``."""
    return syntax.DateOf(moment, span=span)


def signed(site: Site, span: Span, *parts: Token | syntax.Number) -> syntax.Number:
    """``5`` or ``-5`` where only a number can stand."""
    number = cast("syntax.Number", parts[-1])
    return number if len(parts) == 1 else syntax.Number(-number.value, number.percent, span=span)


BUILDERS: dict[str, Callable[..., object]] = {
    **{
        builder.__name__: builder
        for builder in (
            conditional, disjunction, conjunction, or_else, not_, negative, comparison, any_case, is_in, is_not_in, set_of,
            set_name, period, fiscal, list_name, range_from, range_to, is_known, is_missing, text, not_text, within_last,
            within_next, within, ago, more_or_less, at_ago, parens, path, reference, call, arguments, duration, plain_duration,
            business, where, tally, every, total, pick, start_of, date_of, signed,
        )
    },
    "addition": arithmetic,
    "multiplication": arithmetic,
    "contains": _word("contains"),
    "starts_with": _word("starts with"),
    "ends_with": _word("ends with"),
    "matches": _word("matches"),
}  # fmt: skip
"""What each rule of the grammar about expressions becomes."""
