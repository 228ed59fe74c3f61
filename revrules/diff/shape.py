"""The lifecycles of two versions into what else is declared otherwise: ways, entries, owners, limits, outcomes, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.ir import Lifecycle, Ruleset, Stage
    from revrules.proofs.alignment.matching import Matches


def shape(old: Ruleset, new: Ruleset, matches: Matches) -> Iterator[Shape]:
    """Yield what is declared otherwise of words and lifecycles, besides what they say of records."""
    teams = renamed_teams(old, new)
    for pair in matches.words:
        if pair.first is not None and pair.second is not None:
            yield from owners_told(pair.second.name, pair.first.owners, pair.second.owners, teams)
    for one, other in lifecycles(matches):
        yield from _ways(one, other, stage_names(matches, one))
        if one.label != other.label:
            yield Shape("label", other.name, arrow(one.label, other.label), aside=True)
        before, after = (_tracked(each) for each in (one, other))
        if before != matches.fields.get((other.entity, after), after):
            yield Shape("tracked field", other.name, arrow(before, after), (), other.span)
    yield from _lone_lifecycles(matches)
    for stages in matches.stages:
        if stages.first is not None and stages.second is not None:
            yield from _stage(stages.lifecycles[1].name, stages.first, stages.second, teams)


def lifecycles(matches: Matches) -> list[tuple[Lifecycle, Lifecycle]]:
    """Return the lifecycles that both versions have."""
    return list({(one.name, other.name): (one, other) for one, other in (pair.lifecycles for pair in matches.stages)}.values())


def stage_names(matches: Matches, old: Lifecycle) -> Mapping[str, str]:
    """Return what the new version calls the stages of a lifecycle of the old one."""
    pairs = (pair for pair in matches.stages if pair.lifecycles[0].name == old.name)
    return {pair.first.name: pair.second.name for pair in pairs if pair.first is not None and pair.second is not None}


def renamed_teams(old: Ruleset, new: Ruleset) -> Mapping[str, str]:
    """Return what the new version calls the teams of the old one."""
    present = {team.name for team in new.teams}
    earlier = {name: team.name for team in new.teams for name in team.was}
    return {team.name: team.name if team.name in present else earlier.get(team.name, team.name) for team in old.teams}


def owners_told(name: str, before: Sequence[str], after: Sequence[str], teams: Mapping[str, str]) -> Iterator[Shape]:
    """Yield that something has other owners, unless these are only called otherwise."""
    then = [teams.get(team, team) for team in before]
    if sorted(then) != sorted(after):
        yield Shape("owner", name, arrow(", ".join(then), ", ".join(after)), tuple(dict.fromkeys((*then, *after))))


def arrow(before: object, after: object) -> str:
    """Return a change of a value in words.

    >>> arrow("", 5)
    'none → 5'
    """
    return f"{'none' if before in (None, '') else before} → {'none' if after in (None, '') else after}"


def _tracked(lifecycle: Lifecycle) -> str:
    return "" if lifecycle.tracks is None else ".".join((*lifecycle.tracks.path, lifecycle.tracks.name))


def _lone_lifecycles(matches: Matches) -> Iterator[Shape]:
    for one, other in matches.lone_lifecycles:
        if one is not None and other is None:
            yield Shape("lifecycle", one.name, "gone", _all_owners(one), one.span)
        if other is not None and one is None:
            yield Shape("lifecycle", other.name, "new", _all_owners(other), other.span)


def _all_owners(lifecycle: Lifecycle) -> tuple[str, ...]:
    return tuple(dict.fromkeys(team for stage in lifecycle.stages for team in stage.owners))


def _ways(one: Lifecycle, other: Lifecycle, names: Mapping[str, str]) -> Iterator[Shape]:
    """Yield the ways between stages, and into the first ones, that only one version has."""
    old = {(names.get(edge.source, edge.source), names.get(edge.target, edge.target), edge.back): edge for edge in one.edges}
    new = {(edge.source, edge.target, edge.back): edge for edge in other.edges}
    owners = {names.get(stage.name, stage.name): stage.owners for stage in one.stages}
    owners |= {stage.name: stage.owners for stage in other.stages}
    for key in (*(key for key in old if key not in new), *(key for key in new if key not in old)):
        source, target, back = key
        teams = tuple(dict.fromkeys((*owners[source], *owners[target])))
        told, place = ("new", new[key].span) if key in new else ("gone", None)
        yield Shape("way back" if back else "way", f"{other.name}: {source} → {target}", told, teams, place)
    before = [names.get(stage.name, stage.name) for stage in one.stages if stage.entry]
    after = [stage.name for stage in other.stages if stage.entry]
    yield from (Shape("entry", f"{other.name}: {name}", "gone", owners[name]) for name in before if name not in after)
    yield from (Shape("entry", f"{other.name}: {name}", "new", owners[name]) for name in after if name not in before)


def _stage(lifecycle: str, one: Stage, other: Stage, teams: Mapping[str, str]) -> Iterator[Shape]:
    name = f"{lifecycle}: {other.name}"
    yield from owners_told(name, one.owners, other.owners, teams)
    for what, before, after in (
        ("limit", _limit(one), _limit(other)),
        ("outcome", one.outcome, other.outcome),
        ("probability", _percent(one), _percent(other)),
        ("forecast", one.forecast, other.forecast),
        ("labels", ", ".join(one.labels), ", ".join(other.labels)),
    ):
        if before != after:
            yield Shape(what, name, arrow(before, after), other.owners or one.owners, other.span)


def _limit(stage: Stage) -> str:
    within = stage.leave_within
    if within is None:
        return ""
    business = "business " if within.calendar else ""
    on = f" on {within.calendar}" if within.calendar else ""
    return f"leave within {within.count} {business}{within.unit.value}{'' if within.count == 1 else 's'}{on}"


def _percent(stage: Stage) -> str:
    return "" if stage.probability is None else f"{(stage.probability * 100).normalize():f}%"
