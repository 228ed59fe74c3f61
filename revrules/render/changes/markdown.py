"""A difference into Markdown: what a reviewer wants as a comment on the pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diff.changes import Kind
from revrules.proofs.witnesses import as_table
from revrules.render.cells import harmless
from revrules.render.changes.impact import impact_brief, impact_folded, impact_markdown
from revrules.render.changes.safe import code, inert, marked, summary
from revrules.render.changes.words import asks, followers, line, records, renamed, roots, shape_line, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.diff import Change, Difference
    from revrules.impact import Account

ICONS = {Kind.TIGHTENED: "🔒", Kind.LOOSENED: "🔓", Kind.CHANGED: "🔀", Kind.UNDECIDED: "❔", Kind.NEW: "➕", Kind.GONE: "➖"}
LONGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""
SPARE = 300
"""Characters that are kept for saying how much was left out."""


def as_markdown(difference: Difference, names: tuple[str, str], account: Account | None = None) -> str:
    """Return one line for each change, then whom to ask, then the records folded; what is too long for a comment is counted.

    With an ``account`` of real records, what becomes of them comes first, whom to ask next, and then the changes.
    """
    shown = roots(difference)
    heading = ["### What this change means", ""]
    if difference.same:
        heading += [marked(_sentence(verdict(difference, names))), ""]
    else:
        heading += [marked(f"From {code(names[0])} to {code(names[1])}: {_counted(difference)}."), ""]
    changes, asked, details = list(_changes(difference, shown)), list(_asks(difference)), list(_details(difference, shown))
    if account is None:
        blocks = [*changes, *asked, *details]
    else:
        heading = [*heading[:-1], marked(_sentence(impact_brief(account))), ""]
        title = ["\n**What is defined otherwise**\n"] if changes else []
        blocks = [*impact_markdown(account), *asked, *title, *changes, *impact_folded(account), *details]
    return harmless(_bounded("\n".join(heading), blocks)).rstrip("\n") + "\n"


def _changes(difference: Difference, shown: Sequence[Change]) -> Iterator[str]:
    yield from (f"- {ICONS.get(change.kind, '')} {marked(line(change, difference))}" for change in shown)
    yield from (f"- ✏️ {marked(shape_line(shape))}" for shape in difference.shape if not shape.aside)
    yield from (f"- ↪️ {marked(f'so it changes as well{follow.line}')}" for follow in followers(difference))
    yield from (f"- {marked(text)} (the same meaning)" for text in renamed(difference))
    yield from (f"- {marked(shape_line(shape))} (the same meaning)" for shape in difference.shape if shape.aside)


def _asks(difference: Difference) -> Iterator[str]:
    teams = asks(difference)
    if teams:
        yield "\n**Who has to agree**\n"
    yield from (f"- ask **{inert(team)}**: {marked(why)}" for team, why in teams)


def _details(difference: Difference, shown: Sequence[Change]) -> Iterator[str]:
    for change in shown:
        found = list(records(change))
        if found:
            table = as_table(found).replace("```", "ˋˋˋ")
            head = summary(line(change, difference))
            yield f"\n<details><summary>{head}</summary>\n\n```text\n{table}\n```\n\n</details>"


def _counted(difference: Difference) -> str:
    kinds = [change.kind for change in roots(difference)]
    words = {Kind.TIGHTENED: "stricter", Kind.LOOSENED: "looser", Kind.CHANGED: "changed", Kind.UNDECIDED: "undecided"}
    words |= {Kind.NEW: "new", Kind.GONE: "gone"}
    told = [f"{kinds.count(kind)} {word}" for kind, word in words.items() if kind in kinds]
    declared = sum(not shape.aside for shape in difference.shape)
    return ", ".join([*told, *([f"{declared} declared otherwise"] if declared else [])])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _bounded(heading: str, blocks: Sequence[str]) -> str:
    """Return as many blocks as a comment holds, in order, and how many are left out."""
    taken, left, size = [heading], 0, len(heading)
    for block in blocks:
        if size + len(block) + 1 <= LONGEST - SPARE:
            taken.append(block)
            size += len(block) + 1
        else:
            left += 1
    if left:
        taken.append(f"\n… and {left} more that a comment has no room for: `revrules diff` shows them all.")
    return "\n".join(taken)
