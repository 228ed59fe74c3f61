"""Engines that run SQL, as the tests need them: each takes a statement and returns its rows as Python values.

Postgres is a server of its own in a temporary folder, reached by a socket there, and run by an unprivileged user; where its
programs are not installed the tests are skipped. Spark runs in this process.
"""

from __future__ import annotations

import datetime
import os
import pwd
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import pytest

from revrules.backends.sql.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from psycopg import Copy
    from pyspark.sql import SparkSession

POSTGRES_PROGRAMS = "/usr/lib/postgresql/*/bin"
OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_stack_depth=6MB"


class Engine(Protocol):
    """An engine: the dialect that it speaks, and what runs a statement on it."""

    @property
    def dialect(self) -> Dialect:
        """Its dialect."""

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement: Python values, instants without a zone in UTC, lists for arrays."""


class DuckDB:
    """An embedded database of its own."""

    dialect = Dialect.DUCKDB

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        self._connection.execute("SET TimeZone = 'UTC'")

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """See ``Engine``."""
        self._connection.execute(statement)
        return [tuple(row) for row in self._connection.fetchall()] if self._connection.description else []


class Postgres:
    """A connection to a server."""

    dialect = Dialect.POSTGRES

    def __init__(self, url: str) -> None:
        import psycopg

        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET TimeZone = 'UTC'")

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """See ``Engine``."""
        found = self._connection.execute(cast("str", statement).encode())
        return [tuple(row) for row in found.fetchall()] if found.description else []

    def copy(self, statement: str) -> AbstractContextManager[Copy]:
        """Return what takes the bytes of a COPY … FROM STDIN."""
        return self._connection.cursor().copy(statement.encode())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Spark:
    """A session in this process."""

    dialect = Dialect.SPARK

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """See ``Engine``."""
        return [tuple(row) for row in self.session.sql(statement).collect()]


class Server(NamedTuple):
    """A running Postgres: how to reach it, and whose it is."""

    url: str
    folder: Path


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a Postgres of an unprivileged user in a folder of its own; stop it and remove the folder at the end."""
    programs = next(iter(sorted(Path("/").glob(POSTGRES_PROGRAMS.lstrip("/")), reverse=True)), None)
    if programs is None:
        pytest.skip("Postgres is not installed")
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        user, as_user = _unprivileged(data)
        _quiet(
            [
                *as_user,
                programs / "initdb",
                "-D",
                data,
                "-U",
                user,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
        start = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", f"{OPTIONS} -k {data}", "start"]
        _quiet(start)
        try:
            yield Server(f"postgresql://{user}@/postgres?host={data}", folder)
        finally:
            _quiet([*as_user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


def _unprivileged(data: Path) -> tuple[str, list[str]]:
    """Return the user who runs the server, and what stands before a command to run it as that user; ``data`` becomes theirs."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name, []
    nobody = pwd.getpwnam("nobody")
    shutil.chown(data, nobody.pw_uid, nobody.pw_gid)
    return "nobody", ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def _quiet(command: list[object]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


def spark_session() -> SparkSession:
    """Return the session of this process; made with the first call, which takes about ten seconds."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    pyspark_sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["TZ"] = "UTC"
    builder = pyspark_sql.SparkSession.builder.master("local[2]").appName("revrules tests")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.ansi.enabled": "true",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -Xss16m",
        "spark.log.level": "ERROR",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    return cast("SparkSession", builder.getOrCreate())


def same(left: object, right: object) -> bool:
    """Return whether two values from engines or from Python are the same value: numbers by bits but for the sign of zero."""
    if isinstance(left, datetime.datetime) and left.tzinfo is not None:
        left = left.astimezone(datetime.UTC).replace(tzinfo=None)
    if isinstance(right, datetime.datetime) and right.tzinfo is not None:
        right = right.astimezone(datetime.UTC).replace(tzinfo=None)
    return left == right and (left is None) == (right is None) and isinstance(left, bool) == isinstance(right, bool)
