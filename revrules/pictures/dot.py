"""A plan into DOT, the language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.pictures.plan import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.pictures.plan import Arrow, Box, Plan

COLORS = {Look.OPEN: ("#ffffff", "#5b6675"), Look.WON: ("#dcf3e3", "#1a7f45"), Look.LOST: ("#f7e1e1", "#b3404a")}
HAND_OFF = "#2f5fd0"
PLAIN = "#5b6675"
FAINT = "#a3acb8"


def dot(plan: Plan) -> str:
    """Return the text of a digraph. Blue arrows are hand-offs, dashed ones ways back."""
    lines = (f"  {line}" for line in _lines(plan))
    return "\n".join(["digraph lifecycle {", *lines, "}"]) + "\n"


def quoted(*lines: str) -> str:
    r"""Return ``lines`` as one quoted string in which nothing has a meaning but the line ends between them.

    >>> print(quoted('a "b" \\N', "c"))
    "a \"b\" \\N\nc"
    """
    clean = ("".join(c for c in " ".join(line.split()) if c.isprintable()) for line in lines)
    return '"' + "\\n".join(line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in clean) + '"'


def _lines(plan: Plan) -> Iterator[str]:
    ids = {box.name: f"s{number}" for number, box in enumerate(plan.boxes)}
    yield f"label={quoted(plan.title, plan.subtitle)} labelloc=t labeljust=l fontname=Helvetica rankdir=TB"
    yield 'node [shape=box style="rounded,filled" fontname=Helvetica fontsize=11]'
    yield f'edge [fontname=Helvetica fontsize=9 color="{PLAIN}"]'
    for number, lane in enumerate(plan.lanes):
        yield f'subgraph cluster_{number} {{ label={quoted(lane)} style=filled color="#eef1f5"'
        yield from (f"  {ids[box.name]} {_box(box)}" for box in plan.boxes if box.lane == number)
        yield "}"
    for number, (target, arrows) in enumerate(plan.bundles().items()):
        yield f'any{number} [label="from any open stage" shape=plaintext style="" fontcolor="{PLAIN}"]'
        yield f'any{number} -> {ids[target]} [color="{FAINT}"{_label(arrows[0].when)}]'
    for arrow in plan.arrows:
        if not arrow.bundled:
            yield f"{ids[arrow.source]} -> {ids[arrow.target]} [{_style(arrow)}{_label(arrow.when)}]"


def _box(box: Box) -> str:
    fill, line = COLORS[box.look]
    text = quoted(box.title, *([" · ".join(box.facts)] if box.facts else []))
    marks = " penwidth=2" if box.entry else ""
    shape = " peripheries=2" if box.look is not Look.OPEN else ""
    return f'[label={text} tooltip={quoted(box.tip)} fillcolor="{fill}" color="{line}"{marks}{shape}]'


def _style(arrow: Arrow) -> str:
    color = f'color="{HAND_OFF}" penwidth=2' if arrow.hand_off else f'color="{PLAIN}"'
    return f"{color} style=dashed constraint=false" if arrow.back else color


def _label(when: str) -> str:
    return f" label={quoted(when)}" if when else ""
