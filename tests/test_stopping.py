"""Statements of DuckDB are stopped by Ctrl-C, those that cannot be stopped are left alone."""

from __future__ import annotations

import _thread
from threading import Event, Timer
from typing import TYPE_CHECKING, Any, cast

import pytest

from revrules.tables import database

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ENDLESS = "SELECT count(*) FROM range(100000000000) a, range(100000000000) b WHERE a.range + b.range < 0"


class Deaf:
    """A connection whose statements neither end nor hear that they should."""

    def __init__(self) -> None:
        self.ended = Event()

    def execute(self, _: str) -> Deaf:
        self.ended.wait()
        return self

    def fetchall(self) -> list[tuple[object, ...]]:
        return []

    def interrupt(self) -> None:
        """Do nothing."""


def test_a_statement_is_stopped() -> None:
    with database.database(database.UNLIMITED) as found:
        Timer(0.3, _thread.interrupt_main).start()
        with pytest.raises(KeyboardInterrupt):
            found.rows(ENDLESS)
        assert not found.stuck
        assert found.rows("SELECT 1") == [(1,)]


def test_a_statement_that_does_not_stop_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    deaf: Any = Deaf()
    found = database.Database(cast("DuckDBPyConnection", deaf), None)
    Timer(0.3, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        found.rows(ENDLESS)
    assert found.stuck
    deaf.ended.set()
