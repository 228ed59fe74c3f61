"""A column of a table and a declared field into SQL: the typed value, and why a cell holds none (language.md, section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant
from revrules.backends.sql.reading_cells import read_cell
from revrules.backends.sql.reading_guarded import is_guarded, read_guarded
from revrules.backends.sql.reading_shortcuts import shortened
from revrules.backends.sql.reading_typed import read_typed
from revrules.backends.sql.sources import Held
from revrules.backends.sql.type_names import sql_type
from revrules.readers import field_spec
from revrules.runtime.values import outside
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.backends.sql.reading_cells import Found, Span
    from revrules.backends.sql.sources import SourceColumn
    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

OTHER_TEXTS = frozenset({"enum", "uuid", "citext", "character", "char", "bpchar", "name", "user-defined"})
"""Types of Postgres whose values are texts and compare otherwise, or not at all."""


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

    ``kept(value, hint)`` returns a column that holds a value which is said several times; the default says it again. Raises
    ``Unsayable`` where the dialect cannot read the cells exactly.
    """
    raw = tree.column(column.name, table)
    if column.held is Held.VALUE:
        return Read(raw, None)
    if column.held is Held.TEXT and column.type.partition("(")[0].lower() in OTHER_TEXTS:
        raw = tree.cast(raw, sql_type(Scalar.TEXT, dialect))
    spec = field_spec(declared, ruleset.timezone)
    if column.held is not Held.TEXT:
        found = read_typed(raw, column, spec, dialect)
    elif is_guarded(spec, dialect):
        found = read_guarded(raw, spec, kept, dialect)
    else:
        found = read_cell(raw, spec, dialect)
    return _accepted(shortened(found, raw, column, spec, dialect), declared, spec, kept, dialect)


def _accepted(found: Found, declared: ir.FieldDecl, spec: FieldSpec, kept: Callable[[Sql, str], Sql], dialect: Dialect) -> Read:
    """Return what a typed value passes last: stand-ins become missing, values outside the domain none (``values.acceptor``)."""
    stand_ins = [constant(value, declared.type, dialect) for value in declared.missing_when if not isinstance(value, str)]
    if spec.kind == "enum":
        stand_ins += [tree.text(text) for text in spec.missing_texts if text in dict(spec.members)]
    bounded = spec.low is not None or spec.high is not None
    if not stand_ins and not bounded and found.reason is None:
        return Read(found.value, None)
    if bounded and not stand_ins and found.span is not None:
        return _within(found, found.span, declared, spec, dialect)
    value = kept(found.value, spec.name)
    branches = [(tree.is_null(value), found.reason or tree.NULL)]
    branches += [(tree.among(value, stand_ins), tree.NULL)] if stand_ins else []
    branches += [(_outside(value, declared, dialect), tree.text(outside(spec)))] if bounded else []
    refused = [(condition, tree.NULL) for condition, _ in branches[1:]]
    can_fail = found.reason is not None or bounded
    return Read(tree.case(refused, value), tree.case(branches) if can_fail else None)


def _within(found: Found, span: Span, declared: ir.FieldDecl, spec: FieldSpec, dialect: Dialect) -> Read:
    """Return a value that is compared once with what its type and its bounds allow, for a bound is within the type."""
    beyond = _outside(span.value, declared, dialect)
    value = tree.case([(_outside(span.value, declared, dialect, span), tree.NULL)], span.value)
    reasons = [(beyond, tree.text(outside(spec)))]
    return Read(value, tree.case(reasons if found.reason is None else [(tree.is_null(found.value), found.reason), *reasons]))


def _outside(value: Sql, declared: ir.FieldDecl, dialect: Dialect, span: Span | None = None) -> Sql:
    """Return whether a value is beyond the bounds; where there is none at an end, beyond that of ``span``."""
    beyond = []
    if declared.low is not None:
        beyond.append(tree.binary("<", value, constant(declared.low, declared.type, dialect)))
    elif span is not None and span.least is not None:
        beyond.append(tree.binary("<", value, span.least))
    if declared.high is not None:
        beyond.append(tree.binary(">=" if declared.high_open else ">", value, constant(declared.high, declared.type, dialect)))
    elif span is not None and span.greatest is not None:
        beyond.append(tree.binary(">", value, span.greatest))
    return tree.any_of(beyond)
