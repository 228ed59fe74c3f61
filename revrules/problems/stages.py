"""Findings about the stage graph, REV4xx."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Label, Problem, Severity
from revrules.problems.words import among, names, owns, percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from revrules.ir import Edge, Lifecycle, Stage
    from revrules.source import Span

NO_ENTRY_STAGE = Problem("REV401", "no-entry-stage", Severity.ERROR, "a lifecycle in which no record can begin")
UNDECLARED_LOOP = Problem("REV402", "undeclared-loop", Severity.ERROR, "stages that lead back to themselves by forward edges")
NO_WAY_INTO_STAGE = Problem("REV403", "no-way-into-stage", Severity.WARNING, "a stage that no chain of edges leads to")
DEAD_END = Problem("REV404", "dead-end", Severity.WARNING, "a last stage that is neither won nor lost")
LOOP_WITHOUT_EXIT = Problem("REV405", "loop-without-exit", Severity.WARNING, "stages that lead only to one another")
WON_IS_THE_END = Problem("REV406", "won-is-the-end", Severity.INFO, "a lifecycle that ends at won although revenue recurs")
NO_LOST_STAGE = Problem("REV407", "no-lost-stage", Severity.WARNING, "a lifecycle that can be won but not lost")
LOST_WITHOUT_REASON = Problem("REV408", "lost-without-reason", Severity.INFO, "a lost stage that asks for no reason")
CLOCK_WITHOUT_STAMP = Problem("REV409", "clock-without-stamp", Severity.WARNING, "a time limit whose clock never starts")
PROBABILITY_FALLS = Problem("REV410", "probability-falls", Severity.WARNING, "a later stage with a smaller probability")
OUTCOME_PROBABILITY = Problem("REV411", "outcome-probability", Severity.WARNING, "won that is not 100 %, or lost that is not 0 %")
OUTCOME_FORECAST = Problem("REV412", "outcome-forecast", Severity.WARNING, "a forecast category that contradicts the outcome")
MEMBER_WITHOUT_STAGE = Problem("REV413", "member-without-stage", Severity.WARNING, "a value of the CRM that no stage stands for")
STAGE_NEVER_CLAIMED = Problem("REV414", "stage-never-claimed", Severity.INFO, "a stage that no value of the CRM stands for")
STAGE_SPELLING = Problem("REV415", "stage-spelling", Severity.WARNING, "a stage and a CRM value that differ only in spelling")
SHARED_LABEL = Problem("REV416", "shared-label", Severity.WARNING, "one label that stands for two stages")
WINDOW_BEFORE_LIMIT = Problem(
    "REV417", "window-before-limit", Severity.WARNING, "a time limit that outlasts the window of the next stage"
)


def subjects_of(lifecycle: Lifecycle, *stages: str) -> tuple[str, ...]:
    """Return the names under which a finding about ``stages`` can be allowed: theirs, and the lifecycle's."""
    return (*stages, *(f"{lifecycle.name}.{stage}" for stage in stages), lifecycle.name)


def labels(*places: tuple[Span | None, str]) -> tuple[Label, ...]:
    """Return the labels of those places that stand in a file."""
    return tuple(Label(span, text) for span, text in places if span is not None)


def no_entry_stage(lifecycle: Lifecycle, candidates: Sequence[str]) -> Diagnostic:
    """No stage says ``entry``; ``candidates`` are those that no edge leads to."""
    where = f"the first stage, {among(candidates)}" if candidates else "the stage in which a record begins"
    return Diagnostic(
        NO_ENTRY_STAGE,
        f"lifecycle `{lifecycle.name}` has no entry stage, so no record can ever be in it",
        lifecycle.span,
        "no stage says `entry`",
        help=(f"write `entry` in {where}",),
        subjects=subjects_of(lifecycle),
    )


