"""What several test files are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engines import DuckDB, Postgres, Server, Spark, postgres_server, spark_session
from place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder to work in, with an export, its ruleset and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVRULES_CACHE_DIR", str(tmp_path / "cache"))
    return Place(tmp_path, capfd)


@pytest.fixture(scope="session")
def duck() -> DuckDB:
    """DuckDB, embedded."""
    return DuckDB()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running Postgres server."""
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="session")
def postgres(server: Server) -> Iterator[Postgres]:
    """A connection to a Postgres server of these tests."""
    connection = Postgres(server.url)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """Spark in this process."""
    session = spark_session()
    yield Spark(session)
    session.stop()
