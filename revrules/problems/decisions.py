"""Problems of decision tables in files, REV24x, and of their cells and outputs, REV324 to REV326."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.diagnostics import Diagnostic, Label, Problem, Severity
from revrules.problems.names import near, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from revrules.source import Span

_E = Severity.ERROR

EMPTY_TABLE = Problem("REV240", "empty-table", _E, "a decision table has no rows, or nothing that its rows ask")
UNCLEAR_SEPARATOR = Problem("REV241", "unclear-separator", _E, "it is not clear what separates the cells of a table")
BROKEN_ROW = Problem("REV242", "broken-row", _E, "a row of a table cannot be read as its heading says")
UNKNOWN_COLUMN = Problem("REV243", "unknown-column", _E, "a column of a table stands for nothing that the ruleset declares")
DUPLICATE_COLUMN = Problem("REV244", "duplicate-column", _E, "two columns of a table have one heading")
NO_OUTPUT_COLUMN = Problem("REV245", "no-output-column", _E, "no column of a table holds what its rows give")
TABLE_TOO_LARGE = Problem("REV246", "table-too-large", _E, "a table has more rows or columns than a table may have")
UNKNOWN_OUTPUT = Problem("REV247", "unknown-output", _E, "a row gives what is none of the declared outputs")
UNCLEAR_COLUMN = Problem("REV248", "unclear-column", _E, "a heading may stand for several things, or for one that has no value")
BAD_CELL = Problem("REV324", "bad-cell", _E, "a cell of a table is no test of its column's type")
UNCLEAR_CELL = Problem("REV325", "unclear-cell", _E, "a cell of a table can be read in two ways")
COLLECTED_VALUE = Problem("REV326", "collected-value", _E, "a classification that collects is used as one value")


LONGEST = 160


def brief(text: str, most: int = LONGEST) -> str:
    """Return what stands in a file on one line, and not longer than a message can bear."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


# --- the file ----------------------------------------------------------------------------------------------------


def empty_table(span: Span, path: str, lacks: str) -> Diagnostic:
    """A table lacks rows, or columns that its rows could ask; ``lacks`` says which."""
    return Diagnostic(EMPTY_TABLE, f"the table `{path}` has {lacks}", span)


def unclear_separator(span: Span, path: str, candidates: tuple[str, ...]) -> Diagnostic:
    """Several marks may separate the cells, or none does."""
    told = f"{one_of(candidates)} may separate" if candidates else "neither comma, semicolon nor tab separates"
    message = f"{told} the cells of `{path}`, and its rows do not tell"
    help_ = "say it in a first line of its own, as spreadsheets do: `sep=;`"
    return Diagnostic(UNCLEAR_SEPARATOR, message, span, label="the heading", help=(help_,))


def broken_row(span: Span, place: tuple[str, int], problem: str, help_: str = "") -> Diagnostic:
    """A row cannot be read; ``place`` is (path, row), ``problem`` a clause."""
    path, row = place
    return Diagnostic(BROKEN_ROW, f"row {row} of `{path}` {problem}", span, help=(help_,) if help_ else ())


def table_too_large(span: Span, path: str, what: str) -> Diagnostic:
    """A table has too many rows or columns; ``what`` says the limit."""
    return Diagnostic(TABLE_TOO_LARGE, f"the table `{path}` has more than {what}", span)


# --- columns -----------------------------------------------------------------------------------------------------


def unknown_column(span: Span, path: str, heading: str, entity: tuple[str, Iterable[str]]) -> Diagnostic:
    """A heading names nothing of the entity; ``entity`` is its name and what a heading could name."""
    name, known = entity
    heading = brief(heading, 60)
    close = near(heading, known)
    shown = heading.replace('"', "'")
    help_: tuple[str, ...] = (f"did you mean {one_of(close)}?",) if close else ()
    help_ += (f'say what it asks with `column "{shown}" is …`, or leave it out with `ignore "{shown}"`',)
    message = f"column `{heading}` of `{path}` is no field or definition of `{name}`"
    return Diagnostic(UNKNOWN_COLUMN, message, span, help=help_)


def no_such_heading(span: Span, path: str, written: str, headings: Iterable[str]) -> Diagnostic:
    """A clause names a column that the file does not have."""
    known = tuple(brief(heading, 60) for heading in headings)
    close = near(written, known) or known[:8]
    help_ = (f"the columns are {', '.join(f'`{h}`' for h in known)}" if len(known) <= 8 else f"there is {one_of(close)}",)
    return Diagnostic(UNKNOWN_COLUMN, f"`{path}` has no column `{written}`", span, help=help_)


