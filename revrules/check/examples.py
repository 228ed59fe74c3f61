"""Turn examples into typed records and claims about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.comparisons import same_type
from revrules.check.containing import collecting, output_of
from revrules.check.expressions import infer
from revrules.check.literals import duration, is_flexible, member, moment, natural, start_of_day, typed, value_of
from revrules.check.resolve import Scope
from revrules.problems import names, types
from revrules.problems.decisions import not_collected
from revrules.runtime.results import Verdict
from revrules.types import EnumType, Scalar, type_name

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from revrules.check.tables import EntityInfo, Tables
    from revrules.types import Type

VERDICTS = tuple(verdict.value for verdict in Verdict)
_X = syntax.Expected


@dataclass(frozen=True, slots=True)
class Known:
    """What examples may speak of besides fields: lifecycles by name, rules and assertions by name with their entity."""

    lifecycles: Mapping[str, syntax.Lifecycle]
    claims: Mapping[str, str]


def example(decl: syntax.Example, known: Known, tables: Tables) -> ir.Example | None:
    """Return an example, or None (reported)."""
    entity = tables.entities.get(decl.entity.text)
    if entity is None:
        tables.report.absent(names.unknown_entity(decl.entity.span, decl.entity.text, tables.entities))
        return None
    before = len(tables.report.diagnostics)
    as_of = _as_of(decl.as_of, tables)
    given = _record(decl.given, entity, tables)
    expectations = [
        found
        for expected in decl.expectations
        for found in (
            _collected_claims(expected, entity, tables) if expected.outputs else (_expectation(expected, entity, known, tables),)
        )
    ]
    if len(tables.report.diagnostics) > before or any(found is None for found in expectations):
        return None
    found = tuple(expectation for expectation in expectations if expectation is not None)
    return ir.Example(decl.title.value, entity.name, as_of, given, found, span=decl.span)


def _as_of(written: syntax.Date | syntax.DateTime | None, tables: Tables) -> datetime.datetime | None:
    """Return the instant of an example; a day means its first instant."""
    match written:
        case None:
            return None
        case syntax.Date(day):
            return start_of_day(day, tables)
        case syntax.DateTime():
            return moment(written, tables)


# --- given -------------------------------------------------------------------------------------------------------


def _record(record: syntax.RecordValue, entity: EntityInfo, tables: Tables) -> tuple[tuple[str, ir.Given], ...]:
    """Return a given record as (name, value) pairs."""
    taken: dict[str, syntax.Name] = {}
    found: list[tuple[str, ir.Given]] = []
    for name, value in record.fields:
        first = taken.setdefault(name.text, name)
        if first is not name:
            tables.report.add(names.repeated(name.span, f"`{name.text}`", first.span))
        elif name.text in entity.fields:
            found.append((name.text, _value(name.text, value, entity.fields[name.text].type, tables)))
        elif name.text in entity.relations:
            found.append((name.text, _related(name.text, value, entity.relations[name.text], tables)))
        elif name.text not in entity.broken:
            known = (*entity.fields, *entity.relations)
            tables.report.absent(names.unknown_name(name.span, name.text, entity.name, known))
    return tuple(found)


def _related(name: str, value: syntax.GivenValue, relation: ir.Relation, tables: Tables) -> ir.Given:
    """Return the records that are given for a relation."""
    entity = tables.entities[relation.entity]
    match value:
        case syntax.Nothing():
            return [] if relation.many else None
        case syntax.RecordValue() if not relation.many:
            return _record(value, entity, tables)
        case syntax.ListValue(items) if relation.many and all(isinstance(item, syntax.RecordValue) for item in items):
            return [_record(item, entity, tables) for item in items]
        case _:
            needed = f"a list of {entity.name} records, as in `[ {{ … }} ]`" if relation.many else f"a {entity.name}: `{{ … }}`"
            tables.report.add(types.given_value(value.span, name, needed))
            return None


def _value(name: str, value: syntax.GivenValue, type_: Type, tables: Tables) -> ir.Value | None:
    """Return a given value in the type of its field; None for missing (and for what was reported)."""
    match value:
        case syntax.Nothing():
            return None
        case syntax.Name():
            if isinstance(type_, EnumType):
                return member(value, type_, tables)
            help_ = f'write `"{value.text}"`' if type_ is Scalar.TEXT else ""
            tables.report.add(types.literal_mismatch(value.span, value.text, type_name(type_), help_))
            return None
        case syntax.RecordValue() | syntax.ListValue():
            tables.report.add(types.given_value(value.span, name, types.a(type_name(type_))))
            return None
        case syntax.Text(text) if type_ is Scalar.TEXT:
            return text
        case syntax.Duration():
            found = duration(value, tables)
            return found if found is None or _fits(value, Scalar.DURATION, type_, tables) else None
        case _:
            term = typed(value, type_, tables) if is_flexible(value) else natural(value, tables)
            return value_of(term) if term is None or _fits(value, term.type, type_, tables) else None


def _fits(value: syntax.GivenValue, found: Type, type_: Type, tables: Tables) -> bool:
    """Return whether a given value is of the type of its field, and report it if not."""
    if same_type(found, type_):
        return True
    if {found, type_} == {Scalar.DATE, Scalar.DATETIME}:
        needed = "a moment, as in 2026-11-21T09:00Z" if type_ is Scalar.DATETIME else "a day, as in 2026-11-21"
        tables.report.add(types.given_value(value.span, tables.text(value.span), f"the place of {needed}"))
    else:
        tables.report.add(types.literal_mismatch(value.span, tables.text(value.span), type_name(type_)))
    return False


# --- expectations ------------------------------------------------------------------------------------------------


def _expectation(expected: syntax.Expectation, entity: EntityInfo, known: Known, tables: Tables) -> ir.Expectation | None:
    """Return one claim of an example, or None (reported)."""
    texts = tuple(name.text for name in expected.names)
    graph: syntax.Lifecycle | None = None
    match expected.kind:
        case _X.STAGE | _X.VERDICT | _X.BLOCKED_BY:
            graph = _lifecycle(expected, entity, known, tables)
            if graph is None or not _stage_claim(expected, graph, tables):
                return None
        case _X.MISSING:
            _check_missing(expected, entity, tables)
        case _X.VIOLATES:
            own = [name for name, of in known.claims.items() if of == entity.name]
            for name in expected.names:
                if name.text not in own:
                    tables.report.absent(names.unknown_rule(name.span, name.text, entity.name, own))
        case _X.VALUE:
            return _value_claim(expected, entity, tables)
    of = graph.name.text if graph is not None else None
    return ir.Expectation(expected.kind.value, texts, of, span=expected.span)


def _lifecycle(expected: syntax.Expectation, entity: EntityInfo, known: Known, tables: Tables) -> syntax.Lifecycle | None:
    """Return the lifecycle that a claim is about."""
    own = {name: graph for name, graph in known.lifecycles.items() if graph.entity.text == entity.name}
    if expected.of is None:
        if len(own) == 1:
            return next(iter(own.values()))
        tables.report.undecided(names.which_lifecycle(expected.span, entity.name, tuple(own)))
        return None
    of = expected.of
    if of.text in own:
        return own[of.text]
    if of.text in known.lifecycles:
        tables.report.add(names.foreign_lifecycle(of.span, of.text, entity.name))
    else:
        tables.report.absent(names.unknown_lifecycle(of.span, of.text, known.lifecycles))
    return None


def _stage_claim(expected: syntax.Expectation, graph: syntax.Lifecycle, tables: Tables) -> bool:
    """Return whether the names of a claim about a lifecycle exist in it, and report those that do not."""
    what, report, fine = f"lifecycle `{graph.name.text}`", tables.report, True
    stages = [stage.name.text for stage in graph.stages]
    known = stages if expected.kind is _X.STAGE else VERDICTS if expected.kind is _X.VERDICT else _criteria_of(graph)
    for name in expected.names:
        if name.text in known:
            continue
        fine = False
        if expected.kind is _X.STAGE:
            report.absent(names.unknown_stage(name.span, name.text, what, stages))
        elif expected.kind is _X.VERDICT:
            report.add(names.unknown_word(name.span, "verdict", name.text, VERDICTS))
        else:
            report.absent(names.unknown_criterion(name.span, name.text, what, known))
    return fine


def _criteria_of(graph: syntax.Lifecycle) -> tuple[str, ...]:
    """Return the names of the criteria that may keep a record from a stage."""
    found: dict[str, None] = {}
    for stage in graph.stages:
        waiting = [stage.requires] if stage.requires is not None else []
        if stage.requires is None and stage.stamped_by is not None:
            found[stage.stamped_by.text] = None
        if any(clause.condition is not None for clause in stage.froms):
            found["when"] = None
        while waiting:
            part = waiting.pop()
            if isinstance(part, syntax.CriteriaGroup):
                waiting += part.members
            else:
                found[part.name.text if part.name is not None else stage.name.text] = None
    return tuple(found)


def _check_missing(expected: syntax.Expectation, entity: EntityInfo, tables: Tables) -> None:
    """Check the fields that a claim says are missing; those of related records stand after a dot."""
    for name in expected.names:
        owner: EntityInfo | None = entity
        *steps, last = name.text.split(".")
        for step in steps:
            relation = owner.relations.get(step) if owner is not None else None
            owner = tables.entities.get(relation.entity) if relation is not None else None
        if owner is None or last not in (*owner.fields, *owner.relations):
            known = owner.fields if owner is not None else entity.relations
            of = owner.name if owner is not None else entity.name
            tables.report.absent(names.unknown_name(name.span, name.text, of, known))


def _collected_claims(expected: syntax.Expectation, entity: EntityInfo, tables: Tables) -> tuple[ir.Expectation | None, ...]:
    """Return claims about what a classification contains: the outputs that are named or, without a state, all of them."""
    assert expected.reference is not None, "a claim about a value names it"
    found = collecting(expected.reference, Scope(tables, entity))
    if found is None:
        if infer(expected.reference, Scope(tables, entity)) is not None:
            tables.report.add(not_collected(expected.reference.span, tables.text(expected.reference.span)))
        return (None,)
    wanted = [output_of(written, found, Scope(tables, entity)) for written in expected.outputs]
    states = [(expr, expected.state or "true") for expr in wanted]
    if expected.state is None and found.info.outputs is not None:
        others = (syntax.Text(name, span=expected.span) for name in found.info.outputs.member_names)
        rest = [output_of(other, found, Scope(tables, entity)) for other in others]
        states += [(expr, "false") for expr in rest if expr not in wanted]
    kind = expected.kind.value
    return tuple(
        ir.Expectation(kind, expr=expr, state=state, span=expected.span) if expr is not None else None for expr, state in states
    )


def _value_claim(expected: syntax.Expectation, entity: EntityInfo, tables: Tables) -> ir.Expectation | None:
    """Return a claim about a value: what it is, or whether it is true, false, unknown, known or missing."""
    assert expected.reference is not None, "a claim about a value names it"
    term = infer(expected.reference, Scope(tables, entity))
    if term is None:
        return None
    value: ir.Value | None = None
    if expected.value is not None:
        value = _value(tables.text(expected.reference.span), expected.value, term.type, tables)
    elif expected.state in ("true", "false", "unknown") and term.type is not Scalar.BOOLEAN:
        tables.report.add(types.state_of_value(expected.span, expected.state, type_name(term.type)))
        return None
    state = "missing" if isinstance(expected.value, syntax.Nothing) else expected.state
    return ir.Expectation(expected.kind.value, expr=term.expr, value=value, state=state, span=expected.span)
