"""A difference into text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.render.cells import Paint, harmless, paint
from revrules.render.changes.words import asks, brief, followers, line, records, renamed, roots, shape_line, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diff import Difference


def as_text(difference: Difference, names: tuple[str, str], *, color: bool) -> str:
    """Return a line for each change with the records that show it, then what follows from these, and whom to ask.

    ``names`` are those of the versions.
    """
    lines = (
        harmless(text) if style is None else paint(harmless(text), style, color) for style, text in _lines(difference, names)
    )
    return "\n".join(lines) + "\n"


def _lines(difference: Difference, names: tuple[str, str]) -> Iterator[tuple[Paint | None, str]]:
    if difference.same:
        yield Paint.STRONG, verdict(difference, names)
    for change in roots(difference):
        yield Paint.STRONG, line(change, difference)
        yield from ((None, f"    {shown}: {brief(witness)}") for shown, witness in records(change))
    yield from ((Paint.STRONG, shape_line(shape)) for shape in difference.shape if not shape.aside)
    yield from ((None, f"so it changes as well{follow.line}") for follow in followers(difference))
    aside = [*renamed(difference), *(shape_line(shape) for shape in difference.shape if shape.aside)]
    yield from ((None, f"without a change in meaning: {text}") for text in aside)
    yield from ((None, f"ask {team}: {why}") for team, why in asks(difference))
