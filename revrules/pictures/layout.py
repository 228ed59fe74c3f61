"""A plan into places: columns and rows for boxes, lines that run only between them.

Boxes stand in a grid, lanes of teams side by side, later stages below. Lines run down in the gutters between columns and
across in the gaps between rows, so they never cross a box. All edges of one kind into one stage share a trunk (a *net*);
trunks that would overlap get tracks of their own, given out first come, first served, as for intervals.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from revrules.pictures.plan import Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.pictures.plan import Arrow, Box, Plan

BOX_WIDTH, BOX_HEIGHT = 176, 58
GUTTER, TRACK, GAP = 26, 12, 46
NARROW = 18
MARGIN, HEADER = 24, 96
SIDESTEP = 26
"""How far from the middle of a box its ways back leave and enter."""

Net: TypeAlias = tuple[str, bool]
"""Target, and whether it is a way back."""
Point: TypeAlias = tuple[float, float]
Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a box stands: column and row, from 0."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: its label and where it begins and ends."""

    label: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in its place: top left corners of boxes, the corners of each arrow's line."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[tuple[Box, Point], ...]
    lines: tuple[tuple[Arrow, tuple[Point, ...]], ...]


def layout(plan: Plan) -> Layout:
    """Return where everything of ``plan`` stands."""
    grid = _Grid(plan)
    lines = tuple((arrow, grid.line(arrow)) for arrow in plan.arrows)
    boxes = tuple((box, grid.corner(box.name)) for box in plan.boxes)
    return Layout(grid.width, grid.height, grid.lanes(), boxes, lines)


class _Grid:
    """Cells, tracks and coordinates of one picture; computed once, in the order in which they depend on one another."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns, self._cells = _cells(plan)
        self._rows = max((cell.row for cell in self._cells.values()), default=0) + 1
        self._gutters = self._choose_gutters()
        self._gutter_tracks = _tracks(self._trunks())
        self._x = self._column_places()
        self._gap_tracks = _tracks(self._crossings())
        self._y = self._row_places()

    @property
    def width(self) -> float:
        """The width of the picture."""
        return self._x[-1] + BOX_WIDTH + self._gutter_width(len(self._columns)) - GUTTER + MARGIN

    @property
    def height(self) -> float:
        """The height of the picture."""
        return self._y[-1] + BOX_HEIGHT + self._gap_height(self._rows)

    def corner(self, stage: str) -> Point:
        """Return the top left corner of a box."""
        cell = self._cells[stage]
        return self._x[cell.column], self._y[cell.row]

    def lanes(self) -> tuple[Lane, ...]:
        """Return the lanes; each ends in the middle of the gutter beside its last column."""
        found = []
        for number, label in enumerate(self._plan.lanes):
            columns = [column for column, lane in enumerate(self._columns) if lane == number]
            left = self._x[columns[0]] - self._gutter_width(columns[0]) / 2
            right = self._x[columns[-1]] + BOX_WIDTH + self._gutter_width(columns[-1] + 1) / 2
            found.append(Lane(label, left, right))
        return tuple(found)

    def line(self, arrow: Arrow) -> tuple[Point, ...]:
        """Return the corners of an arrow's line, from the bottom of its source to the top of its target."""
        source, target, net = self._cells[arrow.source], self._cells[arrow.target], (arrow.target, arrow.back)
        start, end = self._port(arrow.source, arrow.back), self._port(arrow.target, arrow.back)
        out_of, into = source.row + 1, target.row
        bottom, top = (start, self._y[source.row] + BOX_HEIGHT), (end, self._y[target.row])
        if out_of == into:
            across = self._gap_y(into, net)
            return _straightened((bottom, (start, across), (end, across), top))
        leave, arrive, trunk = self._gap_y(out_of, net), self._gap_y(into, net), self._gutter_x(net)
        return _straightened((bottom, (start, leave), (trunk, leave), (trunk, arrive), (end, arrive), top))

    def _nets(self) -> Mapping[Net, list[Arrow]]:
        nets: defaultdict[Net, list[Arrow]] = defaultdict(list)
        for arrow in self._plan.arrows:
            nets[arrow.target, arrow.back].append(arrow)
        return nets

    def _is_long(self, arrow: Arrow) -> bool:
        return self._cells[arrow.source].row + 1 != self._cells[arrow.target].row

    def _choose_gutters(self) -> dict[Net, int]:
        """Return the gutter of each trunk: beside the target, ways back on the left, others towards their sources."""
        chosen = {}
        for (target, back), arrows in self._nets().items():
            column = self._cells[target].column
            sources = [self._cells[arrow.source].column for arrow in arrows]
            if any(self._is_long(arrow) for arrow in arrows):
                leftward = back or sum(sources) < column * len(sources)
                chosen[target, back] = column if leftward else column + 1
        return chosen

    def _trunks(self) -> dict[int, dict[Net, Interval]]:
        """Return for each gutter the rows that its trunks pass."""
        found: defaultdict[int, dict[Net, Interval]] = defaultdict(dict)
        for net, arrows in self._nets().items():
            if net in self._gutters:
                rows = [self._cells[arrow.source].row + 1 for arrow in arrows if self._is_long(arrow)]
                rows.append(self._cells[net[0]].row)
                found[self._gutters[net]][net] = (min(rows), max(rows))
        return found

    def _crossings(self) -> dict[int, dict[Net, Interval]]:
        """Return for each gap between rows the stretches that its nets cross."""
        found: defaultdict[int, dict[Net, list[float]]] = defaultdict(lambda: defaultdict(list))
        for net, arrows in self._nets().items():
            for arrow in arrows:
                start, end = self._port(arrow.source, arrow.back), self._port(arrow.target, arrow.back)
                out_of, into = self._cells[arrow.source].row + 1, self._cells[arrow.target].row
                if self._is_long(arrow):
                    found[out_of][net] += (start, self._gutter_x(net))
                    found[into][net] += (self._gutter_x(net), end)
                elif start != end:
                    found[into][net] += (start, end)
        return {gap: {net: (min(xs), max(xs)) for net, xs in nets.items()} for gap, nets in found.items()}

    def _port(self, stage: str, back: bool) -> float:
        return self._x[self._cells[stage].column] + BOX_WIDTH / 2 - (SIDESTEP if back else 0)

    def _gutter_width(self, gutter: int) -> float:
        return 2 * GUTTER + TRACK * max(0, _count(self._gutter_tracks, gutter) - 1)

    def _gap_height(self, gap: int) -> float:
        tracks = _count(self._gap_tracks, gap)
        if not tracks and gap in (0, self._rows):
            return NARROW
        return GAP + TRACK * max(0, tracks - 1)

    def _gutter_x(self, net: Net) -> float:
        gutter = self._gutters[net]
        left = self._x[gutter - 1] + BOX_WIDTH if gutter else self._x[0] - self._gutter_width(0)
        return left + GUTTER + TRACK * self._gutter_tracks[gutter][net]

    def _gap_y(self, gap: int, net: Net) -> float:
        top = self._y[gap - 1] + BOX_HEIGHT if gap else self._y[0] - self._gap_height(0)
        return top + GAP / 2 - 4 + TRACK * self._gap_tracks.get(gap, {}).get(net, 0)

    def _column_places(self) -> list[float]:
        places = [MARGIN - GUTTER + self._gutter_width(0)]
        for gutter in range(1, len(self._columns)):
            places.append(places[-1] + BOX_WIDTH + self._gutter_width(gutter))
        return places

    def _row_places(self) -> list[float]:
        places = [HEADER + self._gap_height(0)]
        for gap in range(1, self._rows):
            places.append(places[-1] + BOX_HEIGHT + self._gap_height(gap))
        return places


