"""Questions to the prover and its answers, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from revrules.ir import Expr

State = bool | None
"""Of a condition: true, false, or (None) unknown."""

MET: frozenset[State] = frozenset({True})
UNMET: frozenset[State] = frozenset({False})
UNKNOWN: frozenset[State] = frozenset({None})
NOT_MET: frozenset[State] = frozenset({False, None})
NOT_UNMET: frozenset[State] = frozenset({True, None})
DECIDED: frozenset[State] = frozenset({True, False})

NO_STEPS_LEFT = "it takes more steps than are left after other hard questions"
"""Why an answer is undecided that depends on the questions before."""


@dataclass(frozen=True, slots=True)
class Want:
    """A condition on a record, and the states in which it is wanted."""

    condition: Expr
    states: frozenset[State] = MET


class Verdict(StrEnum):
    """What became of "is there a record, at some instant, of which all this is so?"."""

    IMPOSSIBLE = "impossible"
    """Proved: there is none."""
    POSSIBLE = "possible"
    """There is one, and the reference interpreter has confirmed it."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Witness:
    """A record and an instant. ``record`` nests as records handed to the library do and holds known values only.

    Values have the types of ``ir.Value``; a ``one`` relation is a mapping, a ``many`` relation a list of mappings.
    """

    entity: str
    as_of: datetime
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    ``witness`` for POSSIBLE. ``core`` for IMPOSSIBLE, where it was asked for: the positions of wants that exclude each other
    already, none of which can be left out, in order. ``reason`` for UNDECIDED, in plain words that follow "undecided:".
    """

    verdict: Verdict
    witness: Witness | None = None
    core: tuple[int, ...] = ()
    reason: str = ""
