"""Patterns (grammar/language.md, section 4) into tables that match a whole text in one pass, whatever the pattern.

A pattern is parsed into a tree, the tree into positions (Glushkov 1961: one state per character of the pattern, no empty moves),
the positions into a deterministic automaton by subsets. Sets of positions are bits of one integer.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from revrules.runtime.texts import SMALL_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_STATES = 1_000
MOST_POSITIONS = 2_000
MOST_STEPS = 2_000_000
MOST_VISITS = 20_000
DEEPEST_GROUP = 100
DEAD = -1
MARKS = "\\.[](){}|*+?^$"
LINE_ENDS = ((10, 10), (13, 13))
LAST_CHARACTER = sys.maxunicode
TOO_LARGE = f"needs more than {MOST_STATES:,} states; make its repetitions smaller"


class PatternError(ValueError):
    """A text that is no pattern: ``position`` counts its characters from 0, ``reason`` says what would be right."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


class Pattern(NamedTuple):
    """A deterministic automaton: ``starts`` are the first characters of the runs that it tells apart, all but the first run's.

    ``kinds`` gives each run's column in ``moves``, ``moves[state][column]`` the next state (-1: no match any more); 0 is
    the start.
    """

    starts: str
    kinds: tuple[int, ...]
    moves: tuple[tuple[int, ...], ...]
    accepting: tuple[bool, ...]


def matches(pattern: Pattern, text: str) -> bool:
    """Return whether the whole of ``text`` matches; linear in its length."""
    starts, kinds, moves, accepting = pattern
    state = 0
    for character in text:
        state = moves[state][kinds[bisect_right(starts, character)]]
        if state < 0:
            return False
    return accepting[state]


def compile_pattern(text: str, *, any_case: bool = False) -> Pattern:
    """Return the automaton of a pattern. Raises ``PatternError``."""
    positions = _Positions(any_case)
    whole = positions.add(read_pattern(text))
    return _automaton(positions, whole)


def read_pattern(text: str) -> Tree:
    """Return the tree of a pattern. Raises ``PatternError``."""
    return _PatternReader(text).read()


# --- the tree ----------------------------------------------------------------------------------------------------


