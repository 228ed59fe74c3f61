"""Standalone modules: one text, no dependency, the same answers."""

from __future__ import annotations

import datetime
import pickle
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import revrules
from revrules.cli.build import command
from revrules.standalone import standalone

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
RULESETS = sorted(path for path in (ROOT / "rulesets").iterdir() if (path / "rules.rev").is_file())


def module(text: str, folder: Path) -> ModuleType:
    file = folder / "lifecycles_alone.py"
    file.write_text(text, "utf-8")
    spec = spec_from_file_location("lifecycles_alone", file)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["lifecycles_alone"] = made
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("folder", RULESETS, ids=lambda path: path.name)
def test_a_standalone_module_gives_the_same_answers(folder: Path, tmp_path: Path) -> None:
    rules = revrules.load(folder)
    text = standalone(rules.ir)
    assert text == standalone(revrules.load(folder).ir)
    alone = module(text, tmp_path)
    for example in rules.ir.examples:
        for lifecycle in (found for found in rules.ir.lifecycles if found.entity == example.entity):
            record = {name: value for name, value in example.given if not isinstance(value, tuple | list)}
            at = example.as_of or NOW
            for mode in ("evidence", "advance"):
                ours = rules.lifecycle(lifecycle.name)(record, as_of=at, mode=mode)  # type: ignore[arg-type]  # a mode
                theirs = alone.lifecycle(lifecycle.name)(record, as_of=at, mode=mode)
                assert (repr(theirs), theirs.as_json()) == (repr(ours), ours.as_json())


def test_a_standalone_module_needs_nothing_but_python(tmp_path: Path) -> None:
    rules = revrules.load(RULESETS[0])
    (tmp_path / "alone.py").write_text(standalone(rules.ir), "utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import alone; "
        "p = alone.lifecycle(next(iter(alone.LIFECYCLES))); print(p({}).stage, any('revrules' in m for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None False"


def test_its_lifecycles_are_pickled_by_name(tmp_path: Path) -> None:
    alone = module(standalone(revrules.load(RULESETS[0]).ir), tmp_path)
    place = alone.lifecycle(next(iter(alone.LIFECYCLES)))
    assert pickle.loads(pickle.dumps(place)) is place
    assert pickle.loads(pickle.dumps(place({}, as_of=NOW))) == place({}, as_of=NOW)
    with pytest.raises(KeyError, match="no lifecycle"):
        alone.lifecycle("nothing")


def test_build_writes_both_and_says_so(tmp_path: Path) -> None:
    artifact, made = tmp_path / "rules.json", tmp_path / "rules.py"
    done = CliRunner().invoke(command, [str(RULESETS[0]), "--artifact", str(artifact), "--module", str(made)])
    assert done.exit_code == 0, done.output
    assert revrules.load(artifact).ir == revrules.load(RULESETS[0]).ir
    assert made.read_text("utf-8") == standalone(revrules.load(RULESETS[0]).ir)


def test_build_asks_for_something_to_write(tmp_path: Path) -> None:
    assert CliRunner().invoke(command, [str(RULESETS[0])]).exit_code == 2
    wrong = CliRunner().invoke(command, [str(RULESETS[0]), "--module", str(tmp_path / "x.py"), "--lifecycle", "nothing"])
    assert wrong.exit_code == 2
    assert not (tmp_path / "x.py").exists()
