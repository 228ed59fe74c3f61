"""Patterns for Spark, whose regular expressions (Java's) go back: as an expression that need not, or as an automaton.

Java tries one way after another and forgets none; a repeated group takes a piece of the stack each time. Where the next
character always tells the way (the pattern is one-unambiguous: Brüggemann-Klein and Wood 1998), nothing is lost when repetitions
keep what they took, and then each is a loop. Any other pattern is run as the automaton that the other interpretations run.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.sql.tree import binary, call, case, digits, function, parameter, text
from revrules.runtime.patterns import Choice, Ranges, Repeat, Sequence, compile_pattern, in_any_case, merged, read_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.backends.sql.tree import Sql
    from revrules.runtime.patterns import Tree


class Heads(NamedTuple):
    """The sets of characters with which a pattern can begin, and whether it can be empty."""

    sets: tuple[tuple[tuple[int, int], ...], ...]
    empty: bool


@lru_cache(maxsize=256)
def is_plain(pattern: str, any_case: bool) -> bool:
    """Return whether Java matches a pattern in one pass: at every place the next character tells the way."""
    return _tells(read_pattern(pattern), Heads((), empty=True), any_case)


def can_be_empty(tree: Tree) -> bool:
    """Return whether a pattern matches the empty text."""
    return _heads(tree, any_case=False).empty


def _tells(tree: Tree, after: Heads, any_case: bool) -> bool:
    """Return whether the next character tells the way through ``tree``, which is followed by ``after``."""
    match tree:
        case Ranges():
            return True
        case Sequence(parts):
            follows = after
            for part in reversed(parts):
                if not _tells(part, follows, any_case):
                    return False
                follows = _then(_heads(part, any_case), follows)
            return True
        case Choice(branches):
            heads = [_heads(branch, any_case) for branch in branches]
            if sum(one.empty for one in heads) > 1 or not _are_apart([_then(one, after) for one in heads]):
                return False
            return all(_tells(branch, after, any_case) for branch in branches)
        case Repeat(part, least, most):
            first = _heads(part, any_case)
            if first.empty or (least != most and not _are_apart([first, after])):
                return False
            again = most is None or most > 1
            return _tells(part, Heads((*first.sets, *after.sets), after.empty) if again else after, any_case)


def _heads(tree: Tree, any_case: bool) -> Heads:
    match tree:
        case Ranges(ranges, negated):
            taken = merged(in_any_case(ranges) if any_case else ranges)
            return Heads((tuple(_others(taken)) if negated else tuple(taken),), empty=False)
        case Sequence(parts):
            found = Heads((), empty=True)
            for part in parts:
                if not found.empty:
                    break
                found = _then(found, _heads(part, any_case))
            return found
        case Choice(branches):
            every = [_heads(branch, any_case) for branch in branches]
            return Heads(tuple(one for heads in every for one in heads.sets), any(heads.empty for heads in every))
        case Repeat(part, least, most):
            found = _heads(part, any_case)
            return Heads((), empty=True) if most == 0 else Heads(found.sets, found.empty or least == 0)


def _then(first: Heads, second: Heads) -> Heads:
    return Heads((*first.sets, *second.sets), second.empty) if first.empty else first


def _are_apart(heads: list[Heads]) -> bool:
    """Return whether no character begins two of them."""
    ranges = sorted((low, high, at) for at, one in enumerate(heads) for taken in one.sets for low, high in taken)
    furthest: dict[int, int] = {}
    for low, high, at in ranges:
        if any(end >= low for other, end in furthest.items() if other != at):
            return False
        furthest[at] = max(high, furthest.get(at, -1))
    return True


def _others(taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = 0
    for low, high in taken:
        if start < low:
            yield start, low - 1
        start = high + 1
    if start <= 0x10FFFF:
        yield start, 0x10FFFF


# --- the automaton -----------------------------------------------------------------------------------------------


def accepts(operand: Sql, pattern: str, any_case: bool) -> Sql:
    """Return whether the automaton of a pattern takes a text: character by character, from state to state."""
    starts, kinds, moves, accepting = compile_pattern(pattern, any_case=any_case)
    dead = len(moves)
    columns = len(moves[0]) if moves else 1
    table = [dead if state < 0 else state for row in (*moves, (dead,) * columns) for state in row]
    step = binary("+", binary("*", parameter("state"), digits(str(columns))), _kind(starts, kinds))
    body = call("ELEMENT_AT", _array(table), binary("+", step, digits("1")))
    characters = case([(binary("=", operand, text("")), call("ARRAY"))], call("SPLIT", operand, text("")))
    last = call("AGGREGATE", characters, digits("0"), function(("state", "letter"), body))
    return call("ARRAY_CONTAINS", _array([at for at, holds in enumerate(accepting) if holds] or [-1]), last)


def _kind(starts: str, kinds: tuple[int, ...]) -> Sql:
    """Return which of the runs of characters a character is in."""
    runs = zip(starts, kinds[:-1], strict=True)
    branches = [(binary("<", parameter("letter"), text(start)), digits(str(kind))) for start, kind in runs]
    return case(branches, digits(str(kinds[-1])))


def _array(numbers: list[int]) -> Sql:
    return call("ARRAY", *(digits(str(number)) for number in numbers))
