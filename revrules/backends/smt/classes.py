"""Tests of one text into the classes of texts that they tell apart: which combinations of answers there are at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from revrules.backends.smt.languages import Items, Kind, among, in_any_case
from revrules.backends.smt.machines import machine
from revrules.backends.smt.products import measures, product, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.backends.smt.languages import Language
    from revrules.backends.smt.products import Product

    Signature = tuple[bool, ...]

MOST_CLASSES = 256
MOST_LISTED = 1_000
"""Texts of a finite class that are listed to see how long they are."""
LONGEST = 4_000
"""Characters up to which lengths are told apart."""
SHOWN = 20
"""Texts kept of the items that are in a class."""


@dataclass(frozen=True, slots=True)
class TextClass:
    """The texts for which ``signature`` says which of the tests they pass.

    ``size``: how many there are, None for very many or without end. ``shortest`` and ``longest`` (None: without end) bound
    their lengths. ``some``: some of them where they are items of a set or list; all, where there are no more than ``SHOWN``.
    """

    signature: tuple[bool, ...]
    size: int | None
    shortest: int
    longest: int | None
    some: tuple[str, ...] = ()

    def with_more(self, other: TextClass) -> TextClass:
        """Return the class that has the texts of both, which share none."""
        size = None if self.size is None or other.size is None else self.size + other.size
        longest = None if self.longest is None or other.longest is None else max(self.longest, other.longest)
        return TextClass(self.signature, size, min(self.shortest, other.shortest), longest, (*self.some, *other.some)[:SHOWN])


@lru_cache(maxsize=4096)
def classes(languages: tuple[Language, ...]) -> tuple[TextClass, ...] | None:
    """Return every class of texts that ``languages`` tell apart, each once; None where there are too many or it takes too long.

    No text is left out: each, the empty one included, has the signature of one of the classes. A class with a size has texts; one
    without a size has some unless all its texts are items of sets and lists, or differ from items by case only.
    """
    sorted_out = _Sorted(languages)
    if not sorted_out.fits:
        return None
    found: dict[Signature, TextClass] = {}
    used: dict[Signature, int] = {}
    for each in sorted_out.listed():
        found[each.signature] = found[each.signature].with_more(each) if each.signature in found else each
        plain = sorted_out.elsewhere(each.signature)
        used[plain] = used.get(plain, 0) + (each.size or 0)
    folded = sorted_out.in_other_cases()
    rest = sorted_out.automatic()
    if folded is None or rest is None:
        return None
    for each in [*folded, *_remaining(rest, used)]:
        found[each.signature] = found[each.signature].with_more(each) if each.signature in found else each
    return tuple(sorted(found.values(), key=lambda one: one.signature, reverse=True)) if len(found) <= MOST_CLASSES else None


def _remaining(rest: Iterable[TextClass], used: dict[Signature, int]) -> Iterator[TextClass]:
    """Yield the classes without the items, which were told apart on their own."""
    for each in rest:
        size = None if each.size is None else each.size - used.get(each.signature, 0)
        if size != 0:
            yield TextClass(each.signature, size, each.shortest, each.longest)


class _Sorted:
    """Tests by how they are looked at: sets of texts item by item, lengths as intervals, the rest by automata."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        self.languages = languages
        self.places = {each: place for place, each in enumerate(languages)}
        plain = [each for each in languages if not each.through]
        self.lengths = sorted({each for each in plain if each.kind is Kind.LENGTH}, key=lambda each: each.least)
        self.sets = [each for each in plain if each.kind in (Kind.EQUALS, Kind.AMONG) and not each.any_case]
        self.folded = [each for each in plain if each.kind is Kind.AMONG and each.any_case and machine(each) is None]
        apart = {*self.lengths, *self.sets, *self.folded}
        self.automata = tuple(dict.fromkeys(each for each in languages if each not in apart))
        self.fits = len(self.folded) <= 1 and not any(machine(each) is None for each in self.automata)

    def signature(self, known: dict[Language, bool]) -> Signature:
        """Return the signature where the tests that are not ``known`` fail."""
        return tuple(known.get(each, False) for each in self.languages)

    def elsewhere(self, signature: Signature) -> Signature:
        """Return the signature without the sets: that of texts which are no items."""
        return tuple(holds and each not in self.sets for each, holds in zip(self.languages, signature, strict=True))

    def listed(self) -> Iterator[TextClass]:
        """Yield the classes of the items of all sets, each item once."""
        few = Items(item for each in self.sets if len(_items(each)) <= 100 for item in _items(each))
        large = [each.items for each in self.sets if len(_items(each)) > 100]
        before: list[Language] = []
        for items in [few, *large]:
            if items.texts:
                everything = (1 << len(items.texts)) - 1
                for earlier in before:
                    everything &= ~items.column(earlier)
                yield from self._classes_of(items, everything)
                before.append(among(items))

    def _classes_of(self, items: Items, everything: int) -> Iterator[TextClass]:
        groups = _groups(items, everything, self.languages)
        for signature, bits in groups:
            lengths = [len(text) for text in items.picked(bits, MOST_LISTED)]
            size = bits.bit_count()
            shortest, longest = (min(lengths), max(lengths)) if size <= MOST_LISTED else (0, None)
            yield TextClass(signature, size, shortest, longest, tuple(items.picked(bits, SHOWN)))

    def in_other_cases(self) -> list[TextClass] | None:
        """Return the classes of the texts that differ from an item of a large list by case at most, and are in no set."""
        found = []
        for listed in self.folded:
            tests = []
            for each in self.languages:
                other = in_any_case(each)
                if other is not each and other is not None and not listed.items.column(other):
                    other = each  # it fails in any case
                elif each.kind is Kind.VALUE and not each.through and not _may_be_none(each, listed.items):
                    other = each
                if other is not each and each not in self.sets:
                    return None
                tests.append(each)
            for signature, bits in _groups(listed.items, (1 << len(listed.items.texts)) - 1, tuple(tests)):
                plain = self.elsewhere(signature)
                found.append(TextClass(plain, None, 0, None, tuple(listed.items.picked(bits, SHOWN))))
        return found

    def automatic(self) -> list[TextClass] | None:
        """Return the classes that automata and lengths tell apart, where no text is an item."""
        automaton = product(self.automata)
        if automaton is None:
            return None
        states: dict[Signature, list[int]] = {}
        for state, signature in enumerate(automaton.signatures):
            states.setdefault(signature, []).append(state)
        if len(states) > MOST_CLASSES:
            return None
        measured = measures(automaton)
        found = []
        for signature, ends in states.items():
            counts = [measured.counts[end] for end in ends]
            longest = [measured.longest[end] for end in ends]
            whole = TextClass(
                self.signature(dict(zip(self.automata, signature, strict=True))),
                None if None in counts else sum(count or 0 for count in counts),
                min(measured.shortest[end] for end in ends),
                None if None in longest else max(length or 0 for length in longest),
            )
            by_length = self._by_length(automaton, ends, whole)
            if by_length is None:
                return None
            found += by_length
        return found

    def _by_length(self, automaton: Product, ends: Sequence[int], whole: TextClass) -> list[TextClass] | None:
        """Return the parts of a class that the lengths asked for tell apart."""
        if not self.lengths:
            return [whole]
        if whole.size is not None and whole.size <= MOST_LISTED:
            lengths = [len(text) for text in texts_of(automaton, ends, MOST_LISTED) or ()]
            return [
                TextClass(self._with(whole, low), len(here), min(here), max(here))
                for low, high in self._intervals()
                if (here := [length for length in lengths if low <= length and (high is None or length < high)])
            ]
        most = self.lengths[-1].least + len(automaton.moves)
        if most > LONGEST:
            return None
        wanted = sum(1 << end for end in ends)
        occurring = [length for length, reached in enumerate(_reached(automaton, most)) if reached & wanted]
        found = []
        for low, high in self._intervals():
            here = [length for length in occurring if low <= length and (high is None or length < high)]
            if here:
                longest = whole.longest if high is None else here[-1]
                found.append(TextClass(self._with(whole, low), 1 if here == [0] else None, here[0], longest))
        return found

    def _intervals(self) -> list[tuple[int, int | None]]:
        starts = [0, *(each.least for each in self.lengths if each.least > 0)]
        return [*pairwise(starts), (starts[-1], None)]

    def _with(self, whole: TextClass, low: int) -> Signature:
        """Return the signature of ``whole`` for texts of at least ``low`` characters, but fewer than the next limit."""
        lengths = {each for each in self.lengths if each.least <= low}
        return tuple(holds or each in lengths for each, holds in zip(self.languages, whole.signature, strict=True))


