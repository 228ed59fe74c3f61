"""Findings about owners, systems and hand-offs, REV65x to REV69x."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.stages import asks, labels, subjects_of
from revrules.problems.words import among, names, owns, plural

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.ir import Allow, Definition, Edge, Entity, FieldDecl, Lifecycle, Node, Rule, Ruleset, Stage
    from revrules.source import Span

NO_OWNER = Problem("REV650", "no-owner", Severity.WARNING, "a stage that no team answers for")
TWO_OWNERS = Problem("REV651", "two-owners", Severity.WARNING, "a stage that two teams answer for")
STEWARD_AS_OWNER = Problem("REV652", "steward-as-owner", Severity.WARNING, "a stage owned by the team that keeps the definitions")
STEWARD_OWNS_ALL = Problem("REV653", "steward-owns-all", Severity.WARNING, "a lifecycle owned whole by the keeper of definitions")
HAND_OFF_WITHOUT_DEFINITION = Problem(
    "REV654", "hand-off-without-definition", Severity.INFO, "a hand-off whose gate shares nothing with the team that gives"
)
NO_SYSTEM = Problem("REV655", "no-system", Severity.WARNING, "a gate on a field that no system provides")
TWO_WRITERS = Problem("REV656", "two-writers", Severity.WARNING, "a gate on a field that two systems write")
FIELD_WITH_TWO_OWNERS = Problem("REV657", "field-with-two-owners", Severity.WARNING, "a field that two teams own")
FILLED_LATER = Problem("REV658", "filled-later", Severity.WARNING, "a criterion on a field that only a later stage fills")
UNUSED_DEFINITION = Problem("REV660", "unused-definition", Severity.INFO, "definitions that nothing uses")
UNUSED_NAME = Problem("REV661", "unused-name", Severity.INFO, "teams, systems, lists or calendars that nothing uses")
UNUSED_FIELD = Problem("REV662", "unused-field", Severity.INFO, "fields that nothing reads")
REVIEW_OVERDUE = Problem("REV665", "review-overdue", Severity.WARNING, "a ruleset whose date of review has passed")
ALLOW_ENDED = Problem("REV666", "allow-ended", Severity.WARNING, "an `allow` whose date has passed")
ALLOW_WITHOUT_FINDING = Problem("REV667", "allow-without-finding", Severity.INFO, "an `allow` that accepts nothing")
RULE_WITHOUT_OWNER = Problem("REV669", "rule-without-owner", Severity.INFO, "a rule that no team answers for")


def no_owner(lifecycle: Lifecycle, stage: Stage) -> Diagnostic:
    """``stage`` has no owner."""
    return Diagnostic(
        NO_OWNER,
        f"stage `{stage.name}` has no owner: no team answers for the records in it",
        stage.span,
        "no `owner`",
        help=("name the team that answers for it: `owner sales`, or `for team sales` for a whole file",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def no_owner_at_all(lifecycle: Lifecycle) -> Diagnostic:
    """No stage of ``lifecycle`` has an owner: one finding instead of one for each."""
    return Diagnostic(
        NO_OWNER,
        f"no stage of lifecycle `{lifecycle.name}` has an owner: no team answers for the records in it",
        lifecycle.span,
        "no `owner` in any stage",
        help=("name for each stage the team that answers for it: `owner sales`, or `for team sales` for a whole file",),
        subjects=subjects_of(lifecycle),
    )


def two_owners(lifecycle: Lifecycle, stage: Stage) -> Diagnostic:
    """``stage`` has several owners."""
    return Diagnostic(
        TWO_OWNERS,
        f"stage `{stage.name}` has {len(stage.owners)} owners: {among(stage.owners)}",
        stage.span,
        notes=(*asks(stage), ("why", "where two answer for a record, each can wait for the other")),
        help=("keep the one that answers for it; the other can own a field or a definition of its gate",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def steward_as_owner(lifecycle: Lifecycle, stage: Stage, steward: str) -> Diagnostic:
    """The steward owns ``stage``."""
    return Diagnostic(
        STEWARD_AS_OWNER,
        f"stage `{stage.name}` is owned by `{steward}`, the steward of this ruleset",
        stage.span,
        f"owned by `{steward}`",
        notes=(("why", "the steward keeps the definition; the accountable owner works the records"),),
        help=("name the team that works the records of this stage as its owner",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def steward_owns_all(lifecycle: Lifecycle, steward: str) -> Diagnostic:
    """The steward is the only owner in ``lifecycle``."""
    return Diagnostic(
        STEWARD_OWNS_ALL,
        f"every stage of lifecycle `{lifecycle.name}` is owned by `{steward}`, the steward of this ruleset",
        lifecycle.span,
        notes=(("why", "then no team that works the records answers for them"),),
        help=("name for each stage the team that works its records",),
        subjects=subjects_of(lifecycle),
    )


def hand_off_without_definition(lifecycle: Lifecycle, edge: Edge, giving: Sequence[str], taking: Sequence[str]) -> Diagnostic:
    """The gate behind ``edge`` uses nothing that the ``giving`` teams own or define."""
    source, target = lifecycle.stage(edge.source), lifecycle.stage(edge.target)
    hands, owns, defines = ("hands", "owns", "defines") if len(giving) == 1 else ("hand", "own", "define")
    return Diagnostic(
        HAND_OFF_WITHOUT_DEFINITION,
        f"{names(giving)} {hands} over to {names(taking)} at stage `{target.name}`, "
        f"but its gate uses nothing that {names(giving)} {owns} or {defines}",
        target.span,
        f"taken over from `{source.name}`",
        labels((source.span, f"owned by {names(giving)}")),
        asks(source, target),
        help=("use a definition in the gate that both teams agreed on, or name the owners of the fields it reads",),
        subjects=subjects_of(lifecycle, target.name, source.name),
    )


def no_system(entity: Entity, field: FieldDecl, gates: Sequence[Stage]) -> Diagnostic:
    """A gate reads ``field``, for which no system is named though others of the entity have one."""
    return Diagnostic(
        NO_SYSTEM,
        f"the gate of {_stages(gates)} reads `{field.name}`, but no system is said to provide it",
        field.span,
        "no `from`",
        labels(*((stage.span, "reads it") for stage in gates[:3])),
        field_asks(field) or asks(*gates[:1]),
        help=("name the system in which it is written: `from salesforce`",),
        subjects=field_subjects(entity, field),
    )


def two_writers(entity: Entity, field: FieldDecl, gates: Sequence[Stage]) -> Diagnostic:
    """A gate reads ``field``, which several systems provide."""
    return Diagnostic(
        TWO_WRITERS,
        f"the gate of {_stages(gates)} reads `{field.name}`, which {len(field.systems)} systems write: {among(field.systems)}",
        field.span,
        f"from {among(field.systems)}",
        labels(*((stage.span, "reads it") for stage in gates[:3])),
        (*(field_asks(field) or asks(*gates[:1])), ("why", "where they disagree, the last sync decides the stage")),
        help=("name the one system in which it is written",),
        subjects=field_subjects(entity, field),
    )


def field_with_two_owners(entity: Entity, field: FieldDecl) -> Diagnostic:
    """Several teams own ``field``."""
    return Diagnostic(
        FIELD_WITH_TWO_OWNERS,
        f"field `{field.name}` of `{entity.name}` has {len(field.owners)} owners: {among(field.owners)}",
        field.span,
        notes=field_asks(field),
        help=("keep the team that may change its values",),
        subjects=field_subjects(entity, field),
    )


def filled_later(lifecycle: Lifecycle, stage: Stage, later: Stage, place: Span | None) -> Diagnostic:
    """The gate of ``stage`` needs the field with which ``later`` is stamped."""
    assert later.stamped_by is not None, "the later stage has a stamp"
    return Diagnostic(
        FILLED_LATER,
        f"stage `{stage.name}` needs `{later.stamped_by.name}`, which is filled only when a record enters the later stage "
        f"`{later.name}`",
        place or stage.span,
        "not filled yet at this stage",
        labels((later.span, f"stamped by `{later.stamped_by.name}`")),
        asks(stage, later),
        help=("ask for something that is known before, or move the criterion to the later stage",),
        subjects=(*subjects_of(lifecycle, stage.name, later.name), later.stamped_by.name),
    )


def unused_definition(definitions: Sequence[Definition]) -> Diagnostic:
    """Nothing refers to ``definitions``."""
    listed = [definition.id.split(".", 1)[1] for definition in definitions]
    return Diagnostic(
        UNUSED_DEFINITION,
        f"nothing uses {plural(len(listed), 'definition')} {among(listed, 8)}",
        definitions[0].span,
        "used by no stage, rule, assertion, example or definition",
        labels(*((definition.span, "unused") for definition in definitions[1:8])),
        help=("use it, drop it, or keep it if a report reads its value",),
        subjects=tuple(name for d in definitions for name in (d.name, d.id.split(".", 1)[1], d.id)),
    )


def unused_name(kind: str, unused: Sequence[tuple[str, Node]]) -> Diagnostic:
    """Nothing refers to these declarations of one ``kind``: team, system, list or calendar."""
    listed = [name for name, _ in unused]
    return Diagnostic(
        UNUSED_NAME,
        f"nothing uses {plural(len(listed), kind)} {among(listed, 8)}",
        unused[0][1].span,
        "unused",
        labels(*((node.span, "unused") for _, node in unused[1:8])),
        help=("use it or drop it",),
        subjects=tuple(listed),
    )


def unused_field(entity: Entity, fields: Sequence[FieldDecl]) -> Diagnostic:
    """Nothing reads ``fields`` of ``entity``, which is used otherwise."""
    listed = [field.name for field in fields]
    return Diagnostic(
        UNUSED_FIELD,
        f"nothing reads {plural(len(listed), 'field')} {among(listed, 8)} of entity `{entity.name}`",
        fields[0].span,
        "unused",
        help=("drop what no definition needs, or keep it for the definitions to come",),
        subjects=(*listed, *(f"{entity.name}.{name}" for name in listed), entity.name),
    )


def review_overdue(ruleset: Ruleset, due: datetime.date) -> Diagnostic:
    """The date of review has passed."""
    return Diagnostic(
        REVIEW_OVERDUE,
        f"ruleset `{ruleset.name}` was to be reviewed by {due}",
        ruleset.span,
        f"review by {due}",
        notes=(("ask", f"{ruleset.steward} keeps the definitions"),) if ruleset.steward else (),
        help=("review it with the teams that own its stages, then move the date",),
        subjects=(ruleset.name,),
    )


def allow_ended(allow: Allow) -> Diagnostic:
    """The date of ``allow`` has passed."""
    return Diagnostic(
        ALLOW_ENDED,
        f"`allow {allow.finding}` ended on {allow.until}, so the finding counts again",
        allow.span,
        f"because {allow.because}",
        help=("mend what it accepted, or decide again and move the date",),
        subjects=tuple(filter(None, (allow.on,))),
    )


def allow_without_finding(allow: Allow) -> Diagnostic:
    """There is no finding that ``allow`` accepts."""
    on = f" on `{allow.on}`" if allow.on else ""
    return Diagnostic(
        ALLOW_WITHOUT_FINDING,
        f"`allow {allow.finding}` accepts nothing: there is no such finding{on}",
        allow.span,
        help=("drop it, so that it does not hide a fault to come",),
        subjects=tuple(filter(None, (allow.on,))),
    )


def rule_without_owner(rule: Rule) -> Diagnostic:
    """``rule`` has no owner."""
    return Diagnostic(
        RULE_WITHOUT_OWNER,
        f"rule `{rule.name}` has no owner: no team answers for its violations",
        rule.span,
        "no `owner`",
        help=("name the team that mends the records which break it",),
        subjects=(rule.name,),
    )


def field_subjects(entity: Entity, field: FieldDecl) -> tuple[str, ...]:
    """Return the names under which a finding about ``field`` can be allowed."""
    return (field.name, f"{entity.name}.{field.name}", entity.name)


def _stages(gates: Sequence[Stage]) -> str:
    listed = [stage.name for stage in gates]
    return f"{plural(len(listed), 'stage')} {among(listed)}"


def field_asks(field: FieldDecl) -> tuple[tuple[str, str], ...]:
    """Return the note that says which teams to ask about ``field``; nothing where none is named."""
    return (("ask", f"{owns(field.owners)} `{field.name}`"),) if field.owners else ()
