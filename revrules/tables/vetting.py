"""Bytes of a CSV file into whether DuckDB's reader surely finds the same cells as the careful one (``delimited``).

DuckDB refuses what it cannot read, and the careful reader then takes over. It agrees in silence with what it should not in few
cases: NUL bytes, a carriage return alone, white space beside a quote. These are looked for here; and lines are counted, so that
what it finds can be held against what is there.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.tables.source import Source

CHUNK = 1 << 18
"""Bytes: what is searched several times should stay near the processor."""
BESIDE = 64
"""Bytes of the last portion that are looked at again: what stands across two of them."""
MARKS = (b'"', b"\r", b"\0")
"""What takes part in every oddity."""
BESIDE_A_QUOTE = (b'" ', b' "', b'"\t', b'\t"')
BLANK = re.compile(rb"\n\r?(?=\n)")


class NotPushed(Exception):  # noqa: N818 - not an error: Python does it instead
    """Raised where DuckDB cannot be asked to read or to place in the same way as Python; says why, as a clause."""


class Vetted(NamedTuple):
    """``lines`` outside of quotes, the headings' among them; ``plain``: each is one row, no cell holds a line break."""

    lines: int
    plain: bool


def vet(source: Source, delimiter: str) -> Vetted:
    """Return how many lines there are; raises ``NotPushed`` where the readers might disagree."""
    outside = total = quotes = size = 0
    mark = re.escape(delimiter.encode())
    gap = b" " if delimiter == "\t" else b"[ \t]"
    odd_quote = re.compile(rb'(?:%b|[\r\n])%b+"|"%b+(?:%b|[\r\n]|\Z)' % (mark, gap, gap, mark))
    before = last = b""
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            if any(odd in part for part in (before[-BESIDE:], chunk) for odd in MARKS):
                _look_for_oddities(before[-BESIDE:] + chunk, odd_quote)
            size += len(chunk)
            lines = chunk.count(b"\n")
            total += lines
            if b'"' not in chunk and not quotes % 2:
                outside += lines
            else:
                pieces = chunk.split(b'"')
                outside += b"".join(pieces[quotes % 2 :: 2]).count(b"\n")
                quotes += len(pieces) - 1
            before, last = chunk, chunk[-1:]
    look_at_packing(source, size)
    unfinished = last not in (b"\n", b"")
    return Vetted(outside + unfinished, plain=outside == total)


def packing(sources: Sequence[Source]) -> str:
    """Return how files are packed, in DuckDB's word; raises ``NotPushed`` where some are packed and some are not."""
    if len({source.packed for source in sources}) > 1:
        raise NotPushed("some of its files are packed, some are not")
    return "gzip" if sources[0].packed else "none"


def look_at_packing(source: Source, size: int) -> None:
    """Raise ``NotPushed`` for a packed file that is put together of several or ends otherwise than with its ``size``."""
    if source.packed:
        with open(source.path or "", "rb") as stream:  # noqa: PTH123 - pathlib costs start-up time
            stream.seek(-4, os.SEEK_END)
            if int.from_bytes(stream.read(4), "little") != size % (1 << 32):
                raise NotPushed("it is packed in several parts")


def blank_lines(source: Source) -> int:
    """Return how many lines hold nothing."""
    count, rest = 0, b""
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            text = rest + chunk
            count += len(BLANK.findall(text))
            rest = text[-2:] if text.endswith(b"\r") else text[-1:]
    return count


def _look_for_oddities(chunk: bytes, odd_quote: re.Pattern[bytes]) -> None:
    if b"\0" in chunk:
        raise NotPushed("it holds NUL bytes")
    if b"\r" in chunk and chunk.count(b"\r") - chunk.endswith(b"\r") != chunk.count(b"\r\n"):
        raise NotPushed("a carriage return stands alone in it")
    if b'"' in chunk and any(mark in chunk for mark in BESIDE_A_QUOTE) and odd_quote.search(chunk):
        raise NotPushed("white space stands beside a quote in it")
