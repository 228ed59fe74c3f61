"""Two rulesets, or two teams of one, into how everything that they say lies to each other."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from revrules.proofs.alignment.matching import Names, match
from revrules.proofs.alignment.merged import merged
from revrules.proofs.alignment.rows import Row, Words, stage_rows
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from revrules.ir import Ruleset
    from revrules.proofs.alignment.matching import Matches, Near
    from revrules.proofs.alignment.merged import Difference
    from revrules.proofs.questions import Counts, Finder

    Ask: TypeAlias = "Callable[[Ruleset, datetime.date], Finder]"
    Both: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two sides, called ``sides``, lie to each other.

    ``differences`` are those of fields, lists and settings. ``lone_entities`` and ``lone_fields`` (as `entity.field`) are those
    that only the first and only the second has; ``near`` are names of these that look alike.
    """

    sides: tuple[str, str]
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    near: tuple[Near, ...]
    lone_entities: Both
    lone_fields: Both
    lone_lifecycles: Both
    counts: Counts

    @property
    def same(self) -> bool:
        """Whether all that is said on either side is said on the other, and proved to mean the same."""
        return all(row.same for row in self.rows) and not any((*self.lone_lifecycles,))


def align(
    first: Ruleset,
    second: Ruleset,
    names: Names,
    today: datetime.date,
    *,
    sides: tuple[str, str],
    teams: tuple[str, str] | None = None,
    prover: Ask | None = None,
) -> Alignment:
    """Return how the words and stages of two rulesets lie to each other. ``names`` says what the second calls otherwise.

    With ``teams``, only the variants of the one and of the other team are words.
    """
    matches = match(first, second, names, teams)
    whole = merged(first, second, matches, sides)
    questions = Questions(whole.ruleset, today, prover=prover)
    rows = (
        *Words(questions, whole.first, whole.second).rows(matches.words),
        *stage_rows(questions, whole.first, whole.second, matches.stages),
    )
    return Alignment(
        sides,
        rows,
        whole.differences,
        matches.near,
        _lone_entities(first, second, matches),
        _lone_fields(matches),
        (
            tuple(one.name for one, other in matches.lone_lifecycles if other is None and one is not None),
            tuple(other.name for one, other in matches.lone_lifecycles if one is None and other is not None),
        ),
        questions.counts,
    )


def align_teams(ruleset: Ruleset, today: datetime.date, teams: tuple[str, str], *, prover: Ask | None = None) -> Alignment:
    """Return how the words of two teams of one ruleset lie to each other: those that they do not share."""
    found = align(ruleset, ruleset, Names(), today, sides=teams, teams=teams, prover=prover)
    rows = tuple(row for row in found.rows if row.kind in ("word", "member") and not _shared(row))
    return dataclasses.replace(found, rows=rows, near=())


def _shared(row: Row) -> bool:
    return row.asked is not None and row.asked[0].definition == row.asked[1].definition


def _lone_entities(first: Ruleset, second: Ruleset, matches: Matches) -> Both:
    matched = set(matches.entities.values())
    return (
        tuple(each.name for each in first.entities if each.name not in matched),
        tuple(each.name for each in second.entities if each.name not in matches.entities),
    )


def _lone_fields(matches: Matches) -> Both:
    return (
        tuple(f"{entity}.{one.name}" for entity, one, _ in matches.lone_fields if one is not None),
        tuple(f"{entity}.{other.name}" for entity, _, other in matches.lone_fields if other is not None),
    )
