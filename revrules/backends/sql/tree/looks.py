"""A piece of SQL into what it is made of, and into the same piece with some of this changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql.tree.nodes import Kind
from revrules.backends.sql.tree.pieces import case, coalesce, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from revrules.backends.sql.tree.nodes import Sql

VARIABLE = "${"
"""How a variable begins in a statement of Spark, wherever it stands."""
_SIMPLE = frozenset((Kind.COLUMN, Kind.ALL, Kind.TEXT, Kind.DIGITS, Kind.TRUTH, Kind.NULL))


def is_simple(value: Sql) -> bool:
    """Return whether a piece costs nothing to be said twice: a column or a constant."""
    return value.kind in _SIMPLE


def is_short(value: Sql, most: int) -> bool:
    """Return whether a piece has at most so many nodes."""
    return value.size <= most


def name_with_variable(value: Sql) -> str | None:
    """Return a name of a column or table in which Spark would look for a variable; None where there is none."""
    named = (name for piece in value.walk() if piece.kind is not Kind.AT_ZONE for name in piece.names)
    return next((name for name in named if VARIABLE in name), None)


def constant_text(value: Sql) -> tuple[str, str] | None:
    """Return the text and the type of a constant that was made by casting a text; None for all else."""
    if value.kind in (Kind.CAST, Kind.TRY_CAST) and value.parts[0].kind is Kind.TEXT:
        return value.parts[0].what, value.name
    return None


def constant_whole(value: Sql) -> int | None:
    """Return the integer that a constant says; None for all else."""
    if value.kind is Kind.PAREN and value.parts[0].kind is Kind.NEGATIVE:
        found = constant_whole(value.parts[0].parts[0])
        return None if found is None else -found
    return int(value.what) if value.kind is Kind.DIGITS and value.what.isdecimal() else None


def columns_in(value: Sql) -> set[str]:
    """Return the names of the columns (of no named table) that a piece reads."""
    return {name for table, name in value.columns if not table}


def costs_nothing(value: Sql) -> bool:
    """Return whether a piece is a column or a constant, perhaps with the order of its texts said."""
    return is_simple(value.parts[0] if value.kind is Kind.COLLATE else value)


def with_columns(value: Sql, meanings: Mapping[str, Sql], of: str = "") -> Sql:
    """Return a piece with other pieces in the place of the columns of these names: of no named table, or of the table ``of``."""
    meant = {(table, name) for table, name in value.columns if table == of and name in meanings}
    if not meant:
        return value
    if value.kind is Kind.COLUMN:
        return meanings[value.name]
    made: dict[int, Sql] = {}

    def changed(node: Sql) -> Sql:
        if node.kind is Kind.COLUMN:
            return grouped(meanings[node.name])
        if id(node) not in made:
            made[id(node)] = node.of(tuple(part if part.columns.isdisjoint(meant) else changed(part) for part in node.parts))
        return made[id(node)]

    return changed(value)


def with_calls(value: Sql, functions: Collection[str], build: Callable[[Sql], Sql]) -> Sql:
    """Return a piece with what ``build`` makes of every call of ``functions`` in its place."""
    if value.kind is Kind.CALL and value.what in functions:
        return build(value)
    return value.of(tuple(with_calls(part, functions, build) for part in value.parts)) if value.parts else value


def column_uses(value: Sql) -> list[tuple[str, str]]:
    """Return (table, column) for every time that a piece reads a column; the table is empty where none is named."""
    found: list[tuple[str, str]] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if node.kind in (Kind.COLUMN, Kind.ALL):
            found += node.columns
        else:
            waiting += (part for part in node.parts if part.columns)
    return found


def depth(value: Sql) -> int:
    """Return how many nodes stand inside one another."""
    return value.height


def tables_in(value: Sql) -> set[str]:
    """Return the names of the tables in a piece."""
    return {found.names[-1] for found in value.walk() if found.kind is Kind.TABLE}


def with_results(value: Sql, change: Callable[[Sql], Sql | None]) -> Sql | None:
    """Return a piece with each result that it can have (behind CASE and COALESCE) changed; None where one of these is None."""
    if value.kind is Kind.CASE:
        *whens, default = value.parts
        changed = [(when.parts[0], with_results(when.parts[1], change)) for when in whens]
        otherwise = with_results(default, change)
        branches = [(condition, result) for condition, result in changed if result is not None]
        return case(branches, otherwise) if otherwise is not None and len(branches) == len(changed) else None
    if value.kind is Kind.CALL and value.what == "COALESCE":
        found = [with_results(each, change) for each in value.parts]
        results = [each for each in found if each is not None]
        return coalesce(*results) if len(results) == len(found) else None
    return change(value)


def constant_texts(value: Sql) -> list[str] | None:
    """Return the texts of which a constant (a text, an array of such constants, one that is cast) is made; None for all else."""
    match value.kind:
        case Kind.NULL:
            return []
        case Kind.TEXT:
            return [value.what]
        case Kind.CAST | Kind.TRY_CAST:
            return constant_texts(value.parts[0])
        case Kind.ARRAY:
            found = [constant_texts(each) for each in value.parts]
            texts = [text_ for each in found if each is not None for text_ in each]
            return texts if None not in found else None
        case _:
            return None


def array_depth(value: Sql) -> int:
    """Return how many arrays are inside one another in a constant."""
    match value.kind:
        case Kind.CAST | Kind.TRY_CAST:
            return array_depth(value.parts[0])
        case Kind.ARRAY:
            return 1 + max((array_depth(each) for each in value.parts), default=0)
        case _:
            return 0


def looked_up_in(value: Sql) -> tuple[Sql, Sql] | None:
    """Return the array and the position of a ``list_extract``; None for all else."""
    if value.kind is Kind.CALL and value.what == "list_extract":
        array_, position = value.parts
        return array_, position
    return None
