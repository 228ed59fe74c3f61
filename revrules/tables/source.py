"""A path (or standard input) into characters: opened as often as needed, unpacked, and decoded in the encoding that it shows."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO, cast

from revrules.problems import data as problems
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STANDARD_INPUT = "-"
HEAD = 1 << 16
"""Bytes that are looked at to tell what a file is."""
CHUNK = 1 << 20
LONGEST_LINE = 1 << 24
"""Characters. Lines are held in memory one by one, and a packed file of a few bytes may unpack to a line without end."""
LARGEST_INPUT = 1 << 30
"""Bytes of standard input, which is held in memory."""
GZIP = b"\x1f\x8b"
KNOWN_KINDS = {
    b"PK\x03\x04": ("an Excel workbook or a ZIP archive", "save the sheet as CSV (UTF-8) and run it on that file"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV (UTF-8) and run it on that file"),
    b"%PDF": ("a PDF", "export the records themselves, for instance as CSV"),
    b"SQLite format 3": ("a SQLite database", "export the table as CSV or Parquet"),
}
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Source(NamedTuple):
    """A file that can be opened again and again. ``name`` is how the user knows it, ``content`` what came from standard input."""

    name: str
    path: str | None
    content: bytes | None
    head: bytes
    packed: bool

    def open(self) -> BinaryIO:
        """Return the unpacked bytes from the start."""
        raw = io.BytesIO(self.content) if self.content is not None else self.path or ""
        if self.packed:
            return _unpacked(raw)
        return raw if isinstance(raw, io.BytesIO) else open(raw, "rb")  # noqa: PTH123 - pathlib costs start-up time


def open_source(path: str) -> Source:
    """Return the source at ``path``; raises ``DataError`` for what is not there, no file, empty or of a kind that is not read."""
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        content = sys.stdin.buffer.read(LARGEST_INPUT + 1) if path == STANDARD_INPUT else None
        if content is not None and len(content) > LARGEST_INPUT:
            raise DataError(problems.unreadable(name, "it is larger than 1 GiB; write it to a file and name that"))
        source = Source(name, path, content, b"", packed=False)
        with source.open() as stream:
            head = stream.read(HEAD)
        if head.startswith(GZIP):
            source = source._replace(packed=True)
            with source.open() as stream:
                head = stream.read(HEAD)
    except reading_errors() as error:
        raise DataError(problems.unreadable(name, reason(error))) from error
    for magic, (what, help_) in KNOWN_KINDS.items():
        if head.startswith(magic):
            raise DataError(problems.not_read(name, what, help_))
    if not head.strip(b" \t\r\n" + codecs.BOM_UTF8):
        raise DataError(problems.empty(name))
    return source._replace(head=head)


def open_text(source: Source, encoding: str | None) -> tuple[TextIO, str]:
    """Return the characters of ``source``, line ends as written, and the encoding's name; raises ``DataError``.

    Without ``encoding``: what a byte order mark says, else UTF-8, else UTF-16 without a mark, else Windows-1252.
    """
    chosen = encoding or _detect(source)
    try:
        codecs.lookup(chosen)
    except (LookupError, ValueError) as error:
        raise DataError(problems.unknown_encoding_name(chosen)) from error
    if encoding is not None:
        if chosen.lower().replace("_", "-") in ("utf-8", "utf8"):
            chosen = "utf-8-sig"
        if (line := _first_bad_line(source, chosen)) is not None:
            raise DataError(problems.encoding(source.name, line, encoding))
    return io.TextIOWrapper(source.open(), encoding=chosen, newline=""), chosen


def share_read(source: Source, stream: TextIO) -> Callable[[], float] | None:
    """Return what tells the part of the bytes of ``source`` that ``stream`` has read; None for packed files."""
    if source.packed or not isinstance(stream, io.TextIOWrapper):
        return None
    raw = stream.buffer
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    return lambda: 1.0 if raw.closed or not size else raw.tell() / size


def read_line(stream: TextIO, name: str, number: int) -> str:
    """Return the next line (empty at the end); raises ``DataError`` for one that is too long to be one."""
    line = stream.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise DataError(problems.unreadable(name, f"line {number:,} has more than {LONGEST_LINE:,} characters"))
    return line


def reading_errors() -> tuple[type[Exception], ...]:
    """Return what opening, reading, unpacking and decoding a file can raise."""
    import zlib  # needed only where something went wrong

    return (EOFError, OSError, UnicodeDecodeError, zlib.error)


def reason(error: BaseException) -> str:
    """Return why a file cannot be opened, in plain words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder; name a file in it"
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, EOFError):
        return "it is cut off in the middle of its compressed data"
    if not isinstance(error, OSError):
        return "its compressed data are damaged"
    return str(error.strerror or error).lower()


def same_file(first: str, second: str) -> bool:
    """Return whether two paths lead to one file."""
    try:
        return os.path.samefile(first, second)  # noqa: PTH121 - pathlib costs start-up time
    except OSError:
        return False


def _unpacked(raw: str | io.BytesIO) -> BinaryIO:
    import gzip

    return cast("BinaryIO", gzip.open(raw, "rb"))


def _detect(source: Source) -> str:
    for mark, name in BOMS:
        if source.head.startswith(mark):
            return _checked(source, name)
    if b"\0" in source.head:
        return _checked(source, _utf16_without_mark(source))
    if _first_bad_line(source, "utf-8") is None:
        return "utf-8"
    if _first_bad_line(source, "windows-1252") is None:
        return "windows-1252"
    raise DataError(problems.encoding(source.name, _first_bad_line(source, "utf-8") or 1, "UTF-8"))


def _utf16_without_mark(source: Source) -> str:
    """Return which UTF-16 it is: Latin text has NUL as every second byte. A stray NUL in UTF-8 text is left to the reader."""
    head = source.head[: len(source.head) // 2 * 2]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even < odd // 10 + 1:
        return "utf-16-le"
    if even > len(head) // 5 and odd < even // 10 + 1:
        return "utf-16-be"
    if head.count(0) > len(head) // 50 + 2:
        raise DataError(problems.not_text(source.name))
    return "utf-8"


def _checked(source: Source, name: str) -> str:
    if (line := _first_bad_line(source, name)) is not None:
        if b"\0" in source.head and name == "utf-8":
            raise DataError(problems.not_text(source.name))
        raise DataError(problems.encoding(source.name, line, name.removesuffix("-sig").upper()))
    return name


def _first_bad_line(source: Source, encoding: str) -> int | None:
    """Return the line of the first bytes that are no characters in ``encoding``, None when all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk, last in _chunks(source):
            line += decoder.decode(chunk, last).count("\n")
    except UnicodeDecodeError as error:
        return line + bytes(error.object)[: error.start].count(b"\n")
    except reading_errors() as error:
        raise DataError(problems.unreadable(source.name, reason(error))) from error
    return None


def _chunks(source: Source) -> Iterator[tuple[bytes, bool]]:
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            yield chunk, False
    yield b"", True
