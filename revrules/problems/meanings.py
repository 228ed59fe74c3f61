"""Findings about what words mean, by proof, REV61x."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.alignment import UNRELATED_VARIANTS, said
from revrules.problems.stages import asks, labels, subjects_of
from revrules.problems.words import among, names, owns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.ir import Definition, Lifecycle, Stage, Variance
    from revrules.source import Span

    Pairs = tuple[tuple[str, str], ...]

RELATION_REFUTED = Problem("REV610", "relation-refuted", Severity.ERROR, "a declared relation that a record contradicts")
RELATION_WHERE_MISSING = Problem(
    "REV611", "relation-where-missing", Severity.WARNING, "a declared relation that fails only where something is missing"
)
RELATION_CLOSER = Problem(
    "REV612", "relation-closer", Severity.INFO, "a declared `narrows` or `widens` between two of one meaning"
)
ONE_MEANING = Problem("REV613", "one-meaning", Severity.WARNING, "two names for one meaning in different words, by proof")
REPEATS_DEFINITION = Problem("REV614", "repeats-definition", Severity.INFO, "a stage that says over again what a definition says")
DRIFTED_COPY = Problem("REV615", "drifted-copy", Severity.INFO, "a stage that repeats a definition with other limits")

LIES: Mapping[str, str] = {
    "same": "both mean the same",
    "narrower": "it is narrower",
    "wider": "it is wider",
    "overlapping": "they overlap, and each has records that the other lacks",
    "disjoint": "no record is both",
    "first never met": "no record can meet it at all",
    "second never met": "no record can meet the other one at all",
    "neither ever met": "no record can meet either",
    "differ": "they differ",
}
"""How a first condition lies to a second, by ``revrules.proofs.compare.Relation``; "differ" is said of values."""
DECLARING = {"narrower": "narrows", "wider": "widens", "same": "same as"}
VERBS: Mapping[str, str] = {"narrows": "to narrow", "widens": "to widen", "same as": "to be the same as"}


class Truth(NamedTuple):
    """How one definition lies to another (None: undecided), a record that shows it, and whose alone that record is, if one's."""

    is_: str | None
    only_missing: bool = False
    witness: Pairs = ()
    alone: Definition | None = None


def relation_refuted(
    one: Definition, other: Definition, alone: Definition, *, is_: str | None, where_known: str | None, witness: Pairs
) -> Diagnostic:
    """``one`` is declared to lie to ``other`` in a way that the record ``witness``, which meets ``alone`` only, contradicts.

    ``is_`` is the true relation, None where that is undecided. ``where_known``, which is given where the other condition is
    unknown for every such record, is the relation that holds where enough is known.
    """
    assert one.variance is not None, "only a declared relation is refuted"
    declared = one.variance[0]
    lacking = other if alone is one else one
    missing = where_known is not None
    rest = (
        f", for which `{said(lacking)}` cannot be told because something is missing" if missing else f" without `{said(lacking)}`"
    )
    notes = () if where_known is None else (("truth", f"where enough is known, {LIES[where_known]}"),)
    return Diagnostic(
        RELATION_WHERE_MISSING if missing else RELATION_REFUTED,
        f"`{said(one)}` is declared {VERBS[declared]} `{said(other)}`, but a record can meet `{said(alone)}`{rest}",
        one.span,
        f"not so: {LIES[is_]}" if is_ is not None else "not so",
        labels((other.span, f"`{said(other)}`")),
        (*notes, *_asks(one, other)),
        help=_mend(one, other, declared, is_, missing),
        subjects=_subjects(one, other),
        witness=witness,
    )


def relation_closer(one: Definition, other: Definition) -> Diagnostic:
    """``one`` is declared to narrow or widen ``other``; in truth both are met by the same records."""
    assert one.variance is not None, "only a declared relation is closer than declared"
    return Diagnostic(
        RELATION_CLOSER,
        f"`{said(one)}` is declared {VERBS[one.variance[0]]} `{said(other)}`, but every record that meets one meets the other",
        one.span,
        "the same records",
        labels((other.span, f"`{said(other)}`")),
        _asks(one, other),
        help=(f"declare `same as {said(other)}`, or drop one of the two", "if they are meant to differ, a criterion is missing"),
        subjects=_subjects(one, other),
    )


