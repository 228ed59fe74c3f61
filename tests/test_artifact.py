"""Artifacts: the same ruleset comes back, the same bytes come out, and nothing else is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import jsonschema
import pytest

import revrules
from revrules.artifact import ArtifactError, content_hash, dump, load, schema
from revrules.compiler import compile_path, compile_text

ROOT = Path(__file__).parent.parent
RULESETS = sorted(path for path in (ROOT / "rulesets").iterdir() if (path / "rules.rev").is_file())
SMALL = """
team sales
entity deal key id { id text required  amount money 0.. signed date }
lifecycle deals of deal { stage open { entry owner sales requires { worth: amount > 12.5  } won } }
"""


def artifact() -> dict[str, object]:
    ruleset = compile_text(SMALL).ruleset
    assert ruleset is not None
    whole: dict[str, object] = json.loads(dump(ruleset))
    return whole


def resealed(whole: dict[str, object]) -> bytes:
    return json.dumps({**whole, "hash": content_hash(whole["ruleset"])}).encode()


@pytest.mark.parametrize("folder", RULESETS, ids=lambda path: path.name)
def test_what_is_loaded_is_what_was_dumped(folder: Path) -> None:
    ruleset = compile_path(folder).ruleset
    assert ruleset is not None
    data = dump(ruleset)
    assert load(data) == ruleset
    assert dump(load(data)) == data
    jsonschema.validate(json.loads(data), schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_hash_does_not_see_the_layout() -> None:
    spread = compile_text(SMALL.replace(" { ", " {\n\n  ")).ruleset
    assert spread is not None
    assert json.loads(dump(spread))["hash"] == artifact()["hash"]


def test_a_changed_artifact_is_refused() -> None:
    data = json.dumps(artifact()).replace("12.5", "13.5").encode()
    with pytest.raises(ArtifactError, match="changed after it was built"):
        load(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[]", "revrules-artifact"),
        (b'{"format": "revrules-artifact", "version": 99}', "version 1"),
        (b"[" * 100_000, "nested"),
        (b'{"format": NaN}', "NaN"),
    ],
)
def test_what_is_no_artifact_gets_one_clear_sentence(data: bytes, says: str) -> None:
    with pytest.raises(ArtifactError, match=says) as caught:
        load(data)
    assert "\n" not in str(caught.value)


def test_unknown_nodes_wrong_types_and_missing_members_are_refused() -> None:
    for place, value, says in (
        ("timezone", 3, "a text"),
        ("lifecycles", [{"$": "Team", "name": "x", "label": "y"}], "Lifecycle"),
        ("surprise", 1, "no `surprise`"),
        ("timezone", "Middle/Earth", "time zone"),
    ):
        whole = artifact()
        meaning = whole["ruleset"]
        assert isinstance(meaning, dict)
        meaning[place] = value
        with pytest.raises(ArtifactError, match=says):
            load(resealed(whole))
    whole = artifact()
    meaning = whole["ruleset"]
    assert isinstance(meaning, dict)
    del meaning["name"]
    with pytest.raises(ArtifactError, match="lacks `name`"):
        load(resealed(whole))


def test_a_field_that_is_not_there_is_refused() -> None:
    whole = artifact()
    text = json.dumps(whole["ruleset"]).replace('"$": "Field", "name": "amount"', '"$": "Field", "name": "price"')
    with pytest.raises(ArtifactError, match="no field `price`"):
        load(resealed({**whole, "ruleset": json.loads(text)}))


def test_random_damage_gives_an_error_or_a_ruleset_and_nothing_else() -> None:
    random = Random(7)
    good = json.dumps(artifact())
    for _ in range(300):
        at = random.randrange(len(good))
        damaged = good[:at] + random.choice(['"', "{", "0", "null", "", "-1", "[]"]) + good[at + random.randrange(4) :]
        try:
            whole = json.loads(damaged)
            data = resealed(whole) if isinstance(whole, dict) and "ruleset" in whole else damaged.encode()
        except ValueError:
            data = damaged.encode()
        try:
            load(data)
        except ArtifactError as error:
            assert "\n" not in str(error)


def test_a_ruleset_is_loaded_from_its_artifact(tmp_path: Path) -> None:
    whole = tmp_path / "rules.json"
    rules = revrules.load(ROOT / "rulesets" / "b2b_saas")
    whole.write_bytes(dump(rules.ir))
    again = revrules.load(whole)
    assert again.lifecycles == rules.lifecycles
    assert again.ir == rules.ir
    whole.write_text("{}")
    with pytest.raises(revrules.RulesetError, match="no ruleset"):
        revrules.load(whole)
