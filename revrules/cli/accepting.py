"""What the command line says about accepted findings into findings that are left, or into a file that accepts them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.baseline import Accepted, Baseline
    from revrules.compiler import Compiled
    from revrules.config import Config
    from revrules.diagnostics import Diagnostic


class Acceptance:
    """The baselines of one run: the one that is read (``--baseline``, else that of the settings), or the one that is written."""

    def __init__(self, read: str | None, write: str | None) -> None:
        """Take what the command line says; nothing is read before it is needed."""
        if read is not None and write is not None:
            raise UserError("--baseline reads a file of accepted findings and --write-baseline writes one: name one of them")
        if write is not None and write.endswith(".rev"):
            raise UserError(f"{write}: a baseline is a file of its own, such as accepted.toml, not a ruleset")
        self._given = Path(read) if read is not None else None
        self._target = Path(write) if write is not None else None
        self._read: dict[Path, Baseline] = {}
        self._entries: list[Accepted] = []
        self._rulesets: set[str] = set()

    def left(
        self, compiled: Compiled, diagnostics: Sequence[Diagnostic], config: Config, today: datetime.date
    ) -> Sequence[Diagnostic]:
        """Return the findings that are not accepted, with remarks on accepted ones; those that nobody can accept in writing."""
        from revrules.baseline import accepted_today, is_acceptable, new_findings

        ruleset = compiled.ruleset
        if self._target is not None:
            entries = accepted_today(ruleset, diagnostics)
            self._entries += entries
            self._rulesets |= {ruleset.name} if ruleset is not None else set()
            return [each for each in diagnostics if ruleset is None or not is_acceptable(each)]
        path = self._given or config.baseline
        if path is None:
            return diagnostics
        return new_findings(self._baseline(path), ruleset, diagnostics, today, complete=compiled.questions is not None)

    def write(self) -> str:
        """Write the findings that were seen, beside those of rulesets that this run did not look at; return what to say."""
        from revrules.baseline import written
        from revrules.cli.output import atomic_writer

        assert self._target is not None, "only a run with a target writes"
        before = self._baseline(self._target) if self._target.exists() else None
        others = [entry for entry in before.accepted if entry.key[0] not in self._rulesets] if before else []
        with atomic_writer(self._target) as stream:
            stream.write(written([*self._entries, *others], before))
        count = len(self._entries)
        return f"{self._target}: {count} finding{'' if count == 1 else 's'} accepted"

    def _baseline(self, path: Path) -> Baseline:
        from revrules.baseline import BaselineError, read_baseline

        if path not in self._read:
            try:
                self._read[path] = read_baseline(path)
            except BaselineError as error:
                _refuse(error.diagnostic)
        return self._read[path]


def _refuse(diagnostic: Diagnostic) -> NoReturn:
    from revrules.cli.output import use_color
    from revrules.render import render

    click.echo(render([diagnostic], {}, style="full", color=use_color(err=True)), err=True, nl=False)
    raise click.exceptions.Exit(2)
