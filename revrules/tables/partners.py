"""Records that were chosen in DuckDB into the related records that they lead to, held in memory and joined to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.tallies import keys
from revrules.backends.sql.tree import printed
from revrules.readers import record_spec
from revrules.tables.pushed import DUCKDB, NUMBERED
from revrules.tables.related import connect, joins, loaded
from revrules.tables.relating import LINE, numbered
from revrules.tables.telling import remember, rows_of

if TYPE_CHECKING:
    from revrules.backends.sql.sources import Source
    from revrules.ruleset import Ruleset
    from revrules.runtime.records import RecordSpec
    from revrules.tables.pushed import Pushed
    from revrules.tables.related import Join, Loaded
    from revrules.tables.relating import Related


def partners(ruleset: Ruleset, run: Pushed, chosen: str) -> tuple[Join, ...]:
    """Return the joins of the records whose numbers (``LINE``) are in the table ``chosen``: those of no others find anybody."""
    relations = run.relations
    if not relations.tables:
        return ()
    found = _Partners(ruleset, run)
    found.follow(run.entity.name, record_spec(ruleset.ir, run.entity.name), run.source({LINE: LINE}, NUMBERED), chosen)
    tables = {name: found.loaded(table) for name, table in relations.tables.items()}
    made = joins(ruleset.ir, tables, relations.used)
    connect(tables.values(), made)
    return made[run.entity.name]


class _Partners:
    """The numbers of related records, kept in tables of the database: one for each way that leads to them."""

    def __init__(self, ruleset: Ruleset, run: Pushed) -> None:
        self._ruleset, self._run = ruleset, run
        self._kept: dict[str, list[str]] = {}
        self._count = 0

    def follow(self, entity: str, spec: RecordSpec, source: Source, chosen: str) -> None:
        """Find what the ``chosen`` of the records of a source lead to, and what these lead to."""
        declared = self._ruleset.ir.entity(entity)
        for name, many, inner in spec.relations:
            relation = declared.relation(name)
            assert relation is not None, "what is followed is declared"
            table = self._run.relations.table_of(name, relation.entity)
            if table is None:
                continue
            target = self._ruleset.ir.entity(relation.entity)
            here, there = (declared.key, relation.by) if many else (relation.by, target.key)
            assert here is not None and there is not None, "the checker wants keys where relations need them"
            theirs = self._run.relations.alone(table, {LINE: LINE})
            wanted = f"SELECT key FROM ({self._keys(source, here)}) WHERE {LINE} IN (SELECT {LINE} FROM {chosen})"
            kept = self._keep(f"SELECT {LINE} FROM ({self._keys(theirs, there)}) WHERE key IN ({wanted})", table)
            self.follow(relation.entity, inner, theirs, kept)

    def loaded(self, table: Related) -> Loaded:
        """Return the records of a related table that were found, in their order."""
        database, view = self._run.database, table.view
        every = " UNION ".join(f"SELECT {LINE} FROM {kept}" for kept in self._kept.get(view.view, ()))
        remember(database, every or f"SELECT 0 AS {LINE} WHERE false")
        rows = (row for _, row in rows_of(database, view, numbered(view)))
        return loaded(self._ruleset.ir, table.entity, table.reader, rows, view.name)

    def _keys(self, source: Source, field: str) -> str:
        return printed(keys(self._ruleset.ir, source, field, DUCKDB, self._run.when), DUCKDB)

    def _keep(self, statement: str, table: Related) -> str:
        self._count += 1
        name = f"partners_{self._count}"
        self._run.database.rows(f"CREATE TEMP TABLE {name} AS {statement}")
        self._kept.setdefault(table.view.view, []).append(name)
        return name
