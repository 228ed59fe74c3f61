"""What reads a column into what reads it faster: values that are seen at once to be fine go before the steps for all others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_cells import Span
from revrules.backends.sql.sources import Held
from revrules.backends.sql.type_names import sql_type
from revrules.types import Scalar

if TYPE_CHECKING:
    from revrules.backends.sql.reading_cells import Found
    from revrules.backends.sql.sources import SourceColumn
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

COMPARING = (Dialect.POSTGRES, Dialect.SPARK)
"""The dialects that compare texts by code point, if asked; DuckDB's texts are read so in the first place."""
NUMERIC = re.compile(r"numeric\((?P<digits>[0-9]+),(?P<places>[0-9]+)\)", re.IGNORECASE)
MONEY_DIGITS, MONEY_PLACES = 18, 4
MOST_MONEY = "99999999999999.9999"
MOST_MEMBERS = 64
"""Texts that are looked through one by one."""


def shortened(found: Found, raw: Sql, column: SourceColumn, spec: FieldSpec, dialect: Dialect) -> Found:
    """Return what means the same as ``found``, which reads ``raw``, a value of ``column``."""
    if spec.kind == "text" and column.held is Held.TEXT and not spec.missing_texts and dialect in COMPARING:
        return found._replace(value=_text(raw, found.value, dialect))
    if spec.kind == "enum" and column.held is Held.TEXT and dialect is Dialect.DUCKDB:
        return found._replace(value=_member(raw, found.value, spec))
    sized = NUMERIC.fullmatch(column.type)
    if spec.kind == "money" and dialect is Dialect.POSTGRES and sized is not None:
        return _money(raw, int(sized["digits"]), int(sized["places"]), found)
    return found


def _text(raw: Sql, value: Sql, dialect: Dialect) -> Sql:
    """Return a text that begins with a mark as it is: to take white space off takes ten times as long."""
    return tree.case([(tree.binary(">=", tree.by_code_point(raw, dialect), tree.text("!")), raw)], value)


def _member(raw: Sql, value: Sql, spec: FieldSpec) -> Sql:
    """Return a member that is written as it is called as it is.

    DuckDB looks a text up in a list once for each entry of a dictionary, as columns of Parquet have one, and keeps that where no
    row is worked out otherwise; cells of exports, which have none, cost as much as compared one by one.
    """
    names = [name for name, _ in spec.members if name not in spec.missing_texts]
    if not 1 < len(names) <= MOST_MEMBERS:
        return value
    nowhere = tree.is_null(tree.call("LIST_POSITION", tree.array(map(tree.text, names)), raw))
    return tree.case([(tree.all_of([nowhere, tree.is_known(raw)]), value)], raw)


def _money(raw: Sql, digits: int, places: int, found: Found) -> Found:
    """Return one of Postgres' decimals whose type is no larger than that of money without rounding it.

    What is no number is greater than all numbers there.
    """
    if places > MONEY_PLACES or digits - places > MONEY_DIGITS - MONEY_PLACES:
        return found
    money = raw if places == MONEY_PLACES else tree.cast(raw, sql_type(Scalar.MONEY, Dialect.POSTGRES))
    most = tree.digits(MOST_MONEY)
    return found._replace(value=tree.case([(tree.binary("<=", raw, most), money)]), span=Span(money, None, most))
