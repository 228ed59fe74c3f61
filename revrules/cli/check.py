"""Rulesets into what is wrong with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from revrules.cli import options
from revrules.cli.accepting import Acceptance
from revrules.cli.output import use_color
from revrules.cli.proving import Asking, how_to_run, save_examples, spare_what_cannot_be_saved
from revrules.cli.rulesets import targets
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.compiler import Compiled
    from revrules.config import Config
    from revrules.diagnostics import Diagnostic
    from revrules.render.notes import Proofs
    from revrules.source import Source

STANDARD_INPUT = "<stdin>"
SETTINGS = """\
\b
Settings for a folder stand in revrules.toml, or under [tool.revrules] in pyproject.toml:
  fail-on = "error"                  # or "warning"
  output-format = "concise"          # as the option
  exclude = ["drafts", "old/*.rev"]  # seen from the file
  as-of = 2026-11-21                 # as the option
  proofs = false                     # as --no-proofs
  strict = true                      # as the option
  baseline = "accepted.toml"         # as the option, seen from the file
  [levels]                           # of findings, by name or code
  unused-field = "off"               # or "error", "warning", "info"
"""


@click.command("check", epilog=SETTINGS)
@options.ruleset_paths
@options.output_format("full", "concise", "json", "sarif", "github", default=None)
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="The least finding that fails.  [default: warning]")
@options.as_of_day
@click.option("--proofs/--no-proofs", default=None, help="Whether to ask the prover; without it, only the fast pass.")
@click.option("--strict/--no-strict", default=None, help="Fail on what the prover leaves undecided, too.")
@click.option("--baseline", metavar="FILE", help="Accept the findings that this file lists; say which of them are gone.")
@click.option("--write-baseline", metavar="FILE", help="Write today's findings to this file, to be accepted from now on.")
@click.option("--save-examples", metavar="FILE", help="Add the records that findings show to this file, as examples.")
@click.option("--data", multiple=True, metavar="[NAME=]FILE", help="Real records, to be shown where they fit; NAME is an entity.")
@options.quiet
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: str | None,
    fail_on: str | None,
    as_of: datetime.date | None,
    proofs: bool | None,
    strict: bool | None,
    baseline: str | None,
    write_baseline: str | None,
    save_examples: str | None,
    data: tuple[str, ...],
    quiet: bool,
) -> None:
    """Say what is wrong with a ruleset, and what would be right.

    PATHS are rulesets or folders that hold some (the current folder without any); `-` reads one from standard input.
    What depends on every possible record is put to a prover as questions whether some record can be so: proved (none can),
    refuted (one shows that it can) or undecided.

    --write-baseline accepts what is found today, by code, place and meaning; --baseline then fails only for what is new.

    Exit code: 0 nothing to fail on, 1 findings, 2 nothing could be checked.
    """
    from revrules.render import render

    report = Report(Acceptance(baseline, write_baseline))
    with Asking(data) as asking:
        config = _check_all(report, paths, Wanted(as_of, proofs, asking, save_examples))
    style = output_format or config.output_format or "full"
    text = render(report.diagnostics(), report.sources, style=style, color=use_color(), proofs=report.proofs())
    click.echo(text, nl=False)
    saved = report.save(save_examples) if save_examples is not None else ""
    saved += f"\n{report.acceptance.write()}" if write_baseline is not None else ""
    if not quiet:
        gap = "\n" if style == "full" and text and sys.stdout.isatty() else ""
        click.echo(f"{gap}{report.summary()}\n{report.proofs_in_words()}{saved}", err=True)
    strictly = strict if strict is not None else bool(config.strict)
    ctx.exit(1 if report.fails(fail_on or config.fail_on or "warning", strict=strictly) else 0)


class Wanted(NamedTuple):
    """What the command line says about checking: None where it leaves it to the settings."""

    as_of: datetime.date | None
    proofs: bool | None
    asking: Asking
    save_examples: str | None

    def how(self, config: Config) -> tuple[datetime.date, bool | Asking]:
        """Return the day that counts as today and how to ask the prover (False: not at all), under the settings."""
        proofs = self.proofs if self.proofs is not None else config.proofs is not False
        return self.as_of or config.as_of or options.this_day(), self.asking if proofs else False


def _check_all(report: Report, paths: tuple[str, ...], wanted: Wanted) -> Config:
    """Check every ruleset that ``paths`` name; return the settings of the first."""
    if paths == ("-",):
        spare_what_cannot_be_saved(wanted.save_examples, 1)
        return _check_input(report, wanted)
    chosen = targets(paths)
    spare_what_cannot_be_saved(wanted.save_examples, len(chosen))
    from revrules.compiler import compile_path

    for path, own in chosen:
        today, proofs = wanted.how(own)
        report.add(compile_path(path, today=today, proofs=proofs), own, today)
    return chosen[0].config


def _check_input(report: Report, wanted: Wanted) -> Config:
    from pathlib import Path

    from revrules.cli.rulesets import settings
    from revrules.compiler import compile_text

    config = settings(Path())
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{STANDARD_INPUT}: this is not UTF-8 text (byte {error.start + 1})") from error
    today, proofs = wanted.how(config)
    report.add(compile_text(text, path=STANDARD_INPUT, today=today, proofs=proofs), config, today)
    return config


class Report:
    """What was found in several rulesets, and how much was looked at."""

    def __init__(self, acceptance: Acceptance) -> None:
        self.acceptance = acceptance
        self.sources: dict[str, Source] = {}
        self._diagnostics: list[Diagnostic] = []
        self._counts = {"ruleset": 0, "definition": 0, "lifecycle": 0}
        self._compiled: list[Compiled] = []

    def add(self, compiled: Compiled, config: Config, today: datetime.date) -> None:
        """Take in a ruleset under the settings that hold for it."""
        from revrules.config import with_levels

        self.sources.update(compiled.sources)
        self._compiled.append(compiled)
        levelled = with_levels(compiled.diagnostics, config)
        self._diagnostics += with_levels(self.acceptance.left(compiled, levelled, config, today), config)
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

    def proofs(self) -> Proofs | None:
        """Return what became of all questions; None where none could be asked."""
        from revrules.render.notes import Proofs

        counts = [compiled.questions.counts for compiled in self._compiled if compiled.questions is not None]
        if not counts:
            return None
        fields = ("asked", "proved", "refuted", "undecided")
        return Proofs(*(sum(getattr(each, field) for each in counts) for field in fields))

    def proofs_in_words(self) -> str:
        """Return one line such as ``412 questions: 398 proved, 12 refuted, 2 undecided, in 0.8 s``."""
        total = self.proofs()
        if total is None:
            stopped = any(compiled.errors for compiled in self._compiled)
            return f"no questions to the prover: {'errors come first' if stopped else 'proofs are switched off'}"
        seconds = sum(compiled.questions.counts.seconds for compiled in self._compiled if compiled.questions is not None)
        became = f"{total.proved} proved, {total.refuted} refuted, {total.undecided} undecided"
        return f"{_counted(total.asked, 'question')}: {became}, in {seconds:.1f} s"

    def save(self, path: str) -> str:
        """Add the records that the findings of the only ruleset show to the file at ``path``; return what to say about it."""
        (compiled,) = self._compiled
        saved = save_examples(path, compiled, self.diagnostics())
        if not saved.new:
            return f"\n{path}: no new examples"
        return f"\n{path}: {_counted(saved.new, 'new example')}{how_to_run(path, compiled)}"

    def fails(self, least: str, *, strict: bool) -> bool:
        """Return whether there is a finding at or above ``least``; a remark fails only where it is about what stayed undecided.

        That it does where ``strict`` asks for it.
        """
        from revrules.problems.proofs import UNDECIDED

        failing = ("error",) if least == "error" else ("error", "warning")
        return any(d.severity.value in failing or (strict and d.problem == UNDECIDED) for d in self._diagnostics)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
