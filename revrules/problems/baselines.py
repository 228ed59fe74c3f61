"""Problems of baselines, the files of accepted findings: REV793 to REV796."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

ACCEPTED_GONE = Problem(
    "REV793", "accepted-finding-gone", Severity.INFO, "a finding that a baseline accepts is not there any more"
)
ACCEPTANCE_ENDED = Problem(
    "REV794", "acceptance-ended", Severity.WARNING, "the date until which a baseline accepts a finding has passed"
)
ACCEPTED_IN_PART = Problem(
    "REV796", "accepted-in-part", Severity.INFO, "a finding is about several things, and a baseline accepts some of them"
)
UNREADABLE_BASELINE = Problem("REV795", "unreadable-baseline", Severity.ERROR, "a file of accepted findings cannot be read")
MOST = 6
"""Places that are named."""


def accepted_gone(path: str, code: str, place: str, message: str, *, changed: bool = False) -> Diagnostic:
    """An accepted finding is gone; or (``changed``) what it is about means something else now, so that it counts anew."""
    now = "as it was: its meaning is another now" if changed else "which is not found any more"
    return Diagnostic(
        ACCEPTED_GONE,
        f"`{path}` accepts {code} for {place}{'' if changed else ','} {now}",
        notes=(("was", message),),
        help=("take the entry out, or run `revrules check --write-baseline` again",),
        subjects=(place,),
    )


def accepted_in_part(path: str, code: str, accepted: Sequence[str], new: Sequence[str]) -> Diagnostic:
    """A finding is about several things, of which some are accepted."""
    verb = "is" if len(new) == 1 else "are"
    return Diagnostic(
        ACCEPTED_IN_PART,
        f"of what {code} names, {_listed(new)} {verb} new; `{path}` accepts the rest",
        notes=(("rest", _listed(accepted)),),
        help=("mend what is new, or run `revrules check --write-baseline` again",),
        subjects=tuple(new),
    )


def _listed(places: Sequence[str]) -> str:
    return ", ".join(places[:MOST]) + (f" and {len(places) - MOST} more" if len(places) > MOST else "")


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
