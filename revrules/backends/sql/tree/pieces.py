"""Names, constants and pieces of SQL into bigger pieces, and a piece into text."""

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
    "&": exp.BitwiseAnd,
    "|": exp.BitwiseOr,
    ">>": exp.BitwiseRightShift,
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
    """Return two pieces with one of ``= <> < <= > >= + - * / || & | >>`` between them. Arithmetic may raise."""
    return _OPERATORS[operator](this=grouped(left), expression=grouped(right))


def whole_part(operator: str, left: Sql, right: Sql) -> Sql:
    """Return ``//`` or ``%`` of integers as engines write these: cut towards zero, by a divisor that is not 0.

    ``/`` is the division of integers where a dialect has one (Postgres). The table of operators says which to take.
    """
    if operator == "/":
        return exp.Div(this=grouped(left), expression=grouped(right), typed=True)
    node = exp.IntDiv if operator == "//" else exp.Mod
    return node(this=grouped(left), expression=grouped(right))


def word(name: str) -> Sql:
    """Return a bare word, such as the name of a unit of time."""
    return exp.Var(this=name)


def extracted(part: str, value: Sql) -> Sql:
    """Return ``EXTRACT(part FROM value)``."""
    return exp.Extract(this=exp.Var(this=part), expression=value)


def all_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) and of the conditions; true for none."""
    return _chain(exp.And, list(conditions), TRUE)


def any_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) or of the conditions; false for none."""
    return _chain(exp.Or, list(conditions), FALSE)


def negated(condition: Sql) -> Sql:
    """Return SQL's (Kleene's) not."""
    if not isinstance(condition, exp.Not):
        return exp.Not(this=grouped(condition))
    inner: Sql = condition.this
    return inner.unnest()


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


def array(items: Iterable[Sql]) -> Sql:
    """Return an array of some values, which are at least one where the dialect wants a type."""
    return exp.Array(expressions=list(items))


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
    return value if _is_atom(value) else exp.Paren(this=value)


def _is_atom(value: Sql) -> bool:
    """Return whether a piece holds together by itself. (Some operators are functions to sqlglot, And and Or among them.)"""
    return isinstance(value, _ATOMS) and not isinstance(value, exp.Binary)


def named(value: Sql, name: str) -> Sql:
    """Return a value under a name, as it stands in a select list."""
    return exp.Alias(this=value, alias=quoted(name))


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
    return node(this=left if isinstance(left, node) else grouped(left),
                expression=right if isinstance(right, node) else grouped(right))  # fmt: skip


def at_utc(moment: Sql) -> Sql:
    """Return an instant of DuckDB or Postgres as a timestamp in UTC without a zone."""
    return exp.Paren(this=exp.AtTimeZone(this=moment, zone=text("UTC")))


def bare(name: str) -> Sql:
    """Return a word that is printed as it stands: it is made by us, never by a ruleset."""
    return exp.Identifier(this=name, quoted=False)


def same(left: Sql, right: Sql) -> Sql:
    """Return whether two values are equal or both NULL; never NULL itself."""
    return exp.NullSafeEQ(this=grouped(left), expression=grouped(right))


def by_code_point(text_: Sql, dialect: Dialect) -> Sql:
    """Return a text that compares by code point, as texts do everywhere but on Postgres."""
    return exp.Collate(this=grouped(text_), expression=quoted("C")) if dialect.value == "postgres" else text_


def digits(number: str) -> Sql:
    """Return a number as it stands: digits, a point, an exponent, a letter of the dialect after it."""
    if number.startswith("-"):  # sqlglot would write the rest anew, without its exponent: another type
        return exp.Neg(this=exp.Literal(this=number[1:], is_string=False))
    return exp.Literal(this=number, is_string=False)


def switch(value: Sql, branches: Iterable[tuple[Sql, Sql]], otherwise: Sql = NULL) -> Sql:
    """Return the value of the first branch whose constant equals ``value``; that of ``otherwise`` where it is NULL, too."""
    return exp.Case(this=grouped(value), ifs=[exp.If(this=constant, true=then) for constant, then in branches], default=otherwise)


def has_match(value: Sql, pattern: str) -> Sql:
    """Return whether a regular expression of the dialect is found in a text: `~` of Postgres, `RLIKE` of Spark."""
    return exp.RegexpLike(this=grouped(value), expression=text(pattern))


def parameter(name: str) -> Sql:
    """Return a parameter of a ``function``, inside it: no column."""
    return exp.Identifier(this=name, quoted=False)


def function(parameters: Sequence[str], body: Sql) -> Sql:
    """Return a nameless function, as Spark's functions of arrays take it."""
    return exp.Lambda(this=body, expressions=[parameter(name) for name in parameters])


def try_cast(value: Sql, type_: str) -> Sql:
    """Return ``value`` as a type, NULL where it is none: of DuckDB and Spark, whose TRY_CAST takes any value."""
    return exp.TryCast(this=value, to=named_type(type_), safe=True)  # without `safe` Spark's printer says CAST


def added(terms: Sequence[Sql]) -> Sql:
    """Return the sum of terms (at least one), from left to right."""
    whole_sum = grouped(terms[0])
    for term in terms[1:]:
        whole_sum = exp.Add(this=whole_sum, expression=grouped(term))
    return whole_sum
