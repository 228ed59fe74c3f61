"""What changed between two versions, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revrules.backends.smt.answers import Witness
    from revrules.source import Span


class Kind(StrEnum):
    """What became of the set of records that something is about. Of rules, these are the records that keep it."""

    SAME = "same"
    """Proved: the same records, however it is written."""
    TIGHTENED = "tightened"
    """Proved: no record is new, and one is left out."""
    LOOSENED = "loosened"
    """Proved: no record is left out, and one is new."""
    CHANGED = "changed"
    """A record is left out and one is new; or a value is another."""
    UNDECIDED = "undecided"
    NEW = "new"
    GONE = "gone"


class What(StrEnum):
    """What a change is about."""

    DEFINITION = "definition"
    SCORE = "score"
    CLASSIFICATION = "classification"
    MEMBER = "member"
    RULE = "rule"
    STAGE = "stage"
    GATE = "gate"
    CRITERION = "criterion"
    WAY = "way"
    """From one stage to another: for which records it is open."""
    CLAIM = "claim"
    """Of an assertion: the records that fulfil it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing that says something of records.

    ``name`` is that of the new version (the old one's for what is gone), ``of`` the thing around it: a criterion's definition or
    stage, a stage's lifecycle. ``was``: its name in the old version, where that was another. ``lost`` is a record of the old
    version only, ``gained`` one of the new only; both are confirmed by the reference. ``only_missing``: they differ only where
    something is missing. ``because`` are the criteria that are responsible, in words; ``inherited``: it says what it said, and
    what changed is something that it uses, or a stage before. ``said`` is what the two versions say, where short. ``owners``
    are those of the old and of the new version. ``reserve``: why the comparison is not of everything, or why it is undecided.
    ``direction`` is for scores and other amounts that changed: `never lower`, `never higher`, empty where both happen or that is
    undecided; a ``lost`` record is then one with a lower value now, a ``gained`` one with a higher.
    """

    what: What
    name: str
    of: str
    entity: str
    kind: Kind
    was: str | None = None
    lost: Witness | None = None
    gained: Witness | None = None
    only_missing: bool = False
    because: tuple[str, ...] = ()
    inherited: bool = False
    said: tuple[str, str] = ("", "")
    owners: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    reserve: str = ""
    places: tuple[Span | None, Span | None] = (None, None)
    direction: str = ""

    @property
    def title(self) -> str:
        """The name with that of the thing around it: `mql.qualified`."""
        return f"{self.of}.{self.name}" if self.of else self.name


@dataclass(frozen=True, slots=True)
class Shape:
    """A change of what is declared besides: ``what`` (edge, owner, field …), ``name``, ``told`` in words (`sales → finance`).

    ``owners`` are those who answer for it, in both versions. ``aside``: it is told and changes no meaning, as a new name does.
    """

    what: str
    name: str
    told: str
    owners: tuple[str, ...] = ()
    place: Span | None = None
    aside: bool = False
