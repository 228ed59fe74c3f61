"""The names of a ruleset into what people call things; numbers, shares and moments into text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.proofs.phrases import phrase
from revrules.reads import definition_name
from revrules.stages import graph, order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from revrules.ir import Lifecycle, Ruleset, Stage

NOBODY = "no owner named"
NO_SYSTEM = "no system named"
OWN_CONDITION = "when"
"""What a placement calls the condition of the way itself (grammar/language.md, section 9)."""
LINE = 75
"""Characters of the keys that are named together."""
LONGEST = 160
"""Characters of a condition that are written out."""


class Look(NamedTuple):
    """How a verdict is shown: a word, a mark that does not need colour, a sentence."""

    word: str
    mark: str
    says: str


LOOKS = {
    "in_stage": Look("in stage", "✓", "The CRM and the evidence agree."),
    "placed": Look("placed", "•", "The evidence supports a stage."),
    "ahead": Look("ahead", "▲", "The CRM claims more than the evidence supports."),
    "behind": Look("behind", "▼", "The evidence supports a later stage than the CRM claims."),
    "elsewhere": Look("elsewhere", "◆", "The evidence supports another branch than the one the CRM claims."),
    "nowhere": Look("nowhere", "✕", "Not even the entry criteria are met."),
    "cannot_tell": Look("cannot tell", "?", "Missing data could change the answer."),
    "undeclared": Look("undeclared", "–", "The CRM claims no stage."),
}
"""Verdicts in the order in which they are shown; `placed` is for lifecycles that track nothing."""


def look(stage: str | None, verdict: str | None) -> str:
    """Return under which name of ``LOOKS`` records are shown: the verdict, or what is known where nothing is tracked."""
    return verdict or ("nowhere" if stage is None else "placed")


class Described(NamedTuple):
    """A field or definition: how people call it, its owners, the systems that provide it."""

    label: str
    owners: tuple[str, ...]
    systems: tuple[str, ...]


class Names:
    """Knows how people call the teams, systems, stages and fields of one lifecycle."""

    def __init__(self, ruleset: Ruleset, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.entity = ruleset.entity(lifecycle.entity)
        self._ruleset = ruleset
        self._teams = {team.name: team.label or team.name for team in ruleset.teams}
        self._systems = {system.name: system.label or system.name for system in ruleset.systems}
        self._stages = {stage.name: next(iter(stage.labels), "").strip() or stage.name for stage in lifecycle.stages}
        self._by_name = {stage.name: stage for stage in lifecycle.stages}
        self._asked = {(stage.name, c.name): c for stage in lifecycle.stages for c in _criteria(stage.requires)}
        self._edges = tuple(edge for edge in lifecycle.edges if not isinstance(edge.condition, ir.Literal))
        ordered = order(graph(lifecycle)) or tuple(self._stages)
        self.stages: tuple[Stage, ...] = tuple(self._by_name[name] for name in ordered)
        """The stages in the order of the graph."""

    def stage(self, name: str | None) -> str:
        """Return the label of a stage, of None that of no stage."""
        return "no stage" if name is None else self._stages.get(name, name)

    def teams(self, names: Iterable[str]) -> str:
        """Return teams as people call them."""
        return " and ".join(self._teams.get(name, name) for name in names) or NOBODY

    def systems(self, names: Iterable[str]) -> str:
        """Return systems as people call them."""
        return ", ".join(self._systems.get(name, name) for name in names) or NO_SYSTEM

    def owners(self, stage: str) -> tuple[str, ...]:
        """Return the teams that own a stage."""
        found = self._by_name.get(stage)
        return found.owners if found is not None else ()

    def criterion(self, stage: str, name: str) -> tuple[str, str, str]:
        """Return how a criterion is called, what it asks in brief, and what the ruleset says about it."""
        if name == OWN_CONDITION and (stage, name) not in self._asked:
            asked_of_ways = dict.fromkeys(self._asks(edge.condition) for edge in self._edges if edge.target == stage)
            return "the way’s own condition", " or ".join(filter(None, asked_of_ways)), ""
        asked = self._asked.get((stage, name))
        if asked is None:  # the field of `stamped by`
            return name, f"{name} is known", ""
        return name, self._asks(asked.condition), asked.doc or self._doc_of(asked.condition)

    def described(self, name: str) -> Described:
        """Return what is known of a field (`meetings.held_at`) or definition that a placement names."""
        *path, last = name.split(".")
        entity = self._followed(path)
        found = entity.field(last) if entity is not None else None
        if found is not None:
            return Described(next(iter(found.columns), ""), found.owners, found.systems)
        for definition in self._ruleset.definitions:
            if entity is not None and definition.entity == entity.name and definition_name(definition.id) == last:
                return Described(definition.label, definition.owners, ())
        return Described("", (), ())

    def _followed(self, path: list[str]) -> ir.Entity | None:
        entity: ir.Entity = self.entity
        for step in path:
            relation = entity.relation(step)
            if relation is None:
                return None
            entity = self._ruleset.entity(relation.entity)
        return entity

    def _asks(self, condition: ir.Expr) -> str:
        """Return a condition in the words of the language, that of a definition alone as what the definition says."""
        if isinstance(condition, ir.Ref) and not condition.path:
            condition = self._ruleset.definition(condition.definition).expr
        text = phrase(condition)
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

    def _doc_of(self, condition: ir.Expr) -> str:
        return self._ruleset.definition(condition.definition).doc if isinstance(condition, ir.Ref) else ""


def _criteria(criteria: ir.Criteria | None) -> Iterator[ir.Criterion]:
    match criteria:
        case ir.Criterion():
            yield criteria
        case ir.Group():
            for member in criteria.members:
                yield from _criteria(member)
        case None:
            return


def number(count: int) -> str:
    """Return a number as people write it.

    >>> number(12345)
    '12,345'
    """
    return f"{count:,}"


def share(part: int, whole: int) -> str:
    """Return a share as a percentage that never rounds something to nothing, or a part to the whole.

    >>> [share(part, 2000) for part in (0, 1, 31, 400, 1999, 2000)]
    ['0%', '<0.1%', '1.6%', '20%', '>99.9%', '100%']
    """
    if part == 0 or whole == 0:
        return "0%"
    if part == whole:
        return "100%"
    percent = 100 * part / whole
    if percent < 0.1:
        return "<0.1%"
    if percent > 99.9:
        return ">99.9%"
    text = f"{percent:.1f}" if percent < 10 or percent > 99 else f"{percent:.0f}"
    return f"{text.removesuffix('.0')}%"


def few(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first of ``names`` that fit into a line or two; at least one, if there are any.

    >>> few(["0001", "0002"]), len(few(["3f2504e0-4f89-11d3-9a0c-0305e82c3301"] * 5))
    (('0001', '0002'), 2)
    """
    room, shown = LINE, list[str]()
    for name in names:
        room -= len(name)
        if shown and room < 0:
            break
        shown.append(name)
    return tuple(shown)


def records(count: int, noun: str, nouns: str) -> str:
    """Return a number with its noun.

    >>> records(1, "deal", "deals"), records(2000, "deal", "deals")
    ('1 deal', '2,000 deals')
    """
    return f"{count:,} {noun if count == 1 else nouns}"


def moment(when: datetime, timezone: str) -> str:
    """Return an instant as the clock of ``timezone`` shows it, to the minute.

    >>> from datetime import UTC, datetime
    >>> moment(datetime(2026, 11, 20, 23, tzinfo=UTC), "Europe/Berlin")
    '2026-11-21 00:00 Europe/Berlin'
    """
    from revrules.runtime.clock import zone_of

    return f"{when.astimezone(zone_of(timezone)).replace(tzinfo=None).isoformat(' ', 'minutes')} {timezone}"
