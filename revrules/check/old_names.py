"""What declarations were called before (`was`) into names, and into problems where an old name leaves open whose it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules import syntax
from revrules.problems import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.check.report import Report


def earlier(was: Iterable[syntax.Name]) -> tuple[str, ...]:
    """Return the old names that were written, each once."""
    return tuple(dict.fromkeys(name.text for name in was))


def check_old_names(declarations: tuple[syntax.Declaration, ...], report: Report) -> None:
    """Report old names that are another's name now, or those of two of a kind. Of stages a finding tells it."""
    kinds: dict[str, list[_Named]] = {}
    for declaration in declarations:
        for kind, named in _named(declaration):
            kinds.setdefault(kind, []).append(named)
    for members in kinds.values():
        _check(members, report)


@dataclass(frozen=True, slots=True)
class _Named:
    """Something with a name, and with old ones. Variants of a definition are told apart by their teams."""

    what: str
    name: syntax.Name
    was: tuple[syntax.Name, ...]
    team: str = ""


def _check(members: list[_Named], report: Report) -> None:
    if not any(named.was for named in members):
        return
    living = {(named.name.text, named.team): named for named in members}
    claimed: dict[tuple[str, str], _Named] = {}
    for named in members:
        for old in named.was:
            key = (old.text, named.team)
            other = living.get(key)
            first = claimed.setdefault(key, named)
            if other is not None:
                report.add(names.old_name_in_use(old.span, (named.what, named.name.text), old.text, other.name.span))
            elif first is not named:
                report.add(names.old_name_of_two(old.span, (named.what, named.name.text), old.text, first.name))


def _named(declaration: syntax.Declaration) -> Iterator[tuple[str, _Named]]:
    """Yield what a declaration names, each with the names among which an old name has to be clear."""
    match declaration:
        case syntax.Team(name, was=was):
            yield "team", _Named("team", name, was)
        case syntax.Rule(name, was=was):
            yield "rule", _Named("rule", name, was)
        case syntax.Lifecycle(name, was=was):
            yield "lifecycle", _Named("lifecycle", name, was)
        case syntax.EnumDecl(name, members):
            yield from _members(f"enum {name.text}", members)
        case syntax.Entity(name, _, fields, relations, was=was):
            yield "entity", _Named("entity", name, was)
            for relation in relations:
                yield f"column {name.text}", _Named("relation", relation.name, relation.was)
            for field in fields:
                yield f"column {name.text}", _Named("field", field.name, field.was)
                yield from _members(f"field {name.text}.{field.name.text}", field.type.members)
        case syntax.Define(name, entity, team, was=was):
            yield f"definition {entity.text}", _Named("definition", name, was, team.text if team is not None else "")
        case syntax.Score(name, entity, was=was):
            yield f"definition {entity.text}", _Named("score", name, was)
        case syntax.Classify(name, entity, was=was):
            yield f"definition {entity.text}", _Named("classification", name, was)
            yield from _members(f"class {entity.text}.{name.text}", _classes(declaration))
        case _:
            pass


def _members(kind: str, members: Iterable[syntax.Member]) -> Iterator[tuple[str, _Named]]:
    return ((kind, _Named("member", member.name, member.was)) for member in members)


def _classes(decl: syntax.Classify) -> tuple[syntax.Member, ...]:
    """Return the members of a classification, each the first time that it is named."""
    others = (decl.otherwise,) if decl.otherwise is not None else ()
    outputs = decl.table.outputs if decl.table is not None else ()
    found: dict[str, syntax.Member] = {}
    for member in (*(branch.member for branch in decl.branches), *outputs, *others):
        found.setdefault(member.name.text, member)
    return tuple(found.values())
