"""What can be written is read as written: words in context, literals, clauses, documentation, places."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from lark import Lark, Token

from revrules import syntax
from revrules.parse import parse
from revrules.parse.builders import BUILDERS
from revrules.parse.leaves import LEAVES
from revrules.parse.lexer import lex
from revrules.parse.machine import Halt, Machine
from revrules.parse.site import Site
from revrules.parse.tables import lalr_tables
from revrules.source import Source

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = (ROOT / "grammar" / "language.md").read_text(encoding="utf-8")
RULESETS = sorted(file for folder in ("rulesets", "examples", "tests", "benchmarks") for file in (ROOT / folder).rglob("*.rev"))


def read(text: str) -> syntax.File:
    """Return the tree of ``text``, which must have no problem."""
    file, problems = parse(Source("rules.rev", text))
    assert [problem.message for problem in problems] == []
    return file


def condition(text: str) -> syntax.Expr:
    """Return the tree of one condition."""
    define = read(f"define d of e {{ means {text} }}").declarations[0]
    assert isinstance(define, syntax.Define)
    assert isinstance(define.means, syntax.Criterion)
    return define.means.condition


def entity(fields: str) -> syntax.Entity:
    found = read(f"entity e {{\n{fields}\n}}").declarations[0]
    assert isinstance(found, syntax.Entity)
    return found


def stage(head: str, clauses: str) -> syntax.Stage:
    lifecycle = read(f"lifecycle l of e {{ stage {head} {{ {clauses} }} }}").declarations[0]
    assert isinstance(lifecycle, syntax.Lifecycle)
    return lifecycle.stages[0]


@pytest.mark.parametrize("text", re.findall(r"```rev\n(.*?)```", DEFINITION, re.DOTALL))
def test_the_rulesets_of_the_language_definition_are_read(text: str) -> None:
    assert read(text).declarations


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_rulesets_of_the_repository_are_read(path: Path) -> None:
    assert read(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lark_accepts_the_words_as_the_parser_reads_them(lark_parser: Lark, path: Path) -> None:
    source = Source("rules.rev", path.read_text(encoding="utf-8"))
    lexed = lex(source)
    machine = Machine(lalr_tables(), BUILDERS, LEAVES, Site(source.path, source.text, lexed.docs), lexed.tokens)
    assert machine.run() is Halt.DONE
    lark = lark_parser.parse_interactive("")
    for reading, token in zip(machine.readings, lexed.tokens, strict=False):
        lark.feed_token(Token(reading, token.text))
    assert lark.feed_eof().data == "file"


@pytest.fixture(scope="module")
def lark_parser() -> Lark:
    return Lark((ROOT / "grammar" / "revrules.lark").read_text(encoding="utf-8"), parser="lalr", start="file")


# --- words in context --------------------------------------------------------------------------------------------

FIELD_NAMES = """
owner stage type title label score status rule list team entry probability forecast from back money date lost won key in
as missing any none count sum min max latest earliest start days hours on of by is to entity when where within not and
or if then else true false today now allow stage_name text number one many base up per every some no has have for import
system define
""".split()  # noqa: SIM905  # eighty words are read better like this

COMMON_NAMES = """
owner stage type title score status rule list team entry probability forecast from back money date lost won count sum
min max latest earliest start contains within more less at starts matches any none every is in
""".split()  # noqa: SIM905  # as above


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_every_word_may_name_a_field(name: str) -> None:
    fields = entity(f"  first text from crm\n  {name} text required\n  {name}_2 integer 1.. owner sales\n  {name}_3 date").fields
    assert [field.name.text for field in fields] == ["first", name, f"{name}_2", f"{name}_3"]


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_every_word_may_name_a_member_a_criterion_and_a_stage(name: str) -> None:
    assert [m.name.text for m in entity(f"kind enum {{ {name}, b }}").fields[0].type.members] == [name, "b"]
    group = stage(
        name, f"requires all of {{ {name}: a is known  b: c in {{ {name}, d }} }} from {name if name != 'any' else 'x'}"
    ).requires
    assert isinstance(group, syntax.CriteriaGroup)
    assert [member.name.text for member in group.members if member.name] == [name, "b"]


@pytest.mark.parametrize("name", COMMON_NAMES)
def test_common_words_may_be_referred_to_in_conditions(name: str) -> None:
    expected = syntax.Binary("=", reference(name), number(3), span=condition("a").span)
    assert condition(f"{name} = 3") == expected
    assert condition(f"`{name}` = 3") == expected


def test_a_word_that_is_an_operator_may_be_referred_to_in_backticks() -> None:
    for name in ("not", "if", "true", "false", "today", "now"):
        assert condition(f"`{name}` is known") == syntax.KnownTest(reference(name), missing=False, span=condition("a").span)


def test_branches_may_be_named_like_words_of_the_language() -> None:
    classify = read(
        'classify c of e, first match { owner when a  won "Won" when b  otherwise other  otherwise_2 when d }'
    ).declarations[0]
    assert isinstance(classify, syntax.Classify)
    assert [branch.member.name.text for branch in classify.branches] == ["owner", "won", "otherwise_2"]
    assert classify.otherwise is not None
    assert classify.otherwise.name.text == "other"


def test_points_of_a_score_are_no_sums() -> None:
    score = read("score s of e { +40 when a > 2 + 3\n -5 per count(visits) up to 20 when b\n +1 per n base 10 }").declarations[0]
    assert isinstance(score, syntax.Score)
    assert [(line.points.value, line.up_to is not None, line.condition is not None) for line in score.lines] == [
        (40, False, True),
        (-5, True, True),
        (1, False, False),
        (10, False, False),
    ]


def reference(*names: str) -> syntax.Reference:
    span = condition("a").span
    return syntax.Reference(tuple(syntax.Name(name, span=span) for name in names), span=span)


def number(value: int | Decimal) -> syntax.Number:
    return syntax.Number(value, span=condition("a").span)


# --- literals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "percent"),
    [("60", 60, False), ("1_000", 1000, False), ("0.5", Decimal("0.5"), False), ("20%", Decimal("0.2"), True), ("100%", 1, True)],
)
def test_numbers_are_exact(written: str, value: int | Decimal, percent: bool) -> None:
    assert condition(written) == syntax.Number(value, percent, span=condition("a").span)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\n"', r"a\n"),
        (r'"a\nb\t"', "a\nb\t"),
        (r'"\u{20AC} \u{1F600}"', "€ 😀"),
        ('"# no comment"', "# no comment"),
    ],
)
def test_escapes_of_texts_are_resolved(written: str, value: str) -> None:
    assert condition(written) == syntax.Text(value, span=condition("a").span)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-11-02T09:00Z", datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)),
        ("2026-11-02T09:00+01:00", datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.UTC)),
        ("2026-11-02T09:00", datetime.datetime(2026, 11, 2, 9)),
        ("2026-11-02T09:00:30.25", datetime.datetime(2026, 11, 2, 9, 0, 30, 250_000)),
    ],
)
def test_instants_keep_their_offset_or_have_none(written: str, value: datetime.datetime) -> None:
    found = condition(written)
    assert isinstance(found, syntax.DateTime)
    assert found.value == value
    assert (found.value.tzinfo is None) == (value.tzinfo is None)


def test_names_are_the_same_in_both_unicode_forms() -> None:
    assert condition("größe is known") == condition("gro\u0308ße is known")
    assert condition("`größe` is known") == condition("größe is known")


# --- expressions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not a = b", "not (a = b)"),
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("-a * b", "(-a) * b"),
        ("a or else b + c", "a or else (b + c)"),
        ("a or else 0 > 5", "(a or else 0) > 5"),
        ("if a then b else if c then d", "if a then b else (if c then d)"),
        ("a is known and b within last 30 days", "(a is known) and (b within last 30 days)"),
        ("a - 30 days > b", "(a - 30 days) > b"),
        ("x in today..today + 30 days and y", "(x in today..(today + 30 days)) and y"),
    ],
)
def test_operators_bind_as_the_definition_says(written: str, meant: str) -> None:
    assert bare(condition(written)) == bare(condition(meant))


def bare(expr: object) -> object:
    """Return ``expr`` without its parentheses, as plain data."""
    while isinstance(expr, syntax.Parens):
        expr = expr.inner
    if isinstance(expr, syntax.Node):
        slots = [name for cls in type(expr).__mro__ for name in getattr(cls, "__slots__", ()) if name not in ("span", "quoted")]
        return (type(expr).__name__, *(bare(getattr(expr, name)) for name in slots))
    return tuple(bare(part) for part in expr) if isinstance(expr, tuple) else expr


@pytest.mark.parametrize(
    "written",
    [
        'domain contains "a" any case',
        'domain not starts with "a"',
        'domain ends with "a"',
        'domain matches "[a-z]+"',
        'domain = "a" any case',
        "x in consumer_domains any case",
        'x not in { "a", "b", }',
        "x in { a, -1, 2026-01-01, true, 30 days }",
        "x in ..99 or x in 0..<1000 or x in 100..",
        "d in this quarter or d in next fiscal year",
        "m within next 2 weeks",
        "m within 2 business hours on office after e",
        "m within 3 days before e or m within 1 day of e",
        "m more than 45 days ago or m less than 1 month ago or m at least 2 days ago or m at most 3 quarters ago",
        "m more than 2 business days after e or m less than 5 days before e",
        "start of month <= d and start of fiscal quarter of d = e",
        "date of accepted_at = today",
        "count(meetings) >= 1 and none(deals where won) and any(contacts)",
        "every(contacts have email is known) and every(contacts where a have b)",
        "sum(amount or else 0 of deals where won) > 5 and min(date of held_at of parent.meetings) < today",
        "latest(stage of deals by closed_at where closed_at is known) = won",
        "least(a, b, 3) > greatest(a, b) + length(c)",
        "this.renewal = parent.parent.renewal",
        "qualified for sales and not qualified for marketing",
        "all of { a: x  at least 1 of { b: y at least 1 day ago  c: z } d: any of { e: f } { g: h } }",
    ],
)
def test_every_form_of_the_definition_is_read(written: str) -> None:
    read(f"define d of e {{ means {written} }}")


def test_a_long_chain_of_alternatives_is_no_deep_tree() -> None:
    found = condition(" or ".join(f'domain = "{n}.example"' for n in range(2_000)))
    depth = 0
    while isinstance(found, syntax.Binary):
        found, depth = found.left, depth + 1
    assert depth < 60


# --- declarations ------------------------------------------------------------------------------------------------


def test_clauses_stand_in_any_order() -> None:
    one = stage("s", "entry owner sales from a requires x > 1 stamped by t leave within 2 days won probability 20% forecast f")
    two = stage("s", "forecast f probability 20% won leave within 2 days stamped by t requires x > 1 from a owner sales entry")
    assert one == two


def test_documentation_belongs_to_what_follows() -> None:
    file = read(
        "## A team.\n## Of two lines.\n# a comment\nteam sales\n\n"
        "entity e {\n  ## A field.\n  a text\n  b text ## of the next\n  c text\n}"
    )
    team, found = file.declarations
    assert isinstance(team, syntax.Team)
    assert isinstance(found, syntax.Entity)
    assert team.doc == "A team.\nOf two lines."
    assert [field.doc for field in found.fields] == ["A field.", None, "of the next"]


def test_working_days_may_pass_the_end_of_the_week() -> None:
    calendar = read("calendar c { days saturday..monday, wednesday hours 08:30..17:00 }").declarations[0]
    assert isinstance(calendar, syntax.Calendar)
    assert [day.text for day in calendar.days] == ["saturday", "sunday", "monday", "wednesday"]
    assert (calendar.opens, calendar.closes) == (datetime.time(8, 30), datetime.time(17))


def test_accepted_findings_are_named_with_hyphens() -> None:
    allow = read('allow won-is-the-end on customer because "x" until 2027-06-30').declarations[0]
    assert isinstance(allow, syntax.Allow)
    assert allow.finding.text == "won-is-the-end"


def test_the_owner_of_a_file_may_follow_an_assertion() -> None:
    file = read("assert every customer of revenue has qualified\nfor team sales")
    assert isinstance(file.declarations[1], syntax.FileOwner)


def test_one_expectation_may_make_several_claims() -> None:
    claims = "expect stage none blocked by a, b expect q for t is unknown s = big"
    example = read(f'example "x" of e {{ given {{ a = missing }} {claims} }}').declarations[0]
    assert isinstance(example, syntax.Example)
    assert [claim.kind.value for claim in example.expectations] == ["stage", "blocked by", "value", "value"]


def test_an_empty_file_and_one_of_comments_have_no_declarations() -> None:
    assert read("").declarations == ()
    assert read("\n# nothing\n## at all").declarations == ()


def test_every_node_covers_its_text() -> None:
    text = 'team  sales "Sales"\ndefine d of e { means  x + 1 >= y }\n'
    team, define = read(text).declarations
    assert text[team.span.start : team.span.end] == 'team  sales "Sales"'
    assert isinstance(define, syntax.Define)
    assert isinstance(define.means, syntax.Criterion)
    assert isinstance(define.means.condition, syntax.Binary)
    assert text[define.means.span.start : define.means.span.end] == "x + 1 >= y"
    left = define.means.condition.left.span
    assert text[left.start : left.end] == "x + 1"
