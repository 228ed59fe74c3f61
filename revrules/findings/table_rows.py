"""Decision tables into findings about their rows: gaps, overlaps, rows that never decide or say nothing new.

A gap is a region in which every row is *false*. A record in which something is missing that a row tests is unknown to that row: a
question of data, and no gap. Where rows say what is to become of missing values, though, a missing value is one more value: a gap
is then also where no row takes it.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, Verdict, Want
from revrules.findings.clauses import definition_spot
from revrules.problems import proofs
from revrules.problems import tables_of_decisions as problems
from revrules.problems.logic import Spot
from revrules.problems.tables_of_decisions import Told
from revrules.proofs import boxes, table_boxes
from revrules.proofs.boxes.table import meet
from revrules.proofs.witnesses import as_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.answers import Answer
    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.problems.logic import Pairs
    from revrules.proofs.boxes import Box
    from revrules.proofs.questions import Questions
    from revrules.proofs.table_boxes import Idle, TableBoxes

STEPS = 10_000_000
"""For one question about a table: a few seconds."""
REGIONS = 300
"""Regions of a gap that are described; those beyond are only known to be there."""
ASKED = 60
"""Regions or pairs of one table for which the prover is asked for a record, where its inputs depend on each other."""
LOOKED_AT = 100_000
"""Pairs of rows of which the most frequent rows are told."""
TOLD = 10
"""Rows or pairs of rows of one kind that are told one by one."""


class _Sought(NamedTuple):
    """A table, as messages name it and as boxes, and the questions with which records are found."""

    told: Told
    boxes: TableBoxes
    questions: Questions

    @property
    def mode(self) -> ir.ChooseMode:
        return self.told.table.mode


def rows(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find what the rows of each decision table leave open, say twice, or never decide."""
    for table in survey.ruleset.tables:
        asking = [each for each in survey.ruleset.definitions if _asks(each.expr, table)]
        if asking:
            as_boxes = table_boxes.table_boxes(survey.ruleset, asking[0], table)
            sought = _Sought(Told(table, _spot(table, asking[0])), as_boxes, questions)
            yield from _impossible(sought)
            yield from _gaps(sought)
            yield from _overlaps(sought)
            yield from _idle(sought)
            yield from _never_given(sought)


def _asks(expr: ir.Expr, table: ir.DecisionTable) -> bool:
    return isinstance(expr, ir.Table | ir.Collects) and expr.table == table.name


def _spot(table: ir.DecisionTable, definition: ir.Definition) -> Spot:
    """Return where a table is declared. One that collects is a definition for each output; they share its name and owners."""
    if table.mode is not ir.ChooseMode.COLLECT:
        return definition_spot(definition)
    name = table.name.removeprefix(f"{definition.entity}.")
    return Spot(f"`{name}`", table.span, (name, table.name), definition.owners)


def _impossible(sought: _Sought) -> Iterator[Diagnostic]:
    for at in table_boxes.never_true(sought.boxes):
        columns = zip(sought.told.table.columns, sought.boxes.true[at], strict=True)
        yield problems.impossible_row(sought.told, at, [column.heading for column, mask in columns if not mask])


def _undecided(sought: _Sought, words: str, reason: str) -> Diagnostic:
    spot = sought.told.spot
    return proofs.undecided(f"{words} of `{sought.told.table.path}`", spot.span, spot.subjects, (reason,))


# --- gaps --------------------------------------------------------------------------------------------------------


def _gaps(sought: _Sought) -> Iterator[Diagnostic]:
    """Find the records of which all rows are false, where no `otherwise` takes them."""
    if sought.told.table.otherwise is not None:
        return
    found = table_boxes.gaps(sought.boxes, STEPS, REGIONS)
    if isinstance(found, boxes.Undecided):
        yield _undecided(sought, "whether some records have no row", found.reason)
        return
    regions, witness, more = _with_records(sought, found)
    if regions:
        yield problems.table_gap(sought.told, [sought.boxes.words(region) for region in regions], more, witness)


def _with_records(sought: _Sought, found: boxes.Gaps) -> tuple[list[Box], Pairs, str]:
    """Return the regions that hold records, a record of one of them, and what is not known of the others."""
    no_row = Want(ir.Or(tuple(sought.boxes.row(at) for at in range(len(sought.told.table.rows)))), NOT_MET)
    questions = sought.questions.about(f"whether some records have no row of `{sought.told.table.path}`", sought.told.spot.span)
    regions: list[Box] = []
    witness: Pairs = ()
    for region in found.regions if sought.boxes.independent else found.regions[:ASKED]:
        answer = None
        if not witness or not sought.boxes.independent:
            answer = table_boxes.record_in(questions, sought.boxes, region, no_row)
        if answer is None or answer.verdict is Verdict.POSSIBLE:
            regions.append(region)
            witness = witness or _pairs(answer)
    left = len(found.regions) - ASKED
    if left > 0 and not sought.boxes.independent:
        return regions, witness, f"{left} more gaps between rows, for which no record was looked for"
    return regions, witness, "" if found.finished else "others that are too many to describe"


