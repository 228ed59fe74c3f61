"""Tables of typed records into rows of constants that a statement selects from: nothing is written on the engine."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant, holds
from revrules.backends.sql.sources import Held, Link, Source, SourceColumn
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from revrules import ir
    from revrules.backends.sql.dialects import Dialect
    from revrules.types import Type
    from revrules.verify.flat import Flat

ROW = "row_number"
"""The column with the position of a record."""
MICROSECOND = datetime.timedelta(microseconds=1)


def source_of(ruleset: ir.Ruleset, flat: Flat, dialect: Dialect) -> Source:
    """Return the source that gives the rows of a table and of related ones; a text that a dialect cannot hold is missing."""
    declared = ruleset.entity(flat.entity)
    fields = [(field.name, f"c{at}", field.type) for at, field in enumerate(declared.fields)]
    rows = [
        [tree.whole(at), *(constant(_held(row[name], dialect), type_, dialect) for name, _, type_ in fields)]
        for at, row in enumerate(flat.rows)
    ]
    nothing = [tree.whole(-1), *(constant(None, type_, dialect) for _, _, type_ in fields)]
    names = [ROW, *(column for _, column, _ in fields)]
    inline = tree.inline(names, rows or [nothing])
    first = tree.whole(0)
    filled = tree.select([tree.all_columns("r")], tree.known_as(inline, "r"), where=tree.binary(">=", tree.column(ROW), first))
    columns = {name: SourceColumn(column, Held.VALUE) for name, column, _ in fields}
    links = {name: _link(ruleset, declared, name, related, dialect) for name, related in flat.related.items()}
    return Source(flat.entity, filled, columns, links, {ROW: ROW})


def _link(ruleset: ir.Ruleset, holder: ir.Entity, name: str, related: Flat, dialect: Dialect) -> Link:
    relation = holder.relation(name)
    assert relation is not None, "tables relate as their entities do"
    target = ruleset.entity(relation.entity)
    here, there = (holder.key, relation.by) if relation.many else (relation.by, target.key)
    assert here is not None and there is not None, "the checker wants keys where relations need them"
    return Link(source_of(ruleset, related, dialect), here, there, ROW)


def _held(value: object, dialect: Dialect) -> ir.Value | None:
    return None if isinstance(value, str) and not holds(value, dialect) else cast("ir.Value | None", value)


def returned(raw: object, type_: Type) -> object:
    """Return what an engine has returned as the language has it: drivers differ in how they hand out decimals and moments."""
    if raw is None or isinstance(type_, EnumType):
        return raw
    match type_:
        case Scalar.MONEY:
            return Decimal(str(raw)).quantize(Decimal("0.0001"))
        case Scalar.DURATION:
            return int(str(raw)) * MICROSECOND
        case Scalar.DATETIME if isinstance(raw, datetime.datetime):
            moment = raw if raw.tzinfo is None else raw.astimezone(datetime.UTC).replace(tzinfo=None)
            return moment.replace(tzinfo=datetime.UTC)
        case _:
            return raw
