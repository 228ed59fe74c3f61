"""Diagnostics into text that people, editors and continuous integration read."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.diagnostics import Diagnostic
    from revrules.render.notes import Proofs
    from revrules.source import Source


class Style(StrEnum):
    """The layouts."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def render(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    *,
    style: Style | str,
    color: bool,
    proofs: Proofs | None = None,
) -> str:
    """Return ``diagnostics`` in the order given, laid out in ``style``; the text ends with a line end or is empty.

    ``sources`` are the texts by display path: a diagnostic whose file is not among them is shown without a line.
    ``color`` adds ANSI colours to full and concise and means nothing to the others; json and sarif tell of ``proofs``.
    """
    found = list(diagnostics)
    match Style(style):
        case Style.FULL:
            from revrules.render.full import full

            return full(found, sources, color=color)
        case Style.CONCISE:
            from revrules.render.concise import concise

            return concise(found, sources, color=color)
        case Style.JSON:
            from revrules.render.json import as_json

            return as_json(found, sources, proofs)
        case Style.SARIF:
            from revrules.render.sarif import sarif

            return sarif(found, sources, proofs)
        case Style.GITHUB:
            from revrules.render.github import github

            return github(found, sources)
        case other:
            assert_never(other)
