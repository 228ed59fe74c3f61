"""An embedded DuckDB as an engine that runs statements, for those who ask it nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect

if TYPE_CHECKING:
    from types import TracebackType


class Embedded:
    """A database in memory. A context manager."""

    dialect = Dialect.DUCKDB

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        self._connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")

    def __enter__(self) -> Embedded:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        return [tuple(row) for row in self._connection.execute(statement).fetchall()]
