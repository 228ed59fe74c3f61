"""A decision table of the IR into boxes, and regions of these boxes into tests, words and records."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from revrules import ir
from revrules.backends.smt.answers import MET, Answer, Verdict, Want, Witness
from revrules.proofs import boxes
from revrules.proofs.axes import cell_of, laid_out, size, value_in
from revrules.proofs.plausible import NINE
from revrules.proofs.states import Judge
from revrules.proofs.table_words import region_in_words
from revrules.proofs.witnesses import believable
from revrules.rows import ALWAYS, cell_condition, is_ranged, row_condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import State
    from revrules.ir import DecisionTable, Expr, Ruleset
    from revrules.proofs.axes import Axis
    from revrules.proofs.boxes import Box
    from revrules.proofs.questions import Questions


@dataclass(frozen=True, slots=True)
class TableBoxes:
    """A table as boxes: for each row, in order, the combinations of which it may be true, is never false, and leaves no gap.

    A box with an empty column holds nothing. The inputs are ``independent`` when each is a field of its own: then every
    combination of elementary cells is a record; else a region may be none.
    """

    table: DecisionTable
    entity: str
    inputs: tuple[Expr, ...]
    axes: tuple[Axis, ...]
    true: tuple[Box, ...]
    certain: tuple[Box, ...]
    taken: tuple[Box, ...]
    independent: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of elementary cells of each column."""
        return tuple(map(size, self.axes))

    def cells(self, region: Box) -> tuple[ir.Cell, ...]:
        """Return a region as a row would ask for it."""
        return tuple(cell_of(axis, mask) for axis, mask in zip(self.axes, region, strict=True))

    def words(self, region: Box) -> str:
        """Return a region in words."""
        return region_in_words(self.table, self.cells(region))

    def condition(self, region: Box) -> Expr:
        """Return the condition that a record lies in a region; it is never unknown."""
        asked = zip(self.table.columns, self.cells(region), self.inputs, strict=True)
        parts = [cell_condition(cell, given, column.any_case) for column, cell, given in asked if cell != ir.ANY_CELL]
        return ir.And((ALWAYS, *parts))

    def row(self, at: int) -> Expr:
        """Return the condition that the row at a position is true."""
        return row_condition(self.table, self.table.rows[at], self.inputs)


def table_boxes(ruleset: Ruleset, definition: ir.Definition, table: DecisionTable) -> TableBoxes:
    """Return the table that ``definition`` asks as boxes."""
    inputs = ruleset.inputs(table)
    laid = [
        laid_out(column, _domain(ruleset, definition.entity, given), ranged=is_ranged(given))
        for column, given in zip(table.columns, inputs, strict=True)
    ]
    admit = [cells for _, cells in laid]
    rows = [[cells[at] for cells, at in zip(admit, row.cells, strict=True)] for row in table.rows]
    ways = [(given.path, given.name) for given in inputs if isinstance(given, ir.Field)]
    return TableBoxes(
        table,
        definition.entity,
        inputs,
        tuple(axis for axis, _ in laid),
        tuple(tuple(cell.true for cell in row) for row in rows),
        tuple(tuple(cell.certain for cell in row) for row in rows),
        tuple(tuple(cell.taken for cell in row) for row in rows),
        independent=len(set(ways)) == len(inputs),
    )


def _domain(ruleset: Ruleset, entity: str, given: Expr) -> ir.Interval | None:
    """Return in which interval the values of a field or score lie, None where that is not known."""
    match given:
        case ir.Field(name, path=path):
            for step in path:
                relation = ruleset.entity(entity).relation(step)
                assert relation is not None, "paths are of declared relations"
                entity = relation.entity
            field = ruleset.entity(entity).field(name)
            if field is None or (field.low is None and field.high is None):
                return None
            return ir.Interval(field.low, field.high, high_open=field.high_open and field.high is not None)
        case ir.Ref(id_):
            points = ruleset.definition(id_).expr
            if not isinstance(points, ir.Points) or (points.low is None and points.high is None):
                return None
            return ir.Interval(points.low, points.high)
        case _:
            return None


# --- what the boxes say ------------------------------------------------------------------------------------------


def gaps(asked: TableBoxes, steps: int, most: int) -> boxes.Gaps | boxes.Undecided:
    """Return the regions that no row takes, as few as can be.

    There every row is false; unknown only of a missing value in a column whose rows speak of missing values.
    """
    return boxes.gaps(_filled(asked, asked.taken)[1], steps, most)


def never_true(asked: TableBoxes) -> list[int]:
    """Return the positions of the rows that leave no value of some column."""
    return [at for at, box in enumerate(asked.true) if not all(box)]


def overlaps(asked: TableBoxes, without: frozenset[int]) -> tuple[int, Iterator[tuple[int, int]]]:
    """Return how many pairs of rows are true of the same combination, and their positions, by the later row.

    The rows ``without`` are left out.
    """
    places, table = _filled(asked, asked.true, without)
    found = boxes.overlaps(table)
    return found.count, ((places[one], places[other]) for one, other in found.pairs())


