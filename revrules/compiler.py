"""A path into a compiled ruleset and its diagnostics: the whole pipeline, read top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.check import check
from revrules.diagnostics import Severity, in_order
from revrules.findings import faults, findings
from revrules.limits import excesses
from revrules.loading import load, load_text

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping
    from pathlib import Path

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Ruleset
    from revrules.loading import Loaded
    from revrules.source import Source


@dataclass(frozen=True, slots=True)
class Compiled:
    """A ruleset (None when an error stands in the way), the texts it was made of by display path, all diagnostics in order."""

    ruleset: Ruleset | None
    sources: Mapping[str, Source]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the compilation, or would stop an evaluation from making sense."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)


def compile_path(path: Path, *, today: datetime.date | None = None) -> Compiled:
    """Compile the ruleset at ``path`` (an entry file or its folder). Never raises for what a user wrote.

    ``today`` is the day for findings about dates (a review that is due, an ``allow`` that ended); without it only
    errors are looked for, which is what an evaluation wants.
    """
    return _compile(load(path), today)


def compile_text(text: str, *, path: str = "rules.rev", today: datetime.date | None = None) -> Compiled:
    """Compile a ruleset that is one text and imports nothing, as ``compile_path`` does."""
    return _compile(load_text(text, path), today)


def _compile(loaded: Loaded, today: datetime.date | None) -> Compiled:
    ruleset, problems = check(loaded)
    diagnostics = [*loaded.diagnostics, *problems]
    if ruleset is not None and (beyond := excesses(ruleset)):
        ruleset = None
        diagnostics += beyond
    if ruleset is not None:
        diagnostics += findings(ruleset, today) if today is not None else faults(ruleset)
    return Compiled(ruleset, loaded.sources, tuple(in_order(diagnostics)))
