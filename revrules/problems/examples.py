"""Problems of examples that do not come out, REV78x."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.source import Span

FAILED = Problem("REV780", "failed-example", Severity.ERROR, "an example whose record comes out otherwise than it expects")


def failed_example(span: Span | None, title: str, expected: str, found: str, reasons: Sequence[str]) -> Diagnostic:
    """Return the problem that ``expected`` did not come out of the example called ``title``; ``found`` did."""
    return Diagnostic(
        FAILED,
        f'"{title}": expected {expected}, found {found}',
        span,
        f"found {found}",
        notes=tuple(("reason", reason) for reason in reasons),
        subjects=(title,),
    )
