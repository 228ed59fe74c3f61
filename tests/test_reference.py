"""The reference interpreter beyond the conformance cases: that it is total, deterministic, and quick enough to be an oracle."""

from __future__ import annotations

import datetime
import time

from revrules import ir
from revrules.compiler import compile_text
from revrules.reads import reads
from revrules.reference import Mode, evaluate, place, truth_of
from revrules.types import Scalar

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
TEXT = """
team sales
entity deal key id {
  id text
  name text
  amount money
  size integer
  parent one deal by parent_id
  parts many deal by parent_id
}
define large of deal { means size > 10 }
define value of deal { means sum(amount of parts where large) }
score heat of deal { +10 when large  +5 when name is known }
lifecycle sales of deal {
  stage open { entry  owner sales }
  stage won {
    owner sales
    from open
    requires all of {
      worth:   value > 100 or parent.value > 100
      hot:     heat + count(parts) >= 10
      relates: parent is known and parent.parent.name = name
      newest:  latest(name of parts by size) = "x" or min(size of parts) < size and size in 1..5
    }
    won
  }
}
"""


def ruleset(text: str = TEXT) -> ir.Ruleset:
    """Return the compiled text."""
    compiled = compile_text(text, today=NOW.date())
    assert compiled.ruleset is not None, [d.message for d in compiled.errors]
    return compiled.ruleset


def test_a_criterion_reads_what_it_names_in_order_without_repetition() -> None:
    stage = ruleset().lifecycles[0].stage("won")
    assert isinstance(stage.requires, ir.Group)
    named = {c.name: [name for name, _ in reads(c.condition)] for c in stage.requires.members if isinstance(c, ir.Criterion)}
    assert named == {
        "worth": ["value", "parent.value"],
        "hot": ["heat", "count(parts)"],
        "relates": ["parent", "parent.parent.name", "name"],
        "newest": ["latest(name of parts)", "min(size of parts)", "size"],
    }


def test_the_same_input_gives_the_same_placement_whatever_its_order() -> None:
    rules = ruleset()
    record = {"id": "1", "size": 3, "parts": [{"size": 11, "amount": "7"}, {"name": "x"}], "parent": {"name": "p"}}
    turned = dict(reversed(record.items()))
    assert place(rules, rules.lifecycles[0], record, NOW) == place(rules, rules.lifecycles[0], turned, NOW)


def test_the_instant_may_be_told_in_any_time_zone() -> None:
    rules = ruleset()
    elsewhere = NOW.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    assert place(rules, rules.lifecycles[0], {}, elsewhere) == place(rules, rules.lifecycles[0], {}, NOW)


def test_a_record_that_holds_itself_is_read_as_far_as_rules_follow() -> None:
    rules = ruleset()
    record: dict[str, object] = {"id": "1", "name": "n", "size": "bad"}
    record["parent"] = record
    record["parts"] = [record]
    placement = place(rules, rules.lifecycles[0], record, NOW)
    assert {problem.field for problem in placement.problems} == {
        "size", "parent.size", "parent.parent.size", "parent.parts.size", "parts.size",
    }  # fmt: skip


def test_definitions_that_build_on_each_other_are_worked_out_once() -> None:
    chain = "\n".join(f"define d{n} of deal {{ means d{n - 1} + d{n - 1} or else d{n - 1} }}" for n in range(1, 40))
    life = "lifecycle l of deal { stage s { entry  requires { c: d39 > 1 } } }"
    rules = ruleset(f"entity deal key id {{ id text  size integer }}\ndefine d0 of deal {{ means size }}\n{chain}\n{life}")
    start = time.process_time()
    assert evaluate(rules, "deal.d39", {"size": 1}, NOW) == 2**39
    assert evaluate(rules, "deal.d39", {}, NOW) is None
    assert place(rules, rules.lifecycles[0], {}, NOW).missing == ("size",)
    assert time.process_time() - start < 2


def test_a_long_chain_of_stages_with_unknown_gates_takes_linear_time() -> None:
    def stage(n: int) -> str:
        way = "entry" if n == 0 else f"from s{n - 1}" + (f", s{n - 2}" if n > 1 else "")
        return f"stage s{n} {{ owner sales {way} requires {{ c: size > {n} }} }}"

    stages = "\n".join(map(stage, range(200)))
    rules = ruleset(f"team sales\nentity deal key id {{ id text  size integer }}\nlifecycle l of deal {{\n{stages}\n}}")
    start = time.process_time()
    placement = place(rules, rules.lifecycles[0], {}, NOW)
    assert (placement.stage, placement.certain, placement.missing) == (None, False, ("size",))
    assert len(place(rules, rules.lifecycles[0], {"size": 150}, NOW).path) == 150
    assert time.process_time() - start < 5


def test_modes_are_told_apart_by_name() -> None:
    assert [Mode("evidence"), Mode("advance")] == list(Mode)


def test_constants_have_a_truth_without_a_record() -> None:
    unknown, true = ir.Literal(None, Scalar.BOOLEAN), ir.Literal(True, Scalar.BOOLEAN)
    assert truth_of(ir.And((unknown, true))) is None
    assert truth_of(ir.Or((unknown, true))) is True
