"""Aggregates by keys as they are written into aggregates by what these keys mean.

To take the white space off a key costs as much as to gather its records. So records are gathered by keys as they are written, and
only then is looked whether all of these are what they mean: mostly they are. Where one is not, groups whose keys mean the same
become one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import tree
from revrules.backends.sql.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from revrules.backends.sql.layers import Written
    from revrules.backends.sql.tree import Sql

MERGED: Mapping[str, Callable[[Sql], Sql]] = {
    "COUNT": lambda part: tree.cast(tree.call("SUM", part), "BIGINT"),
    "SUM": lambda part: tree.call("SUM", part),
    "MIN": lambda part: tree.call("MIN", part),
    "MAX": lambda part: tree.call("MAX", part),
    "BIT_OR": lambda part: tree.call("BIT_OR", part),
}
"""The aggregate of a whole, of those of its parts."""


class Parted(NamedTuple):
    """Aggregates of groups that may become one: what is gathered of each group, the aggregates of one, and those of several."""

    parts: Mapping[str, Sql]
    of_one: Mapping[str, Sql]
    of_several: Mapping[str, Sql]


def parted(values: Mapping[str, Sql], name: Callable[[str], str]) -> Parted | None:
    """Return ``values`` in parts, which ``name`` names; None where one of them has no parts."""
    parts: dict[str, tuple[str, Sql]] = {}

    def part(call: Sql) -> Sql:
        text = tree.printed(call, Dialect.DUCKDB)
        if text not in parts:
            parts[text] = (name(f"part {call.name}"), call)
        return tree.column(parts[text][0])

    of_one = {label: tree.with_calls(value, MERGED, part) for label, value in values.items()}
    named = dict(parts.values())
    if any(tree.columns_in(value) - named.keys() for value in of_one.values()):
        return None
    whole = {label: MERGED[call.name](tree.column(label)) for label, call in named.items()}
    of_several = {label: tree.with_columns(value, whole) for label, value in of_one.items()}
    return Parted(named, of_one, of_several)


def of_written(found: Parted, written: Written, last: Sql, key: str) -> Sql:
    """Return the query that gathers the rows of ``last`` by keys as they are written, with what these mean (``key``)."""
    there = tree.column(written.column)
    items = [tree.named(there, written.column), tree.named(written.key, key), *_named(found.parts)]
    return tree.select(items, last, group_by=[there])


def of_meant(found: Parted, written: Written, gathered: str, key: str) -> Sql:
    """Return the query that gives the aggregates by key, of the groups in ``gathered``."""
    keys, groups = [tree.named(tree.column(key), key)], tree.table(gathered)
    differs = tree.call("BOOL_OR", tree.binary("<>", tree.column(key), tree.column(written.column)))
    some = tree.is_true(tree.answer(tree.select([tree.named(differs, "some")], groups)))
    as_they_are = tree.select([*keys, *_named(found.of_one)], groups, where=tree.negated(some))
    merged = tree.select([*keys, *_named(found.of_several)], groups, where=some, group_by=[tree.column(key)])
    return tree.both(as_they_are, merged)


def _named(values: Mapping[str, Sql]) -> Sequence[Sql]:
    return [tree.named(value, name) for name, value in values.items()]
