"""Small mistakes in a ruleset, and which of them the examples notice."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from revrules.compiler import compile_text
from revrules.proofs.differences import Differences
from revrules.proofs.mutants import mutants, score
from revrules.proofs.reaching import Reach, without_same
from revrules.reference import evaluate

if TYPE_CHECKING:
    from revrules.ir import Ruleset

TODAY = datetime.date(2026, 11, 21)
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)

HEAD = """
team sales
system crm
entity account key id {
  id        text required  from crm
  size      integer        from crm
  arr       money          from crm
  rate      number         from crm
  paying    boolean        from crm
  name      text           from crm
  kind      enum { small, large, other }  from crm
  tier      ordered enum { bronze, silver, gold }  from crm
  ends_on   date           from crm
  seen_at   datetime       from crm
  waited    duration in hours  from crm
  meetings  many meeting by account_id
}
entity meeting key meeting_id {
  meeting_id text from crm
  account_id text from crm
  held       boolean from crm
  minutes    integer from crm
}
"""


def ruleset(body: str) -> Ruleset:
    """Return a ruleset with these declarations."""
    compiled = compile_text(f"{HEAD}\n{body}\n")
    assert compiled.ruleset is not None, [diagnostic.message for diagnostic in compiled.diagnostics]
    return compiled.ruleset


def words(condition: str) -> list[str]:
    """Return the mistakes that somebody could make in a condition."""
    return [mutant.words for mutant in mutants(ruleset(f"define x of account {{ owner sales means {condition} }}"))]


@pytest.mark.parametrize(
    ("condition", "becoming"),
    [
        ("size >= 50", ["size > 50", "size >= 49"]),
        ("size < 50", ["size <= 50", "size < 49"]),
        ("size = 50", ["size != 50", "size = 51", "size = 49"]),
        ("arr > 0", ["arr >= 0", "arr > 0.01", "arr > -0.01"]),
        ("rate <= 0.5", ["rate < 0.5", "rate <= 0.6", "rate <= 0.4"]),
        ("tier >= silver", ["tier > silver", "tier >= bronze", "tier >= gold"]),
        ("ends_on < 2026-01-01", ["ends_on <= 2026-01-01", "ends_on < 2025-12-31"]),
        ("waited > 2 hours", ["waited >= 2 hours", "waited > 3 hours", "waited > 1 hour"]),
        ("paying", ["not paying"]),
        ("name is known", ["name is missing"]),
        ("paying or else false", ["paying", "paying or else true", "not paying"]),
    ],
)
def test_a_condition_that_somebody_got_slightly_wrong(condition: str, becoming: list[str]) -> None:
    texts = [text.split(" becoming ")[1] for text in words(condition)]
    assert texts == [f"`{text}`" for text in becoming]


def test_sets_groups_and_aggregates() -> None:
    assert "large missing from `kind in { small, large }`" in words("kind in { small, large }")
    assert "`or` becoming `and` in `paying or size > 5`" in words("paying or size > 5")
    assert "`size > 5` left out of `paying or size > 5`" in words("paying or size > 5")
    found = words("count(meetings where held) >= 2 and max(minutes of meetings) > 30")
    assert "`count(meetings where held)` becoming `count(meetings)`" in found
    assert "`max(minutes of meetings)` becoming `min(minutes of meetings)`" in found
    windows = words("seen_at within last 60 days")
    assert "`now - 60 days` becoming `now - 59 days`" in windows
    assert "`seen_at <= now` becoming `seen_at < now`" in windows


def test_mistakes_in_declarations() -> None:
    found = mutants(
        ruleset("""
        define good of account { owner sales means all of { a: paying  at least 1 of { b: size > 5  c: name is known } } }
        classify band of account, first match { owner sales low when size < 5 high when size >= 5 otherwise none_ }
        score fit of account 0..10 { owner sales +4 when paying +2 per size up to 6 when name is known }
        rule named of account, warn { owner sales when paying require name is known message "A name" }
        lifecycle life of account {
          stage one { entry owner sales requires { a: paying } }
          stage two { owner sales from one when size > 1 stamped by seen_at requires { b: arr > 0 } won }
        }
        """)
    )
    told = {f"{mutant.where}: {mutant.words}" for mutant in found}
    assert {
        "good: `all of` becoming `any of`",
        "good: criterion `a` left out",
        "good: criterion `c` left out",
        "good: `at least 1` becoming `at least 2`",
        "band: branch `low` left out",
        "band: `low` and `high` given for each other",
        "band: branch `high` tried before `low`",
        "band: `otherwise none_` left out",
        "fit: `+4 when paying` left out",
        "fit: `+4 when paying` giving +5",
        "fit: the most of the score, 10, becoming 9",
        "named: the rule left out",
        "named: `when paying` left out",
        "two: `stamped by seen_at` left out",
        "two: its criteria left out",
        "one → two: the way `one → two` left out",
        "one → two: `when size > 1` left out",
    } <= told


def test_every_mistake_is_another_ruleset_and_each_stands_once() -> None:
    rules = ruleset("define x of account { owner sales means size in 20..50 and (paying or else false) or kind = small }")
    found = list(mutants(rules))
    assert len({repr(mutant.change.after) for mutant in found}) == len(found)
    assert all(mutant.change.ruleset != rules for mutant in found)
    original = evaluate(rules, "account.x", {"size": 30, "paying": True}, NOON)
    assert {evaluate(mutant.change.ruleset, "account.x", {"size": 30, "paying": True}, NOON) for mutant in found} > {original}


EXAMPLES = """
define wanted of account { owner sales means size >= 100 and size >= 50 }
example "large" of account as of 2026-11-21 { given { size = 100 } expect wanted is true }
example "medium" of account as of 2026-11-21 { given { size = 99 } expect wanted is false }
"""


def test_what_the_examples_notice_and_what_they_cannot() -> None:
    rules = ruleset(EXAMPLES)
    found = score(rules)
    noticed = {trial.mutant.words: trial.by for trial in found.trials}
    assert noticed == {
        "`and` becoming `or` in `size >= 100 and size >= 50`": "medium",
        "`size >= 100` left out of `size >= 100 and size >= 50`": "medium",
        "`size >= 50` left out of `size >= 100 and size >= 50`": None,
        "`size >= 100` becoming `size > 100`": "large",
        "`size >= 100` becoming `size >= 99`": "medium",
        "`size >= 50` becoming `size > 50`": None,
        "`size >= 50` becoming `size >= 49`": None,
    }
    proved = without_same(found, Reach(Differences(rules, TODAY), 100))
    assert (round(found.percent), proved.percent, len(proved.survivors)) == (57, 100.0, 0)
    assert sum(trial.same for trial in proved.trials) == 3


def test_an_example_that_fails_notices_nothing() -> None:
    rules = ruleset(EXAMPLES.replace("is true", "is unknown"))
    assert "large" not in {trial.by for trial in score(rules).trials}


def test_many_mistakes_are_drawn_from_alike_each_time() -> None:
    rules = ruleset(EXAMPLES)
    drawn = [[trial.mutant.words for trial in score(rules, seed=seed, most=3).trials] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert (len(drawn[0]), score(rules, most=3).all) == (3, 7)


def test_a_definition_that_stands_for_an_absent_record_is_looked_at() -> None:
    body = """
    entity child key c { c text from crm  parent one account by parent_id }
    define nameless of account { owner sales means name is missing }
    define orphan of child { owner sales means parent.nameless }
    example "alone" of child as of 2026-11-21 { given { c = "1" } expect orphan is true }
    """
    rules = ruleset(body)
    by = {trial.mutant.where: trial.by for trial in score(rules).trials}
    assert by == {"nameless": "alone", "orphan": "alone"}
    assert score(replace(rules, examples=())).percent == 0.0
