"""A plan into an SVG picture of its own: no scripts, no references, light and dark."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from revrules.pictures.layout import BOX_HEIGHT, BOX_WIDTH, MARGIN, Layout, Point, layout
from revrules.pictures.plan import Look

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.pictures.plan import Arrow, Box, Plan

ROUNDING = 7
LEGEND_HEIGHT = 44
TITLE_CHARACTERS = 21
FACTS_CHARACTERS = 30
BOX_ROWS = 3
CONDITION_CHARACTERS = 36
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

LIGHT = """
.rr-paper{fill:#ffffff}.rr-lane{fill:#f3f5f8}.rr-halo{stroke:#f3f5f8}.rr-title{fill:#1c2430}.rr-quiet{fill:#5b6675}
.rr-box{fill:#ffffff;stroke:#8a94a3}.rr-won{fill:#dcf3e3;stroke:#1a7f45}.rr-lost{fill:#f9e4e4;stroke:#b3404a}
.rr-line{stroke:#5b6675}.rr-faint{stroke:#b0b8c4}.rr-hand{stroke:#2f5fd0}
.rr-tip{fill:#5b6675}.rr-tip.rr-faint{fill:#b0b8c4}.rr-tip.rr-hand{fill:#2f5fd0}"""
DARK = """
.rr-paper{fill:#14181f}.rr-lane{fill:#1d232d}.rr-halo{stroke:#1d232d}.rr-title{fill:#eef1f5}.rr-quiet{fill:#a3adba}
.rr-box{fill:#28303c;stroke:#76818f}.rr-won{fill:#173b27;stroke:#4cc07f}.rr-lost{fill:#452428;stroke:#e07a83}
.rr-line{stroke:#a3adba}.rr-faint{stroke:#5a6473}.rr-hand{stroke:#7da2ff}
.rr-tip{fill:#a3adba}.rr-tip.rr-faint{fill:#5a6473}.rr-tip.rr-hand{fill:#7da2ff}"""
SHAPES = """
.rr text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,"DejaVu Sans",sans-serif}
.rr-line,.rr-faint,.rr-hand{fill:none;stroke-width:1.5}.rr-hand{stroke-width:2.5}.rr-back{stroke-dasharray:5 4}
.rr-halo{paint-order:stroke;stroke-width:4;stroke-linejoin:round}.rr-tip{stroke:none}.rr-box,.rr-won,.rr-lost{stroke-width:1.5}.rr-bold{font-weight:600}"""


def svg(plan: Plan) -> str:
    """Return an SVG document."""
    placed = layout(plan)
    width, height = max(placed.width, 560), placed.height + LEGEND_HEIGHT
    return (
        "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" class="rr" role="img" width="{_n(width)}" height="{_n(height)}" '
                f'viewBox="0 0 {_n(width)} {_n(height)}" aria-label="{text_of(plan.title)}">',
                f"<title>{text_of(plan.title)}</title>",
                f"<desc>{text_of(description(plan))}</desc>",
                f"<style>{SHAPES}{LIGHT}\n@media (prefers-color-scheme:dark){{{DARK}\n}}\n</style>",
                f'<rect class="rr-paper" width="{_n(width)}" height="{_n(height)}"/>',
                *_heading(plan, placed),
                *_lines(placed),
                *(line for box, corner in placed.boxes for line in _box(box, corner)),
                *_conditions(plan, placed),
                *_legend(plan, placed.height),
                "</svg>",
            ]
        )
        + "\n"
    )


def text_of(text: str) -> str:
    """Return ``text`` as XML holds it, in content and in attributes alike.

    >>> text_of('<b> "x" & y')
    '&lt;b&gt; &quot;x&quot; &amp; y'
    """
    return escape(NOT_XML.sub("", text), quote=True)


def description(plan: Plan) -> str:
    """Return in words what the picture shows, for those who do not see it."""
    titles = {box.name: box.title for box in plan.boxes}
    onward: defaultdict[str, list[str]] = defaultdict(list)
    back: defaultdict[str, list[str]] = defaultdict(list)
    for arrow in plan.arrows:
        if not arrow.bundled:
            (back if arrow.back else onward)[arrow.target].append(titles[arrow.source])
    bundles = plan.bundles()
    said = [f"{plan.subtitle}. {len(plan.boxes)} stages."]
    for box in plan.boxes:
        sources = [*(["any open stage"] if box.name in bundles else []), *onward[box.name]]
        parts = [
            plan.lanes[box.lane],
            *(["entry"] if box.entry else []),
            *([box.look.value] if box.look is not Look.OPEN else []),
        ]
        parts += [f"from {', '.join(sources)}"] if sources else []
        parts += [f"back from {', '.join(back[box.name])}"] if back[box.name] else []
        said.append(f"{box.title}: {'; '.join(parts)}.")
    return " ".join(said)


def _heading(plan: Plan, placed: Layout) -> Iterator[str]:
    yield f'<text class="rr-title rr-bold" x="{MARGIN}" y="34" font-size="19">{text_of(plan.title)}</text>'
    yield f'<text class="rr-quiet" x="{MARGIN}" y="54" font-size="12">{text_of(plan.subtitle)}</text>'
    for lane in placed.lanes:
        left, width = lane.left + 4, lane.right - lane.left - 8
        yield f'<rect class="rr-lane" x="{_n(left)}" y="70" width="{_n(width)}" height="{_n(placed.height - 70)}" rx="10"/>'
        label = text_of(_cut(lane.label, int(width / 8)))
        yield f'<text class="rr-quiet rr-bold" x="{_n(left + 14)}" y="92" font-size="13">{label}</text>'


def _lines(placed: Layout) -> Iterator[str]:
    """Yield the lines, bundled ones first so that the others lie above them, each target's tip once for each kind."""
    tips = {}
    for arrow, points in sorted(placed.lines, key=lambda line: (not line[0].bundled, line[0].hand_off)):
        classes = _classes(arrow)
        said = f"{arrow.source} → {arrow.target}{' (back)' if arrow.back else ''}{f' {arrow.when}' if arrow.when else ''}"
        back = " rr-back" if arrow.back else ""
        yield f'<path class="{classes}{back}" d="{_rounded(points)}"><title>{text_of(said)}</title></path>'
        tips[points[-1]] = classes
    for (x, y), classes in tips.items():
        yield f'<path class="rr-tip {classes}" d="M{_n(x)} {_n(y)}l-4.5 -9h9z"/>'


def _classes(arrow: Arrow) -> str:
    if arrow.bundled:
        return "rr-faint"
    return "rr-hand" if arrow.hand_off else "rr-line"


def _box(box: Box, corner: Point) -> Iterator[str]:
    x, y = corner
    shape = "rr-box" if box.look is Look.OPEN else f"rr-{box.look.value}"
    middle = x + BOX_WIDTH / 2
    yield f"<g><title>{text_of(box.tip)}</title>"
    yield f'<rect class="{shape}" x="{_n(x)}" y="{_n(y)}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9"/>'
    if box.entry:
        yield f'<circle class="rr-tip" cx="{_n(x)}" cy="{_n(y + BOX_HEIGHT / 2)}" r="5"/>'
    lines = _wrapped(box.title)
    facts = [*([box.look.value] if box.look is not Look.OPEN else []), *box.facts]
    rows = [(line, "rr-title rr-bold", 13.0) for line in lines]
    rows += [(line, "rr-quiet", 10.5) for line in _filled(facts, BOX_ROWS - len(lines))]
    first = y + BOX_HEIGHT / 2 - 8 * (len(rows) - 1) + 4.5
    for number, (line, classes, size) in enumerate(rows):
        place = f'x="{_n(middle)}" y="{_n(first + 16 * number)}" font-size="{_n(size)}" text-anchor="middle"'
        yield f'<text class="{classes}" {place}>{text_of(line)}</text>'
    yield "</g>"


def _conditions(plan: Plan, placed: Layout) -> Iterator[str]:
    """Yield what edges ask for themselves, beside the tip at their target: to the right, for ways back to the left."""
    titles = {box.name: box.title for box in plan.boxes}
    arriving: defaultdict[Point, list[Arrow]] = defaultdict(list)
    for arrow, points in placed.lines:
        arriving[points[-1]].append(arrow)
    for (x, y), arrows in arriving.items():
        alike = len({arrow.when for arrow in arrows}) == 1
        words = dict.fromkeys(a.when if alike else f"{a.when} (from {titles[a.source]})" for a in arrows if a.when)
        if words:
            label = text_of(_cut(" or ".join(words), CONDITION_CHARACTERS))
            place = f'x="{_n(x - 8)}" text-anchor="end"' if arrows[0].back else f'x="{_n(x + 8)}"'
            yield f'<text class="rr-quiet rr-halo" {place} y="{_n(y - 5)}" font-size="10.5" font-style="italic">{label}</text>'


def _legend(plan: Plan, top: float) -> Iterator[str]:
    x, y = float(MARGIN), top + 26
    kinds = [
        ("rr-line", "onward", any(not a.bundled and not a.back and not a.hand_off for a in plan.arrows)),
        ("rr-hand", "hand-off between teams", any(a.hand_off and not a.bundled for a in plan.arrows)),
        ("rr-line rr-back", "way back", any(a.back for a in plan.arrows)),
        ("rr-faint", "from any open stage", any(a.bundled for a in plan.arrows)),
    ]
    for classes, words, shown in kinds:
        if shown:
            yield f'<path class="{classes}" d="M{_n(x)} {_n(y - 4)}h26"/>'
            yield f'<text class="rr-quiet" x="{_n(x + 33)}" y="{_n(y)}" font-size="11">{words}</text>'
            x += 33 + 6.2 * len(words) + 22
    yield f'<circle class="rr-tip" cx="{_n(x + 5)}" cy="{_n(y - 4)}" r="5"/>'
    yield f'<text class="rr-quiet" x="{_n(x + 17)}" y="{_n(y)}" font-size="11">entry</text>'


def _rounded(points: Sequence[Point]) -> str:
    """Return a path along ``points`` with rounded corners."""
    path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (before, here), (_, after) in pairwise(pairwise(points)):
        near, far = _towards(here, before), _towards(here, after)
        path.append(f"L{_n(near[0])} {_n(near[1])}Q{_n(here[0])} {_n(here[1])} {_n(far[0])} {_n(far[1])}")
    path.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(path)


def _towards(corner: Point, other: Point) -> Point:
    """Return the point where the rounding of ``corner`` meets the line to ``other``."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    share = min(ROUNDING / (abs(dx) + abs(dy)), 0.5)
    return corner[0] + dx * share, corner[1] + dy * share


def _wrapped(title: str) -> list[str]:
    """Return ``title`` on at most two lines of about equal width."""
    if _width(title) <= TITLE_CHARACTERS:
        return [title]
    words, first = title.split(), ""
    while words and _width(f"{first} {words[0]}".strip()) <= TITLE_CHARACTERS:
        first = f"{first} {words.pop(0)}".strip()
    return [first, _cut(" ".join(words), TITLE_CHARACTERS)] if first and words else [_cut(title, TITLE_CHARACTERS)]


def _filled(facts: Sequence[str], rows: int) -> list[str]:
    """Return ``facts`` on at most ``rows`` lines, none of them broken while there is room."""
    lines: list[str] = []
    for fact in facts:
        longer = f"{lines[-1]} · {fact}" if lines else fact
        if not lines or (_width(longer) > FACTS_CHARACTERS and len(lines) < rows):
            lines.append(fact)
        else:
            lines[-1] = longer
    return [_cut(line, FACTS_CHARACTERS) for line in lines]


def _cut(text: str, most: int) -> str:
    """Return ``text``, its end replaced by an ellipsis where it is wider than ``most`` characters."""
    if _width(text) <= most:
        return text
    while text and _width(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _width(text: str) -> int:
    """Return the width in characters of the Latin script; East Asian ones take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
