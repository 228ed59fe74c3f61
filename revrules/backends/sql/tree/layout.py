"""A piece of SQL into sqlglot's tree, and this into text of a dialect: the one door to sqlglot, which is a printer here.

sqlglot translates between dialects, and mistranslates in silence; so only nodes that print alike everywhere are made, calls and
types are printed as they stand, and what a dialect says in its own way is chosen in the tables of operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlglot import ErrorLevel, exp

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.tree.looks import VARIABLE
from revrules.backends.sql.tree.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from revrules.backends.sql.tree.nodes import Sql

Node: TypeAlias = exp.Expr
"""A node of sqlglot's."""


def laid_out(tree: Sql, dialect: Dialect, *, pretty: bool) -> str:
    """Return a tree as text of a dialect."""
    found = _node(tree)
    said = found.sql(dialect=dialect.printer, pretty=pretty, comments=False, unsupported_level=ErrorLevel.RAISE, copy=False)
    return said.replace(VARIABLE, "\\u0024{") if dialect is Dialect.SPARK else said


def _node(tree: Sql) -> Node:
    """Return a piece as sqlglot has it."""
    return _NODES[tree.kind](tree, [_node(part) for part in tree.parts])


def _quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _bare(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=False)


def _type(name: str) -> exp.DataType:
    return exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=name)


def _column(tree: Sql, _: Sequence[Node]) -> Node:
    name, table = (*map(_quoted, tree.names), None)[:2]
    return exp.Column(this=name, table=table)


def _binary(tree: Sql, parts: Sequence[Node]) -> Node:
    left, right = parts
    if tree.what == "/ of integers":
        return exp.Div(this=left, expression=right, typed=True)
    return _BINARY[tree.what](this=left, expression=right)


def _case(tree: Sql, parts: Sequence[Node]) -> Node:
    value, branches = (parts[0], parts[1:-1]) if tree.kind is Kind.SWITCH else (None, parts[:-1])
    return exp.Case(this=value, ifs=list(branches), default=parts[-1])


def _numbered(_: Sql, parts: Sequence[Node]) -> Node:
    alike, order = (part.expressions for part in parts)
    ordered = exp.Order(expressions=[exp.Ordered(this=value, desc=False, nulls_first=False) for value in order])
    return exp.Window(this=exp.Anonymous(this="ROW_NUMBER"), partition_by=alike, order=ordered if order else None)


def _table(tree: Sql, _: Sequence[Node]) -> Node:
    *before, name = map(_quoted, tree.names)
    catalog, schema = [None, None, *before][-2:]
    return exp.Table(this=name, db=schema, catalog=catalog)


def _rows(tree: Sql, parts: Sequence[Node]) -> Node:
    alias = exp.TableAlias(this=_quoted("inline"), columns=[_quoted(name) for name in tree.names])
    return exp.Values(expressions=list(parts), alias=alias)


def _select(tree: Sql, parts: Sequence[Node]) -> Node:
    items, *clauses = parts
    found = exp.Select(expressions=items.expressions, distinct=exp.Distinct() if tree.what else None)
    for clause in clauses:
        if isinstance(clause, exp.Join):
            found.append("joins", clause)
        else:
            found.set(_CLAUSES[type(clause)], clause)
    return found


def _with(_: Sql, parts: Sequence[Node]) -> Node:
    *named, query = parts
    query.set("with_", exp.With(expressions=named))
    return query


def _query(tree: Sql, parts: Sequence[Node]) -> Node:
    kept = {"": None, "MATERIALIZED": True, "NOT MATERIALIZED": False}[tree.what]
    return exp.CTE(this=parts[0], alias=exp.TableAlias(this=_quoted(tree.name)), materialized=kept)


_CLAUSES: Mapping[type[Node], str] = {exp.From: "from_", exp.Where: "where", exp.Group: "group", exp.Offset: "offset"}

