"""The columns of a table into cheap conditions of which one is true of every record with a value that is none.

Each is about one column as it stands. So DuckDB asks it of whole groups of rows of a Parquet file at once, by their least and
greatest value, or of the entries of a dictionary, and mostly need not read the rows.
"""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading import read
from revrules.backends.sql.reading_typed import NARROW
from revrules.backends.sql.sources import Held
from revrules.readers import field_spec
from revrules.runtime.values import member_names
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.sql.sources import Source, SourceColumn
    from revrules.backends.sql.tree import Sql

DUCKDB = Dialect.DUCKDB
ENDS: dict[tuple[Scalar, str], tuple[ir.Value | None, ir.Value | None]] = {
    (Scalar.DATE, "date"): (datetime.date.min, datetime.date.max),
    (Scalar.DATETIME, "timestamp"): (
        datetime.datetime.min.replace(tzinfo=datetime.UTC),
        datetime.datetime.max.replace(tzinfo=datetime.UTC),
    ),
    (Scalar.NUMBER, "double"): (-sys.float_info.max, sys.float_info.max),
    **{(Scalar.INTEGER, name): (None, None) for name in NARROW},
}
"""Between these the values of a type of columns are values of a field; moments, where they are in UTC."""


def suspects(ruleset: ir.Ruleset, source: Source) -> list[Sql] | None:
    """Return the conditions on DuckDB; None where there is none as cheap for a column."""
    found: list[Sql] = []
    for field in ruleset.entity(source.entity).fields:
        column = source.columns.get(field.name)
        if column is None or read(column, field, ruleset, DUCKDB).reason is None:
            continue
        told = _members(column, field, ruleset) or _beyond(column, field, ruleset)
        if told is None:
            return None
        found += told
    return found


def _members(column: SourceColumn, field: ir.FieldDecl, ruleset: ir.Ruleset) -> list[Sql] | None:
    """Return whether a text is none of those that mean a member, or nothing."""
    spec = field_spec(field, ruleset.timezone)
    if spec.kind != "enum" or column.held is not Held.TEXT:
        return None
    known = tree.array([tree.text(text) for text in dict.fromkeys((*member_names(spec), *spec.missing_texts, ""))])
    return [tree.negated(tree.call("LIST_CONTAINS", known, tree.column(column.name)))]


def _beyond(column: SourceColumn, field: ir.FieldDecl, ruleset: ir.Ruleset) -> list[Sql] | None:
    """Return whether a value is beyond the ends of its type, and whether beyond the bounds of the field."""
    type_ = field.type
    if not isinstance(type_, Scalar) or (type_, column.type.lower()) not in ENDS:
        return None
    if type_ is Scalar.DATETIME and field_spec(field, ruleset.timezone).timezone != "UTC":
        return None
    raw = tree.column(column.name)
    least, greatest = ENDS[type_, column.type.lower()]
    below = [low for low in (least, field.low) if low is not None]
    above = [high for high in (greatest, field.high) if high is not None]
    over = ">=" if field.high_open else ">"
    return [
        *(tree.binary("<", raw, constant(low, type_, DUCKDB)) for low in below),
        *(tree.binary(over, raw, constant(high, type_, DUCKDB)) for high in above),
    ]
