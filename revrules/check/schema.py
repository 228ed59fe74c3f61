"""Turn entities and their fields into the schema of the IR: types, domains, keys, relations."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.cells import cell_format, stand_in
from revrules.check.comparisons import plain, same_type
from revrules.check.literals import bare, is_flexible, natural, typed, value_of
from revrules.check.old_names import earlier
from revrules.check.tables import EntityInfo
from revrules.problems import names, types
from revrules.types import EnumMember, EnumType, Scalar, is_ordered, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.check.tables import Tables
    from revrules.types import Type


def add_entities(entities: tuple[syntax.Entity, ...], tables: Tables) -> None:
    """Enter the entities with their fields, then their relations, into the tables."""
    for decl in entities:
        first = tables.entities.get(decl.name.text)
        if first is not None:
            tables.report.add(names.duplicate_name(decl.name.span, "entity", decl.name.text, first.decl.name.span))
            continue
        info = tables.entities[decl.name.text] = EntityInfo(decl.name.text, decl)
        for field in decl.fields:
            if not claims_name(info, field.name, "field", tables):
                continue
            type_ = _type(field, info, tables)
            if type_ is None:
                info.broken.add(field.name.text)
            else:
                info.fields[field.name.text] = _field(field, type_, tables)
    for info in tables.entities.values():
        _check_key(info, tables)
    for many in (False, True):
        for info in tables.entities.values():
            for relation in info.decl.relations:
                if relation.many is many and claims_name(info, relation.name, "relation", tables):
                    _relation(relation, info, tables)


def claims_name(info: EntityInfo, name: syntax.Name, what: str, tables: Tables) -> bool:
    """Enter a name of an entity, or report that it is taken."""
    first = info.places.setdefault(name.text, name.span)
    if first is not name.span:
        tables.report.add(names.duplicate_name(name.span, f"{what} of {info.name}", name.text, first))
        return False
    return True


def finished(info: EntityInfo) -> ir.Entity:
    """Return the entity as the IR has it."""
    decl = info.decl
    key = decl.key.text if decl.key is not None else None
    return ir.Entity(
        info.name,
        decl.label.value if decl.label is not None else info.name,
        key,
        tuple(info.fields.values()),
        tuple(info.relations[r.name.text] for r in decl.relations if r.name.text in info.relations),
        decl.doc or "",
        earlier(decl.was),
        span=decl.name.span,
    )


def _check_key(info: EntityInfo, tables: Tables) -> None:
    key = info.decl.key
    if key is not None and key.text not in info.fields:
        tables.report.absent(names.key_not_a_field(key.span, key.text, info.name, info.fields))


# --- fields ------------------------------------------------------------------------------------------------------


def _field(decl: syntax.FieldDecl, type_: Type, tables: Tables) -> ir.FieldDecl:
    """Return a field with what could be understood of its clauses."""
    low, high, high_open = _domain(decl, type_, tables)
    stand_ins = [stand_in(literal, type_, tables) for literal in decl.missing_when]
    return ir.FieldDecl(
        decl.name.text,
        type_,
        low,
        high,
        high_open,
        decl.required,
        tuple(text.value for text in decl.columns),
        cell_format(decl, type_, tables),
        tuple(dict.fromkeys(value for value in stand_ins if value is not None)),
        known_systems(decl.systems, tables),
        known_teams(decl.owners, tables),
        doc=decl.doc or "",
        was=earlier(decl.was),
        span=decl.name.span,
    )


def _type(decl: syntax.FieldDecl, info: EntityInfo, tables: Tables) -> Type | None:
    """Return the type of a field, or None (reported) where it names an enum that there is not."""
    if decl.type.word != "enum":
        return Scalar(decl.type.word)
    named = decl.type.named
    if named is not None:
        if named.text not in tables.enums:
            tables.report.absent(names.unknown_enum(named.span, named.text, tables.enums))
        return tables.enums.get(named.text)
    return enum_type(f"{info.name}.{decl.name.text}", decl.type.members, tables, ordered=decl.type.ordered)


def enum_type(name: str, members: Iterable[syntax.Member], tables: Tables, *, ordered: bool = False) -> EnumType:
    """Return an enum; a name or label that stands for two members is reported."""
    taken: dict[str, tuple[str, syntax.Node]] = {}
    found = []
    for member in members:
        text = member.name.text
        if text in taken and taken[text][0] == text:
            tables.report.add(names.duplicate_name(member.name.span, f"member of {name}", text, taken[text][1].span))
            continue
        for spelling, node in ((text, member.name), *((label.value, label) for label in member.labels)):
            owner, first = taken.setdefault(spelling, (text, node))
            if owner != text:
                tables.report.add(names.duplicate_label(node.span, spelling, owner, first.span))
        labels = dict.fromkeys(label.value for label in member.labels)
        found.append(EnumMember(text, tuple(labels), earlier(member.was)))
    return EnumType(name, tuple(found), ordered)


def _domain(decl: syntax.FieldDecl, type_: Type, tables: Tables) -> tuple[ir.Value | None, ir.Value | None, bool]:
    """Return the ends of a field's domain."""
    domain = decl.domain
    if domain is None:
        return None, None, False
    if isinstance(type_, EnumType) or not is_ordered(type_):
        tables.report.add(types.not_for_type(domain.span, "a range", type_name(type_)))
        return None, None, False
    low = constant(domain.low, type_, tables) if domain.low is not None else None
    high = constant(domain.high, type_, tables) if domain.high is not None else None
    if low is not None and high is not None:
        assert type(low) is type(high), "both are of the field's type"
        if low > high or (domain.high_open and low == high):  # type: ignore[operator]  # values of one ordered type
            tables.report.add(names.empty_range(domain.span, plain(low), plain(high)))
            return None, None, False
    return low, high, domain.high_open


