"""A diagnostic into its notes, the example record and the help, as (keyword, text): what layouts without places show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic

LINE_END = "\n"


class Proofs(NamedTuple):
    """What became of the questions to the prover: the same on every machine, so there is no time in it."""

    asked: int
    proved: int
    refuted: int
    undecided: int


def noted(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    """Yield the notes, then the example record as one line, then the help."""
    yield from diagnostic.notes
    if diagnostic.witness:
        yield (
            "example",
            ", ".join(f"{field} = {' '.join(map(str.strip, value.split(LINE_END)))}" for field, value in diagnostic.witness),
        )
    yield from (("help", text) for text in diagnostic.help)
