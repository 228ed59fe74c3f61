"""Two versions into what else is declared otherwise: settings, teams, systems, entities, fields, relations, lists, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Shape
from revrules.diff.shape import arrow, owners_told, renamed_teams
from revrules.ir import Definition, Rule
from revrules.proofs.alignment.enums import named_by_first
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.ir import Entity, FieldDecl, Ruleset
    from revrules.proofs.alignment.matching import Matches
    from revrules.proofs.alignment.merged import Difference

SETTINGS = ("steward", "review_by", "fiscal_year_start")
"""What a header says besides time zone and currency, which the comparison of meaning tells."""


def declared(old: Ruleset, new: Ruleset, matches: Matches, differences: Sequence[Difference]) -> Iterator[Shape]:
    """Yield what is declared otherwise; ``differences`` are those of fields, lists, calendars and settings."""
    teams = renamed_teams(old, new)
    yield from _settings(old, new, teams)
    yield from _teams(old, new, teams)
    yield from _lone("system", old.systems, new.systems)
    yield from _told(differences, new, matches)
    yield from _lone("list", old.lists, new.lists)
    yield from _lone("calendar", old.calendars, new.calendars)
    yield from _entities(old, new, matches)
    for entity, one, other in matches.lone_fields:
        if one is not None:
            yield Shape("field", f"{entity}.{one.name}", "gone", one.owners)
        if other is not None:
            yield Shape("field", f"{entity}.{other.name}", "new", other.owners, other.span)
    for (entity, theirs), ours in matches.fields.items():
        before, after = old.entity(matches.entities[entity]).field(ours), new.entity(entity).field(theirs)
        assert before is not None and after is not None, "fields that correspond exist"
        yield from _field(entity, before, after, teams)
    for entity in matches.entities:
        yield from _relations(old.entity(matches.entities[entity]), new.entity(entity), matches)
    yield from _words(matches)


def _settings(old: Ruleset, new: Ruleset, teams: Mapping[str, str]) -> Iterator[Shape]:
    for setting in SETTINGS:
        before, after = getattr(old, setting), getattr(new, setting)
        if before != after and teams.get(str(before)) != after:
            aside = setting == "review_by"
            yield Shape("setting", setting.replace("_", " "), arrow(before, after), aside=aside)
    for name, was, now in (("title", old.title, new.title), ("name", old.name, new.name)):
        if was != now:
            yield Shape("setting", name, arrow(was, now), aside=True)
    if (old.currency is None) is not (new.currency is None):
        yield Shape("setting", "currency", arrow(old.currency, new.currency))


def _teams(old: Ruleset, new: Ruleset, teams: Mapping[str, str]) -> Iterator[Shape]:
    before = {teams[team.name]: team for team in old.teams}
    for team in new.teams:
        one = before.get(team.name)
        if one is None:
            yield Shape("team", team.name, "new", (team.name,), team.span)
        elif one.name != team.name:
            yield Shape("team", team.name, f"was `{one.name}`", (team.name,), team.span, aside=True)
        elif one.label != team.label:
            yield Shape("team", team.name, arrow(one.label, team.label), (team.name,), team.span, aside=True)
    present = {team.name for team in new.teams}
    yield from (Shape("team", name, "gone", (name,)) for name in before if name not in present)


def _lone(what: str, old: Sequence[object], new: Sequence[object]) -> Iterator[Shape]:
    """Yield what only one version declares of the systems, lists and calendars, whose use the words tell."""
    before, after = ([str(getattr(each, "name")) for each in things] for things in (old, new))  # noqa: B009 - all have a name
    yield from (Shape(what, name, "gone", aside=True) for name in before if name not in after)
    yield from (Shape(what, name, "new", aside=True) for name in after if name not in before)


def _told(differences: Sequence[Difference], new: Ruleset, matches: Matches) -> Iterator[Shape]:
    """Yield the differences of fields, lists, calendars and settings; an old name that a field declares is told aside.

    Columns are told with what else is declared of a field.
    """
    renamed = {
        f"{matches.entities[entity]}.{ours}": (entity, theirs)
        for (entity, theirs), ours in matches.fields.items()
        if ours != theirs
    }
    for each in differences:
        told = each.told.split("; ") if each.kind == "field" else [each.told]
        rest = "; ".join(part for part in told if not part.startswith(('column "', "called `")))
        if each.kind != "field" or each.name not in renamed:
            yield from [Shape(each.kind, each.name, rest)] if rest else []
            continue
        entity, theirs = renamed[each.name]
        found = new.entity(entity).field(theirs)
        owners, place = (found.owners, found.span) if found else ((), None)
        yield Shape("field", f"{entity}.{theirs}", f"was `{each.name.rpartition('.')[2]}`", owners, place, aside=True)
        if rest:
            yield Shape("field", f"{entity}.{theirs}", rest, owners, place)


def _entities(old: Ruleset, new: Ruleset, matches: Matches) -> Iterator[Shape]:
    matched = set(matches.entities.values())
    yield from (Shape("entity", each.name, "gone") for each in old.entities if each.name not in matched)
    for each in new.entities:
        if each.name not in matches.entities:
            yield Shape("entity", each.name, "new", (), each.span)
            continue
        one = old.entity(matches.entities[each.name])
        if one.name != each.name:
            yield Shape("entity", each.name, f"was `{one.name}`", (), each.span, aside=True)
        if one.key != matches.fields.get((each.name, each.key or ""), each.key):
            yield Shape("key", each.name, arrow(one.key, each.key), (), each.span)


def _field(entity: str, one: FieldDecl, other: FieldDecl, teams: Mapping[str, str]) -> Iterator[Shape]:
    name = f"{entity}.{other.name}"
    yield from owners_told(name, one.owners, other.owners, teams)
    yield from _members(name, one, other)
    for what, before, after, aside in (
        ("required", _yes(one.required), _yes(other.required), False),
        ("column", _columns(one), _columns(other), False),
        ("system", ", ".join(one.systems), ", ".join(other.systems), False),
        ("format", one.format, other.format, False),
    ):
        if before != after and not (what == "column" and other.implied):
            told = "written otherwise in exports" if what == "format" else arrow(before, after)
            if what == "column" and not other.columns:
                told += f'; exports have to call it so, unless it says `as "{before}"`'
            yield Shape(what, name, told, other.owners or one.owners, other.span, aside=aside)


def _members(name: str, one: FieldDecl, other: FieldDecl) -> Iterator[Shape]:
    """Yield the members of an enum that are called otherwise; where exports showed the name itself, their cells change, too."""
    if not isinstance(one.type, EnumType) or not isinstance(other.type, EnumType):
        return
    before, after = ({member.name: member for member in type_.members} for type_ in (one.type, other.type))
    for now, then in named_by_first(one.type, other.type).items():
        shown = not before[then].labels and then not in after[now].labels
        cells = f"; cells have to say so, unless it gets the label `{then}`" if shown else ""
        yield Shape("member", f"{name} = {now}", f"was `{then}`{cells}", other.owners or one.owners, other.span, aside=not shown)


def _yes(flag: bool) -> str:
    return "required" if flag else "not required"


def _columns(field: FieldDecl) -> str:
    return " | ".join(field.columns or (field.name,))


def _relations(one: Entity, other: Entity, matches: Matches) -> Iterator[Shape]:
    there = {ours: theirs for (entity, theirs), ours in matches.relations.items() if entity == other.name}
    for relation in one.relations:
        now = other.relation(there.get(relation.name, relation.name))
        if now is None or relation.name not in there:
            yield Shape("relation", f"{other.name}.{relation.name}", "gone")
            continue
        holder = now.entity if now.many else other.name
        if relation.by != matches.fields.get((holder, now.by), now.by):
            yield Shape("relation", f"{other.name}.{now.name}", f"by {arrow(relation.by, now.by)}", (), now.span)
    known = set(there.values())
    yield from (
        Shape("relation", f"{other.name}.{each.name}", "new", (), each.span) for each in other.relations if each.name not in known
    )


def _words(matches: Matches) -> Iterator[Shape]:
    """Yield what rules and definitions say besides their conditions."""
    pairs = [(pair.first, pair.second) for pair in matches.words]
    names = {two.id: one.id for one, two in pairs if isinstance(one, Definition) and isinstance(two, Definition)}
    for pair in matches.words:
        one, other = pair.first, pair.second
        if isinstance(one, Rule) and isinstance(other, Rule):
            if one.level != other.level:
                yield Shape("level", other.name, arrow(one.level, other.level), other.owners, other.span)
            if one.message != other.message:
                yield Shape("message", other.name, arrow(one.message, other.message), other.owners, other.span, aside=True)
        if isinstance(one, Definition) and isinstance(other, Definition):
            before, after = one.variance, other.variance
            if before != (after and (after[0], names.get(after[1], after[1]))):
                told = arrow(" ".join(before) if before else "", " ".join(after) if after else "")
                yield Shape("declared relation", other.name, told, other.owners, other.span)
