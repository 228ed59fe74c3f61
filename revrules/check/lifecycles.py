"""Turn lifecycles into stage graphs: gates, edges with ``from any`` written out, clocks, outcomes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.aggregates import TRUE
from revrules.check.criteria import check_names, criteria, meaning
from revrules.check.expressions import condition
from revrules.check.literals import fits
from revrules.check.moments import business_calendar
from revrules.check.old_names import earlier
from revrules.check.resolve import Scope
from revrules.check.schema import known_teams
from revrules.problems import names, types
from revrules.types import MOMENTS, EnumType, Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.check.tables import EntityInfo, Tables

FORECASTS = ("omitted", "pipeline", "best_case", "most_likely", "commit", "closed")
_HOURS = (syntax.Unit.SECOND, syntax.Unit.MINUTE, syntax.Unit.HOUR)


def lifecycle(decl: syntax.Lifecycle, default_owner: str | None, tables: Tables) -> ir.Lifecycle | None:
    """Return a stage graph, or None (reported)."""
    entity = tables.entities.get(decl.entity.text)
    if entity is None:
        tables.report.absent(names.unknown_entity(decl.entity.span, decl.entity.text, tables.entities))
        return None
    before = len(tables.report.diagnostics)
    by_name: dict[str, syntax.Stage] = {}
    for stage in decl.stages:
        first = by_name.setdefault(stage.name.text, stage)
        if first is not stage:
            tables.report.add(names.duplicate_name(stage.name.span, "stage", stage.name.text, first.name.span))
    if not decl.stages:
        tables.report.lacking(names.needs_clause(decl.name.span, f"lifecycle `{decl.name.text}`", "at least one `stage`"))
    stages, edges = [], []
    for stage in by_name.values():
        owners = known_teams(stage.owners, tables) or ((default_owner,) if default_owner is not None else ())
        scope = Scope(tables, entity, owners)
        stages.append(_stage(stage, scope))
        edges += _edges(stage, by_name, (decl.name.text, scope))
    tracks = _tracks(decl, entity, tables)
    if len(tables.report.diagnostics) > before or any(stage is None for stage in stages):
        return None
    return ir.Lifecycle(
        decl.name.text,
        decl.label.value if decl.label is not None else decl.name.text,
        entity.name,
        tuple(stage for stage in stages if stage is not None),
        _sorted(edges, by_name),
        tracks,
        decl.doc or "",
        earlier(decl.was),
        span=decl.name.span,
    )


def _tracks(decl: syntax.Lifecycle, entity: EntityInfo, tables: Tables) -> ir.Field | None:
    """Return the field that holds the declared stage."""
    if decl.tracks is None:
        return None
    field = _own_field(decl.tracks, entity, tables)
    if field is None:
        return None
    if field.type is not Scalar.TEXT and not isinstance(field.type, EnumType):
        tables.report.add(types.field_type(decl.tracks.span, "tracks", (field.name, type_name(field.type)), "an enum or a text"))
        return None
    return ir.Field(field.name, field.type, span=decl.tracks.span)


def _own_field(name: syntax.Name, entity: EntityInfo, tables: Tables) -> ir.FieldDecl | None:
    """Return the field of the lifecycle's entity that a clause names, or None (reported)."""
    field = entity.fields.get(name.text)
    if field is None and name.text not in entity.broken:
        tables.report.absent(names.unknown_name(name.span, name.text, entity.name, entity.fields))
    return field


# --- stages ------------------------------------------------------------------------------------------------------


def _stage(stage: syntax.Stage, scope: Scope) -> ir.Stage | None:
    """Return a stage without its edges, or None (reported)."""
    tables, name = scope.tables, stage.name.text
    check_names(scope, stage.requires)
    requires = criteria(stage.requires, name, scope) if stage.requires is not None else None
    stamp = _stamp(stage, scope)
    if stage.requires is None and stage.stamped_by is not None and stamp is not None:
        known = ir.Known(stamp, span=stage.stamped_by.span)
        requires = ir.Criterion(stamp.name, known, span=stage.stamped_by.span)
    leave_within = _leave_within(stage, stamp, tables)
    probability = _probability(stage.probability, tables) if stage.probability is not None else None
    forecast = stage.forecast
    if forecast is not None and forecast.text not in FORECASTS:
        tables.report.add(names.unknown_word(forecast.span, "forecast category", forecast.text, FORECASTS))
    if requires is None and stage.requires is not None:
        return None
    return ir.Stage(
        name,
        tuple(dict.fromkeys(label.value for label in stage.labels)),
        earlier(stage.was),
        stage.entry,
        scope.owners,
        requires,
        meaning(requires) if requires is not None else TRUE,
        stamp,
        leave_within,
        ir.Outcome(stage.outcome) if stage.outcome is not None else None,
        probability,
        forecast.text if forecast is not None else None,
        stage.doc or "",
        span=stage.name.span,
    )


