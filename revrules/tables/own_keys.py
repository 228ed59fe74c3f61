"""A file of placed records into whether each of them has a key of its own."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from revrules.tables.database import database
from revrules.tables.duck import distinct, literal_path, quoted, quoted_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from revrules.tables.database import Database, Limits
    from revrules.tables.placed import OutputColumn

SHARE = 0.4
"""Of the memory that a run may use, what is left beside that which placing records took and has not given back."""
MANY = 2_000_000
"""Keys whose hashes take more memory than another database costs time."""


class WrittenKeys(NamedTuple):
    """The keys of so many records in a file of Parquet, in the column of that name."""

    path: str
    name: str
    records: int


def written_keys(path: str, columns: Sequence[OutputColumn], names: Sequence[str], records: int) -> WrittenKeys | None:
    """Return the keys in a file of Parquet to which ``columns`` were written under ``names``; None where it has none."""
    for column in columns:
        if column.origin.kind == "key" and names.count(column.name) == 1:
            return WrittenKeys(path, distinct(names)[names.index(column.name)], records)
    return None


def all_differ(keys: WrittenKeys, run: Database, limits: Limits) -> bool:
    """Return whether every record has a key and no two have the same; False, too, where there is too little memory to tell.

    Hashes of keys are looked at, which are less than keys: where they differ, so do the keys. What does not fit memory goes
    through temporary files, at little cost; so a run with a limit looks at many in a database of their own, with less memory.
    """
    import duckdb

    path = literal_path(keys.path)
    read = f"SELECT {quoted(keys.name)} AS key FROM read_parquet({quoted_text(path)}, hive_partitioning = false)"
    told = "count(key), count(DISTINCT hash(key)), count(*)"
    try:
        with _within(run, limits, keys.records) as found:
            found.lock([keys.path, path])
            ((known, different, every),) = found.rows(f"SELECT {told} FROM ({read})")
    except duckdb.OutOfMemoryException:
        return False
    return known == different == every


def _within(run: Database, limits: Limits, records: int) -> AbstractContextManager[Database]:
    """Return the database of the run, or one with less memory, where memory is limited and there are many records."""
    if limits.memory is None or records < MANY:
        return nullcontext(run)
    size = re.sub(r"^[0-9.]+", lambda number: f"{SHARE * float(number[0]):.3f}", limits.memory)
    return database(limits._replace(memory=size))
