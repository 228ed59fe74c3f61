"""Searches among the values of records into their answers, remembered: records that answer alike are searched once.

A search asks a record questions, one after another, and what it asks next depends on the answers only. So questions and answers
make a tree, and a record that comes to a leaf has the answer that was found there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

    from revrules.impact.clauses import Both, Version
    from revrules.ir import Expr
    from revrules.tables.columns import Record

Records: TypeAlias = "tuple[Record, Record]"
Question: TypeAlias = Callable[[Records], bool]
Told: TypeAlias = tuple[str, ...]
MOST = 100_000
"""Questions that are remembered."""


class Asked:
    """A record, as both versions read it, that a search asks. ``trail``: its questions so far, with the answers."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.trail: list[tuple[Question, bool]] = []

    def is_(self, truth: bool, expr: Expr, version: Version, *, is_new: bool) -> bool:
        """Return whether a condition of one version has that truth value; unknown is none."""
        value = version.function(expr)
        return self._ask(lambda records: value(records[is_new]) is truth)

    def differ(self, pair: Both, old: Version, new: Version) -> bool:
        """Return whether two expressions, one of each version, have different values."""
        one, two = old.function(pair[0]), new.function(pair[1])
        return self._ask(lambda records: one(records[0]) != two(records[1]))

    def _ask(self, question: Question) -> bool:
        answer = question(self._records)
        self.trail.append((question, answer))
        return answer


@dataclass(slots=True)
class _Node:
    """A question, and what comes after each answer: a node or what was found."""

    question: Question
    after: dict[bool, _Node | Told] = field(default_factory=dict)


class Decisions:
    """What searches found, by ``key`` (all that they depend on besides the answers of the record)."""

    def __init__(self) -> None:
        self._roots: dict[Hashable, _Node | Told] = {}
        self._count = 0

    def found(self, key: Hashable, records: Records, search: Callable[[Asked], Told]) -> Told:
        """Return what ``search`` finds for the record."""
        node = self._roots.get(key)
        while isinstance(node, _Node):
            node = node.after.get(node.question(records))
        if node is None:
            asked = Asked(records)
            node = search(asked)
            if self._count < MOST:
                self._remember(key, asked.trail, node)
        return node

    def _remember(self, key: Hashable, trail: list[tuple[Question, bool]], found: Told) -> None:
        """Grow the tree by a trail that leads to what was found."""
        self._count += len(trail) + 1
        leaf: _Node | Told = found
        steps = iter(trail)
        node = self._roots.get(key)
        last: _Node | None = None
        answer = False
        while isinstance(node, _Node):  # as far as others went
            last = node
            answer = next(steps)[1]
            node = node.after.get(answer)
        for question, said in reversed(list(steps)):
            leaf = _Node(question, {said: leaf})
        if last is None:
            self._roots[key] = leaf
        else:
            last.after[answer] = leaf