def _stamp(stage: syntax.Stage, scope: Scope) -> ir.Field | None:
    """Return the field that holds when a record came into the stage."""
    if stage.stamped_by is None:
        return None
    name = stage.stamped_by
    field = _own_field(name, scope.entity, scope.tables)
    if field is None:
        return None
    if field.type not in MOMENTS:
        problem = types.field_type(name.span, "stamped by", (field.name, type_name(field.type)), "a date or datetime")
        scope.tables.report.add(problem)
        return None
    return ir.Field(field.name, field.type, span=name.span)


def _leave_within(stage: syntax.Stage, stamp: ir.Field | None, tables: Tables) -> ir.LeaveWithin | None:
    """Return the time within which a record should leave, or None (reported where it does not fit the stamp)."""
    length = stage.leave_within
    if length is None or not fits(length, tables):
        return None
    calendar = None
    if length.business:
        calendar = business_calendar(length, tables)
        if stamp is not None and stamp.type is Scalar.DATE:
            reason = f"business time counts from a datetime, and `{stamp.name}` is a date"
            tables.report.add(types.business_time(length.span, reason))
    elif stamp is not None and stamp.type is Scalar.DATE and length.unit in _HOURS:
        tables.report.add(types.hours_on_date(length.span, f"`{tables.text(length.span)}`"))
    return ir.LeaveWithin(length.count, length.unit, calendar, span=length.span)


def _probability(number: syntax.Number, tables: Tables) -> Decimal | None:
    """Return a probability as a share of one, or None (reported)."""
    value = Decimal(number.value)
    if 0 <= value <= 1:
        return value
    meant = f"{number.value}%" if not number.percent and 1 < value <= 100 else ""
    tables.report.add(types.probability(number.span, f"`{tables.text(number.span)}`", meant))
    return None


# --- edges -------------------------------------------------------------------------------------------------------


def _edges(stage: syntax.Stage, stages: Mapping[str, syntax.Stage], place: tuple[str, Scope]) -> list[ir.Edge]:
    """Return the edges into a stage. A stage that is named goes before ``from any``."""
    lifecycle_name, scope = place
    report = scope.tables.report
    found: dict[str, ir.Edge] = {}
    for clause in sorted(stage.froms, key=lambda clause: clause.any_stage):
        test = condition(clause.condition, scope) if clause.condition is not None else TRUE
        if clause.any_stage:
            for name in _any_stage(stage, stages):
                if name not in found and test is not None:
                    found[name] = ir.Edge(name, stage.name.text, clause.back, test, span=clause.span)
            continue
        for source in clause.stages:
            if source.text not in stages:
                report.absent(names.unknown_stage(source.span, source.text, f"lifecycle `{lifecycle_name}`", stages))
            elif source.text in found:
                first = found[source.text].span or source.span
                report.add(names.repeated(source.span, f"`{source.text}` after `from`", first))
            elif test is not None:
                found[source.text] = ir.Edge(source.text, stage.name.text, clause.back, test, span=source.span)
    return list(found.values())


def _any_stage(stage: syntax.Stage, stages: Mapping[str, syntax.Stage]) -> Iterable[str]:
    """Return what ``from any`` stands for: every other stage that is neither won nor lost."""
    return (name for name, other in stages.items() if other.outcome is None and name != stage.name.text)


def _sorted(edges: list[ir.Edge], stages: Mapping[str, syntax.Stage]) -> tuple[ir.Edge, ...]:
    """Return edges by source, then target, as the stages stand in the file."""
    order = {name: position for position, name in enumerate(stages)}
    return tuple(sorted(edges, key=lambda edge: (order[edge.source], order[edge.target])))
