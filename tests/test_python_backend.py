"""Generated Python: what CPython takes, what it costs, what it may hold. That it is right shows properties/test_agreement.py."""

from __future__ import annotations

import ast
import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import revrules
from revrules.backends.program import Program
from revrules.backends.python import generate, generate_lifecycle
from revrules.reference import place

if TYPE_CHECKING:
    from revrules.ruleset import Ruleset

ROOT = Path(__file__).parent.parent
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
HEAD = "team sales\nentity deal key id {\n  id text required\n  a integer\n  b integer\n  c text\n  d date\n  f boolean\n}\n"


def ruleset(text: str) -> Ruleset:
    return revrules.loads(HEAD + text)


def one_stage(condition: str) -> Ruleset:
    return ruleset(f"lifecycle deals of deal {{ stage open {{ entry owner sales requires {{ it: {condition} }} won }} }}")


def stage_of(rules: Ruleset, record: dict[str, object]) -> str | None:
    """Return the stage, after making sure that all interpretations give it."""
    lifecycle = rules.lifecycle()
    found = lifecycle.stage(record, NOW)
    placement = lifecycle({"id": "1", **record}, as_of=NOW)
    assert placement == place(rules.ir, rules.ir.lifecycles[0], {"id": "1", **record}, NOW)
    assert placement.stage == found == lifecycle.unmet(record, NOW).stage
    return found


def test_ninety_nested_parentheses_and_alternatives_run() -> None:
    condition = "a = 0"
    for level in range(90):
        condition = f"({condition} {'or' if level % 2 else 'and'} b = {level})"
    assert stage_of(one_stage(condition), {"a": 0, "b": 89}) == "open"
    assert stage_of(one_stage(condition), {"a": 1, "b": 90}) is None


def test_ninety_nested_negations_run() -> None:
    assert stage_of(one_stage("not " * 90 + "a = 0"), {"a": 0}) == "open"


def test_forty_choices_inside_one_another_take_no_exponential_time() -> None:
    condition = "a = 0"
    for level in range(40):
        condition = f"(if {condition} then b > {level} else b < {level})"
    assert stage_of(one_stage(condition), {"a": 0, "b": 50}) == "open"


def test_forty_fallbacks_inside_one_another_take_no_exponential_time() -> None:
    value = "a"
    for level in range(40):
        value = f"({value} or else {level} + b)"
    assert stage_of(one_stage(f"{value} >= 0"), {"a": 3, "b": 50}) == "open"


def test_forty_five_sums_inside_one_another_run() -> None:
    value = "a"
    for _ in range(45):
        value = f"(b - {value})"
    assert stage_of(one_stage(f"{value} = -7"), {"a": 7, "b": 0}) == "open"


def test_definitions_that_use_the_one_before_twice_are_worked_out_once() -> None:
    definitions = "define d0 of deal { owner sales means a > 0 }\n" + "".join(
        f"define d{n} of deal {{ owner sales means (d{n - 1} and b > {n}) or (not d{n - 1} and b < {n}) }}\n"
        for n in range(1, 41)
    )
    rules = ruleset(definitions + "lifecycle deals of deal { stage open { entry owner sales requires { last: d40 } won } }")
    assert stage_of(rules, {"a": 1, "b": 100}) == "open"


def test_a_thousand_operands_run() -> None:
    rules = one_stage(" or ".join(f"a = {n}" for n in range(1000)))
    assert stage_of(rules, {"a": 999}) == "open"
    assert stage_of(rules, {"a": 1000}) is None


def test_a_lifecycle_of_five_hundred_stages_is_walked_to_its_end() -> None:
    stages = ["stage s0 { entry owner sales }"]
    stages += [f"stage s{n} {{ owner sales from s{n - 1} requires {{ it: a >= {n} }} }}" for n in range(1, 500)]
    rules = ruleset("lifecycle deals of deal {\n" + "\n".join(stages) + "\n}")
    assert stage_of(rules, {"a": 499}) == "s499"
    assert len(rules.lifecycle()({"id": "1", "a": 499}, as_of=NOW).path) == 500
    assert stage_of(rules, {"a": 250}) == "s250"


