"""A difference into text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.render.cells import Paint, harmless, paint
from revrules.render.changes.words import brief, followers, line, named, records, roots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diff import Difference


def as_text(difference: Difference, names: tuple[str, str], *, color: bool) -> str:
    """Return a line for each change with the records that show it, then what follows from these; ``names`` of the versions."""
    return harmless("\n".join(_lines(difference, names, color))) + "\n"


def _lines(difference: Difference, names: tuple[str, str], color: bool) -> Iterator[str]:
    if difference.same:
        yield f"no change in meaning from {names[0]} to {names[1]}"
        return
    for change in roots(difference):
        yield paint(line(change), Paint.STRONG, color)
        yield from (f"    {shown}: {brief(witness)}" for shown, witness in records(change))
    for shape in difference.shape:
        yield paint(f"{shape.what} `{shape.name}`: {shape.told}", Paint.STRONG, color)
    if follow := followers(difference):
        yield f"so it changes as well: {named(follow)}"
