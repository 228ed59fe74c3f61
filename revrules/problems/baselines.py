"""Problems of baselines, the files of accepted findings: REV793 to REV795."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity

if TYPE_CHECKING:
    import datetime

ACCEPTED_GONE = Problem(
    "REV793", "accepted-finding-gone", Severity.INFO, "a finding that a baseline accepts is not there any more"
)
ACCEPTANCE_ENDED = Problem(
    "REV794", "acceptance-ended", Severity.WARNING, "the date until which a baseline accepts a finding has passed"
)
UNREADABLE_BASELINE = Problem("REV795", "unreadable-baseline", Severity.ERROR, "a file of accepted findings cannot be read")


def accepted_gone(path: str, code: str, place: str, message: str) -> Diagnostic:
    """An accepted finding is gone, or what it is about means something else now."""
    return Diagnostic(
        ACCEPTED_GONE,
        f"`{path}` accepts {code} for {place}, which is not found any more",
        notes=(("was", message),),
        help=("take the entry out, or run `revrules check --write-baseline` again",),
        subjects=(place,),
    )


def acceptance_ended(path: str, code: str, place: str, until: datetime.date) -> Diagnostic:
    """A finding was accepted until a day that has passed; the finding itself is told again, too."""
    return Diagnostic(
        ACCEPTANCE_ENDED,
        f"`{path}` accepts {code} for {place} until {until}, and that day has passed",
        help=("mend what the finding says, or agree on a later day in `until`",),
        subjects=(place,),
    )


def unreadable_baseline(path: str, why: str) -> Diagnostic:
    """A baseline is no file of accepted findings."""
    return Diagnostic(
        UNREADABLE_BASELINE,
        f"`{path}` cannot be read as a baseline: {why}",
        help=("`revrules check --write-baseline FILE` writes one",),
    )
