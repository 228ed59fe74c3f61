"""Findings about scores, classifications, rules and assertions, by proof: REV506 to REV513, REV516 and REV517."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.alignment import said
from revrules.problems.logic import ask, labels_of, related
from revrules.problems.words import among, names, owns, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.ir import Assertion, Definition
    from revrules.problems.logic import Clause, Pairs, Spot
    from revrules.source import Span

THRESHOLD_OUT_OF_REACH = Problem("REV506", "threshold-out-of-reach", Severity.WARNING, "a threshold that no score can reach")
THRESHOLD_ALWAYS_REACHED = Problem("REV507", "threshold-always-reached", Severity.WARNING, "a threshold that every score reaches")
SCORE_BEYOND_RANGE = Problem("REV530", "score-beyond-range", Severity.INFO, "a score whose points add up to more than its range")
CLASS_GAP = Problem("REV508", "class-gap", Severity.WARNING, "a record that belongs to no class")
CLASS_OVERLAP = Problem("REV509", "class-overlap", Severity.WARNING, "a record that belongs to two classes")
SHADOWED_BRANCH = Problem("REV510", "shadowed-branch", Severity.WARNING, "a branch that is never taken, for those before it")
CLASS_NEVER_GIVEN = Problem("REV511", "class-never-given", Severity.WARNING, "a class that no record belongs to")
RULE_AGAINST_GATE = Problem("REV512", "rule-against-gate", Severity.WARNING, "a rule that every record of a stage breaks")
CLAIM_REFUTED = Problem("REV513", "claim-refuted", Severity.ERROR, "an assertion that a record contradicts")
CLAIM_LEFT_OPEN = Problem("REV516", "claim-left-open", Severity.WARNING, "an assertion that missing data can leave open")
CLASS_REST = Problem("REV519", "class-leaves-rest", Severity.INFO, "a `first match` that leaves records without a class")
OTHERWISE_NEVER = Problem("REV517", "otherwise-never", Severity.INFO, "an `otherwise` that is never reached")


class Reach(NamedTuple):
    """The least and the greatest number that a score can have; None where that was not found."""

    least: float | None
    greatest: float | None

    @property
    def words(self) -> str:
        """The reach as it follows the name of the score."""
        match self:
            case Reach(None, None):
                return "never gets there"
            case Reach(None, greatest):
                return f"goes up to {_number(greatest)}"
            case Reach(least, None):
                return f"starts at {_number(least)}"
            case Reach(least, greatest):
                return (
                    f"goes from {_number(least)} to {_number(greatest)}" if least != greatest else f"is always {_number(least)}"
                )


def _number(number: float | None) -> str:
    return "any number" if number is None else spelled(number)


# --- scores ------------------------------------------------------------------------------------------------------


def threshold_out_of_reach(
    clause: Clause, place: Span | None, text: str, reach: Reach, score: Definition, effects: Iterable[str]
) -> Diagnostic:
    """``text``, a comparison of ``score`` with a number inside ``clause``, is never so."""
    return Diagnostic(
        THRESHOLD_OUT_OF_REACH,
        f"no record can have `{text}`, which {clause.words} asks for: `{said(score)}` {reach.words}",
        place or clause.span,
        f"`{said(score)}` {reach.words}",
        labels_of(place or clause.span, (score.span, reach.words)),
        (*(("effect", text) for text in effects), *ask(clause.spot), *_asks(clause.spot, score)),
        help=("lower the threshold to what can be reached, or give more points",),
        subjects=_score_subjects(clause, score),
    )


def score_beyond_range(score: Definition, sum_: float, high: float, witness: Pairs) -> Diagnostic:
    """The points of a record add up to ``sum_``, more than the ``high`` end of the range of ``score``."""
    return Diagnostic(
        SCORE_BEYOND_RANGE,
        f"the points of `{said(score)}` can add up to {sum_:g}, and its range ends at {high:g}",
        score.span,
        f"ends at {high:g}",
        (),
        (
            ("why", "what goes beyond the end does not count: records that differ get the same score"),
            *((("ask", f"{owns(score.owners)} score `{said(score)}`"),) if score.owners else ()),
        ),
        help=("let the points add up to the end of the range, or accept it with `allow score-beyond-range`",),
        subjects=(score.name, said(score), score.id),
        witness=witness,
    )


def threshold_always_reached(clause: Clause, place: Span | None, text: str, reach: Reach, score: Definition) -> Diagnostic:
    """``text``, a comparison of ``score`` with a number inside ``clause``, is never false."""
    words = "reaches it anyway" if reach == Reach(None, None) else reach.words
    return Diagnostic(
        THRESHOLD_ALWAYS_REACHED,
        f"every record has `{text}`, which {clause.words} asks for: `{said(score)}` {words}",
        place or clause.span,
        f"`{said(score)}` {words}",
        labels_of(place or clause.span, (score.span, words)),
        (*ask(clause.spot), *_asks(clause.spot, score)),
        help=("raise the threshold, or drop the criterion",),
        subjects=_score_subjects(clause, score),
    )


def _asks(spot: Spot, score: Definition) -> tuple[tuple[str, str], ...]:
    """Return the note about the owner of a score that is not the place itself."""
    return (("ask", f"{owns(score.owners)} `{said(score)}`"),) if score.owners and score.name not in spot.subjects else ()


def _score_subjects(clause: Clause, score: Definition) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*filter(None, [clause.name]), *clause.spot.subjects, score.name, said(score), score.id)))


# --- classifications ---------------------------------------------------------------------------------------------


def class_gap(spot: Spot, branches: Sequence[Clause], witness: Pairs, *, exactly_one: bool) -> Diagnostic:
    """All branches are false of a record, and there is no ``otherwise``."""
    return Diagnostic(
        CLASS_GAP if exactly_one else CLASS_REST,
        f"a record can belong to no class of {spot.words}, although nothing that it asks for is missing",
        spot.span,
        f"none of {among([branch.name for branch in branches])} is true",
        (),
        (("why", "it is counted nowhere, in silence"), *ask(spot)),
        help=("move a limit, add a branch, or say what the rest is: `otherwise other`",),
        subjects=spot.subjects,
        witness=witness,
    )


def class_overlap(spot: Spot, first: Clause, second: Clause, witness: Pairs) -> Diagnostic:
    """Two branches of which one only may be true are both true of a record."""
    return Diagnostic(
        CLASS_OVERLAP,
        f"a record can be both `{first.name}` and `{second.name}` of {spot.words}, where exactly one is meant",
        second.span,
        "true of the same record",
        labels_of(second.span, (first.span, "true of it, too")),
        (("effect", "such a record gets no class, and a data problem instead"), *ask(spot)),
        help=("part the two, at the limit where they meet", "or let the first one win: `first match`"),
        subjects=(*spot.subjects, second.name, first.name),
        witness=witness,
    )


def shadowed_branch(spot: Spot, branch: Clause, by: Sequence[Clause], *, unknown: bool) -> Diagnostic:
    """Whatever is true of ``branch`` is taken by branches before it, or (``unknown``) one of them is unknown of it."""
    takes = "takes" if len(by) == 1 else "take"
    takes = f"{takes}, or cannot be told of," if unknown else takes
    why = "a branch that cannot be told, for want of a value, ends the search: such a record gets no class"
    return Diagnostic(
        SHADOWED_BRANCH,
        f"`{branch.name}` of {spot.words} is never taken: {names([each.name for each in by])} before it {takes} "
        "every record that it is true of",
        branch.span,
        "never taken",
        related(branch.span, by, "stands before it"),
        ((("why", why),) if unknown else ()) + tuple(ask(spot)),
        help=("move it up, or drop it",),
        subjects=(*spot.subjects, branch.name),
    )


def class_never_given(spot: Spot, branch: Clause, beside: Sequence[Clause]) -> Diagnostic:
    """No record gets the class of ``branch``: it is never true, or never without one of those ``beside`` it."""
    never = "is never true" if not beside else f"is never true alone, without {_or(beside)}"
    return Diagnostic(
        CLASS_NEVER_GIVEN,
        f"no record can be `{branch.name}` of {spot.words}: its branch {never}",
        branch.span,
        never,
        related(branch.span, beside, "true as well"),
        (("why", "a report that counts this class counts nothing"), *ask(spot)),
        help=("change what it asks for, or drop it",),
        subjects=(*spot.subjects, branch.name),
    )


def _or(branches: Sequence[Clause]) -> str:
    return " or ".join(f"`{branch.name}`" for branch in branches)


def otherwise_never(spot: Spot, otherwise: str, branches: Sequence[Clause]) -> Diagnostic:
    """The branches cover everything that is known, so ``otherwise`` is never given."""
    return Diagnostic(
        OTHERWISE_NEVER,
        f"`otherwise {otherwise}` of {spot.words} is never reached: the branches leave nothing over",
        spot.span,
        f"`{otherwise}` is never given",
        (),
        (("why", "a record in which something is missing gets no class; `otherwise` does not catch it"), *ask(spot)),
        help=("drop it; to catch missing values, give them a branch of their own: `unknown when x is missing`",),
        subjects=(*spot.subjects, otherwise),
    )


# --- rules and assertions ----------------------------------------------------------------------------------------


def rule_against_gate(rule: Spot, level: str, stage: Spot, core: Sequence[Clause], witness: Pairs) -> Diagnostic:
    """Every record that enters ``stage`` breaks ``rule``."""
    return Diagnostic(
        RULE_AGAINST_GATE,
        f"every record in {stage.words} breaks {rule.words} ({level})",
        rule.span,
        f"cannot be kept in {stage.words}",
        (*labels_of(rule.span, (stage.span, "asks for what the rule forbids")), *related(rule.span, core)),
        (("clash", f"{rule.words} with {names([clause.says for clause in core], mark='') or stage.words}"), *ask(rule, stage)),
        help=("say in the rule's `when` that it is not about this stage, or change what the stage asks for",),
        subjects=tuple(dict.fromkeys((*rule.subjects, *stage.subjects))),
        witness=witness,
    )


def claim_refuted(
    claim: Assertion, label: str, owners: Sequence[tuple[str, tuple[str, ...]]], witness: Pairs, stamp: str | None
) -> Diagnostic:
    """A record contradicts ``claim``; for a claim that there are some, none can exist.

    ``stamp`` is the field that opens the stage which the claim is about without its criteria, if there is one.
    """
    some = not witness
    return Diagnostic(
        CLAIM_REFUTED,
        f"`assert {claim.name}` {'cannot be: there is no such record' if some else 'does not hold: a record contradicts it'}",
        claim.span,
        label,
        (),
        (*_reason(claim), *_stamp(stamp), *_claim_asks(owners)),
        help=("change what keeps such records out, or the claim",) if some else ("change what lets the record in, or the claim",),
        subjects=_claim_subjects(claim),
        witness=witness,
    )


def claim_left_open(claim: Assertion, owners: Sequence[tuple[str, tuple[str, ...]]], witness: Pairs) -> Diagnostic:
    """No record contradicts ``claim``, but of one with missing fields it cannot be told."""
    return Diagnostic(
        CLAIM_LEFT_OPEN,
        f"`assert {claim.name}` cannot be told of a record in which something is missing",
        claim.span,
        "no record contradicts it, but nothing ensures it",
        (),
        _claim_asks(owners),
        help=("ask for what is missing: `… is known`",),
        subjects=_claim_subjects(claim),
        witness=witness,
    )


def _reason(claim: Assertion) -> tuple[tuple[str, str], ...]:
    """Return the reason that the writer gave; without one the claim itself stands there."""
    return (("because", claim.because),) if claim.because and not claim.because.startswith(claim.name) else ()


def _stamp(field: str | None) -> tuple[tuple[str, str], ...]:
    return (("note", f"`{field}` opens the stage without its criteria"),) if field is not None else ()


def _claim_subjects(claim: Assertion) -> tuple[str, ...]:
    return tuple(filter(None, (claim.name, claim.stage, claim.lifecycle)))


def _claim_asks(owners: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, str], ...]:
    said_ = [f"{owns(teams)} {words}" for words, teams in owners if teams]
    return (("ask", names(said_[:3], mark="")),) if said_ else ()
