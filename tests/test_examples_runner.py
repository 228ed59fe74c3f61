"""Examples in rulesets: what passes, what fails, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from revrules.compiler import compile_text
from revrules.examples import ExampleResult, run_examples

RULES = """
team sales
system crm

entity account key id {
  id        text required  from crm
  domain    text           from crm
  size      integer 1..    from crm
  segment   enum { small, large }  from crm
  arr       money          from crm
  signed    boolean        from crm
  seen_at   datetime       from crm
  waited    duration in hours  from crm
  claimed   enum { lead, customer }  from crm
  parent    one account by parent_id
  meetings  many meeting by account_id
}

entity meeting key meeting_id {
  meeting_id  text  from crm
  account_id  text  from crm
  kind        enum { demo, call }  from crm
}

define big of account { owner sales means size >= 100 }
score fit of account 0..100 { owner sales +40 when big +20 when signed }
rule priced of account, warn { owner sales when signed require arr is known message "A contract has a price" }

lifecycle revenue of account {
  tracks claimed
  stage lead { entry owner sales requires { reachable: domain is known } }
  stage customer {
    owner sales
    from lead
    requires all of { signed: signed  met: any(meetings where kind = demo) }
    won
  }
}
"""

GIVEN = 'id = "A"  domain = "a.example"  size = 240  signed = false'


def run(given: str, *expected: str, when: str = "as of 2026-11-21") -> ExampleResult:
    """Run one example with these expectations."""
    lines = "\n".join(f"  expect {line}" for line in expected)
    compiled = compile_text(f'{RULES}\nexample "one" of account {when} {{\n  given {{ {given} }}\n{lines}\n}}\n')
    assert [(d.code, d.message) for d in compiled.errors] == []
    assert compiled.ruleset is not None
    (result,) = run_examples(compiled.ruleset, as_of=datetime(2026, 11, 21, 12, tzinfo=UTC))
    return result


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (GIVEN, "stage lead"),
        (GIVEN, "stage lead of revenue"),
        ('id = "A"', "stage none"),
        (GIVEN, "verdict undeclared"),
        (f"{GIVEN} claimed = customer", "verdict ahead"),
        (GIVEN, "blocked by met, signed"),
        (GIVEN, "big is true"),
        ('id = "A" size = 3', "big is false"),
        ('id = "A"', "big is unknown"),
        (GIVEN, "size = 240"),
        (GIVEN, "size is known"),
        (GIVEN, "arr is missing"),
        (f"{GIVEN} segment = large", "segment = large"),
        (f"{GIVEN} arr = 1200.50", "arr = 1200.50"),
        (f"{GIVEN} seen_at = 2026-11-02T10:00+01:00", "seen_at = 2026-11-02T09:00Z"),
        (f"{GIVEN} waited = 90 minutes", "waited = 90 minutes"),
        (GIVEN, "fit = 40"),
        ('id = "A" domain = "a.example" signed = true', "violates priced"),
        (f"{GIVEN} parent = {{ size = 7 }}", "parent.size = 7"),
        ('id = "A" domain = "a.example" signed = true meetings = [ { kind = call } { kind = demo } ]', "stage customer"),
    ],
)
def test_what_comes_out_as_expected_passes(given: str, expected: str) -> None:
    result = run(given, expected)
    assert [(o.expected, o.found, o.passed) for o in result.outcomes if not o.passed] == []
    assert len(result.outcomes) == 1
    assert result.passed


@pytest.mark.parametrize(
    ("given", "expected", "said", "found"),
    [
        (GIVEN, "stage customer", "stage `customer`", "stage `lead`"),
        ('id = "A"', "stage lead", "stage `lead`", "no stage"),
        (GIVEN, "stage none", "no stage", "stage `lead`"),
        (f"{GIVEN} claimed = customer", "verdict in_stage", "verdict in_stage", "verdict ahead (declared: customer)"),
        (GIVEN, "blocked by signed", "blocked by `signed`", "blocked by `met`, `signed`"),
        (GIVEN, "violates priced", "violates `priced`", "violates nothing"),
        (GIVEN, "big is false", "false", "true"),
        ('id = "A"', "big is true", "true", "unknown"),
        (GIVEN, "arr is known", "known", "missing"),
        (GIVEN, "size = 3", "3", "240"),
        (f"{GIVEN} arr = 1200.50", "arr = 3", "3", "1200.5"),
        (f"{GIVEN} segment = large", "segment = small", "small", "large"),
        (GIVEN, 'domain = "b.example"', '"b.example"', '"a.example"'),
        (f"{GIVEN} waited = 48 hours", "waited = 1 hour", "1 hour", "2 days"),
    ],
)
def test_what_comes_out_otherwise_fails_with_both_sides_in_words(given: str, expected: str, said: str, found: str) -> None:
    result = run(given, expected)
    assert not result.passed
    assert [(o.expected, o.found) for o in result.failures] == [(said, found)]


def test_a_failure_gives_the_reasons_with_the_values_seen() -> None:
    (failure,) = run('id = "A" domain = "a.example" signed = false', "stage customer").failures
    assert failure.reasons == ("`customer` needs `signed` (signed = false), `met` (count(meetings) = 0)",)


def test_a_value_that_is_none_is_told() -> None:
    (failure,) = run(f"{GIVEN} claimed = customer", "stage customer").failures
    assert any("signed" in reason for reason in failure.reasons)


def test_each_expectation_is_judged_for_itself() -> None:
    result = run(GIVEN, "stage lead", "size = 3", "big is true")
    assert [outcome.passed for outcome in result.outcomes] == [True, False, True]
    assert not result.passed


def test_an_example_without_a_date_is_judged_when_the_caller_says() -> None:
    assert run(GIVEN, "stage lead", when="").as_of == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_example_without_any_moment_is_judged_now() -> None:
    compiled = compile_text(f'{RULES}\nexample "one" of account {{ given {{ {GIVEN} }} expect stage lead }}\n')
    assert compiled.ruleset is not None
    (result,) = run_examples(compiled.ruleset)
    assert timedelta(0) <= datetime.now(UTC) - result.as_of < timedelta(minutes=1)


def test_none_expects_that_nothing_is_missing_or_broken() -> None:
    assert run(f"{GIVEN}  arr = 5", "violates none", "missing none").passed
    assert not run('id = "A"  size = 240  signed = true', "violates none").passed
