"""Names, constants and pieces of SQL into bigger pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.tree.nodes import Kind, Sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.backends.sql.dialects import Dialect

NULL = Sql(Kind.NULL)
TRUE = Sql(Kind.TRUTH, what="TRUE")
FALSE = Sql(Kind.TRUTH, what="FALSE")
_ATOMS = frozenset((
    Kind.COLUMN, Kind.ALL, Kind.TEXT, Kind.DIGITS, Kind.TRUTH, Kind.NULL, Kind.CALL, Kind.CAST, Kind.TRY_CAST, Kind.CASE,
    Kind.SWITCH, Kind.PAREN, Kind.SUBQUERY, Kind.ARRAY, Kind.EXTRACT,
))  # fmt: skip
"""What holds together by itself."""


def column(name: str, table: str | None = None) -> Sql:
    """Return a column; its name and its table's are quoted, whatever is in them."""
    return Sql(Kind.COLUMN, names=(name,) if table is None else (name, table))


def text(value: str) -> Sql:
    """Return a text; the printer escapes what the dialect needs escaped."""
    return Sql(Kind.TEXT, what=value)


def whole(value: int) -> Sql:
    """Return an integer."""
    return Sql(Kind.DIGITS, what=str(value)) if value >= 0 else Sql(Kind.PAREN, (digits(str(value)),))


def call(function: str, *arguments: Sql) -> Sql:
    """Return a call of a function of the dialect, by its name there, printed as it stands."""
    return Sql(Kind.CALL, arguments, function)


def cast(value: Sql, type_: str) -> Sql:
    """Return ``value`` as a type of the dialect, by its name there, printed as it stands."""
    return Sql(Kind.CAST, (value,), names=(type_,))


def binary(operator: str, left: Sql, right: Sql) -> Sql:
    """Return two pieces with one of ``= <> < <= > >= + - * / || & | >>`` between them. Arithmetic may raise."""
    return Sql(Kind.BINARY, (grouped(left), grouped(right)), operator)


def whole_part(operator: str, left: Sql, right: Sql) -> Sql:
    """Return ``//`` or ``%`` of integers as engines write these: cut towards zero, by a divisor that is not 0.

    ``/`` is the division of integers where a dialect has one (Postgres). The table of operators says which to take.
    """
    return binary("/ of integers" if operator == "/" else operator, left, right)


def word(name: str) -> Sql:
    """Return a bare word, such as the name of a unit of time."""
    return Sql(Kind.WORD, what=name)


def extracted(part: str, value: Sql) -> Sql:
    """Return ``EXTRACT(part FROM value)``."""
    return Sql(Kind.EXTRACT, (value,), names=(part,))


