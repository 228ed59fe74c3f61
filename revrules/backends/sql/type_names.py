"""The types of the language into the types that hold their values in SQL.

boolean: BOOLEAN · integer: 64 bits · number: double · money: DECIMAL(18, 4) · text: text by code point · date: DATE · datetime: a
timestamp without a zone, in UTC, in microseconds · duration: 64 bits, microseconds · enum: the name of the member, as text.
NULL is missing, and unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules.types import Type

_SHARED = {
    Scalar.BOOLEAN: "BOOLEAN",
    Scalar.INTEGER: "BIGINT",
    Scalar.MONEY: "DECIMAL(18, 4)",
    Scalar.DATE: "DATE",
    Scalar.DURATION: "BIGINT",
}
TYPES: dict[Dialect, dict[Scalar, str]] = {
    Dialect.DUCKDB: _SHARED | {Scalar.NUMBER: "DOUBLE", Scalar.TEXT: "VARCHAR", Scalar.DATETIME: "TIMESTAMP"},
    Dialect.POSTGRES: _SHARED | {Scalar.NUMBER: "DOUBLE PRECISION", Scalar.TEXT: "TEXT", Scalar.DATETIME: "TIMESTAMP"},
    Dialect.SPARK: _SHARED | {Scalar.NUMBER: "DOUBLE", Scalar.TEXT: "STRING", Scalar.DATETIME: "TIMESTAMP_NTZ"},
    Dialect.SNOWFLAKE: _SHARED | {Scalar.NUMBER: "DOUBLE", Scalar.TEXT: "VARCHAR", Scalar.DATETIME: "TIMESTAMP_NTZ"},
    Dialect.BIGQUERY: {
        Scalar.BOOLEAN: "BOOL",
        Scalar.INTEGER: "INT64",
        Scalar.MONEY: "NUMERIC",
        Scalar.DATE: "DATE",
        Scalar.DURATION: "INT64",
        Scalar.NUMBER: "FLOAT64",
        Scalar.TEXT: "STRING",
        Scalar.DATETIME: "DATETIME",
    },
}


def sql_type(type_: Type, dialect: Dialect) -> str:
    """Return the type that holds values of ``type_``."""
    return TYPES[dialect][Scalar.TEXT if isinstance(type_, EnumType) else type_]
