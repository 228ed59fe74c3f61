"""Conditions of the IR into problems for Z3, and its answers into records: the door to z3.

A condition becomes two formulas ("is true", "is false"), a value a formula ("is known") and a term. What cannot be said exactly
is said too widely, never too narrowly: "impossible" is a proof, and "possible" counts only after the reference agreed.
"""

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
from revrules.backends.smt.prover import Prover

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
