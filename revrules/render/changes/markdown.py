"""A difference into Markdown: what a reviewer wants as a comment on the pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Kind
from revrules.proofs.witnesses import as_table
from revrules.render.cells import harmless
from revrules.render.changes.words import followers, line, named, records, roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.diff import Change, Difference

ICONS = {Kind.TIGHTENED: "🔒", Kind.LOOSENED: "🔓", Kind.CHANGED: "🔀", Kind.UNDECIDED: "❔", Kind.NEW: "➕", Kind.GONE: "➖"}


def as_markdown(difference: Difference, names: tuple[str, str]) -> str:
    """Return one line for each change, then the details folded."""
    return harmless("\n".join(_lines(difference, names))) + "\n"


def _lines(difference: Difference, names: tuple[str, str]) -> Iterator[str]:
    yield "### What this change means"
    yield ""
    if difference.same:
        yield f"No change in meaning from {names[0]} to {names[1]}: proved for every possible record."
        return
    found = roots(difference)
    yield from (f"- {ICONS.get(change.kind, '')} {line(change)}" for change in found)
    yield from (f"- ✏️ {shape.what} `{shape.name}`: {shape.told}" for shape in difference.shape)
    if follow := followers(difference):
        yield f"- so it changes as well: {named(follow)}"
    yield from _details(found)


def _details(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        shown = list(records(change))
        if shown:
            yield ""
            yield f"<details><summary>{_plain(line(change))}</summary>"
            yield ""
            yield "```text"
            yield _table(shown)
            yield "```"
            yield ""
            yield "</details>"


def _table(shown: Sequence[tuple[str, Witness]]) -> str:
    return as_table(shown).replace("```", "ˋˋˋ")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "")
