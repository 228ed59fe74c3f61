"""Tests of a text, as sets of texts: each a value that says of any text whether it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from revrules.runtime import texts
from revrules.runtime.patterns import compile_pattern, matches
from revrules.runtime.texts import CAPITAL_OF, SMALL_OF, WHITE_SPACE, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules.runtime.patterns import Pattern

    Function = Callable[[str], str | None]

FUNCTIONS: dict[str, Function] = {
    "email_domain": texts.email_domain,
    "url_domain": texts.url_domain,
    "lower": texts.fold,
    "upper": texts.to_capitals,
}
"""What the language makes of a text: another one, or nothing."""

SAME_LENGTH = frozenset({"lower", "upper"})
"""Functions that change no text's length."""


class Kind(StrEnum):
    """What a language asks of a text."""

    ANY = "any"
    """Nothing; behind a function, that the function gives something."""
    EQUALS = "equals"
    AMONG = "among"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    MATCHES = "matches"
    LENGTH = "length at least"
    VALUE = "value"
    """That a field can hold it: not blank, and no stand-in for missing (``items``)."""
    RESULT = "result"
    """That the function ``operand`` gives it for some text."""


class Items:
    """Some texts in order, without repetitions: known by what they are, compared quickly however many there are."""

    __slots__ = ("_columns", "_hash", "members", "texts")

    def __init__(self, items: Iterable[str]) -> None:
        self.texts = tuple(dict.fromkeys(items))
        self.members = frozenset(self.texts)
        self._hash = hash(self.members)
        self._columns: dict[Language, int] = {}

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Items) and self._hash == other._hash and self.texts == other.texts)

    def __repr__(self) -> str:
        return f"Items({', '.join(map(repr, self.texts[:3]))}{', …' if len(self.texts) > 3 else ''})"

    def column(self, language: Language) -> int:
        """Return the items that belong to ``language``, as bits: the lowest is the first item."""
        found = self._columns.get(language)
        if found is None:
            belongs = tester(language)
            marks = "".join(["1" if belongs(text) else "0" for text in reversed(self.texts)])
            found = self._columns[language] = int(marks or "0", 2)
        return found

    def picked(self, bits: int, most: int) -> list[str]:
        """Return the first ``most`` items of those that ``bits`` names."""
        found: list[str] = []
        while bits and len(found) < most:
            lowest = bits & -bits
            found.append(self.texts[lowest.bit_length() - 1])
            bits ^= lowest
        return found


NOTHING = Items(())


