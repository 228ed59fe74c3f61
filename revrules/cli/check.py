"""Rulesets into what is wrong with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from revrules.cli import options
from revrules.cli.output import use_color
from revrules.cli.rulesets import targets
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.compiler import Compiled
    from revrules.config import Config
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

STANDARD_INPUT = "<stdin>"
SETTINGS = """\
\b
Settings for a folder stand in revrules.toml, or under [tool.revrules] in pyproject.toml:
  fail-on = "error"                  # or "warning"
  output-format = "concise"          # as the option
  exclude = ["drafts", "old/*.rev"]  # seen from the file
  as-of = 2026-11-21                 # as the option
  [levels]                           # of findings, by name or code
  unused-field = "off"               # or "error", "warning", "info"
"""


@click.command("check", epilog=SETTINGS)
@options.ruleset_paths
@options.output_format("full", "concise", "json", "sarif", "github", default=None)
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="The least finding that fails.  [default: warning]")
@options.as_of_day
@click.option("--no-proofs", is_flag=True, help="Only the fast pass. There is no slower one yet: proofs come in a later release.")
@options.quiet
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: str | None,
    fail_on: str | None,
    as_of: datetime.date | None,
    no_proofs: bool,
    quiet: bool,
) -> None:
    """Say what is wrong with a ruleset, and what would be right.

    PATHS are rulesets or folders that hold some (the current folder without any); `-` reads one from standard input.
    Exit code: 0 nothing to fail on, 1 findings, 2 nothing could be checked.
    """
    from revrules.render import render

    report = Report()
    if paths == ("-",):
        config = _check_input(report, as_of)
    else:
        chosen = targets(paths)
        config = chosen[0].config
        for path, own in chosen:
            from revrules.compiler import compile_path

            report.add(compile_path(path, today=as_of or own.as_of or options.this_day()), own)
    style = output_format or config.output_format or "full"
    text = render(report.diagnostics(), report.sources, style=style, color=use_color())
    click.echo(text, nl=False)
    if not quiet:
        gap = "\n" if style == "full" and text and sys.stdout.isatty() else ""
        click.echo(f"{gap}{report.summary()}", err=True)
    ctx.exit(1 if report.fails(fail_on or config.fail_on or "warning") else 0)


def _check_input(report: Report, as_of: datetime.date | None) -> Config:
    from pathlib import Path

    from revrules.cli.rulesets import settings
    from revrules.compiler import compile_text

    config = settings(Path())
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{STANDARD_INPUT}: this is not UTF-8 text (byte {error.start + 1})") from error
    report.add(compile_text(text, path=STANDARD_INPUT, today=as_of or config.as_of or options.this_day()), config)
    return config


class Report:
    """What was found in several rulesets, and how much was looked at."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self._diagnostics: list[Diagnostic] = []
        self._counts = {"ruleset": 0, "definition": 0, "lifecycle": 0}

    def add(self, compiled: Compiled, config: Config) -> None:
        """Take in a ruleset under the settings that hold for it."""
        from revrules.config import with_levels

        self.sources.update(compiled.sources)
        self._diagnostics += with_levels(compiled.diagnostics, config)
        self._counts["ruleset"] += 1
        if compiled.ruleset is not None:
            self._counts["definition"] += len(compiled.ruleset.definitions)
            self._counts["lifecycle"] += len(compiled.ruleset.lifecycles)

    def diagnostics(self) -> Sequence[Diagnostic]:
        """Return everything once, by file and place: rulesets may share files."""
        from revrules.diagnostics import in_order

        return in_order(self._diagnostics)

    def summary(self) -> str:
        """Return one line such as ``2 rulesets, 14 definitions, 3 lifecycles: 1 error, 2 warnings``."""
        looked_at = ", ".join(_counted(count, noun) for noun, count in self._counts.items())
        severities = [diagnostic.severity.value for diagnostic in self.diagnostics()]
        words = {"error": "error", "warning": "warning", "info": "remark"}
        found = [_counted(severities.count(severity), word) for severity, word in words.items() if severity in severities]
        return f"{looked_at}: {', '.join(found) or 'no findings'}"

    def fails(self, least: str) -> bool:
        """Return whether there is a finding at or above ``least``; remarks never fail."""
        failing = ("error",) if least == "error" else ("error", "warning")
        return any(diagnostic.severity.value in failing for diagnostic in self._diagnostics)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
