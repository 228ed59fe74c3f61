"""Conditions into bit sets: integers of 62 bits, several where there are more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from revrules.backends.sql.tree import Sql

WORD = 62
"""Bits of one integer: the sign and one more stay free on every engine."""
NONE = tree.whole(0)


def words(count: int) -> int:
    """Return how many integers hold that many bits; at least one."""
    return max(1, -(-count // WORD))


def masks(positions: Iterable[int], count: int) -> list[int]:
    """Return the integers that hold the bits at ``positions`` of ``count`` bits."""
    found = [0] * words(count)
    for position in positions:
        found[position // WORD] |= 1 << position % WORD
    return found


def of(conditions: Mapping[int, Sql], count: int) -> list[Sql]:
    """Return the integers in which the bit of each condition (by its position) is set where it is true, ``count`` bits in all."""
    found: list[list[Sql]] = [[] for _ in range(words(count))]
    for position, condition in conditions.items():
        bit = tree.whole(1 << position % WORD)
        found[position // WORD].append(bit if condition == tree.TRUE else tree.case([(condition, bit)], NONE))
    return [total(parts) for parts in found]


def total(parts: Sequence[Sql]) -> Sql:
    """Return the sum of sets that share no bit: all of their bits."""
    return _balanced([part for part in parts if part != NONE], lambda left, right: tree.binary("+", left, right))


def union(parts: Sequence[Sql]) -> Sql:
    """Return all bits of sets."""
    return _balanced([part for part in parts if part != NONE], lambda left, right: tree.binary("|", left, right))


def has_any(word: Sql, mask: int) -> Sql:
    """Return whether a set has one of the bits of ``mask``; NULL where it is."""
    return tree.binary("<>", tree.binary("&", word, tree.whole(mask)), NONE)


def _balanced(parts: Sequence[Sql], join: Callable[[Sql, Sql], Sql]) -> Sql:
    """Return the parts joined as a balanced tree, as printing is recursive."""
    if not parts:
        return NONE
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_balanced(parts[:middle], join), _balanced(parts[middle:], join))
