"""Cells of an export, as a column of texts, into SQL for their typed values, and for why one holds none.

What is written plainly is read by a first branch of few steps; all else by one that follows ``runtime.cells`` step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect, Unsayable
from revrules.backends.sql.reading_parts import ONLY_DUCKDB, bound, folded, trimmed
from revrules.runtime.cells import FALSE_TEXTS, LONGEST_CELL, TRUE_TEXTS
from revrules.runtime.texts import fold
from revrules.runtime.values import member_names, not_a_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.values import FieldSpec

MOST_COMPARED = 16
"""So many texts are compared one by one faster than a branch is taken for each."""


class Span(NamedTuple):
    """A value that costs little, and the least and the greatest that a field can have, where it might be beyond them."""

    value: Sql
    least: Sql | None = None
    greatest: Sql | None = None


class Found(NamedTuple):
    """A value before bounds and stand-ins; ``reason`` says why a row whose value is NULL has none: NULL where it is missing,
    None where that is all that NULL can mean. Where there is a ``span``, the value is NULL exactly outside of it.
    """

    value: Sql
    reason: Sql | None
    span: Span | None = None


class Way(NamedTuple):
    """How texts without white space around them become values: the value (NULL for none), why there is none, and of cells as
    they are written which are plain, with their values.

    ``first``: no missing cell is plain. ``usual`` says the same the other way round: which cells are odd, and the value of all
    others; what is missing is neither, and has no value there.
    """

    value: Callable[[Sql], Sql]
    reason: Callable[[Sql], Sql]
    plain: tuple[tuple[Sql, Sql], ...] = ()
    usual: tuple[Sql, Sql] | None = None
    first: bool = False


def read_cell(raw: Sql, spec: FieldSpec, dialect: Dialect) -> Found:
    """Return what the cells of ``raw`` hold for a field (``runtime.cells.cell_reader``)."""
    blank = [tree.text(text) for text in dict.fromkeys(("", *spec.missing_texts))]
    cell = trimmed(raw, dialect)
    if spec.kind == "text":
        return Found(_text(raw, tree.case([(tree.among(cell, blank), tree.NULL)], raw), spec, dialect), None)
    way = _way(raw, spec, dialect)
    told = tree.text(f"longer than {LONGEST_CELL:,} characters")

    def checked(text: Sql, too_long: Sql, otherwise: Sql) -> Sql:
        long = tree.binary(">", tree.call("LENGTH", text), tree.whole(LONGEST_CELL))
        return tree.case([(tree.among(text, blank), tree.NULL), (long, too_long)], otherwise)

    value = bound(cell, lambda text: checked(text, tree.NULL, way.value(text)), "t", dialect)
    reason = bound(cell, lambda text: checked(text, told, way.reason(text)), "t", dialect)
    nothing = tree.any_of([tree.is_null(raw), tree.among(raw, blank)])
    return Found(_value(raw, way, value, blank, nothing), tree.case([(nothing, tree.NULL)], reason))


def _value(raw: Sql, way: Way, slow: Sql, blank: list[Sql], nothing: Sql) -> Sql:
    """Return the value of cells, ``slow`` to work out where they are neither ``blank`` nor plain.

    What is usual comes last: DuckDB works it out for all rows at once where no row is odd, and NULL needs no branch.
    """
    if way.usual is None:
        ahead = [(nothing, tree.NULL)]
        return tree.case([*way.plain, *ahead] if way.first else [*ahead, *way.plain], slow)
    odd, value = way.usual
    return tree.case([(tree.among(raw, blank), tree.NULL), (odd, tree.case(way.plain, slow))], value)


def _text(raw: Sql, slow: Sql, spec: FieldSpec, dialect: Dialect) -> Sql:
    """Return texts, ``slow`` to work out where they might be blank: most begin with a mark, and as no stand-in does.

    Taking white space off costs ten times as much. Only DuckDB surely compares texts by code point here.
    """
    if dialect is not Dialect.DUCKDB:
        return slow
    like_stand_ins = (tree.call("STARTS_WITH", raw, tree.text(text)) for text in spec.missing_texts if text)
    return tree.case([(tree.any_of([tree.binary("<", raw, tree.text("!")), *like_stand_ins]), slow)], raw)


def _way(raw: Sql, spec: FieldSpec, dialect: Dialect) -> Way:
    """Return how cells of a kind are read."""
    from revrules.backends.sql import reading_lengths, reading_moments, reading_numbers  # they make ways of this module

    if spec.kind == "enum":
        return _members(raw, spec, dialect)
    if dialect is not Dialect.DUCKDB:
        raise Unsayable(f"a {spec.kind} in a column of texts", dialect, ONLY_DUCKDB)
    match spec.kind:
        case "boolean":
            return _truth(raw, spec)
        case "integer" | "number" | "money":
            return reading_numbers.numbers(raw, spec)
        case "date":
            return reading_moments.dates(raw, spec)
        case "datetime":
            return reading_moments.datetimes(raw, spec)
        case _:
            return reading_lengths.lengths(raw, spec)


def _members(raw: Sql, spec: FieldSpec, dialect: Dialect) -> Way:
    """Return how members of an enum are read: by name, label or id."""
    spelled: dict[str, list[str]] = {}
    meanings = member_names(spec)
    for spelling, name in meanings.items():
        spelled.setdefault(name, []).append(spelling)

    def branches(text: Sql) -> list[tuple[Sql, Sql]]:
        return [(tree.among(text, list(map(tree.text, texts))), tree.text(name)) for name, texts in spelled.items()]

    reason = tree.text(not_a_member(spec))
    few = dialect is Dialect.DUCKDB and len(spelled) <= MOST_COMPARED
    usual = (_none_of(raw, spelled), raw) if few else None
    first = not {"", *spec.missing_texts} & meanings.keys()
    return Way(lambda text: tree.case(branches(text)), lambda text: reason, tuple(branches(raw)), usual, first)


def _none_of(raw: Sql, texts: Iterable[str]) -> Sql:
    """Return whether a text is none of some; NULL where it is NULL. DuckDB compares one by one faster than with a list."""
    return tree.all_of([tree.binary("<>", raw, tree.text(text)) for text in texts])


def _truth(raw: Sql, spec: FieldSpec) -> Way:
    """Return how truth values are read: the words for them, in any case."""
    true_texts, false_texts = spec.true_texts or TRUE_TEXTS, spec.false_texts or FALSE_TEXTS
    meanings = {fold(text): False for text in false_texts} | {fold(text): True for text in true_texts}
    words = {truth: [text for text, meaning in meanings.items() if meaning is truth] for truth in (True, False)}

    def branches(text: Sql, spellings: dict[bool, list[str]]) -> list[tuple[Sql, Sql]]:
        values = {True: tree.TRUE, False: tree.FALSE}
        return [(tree.among(text, list(map(tree.text, texts))), values[truth]) for truth, texts in spellings.items() if texts]

    written = {
        truth: list(dict.fromkeys(form for text in texts for form in (text, *_capitals(text)))) for truth, texts in words.items()
    }
    usual = None
    if words[True] and words[False]:
        yes, no = words[True][0], words[False][0]
        usual = (_none_of(raw, [yes, no]), tree.binary("=", raw, tree.text(yes)))
    reason = tree.text(f"neither {true_texts[0]} nor {false_texts[0]}")
    return Way(
        lambda text: bound(folded(text, meanings), lambda small: tree.case(branches(small, words)), "f", Dialect.DUCKDB),
        lambda text: reason,
        tuple(branches(raw, written)),
        usual,
    )


def _capitals(text: str) -> tuple[str, ...]:
    """Return how else a word is often written, as far as it folds to ``text``."""
    return tuple(form for form in (text.upper(), text.capitalize()) if fold(form) == text)
