"""A time zone's file (TZif, RFC 9636) into the instants at which it may change its offset, and the rule for those after the last.

What the offsets are is asked of ``zoneinfo``, on which the meaning rests: the file only says where to look.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple
from zoneinfo import TZPATH, ZoneInfoNotFoundError

HEADER = struct.Struct(">4s1s15x6l")


class ZoneFile(NamedTuple):
    """The instants (seconds after 1970), ascending, and the rule after them: a POSIX ``TZ`` text, empty where there is none."""

    changes: tuple[int, ...]
    footer: str


@lru_cache(maxsize=64)
def zone_file(name: str) -> ZoneFile:
    """Return the file of a zone that ``zoneinfo`` knows."""
    return read_zone_file(_bytes(name))


def read_zone_file(data: bytes) -> ZoneFile:
    """Return what the bytes of a file say. Files of version 1 hold 32 bits and no rule; others say the same again with 64."""
    version, counts = _header(data, 0)
    size, start = 4, HEADER.size
    if version > b"1":
        second = HEADER.size + _length(counts, 4)
        _, counts = _header(data, second)
        size, start = 8, second + HEADER.size
    number = counts[3]
    changes = struct.unpack_from(f">{number}{'q' if size == 8 else 'l'}", data, start)
    footer = data[start + _length(counts, size) :].strip(b"\n").decode("ascii") if size == 8 else ""
    return ZoneFile(changes, footer)


def _header(data: bytes, offset: int) -> tuple[bytes, tuple[int, ...]]:
    """Return the version and how many there are of: UT indicators, standard indicators, leap seconds, changes, types, letters."""
    magic, version, *counts = HEADER.unpack_from(data, offset)
    assert magic == b"TZif", "zoneinfo has read this file"
    return version, tuple(counts)


def _length(counts: tuple[int, ...], size: int) -> int:
    """Return how long the block after a header is."""
    ut, standard, leaps, changes, types, letters = counts
    return changes * (size + 1) + types * 6 + letters + leaps * (size + 4) + standard + ut


def _bytes(name: str) -> bytes:
    """Return the file that ``zoneinfo`` reads: of the machine, else of the package tzdata."""
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    *folders, last = name.split("/")
    try:
        return resources.files(".".join(["tzdata", "zoneinfo", *folders])).joinpath(last).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        raise ZoneInfoNotFoundError(name) from None