def undeclared_loop(lifecycle: Lifecycle, cycle: Sequence[Edge], against_order: Sequence[Edge]) -> Diagnostic:
    """Forward edges form a cycle; ``against_order`` are those of its knot that lead to an earlier stage of the file."""
    way = " → ".join(f"`{name}`" for name in (cycle[0].source, *(edge.target for edge in cycle)))
    first = against_order[0]
    return Diagnostic(
        UNDECLARED_LOOP,
        f"forward edges of lifecycle `{lifecycle.name}` form a loop: {way}",
        first.span or lifecycle.stage(first.target).span,
        f"leads from `{first.source}` back to `{first.target}`",
        labels(*((edge.span, f"`{edge.source}` → `{edge.target}`") for edge in cycle if edge is not first)),
        help=tuple(f"if it is a way back, write `back from {e.source}` in stage `{e.target}`" for e in against_order[:4]),
        subjects=subjects_of(lifecycle, *dict.fromkeys(edge.target for edge in cycle)),
    )


def no_way_into_stage(lifecycle: Lifecycle, stage: Stage, sources: Sequence[str]) -> Diagnostic:
    """No chain of edges leads from an entry stage to ``stage``; ``sources`` are the stages it says it comes from."""
    after = f"it comes from {among(sources)}, which cannot be reached either" if sources else "it has no `from`"
    return Diagnostic(
        NO_WAY_INTO_STAGE,
        f"no way leads from an entry stage to stage `{stage.name}`",
        stage.span,
        after,
        help=("say where records come from with `from`, mark it `entry`, or drop it",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def dead_end(lifecycle: Lifecycle, stage: Stage) -> Diagnostic:
    """No edge leaves ``stage``, which is neither won nor lost."""
    return Diagnostic(
        DEAD_END,
        f"nothing leads on from stage `{stage.name}`, and it is neither won nor lost",
        stage.span,
        "no later stage has it in `from`",
        notes=(*asks(stage), ("why", "records that come here stay here and count as open for ever")),
        help=("name the stage that follows, or mark this one `won` or `lost`",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def loop_without_exit(lifecycle: Lifecycle, stages: Sequence[Stage]) -> Diagnostic:
    """``stages`` lead only to one another."""
    return Diagnostic(
        LOOP_WITHOUT_EXIT,
        f"no record leaves the loop of {among([s.name for s in stages])} in lifecycle `{lifecycle.name}`",
        stages[0].span,
        "leads only to stages of the loop",
        labels(*((stage.span, "also in the loop") for stage in stages[1:4])),
        asks(*stages),
        help=("add an edge to a stage outside, such as a won or lost one",),
        subjects=subjects_of(lifecycle, *(stage.name for stage in stages)),
    )


def won_is_the_end(lifecycle: Lifecycle, stage: Stage, sign: str) -> Diagnostic:
    """No edge leaves the won ``stage``, but ``sign``, a name in the ruleset, speaks of revenue that recurs."""
    return Diagnostic(
        WON_IS_THE_END,
        f"lifecycle `{lifecycle.name}` ends at won stage `{stage.name}`, but {sign} suggests that revenue recurs",
        stage.span,
        "nothing leads on from here",
        notes=(*asks(stage), ("why", "onboarding, renewal, expansion and churn happen after the first signature")),
        help=(
            "if customers renew or leave, say so: a stage `from` this one, or `back from` a later stage",
            f'if that is kept elsewhere, write `allow {WON_IS_THE_END.name} because "…"`',
        ),
        subjects=subjects_of(lifecycle, stage.name),
    )


def no_lost_stage(lifecycle: Lifecycle) -> Diagnostic:
    """There is a won stage and no lost one."""
    return Diagnostic(
        NO_LOST_STAGE,
        f"lifecycle `{lifecycle.name}` has a won stage but no lost one",
        lifecycle.span,
        "no stage says `lost`",
        notes=(("why", "what drops out then stays in an open stage, and no win rate can be told"),),
        help=('add a stage with `from any` and `lost` that asks for the reason, or write `allow no-lost-stage because "…"`',),
        subjects=subjects_of(lifecycle),
    )


def lost_without_reason(lifecycle: Lifecycle, stage: Stage, candidate: str | None) -> Diagnostic:
    """The gate of the lost ``stage`` asks for no reason, although ``candidate``, if given, is a field that sounds like one."""
    advice = f"ask for it: `reason: {candidate or 'churn_reason'} is known`"
    return Diagnostic(
        LOST_WITHOUT_REASON,
        f"lost stage `{stage.name}` asks for no reason: no criterion reads one",
        stage.span,
        "no criterion on a reason",
        notes=asks(stage),
        help=(f"if `{candidate}` is the reason, {advice}" if candidate else f"if a reason is recorded, {advice}",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def clock_without_stamp(lifecycle: Lifecycle, stage: Stage) -> Diagnostic:
    """``leave within`` without ``stamped by``."""
    return Diagnostic(
        CLOCK_WITHOUT_STAMP,
        f"stage `{stage.name}` has `leave within`, but nothing tells when a record entered it",
        stage.span,
        "no `stamped by`",
        notes=(*asks(stage), ("why", "without a stamp no record is ever due or overdue")),
        help=("name the field that holds the time of entry: `stamped by mql_at`",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def probability_falls(lifecycle: Lifecycle, earlier: Stage, later: Stage) -> Diagnostic:
    """``later`` follows ``earlier`` and has the smaller probability."""
    assert earlier.probability is not None and later.probability is not None, "both have a probability"
    return Diagnostic(
        PROBABILITY_FALLS,
        f"probability falls from {percent(earlier.probability)} in stage `{earlier.name}` "
        f"to {percent(later.probability)} in the later stage `{later.name}`",
        later.span,
        f"{percent(later.probability)} here",
        labels((earlier.span, f"{percent(earlier.probability)} here")),
        asks(earlier, later),
        help=("change one of the two, or make the edge a `back from` if it is a step back",),
        subjects=subjects_of(lifecycle, later.name, earlier.name),
    )


def outcome_probability(lifecycle: Lifecycle, stage: Stage, expected: Decimal) -> Diagnostic:
    """A won stage is certain, a lost one impossible."""
    assert stage.probability is not None and stage.outcome is not None, "the stage has both"
    return Diagnostic(
        OUTCOME_PROBABILITY,
        f"{stage.outcome.value} stage `{stage.name}` has probability {percent(stage.probability)} instead of {percent(expected)}",
        stage.span,
        notes=(("why", "a weighted pipeline counts it with the wrong weight"),),
        help=(f"write `probability {percent(expected)}`, or drop the clause",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def outcome_forecast(lifecycle: Lifecycle, stage: Stage, expected: str) -> Diagnostic:
    """The forecast category does not fit the outcome; ``expected`` says what would, in words."""
    state = f"{stage.outcome.value} stage" if stage.outcome else "open stage"
    return Diagnostic(
        OUTCOME_FORECAST,
        f"{state} `{stage.name}` has forecast category `{stage.forecast}`, where {expected} would fit",
        stage.span,
        notes=(*asks(stage), ("why", "the forecast counts closed business as open, or open business as closed")),
        help=("change the category, or mark the stage `won` or `lost` if it is",),
        subjects=subjects_of(lifecycle, stage.name),
    )


def member_without_stage(lifecycle: Lifecycle, missing: Sequence[str], stages: Sequence[str]) -> Diagnostic:
    """``missing`` members of the tracked enum stand for no stage."""
    assert lifecycle.tracks is not None, "the lifecycle tracks a field"
    close = [f"`{m}` may be stage `{c}`" for m in missing for c in get_close_matches(m, stages, 1, 0.7)]
    some = "no stage stands for" if len(missing) > 1 else "no stage stands for the value"
    return Diagnostic(
        MEMBER_WITHOUT_STAGE,
        f"`{lifecycle.tracks.name}` can say {among(missing)}, but lifecycle `{lifecycle.name}` has no such stage",
        lifecycle.tracks.span or lifecycle.span,
        f"{some} {among(missing)}",
        notes=(("why", "records that claim such a value cannot be compared with the evidence"),),
        help=(*close[:4], 'add a stage, or the value as a label or old name (`was`) of one: `stage x "Label" | "id" was old`'),
        subjects=(*missing, *subjects_of(lifecycle), lifecycle.tracks.name),
    )


def stage_never_claimed(lifecycle: Lifecycle, stages: Sequence[Stage]) -> Diagnostic:
    """No member of the tracked enum stands for ``stages``."""
    assert lifecycle.tracks is not None, "the lifecycle tracks a field"
    listed = [stage.name for stage in stages]
    return Diagnostic(
        STAGE_NEVER_CLAIMED,
        f"`{lifecycle.tracks.name}` has no value for {plural(len(listed), 'stage')} {among(listed)}",
        stages[0].span,
        "never claimed",
        labels((lifecycle.tracks.span, "what the CRM can claim"), *((s.span, "never claimed") for s in stages[1:4])),
        (("why", "a record whose evidence supports it can only be called ahead, behind or elsewhere"),),
        help=("give the stage the label or id of the CRM's value, or keep it as a stage that only evidence shows",),
        subjects=subjects_of(lifecycle, *listed),
    )


def stage_spelling(lifecycle: Lifecycle, stage: Stage, said: str, spelled: str) -> Diagnostic:
    """The tracked field says ``said``, the stage is called ``spelled``; only case, hyphens or spaces differ."""
    assert lifecycle.tracks is not None, "the lifecycle tracks a field"
    return Diagnostic(
        STAGE_SPELLING,
        f"`{lifecycle.tracks.name}` says `{said}` but stage `{stage.name}` is spelled `{spelled}`",
        stage.span,
        "differs only in case, hyphens, underscores or spaces",
        labels((lifecycle.tracks.span, "what the CRM can claim")),
        (("why", "names match exactly, so records that claim this value fit no stage"),),
        help=(f'write it alike, or add it as a label: `stage {stage.name} "{said}"`',),
        subjects=subjects_of(lifecycle, stage.name),
    )


def shared_label(lifecycle: Lifecycle, label: str, first: Stage, second: Stage) -> Diagnostic:
    """Two stages go by one spelling."""
    return Diagnostic(
        SHARED_LABEL,
        f"`{label}` stands for two stages of lifecycle `{lifecycle.name}`: `{first.name}` and `{second.name}`",
        second.span,
        "has it too",
        labels((first.span, "has it first")),
        (("why", "a record that claims it could be meant to be in either"),),
        help=("keep it on the stage that it means today",),
        subjects=subjects_of(lifecycle, second.name, first.name),
    )


def window_before_limit(lifecycle: Lifecycle, stage: Stage, following: Stage, *, limit: str, window: str) -> Diagnostic:
    """A record may stay in ``stage`` for ``limit``, but after ``window`` stage ``following`` no longer takes it."""
    return Diagnostic(
        WINDOW_BEFORE_LIMIT,
        f"a record may stay in stage `{stage.name}` for {limit}, but after {window} stage `{following.name}` no longer takes it",
        following.span,
        f"takes it only within {window}",
        labels((stage.span, f"leave within {limit}")),
        asks(stage, following),
        help=("make the window as long as the limit, or the limit as short as the window",),
        subjects=subjects_of(lifecycle, following.name, stage.name),
    )


def asks(*stages: Stage) -> tuple[tuple[str, str], ...]:
    """Return the note that says which teams to ask: the owners of ``stages``; nothing where none is named."""
    owned = [stage for stage in dict.fromkeys(stages) if stage.owners][:3]
    said = [f"{owns(stage.owners)} stage `{stage.name}`" for stage in owned]
    return (("ask", names(said, mark="")),) if said else ()
