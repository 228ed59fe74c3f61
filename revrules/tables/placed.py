"""Placed records into the columns of an output, in the order that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from revrules.problems import data as problems
from revrules.tables.answers import ANSWERS, IN_A_TABLE
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from revrules.tables.pushed import Pushed
    from revrules.tables.run import Placed, Run

PREFIX = "input_"
TEXT = "VARCHAR"
BITS = ("blockers_mask", "unknown_criteria_mask", "missing_mask", "violations_mask")
"""Columns that say as bits of an integer what those of similar names say as lists; DuckDB makes them."""
LINE = "line"


class Origin(NamedTuple):
    """What a column of an output is made of: the key, the line, an answer, the same as bits, or the column of the input at a
    position.
    """

    kind: Literal["key", "line", "answer", "bits", "input"]
    position: int = 0


class OutputColumn(NamedTuple):
    """A column to write: its name, its type in Parquet, its cell of a placed record, and what that is made of."""

    name: str
    type: str
    read: Callable[[Placed], object]
    origin: Origin


def all_columns(run: Run | Pushed, *, keep: bool) -> list[OutputColumn]:
    """Return the key and every column of the answer; with ``keep`` also every column of the input."""
    columns = [_key_column(run), *answers()]
    if keep:
        names = {column.name for column in columns}
        for position, heading in enumerate(run.headings()):
            name = heading
            while name in names:
                name = PREFIX + name
            names.add(name)
            type_ = run.table.types[position] if run.table.types else TEXT
            columns.append(OutputColumn(name, type_, _input(heading, position), Origin("input", position)))
    return columns


def few_columns(run: Run | Pushed) -> list[OutputColumn]:
    """Return the columns of a table for the eye."""
    tracked = run.lifecycle.tracks is not None
    shown = [
        column for column in answers() if column.name in IN_A_TABLE and (tracked or column.name not in ("declared", "verdict"))
    ]
    return [_key_column(run), *shown]


def chosen_columns(run: Run | Pushed, names: Sequence[str]) -> list[OutputColumn]:
    """Return the columns of these names: of the answer, else of the input; raises ``DataError`` for an unknown one."""
    known = {column.name: column for column in (*_bits(), *all_columns(run, keep=True))}
    for name in names:
        if name not in known:
            raise DataError(problems.unknown_output_column(name, list(known)[len(BITS) :][:40]))
    return [known[name] for name in names]


def in_bits(columns: Iterable[OutputColumn]) -> list[OutputColumn]:
    """Return columns with bit sets in the place of lists that they can be had for."""
    bits = {column.name.removesuffix("_mask"): column for column in _bits()}
    return [bits.get(column.name, column) if column.origin.kind == "answer" else column for column in columns]


def _bits() -> list[OutputColumn]:
    def nobody(placed: Placed) -> object:
        raise AssertionError("only DuckDB makes bit sets")

    return [OutputColumn(name, "BIGINT", nobody, Origin("bits")) for name in BITS]


def cells(placed: Iterable[Placed], columns: Sequence[OutputColumn]) -> Iterator[list[object]]:
    """Yield the cells of each record."""
    readers = [column.read for column in columns]
    for record in placed:
        yield [read(record) for read in readers]


def needs_a_look(placed: Placed) -> bool:
    """Return whether a person would want to see this record: its stage is in doubt, a rule is broken, a value is none."""
    placement = placed.placement
    verdict = placement.verdict.value if placement.verdict is not None else "in_stage"
    return verdict not in ("in_stage", "undeclared") or placement.overdue or bool(placement.violations or placement.problems)


def answers() -> list[OutputColumn]:
    """Return every column of the answer."""
    return [OutputColumn(column.name, column.type, _answer(column.read), Origin("answer")) for column in ANSWERS]


def _answer(read: Callable[..., object]) -> Callable[[Placed], object]:
    return lambda placed: read(placed.placement)


def _key_column(run: Run | Pushed) -> OutputColumn:
    key = run.entity.key
    if key is None:
        return OutputColumn(LINE, "BIGINT", lambda placed: placed.row.line, Origin("line"))
    return OutputColumn(key, TEXT, lambda placed: placed.key, Origin("key"))


def _input(heading: str, position: int) -> Callable[[Placed], object]:
    def read(placed: Placed) -> object:
        row = placed.row.cells
        return row.get(heading) if isinstance(row, Mapping) else row[position]

    return read
