"""A difference into one page of HTML that needs nothing else."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from revrules.proofs.witnesses import as_table
from revrules.render.cells import harmless
from revrules.render.changes.safe import code, summary
from revrules.render.changes.words import MARKS, asks, followers, line, records, renamed, roots, shape_line, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diff import Change, Difference

STYLE = """\
:root { color-scheme: light dark; --line: #8885; --stricter: #b35900; --looser: #1a7f37; --changed: #8250df; --undecided: #777 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
code, pre { font: .9em/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: .3rem }
ul.changes { list-style: none; padding: 0 } ul.changes > li { border-top: 1px solid var(--line); padding: .5rem 0 }
.kind { display: inline-block; min-width: 5.5rem; font-weight: 600 }
.stricter { color: var(--stricter) } .looser { color: var(--looser) } .changed { color: var(--changed) }
.undecided { color: var(--undecided) } summary { cursor: pointer }
"""


def as_html(difference: Difference, names: tuple[str, str]) -> str:
    """Return the page: each change with its records folded, what follows, and whom to ask; ``names`` are the versions'."""
    return harmless("\n".join(_page(difference, names))) + "\n"


def _page(difference: Difference, names: tuple[str, str]) -> Iterator[str]:
    title = f"What changed in meaning from {html.escape(names[0])} to {html.escape(names[1])}"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>What this change means</h1>"
    yield f"<p>From {summary(code(names[0]))} to {summary(code(names[1]))}.</p>"
    if difference.same:
        yield f"<p><strong>{summary(verdict(difference, names))}</strong></p>"
    shown = roots(difference)
    if shown:
        yield '<h2>In meaning</h2>\n<ul class="changes">'
        for change in shown:
            yield from _change(change, difference)
        yield "</ul>"
    yield from (f"<p>{summary(f'So it changes as well{follow.line}')}</p>" for follow in followers(difference))
    declared = [shape_line(shape) for shape in difference.shape if not shape.aside]
    aside = [*renamed(difference), *(shape_line(shape) for shape in difference.shape if shape.aside)]
    yield from _section("Declared otherwise", [summary(text) for text in declared])
    yield from _section("Without a change in meaning", [summary(text) for text in aside])
    yield from _section(
        "Who has to agree", [f"ask <strong>{html.escape(team)}</strong>: {summary(why)}" for team, why in asks(difference)]
    )
    yield "</body>\n</html>"


def _change(change: Change, difference: Difference) -> Iterator[str]:
    mark = MARKS[change.kind]
    told = f'<span class="kind {mark}">{mark}</span> {summary(line(change, difference))}'
    found = list(records(change))
    if not found:
        yield f"<li>{told}</li>"
        return
    yield f"<li><details><summary>{told}</summary>\n<pre>{html.escape(as_table(found))}</pre></details></li>"


def _section(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"<h2>{heading}</h2>\n<ul>"
        yield from (f"<li>{item}</li>" for item in items)
        yield "</ul>"
