"""Diagnostics into JSON, whose shape ``report.schema.json`` beside this file describes.

The shape only grows: what is there keeps its name and meaning while ``version`` stays.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from revrules import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.render.notes import Proofs
    from revrules.source import Source, Span

VERSION = 1
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


def as_json(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], proofs: Proofs | None = None) -> str:
    """Return one object: its version, the tool's, the diagnostics, how many there are of each severity, what became of proofs."""
    counts = Counter(diagnostic.severity.value for diagnostic in diagnostics)
    report: Json = {
        "version": VERSION,
        "tool": {"name": "revrules", "version": __version__},
        "summary": {severity: counts[severity] for severity in ("error", "warning", "info")},
        "proofs": None if proofs is None else proofs._asdict(),
        "diagnostics": [_diagnostic(diagnostic, sources) for diagnostic in diagnostics],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> Json:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "place": _place(diagnostic.span, sources) if diagnostic.span else None,
        "label": diagnostic.label,
        "related": [{"place": _place(label.span, sources), "text": label.text} for label in diagnostic.related],
        "notes": [{"keyword": keyword, "text": text} for keyword, text in diagnostic.notes],
        "help": list(diagnostic.help),
        "edits": [{"place": _place(edit.span, sources), "replacement": edit.replacement} for edit in diagnostic.edits],
        "subjects": list(diagnostic.subjects),
        "witness": [{"field": field, "value": value} for field, value in diagnostic.witness],
    }


def _place(span: Span, sources: Mapping[str, Source]) -> Json:
    """Return the path with both ends (the second is just after the place), null where the text is not at hand."""
    source = sources.get(span.path)
    if source is None:
        return {"path": span.path, "start": None, "end": None}
    return {"path": span.path, "start": _end(source, span.start), "end": _end(source, span.end)}


def _end(source: Source, offset: int) -> Json:
    inside = min(max(offset, 0), len(source.text))
    place = source.place(inside)
    return {"line": place.line, "column": place.column, "offset": inside}
