"""A ruleset into a file with the examples that it lacks."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli.output import atomic_writer
from revrules.cli.records import on_a_terminal
from revrules.cli.trouble import UserError
from revrules.problems.words import plural

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from revrules.ir import Ruleset
    from revrules.loading import Loaded
    from revrules.proofs.missing_examples import Missing, Progress

HEADER = """\
# Examples that `revrules test --generate` wrote. They expect what the ruleset says now: a change of it is seen here first.
# Whoever reads one and disagrees has found a mistake in the ruleset, not in the example.
"""


class Target:
    """Where the examples go: standard output, a new file, or one that was written by this command and belongs to the ruleset."""

    def __init__(self, path: str | None, loaded: Loaded) -> None:
        """Raise ``UserError`` for a file that holds something else."""
        self.path = path
        self._before = ""
        if path is None or path == "-" or not Path(path).exists():
            return
        own = {os.path.realpath(name) for name in loaded.sources}
        text = Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""
        if not text.startswith(HEADER):
            raise UserError(f"{path}: this file was not written by `revrules test --generate`; write to a new one")
        if os.path.realpath(path) not in own:
            raise UserError(f"{path}: the ruleset does not import this file; import it, so that its examples count, or remove it")
        self._before = text

    def write(self, examples: list[str]) -> None:
        """Write the examples, after those that the file has."""
        text = "\n".join([self._before or HEADER, *examples])
        if self.path is None or self.path == "-":
            click.echo(text, nl=False)
        elif examples or not self._before:
            with atomic_writer(self.path) as stream:
                stream.write(text)


def generate(loaded: Loaded, ruleset: Ruleset, today: datetime.date, target: Target, seed: int) -> str:
    """Write the examples that ``ruleset`` lacks to ``target``, and return what became of it in words."""
    from revrules.proofs.confirming import confirmed
    from revrules.proofs.differences import Differences
    from revrules.proofs.kept_answers import KeptAnswers
    from revrules.proofs.missing_examples import missing_examples

    differences = Differences(ruleset, today, KeptAnswers(""))  # which record is found may depend on what was kept
    with _progress() as progress:
        missing = missing_examples(differences, seed=seed, progress=progress)
    fine = confirmed(loaded, missing.examples)
    target.write([each.text for each in fine])
    return "\n".join(_summary(missing, len(fine), target.path))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Yield what shows on a terminal how far the work is; nothing where there is no terminal."""
    if not on_a_terminal():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    words = TextColumn("{task.completed:,} of {task.total:,} goals and mistakes looked at")
    with Bar(BarColumn(), words, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _summary(missing: Missing, written: int, path: str | None) -> list[str]:
    from revrules.proofs.reaching import NO_BUDGET

    to = f" to {path}" if path not in (None, "-") else ""
    lines = [f"{written} {plural(written, 'example')} written{to}"]
    if path not in (None, "-") and written:
        lines.append(f'they count once the ruleset says: import "{Path(str(path)).name}"')
    if missing.impossible:
        lines.append(f"{len(missing.impossible)} cannot be shown by any record: proved")
    if left_out := len(missing.examples) - written:
        lines.append(f"{left_out} left out: they did not come out when they were read back, which is a fault of revrules")
    lines += [f"not reached: {_told(target)}: {reason}" for target, reason in missing.unreached if reason != NO_BUDGET]
    if left := sum(reason == NO_BUDGET for _, reason in missing.unreached):
        lines.append(f"{left} goals and mistakes not looked for: there were enough questions; import the file and run this again")
    return lines


def _told(target: object) -> str:
    from revrules.proofs.goals import Goal
    from revrules.proofs.mutants import Mutant

    if isinstance(target, Mutant):
        return f"{target.where}, {target.words}"
    assert isinstance(target, Goal), "a goal or a mistake was looked for"
    return f"{target.name}, {target.state}"
