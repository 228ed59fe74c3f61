"""Text into terminal cells: how wide it is, and a form of it that cannot harm a terminal."""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache

TAB = "    "
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reorder a line, so that it would not show what it says."""


class Paint(Enum):
    """The colours, by what they are for: ANSI codes."""

    ERROR = "1;31"
    WARNING = "1;33"
    INFO = "1;36"
    STRONG = "1"
    FRAME = "34"
    RELATED = "1;34"


def paint(text: str, color: Paint, on: bool) -> str:
    """Return ``text`` in ``color`` if ``on`` and there is any."""
    return f"\x1b[{color.value}m{text}\x1b[0m" if on and text else text


def shown(text: str) -> str:
    """Return one line of a source as it is displayed: tabs as four spaces, what could harm a terminal as a replacement character.

    >>> shown("a\\tb\\x1b[31m")
    'a    b�[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(TAB if c == "\t" else REPLACEMENT if _harmful(c) else c for c in text)


def harmless(text: str) -> str:
    """Return lines that hold words of other people as they are printed: what could harm a terminal is a replacement character.

    >>> harmless("a\\x1b[31m\\nb")
    'a�[31m\\nb'
    """
    return "\n".join(map(shown, text.split("\n")))


def one_line(text: str) -> str:
    """Return words as one line: what could harm a terminal or break the line is spelled out.

    >>> one_line("a\\nb\\x07")
    'a\\\\nb\\\\x07'
    """
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if _harmful(c) else c for c in text)


def width(text: str) -> int:
    """Return how many cells ``text`` (as displayed) takes: wide East Asian characters and emoji two, combining marks none.

    >>> width("größe"), width("顧客"), width("e\\u0301")
    (5, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_width, text))


def _harmful(character: str) -> bool:
    return character in DIRECTIONS or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


@cache
def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
