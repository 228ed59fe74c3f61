"""Descriptions of automata (a start, a step, what is accepted) into tables with the fewest states."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    State = TypeVar("State", bound=Hashable)

MOST_STATES = 3_000


class Alphabet(NamedTuple):
    """All characters, as runs of which each is treated alike.

    ``starts`` are the code points at which runs begin, all but the first run's; ``kinds`` gives each run's column.
    """

    starts: tuple[int, ...]
    kinds: tuple[int, ...]

    def kind(self, point: int) -> int:
        """Return the column of a character."""
        return self.kinds[bisect_right(self.starts, point)]


class Machine(NamedTuple):
    """A complete deterministic automaton; ``moves[state][column]`` is the next state, and 0 the start."""

    alphabet: Alphabet
    moves: tuple[tuple[int, ...], ...]
    accepting: tuple[bool, ...]


def accepts(machine: Machine, text: str) -> bool:
    """Return whether ``machine`` accepts ``text``."""
    state = 0
    for character in text:
        state = machine.moves[state][machine.alphabet.kind(ord(character))]
    return machine.accepting[state]


def alphabet(groups: Sequence[Iterable[int]]) -> Alphabet:
    """Return the alphabet in which the characters of the first group have column 1, and so on, and all others column 0."""
    column_of = {point: column for column, points in enumerate(groups, 1) for point in points}
    starts, kinds = [], [column_of.get(0, 0)]
    for point in sorted(column_of.keys() | {point + 1 for point in column_of}):
        column = column_of.get(point, 0)
        if column != kinds[-1] and point > 0:
            starts.append(point)
            kinds.append(column)
    return Alphabet(tuple(starts), tuple(kinds))


def explored(
    letters: Alphabet, start: State, step: Callable[[State, int], State], accepting: Callable[[State], bool]
) -> Machine | None:
    """Return the automaton of the states that can be reached, with the fewest states; None for more than ``MOST_STATES``."""
    columns = range(max(letters.kinds) + 1)
    numbers = {start: 0}
    queue = [start]
    moves = []
    for state in queue:
        row = []
        for column in columns:
            following = step(state, column)
            number = numbers.get(following)
            if number is None:
                number = numbers[following] = len(queue)
                queue.append(following)
            row.append(number)
        moves.append(tuple(row))
        if len(queue) > MOST_STATES:
            return None
    return smallest(Machine(letters, tuple(moves), tuple(map(accepting, queue))))


def smallest(machine: Machine) -> Machine:
    """Return the same language with the fewest states and columns (Moore 1956)."""
    block = [int(accepting) for accepting in machine.accepting]
    count = 0
    while True:
        rows: dict[tuple[int, ...], int] = {}
        refined = [
            rows.setdefault((block[state], *[block[following] for following in row]), len(rows))
            for state, row in enumerate(machine.moves)
        ]
        if len(rows) == count:
            break
        block, count = refined, len(rows)
    first = {number: state for state, number in reversed(list(enumerate(block)))}
    moves = [tuple(block[following] for following in machine.moves[first[number]]) for number in range(count)]
    return _fewest_columns(Machine(machine.alphabet, tuple(moves), tuple(machine.accepting[first[n]] for n in range(count))))


def _fewest_columns(machine: Machine) -> Machine:
    """Return the same automaton with equal columns made one, and equal neighbours among the runs."""
    columns: dict[tuple[int, ...], int] = {}
    new = [columns.setdefault(column, len(columns)) for column in zip(*machine.moves, strict=True)]
    starts, kinds = [], [new[machine.alphabet.kinds[0]]]
    for start, kind in zip(machine.alphabet.starts, machine.alphabet.kinds[1:], strict=True):
        if new[kind] != kinds[-1]:
            starts.append(start)
            kinds.append(new[kind])
    return Machine(Alphabet(tuple(starts), tuple(kinds)), tuple(zip(*columns, strict=True)), machine.accepting)
