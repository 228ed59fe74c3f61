"""Wanted answers to tests of a text into a text that gives them, one that people believe; or the proof that there is none."""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush
from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from revrules.backends.smt.classes import classes
from revrules.backends.smt.languages import SAME_LENGTH, Items, Kind, results, tester
from revrules.backends.smt.machines import machine
from revrules.backends.smt.plausible import candidates
from revrules.backends.smt.preimages import spelled
from revrules.backends.smt.products import READABLE, columns, product, readable, texts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from revrules.backends.smt.languages import Language

    Wanted = tuple[Language, bool]
    """A test and the answer that is wanted."""

FEW_CANDIDATES, MOST_CANDIDATES = 20, 300
MOST_MOVES = 60_000
"""Of a search, for all automata together."""
MOST_PATHS = 40
"""Texts that a search looks at before it gives up."""
MOST_LISTED = 60
"""Texts of a language that are all tried."""


class Found(NamedTuple):
    """A text, or none; ``proved``: there is none but those in ``avoided``, which were not wanted."""

    text: str | None
    proved: bool = False
    avoided: tuple[str, ...] = ()


NOT_FOUND = Found(None)
PROVED = Found(None, proved=True)


def find(wanted: Sequence[Wanted], avoid: Collection[str] = (), hints: Sequence[str] = ()) -> Found:
    """Return a text outside ``avoid`` that answers all tests as ``wanted``, one like the ``hints`` where possible."""
    listed = _among_items(wanted, avoid)
    if listed is not None:
        return listed
    tests = [(tester(test), answer) for test, answer in wanted]
    likely = candidates(wanted, hints)
    for most in (FEW_CANDIDATES, MOST_CANDIDATES):
        for text in islice(likely, most):
            if text not in avoid and all(test(text) is answer for test, answer in tests):
                return Found(text)
        if any((one[1], other[1]) not in pairs(one[0], other[0]) for one, other in combinations(wanted, 2)):
            return PROVED
    for function in dict.fromkeys(test.through[0] for test, answer in wanted if test.through and answer):
        found = _behind(function, wanted, avoid)
        if found is not None:
            return found
    found = _searched(wanted, avoid)
    return _all_avoided(wanted, avoid) if found == NOT_FOUND and avoid else found


def conflict(wanted: Sequence[Wanted], avoid: Collection[str] = ()) -> tuple[Wanted, ...]:
    """Return wanted answers of which the same is proved as of all of ``wanted``, and of which none can be left out."""
    core = list(wanted)
    for each in wanted:
        rest = [other for other in core if other != each]
        if find(rest, avoid).proved:
            core = rest
    return tuple(core)


@lru_cache(maxsize=16_384)
def pairs(one: Language, other: Language) -> frozenset[tuple[bool, bool]]:
    """Return the answers that two tests can have for the same text: all four where that cannot be told."""
    if one.through and other.through and one.through[0] == other.through[0]:
        function = one.through[0]
        inner = classes((one.inside(), other.inside(), results(function)))
        if inner is None:
            return EVERY_PAIR
        found = {(each.signature[0], each.signature[1]) for each in inner if each.signature[2]}
        return frozenset(found if function in SAME_LENGTH else found | {(False, False)})
    if one.kind is other.kind is Kind.CONTAINS and (one.any_case, one.through) == (other.any_case, other.through):
        return _parts(one.operand, other.operand)
    told = classes((one, other))
    return EVERY_PAIR if told is None else frozenset((each.signature[0], each.signature[1]) for each in told)


EVERY_PAIR = frozenset({(True, True), (True, False), (False, True), (False, False)})


def _parts(one: str, other: str) -> frozenset[tuple[bool, bool]]:
    """Return the answers of a text that is asked whether it contains one part, and whether it contains another."""
    never = {(True, False)} if other in one else set()
    never |= {(False, True)} if one in other else set()
    never |= {(False, False)} if not one or not other else set()
    return EVERY_PAIR - never


def _among_items(wanted: Sequence[Wanted], avoid: Collection[str]) -> Found | None:
    """Return the answer where the text has to be one of some items."""
    asked = [test for test, answer in wanted if answer and not test.through and not test.any_case]
    sets = [Items((test.operand,)) if test.kind is Kind.EQUALS else test.items for test in asked if test.kind in FINITE]
    if not sets:
        return None
    items = min(sets, key=lambda each: len(each.texts))
    bits = (1 << len(items.texts)) - 1
    for test, answer in wanted:
        bits &= items.column(test) if answer else ~items.column(test)
    texts = items.picked(bits, len(avoid) + 1)
    text = next((text for text in texts if text not in avoid), None)
    return Found(text, proved=text is None, avoided=() if text is not None else tuple(texts))


FINITE = frozenset({Kind.EQUALS, Kind.AMONG})


def _behind(function: str, wanted: Sequence[Wanted], avoid: Collection[str]) -> Found | None:
    """Return the answer where what ``function`` gives decides it: there is nothing for it to give, or a text that gives it."""
    inner = [(test.inside(), answer) for test, answer in wanted if test.through[:1] == (function,)]
    given = find([*inner, (results(function), True)])
    if given.text is None:
        return PROVED if given.proved else None
    for text in spelled(function, given.text):
        if text not in avoid and all(tester(test)(text) is answer for test, answer in wanted):
            return Found(text)
    return None


