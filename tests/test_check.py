"""What the checker makes of what was written: the IR of each sugar, names, variants, order."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal

import pytest

from revrules import ir
from revrules.check import check
from revrules.functions import FUNCTIONS
from revrules.loading import load_text
from revrules.syntax import Unit
from revrules.types import EnumMember, EnumType, Scalar

SCHEMA = """
ruleset acme { timezone "Europe/Berlin"  fiscal year starts february }
team marketing
team sales
list domains { "a.com", "b.com" }
list codes { 1, 2 }
list labels { "Old", "new" }
calendar office { days monday..friday hours 09:00..17:00 }
entity account key id {
  id      text
  size    integer
  share   number
  arr     money
  name    text
  paid    boolean
  day     date
  seen    datetime
  met     datetime
  wait    duration
  kind    enum { old "Old", new "New", gone }
  parent  one account by parent_id as "Parent"
  deals   many deal by account_id
}
entity deal key number {
  number      text
  account_id  text
  amount      money
  closed      date
  won         boolean
  lines       many line by deal_id
  account     one account by account_id
}
entity line { deal_id text  units integer }
score fit of account 0..100 { +10 when paid }
"""

B, I, N, M, T = Scalar.BOOLEAN, Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY, Scalar.TEXT  # noqa: E741  (the types)
D, DT, L = Scalar.DATE, Scalar.DATETIME, Scalar.DURATION
KIND = EnumType("account.kind", (EnumMember("old", ("Old",)), EnumMember("new", ("New",)), EnumMember("gone")))
EQ, NE, LT, LE, GT, GE = ir.CompareOp
ADD, SUB, MUL, DIV = ir.ArithOp
SIZE, SHARE, ARR, NAME, PAID = (ir.Field(n, t) for n, t in (("size", I), ("share", N), ("arr", M), ("name", T), ("paid", B)))
DAY, SEEN, MET, WAIT = (ir.Field(n, t) for n, t in (("day", D), ("seen", DT), ("met", DT), ("wait", L)))
KIND_FIELD = ir.Field("kind", KIND)
DEALS = ir.Many("deals", "deal")
WON = ir.Field("won", B)
TRUE = ir.Literal(True, B)
FIT = ir.Ref("account.fit", I, ranged=True)


def compiled(text: str) -> ir.Ruleset:
    loaded = load_text(text)
    ruleset, problems = check(loaded)
    assert [d.message for d in (*loaded.diagnostics, *problems)] == []
    assert ruleset is not None
    return ruleset


def meaning(expression: str) -> ir.Expr:
    return compiled(f"{SCHEMA}\ndefine x of account {{ means {expression} }}").definition("account.x").expr


def errors(text: str) -> list[str]:
    loaded = load_text(text)
    return [f"{d.code} {d.message}" for d in (*loaded.diagnostics, *check(loaded)[1])]


def lit(value: ir.Value) -> ir.Literal:
    kinds = {bool: B, int: I, float: N, Decimal: M, str: T, datetime.date: D, datetime.datetime: DT, datetime.timedelta: L}
    return ir.Literal(value, kinds[type(value)])


def days(count: int) -> ir.Literal:
    return lit(datetime.timedelta(days=count))


def count(where: ir.Expr = TRUE, many: ir.Many = DEALS) -> ir.Count:
    return ir.Count(many, where)


def berlin(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


TODAY, NOW = ir.Today(), ir.Now()

MEANINGS = {
    # literals take the type they stand beside
    "size > 5": ir.Compare(GT, SIZE, lit(5)),
    "share > 5": ir.Compare(GT, SHARE, lit(5.0)),
    "share > 20%": ir.Compare(GT, SHARE, lit(0.2)),
    "arr > 5": ir.Compare(GT, ARR, lit(Decimal("5.0000"))),
    "5 < arr": ir.Compare(LT, lit(Decimal("5.0000")), ARR),
    "arr > -5.25": ir.Compare(GT, ARR, lit(Decimal("-5.2500"))),
    "size > share": ir.Compare(GT, ir.Call("number", (SIZE,), N), SHARE),
    "kind = new": ir.Compare(EQ, KIND_FIELD, ir.Literal("new", KIND)),
    'kind = "New"': ir.Compare(EQ, KIND_FIELD, ir.Literal("new", KIND)),
    'kind != "gone"': ir.Compare(NE, KIND_FIELD, ir.Literal("gone", KIND)),
    "new = kind": ir.Compare(EQ, ir.Literal("new", KIND), KIND_FIELD),
    "kind = (if paid then new else old)": ir.Compare(
        EQ, KIND_FIELD, ir.If(PAID, ir.Literal("new", KIND), ir.Literal("old", KIND))
    ),
    "seen > 2026-03-29T02:30": ir.Compare(GT, SEEN, lit(berlin(2026, 3, 29, 1, 30))),
    "seen > 2026-07-01T12:00": ir.Compare(GT, SEEN, lit(berlin(2026, 7, 1, 10, 0))),
    "seen > 2026-07-01T12:00Z": ir.Compare(GT, SEEN, lit(berlin(2026, 7, 1, 12, 0))),
    # logic
    "paid and size > 5 and not paid": ir.And((PAID, ir.Compare(GT, SIZE, lit(5)), ir.Not(PAID))),
    "paid or (paid or paid)": ir.Or((PAID, ir.Or((PAID, PAID)))),
    "if paid then size > 5": ir.Or((ir.Not(PAID), ir.Compare(GT, SIZE, lit(5)))),
    "if paid then size else share": ir.If(PAID, ir.Call("number", (SIZE,), N), SHARE),
    "arr or else 0": ir.OrElse(ARR, lit(Decimal("0.0000"))),
    "size is missing": ir.Not(ir.Known(SIZE)),
    "parent is known": ir.Related(("parent",)),
    "parent.parent is missing": ir.Not(ir.Related(("parent", "parent"))),
    "parent.size > 5": ir.Compare(GT, ir.Field("size", I, ("parent",)), lit(5)),
    "parent.fit > 5": ir.RangedCompare(GT, ir.Ref("account.fit", I, ("parent",), ranged=True), lit(5)),
    # ranges, sets, lists
    "size in 5..9": ir.And((ir.Compare(GE, SIZE, lit(5)), ir.Compare(LE, SIZE, lit(9)))),
    "size in 5..<9": ir.And((ir.Compare(GE, SIZE, lit(5)), ir.Compare(LT, SIZE, lit(9)))),
    "size in 5..": ir.Compare(GE, SIZE, lit(5)),
    "size not in ..9": ir.Not(ir.Compare(LE, SIZE, lit(9))),
    "size in { 3, 1, 3 }": ir.OneOf(SIZE, (3, 1)),
    'kind in { new, "Old" }': ir.OneOf(KIND_FIELD, ("new", "old")),
    'name not in { "B", "Ä" } any case': ir.Not(ir.OneOf(NAME, ("b", "ä"), any_case=True)),
    "name in domains any case": ir.InList(NAME, "domains", any_case=True),
    "size in codes": ir.InList(SIZE, "codes"),
    "share in codes": ir.OneOf(SHARE, (1.0, 2.0)),
    "kind in labels": ir.OneOf(KIND_FIELD, ("old", "new")),
    # text
    'name contains "x" any case': ir.TextTest(ir.TextOp.CONTAINS, NAME, lit("x"), any_case=True),
    'name not starts with "x"': ir.Not(ir.TextTest(ir.TextOp.STARTS, NAME, lit("x"))),
    'name = "x" any case': ir.TextTest(ir.TextOp.EQUALS, NAME, lit("x"), any_case=True),
    'name matches "[a-z]+"': ir.Matches(NAME, "[a-z]+"),
    "length(name) > 3": ir.Compare(GT, ir.Call("length", (NAME,), I), lit(3)),
    "least(size, 5) > 3": ir.Compare(GT, ir.Call("least", (SIZE, lit(5)), I), lit(3)),
    # arithmetic
    "size + 1": ir.Arith(ADD, SIZE, lit(1), I),
    "size + 0.5": ir.Arith(ADD, ir.Call("number", (SIZE,), N), lit(0.5), N),
    "1 + share": ir.Arith(ADD, lit(1.0), SHARE, N),
    "arr * 2": ir.Arith(MUL, ARR, lit(2), M),
    "2 * arr": ir.Arith(MUL, ARR, lit(2), M),
    "arr * 0.5": ir.Arith(MUL, ir.Call("number", (ARR,), N), lit(0.5), N),
    "arr / size": ir.Arith(DIV, ir.Call("number", (ARR,), N), ir.Call("number", (SIZE,), N), N),
    "-size": ir.Negate(SIZE),
    "arr > 5 + 5": ir.Compare(GT, ARR, ir.Arith(ADD, lit(Decimal(5)), lit(Decimal(5)), M)),
    "wait * 2": ir.Arith(MUL, WAIT, lit(2), L),
    "2 * wait": ir.Arith(MUL, WAIT, lit(2), L),
    # time
    "day + 30 days": ir.Shift(DAY, 30, Unit.DAY),
    "day - 2 quarters": ir.Shift(DAY, -2, Unit.QUARTER),
    "seen + 1 day": ir.Arith(ADD, SEEN, days(1), DT),
    "seen - 1 month": ir.Shift(SEEN, -1, Unit.MONTH),
    "1 day + seen": ir.Arith(ADD, SEEN, days(1), DT),
    "now - seen > 3 days": ir.Compare(GT, ir.Arith(SUB, NOW, SEEN, L), days(3)),
    "day - today": ir.Arith(SUB, DAY, TODAY, L),
    "start of fiscal quarter": ir.StartOf(TODAY, Unit.QUARTER, 2),
    "start of month of day": ir.StartOf(DAY, Unit.MONTH, 1),
    "date of seen = today": ir.Compare(EQ, ir.DateOf(SEEN), TODAY),
    "day within last 60 days": ir.And((ir.Compare(LE, ir.Shift(TODAY, -60, Unit.DAY), DAY), ir.Compare(LE, DAY, TODAY))),
    "day within next 1 month": ir.And((ir.Compare(LE, TODAY, DAY), ir.Compare(LE, DAY, ir.Shift(TODAY, 1, Unit.MONTH)))),
    "seen more than 45 days ago": ir.Compare(LT, SEEN, ir.Arith(SUB, NOW, days(45), DT)),
    "seen at least 45 days ago": ir.Compare(LE, SEEN, ir.Arith(SUB, NOW, days(45), DT)),
    "seen less than 45 days ago": ir.And((ir.Compare(LT, ir.Arith(SUB, NOW, days(45), DT), SEEN), ir.Compare(LE, SEEN, NOW))),
    "seen at most 45 days ago": ir.And((ir.Compare(LE, ir.Arith(SUB, NOW, days(45), DT), SEEN), ir.Compare(LE, SEEN, NOW))),
    "seen within 2 days after met": ir.And((ir.Compare(LE, MET, SEEN), ir.Compare(LE, SEEN, ir.Arith(ADD, MET, days(2), DT)))),
    "seen within 2 days before met": ir.And((ir.Compare(LE, ir.Arith(SUB, MET, days(2), DT), SEEN), ir.Compare(LE, SEEN, MET))),
    "seen within 2 days of met": ir.And(
        (ir.Compare(LE, ir.Arith(SUB, MET, days(2), DT), SEEN), ir.Compare(LE, SEEN, ir.Arith(ADD, MET, days(2), DT)))
    ),
    "seen more than 2 days after met": ir.Compare(GT, SEEN, ir.Arith(ADD, MET, days(2), DT)),
    "seen more than 2 days before met": ir.Compare(LT, SEEN, ir.Arith(SUB, MET, days(2), DT)),
    "seen less than 2 days after met": ir.And((ir.Compare(LE, MET, SEEN), ir.Compare(LT, SEEN, ir.Arith(ADD, MET, days(2), DT)))),
    "seen less than 2 days before met": ir.And(
        (ir.Compare(LT, ir.Arith(SUB, MET, days(2), DT), SEEN), ir.Compare(LE, SEEN, MET))
    ),
    "seen within 2 business hours after met": ir.And(
        (ir.Compare(LE, MET, SEEN), ir.Compare(LE, SEEN, ir.BusinessShift(MET, 2, Unit.HOUR, "office")))
    ),
    "day in this month": ir.And(
        (
            ir.Compare(LE, ir.StartOf(TODAY, Unit.MONTH), DAY),
            ir.Compare(LT, DAY, ir.Shift(ir.StartOf(TODAY, Unit.MONTH), 1, Unit.MONTH)),
        )
    ),
    "day in last fiscal year": ir.And(
        (
            ir.Compare(LE, ir.Shift(ir.StartOf(TODAY, Unit.YEAR, 2), -1, Unit.YEAR), DAY),
            ir.Compare(LT, DAY, ir.StartOf(TODAY, Unit.YEAR, 2)),
        )
    ),
    # related records
    "count(deals) > 2": ir.RangedCompare(GT, count(), lit(2)),
    "any(deals where won)": ir.RangedCompare(GE, count(WON), lit(1)),
    "none(deals)": ir.RangedCompare(EQ, count(), lit(0)),
    "every(deals have won)": ir.RangedCompare(EQ, count(ir.Not(WON)), lit(0)),
    "every(deals where amount > 5 have won)": ir.RangedCompare(
        EQ, count(ir.And((ir.Compare(GT, ir.Field("amount", M), lit(Decimal("5.0000"))), ir.Not(WON)))), lit(0)
    ),
    "sum(amount of deals where won)": ir.Sum(DEALS, ir.Field("amount", M), WON, M),
    "min(closed of deals)": ir.Extreme(ir.ExtremeOp.MIN, DEALS, ir.Field("closed", D), TRUE, D),
    "latest(amount of deals by closed)": ir.Pick(ir.ExtremeOp.MAX, DEALS, ir.Field("amount", M), ir.Field("closed", D), TRUE, M),
    "any(deals where this.paid)": ir.RangedCompare(GE, count(ir.Field("paid", B, up=1)), lit(1)),
    "any(deals where any(lines where units > this.size))": ir.RangedCompare(
        GE,
        count(
            ir.RangedCompare(
                GE,
                count(ir.Compare(GT, ir.Field("units", I), ir.Field("size", I, up=2)), ir.Many("lines", "line")),
                lit(1),
            )
        ),
        lit(1),
    ),
    "count(parent.deals) > 1": ir.RangedCompare(GT, count(many=ir.Many("deals", "deal", ("parent",))), lit(1)),
    # counts and scores are ranges
    "fit >= 50": ir.RangedCompare(GE, FIT, lit(50)),
    "fit + count(deals) > size": ir.RangedCompare(GT, ir.Arith(ADD, FIT, count(), I), SIZE),
    "fit * 2 - 1 > 5": ir.RangedCompare(GT, ir.Arith(SUB, ir.Arith(MUL, FIT, lit(2), I), lit(1), I), lit(5)),
    "-fit > -5": ir.RangedCompare(GT, ir.Negate(FIT), lit(-5)),
    "fit in 10..20": ir.And((ir.RangedCompare(GE, FIT, lit(10)), ir.RangedCompare(LE, FIT, lit(20)))),
    "fit in { 1, 2 }": ir.Or((ir.RangedCompare(EQ, FIT, lit(1)), ir.RangedCompare(EQ, FIT, lit(2)))),
    "fit * size > 5": ir.Compare(GT, ir.Arith(MUL, FIT, SIZE, I), lit(5)),
    "(fit or else 0) > 5": ir.Compare(GT, ir.OrElse(FIT, lit(0)), lit(5)),
    "fit / 2 > 5": ir.Compare(GT, ir.Arith(DIV, ir.Call("number", (FIT,), N), lit(2.0), N), lit(5.0)),
}


@pytest.mark.parametrize("expression", MEANINGS)
def test_an_expression_means_what_the_language_says(expression: str) -> None:
    assert meaning(expression) == MEANINGS[expression]


def test_a_definition_made_of_counts_is_ranged_where_it_is_used() -> None:
    rules = compiled(f"{SCHEMA}\ndefine n of account {{ means fit + count(deals) }}\ndefine x of account {{ means n > 3 }}")
    assert rules.definition("account.x").expr == ir.RangedCompare(GT, ir.Ref("account.n", I, ranged=True), lit(3))


def test_definitions_stand_after_those_they_refer_to_whatever_the_order_of_the_file() -> None:
    chain = "\n".join(f"define d{i} of account {{ means d{i + 1} and size > {i} }}" for i in range(1000))
    rules = compiled(f"entity account {{ size integer }}\n{chain}\ndefine d1000 of account {{ means size > 3 }}")
    order = [d.id for d in rules.definitions]
    assert order == [f"account.d{i}" for i in range(1000, -1, -1)]


def test_the_column_of_a_one_relation_is_an_implied_field_of_the_key_type() -> None:
    account = compiled(SCHEMA).entity("account")
    implied = account.field("parent_id")
    assert implied is not None
    assert (implied.type, implied.implied, implied.columns) == (T, True, ("Parent",))
    assert account.relation("parent") == ir.Relation("parent", False, "account", "parent_id")


def test_a_name_means_the_variant_of_the_team_that_owns_the_place() -> None:
    rules = compiled(
        f"""{SCHEMA}
        define good of account for marketing {{ means size > 1 }}
        define good of account for sales {{ means size > 2 }}
        define mine of account {{ owner sales  means good }}
        define theirs of account for sales {{ means good for marketing }}
        rule r of account, warn {{ owner marketing  require good }}"""
    )
    assert rules.definition("account.mine").expr == ir.Ref("account.good for sales", B)
    assert rules.definition("account.theirs for sales").expr == ir.Ref("account.good for marketing", B)
    assert rules.rules[0].require == ir.Ref("account.good for marketing", B)


def test_a_file_names_the_owner_of_what_names_none() -> None:
    rules = compiled(
        f"""{SCHEMA}
        for team sales
        define a of account {{ means paid }}
        define b of account {{ owner marketing  means paid }}
        rule r of account, warn {{ require paid }}
        lifecycle l of account {{ stage s {{ entry }} }}"""
    )
    owners = [d.owners for d in rules.definitions if d.name in "ab"]
    assert owners == [("sales",), ("marketing",)]
    assert rules.rules[0].owners == rules.lifecycles[0].stages[0].owners == ("sales",)


LIFECYCLE = """
lifecycle l of account {
  tracks kind
  stage a { entry }
  stage lost { from any when size > 1  from b  lost }
  stage b "B" | "bb" was old_b, older_b { from a  requires { big: size > 2 }  probability 20%  leave within 2 business days }
  stage c { from b, a when paid  back from won  stamped by seen }
  stage won { from c  requires size > 3  won }
}
"""


def test_edges_are_sorted_and_from_any_is_every_open_stage() -> None:
    graph = compiled(SCHEMA + LIFECYCLE).lifecycles[0]
    bigger = ir.Compare(GT, SIZE, lit(1))
    assert graph.edges == (
        ir.Edge("a", "lost", False, bigger),
        ir.Edge("a", "b", False, TRUE),
        ir.Edge("a", "c", False, PAID),
        ir.Edge("b", "lost", False, TRUE),
        ir.Edge("b", "c", False, PAID),
        ir.Edge("c", "lost", False, bigger),
        ir.Edge("c", "won", False, TRUE),
        ir.Edge("won", "c", True, TRUE),
    )


def test_stages_hold_their_gates_clocks_and_names() -> None:
    a, _, b, c, won = compiled(SCHEMA + LIFECYCLE).lifecycles[0].stages
    assert (a.requires, a.condition, a.entry) == (None, TRUE, True)
    assert b.requires == ir.Criterion("big", ir.Compare(GT, SIZE, lit(2)))
    assert (b.labels, b.was, b.probability) == (("B", "bb"), ("old_b", "older_b"), Decimal("0.2"))
    assert b.leave_within == ir.LeaveWithin(2, Unit.DAY, "office")
    assert c.condition == ir.Known(SEEN)
    assert c.requires == ir.Criterion("seen", ir.Known(SEEN))
    assert won.requires == ir.Criterion("won", ir.Compare(GT, SIZE, lit(3)))
    assert won.outcome is ir.Outcome.WON


def test_groups_of_criteria_keep_their_names_and_say_one_condition() -> None:
    rules = compiled(
        f"""{SCHEMA}
        define x of account {{
          means all of {{
            paying: paid
            rich: any of {{ big: size > 5  at least 1 of {{ old: kind = old }} }}
          }}
        }}"""
    )
    found = rules.definition("account.x")
    big, old = ir.Compare(GT, SIZE, lit(5)), ir.Compare(EQ, KIND_FIELD, ir.Literal("old", KIND))
    inner = ir.Group(ir.GroupKind.AT_LEAST, (ir.Criterion("old", old),), 1)
    rich = ir.Group(ir.GroupKind.ANY, (ir.Criterion("big", big), inner), name="rich")
    assert found.criteria == ir.Group(ir.GroupKind.ALL, (ir.Criterion("paying", PAID), rich))
    assert found.expr == ir.And((PAID, ir.Or((big, old))))


def test_a_score_of_whole_points_is_an_integer_and_any_other_a_number() -> None:
    rules = compiled(
        f"""{SCHEMA}
        score a of account 0..50 {{ base 10  +5 per count(deals) up to 20 when paid  -3 when size > 1 }}
        score b of account {{ +0.5 when paid  base 1 }}"""
    )
    per = ir.Line(5, PAID, count(), 20)
    whole = ir.Points(10, (per, ir.Line(-3, ir.Compare(GT, SIZE, lit(1)))), 0, 50, I)
    assert rules.definition("account.a").expr == whole
    assert rules.definition("account.b").expr == ir.Points(1.0, (ir.Line(0.5, PAID),), None, None, N)


def test_a_classification_is_an_enum_of_its_branches() -> None:
    rules = compiled(
        f"""{SCHEMA}
        classify c of account, first match {{ big "Big" when size > 5  old when paid  big when arr > 5  otherwise rest }}
        define x of account {{ means c = rest or c = "Big" }}"""
    )
    type_ = EnumType("account.c", (EnumMember("big", ("Big",)), EnumMember("old"), EnumMember("rest")))
    found = rules.definition("account.c")
    assert found.type == type_
    assert isinstance(found.expr, ir.Choose)
    assert [name for _, name in found.expr.branches] == ["big", "old", "big"]
    assert found.expr.otherwise == "rest"


def test_assertions_speak_of_stages_conditions_and_entities() -> None:
    rules = compiled(
        f"""{SCHEMA}{LIFECYCLE}
        define big of account {{ means size > 5 }}
        assert every won of l has arr > 0 because "finance"
        assert every big of account where paid has arr > 0
        assert no account where size < 0
        assert no account where size < -1"""
    )
    won, big, negative, again = rules.assertions
    assert (won.stage, won.lifecycle, won.where, won.because) == ("won", "l", TRUE, "finance")
    assert big.where == ir.And((ir.Ref("account.big", B), PAID))
    assert (negative.name, again.name) == ("no account", "no account (2)")


def test_an_example_is_typed_by_its_entity() -> None:
    rules = compiled(
        f"""{SCHEMA}{LIFECYCLE}
        example "e" of account as of 2026-11-21 {{
          given {{ size = 5  share = 1  arr = 2.5  kind = "Old"  day = 2026-01-01  seen = 2026-01-01T12:00  paid = missing
                  wait = 2 hours  parent = {{ size = 7 }}  deals = [ {{ amount = 1  won = true }}, {{ lines = [] }} ] }}
          expect stage a
          expect stage none of l
          expect kind = old
          expect size is known
        }}"""
    )
    found = rules.examples[0]
    assert found.as_of == berlin(2026, 11, 20, 23, 0)
    assert dict(found.given) == {
        "size": 5,
        "share": 1.0,
        "arr": Decimal("2.5"),
        "kind": "old",
        "day": datetime.date(2026, 1, 1),
        "seen": berlin(2026, 1, 1, 11, 0),
        "paid": None,
        "wait": datetime.timedelta(hours=2),
        "parent": (("size", 7),),
        "deals": [(("amount", Decimal(1)), ("won", True)), (("lines", []),)],
    }
    kinds = [(e.kind, e.names, e.lifecycle, e.value, e.state) for e in found.expectations]
    assert kinds == [
        ("stage", ("a",), "l", None, None),
        ("stage", (), "l", None, None),
        ("value", (), None, "old", None),
        ("value", (), None, None, "known"),
    ]


def test_a_field_holds_how_its_export_is_written() -> None:
    rules = compiled(
        """
        system crm
        team sales
        entity e key a {
          a  integer 1..<9 required as "A" | "a" missing when -1, "NA" from crm owner sales
          b  money in "1.234,56"
          c  boolean in "Yes" / "No"
          d  datetime in "%d.%m.%Y %H:%M"
          f  duration in hours
        }"""
    )
    a, b, c, d, f = rules.entities[0].fields
    assert (a.low, a.high, a.high_open, a.required, a.columns) == (1, 9, True, True, ("A", "a"))
    assert (a.missing_when, a.systems, a.owners) == ((-1, "NA"), ("crm",), ("sales",))
    assert (b.format.decimal_mark, b.format.group_mark) == (",", ".")
    assert (c.format.true_texts, c.format.false_texts) == (("Yes",), ("No",))
    assert d.format.patterns == ("%d.%m.%Y %H:%M",)
    assert f.format.unit is Unit.HOUR


def test_an_allow_inside_a_declaration_is_about_it() -> None:
    rules = compiled(
        f"""{SCHEMA}
        lifecycle l of account {{
          stage a {{ entry  allow no-owner because "one" }}
          allow won-is-the-end because "two" until 2027-01-01
        }}
        allow REV404 on a because "three"
        """
    )
    assert [(a.finding, a.on, a.because) for a in rules.allows] == [
        ("won-is-the-end", "l", "two"),
        ("no-owner", "a", "one"),
        ("dead-end", "a", "three"),
    ]


def test_what_may_stand_in_unread_text_is_not_reported_as_missing() -> None:
    text = 'entity account { size integer }\nteam = sales\ndefine a of account { owner sales  means size > "x" }'
    assert [line[:4] for line in errors(text)] == ["REV1", "REV3"]


def test_a_name_that_stands_nowhere_is_reported_beside_a_mistake_of_grammar() -> None:
    text = "team sales\nentity account { size integer }\ndefine a of account { means size == 1 }\nrule b of account, warn {\n"
    found = errors(text + "  owner sails\n  require sise > 1 }\nlifecycle l of account { stage x { entry } stage y { from z } }")
    assert [line[:6] for line in found] == ["REV106", "REV222", "REV221", "REV227"]


def test_where_a_name_is_left_out_no_name_is_unknown() -> None:
    assert [line[:6] for line in errors('team "Sales"\nentity account { size integer  from crm  owner sales }')] == ["REV101"]


def test_a_line_with_a_mistake_of_grammar_has_no_other() -> None:
    text = "entity account { size integer  day date }\nrule a of account, warn { require {\n  size: day  today\n} }"
    assert [line[:6] for line in errors(text)] == ["REV119"]


def test_an_import_that_cannot_be_read_may_declare_everything() -> None:
    assert [line[:6] for line in errors("import core.rev\ndefine a of account { means size > 1 }")] == ["REV101"]


def test_one_unknown_name_is_one_error_however_often_its_definition_is_used() -> None:
    uses = "\n".join(f"define u{i} of account {{ means a and size > {i} }}" for i in range(20))
    found = errors(f"entity account {{ size integer }}\ndefine a of account {{ means sise > 1 }}\n{uses}")
    assert found == ["REV221 unknown field or definition `sise` of account"]


def test_a_near_miss_comes_with_an_edit_that_mends_it() -> None:
    text = "entity account { employees integer }\ndefine a of account { means employes > 1 }"
    (problem,) = check(load_text(text))[1]
    (edit,) = problem.edits
    assert problem.help == ("did you mean `employees`?",)
    mended = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    assert errors(mended) == []


def test_deep_nesting_is_refused_and_never_overflows() -> None:
    deep = "not " * 90 + "paid"
    assert errors(f"entity a {{ paid boolean }}\ndefine d of a {{ means {deep} }}") == []
    wide = " + ".join(["1"] * 2000)
    assert [line[:6] for line in errors(f"entity a {{ n integer }}\ndefine d of a {{ means n > {wide} }}")] == ["REV120"]
    chain = " and ".join(["paid"] * 5000)
    assert errors(f"entity a {{ paid boolean }}\ndefine d of a {{ means {chain} }}") == []


def test_an_expression_whose_meaning_would_explode_is_refused() -> None:
    nested = "a"
    for _ in range(20):
        nested = f"(if {nested} in 1..2 then 1 else 2)"
    found = errors(f"entity e {{ a integer }}\ndefine d of e {{ means {nested} > 1 }}")
    assert [line[:6] for line in found] == ["REV258"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_each_function_can_be_written(name: str) -> None:
    call, value = FUNCTIONS[name].example
    found = meaning(f"{call} = {value}")
    assert isinstance(found, ir.Compare)
    assert isinstance(found.left, ir.Call)
    assert found.left.function == name


def test_checking_takes_time_in_proportion_to_the_lines() -> None:
    def seconds(count: int) -> float:
        chain = "\n".join(f"define d{i} of account {{ means all of {{ a: size > {i}  b: d{i + 1} }} }}" for i in range(count))
        loaded = load_text(f"entity account {{ size integer }}\n{chain}\ndefine d{count} of account {{ means size > 3 }}")
        start = time.process_time()
        assert check(loaded)[0] is not None
        return time.process_time() - start

    seconds(100)
    assert seconds(4000) < 16 * seconds(1000)


@pytest.mark.parametrize(
    ("condition", "help_"),
    [
        ("paid = yes", "the truth value is written `true`"),
        ("name contains globex", 'a text stands in quotes: `"globex"`'),
        ("isblank(name)", "write `x is missing`"),
        ("d > yesterday", "that day is written `today - 1 day`"),
        ('name = "a" or "b"', "each side of `and` and `or` is a whole condition: say again what is compared"),
        ("len(name) > 3", "write `length(x)`"),
    ],
)
def test_what_people_bring_along_is_answered_with_how_it_is_said_here(condition: str, help_: str) -> None:
    text = f"entity account {{ name text  paid boolean  d date }}\ndefine a of account {{ means {condition} }}"
    (found,) = check(load_text(text, "rules.rev"))[1]
    assert help_ in found.help


@pytest.mark.parametrize(
    "text",
    [
        "define a of account { means count(globex) > 1 }",
        "define a of account { means globex.name is known }",
        "lifecycle l of account { tracks globex  stage one { entry } }",
        'example "x" of account as of 2026-11-21 { given { globex = 3 }  expect missing none }',
    ],
)
def test_a_text_is_not_proposed_where_no_value_belongs(text: str) -> None:
    found = check(load_text(f"entity account {{ name text  paid boolean }}\n{text}", "rules.rev"))[1]
    assert [problem.code for problem in found] == ["REV221"]
    assert not any("in quotes" in line for line in found[0].help)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("every a of account where paid\n  has name  is known", "every a of account where paid has name is known"),
        ('no account where paid because "nobody pays"', "nobody pays"),
        ("no account where paid", "no account where paid"),
    ],
)
def test_an_assertion_says_what_it_claims_unless_it_has_a_reason(claim: str, message: str) -> None:
    text = f"entity account {{ name text  paid boolean }}\ndefine a of account {{ means name is known }}\nassert {claim}"
    ruleset = check(load_text(text, "rules.rev"))[0]
    assert ruleset is not None
    assert [assertion.because for assertion in ruleset.assertions] == [message]
