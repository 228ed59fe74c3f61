"""A report into its funnel: a row for each stage in the order of the graph, teams as lanes, bars with a common scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from revrules.report.words import LOOKS, look, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.ir import Stage
    from revrules.report.values import Report
    from revrules.report.words import Names

WIDTH = 1000
ROW, BAR = 52, 16
HEADER, SLANTED_HEADER = 46, 96
BREAK = 40
"""The room above the stages that are set apart."""
FEW_LANES, WIDE, NARROW = 5, 88, 30
MOST_LANES = 12
COUNT_ROOM = 130
"""Behind the longest bar, for its numbers."""
LETTER = 7.6
"""The width of a letter of a stage's name, about."""
LANE_LETTERS, SLANTED_LETTERS = 12, 14
DETOUR = 18
FURTHER = "further teams"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: the records of one verdict."""

    verdict: str
    word: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """A stage: where its row and its dot are, and how many records stand in it, ``part`` in percent.

    ``name`` is empty for nowhere, ``shown`` is the label as far as there is room.
    """

    name: str
    label: str
    shown: str
    owners: str
    ends: str
    count: int
    share: str
    part: float
    y: float
    dot: float
    segments: tuple[Segment, ...]

    @property
    def end(self) -> float:
        """Where its bar ends."""
        return round(self.segments[-1].x + self.segments[-1].width, 1) if self.segments else 0.0

    def of(self, verdict: str) -> int:
        """Return how many of its records have that verdict."""
        return sum(segment.count for segment in self.segments if segment.verdict == verdict)


@dataclass(frozen=True, slots=True)
class Lane:
    """A team (or teams that own stages together): its column."""

    label: str
    lines: tuple[str, ...]
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Link:
    """The way to a row from the nearest one above it that leads there: an SVG path; ``hand_off``: to another team."""

    path: str
    hand_off: bool


@dataclass(frozen=True, slots=True)
class Funnel:
    """Everything in its place. ``apart`` are lost stages and nowhere; they begin at ``apart_y``."""

    width: float
    height: float
    header: float
    left: float
    slanted: bool
    lanes: tuple[Lane, ...]
    rows: tuple[Line, ...]
    apart: tuple[Line, ...]
    apart_y: float
    links: tuple[Link, ...]
    verdicts: tuple[str, ...]
    description: str

    @property
    def all_rows(self) -> tuple[Line, ...]:
        """The rows, those set apart last."""
        return (*self.rows, *self.apart)


def funnel(report: Report, names: Names) -> Funnel:
    """Return the funnel of ``report``: every stage of its lifecycle, whether or not a record stands in it."""
    lanes = _lanes(names)
    left = lanes[-1].x + lanes[-1].width + 26 if lanes else 8.0
    slanted = len(lanes) > FEW_LANES
    header = SLANTED_HEADER if slanted else HEADER
    counts = _by_stage(report)
    onward = [stage for stage in names.stages if stage.outcome is None or stage.outcome.value != "lost"]
    lost = [stage for stage in names.stages if stage not in onward]
    scale = (WIDTH - left - COUNT_ROOM) / max((sum(found.values()) for found in counts.values()), default=1)
    drawn = _Rows(report, names, {lane.label: lane.x + lane.width / 2 for lane in lanes}, left, scale)
    rows = tuple(drawn.row(stage, counts.get(stage.name, {}), header + at * ROW) for at, stage in enumerate(onward))
    apart_y = header + len(rows) * ROW + BREAK
    apart = [drawn.row(stage, counts.get(stage.name, {}), apart_y + at * ROW) for at, stage in enumerate(lost)]
    if None in counts:
        apart.append(drawn.row(None, counts[None], apart_y + len(apart) * ROW))
    height = apart_y + len(apart) * ROW if apart else apart_y - BREAK
    seen = {verdict for found in counts.values() for verdict in found}
    return Funnel(
        WIDTH, height + 8, header, left, slanted, lanes, rows, tuple(apart), apart_y, _links(names, rows),
        tuple(verdict for verdict in LOOKS if verdict in seen), _in_words(rows, apart),
    )  # fmt: skip


class _Rows:
    """Draws rows to one scale."""

    def __init__(self, report: Report, names: Names, lanes: Mapping[str, float], left: float, scale: float) -> None:
        self._placed = report.summary.placed
        self._names = names
        self._lanes = lanes
        self._left = left
        self._scale = scale

    def row(self, stage: Stage | None, counts: Mapping[str, int], y: float) -> Line:
        """Return the row of a stage, of None that of the records that are nowhere."""
        label = self._names.stage(stage.name) if stage else "In no stage"
        owners = self._names.teams(stage.owners) if stage else ""
        dot = self._lanes.get(owners, self._lanes.get(FURTHER, 0.0)) if stage else 0.0
        ends = stage.outcome.value if stage is not None and stage.outcome is not None else ""
        count = sum(counts.values())
        segments, x = [], self._left
        for verdict in LOOKS:
            if found := counts.get(verdict):
                width = max(found * self._scale, 1.5)
                segments.append(Segment(verdict, LOOKS[verdict].word, found, round(x, 1), round(width, 1)))
                x += width
        room = int((WIDTH - self._left - 60) / LETTER) - len(owners)
        name = stage.name if stage else ""
        return Line(
            name, label, _cut(label, max(room, 12)), owners, ends, count, share(count, self._placed),
            round(100 * count / max(1, self._placed), 1), y, dot, tuple(segments),
        )  # fmt: skip


def _by_stage(report: Report) -> dict[str | None, dict[str, int]]:
    found: dict[str | None, dict[str, int]] = {}
    for (stage, verdict), count in report.summary.stages.items():
        found.setdefault(stage, {})[look(stage, verdict)] = count
    return found


def _lanes(names: Names) -> tuple[Lane, ...]:
    """Return the lanes in the order in which the stages need them; beyond a dozen they share one."""
    labels = list(dict.fromkeys(names.teams(stage.owners) for stage in names.stages))
    if len(labels) > MOST_LANES:
        labels = [*labels[: MOST_LANES - 1], FURTHER]
    width = WIDE if len(labels) <= FEW_LANES else NARROW
    wide = width == WIDE
    return tuple(
        Lane(label, _wrapped(label) if wide else (_cut(label, SLANTED_LETTERS),), 8.0 + at * width, width)
        for at, label in enumerate(labels)
    )


def _links(names: Names, rows: Sequence[Line]) -> tuple[Link, ...]:
    ways = {(edge.source, edge.target) for edge in names.lifecycle.edges if not edge.back}
    found = []
    for at, row in enumerate(rows):
        above = next((one for one in reversed(rows[:at]) if (one.name, row.name) in ways), None)
        if above is not None:
            giving, taking = set(names.owners(above.name)), set(names.owners(row.name))
            found.append(Link(_curve(above, row), bool(giving and taking) and giving.isdisjoint(taking)))
    return tuple(found)


def _curve(one: Line, two: Line) -> str:
    """Return the way between two dots; one that passes other rows in its own lane gives way to their dots."""
    top, bottom = one.y + ROW / 2, two.y + ROW / 2
    aside = DETOUR if one.dot == two.dot and bottom - top > ROW else 0
    bend = min((bottom - top) / 2, ROW)
    return f"M{one.dot} {top}C{one.dot + aside} {top + bend} {two.dot + aside} {bottom - bend} {two.dot} {bottom}"


def _wrapped(label: str) -> tuple[str, ...]:
    """Return a lane's label as two short lines at most.

    >>> _wrapped("Customer Success"), _wrapped("Revenue Operations and Sales")
    (('Customer', 'Success'), ('Revenue', 'Operations …'))
    """
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LANE_LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    more = len(lines) > 2
    return tuple(_cut(line + (" …" if more and at == 1 else ""), LANE_LETTERS) for at, line in enumerate(lines[:2]))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _in_words(rows: Sequence[Line], apart: Sequence[Line]) -> str:
    """Return what the picture shows, for those who do not see it; the table beside it has every number."""
    told = "; ".join(f"{row.label} {row.count:,}" for row in (*rows, *apart) if row.count)
    return f"Records in each stage, in the order of the lifecycle: {told}." if told else "No record stands in any stage."
