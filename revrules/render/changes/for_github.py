"""A difference into workflow commands, which GitHub shows beside the changed lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Kind
from revrules.render.changes.words import brief, line, records, roots
from revrules.render.github import escaped, escaped_property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.diff import Change, Difference
    from revrules.source import Source


def for_github(difference: Difference, sources: Mapping[str, Source]) -> str:
    """Return a notice for each change, at its place in the new version (``sources``) where it has one."""
    return "".join(_command(change, sources) for change in roots(difference))


def _command(change: Change, sources: Mapping[str, Source]) -> str:
    told = [line(change), *(f"{shown}: {brief(witness)}" for shown, witness in records(change))]
    place = change.places[1]
    where = ""
    if place is not None and place.path in sources:
        spot = sources[place.path].place(place.start)
        where = f"file={escaped_property(place.path)},line={spot.line},"
    level = "warning" if change.kind is Kind.UNDECIDED else "notice"
    return f"::{level} {where}title={escaped_property(line(change))}::{escaped(chr(10).join(told))}\n"
