"""A path into a compiled ruleset and its diagnostics: the whole pipeline, read top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from revrules.check import check
from revrules.diagnostics import Severity, in_order
from revrules.findings import faults, findings
from revrules.limits import excesses
from revrules.loading import load, load_text
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Mapping
    from pathlib import Path, PurePath

    from revrules.diagnostics import Diagnostic
    from revrules.files import Files
    from revrules.ir import Ruleset
    from revrules.loading import Loaded
    from revrules.source import Source


@dataclass(frozen=True, slots=True)
class Compiled:
    """A ruleset (None when an error stands in the way), the texts it was made of by display path, all diagnostics in order.

    ``questions`` are those that were put to the prover, None where proofs were not asked for or errors stand in the way.
    """

    ruleset: Ruleset | None
    sources: Mapping[str, Source]
    diagnostics: tuple[Diagnostic, ...]
    questions: Questions | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the compilation, or would stop an evaluation from making sense."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)


Asking: TypeAlias = "Callable[[Ruleset, datetime.date], Questions]"
"""Makes the questions about a ruleset; ``Questions`` itself does."""


def compile_path(path: Path, *, today: datetime.date | None = None, proofs: bool | Asking = False) -> Compiled:
    """Compile the ruleset at ``path`` (an entry file or its folder). Never raises for what a user wrote.

    ``today`` is the day for findings about dates (a review that is due, an ``allow`` that ended); without it only
    errors are looked for, which is what an evaluation wants. With ``proofs`` there are also the findings by proof.
    """
    return _compile(load(path), today, proofs)


def compile_tree(
    tree: Files, path: PurePath | str, *, today: datetime.date | None = None, proofs: bool | Asking = False
) -> Compiled:
    """Compile the ruleset at ``path`` of a revision (``revrules.revisions.Tree``), from its top, as ``compile_path`` does."""
    return _compile(load(PurePosixPath(path), tree), today, proofs)


def compile_loaded(loaded: Loaded) -> Compiled:
    """Compile what ``revrules.loading.load`` returned, as ``compile_path`` does; only errors are looked for."""
    return _compile(loaded, None, False)


def compile_text(
    text: str,
    *,
    path: str = "rules.rev",
    files: Mapping[str, str] | None = None,
    today: datetime.date | None = None,
    proofs: bool | Asking = False,
) -> Compiled:
    """Compile a ruleset that is one text and imports nothing, as ``compile_path`` does.

    ``files`` are the texts of the lists, holidays and tables that it names.
    """
    return _compile(load_text(text, path, files), today, proofs)


def _compile(loaded: Loaded, today: datetime.date | None, proofs: bool | Asking) -> Compiled:
    ruleset, problems = check(loaded)
    diagnostics = [*loaded.diagnostics, *problems]
    if ruleset is not None and (beyond := excesses(ruleset)):
        ruleset = None
        diagnostics += beyond
    questions = None
    if ruleset is not None and today is None:
        diagnostics += faults(ruleset)
    elif ruleset is not None and today is not None:
        questions = _questions(ruleset, today, proofs) if not faults(ruleset) else None
        diagnostics += findings(ruleset, today, questions)
    return Compiled(ruleset, loaded.sources, tuple(in_order(diagnostics)), questions)


def _questions(ruleset: Ruleset, today: datetime.date, proofs: bool | Asking) -> Questions | None:
    if callable(proofs):
        return proofs(ruleset, today)
    return Questions(ruleset, today) if proofs else None
