"""Questions that stayed undecided into remarks: what was asked, in words, and why there is no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.smt.answers import DECIDED, MET, NOT_MET, NOT_UNMET, UNKNOWN, UNMET
from revrules.problems import proofs
from revrules.proofs.phrases import brief
from revrules.proofs.questions import About

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.proofs.questions import Open, Questions
    from revrules.source import Span

STATES = {
    MET: "met",
    UNMET: "unmet",
    UNKNOWN: "unknown",
    NOT_MET: "not met",
    NOT_UNMET: "not unmet",
    DECIDED: "either met or unmet",
}


def left_open(_survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find what the other findings asked in vain: one remark for all questions that were asked for the same."""
    grouped: dict[About, list[str]] = {}
    for question in questions.undecided:
        about = question.about if question.about.words else About(_words(question), _place(question))
        grouped.setdefault(about, []).append(question.reason)
    for about, reasons in grouped.items():
        yield proofs.undecided(about.words, about.span, about.subjects, tuple(dict.fromkeys(reasons)))


def _words(question: Open) -> str:
    asked = " and ".join(f"`{brief(want.condition)}` {STATES.get(want.states, 'anyhow')}" for want in question.wants)
    return f"whether a record of `{question.entity}` can have {asked}"


def _place(question: Open) -> Span | None:
    return next((want.condition.span for want in question.wants if want.condition.span is not None), None)
