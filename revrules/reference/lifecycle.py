"""A lifecycle and a record into a placement: the meaning of language.md section 9, in its order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from revrules import ir
from revrules.readers import record_spec
from revrules.reads import name_of
from revrules.reference.expressions import truth, value
from revrules.reference.reasons import clashes, judge_assertions, judge_rules, next_stage
from revrules.reference.scope import Scope, World
from revrules.reference.walk import Walk
from revrules.runtime import clock
from revrules.runtime.records import read_record, record_reader
from revrules.runtime.results import DataProblem, Placement, Verdict
from revrules.runtime.texts import WHITE_SPACE
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Mode(StrEnum):
    """Where placement starts: before the entry stages, or at the declared stage."""

    EVIDENCE = "evidence"
    ADVANCE = "advance"


def place(
    ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, record: Mapping[str, object], as_of: datetime, mode: Mode = Mode.EVIDENCE
) -> Placement:
    """Return where ``record`` stands in ``lifecycle`` at the instant ``as_of`` (aware), and why. Values are read as given."""
    scope, problems = _read(ruleset, lifecycle.entity, record, as_of)
    return placed(lifecycle, scope, problems, mode)


def placed(lifecycle: ir.Lifecycle, scope: Scope, problems: Sequence[DataProblem], mode: Mode = Mode.EVIDENCE) -> Placement:
    """Return the placement of a record that has been read; ``problems`` are those that reading it met."""
    declared, not_a_stage = _declared(lifecycle, scope)
    walk = Walk(lifecycle, scope, declared if mode is Mode.ADVANCE else None)
    path = walk.path()
    stage = path[-1] if path else None
    possible = walk.possible()
    broken_rules, unknown_rules = judge_rules(lifecycle.entity, scope)
    broken_claims, unknown_claims = judge_assertions(lifecycle, stage, scope)
    due = None if stage is None else _due(lifecycle.stage(stage), scope)
    ways = walk.ways((stage, path == (walk.start,)))
    return Placement(
        lifecycle=lifecycle.name,
        stage=stage,
        path=path,
        certain=len(possible) == 1,
        declared=declared,
        verdict=None if lifecycle.tracks is None else _verdict(lifecycle, declared, stage, possible),
        owners=() if stage is None else lifecycle.stage(stage).owners,
        next=tuple(next_stage(way, lifecycle.stage(way.target), scope) for way in ways),
        missing=() if len(possible) == 1 else walk.missing(),
        violations=(*broken_rules, *broken_claims),
        unknown_rules=(*unknown_rules, *unknown_claims),
        problems=(*problems, *not_a_stage, *clashes(lifecycle.entity, scope)),
        due=due,
        overdue=_is_past(due, scope.world),
    )


def evaluate(ruleset: ir.Ruleset, definition: str, record: Mapping[str, object], as_of: datetime) -> ir.Value | None:
    """Return the value of the definition of that id for ``record``, None where it is missing or unknown."""
    found = ruleset.definition(definition)
    scope, _ = _read(ruleset, found.entity, record, as_of)
    return value(found.expr, scope)


def truth_of(expr: ir.Expr) -> bool | None:
    """Return whether a condition that reads no record is true, false or (None) unknown."""
    nothing = ir.Ruleset(name="", title="", steward=None, currency=None, timezone="UTC", fiscal_year_start=1, review_by=None)
    return truth(expr, Scope(World(nothing, datetime(2026, 1, 1, tzinfo=UTC)), None))


def _read(ruleset: ir.Ruleset, entity: str, record: Mapping[str, object], as_of: datetime) -> tuple[Scope, list[DataProblem]]:
    typed, problems = read_record(record_reader(record_spec(ruleset, entity)), record)
    return Scope(World(ruleset, as_of.astimezone(UTC)), typed), problems


# --- the declared stage ------------------------------------------------------------------------------------------


def _declared(lifecycle: ir.Lifecycle, scope: Scope) -> tuple[str | None, list[DataProblem]]:
    """Return the stage that the tracked field names, and a problem where it names none."""
    if lifecycle.tracks is None:
        return None, []
    found = cast("str | None", value(lifecycle.tracks, scope))
    if found is None:
        return None, []
    spelled = _stage_spellings(lifecycle)
    for spelling in _spellings(lifecycle.tracks, found.strip(WHITE_SPACE)):
        if spelling in spelled:
            return spelled[spelling], []
    return None, [DataProblem(name_of(lifecycle.tracks), found, f"not a stage of {lifecycle.name}")]


def _stage_spellings(lifecycle: ir.Lifecycle) -> dict[str, str]:
    """Return the stage that each text means: names count before labels and ids, these before old names."""
    named = [(stage.name, stage) for stage in lifecycle.stages]
    labelled = [(label, stage) for stage in lifecycle.stages for label in stage.labels]
    were = [(old, stage) for stage in lifecycle.stages for old in stage.was]
    return {text: stage.name for text, stage in reversed([*named, *labelled, *were])}


def _spellings(tracks: ir.Field, found: str) -> Iterator[str]:
    """Yield the value, then the labels of the enum member that it names."""
    yield found
    if isinstance(tracks.type, EnumType):
        yield from next((member.labels for member in tracks.type.members if member.name == found), ())


# --- the verdict -------------------------------------------------------------------------------------------------


def _verdict(lifecycle: ir.Lifecycle, declared: str | None, stage: str | None, possible: frozenset[str | None]) -> Verdict:
    if declared is None:
        return Verdict.UNDECLARED
    verdicts = {verdict_between(lifecycle, declared, other) for other in possible}
    return verdict_between(lifecycle, declared, stage) if stage == declared or len(verdicts) == 1 else Verdict.CANNOT_TELL


def verdict_between(lifecycle: ir.Lifecycle, declared: str, stage: str | None) -> Verdict:
    """Return how the declared stage lies to a supported one."""
    if stage is None:
        return Verdict.NOWHERE
    if stage == declared:
        return Verdict.IN_STAGE
    if declared in _after(lifecycle, stage):
        return Verdict.AHEAD
    return Verdict.BEHIND if stage in _after(lifecycle, declared) else Verdict.ELSEWHERE


def _after(lifecycle: ir.Lifecycle, stage: str) -> list[str]:
    """Return the stages that forward edges lead to from ``stage``."""
    found = [stage]
    for source in found:
        found += [edge.target for edge in lifecycle.edges if edge.source == source and not edge.back and edge.target not in found]
    return found[1:]


# --- leaving in time ---------------------------------------------------------------------------------------------


def _due(stage: ir.Stage, scope: Scope) -> datetime | date | None:
    """Return when a record should have left ``stage``: its stamp and the time that is allowed after it."""
    within, stamp = stage.leave_within, stage.stamped_by
    since = None if within is None or stamp is None else cast("date | None", value(stamp, scope))
    if within is None or since is None:
        return None
    if not isinstance(since, datetime):
        return clock.shift_date(since, within.count, within.unit.value)
    if within.calendar is not None:
        return clock.business_shift(scope.world.calendar(within.calendar), since, within.count, within.unit.value)
    return clock.shift_datetime(since, within.count, within.unit.value, scope.world.zone)


def _is_past(due: datetime | date | None, world: World) -> bool:
    if isinstance(due, datetime):
        return world.now > due
    return due is not None and world.today is not None and world.today > due
