"""Two versions of a ruleset into all that changed: the pipeline of a semantic diff, read top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.diff.changes import Kind, What
from revrules.diff.claims import of_claims
from revrules.diff.declared import declared
from revrules.diff.meaning import changes
from revrules.diff.renames import renames
from revrules.diff.shape import shape
from revrules.diff.ways import of_ways, orders
from revrules.proofs.alignment.matching import match
from revrules.proofs.alignment.merged import merged
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from revrules.diff.changes import Change, Shape
    from revrules.ir import Ruleset
    from revrules.proofs.questions import Counts, Finder

SIDES = ("old", "new")
WHOLES = (What.DEFINITION, What.SCORE, What.CLASSIFICATION, What.RULE, What.GATE)
"""What has criteria."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from the ``old`` to the ``new`` version: ``changes`` of meaning, ``shape`` of the rest, what was asked."""

    old: Ruleset
    new: Ruleset
    changes: tuple[Change, ...]
    shape: tuple[Shape, ...]
    counts: Counts

    @property
    def changed(self) -> tuple[Change, ...]:
        """The changes of meaning, without what is proved to be the same, criteria of what is the same as a whole among it."""
        same, other = (
            {(each.title, each.entity) for each in self.changes if each.what in WHOLES and (each.kind is Kind.SAME) is alike}
            for alike in (True, False)
        )
        return tuple(
            each
            for each in self.changes
            if each.kind is not Kind.SAME
            and not (each.what is What.CRITERION and (each.of, each.entity) in same and (each.of, each.entity) not in other)
        )

    @property
    def undecided(self) -> int:
        """How many comparisons stayed undecided."""
        return sum(change.kind is Kind.UNDECIDED for change in self.changed)

    @property
    def same(self) -> bool:
        """Whether nothing changed in meaning: all is proved to be the same, and nothing else is declared otherwise."""
        return not self.changed and all(shape.aside for shape in self.shape)


def difference(
    old: Ruleset,
    new: Ruleset,
    today: datetime.date,
    *,
    prover: Callable[[Ruleset, datetime.date], Finder] | None = None,
) -> Difference:
    """Return what changed in meaning from ``old`` to ``new``, for every possible record at every instant."""
    names = renames(old, new)
    matches = match(old, new, names)
    whole = merged(old, new, matches, SIDES)
    questions = Questions(whole.ruleset, today, prover=prover)
    found = (
        *changes(questions, whole, matches, names),
        *of_ways(questions, whole, matches),
        *of_claims(questions, whole, matches),
    )
    besides = *shape(old, new, matches), *declared(old, new, matches, whole.differences), *orders(questions, whole, matches)
    questions.save()
    return Difference(old, new, found, besides, questions.counts)
