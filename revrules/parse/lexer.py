"""A text into tokens, each with the readings that the grammar knows for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.parse import oddities
from revrules.parse.tables import END, lalr_tables

if TYPE_CHECKING:
    from revrules.diagnostics import Diagnostic
    from revrules.source import Source

Readings = tuple[str, ...]
"""The terminals that a token may be, the preferred one first."""


class Token(NamedTuple):
    """A word or mark: ``text`` is what it stands for (``=`` where ``==`` was written), the place is what was written."""

    readings: Readings
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Lexed:
    """The tokens, ended by one of the reading ``$END``; the documentation by the place where what it belongs to starts;
    comments (documentation too) as (start, end); problems."""

    tokens: list[Token]
    docs: dict[int, str] = field(default_factory=dict)
    comments: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def lex(source: Source) -> Lexed:
    """Return the tokens of ``source``. What is no token of the language but has one meaning (``==``, ``'text'``) becomes
    the token that was meant, with a problem; the rest is left out, with a problem."""
    scanner = _scanner()
    text = source.text
    tokens: list[Token] = []
    lexed = Lexed(tokens)
    doc: list[str] = []
    word: tuple[int, int] | None = None
    for match in scanner.pattern.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        start, end = match.span(kind)
        if kind == "COMMENT":
            lexed.comments.append((start, end))
            if text.startswith("##", start) and not text.startswith("###", start):
                doc.append(text[start + 2 : end].removeprefix(" ").rstrip())
            continue
        if word is not None:
            follower = text[start:end]
            tokens.append(Token(scanner.word(text, *word, follower), text[word[0] : word[1]], *word))
            word = None
        if doc:
            lexed.docs[start] = "\n".join(doc)
            doc = []
        if kind == "NAME":
            word = (start, end)
        elif kind in ("ODD", "ODD2"):
            if not _take_odd(source, lexed, start, end):
                break
        else:
            tokens.append(Token(scanner.mark(kind, text[start:end]), text[start:end], start, end))
    if word is not None:
        tokens.append(Token(scanner.word(text, *word, ""), text[word[0] : word[1]], *word))
    tokens.append(Token((END,), "", len(text), len(text)))
    return lexed


def readings_of(word: str, follower: str) -> Readings:
    """Return the readings that ``word`` would have before ``follower``."""
    return _scanner().word(f"{word} {follower}", 0, len(word), follower)


def _take_odd(source: Source, lexed: Lexed, start: int, end: int) -> bool:
    """Report what is no token; take what was meant. False when there are so many that reading on makes no sense."""
    meant = oddities.read(source, start, end)
    lexed.problems.append(meant.problem)
    if meant.text:
        readings = meant.readings or _scanner().mark("", meant.text)
        lexed.tokens.append(Token(readings, meant.text, start, end))
    return len(lexed.problems) < oddities.AT_MOST


_FOLLOWERS = frozenset(
    [":", ":=", "(", "=", "==", "=>", "when", "of", "case", "else", "team", "fiscal"]
    + [unit + s for unit in ("day", "week", "month", "quarter", "year") for s in ("", "s")]
    + ["boolean", "integer", "number", "money", "text", "date", "datetime", "duration", "enum", "ordered", "one", "many"]
)
"""What a lookahead of the grammar can ask for after a word (one token; only ``at least 2 of`` asks for more)."""
_LONG_LOOKAHEAD = "at"
_VARIED = frozenset(["DATETIME", "DATE", "TIME", "PERCENT", "DECIMAL", "INT", "TEXT"])
"""Marks with many texts, each of which has one reading."""


@dataclass(frozen=True, slots=True)
class _Scanner:
    pattern: re.Pattern[str]
    words: tuple[tuple[str, re.Pattern[str]], ...]
    marks: tuple[tuple[str, re.Pattern[str]], ...]
    known_words: dict[tuple[str, str], Readings]
    known_marks: dict[tuple[str, str], Readings]

    def word(self, text: str, start: int, end: int, follower: str) -> Readings:
        """The readings of the word at ``start``, looked up once for each word and what follows it."""
        key = (text[start:end], follower if follower in _FOLLOWERS else "")
        readings = self.known_words.get(key)
        if readings is None or key[0] == _LONG_LOOKAHEAD:
            found = (name for name, pattern in self.words if (match := pattern.match(text, start)) and match.end() == end)
            readings = self.known_words[key] = tuple(found)
        return readings

    def mark(self, kind: str, text: str) -> Readings:
        """The readings of a mark that was found as ``kind``."""
        if kind in _VARIED:
            return (kind,)
        readings = self.known_marks.get((kind, text))
        if readings is None:
            found = [name for name, pattern in self.marks if pattern.fullmatch(text) and name != kind]
            readings = self.known_marks[kind, text] = (kind, *found) if kind else tuple(found)
        return readings


@cache
def _scanner() -> _Scanner:
    terminals = lalr_tables().terminals
    words = tuple((t.name, re.compile(t.pattern)) for t in terminals if t.word)
    range_first = sorted(terminals, key=lambda t: t.name != "RANGE")  # so that `..<` is not read as `..` and `<`
    marks = tuple((t.name, re.compile(t.pattern)) for t in range_first if not t.word and t.name not in ("COMMENT", "WHITE"))
    name = next(t.pattern for t in terminals if t.name == "NAME")
    branches = [
        f"(?P<NAME>{name})",
        "(?P<COMMENT>#[^\n]*)",
        f"(?P<ODD>{oddities.BEFORE_MARKS})",
        *(f"(?P<{mark}>{pattern.pattern})" for mark, pattern in marks),
    ]
    pattern = re.compile(rf"\s+|{'|'.join(branches)}|(?P<ODD2>{oddities.AFTER_MARKS})")
    return _Scanner(pattern, words, marks, {}, {})
