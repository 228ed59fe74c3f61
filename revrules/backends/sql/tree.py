"""Pieces of SQL into bigger pieces, and a whole into text: the one door to sqlglot, which is a tree and a printer here.

sqlglot translates between dialects, and mistranslates in silence; so only nodes that print alike everywhere are made, calls and
types are printed as they stand here, and what a dialect says in its own way is chosen in the tables of operators.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import ErrorLevel, exp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

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


def is_simple(value: Sql) -> bool:
    """Return whether a piece costs nothing to be said twice: a column or a constant."""
    return isinstance(value, exp.Column | exp.Literal | exp.Boolean | exp.Null)


def is_short(value: Sql, most: int) -> bool:
    """Return whether a piece has at most so many nodes."""
    return sum(1 for _ in islice(value.walk(), most + 1)) <= most


def constant_text(value: Sql) -> tuple[str, str] | None:
    """Return the text and the type of a constant that was made by casting a text; None for all else."""
    if isinstance(value, exp.Cast) and isinstance(value.this, exp.Literal) and value.this.is_string:
        return value.this.name, value.to.sql()
    return None


def constant_whole(value: Sql) -> int | None:
    """Return the integer that a constant says; None for all else."""
    if isinstance(value, exp.Paren) and isinstance(value.this, exp.Neg):
        found = constant_whole(value.this.this)
        return None if found is None else -found
    return int(value.name) if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal() else None


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
    return node(this=left if isinstance(left, node) else grouped(left),
                expression=right if isinstance(right, node) else grouped(right))  # fmt: skip


# --- queries -----------------------------------------------------------------------------------------------------


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


def at_utc(moment: Sql) -> Sql:
    """Return an instant of DuckDB or Postgres as a timestamp in UTC without a zone."""
    return exp.Paren(this=exp.AtTimeZone(this=moment, zone=text("UTC")))


def bare(name: str) -> Sql:
    """Return a word that is printed as it stands: it is made by us, never by a ruleset."""
    return exp.Identifier(this=name, quoted=False)


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


def same(left: Sql, right: Sql) -> Sql:
    """Return whether two values are equal or both NULL; never NULL itself."""
    return exp.NullSafeEQ(this=grouped(left), expression=grouped(right))


def by_code_point(text_: Sql, dialect: Dialect) -> Sql:
    """Return a text that compares by code point, as texts do everywhere but on Postgres."""
    return exp.Collate(this=grouped(text_), expression=quoted("C")) if dialect.value == "postgres" else text_


def costs_nothing(value: Sql) -> bool:
    """Return whether a piece is a column or a constant, perhaps with the order of its texts said."""
    return is_simple(value.this if isinstance(value, exp.Collate) else value)


def with_columns(value: Sql, meanings: Mapping[str, Sql], of: str = "") -> Sql:
    """Return a piece with other pieces in the place of the columns of these names: of no named table, or of the table ``of``."""
    if isinstance(value, exp.Column) and value.table == of and value.name in meanings:
        return meanings[value.name].copy()
    changed = value.copy()
    for found in list(changed.find_all(exp.Column)):
        if found.table == of and found.name in meanings:
            found.replace(grouped(meanings[found.name].copy()))
    return changed


def with_calls(value: Sql, functions: Collection[str], build: Callable[[Sql], Sql]) -> Sql:
    """Return a piece with what ``build`` makes of every call of ``functions`` in its place."""
    return value.transform(lambda node: build(node) if isinstance(node, exp.Anonymous) and node.name in functions else node)


def column_uses(value: Sql) -> list[tuple[str, str]]:
    """Return (table, column) for every time that a piece reads a column; the table is empty where none is named."""
    return [(found.table, found.name) for found in value.find_all(exp.Column)]


def depth(value: Sql) -> int:
    """Return how many nodes stand inside one another."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(child, level + 1) for child in node.iter_expressions()]
    return deepest


def tables_in(value: Sql) -> set[str]:
    """Return the names of the tables in a piece."""
    return {found.name for found in value.find_all(exp.Table)}


# --- words for expressions ---------------------------------------------------------------------------------------


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


def with_results(value: Sql, change: Callable[[Sql], Sql | None]) -> Sql | None:
    """Return a piece with each result that it can have (behind CASE and COALESCE) changed; None where one of these is None."""
    if isinstance(value, exp.Case) and value.this is None:
        changed = [(branch.this, with_results(branch.args["true"], change)) for branch in value.args["ifs"]]
        otherwise = with_results(value.args["default"], change)
        branches = [(condition, result) for condition, result in changed if result is not None]
        return case(branches, otherwise) if otherwise is not None and len(branches) == len(changed) else None
    if isinstance(value, exp.Anonymous) and value.name == "COALESCE":
        found = [with_results(each, change) for each in value.expressions]
        results = [each for each in found if each is not None]
        return coalesce(*results) if len(results) == len(found) else None
    return change(value)


def constant_texts(value: Sql) -> list[str] | None:
    """Return the texts of which a constant (a text, an array of such constants, one that is cast) is made; None for all else."""
    match value:
        case exp.Null():
            return []
        case exp.Literal() if value.is_string:
            return [value.name]
        case exp.Cast():
            return constant_texts(value.this)
        case exp.Array():
            found = [constant_texts(each) for each in value.expressions]
            texts = [text_ for each in found if each is not None for text_ in each]
            return texts if None not in found else None
    return None


def array_depth(value: Sql) -> int:
    """Return how many arrays are inside one another in a constant."""
    match value:
        case exp.Cast():
            return array_depth(value.this)
        case exp.Array():
            return 1 + max((array_depth(each) for each in value.expressions), default=0)
    return 0


def looked_up_in(value: Sql) -> tuple[Sql, Sql] | None:
    """Return the array and the position of a ``list_extract``; None for all else."""
    if isinstance(value, exp.Anonymous) and value.name == "list_extract":
        array_, position = value.expressions
        return array_, position
    return None
