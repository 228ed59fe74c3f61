"""Problems of comparing two versions over data, REV797 and REV798."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.data import near_misses

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING_IN_COMMON = Problem("REV797", "no-lifecycle-in-common", Severity.ERROR, "two versions have no lifecycle in common")
UNKNOWN_SUM = Problem("REV798", "unknown-sum", Severity.ERROR, "a sum was asked for of what is no number")


def nothing_in_common(old: Sequence[str], new: Sequence[str]) -> Diagnostic:
    """No lifecycle of the new version is one of the old version."""
    ours, theirs = (", ".join(f"`{name}`" for name in names) or "none" for names in (old, new))
    return Diagnostic(
        NOTHING_IN_COMMON,
        f"the two versions have no lifecycle in common, so no record can move: the old one has {ours}, the new one {theirs}",
        help=("a lifecycle that was renamed says what it was called before: `was old_name`",),
    )


def unknown_sum(name: str, entity: str, known: Sequence[str]) -> Diagnostic:
    """``--sum`` names nothing that is a number of ``entity``, in neither version."""
    near = near_misses([name], known)
    found = f"; it looks like {' or '.join(f'`{each}`' for each in near)}" if near else ""
    choices = f"to choose from: {', '.join(f'`{each}`' for each in known)}" if known else "it has none"
    return Diagnostic(UNKNOWN_SUM, f"`{name}` is no number of `{entity}` that could be summed; {choices}{found}")
