"""Pieces of SQL into queries and whole statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from revrules.backends.sql.tree.pieces import call, grouped, quoted, whole

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from revrules.backends.sql.tree.pieces import Sql


def select(
    items: Sequence[Sql],
    origin: Sql | None = None,
    joins: Sequence[Sql] = (),
    where: Sql | None = None,
    group_by: Sequence[Sql] = (),
) -> Sql:
    """Return a query of ``items`` (at least one), each ``named``, from ``origin`` (one row without it) and ``joins``."""
    parts: dict[str, object] = {"expressions": list(items), "joins": list(joins)}
    if origin is not None:
        parts["from_"] = exp.From(this=origin)
    if where is not None:
        parts["where"] = exp.Where(this=where)
    if group_by:
        parts["group"] = exp.Group(expressions=list(group_by))
    return exp.Select(**parts)


def distinct(query: Sql) -> Sql:
    """Return a query without its repeated rows."""
    changed = query.copy()
    changed.set("distinct", exp.Distinct())
    return changed


def both(first: Sql, second: Sql) -> Sql:
    """Return a query of the rows of two others."""
    return exp.Union(this=first, expression=second, distinct=False)


def answer(query: Sql) -> Sql:
    """Return the value that a query of one row and one column gives."""
    return exp.Subquery(this=query)


def fenced(query: Sql) -> Sql:
    """Return a query that Postgres works out for itself: it would write its columns wherever they are read otherwise."""
    changed = query.copy()
    changed.set("offset", exp.Offset(expression=whole(0)))
    return changed


def statement(parts: Sequence[tuple[str, Sql]], query: Sql, *, stored: Collection[str] | None = None) -> Sql:
    """Return a query with named queries before it.

    ``stored`` are the names of those that are to be worked out once and kept, the others being parts of what reads them; None
    where the dialect has no words for it.
    """
    if not parts:
        return query
    whole_query = query.copy()
    named_queries = [
        exp.CTE(this=part, alias=exp.TableAlias(this=quoted(name)), materialized=None if stored is None else name in stored)
        for name, part in parts
    ]
    whole_query.set("with_", exp.With(expressions=named_queries))
    return whole_query


def table(name: str) -> Sql:
    """Return a table, or a named query, by its name."""
    return exp.Table(this=quoted(name))


def qualified(parts: Sequence[str]) -> Sql:
    """Return a table by the parts of its name: catalog, schema, name, the first of them perhaps left out."""
    *before, name = map(quoted, parts)
    catalog, schema = [None, None, *before][-2:]
    return exp.Table(this=name, db=schema, catalog=catalog)


def inline(names: Sequence[str], rows: Sequence[Sequence[Sql]]) -> Sql:
    """Return a query of rows of constants, which are at least one, under the names of their columns."""
    alias = exp.TableAlias(this=quoted("inline"), columns=[quoted(name) for name in names])
    values = exp.Values(expressions=[exp.Tuple(expressions=list(row)) for row in rows], alias=alias)
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=values))


def known_as(source: Sql, name: str) -> Sql:
    """Return a table or query, as it stands after FROM or JOIN, under a name."""
    inner = exp.Paren(this=source) if isinstance(source, exp.Query) and not isinstance(source, exp.Subquery) else source
    return exp.Alias(this=inner, alias=quoted(name))


def left_join(source: Sql, on: Sql) -> Sql:
    """Return a join that keeps every row before it."""
    return exp.Join(this=source, side="LEFT", on=on)


def inner_join(source: Sql, on: Sql) -> Sql:
    """Return a join of the rows that fit."""
    return exp.Join(this=source, on=on)


def all_columns(of: str) -> Sql:
    """Return all columns of a table or query."""
    return exp.Column(this=exp.Star(), table=quoted(of))


def number_of_row(partition: Sequence[Sql], order: Sequence[Sql]) -> Sql:
    """Return the number of a row among those alike in ``partition``, from 1 on, by ``order``, what is NULL last."""
    ordered = exp.Order(expressions=[exp.Ordered(this=grouped(value), desc=False, nulls_first=False) for value in order])
    return exp.Window(this=call("ROW_NUMBER"), partition_by=list(partition), order=ordered if order else None)


def count_rows() -> Sql:
    """Return the number of rows of a group."""
    return call("COUNT", exp.Star())
