"""A plan into a Mermaid flowchart, which Git hosts and wikis draw inside Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from revrules.pictures.plan import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.pictures.plan import Arrow, Box, Plan

LIST_MARK = re.compile(r"\d*[-+.)](?= )")
SAFE = frozenset(" .,-_/()+:≤·…")
CLASSES = (
    "classDef won fill:#dcf3e3,stroke:#1a7f45,color:#0d3b21",
    "classDef lost fill:#f7e1e1,stroke:#b3404a,color:#551a20",
    "classDef any fill:none,stroke:#8a94a3,stroke-dasharray:3 3",
)


def mermaid(plan: Plan) -> str:
    """Return the text of a flowchart. Thick arrows are hand-offs, dotted ones ways back."""
    return "\n".join(["flowchart TB", *(f"  {line}" for line in _lines(plan))]) + "\n"


def escaped(text: str) -> str:
    """Return ``text`` so that Mermaid shows it and reads nothing into it.

    >>> escaped('a "b" <c>')
    'a #34;b#34; #60;c#62;'

    What Markdown would take for the start of a list is shown as it stands, too:

    >>> escaped("1. Discovery")
    '1#46; Discovery'
    """
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    marks = LIST_MARK.match(line)
    listed = marks.end() - 1 if marks else -1
    return "".join(c if (c.isalnum() or c in SAFE) and i != listed else f"#{ord(c)};" for i, c in enumerate(line))


def _lines(plan: Plan) -> Iterator[str]:
    ids = {box.name: f"s{number}" for number, box in enumerate(plan.boxes)}
    yield f"accTitle: {_plain(plan.title)}"
    yield f"accDescr: {_plain(plan.subtitle)}"
    for number, lane in enumerate(plan.lanes):
        yield f'subgraph lane{number}["{escaped(lane)}"]'
        yield from (f"  {ids[box.name]}{_shape(box)}" for box in plan.boxes if box.lane == number)
        yield "end"
    bundles = plan.bundles()
    for number, target in enumerate(bundles):
        yield f'any{number}(["from any open stage"]):::any'
        yield f"any{number} -->{_label(bundles[target][0].when)} {ids[target]}"
    for arrow in plan.arrows:
        if not arrow.bundled:
            yield f"{ids[arrow.source]} {_line(arrow)}{_label(arrow.when)} {ids[arrow.target]}"
    yield from CLASSES
    for look in (Look.WON, Look.LOST):
        marked = [ids[box.name] for box in plan.boxes if box.look is look]
        if marked:
            yield f"class {','.join(marked)} {look.value}"


def _shape(box: Box) -> str:
    small = f"<br/>{escaped(' · '.join(box.facts))}" if box.facts else ""
    text = f'"{escaped(box.title)}{small}"'
    if box.entry:
        return f"([{text}])"
    return f"[[{text}]]" if box.look is not Look.OPEN else f"[{text}]"


def _line(arrow: Arrow) -> str:
    if arrow.back:
        return "-.->"
    return "==>" if arrow.hand_off else "-->"


def _label(when: str) -> str:
    return f'|"{escaped(when)}"|' if when else ""


def _plain(text: str) -> str:
    """Return ``text`` for a line that knows no escapes: marks that could mean something become spaces."""
    return " ".join("".join(c if c.isalnum() or c in " .,-_/" else " " for c in text).split()) or "lifecycle"
