"""The objects that users hold: immutable, thread-safe, picklable, honest about time."""

from __future__ import annotations

import datetime
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import revrules
from revrules.ruleset import load_cached

ROOT = Path(__file__).parent.parent
RULESET = ROOT / "rulesets" / "b2b_saas"
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
TIMED = """
team sales
entity deal key id { id text required  due date  amount money 0.. }
define late of deal { owner sales  means due < today }
lifecycle deals of deal { stage open { entry owner sales }  stage gone { owner sales from open requires { late: late } lost } }
"""


def test_everything_public_can_be_imported_by_name() -> None:
    for name in revrules.__all__:
        assert getattr(revrules, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = revrules.nothing


def test_importing_the_package_alone_imports_nothing_heavy() -> None:
    heavy = ("lark", "duckdb", "pydantic", "networkx", "click", "dataclasses")
    code = f"import sys, revrules; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_error_is_readable_and_carries_its_diagnostics() -> None:
    with pytest.raises(revrules.RulesetError) as caught:
        revrules.loads("entity deal key id { id text  amount monney }")
    assert "monney" in str(caught.value)
    assert [diagnostic.code[:3] for diagnostic in caught.value.diagnostics] == ["REV"] * len(caught.value.diagnostics)
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args


def test_as_of_is_what_the_answer_depends_on() -> None:
    place = revrules.loads(TIMED).lifecycle()
    record = {"id": "1", "due": datetime.date(2026, 11, 20)}
    assert place(record, as_of=NOW).stage == "gone"
    assert place(record, as_of=NOW - datetime.timedelta(days=3)).stage == "open"
    assert place.stage(record, NOW) == "gone"


def test_a_datetime_without_a_time_zone_is_refused() -> None:
    place = revrules.loads(TIMED).lifecycle()
    with pytest.raises(ValueError, match="time zone"):
        place({"id": "1"}, as_of=datetime.datetime(2026, 11, 21))
    with pytest.raises(TypeError, match="datetime"):
        place({"id": "1"}, as_of="2026-11-21")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match="evidence"):
        place({"id": "1"}, as_of=NOW, mode="guess")  # type: ignore[arg-type]  # that is the point


def test_rulesets_and_lifecycles_are_pickled_without_code() -> None:
    rules = revrules.load(RULESET)
    place = rules.lifecycle(rules.lifecycles[0])
    packed = pickle.dumps((rules, place))
    assert b"code" not in packed or b"marshal" not in packed
    again, placer = pickle.loads(packed)
    assert again.ir == rules.ir
    assert placer({}, as_of=NOW) == place({}, as_of=NOW)


def test_a_ruleset_cannot_be_changed() -> None:
    rules = revrules.loads(TIMED)
    with pytest.raises(AttributeError, match="cannot be changed"):
        rules.name = "other"


def test_threads_with_different_instants_do_not_disturb_each_other() -> None:
    place = revrules.loads(TIMED).lifecycle()
    record = {"id": "1", "due": datetime.date(2026, 11, 20)}

    def many(days: int) -> set[str | None]:
        return {place(record, as_of=NOW + datetime.timedelta(days=days)).stage for _ in range(300)}

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(many, [-5, 5] * 8)) == [{"open"}, {"gone"}] * 8


def test_records_are_not_changed_and_any_mapping_will_do() -> None:
    from types import MappingProxyType

    place = revrules.loads(TIMED).lifecycle()
    record: dict[str, object] = {"id": "1", "due": "2026-11-20", "amount": "12", "extra": object()}
    before = dict(record)
    assert place(MappingProxyType(record), as_of=NOW).stage == "gone"
    assert place(record, as_of=NOW).problems == ()
    assert record == before


def test_many_records_are_placed_as_of_one_instant() -> None:
    place = revrules.loads(TIMED).lifecycle()
    stages = [found.stage for found in place.place_many(({"id": str(n)} for n in range(3)), as_of=NOW)]
    assert stages == ["open"] * 3


def test_a_definition_is_a_function_of_a_record() -> None:
    late = revrules.loads(TIMED).value("late")
    assert late({"id": "1", "due": "2026-11-20"}, as_of=NOW) is True
    assert late({"id": "1", "due": "2026-11-21"}, as_of=NOW) is False
    assert late({"id": "1"}, as_of=NOW) is None
    assert pickle.loads(pickle.dumps(late))({"id": "1"}, as_of=NOW) is None


def test_names_that_are_not_there_are_told_with_those_that_are() -> None:
    rules = revrules.loads(TIMED)
    for call in (lambda: rules.lifecycle("dealz"), lambda: rules.value("later"), lambda: rules.json_schema("deel")):
        with pytest.raises(KeyError, match="there is"):
            call()


def test_what_was_compiled_is_used_again_until_a_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("REVRULES_NO_CACHE", raising=False)
    file = tmp_path / "rules.rev"
    file.write_text(TIMED)
    record = {"id": "1", "due": datetime.date(2026, 11, 20)}
    assert load_cached(tmp_path).lifecycle()(record, as_of=NOW).stage == "gone"
    code = (
        "import sys, datetime; from revrules.ruleset import load_cached; "
        f"p = load_cached({str(tmp_path)!r}).lifecycle(); "
        "print(p({'id': '1'}).stage, [m for m in ('lark', 'duckdb', 'revrules.ir', 'dataclasses') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == "open []"
    file.write_text(TIMED.replace("due < today", "due > today"))
    assert load_cached(tmp_path).lifecycle()(record, as_of=NOW).stage == "open"
    assert load_cached(tmp_path).ir == revrules.load(tmp_path).ir
