"""Languages into automata."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, assert_never

from revrules.backends.smt.automata import Alphabet, Machine, alphabet, explored, smallest
from revrules.backends.smt.languages import NEVER_IN, Kind, pattern_of
from revrules.backends.smt.preimages import behind
from revrules.runtime.texts import SMALL_OF, WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from revrules.backends.smt.languages import Language

    Word = tuple[int, ...]

MOST_CHARACTERS = 3_000
"""In all the texts of a language together; a larger one has no automaton."""

SPELLINGS: dict[int, set[int]] = {}
"""The code point of a small letter into those of all characters that any case maps to it."""
for _capital, _small in SMALL_OF.items():
    SPELLINGS.setdefault(_small, {_small}).add(_capital)


@lru_cache(maxsize=2048)
def machine(given: Language) -> Machine | None:
    """Return the automaton of ``given`` with the fewest states; None where it would be too large."""
    if given.through:
        inner = machine(replace(given, through=given.through[1:]))
        return None if inner is None else behind(inner, given.through[0])
    if given.least > MOST_CHARACTERS or sum(map(len, given.items.texts[:MOST_CHARACTERS])) > MOST_CHARACTERS:
        return None
    match given.kind:
        case Kind.ANY:
            return Machine(alphabet(()), ((0,),), (True,))
        case Kind.EQUALS:
            return _words([given.operand], any_case=given.any_case)
        case Kind.AMONG:
            return _words(given.items.texts, any_case=given.any_case)
        case Kind.CONTAINS | Kind.ENDS:
            return _found(given)
        case Kind.STARTS:
            return _started(given)
        case Kind.MATCHES:
            return _pattern(given)
        case Kind.LENGTH:
            return explored(alphabet(()), 0, lambda length, _: min(length + 1, given.least), lambda length: length == given.least)
        case Kind.VALUE:
            return _value(given.items.texts)
        case Kind.RESULT:
            return _result(given.operand)
        case _:
            assert_never(given.kind)


def _letters(texts: Iterable[str], *, any_case: bool) -> tuple[Alphabet, dict[str, int]]:
    """Return an alphabet in which each character of ``texts`` has a column of its own, and these columns."""
    marks = dict.fromkeys(chain.from_iterable(texts))
    groups = [SPELLINGS.get(ord(mark), {ord(mark)}) if any_case else {ord(mark)} for mark in marks]
    return alphabet(groups), {mark: column for column, mark in enumerate(marks, 1)}


def _words(texts: Sequence[str], *, any_case: bool) -> Machine | None:
    """Return the automaton of some texts: a tree of their characters, state -1 for what is in none."""
    letters, columns = _letters(texts, any_case=any_case)
    tree, ends = _tree(tuple(columns[mark] for mark in text) for text in texts)
    return explored(letters, 0, lambda node, column: tree.get((node, column), -1), ends.__contains__)


def _tree(words: Iterable[Word]) -> tuple[dict[tuple[int, int], int], set[int]]:
    """Return the children of the nodes of a tree of words (0 is its root), and the nodes where words end."""
    tree: dict[tuple[int, int], int] = {}
    ends = set()
    for word in words:
        node = 0
        for column in word:
            node = tree.setdefault((node, column), len(tree) + 1)
        ends.add(node)
    return tree, ends


def _found(given: Language) -> Machine | None:
    """Return the automaton of the texts that contain, or end with, a text (Knuth, Morris and Pratt 1977)."""
    letters, columns = _letters([given.operand], any_case=given.any_case)
    word = tuple(columns[mark] for mark in given.operand)
    length = len(word)
    back = _borders(word)
    stays = given.kind is Kind.CONTAINS

    def step(read: int, column: int) -> int:
        if read == length:
            if stays or not length:
                return read
            read = back[read - 1]
        while read and word[read] != column:
            read = back[read - 1]
        return read + (word[read] == column)

    return explored(letters, 0, step, lambda read: read == length)


def _borders(word: Word) -> list[int]:
    """Return for each beginning of ``word`` the length of the longest shorter beginning that ends it."""
    back = [0] * len(word)
    for at in range(1, len(word)):
        read = back[at - 1]
        while read and word[read] != word[at]:
            read = back[read - 1]
        back[at] = read + (word[read] == word[at])
    return back


def _started(given: Language) -> Machine | None:
    letters, columns = _letters([given.operand], any_case=given.any_case)
    word = tuple(columns[mark] for mark in given.operand)

    def step(read: int, column: int) -> int:
        if read in (-1, len(word)):
            return read
        return read + 1 if word[read] == column else -1

    return explored(letters, 0, step, lambda read: read == len(word))


def _pattern(given: Language) -> Machine | None:
    starts, kinds, moves, accepting = pattern_of(given.operand, given.any_case)
    dead = len(moves)
    complete = [tuple(dead if state < 0 else state for state in row) for row in moves]
    rows = (*complete, (dead,) * len(moves[0]))
    return smallest(Machine(Alphabet(tuple(map(ord, starts)), kinds), rows, (*accepting, False)))


TAIL = -1
"""White space after a text that is a stand-in."""


def _value(stand_ins: Sequence[str]) -> Machine | None:
    """Return the automaton of what is neither blank nor a stand-in with white space around it, by sets of places in a tree."""
    letters, columns = _letters((*stand_ins, WHITE_SPACE), any_case=False)
    white = {columns[mark] for mark in WHITE_SPACE}
    tree, ends = _tree(tuple(columns[mark] for mark in text) for text in stand_ins)
    ends |= {0, TAIL}

    def step(nodes: frozenset[int], column: int) -> frozenset[int]:
        following = {tree[node, column] for node in nodes if (node, column) in tree}
        if column in white:
            following |= {0} & nodes
            following |= {TAIL for node in nodes if node in ends and node != 0}
        return frozenset(following)

    return explored(letters, frozenset({0}), step, ends.isdisjoint)


def _result(function: str) -> Machine | None:
    """Return the automaton of what a function gives: 0 nothing read, 1 enough, 2 not enough yet, 3 what it never gives."""
    never = {ord(mark) for mark in NEVER_IN[function]}
    letters = alphabet((never, {ord(".")}))

    def step(state: int, column: int) -> int:
        if state == 3 or column == 1:
            return 3
        return 1 if function != "url_domain" or column == 2 or state == 1 else 2

    return explored(letters, 0, step, lambda state: state == 1 or (state == 0 and function in ("lower", "upper")))
