"""A ruleset from a stranger: checked and run in bounded time and memory, or refused with a code."""

from __future__ import annotations

import datetime
import json
import time

import pytest

import revrules
from revrules import artifact
from revrules.compiler import compile_text
from revrules.reference import place

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
HEAD = """team t
entity e key id {
  id text required
  a boolean
  b boolean
  x integer
  m money
  k text
  at datetime
  left one e by left_id
  right one e by right_id
  ks many e by k
}
"""
STEPS = {
    "or": ("a", "{0} or ({0} and b)"),
    "exclusive or": ("a", "({0} and not b) or (not {0} and b)"),
    "different": ("a", "{0} != b"),
    "equal to its contrary": ("a", "({0}) = (not {0})"),
    "choice": ("a", "if {0} then (not {0}) else {0}"),
    "fallback": ("a", "({0} or else b) and not {0}"),
    "known": ("a", "{0} is known and {0}"),
    "sum": ("x", "{0} + {0}"),
    "money": ("m", "{0} - {0}"),
    "chosen number": ("x", "if {0} > 3 then {0} else {0} + 1"),
    "least": ("x", "least({0}, greatest({0}, {0}))"),
}
NESTED = {
    "different": "({}) != b",
    "choice": "if ({}) then b else a",
    "fallback": "({}) or else b",
    "known": "({}) is known",
    "known and": "({}) is known and b",
    "member": "({}) in {{ true }}",
    "negation": "not ({} and b)",
}


def lifecycle(condition: str) -> str:
    return f"lifecycle l of e {{ stage s {{ entry owner t }}\nstage w {{ owner t from s requires {{ z: {condition} }} won }} }}\n"


def codes(text: str) -> set[str]:
    return {diagnostic.code for diagnostic in compile_text(text).diagnostics}


def chain(step: str, count: int) -> str:
    """Return definitions each of which refers to the one before, and a lifecycle that asks the last."""
    name, form = STEPS[step]
    text = HEAD
    for number in range(count):
        text += f"define d{number} of e {{ owner t means {form.format(name)} }}\n"
        name = f"d{number}"
    return text + lifecycle(name if STEPS[step][0] == "a" else f"{name} > 5")


def answers(text: str, records: list[dict[str, object]], seconds: float = 10) -> None:
    """Compile ``text`` and place the records, in ``seconds``; all interpretations agree."""
    begun = time.monotonic()
    rules = revrules.loads(text)
    assert len(artifact.load(artifact.dump(rules.ir)).definitions) == len(rules.ir.definitions)
    for record in records:
        assert rules.lifecycle()(record, as_of=NOW) == place(rules.ir, rules.ir.lifecycles[0], record, NOW)
    assert time.monotonic() - begun < seconds


RECORDS: list[dict[str, object]] = [
    {"id": "1"},
    {"id": "2", "a": True, "b": False, "x": 2, "m": 3},
    {"id": "3", "b": True, "x": 9},
]


@pytest.mark.parametrize("step", STEPS)
def test_forty_definitions_that_use_the_one_before_several_times_cost_little(step: str) -> None:
    answers(chain(step, 40), RECORDS)


@pytest.mark.parametrize("step", STEPS)
def test_a_thousand_definitions_on_top_of_each_other_are_refused(step: str) -> None:
    assert codes(chain(step, 1000)) == {"REV258"}


@pytest.mark.parametrize("form", NESTED)
def test_an_expression_nested_as_deep_as_allowed_costs_little(form: str) -> None:
    text = "a"
    for _ in range(45):
        text = NESTED[form].format(text)
    answers(HEAD + lifecycle(text), RECORDS)


def test_scores_of_scores_and_classes_of_classes_cost_little() -> None:
    text = HEAD + "score d0 of e 0..9 { owner t +1 when a\n+2 when b }\n"
    text += "classify c0 of e, first match { owner t p when a\nq when b\notherwise r }\n"
    for n in range(1, 40):
        text += f"score d{n} of e 0..9 {{ owner t +1 when d{n - 1} = 3\n+2 when d{n - 1} != 9\n+3 per d{n - 1} up to 5 }}\n"
        mode = "exactly one" if n % 2 else "first match"
        text += (
            f"classify c{n} of e, {mode} {{ owner t p when c{n - 1} = q\nq when c{n - 1} = r and c{n - 1} != p\notherwise r }}\n"
        )
    answers(text + lifecycle("d39 = 5 or c39 = p"), RECORDS)


def test_definitions_that_lead_over_two_relations_each_are_refused_before_they_double_too_often() -> None:
    text = HEAD + "define d0 of e { owner t means a }\n"
    for n in range(1, 40):
        text += f"define d{n} of e {{ owner t means left.d{n - 1} and right.d{n - 1} }}\n"
    begun = time.monotonic()
    assert codes(text + lifecycle("d39")) == {"REV258"}
    assert time.monotonic() - begun < 10


def test_definitions_over_lists_of_lists_are_refused_beyond_three() -> None:
    text = HEAD + "define d0 of e { owner t means a }\n"
    for n in range(1, 5):
        text += f"define d{n} of e {{ owner t means any(ks where d{n - 1}) }}\n"
    assert codes(text + lifecycle("d3")) == {"REV258"}  # d4 stands there
    assert "REV258" not in codes(text.replace("define d4", "# define d4") + lifecycle("d3"))


def test_lists_of_the_record_itself_inside_one_another_are_refused_beyond_three() -> None:
    assert codes(HEAD + lifecycle("any(this.ks where any(this.ks where any(this.ks where any(this.ks where a))))")) == {"REV258"}
    inner = "define d of e { owner t means any(ks where any(this.ks where b)) }\n"
    assert codes(HEAD + inner + lifecycle("any(ks where any(this.ks where d))")) == {"REV258"}


