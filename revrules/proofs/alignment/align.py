"""Two rulesets, or two teams of one, into how everything that they say lies to each other."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from revrules.problems.alignment import said
from revrules.proofs.alignment.matching import Names, match
from revrules.proofs.alignment.merged import merged
from revrules.proofs.alignment.rows import Row, Words, stage_rows
from revrules.proofs.questions import Questions
from revrules.types import EnumType

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Mapping

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
    that only the first and only the second has; ``near`` are names that look, or by proof mean, alike. ``matched`` are the
    second's entities by the first's; ``table_names`` what either side calls an entity or relation, by each of its names.
    """

    sides: tuple[str, str]
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    near: tuple[Near, ...]
    lone_entities: Both
    lone_fields: Both
    lone_lifecycles: Both
    matched: Mapping[str, str]
    table_names: Mapping[str, tuple[str | None, str | None]]
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
    words = Words(questions, whole.first, whole.second, names)
    rows = (
        *words.rows(matches.words),
        *stage_rows(questions, whole.first, whole.second, matches.stages),
    )
    return Alignment(
        sides,
        rows,
        whole.differences,
        _near(matches, tuple(words.namesakes(matches.words))),
        _lone_entities(first, second, matches),
        _lone_fields(matches),
        (
            tuple(one.name for one, other in matches.lone_lifecycles if other is None and one is not None),
            tuple(other.name for one, other in matches.lone_lifecycles if one is None and other is not None),
        ),
        {ours: theirs for theirs, ours in matches.entities.items()},
        _table_names(first, second, matches),
        questions.counts,
    )


def align_teams(ruleset: Ruleset, today: datetime.date, teams: tuple[str, str], *, prover: Ask | None = None) -> Alignment:
    """Return how the words of two teams of one ruleset lie to each other: those that they do not share."""
    found = align(ruleset, ruleset, Names(), today, sides=teams, teams=teams, prover=prover)
    rows = tuple(row for row in found.rows if row.kind in ("word", "member") and not _shared(row))
    return dataclasses.replace(found, rows=rows, near=())


def _near(matches: Matches, proved: tuple[Near, ...]) -> tuple[Near, ...]:
    """Return what has one meaning by proof, then what looks alike."""
    told = {(each.theirs, each.ours) for each in proved}
    return (*proved, *(each for each in matches.near if (each.theirs, each.ours) not in told))


def _shared(row: Row) -> bool:
    return row.asked is not None and row.asked[0].definition == row.asked[1].definition


def _table_names(first: Ruleset, second: Ruleset, matches: Matches) -> dict[str, tuple[str | None, str | None]]:
    """Return the names of entities and relations on either side, by each name that one of them has."""
    relations = {name: ours for (_, name), ours in matches.relations.items()}
    ours = {each.name for each in first.entities} | {each.name for of in first.entities for each in of.relations}
    theirs = {each.name for each in second.entities} | {each.name for of in second.entities for each in of.relations}
    found: dict[str, tuple[str | None, str | None]] = {}
    back = {here: there for there, here in (*matches.entities.items(), *relations.items())}
    for name in (*theirs, *ours):
        if name in ours:
            found[name] = (name, back.get(name, name if name in theirs else None))
        else:
            found[name] = (matches.entities.get(name, relations.get(name)), name)
    return found


def names_of(ruleset: Ruleset) -> tuple[str, ...]:
    """Return every name of ``ruleset`` that may be mapped."""
    words = (name for each in ruleset.definitions for name in (each.name, said(each)))
    members = (name for each in ruleset.definitions if isinstance(each.type, EnumType) for name in each.type.member_names)
    fields = (each.name for entity in ruleset.entities for each in entity.fields)
    relations = (each.name for entity in ruleset.entities for each in entity.relations)
    stages = (stage.name for lifecycle in ruleset.lifecycles for stage in lifecycle.stages)
    rules, lifecycles = (each.name for each in ruleset.rules), (each.name for each in ruleset.lifecycles)
    entities = (each.name for each in ruleset.entities)
    return tuple(dict.fromkeys((*words, *members, *fields, *relations, *stages, *rules, *lifecycles, *entities)))


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
