"""Files with mistakes of grammar into the words that may be declared in what could not be read of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.diagnostics import Severity
from revrules.problems import syntax as problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules.loading import Loaded
    from revrules.source import Source, Span

_SYNTAX = "REV1"
_PLAIN = frozenset(
    [
        problems.OTHER_OPERATOR,
        problems.OTHER_QUOTES,
        problems.NULL,
        problems.MISSPELLED,
        problems.CHAINED,
        problems.OTHER_DATE,
        problems.NO_UNIT,
        problems.NO_SUCH_DATE,
        problems.UNKNOWN_ESCAPE,
        problems.TOO_LONG,
        problems.COLON,
        problems.EMPTY,
        problems.NOT_A_CHOICE,
    ]
)
"""Mistakes where it is plain what was meant: the rest of the line is read as it stands."""
_WORD = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|[^\W\d]\w*')
_IMPORT = "import"
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read.

    ``everything``: a whole file or a name is lacking, so any name may be declared there. ``words``: those that stand in a file
    with mistakes and in no name or text of its tree, or on a line of ``broken``: what stands on these lines may be misread.
    ``mistakes``: where the mistakes of each such file are. ``declarations``: where the declarations start that were read of it.
    """

    everything: bool = False
    words: frozenset[str] = frozenset()
    broken: frozenset[tuple[str, int]] = frozenset()
    mistakes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    declarations: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.everything or bool(self.mistakes)

    def may_garble(self, span: Span | None) -> bool:
        """Return whether ``span`` starts on a line that may be misread."""
        if span is None or not self.broken:
            return False
        return (span.path, self.sources[span.path].place(span.start).line) in self.broken

    def may_declare(self, span: Span | None) -> bool:
        """Return whether the name at ``span`` may be declared in what was not read."""
        if not self or span is None or self.everything:
            return bool(self)
        return not self.words.isdisjoint(_NAME.findall(self.sources[span.path].span_text(span)))

    def may_hold_clauses(self, span: Span | None) -> bool:
        """Return whether clauses of the declaration around ``span`` may stand in what was not read."""
        if not self or span is None or not self.mistakes:
            return bool(self)
        starts = self.declarations.get(span.path, ())
        n = bisect_right(starts, span.start)
        start = starts[n - 1] if n else 0
        end = starts[n] if n < len(starts) else None
        return any(start <= mistake and (end is None or mistake < end) for mistake in self.mistakes.get(span.path, ()))


def unread(loaded: Loaded) -> Unread:
    """Return what could not be read of ``loaded``."""
    found = [diagnostic for diagnostic in loaded.diagnostics if diagnostic.severity is Severity.ERROR]
    mistakes: dict[str, list[int]] = {}
    broken: set[tuple[str, int]] = set()
    for diagnostic in found:
        span = diagnostic.span
        if span is None or not diagnostic.code.startswith(_SYNTAX):
            return Unread(everything=True)
        mistakes.setdefault(span.path, []).append(span.start)
        if diagnostic.problem not in _PLAIN:
            broken.add((span.path, loaded.sources[span.path].place(span.start).line))
    words = {word for path, line in broken for word in _NAME.findall(loaded.sources[path].line_text(line))}
    starts: dict[str, tuple[int, ...]] = {}
    for file in loaded.files:
        if (path := file.span.path) in mistakes:
            words |= _words(loaded.sources[path].text, file)
            starts[path] = tuple(declaration.span.start for declaration in file.declarations)
    everything = any(map(problems.lacks_name, found)) or any(not starts.get(path) for path in mistakes)
    return Unread(
        everything or _IMPORT in words,
        frozenset(words),
        frozenset(broken),
        {path: tuple(places) for path, places in mistakes.items()},
        starts,
        loaded.sources,
    )


def _words(text: str, file: syntax.File) -> set[str]:
    """Return the words of ``text`` that the tree does not hold; comments aside."""
    read = {span.start for span in _read(file)}
    found: set[str] = set()
    for match in _WORD.finditer(text):
        start = match.start() - (text[match.start() - 1 : match.start()] == "`")
        if match[0][0] != "#" and start not in read:
            found.update(_NAME.findall(match[0]))
    return found


def _read(file: syntax.File) -> Iterator[Span]:
    """Yield the spans of the names and texts of a tree; an import stands for itself."""
    waiting: list[object] = [file]
    while waiting:
        match waiting.pop():
            case syntax.Name(span=span) | syntax.Text(span=span) | syntax.Import(span=span):
                yield span
            case syntax.Node() as node:
                waiting += [getattr(node, one.name) for one in fields(node) if one.name != "span"]
            case tuple() as nodes:
                waiting += nodes
