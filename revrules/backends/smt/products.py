"""Several languages into one automaton that reads for all of them, with readable characters to write texts from."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.smt.machines import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.backends.smt.automata import Machine
    from revrules.backends.smt.languages import Language

MOST_STEPS = 300_000
"""Moves of all the automata together."""

READABLE = "acmebglodixnpstruvfhjkqwyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_ @/+&,:#()'!?%$*=;\"~|<>[]{}^`\\éÉñöüßЖж東"
"""Characters to write with, the best first: the first four spell a name."""
SURROGATES = (0xD800, 0xE000)
LAST = 0x110000


class Column(NamedTuple):
    """Characters that all the automata treat alike: their column in each, how many they are, and the runs in which they lie."""

    kinds: tuple[int, ...]
    width: int
    runs: tuple[tuple[int, int], ...]


@lru_cache(maxsize=2048)
def columns(languages: tuple[Language, ...]) -> tuple[Column, ...] | None:
    """Return the kinds of characters that the languages tell apart; None where one has no automaton."""
    machines = [machine(each) for each in languages]
    found = [each.alphabet for each in machines if each is not None]
    if len(found) < len(machines):
        return None
    starts = sorted({0, *SURROGATES, *(start for alphabet in found for start in alphabet.starts)})
    runs: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for start, end in zip(starts, [*starts[1:], LAST], strict=True):
        if not SURROGATES[0] <= start < SURROGATES[1]:
            runs.setdefault(tuple([alphabet.kind(start) for alphabet in found]), []).append((start, end))
    return tuple(Column(kinds, sum(end - start for start, end in parts), tuple(parts)) for kinds, parts in runs.items())


@lru_cache(maxsize=2048)
def readable(languages: tuple[Language, ...]) -> dict[tuple[int, ...], str]:
    """Return for each kind of characters, the ones that read best first, some to write with."""
    letters = columns(languages) or ()
    alphabets = [found.alphabet for each in languages if (found := machine(each)) is not None]
    pools: dict[tuple[int, ...], str] = {}
    for mark in READABLE:
        kinds = tuple([alphabet.kind(ord(mark)) for alphabet in alphabets])
        pools[kinds] = pools.get(kinds, "") + mark
    for column in letters:
        if column.kinds not in pools:
            pools[column.kinds] = "".join(_presentable(start, end) for start, end in column.runs[:40])
    return pools


def _presentable(start: int, end: int) -> str:
    """Return a character of a run, one that can be printed if there is one nearby."""
    return next((chr(point) for point in range(start, min(end, start + 200)) if chr(point).isprintable()), chr(start))


class Product(NamedTuple):
    """The automaton that reads for all the languages: state 0 is the start, ``moves[state][column]`` the next one."""

    languages: tuple[Language, ...]
    columns: tuple[Column, ...]
    moves: tuple[tuple[int, ...], ...]
    signatures: tuple[tuple[bool, ...], ...]
    """Of each state: to which languages a text belongs that ends there."""


@lru_cache(maxsize=512)
def product(languages: tuple[Language, ...]) -> Product | None:
    """Return the automaton; None where it takes more than ``MOST_STEPS``."""
    letters = columns(languages)
    if letters is None:
        return None
    machines = [found for each in languages if (found := machine(each)) is not None]
    tables = [found.moves for found in machines]
    kinds = [column.kinds for column in letters]
    start = (0,) * len(machines)
    numbers = {start: 0}
    queue = [start]
    moves = []
    cost = len(kinds) * max(1, len(machines))
    for state in queue:
        rows = [table[at] for table, at in zip(tables, state, strict=True)]
        row = []
        for each in kinds:
            following = tuple([line[kind] for line, kind in zip(rows, each, strict=True)])
            number = numbers.get(following)
            if number is None:
                number = numbers[following] = len(queue)
                queue.append(following)
            row.append(number)
        moves.append(tuple(row))
        if len(queue) * cost > MOST_STEPS:
            return None
    return Product(languages, letters, tuple(moves), tuple(_signature(machines, state) for state in queue))


def _signature(machines: Sequence[Machine], state: tuple[int, ...]) -> tuple[bool, ...]:
    return tuple(each.accepting[at] for each, at in zip(machines, state, strict=True))


class Measures(NamedTuple):
    """Of each state: how many texts end there, how long the shortest and the longest is (None: without end)."""

    counts: list[int | None]
    shortest: list[int]
    longest: list[int | None]


def measures(automaton: Product) -> Measures:
    """Return how many texts end in each state, and how long they are."""
    moves = automaton.moves
    arriving = [0] * len(moves)
    shortest = [-1] * len(moves)
    shortest[0] = 0
    queue = deque([0])
    while queue:
        state = queue.popleft()
        for following in moves[state]:
            arriving[following] += 1
            if shortest[following] < 0:
                shortest[following] = shortest[state] + 1
                queue.append(following)
    counts: list[int | None] = [None] * len(moves)
    longest: list[int | None] = [None] * len(moves)
    totals, lengths = [0] * len(moves), [0] * len(moves)
    totals[0] = 1
    ready = [0] if not arriving[0] else []
    for state in ready:
        counts[state], longest[state] = totals[state], lengths[state]
        for column, following in zip(automaton.columns, moves[state], strict=True):
            totals[following] += totals[state] * column.width
            lengths[following] = max(lengths[following], lengths[state] + 1)
            arriving[following] -= 1
            if not arriving[following]:
                ready.append(following)
    return Measures(counts, shortest, longest)


def texts_of(automaton: Product, wanted: Iterable[int], most: int) -> list[str] | None:
    """Return all texts that end in one of the states ``wanted``, the shortest first; None where they are more than ``most``.

    Only where these are finitely many is there an answer, and then it has all of them.
    """
    goals = frozenset(wanted)
    counts = measures(automaton).counts
    if sum(most + 1 if counts[goal] is None else counts[goal] or 0 for goal in goals) > most:
        return None
    useful = _leading_to(automaton, goals)
    steps = {state: list(_steps(automaton, state, useful)) for state in useful if counts[state] is not None}
    found: list[str] = []
    layer = [("", 0)] if 0 in useful else []
    while layer:
        found += [text for text, state in layer if state in goals]
        layer = [(text + mark, to) for text, state in layer for mark, to in steps[state]]
    return found


def _steps(automaton: Product, state: int, useful: set[int]) -> Iterator[tuple[str, int]]:
    """Yield every character that leads on from a state, with where it leads."""
    for column, following in zip(automaton.columns, automaton.moves[state], strict=True):
        if following in useful:
            for start, end in column.runs:
                yield from ((chr(point), following) for point in range(start, end))


def _leading_to(automaton: Product, goals: frozenset[int]) -> set[int]:
    """Return the states from which one of ``goals`` can be reached."""
    before: dict[int, set[int]] = {}
    for state, row in enumerate(automaton.moves):
        for following in row:
            before.setdefault(following, set()).add(state)
    useful = set(goals)
    queue = list(goals)
    for state in queue:
        fresh = before.get(state, set()) - useful
        useful |= fresh
        queue += fresh
    return useful
