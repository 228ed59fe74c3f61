"""Findings by proof: what they leave unsaid, what they say once, and how many questions they take."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_path, compile_text
from revrules.findings import findings
from revrules.proofs.questions import Counts, Questions

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic

TODAY = datetime.date(2026, 11, 21)
ROOT = Path(__file__).parent.parent
STANDARD = sorted(path.name for path in (ROOT / "rulesets").iterdir() if (path / "rules.rev").is_file())
FIELDS = """
    team sales
    team finance
    entity deal {
      amount    money 0..
      size      integer 1..
      need      text
      country   text
      partner   boolean
      asked_on  date
      signed_on date
      lost_why  text
      stage     enum { working, offered, closed, gone, nurture }
    }
"""
ENDS = """
      stage closed { owner finance  from offered  requires { signed: signed_on is known }  won }
      stage gone   { owner sales  from any  requires { why: lost_why is known }  lost }
    }
"""


def asked(text: str) -> tuple[list[Diagnostic], Counts]:
    """Return the findings by proof about conditions, and the counts of the questions."""
    compiled = compile_text(text)
    assert compiled.ruleset is not None, [error.message for error in compiled.errors]
    questions = Questions(compiled.ruleset, TODAY)
    found = findings(compiled.ruleset, TODAY, questions)
    assert questions.undecided == ()
    return [each for each in found if each.code.startswith("REV5")], questions.counts


def codes(text: str) -> list[str]:
    return [found.code for found in asked(text)[0]]


# --- no false alarm ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STANDARD)
def test_the_standard_rulesets_are_free_of_findings_by_proof(name: str) -> None:
    ruleset = compile_path(ROOT / "rulesets" / name).ruleset
    assert ruleset is not None
    questions = Questions(ruleset, TODAY)
    assert [found.message for found in findings(ruleset, TODAY, questions) if found.code.startswith("REV5")] == []


def test_reminders_that_people_write_on_purpose_are_not_told() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires all of {{ need: need is known  worth: amount is known and amount > 0 }} }}
        stage offered {{ owner sales  from working  requires all of {{ need: need is known  asked: asked_on is known }} }}
    {ENDS}"""
    assert codes(text) == []


def test_what_a_way_back_does_not_ask_for_is_asked_for_again() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ size: size >= 100 }} }}
        stage offered {{
          owner sales  from working  back from nurture
          requires all of {{ size: size >= 50  asked: asked_on is known }}
        }}
        stage nurture {{ owner sales  from offered  requires {{ cold: partner }} }}
    {ENDS}"""
    assert "REV503" in codes(text.replace("back from nurture", ""))
    assert "REV503" not in codes(text)


def test_a_lost_stage_that_stands_last_competes_with_no_other() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage offered {{ owner sales  from working  requires {{ asked: asked_on is known }} }}
    {ENDS}"""
    assert codes(text) == []


def test_a_shortcut_does_not_compete_with_the_long_way() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage offered {{ owner sales  from working  requires {{ asked: asked_on is known }} }}
        stage closed  {{ owner finance  from working, offered  requires {{ signed: signed_on is known }}  won }}
        stage gone    {{ owner sales  from any  requires {{ why: lost_why is known }}  lost }}
      }}
    """
    assert codes(text) == []


def test_alternative_ways_are_no_way_round() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }}  probability 1% }}
        stage nurture {{ owner sales  from working when partner  requires {{ size: size >= 10 }}  probability 10% }}
        stage direct  {{ owner sales  from working when not partner  requires {{ size: size >= 20 }}  probability 10% }}
        stage offered {{ owner sales  from nurture, direct  requires {{ asked: asked_on is known }}  probability 70% }}
    {ENDS}"""
    assert codes(text) == []


