"""Findings about the rows of decision tables: REV520 to REV526."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diagnostics import Diagnostic, Problem, Severity
from revrules.problems.logic import ask, labels_of
from revrules.problems.words import among, names, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.ir import DecisionTable, Row
    from revrules.problems.logic import Pairs, Spot

TABLE_GAP = Problem("REV520", "table-gap", Severity.WARNING, "a record for which a decision table has no row")
OVERLAPPING_ROWS = Problem("REV521", "overlapping-rows", Severity.WARNING, "two rows true of one record, where one should be")
SHADOWED_ROW = Problem("REV522", "shadowed-row", Severity.WARNING, "a row of a decision table that never decides")
SPARE_ROW = Problem("REV523", "spare-row", Severity.INFO, "a row of a decision table that says nothing new")
OUTPUT_NEVER_GIVEN = Problem("REV524", "output-never-given", Severity.WARNING, "a declared output that no row gives")
TABLE_REST = Problem("REV525", "table-leaves-rest", Severity.INFO, "a record for which a table that collects has no row")
IMPOSSIBLE_ROW = Problem("REV526", "impossible-row", Severity.WARNING, "a row of a decision table that is true of no record")

MOST_GAPS = 8
"""Regions of a gap that are told, the largest ones."""
MOST_ROWS = 12
"""Numbers of rows that are listed."""


class Told(NamedTuple):
    """A decision table as messages name it: itself, and where it is declared."""

    table: DecisionTable
    spot: Spot

    def row(self, at: int) -> Row:
        """Return the row at a position."""
        return self.table.rows[at]


def table_gap(told: Told, regions: Sequence[str], more: str, witness: Pairs) -> Diagnostic:
    """No row is true of a record; ``regions`` are such records in words, ``more`` says what is not among them."""
    collects = told.table.mode == "collect"
    others = len(regions) - 1
    and_more = f", nor for {others} more {plural(others, 'kind')} of records" if others else ""
    shown = [("gap", region) for region in regions[1:MOST_GAPS]]
    rest = len(regions) - MOST_GAPS
    notes = [
        *shown,
        *([("and", f"{rest} more such {plural(rest, 'gap')}")] if rest > 0 else []),
        *([("and", more)] if more else []),
    ]
    if not collects:
        notes.append(("effect", "such a record gets no class, and is counted nowhere"))
    return Diagnostic(
        TABLE_REST if collects else TABLE_GAP,
        f"`{told.table.path}` has no row for {regions[0]}{and_more}",
        told.spot.span,
        "no row is true of such a record",
        (),
        (*notes, *ask(told.spot)),
        help=() if collects else ("add a row, or say what the rest is: `otherwise other`",),
        subjects=told.spot.subjects,
        witness=witness,
    )


def overlapping_rows(told: Told, first: int, second: int, region: str, witness: Pairs) -> Diagnostic:
    """Two rows are true of the same record, in a table of which exactly one should be."""
    one, other = told.row(first), told.row(second)
    both = f"both give `{one.output}`" if one.output == other.output else f"one gives `{one.output}`, one `{other.output}`"
    return Diagnostic(
        OVERLAPPING_ROWS,
        f"rows {one.line} and {other.line} of `{told.table.path}` are both true of {region}, where exactly one row may be",
        other.span,
        f"row {other.line} gives `{other.output}`",
        labels_of(other.span, (one.span, f"row {one.line} gives `{one.output}`")),
        (("effect", f"such a record gets no class, and a data problem instead: {both}"), *ask(told.spot)),
        help=("part the rows where they meet", "or let the first one win: `first match`"),
        subjects=told.spot.subjects,
        witness=witness,
    )


def more_overlaps(told: Told, rows: Sequence[int], count: int) -> Diagnostic:
    """``count`` further pairs of rows overlap; ``rows`` take part in most of them."""
    lines = [str(told.row(at).line) for at in rows]
    return Diagnostic(
        OVERLAPPING_ROWS,
        f"{count:,} more {plural(count, 'pair')} of rows of `{told.table.path}` are true of the same records",
        told.spot.span,
        "exactly one row may be true",
        (),
        (("rows", f"most often {names(lines, mark='')}"), *ask(told.spot)),
        subjects=told.spot.subjects,
    )


def shadowed_row(told: Told, at: int, by: Sequence[int], unknown: Sequence[str], *, alone: bool) -> Diagnostic:
    """A row never decides for the rows ``by``; ``unknown`` are the columns whose missing values keep those from being told.

    ``alone``: no other row gives its output.
    """
    row, path = told.row(at), told.table.path
    first_match = told.table.mode == "first match"
    before = " before it" if first_match else ""
    help_: tuple[str, ...]
    if unknown:
        missing = " or ".join(f"`{heading}`" for heading in unknown)
        why = f"where {missing} is missing, {numbered(told, by)}{before} cannot be told"
        move = f"move it up, before {numbered(told, by[:1])}" if first_match else "let it stand first, with `first match`"
        help_ = (f"{move}: a row that cannot be told keeps those behind it from deciding",)
    else:
        takes = "takes" if len(by) == 1 else "take"
        why = f"{numbered(told, by)}{before} {takes} all that it is true of"
        help_ = ("move it up, narrow what stands before it, or drop it",)
    return Diagnostic(
        SHADOWED_ROW,
        f"row {row.line} of `{path}` never decides: {why}",
        row.span,
        f"`{row.output}` is never given by this row",
        labels_of(row.span, *((told.row(each).span, f"row {told.row(each).line}") for each in by[:MOST_ROWS])),
        (*([("effect", f"no record can be `{row.output}` of {told.spot.words}")] if alone else []), *ask(told.spot)),
        help=help_,
        subjects=told.spot.subjects,
    )


def more_shadowed_rows(told: Told, rows: Sequence[int]) -> Diagnostic:
    """Further rows never decide."""
    return Diagnostic(
        SHADOWED_ROW,
        f"{len(rows):,} more {plural(len(rows), 'row')} of `{told.table.path}` never {'decides' if len(rows) == 1 else 'decide'}",
        told.spot.span,
        "rows before them take all that they are true of",
        (),
        (("rows", _numbers(told, rows)), *ask(told.spot)),
        subjects=told.spot.subjects,
    )


def spare_rows(told: Told, rows: Sequence[tuple[int, tuple[int, ...]]]) -> Diagnostic:
    """Rows repeat what rows before them say; each with those."""
    at, by = rows[0]
    row = told.row(at)
    more = [each for each, _ in rows[1:]]
    message = f"row {row.line} of `{told.table.path}` says what {numbered(told, by)} {'says' if len(by) == 1 else 'say'} already"
    if more:
        message += f", and {len(more):,} more {plural(len(more), 'row')} {'is' if len(more) == 1 else 'are'} as spare"
    return Diagnostic(
        SPARE_ROW,
        message,
        row.span,
        f"gives `{row.output}`, too",
        labels_of(row.span, *((told.row(each).span, f"row {told.row(each).line}") for each in by[:MOST_ROWS])),
        (*([("rows", _numbers(told, more))] if more else []), *ask(told.spot)),
        help=("drop what is spare, or correct what was meant to differ",),
        subjects=told.spot.subjects,
    )


def output_never_given(told: Told, member: str) -> Diagnostic:
    """``member`` is declared, but no row gives it."""
    return Diagnostic(
        OUTPUT_NEVER_GIVEN,
        f"no record can be `{member}` of {told.spot.words}: no row of `{told.table.path}` gives it",
        told.spot.span,
        f"`{member}` is never given",
        (),
        (("why", "a report that counts this class counts nothing"), *ask(told.spot)),
        help=("add a row for it, or drop it",),
        subjects=(*told.spot.subjects, member),
    )


def impossible_row(told: Told, at: int, headings: Sequence[str]) -> Diagnostic:
    """A row leaves no value of the columns ``headings``."""
    row = told.row(at)
    return Diagnostic(
        IMPOSSIBLE_ROW,
        f"row {row.line} of `{told.table.path}` is true of no record: its {names(headings)} leaves no value",
        row.span,
        f"`{row.output}` is never given by this row",
        (),
        ask(told.spot),
        help=("leave the cell empty for any value, or name those that are meant",),
        subjects=told.spot.subjects,
    )


def numbered(told: Told, places: Sequence[int]) -> str:
    """Return rows by number as the subject of a sentence."""
    return f"{plural(len(places), 'row')} {_numbers(told, places)}"


def _numbers(told: Told, places: Sequence[int]) -> str:
    return among([str(told.row(at).line) for at in places], MOST_ROWS).replace("`", "")