def all_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) and of the conditions; true for none."""
    return _chain("AND", list(conditions), TRUE)


def any_of(conditions: Iterable[Sql]) -> Sql:
    """Return SQL's (Kleene's) or of the conditions; false for none."""
    return _chain("OR", list(conditions), FALSE)


def negated(condition: Sql) -> Sql:
    """Return SQL's (Kleene's) not."""
    if condition.kind is not Kind.NOT:
        return Sql(Kind.NOT, (grouped(condition),))
    (inner,) = condition.parts
    while inner.kind is Kind.PAREN:
        (inner,) = inner.parts
    return inner


def is_null(value: Sql) -> Sql:
    """Return whether a value is NULL; never NULL itself."""
    return Sql(Kind.BINARY, (grouped(value), NULL), "IS")


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
    whens = [Sql(Kind.WHEN, branch) for branch in branches]
    return Sql(Kind.CASE, (*whens, otherwise)) if whens else otherwise


def switch(value: Sql, branches: Iterable[tuple[Sql, Sql]], otherwise: Sql = NULL) -> Sql:
    """Return the value of the first branch whose constant equals ``value``; that of ``otherwise`` where it is NULL, too."""
    return Sql(Kind.SWITCH, (grouped(value), *(Sql(Kind.WHEN, branch) for branch in branches), otherwise))


def array(items: Iterable[Sql]) -> Sql:
    """Return an array of some values, which are at least one where the dialect wants a type."""
    return Sql(Kind.ARRAY, tuple(items))


def among(value: Sql, constants: Sequence[Sql]) -> Sql:
    """Return whether a value is one of some constants, which are at least one; NULL where it is NULL."""
    if len(constants) == 1:
        return binary("=", value, constants[0])
    return Sql(Kind.AMONG, (grouped(value), *constants))


def between(value: Sql, low: Sql, high: Sql) -> Sql:
    """Return whether a value lies between two others, both ends in."""
    return Sql(Kind.BETWEEN, (grouped(value), grouped(low), grouped(high)))


def grouped(value: Sql) -> Sql:
    """Return ``value`` so that it can stand beside an operator."""
    return value if value.kind in _ATOMS else Sql(Kind.PAREN, (value,))


def named(value: Sql, name: str) -> Sql:
    """Return a value under a name, as it stands in a select list."""
    return Sql(Kind.NAMED, (value,), names=(name,))


def at_utc(moment: Sql) -> Sql:
    """Return an instant of DuckDB or Postgres as a timestamp in UTC without a zone."""
    return Sql(Kind.PAREN, (Sql(Kind.AT_ZONE, (moment,), names=("UTC",)),))


def bare(name: str) -> Sql:
    """Return a word that is printed as it stands: it is made by us, never by a ruleset."""
    return Sql(Kind.BARE, what=name)


def same(left: Sql, right: Sql) -> Sql:
    """Return whether two values are equal or both NULL; never NULL itself."""
    return binary("IS NOT DISTINCT FROM", left, right)


def by_code_point(text_: Sql, dialect: Dialect) -> Sql:
    """Return a text that compares by code point, as texts do everywhere but on Postgres."""
    return Sql(Kind.COLLATE, (grouped(text_),), names=("C",)) if dialect.value == "postgres" else text_


def digits(number: str) -> Sql:
    """Return a number as it stands: digits, a point, an exponent, a letter of the dialect after it."""
    if number.startswith("-"):
        return Sql(Kind.NEGATIVE, (Sql(Kind.DIGITS, what=number[1:]),))
    return Sql(Kind.DIGITS, what=number)


def has_match(value: Sql, pattern: str) -> Sql:
    """Return whether a regular expression of the dialect is found in a text: `~` of Postgres, `RLIKE` of Spark."""
    return Sql(Kind.MATCH, (grouped(value), text(pattern)))


def parameter(name: str) -> Sql:
    """Return a parameter of a ``function``, inside it: no column."""
    return bare(name)


def function(parameters: Sequence[str], body: Sql) -> Sql:
    """Return a nameless function, as Spark's functions of arrays take it."""
    return Sql(Kind.FUNCTION, (body,), names=tuple(parameters))


def try_cast(value: Sql, type_: str) -> Sql:
    """Return ``value`` as a type, NULL where it is none: of DuckDB and Spark, whose TRY_CAST takes any value."""
    return Sql(Kind.TRY_CAST, (value,), names=(type_,))


def added(terms: Sequence[Sql]) -> Sql:
    """Return the sum of terms (at least one), from left to right."""
    whole_sum = grouped(terms[0])
    for term in terms[1:]:
        whole_sum = Sql(Kind.BINARY, (whole_sum, grouped(term)), "+")
    return whole_sum


def _chain(operator: str, conditions: list[Sql], nothing: Sql) -> Sql:
    """Return the conditions joined as a balanced tree: printing is recursive, and a long chain would go too deep."""
    if not conditions:
        return nothing
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    halves = (_chain(operator, conditions[:middle], nothing), _chain(operator, conditions[middle:], nothing))
    joined = (half if half.kind is Kind.BINARY and half.what == operator else grouped(half) for half in halves)
    return Sql(Kind.BINARY, tuple(joined), operator)
