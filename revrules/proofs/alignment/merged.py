"""Two rulesets into one that holds both: shared entities field by field, each side's definitions under names of their own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from revrules.problems.words import among, spelled
from revrules.proofs.alignment.enums import enums_of_both
from revrules.proofs.alignment.readings import alone, shared
from revrules.proofs.alignment.sides import Notes, Reading, Side, Terms
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from revrules.ir import Calendar, Entity, FieldDecl, Relation, Ruleset, ValueList
    from revrules.proofs.alignment.enums import Enums
    from revrules.proofs.alignment.matching import Matches

Named = TypeVar("Named", "ValueList", "Calendar")
Key = tuple[str, str]
"""An entity and one of its fields or relations."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two differ in besides the meanings of their words: a field, a list, a calendar, a setting. ``told`` in words."""

    kind: str
    name: str
    told: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The ruleset that holds both, the two sides of it, and what they differ in besides their words."""

    ruleset: Ruleset
    first: Side
    second: Side
    differences: tuple[Difference, ...]


def merged(first: Ruleset, second: Ruleset, matches: Matches, sides: tuple[str, str]) -> Merged:
    """Return the ruleset that holds ``first`` and ``second``, called ``sides``, of which ``matches`` says what corresponds."""
    return _Merger(first, second, matches, sides).merged()


class _Merger:
    """Puts two rulesets together, entity by entity."""

    def __init__(self, first: Ruleset, second: Ruleset, matches: Matches, sides: tuple[str, str]) -> None:
        self.first, self.second, self.matches, self.sides = first, second, matches, sides
        self.differences: list[Difference] = []
        self.readings: tuple[dict[Key, Reading], dict[Key, Reading]] = ({}, {})
        self.relations: dict[Key, str] = {}
        self.entities = {**_fresh_names(first.entities, second.entities, matches.entities), **matches.entities}
        self.enums = self._enums()

    def merged(self) -> Merged:
        """Return both as one."""
        entities = [*map(self._entity, self.first.entities), *self._others()]
        clock, money = self._settings()
        lists, calendars = dict(self._lists()), dict(self._calendars())
        whole, second = self.enums.whole, self.enums.second
        odds, renamed = self.enums.at_odds, self.enums.renamed
        here = Terms("(1)", {}, self.readings[0], {}, {}, {}, {}, whole, {}, odds, clock, money)
        there = Terms(
            "(2)",
            self.entities,
            self.readings[1],
            self.relations,
            lists,
            calendars,
            self._tables(),
            second,
            renamed,
            odds,
            clock,
            money,
        )
        sides = Side(self.first, here), Side(self.second, there)
        tables = [side.table(table) for side in sides for table in side.ruleset.tables]
        ruleset = dataclasses.replace(
            self.first,
            name=f"{self.first.name}_and_{self.second.name}",
            lists=(*self.first.lists, *_under_names(self.second.lists, lists, self.first.lists)),
            calendars=(*self.first.calendars, *_under_names(self.second.calendars, calendars, self.first.calendars)),
            tables=tuple({table.name: table for table in tables}.values()),
            entities=tuple(entities),
            definitions=(),
            rules=(),
            lifecycles=(),
            assertions=(),
            examples=(),
            allows=(),
        )
        for side in sides:
            ruleset = dataclasses.replace(ruleset, definitions=(*ruleset.definitions, *side.definitions(ruleset)))
        return Merged(ruleset, *sides, tuple(self.differences))

    # --- entities ------------------------------------------------------------------------------------------------

    def _enums(self) -> Enums:
        pairs = []
        for (entity, theirs), ours in self.matches.fields.items():
            one = self.first.entity(self.matches.entities[entity]).field(ours)
            other = self.second.entity(entity).field(theirs)
            assert one is not None and other is not None, "fields that correspond exist"
            if isinstance(one.type, EnumType) and isinstance(other.type, EnumType):
                pairs.append((one.type, other.type))
        return enums_of_both(pairs)

    def _entity(self, ours: Entity) -> Entity:
        """Return an entity of the first ruleset with what the second has in it besides."""
        theirs = next((name for name, here in self.matches.entities.items() if here == ours.name), None)
        other = None if theirs is None else self.second.entity(theirs)
        partners = {
            mine: other.field(name) for (of, name), mine in self.matches.fields.items() if other is not None and of == other.name
        }
        fields = [made for each in ours.fields for made in self._field(ours, each, other, partners.get(each.name))]
        relations = list(ours.relations)
        if other is not None:
            taken = {*(each.name for each in fields), *(each.name for each in relations)}
            lone = [each for each in other.fields if (other.name, each.name) not in self.matches.fields]
            fields += [self._alone(other, each, _fresh(each.name, taken)) for each in lone]
            relations += self._relations(other, taken)
        return dataclasses.replace(ours, fields=tuple(fields), relations=tuple(relations))

    def _others(self) -> Iterator[Entity]:
        """Yield the entities that only the second ruleset has."""
        for each in self.second.entities:
            if each.name not in self.matches.entities:
                fields = tuple(self._alone(each, field, field.name) for field in each.fields)
                relations = tuple(self._relations(each, {field.name for field in fields}))
                yield dataclasses.replace(each, name=self.entities[each.name], fields=fields, relations=relations)

    def _field(self, entity: Entity, ours: FieldDecl, other: Entity | None, theirs: FieldDecl | None) -> Iterator[FieldDecl]:
        """Yield the field that holds ours and theirs; both of them where no field can."""
        if other is None or theirs is None:
            declared, read = alone(ours, self.enums.whole)
            self.readings[0][entity.name, ours.name] = Reading(ours.name, declared.type, read)
            yield declared
            return
        own = self._in_our_members(theirs)
        both = shared(ours, own, self.enums.whole, self.sides)
        told = both.differences
        if isinstance(ours.type, EnumType) and ours.type.member_names in self.enums.at_odds:
            told = (*told, "its members stand in another order")
        called = () if ours.name == theirs.name else (f"called `{theirs.name}` in {self.sides[1]}",)
        if told or called:
            self.differences.append(Difference("field", f"{entity.name}.{ours.name}", "; ".join((*called, *told))))
        if both.declared is None:
            yield from self._apart(entity, ours, (other, theirs), Notes(frozenset({f"`{ours.name}`: {'; '.join(told)}"})))
            return
        notes = Notes(caveats=frozenset({f"`{ours.name}`: {both.caveat}"})) if both.caveat else Notes()
        self.readings[0][entity.name, ours.name] = Reading(ours.name, both.declared.type, both.first, notes)
        self.readings[1][other.name, theirs.name] = Reading(ours.name, both.declared.type, both.second, notes)
        yield both.declared

    def _apart(self, entity: Entity, ours: FieldDecl, there: tuple[Entity, FieldDecl], notes: Notes) -> Iterator[FieldDecl]:
        """Yield two fields of one name that no value could be in both: words that read them cannot be compared."""
        declared, read = alone(ours, self.enums.whole)
        self.readings[0][entity.name, ours.name] = Reading(ours.name, declared.type, read, notes)
        yield declared
        other, theirs = there
        name = _fresh(theirs.name, {*(each.name for each in entity.fields), *(each.name for each in entity.relations)})
        made = self._alone(other, theirs, name)
        self.readings[1][other.name, theirs.name] = dataclasses.replace(self.readings[1][other.name, theirs.name], notes=notes)
        yield made

    def _alone(self, other: Entity, theirs: FieldDecl, name: str) -> FieldDecl:
        """Return a field of the second ruleset alone, called ``name``."""
        declared, read = alone(self._in_our_members(theirs), self.enums.whole)
        self.readings[1][other.name, theirs.name] = Reading(name, declared.type, read)
        return dataclasses.replace(declared, name=name)

    def _in_our_members(self, theirs: FieldDecl) -> FieldDecl:
        """Return a field of the second ruleset with the first's names for the members of its enum."""
        if not isinstance(theirs.type, EnumType):
            return theirs
        names = self.enums.renamed.get(theirs.type.member_names, {})
        stand_ins = tuple(names.get(value, value) if isinstance(value, str) else value for value in theirs.missing_when)
        return dataclasses.replace(theirs, type=self.enums.ours(theirs.type), missing_when=stand_ins)

    def _relations(self, other: Entity, taken: set[str]) -> Iterator[Relation]:
        """Yield the relations that only the second ruleset has, in the terms of the whole."""
        for each in other.relations:
            key = (other.name, each.name)
            if key in self.matches.relations:
                self.relations[key] = self.matches.relations[key]
                continue
            self.relations[key] = _fresh(each.name, taken)
            by = self._name_of(each.entity if each.many else other.name, each.by)
            yield dataclasses.replace(each, name=self.relations[key], entity=self.entities[each.entity], by=by)

    def _name_of(self, entity: str, field: str) -> str:
        return self.matches.fields.get((entity, field), field)

    # --- settings, lists, calendars ------------------------------------------------------------------------------

    def _settings(self) -> tuple[Notes, Notes]:
        """Return what is to be said of words about days and about money; note what differs."""
        one, other = self.first, self.second
        clock = money = Notes()
        if one.timezone != other.timezone:
            told = f"{one.timezone} in {self.sides[0]}, {other.timezone} in {self.sides[1]}"
            self.differences.append(Difference("setting", "timezone", told))
            clock = Notes(caveats=frozenset({f"days are those of {one.timezone}: the time zones differ"}))
        if one.currency and other.currency and one.currency != other.currency:
            told = f"{one.currency} in {self.sides[0]}, {other.currency} in {self.sides[1]}"
            self.differences.append(Difference("setting", "currency", told))
            money = Notes(caveats=frozenset({f"amounts are taken as they stand: {told}"}))
        return clock, money

    def _lists(self) -> Iterator[Key]:
        """Yield (list of the second ruleset, its name in the whole) for those that need another; note what differs."""
        ours = {each.name: each for each in self.first.lists}
        for theirs in self.second.lists:
            one = ours.get(theirs.name)
            if one is not None and (one.type, set(one.items)) != (theirs.type, set(theirs.items)):
                found = []
                for items, others, side in ((one.items, theirs.items, self.sides[0]), (theirs.items, one.items, self.sides[1])):
                    lone = [spelled(item) for item in items if item not in others]
                    found += [f"only {side} has {among(lone)}"] if lone else []
                self.differences.append(Difference("list", theirs.name, "; ".join(found) or "other types of items"))
                yield theirs.name, _fresh(theirs.name, set(ours))

    def _calendars(self) -> Iterator[Key]:
        ours = {each.name: each for each in self.first.calendars}
        for theirs in self.second.calendars:
            one = ours.get(theirs.name)
            if one is not None and one != theirs:
                self.differences.append(Difference("calendar", theirs.name, "other working hours, days or holidays"))
                yield theirs.name, _fresh(theirs.name, set(ours))

    def _tables(self) -> dict[str, str]:
        """Return what the decision tables of the second ruleset that have the rows of one of the first are called."""
        ours = {each.name: each for each in self.first.tables}
        found = {}
        for each in self.second.tables:
            one = ours.get(each.name)
            if one is not None and dataclasses.replace(each, path=one.path) == one:
                found[each.name] = f"{each.name} (1)"
        return found


def _under_names(theirs: Iterable[Named], names: Mapping[str, str], ours: Iterable[Named]) -> Iterator[Named]:
    """Yield the lists (or calendars) of the second ruleset that the first has not, under the names that they get."""
    known = {each.name for each in ours}
    for each in theirs:
        name = names.get(each.name, each.name)
        if name not in known:
            yield dataclasses.replace(each, name=name)


def _fresh_names(ours: Iterable[Entity], theirs: Iterable[Entity], matched: Mapping[str, str]) -> dict[str, str]:
    """Return names for the entities of the second ruleset alone that none of the first has."""
    taken = {each.name for each in ours}
    return {each.name: _fresh(each.name, taken) for each in theirs if each.name not in matched}


def _fresh(name: str, taken: set[str]) -> str:
    """Return ``name``, or one like it that is not taken; it is taken now."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
