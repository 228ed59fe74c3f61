"""A path into a table of rows, whatever the file is: CSV, TSV, JSON, JSON lines or Parquet, packed or not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TextIO

from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.source import STANDARD_INPUT, Source, open_source, open_text, reading_errors, share_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from revrules.tables.rows import Refused, Row, Table

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet")
PARQUET = b"PAR1"
BY_ENDING = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet",
}  # fmt: skip
QUIET_ENCODINGS = ("utf-8", "utf-8-sig")


class Reading(NamedTuple):
    """How to read a file where the user wants to say it: format, encoding, the mark between cells."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


AS_IT_SHOWS = Reading()


def open_table(path: str, reading: Reading = AS_IT_SHOWS, expected: Collection[str] = ()) -> Table:
    """Return the rows of the file at ``path`` (``-``: standard input); ``expected`` headings help to tell the mark between cells.

    Raises ``DataError`` for what cannot be read.
    """
    source = open_source(path)
    format_ = reading.format or format_of(source)
    if format_ == "parquet":
        return _parquet(source)
    stream, encoding = open_text(source, reading.encoding)
    share = share_read(source, stream)
    try:
        table = _text_table(stream, source.name, format_, reading.delimiter, expected)
    except (DataError, UnicodeDecodeError) as error:
        stream.close()
        if isinstance(error, DataError):
            raise
        raise DataError(problems.unreadable(source.name, "it changed while it was read")) from error
    table = table._replace(rows=_closing(stream, table.rows, source.name), close=stream.close, share=share)
    if reading.encoding is None and encoding not in QUIET_ENCODINGS:
        told = f"`{source.name}` is read as {encoding.upper()}; if letters look wrong, say --encoding"
        table = table._replace(notes=(told, *table.notes))
    return table


def _text_table(stream: TextIO, name: str, format_: str, delimiter: str | None, expected: Collection[str]) -> Table:
    if format_ in ("json", "jsonl"):
        from revrules.tables.json_rows import json_table

        return json_table(stream, name, lines=None if format_ == "json" else True)
    from revrules.tables.delimited import delimited

    return delimited(stream, name, delimiter=delimiter or ("\t" if format_ == "tsv" else None), expected=expected)


def _closing(stream: TextIO, rows: Iterator[Row | Refused], name: str) -> Iterator[Row | Refused]:
    """Yield ``rows`` and close ``stream``; a file that fails now could be read as a whole before, so it has changed."""
    with stream:
        try:
            yield from rows
        except reading_errors() as error:
            raise DataError(problems.unreadable(name, "it changed while it was read")) from error


def format_of(source: Source) -> str:
    """Return the format: what the first bytes leave no doubt about, else what the name ends in, else what the text looks like."""
    if source.head.startswith(PARQUET):
        return "parquet"
    ending = os.path.splitext((source.path or "").lower().removesuffix(".gz"))[1]  # noqa: PTH122 - pathlib costs start-up time
    if ending == ".parquet":
        raise DataError(problems.broken_parquet(source.name, "it does not begin like a Parquet file"))
    start = source.head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"")
    looks_like_json = (start[:1] == b"{" and start[1:].lstrip()[:1] == b'"') or (
        start[:1] == b"[" and start[1:].lstrip()[:1] in b"{]"
    )
    if looks_like_json and BY_ENDING.get(ending) not in ("json", "jsonl"):
        return "json"
    return BY_ENDING.get(ending, "csv")


def is_pattern(data: str) -> bool:
    """Return whether a path is a pattern for several."""
    return any(mark in data for mark in "*?[") and not os.path.exists(data)  # noqa: PTH110 - pathlib costs start-up time


def _parquet(source: Source) -> Table:
    from revrules.tables.duck import read_parquet

    if source.packed:
        raise DataError(problems.not_read(source.name, "a packed Parquet file", "unpack it: Parquet is compressed already"))
    if source.content is None:
        assert source.path is not None, "a source without content has a path"
        return read_parquet(source.path, source.name)
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(suffix=".parquet", delete=False) as file:
        file.write(source.content)
    try:
        table = read_parquet(file.name, source.name)
        return table._replace(rows=iter(list(table.rows)))
    finally:
        os.unlink(file.name)  # noqa: PTH108 - pathlib costs start-up time


__all__ = ["AS_IT_SHOWS", "FORMATS", "STANDARD_INPUT", "Reading", "open_table"]
