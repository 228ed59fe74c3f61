"""Cells are read on Postgres and Spark as the runtime reads them: the same value, the same words where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engines import Postgres, postgres_server
from test_sql_reading import DECLARED, alike, texts

import revrules
from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading import read
from revrules.backends.sql.sources import Held, SourceColumn
from revrules.readers import field_spec
from revrules.runtime.cells import field_reader
from revrules.runtime.values import without_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engines import Engine, Spark

    from revrules import ir

TEXT_OF = {Dialect.POSTGRES: "TEXT", Dialect.SPARK: "STRING"}
HALF_LEAST = str(5**1075)
"""The digits of half of the least double; its exponent is -1075."""
TOO_LARGE = str(2**1024 - 2**970)
EDGES = [
    f"{sign}{number}"
    for sign in ("", "-")
    for number in (
        "2.4703282292062327e-324", "2.4703282292062328e-324", "7.4109846876186981e-324", "1e-323", "9.99e-321", "1e-320",
        HALF_LEAST + "e-1075", HALF_LEAST + "1e-1076", HALF_LEAST[:-1] + "4e-1075", TOO_LARGE, TOO_LARGE + ".1",
        TOO_LARGE[:-1] + "1." + "9" * 300, str(2**1024 - 2**970 - 1) + "." + "9" * 300,
        "0." + "0" * 323 + "24703282292062327", "0." + "0" * 323 + "24703282292062328", "1" + "0" * 308, "1" + "0" * 309,
        "0." + "0" * 900 + "5e1000", "0." + "0" * 900 + "5e1210", "5" + "0" * 900 + "e-1000", "1e2000", "1e2001", "1e-2001",
        "0e2001", "0.0e-2001", "0." + "0" * 996 + "e999999", "5" * 990 + "e-2500", "0.00e23", "0.00e22", ".00e23", "0.e21",
        "1e999999", "1E+5", "1e+05", "9223372036854775807.0000", "-9223372036854775808.", "9223372036854775807.5",
    )
]  # fmt: skip


class Kept:
    """Layers of columns, each of which reads those below, as a statement makes them."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.columns: dict[str, str] = {}

    def __call__(self, value: tree.Sql, hint: str) -> tree.Sql:
        name = f"k{len(self.columns)}"
        self.columns[name] = tree.printed(value, self.dialect)
        return tree.column(name)

    def table(self, source: str) -> str:
        """Return the source with all of the columns."""
        fence = "OFFSET 0" if self.dialect is Dialect.POSTGRES else ""
        for name, value in self.columns.items():
            source = f"(SELECT *, {value} AS {name} FROM {source} {fence}) AS t"
        return source


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres_server() as running:
        connection = Postgres(running.url)
        yield connection
        connection.close()


def misread(engine: Engine, declared: ir.FieldDecl, ruleset: ir.Ruleset, given: list[str | None]) -> list[str]:
    """Return where an engine reads the cells ``given`` otherwise than the runtime."""
    kept = Kept(engine.dialect)
    found = read(SourceColumn("c", Held.TEXT, TEXT_OF[engine.dialect]), declared, ruleset, engine.dialect, kept=kept)
    reason = tree.NULL if found.reason is None else found.reason
    type_ = TEXT_OF[engine.dialect]
    said = ", ".join(f"CAST({tree.printed(one, engine.dialect)} AS {type_})" for one in (found.value, reason))
    rows = engine.run(f"SELECT {said} FROM {kept.table('cells')} ORDER BY i")
    reader = field_reader(field_spec(declared, ruleset.timezone))
    faults = []
    for raw, (value, why) in zip(given, rows, strict=True):
        meant, words = reader(raw)
        if (value is None, why) != (meant is None, without_suggestion(words) or None) or not alike(value, meant):
            faults.append(f"{declared.type} {declared.format} {raw!r}: {value!r}, {why!r} instead of {meant!r}, {words!r}")
    return faults


def ruleset_in(timezone: str) -> ir.Ruleset:
    fields = "\n".join(f"  f{number} {text}" for number, text in enumerate(DECLARED.strip().splitlines()))
    return revrules.loads(f'ruleset cells {{ timezone "{timezone}" }}\nentity thing {{\n{fields}\n}}\n').ir


def cells(count: int) -> list[str | None]:
    return [None, *(text for text in [*texts(11, count), *EDGES] if "\0" not in text)]


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_cells_are_read_alike_on_postgres(server: Postgres, timezone: str) -> None:
    ruleset, given = ruleset_in(timezone), cells(1500)
    said = ", ".join(
        f"({number}, {'NULL' if text is None else tree.printed(tree.text(text), Dialect.POSTGRES)})"
        for number, text in enumerate(given)
    )
    server.run(f"CREATE TEMP TABLE cells AS SELECT * FROM (VALUES {said}) AS t(i, c)")
    try:
        faults = [fault for declared in ruleset.entity("thing").fields for fault in misread(server, declared, ruleset, given)]
    finally:
        server.run("DROP TABLE cells")
    assert not faults, "\n".join(faults[:30])


@pytest.mark.spark
def test_cells_are_read_alike_on_spark(spark: Spark) -> None:
    ruleset, given = ruleset_in("Europe/Berlin"), cells(700)
    spark.session.createDataFrame(list(enumerate(given)), "i INT, c STRING").createOrReplaceTempView("cells")
    faults, gaps = [], set()
    for declared in ruleset.entity("thing").fields:
        try:
            faults += misread(spark, declared, ruleset, given)
        except Unsayable as gap:
            gaps.add(f"{declared.type}: {gap.reason}")
    assert not faults, "\n".join(faults[:30])
    assert gaps == {"duration: it is not rounded exactly: load the table with whole numbers"}
