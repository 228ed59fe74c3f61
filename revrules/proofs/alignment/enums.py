"""The enums of two rulesets, field by field, into types that hold the members of both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.types import EnumMember, EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Members = tuple[str, ...]
"""The names of an enum's members: enums of one ruleset that have the same are one."""


@dataclass(frozen=True, slots=True)
class Enums:
    """How the members of two rulesets become those of one.

    ``renamed``: of the second's enums (by its own members), the members that the first names otherwise. ``whole``: the type that
    holds all members, by the members of the first's enums, and of the second's with the first's names. ``second``: the same by
    the second's own. ``at_odds``: enums of either, by their own members, whose orders cannot all be kept.
    """

    whole: Mapping[Members, EnumType]
    second: Mapping[Members, EnumType]
    renamed: Mapping[Members, Mapping[str, str]]
    at_odds: frozenset[Members]

    def ours(self, type_: EnumType) -> EnumType:
        """Return an enum of the second ruleset with the first's names for its members."""
        names = self.renamed.get(type_.member_names, {})
        return EnumType(type_.name, tuple(EnumMember(names.get(m.name, m.name), m.labels) for m in type_.members), type_.ordered)


def enums_of_both(pairs: Iterable[tuple[EnumType, EnumType]]) -> Enums:
    """Return the types that hold the members of the pairs, each an enum of the first and one of the second ruleset."""
    listed = list(dict.fromkeys(pairs))
    renamed: dict[Members, dict[str, str]] = {}
    for one, other in listed:
        renamed.setdefault(other.member_names, named_by_first(one, other))
    plain = Enums({}, {}, renamed, frozenset())
    ties = [(one, plain.ours(other)) for one, other in listed]
    whole: dict[Members, EnumType] = {}
    at_odds = set()
    for group in _connected(ties):
        together = _together(group)
        if any(not _keeps(together, each) for each in group if each.ordered):
            at_odds |= {each.member_names for one, other in listed if one in group for each in (one, other)}
        whole |= {each.member_names: together for each in group}
    second = {other.member_names: whole[plain.ours(other).member_names] for _, other in listed}
    return Enums(whole, second, renamed, frozenset(at_odds))


def named_by_first(one: EnumType, other: EnumType) -> dict[str, str]:
    """Return what ``one`` calls those members of ``other`` that it has by an old name (`was`), a label or an id only."""
    left = [member for member in one.members if member.name not in other.member_names]
    wanting = [member for member in other.members if member.name not in one.member_names]
    found = _by_old_names(left, wanting)
    left = [ours for ours in left if ours.name not in found.values()]
    wanting = [theirs for theirs in wanting if theirs.name not in found]
    for theirs in wanting:
        fitting = [ours.name for ours in left if _spellings(ours) & _spellings(theirs)]
        rivals = [each for each in wanting if any(_spellings(each) & _spellings(ours) for ours in left if ours.name in fitting)]
        if len(fitting) == 1 and len(rivals) == 1:
            found[theirs.name] = fitting[0]
    return found


def _by_old_names(left: Sequence[EnumMember], wanting: Sequence[EnumMember]) -> dict[str, str]:
    """Return which of ``left`` each of ``wanting`` says that it was, where no two say the same."""
    said = {theirs.name: [ours.name for ours in left if ours.name in theirs.was] for theirs in wanting}
    told = [name for names in said.values() for name in names]
    return {theirs: names[0] for theirs, names in said.items() if names and told.count(names[0]) == 1}


def _spellings(member: EnumMember) -> set[str]:
    return {text.strip() for text in (member.name, *member.labels)}


def _connected(ties: Sequence[tuple[EnumType, EnumType]]) -> list[list[EnumType]]:
    """Return the enums in groups that ties, or the same members, hold together; in order of appearance."""
    groups: list[list[EnumType]] = []
    for tie in ties:
        names = {each.member_names for each in tie}
        touched = [group for group in groups if any(each.member_names in names for each in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(each for group in touched for each in group), *tie])
    return groups


def _together(group: Sequence[EnumType]) -> EnumType:
    """Return the enum with all members, each new one placed after the one that it follows."""
    members = list(group[0].members)
    labels: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each in group:
        at = 0
        names = [member.name for member in members]
        for member in each.members:
            if member.name not in names:
                members.insert(at, member)
                names.insert(at, member.name)
            at = names.index(member.name) + 1
            labels[member.name] |= dict.fromkeys(member.labels)
    spelled = tuple(EnumMember(member.name, tuple(labels[member.name])) for member in members)
    return EnumType(group[0].name, spelled, any(each.ordered for each in group))


def _keeps(whole: EnumType, part: EnumType) -> bool:
    """Return whether ``whole`` has the members of ``part`` in the same order."""
    return [name for name in whole.member_names if name in part.member_names] == list(part.member_names)
