"""Findings about stages and criteria, by proof: REV500 to REV505 and REV514 to REV518."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diagnostics import Diagnostic, Label, Problem, Severity
from revrules.problems.words import among, names, owns, percent, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from revrules.ir import Expr
    from revrules.source import Span

    Pairs = tuple[tuple[str, str], ...]
    """A record as pairs of a field and its value."""

UNREACHABLE_STAGE = Problem("REV500", "unreachable-stage", Severity.WARNING, "a stage that no record can ever be in")
NEVER_MET = Problem("REV501", "never-met", Severity.WARNING, "a condition that no record can meet")
ALWAYS_MET = Problem("REV502", "always-met", Severity.WARNING, "a condition that every record meets")
IMPLIED_CRITERION = Problem("REV503", "implied-criterion", Severity.INFO, "a criterion that follows from the others")
TWO_WAYS_OPEN = Problem("REV504", "two-ways-open", Severity.WARNING, "two ways out of a stage open to the same record")
WEAKER_STAGE = Problem("REV505", "weaker-stage", Severity.WARNING, "a likelier stage that asks for less than one before it")
NOBODY_STAYS = Problem("REV514", "nobody-stays", Severity.WARNING, "a stage that every record leaves at once")
ONLY_KNOWN = Problem("REV515", "only-asks-known", Severity.INFO, "a condition that only asks whether something is known")
RULE_WITHOUT_EFFECT = Problem("REV518", "rule-without-effect", Severity.WARNING, "a rule that no record can break")

MOST_WAYS = 3
MOST_ASKED = 3


class Spot(NamedTuple):
    """Where conditions stand: in words ("stage `mql`"), its place, the names that an ``allow`` may use, whom to ask."""

    words: str
    span: Span | None
    subjects: tuple[str, ...]
    owners: tuple[str, ...]


class Clause(NamedTuple):
    """A condition that must hold at a spot. ``name`` is empty where the spot's own says it; ``brief`` is its text, if short."""

    name: str
    condition: Expr
    span: Span | None
    spot: Spot
    brief: str = ""

    @property
    def words(self) -> str:
        """The clause as a sentence names it."""
        return f"`{self.name}` of {self.spot.words}" if self.name else self.spot.words

    @property
    def says(self) -> str:
        """The clause with what it asks, where that is short."""
        return f"{self.words} ({self.brief})" if self.brief else self.words


class Clash(NamedTuple):
    """Why a way is closed: clauses that no record meets together, or the other way that is always open, too, and comes first."""

    way: tuple[str, ...]
    """The stages on the way, where it is one of several."""
    clauses: tuple[Clause, ...]
    hidden_by: tuple[str, ...] = ()
    """The stages that take every record before it gets there."""


# --- stages ------------------------------------------------------------------------------------------------------


def unreachable_stage(
    stage: Spot, clashes: Sequence[Clash], more_ways: int, behind: Sequence[str], notes: Iterable[str]
) -> Diagnostic:
    """No record can be in ``stage``; ``behind`` are the stages that therefore cannot be reached either."""
    involved = [clause for clash in clashes for clause in clash.clauses]
    reasons = [("clash", _clash(clash)) for clash in clashes[:MOST_WAYS]]
    left = more_ways + max(0, len(clashes) - MOST_WAYS)
    if left:
        reasons.append(("clash", f"{left} more {plural(left, 'way')}, closed in much the same manner"))
    return Diagnostic(
        UNREACHABLE_STAGE,
        f"no record can ever be in {stage.words}",
        stage.span,
        "no way into it can be open",
        related(stage.span, involved),
        (*reasons, *(("note", note) for note in notes), *_behind(behind), *ask(stage, *(clause.spot for clause in involved))),
        help=_mend(clashes, involved),
        subjects=stage.subjects,
    )


def _clash(clash: Clash) -> str:
    by = f"by way of {names(clash.way)}: " if clash.way else ""
    if clash.hidden_by:
        what = f"what meets {names([clause.says for clause in clash.clauses], mark='')}" if clash.clauses else "every record"
        return f"{by}{what} is taken to stage {among(clash.hidden_by)} first, which stands before it in the file"
    if len(clash.clauses) == 1:
        return f"{by}{clash.clauses[0].says} can never be met"
    one_name = len({clause.words for clause in clash.clauses}) == 1 and all(clause.brief for clause in clash.clauses)
    *most, last = (clause.brief if one_name else clause.says for clause in clash.clauses)
    return f"{by}{', '.join(most)} with {last}" if len(most) == 1 else f"{by}{', '.join(most)} and {last} together"


