"""The frame of the command line, run as users run it: help, exit codes, streams, colours, interruptions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from revrules.cli.group import group
from revrules.cli.main import COMMANDS, OPTIONS, help_text, main

if TYPE_CHECKING:
    import click

NAMES = [name for commands in COMMANDS.values() for name in commands]
QUIET = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "REVRULES_DEBUG")}


def revrules(*words: str, env: dict[str, str] | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "revrules", *words]
    settings = {
        "capture_output": True,
        "text": True,
        "encoding": "utf-8",
        "timeout": 60,
        "env": {**QUIET, **(env or {})},
        **options,
    }
    return subprocess.run(command, check=False, **settings)


def context() -> click.Context:
    return group.make_context("revrules", [], resilient_parsing=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_line_in_the_help_is_the_commands_own(name: str) -> None:
    command = group.get_command(context(), name)
    assert command is not None
    lines = {name: line for commands in COMMANDS.values() for name, line in commands.items()}
    assert command.get_short_help_str(limit=200) == lines[name]


def test_every_option_of_the_group_is_in_the_help() -> None:
    spellings = [opt for parameter in group.get_params(context()) for opt in parameter.opts]
    assert [opt for opt in spellings if opt not in OPTIONS] == []


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["--color", "never", "--help"]])
def test_help_is_the_same_with_and_without_click(words: list[str]) -> None:
    done = revrules(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, help_text(), "")


def test_help_before_a_command_is_the_commands_help() -> None:
    assert revrules("help", "version").stdout == revrules("version", "--help").stdout


def test_top_level_help_imports_neither_click_nor_a_command() -> None:
    code = "import sys; from revrules.cli.main import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not [name for name in ("click", "dataclasses", "pathlib", "json", "revrules.cli.group") if f"'{name}'" in done.stderr]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_the_common_options(name: str) -> None:
    done = revrules(name, "--help")
    assert done.returncode == 0
    assert "--color [auto|always|never]" in done.stdout
    assert "-h, --help" in done.stdout


def test_no_heavy_library_is_imported_for_a_commands_help() -> None:
    heavy = ("lark", "duckdb", "networkx", "pydantic", "jsonschema", "rich")
    code = f"import sys; from revrules.cli.main import main; main(sys.argv[1:]); print([m for m in {heavy} if m in sys.modules])"
    for name in NAMES:
        done = subprocess.run(
            [sys.executable, "-c", code, name, "--help"], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.splitlines()[-1] == "[]", name


def test_without_a_command_the_help_comes_with_the_code_of_a_usage_mistake() -> None:
    done = revrules()
    assert (done.returncode, done.stdout, done.stderr) == (2, "", help_text())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "There is no command `chek`; did you mean `check`?"),
        (["xyzzy"], "There is no command `xyzzy`; there are init,"),
        (["check", "--output-fromat", "json"], "--output-format"),
        (["check", "--as-of", "2026-02-30"], "`2026-02-30` is no day of the calendar; write year-month-day"),
        (["check", "--fail-on", "never"], "'error', 'warning'"),
        (["--color", "blue", "version"], "'auto', 'always', 'never'"),
        (["explain", "REV9999"], "there is no finding `REV9999`; "),
        (["explain", "no-ownr"], "did you mean `no-owner`"),
        (["check", "nowhere"], "nowhere: there is no such file or folder"),
        (["check", __file__], "this is no ruleset; rulesets are files that end in `.rev`"),
    ],
)
def test_a_usage_mistake_is_code_2_and_says_what_would_be_right(words: list[str], said: str) -> None:
    done = revrules(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_version_comes_as_words_and_as_json() -> None:
    import json

    from revrules import __version__

    assert revrules("--version").stdout == f"revrules {__version__}\n"
    assert revrules("version").stdout.startswith(f"revrules {__version__}\nPython ")
    found = json.loads(revrules("version", "--output-format", "json").stdout)
    assert found["revrules"] == __version__
    assert found["libraries"]["click"]


def test_options_come_from_the_environment_too() -> None:
    assert revrules("version", env={"REVRULES_VERSION_OUTPUT_FORMAT": "json"}).stdout.startswith("{")
    assert revrules("version", "--output-format", "full", env={"REVRULES_VERSION_OUTPUT_FORMAT": "json"}).stdout.startswith("rev")


@pytest.mark.parametrize(
    ("words", "env", "expected"),
    [
        ([], {}, None),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, None),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, None),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "auto"], {"NO_COLOR": "1"}, False),
        ([], {"REVRULES_COLOR": "always"}, True),
    ],
)
def test_colour_follows_the_option_then_the_environment(
    words: list[str], env: dict[str, str], expected: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    made = group.make_context("revrules", [*words, "version"], auto_envvar_prefix="REVRULES")
    assert made.color is expected


@pytest.mark.parametrize(("words", "expected"), [(["--color", "always"], True), ([], False)])
def test_the_colour_option_of_a_command_wins_over_the_groups(words: list[str], expected: bool) -> None:
    parent = group.make_context("revrules", ["--color", "never", "version"])
    command = group.get_command(parent, "version")
    assert command is not None
    assert command.make_context("version", words, parent=parent).color is expected


def reading_process(folder: Path) -> subprocess.Popen[bytes]:
    """Return a process that has begun to read its input, which does not end: a pipe takes that much only when it is read."""
    command = [sys.executable, "-m", "revrules", "check", "-"]
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"#" * 1_000_000)
    process.stdin.flush()
    return process


@pytest.mark.parametrize(("sent", "code", "said"), [(signal.SIGINT, 130, b"\nstopped\n"), (signal.SIGTERM, 143, b"")])
def test_an_interruption_ends_quietly_with_its_code(tmp_path: Path, sent: signal.Signals, code: int, said: bytes) -> None:
    process = reading_process(tmp_path)
    process.send_signal(sent)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, b"", said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["version"], ["explain"], ["completion", "bash"]])
def test_a_full_disk_behind_standard_output_is_told_in_one_line(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "revrules", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=QUIET
        )
    assert done.returncode == 2
    assert done.stderr == "error: the output: the disk is full\n"


@pytest.mark.parametrize("words", ["explain", "version", "--help"])
def test_a_reader_that_goes_away_is_no_trouble(words: str) -> None:
    script = f"{sys.executable} -m revrules {words} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60, env=QUIET)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "141")


def test_closed_streams_are_no_trouble() -> None:
    done = subprocess.run(["bash", "-c", f"{sys.executable} -m revrules version >&- 2>&-"], check=False, timeout=60, env=QUIET)
    assert done.returncode in (0, 2)


def test_a_bug_is_one_line_and_how_to_report_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise LookupError("no such\nthing")

    monkeypatch.delenv("REVRULES_DEBUG", raising=False)
    monkeypatch.setattr("revrules.problems.catalogue", broken)
    assert main(["explain"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: internal error: LookupError: no such thing\nThis is a bug in revrules")
    assert "REVRULES_DEBUG=1" in err
    assert "Traceback" not in err
    assert main(["--debug", "explain"]) == 2
    assert 'raise LookupError("no such' in capsys.readouterr().err
    monkeypatch.setenv("REVRULES_DEBUG", "1")
    assert main(["explain"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str) -> None:
    done = revrules("completion", shell)
    assert done.returncode == 0
    assert f"_REVRULES_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("revrules ev", {"evaluate"}),
        ("revrules explain REV40", {"REV401", "REV402"}),
        ("revrules explain no-own", {"no-owner"}),
        ("revrules check --output-format s", {"sarif"}),
        ("revrules completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_the_shell_is_offered_what_fits(line: str, offered: set[str]) -> None:
    count = str(len(line.split(" ")) - 1)
    env = {"_REVRULES_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": count}
    done = revrules(env=env)
    assert offered <= {row.partition(",")[2] for row in done.stdout.splitlines()}


def test_paths_are_completed_by_the_shell_itself() -> None:
    env = {"_REVRULES_COMPLETE": "bash_complete", "COMP_WORDS": "revrules check ru", "COMP_CWORD": "2"}
    assert revrules(env=env).stdout.startswith("file,")
