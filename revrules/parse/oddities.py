"""What is no token of the language into the token that was meant, and a problem that says so."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from revrules.problems import syntax as problems
from revrules.source import Span

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

AT_MOST = 50
"""So many problems of one file are reported; then reading stops."""

_OPERATORS = {
    "==": "=",
    "===": "=",
    ":=": "=",
    "<>": "!=",
    "!==": "!=",
    "≠": "!=",
    "=>": ">=",
    "≥": ">=",
    "=<": "<=",
    "≤": "<=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "!": "not",
    "…": "..",
    "...": "..",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "*",
}  # fmt: skip
_WORDS = {"and": ("AND",), "or": ("OR",), "not": ("NOT",)}
_DATE = r"[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{4}|[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2}|[0-9]{4}-[0-9]{1,2}-[0-9](?![0-9])"
_QUOTED = r"'[^'\n]*'|[“”„«][^“”„«»\"\n]*[“”»\"]|[‘’‚][^‘’‚'\n]*[‘’']"
BEFORE_MARKS = "|".join(
    [_DATE, *(re.escape(mark) for mark in sorted(_OPERATORS, key=len, reverse=True) if mark != "!"), r"!(?!=)"]
)
"""Matches oddities that start like a mark of the language."""
AFTER_MARKS = rf"{_QUOTED}|[\"'`][^\n]*?(?=[\s,)}}\]]*(?:\n|\Z))|;|[^\s\w\"'`#{{}}()\[\],.:;<>=!+\-*/|&]+|\S"
"""Matches everything else that is no mark of the language."""


class Meant(NamedTuple):
    """The token that was meant (its text; its readings where they do not follow from it) and the problem. Without a text
    nothing was meant that one could know."""

    problem: Diagnostic
    text: str = ""
    readings: tuple[str, ...] = ()


def read(source: Source, start: int, end: int) -> Meant:
    """Return what was meant by the oddity between ``start`` and ``end``."""
    written = source.text[start:end]
    span = Span(source.path, start, end)
    operator = _OPERATORS.get(written)
    if operator is not None:
        return Meant(problems.other_spelling(span, written, operator), operator, _WORDS.get(operator, ()))
    if written[0].isascii() and written[0].isdigit():
        return _date(span, written)
    if written[0] in '"`':
        return _unclosed(span, written)
    if written[0] in "'“”„«‘’‚" and len(written) > 1:
        inner = written[1:-1].replace("\\", "\\\\").replace('"', '\\"')
        return Meant(problems.other_quotes(span, written[1:-1]), f'"{inner}"', ("TEXT",))
    return Meant(problems.strange_characters(span, _described(written)))


def _date(span: Span, written: str) -> Meant:
    """The dates that can be meant: a first number above 31 is the year; day and month may stand in either order."""
    first, second, third = (int(part) for part in re.split(r"[/.-]", written))
    year, parts = (first, (second, third)) if first > 31 else (third, (first, second))
    orders = [parts] if first > 31 else [parts, parts[::-1]]
    dates = [f"{year:04}-{month:02}-{day:02}" for month, day in orders if _exists(year, month, day)]
    candidates = tuple(dict.fromkeys(dates))
    return Meant(problems.other_date_order(span, written, candidates), candidates[0] if candidates else "2000-01-01", ("DATE",))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _unclosed(span: Span, written: str) -> Meant:
    mark = written[0]
    problem = problems.unclosed_text(Span(span.path, span.start, span.start + len(written.rstrip())), mark)
    if mark == "`":
        name = re.match(r"`(\w+)", written)
        return Meant(problem, f"`{name[1]}`" if name else "`_`", ("NAME",))
    return Meant(problem, '"' + re.sub(r'[\\"]', "", written) + '"', ("TEXT",))


def _described(written: str) -> str:
    character = written[0]
    if character.isprintable() and character != "\ufffd":
        return f"`{written[:10]}`"
    return f"the character U+{ord(character):04X} ({unicodedata.name(character, 'a control character').lower()})"
