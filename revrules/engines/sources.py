"""Tables of a database into the source that a statement reads: which column is which field, which table is related."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.held_types import held_by, natural
from revrules.backends.sql.sources import Held, Link, Source, SourceColumn
from revrules.outline import outline
from revrules.problems import data as problems
from revrules.problems import engines as engine_problems
from revrules.readers import record_spec
from revrules.tables.columns import lacking, match_columns
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from revrules import ir
    from revrules.backends.sql.tree import Sql
    from revrules.diagnostics import Diagnostic
    from revrules.outline import Lifecycle
    from revrules.runtime.records import RecordSpec


@dataclass(frozen=True, slots=True)
class TableAt:
    """A table: its name for people, the SQL to select from it, its columns (name, type as the engine names it).

    Of a table without ``columns`` nothing is known: it is taken to have a column for each field.
    """

    name: str
    sql: Sql
    columns: Sequence[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A source, and what is odd about it. ``headings`` are the columns of its first table by field."""

    source: Source
    headings: Mapping[str, str]
    warnings: tuple[Diagnostic, ...]


def find_source(
    ruleset: ir.Ruleset,
    lifecycle: Lifecycle,
    table: TableAt,
    related: Mapping[str, TableAt],
    dialect: Dialect,
) -> Found:
    """Return the source for a lifecycle: ``related`` are tables by relation or entity.

    Raises ``DataError`` where the column of the key or of the tracked field is lacking.
    """
    warnings: list[Diagnostic] = []
    spec = record_spec(ruleset, lifecycle.entity)
    source = _source(ruleset, lifecycle.entity, table, {lifecycle.entity: table, **related}, spec, dialect, warnings)
    _check(ruleset, lifecycle, table, source, warnings)
    return Found(source, {name: column.name for name, column in source.columns.items()}, tuple(dict.fromkeys(warnings)))


def _source(
    ruleset: ir.Ruleset,
    entity: str,
    table: TableAt,
    related: Mapping[str, TableAt],
    spec: RecordSpec,
    dialect: Dialect,
    warnings: list[Diagnostic],
) -> Source:
    """Return the source for the records of an entity and what they relate to, as far as the ruleset follows relations."""
    declared = ruleset.entity(entity)
    columns = _columns(ruleset, entity, table, dialect)
    links: dict[str, Link] = {}
    for name, many, inner in spec.relations:
        relation = declared.relation(name)
        assert relation is not None, "a description follows declared relations"
        to = related.get(name) or related.get(relation.entity)
        if to is None:
            _check_nested(table, name, columns, dialect)
            warnings.append(problems.relation_without_data(name, relation.entity, many))
            continue
        target = _source(ruleset, relation.entity, to, related, inner, dialect, warnings)
        here, there = (declared.key, relation.by) if many else (relation.by, ruleset.entity(relation.entity).key)
        assert here is not None and there is not None, "the checker wants keys where relations need them"
        if there not in target.columns:
            spelled = next(field.columns for field in outline(ruleset).entity(relation.entity).fields if field.name == there)
            raise DataError(problems.lacking_relating_column(to.name, name, spelled, [column for column, _ in to.columns or ()]))
        links[name] = Link(target, here, there)
    passed = {column: column for column, _ in table.columns or [(column.name, "") for column in columns.values()]}
    return Source(entity, table.sql, columns, links, passed)


def _columns(ruleset: ir.Ruleset, entity: str, table: TableAt, dialect: Dialect) -> dict[str, SourceColumn]:
    declared = ruleset.entity(entity)
    if table.columns is None:
        return {field.name: SourceColumn((*field.columns, field.name)[0], natural(field)) for field in declared.fields}
    headings = [name for name, _ in table.columns]
    types = dict(table.columns)
    matched = match_columns(outline(ruleset).entity(entity), headings, table.name)
    return {field: SourceColumn(name, held_by(types[name], dialect), types[name]) for field, name, _ in matched.fields}


def _check_nested(table: TableAt, relation: str, columns: Mapping[str, SourceColumn], dialect: Dialect) -> None:
    """Raise ``DataError`` where a column holds the records of a relation inside of its rows: nobody would look there."""
    taken = {column.name for column in columns.values()}
    for name, type_ in table.columns or ():
        if name == relation and name not in taken and held_by(type_, dialect) is Held.OTHER:
            raise DataError(engine_problems.nested_records(table.name, relation))


def _check(ruleset: ir.Ruleset, lifecycle: Lifecycle, table: TableAt, source: Source, warnings: list[Diagnostic]) -> None:
    """Refuse a table without its key or the declared stage; warn of other fields without a column."""
    if table.columns is None:
        return
    shape = outline(ruleset).entity(lifecycle.entity)
    headings = [name for name, _ in table.columns]
    taken = {column.name for column in source.columns.values()}
    free = [name for name in headings if name not in taken]
    spelled = {field.name: field.columns for field in shape.fields}
    if shape.key is not None and shape.key not in source.columns:
        raise DataError(problems.lacking_key_column(table.name, spelled[shape.key], free))
    if lifecycle.tracks is not None and lifecycle.tracks not in source.columns:
        raise DataError(problems.lacking_tracked_column(table.name, lifecycle.name, spelled[lifecycle.tracks], free))
    warnings += lacking(shape, match_columns(shape, headings, table.name), headings, table.name)


FOLDS = {Dialect.POSTGRES: str.lower, Dialect.SNOWFLAKE: str.upper}
"""What a dialect makes of a name without quotes."""


def named_table(name: str, dialect: Dialect, columns: Sequence[tuple[str, str]] | None = None) -> TableAt:
    """Return a table by its name written as in SQL: `accounts`, `crm.accounts`, `"Accounts"`; no other SQL is taken."""
    return TableAt(name, tree.qualified(parts_of(name, FOLDS.get(dialect, str))), columns)


def parts_of(name: str, fold: Callable[[str], str] = str) -> list[str]:
    """Return the parts of a qualified name, ``fold`` done to those without quotes; raises ``DataError`` for what is no name.

    >>> parts_of('crm."Big accounts"')
    ['crm', 'Big accounts']
    """
    parts, rest = [], name.strip()
    while rest:
        if rest[0] in '"`':
            end = rest.find(rest[0], 1)
            part, rest = rest[1:end], rest[end + 1 :] if end > 0 else rest
            bad = end < 2
        else:
            part, dot, after = rest.partition(".")
            part, rest, bad = fold(part), dot + after, not part.replace("_", "a").replace("$", "a").replace("-", "a").isalnum()
        if bad or (rest and (rest[0] != "." or len(rest) == 1)):
            raise DataError(engine_problems.not_a_table_name(name))
        parts.append(part)
        rest = rest[1:]
    if not 1 <= len(parts) <= 3:
        raise DataError(engine_problems.not_a_table_name(name))
    return parts
