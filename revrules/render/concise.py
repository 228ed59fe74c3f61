"""Diagnostics into one line each, for editors and for searching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.render.cells import Paint, one_line, paint
from revrules.render.full import ACCENTS, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.source import Source


def concise(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, color: bool) -> str:
    """Return ``path:line:column: severity[code] message`` for each diagnostic."""
    return "".join(_line(diagnostic, sources, color) + "\n" for diagnostic in diagnostics)


def _line(diagnostic: Diagnostic, sources: Mapping[str, Source], color: bool) -> str:
    place = f"{paint(where(diagnostic.span, sources), Paint.STRONG, color)}: " if diagnostic.span else ""
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", ACCENTS[diagnostic.severity], color)
    return f"{place}{head} {one_line(diagnostic.message)}"
