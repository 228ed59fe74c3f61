"""Records that an engine placed into an account of them: the summary that files get, counted where the records are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from revrules.backends.sql.tallies import keys, tallied
from revrules.backends.sql.tree import printed
from revrules.problems import data as problems
from revrules.tables.counting import Counted
from revrules.tables.failure import DataError
from revrules.tables.related import CANDIDATES, REMEMBERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.sources import Source
    from revrules.backends.sql.tallies import Tallies
    from revrules.diagnostics import Diagnostic
    from revrules.engines.placing import Order, Prepared, Warehouse
    from revrules.ruleset import Ruleset
    from revrules.tables.summary import Summary


def count_rows(prepared: Prepared, warehouse: Warehouse) -> int:
    """Return how many rows the table of records has."""
    return count(f"SELECT count(*) FROM {printed(prepared.source.table, warehouse.dialect)}", warehouse)


def balance(prepared: Prepared, warehouse: Warehouse, placed: int) -> int:
    """Return how many rows were read; raises ``DataError`` where that is not how many were placed."""
    read = count_rows(prepared, warehouse)
    if read != placed:
        raise DataError(problems.unaccounted(read, placed, 0))
    return read


def account(ruleset: Ruleset, order: Order, prepared: Prepared, warehouse: Warehouse, placed: int) -> Summary:
    """Return the account of ``placed`` records; raises ``DataError`` where a row was lost on the way."""
    lifecycle, dialect = prepared.lifecycle, warehouse.dialect
    declared = ruleset.ir.lifecycle(lifecycle.name)
    source = replace(prepared.source, passed={})
    tallies = tallied(ruleset.ir, declared, source, dialect, prepared.when, order.mode)
    statement = printed(tallies.tree, dialect)
    counted = Counted(tallies, lifecycle)
    counted.take(warehouse.run(counted.statement(statement)))
    tally = counted.tally
    tally.read = balance(prepared, warehouse, placed)
    if tally.placed != placed:
        raise DataError(problems.unaccounted(tally.placed, placed, 0))
    entity = ruleset.outline.entity(lifecycle.entity)
    if entity.key is not None:
        present, different = _keys(ruleset, prepared, entity.key, warehouse)
        tally.missing_keys, tally.duplicate_keys = tally.read - present, present - different
    warnings = [*prepared.warnings, *_partnerless(ruleset, prepared, tallies, counted.lost, statement, warehouse)]
    return tally.summary(prepared.tables[lifecycle.entity].name, entity.label, tuple(warnings), ())


def key_texts(ruleset: Ruleset, prepared: Prepared, source: Source, field: str, warehouse: Warehouse) -> str:
    """Return the statement that gives a field of every record of a source as the text by which relations find it (``key``)."""
    alone = replace(source, links={}, passed={})
    return printed(keys(ruleset.ir, alone, field, warehouse.dialect, prepared.when), warehouse.dialect)


def count(statement: str, warehouse: Warehouse) -> int:
    """Return the one number that a statement gives."""
    ((number,),) = warehouse.run(statement)
    assert isinstance(number, int), "a count is a number"
    return number


def _keys(ruleset: Ruleset, prepared: Prepared, key: str, warehouse: Warehouse) -> tuple[int, int]:
    """Return how many records have a key, and how many different ones."""
    texts = key_texts(ruleset, prepared, prepared.source, key, warehouse)
    ((present, different),) = warehouse.run(f"SELECT count(key), count(DISTINCT key) FROM ({texts}) AS t")
    return int(str(present)), int(str(different))


def _partnerless(
    ruleset: Ruleset, prepared: Prepared, tallies: Tallies, lost: Sequence[int], statement: str, warehouse: Warehouse
) -> list[Diagnostic]:
    """Return a warning for each relation by which records point to a related one that is not there."""
    entity = ruleset.outline.entity(prepared.lifecycle.entity)
    found = []
    for number, (name, times) in enumerate(zip(tallies.lost, lost, strict=True)):
        relation = entity.relation(name)
        if not times or relation is None:
            continue
        key = ruleset.outline.entity(relation.entity).key
        assert key is not None, "the checker wants keys where relations need them"
        column = f"lost_{number}"
        counts = warehouse.run(
            f"SELECT {column}, count(*) FROM ({statement}) AS t WHERE {column} IS NOT NULL "
            f"GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {REMEMBERED}"
        )
        there = key_texts(ruleset, prepared, prepared.source.links[name].source, key, warehouse)
        near = warehouse.run(f"SELECT DISTINCT key FROM ({there}) AS t WHERE key IS NOT NULL ORDER BY key LIMIT {CANDIDATES}")
        table = prepared.tables.get(name) or prepared.tables[relation.entity]
        told = {str(text): int(str(times)) for text, times in counts}
        found.append(problems.no_partner(name, table.name, told, [str(text) for (text,) in near]))
    return found