def constant(node: syntax.Expr, type_: Type, tables: Tables) -> ir.Value | None:
    """Return a literal as a value of ``type_``, or None (reported)."""
    inner = bare(node)
    negative = isinstance(inner, syntax.Unary) and isinstance(bare(inner.operand), syntax.Duration)
    if isinstance(inner, syntax.Unary) and negative:
        inner = bare(inner.operand)
    literals = syntax.Boolean | syntax.Date | syntax.DateTime | syntax.Duration
    if not is_flexible(inner) and not isinstance(inner, literals):
        tables.report.add(types.constant_needed(node.span, "this place"))
        return None
    term = typed(inner, type_, tables) if is_flexible(inner) else natural(inner, tables)
    if term is None:
        return None
    if not same_type(term.type, type_):
        if {term.type, type_} == {Scalar.DATE, Scalar.DATETIME}:
            tables.report.add(types.date_and_datetime(node.span, None, None))
        else:
            tables.report.add(types.literal_mismatch(node.span, tables.text(node.span), type_name(type_)))
        return None
    value = value_of(term)
    return -value if negative and isinstance(value, datetime.timedelta) else value


# --- relations ---------------------------------------------------------------------------------------------------


def _relation(decl: syntax.RelationDecl, info: EntityInfo, tables: Tables) -> None:
    """Enter a relation and, for a ``one`` relation, the field that it follows."""
    other = tables.entities.get(decl.entity.text)
    if other is None:
        tables.report.absent(names.unknown_entity(decl.entity.span, decl.entity.text, tables.entities))
        info.broken |= {decl.name.text, decl.by.text}
        return
    was = earlier(decl.was)
    info.relations[decl.name.text] = ir.Relation(decl.name.text, decl.many, other.name, decl.by.text, was, span=decl.name.span)
    keeper = info if decl.many else other
    key = keeper.decl.key
    if key is None:
        tables.report.undecided(names.relation_without_key(decl.span, decl.name.text, keeper.name))
    key_field = keeper.fields.get(key.text) if key is not None else None
    if key_field is None:
        info.broken.add(decl.by.text)
        return
    if decl.many:
        _check_many(decl, (other, info), key_field, tables)
    else:
        _imply_column(decl, info, key_field, tables)


def _imply_column(decl: syntax.RelationDecl, info: EntityInfo, key: ir.FieldDecl, tables: Tables) -> None:
    """Enter the column that a ``one`` relation follows as a field, unless it is declared as one."""
    columns = tuple(text.value for text in decl.columns)
    declared = info.fields.get(decl.by.text)
    if declared is None:
        if claims_name(info, decl.by, "field", tables):
            implied = ir.FieldDecl(decl.by.text, key.type, columns=columns, implied=True, span=decl.by.span)
            info.fields[decl.by.text] = implied
        return
    if declared.implied or columns:
        merged = tuple(dict.fromkeys((*declared.columns, *columns)))
        info.fields[decl.by.text] = replace(declared, columns=merged)
    _same_keys(decl, (info.name, declared), key, tables)


def _check_many(decl: syntax.RelationDecl, sides: tuple[EntityInfo, EntityInfo], key: ir.FieldDecl, tables: Tables) -> None:
    """Check that the field of the other entity holds this entity's key."""
    other, _ = sides
    field = other.fields.get(decl.by.text)
    if field is None:
        tables.report.absent(names.unknown_name(decl.by.span, decl.by.text, other.name, other.fields))
        return
    _same_keys(decl, (other.name, field), key, tables)


def _same_keys(decl: syntax.RelationDecl, side: tuple[str, ir.FieldDecl], key: ir.FieldDecl, tables: Tables) -> None:
    entity, field = side
    if not same_type(field.type, key.type):
        sides = (f"`{entity}.{field.name}` ({type_name(field.type)})", f"the key `{key.name}` ({type_name(key.type)})")
        tables.report.add(types.key_types(decl.by.span, decl.name.text, sides, key.span))


# --- names -------------------------------------------------------------------------------------------------------


def known_teams(written: tuple[syntax.Name, ...], tables: Tables) -> tuple[str, ...]:
    """Return the teams that were named, each once; those that do not exist are reported."""
    for name in written:
        if name.text not in tables.teams:
            tables.report.absent(names.unknown_team(name.span, name.text, tables.report.candidates(tables.teams)))
    return tuple(dict.fromkeys(name.text for name in written))


def known_systems(written: tuple[syntax.Name, ...], tables: Tables) -> tuple[str, ...]:
    """Return the systems that were named, each once; those that do not exist are reported."""
    for name in written:
        if name.text not in tables.systems:
            tables.report.absent(names.unknown_system(name.span, name.text, tables.report.candidates(tables.systems)))
    return tuple(dict.fromkeys(name.text for name in written))