def test_stages_that_many_ways_lead_to_are_not_written_out_for_each_way() -> None:
    stages = ["stage a0 { entry owner sales }", "stage b0 { entry owner sales }"]
    for n in range(1, 25):
        for side in "ab":
            gate = f"a > {n}" if side == "a" else f"a < {-n}"
            stages.append(f"stage {side}{n} {{ owner sales from a{n - 1}, b{n - 1} requires {{ it: {gate} }} }}")
    rules = ruleset("lifecycle deals of deal {\n" + "\n".join(stages) + "\n}")
    assert len(generate(rules.ir)) < 400_000
    assert stage_of(rules, {"a": 10}) == "a9"


def test_a_score_of_a_hundred_lines_runs() -> None:
    lines = "\n".join(f"  +1 when a > {n}" for n in range(100))
    rules = ruleset(
        f"score points of deal 0..100 {{ owner sales\n{lines}\n}}\n"
        "lifecycle deals of deal { stage open { entry owner sales requires { enough: points >= 50 } won } }"
    )
    assert stage_of(rules, {"a": 50}) == "open"
    assert stage_of(rules, {"a": 49}) is None


def test_a_field_is_read_once_on_the_way_through_a_stage() -> None:
    class Counting(dict[str, object]):
        reads = 0

        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]  # narrower on purpose
            Counting.reads += 1
            return super().get(key, default)

    rules = one_stage("a > 1 and a < 10 and (b > a or b = 3) and b != 7 and a != b")
    assert rules.lifecycle().stage(Counting(a=2, b=3), NOW) == "open"
    assert Counting.reads == 2


def test_a_condition_that_was_tested_is_not_tested_again() -> None:
    rules = ruleset(
        "define good of deal { owner sales means a > 1 and b > 1 }\n"
        "lifecycle deals of deal {\n"
        "  stage open { entry owner sales requires { good: good } }\n"
        "  stage done { owner sales from open requires { good: good and c is known } won }\n}"
    )
    text = generate(rules.ir)
    stage = text[text.index("def stage(") : text.index("def unmet(")]
    assert len(re.findall(r"> 1\b", stage)) == 2


def test_what_depends_on_the_instant_alone_is_worked_out_once() -> None:
    text = generate(one_stage("d within last 30 days").ir)
    assert text.count("shift_date(") == 1
    assert "shift_date(" not in text[text.index("def stage(") :]


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "rulesets").iterdir() if path.is_dir()))
def test_the_same_ruleset_gives_the_same_text(folder: str) -> None:
    rules = revrules.load(ROOT / "rulesets" / folder)
    assert generate(rules.ir) == generate(revrules.load(ROOT / "rulesets" / folder).ir)


def test_texts_of_a_ruleset_stand_in_generated_code_as_constants_only() -> None:
    evil = '"); __import__("os").system("true"); ("'
    rules = ruleset(
        "lifecycle deals of deal {\n  ## " + evil + "\n"
        f"  stage open {evil_text(evil)} {{ entry owner sales requires {{ it: c = {evil_text(evil)} }} won }}\n}}"
    )
    tree = ast.parse(generate(rules.ir))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    assert not {"__import__", "os", "system"} & names
    assert stage_of(rules, {"c": evil}) == "open"


def evil_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_a_generated_module_imports_nothing_that_compiles() -> None:
    rules = revrules.load(ROOT / "rulesets" / "b2b_saas")
    for name in rules.lifecycles:
        text = generate_lifecycle(rules.ir, name)
        modules = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
        assert all(module and (module.startswith("revrules.runtime.") or "." not in module) for module in modules)
        assert Program.from_source(text).lifecycle == name


def test_a_stamp_that_decides_nothing_leaves_nothing_behind() -> None:
    rules = ruleset(
        "lifecycle l of deal {"
        " stage open { entry owner sales }"
        " stage agreed { owner sales from open when f stamped by d requires { always: true } won }"
        " stage lost { owner sales from open requires { dated: d is known } lost }"
        "}"
    )
    assert rules.lifecycle().unmet({"f": False}, NOW) == ("open", (("agreed", ("when",)), ("lost", ("dated",))))
    assert stage_of(rules, {"f": False}) == "open"


def test_a_score_line_of_no_points_leaves_nothing_behind() -> None:
    rules = ruleset(
        "score s of deal -9..9 { owner sales +0 when c is known +2 when f +1 when c is known }"
        "lifecycle l of deal { stage open { entry owner sales requires { enough: s >= 3 } won } }"
    )
    assert [stage_of(rules, {"f": True, "c": text}) for text in ("x", None)] == ["open", None]
