"""Findings about words that do not align, REV60x to REV64x."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.ownership import field_asks, field_subjects
from revrules.problems.stages import asks, labels, subjects_of
from revrules.problems.words import names, owns, spelled

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from revrules.ir import Criterion, Definition, Entity, FieldDecl, Lifecycle, Stage, Value
    from revrules.source import Span

UNRELATED_VARIANTS = Problem("REV600", "unrelated-variants", Severity.WARNING, "one word, several meanings, no declared relation")
TWO_NAMES = Problem("REV601", "two-names", Severity.WARNING, "two names for one meaning")
THRESHOLD_DRIFT = Problem("REV602", "threshold-drift", Severity.INFO, "a stage that repeats a definition with another limit")
SPELLING_DIFFERS = Problem("REV603", "spelling-differs", Severity.WARNING, "one field compared with two spellings of one text")
SPELLING_ELSEWHERE = Problem("REV604", "spelling-elsewhere", Severity.INFO, "two fields compared with two spellings of one text")
TWO_SCALES = Problem("REV606", "two-scales", Severity.WARNING, "shares of one beside percentages of a hundred")
OLD_DATE = Problem("REV607", "old-date", Severity.INFO, "a comparison with a fixed date long past")


def unrelated_variants(variants: Sequence[Definition], apart: Definition, *, narrows: Definition | None) -> Diagnostic:
    """``apart`` is in no declared relation to the first of ``variants``; it seems to narrow ``narrows``, if given."""
    first = variants[0]
    suggested = narrows or first
    words = f"`narrows {said(suggested)}`" if narrows else f"`narrows`, `widens` or `same as {said(first)}`"
    return Diagnostic(
        UNRELATED_VARIANTS,
        f"`{first.name}` has {len(variants)} meanings, and nothing says how `{said(apart)}` lies to `{said(first)}`",
        apart.span,
        "no relation declared",
        labels(*((other.span, f"`{said(other)}`") for other in variants if other is not apart)),
        _definition_asks(*variants),
        help=(f"declare it, so that it can be checked: {words}", "or give one of them a name of its own"),
        subjects=(first.name, *(said(variant) for variant in variants), *(variant.id for variant in variants)),
    )


def two_names(definitions: Sequence[Definition]) -> Diagnostic:
    """``definitions`` say the same in the same words."""
    first, second = definitions[0], definitions[1]
    return Diagnostic(
        TWO_NAMES,
        f"{names([said(definition) for definition in definitions])} mean the same",
        second.span,
        f"says what `{said(first)}` says",
        labels((first.span, "the same meaning"), *((d.span, "the same meaning") for d in definitions[2:])),
        (*_definition_asks(*definitions), ("why", "a change of one leaves the other behind")),
        help=(f"keep one name, or let the second say `means {said(first)}`",),
        subjects=tuple(name for d in definitions for name in (d.name, said(d), d.id)),
    )


class Limit(NamedTuple):
    """A criterion and the limit in it, as in `` `size >= 50` ``."""

    criterion: Criterion
    says: str


def threshold_drift(lifecycle: Lifecycle, stage: Stage, here: Limit, definition: Definition, there: Limit) -> Diagnostic:
    """A criterion of ``stage`` repeats a limit of ``definition`` with another value."""
    return Diagnostic(
        THRESHOLD_DRIFT,
        f"`{here.criterion.name}` of stage `{stage.name}` needs {here.says}, "
        f"where definition `{said(definition)}` says {there.says}",
        here.criterion.span or stage.span,
        here.says.strip("`"),
        labels((there.criterion.span or definition.span, there.says.strip("`"))),
        (*asks(stage), *_definition_asks(definition)),
        help=(f"if both mean the same, use `{said(definition)}` in the stage; if not, give the criterion a name of its own",),
        subjects=(*subjects_of(lifecycle, stage.name), here.criterion.name, definition.name, said(definition), definition.id),
    )


def spelling_differs(field: str, texts: Sequence[tuple[str, Span | None]]) -> Diagnostic:
    """``field`` is compared with ``texts``, which differ only in case, spaces or hyphens."""
    (first, before), (second, here) = texts[0], texts[1]
    return Diagnostic(
        SPELLING_DIFFERS,
        f'`{field}` is compared with "{first}" in one place and with "{second}" in another',
        here,
        f'"{second}" here',
        labels((before, f'"{first}" here'), *((span, f'"{text}" here') for text, span in texts[2:])),
        (("why", "texts match exactly, so one of the two never matches what the other does"),),
        help=("write both as the data has it, name both in a set, or compare with `any case`",),
        subjects=(field,),
    )


def spelling_elsewhere(texts: Sequence[tuple[str, str, Span | None]]) -> Diagnostic:
    """(field, text, place): different fields are compared with texts that differ only in case, spaces or hyphens."""
    (field, first, before), (other, second, here) = texts[0], texts[1]
    return Diagnostic(
        SPELLING_ELSEWHERE,
        f'`{other}` is compared with "{second}", but `{field}` with "{first}"',
        here,
        f'"{second}" here',
        labels((before, f'"{first}" here')),
        (("ask", f"do `{field}` and `{other}` really spell it differently in the data?"),),
        help=('write both as the data has them, or write `allow spelling-elsewhere because "…"`',),
        subjects=(other, field),
    )


def two_scales(place: Span | None, share: tuple[Entity, FieldDecl], hundred: tuple[Entity, FieldDecl], doing: str) -> Diagnostic:
    """A field that goes to 1 and a field that goes to 100 are ``doing``: compared, or added."""
    (entity, one), (other, percent) = share, hundred
    return Diagnostic(
        TWO_SCALES,
        f"`{one.name}` ({domain(one)}) and `{percent.name}` ({domain(percent)}) are {doing} though their scales differ",
        place or one.span,
        "two scales",
        labels((one.span, domain(one)), (percent.span, domain(percent))),
        (*field_asks(one), *field_asks(percent)),
        help=(f"multiply `{one.name}` by 100",),
        subjects=(*field_subjects(entity, one), *field_subjects(other, percent)),
    )


def other_scale(entity: Entity, field: FieldDecl, place: Span | None, *, compared: Value, meant: Value) -> Diagnostic:
    """``field`` is compared with a value of the other scale; ``meant`` is that value on the scale of ``field``."""
    looks = "a percentage of a hundred" if field.high == 1 else "a share of one"
    return Diagnostic(
        TWO_SCALES,
        f"`{field.name}` goes {domain(field)}, but is compared with {spelled(compared)}, which looks like {looks}",
        place or field.span,
        f"looks like {looks}",
        labels((field.span, f"goes {domain(field)}")),
        field_asks(field),
        help=(f"on the scale of `{field.name}` that is {spelled(meant)}",),
        subjects=field_subjects(entity, field),
    )


def old_date(place: Span | None, date: datetime.date, years: int, subjects: Sequence[str]) -> Diagnostic:
    """Something is compared with a fixed ``date``, ``years`` years ago."""
    return Diagnostic(
        OLD_DATE,
        f"the fixed date {date.isoformat()} in this comparison is more than {years} {'year' if years == 1 else 'years'} past",
        place,
        "a fixed date",
        notes=(("ask", "is it still meant, or was it once the start or end of a period?"),),
        help=("a window moves along by itself: `within last 12 months`, `in this fiscal year`",),
        subjects=tuple(subjects),
    )


def said(definition: Definition) -> str:
    """Return the definition as rulesets name it: `qualified for sales`."""
    return f"{definition.name} for {definition.team}" if definition.team else definition.name


def domain(field: FieldDecl) -> str:
    """Return the domain of ``field`` in words: from 0 to 100, 1 or more, up to 99."""
    if field.low is None or field.high is None:
        return f"{spelled(field.low)} or more" if field.low is not None else f"up to {spelled(field.high or 0)}"
    return f"from {spelled(field.low)} to {'below ' if field.high_open else ''}{spelled(field.high)}"


def _definition_asks(*definitions: Definition) -> tuple[tuple[str, str], ...]:
    owned = [f"{owns(definition.owners)} `{said(definition)}`" for definition in definitions if definition.owners]
    return (("ask", names(owned[:3], mark="")),) if owned else ()
