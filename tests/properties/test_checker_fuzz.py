"""The checker never raises, whatever is written: it answers with a ruleset or with errors that have places."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from revrules import ir
from revrules.check import check
from revrules.diagnostics import Severity
from revrules.functions import FUNCTIONS
from revrules.loading import load_text
from revrules.types import EnumType, Scalar

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`\n]*`|#[^\n]*|\d[\w.:+-]*\d|\w+|\.\.<?|[<>!]=|\s+|.')
KINDS = (
    r"\d.*",
    r'".*',
    r"(and|or|not|in|is|if|then|else|where|have|of|by|when|from|within|last|next|after|before|ago|more|less|than)",
    r"(boolean|integer|number|money|text|date|datetime|duration|enum)",
    r"(count|any|every|none|sum|min|max|latest|earliest|least|greatest|abs|days|hours|year|length|lower)",
    r"(day|week|month|quarter|year|hour|minute|second)s?",
    r"\w+",
    r"[-+*/<>=!.]+",
)


@cache
def corpus() -> tuple[tuple[str, ...], ...]:
    """Return the tokens of rulesets that use the whole language."""
    texts = re.findall(r"^```rev\n(.*?)^```$", (ROOT / "grammar" / "language.md").read_text(), re.DOTALL | re.MULTILINE)
    for page in sorted((ROOT / "tests" / "diagnostics").glob("*.md")):
        texts += re.findall(r"^```rev\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    return tuple(tuple(TOKEN.findall(text)) for text in texts)


@cache
def words() -> dict[int, tuple[str, ...]]:
    """Return the tokens that occur, by kind."""
    found = {token for text in corpus() for token in text}
    return {kind: tuple(sorted(token for token in found if kind_of(token) == kind)) for kind in range(len(KINDS))}


def kind_of(token: str) -> int | None:
    """Return the number of the first pattern that a token matches."""
    return next((number for number, pattern in enumerate(KINDS) if re.fullmatch(pattern, token)), None)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a ruleset with a few tokens replaced by others, mostly of their kind, dropped or doubled."""
    tokens = list(draw(st.sampled_from(corpus())))
    for _ in range(draw(st.integers(1, 6))):
        position = draw(st.integers(0, len(tokens) - 1))
        kind = kind_of(tokens[position])
        action = draw(st.sampled_from(("like", "like", "like", "like", "any", "drop", "double")))
        if action == "like" and kind is not None and words()[kind]:
            tokens[position] = draw(st.sampled_from(words()[kind]))
        elif action == "any":
            tokens[position] = draw(st.sampled_from(words()[draw(st.integers(0, len(KINDS) - 1))]))
        elif action == "drop":
            tokens[position] = " "
        elif action == "double":
            tokens[position] = f"{tokens[position]} {tokens[position]}"
    return "".join(tokens)


@settings(max_examples=400, deadline=None)
@given(mutated())
@example("")
@example("entity a { b enum { }")
def test_checking_any_text_ends_with_a_ruleset_or_with_placed_errors(text: str) -> None:
    loaded = load_text(text)
    ruleset, problems = check(loaded)
    diagnostics = [*loaded.diagnostics, *problems]
    assert (ruleset is None) == any(d.severity is Severity.ERROR for d in diagnostics)
    for diagnostic in diagnostics:
        assert diagnostic.message and "\n" not in diagnostic.message
        spans = [diagnostic.span, *(label.span for label in diagnostic.related), *(edit.span for edit in diagnostic.edits)]
        for span in spans:
            assert span is not None
            assert 0 <= span.start <= span.end <= len(loaded.sources[span.path].text)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_checking_twice_gives_the_same(text: str) -> None:
    loaded = load_text(text)
    assert check(loaded) == check(loaded)


# --- what is accepted is well typed ------------------------------------------------------------------------------

SCHEMA = """
list words { "a", "b" }
calendar office { days monday..friday hours 09:00..17:00 }
entity account key id {
  id text  name text  size integer  share number  arr money  paid boolean  day date  seen datetime  wait duration
  kind enum { old, new }  rank ordered enum { low, high }
  parent one account by parent_id
  deals many deal by account_id
}
entity deal { account_id text  name text  size integer  share number  arr money  paid boolean  day date  seen datetime
  wait duration  kind enum { old, new }  rank ordered enum { low, high }  parent one account by up_id }
score fit of account { +1 when paid }
score fine of account { +0.5 when paid }
"""
FORMS: dict[str, tuple[str, ...]] = {
    "condition": (
        "{number} {order} {number}",
        "{integer} {order} {integer}",
        "{money} {order} {money}",
        "{date} {order} {date}",
        "{datetime} {order} {datetime}",
        "{duration} {order} {duration}",
        "{text} = {text}",
        "{enum} = {enum}",
        "{rank} >= {rank}",
        "{condition} and {condition}",
        "{condition} or {condition}",
        "not {condition}",
        "paid",
        "{text} in words",
        "{integer} in {literal}..",
        "{integer} in {{ 1, 2 }}",
        '{text} contains "x"',
        "{money} is known",
        "{enum} in {{ old, new }}",
        "{date} within last 3 months",
        "{datetime} within 2 days after {datetime}",
        "{datetime} more than 3 hours ago",
        "{date} in this quarter",
        "{datetime} within 2 business days after {datetime}",
        "parent is missing",
        "any(deals where {inner})",
        "every(deals have {inner})",
        "if {condition} then {condition}",
    ),
    "inner": ("{integer} > 1", "paid", "{enum} = new", "{money} > this.arr", "{date} = this.day", "not paid"),
    "order": ("=", "<", ">=", "!="),
    "literal": ("1", "5", "-3"),
    "integer": (
        "size",
        "parent.size",
        "{literal}",
        "{integer} + {integer}",
        "{integer} * {literal}",
        "-{integer}",
        "length({text})",
        "count(deals where {inner})",
        "fit",
        "least({integer}, {integer})",
        "days({duration})",
        "month({date})",
        "(if {condition} then {integer} else {integer})",
        "({integer} or else {integer})",
        "sum(size of deals)",
    ),
    "number": (
        "share",
        "0.5",
        "20%",
        "{integer} / {integer}",
        "{money} / {money}",
        "{number} + {integer}",
        "number({money})",
        "fine",
    ),
    "money": (
        "arr",
        "money({integer})",
        "{money} + {money}",
        "{money} * {literal}",
        "max(arr of deals where {inner})",
        "abs({money})",
    ),
    "text": ("name", "parent.name", '"a"', "lower({text})", "latest(name of deals by seen)"),
    "date": (
        "day",
        "today",
        "2026-01-01",
        "{date} + 3 days",
        "start of month of {date}",
        "date of {datetime}",
        "min(day of deals)",
    ),
    "datetime": ("seen", "now", "2026-01-01T10:00", "{datetime} - 1 month", "{datetime} + {duration}"),
    "duration": ("wait", "3 days", "{date} - {date}", "{datetime} - {datetime}", "{duration} * 2", "2 hours"),
    "enum": ("kind", "new", "(if {condition} then kind else old)", "latest(kind of deals by day)"),
    "rank": ("rank", "high", "parent.rank"),
}


