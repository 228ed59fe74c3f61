"""A statement that places records into one that counts, while it runs, how many of them have faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from revrules.tables.database import Database


class Counts(NamedTuple):
    """Records with a value that is none and can be shown, with classifications that clash, with a key that finds no record."""

    shown: int
    clashes: int
    lost: tuple[int, ...]


class Noticed:
    """Counts of faults in sequences of the database, which move only where a record has a fault.

    So records are read once, and nothing has to be kept of those that are right. A sequence counts what a statement does even
    while it runs, and whatever becomes of it.
    """

    def __init__(self, database: Database, lost: int) -> None:
        self._database = database
        self._conditions = {"shown": '"shown"', "clashes": '"clashes"'}
        self._conditions |= {f"lost_{n}": f'"lost_{n}" IS NOT NULL' for n in range(lost)}
        for name in self._conditions:
            database.connection.execute(f"CREATE SEQUENCE {_counter(name)}")

    def counting(self) -> str:
        """Return the condition, true of every record, that counts the faults in the columns of ``tallies.faults``.

        DuckDB takes the next number only for the rows of the first branch, and never moves or repeats what counts.
        """
        one = "CASE WHEN {told} THEN nextval('{counter}') > 0 ELSE TRUE END"
        return " AND ".join(one.format(told=told, counter=_counter(name)) for name, told in self._conditions.items())

    def counts(self) -> Counts:
        """Return what was counted."""
        rows = self._database.rows("SELECT sequence_name, last_value FROM duckdb_sequences()")
        found = {str(name): int(str(count or 0)) for name, count in rows}
        shown, clashes, *lost = (found[_counter(name)] for name in self._conditions)
        return Counts(shown, clashes, tuple(lost))


def _counter(name: str) -> str:
    return f"noticed_{name}"