def _all_avoided(wanted: Sequence[Wanted], avoid: Collection[str]) -> Found:
    """Return the proof where the texts that answer as wanted are few, and all in ``avoid``."""
    automaton = product(tuple(test for test, _ in wanted))
    if automaton is None:
        return NOT_FOUND
    signature = tuple(answer for _, answer in wanted)
    ends = [state for state, found in enumerate(automaton.signatures) if found == signature]
    texts = texts_of(automaton, ends, MOST_LISTED)
    if texts is None:
        return NOT_FOUND
    text = next((text for text in texts if text not in avoid), None)
    return Found(text) if text is not None else Found(None, proved=True, avoided=tuple(texts))


# --- search ------------------------------------------------------------------------------------------------------


def _searched(wanted: Sequence[Wanted], avoid: Collection[str]) -> Found:
    """Look for a text by the automata, those first that need the fewest characters more."""
    read = list(dict.fromkeys((test, answer) for test, answer in wanted if machine(test) is not None))
    tests = [(tester(test), answer) for test, answer in wanted]
    for visits in VISITS:
        paths = 0
        for path in islice(_paths(read, visits), MOST_PATHS):
            if path is None:
                return NOT_FOUND
            paths += 1
            for text in _written(path):
                if text not in avoid and all(test(text) is answer for test, answer in tests):
                    return Found(text)
        if not paths:
            return PROVED
    return NOT_FOUND


VISITS = (1, 8)
"""How often each state is entered, one attempt after another: once is enough to see whether there is a text at all."""


def _written(path: tuple[str, ...]) -> Iterator[str]:
    """Yield texts whose characters are out of the pools of ``path``: first letters or digits in turn, then others."""
    variety = max((len(pool) for pool in path), default=1)
    for shift in range(min(variety, MOST_LISTED)):
        used: dict[str, int] = {}
        marks = []
        for pool in path:
            turn = used.get(pool, 0)
            used[pool] = turn + 1
            marks.append(pool[(turn % _alike(pool) + shift) % len(pool)])
        yield "".join(marks)


@lru_cache(maxsize=1024)
def _alike(pool: str) -> int:
    """Return how many of the first characters are all small letters, all capital ones, or all digits; at most eight."""
    alike = [mark.islower() == pool[0].islower() and mark.isdigit() == pool[0].isdigit() and mark.isalnum() for mark in pool[:8]]
    return alike.index(False) or 1 if False in alike else len(alike)


def _paths(wanted: Sequence[Wanted], most_visits: int) -> Iterator[tuple[str, ...] | None]:
    """Yield pools of characters that lead to an accepting state, roughly the shortest first; None where it takes too long."""
    tests = tuple(test for test, _ in wanted)
    letters = columns(tests)
    ways = [distances(test, answer) for test, answer in wanted]
    if letters is None or any(way[0] is None for way in ways):
        return
    pools = readable(tests)
    ranked = sorted((READABLE.find(pools[each.kinds][0]) % UNREADABLE, pools[each.kinds], each.kinds) for each in letters)
    tables = [found.moves for test in tests if (found := machine(test)) is not None]
    start = (0,) * len(wanted)
    visits: dict[tuple[int, ...], int] = {}
    heap: list[tuple[int, int, int, tuple[int, ...], tuple[str, ...]]] = [(0, 0, 0, start, ())]
    pushed = moves = 0
    while heap:
        _, cost, _, state, path = heappop(heap)
        visits[state] = visits.get(state, 0) + 1
        if visits[state] > most_visits:
            continue
        if all(way[at] == 0 for way, at in zip(ways, state, strict=True)):
            yield path
        moves += len(letters) * len(tables)
        if moves > MOST_MOVES:
            yield None
            return
        for rank, pool, kinds in ranked:
            following = tuple([table[at][kind] for table, at, kind in zip(tables, state, kinds, strict=True)])
            left = 0
            for way, at in zip(ways, following, strict=True):
                distance = way[at]
                if distance is None:
                    break
                left += distance
            else:
                pushed += 1
                spent = cost + 10 + min(rank // 10, 40)
                heappush(heap, (spent + 12 * left, spent, pushed, following, (*path, pool)))


UNREADABLE = 1_000
"""The rank of characters that do not read well."""


@lru_cache(maxsize=4096)
def distances(test: Language, answer: bool) -> tuple[int | None, ...]:
    """Return for each state of the automaton of ``test`` how many characters are missing, None where it can only be otherwise."""
    table = machine(test)
    assert table is not None, "asked of tests with an automaton only"
    before: list[set[int]] = [set() for _ in table.moves]
    for state, row in enumerate(table.moves):
        for following in row:
            before[following].add(state)
    found: list[int | None] = [0 if accepting is answer else None for accepting in table.accepting]
    queue = [state for state, accepting in enumerate(table.accepting) if accepting is answer]
    for state in queue:
        for earlier in before[state]:
            if found[earlier] is None:
                found[earlier] = (found[state] or 0) + 1
                queue.append(earlier)
    return tuple(found)