@st.composite
def expressions(draw: st.DrawFn, kind: str = "condition", depth: int = 3) -> str:
    """Draw a condition, now and then with a part of another type."""
    if depth < 3 and draw(st.integers(0, 30)) == 0:
        kind = draw(st.sampled_from(sorted(FORMS)))
    forms = FORMS[kind] if depth else tuple(form for form in FORMS[kind] if "{" not in form) or FORMS[kind]
    form = draw(st.sampled_from(forms))
    text = ""
    for part in re.split(r"(\{\w+\})", form):
        is_hole = re.fullmatch(r"\{\w+\}", part)
        text += draw(expressions(part[1:-1], max(depth - 1, 0))) if is_hole else part.replace("{{", "{").replace("}}", "}")
    return f"({text})" if " " in text and kind not in ("order", "literal") and depth < 3 else text


def parts(node: object) -> list[ir.Node]:
    """Return the nodes of an expression."""
    found, waiting = [], [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, ir.Node):
            found.append(item)
            waiting.extend(getattr(item, name) for name in type(item).__slots__)
    return found


def is_ranged(expr: object) -> bool:
    """Return whether an expression is a count, a score, or made of them by + and -, whole multiples and minus."""
    match expr:
        case ir.Count() | ir.Points() | ir.Ref(ranged=True):
            return True
        case ir.Negate(operand):
            return is_ranged(operand)
        case ir.Arith(ir.ArithOp.ADD | ir.ArithOp.SUB, left, right):
            return is_ranged(left) or is_ranged(right)
        case ir.Arith(ir.ArithOp.MUL, left, right):
            return (is_ranged(left) and is_whole(right)) or (is_ranged(right) and is_whole(left))
        case _:
            return False


def identity_of_type(expr: ir.Expr) -> object:
    """Return the type of an expression; enums are the same type when their members' names are."""
    type_ = ir.type_of(expr)
    return type_.member_names if isinstance(type_, EnumType) else type_


def is_whole(expr: object) -> bool:
    """Return whether an expression is a whole number that is written out."""
    while isinstance(expr, ir.Negate):
        expr = expr.operand
    return isinstance(expr, ir.Literal) and isinstance(expr.value, int | float) and expr.value == int(expr.value)


PYTHON_TYPES = {
    Scalar.BOOLEAN: bool, Scalar.INTEGER: int, Scalar.NUMBER: float, Scalar.MONEY: Decimal, Scalar.TEXT: str,
    Scalar.DATE: datetime.date, Scalar.DATETIME: datetime.datetime, Scalar.DURATION: datetime.timedelta,
}  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(expressions())
def test_what_is_accepted_is_well_typed_and_what_is_not_is_reported(text: str) -> None:
    loaded = load_text(f"{SCHEMA}\ndefine x of account {{ means {text} }}")
    ruleset, problems = check(loaded)
    assert (ruleset is None) == bool(problems or loaded.diagnostics)
    for node in parts(ruleset.definition("account.x").expr) if ruleset is not None else ():
        match node:
            case ir.Literal(value, Scalar() as type_):
                assert type(value) is PYTHON_TYPES[type_]
            case ir.Compare(_, left, right) | ir.RangedCompare(_, left, right):
                assert identity_of_type(left) == identity_of_type(right)
                assert (is_ranged(left) or is_ranged(right)) == isinstance(node, ir.RangedCompare)
            case ir.And(operands) | ir.Or(operands):
                assert operands
                assert {ir.type_of(operand) for operand in operands} == {Scalar.BOOLEAN}
            case ir.Arith(ir.ArithOp.MUL, left, right, Scalar.MONEY | Scalar.DURATION as type_):
                assert (ir.type_of(left), ir.type_of(right)) == (type_, Scalar.INTEGER)
            case ir.Arith(_, left, right, Scalar.INTEGER | Scalar.NUMBER | Scalar.MONEY as type_):
                assert ir.type_of(left) == ir.type_of(right) == type_
            case ir.Call(function, arguments, type_):
                assert FUNCTIONS[function].result(tuple(ir.type_of(argument) for argument in arguments)) == type_
            case ir.OrElse(first, second) | ir.If(_, first, second):
                assert identity_of_type(first) == identity_of_type(second)
            case _:
                pass
