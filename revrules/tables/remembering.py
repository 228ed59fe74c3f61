"""Readers of cells into readers that remember: most columns of a table hold few different texts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.runtime.records import RecordReader
    from revrules.runtime.values import Reader

MOST = 1024
"""Texts that are remembered of a column."""
LONGEST = 64
"""Characters of a text that is remembered: longer ones seldom stand twice."""


def remembering(read: Reader) -> Reader:
    """Return a reader of the same meaning, which reads a text that it met lately only once."""
    of_text = lru_cache(MOST)(read)
    return lambda raw: of_text(raw) if type(raw) is str and len(raw) <= LONGEST else read(raw)


def remembering_record(reader: RecordReader) -> RecordReader:
    """Return the same for records; related ones are read as before."""
    return reader._replace(fields=tuple((name, remembering(read), required) for name, read, required in reader.fields))