def _cells(plan: Plan) -> tuple[list[int], dict[str, Cell]]:
    """Return the lane of each column, and each stage's cell: in its lane and row, lost ones to the right."""
    slots: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)
    for box in sorted(plan.boxes, key=lambda box: box.look is Look.LOST):
        slots[box.lane, box.row].append(box)
    widths = [max(len(boxes) for (lane, _), boxes in slots.items() if lane == number) for number in range(len(plan.lanes))]
    columns = [lane for lane, width in enumerate(widths) for _ in range(width)]
    cells = {}
    for (lane, row), boxes in slots.items():
        for slot, box in enumerate(boxes):
            cells[box.name] = Cell(sum(widths[:lane]) + slot, row)
    return columns, cells


def _tracks(channels: Mapping[int, Mapping[Net, Interval]]) -> dict[int, dict[Net, int]]:
    """Return a track for each net of each channel so that nets on one track do not touch."""
    return {channel: _colored(nets) for channel, nets in channels.items()}


def _colored(nets: Mapping[Net, Interval]) -> dict[Net, int]:
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    tracks: dict[Net, int] = {}
    for net, (start, end) in sorted(nets.items(), key=lambda item: (item[1], item[0])):
        while busy and busy[0][0] < start:
            heappush(free, heappop(busy)[1])
        track = heappop(free) if free else len(busy)
        tracks[net] = track
        heappush(busy, (end, track))
    return tracks


def _count(tracks: Mapping[int, Mapping[Net, int]], channel: int) -> int:
    return max(tracks.get(channel, {}).values(), default=-1) + 1


def _straightened(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return ``points`` without repetitions and without corners on a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and _in_line(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _in_line(first: Point, second: Point, third: Point) -> bool:
    return first[0] == second[0] == third[0] or first[1] == second[1] == third[1]
