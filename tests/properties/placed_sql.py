"""Rulesets and tables into what the statement of a placement answers on an engine, beside what the reference answers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from random_tables_of_rulesets import NTH

from revrules.backends.sql import ANSWERS, placed
from revrules.backends.sql.times import when_of
from revrules.reference.lifecycle import Mode
from revrules.reference.lifecycle import placed as meant
from revrules.reference.scope import Scope, World
from revrules.runtime.results import DataProblem
from revrules.tables.answers import ANSWERS as TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines import Engine
    from random_tables_of_rulesets import Record, Tables

    from revrules import ir
    from revrules.backends.sql import Query

NOW = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
COLUMNS = tuple(ANSWERS)
TOGETHER = (
    COLUMNS,
    tuple(name for name in COLUMNS if name not in ("certain", "missing")),
    ("stage", "verdict", "certain"),
)
"""Columns that are asked together: what could be is worked out in other ways without missing fields, and for verdicts only."""


class Difference(NamedTuple):
    """A column that a row has otherwise than the reference."""

    lifecycle: str
    mode: str
    row: object
    column: str
    meant: object
    said: object


def differences(tables: Tables, engine: Engine, mode: str = "evidence", prefix: str = "") -> list[Difference]:
    """Return where the answers of an engine, which holds the tables, differ from those of the reference.

    Raises ``Unsayable``.
    """
    found: list[Difference] = []
    for lifecycle in tables.ruleset.lifecycles:
        records = tables.records(lifecycle.entity)
        expected = {record[NTH]: answers(tables.ruleset, lifecycle, record, mode) for record in records}
        for columns in TOGETHER:
            query = query_of(tables, lifecycle, engine, columns, mode, prefix)
            said = {row[0]: row[1:] for row in engine.run(query.text(pretty=False))}  # as runs print it
            assert said.keys() == expected.keys(), "every record has a row"
            for row, cells in said.items():
                triples = [(name, expected[row][name], _plain(cell)) for name, cell in zip(columns, cells, strict=True)]
                found += [Difference(lifecycle.name, mode, row, *triple) for triple in triples if triple[1] != triple[2]]
    return found


def query_of(
    tables: Tables, lifecycle: ir.Lifecycle, engine: Engine, columns: Sequence[str], mode: str = "evidence", prefix: str = ""
) -> Query:
    """Return the query for ``columns``, the number of the row before them."""
    source, when = tables.source(lifecycle.entity, prefix), when_of(NOW, tables.ruleset, engine.dialect)
    return placed(tables.ruleset, lifecycle, source, engine.dialect, when, columns, mode, passed=[NTH])


def answers(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, record: Record, mode: str = "evidence") -> dict[str, object]:
    """Return what the reference answers about a typed record, by the columns of a placed file."""
    fields = [field.name for field in ruleset.entity(lifecycle.entity).fields if field.required and record[field.name] is None]
    problems = [DataProblem(name, None, "required, but missing") for name in fields]
    placement = meant(lifecycle, Scope(World(ruleset, NOW), record), problems, Mode(mode))
    return {column.name: column.read(placement) for column in TOLD}


def _plain(cell: object) -> object:
    return list(cell) if isinstance(cell, tuple | list) else cell
