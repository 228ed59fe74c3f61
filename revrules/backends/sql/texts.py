"""Tests and functions of texts into SQL: by code point, without locales or the engine's own tables of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.sql.constants import holds
from revrules.backends.sql.dialects import Dialect, operator
from revrules.backends.sql.tree import FALSE, TRUE, among, array, binary, call, case, digits, is_known, text
from revrules.runtime.texts import CAPITAL_OF, SMALL_OF, SMALL_OF_ASCII, WHITE_SPACE, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql

SPACE = {
    Dialect.DUCKDB: r" \t\n\v\f\r",
    Dialect.POSTGRES: r" \t\n\u000b\f\r",
    Dialect.SPARK: r" \t\n\x0b\f\r",
    Dialect.SNOWFLAKE: WHITE_SPACE,
    Dialect.BIGQUERY: r" \t\n\v\f\r",
}
"""White space, as it stands between the brackets of a regular expression."""
MOST_LISTED = 16
"""Constants that DuckDB looks through one by one; more are a table for it."""
END = {Dialect.SPARK: r"\z"}
"""The end of a text in a regular expression, where it is not `$`."""


def test(node: ir.TextTest, operand: Sql, pattern: Sql, scope: Scope) -> Sql:
    """Return whether a text contains, begins with, ends with or, in any case, equals another."""
    dialect = scope.dialect
    if isinstance(node.pattern, ir.Literal) and isinstance(node.pattern.value, str):
        part = fold(node.pattern.value) if node.any_case else node.pattern.value
        if not holds(part, dialect):
            return _never(operand)
        pattern = text(part)
        operand = folded(operand, scope, part) if node.any_case else operand
    elif node.any_case:
        operand, pattern = folded(operand, scope), folded(pattern, scope)
    if node.op is ir.TextOp.ENDS and dialect is Dialect.POSTGRES:
        pattern = scope.kept(pattern, "part")
    return TESTS[node.op](dialect, operand, pattern)


def is_among(operand: Sql, items: Sequence[str], any_case: bool, scope: Scope) -> Sql:
    """Return whether a text is one of some constants; ``any_case``: folded as they are."""
    if any_case:
        items = tuple(dict.fromkeys(map(fold, items)))
        operand = folded(operand, scope, items)
    held = [text(item) for item in items if holds(item, scope.dialect)]
    if scope.dialect is Dialect.DUCKDB and 1 < len(held) <= MOST_LISTED:
        return _is_listed(scope.kept(operand, "text"), held)
    return among(operand, held) if held else _never(operand)


def _is_listed(operand: Sql, items: Sequence[Sql]) -> Sql:
    """Return DuckDB's way to ask whether a text is one of a few.

    It works a function out once for each entry of a dictionary (of a Parquet file, say), but ``IN`` for each row; and more than
    four constants of ``IN`` become a join.
    """
    found = is_known(call("LIST_POSITION", array(items), operand))
    return case([(found, TRUE), (is_known(operand), FALSE)])


def folded(operand: Sql, scope: Scope, beside: Iterable[str] | None = None) -> Sql:
    """Return a text with small letters for capital ones.

    ``beside`` is the folded text (or texts) that it is held against, where that is known: no letter matters that is not in it.
    """
    if beside is None:
        return _translated(operand, SMALL_OF)
    letters = {ord(letter) for item in beside for letter in item}
    return _translated(operand, {capital: small for capital, small in SMALL_OF.items() if small in letters})


def function(name: str, operand: Sql, scope: Scope) -> Sql:
    """Return the value of a function of a text."""
    match name:
        case "lower":
            return _translated(operand, SMALL_OF)
        case "upper":
            return _translated(operand, CAPITAL_OF)
        case "length":
            return LENGTH(scope.dialect, operand)
        case "email_domain":
            return _email_domain(operand, scope.dialect)
        case _:
            assert name == "url_domain", f"`{name}` is no function of texts"
            return _url_domain(operand, scope.dialect)


def _email_domain(operand: Sql, dialect: Dialect) -> Sql:
    """Return what follows the last ``@``, without white space after it and none inside."""
    space = SPACE[dialect]
    pattern = f"@([^@{space}]+)[{space}]*{END.get(dialect, '$')}"
    return _translated(FIRST_GROUP(dialect, operand, text(pattern)), SMALL_OF_ASCII)


def _url_domain(operand: Sql, dialect: Dialect) -> Sql:
    """Return the host: what stands after ``scheme://``, ``user@`` and ``www.``, before ``/``, ``?``, ``#`` and ``:``."""
    space = SPACE[dialect]
    host = HOST(dialect, TRIM(dialect, operand, text(WHITE_SPACE)))
    whole = f"^([^.{space}]*[.][^{space}]*){END.get(dialect, '$')}"
    return FIRST_GROUP(dialect, _translated(host, SMALL_OF_ASCII), text(whole))


