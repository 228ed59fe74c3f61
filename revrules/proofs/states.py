"""A condition and a witness into its state, by the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from revrules.reference import Judge

if TYPE_CHECKING:
    from revrules.backends.smt.answers import State, Witness
    from revrules.ir import Expr, Ruleset

__all__ = ["Judge", "state_of"]


def state_of(ruleset: Ruleset, condition: Expr, witness: Witness) -> State:
    """Return whether ``condition`` is true, false or unknown for ``witness``."""
    (state,) = Judge(ruleset, witness.entity, (condition,)).values(witness.record, witness.as_of)
    return cast("State", state)
