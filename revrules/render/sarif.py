"""Diagnostics into SARIF 2.1.0, the exchange format of code scanning."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from revrules import __version__
from revrules.diagnostics import Severity
from revrules.pages import page
from revrules.render.notes import noted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from revrules.diagnostics import Diagnostic, Label, Problem
    from revrules.render.json import Json
    from revrules.render.notes import Proofs
    from revrules.source import Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], proofs: Proofs | None = None) -> str:
    """Return a log with one run: a rule for each kind of problem that occurs, a result for each diagnostic.

    Paths are relative to the folder in which the command was started. Fingerprints are made of the code, the names of the
    declarations and the marked words, not of line numbers, so that a finding keeps its identity when lines move. ``proofs`` are
    a property of the run.
    """
    problems = list({diagnostic.code: diagnostic.problem for diagnostic in diagnostics}.values())
    order = {problem.code: index for index, problem in enumerate(problems)}
    prints = _fingerprints(diagnostics, sources)
    results: list[Json] = [
        {**_result(diagnostic, sources), "ruleIndex": order[diagnostic.code], "partialFingerprints": {"revrules/v1": mark}}
        for diagnostic, mark in zip(diagnostics, prints, strict=True)
    ]
    driver: Json = {"name": "revrules", "version": __version__, "rules": [_rule(problem) for problem in problems]}
    run: dict[str, Json] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    if proofs is not None:
        run["properties"] = {"proofs": proofs._asdict()}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(problem: Problem) -> dict[str, Json]:
    rule: dict[str, Json] = {
        "id": problem.code,
        "name": problem.name,
        "shortDescription": {"text": problem.summary},
        "defaultConfiguration": {"level": LEVELS[problem.severity]},
    }
    if (explanation := page(problem.code)) is not None:
        rule["fullDescription"] = {"text": explanation.first_paragraph or problem.summary}
        rule["help"] = {"text": explanation.text, "markdown": explanation.text}
    return rule


def _result(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, Json]:
    notes = [f"{keyword}: {text}" for keyword, text in noted(diagnostic)]
    result: dict[str, Json] = {
        "ruleId": diagnostic.code,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": "\n".join([diagnostic.message, *notes])},
    }
    if diagnostic.span:
        result["locations"] = [{"physicalLocation": _location(diagnostic.span, sources)}]
    if diagnostic.related:
        result["relatedLocations"] = [_related(label, number, sources) for number, label in enumerate(diagnostic.related)]
    return result


def _related(label: Label, number: int, sources: Mapping[str, Source]) -> Json:
    message: dict[str, Json] = {"message": {"text": label.text}} if label.text else {}
    return {"id": number, "physicalLocation": _location(label.span, sources), **message}


def _location(span: Span, sources: Mapping[str, Source]) -> dict[str, Json]:
    location: dict[str, Json] = {"artifactLocation": {"uri": _uri(span.path)}}
    source = sources.get(span.path)
    if source is not None:
        start = source.place(min(span.start, len(source.text)))
        end = source.place(min(max(span.end, span.start), len(source.text)))
        location["region"] = {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        }
    return location


def _uri(path: str) -> str:
    """Return the path as a relative URI reference; an absolute path becomes a file URI."""
    posix = path.replace("\\", "/")
    if posix.startswith("/"):
        return "file://" + quote(posix, errors="surrogatepass")
    if posix[1:3] == ":/":
        return "file:///" + quote(posix, safe="/:", errors="surrogatepass")
    return quote(posix.removeprefix("./"), errors="surrogatepass")


def _fingerprints(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> list[str]:
    """Return a stable mark for each diagnostic; like ones are told apart by their order."""
    seen: dict[str, int] = {}
    marks: list[str] = []
    for diagnostic in diagnostics:
        span = diagnostic.span
        words = sources[span.path].span_text(span) if span and span.path in sources else ""
        parts = [diagnostic.code, _uri(span.path) if span else "", *diagnostic.subjects, " ".join(words.split())]
        key = "\x1f".join(parts)
        seen[key] = seen.get(key, 0) + 1
        marks.append(hashlib.sha256(f"{key}\x1f{seen[key]}".encode(errors="surrogatepass")).hexdigest()[:32])
    return marks