@dataclass(frozen=True, slots=True)
class Language:
    """The texts that pass a test: of what ``through``, functions applied one after the other, make of the text.

    A text of which they make nothing does not belong. ``any_case`` maps capital letters to small ones on both sides.
    """

    kind: Kind
    operand: str = ""
    any_case: bool = False
    items: Items = field(default=NOTHING)
    """For AMONG and VALUE."""
    least: int = 0
    """For LENGTH."""
    through: tuple[str, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether it is one text, as it is written."""
        return self.kind is Kind.EQUALS and not self.any_case and not self.through

    def behind(self, function: str) -> Language:
        """Return the texts of which ``function`` makes one of these."""
        return _plain(replace(self, through=(function, *self.through)))

    def inside(self) -> Language:
        """Return the texts that belong to this when the first function gives them."""
        return _plain(replace(self, through=self.through[1:]))


def language(kind: Kind, operand: str = "", *, any_case: bool = False) -> Language:
    """Return the texts that pass the test; two tests that ask the same by a different case are one language."""
    return _plain(Language(kind, operand, any_case))


def among(items: Iterable[str] | Items, *, any_case: bool = False) -> Language:
    """Return the language of the items, in any case if so."""
    given = items if isinstance(items, Items) else Items(items)
    return _plain(Language(Kind.AMONG, any_case=any_case, items=given))


def at_least(length: int) -> Language:
    """Return the texts of that many characters or more."""
    return Language(Kind.LENGTH, least=length)


def values(stand_ins: Iterable[str]) -> Language:
    """Return the texts that a field can hold whose stand-ins for missing these are."""
    return Language(Kind.VALUE, items=Items(sorted({text.strip(WHITE_SPACE) for text in stand_ins} - {""})))


def results(function: str) -> Language:
    """Return the texts that ``function`` gives for some text."""
    return Language(Kind.RESULT, function)


def _plain(given: Language) -> Language:
    """Return the simplest form: folded operands, ``any_case`` only where it makes a difference, one item as EQUALS."""
    if given.kind is Kind.LENGTH and given.through and given.through[-1] in SAME_LENGTH:
        return _plain(replace(given, through=given.through[:-1]))
    if given.kind is Kind.AMONG:
        items = _folded(given.items) if given.any_case else given.items
        if len(items.texts) != 1:
            return replace(given, items=items, any_case=given.any_case and any(map(has_case, items.texts)))
        given = replace(given, kind=Kind.EQUALS, operand=items.texts[0], items=NOTHING)
    if not given.any_case or given.kind is Kind.MATCHES:
        return given
    operand = fold(given.operand)
    return replace(given, operand=operand, any_case=has_case(operand))


@lru_cache(maxsize=64)
def _folded(items: Items) -> Items:
    return Items(map(fold, items.texts))


def has_case(text: str) -> bool:
    """Return whether another text differs from ``text`` by case only."""
    return any(ord(mark) in SMALL_OF or ord(mark) in CAPITAL_OF for mark in text)


def holds(given: Language, text: str) -> bool:
    """Return whether ``text`` belongs."""
    return tester(given)(text)


@lru_cache(maxsize=4096)
def tester(given: Language) -> Callable[[str], bool]:
    """Return the function that says of a text whether it belongs."""
    test = _test(given)
    if not given.through:
        return test
    functions = tuple(FUNCTIONS[name] for name in given.through)

    def of_result(text: str) -> bool:
        for function in functions:
            result = function(text)
            if result is None:
                return False
            text = result
        return test(text)

    return of_result


def _test(given: Language) -> Callable[[str], bool]:
    operand, members = given.operand, given.items.members
    case = fold if given.any_case else str
    match given.kind:
        case Kind.ANY:
            return lambda _: True
        case Kind.EQUALS:
            return lambda text: case(text) == operand
        case Kind.AMONG:
            return (lambda text: fold(text) in members) if given.any_case else members.__contains__
        case Kind.CONTAINS:
            return lambda text: operand in case(text)
        case Kind.STARTS:
            return lambda text: case(text).startswith(operand)
        case Kind.ENDS:
            return lambda text: case(text).endswith(operand)
        case Kind.MATCHES:
            pattern = pattern_of(operand, given.any_case)
            return lambda text: matches(pattern, text)
        case Kind.LENGTH:
            return lambda text: len(text) >= given.least
        case Kind.VALUE:
            return lambda text: (core := text.strip(WHITE_SPACE)) != "" and core not in members
        case Kind.RESULT:
            return RESULTS[operand]


@lru_cache(maxsize=512)
def pattern_of(text: str, any_case: bool) -> Pattern:
    """Return the automaton of a pattern, which was checked."""
    return compile_pattern(text, any_case=any_case)


CAPITAL_ASCII = frozenset(map(chr, range(0x41, 0x5B)))
NEVER_IN: dict[str, frozenset[str]] = {
    "email_domain": frozenset(WHITE_SPACE) | CAPITAL_ASCII | {"@"},
    "url_domain": frozenset(WHITE_SPACE) | CAPITAL_ASCII | set("@:/?#"),
    "lower": frozenset(map(chr, SMALL_OF)),
    "upper": frozenset(map(chr, CAPITAL_OF)),
}
"""Characters that a function's results never hold."""

RESULTS: dict[str, Callable[[str], bool]] = {
    "email_domain": lambda text: text != "" and NEVER_IN["email_domain"].isdisjoint(text),
    "url_domain": lambda text: "." in text and NEVER_IN["url_domain"].isdisjoint(text),
    "lower": NEVER_IN["lower"].isdisjoint,
    "upper": NEVER_IN["upper"].isdisjoint,
}


@lru_cache(maxsize=4096)
def in_any_case(given: Language) -> Language | None:
    """Return a language of which a text and its other spellings belong alike, and which holds ``given``; None where unknown."""
    if given.through:
        return given if given.through[0] in SAME_LENGTH else None
    match given.kind:
        case Kind.ANY | Kind.LENGTH:
            return given
        case Kind.EQUALS | Kind.CONTAINS | Kind.STARTS | Kind.ENDS | Kind.AMONG | Kind.MATCHES:
            return given if given.any_case else _plain(replace(given, any_case=True))
        case Kind.VALUE | Kind.RESULT:
            return None