def _translated(operand: Sql, letters: Mapping[int, int]) -> Sql:
    if not letters:
        return operand
    capitals, smalls = "".join(map(chr, letters)), "".join(map(chr, letters.values()))
    return call("TRANSLATE", operand, text(capitals), text(smalls))


def _never(operand: Sql) -> Sql:
    """Return false for a text that is there."""
    return case([(is_known(operand), FALSE)])


TESTS = {
    ir.TextOp.CONTAINS: operator(
        "text contains text",
        lambda operand, part: call("CONTAINS", operand, part),
        postgres=lambda operand, part: binary(">", call("STRPOS", operand, part), digits("0")),
        bigquery=lambda operand, part: binary(">", call("STRPOS", operand, part), digits("0")),
    ),
    ir.TextOp.STARTS: operator(
        "text starts with text",
        lambda operand, part: call("STARTS_WITH", operand, part),
        spark=lambda operand, part: call("STARTSWITH", operand, part),
        snowflake=lambda operand, part: call("STARTSWITH", operand, part),
    ),
    ir.TextOp.ENDS: operator(
        "text ends with text",
        lambda operand, part: call("ENDS_WITH", operand, part),
        duckdb=lambda operand, part: call("SUFFIX", operand, part),
        postgres=lambda operand, part: binary("=", call("RIGHT", operand, call("LENGTH", part)), part),
        spark=lambda operand, part: call("ENDSWITH", operand, part),
        snowflake=lambda operand, part: call("ENDSWITH", operand, part),
    ),
    ir.TextOp.EQUALS: operator("text = text any case", lambda operand, part: binary("=", operand, part)),
}
LENGTH = operator(
    "length(text)",
    lambda operand: call("LENGTH", operand),
    spark=lambda operand: call("CHAR_LENGTH", operand),
    bigquery=lambda operand: call("CHAR_LENGTH", operand),
)
TRIM = operator(
    "a text without white space around it",
    lambda operand, marks: call("TRIM", operand, marks),
    postgres=lambda operand, marks: call("BTRIM", operand, marks),
    spark=lambda operand, marks: call("BTRIM", operand, marks),
)
FIRST_GROUP = operator(
    "what the first group of a regular expression takes, which is never empty",
    duckdb=lambda operand, pattern: _some(call("REGEXP_EXTRACT", operand, pattern, digits("1"))),
    postgres=lambda operand, pattern: call("SUBSTRING", operand, pattern),
    spark=lambda operand, pattern: _some(call("REGEXP_EXTRACT", operand, pattern, digits("1"))),
    snowflake=lambda operand, pattern: call("REGEXP_SUBSTR", operand, pattern, digits("1"), digits("1"), text("e"), digits("1")),
    bigquery=lambda operand, pattern: call("REGEXP_EXTRACT", operand, pattern),
)
HOST_PARTS = "^([A-Za-z][-A-Za-z0-9+.]*://)?([^/?#]*@)?([Ww][Ww][Ww][.])?([^/?#@:]*)"
"""Each part takes as much as it can, and what follows can always be empty: no engine goes back, and all take the same."""
HOST_ALONE = HOST_PARTS.replace("(", "(?:", 3)
HOST = operator(
    "the host of a web address",
    lambda operand: FIRST_GROUP.said[Dialect.BIGQUERY](operand, text(HOST_ALONE)),
    duckdb=lambda operand: FIRST_GROUP.said[Dialect.DUCKDB](operand, text(HOST_ALONE)),
    postgres=lambda operand: FIRST_GROUP.said[Dialect.POSTGRES](operand, text(HOST_ALONE)),
    spark=lambda operand: FIRST_GROUP.said[Dialect.SPARK](operand, text(HOST_ALONE)),
    snowflake=lambda operand: call("REGEXP_SUBSTR", operand, text(HOST_PARTS), digits("1"), digits("1"), text("e"), digits("4")),
)


def _some(value: Sql) -> Sql:
    return call("NULLIF", value, text(""))
