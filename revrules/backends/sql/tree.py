"""Pieces of SQL into bigger pieces, and a whole into text: the one door to sqlglot, which is a tree and a printer here.

sqlglot translates between dialects, and mistranslates in silence; so only nodes that print alike everywhere are made, calls and
types are printed as they stand here, and what a dialect says in its own way is chosen in the tables of operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlglot import ErrorLevel, exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from revrules.backends.sql.dialects import Dialect

Sql: TypeAlias = exp.Expr
"""A piece of SQL."""

NULL = exp.Null()
TRUE = exp.Boolean(this=True)
FALSE = exp.Boolean(this=False)
_ATOMS = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Anonymous, exp.Cast, exp.Case, exp.Paren, exp.Subquery, exp.Func)
_OPERATORS: Mapping[str, type[exp.Binary]] = {
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
    "||": exp.DPipe,
}


def column(name: str, table: str | None = None) -> Sql:
    """Return a column; its name and its table's are quoted, whatever is in them."""
    return exp.Column(this=quoted(name), table=None if table is None else quoted(table))


def quoted(name: str) -> exp.Identifier:
    """Return a name in quotes."""
    return exp.Identifier(this=name, quoted=True)


def text(value: str) -> Sql:
    """Return a text; the printer escapes what the dialect needs escaped."""
    return exp.Literal.string(value)


def whole(value: int) -> Sql:
    """Return an integer."""
    return exp.Literal.number(value) if value >= 0 else exp.Paren(this=exp.Neg(this=exp.Literal.number(-value)))


def call(function: str, *arguments: Sql) -> Sql:
    """Return a call of a function of the dialect, by its name there, printed as it stands."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def cast(value: Sql, type_: str) -> Sql:
    """Return ``value`` as a type of the dialect, by its name there, printed as it stands."""
    return exp.Cast(this=value, to=named_type(type_))


def named_type(type_: str) -> exp.DataType:
    """Return a type of the dialect by its name there."""
    return exp.DataType(this=exp.DataType.Type.USERDEFINED, kind=type_)


def binary(operator: str, left: Sql, right: Sql) -> Sql:
    """Return two pieces with one of ``= <> < <= > >= + - * / ||`` between them. Division, + and * of a dialect may raise."""
    return _OPERATORS[operator](this=grouped(left), expression=grouped(right))


def all_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) and of the conditions; true for none."""
    return _chain(exp.And, list(conditions), TRUE)


def any_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) or of the conditions; false for none."""
    return _chain(exp.Or, list(conditions), FALSE)


def negated(condition: Sql) -> Sql:
    """Return SQL's (Kleene's) not."""
    return exp.Not(this=grouped(condition))


def is_null(value: Sql) -> Sql:
    """Return whether a value is NULL; never NULL itself."""
    return exp.Is(this=grouped(value), expression=NULL)


def is_known(value: Sql) -> Sql:
    """Return whether a value is not NULL; never NULL itself."""
    return negated(is_null(value))


def is_true(condition: Sql) -> Sql:
    """Return whether a condition is true: false where it is NULL. (`IS TRUE` is not printed alike everywhere.)"""
    return coalesce(condition, FALSE)


def is_false(condition: Sql) -> Sql:
    """Return whether a condition is false: false where it is NULL."""
    return negated(coalesce(condition, TRUE))


def coalesce(*values: Sql) -> Sql:
    """Return the first of the values that is not NULL."""
    return call("COALESCE", *values)


def case(branches: Iterable[tuple[Sql, Sql]], otherwise: Sql = NULL) -> Sql:
    """Return the value of the first branch whose condition is true; only that one is worked out."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise) if ifs else otherwise


def among(value: Sql, constants: Sequence[Sql]) -> Sql:
    """Return whether a value is one of some constants, which are at least one; NULL where it is NULL."""
    if len(constants) == 1:
        return binary("=", value, constants[0])
    return exp.In(this=grouped(value), expressions=list(constants))


def between(value: Sql, low: Sql, high: Sql) -> Sql:
    """Return whether a value lies between two others, both ends in."""
    return exp.Between(this=grouped(value), low=grouped(low), high=grouped(high))


def grouped(value: Sql) -> Sql:
    """Return ``value`` so that it can stand beside an operator."""
    return value if isinstance(value, _ATOMS) else exp.Paren(this=value)


def named(value: Sql, name: str) -> Sql:
    """Return a value under a name, as it stands in a select list."""
    return exp.Alias(this=value, alias=quoted(name))


def is_simple(value: Sql) -> bool:
    """Return whether a piece costs nothing to be said twice: a column or a constant."""
    return isinstance(value, exp.Column | exp.Literal | exp.Boolean | exp.Null)


def columns_in(value: Sql) -> set[str]:
    """Return the names of the columns (of no named table) that a piece reads."""
    return {found.name for found in value.find_all(exp.Column) if not found.table}


def printed(tree: Sql, dialect: Dialect, *, pretty: bool = False) -> str:
    """Return a tree as text of a dialect."""
    return tree.sql(dialect=dialect.printer, pretty=pretty, comments=False, unsupported_level=ErrorLevel.RAISE, copy=False)


def _chain(node: type[exp.Connector], conditions: list[Sql], nothing: Sql) -> Sql:
    """Return the conditions joined as a balanced tree: printing is recursive, and a long chain would go too deep."""
    if not conditions:
        return nothing
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    left, right = _chain(node, conditions[:middle], nothing), _chain(node, conditions[middle:], nothing)
    same = (node, *_ATOMS)
    return node(this=left if isinstance(left, same) else exp.Paren(this=left),
                expression=right if isinstance(right, same) else exp.Paren(this=right))  # fmt: skip
