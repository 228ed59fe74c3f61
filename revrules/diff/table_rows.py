"""The decision tables of two versions into the rows in which they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from revrules import ir

if TYPE_CHECKING:
    from revrules.ir import Cell, DecisionTable, Definition, Ruleset

MOST_LINES = 5
"""Lines that are named."""
Content: TypeAlias = "tuple[tuple[tuple[str, Cell], ...], str]"
"""What a row asks of each input, and what it gives."""


def same_rows(old: Ruleset, new: Ruleset, one: Definition, other: Definition) -> bool:
    """Return whether two definitions read tables that say the same in the same order, or none."""
    before, after = _table(old, one), _table(new, other)
    if before is None or after is None:
        return before is after
    return (before.mode, before.otherwise, _rows(before)) == (after.mode, after.otherwise, _rows(after))


def rows_told(old: Ruleset, new: Ruleset, one: Definition, other: Definition) -> tuple[str, ...]:
    """Return the lines of the rows that only one of the two tables has, in words; nothing where there is no table."""
    before, after = _table(old, one), _table(new, other)
    if before is None or after is None:
        return ()
    gone, fresh = _lone(before, after), _lone(after, before)
    told = [_lines(gone, "gone"), _lines(fresh, "new")]
    if before.otherwise != after.otherwise or before.mode != after.mode:
        told.append("what holds otherwise" if before.mode == after.mode else "which row counts")
    return tuple(words for words in told if words) or ("the order of the rows",)


def _table(ruleset: Ruleset, definition: Definition) -> DecisionTable | None:
    match definition.expr:
        case ir.Table(name) | ir.Collects(name):
            return ruleset.table(name)
        case _:
            return None


def _rows(table: DecisionTable) -> tuple[Content, ...]:
    return tuple(
        (tuple((column.heading, column.cells[at]) for column, at in zip(table.columns, row.cells, strict=True)), row.output)
        for row in table.rows
    )


def _lone(table: DecisionTable, other: DecisionTable) -> list[int]:
    known = set(_rows(other))
    return [row.line for row, content in zip(table.rows, _rows(table), strict=True) if content not in known]


def _lines(lines: list[int], word: str) -> str:
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:MOST_LINES])) + (f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else "")
    return f"{len(lines)} row{'' if len(lines) == 1 else 's'} {word} (line{'' if len(lines) == 1 else 's'} {shown})"
