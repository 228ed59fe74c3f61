"""A name that is not there and those that are into words: which of them is meant, what would be right."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.diagnostics import Problem
    from revrules.source import Span


def near(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return at most four of ``candidates`` that look like ``name``, the nearest first."""
    folded = {
        candidate.casefold(): candidate for candidate in candidates if abs(len(candidate) - len(name)) <= 2 + len(name) // 3
    }
    return tuple(folded[match] for match in difflib.get_close_matches(name.casefold(), folded, n=4, cutoff=0.7))


def one_of(words: Iterable[str]) -> str:
    """Return the words as a message lists them: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}" if quoted else "nothing"


def spelled(name: str) -> str:
    """Return how a name is written in a ruleset: in backticks where it is no plain word."""
    return name if name.isidentifier() else f"`{name}`"


def unknown(problem: Problem, span: Span, message: str, names: tuple[str, Iterable[str]], *, otherwise: str = "") -> Diagnostic:
    """Return the diagnostic of a name that is not known; ``names`` are the one written and the ones that exist."""
    written, candidates = names
    known = tuple(candidates)
    close = near(written, known)
    if close:
        edits = (Edit(span, spelled(close[0])),) if len(close) == 1 else ()
        return Diagnostic(problem, message, span, help=(f"did you mean {one_of(close)}?",), edits=edits)
    if otherwise:
        return Diagnostic(problem, message, span, help=(otherwise,))
    if 0 < len(known) <= 8:
        return Diagnostic(problem, message, span, help=(f"there is {one_of(known)}",))
    return Diagnostic(problem, message, span)
