"""A piece of SQL into text: on one line for DuckDB here, else by sqlglot (``layout``), which knows the dialects and lays out.

What is run on DuckDB at once is printed without sqlglot: to load that takes as long as to print ten statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.tree.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from revrules.backends.sql.tree.nodes import Sql

SIGNS = {"/ of integers": "/"}
"""Operators that are written otherwise than they are called."""


def printed(tree: Sql, dialect: Dialect, *, pretty: bool = False) -> str:
    """Return a tree as text of a dialect."""
    if dialect is Dialect.DUCKDB and not pretty:
        return said(tree)
    from revrules.backends.sql.tree.layout import laid_out

    return laid_out(tree, dialect, pretty=pretty)


def said(node: Sql) -> str:
    """Return a piece as DuckDB takes it, on one line."""
    return _SAID[node.kind](node)


def _listed(nodes: Iterable[Sql]) -> str:
    return ", ".join(map(said, nodes))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(node: Sql) -> str:
    return "'" + node.what.replace("'", "''") + "'"


def _column(node: Sql) -> str:
    return ".".join(map(_quoted, reversed(node.names)))


def _call(node: Sql) -> str:
    return f"{node.what.upper()}({_listed(node.parts)})"


def _binary(node: Sql) -> str:
    left, right = node.parts
    return f"{said(left)} {SIGNS.get(node.what, node.what)} {said(right)}"


def _case(node: Sql) -> str:
    *branches, otherwise = map(said, node.parts)
    return f"CASE {' '.join(branches)} ELSE {otherwise} END"


def _when(node: Sql) -> str:
    condition, value = node.parts
    return f"WHEN {said(condition)} THEN {said(value)}"


def _among(node: Sql) -> str:
    value, *constants = node.parts
    return f"{said(value)} IN ({_listed(constants)})"


def _between(node: Sql) -> str:
    value, low, high = map(said, node.parts)
    return f"{value} BETWEEN {low} AND {high}"


def _numbered(node: Sql) -> str:
    alike, order = node.parts
    ordered = ", ".join(f"{said(value)} ASC" for value in order.parts)
    over = [f"PARTITION BY {said(alike)}"] if alike.parts else []
    return f"ROW_NUMBER() OVER ({' '.join([*over, *([f'ORDER BY {ordered}'] if ordered else [])])})"


def _rows(node: Sql) -> str:
    rows = ", ".join(f"({said(row)})" for row in node.parts)
    return f'(VALUES {rows}) AS "inline"({", ".join(map(_quoted, node.names))})'


def _select(node: Sql) -> str:
    return " ".join(["SELECT", *filter(None, [node.what]), *map(said, node.parts)])


def _join(node: Sql) -> str:
    source, on = map(said, node.parts)
    return f"{node.what}{' ' if node.what else ''}JOIN {source} ON {on}"


def _with(node: Sql) -> str:
    *named, query = node.parts
    return f"WITH {_listed(named)} {said(query)}"


def _query(node: Sql) -> str:
    kept = f"{node.what} " if node.what else ""
    return f"{_quoted(node.name)} AS {kept}({said(node.parts[0])})"


_SAID: Mapping[Kind, Callable[[Sql], str]] = {
    Kind.NULL: lambda _: "NULL",
    Kind.TRUTH: lambda node: node.what,
    Kind.TEXT: _text,
    Kind.DIGITS: lambda node: node.what,
    Kind.WORD: lambda node: node.what,
    Kind.BARE: lambda node: node.what,
    Kind.COLUMN: _column,
    Kind.ALL: lambda node: f"{_quoted(node.name)}.*",
    Kind.STAR: lambda _: "*",
    Kind.CALL: _call,
    Kind.CAST: lambda node: f"CAST({said(node.parts[0])} AS {node.name})",
    Kind.TRY_CAST: lambda node: f"TRY_CAST({said(node.parts[0])} AS {node.name})",
    Kind.PAREN: lambda node: f"({said(node.parts[0])})",
    Kind.NEGATIVE: lambda node: f"-{said(node.parts[0])}",
    Kind.BINARY: _binary,
    Kind.MATCH: lambda node: f"REGEXP_MATCHES({_listed(node.parts)})",
    Kind.NOT: lambda node: f"NOT {said(node.parts[0])}",
    Kind.CASE: _case,
    Kind.SWITCH: _case,
    Kind.WHEN: _when,
    Kind.ARRAY: lambda node: f"[{_listed(node.parts)}]",
    Kind.AMONG: _among,
    Kind.BETWEEN: _between,
    Kind.EXTRACT: lambda node: f"EXTRACT({node.name} FROM {said(node.parts[0])})",
    Kind.AT_ZONE: lambda node: f"{said(node.parts[0])} AT TIME ZONE '{node.name}'",
    Kind.COLLATE: lambda node: f"{said(node.parts[0])} COLLATE {_quoted(node.name)}",
    Kind.FUNCTION: lambda node: f"LAMBDA {', '.join(node.names)} : {said(node.parts[0])}",
    Kind.NAMED: lambda node: f"{said(node.parts[0])} AS {_quoted(node.name)}",
    Kind.NUMBERED: _numbered,
    Kind.PIECES: lambda node: _listed(node.parts),
    Kind.TABLE: lambda node: ".".join(map(_quoted, node.names)),
    Kind.ROWS: _rows,
    Kind.SUBQUERY: lambda node: f"({said(node.parts[0])})",
    Kind.SELECT: _select,
    Kind.FROM: lambda node: f"FROM {said(node.parts[0])}",
    Kind.JOIN: _join,
    Kind.WHERE: lambda node: f"WHERE {said(node.parts[0])}",
    Kind.GROUP: lambda node: f"GROUP BY {_listed(node.parts)}",
    Kind.OFFSET: lambda node: f"OFFSET {said(node.parts[0])}",
    Kind.UNION: lambda node: " UNION ALL ".join(map(said, node.parts)),
    Kind.WITH: _with,
    Kind.QUERY: _query,
}
