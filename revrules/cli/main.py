"""The command line's front door: words of a command line into an exit code.

Only what top-level help needs is imported here; ``revrules.cli.group`` (click) and the commands come when they are called.
Exit codes: 0 clean, 1 findings, 2 a usage mistake, a file that cannot be read or written, or a bug, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "Begin": {
        "init": "Write a first ruleset, from a standard one or from your own export.",
        "check": "Say what is wrong with a ruleset, and what would be right.",
    },
    "Use": {
        "evaluate": "Place every record of an export in its stage, and say why.",
        "why": "Say in words where one record stands, and what it still needs.",
        "align": "Compare what two rulesets, or two teams, mean by the same words.",
        "graph": "Draw a lifecycle: its stages, ways and owning teams.",
        "sql": "Write a ruleset as SQL: a statement, a view, a table or a dbt model.",
        "build": "Write a ruleset as one file that other programs can run.",
    },
    "Keep": {
        "diff": "Say what a change means: what became stricter or looser, with a record.",
        "log": "Say which commits changed what a word, score, rule, stage or lifecycle means.",
        "blame": "Say which commit put one record into its stage, and by which clause.",
        "owners": "Write a CODEOWNERS file: which teams own which files of a ruleset.",
        "fmt": "Lay rulesets out in the standard way.",
        "test": "Run the examples that stand in a ruleset.",
    },
    "Ask": {
        "verify": "Ask an engine for every part of the language, and compare the answers.",
        "explain": "Explain a finding: what it means and how to mend it.",
        "version": "Show the version of revrules and of what it runs on.",
        "completion": "Print the script that completes commands in your shell.",
    },
}
"""Every command with its one line of help, by heading. A test asserts that each line is the command's own."""

HEAD = """\
Usage: revrules [OPTIONS] COMMAND [ARGS]...

  Revenue definitions as code: say what a stage means, find what is wrong
  with it, and see for every record where it stands and why.
"""

OPTIONS = """\
Options:
  --color [auto|always|never]  Colour the output; auto: on a terminal only.
  --debug                      Show the details of an internal error.
  --version                    Show the version and exit.
  -h, --help                   Show this message and exit.

`revrules COMMAND --help` tells more about a command. Every option can also be
set as REVRULES_COMMAND_OPTION in the environment; some in revrules.toml.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line ``arguments`` (those of the process without any) and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_closed_streams()
    try:
        code = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except KeyboardInterrupt as stop:
        code = _trouble(stop, words)
    except Exception as error:  # noqa: BLE001 - the outermost boundary: whatever comes here becomes one line, never a traceback
        code = _trouble(error, words)
    return code


def _open_closed_streams() -> None:
    """Put nothing in the place of streams that whoever started the process has closed: Python has None for these."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123,SIM115 - for the rest of the process


def help_text() -> str:
    """Return what ``revrules --help`` prints."""
    parts = [HEAD]
    for heading, commands in COMMANDS.items():
        parts.append(f"{heading}:\n" + "".join(f"  {name:<10}  {line}\n" for name, line in commands.items()))
    return "\n".join([*parts, OPTIONS])


def _run(words: list[str]) -> int:
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if words in (["--help"], ["-h"]) and "_REVRULES_COMPLETE" not in os.environ:
        sys.stdout.write(help_text())
        return 0
    from revrules.cli.group import run

    return run(words)


def _trouble(error: BaseException, words: list[str]) -> int:
    from revrules.cli.trouble import report

    return report(error, debug="--debug" in words or os.environ.get("REVRULES_DEBUG", "") not in ("", "0"))
