"""Two rulesets into what corresponds to what: entities, fields, relations, words, rules, lifecycles and stages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from revrules.problems.alignment import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from revrules.ir import Definition, Entity, FieldDecl, Lifecycle, Relation, Rule, Ruleset, Stage

Thing = TypeVar("Thing")
Word = tuple[str, str]
"""Of an entity, a name."""

LIKE_AN_ENTITY = 0.5
"""The share of the columns of the smaller of two entities that both have, from which they look alike."""


class Pair(NamedTuple):
    """A definition or rule of both rulesets, or of one of them only (None for the other's)."""

    entity: str
    """As the first ruleset names it, where it has it."""
    first: Definition | Rule | None
    second: Definition | Rule | None


class StagePair(NamedTuple):
    """A stage of both rulesets, or of one of them only."""

    lifecycles: tuple[Lifecycle, Lifecycle]
    first: Stage | None
    second: Stage | None


class Near(NamedTuple):
    """A name of the second ruleset that looks, or by proof means, like one of the first: worth a ``--map``."""

    theirs: str
    ours: str
    proved: bool = False


@dataclass(slots=True)
class Names:
    """What the second ruleset calls otherwise: the first one's names by its own. ``used`` are those that named something."""

    given: Mapping[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def ours(self, name: str, within: str = "") -> str | None:
        """Return what ``name`` (of the thing ``within``) is to be called, None where nothing was said of it."""
        for key in (f"{within}.{name}", name):
            if key in self.given:
                return self.given[key].rpartition(".")[2]
        return None

    def use(self, name: str, within: str = "") -> None:
        """Note that what was said of ``name`` led somewhere."""
        self.used.update(key for key in (f"{within}.{name}", name) if key in self.given)


@dataclass(frozen=True, slots=True)
class Matches:
    """What corresponds. Names of the second ruleset lead to those of the first."""

    entities: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]
    """By the second's entity and field."""
    relations: Mapping[tuple[str, str], str]
    words: tuple[Pair, ...]
    stages: tuple[StagePair, ...]
    lone_lifecycles: tuple[tuple[Lifecycle | None, Lifecycle | None], ...]
    lone_fields: tuple[tuple[str, FieldDecl | None, FieldDecl | None], ...]
    near: tuple[Near, ...]


def match(first: Ruleset, second: Ruleset, names: Names, teams: tuple[str, str] | None = None) -> Matches:
    """Return what corresponds in two rulesets; with ``teams``, only the variants of the one and the other team are words."""
    entities = dict(_named(first.entities, second.entities, names, ""))
    whole = {entity.name: entity for entity in first.entities}
    fields: dict[tuple[str, str], str] = {}
    relations: dict[tuple[str, str], str] = {}
    for other in second.entities:
        if other.name in entities:
            ours = whole[entities[other.name]]
            fields |= {(other.name, theirs): name for theirs, name in _fields(ours, other, names)}
            relations |= {(other.name, theirs): name for theirs, name in _relations(ours, other, names, entities)}
    words = (*_words(first, second, names, entities, teams), *_rules(first, second, names, entities))
    lifecycles = list(_lifecycles(first, second, names, entities))
    stages = tuple(stage for one, other in lifecycles if one and other for stage in _stages(one, other, names))
    lone_fields = tuple(_lone_fields(first, second, entities, fields))
    lone = tuple((one, other) for one, other in lifecycles if one is None or other is None)
    near = (*_near_entities(first, second, entities), *_near(words, stages, lone_fields))
    return Matches(entities, fields, relations, words, stages, lone, lone_fields, near)


# --- entities, fields, relations ---------------------------------------------------------------------------------


def _named(first: Iterable[Thing], second: Iterable[Thing], names: Names, within: str) -> Iterator[tuple[str, str]]:
    """Yield (the second's name, the first's) of things that are called alike, or said to be the same."""
    ours = {_name(thing) for thing in first}
    taken: set[str] = set()
    theirs = [_name(thing) for thing in second]
    for name in theirs:
        wanted = names.ours(name, within)
        if wanted in ours and wanted not in taken:
            names.use(name, within)
            taken.add(wanted)
            yield name, wanted
    for name in theirs:
        if name in ours and name not in taken and names.ours(name, within) not in ours:
            taken.add(name)
            yield name, name


def _name(thing: object) -> str:
    return str(getattr(thing, "name"))  # noqa: B009 - every declaration has a name


def _fields(ours: Entity, theirs: Entity, names: Names) -> Iterator[tuple[str, str]]:
    """Yield (the second's field, the first's): said to be the same, of the same name, read from the same column."""
    found = dict(_named(ours.fields, theirs.fields, names, theirs.name))
    yield from found.items()
    taken = set(found.values())
    by_column: defaultdict[str, list[str]] = defaultdict(list)
    for declared in ours.fields:
        if declared.name not in taken:
            for column in {_loosely(column) for column in (*declared.columns, declared.name)}:
                by_column[column].append(declared.name)
    for declared in theirs.fields:
        if declared.name not in found:
            columns = {_loosely(column) for column in (*declared.columns, declared.name)}
            wanted = {name for column in columns for name in by_column[column]} - taken
            if len(wanted) == 1:
                taken |= wanted
                yield declared.name, wanted.pop()


def _loosely(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _relations(ours: Entity, theirs: Entity, names: Names, entities: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (the second's relation, the first's): said to be the same, of the same name, by the same column."""
    found = dict(_named(ours.relations, theirs.relations, names, theirs.name))
    for name, wanted in found.items():
        one, other = ours.relation(wanted), theirs.relation(name)
        assert one is not None and other is not None, "the names are theirs"
        if _alike(one, other, entities):
            yield name, wanted
    left = [one for one in ours.relations if one.name not in found.values()]
    others = [other for other in theirs.relations if other.name not in found]
    for other in others:
        same = [one for one in left if _alike(one, other, entities) and _loosely(one.by) == _loosely(other.by)]
        again = [each for each in others if any(_alike(one, each, entities) and one.by == each.by for one in same)]
        if len(same) == 1 and again == [other]:
            yield other.name, same[0].name


def _alike(one: Relation, other: Relation, entities: Mapping[str, str]) -> bool:
    return one.many is other.many and entities.get(other.entity) == one.entity


def _lone_fields(
    first: Ruleset, second: Ruleset, entities: Mapping[str, str], fields: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, FieldDecl | None, FieldDecl | None]]:
    """Yield the fields that only one of two shared entities has."""
    for theirs, ours in entities.items():
        matched = {name for (entity, _), name in fields.items() if entity == theirs}
        yield from ((ours, each, None) for each in first.entity(ours).fields if each.name not in matched and not each.implied)
        alone = (each for each in second.entity(theirs).fields if (theirs, each.name) not in fields and not each.implied)
        yield from ((ours, None, each) for each in alone)


# --- words -------------------------------------------------------------------------------------------------------


def _words(
    first: Ruleset, second: Ruleset, names: Names, entities: Mapping[str, str], teams: tuple[str, str] | None
) -> Iterator[Pair]:
    """Yield the words by entity and name; of each name the variants of one team, then what is left one to one."""
    ours: defaultdict[Word, list[Definition]] = defaultdict(list)
    theirs: defaultdict[Word, list[Definition]] = defaultdict(list)
    for one in _of_team(first.definitions, teams[0] if teams else None):
        ours[one.entity, one.name].append(one)
    for other in _of_team(second.definitions, teams[1] if teams else None):
        entity = entities.get(other.entity, other.entity)
        word, exact = _wanted(other, entity, names, ours)
        if exact is None:
            theirs[entity, word].append(other)
        else:
            ours[entity, exact.name].remove(exact)
            yield Pair(entity, exact, other)
    for key in dict.fromkeys((*ours, *theirs)):
        yield from (Pair(key[0], one, other) for one, other in _variants(ours.get(key, []), theirs.get(key, [])))


def _wanted(
    other: Definition, entity: str, names: Names, ours: Mapping[Word, Sequence[Definition]]
) -> tuple[str, Definition | None]:
    """Return the word that ``other`` is said to be, and the very definition where a team was named, too."""
    for name in (said(other), other.name):
        wanted = names.ours(name, other.entity)
        if wanted is None:
            continue
        exact = next((each for (of, _), group in ours.items() for each in group if of == entity and said(each) == wanted), None)
        if exact is not None or (entity, wanted) in ours:
            names.use(name, other.entity)
            return wanted, exact if exact is not None and exact.team else None
    return other.name, None


def _of_team(definitions: Iterable[Definition], team: str | None) -> Iterator[Definition]:
    """Yield what ``team`` means by each word: its variant, or the one that is nobody's; all of them without a team."""
    everything = list(definitions)
    own = {(each.entity, each.name) for each in everything if team is not None and each.team == team}
    for each in everything:
        if team is None or each.team == team or (each.team is None and (each.entity, each.name) not in own):
            yield each


def _variants(ours: Sequence[Definition], theirs: Sequence[Definition]) -> Iterator[tuple[Definition | None, Definition | None]]:
    by_team = {each.team: each for each in theirs}
    pairs = [(one, by_team[one.team]) for one in ours if one.team in by_team]
    yield from pairs
    left = [one for one in ours if all(one is not pair[0] for pair in pairs)]
    others = [other for other in theirs if all(other is not pair[1] for pair in pairs)]
    if left and others and (len(left) == 1 or len(others) == 1):
        yield from ((one, other) for one in left for other in others)
    else:
        yield from ((one, None) for one in left)
        yield from ((None, other) for other in others)


def _rules(first: Ruleset, second: Ruleset, names: Names, entities: Mapping[str, str]) -> Iterator[Pair]:
    for entity in [
        *(each.name for each in first.entities),
        *(each.name for each in second.entities if each.name not in entities),
    ]:
        ours = [rule for rule in first.rules if rule.entity == entity]
        theirs = [rule for rule in second.rules if entities.get(rule.entity, rule.entity) == entity]
        yield from (Pair(entity, one, other) for one, other in _paired(ours, theirs, names, ""))


# --- lifecycles --------------------------------------------------------------------------------------------------


def _lifecycles(
    first: Ruleset, second: Ruleset, names: Names, entities: Mapping[str, str]
) -> Iterator[tuple[Lifecycle | None, Lifecycle | None]]:
    """Yield the lifecycles: by name, else the only ones of an entity."""
    for entity in dict.fromkeys((*(one.entity for one in first.lifecycles), *_entities_of(second, entities))):
        ours = [one for one in first.lifecycles if one.entity == entity]
        theirs = [other for other in second.lifecycles if entities.get(other.entity, other.entity) == entity]
        if len(ours) == len(theirs) == 1:
            yield ours[0], theirs[0]
        else:
            yield from _paired(ours, theirs, names, "")


def _entities_of(ruleset: Ruleset, entities: Mapping[str, str]) -> Iterator[str]:
    return (entities.get(each.entity, each.entity) for each in ruleset.lifecycles)


def _stages(one: Lifecycle, other: Lifecycle, names: Names) -> Iterator[StagePair]:
    """Yield the stages: said to be the same, of one name, or of a label, id or old name that only these two share."""
    named = dict(_named(one.stages, other.stages, names, other.name))
    left = [stage for stage in one.stages if stage.name not in named.values()]
    for stage in other.stages:
        if stage.name not in named:
            spelled = _spellings(stage)
            fitting = [each.name for each in left if _spellings(each) & spelled and each.name not in named.values()]
            if len(fitting) == 1:
                named[stage.name] = fitting[0]
    theirs = {ours: name for name, ours in named.items()}
    for stage in one.stages:
        yield StagePair((one, other), stage, other.stage(theirs[stage.name]) if stage.name in theirs else None)
    yield from (StagePair((one, other), None, stage) for stage in other.stages if stage.name not in named)


def _spellings(stage: Stage) -> set[str]:
    return {_loosely(text.replace("_", " ")) for text in (stage.name, *stage.labels, *stage.was)}


def _paired(
    ours: Sequence[Thing], theirs: Sequence[Thing], names: Names, within: str
) -> Iterator[tuple[Thing | None, Thing | None]]:
    found = dict(_named(ours, theirs, names, within))
    by_name = {_name(other): other for other in theirs}
    back = {name: by_name[their] for their, name in found.items()}
    yield from ((one, back.get(_name(one))) for one in ours)
    yield from ((None, other) for other in theirs if _name(other) not in found)


# --- near names --------------------------------------------------------------------------------------------------


def _near_entities(first: Ruleset, second: Ruleset, entities: Mapping[str, str]) -> Iterator[Near]:
    """Yield the entities that only one side has and whose columns are mostly those of one that only the other side has."""
    ours = {each.name: _columns(each) for each in first.entities if each.name not in entities.values()}
    for other in second.entities:
        if other.name not in entities:
            theirs = _columns(other)
            shared = {name: len(columns & theirs) / (min(len(columns), len(theirs)) or 1) for name, columns in ours.items()}
            best = max(shared, key=lambda name: (shared[name], -len(ours[name])), default=None)
            if best is not None and shared[best] >= LIKE_AN_ENTITY:
                yield Near(other.name, best)
                del ours[best]


def _columns(entity: Entity) -> set[str]:
    """Return what the columns of an entity are called."""
    return {_loosely(column) for each in entity.fields for column in (each.columns or (each.name,))}


def _near(
    words: Iterable[Pair], stages: Iterable[StagePair], fields: Iterable[tuple[str, FieldDecl | None, FieldDecl | None]]
) -> Iterator[Near]:
    """Yield the names that only one side has and that look, or are labelled, like one that only the other side has."""
    words, stages, fields = list(words), list(stages), list(fields)
    for entity in dict.fromkeys(pair.entity for pair in words):
        here = [pair for pair in words if pair.entity == entity]
        yield from _alike_names([p.first for p in here if p.second is None], [p.second for p in here if p.first is None], _word)
    for lifecycles in dict.fromkeys(pair.lifecycles[0].name for pair in stages):
        those = [pair for pair in stages if pair.lifecycles[0].name == lifecycles]
        yield from _alike_names([p.first for p in those if p.second is None], [p.second for p in those if p.first is None], _name)
    for entity in dict.fromkeys(entity for entity, _, _ in fields):
        mine = [(one, other) for of, one, other in fields if of == entity]
        yield from _alike_names([one for one, _ in mine if one], [other for _, other in mine if other], _name)


def _alike_names(ours: Iterable[object], theirs: Iterable[object], name: Callable[[object], str]) -> Iterator[Near]:
    by_name = {name(one): one for one in ours if one is not None}
    for other in theirs:
        if other is not None:
            alike = get_close_matches(name(other), by_name, 1, 0.75)
            labelled = [known for known, one in by_name.items() if _label(one) and _label(one) == _label(other)]
            yield from (Near(name(other), known) for known in [*labelled, *alike][:1])


def _word(thing: object) -> str:
    team = getattr(thing, "team", None)
    return f"{_name(thing)} for {team}" if team else _name(thing)


def _label(thing: object) -> str:
    return _loosely(str(getattr(thing, "label", "")))
