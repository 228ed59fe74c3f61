"""Two conditions in normal form into whether one is never less true than the other: false < unknown < true, for every record.

Read off their shapes, so it is sound and finds but little: a limit moved, a part left out or added, also in what is counted of
related records, where the prover cannot tell many kinds of them apart.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from revrules.proofs.normal.terms import ONLY
from revrules.proofs.normal.values import NOTHING, Values, without

if TYPE_CHECKING:
    from revrules.proofs.normal.terms import Key, Node, Terms

RANK: dict[object, int] = {False: 0, None: 1, True: 2}


class Order:
    """Compares conditions among the normal forms that were made."""

    def __init__(self, terms: Terms) -> None:
        """Compare those of ``terms``."""
        self._terms = terms
        self._known: dict[tuple[Key, Key], bool] = {}

    def implies(self, one: Key, other: Key) -> bool:
        """Return whether ``other`` is plainly at least as true as ``one``."""
        if one in (other, self._terms.false) or other == self._terms.true:
            return True
        if (one, other) not in self._known:
            self._known[one, other] = False
            self._known[one, other] = self._shapes(one, other)
        return self._known[one, other]

    def _shapes(self, one: Key, other: Key) -> bool:
        here, there = self._terms.node(one), self._terms.node(other)
        if here[0] == "any":
            return all(self.implies(part, other) for part in _keys(here))
        if there[0] == "all":
            return all(self.implies(one, part) for part in _keys(there))
        if here[0] == "all" and any(self.implies(part, other) for part in _keys(here)):
            return True
        if there[0] == "any" and any(self.implies(one, part) for part in _keys(there)):
            return True
        match here, there:
            case ("at least", int() as count, *_), ("at least", int() as most, *_):
                return self._of_several(count, Counter(_keys(here, 2)), most, Counter(_keys(there, 2)))
            case ("or else", int() as first, int() as second), ("or else", int() as third, int() as fourth):
                return self.implies(first, third) and self.implies(second, fourth)
            case ("if", condition, int() as first, int() as second), ("if", same, int() as third, int() as fourth):
                return condition == same and self.implies(first, third) and self.implies(second, fourth)
            case ("in", int(), Values(), _), ("in", int(), Values(), _):
                return self._tests(here, there)
            case _:
                return False

    def _of_several(self, count: int, ours: Counter[Key], most: int, theirs: Counter[Key]) -> bool:
        """Return whether fewer are asked for, out of no fewer, each no less true."""
        mine, other = list((ours - theirs).elements()), list((theirs - ours).elements())
        for part in tuple(mine):
            match_ = next((each for each in other if self.implies(part, each)), None)
            if match_ is not None:
                mine.remove(part)
                other.remove(match_)
        return count - len(mine) >= most

    def _tests(self, here: Node, there: Node) -> bool:
        _, one, values, missing = here
        _, other, more, or_missing = there
        assert isinstance(values, Values) and isinstance(more, Values) and isinstance(one, int) and isinstance(other, int)
        if RANK[missing] > RANK[or_missing]:
            return False
        if one == other:
            return without(values, more) == NOTHING
        if values == more == ONLY[True]:
            return self._opaque(self._terms.node(one), self._terms.node(other))
        return values == more == ONLY[False] and self._opaque(self._terms.node(other), self._terms.node(one))

    def _opaque(self, here: Node, there: Node) -> bool:
        """Return whether the second of two things that are true or not is true wherever the first is."""
        match here, there:
            case ("text", *test, False), ("text", *same, True):  # small letters stand for capital ones one by one
                return test == same
            case _:
                return self._ranges(here, there)

    def _ranges(self, here: Node, there: Node) -> bool:
        """Return whether a count is asked to be at least so many, and another, of what is no less true, no more."""
        match here, there:
            case ("ranged from", int() as count, int() as limit), ("ranged from", int() as other, int() as least):
                numbers = self._terms.node(limit), self._terms.node(least)
                if numbers[0][0] != "constant" or numbers[1][0] != "constant":
                    return limit == least and self._counts(count, other)
                return numbers[0][1] >= numbers[1][1] and self._counts(count, other)  # type: ignore[operator]  # numbers
            case _:
                return False

    def _counts(self, one: Key, other: Key) -> bool:
        """Return whether a count is never more than another of the same records."""
        if one == other:
            return True
        match self._terms.node(one), self._terms.node(other):
            case ("count", *relation, int() as where), ("count", *same, int() as wider):
                return relation == same and self.implies(where, wider)
            case _:
                return False


def _keys(node: Node, first: int = 1) -> list[Key]:
    return [part for part in node[first:] if isinstance(part, int)]
