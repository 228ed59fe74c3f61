"""Values of the language into constants of a dialect, exactly."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.backends.sql import times
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.tree import FALSE, NULL, TRUE, cast, digits, text
from revrules.backends.sql.type_names import sql_type

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql
    from revrules.ir import Value
    from revrules.types import Type

EXACT_DIGITS = 15
"""A decimal of so many digits is the same double on every engine, however that makes it of a decimal."""


def constant(value: Value | None, type_: Type, dialect: Dialect) -> Sql:
    """Return a value, of the type that holds values of ``type_``. Raises ``Unsayable`` for a text that Postgres cannot hold."""
    kind = sql_type(type_, dialect)
    if value is None:
        return cast(NULL, kind)
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, datetime.date | datetime.timedelta):
        return times.literal(value, type_, dialect)
    if isinstance(value, float):
        return _double(value, dialect)
    if isinstance(value, str):
        if not holds(value, dialect):
            raise Unsayable("a text with the character U+0000", dialect, "no text there holds it")
        return text(value)
    exact_text = isinstance(value, Decimal) and dialect is Dialect.BIGQUERY
    return cast(text(_decimal(value)) if exact_text else digits(_decimal(value)), kind)


def beside(value: Value, type_: Type, dialect: Dialect) -> Sql:
    """Return a value as it may stand in a comparison with a value of ``type_``: without its type where that does not matter."""
    if isinstance(value, bool) or dialect is Dialect.BIGQUERY:
        return constant(value, type_, dialect)
    if isinstance(value, int | Decimal):
        return digits(_decimal(value))
    if isinstance(value, float) and "e" not in repr(value) and len(repr(value)) <= EXACT_DIGITS:
        return digits(repr(value))
    return constant(value, type_, dialect)


def holds(value: str, dialect: Dialect) -> bool:
    """Return whether the texts of a dialect can be ``value``."""
    return dialect is not Dialect.POSTGRES or "\x00" not in value


def _decimal(value: int | Decimal) -> str:
    """Return an integer, or an amount without the noughts after its point."""
    if isinstance(value, int):
        return str(value)
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _double(value: float, dialect: Dialect) -> Sql:
    said = repr(value)
    match dialect:
        case Dialect.DUCKDB | Dialect.BIGQUERY:
            return digits(said if "e" in said else f"{said}e0")
        case Dialect.SPARK:
            return digits(f"{said}D")
        case Dialect.POSTGRES:
            return cast(digits(said) if value else text(said), "DOUBLE PRECISION")
        case Dialect.SNOWFLAKE:
            return cast(text(said), "DOUBLE")
