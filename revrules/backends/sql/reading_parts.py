"""The few calls that reading cells is made of, as each dialect says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, operator
from revrules.runtime.texts import SMALL_OF, SMALL_OF_ASCII, WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.backends.sql.tree import Sql

ONLY_DUCKDB = "its cells are not read exactly in SQL: load the table with types"
_ONLY: dict[Dialect, str] = {dialect: ONLY_DUCKDB for dialect in Dialect if dialect is not Dialect.DUCKDB}

TRIMMED = operator(
    "a text without white space around it",
    lambda text: tree.call("BTRIM", text, tree.text(WHITE_SPACE)),
    duckdb=lambda text: tree.call("TRIM", text, tree.text(WHITE_SPACE)),
    snowflake=lambda text: tree.call("TRIM", text, tree.text(WHITE_SPACE)),
    bigquery=lambda text: tree.call("TRIM", text, tree.text(WHITE_SPACE)),
)
MATCHES = operator(
    "whether a whole text matches an expression",
    gaps=_ONLY,
    duckdb=lambda text, shape: tree.call("REGEXP_FULL_MATCH", text, shape),
)


def trimmed(text: Sql, dialect: Dialect) -> Sql:
    """Return a text without white space around it."""
    return TRIMMED(dialect, text)


def bound(value: Sql, build: Callable[[Sql], Sql], name: str, dialect: Dialect) -> Sql:
    """Return what ``build`` makes of ``value``, which is worked out once however often it is said, and only if needed."""
    if dialect is not Dialect.DUCKDB:
        return build(value)
    made = tree.function([name], build(tree.parameter(name)))
    return tree.call("LIST_EXTRACT", tree.call("LIST_TRANSFORM", tree.call("LIST_VALUE", value), made), tree.whole(1))


def matches(text: Sql, shape: str) -> Sql:
    """Return whether the whole of ``text`` matches an expression (DuckDB)."""
    return MATCHES(Dialect.DUCKDB, text, tree.text(shape))


def globs(text: Sql, pattern: str) -> Sql:
    """Return whether the whole of ``text`` is as a pattern with ``*`` and sets says; cheaper than ``matches`` (DuckDB)."""
    return tree.call('"~~~"', text, tree.text(pattern))


def parts(text: Sql, shape: str, build: Callable[[list[Sql]], Sql], count: int) -> Sql:
    """Return what ``build`` makes of the ``count`` groups of an expression that the whole of ``text`` matches (DuckDB)."""
    names = [f"g{position}" for position in range(count)]
    listed = tree.call("LIST_VALUE", *map(tree.text, names))
    found = tree.call("REGEXP_EXTRACT", text, tree.text(f"^(?:{shape})$"), listed)

    def pick(groups: Sql) -> Sql:
        return build([tree.call("STRUCT_EXTRACT", groups, tree.text(name)) for name in names])

    return bound(found, pick, "g", Dialect.DUCKDB)


def joined(*texts: Sql) -> Sql:
    """Return texts one behind the other; NULL where one is."""
    whole, *others = texts
    for text in others:
        whole = tree.binary("||", whole, text)
    return whole


def folded(text: Sql, others: Iterable[str]) -> Sql:
    """Return ``text`` with small letters for capital ones, as far as that matters to a comparison with ``others`` (DuckDB)."""
    capitals = SMALL_OF_ASCII if all(other.isascii() for other in others) else SMALL_OF
    tables = "".join(map(chr, capitals)), "".join(map(chr, capitals.values()))
    return tree.call("TRANSLATE", text, *map(tree.text, tables))


AS_TEXT = {
    Dialect.DUCKDB: "VARCHAR",
    Dialect.POSTGRES: "TEXT",
    Dialect.SPARK: "STRING",
    Dialect.SNOWFLAKE: "VARCHAR",
    Dialect.BIGQUERY: "STRING",
}


def as_text(value: Sql, dialect: Dialect) -> Sql:
    """Return a number as text: integers in digits, doubles by the shortest digits that mean them."""
    return tree.cast(value, AS_TEXT[dialect])


def narrowed(value: Sql, low: str, high: str, type_: str, dialect: Dialect) -> Sql:
    """Return a whole number or a decimal as a narrower type, NULL where it does not lie between two numbers, the type's ends."""
    if dialect is Dialect.POSTGRES:
        return tree.case([(tree.between(value, tree.digits(low), tree.digits(high)), tree.cast(value, type_))])
    return tree.try_cast(value, type_)
