"""An engine's names of types into what their columns hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.sources import Held
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules import ir

_WORDS: dict[Held, str] = {
    Held.BOOLEAN: "bool boolean",
    Held.INTEGER: "tinyint smallint int integer bigint hugeint byteint byte short long int1 int2 int4 int8 int16 int32 int64"
    " int128 utinyint usmallint uinteger ubigint uhugeint serial bigserial smallserial",
    Held.DECIMAL: "decimal dec numeric number bignumeric bigdecimal fixed",
    Held.DOUBLE: "double float real float4 float8 float64 double_precision",
    Held.DATE: "date",
    Held.TIMESTAMP: "timestamp timestamp_ntz timestampntz datetime timestamp_without_time_zone timestamp_s timestamp_ms"
    " timestamp_us",
    Held.INSTANT: "timestamptz timestamp_with_time_zone timestamp_ltz timestampltz timestamp_tz",
    Held.INTERVAL: "interval",
    Held.TEXT: "varchar text string char character character_varying bpchar nvarchar nchar name citext uuid enum user-defined",
}
HELD = {word: held for held, words in _WORDS.items() for word in words.split()}
INSTANTS = frozenset({Dialect.SPARK, Dialect.BIGQUERY})
"""Dialects whose plain TIMESTAMP is an instant."""
NATURAL = {
    Scalar.BOOLEAN: Held.BOOLEAN,
    Scalar.INTEGER: Held.INTEGER,
    Scalar.NUMBER: Held.DOUBLE,
    Scalar.MONEY: Held.DECIMAL,
    Scalar.TEXT: Held.TEXT,
    Scalar.DATE: Held.DATE,
    Scalar.DATETIME: Held.TIMESTAMP,
    Scalar.DURATION: Held.INTERVAL,
}


def held_by(type_: str, dialect: Dialect) -> Held:
    """Return what columns of a type hold, the type being named as the engine names it.

    >>> held_by("numeric(18,4)", Dialect.POSTGRES).value, held_by("timestamp", Dialect.SPARK).value
    ('decimal', 'instant')
    """
    word = re.sub(r"\([^)]*\)", "", type_.strip().lower())
    if word.endswith("]") or "<" in word:
        return Held.OTHER
    word = "_".join(word.split())
    if word == "timestamp" and dialect in INSTANTS:
        return Held.INSTANT
    return HELD.get(word, Held.INTERVAL if word.startswith("interval") else Held.OTHER)


def natural(field: ir.FieldDecl) -> Held:
    """Return what a column most likely holds of which nothing is known: the type of its field, however exports write that."""
    if isinstance(field.type, EnumType):
        return Held.TEXT
    if field.type is Scalar.DURATION and field.format.unit is not None:
        return Held.INTEGER
    return NATURAL[field.type]