class Ranges(NamedTuple):
    """One character out of these ranges of code points."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool


class Sequence(NamedTuple):
    """One after the other."""

    parts: tuple[Tree, ...]


class Choice(NamedTuple):
    """One of them."""

    branches: tuple[Tree, ...]


class Repeat(NamedTuple):
    """``least`` times up to ``most`` times; None: without limit."""

    part: Tree
    least: int
    most: int | None
    position: int


Tree = Ranges | Sequence | Choice | Repeat


class _PatternReader:
    """The text of a pattern, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def read(self) -> Tree:
        tree = self.choice()
        if self.at < len(self.text):
            self.fail("this ) closes nothing; write \\) for the character")
        return tree

    def fail(self, reason: str, position: int | None = None) -> NoReturn:
        raise PatternError(self.at if position is None else position, reason)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def choice(self) -> Tree:
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def sequence(self) -> Tree:
        parts = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self) -> Tree:
        position = self.at
        part = self.item()
        mark = self.peek()
        if not mark or mark not in "*+?{":
            return part
        least, most = self.bounds() if mark == "{" else {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        if mark != "{":
            self.at += 1
        if self.peek() in ("*", "+", "?", "{"):
            self.fail("one repetition after another; put the first one into ( )")
        return Repeat(part, least, most, position)

    def bounds(self) -> tuple[int, int | None]:
        opening = self.at
        closing = self.text.find("}", opening)
        least, comma, most = self.text[opening + 1 : closing].partition(",")
        if closing < 0 or not _is_count(least) or not (most == "" or _is_count(most)):
            self.fail("after { stands a count, as in {3}, {3,} or {3,5}; write \\{ for the character")
        self.at = closing + 1
        if not comma:
            return int(least), int(least)
        if most and int(most) < int(least):
            self.fail(f"the larger count stands second: {{{most},{least}}}", opening)
        return int(least), int(most) if most else None

    def item(self) -> Tree:
        mark = self.peek()
        if mark == "(":
            return self.group()
        if mark == "[":
            return self.character_set()
        if mark == ".":
            self.at += 1
            return Ranges(LINE_ENDS, negated=True)
        if mark in "*+?{":
            self.fail(f"nothing stands before {mark} that it could repeat; write \\{mark} for the character")
        if mark in "^$":
            self.fail(f"the whole text has to match anyway; leave {mark} out, or write \\{mark} for the character")
        if mark in "]}":
            self.fail(f"this {mark} closes nothing; write \\{mark} for the character")
        point = self.character()
        return Ranges(((point, point),), negated=False)

    def group(self) -> Tree:
        opening = self.at
        self.at += 1
        if self.peek() == "?":
            self.fail("groups are plain: write ( … ) without ?", opening)
        self.depth += 1
        if self.depth > DEEPEST_GROUP:
            self.fail(f"more than {DEEPEST_GROUP} groups inside one another", opening)
        tree = self.choice()
        if self.peek() != ")":
            self.fail("this ( is never closed; write \\( for the character", opening)
        self.depth -= 1
        self.at += 1
        return tree

    def character_set(self) -> Tree:
        opening = self.at
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        ranges = []
        while self.peek() != "]":
            if not self.peek():
                self.fail("this [ is never closed; write \\[ for the character", opening)
            if self.peek() == "[":
                self.fail("inside a set write \\[ for the character")
            ranges.append(self.character_range())
        if not ranges:
            self.fail("an empty set; write \\] for the character", opening)
        self.at += 1
        return Ranges(tuple(ranges), negated)

    def character_range(self) -> tuple[int, int]:
        start = self.at
        low = self.character()
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low, low
        self.at += 1
        if self.peek() == "[":
            self.fail("inside a set write \\[ for the character")
        high = self.character()
        if high < low:
            self.fail(f"a range goes from the smaller character to the larger: {chr(high)}-{chr(low)}", start)
        return low, high

    def character(self) -> int:
        mark = self.peek()
        if mark == "\\":
            self.at += 1
            mark = self.peek()
            if not mark:
                self.fail("after \\ stands the mark that is meant; write \\\\ for the character", self.at - 1)
            if mark.isalnum() or mark.isspace():
                self.fail(f"\\{mark} means different things on different engines; {_instead(mark)}", self.at - 1)
        self.at += 1
        return ord(mark)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def _instead(letter: str) -> str:
    sets = {"d": "write [0-9]", "D": "write [^0-9]", "w": "write [A-Za-z0-9_]", "W": "write [^A-Za-z0-9_]"}
    sets |= {"s": "write [ ] and what else may stand there", "b": "the whole text has to match, so leave it out"}
    return sets.get(letter, f"write {letter} alone")


# --- positions ---------------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """What a tree became: whether it matches the empty text, its first and its last positions as bits."""

    empty: bool
    first: int
    last: int


class _Positions:
    """The positions of a pattern: the characters each takes, and the positions that may follow it as bits."""

    def __init__(self, any_case: bool) -> None:
        self.any_case = any_case
        self.takes: list[tuple[tuple[int, int], ...]] = []
        self.follow: list[int] = []
        self.visits = 0

    def add(self, tree: Tree) -> _Part:
        self.visits += 1
        if self.visits > MOST_VISITS:
            raise PatternError(0, TOO_LARGE)
        if isinstance(tree, Ranges):
            return self.add_ranges(tree)
        if isinstance(tree, Sequence):
            whole = _Part(empty=True, first=0, last=0)
            for part in tree.parts:
                whole = self.join(whole, self.add(part))
            return whole
        if isinstance(tree, Choice):
            parts = [self.add(branch) for branch in tree.branches]
            return _Part(any(p.empty for p in parts), _union(p.first for p in parts), _union(p.last for p in parts))
        return self.add_repeat(tree)

    def add_ranges(self, tree: Ranges) -> _Part:
        if len(self.takes) >= MOST_POSITIONS:
            raise PatternError(0, TOO_LARGE)
        bit = 1 << len(self.takes)
        ranges = in_any_case(tree.ranges) if self.any_case else tree.ranges
        self.takes.append(_complement(ranges) if tree.negated else ranges)
        self.follow.append(0)
        return _Part(empty=False, first=bit, last=bit)

    def add_repeat(self, tree: Repeat) -> _Part:
        whole = _Part(empty=True, first=0, last=0)
        if max(tree.least, tree.most or 0) > MOST_STATES:
            raise PatternError(tree.position, TOO_LARGE)
        for _ in range(tree.least):
            whole = self.join(whole, self.add(tree.part))
        if tree.most is None:
            again = self.add(tree.part)
            self.link(again.last, again.first)
            return self.join(whole, again._replace(empty=True))
        for _ in range(tree.most - tree.least):
            whole = self.join(whole, self.add(tree.part)._replace(empty=True))
        return whole

    def join(self, left: _Part, right: _Part) -> _Part:
        self.link(left.last, right.first)
        first = left.first | right.first if left.empty else left.first
        last = left.last | right.last if right.empty else right.last
        return _Part(left.empty and right.empty, first, last)

    def link(self, last: int, first: int) -> None:
        for position in _bits(last):
            self.follow[position] |= first


def _union(sets: Iterable[int]) -> int:
    whole = 0
    for bits in sets:
        whole |= bits
    return whole


def _bits(bits: int) -> list[int]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def in_any_case(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return ``ranges`` with the other case of every letter in them."""
    others = []
    for capital, small in SMALL_OF.items():
        if any(low <= capital <= high for low, high in ranges):
            others.append((small, small))
        if any(low <= small <= high for low, high in ranges):
            others.append((capital, capital))
    return (*ranges, *others)


def _complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    gaps = []
    start = 0
    for low, high in sorted(ranges):
        if start < low:
            gaps.append((start, low - 1))
        start = max(start, high + 1)
    if start <= LAST_CHARACTER:
        gaps.append((start, LAST_CHARACTER))
    return tuple(gaps)


# --- the automaton -----------------------------------------------------------------------------------------------


def _automaton(positions: _Positions, whole: _Part) -> Pattern:
    starts, columns = _alphabet(positions.takes)
    distinct = list(dict.fromkeys(columns))
    start_state = (-1, whole.first)  # nothing read yet: told apart from the set of positions just read
    numbers: dict[tuple[int, int], int] = {start_state: 0}
    queue = [start_state]
    moves: list[tuple[int, ...]] = []
    steps = 0
    for _, candidates in queue:
        row = []
        for column in distinct:
            read = candidates & column
            if not read:
                row.append(DEAD)
                continue
            following = 0
            for position in _bits(read):
                following |= positions.follow[position]
                steps += 1
            state = (1 if read & whole.last else 0, following)
            if state not in numbers:
                numbers[state] = len(numbers)
                queue.append(state)
            row.append(numbers[state])
        if len(numbers) > MOST_STATES or steps > MOST_STEPS:
            raise PatternError(0, TOO_LARGE)
        moves.append(tuple(row))
    accepting = tuple(whole.empty if ends < 0 else bool(ends) for ends, _ in queue)
    kinds = tuple(distinct.index(column) for column in columns)
    return Pattern("".join(map(chr, starts)), kinds, tuple(moves), accepting)


def _alphabet(takes: list[tuple[tuple[int, int], ...]]) -> tuple[list[int], list[int]]:
    """Return where runs of characters begin that every position treats alike, and for each run the positions that take it."""
    changes: dict[int, int] = {}
    for position, ranges in enumerate(takes):
        for low, high in merged(ranges):
            changes[low] = changes.get(low, 0) ^ (1 << position)
            changes[high + 1] = changes.get(high + 1, 0) ^ (1 << position)
    taken = changes.pop(0, 0)
    changes.pop(LAST_CHARACTER + 1, None)
    columns = [taken]
    starts = sorted(changes)
    for start in starts:
        taken ^= changes[start]
        columns.append(taken)
    return starts, columns


def merged(ranges: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Return the same characters as ranges in order, none of which touch."""
    whole: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if whole and low <= whole[-1][1] + 1:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return whole
