"""A raw record into one whose values are read when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.runtime.records import read_field, read_relation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from revrules.runtime.records import RecordReader
    from revrules.tables.columns import Record

    Reads = Mapping[str, Callable[[Record], object]]


def reads_of(reader: RecordReader) -> Reads:
    """Return what reads each field and relation of a raw record."""
    fields = {field[0]: (lambda raw, field=field: read_field(field, raw, [])) for field in reader.fields}
    return fields | {one[0]: (lambda raw, one=one: read_relation(one, raw, [])) for one in reader.relations}


class LazyRecord(dict[str, object]):
    """A typed record for those who ask by ``get``, as generated code does. What is no value is missing, and nobody is told."""

    __slots__ = ("_raw", "_reads")

    def __init__(self, reads: Reads, raw: Record) -> None:
        self._reads, self._raw = reads, raw

    def __missing__(self, name: str) -> object:
        read = self._reads.get(name)
        value = self[name] = None if read is None else read(self._raw)
        return value

    def get(self, name: str, default: object = None) -> object:
        """Return the value, None where it is missing."""
        return self[name]
