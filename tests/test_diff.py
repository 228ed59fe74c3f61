"""What a change means: edits that keep the meaning are proved to be the same, all others are told as what they are."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_text
from revrules.diff import difference
from revrules.diff.agree import agreements
from revrules.diff.changes import Kind
from revrules.render.changes import as_html, as_json, as_markdown, as_text
from revrules.render.changes.markdown import LONGEST
from revrules.render.changes.safe import inert, marked, summary

if TYPE_CHECKING:
    from revrules.diff import Difference

TODAY = datetime.date(2026, 11, 22)
Edit = tuple[str, str]
BASE = """\
ruleset acme {
  steward revops
  currency USD
  timezone "Europe/Berlin"
}
team marketing "Marketing"
team sales "Sales"
team customer_success "Customer Success"
team finance "Finance"
team revops "RevOps"
system crm
list core_countries { "DE", "FR" }
calendar office {
  days monday..friday
  hours 09:00..17:00
}
entity account key account_id {
  account_id text required from crm
  domain text from crm owner marketing
  employees integer 1.. as "Number of Employees" from crm owner marketing
  country text from crm owner marketing
  engagement integer 0..100 missing when -1 from crm owner marketing
  stage_name enum { lead, mql, opportunity, customer, churned } from crm owner sales
  mql_at datetime from crm owner marketing
  accepted_at datetime from crm owner sales
  arr money from crm owner finance
  contract_start date from crm owner finance
  contract_end date from crm owner finance
}
define ideal_customer of account {
  owner marketing
  means all of {
    size: employees in 50..5000
    market: country in core_countries
  }
}
define qualified of account { owner marketing means ideal_customer and engagement >= 60 }
define unused of account { means domain is known }
classify segment of account, exactly one {
  smb when employees < 100
  mid_market when employees in 100..999
  enterprise when employees >= 1000
}
score fit of account 0..100 {
  owner marketing
  +40 when ideal_customer
  +20 when segment = enterprise
}
rule amount_set of account, warn {
  owner finance
  when contract_start is known
  require arr is known and arr > 0
  message "A signed contract has an annual value"
}
lifecycle revenue of account {
  tracks stage_name
  stage lead {
    entry
    owner marketing
    requires { reachable: domain is known }
  }
  stage mql {
    owner marketing
    from lead
    requires { q: qualified and fit >= 50 }
    stamped by mql_at
    leave within 7 days
  }
  stage opportunity {
    owner sales
    from mql
    requires all of {
      accepted: accepted_at is known
      interested: engagement >= 20
    }
    probability 20%
    leave within 3 business days on office
  }
  stage customer {
    owner customer_success
    from opportunity
    back from churned
    requires { signed: contract_start <= today and (contract_end is missing or contract_end >= today) }
    won
  }
  stage churned {
    owner customer_success
    from customer
    requires { ended: contract_end < today }
    lost
  }
}
assert every customer of revenue has arr > 0 because "finance reports on it"
"""


def changed_by(*edits: Edit, base: str = BASE) -> Difference:
    """Return what changes in the ruleset when each first text is replaced by the second."""
    text = base
    for old, new in edits:
        assert old in text, f"the ruleset does not say {old}"
        text = text.replace(old, new)
    rulesets = [compile_text(each, today=TODAY, proofs=False).ruleset for each in (base, text)]
    assert rulesets[0] is not None and rulesets[1] is not None, "both versions compile"
    return difference(rulesets[0], rulesets[1], TODAY)


def told(found: Difference) -> str:
    """Return the difference as text."""
    return as_text(found, ("old", "new"), color=False)


SAME = {
    "reordered": [("qualified and fit >= 50", "fit >= 50 and qualified")],
    "turned about": [("engagement >= 60", "60 <= engagement")],
    "negated twice": [("engagement >= 60", "not (not (engagement >= 60))")],
    "De Morgan": [
        ("contract_end is missing or contract_end >= today", "not (contract_end is known and not (contract_end >= today))")
    ],
    "split into two criteria": [("    size: employees in 50..5000", "    low: employees >= 50\n    high: employees <= 5000")],
    "a criterion with another name": [("    market: country", "    place: country")],
    "written out": [("means ideal_customer and", "means employees in 50..5000 and country in core_countries and")],
    "a definition renamed": [
        ("define ideal_customer of", "define good_fit was ideal_customer of"),
        ("means ideal_customer and", "means good_fit and"),
        ("+40 when ideal_customer", "+40 when good_fit"),
    ],
    "a stage renamed": [("stage mql {", "stage hot was mql {"), ("from mql", "from hot")],
    "a field renamed": [
        ('employees integer 1.. as "Number of Employees"', 'heads integer 1.. as "Number of Employees" was employees'),
        ("employees in 50", "heads in 50"),
        ("employees < 100", "heads < 100"),
        ("employees in 100", "heads in 100"),
        ("employees >= 1000", "heads >= 1000"),
    ],
    "a team renamed": [
        ('team finance "Finance"', 'team books "Finance" was finance'),
        ("owner finance", "owner books"),
    ],
    "another order of a list": [('"DE", "FR"', '"FR", "DE"')],
    "documentation": [("define qualified", "## What we hand over.\ndefine qualified")],
}


@pytest.mark.parametrize("name", SAME)
def test_an_edit_that_keeps_the_meaning_is_proved_to_be_the_same(name: str) -> None:
    found = changed_by(*SAME[name])
    assert found.same, told(found)
    assert "proved" in told(found)
    assert found.undecided == 0


RENAMED = """team marketing "Marketing"
team sales "Sales"
entity account key id { id text required  size integer 0..  plan enum { free, starter "Starter", big }  kind enum { a, b } }
define good of account for marketing { owner marketing means size >= 100 and plan = starter and kind = a }
define good of account for sales narrows good for marketing { owner sales means good for marketing and size >= 200 }
"""


def renamed_by(*edits: Edit) -> Difference:
    """Return what these edits of ``RENAMED`` change."""
    return changed_by(*edits, base=RENAMED)


TEAMS = (
    ('team marketing "Marketing"', 'team growth "Marketing" was marketing'),
    ('team sales "Sales"', 'team closers "Sales" was sales'),
    ("owner marketing", "owner growth"),
    ("owner sales", "owner closers"),
    ("for marketing", "for growth"),
    ("for sales", "for closers"),
)


def test_the_variants_of_teams_that_are_called_otherwise_are_the_same() -> None:
    assert renamed_by(*TEAMS).same, told(renamed_by(*TEAMS))
    found = told(renamed_by(*TEAMS, ("size >= 100", "size >= 150")))
    assert "definition `good for growth` (was `good for marketing`) is stricter" in found
    assert "gone" not in found


def test_a_member_that_is_called_otherwise_is_the_same_and_its_cells_are_told() -> None:
    labelled = renamed_by(('starter "Starter"', 'team "Starter" was starter'), ("plan = starter", "plan = team"))
    assert labelled.same
    assert "without a change in meaning: member `account.plan = team`: was `starter`" in told(labelled)
    plain = renamed_by(("{ a, b }", "{ one was a, b }"), ("kind = a", "kind = one"))
    assert not plain.changed, told(plain)
    assert not plain.same
    assert "member `account.kind = one`: was `a`; cells have to say so, unless it gets the label `a`" in told(plain)
    mixed = renamed_by(('starter "Starter"', 'team "Team" was starter'), ("plan = starter", "plan = team"))
    assert not mixed.changed, told(mixed)
    assert "only new has the label `Team`" in told(mixed)


def test_a_field_that_is_called_otherwise_is_another_column_unless_it_says_what_exports_call_it() -> None:
    renamed = (("size integer 0..", "staff integer 0.. was size"), ("size >=", "staff >="))
    bare = renamed_by(*renamed)
    assert not bare.changed
    assert not bare.same
    assert 'column `account.staff`: size → staff; exports have to call it so, unless it says `as "size"`' in told(bare)
    kept = renamed_by(("size integer 0..", 'staff integer 0.. as "size" was size'), ("size >=", "staff >="))
    assert kept.same, told(kept)


CHANGED = {
    "a higher threshold": ([("engagement >= 60", "engagement >= 70")], "definition `qualified` is stricter"),
    "a lower threshold": ([("engagement >= 60", "engagement >= 50")], "definition `qualified` is looser"),
    "another operator": ([("engagement >= 60", "engagement <= 60")], "definition `qualified` asks for something else"),
    "a member of a set": ([('"DE", "FR"', '"DE", "FR", "IT"')], "list `core_countries`: only new has"),
    "a criterion dropped": ([("    size: employees in 50..5000\n", "")], "is looser: `size` is gone"),
    "a criterion of a gate": (
        [("engagement >= 20", "engagement >= 25")],
        "criterion `revenue.opportunity.interested` is stricter",
    ),
    "a stamp dropped": ([("    stamped by mql_at\n", "")], "gate `revenue.mql` is stricter"),
    "more points": ([("+40 when", "+50 when")], "gives other values, never lower: `+40 when ideal_customer`"),
    "fewer points": ([("+20 when", "+10 when")], "gives other values, never higher"),
    "a band": ([("employees < 100", "employees < 90"), ("in 100..", "in 90..")], "member `segment.smb` is stricter"),
    "a rule": ([("arr > 0\n", "arr > 10\n")], "rule `amount_set` is stricter: `arr > 0` → `arr > 10`"),
    "the level of a rule": ([("account, warn", "account, block")], "level `amount_set`: warn → block"),
    "a definition gone": ([("define unused of account { means domain is known }", "")], "definition `unused` is gone"),
    "a stage": (
        [("  stage churned {", "  stage trial { from mql requires { t: arr > 5 } }\n  stage churned {")],
        "stage `revenue.trial` is new",
    ),
    "a way": ([("from opportunity\n", "from opportunity, mql\n")], "way `revenue: mql → customer`: new"),
    "a way back": ([("    back from churned\n", "")], "way back `revenue: churned → customer`: gone"),
    "what a way back asks": (
        [("back from churned", "back from churned when arr > 3")],
        "`revenue.churned → customer (back)` is stricter",
    ),
    "an owner": (
        [("owner customer_success\n    from opp", "owner sales\n    from opp")],
        "owner `revenue: customer`: customer_success → sales",
    ),
    "a limit": ([("within 7 days", "within 9 days")], "leave within 7 days → leave within 9 days"),
    "a probability": ([("20%", "25%")], "20% → 25%"),
    "a calendar": ([("09:00..17:00", "09:00..18:00")], "calendar `office`"),
    "an assertion": ([("has arr > 0", "has arr > 1")], "claim `every customer of revenue` is stricter"),
    "the field that is tracked": ([("  tracks stage_name\n", "")], "tracked field `revenue`: stage_name → none"),
    "a domain of a field": ([("integer 0..100", "integer 0..200")], "field `account.engagement`"),
    "the column of a field": ([('"Number of Employees"', '"Heads"')], "column `account.employees`: Number of Employees → Heads"),
    "a field that has to be there": ([("domain text", "domain text required")], "required `account.domain`"),
    "a label of a stage": ([("stage mql {", 'stage mql "MQL" {')], "labels `revenue: mql`: none → MQL"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_of_meaning_is_told_as_what_it_is(name: str) -> None:
    edits, words = CHANGED[name]
    found = changed_by(*edits)
    assert not found.same
    assert words in told(found)


def test_two_exits_in_another_order_are_told_only_where_a_record_can_find_both_open() -> None:
    exits = "  stage a { from mql when arr > 5 requires { t: arr > 0 } }\n  stage b { from mql when CONDITION }\n"
    for condition, differs in (("arr < 3", False), ("arr > 7", True)):
        text = BASE.replace("  stage churned {", f"{exits}  stage churned {{").replace("CONDITION", condition)
        stages = re.findall(r"  stage [ab] \{.*\n", text)
        turned = text.replace("".join(stages), "".join(reversed(stages)))
        rulesets = [compile_text(each, today=TODAY, proofs=False).ruleset for each in (text, turned)]
        assert rulesets[0] is not None and rulesets[1] is not None
        found = difference(rulesets[0], rulesets[1], TODAY)
        assert any(shape.what == "order of ways" for shape in found.shape) is differs
        assert found.same is not differs


def test_rows_of_a_decision_table_are_told_by_their_lines() -> None:
    text = BASE + 'classify region of account, first match from "regions.csv"\n'
    head, rows = "country,employees,region\n", ["DE,>= 100,north\n", "FR,>= 5,south\n"]
    versions = ["".join(rows), "".join(rows).replace("100", "200"), "".join(reversed(rows))]
    made = [compile_text(text, files={"regions.csv": head + each}, today=TODAY).ruleset for each in versions]
    assert made[0] is not None and made[1] is not None and made[2] is not None
    changed = told(difference(made[0], made[1], TODAY))
    assert (
        "classification `region` gives other values, but only where one of the two gives none: by 1 row gone (line 2)" in changed
    )
    assert "member `region.north` is stricter" in changed
    assert difference(made[0], made[2], TODAY).same


def test_every_stage_behind_a_stricter_word_is_told_as_following_from_it() -> None:
    text = told(changed_by(("engagement >= 60", "engagement >= 70")))
    assert "so it changes as well, by `qualified`: stricter: `revenue.mql`, `revenue.opportunity`, `revenue.customer`" in text


def test_a_lower_and_a_higher_score_have_a_record_each() -> None:
    found = changed_by(("+40 when ideal_customer", "+30 when ideal_customer"), ("+20 when segment", "+25 when segment"))
    score = next(change for change in found.changed if change.name == "fit")
    assert score.direction == ""
    assert score.lost is not None and score.gained is not None


def test_whoever_receives_more_and_whoever_hands_over_more_is_asked_about_a_looser_gate() -> None:
    asked = {each.team: each.reasons for each in agreements(changed_by(("engagement >= 20", "engagement >= 10")))}
    assert set(asked) == {"marketing", "sales", "customer_success"}
    assert "`revenue.opportunity` receives more records" in asked["sales"]
    assert asked["marketing"] == ("`mql` hands more records over to sales (`opportunity`)",)


def test_those_whose_stages_read_a_stricter_definition_are_asked() -> None:
    asked = {each.team: each.reasons for each in agreements(changed_by(("engagement >= 60", "engagement >= 70")))}
    assert asked["marketing"][0] == "answers for definition `qualified`"
    assert "`revenue.opportunity` receives fewer records" in asked["sales"]
    assert "finance" not in asked


def test_nobody_has_to_agree_to_other_words_for_the_same() -> None:
    assert agreements(changed_by(("qualified and fit >= 50", "fit >= 50 and qualified"))) == ()


def test_the_steward_is_asked_about_what_nobody_owns() -> None:
    asked = {each.team: each.reasons for each in agreements(changed_by(("means domain is known", "means domain is missing")))}
    assert asked == {"revops": ("answers for definition `unused`, which no team owns",)}


NASTY = "@acme/team <img src=x onerror=alert(1)> | `code` ``` #12 [a](http://x.example) www.x.example"


def test_names_of_a_ruleset_stay_names_in_markdown() -> None:
    found = changed_by(("stage mql {", f'stage mql "{NASTY}" {{'), ('"DE", "FR"', f'"DE", "{NASTY}"'))
    outside = re.sub(r"`[^`]*`", "", as_markdown(found, (NASTY, "new")))
    assert "<img" not in outside.replace("\\<img", "")
    assert not re.search(r"[@#]\w", outside)
    assert "http://" not in outside and "www.x" not in outside


def test_names_of_a_ruleset_stay_names_on_the_page() -> None:
    found = changed_by(("stage mql {", f'stage mql "{NASTY}" {{'), ('"DE", "FR"', f'"DE", "{NASTY}"'))
    page = as_html(found, (NASTY, "<script>"))
    assert "<img" not in page and "<script" not in page
    assert not re.search(r"<a\b|<link|<iframe|\ssrc=[^x]|\shref=", page)


def test_a_single_backtick_opens_no_code() -> None:
    assert marked("a `b") == "a ˋb"
    assert summary("a `<b>") == "a ˋ&lt;b&gt;"
    assert inert("@team") == "@\u200bteam"


def test_a_comment_is_never_longer_than_github_takes_and_says_how_much_is_left_out() -> None:
    extra = "\n".join(
        f"define word_{number} of account {{ means employees > {number} and domain is known }}" for number in range(2500)
    )
    rulesets = [compile_text(each, today=TODAY, proofs=False).ruleset for each in (BASE, BASE + extra)]
    assert rulesets[0] is not None and rulesets[1] is not None
    text = as_markdown(difference(rulesets[0], rulesets[1], TODAY), ("old", "new"))
    assert len(text) <= LONGEST
    assert re.search(r"and \d+ more that a comment has no room for", text)


def test_json_says_what_the_text_says() -> None:
    found = json.loads(as_json(changed_by(("engagement >= 60", "engagement >= 70")), ("old", "new")))
    assert found["same"] is False
    assert found["changes"][0]["kind"] == Kind.TIGHTENED.value
    assert found["changes"][0]["said"] == {"old": "engagement >= 60", "new": "engagement >= 70"}
    assert [each["team"] for each in found["ask"]] == ["marketing", "sales", "customer_success"]


def test_what_only_follows_is_told_with_what_it_follows_from() -> None:
    found = changed_by(("employees in 50..5000", "employees in 60..5000"), ("engagement >= 20", "engagement >= 25"))
    lines = told(found)
    assert "so it changes as well, by `ideal_customer.size`: stricter: `qualified`; changed: `fit`" in lines
    follows = {
        each["name"]: [cause["name"] for cause in each["follows_from"]]
        for each in json.loads(as_json(found, ("a", "b")))["changes"]
    }
    assert follows["qualified"] == ["ideal_customer.size"]
    assert follows["opportunity"] == []
    assert follows["customer"] == ["ideal_customer.size", "revenue.opportunity.interested"]
    assert "so it changes as well, by `ideal_customer.size`: " in as_markdown(found, ("a", "b"))
    assert "So it changes as well, by <code>ideal_customer.size</code>: " in as_html(found, ("a", "b"))
    by_list = told(changed_by(('"DE", "FR"', '"DE", "FR", "IT"')))
    assert "so it changes as well, by list `core_countries`: " in by_list