def _pairs(answer: Answer | None) -> Pairs:
    return as_pairs(answer.witness) if answer is not None and answer.witness is not None else ()


# --- overlaps ----------------------------------------------------------------------------------------------------


def _overlaps(sought: _Sought) -> Iterator[Diagnostic]:
    """Find pairs of rows that are true of one record, where exactly one row should be; rows that are spare are told as such."""
    if sought.mode is not ir.ChooseMode.EXACTLY_ONE:
        return
    spare = frozenset(at for group in table_boxes.duplicates(sought.boxes) for at in group[1:])
    count, pairs = table_boxes.overlaps(sought.boxes, spare)
    asked = told = 0
    for pair in islice(pairs, ASKED):
        asked += 1
        region, answer = _both(sought, pair)
        if answer.verdict is Verdict.POSSIBLE:
            told += 1
            yield problems.overlapping_rows(sought.told, *pair, sought.boxes.words(region), _pairs(answer))
        if told == TOLD:
            break
    left = count - asked
    if left > 0 and sought.boxes.independent:
        often = Counter(at for pair in islice(pairs, LOOKED_AT) for at in pair)
        yield problems.more_overlaps(sought.told, sorted(at for at, _ in often.most_common(TOLD)), left)
    elif left > 0:
        words = f"whether {left:,} more pairs of rows overlap"
        yield _undecided(sought, words, "there are too many to look for a record of each")


def _both(sought: _Sought, pair: tuple[int, int]) -> tuple[Box, Answer]:
    """Return what two rows have in common, and a record in it."""
    one, other = (sought.boxes.true[at] for at in pair)
    region = meet(one, other)
    assert region is not None, "rows overlap in a region"
    lines = [sought.told.row(at).line for at in pair]
    words = f"whether rows {lines[0]} and {lines[1]} of `{sought.told.table.path}` are true of the same record"
    questions = sought.questions.about(words, sought.told.row(pair[1]).span, *sought.told.spot.subjects)
    both = Want(ir.And((sought.boxes.row(pair[0]), sought.boxes.row(pair[1]))), MET)
    return region, table_boxes.record_in(questions, sought.boxes, region, both)


# --- rows that never decide --------------------------------------------------------------------------------------


def _idle(sought: _Sought) -> Iterator[Diagnostic]:
    """Find rows that never decide, or say what others say."""
    spare = [(group[at], group[:1]) for group in table_boxes.duplicates(sought.boxes) for at in range(1, len(group))]
    repeated = {at for at, _ in spare}
    idle: list[Idle] = []
    if sought.mode is not ir.ChooseMode.COLLECT:
        found, undecided = table_boxes.idle(sought.boxes, STEPS)
        for each in found:
            if each.row in repeated:
                continue
            if each.unknown:
                idle.append(each)
            elif sought.mode is ir.ChooseMode.FIRST_MATCH:  # in a table with exactly one, the overlap says it
                same = all(sought.told.row(by).output == sought.told.row(each.row).output for by in each.by)
                spare += [(each.row, each.by)] if same else []
                idle += [] if same else [each]
        if undecided:
            words = f"whether {problems.numbered(sought.told, undecided)} ever {'decides' if len(undecided) == 1 else 'decide'}"
            yield _undecided(sought, words, "too many rows bear on it")
    yield from _told(sought, sorted(spare), idle)


def _told(sought: _Sought, spare: list[tuple[int, tuple[int, ...]]], idle: Sequence[Idle]) -> Iterator[Diagnostic]:
    if spare:
        yield problems.spare_rows(sought.told, spare)
    never = {each.row for each in idle}
    given = {row.output for at, row in enumerate(sought.told.table.rows) if at not in never} | {sought.told.table.otherwise}
    for each in islice(idle, TOLD):
        alone = sought.told.row(each.row).output not in given
        yield problems.shadowed_row(sought.told, each.row, each.by, each.unknown, alone=alone)
    if len(idle) > TOLD:
        yield problems.more_shadowed_rows(sought.told, [each.row for each in idle[TOLD:]])


def _never_given(sought: _Sought) -> Iterator[Diagnostic]:
    """Find outputs that are declared and no row has."""
    table = sought.told.table
    given = {row.output for row in table.rows} | {table.otherwise}
    for member in table.type.member_names:
        if member not in given:
            yield problems.output_never_given(sought.told, member)