_BINARY: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "//": exp.IntDiv,
    "%": exp.Mod,
    "||": exp.DPipe,
    "&": exp.BitwiseAnd,
    "|": exp.BitwiseOr,
    ">>": exp.BitwiseRightShift,
    "AND": exp.And,
    "OR": exp.Or,
    "IS": exp.Is,
    "IS NOT DISTINCT FROM": exp.NullSafeEQ,
}

_NODES: Mapping[Kind, Callable[[Sql, Sequence[Node]], Node]] = {
    Kind.NULL: lambda *_: exp.Null(),
    Kind.TRUTH: lambda tree, _: exp.Boolean(this=tree.what == "TRUE"),
    Kind.TEXT: lambda tree, _: exp.Literal.string(tree.what),
    Kind.DIGITS: lambda tree, _: exp.Literal(this=tree.what, is_string=False),
    Kind.WORD: lambda tree, _: exp.Var(this=tree.what),
    Kind.BARE: lambda tree, _: _bare(tree.what),
    Kind.COLUMN: _column,
    Kind.ALL: lambda tree, _: exp.Column(this=exp.Star(), table=_quoted(tree.name)),
    Kind.STAR: lambda *_: exp.Star(),
    Kind.CALL: lambda tree, parts: exp.Anonymous(this=tree.what, expressions=parts),
    Kind.CAST: lambda tree, parts: exp.Cast(this=parts[0], to=_type(tree.name)),
    # without `safe` Spark's printer says CAST
    Kind.TRY_CAST: lambda tree, parts: exp.TryCast(this=parts[0], to=_type(tree.name), safe=True),
    Kind.PAREN: lambda _, parts: exp.Paren(this=parts[0]),
    Kind.NEGATIVE: lambda _, parts: exp.Neg(this=parts[0]),
    Kind.BINARY: _binary,
    Kind.MATCH: lambda _, parts: exp.RegexpLike(this=parts[0], expression=parts[1]),
    Kind.NOT: lambda _, parts: exp.Not(this=parts[0]),
    Kind.CASE: _case,
    Kind.SWITCH: _case,
    Kind.WHEN: lambda _, parts: exp.If(this=parts[0], true=parts[1]),
    Kind.ARRAY: lambda _, parts: exp.Array(expressions=parts),
    Kind.AMONG: lambda _, parts: exp.In(this=parts[0], expressions=parts[1:]),
    Kind.BETWEEN: lambda _, parts: exp.Between(this=parts[0], low=parts[1], high=parts[2]),
    Kind.EXTRACT: lambda tree, parts: exp.Extract(this=exp.Var(this=tree.name), expression=parts[0]),
    Kind.AT_ZONE: lambda tree, parts: exp.AtTimeZone(this=parts[0], zone=exp.Literal.string(tree.name)),
    Kind.COLLATE: lambda tree, parts: exp.Collate(this=parts[0], expression=_quoted(tree.name)),
    Kind.FUNCTION: lambda tree, parts: exp.Lambda(this=parts[0], expressions=[_bare(name) for name in tree.names]),
    Kind.NAMED: lambda tree, parts: exp.Alias(this=parts[0], alias=_quoted(tree.name)),
    Kind.NUMBERED: _numbered,
    Kind.PIECES: lambda _, parts: exp.Tuple(expressions=parts),
    Kind.TABLE: _table,
    Kind.ROWS: _rows,
    Kind.SUBQUERY: lambda _, parts: exp.Subquery(this=parts[0]),
    Kind.SELECT: _select,
    Kind.FROM: lambda _, parts: exp.From(this=parts[0]),
    Kind.JOIN: lambda tree, parts: exp.Join(this=parts[0], side=tree.what or None, on=parts[1]),
    Kind.WHERE: lambda _, parts: exp.Where(this=parts[0]),
    Kind.GROUP: lambda _, parts: exp.Group(expressions=parts),
    Kind.OFFSET: lambda _, parts: exp.Offset(expression=parts[0]),
    Kind.UNION: lambda _, parts: exp.Union(this=parts[0], expression=parts[1], distinct=False),
    Kind.WITH: _with,
    Kind.QUERY: _query,
}