def _items(given: Language) -> tuple[str, ...]:
    return (given.operand,) if given.kind is Kind.EQUALS else given.items.texts


def _may_be_none(given: Language, items: Items) -> bool:
    """Return whether an item, in some case, may be no value."""
    stand_ins = among(given.items, any_case=True)
    return bool(items.column(stand_ins)) or bool(items.column(given) ^ ((1 << len(items.texts)) - 1))


def _groups(items: Items, everything: int, languages: Sequence[Language]) -> list[tuple[Signature, int]]:
    """Return the signatures of the items that ``everything`` names, and which items have them."""
    groups: list[tuple[Signature, int]] = [((), everything)] if everything else []
    for each in languages:
        column = items.column(each)
        split = [
            (signature, holds, bits & (column if holds else ~column)) for signature, bits in groups for holds in (True, False)
        ]
        groups = [((*signature, holds), bits) for signature, holds, bits in split if bits]
    return groups


def _reached(automaton: Product, most: int) -> list[int]:
    """Return the states, as bits, in which texts of no, one, two … up to ``most`` characters end."""
    successors = [sum(1 << following for following in set(row)) for row in automaton.moves]
    found = [1]
    while len(found) <= most:
        following = 0
        rest = found[-1]
        while rest:
            lowest = rest & -rest
            following |= successors[lowest.bit_length() - 1]
            rest ^= lowest
        if following == found[-1]:
            return found + found[-1:] * (most + 1 - len(found))
        found.append(following)
    return found
