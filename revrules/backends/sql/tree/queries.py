"""Pieces of SQL into queries and whole statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.tree.nodes import Kind, Sql
from revrules.backends.sql.tree.pieces import call, grouped, named, whole

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

STAR = Sql(Kind.STAR)
_QUERIES = (Kind.SELECT, Kind.UNION, Kind.WITH)


def select(
    items: Sequence[Sql],
    origin: Sql | None = None,
    joins: Sequence[Sql] = (),
    where: Sql | None = None,
    group_by: Sequence[Sql] = (),
) -> Sql:
    """Return a query of ``items`` (at least one), each ``named``, from ``origin`` (one row without it) and ``joins``."""
    parts = [Sql(Kind.PIECES, tuple(items))]
    if origin is not None:
        parts.append(Sql(Kind.FROM, (origin,)))
    parts += joins
    if where is not None:
        parts.append(Sql(Kind.WHERE, (where,)))
    if group_by:
        parts.append(Sql(Kind.GROUP, tuple(group_by)))
    return Sql(Kind.SELECT, tuple(parts))


def distinct(query: Sql) -> Sql:
    """Return a query without its repeated rows."""
    return Sql(Kind.SELECT, query.parts, "DISTINCT")


def both(first: Sql, second: Sql) -> Sql:
    """Return a query of the rows of two others."""
    return Sql(Kind.UNION, (first, second))


def answer(query: Sql) -> Sql:
    """Return the value that a query of one row and one column gives."""
    return Sql(Kind.SUBQUERY, (query,))


def fenced(query: Sql) -> Sql:
    """Return a query that Postgres works out for itself: it would write its columns wherever they are read otherwise."""
    return query.of((*query.parts, Sql(Kind.OFFSET, (whole(0),))))


def statement(parts: Sequence[tuple[str, Sql]], query: Sql, *, stored: Collection[str] | None = None) -> Sql:
    """Return a query with named queries before it.

    ``stored`` are the names of those that are to be worked out once and kept, the others being parts of what reads them; None
    where the dialect has no words for it.
    """
    if not parts:
        return query

    def kept(name: str) -> str:
        return "" if stored is None else "MATERIALIZED" if name in stored else "NOT MATERIALIZED"

    return Sql(Kind.WITH, (*(Sql(Kind.QUERY, (part,), kept(name), (name,)) for name, part in parts), query))


def table(name: str) -> Sql:
    """Return a table, or a named query, by its name."""
    return Sql(Kind.TABLE, names=(name,))


def qualified(parts: Sequence[str]) -> Sql:
    """Return a table by the parts of its name: catalog, schema, name, the first of them perhaps left out."""
    return Sql(Kind.TABLE, names=tuple(parts))


def inline(names: Sequence[str], rows: Sequence[Sequence[Sql]]) -> Sql:
    """Return a query of rows of constants, which are at least one, under the names of their columns."""
    return select([STAR], Sql(Kind.ROWS, tuple(Sql(Kind.PIECES, tuple(row)) for row in rows), names=tuple(names)))


def known_as(source: Sql, name: str) -> Sql:
    """Return a table or query, as it stands after FROM or JOIN, under a name."""
    return named(Sql(Kind.PAREN, (source,)) if source.kind in _QUERIES else source, name)


def left_join(source: Sql, on: Sql) -> Sql:
    """Return a join that keeps every row before it."""
    return Sql(Kind.JOIN, (source, on), "LEFT")


def inner_join(source: Sql, on: Sql) -> Sql:
    """Return a join of the rows that fit."""
    return Sql(Kind.JOIN, (source, on))


def all_columns(of: str) -> Sql:
    """Return all columns of a table or query."""
    return Sql(Kind.ALL, names=(of,))


def number_of_row(partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """Return the number of a row among those alike in ``partition``, from 1 on, by ``order``, what is NULL last."""
    return Sql(Kind.NUMBERED, (Sql(Kind.PIECES, tuple(partition)), Sql(Kind.PIECES, tuple(map(grouped, order)))))


def count_rows() -> Sql:
    """Return the number of rows of a group."""
    return call("COUNT", STAR)
