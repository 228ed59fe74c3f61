"""Diagnostics into the layout for people: message, source lines with carets, reasons, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Severity
from revrules.render.cells import Paint, one_line, paint, width
from revrules.render.snippet import Mark, snippet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.source import Source, Span

ACCENTS = {Severity.ERROR: Paint.ERROR, Severity.WARNING: Paint.WARNING, Severity.INFO: Paint.INFO}


def full(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, color: bool) -> str:
    """Return one block for each diagnostic, blank lines between them."""
    return "\n".join("\n".join(_block(diagnostic, sources, color)) + "\n" for diagnostic in diagnostics)


def _block(diagnostic: Diagnostic, sources: Mapping[str, Source], color: bool) -> Iterator[str]:
    accent = ACCENTS[diagnostic.severity]
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", accent, color)
    yield f"{head} {paint(f'{diagnostic.name}: {one_line(diagnostic.message)}', Paint.STRONG, color)}"
    marks = _marks(diagnostic)
    gutter = 1 + max((_last_line_width(mark.span, sources) for mark in marks), default=1)
    paths = list(dict.fromkeys(mark.span.path for mark in marks))
    for path in paths:
        own = [mark for mark in marks if mark.span.path == path]
        arrow = "-->" if path == paths[0] else ":::"
        yield f"{'':>{gutter}}{paint(arrow, Paint.FRAME, color)} {where(own[0].span, sources)}"
        if path in sources:
            yield paint(f"{'':>{gutter}} |", Paint.FRAME, color)
            yield from snippet(sources[path], own, gutter=gutter, accent=accent, color=color)
        else:
            yield from (f"{'':>{gutter}} {paint('|', Paint.FRAME, color)} {one_line(m.label)}" for m in own if m.label)
    yield from _notes(diagnostic, gutter, color)


def where(span: Span, sources: Mapping[str, Source]) -> str:
    """Return the place as ``path:line:column``, or the path alone where the text is not at hand."""
    if span.path not in sources:
        return one_line(span.path)
    place = sources[span.path].place(min(span.start, len(sources[span.path].text)))
    return f"{one_line(span.path)}:{place.line}:{place.column}"


def _marks(diagnostic: Diagnostic) -> list[Mark]:
    primary = [Mark(diagnostic.span, diagnostic.label, True)] if diagnostic.span else []
    return primary + [Mark(label.span, label.text, False) for label in diagnostic.related]


def _last_line_width(span: Span, sources: Mapping[str, Source]) -> int:
    if span.path not in sources:
        return 1
    source = sources[span.path]
    return len(str(source.place(min(max(span.end - 1, span.start), len(source.text))).line))


def _notes(diagnostic: Diagnostic, gutter: int, color: bool) -> Iterator[str]:
    """Return the notes, the example record and the help, their keywords aligned."""
    notes = list(diagnostic.notes)
    if diagnostic.witness:
        notes.append(("example", _table(diagnostic.witness)))
    notes += [("help", text) for text in diagnostic.help]
    longest = max((len(keyword) for keyword, _ in notes), default=0)
    margin = f"{'':>{gutter}} {paint('=', Paint.FRAME, color)} "
    for keyword, text in notes:
        first, *more = text.splitlines() or [""]
        yield f"{margin}{paint(f'{keyword}:', Paint.STRONG, color)}{'':>{longest - len(keyword) + 1}}{one_line(first)}"
        yield from (f"{'':>{gutter + longest + 5}}{one_line(line)}".rstrip() for line in more)


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a record as lines of fields and values, the values aligned, those of several lines under their first."""
    widest = max(width(one_line(field)) for field, _ in pairs)
    lines = []
    for field, value in pairs:
        first, *more = value.split("\n")
        lines.append(f"{field}{'':>{widest - width(one_line(field))}}  {first}")
        lines += [f"{'':>{widest}}  {line}" for line in more]
    return "\n".join(lines)
