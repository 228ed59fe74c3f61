"""Diagnostics into workflow commands, which GitHub shows beside the changed lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Severity
from revrules.render.notes import noted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Return ``::error file=…,line=…,col=…,title=…::message`` for each diagnostic."""
    return "".join(_command(diagnostic, sources) + "\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    properties = {**_place(diagnostic, sources), "title": f"{diagnostic.code} {diagnostic.name}"}
    written = ",".join(f"{name}={escaped_property(value)}" for name, value in properties.items())
    message = "\n".join([diagnostic.message, *(f"{keyword}: {text}" for keyword, text in noted(diagnostic))])
    return f"::{LEVELS[diagnostic.severity]} {written}::{escaped(message)}"


def _place(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, str]:
    """Return file, lines and columns; GitHub takes columns only for a place on one line."""
    span = diagnostic.span
    if span is None:
        return {}
    if span.path not in sources:
        return {"file": _posix(span.path)}
    source = sources[span.path]
    size = len(source.text)
    first, last = source.place(min(span.start, size)), source.place(min(max(span.end - 1, span.start), size))
    lines = {"file": _posix(span.path), "line": str(first.line), "endLine": str(last.line)}
    if first.line != last.line:
        return lines
    return {**lines, "col": str(first.column), "endColumn": str(last.column + 1)}


def _posix(path: str) -> str:
    return path.replace("\\", "/")


def escaped(text: str) -> str:
    """Return the text of a message as a workflow command takes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """Return the value of a property as a workflow command takes it."""
    return escaped(text).replace(":", "%3A").replace(",", "%2C")