def test_a_stage_that_only_a_way_back_opens_is_reachable() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        tracks stage
        stage working {{ entry  owner sales  requires {{ size: size >= 100 }} }}
        stage offered {{ owner sales  from working  requires {{ asked: asked_on is known }} }}
        stage nurture {{ owner sales  back from offered  requires {{ small: size < 100 }} }}
        stage again   {{ owner sales  from nurture  requires {{ tiny: size < 10 }}  won }}
    {ENDS}"""
    assert [code for code in codes(text) if code == "REV500"] == []


def test_a_claim_about_data_alone_is_for_an_evaluation_to_judge() -> None:
    assert codes(f"{FIELDS} assert no deal where signed_on is known and amount is missing") == []


def test_claims_that_hold_are_silent() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage offered {{ owner sales  from working  requires {{ asked: amount > 0 }} }}
    {ENDS}
      assert every closed of l has amount > 0
      assert no gone of l where lost_why is missing
      assert some closed of l where partner
    """
    assert codes(text) == []


# --- each fault once ---------------------------------------------------------------------------------------------


def test_a_definition_that_nobody_meets_is_told_once_with_what_follows() -> None:
    text = f"""{FIELDS}
      define ideal of deal {{ owner sales  means size > 500 and size < 50 }}
      define ideal_partner of deal {{ owner sales  means ideal and partner }}
      rule ideal_ones of deal, warn {{ owner sales  when ideal_partner  require need is known  message "need" }}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage offered {{ owner sales  from working  requires {{ ideal: ideal_partner }} }}
    {ENDS}"""
    found, _ = asked(text)
    assert [(each.code, each.message) for each in found] == [("REV501", "no record can ever meet `ideal`")]


def test_a_score_out_of_reach_is_told_once_with_the_stage_that_it_closes() -> None:
    text = f"""{FIELDS}
      score fit of deal 0..100 {{ owner sales  +40 when size >= 100  +20 when size < 50  +30 when partner }}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage offered {{ owner sales  from working  requires {{ fit: fit >= 80 }} }}
    {ENDS}"""
    (found,) = asked(text)[0]
    assert found.code == "REV506"
    assert "`fit` goes from 0 to 70" in found.message
    assert ("effect", "no record can enter stage `offered`") in found.notes