def no_heading(span: Span, path: str, number: int) -> Diagnostic:
    """A column has cells, but nothing stands above them."""
    message = f"column {number} of `{path}` has cells but no heading"
    return Diagnostic(UNKNOWN_COLUMN, message, span, help=("write above it what it asks, or empty it",))


def duplicate_column(spans: tuple[Span, Span], path: str, heading: str) -> Diagnostic:
    """Two columns have one heading; ``spans`` are the second and the first."""
    message = f"`{path}` has two columns `{brief(heading, 60)}`"
    help_ = "give one of them another heading, and say with `column … is …` what it asks"
    return Diagnostic(DUPLICATE_COLUMN, message, spans[0], related=(Label(spans[1], "the first"),), help=(help_,))


def no_output_column(span: Span, path: str, name: str, headings: Iterable[str]) -> Diagnostic:
    """No column is named like the classification, and no clause says which one holds the outputs."""
    known = tuple(headings)
    close = near(name, known)
    help_: tuple[str, ...] = (f"did you mean {one_of(close)}?",) if close else ()
    help_ += ('say which column it is: `gives "Heading"`',)
    return Diagnostic(NO_OUTPUT_COLUMN, f"no column of `{path}` is called `{name}`", span, help=help_)


def unclear_column(span: Span, place: tuple[str, str], readings: str, help_: str) -> Diagnostic:
    """A heading stands for several things, or one without a value; ``place`` is (path, heading)."""
    path, heading = place
    return Diagnostic(UNCLEAR_COLUMN, f"column `{brief(heading, 60)}` of `{path}` {readings}", span, help=(help_,))


# --- cells -------------------------------------------------------------------------------------------------------


def bad_cell(span: Span, place: tuple[str, int, str], problem: str, help_: tuple[str, ...] = ()) -> Diagnostic:
    """A cell cannot be understood; ``place`` is (path, row, heading), ``problem`` a clause that starts with the cell."""
    return Diagnostic(BAD_CELL, f"{_where(place)}: {brief(problem)}", span, help=tuple(map(brief, help_)))


def unclear_cell(span: Span, place: tuple[str, int, str], problem: str, help_: tuple[str, ...] = ()) -> Diagnostic:
    """A cell can be read in two ways; ``place`` as in ``bad_cell``."""
    return Diagnostic(UNCLEAR_CELL, f"{_where(place)}: {brief(problem)}", span, help=tuple(map(brief, help_)))


def more_bad_cells(span: Span, path: str, count: int) -> Diagnostic:
    """So many cells have problems that only the first are told."""
    cells = "1 more cell" if count == 1 else f"{count:,} more cells"
    return Diagnostic(BAD_CELL, f"`{path}` has {cells} that cannot be used", span)


def unknown_output(span: Span, place: tuple[str, int, str], output: str, known: Iterable[str]) -> Diagnostic:
    """A row gives a text that is no declared output."""
    candidates = tuple(known)
    close = near(output, candidates)
    help_ = f"did you mean {one_of(close)}?" if close else f"the outputs are {', '.join(f'`{name}`' for name in candidates[:8])}"
    return Diagnostic(
        UNKNOWN_OUTPUT, f"{_where(place)}: `{brief(output, 60)}` is none of the declared outputs", span, help=(help_,)
    )


def _where(place: tuple[str, int, str]) -> str:
    path, row, heading = place
    return f"row {row} of `{path}`, column `{brief(heading, 60)}`"


# --- collected classifications -----------------------------------------------------------------------------------


def collected_value(span: Span, name: str, example: str) -> Diagnostic:
    """A classification that collects is used as if it had one value."""
    message = f"`{name}` collects: it has no single value, but contains outputs"
    return Diagnostic(COLLECTED_VALUE, message, span, help=(f"ask for one of them: `{name} contains {example}`",))


def nothing_otherwise(span: Span, name: str) -> Diagnostic:
    """A classification that collects has an `otherwise`."""
    message = f"`{name}` collects, so that it has no `otherwise`: it contains nothing where no row is true"
    return Diagnostic(COLLECTED_VALUE, message, span, help=("leave the clause out",))


def not_collected(span: Span, name: str) -> Diagnostic:
    """What an example expects a value to contain is no classification that collects."""
    message = f"`{name}` is no classification that collects"
    return Diagnostic(COLLECTED_VALUE, message, span, help=(f"write what it is: `{name} = …`",))
