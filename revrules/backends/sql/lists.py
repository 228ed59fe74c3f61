"""Names and the conditions under which they are told into arrays of texts, as each dialect builds them fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql import bits, tree
from revrules.backends.sql.dialects import Dialect, operator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.backends.sql.tree import Sql

MOST_LOOKED_UP = 1024
"""Arrays that are written out, one for each set of names, so that a number finds them: on DuckDB three times as fast as to build
them.
"""
MOST_BITS = 8
"""Names whose sets are written out together."""

EMPTY = operator(
    "an array of texts without any",
    duckdb=lambda: tree.cast(tree.array([]), "VARCHAR[]"),
    postgres=lambda: tree.cast(tree.array([]), "TEXT[]"),
    spark=lambda: tree.cast(tree.call("array"), "ARRAY<STRING>"),
    snowflake=lambda: tree.call("ARRAY_CONSTRUCT"),
    bigquery=lambda: tree.cast(tree.array([]), "ARRAY<STRING>"),
)
COMPACT = operator(
    "the texts, of those given, that are not NULL, as an array",
    duckdb=lambda *texts: tree.call("list_filter", tree.array(texts), tree.function(["x"], tree.is_known(tree.parameter("x")))),
    postgres=lambda *texts: tree.call("array_remove", tree.array(texts), tree.NULL),
    spark=lambda *texts: tree.call("array_compact", tree.call("array", *texts)),
    snowflake=lambda *texts: tree.call("ARRAY_CONSTRUCT_COMPACT", *texts),
    bigquery=lambda *texts: tree.call("ARRAY_CONCAT", *(_alone(text) for text in texts)),
)
JOINED = operator(
    "the items of two arrays, one after another",
    duckdb=lambda left, right: tree.call("list_concat", left, right),
    postgres=lambda left, right: tree.call("array_cat", left, right),
    spark=lambda left, right: tree.call("concat", left, right),
    snowflake=lambda left, right: tree.call("ARRAY_CAT", left, right),
    bigquery=lambda left, right: tree.call("ARRAY_CONCAT", left, right),
)
CONSTANT = operator(
    "an array of texts, at least one",
    lambda *texts: tree.array(texts),
    spark=lambda *texts: tree.call("array", *texts),
    snowflake=lambda *texts: tree.call("ARRAY_CONSTRUCT", *texts),
)


class Told(NamedTuple):
    """A name that an array tells where ``when`` is true."""

    name: str
    when: Sql


class Choice(NamedTuple):
    """What an array tells where ``when`` is true: names in their order."""

    when: Sql
    told: Sequence[Told]


def constant(names: Sequence[str], dialect: Dialect) -> Sql:
    """Return an array of names."""
    return CONSTANT(dialect, *map(tree.text, names)) if names else EMPTY(dialect)


def joined(arrays: Sequence[Sql], dialect: Dialect) -> Sql:
    """Return the items of all arrays."""
    found = arrays[0]
    for array in arrays[1:]:
        found = JOINED(dialect, found, array)
    return found


def by_number(number: Sql, arrays: Mapping[tuple[str, ...], Sequence[int]], dialect: Dialect) -> Sql:
    """Return the array that belongs to a number, which is not negative; an empty one where none does."""
    if all(not names for names in arrays):
        return EMPTY(dialect)
    if dialect is Dialect.DUCKDB:
        found = {n: constant(names, dialect) for names, numbers in arrays.items() for n in numbers}
        first = min(found)
        rows = [found.get(n, EMPTY(dialect)) for n in range(first, max(found) + 1)]
        position = tree.binary("+", number, tree.whole(1 - first))
        return tree.coalesce(tree.call("list_extract", tree.array(rows), position), EMPTY(dialect))
    told = {names: [tree.whole(n) for n in numbers] for names, numbers in arrays.items() if names}
    return tree.case(((tree.among(number, numbers), constant(names, dialect)) for names, numbers in told.items()), EMPTY(dialect))


def chosen(choices: Sequence[Choice], dialect: Dialect) -> Sql:
    """Return the array of the first choice that is true; an empty one where none is."""
    asked = [choice for choice in choices if choice.told]
    if not asked:
        return EMPTY(dialect)
    looked_up: list[Choice] = []
    if dialect is Dialect.DUCKDB:
        sizes = 1
        for choice in sorted(asked, key=lambda one: len(one.told)):
            sizes += 1 << len(choice.told)
            if sizes <= MOST_LOOKED_UP and len(choice.told) <= MOST_BITS:
                looked_up.append(choice)
    built = [choice for choice in asked if choice not in looked_up]
    branches = [(choice.when, _built(choice.told, dialect)) for choice in built]
    if built and built[0].when == tree.TRUE:
        return branches[0][1]
    return tree.case(branches, _looked_up([choice for choice in asked if choice in looked_up], dialect))


def of_bits(words: Sequence[Sql], names: Sequence[str], dialect: Dialect) -> Sql:
    """Return the names of the bits that are set in integers of ``bits.WORD`` bits."""
    if dialect is not Dialect.DUCKDB:
        told = [Told(name, bits.has_any(words[n // bits.WORD], 1 << n % bits.WORD)) for n, name in enumerate(names)]
        return chosen([Choice(tree.TRUE, told)], dialect)
    parts: list[Sql] = []
    for n, word in enumerate(words):
        held = names[n * bits.WORD : (n + 1) * bits.WORD]
        for start in range(0, len(held), MOST_BITS):
            part = held[start : start + MOST_BITS]
            moved = word if not start else tree.binary(">>", word, tree.whole(start))
            position = tree.binary("+", tree.binary("&", moved, tree.whole((1 << len(part)) - 1)), tree.whole(1))
            parts.append(tree.call("list_extract", _sets(part, dialect), position))
    if not parts:
        return EMPTY(dialect)
    none = tree.all_of(tree.binary("=", word, bits.NONE) for word in words)
    return parts[0] if len(parts) == 1 else tree.case([(none, EMPTY(dialect))], joined(parts, dialect))


def each_once(told: Sequence[Told]) -> list[Told]:
    """Return names of which none is told twice: a later one only where no equal one is told before it."""
    found: list[Told] = []
    for name, when in told:
        before = [other.when for other in found if other.name == name]
        new = tree.all_of([tree.negated(tree.is_true(tree.any_of(before))), when]) if before else when
        found.append(Told(name, new))
    return found


def _looked_up(choices: Sequence[Choice], dialect: Dialect) -> Sql:
    """Return the array that stands at a position among all arrays that there can be."""
    if not choices:
        return EMPTY(dialect)
    rows = [EMPTY(dialect)]
    positions: list[tuple[Sql, Sql]] = []
    for when, told in choices:
        held = bits.of({position: one.when for position, one in enumerate(told)}, len(told))[0]
        positions.append((when, tree.binary("+", tree.whole(len(rows) + 1), held)))
        rows += _all_sets([one.name for one in told], dialect)
    position = positions[0][1] if positions[0][0] == tree.TRUE else tree.case(positions, tree.whole(1))
    return tree.call("list_extract", tree.array(rows), position)


def _sets(names: Sequence[str], dialect: Dialect) -> Sql:
    """Return the array of the arrays for all sets of names."""
    return tree.array(_all_sets(names, dialect))


def _all_sets(names: Sequence[str], dialect: Dialect) -> list[Sql]:
    return [constant([name for n, name in enumerate(names) if mask >> n & 1], dialect) for mask in range(1 << len(names))]


def _built(told: Sequence[Told], dialect: Dialect) -> Sql:
    texts = [tree.case([(one.when, tree.text(one.name))]) for one in told]
    return COMPACT(dialect, *texts)


def _alone(text: Sql) -> Sql:
    """Return an array of a text, an empty one where it is NULL (BigQuery's arrays hold no NULL)."""
    return tree.case([(tree.is_known(text), tree.array([text]))], EMPTY(Dialect.BIGQUERY))
