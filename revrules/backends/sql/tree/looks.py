"""A piece of SQL into what it is made of, and into the same piece with some of this changed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlglot import exp

from revrules.backends.sql.tree.pieces import case, coalesce, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from revrules.backends.sql.tree.pieces import Sql


def is_simple(value: Sql) -> bool:
    """Return whether a piece costs nothing to be said twice: a column or a constant."""
    return isinstance(value, exp.Column | exp.Literal | exp.Boolean | exp.Null)


def is_short(value: Sql, most: int) -> bool:
    """Return whether a piece has at most so many nodes."""
    return sum(1 for _ in islice(value.walk(), most + 1)) <= most


def constant_text(value: Sql) -> tuple[str, str] | None:
    """Return the text and the type of a constant that was made by casting a text; None for all else."""
    if isinstance(value, exp.Cast) and isinstance(value.this, exp.Literal) and value.this.is_string:
        return value.this.name, value.to.sql()
    return None


def constant_whole(value: Sql) -> int | None:
    """Return the integer that a constant says; None for all else."""
    if isinstance(value, exp.Paren) and isinstance(value.this, exp.Neg):
        found = constant_whole(value.this.this)
        return None if found is None else -found
    return int(value.name) if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal() else None


def columns_in(value: Sql) -> set[str]:
    """Return the names of the columns (of no named table) that a piece reads."""
    return {found.name for found in value.find_all(exp.Column) if not found.table}


def costs_nothing(value: Sql) -> bool:
    """Return whether a piece is a column or a constant, perhaps with the order of its texts said."""
    return is_simple(value.this if isinstance(value, exp.Collate) else value)


def with_columns(value: Sql, meanings: Mapping[str, Sql], of: str = "") -> Sql:
    """Return a piece with other pieces in the place of the columns of these names: of no named table, or of the table ``of``."""
    if isinstance(value, exp.Column) and value.table == of and value.name in meanings:
        return meanings[value.name].copy()
    changed = value.copy()
    for found in list(changed.find_all(exp.Column)):
        if found.table == of and found.name in meanings:
            found.replace(grouped(meanings[found.name].copy()))
    return changed


def with_calls(value: Sql, functions: Collection[str], build: Callable[[Sql], Sql]) -> Sql:
    """Return a piece with what ``build`` makes of every call of ``functions`` in its place."""
    return value.transform(lambda node: build(node) if isinstance(node, exp.Anonymous) and node.name in functions else node)


def column_uses(value: Sql) -> list[tuple[str, str]]:
    """Return (table, column) for every time that a piece reads a column; the table is empty where none is named."""
    return [(found.table, found.name) for found in value.find_all(exp.Column)]


def depth(value: Sql) -> int:
    """Return how many nodes stand inside one another."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(child, level + 1) for child in node.iter_expressions()]
    return deepest


def tables_in(value: Sql) -> set[str]:
    """Return the names of the tables in a piece."""
    return {found.name for found in value.find_all(exp.Table)}


def with_results(value: Sql, change: Callable[[Sql], Sql | None]) -> Sql | None:
    """Return a piece with each result that it can have (behind CASE and COALESCE) changed; None where one of these is None."""
    if isinstance(value, exp.Case) and value.this is None:
        changed = [(branch.this, with_results(branch.args["true"], change)) for branch in value.args["ifs"]]
        otherwise = with_results(value.args["default"], change)
        branches = [(condition, result) for condition, result in changed if result is not None]
        return case(branches, otherwise) if otherwise is not None and len(branches) == len(changed) else None
    if isinstance(value, exp.Anonymous) and value.name == "COALESCE":
        found = [with_results(each, change) for each in value.expressions]
        results = [each for each in found if each is not None]
        return coalesce(*results) if len(results) == len(found) else None
    return change(value)


def constant_texts(value: Sql) -> list[str] | None:
    """Return the texts of which a constant (a text, an array of such constants, one that is cast) is made; None for all else."""
    match value:
        case exp.Null():
            return []
        case exp.Literal() if value.is_string:
            return [value.name]
        case exp.Cast():
            return constant_texts(value.this)
        case exp.Array():
            found = [constant_texts(each) for each in value.expressions]
            texts = [text_ for each in found if each is not None for text_ in each]
            return texts if None not in found else None
    return None


def array_depth(value: Sql) -> int:
    """Return how many arrays are inside one another in a constant."""
    match value:
        case exp.Cast():
            return array_depth(value.this)
        case exp.Array():
            return 1 + max((array_depth(each) for each in value.expressions), default=0)
    return 0


def looked_up_in(value: Sql) -> tuple[Sql, Sql] | None:
    """Return the array and the position of a ``list_extract``; None for all else."""
    if isinstance(value, exp.Anonymous) and value.name == "list_extract":
        array_, position = value.expressions
        return array_, position
    return None