def duplicates(asked: TableBoxes) -> list[tuple[int, ...]]:
    """Return the positions of rows that ask the same and give the same, in groups."""
    places, table = _filled(asked, asked.true)
    return [tuple(places[at] for at in group) for group in boxes.duplicates(table)]


@dataclass(frozen=True, slots=True)
class Idle:
    """A row that never decides, at a position: wherever it is true, one of the rows ``by`` comes before it.

    They are true of all that the row is true of; or they are unknown where one of the columns ``unknown`` is missing.
    """

    row: int
    by: tuple[int, ...]
    unknown: tuple[str, ...] = ()


def idle(asked: TableBoxes, steps: int) -> tuple[list[Idle], tuple[int, ...]]:
    """Return the rows that never decide, and those of which it remained undecided.

    In a table with exactly one true row any other row stands in the way, else those before it. The proof is over all that a row
    may be true of; but if it takes a missing value beside known ones, those that are true of the known ones tell it better.
    """
    stands_in = [true if all(true) else certain for true, certain in zip(asked.true, asked.certain, strict=True)]
    places, table = _filled(asked, stands_in)  # a row that is never true may be unknown, and so stand in the way
    true = [asked.true[at] for at in places]
    certain = [asked.certain[at] for at in places]
    among = boxes.Among.EARLIER if asked.table.mode is ir.ChooseMode.FIRST_MATCH else boxes.Among.OTHERS
    found = boxes.shadows(table, certain, among, steps=steps)
    known = boxes.Table(table.sizes, tuple(_known(asked, row) for row in table.rows), table.outputs)
    by_true = {each.row: each.by for each in boxes.shadows(known, true, among, steps=steps).found}
    told = []
    for each in found.found:
        if not all(true[each.row]):
            continue
        by = by_true.get(each.row, ())
        if not by or boxes.covers([certain[other] for other in by], table.rows[each.row], steps) is not True:
            by = each.by
        unknown = () if by is by_true.get(each.row) else _unknown(asked, places[each.row], [places[other] for other in by])
        told.append(Idle(places[each.row], tuple(places[other] for other in by), unknown))
    return told, tuple(places[row] for row in found.undecided if all(true[row]))


def _known(asked: TableBoxes, box: Box) -> Box:
    """Return the part of a box with known values only, but for columns in which it has none."""
    missing = (1 << axis.known for axis in asked.axes)
    return tuple(mask & ~bit or mask for mask, bit in zip(box, missing, strict=True))


def _unknown(asked: TableBoxes, row: int, by: Sequence[int]) -> tuple[str, ...]:
    """Return the headings of the columns of which the rows ``by`` ask a missing value, those first that ``row`` wants missing."""
    own = asked.true[row]
    open_ = [at for at, mask in enumerate(own) if any(asked.certain[other][at] & ~asked.true[other][at] & mask for other in by)]
    wanted = [at for at in open_ if own[at] == 1 << asked.axes[at].known]
    return tuple(asked.table.columns[at].heading for at in wanted or open_)


def _filled(asked: TableBoxes, chosen: Sequence[Box], without: frozenset[int] = frozenset()) -> tuple[list[int], boxes.Table]:
    """Return those of the rows' boxes that hold something, and their positions."""
    places = [at for at, box in enumerate(chosen) if all(box) and at not in without]
    outputs = tuple(asked.table.rows[at].output for at in places)
    return places, boxes.Table(asked.sizes, tuple(chosen[at] for at in places), outputs)


# --- records -----------------------------------------------------------------------------------------------------


def record_in(questions: Questions, asked: TableBoxes, region: Box, shows: Want) -> Answer:
    """Return a record in ``region`` of which the reference says what ``shows`` wants, that there is none, or neither."""
    inside = Want(asked.condition(region), MET)
    if asked.independent:
        witness = Witness(asked.entity, datetime.datetime.combine(questions.today, NINE), _record(asked, region))
    else:
        answer = questions.find(asked.entity, inside)
        if answer.witness is None:
            return answer
        witness = answer.witness
    witness = believable(questions, asked.entity, [inside], witness)
    states = Judge(questions.ruleset, asked.entity, [inside.condition, shows.condition]).values(witness.record, witness.as_of)
    if states[0] is True and cast("State", states[1]) in shows.states:
        return Answer(Verdict.POSSIBLE, witness)
    return Answer(Verdict.UNDECIDED, reason="the record that should show it does not")


def _record(asked: TableBoxes, region: Box) -> dict[str, object]:
    """Return a record with a value of each column's cells."""
    record: dict[str, object] = {}
    for axis, given, mask in zip(asked.axes, asked.inputs, region, strict=True):
        assert isinstance(given, ir.Field), "independent inputs are fields"
        value = value_in(axis, mask)
        if value is not None:
            holder = record
            for name in given.path:
                holder = cast("dict[str, object]", holder.setdefault(name, {}))
            holder[given.name] = value
    return record
