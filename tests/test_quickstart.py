"""The quick start is what its page says: the data come from the generator, the commands say what is printed there."""

from __future__ import annotations

import csv
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "quickstart"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
AS_OF = ("--as-of", "2026-11-21")


def generator() -> ModuleType:
    """Return the script that makes the data, as a module."""
    spec = importlib.util.spec_from_file_location("quickstart_generator", FOLDER / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands() -> list[tuple[str, list[str]]]:
    """Return the commands of the page, each with the lines of output that stand below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [sys.executable, "-m", "revrules", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


def test_the_data_are_what_the_generator_makes(tmp_path: Path) -> None:
    generator().write(tmp_path)
    for name in ("accounts.csv", "meetings.csv", "opportunities.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_page_has_commands() -> None:
    assert len(commands()) >= 8


@pytest.mark.parametrize(("command", "lines"), commands(), ids=[f"{i}-{c.split()[1]}" for i, (c, _) in enumerate(commands(), 1)])
def test_a_command_of_the_page_prints_what_stands_there(command: str, lines: list[str], tmp_path: Path) -> None:
    arguments = [str(tmp_path / word) if word in ("placed.csv", "rejects.csv") else word for word in command.split()[1:]]
    done = run(*arguments)
    assert done.returncode in (0, 1), done.stderr
    printed = iter((done.stdout + done.stderr).splitlines())
    for line in lines:
        assert any(line in shown for shown in printed), (
            f"`{line}` is not printed, or not in this order:\n{done.stdout}{done.stderr}"
        )


def test_the_placed_accounts_are_those_that_were_planted(tmp_path: Path) -> None:
    out = tmp_path / "placed.csv"
    done = run("evaluate", "examples/quickstart/rules.rev", "examples/quickstart/accounts.csv", *AS_OF, "-o", str(out))
    assert done.returncode == 1, done.stderr
    planted = generator().PLANTED
    with out.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    verdicts = Counter(record["verdict"] for record in records)
    assert verdicts["ahead"] == planted["customer without a contract"] + planted["MQL without interest"]
    assert verdicts["behind"] == planted["opportunity that the CRM calls lead"]
    assert verdicts["elsewhere"] == planted["customer that the CRM calls nurture"]
    assert verdicts["nowhere"] == planted["address at a mail provider"]
    assert verdicts["cannot_tell"] == planted["interest not measured"]
    assert verdicts["undeclared"] == planted["stage nobody knows"] + planted["no stage"]
    assert len(records) - len({record["account_id"] for record in records}) == planted["row twice"]
    assert sum("customer_has_revenue" in record["violations"] for record in records) == planted["customer without revenue"]


def test_ids_keep_their_zeros(tmp_path: Path) -> None:
    out = tmp_path / "placed.csv"
    run("evaluate", "examples/quickstart/rules.rev", "examples/quickstart/accounts.csv", *AS_OF, "-o", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        assert {len(record["account_id"]) for record in csv.DictReader(file)} == {7}


def test_the_placed_deals_are_those_that_were_planted(tmp_path: Path) -> None:
    out = tmp_path / "placed.jsonl"
    deals, meetings = "examples/quickstart/opportunities.csv", "meeting=examples/quickstart/meetings.csv"
    done = run("evaluate", "examples/quickstart/rules.rev", deals, "--data", meetings, *AS_OF, "-o", str(out))
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    planted = generator().PLANTED_DEALS
    ahead = [line for line in text.splitlines() if '"ahead"' in line]
    assert len(ahead) == planted["proposal without a meeting"] + planted["loss without a reason"]


def test_the_mended_ruleset_differs_from_the_faulty_one_just_as_the_page_says() -> None:
    before, after = (Counter(lines_of(folder / "rules.rev")) for folder in (FOLDER, FOLDER / "mended"))
    shown = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[0].splitlines()
    assert before - after == Counter(line[1:].strip() for line in shown if line.startswith("-"))
    assert after - before == Counter(line[1:].strip() for line in shown if line.startswith("+"))


def lines_of(file: Path) -> list[str]:
    """Return the lines of a ruleset below its heading."""
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines()[2:]]
