"""Cells of an export into SQL for their typed values on engines whose casts raise: each is asked for its shape before.

Texts and members of enums are read in one way everywhere (``reading_cells``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import reading_guarded_times, reading_postgres, reading_spark, tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.reading_cells import Found
from revrules.backends.sql.reading_parts import folded, trimmed
from revrules.runtime.cells import FALSE_TEXTS, LONGEST_CELL, TRUE_TEXTS
from revrules.runtime.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

    Kept = Callable[[Sql, str], Sql]

OTHERS = ("text", "enum")


def is_guarded(spec: FieldSpec, dialect: Dialect) -> bool:
    """Return whether cells for a field are read here."""
    return dialect in (Dialect.POSTGRES, Dialect.SPARK) and spec.kind not in OTHERS


def read_guarded(raw: Sql, spec: FieldSpec, kept: Kept, dialect: Dialect) -> Found:
    """Return what the cells of ``raw`` hold for a field (``runtime.cells.cell_reader``)."""
    text = kept(trimmed(raw, dialect), f"{spec.name} text")
    blank = tree.among(text, [tree.text(each) for each in dict.fromkeys(("", *spec.missing_texts))])
    long = tree.binary(">", tree.call("LENGTH", text), tree.whole(LONGEST_CELL))
    # nothing is asked of a cell that is too long
    usual = kept(tree.case([(tree.any_of([blank, long]), tree.NULL)], text), f"{spec.name} cell")
    value, reason = _found(usual, spec, kept, dialect)
    told = tree.text(f"longer than {LONGEST_CELL:,} characters")
    return Found(value, tree.case([(tree.is_null(text), tree.NULL), (blank, tree.NULL), (long, told)], reason))


def _found(text: Sql, spec: FieldSpec, kept: Kept, dialect: Dialect) -> tuple[Sql, Sql]:
    """Return the value of texts without white space around them, NULL for none, and why there is none."""
    number, length = reading_postgres.number, reading_postgres.length
    if dialect is Dialect.SPARK:
        number, length = reading_spark.number, reading_spark.length
    match spec.kind:
        case "boolean":
            return _truth(text, spec, kept)
        case "integer" | "number" | "money":
            return number(text, spec, kept)
        case "date":
            return reading_guarded_times.date_of(text, spec, dialect)
        case "datetime":
            return reading_guarded_times.instant_of(text, spec, kept, dialect)
        case _:
            return length(text, spec, kept)


def _truth(text: Sql, spec: FieldSpec, kept: Kept) -> tuple[Sql, Sql]:
    """Return whether a text is one of the words for true, in any case."""
    true_texts, false_texts = spec.true_texts or TRUE_TEXTS, spec.false_texts or FALSE_TEXTS
    meanings = {fold(each): False for each in false_texts} | {fold(each): True for each in true_texts}
    small = kept(folded(text, meanings), f"{spec.name} word")
    branches = [
        (tree.among(small, [tree.text(each) for each, meaning in meanings.items() if meaning is truth]), value)
        for truth, value in ((True, tree.TRUE), (False, tree.FALSE))
        if truth in meanings.values()
    ]
    return tree.case(branches), tree.text(f"neither {true_texts[0]} nor {false_texts[0]}")
