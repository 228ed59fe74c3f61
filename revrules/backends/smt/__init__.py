"""Conditions of the IR into problems for Z3, and its answers into records: the door to z3.

A condition becomes two formulas ("is true", "is false"), a value a formula ("is known") and a term. What cannot be said exactly
is said too widely, never too narrowly: "impossible" is a proof, and "possible" counts only after the reference agreed.
"""

from typing import TYPE_CHECKING

from revrules.backends.smt.answers import (
    DECIDED,
    MET,
    NOT_MET,
    NOT_UNMET,
    UNKNOWN,
    UNMET,
    Answer,
    State,
    Verdict,
    Want,
    Witness,
)

if TYPE_CHECKING:
    from revrules.backends.smt.prover import Prover as Prover

__all__ = [
    "DECIDED",
    "MET",
    "NOT_MET",
    "NOT_UNMET",
    "UNKNOWN",
    "UNMET",
    "Answer",
    "Prover",
    "State",
    "Verdict",
    "Want",
    "Witness",
]


def __getattr__(name: str) -> object:
    """Import the prover, and Z3 with it, when it is first asked for: where every answer was kept there is no need."""
    if name != "Prover":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from revrules.backends.smt.prover import Prover

    return Prover
