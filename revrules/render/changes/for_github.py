"""A difference into workflow commands, which GitHub shows beside the changed lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Kind
from revrules.render.changes.words import asks, brief, line, records, roots, shape_line
from revrules.render.github import escaped, escaped_property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.diff import Change, Difference
    from revrules.source import Source, Span


def for_github(difference: Difference, sources: Mapping[str, Source]) -> str:
    """Return a notice for each change, at its place in the new version (``sources``) where it has one, and whom to ask."""
    commands = [_command(change, difference, sources) for change in roots(difference)]
    for shape in difference.shape:
        if not shape.aside:
            told = shape_line(shape)
            commands.append(f"::notice {_where(shape.place, sources)}title={escaped_property(told)}::{escaped(told)}\n")
    teams = asks(difference)
    if teams:
        told = "\n".join(f"ask {team}: {why}" for team, why in teams)
        commands.append(f"::notice title=Who has to agree::{escaped(told)}\n")
    return "".join(commands)


def _command(change: Change, difference: Difference, sources: Mapping[str, Source]) -> str:
    told = [line(change, difference), *(f"{shown}: {brief(witness)}" for shown, witness in records(change))]
    level = "warning" if change.kind is Kind.UNDECIDED else "notice"
    title = escaped_property(told[0])
    return f"::{level} {_where(change.places[1], sources)}title={title}::{escaped(chr(10).join(told))}\n"


def _where(place: Span | None, sources: Mapping[str, Source]) -> str:
    if place is None or place.path not in sources:
        return ""
    return f"file={escaped_property(place.path)},line={sources[place.path].place(place.start).line},"
