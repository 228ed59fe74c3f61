"""Answers that are some of a few names into members of an enum, which DuckDB moves and writes much faster than texts.

A Parquet file that is written from members holds texts all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect

if TYPE_CHECKING:
    from revrules.backends.sql.tree import Sql


def as_members(value: Sql) -> Sql:
    """Return a text, or an array of texts, as members of an enum of all that it can be; as it is where not all are known."""
    names: dict[str, None] = {}

    def collected(result: Sql) -> Sql | None:
        found = tree.looked_up_in(result)
        texts = tree.constant_texts(result if found is None else found[0])
        names.update(dict.fromkeys(texts or ()))
        return None if texts is None else result

    known = tree.with_results(value, collected)
    if known is None or not names:
        return value
    enum = f"ENUM({', '.join(tree.printed(tree.text(name), Dialect.DUCKDB) for name in names)})"

    def member(result: Sql) -> Sql:
        found = tree.looked_up_in(result)
        if found is None:
            return tree.cast(result, enum + "[]" * tree.array_depth(result)) if result != tree.NULL else result
        array, position = found
        return tree.call("list_extract", tree.cast(array, enum + "[]" * tree.array_depth(array)), position)

    made = tree.with_results(value, member)
    assert made is not None, "all results are known"
    return made
