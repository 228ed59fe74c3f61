"""Diagnostics as values: what is wrong, where, why it matters and what would be right. No I/O, no layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span


class Severity(StrEnum):
    """How much a diagnostic weighs. Errors stop the compilation; the others are findings about a valid ruleset."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem: a row of the catalogue in ``revrules.problems``.

    ``name`` is kebab-case and reads well after "allow"; ``summary`` is the one line that ``revrules explain`` lists.
    """

    code: str
    name: str
    severity: Severity
    summary: str


@dataclass(frozen=True, slots=True)
class Label:
    """A further place that takes part in a problem, with a few words on its part."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the text that would mend the problem: replace what ``span`` covers by ``replacement``."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem found at one place.

    ``message`` is one line, lower case, without a full stop, understandable alone; ``label`` says in a few words why
    here. ``notes`` are (keyword, text) pairs such as ("clash", ...) or ("ask", "sales owns the stage"). ``help`` says
    what to do and stands only where we know. ``subjects`` are the names of the declarations that the problem is
    about: an ``allow`` names one of them. ``witness`` is the example record that shows the problem, as (field, value
    in the language's own spelling) pairs, empty where there is none.
    """

    problem: Problem
    message: str
    span: Span | None = None
    label: str = ""
    related: tuple[Label, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    help: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    subjects: tuple[str, ...] = ()
    witness: tuple[tuple[str, str], ...] = ()
    severity_override: Severity | None = field(default=None, compare=False)

    @property
    def code(self) -> str:
        """The stable code, ``REV`` and three digits."""
        return self.problem.code

    @property
    def name(self) -> str:
        """The stable name in kebab-case."""
        return self.problem.name

    @property
    def severity(self) -> Severity:
        """The severity after the configuration had its say."""
        return self.severity_override or self.problem.severity


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return ``diagnostics`` by file, place and code, without exact repetitions."""
    return sorted(
        dict.fromkeys(diagnostics),
        key=lambda d: (d.span.path, d.span.start, d.code) if d.span else ("", 0, d.code),
    )