def test_of_a_closed_chain_the_first_stage_is_told() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ large: size >= 100 }} }}
        stage nurture {{ owner sales  from working  requires {{ small: size < 50 }} }}
        stage offered {{ owner sales  from nurture  requires {{ asked: asked_on is known }} }}
    {ENDS}"""
    (found,) = asked(text)[0]
    assert found.message == "no record can ever be in stage `nurture`"
    assert ("effect", "stages `offered` and `closed` behind it cannot be reached either") in found.notes


def test_a_closed_stage_says_what_the_mode_advance_does() -> None:
    text = f"""{FIELDS}
      lifecycle l of deal {{
        tracks stage
        stage working {{ entry  owner sales  requires {{ large: size >= 100 }} }}
        stage offered {{ owner sales  from working  requires {{ small: size < 50 }} }}
    {ENDS}"""
    found = next(each for each in asked(text)[0] if each.code == "REV500")
    assert ("note", "in mode `advance`, a record that the CRM declares in `working` can still go on to `offered`") in found.notes
    (untracked,) = asked(text.replace("tracks stage", ""))[0]
    assert "note" not in dict(untracked.notes)


def test_of_two_equal_criteria_one_is_told() -> None:
    text = f"""{FIELDS}
      define large of deal {{ owner sales  means all of {{ a: size >= 100  b: not (size < 100) }} }}
    """
    (found,) = asked(text)[0]
    assert found.message.startswith("`b` of `large` asks for nothing new")


def test_a_rule_that_a_chain_of_stages_breaks_is_told_at_the_first() -> None:
    text = f"""{FIELDS}
      rule partners of deal, warn {{ owner finance  when need is known  require size >= 10  message "size" }}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires all of {{ need: need is known  small: size < 10 }} }}
        stage offered {{ owner sales  from working  requires all of {{ tiny: size < 5  asked: asked_on is known }} }}
    {ENDS}"""
    (found,) = asked(text)[0]
    assert found.message == "every record in stage `working` breaks rule `partners` (warn)"


# --- accepting findings ------------------------------------------------------------------------------------------

TWO_WAYS = f"""{FIELDS}
      lifecycle l of deal {{
        stage working {{ entry  owner sales  requires {{ need: need is known }} }}
        stage nurture {{ owner sales  from working  requires {{ cold: partner }}  won }}
        stage offered {{ owner sales  from working  requires {{ asked: asked_on is known }} ALLOW }}
    {ENDS}"""


def test_a_finding_by_proof_can_be_accepted() -> None:
    assert codes(TWO_WAYS.replace("ALLOW", "")) == ["REV504"]
    assert codes(TWO_WAYS.replace("ALLOW", 'allow two-ways-open because "partners first"')) == []


def test_an_allow_of_a_finding_by_proof_is_left_alone_where_nothing_was_proved() -> None:
    ruleset = compile_text(TWO_WAYS.replace("ALLOW", 'allow two-ways-open because "partners first"')).ruleset
    assert ruleset is not None
    assert "REV667" not in [found.code for found in findings(ruleset, TODAY)]


def test_an_allow_of_a_finding_by_proof_that_accepts_nothing_is_told() -> None:
    ruleset = compile_text(TWO_WAYS.replace("ALLOW", 'allow nobody-stays because "ours"')).ruleset
    assert ruleset is not None
    assert "REV667" in [found.code for found in findings(ruleset, TODAY, Questions(ruleset, TODAY))]


# --- how many questions ------------------------------------------------------------------------------------------


def chain(stages: int) -> str:
    """Return a lifecycle with a chain of stages, four criteria each."""
    fields = "\n".join(f"a{n} integer  b{n} date  c{n} text  d{n} boolean" for n in range(10))
    texts = [
        f"stage s{n} {{ owner t  {'entry' if n == 0 else f'from s{n - 1}'}  requires all of {{ a: a{n % 10} >= {n}  "
        f"b: b{n % 10} <= today  c: c{n % 10} is known  d: d{n % 10} or a{n % 10} > {n + 500} }} }}"
        for n in range(stages)
    ]
    return f"team t entity e {{ {fields} }} lifecycle l of e {{ {' '.join(texts)} }}"


def test_questions_grow_with_stages_and_criteria_and_no_faster() -> None:
    small, large = asked(chain(30))[1].asked, asked(chain(60))[1].asked
    assert large <= 2.2 * small


def test_a_chain_of_many_stages_is_no_matter_of_depth() -> None:
    assert [code for code in codes(chain(150)) if code in ("REV500", "REV514")] == []


# --- what a finding means elsewhere ------------------------------------------------------------------------------


def test_a_threshold_out_of_reach_inside_a_definition_names_the_stage_that_it_closes() -> None:
    [found] = asked(
        FIELDS
        + """
    score fit of deal 0..100 { owner sales  base 5  +30 when need is known }
    define likely of deal { owner sales  means fit >= 60 }
    define ready of deal { owner sales  means all of { likely: likely  country: country is known } }
    lifecycle deals of deal {
      tracks stage
      stage working { owner sales  entry  requires { need: need is known } }
      stage offered { owner sales  from working  requires { ready: ready } }
    """
        + ENDS
    )[0]
    assert found.code == "REV506"
    assert ("effect", "no record can enter stage `offered`") in found.notes


def test_a_definition_that_asks_for_nothing_names_the_stages_that_ask_for_it() -> None:
    [found] = asked(
        FIELDS
        + """
    define worth of deal { owner sales  means amount or else 20000 }
    define has_worth of deal { owner sales  means worth is known }
    lifecycle deals of deal {
      tracks stage
      stage working { owner sales  entry  requires all of { need: need is known  worth: worth is known } }
      stage offered { owner sales  from working  requires all of { asked: asked_on is known  worth: has_worth } }
    """
        + ENDS
    )[0]
    assert found.code == "REV502"
    assert ("effect", "it keeps no record out of stage `working` or `offered`") in found.notes


@pytest.mark.parametrize(
    ("first", "takes"), [('country = "DE"', "takes, or cannot be told of, every"), ("country is missing", "takes every")]
)
def test_a_branch_hidden_by_one_that_is_unknown_of_its_records_is_not_said_to_be_taken(first: str, takes: str) -> None:
    [found] = [
        each
        for each in asked(
            f"{FIELDS} classify queue of deal, first match {{ owner sales  first when {first}  "
            "second when country is missing  otherwise third }"
        )[0]
        if each.code == "REV510"
    ]
    assert found.message == f"`second` of `queue` is never taken: `first` before it {takes} record that it is true of"
    assert ("why" in dict(found.notes)) == ("told" in takes)
