"""A seed and a ruleset into tables that fit it: typed rows, the records that they make by joining, and the tables on an engine.

Keys come from a small pool: many rows share one, some have none, some have white space around it, some find nobody.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from strategies import CLAIM, COLOR, constant

from revrules import ir
from revrules.backends.sql import tree
from revrules.backends.sql.constants import constant as sql_constant
from revrules.backends.sql.constants import holds
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.sources import Held, Link, Source, SourceColumn
from revrules.backends.sql.type_names import sql_type
from revrules.readers import field_spec
from revrules.runtime.cells import field_reader
from revrules.tables.related import key_text
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from revrules.types import Type

NTH = "nth row"
"""A column of every table: the number of the row, from 0 on, in no order."""
KEYS: dict[Type, tuple[ir.Value, ...]] = {
    Scalar.TEXT: ("k1", "k2", "k3", "K1", "é4", " k1", "k2 ", "\u00a0k3\n", "\u2003é4\u3000", "k 5", "~6", "\u00a0", "7\x1c"),
    Scalar.INTEGER: (0, 1, 2, -3, 2**63 - 1),
    Scalar.MONEY: tuple(map(Decimal, ("0.0000", "1.0000", "1.5000", "-2.2500"))),
    Scalar.DATE: tuple(datetime.date(2026, 1, day) for day in (1, 2, 3)),
    Scalar.BOOLEAN: (True, False),
    COLOR: COLOR.member_names,
}
Row = dict[str, "ir.Value | None"]
Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables for a ruleset.

    ``ruleset`` is the one that was given, with the fields that its relations follow. ``rows`` are the typed rows of each entity,
    with every field and ``NTH``. ``linked`` are the relations (entity, name) that the tables join by, with whether the first of
    several records is that with the least ``NTH`` (else that with the least columns). ``columns`` are the fields of each entity
    that have a column.
    """

    ruleset: ir.Ruleset
    rows: dict[str, list[Row]]
    linked: dict[tuple[str, str], bool]
    columns: dict[str, tuple[str, ...]]

    def records(self, entity: str) -> list[Record]:
        """Return the rows of ``entity`` as typed records for ``reference``, in their order, with all that relates to them.

        They hold each other, perhaps in circles.
        """
        made: dict[str, list[Record]] = {name: [dict(row) for row in rows] for name, rows in self.rows.items()}
        for declared in self.ruleset.entities:
            for relation in declared.relations:
                self._join(declared, relation, made)
        return made[entity]

    def source(self, entity: str, prefix: str = "") -> Source:
        """Return the source whose tables ``statements`` makes; it passes ``NTH`` on."""
        sources = {
            declared.name: Source(
                declared.name,
                tree.table(f"{prefix}{declared.name}"),
                {name: SourceColumn(column_name(name), Held.VALUE) for name in self.columns[declared.name]},
                {},
                {NTH: NTH},
            )
            for declared in self.ruleset.entities
        }
        for (name, relation_name), numbered in self.linked.items():
            relation = cast("ir.Relation", self.ruleset.entity(name).relation(relation_name))
            here, there = _ends(self.ruleset, self.ruleset.entity(name), relation)
            links = cast("dict[str, Link]", sources[name].links)
            links[relation_name] = Link(sources[relation.entity], here, there, NTH if numbered else None)
        return sources[entity]

    def statements(self, dialect: Dialect, prefix: str = "") -> list[str]:
        """Return the statements that make the tables anew on an engine, named ``prefix`` and the entity."""
        return [text for declared in self.ruleset.entities for text in self._made(declared, dialect, prefix)]

    def _join(self, declared: ir.Entity, relation: ir.Relation, made: dict[str, list[Record]]) -> None:
        """Enter a relation into the records of ``declared``."""
        here, there = _ends(self.ruleset, declared, relation)
        numbered = self.linked.get((declared.name, relation.name))
        groups: dict[str, list[Record]] = {}
        if numbered is not None:
            order = [NTH] if numbered else list(self.columns[relation.entity])
            for record in sorted(made[relation.entity], key=lambda record: [_order(record[name]) for name in order]):
                if (key := key_text(record[there])) is not None:
                    groups.setdefault(key, []).append(record)
        for record in made[declared.name]:
            found = groups.get(key_text(record[here]) or "", [])
            record[relation.name] = found if relation.many else found[0] if found else None

    def _made(self, declared: ir.Entity, dialect: Dialect, prefix: str) -> list[str]:
        name = tree.printed(tree.table(f"{prefix}{declared.name}"), dialect)
        names = (*self.columns[declared.name], NTH)
        types: list[Type] = [*(_declared(declared, name).type for name in names[:-1]), Scalar.INTEGER]
        rows = [[sql_constant(row[name], type_, dialect) for name, type_ in zip(names, types, strict=True)]
                for row in self.rows[declared.name]]  # fmt: skip
        empty = [tree.cast(tree.NULL, sql_type(type_, dialect)) for type_ in types]
        columns = [column_name(one) for one in names]
        items = [tree.named(tree.cast(tree.column(column), sql_type(type_, dialect)), column)
                 for column, type_ in zip(columns, types, strict=True)]  # fmt: skip
        query = tree.select(items, tree.known_as(tree.inline(columns, rows or [empty]), "inline"),
                            where=None if rows else tree.FALSE)  # fmt: skip
        kind = "TEMPORARY VIEW" if dialect is Dialect.SPARK else "TABLE"
        drop = f"DROP {kind.removeprefix('TEMPORARY ')} IF EXISTS {name}"
        return [drop, f"CREATE {kind} {name} AS {tree.printed(query, dialect)}"]


