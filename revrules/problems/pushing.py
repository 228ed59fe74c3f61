"""Problems of a run that DuckDB does, REV745 to REV747."""

from __future__ import annotations

from revrules.diagnostics import Diagnostic, Problem, Severity

NOT_PUSHED = Problem("REV745", "not-on-duckdb", Severity.ERROR, "DuckDB cannot do an evaluation that was asked of it")
MEMORY = Problem("REV746", "too-little-memory", Severity.ERROR, "an evaluation needs more memory than it may use")

SIZE = Problem("REV747", "unknown-size", Severity.ERROR, "a limit of memory is not a size")


def unknown_size(size: str) -> Diagnostic:
    """``--memory-limit`` is no size that DuckDB knows."""
    return Diagnostic(SIZE, f"`{size}` is not a size of memory such as 500MB or 2GB")


def not_pushed(name: str, reason: str) -> Diagnostic:
    """``--engine duckdb`` was asked for, and only Python gives the right answer; ``reason`` is a clause."""
    return Diagnostic(
        NOT_PUSHED,
        f"`{name}` cannot be placed by DuckDB: {reason}",
        help=("leave out `--engine duckdb`: Python places it, more slowly",),
    )


def too_little_memory(reason: str) -> Diagnostic:
    """DuckDB ran out of memory; ``reason`` in its words."""
    return Diagnostic(
        MEMORY,
        f"the evaluation needs more memory than it may use: {reason}",
        help=("allow it more, such as `--memory-limit 2GB`, or fewer threads with `--threads 1`",),
    )
