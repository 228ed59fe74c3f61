"""A column of a table and a declared field into SQL: the typed value, and why a cell holds none (language.md, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.sources import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.sources import SourceColumn
    from revrules.backends.sql.tree import Sql


class Read(NamedTuple):
    """A field as read: its value, NULL where it is missing or none, and the words for why a cell holds none, NULL where it is
    fine. ``reason`` is None where no cell can be wrong. That a required field is missing is no matter of reading.
    """

    value: Sql
    reason: Sql | None


def read(
    column: SourceColumn,
    declared: ir.FieldDecl,
    ruleset: ir.Ruleset,
    dialect: Dialect,
    *,
    kept: Callable[[Sql, str], Sql] = lambda value, hint: value,
    table: str | None = None,
) -> Read:
    """Return ``declared`` as read from ``column`` (of ``table``, where the query knows it by a name).

    ``kept(value, hint)`` returns a column that holds a value which is said several times; the default says it again.
    """
    if column.held is Held.VALUE:
        return Read(tree.column(column.name, table), None)
    raise AssertionError("columns that are not typed yet")
