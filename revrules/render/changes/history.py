"""The history of a meaning into text and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from revrules.diff.changes import Kind, What
from revrules.diff.past import reason
from revrules.proofs.witnesses import as_pairs
from revrules.render.cells import Paint, harmless, paint
from revrules.render.changes.words import MARKS, brief, line, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diff.changes import Change
    from revrules.diff.history import Event, History
    from revrules.diff.past import Past
    from revrules.impact.blame import Standing
    from revrules.revisions import Commit

SHORT = 10
MOST_CAUSES = 6


def as_text(history: History, *, color: bool) -> str:
    """Return the commits that changed the meaning, newest first, each with what it did and a record that shows it."""
    return harmless("\n".join(_lines(history, color))) + "\n"


def summary(history: History, past: Past, *, shallow: bool, limited: bool) -> str:
    """Return how many commits were looked at, and what is to be said of the way."""
    parts = [
        f"{_count(history.commits, 'commit')} touched the ruleset, {history.touched} touched `{history.term.title}`, "
        f"{history.changed} changed its meaning; {history.proved} proved to mean the same"
    ]
    for moved, where in past.moves:
        parts.append(f"before {moved.hash[:SHORT]} the ruleset was at `{where.as_posix()}`")
    if history.broken:
        first = history.broken[0]
        parts.append(
            f"{_count(len(history.broken), 'commit')} left out, as the ruleset cannot be compiled there "
            f"({first.commit.hash[:SHORT]}: {reason(first.reason)})"
        )
    if shallow:
        parts.append("the repository is shallow: what is older is not here (`git fetch --unshallow` brings it)")
    if limited:
        parts.append("older commits were not looked at (--since)")
    return harmless("\n".join(parts))


def as_json(history: History) -> str:
    """Return the same for programs."""
    found = {
        "term": history.term.title,
        "kind": history.term.kind,
        "commits": history.commits,
        "touched": history.touched,
        "changed": history.changed,
        "proved_same": history.proved,
        "events": [_event(event) for event in history.events],
        "not_compiled": [{"commit": each.commit.hash, "reason": reason(each.reason)} for each in history.broken],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def standing_as_text(standing: Standing) -> str:
    """Return the stages of a record over commits, newest first, each with what moved it there."""
    lines = []
    for stood in standing.stood:
        lines.append(f"{stood.commit.hash[:SHORT]}  {_who(stood.commit)}  {stood.commit.subject}")
        if stood.before is None:
            lines.append(f"  {_stage(stood.stage)}, as of the first commit that was looked at")
        else:
            lines.append(f"  moved from {_stage(stood.left)} to {_stage(stood.stage)}")
        lines += [f"    {clause}" for clause in stood.because]
        if stood.between:
            lines.append(f"    or one of {_count(len(stood.between), 'commit')} before it, whose ruleset cannot be compiled")
        if stood.before is not None and len(stood.commit.parents) > 1:
            lines.append("    a merge: --all-parents looks into what it brought")
    return harmless("\n".join([f"{standing.key or 'the record'} in `{standing.lifecycle}`: {_path(standing)}", *lines])) + "\n"


def standing_as_json(standing: Standing) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "key": standing.key,
        "lifecycle": standing.lifecycle,
        "stage": standing.stage,
        "found": "by halving" if standing.halved else "version by version",
        "commits": standing.commits,
        "versions_placed": standing.placed,
        "not_compiled": standing.broken,
        "stages": [
            {
                "commit": stood.commit.hash,
                "date": stood.commit.authored.isoformat(),
                "author": stood.commit.author,
                "subject": stood.commit.subject,
                "stage": stood.stage,
                "stage_before": stood.left,
                "compared_with": stood.before.hash if stood.before else None,
                "because": list(stood.because),
                "or_one_of": [commit.hash for commit in stood.between],
            }
            for stood in standing.stood
        ],
    }


def standing_summary(standing: Standing, *, shallow: bool) -> str:
    """Return how many commits were looked at, and where that ended."""
    moves = sum(stood.before is not None for stood in standing.stood)
    parts = [f"{_count(standing.commits, 'commit')} looked at, {_count(standing.placed, 'version')} placed the record"]
    if standing.halved:
        parts.append("found by halving: the stage may have changed more than once in between (--all looks at every commit)")
    elif not moves:
        parts[0] += ", none of them elsewhere"
    if standing.broken:
        parts.append(f"{_count(standing.broken, 'commit')} left out, as the ruleset cannot be compiled there")
    if standing.ends:
        parts.append(standing.ends)
    if shallow:
        parts.append("the repository is shallow: what is older is not here (`git fetch --unshallow` brings it)")
    return harmless("\n".join(parts))


def _stage(stage: str | None) -> str:
    return f"`{stage}`" if stage else "nowhere"


def _path(standing: Standing) -> str:
    """Return the stages one after the other, the oldest first."""
    oldest = standing.stood[-1] if standing.stood else None
    if oldest is None:
        return standing.stage or "nowhere"
    first = [oldest.left] if oldest.before is not None else []
    return " → ".join(stage or "nowhere" for stage in (*first, *(stood.stage for stood in reversed(standing.stood))))


def _lines(history: History, color: bool) -> Iterator[str]:
    if not history.events:
        yield f"no commit changed the meaning of `{history.term.title}`"
    for event in history.events:
        yield from _event_lines(event, color)


def _event_lines(event: Event, color: bool) -> Iterator[str]:
    yield f"{paint(event.commit.hash[:SHORT], Paint.STRONG, color)}  {_who(event.commit)}  {event.commit.subject}"
    yield f"  {paint(_said(event), Paint.STRONG, color)}"
    for cause in _causes(event):
        yield f"    {line(cause)}"
        yield from (f"      {shown}: {brief(witness)}" for shown, witness in records(cause))
    if event.change is not None and not event.causes:
        yield from (f"      {shown}: {brief(witness)}" for shown, witness in records(event.change))
    yield from (f"    {shape.what} `{shape.name}`: {shape.told}" for shape in event.shape)
    if event.brought:
        yield "    a merge, which brought:"
        yield from (f"      {text}" for inner in event.brought for text in _event_lines(inner, color))
    elif len(event.commit.parents) > 1:
        yield "    a merge: --all-parents shows what it brought"


def _who(commit: Commit) -> str:
    return f"{commit.authored.date().isoformat()}  {commit.author}"


def _said(event: Event) -> str:
    name = f"`{event.term.title}`"
    was = f" (was `{event.before.title}`)" if event.renamed else ""
    if event.kind is Kind.SAME:
        return f"{name} is renamed, was `{event.before.title}`, and means the same"
    if event.kind is Kind.NEW and event.since is None:
        return f"{name} is there from the first commit that is known"
    return f"{name}{was} is {MARKS[event.kind]}{_direction(event.change)}"


def _direction(change: Change | None) -> str:
    return f", {change.direction}" if change is not None and change.direction else ""


def _causes(event: Event) -> tuple[Change, ...]:
    """Return what says something else than before, without wholes whose parts are told."""
    inside = {cause.of for cause in event.causes if cause.what is What.CRITERION}
    told = [cause for cause in event.causes if cause.what is What.CRITERION or _plain(cause) not in inside]
    return tuple(told[:MOST_CAUSES])


def _plain(change: Change) -> str:
    return f"{change.of}.{change.name}" if change.what in (What.STAGE, What.GATE) else change.name


def _event(event: Event) -> dict[str, object]:
    commit = event.commit
    return {
        "commit": commit.hash,
        "date": commit.authored.isoformat(),
        "author": commit.author,
        "subject": commit.subject,
        "kind": "renamed" if event.kind is Kind.SAME else event.kind.value,
        "name": event.term.title,
        "was": event.before.title if event.renamed else None,
        "compared_with": event.since.hash if event.since else None,
        "because": [_change(cause) for cause in event.causes],
        "whole": None if event.change is None else _change(event.change),
        "declared": [{"what": shape.what, "name": shape.name, "change": shape.told} for shape in event.shape],
        "brought": [_event(inner) for inner in event.brought],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "what": change.what.value,
        "name": change.title,
        "kind": change.kind.value,
        "said": {"old": change.said[0], "new": change.said[1]},
        "direction": change.direction or None,
        "lost": None if change.lost is None else dict(as_pairs(change.lost)),
        "gained": None if change.gained is None else dict(as_pairs(change.gained)),
        "reserve": change.reserve,
    }


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