def _mend(clashes: Sequence[Clash], involved: Sequence[Clause]) -> tuple[str, ...]:
    hidden = ["let the other stage ask for what tells the two apart, or put this one before it"]
    clashing = ["drop or change one of the criteria that clash"]
    if len({clause.spot.words for clause in involved}) > 1:
        clashing.append("if they need not hold at the same time, write `stamped by` in the earlier stage: it then stays open")
    return (*(hidden if any(c.hidden_by for c in clashes) else []), *(clashing if any(not c.hidden_by for c in clashes) else []))


def _behind(stages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not stages:
        return ()
    word = "stage" if len(stages) == 1 else "stages"
    return (("effect", f"{word} {among(stages)} behind it cannot be reached either"),)


def two_ways_open(source: Spot, first: Clause, second: Clause, witness: Pairs) -> Diagnostic:
    """The ways to two stages out of ``source`` are open to one record; placement takes ``first``, by its order."""
    return Diagnostic(
        TWO_WAYS_OPEN,
        f"a record in {source.words} can go on to {first.name} and to {second.name}",
        second.span,
        "open to the same record",
        labels_of(second.span, (first.span, "taken, because it stands first in the file")),
        (
            ("effect", f"such a record goes to {first.name}, and never to {second.name}, by the order of the file alone"),
            *ask(first.spot, second.spot),
        ),
        help=("add to one of them what the other must not have, or write `when` beside its `from`",),
        subjects=tuple(dict.fromkeys((*second.spot.subjects, *first.spot.subjects, *source.subjects))),
        witness=witness,
    )


def weaker_stage(
    stage: Spot, chance: Decimal, earlier: Spot, before: Decimal, way: str, lacking: Sequence[Clause], witness: Pairs
) -> Diagnostic:
    """A record gets into ``stage`` by ``way``, past ``earlier``, without what that less likely stage asks for."""
    return Diagnostic(
        WEAKER_STAGE,
        f"a record can be in {stage.words} ({percent(chance)}) without what {earlier.words} ({percent(before)}) asks for",
        stage.span,
        f"entered {way}",
        related(stage.span, lacking, "not asked for on that way"),
        (
            ("lacks", among([clause.name or clause.spot.words for clause in lacking])),
            ("why", "a forecast counts it for more, on less evidence"),
            *ask(stage, earlier),
        ),
        help=("ask for it in the likelier stage, too, or drop the way round",),
        subjects=tuple(dict.fromkeys((*stage.subjects, *earlier.subjects))),
        witness=witness,
    )


def nobody_stays(stage: Spot, onward: Sequence[Spot]) -> Diagnostic:
    """Every record that enters ``stage`` can go on to one of ``onward`` at once."""
    targets = " or ".join(spot.words for spot in onward)
    return Diagnostic(
        NOBODY_STAYS,
        f"no record ever stays in {stage.words}: each goes on to {targets} at once",
        stage.span,
        "nobody stays here",
        labels_of(stage.span, *((spot.span, "asks for nothing more") for spot in onward)),
        (("why", "the evidence never supports this stage, so it stays empty in every report"), *ask(stage, *onward)),
        help=(f"say what {targets} asks for beyond {stage.words}", "or make one stage of both"),
        subjects=tuple(dict.fromkeys((*stage.subjects, *(name for spot in onward for name in spot.subjects)))),
    )


# --- criteria ----------------------------------------------------------------------------------------------------


def never_met(clause: Clause, core: Sequence[Clause], effects: Iterable[str]) -> Diagnostic:
    """No record meets ``clause``; ``core`` are the parts of it, or the conditions beside it, that exclude one another."""
    others = [each for each in core if each is not clause]
    return Diagnostic(
        NEVER_MET,
        f"no record can ever meet {clause.words}{' beside what else is asked for' if clause in core and others else ''}",
        clause.span,
        clause.brief or "never met",
        related(clause.span, others),
        (
            *(("clash", _clash(Clash((), tuple(core)))) for _ in [0] if len(core) > 1),
            *(("effect", text) for text in effects),
            *ask(clause.spot, *(each.spot for each in others)),
        ),
        help=("drop it, or change what excludes it",),
        subjects=_subjects(clause),
    )


def always_met(clause: Clause, effects: Iterable[str]) -> Diagnostic:
    """Every record meets ``clause``, however much of it is missing."""
    return Diagnostic(
        ALWAYS_MET,
        f"every record meets {clause.words}: it asks for nothing",
        clause.span,
        clause.brief or "always met",
        (),
        (*(("effect", text) for text in effects), *ask(clause.spot)),
        help=("drop it, or say what was meant; a default such as `or else` answers for missing values, too",),
        subjects=_subjects(clause),
    )


def only_known(clause: Clause) -> Diagnostic:
    """``clause`` is never false: it is met wherever enough is known."""
    return Diagnostic(
        ONLY_KNOWN,
        f"{clause.words} is never false: it only asks that what it reads is known",
        clause.span,
        clause.brief or "never false",
        (),
        ask(clause.spot),
        help=("if that is meant, `is known` says it plainly; if not, the limit lets everything in",),
        subjects=_subjects(clause),
    )


def implied_criterion(clause: Clause, by: Sequence[Clause]) -> Diagnostic:
    """Whatever meets ``by`` meets ``clause``."""
    return Diagnostic(
        IMPLIED_CRITERION,
        f"{clause.words} asks for nothing new: it follows from {names([each.words for each in by], mark='')}",
        clause.span,
        clause.brief or "follows from the others",
        related(clause.span, by, "implies it"),
        ask(clause.spot, *(each.spot for each in by)),
        help=("drop it, or keep it as a reminder: it changes no placement",),
        subjects=_subjects(clause),
    )


def idle_alternative(clause: Clause, others: Sequence[Clause]) -> Diagnostic:
    """Whatever meets ``clause`` meets one of the ``others``, and one of them is enough."""
    return Diagnostic(
        IMPLIED_CRITERION,
        f"{clause.words} lets nobody in that {names([each.words for each in others], mark='')} does not",
        clause.span,
        clause.brief or "adds nothing",
        related(clause.span, others, "lets in all of them"),
        ask(clause.spot),
        help=("drop it, or widen it: one of the alternatives is enough",),
        subjects=_subjects(clause),
    )


def rule_without_effect(rule: Spot, clause: Clause, core: Sequence[Clause]) -> Diagnostic:
    """No record can break ``rule``: what it requires follows from its ``when``."""
    return Diagnostic(
        RULE_WITHOUT_EFFECT,
        f"no record can ever break {rule.words}",
        rule.span,
        "never broken",
        related(rule.span, [*core, clause], "holds for whatever the rule is about"),
        ask(rule),
        help=("drop it, or say what was meant",),
        subjects=rule.subjects,
    )


def rule_always_broken(rule: Spot, core: Sequence[Clause]) -> Diagnostic:
    """Every record that ``rule`` is about breaks it."""
    return Diagnostic(
        NEVER_MET,
        f"no record can keep {rule.words}: what it requires clashes with its `when`",
        rule.span,
        "never kept",
        related(rule.span, core),
        (("clash", _clash(Clash((), tuple(core)))), *ask(rule)),
        help=("mend one of the two: `when` says which records the rule is about, `require` what they ought to have",),
        subjects=rule.subjects,
    )


# --- what they share ---------------------------------------------------------------------------------------------


def ask(*spots: Spot) -> tuple[tuple[str, str], ...]:
    """Return the note that says which teams to ask about what."""
    owned: dict[tuple[str, ...], list[str]] = {}
    for spot in dict.fromkeys(spots):
        if spot.owners:
            owned.setdefault(spot.owners, []).append(spot.words)
    told = [f"{owns(owners)} {names(words[:MOST_ASKED], mark='')}" for owners, words in owned.items()]
    return (("ask", names(told[:MOST_ASKED], mark="")),) if told else ()


def related(span: Span | None, clauses: Iterable[Clause], text: str = "") -> tuple[Label, ...]:
    """Return the places of ``clauses`` beside the one at ``span``, each with what it asks for."""
    return labels_of(span, *((clause.span, text or clause.brief or clause.words) for clause in clauses))


def labels_of(span: Span | None, *places: tuple[Span | None, str]) -> tuple[Label, ...]:
    """Return a label for each place that stands in a file, once, and is not ``span``."""
    found = {place: text for place, text in reversed(places) if place is not None and place != span}
    return tuple(Label(place, text) for place, text in reversed(found.items()))


def _subjects(clause: Clause) -> tuple[str, ...]:
    return (clause.name, *clause.spot.subjects) if clause.name else clause.spot.subjects
