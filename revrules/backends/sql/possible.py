"""The ways of a lifecycle into the stages where placement can end when each unknown way may be open or not, as bit sets.

Each piece of ways is followed once more, as ``Walk.code`` does: inside one another, behind a way only for the records for which
it is not closed for sure. What the code says already (a way that was taken is open) is not worked out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules.backends.sql import bits, tree
from revrules.backends.sql.ways import Exit, exits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.ways import Piece, Step, Way

MOST_TOLD_APART = 4
"""Ways out of one spot whose predecessors are asked one by one; of more the first that is open has a column."""


def possible(walk: Walk, where: Sql = tree.TRUE) -> list[Sql]:
    """Return the integers that hold the possible stages by their numbers (``Walk.number``); nothing for records not ``where``."""
    return _Ends(walk, where).words()


def certain(walk: Walk, stages: list[Sql]) -> Sql:
    """Return whether one stage only is possible; never NULL. ``stages`` are what ``possible`` returns."""
    alone = [
        tree.binary("=", tree.binary("&", word, tree.binary("-", word, tree.whole(1))), bits.NONE)
        for word in stages
        if word != bits.NONE
    ]
    if len(alone) == 1:
        return alone[0]
    used = [tree.case([(tree.binary("<>", word, bits.NONE), tree.whole(1))], bits.NONE) for word in stages if word != bits.NONE]
    return tree.all_of([*alone, tree.binary("=", bits.total(used), tree.whole(1))])


class _Ends:
    """The marks that records can come to: the numbers of stages, behind them one for each piece but the first: it is entered."""

    def __init__(self, walk: Walk, where: Sql) -> None:
        self._walk = walk
        self._where = where
        self._stages = len(walk.number) + 1
        pieces = walk.plan.pieces
        self._begins = {piece[0].spot: self._stages + n for n, piece in enumerate(pieces[1:])}
        self._count = self._stages + len(self._begins)
        self._made: list[tuple[Piece, list[Sql]]] = []
        for piece in pieces:
            self._made.append((piece, self._of_piece(piece)))

    def words(self) -> list[Sql]:
        """Return the possible stages, without the marks of pieces."""
        found = [bits.union(words) for words in zip(*(words for _, words in self._made), strict=True)]
        found = found[: bits.words(self._stages)]
        if self._begins and self._stages % bits.WORD:
            found[-1] = tree.binary("&", found[-1], tree.whole((1 << self._stages % bits.WORD) - 1))
        return [self._walk.scope.kept(word, f"possible in {self._walk.lifecycle.name}") for word in found]

    def _of_piece(self, piece: Piece) -> list[Sql]:
        """Return the marks to which a piece can lead, where it can be entered."""
        found = []
        for number in range(bits.words(self._count)):
            word = _Word(self._walk, piece, self._mark, number)
            parts = [(self._enters(step), word.of_step(step)) for step in piece]
            parts = [(when, marks) for when, marks in parts if marks != bits.NONE and when != tree.FALSE]
            one = parts[0][1] if len(parts) == 1 and parts[0][0] == tree.TRUE else tree.case(parts, bits.NONE)
            found.append(self._walk.scope.kept(one, f"ends in {self._walk.lifecycle.name}"))
        return found

    def _enters(self, step: Step) -> Sql:
        """Return whether a piece can be entered at a step."""
        if step.spot not in self._begins:
            start = self._walk.starts(step.spot)
            return tree.all_of(condition for condition in (self._where, start) if condition != tree.TRUE)
        number, bit = divmod(self._begins[step.spot], bits.WORD)
        leading = [words[number] for piece, words in self._made if any(exit_.spot == step.spot for exit_ in exits_of(piece))]
        return bits.has_any(tree.grouped(bits.union(leading)), 1 << bit)

    def _mark(self, exit_: Exit) -> int:
        if exit_.onward:
            return self._begins[exit_.spot]
        return 0 if exit_.spot.stage is None else self._walk.number[exit_.spot.stage]


class _Word:
    """The marks that are in the integer of a ``number``, of one piece."""

    def __init__(self, walk: Walk, piece: Piece, mark: Callable[[Exit], int], number: int) -> None:
        self._walk = walk
        self._piece = piece
        self._mark = mark
        self._number = number
        self._last = max(exit_.code for exit_ in exits_of(piece))

    def of_step(self, step: Step) -> Sql:
        """Return the marks to which a record that can be at a step can come from there."""
        parts: list[Sql] = []
        earlier = self._earlier(step)
        for number, (way, behind) in enumerate(step.ways):
            through = self._bit(behind) if isinstance(behind, Exit) else self.of_step(behind)
            parts.append(_unless([*earlier(number), self._closed(way, behind)], through))
            if self._walk.opened(way) == tree.TRUE:
                return bits.union(parts)
        return bits.union([*parts, _unless(earlier(len(step.ways)), self._bit(step.end))])

    def _earlier(self, step: Step) -> Callable[[int], list[Sql]]:
        """Return what gives the conditions of which one is true where a way before that of a number is open for sure."""
        opened = [tree.any_of([self._taken(behind), self._walk.opened(way)]) for way, behind in step.ways]
        if len(opened) <= MOST_TOLD_APART:
            return lambda number: opened[:number]
        numbered = tree.case([(when, tree.whole(n)) for n, when in enumerate(opened)], tree.whole(len(opened)))
        first = self._walk.scope.kept(numbered, f"way from {step.spot.stage}")
        return lambda number: [tree.binary("<", first, tree.whole(number))] if number else []

    def _closed(self, way: Way, behind: Step | Exit) -> Sql:
        """Return whether a way is closed for sure; of one that was taken that is not asked."""
        closed = self._walk.closed(way)
        return closed if closed == tree.FALSE else tree.all_of([self._passed_by(behind), closed])

    def _taken(self, behind: Step | Exit) -> Sql:
        """Return whether placement led through what is behind a way; NULL where the piece was not entered."""
        first, last, end = self._codes(behind)
        code = self._walk.followed(self._piece)
        if last == end:
            return tree.binary(">=", code, tree.whole(first))
        return tree.between(code, tree.whole(first), tree.whole(last))

    def _passed_by(self, behind: Step | Exit) -> Sql:
        """Return whether placement did not lead there; true where the piece was not entered."""
        if self._piece is not self._walk.plan.pieces[0]:
            return tree.negated(tree.is_true(self._taken(behind)))
        first, last, end = self._codes(behind)
        code = self._walk.followed(self._piece)
        before, after = tree.binary("<", code, tree.whole(first)), tree.binary(">", code, tree.whole(last))
        return before if last == end else tree.any_of([before, after])

    def _codes(self, behind: Step | Exit) -> tuple[int, int, int]:
        """Return the first and the last code behind a way, and the last of the piece."""
        codes = [exit_.code for exit_ in ([behind] if isinstance(behind, Exit) else exits_of((behind,)))]
        return min(codes), max(codes), self._last

    def _bit(self, exit_: Exit) -> Sql:
        number, bit = divmod(self._mark(exit_), bits.WORD)
        return tree.whole(1 << bit) if number == self._number else bits.NONE


def _unless(conditions: Sequence[Sql], marks: Sql) -> Sql:
    """Return ``marks`` where none of some conditions is true."""
    against = [condition for condition in conditions if condition != tree.FALSE]
    return tree.grouped(tree.case([(tree.any_of(against), bits.NONE)], marks)) if against and marks != bits.NONE else marks
