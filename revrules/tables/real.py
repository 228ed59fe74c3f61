"""Files of records into the records of each entity, related ones joined: real records for findings to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.tables.related import connect, followed, joins, load_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.ir import Ruleset
    from revrules.tables.columns import Record


def real_records(ruleset: Ruleset, given: Mapping[str, str]) -> dict[str, tuple[Record, ...]]:
    """Return the records in the files ``given`` by relation or entity, by entity; raises ``DataError``.

    Records that relations join hold one another. Cells that are no values are missing.
    """
    tables = load_all(ruleset, given)
    used = frozenset[str]().union(*(followed(ruleset, entity.name) for entity in ruleset.entities))
    connect(tables.values(), joins(ruleset, tables, used))
    return {table.entity: table.records for table in tables.values()}