def test_three_lists_inside_one_another_take_the_time_of_their_records() -> None:
    text = HEAD + lifecycle("any(this.ks where any(this.ks where any(this.ks where x > 5)))")
    answers(text, [{"id": "1", "ks": [{"id": str(n), "x": 1} for n in range(30)]}])


def test_as_far_as_the_limits_allow_everything_still_runs() -> None:
    text = HEAD + "define d0 of e { owner t means a }\n"
    for n in range(1, 90):
        text += f"define d{n} of e {{ owner t means not d{n - 1} }}\n"
    answers(text + lifecycle("d89"), RECORDS)
    deep = "(" * 40 + "a" + " and b)" * 40
    text = HEAD + f"define d0 of e {{ owner t means {deep} }}\n"
    for n in range(1, 4):
        text += f"define d{n} of e {{ owner t means {deep.replace('a ', f'd{n - 1} ', 1)} }}\n"
    answers(text + lifecycle("d3"), RECORDS)


def test_business_hours_are_not_counted_over_thousands_of_years() -> None:
    calendar = 'calendar c { days monday hours 09:00..09:01 timezone "UTC" }\n'
    assert codes(HEAD + calendar + lifecycle("at within 4001 business minutes after at")) == {"REV258"}
    answers(HEAD + calendar + lifecycle("at within 4000 business minutes after at"), [{"id": "1", "at": NOW}])


@pytest.mark.parametrize(
    "zone", ["localtime", "posixrules", "right/Europe/Berlin", "../../etc/passwd", "/etc/localtime", "", "Europe", "A" * 9999]
)
def test_a_time_zone_is_one_that_means_the_same_on_every_machine(zone: str) -> None:
    (problem,) = compile_text(f'ruleset r {{ timezone "{zone}" }}\n' + HEAD + lifecycle("a")).errors
    assert problem.code == "REV232"
    assert len(problem.message) < 100


def test_the_time_to_leave_a_stage_is_bounded_too() -> None:
    calendar = 'calendar c { days monday hours 09:00..09:01 timezone "UTC" }\n'
    stamped = "lifecycle l of e { stage s { entry owner t stamped by at leave within 4001 business minutes won } }\n"
    assert codes(HEAD + calendar + stamped) == {"REV258"}


def tampered(text: str, change: dict[str, object], to: object) -> str:
    """Return what is said of an artifact in which every node that holds ``change`` got ``to``, and the right hash again."""
    whole = json.loads(artifact.dump(revrules.loads(text).ir))

    def changed(node: object) -> object:
        if isinstance(node, list):
            return [changed(each) for each in node]
        if not isinstance(node, dict):
            return node
        found = {name: changed(each) for name, each in node.items()}
        return {**found, **to} if change.items() <= node.items() and isinstance(to, dict) else found

    whole["ruleset"] = changed(whole["ruleset"])
    whole["hash"] = artifact.content_hash(whole["ruleset"])
    with pytest.raises(artifact.ArtifactError) as refused:
        artifact.load(json.dumps(whole).encode())
    return str(refused.value)


def test_a_changed_artifact_with_the_right_hash_is_held_to_the_same_limits() -> None:
    calendar = 'calendar c { days monday hours 09:00..17:00 timezone "UTC" }\n'
    text = HEAD + calendar + lifecycle("at within 40 business hours after at")
    assert "4,000 working days" in tampered(text, {"$": "BusinessShift"}, {"count": 2**40})
    assert "no calendar" in tampered(text, {"$": "BusinessShift"}, {"calendar": "d"})
    stamped = "lifecycle l of e { stage s { entry owner t stamped by at leave within 4 business hours won } }\n"
    assert "calendar" in tampered(HEAD + calendar + stamped, {"$": "LeaveWithin"}, {"calendar": "d"})
    chain = {"$": "Ref", "definition": "e.d2"}
    nested = "define d1 of e { owner t means a }\ndefine d2 of e { owner t means not d1 }\n"
    assert "before this use" in tampered(HEAD + nested + lifecycle("d2"), {"$": "Ref", "definition": "e.d1"}, chain)


def test_a_changed_artifact_cannot_expect_what_no_example_can() -> None:
    text = HEAD + lifecycle("a") + 'example "x" of e as of 2026-01-01 { given { id = "1" } expect stage s }\n'
    assert "expect" in tampered(text, {"$": "Expectation"}, {"kind": "miracle"})
    assert "lifecycle" in tampered(text, {"$": "Expectation"}, {"lifecycle": "none"})


def test_a_long_list_that_is_asked_in_many_places_is_written_once() -> None:
    items = ", ".join(f'"i{n}"' for n in range(20_000))
    asked = "\n".join(f"c{n}: k in long any case\nd{n}: k not in long" for n in range(300))
    text = (
        HEAD + f"list long {{ {items} }}\nlifecycle l of e {{ stage s {{ entry owner t requires any of {{ {asked} }} won }} }}\n"
    )
    begun = time.monotonic()
    rules = revrules.loads(text)
    assert rules.lifecycle()({"id": "1", "k": "I7"}, as_of=NOW).stage == "s"
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("digit", ["෩", "²", "①", "٣", "１"])
def test_digits_of_other_scripts_are_told_not_read(digit: str) -> None:
    assert codes(HEAD + lifecycle(f"x > {digit}")) & {"REV101", "REV105", "REV221"}
    assert compile_text(digit).errors
