"""The way of a record to a stage into plain words and into JSON."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from revrules.backends.smt.answers import Verdict
from revrules.proofs.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules import ir
    from revrules.proofs.fixes import Change, Fix


def fix_in_words(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, fix: Fix, key: str | None) -> str:
    """Return ``fix`` as a few paragraphs: what to meet, stage by stage, and one concrete change that meets it."""
    teams = {team.name: team.label for team in ruleset.teams}
    stages = {stage.name: stage.labels[0] if stage.labels else stage.name for stage in lifecycle.stages}
    label = ruleset.entity(lifecycle.entity).label
    who = f"{label} {key}" if key is not None else f"This {label.lower()}"
    goal = stages[fix.stage]
    if fix.already:
        return f"{who} is already in {goal}, or has passed it.\n"
    if fix.verdict is Verdict.UNDECIDED:
        return f"Whether {who} can get to {goal} is undecided: {fix.reason}.\n"
    if fix.verdict is Verdict.IMPOSSIBLE:
        return f"{who} cannot get to {goal}: no change of its fields, and no new related record, leads there today.\n"
    parts = [f"The shortest way of {who} to {goal}: {_count(len(fix.met), 'criterion', 'criteria')} to meet."]
    met = [f"{stages[stage]}: {', '.join(names)}{_asked_of(owners, teams)}" for stage, names, owners in _by_stage(fix)]
    parts.append(_listed("To meet", met))
    parts.append(_listed("One change that meets them", (_change(change, teams) for change in fix.changes)))
    if fix.ends_in != fix.stage and fix.ends_in is not None:
        parts.append(f"With this it would go on to {stages[fix.ends_in]}: what it has leads further.")
    parts.append("The values are an example: others may do as well. Nothing was changed.")
    return "\n\n".join(part for part in parts if part) + "\n"


def fix_as_json(fix: Fix) -> dict[str, object]:
    """Return ``fix`` as ``json.dumps`` takes it."""
    return {
        "stage": fix.stage,
        "verdict": fix.verdict.value,
        "already": fix.already,
        "meet": [{"stage": met.stage, "criterion": met.criterion, "owners": list(met.owners)} for met in fix.met],
        "change": [
            {"field": _way(change), "from": _plain(change.old), "to": _plain(change.new), "owners": list(change.owners)}
            for change in fix.changes
        ],
        "path": list(fix.path),
        "ends_in": fix.ends_in,
        "reason": fix.reason,
    }


def _by_stage(fix: Fix) -> list[tuple[str, list[str], tuple[str, ...]]]:
    found: dict[str, tuple[str, list[str], tuple[str, ...]]] = {}
    for met in fix.met:
        found.setdefault(met.stage, (met.stage, [], met.owners))[1].append(met.criterion)
    return list(found.values())


def _asked_of(owners: Sequence[str], teams: dict[str, str]) -> str:
    return f" (ask {', '.join(teams.get(owner, owner) for owner in owners)})" if owners else ""


def _change(change: Change, teams: dict[str, str]) -> str:
    if isinstance(change.new, dict):
        return f"a new one in {_way(change)}: {spelled(change.new)}"
    writes = f", which {', '.join(teams.get(owner, owner) for owner in change.owners)} writes" if change.owners else ""
    old = "missing" if change.old is None else spelled(change.old)
    return f"{_way(change)}: {old} → {'missing' if change.new is None else spelled(change.new)}{writes}"


def _way(change: Change) -> str:
    """Return the way to a field as people say it; the first of several related records has the number 1."""
    words = ""
    for part in change.path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def _plain(value: object) -> object:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case Decimal():
            return str(value)
        case datetime.date():
            return value.isoformat().replace("+00:00", "Z")
        case datetime.timedelta():
            return value.total_seconds()
        case _:
            return value


def _listed(heading: str, lines: Iterable[str]) -> str:
    found = list(lines)
    return f"{heading}:\n" + "\n".join(f"  - {line}" for line in found) if found else ""


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
