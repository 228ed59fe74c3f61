"""Two versions into what else is declared otherwise: ways between stages, owners, limits, labels, fields, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.ir import Lifecycle, Ruleset, Stage
    from revrules.proofs.alignment.matching import Matches
    from revrules.proofs.alignment.merged import Difference

SETTINGS = ("steward", "review_by", "fiscal_year_start")
"""What a header says besides time zone and currency, which the comparison of meaning tells."""


def shape(old: Ruleset, new: Ruleset, matches: Matches, differences: Sequence[Difference]) -> Iterator[Shape]:
    """Yield what is declared otherwise; ``differences`` are those of fields, lists, calendars and settings."""
    yield from (Shape(each.kind, each.name, each.told) for each in differences)
    for entity, one, other in matches.lone_fields:
        if one is not None:
            yield Shape("field", f"{entity}.{one.name}", "gone", one.owners, one.span)
        if other is not None:
            yield Shape("field", f"{entity}.{other.name}", "new", other.owners, other.span)
    yield from _entities(old, new, matches)
    for setting in SETTINGS:
        before, after = getattr(old, setting), getattr(new, setting)
        if before != after:
            yield Shape("setting", setting.replace("_", " "), _arrow(before, after))
    for pair in matches.words:
        if pair.first is not None and pair.second is not None and pair.first.owners != pair.second.owners:
            yield _owner(pair.second.name, pair.first.owners, pair.second.owners)
    for lifecycle in _lifecycles(matches):
        yield from _ways(*lifecycle, matches)
    yield from _lone_lifecycles(matches)
    for stages in matches.stages:
        if stages.first is not None and stages.second is not None:
            yield from _stage(stages.lifecycles[1].name, stages.first, stages.second)


def _entities(old: Ruleset, new: Ruleset, matches: Matches) -> Iterator[Shape]:
    matched = set(matches.entities.values())
    yield from (Shape("entity", each.name, "gone", (), each.span) for each in old.entities if each.name not in matched)
    yield from (Shape("entity", each.name, "new", (), each.span) for each in new.entities if each.name not in matches.entities)


def _lone_lifecycles(matches: Matches) -> Iterator[Shape]:
    for one, other in matches.lone_lifecycles:
        if one is not None and other is None:
            yield Shape("lifecycle", one.name, "gone", (), one.span)
        if other is not None and one is None:
            yield Shape("lifecycle", other.name, "new", (), other.span)


def _lifecycles(matches: Matches) -> list[tuple[Lifecycle, Lifecycle]]:
    return list({(one.name, other.name): (one, other) for one, other in (pair.lifecycles for pair in matches.stages)}.values())


def _ways(one: Lifecycle, other: Lifecycle, matches: Matches) -> Iterator[Shape]:
    """Yield the ways between stages that only one version has, and those that hand over to another team."""
    names = {pair.first.name: pair.second.name for pair in matches.stages if pair.first is not None and pair.second is not None}
    old = {(names.get(edge.source, edge.source), names.get(edge.target, edge.target), edge.back) for edge in one.edges}
    new = {(edge.source, edge.target, edge.back) for edge in other.edges}
    for source, target, back in sorted(old ^ new):
        stages = {stage.name: stage for stage in (*one.stages, *other.stages)}
        owners = (
            tuple(dict.fromkeys((*stages[source].owners, *stages[target].owners))) if {source, target} <= stages.keys() else ()
        )
        kind = "way back" if back else "way"
        yield Shape(kind, f"{other.name}: {source} → {target}", "new" if (source, target, back) in new else "gone", owners)
    entries = [
        {names.get(stage.name, stage.name) for stage in one.stages if stage.entry},
        {s.name for s in other.stages if s.entry},
    ]
    for name in sorted(entries[0] ^ entries[1]):
        yield Shape("entry", f"{other.name}: {name}", "new" if name in entries[1] else "gone")


def _stage(lifecycle: str, one: Stage, other: Stage) -> Iterator[Shape]:
    name = f"{lifecycle}: {other.name}"
    if one.owners != other.owners:
        yield _owner(name, one.owners, other.owners)
    for what, before, after in (
        ("limit", _limit(one), _limit(other)),
        ("outcome", one.outcome, other.outcome),
        ("probability", _percent(one), _percent(other)),
        ("forecast", one.forecast, other.forecast),
        ("labels", ", ".join(one.labels), ", ".join(other.labels)),
    ):
        if before != after:
            yield Shape(what, name, _arrow(before, after), other.owners or one.owners, other.span)


def _owner(name: str, before: Sequence[str], after: Sequence[str]) -> Shape:
    return Shape("owner", name, _arrow(", ".join(before), ", ".join(after)), tuple(dict.fromkeys((*before, *after))))


def _limit(stage: Stage) -> str:
    within = stage.leave_within
    if within is None:
        return ""
    business = "business " if within.calendar else ""
    return f"leave within {within.count} {business}{within.unit.value}{'' if within.count == 1 else 's'}"


def _percent(stage: Stage) -> str:
    return "" if stage.probability is None else f"{(stage.probability * 100).normalize():f}%"


def _arrow(before: object, after: object) -> str:
    return f"{'none' if before in (None, '') else before} → {'none' if after in (None, '') else after}"
