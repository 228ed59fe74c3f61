"""JSON Schemas: what they accept is read without a problem, and every placement is what the result schema says."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path

import jsonschema
import pytest

import revrules

ROOT = Path(__file__).parent.parent
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULES = revrules.loads("""
team sales
entity account key account_id {
  account_id text required  size integer 1..100  share number 0..<1  arr money 0..
  tier ordered enum { bronze "Bronze", gold }  paying boolean  since date  seen datetime  parent one account by parent_id
  deals many deal by account_id
}
entity deal key id { id text required  account_id text required  amount money }
lifecycle life of account {
  stage lead { entry owner sales }
  stage done { owner sales from lead requires all of { paying: paying  worth: sum(amount of deals) > 10 } won }
}
""")
GOOD = {
    "account_id": "A-1", "size": 3, "share": 0.5, "arr": "12.50", "tier": "Bronze", "paying": True, "since": "2026-11-20",
    "seen": "2026-11-20T10:00:00Z", "parent": None, "deals": [{"id": "1", "account_id": "A-1", "amount": 12}],
}  # fmt: skip


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "rulesets").iterdir() if path.is_dir()))
def test_the_schemas_of_the_standard_rulesets_are_schemas(folder: str) -> None:
    rules = revrules.load(ROOT / "rulesets" / folder)
    for entity in rules.entities:
        jsonschema.Draft202012Validator.check_schema(rules.json_schema(entity))
    for lifecycle in rules.lifecycles:
        jsonschema.Draft202012Validator.check_schema(rules.result_schema(lifecycle))


def test_a_record_that_the_schema_accepts_has_no_data_problem() -> None:
    jsonschema.validate(GOOD, RULES.json_schema("account"))
    assert RULES.lifecycle()(GOOD, as_of=NOW).problems == ()
    assert RULES.lifecycle()(GOOD, as_of=NOW).stage == "done"


@pytest.mark.parametrize(
    ("field", "value"),
    [("account_id", None), ("account_id", " "), ("size", 0), ("size", 1.5), ("share", 1.0), ("tier", "silver"), ("paying", 3)],
)
def test_what_is_no_value_is_refused_by_the_schema_and_a_data_problem(field: str, value: object) -> None:
    record = {**GOOD, field: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, RULES.json_schema("account"))
    assert [problem.field for problem in RULES.lifecycle()(record, as_of=NOW).problems] == [field]


@pytest.mark.parametrize(
    "record", [{}, GOOD, {**GOOD, "arr": "x", "paying": None}, {"account_id": 7, "size": "many"}, {"share": math.nan}]
)
def test_placements_as_json_are_what_the_result_schema_says(record: dict[str, object]) -> None:
    placement = RULES.lifecycle()(record, as_of=NOW)
    jsonschema.validate(json.loads(json.dumps(placement.as_json(), allow_nan=False)), RULES.result_schema("life"))
