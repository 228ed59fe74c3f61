"""What the prover could not decide: REV599."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.source import Span

UNDECIDED = Problem("REV599", "undecided", Severity.INFO, "a question to which the prover has no answer")


def undecided(words: str, span: Span | None, subjects: Sequence[str], reasons: Sequence[str]) -> Diagnostic:
    """It cannot be told ``words`` ("whether a record can enter `mql`"), for ``reasons``."""
    return Diagnostic(
        UNDECIDED,
        f"cannot tell {words}",
        span,
        notes=tuple(("why", reason) for reason in reasons),
        help=("it is neither proved nor refuted: nothing is said about it, and `--strict` makes it fail",),
        subjects=tuple(subjects),
    )