def random_tables(r: Random, ruleset: ir.Ruleset, most: int = 12) -> Tables:
    """Return tables for ``ruleset``, none with more than ``most`` rows, some of them empty."""
    ruleset = with_keys(r, ruleset)
    linked, columns = {}, {}
    for declared in ruleset.entities:
        keys = {name for one in ruleset.entities for relation in one.relations for at, name in _key_fields(ruleset, one, relation)
                if at == declared.name}  # fmt: skip
        columns[declared.name] = tuple(f.name for f in declared.fields if f.name in keys or r.random() < 0.95)
        for relation in declared.relations:
            if r.random() < 0.95:
                linked[declared.name, relation.name] = r.random() < 0.6
    rows = {declared.name: _rows(r, ruleset, declared, columns[declared.name], most) for declared in ruleset.entities}
    return Tables(ruleset, rows, linked, columns)


def with_keys(r: Random, ruleset: ir.Ruleset) -> ir.Ruleset:
    """Return ``ruleset`` with the keys and the fields that its relations follow declared, as the checker would."""
    entities = {declared.name: declared for declared in ruleset.entities}
    for name, declared in entities.items():
        if declared.key is None:
            key = ir.FieldDecl("id", r.choice(tuple(KEYS)))
            entities[name] = replace(declared, key="id", fields=(key, *declared.fields))
    for name in entities:
        for relation in entities[name].relations:
            keeper, holder = (name, relation.entity) if relation.many else (relation.entity, name)
            key = _declared(entities[keeper], cast("str", entities[keeper].key))
            if entities[holder].field(relation.by) is None:
                implied = ir.FieldDecl(relation.by, key.type, implied=True)
                entities[holder] = replace(entities[holder], fields=(*entities[holder].fields, implied))
    return replace(ruleset, entities=tuple(entities.values()))


def column_name(field: str) -> str:
    """Return the name of the column that holds a field."""
    return field if field == NTH else f"{field} Col"


def _rows(r: Random, ruleset: ir.Ruleset, declared: ir.Entity, columns: Sequence[str], most: int) -> list[Row]:
    """Return the typed rows of an entity."""
    missing = r.choice((0.05, 0.2, 0.4))
    rows = []
    numbers = r.sample(range(most), r.choice((0, 1, most // 2, most, most)))
    for number in numbers:
        row: Row = {NTH: number}
        for found in declared.fields:
            there = found.name in columns and r.random() >= missing
            row[found.name] = _value(r, ruleset, found) if there else None
        rows.append(row)
    if rows and r.random() < 0.3:
        rows.append({**r.choice(rows), NTH: most})
    return rows


def _value(r: Random, ruleset: ir.Ruleset, field: ir.FieldDecl) -> ir.Value | None:
    """Return a value of a field, or None where what was thrown is none."""
    if field.name == "id" or field.name.endswith("_id"):
        return r.choice(KEYS[field.type])
    value = r.choice(CLAIM.member_names[: r.choice((3, 9))]) if field.name == "claim" else constant(r, field.type)
    if isinstance(value, str) and not holds(value, Dialect.POSTGRES):
        return None
    read, _ = field_reader(field_spec(field, ruleset.timezone))(value)
    return cast("ir.Value | None", read)


def _ends(ruleset: ir.Ruleset, declared: ir.Entity, relation: ir.Relation) -> tuple[str, str]:
    """Return the field of the holder and that of the related record that a relation joins by."""
    own, other = declared.key, ruleset.entity(relation.entity).key
    return (cast("str", own), relation.by) if relation.many else (relation.by, cast("str", other))


def _key_fields(ruleset: ir.Ruleset, declared: ir.Entity, relation: ir.Relation) -> tuple[tuple[str, str], tuple[str, str]]:
    here, there = _ends(ruleset, declared, relation)
    return (declared.name, here), (relation.entity, there)


def _declared(entity: ir.Entity, name: str) -> ir.FieldDecl:
    return cast("ir.FieldDecl", entity.field(name))


def _order(value: object) -> tuple[bool, object]:
    """Return what a value of a column is ordered by: what is missing comes last."""
    return (value is None, 0 if value is None else value)
