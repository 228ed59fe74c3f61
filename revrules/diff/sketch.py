"""The text of a file into its declarations as they are written, comments and layout left out, without a syntax tree.

Nearly all commits of a long history leave nearly all declarations as they are. Seeing that needs no parser.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BY_NAME = ("define", "score", "classify", "rule", "lifecycle")
"""What counts only if its name is reached; of the rest, all counts but what says nothing of meanings."""
ASIDE = ("example", "assert", "allow")
BARE = ("import", "for", "team", "system", "list", "assert", "allow")
"""What may have no braces, so that only the beginning of the next declaration ends it."""
OPENERS = frozenset((*BY_NAME, *ASIDE, *BARE, "ruleset", "enum", "ordered", "calendar", "entity"))
NAME = re.compile(r"[^\W\d][\w\u0300-\u036f]*")
TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<quoted>`[^`\n]+`)|(?P<blank>(?:\s+|\#[^\n]*)+)"""
    r"""|(?P<open>\{)|(?P<close>\})|(?P<plain>[^\s"\#{}`'“”„«»‘’‚]+)""",
    re.VERBOSE,
)
MOST_PIECES = 200_000
"""Pieces that are known at a time; what is forgotten is at worst compiled again."""


class Token(NamedTuple):
    """A stretch of text: what it is, whether braces are around it, whether it is the first on its line."""

    kind: str
    text: str
    inside: bool
    leads: bool


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of declarations, mostly one.

    ``name`` is set where it is exactly one that counts by its name; ``aside`` where it says nothing of meanings. ``words`` are
    all that it may name, ``labels`` the words of its texts.
    """

    name: str | None
    aside: bool
    words: frozenset[str]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """The pieces of a file, in order, and the paths that it names: of files to import, and of others."""

    pieces: tuple[Piece, ...]
    imports: tuple[str, ...]
    attached: tuple[str, ...]


class Sketches:
    """Makes sketches; what is written alike is the same piece."""

    def __init__(self) -> None:
        self._pieces: dict[str, Piece] = {}

    def of(self, text: str) -> Sketch | None:
        """Return the sketch of a text; None where only the parser knows what is meant, as after an unclosed quote."""
        tokens = _tokens(text)
        if tokens is None:
            return None
        paths = list(_paths(tokens))
        if any("\\" in path for _, path in paths):
            return None
        pieces = tuple(self._piece(cut) for cut in _cut(tokens))
        imports, attached = (tuple(path for word, path in paths if (word == "import") is own) for own in (True, False))
        return Sketch(pieces, imports, attached)

    def _piece(self, tokens: list[Token]) -> Piece:
        written = "".join(token.text for token in tokens).strip()
        known = self._pieces.get(written)
        if known is None:
            if len(self._pieces) == MOST_PIECES:
                self._pieces.clear()
            known = self._pieces[written] = _piece(tokens)
        return known


def reached(pieces: Iterable[Piece], names: Iterable[str], beside: str) -> list[Piece]:
    """Return the pieces that the meaning of ``names`` can rest on, in order.

    A declaration counts if a word of one that counts is its name, or stands in ``beside``, the folded texts of other files: too
    many may count, never too few.
    """
    given = [piece for piece in pieces if not piece.aside]
    found = {id(piece) for piece in given if piece.name is None or folded(piece.name) in beside}
    words = set(names).union(*(piece.words for piece in given if id(piece) in found))
    while True:
        more = [piece for piece in given if id(piece) not in found and piece.name in words]
        if not more:
            return [piece for piece in given if id(piece) in found]
        found.update(map(id, more))
        words.update(*(piece.words for piece in more))


def folded(text: str) -> str:
    """Return a text as headings are compared: without case, spaces and marks.

    >>> folded("Fit (score)")
    'fitscore'
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())


def _tokens(text: str) -> list[Token] | None:
    """Return the tokens, each stretch of blanks and comments as one space; None where something cannot be told."""
    found: list[Token] = []
    position = depth = 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if match.start() != position:
            return None
        position = match.end()
        depth -= kind == "close"
        if depth < 0:
            return None
        leads = match.start() == 0 or text[match.start() - 1] == "\n"
        found.append(Token(kind, " " if kind == "blank" else match.group(), depth > 0, leads))
        depth += kind == "open"
    return found if position == len(text) and depth == 0 else None


def _paths(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield the files that are named, each with the word before it."""
    words = [token for token in tokens if token.kind != "blank"]
    for before, token in pairwise(words):
        if token.kind == "text" and before.text in ("import", "from"):
            yield before.text, token.text[1:-1]


def _cut(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield stretches: each ends with a closed brace, or before the declaration that follows one without braces."""
    piece: list[Token] = []
    first = ""
    for token in tokens:
        if not piece and token.kind == "blank":
            continue
        if piece and first in BARE and token.leads and not token.inside and token.text in OPENERS:
            yield piece
            piece = []
        if not piece:
            first = token.text
        piece.append(token)
        if token.kind == "close" and not token.inside:
            yield piece
            piece = []
    if piece:
        yield piece


def _piece(tokens: list[Token]) -> Piece:
    words: set[str] = set()
    labels: set[str] = set()
    for token in tokens:
        if token.kind in ("plain", "text"):
            found = NAME.findall(unicodedata.normalize("NFC", token.text))
            (words if token.kind == "plain" else labels).update(found)
        elif token.kind == "quoted":
            words.add(unicodedata.normalize("NFC", token.text[1:-1]))
    outside = [token for token in tokens if not token.inside and token.kind in ("plain", "quoted")]
    opener = outside[0].text if outside else ""
    alone = not any(token.kind == "plain" and token.text in OPENERS - {"for"} for token in outside[1:])
    closed = tokens[-1].kind == "close"
    aside = alone and opener in ASIDE and (closed or opener != "example")
    return Piece(_name(outside) if alone and closed and opener in BY_NAME else None, aside, frozenset(words), frozenset(labels))


def _name(outside: list[Token]) -> str | None:
    """Return the name of what is declared, if one stands there."""
    text = unicodedata.normalize("NFC", outside[1].text) if len(outside) > 1 else ""
    if len(outside) > 1 and outside[1].kind == "quoted":
        return text[1:-1]
    return text if NAME.fullmatch(text) else None
