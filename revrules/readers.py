"""Declared fields into the plain descriptions from which the runtime makes its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import children, said
from revrules.runtime.records import RecordSpec
from revrules.runtime.texts import WHITE_SPACE
from revrules.runtime.values import FieldSpec
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.types import Type

Paths = dict[str, "Paths"]
"""The relations that something follows: a tree of their names."""


def field_spec(field: ir.FieldDecl, timezone: str) -> FieldSpec:
    """Return the description of ``field``; local times in exports are of ``timezone``."""
    form = field.format
    is_texts = isinstance(field.type, EnumType)
    texts = tuple(value.strip(WHITE_SPACE) for value in field.missing_when if isinstance(value, str))
    return FieldSpec(
        name=field.name,
        kind="enum" if is_texts else str(field.type),
        members=members_of(field.type),
        low=field.low,
        high=field.high,
        high_open=field.high_open,
        required=field.required,
        missing_values=tuple(value for value in field.missing_when if not isinstance(value, str)),
        missing_texts=texts,
        timezone=timezone,
        patterns=form.patterns,
        true_texts=form.true_texts,
        false_texts=form.false_texts,
        decimal_mark=form.decimal_mark,
        group_mark=form.group_mark,
        unit=None if form.unit is None else form.unit.value,
    )


def members_of(type_: Type) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the members of an enum with their labels; none for other types."""
    return tuple((member.name, member.labels) for member in type_.members) if isinstance(type_, EnumType) else ()


def record_spec(ruleset: ir.Ruleset, entity: str) -> RecordSpec:
    """Return the description of the records of ``entity``: all its fields, and the relations that its rules follow."""
    return spec_for(ruleset, entity, (expr for about, expr in said(ruleset) if about == entity))


def spec_for(ruleset: ir.Ruleset, entity: str, exprs: Iterable[ir.Expr]) -> RecordSpec:
    """Return the description of the records of ``entity``: all its fields, and the relations that ``exprs`` follow."""
    return _spec(ruleset, entity, _followed(ruleset, exprs))


def _spec(ruleset: ir.Ruleset, entity: str, paths: Paths) -> RecordSpec:
    declared = ruleset.entity(entity)
    fields = tuple(field_spec(field, ruleset.timezone) for field in declared.fields)
    followed = (relation for relation in declared.relations if relation.name in paths)
    return RecordSpec(fields, tuple((one.name, one.many, _spec(ruleset, one.entity, paths[one.name])) for one in followed))


def _followed(ruleset: ir.Ruleset, exprs: Iterable[ir.Expr]) -> Paths:
    """Return the relations that ``exprs``, about records of one entity, follow, also through definitions."""
    definitions = {definition.id: definition for definition in ruleset.definitions}
    paths: Paths = {}
    done: set[tuple[str, int]] = set()

    def follow(expr: ir.Expr, records: tuple[Paths, ...]) -> None:
        """Enter what ``expr`` follows into the records at hand, the innermost first."""
        match expr:
            case ir.Field(_, _, path, up) | ir.Related(path, up):
                _enter(records[up], path)
            case ir.Ref(definition, _, path, up):
                inner = _enter(records[up], path)
                if (definition, id(inner)) not in done:
                    done.add((definition, id(inner)))
                    waiting.append((definitions[definition].expr, (inner,)))
            case ir.Count(relation) | ir.Sum(relation) | ir.Extreme(_, relation) | ir.Pick(_, relation):
                inner = _enter(records[relation.up], (*relation.path, relation.name))
                for child in children(expr):
                    follow(child, (inner, *records))
            case _:
                for child in children(expr):
                    follow(child, records)

    waiting: list[tuple[ir.Expr, tuple[Paths, ...]]] = [(expr, (paths,)) for expr in exprs]
    for expr, records in waiting:
        follow(expr, records)
    return paths


def _enter(paths: Paths, path: Iterable[str]) -> Paths:
    for name in path:
        paths = paths.setdefault(name, {})
    return paths
