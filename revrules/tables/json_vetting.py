"""Bytes of a JSON file into whether DuckDB's reader surely takes the same for JSON as the careful one (``json_rows``).

DuckDB refuses what it cannot read, and the careful reader then takes over. It takes in silence what is no JSON in few cases: a
comma before a closing bracket, words for numbers that are none, control characters as white space. These are looked for here, as
are escaped NULs and a carriage return alone; and lines are counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules.tables.vetting import CHUNK, NotPushed, look_at_packing

if TYPE_CHECKING:
    from revrules.tables.source import Source

TAIL = 16
"""Bytes that are looked at again with the next portion: the longest word is shorter."""
SPACE = b" \t\r"
CONTROL = "".join(map(chr, range(32))).translate({9: None, 10: None, 13: None})
ALIKE = bytes.maketrans(
    b":}ABCDEFGHIJKLMNOPQRSTUVWXYZ" + CONTROL.encode(), b",]abcdefghijklmnopqrstuvwxyz" + b"\0" * len(CONTROL)
)
"""Makes alike what need not be told apart: both separators, both closing brackets, letters, control characters."""
WORDS = (b",nan", b"[nan", b",inf", b"[inf")
NO_NUMBER = re.compile(rb"[,\[](?:nan|inf|infinity)[,\]]")


def vet_json(source: Source, *, lines: bool) -> int:
    """Return how many lines there are; raises ``NotPushed`` where the readers might disagree.

    What stands inside of texts can look like an oddity, never the other way round.
    """
    count, size, before, last = 0, 0, b"", b""
    dropped = SPACE + b"-" if lines else SPACE + b"-\n"
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            if lines:
                _look_for_line_ends(last + chunk)
            plain = before + chunk.translate(ALIKE, dropped)
            _look_for_oddities(plain)
            count, size = count + chunk.count(b"\n"), size + len(chunk)
            before, last = plain[-TAIL:], chunk[-1:]
    look_at_packing(source, size)
    if not lines and not before.endswith(b"]"):
        raise NotPushed("it does not end like a list")
    return count + (last not in (b"\n", b""))


def _look_for_oddities(plain: bytes) -> None:
    if b"\0" in plain:
        raise NotPushed("it holds control characters")
    if b"\\u0000" in plain:
        raise NotPushed("it holds NUL characters")
    if b",]" in plain:
        raise NotPushed("a comma stands before a closing bracket in it")
    if any(word in plain for word in WORDS) and NO_NUMBER.search(plain):
        raise NotPushed("it holds words for numbers that are none")


def _look_for_line_ends(chunk: bytes) -> None:
    if b"\r" in chunk and chunk.count(b"\r") - chunk.endswith(b"\r") != chunk.count(b"\r\n"):
        raise NotPushed("a carriage return stands alone in it")


def filled_lines(source: Source) -> int:
    """Return how many lines hold more than white space."""
    with source.open() as stream:
        return sum(1 for line in stream if line.strip(SPACE + b"\n"))