def unrelated_variants(variants: Sequence[Definition], apart: Definition, to: Definition, truth: Truth) -> Diagnostic:
    """``apart`` is in no declared relation to ``to``; ``truth`` is how it lies to it."""
    lies = "" if truth.is_ is None else f": {LIES[truth.is_]}{', only where something is missing' if truth.only_missing else ''}"
    declaring = None if truth.is_ is None or truth.only_missing else DECLARING.get(truth.is_)
    say = f"declare it: `narrows`, `widens` or `same as {said(to)}`" if truth.is_ is None else ""
    if declaring:
        say = f"declare what is so: `{declaring} {said(to)}`"
    name = "or give one of them a name of its own"
    shows = (("shows", f"a record of `{said(truth.alone)}` that is none of the other"),) if truth.alone is not None else ()
    return Diagnostic(
        UNRELATED_VARIANTS,
        f"`{to.name}` has {len(variants)} meanings, and nothing says how `{said(apart)}` lies to `{said(to)}`{lies}",
        apart.span,
        "no relation declared",
        labels(*((other.span, f"`{said(other)}`") for other in variants if other is not apart)),
        (*_asks(*variants), *shows),
        help=(say, name) if say else (f"agree on one meaning, {name}",),
        subjects=_subjects(*variants),
        witness=truth.witness,
    )


def one_meaning(definitions: Sequence[Definition]) -> Diagnostic:
    """``definitions`` say the same in different words: no record tells them apart."""
    first, second = definitions[0], definitions[1]
    return Diagnostic(
        ONE_MEANING,
        f"{among([said(definition) for definition in definitions])} mean the same, in different words",
        second.span,
        f"means what `{said(first)}` means",
        labels((first.span, "the same meaning"), *((d.span, "the same meaning") for d in definitions[2:])),
        (("truth", "no record meets one and not the other, whatever is missing in it"), *_asks(*definitions)),
        help=(f"keep one name, or let the second say `means {said(first)}`",),
        subjects=_subjects(*definitions),
    )


def repeats_definition(lifecycle: Lifecycle, stage: Stage, definition: Definition, place: Span | None) -> Diagnostic:
    """Criteria of ``stage``, from ``place`` on, say what ``definition`` says."""
    return Diagnostic(
        REPEATS_DEFINITION,
        f"stage `{stage.name}` says over again what `{said(definition)}` means",
        place or stage.span,
        f"the same as `{said(definition)}`",
        labels((definition.span, "said here")),
        (*asks(stage), *_asks(definition), ("why", "a change of one leaves the other behind")),
        help=(f"require `{said(definition)}` in the stage",),
        subjects=(*subjects_of(lifecycle, stage.name), *_subjects(definition)),
    )


def drifted_copy(
    lifecycle: Lifecycle, stage: Stage, definition: Definition, place: Span | None, *, is_: str, witness: Pairs
) -> Diagnostic:
    """Criteria of ``stage`` ask what ``definition`` asks, with other limits; ``is_`` is how the stage lies to the definition."""
    return Diagnostic(
        DRIFTED_COPY,
        f"stage `{stage.name}` asks what `{said(definition)}` asks, but with other limits: {LIES[is_]}",
        place or stage.span,
        LIES[is_],
        labels((definition.span, "the definition")),
        (*asks(stage), *_asks(definition)),
        help=(
            f"if both mean the same, require `{said(definition)}` in the stage; if not, give these criteria a name of their own",
        ),
        subjects=(*subjects_of(lifecycle, stage.name), *_subjects(definition)),
        witness=witness,
    )


def _mend(one: Definition, other: Definition, declared: Variance, is_: str | None, missing: bool) -> tuple[str, ...]:
    if missing:
        return (
            "say what a missing value means (`or else`, `is known`), or ask for the field in both",
            f"or drop `{declared} {said(other)}`",
        )
    word = DECLARING.get(is_ or "")
    if word is not None and word != declared:
        return (f"declare what is so: `{word} {said(other)}`", "or mend the criteria")
    return ("mend the criteria", f"or drop `{declared} {said(other)}`, and give one of them a name of its own")


def _subjects(*definitions: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in definitions for name in (each.name, said(each), each.id)))


def _asks(*definitions: Definition) -> tuple[tuple[str, str], ...]:
    """Return which teams own what, as a note."""
    by_owners: dict[tuple[str, ...], list[str]] = {}
    for definition in definitions:
        if definition.owners:
            by_owners.setdefault(definition.owners, []).append(said(definition))
    owned = [f"{owns(owners)} {among(words)}" for owners, words in by_owners.items()]
    return (("ask", names(owned[:3], mark="")),) if owned else ()
