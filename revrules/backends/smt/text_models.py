"""Codes of texts in a model into texts, or a fact that this model breaks: no text answers its tests as the model says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from typing import TYPE_CHECKING, NamedTuple

import z3

from revrules.backends.smt.classes import classes
from revrules.backends.smt.languages import FUNCTIONS, Kind, among, at_least, holds, language, results
from revrules.backends.smt.samples import conflict, find, pairs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from revrules.backends.smt.languages import Language
    from revrules.backends.smt.samples import Wanted
    from revrules.backends.smt.terms import Reading

FIRST_CONSTANT = 1_000_000_000
"""The codes of the constants lie from here on, so that a text without tests is none of them by chance."""
LONGEST = 100_000
"""Characters of a text in a model."""
LONGEST_WHOLE = 60
"""Characters of a text whose parts are listed."""
DEEPEST = 4
"""Functions of functions of a text that are looked at together."""
MOST_TRIES = 8
"""Texts that are tried for one code, as functions may make of them what other codes stand for."""


@dataclass(eq=False, slots=True)
class TextTerm:
    """A term that stands for a text: a variable, or what ``function`` makes of ``parent``.

    ``tests`` are asked of it, each with the formula that says that it holds. ``hints`` are what such a text may look like.
    ``exists`` says, of what a function makes, that it makes something. ``length`` is the term of its length, if it is asked for.
    """

    term: z3.ArithRef
    hints: tuple[str, ...] = ()
    function: str = ""
    parent: TextTerm | None = None
    exists: z3.BoolRef | None = None
    length: z3.ArithRef | None = None
    tests: dict[Language, z3.BoolRef] = field(default_factory=dict)
    makes: dict[str, TextTerm] = field(default_factory=dict)
    """By function."""


class PairTest(NamedTuple):
    """A test of one text against another, neither of them constant."""

    kind: Kind
    any_case: bool
    text: TextTerm
    part: TextTerm
    formula: z3.BoolRef


class Comparison(NamedTuple):
    """A formula that says that two variable texts are equal, or two choices among some."""

    formula: z3.BoolRef
    terms: tuple[TextTerm, ...]


class Asked(NamedTuple):
    """A test of a text and its answer in a model: the formula that says so, and those that make it a test of this text."""

    test: Language
    answer: bool
    formula: z3.BoolRef
    about: tuple[z3.BoolRef, ...]

    def literal(self) -> z3.BoolRef:
        """Return the answer as a formula."""
        return self.formula if self.answer else z3.Not(self.formula)


@dataclass(slots=True)
class Spoken:
    """Everything said of texts: the codes of the constants, the variables by the number of their term, what ties them."""

    codes: dict[str, int] = field(default_factory=dict)
    compared: dict[str, int] = field(default_factory=dict)
    """The codes of those constants that texts are compared with, or may have as their value."""
    terms: dict[int, TextTerm] = field(default_factory=dict)
    pair_tests: list[PairTest] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    def code(self, text: str) -> int:
        """Return the code of a constant."""
        return self.codes.setdefault(text, FIRST_CONSTANT + len(self.codes))

    def compare(self, text: str) -> int:
        """Return the code of a constant with which a text is compared."""
        return self.compared.setdefault(text, self.code(text))


class Coded:
    """A model, as far as it speaks of texts: the terms that have each code, and what is asked of them."""

    def __init__(self, spoken: Spoken, reading: Reading) -> None:
        self.reading = reading
        self.spoken = spoken
        self.literals = {code: text for text, code in spoken.codes.items()}
        self.groups: dict[int, list[TextTerm]] = {}
        self.made: dict[TextTerm, list[TextTerm]] = {}
        for each in spoken.terms.values():
            if reading.says(each.term) and (each.exists is None or reading(each.exists)):
                self.groups.setdefault(self.code(each), []).append(each)
                if each.parent is not None:
                    self.made.setdefault(each.parent, []).append(each)
        self.pair_tests = [test for test in spoken.pair_tests if reading.says(test.formula)]
        self.compared = {term for each in spoken.comparisons if reading.says(each.formula) for term in each.terms}

    def code(self, each: TextTerm) -> int:
        """Return the code of a term."""
        return int(self.reading(each.term))

    @cached_property
    def texts(self) -> dict[int, str]:
        """A text for each code: different ones for different codes, with the answers that the model gives."""
        found = _spelled(self, ())
        return found if not self.pair_tests or len(found) == len(self.groups) else _spelled(self, SHORT)

    def asked(self, code: int) -> list[Asked]:
        """Return what the model says of the text with that code, and of what functions make of it: each once."""
        return list({(one.test, one.answer): one for one in reversed([*self._asked(code, (), None)])}.values())[::-1]

    def _asked(self, code: int, around: tuple[int, ...], made_here: TextTerm | None) -> Iterator[Asked]:
        """Yield what is asked of a text; ``around`` are the codes of what it was made of, as ``made_here``."""
        for each in self.groups[code]:
            about = self._same(each, code)
            for test, formula in each.tests.items():
                if self.reading.says(formula):
                    yield self._answer(test, formula, about)
            yield from self._lengths(each, about)
            if each.parent is not None and each.exists is not None and each is not made_here:
                yield from self._inside(each, each.parent, (*about, each.exists))
                yield Asked(results(each.function), True, each.exists, about)
            for made in self.made.get(each, ()):
                if self.code(made) not in around and len(around) < DEEPEST:
                    yield from self._of_result(made, about, (*around, code))

    def _of_result(self, made: TextTerm, about: tuple[z3.BoolRef, ...], around: tuple[int, ...]) -> Iterator[Asked]:
        """Yield what is asked of what a function makes of a text, as tests of the text."""
        assert made.exists is not None, "made by a function"
        code = self.code(made)
        if code in self.literals:
            test = language(Kind.EQUALS, self.literals[code]).behind(made.function)
            yield Asked(test, True, z3.And(made.exists, made.term == code), about)
            return
        about = (*about, made.exists, *self._same(made, code))
        for asked in self._asked(code, around, made):
            yield asked._replace(test=asked.test.behind(made.function), about=(*about, *asked.about))

    def _same(self, each: TextTerm, code: int) -> tuple[z3.BoolRef, ...]:
        """Return that a term is the first of those with its code."""
        first = self.groups[code][0]
        return () if each is first else (each.term == first.term,)

    def _answer(self, test: Language, formula: z3.BoolRef, about: tuple[z3.BoolRef, ...]) -> Asked:
        return Asked(test, bool(self.reading(formula)), formula, about)

    def _inside(self, made: TextTerm, parent: TextTerm, about: tuple[z3.BoolRef, ...]) -> Iterator[Asked]:
        """Yield what is asked of what a function makes, as tests of what it is made of."""
        for test, formula in parent.tests.items():
            if test.through[:1] == (made.function,) and self.reading.says(formula):
                yield self._answer(test.inside(), formula, about)

    def _lengths(self, each: TextTerm, about: tuple[z3.BoolRef, ...]) -> Iterator[Asked]:
        if each.length is not None and self.reading.says(each.length):
            length = int(self.reading(each.length))
            for least in (length, length + 1) if length <= LONGEST else ():
                yield self._answer(at_least(least), each.length >= least, about)


# --- facts -------------------------------------------------------------------------------------------------------


def lemma(coded: Coded, each: TextTerm) -> z3.BoolRef | None:
    """Return facts about the text of a term, one of which the model breaks; None where there is such a text."""
    code = coded.code(each)
    if each not in coded.groups.get(code, ()):
        return None
    first = coded.groups[code][0].term
    asked = coded.asked(code)
    plain = [*_by_two(asked, each), *_alike(coded, coded.groups[code])]
    if any(not coded.reading(fact) for fact in plain):
        return z3.And(plain)
    if code in coded.literals:
        wrong = [one for one in asked if holds(one.test, coded.literals[code]) is not one.answer]
        facts = [z3.Implies(z3.And(first == code, *one.about), z3.Not(one.literal())) for one in wrong]
        return z3.And(facts) if facts else None
    wanted = [(one.test, one.answer) for one in asked]
    avoid = set(coded.spoken.compared)
    if not find(wanted, avoid).proved:
        avoid |= set(coded.texts.values())
        if code in coded.texts or not find(wanted, avoid).proved:
            return None
    core = set(conflict(wanted, avoid))
    reasons = {(one.test, one.answer): one for one in asked if (one.test, one.answer) in core}
    others = [first == coded.spoken.compare(text) for text in find(list(reasons), avoid).avoided]
    about = [formula for one in reasons.values() for formula in (one.literal(), *one.about)]
    if others:
        return z3.Implies(z3.And(about), z3.Or(others))
    bound = _bound(each, reasons)
    return z3.Not(z3.And(about)) if bound is None else bound


ANSWERS = tuple(product((True, False), repeat=2))


def _by_two(asked: Sequence[Asked], each: TextTerm) -> list[z3.BoolRef]:
    """Return what two tests of a text have to do with each other, and with its length."""
    facts = []
    plain = [one for one in asked if one.test.kind is not Kind.LENGTH]
    for one, other in combinations(plain, 2):
        if one.test.is_constant and other.test.is_constant and one.test != other.test:
            continue  # codes tell them apart
        possible = ANSWERS if one.formula.eq(other.formula) else _possible(one.test, other.test)
        for first, second in ANSWERS:
            if (first, second) not in possible:
                denied = [z3.Not(formula) for formula in (*one.about, *other.about)]
                denied.append(one._replace(answer=not first).literal())
                facts.append(z3.Or(*denied, other._replace(answer=not second).literal()))
    for one in plain if each.length is not None and len(plain) < len(asked) else ():
        for told in classes((one.test,)) or ():
            here = z3.And(one._replace(answer=told.signature[0]).literal(), *one.about)
            facts.append(z3.Implies(here, _between(each, told.shortest, told.longest)))
    return facts


def _possible(one: Language, other: Language) -> Collection[tuple[bool, bool]]:
    """Return the answers that two tests can have for the same text."""
    if one == other:
        return ((True, True), (False, False))
    if one.is_constant:
        return ((True, holds(other, one.operand)), (False, True), (False, False))
    if other.is_constant:
        return ((holds(one, other.operand), True), (True, False), (False, False))
    return pairs(one, other)


def _alike(coded: Coded, group: Sequence[TextTerm]) -> list[z3.BoolRef]:
    """Return that functions make the same of equal texts, and that these are equally long."""
    facts = []
    for one, other in combinations(group, 2):
        same = one.term == other.term
        if one.length is not None and other.length is not None:
            facts.append(z3.Implies(same, one.length == other.length))
        makes = {made.function: made for made in coded.made.get(other, ())}
        for made in coded.made.get(one, ()):
            twin = makes.get(made.function)
            if twin is not None:
                facts.append(z3.Implies(z3.And(same, made.exists, twin.exists), made.term == twin.term))
    return facts


def _between(each: TextTerm, shortest: int, longest: int | None) -> z3.BoolRef:
    assert each.length is not None, "asked of texts with a length only"
    return each.length >= shortest if longest is None else z3.And(each.length >= shortest, each.length <= longest)


def _bound(each: TextTerm, reasons: dict[Wanted, Asked]) -> z3.BoolRef | None:
    """Return the stronger fact where a length is out of the bounds of all texts that pass the other tests."""
    lengths = [asked for asked in reasons.values() if asked.test.kind is Kind.LENGTH and not asked.test.through]
    others = [asked for asked in reasons.values() if asked not in lengths]
    told = classes(tuple(asked.test for asked in others)) if lengths and others and each.length is not None else None
    here = [one for one in told or () if one.signature == tuple(asked.answer for asked in others)]
    if not here:
        return None
    shortest = min(one.shortest for one in here)
    longest = None if any(one.longest is None for one in here) else max(one.longest or 0 for one in here)
    least = max((asked.test.least for asked in lengths if asked.answer), default=0)
    if shortest <= least and (longest is None or least <= longest):
        return None
    about = [*(asked.literal() for asked in others), *(formula for asked in reasons.values() for formula in asked.about)]
    return z3.Implies(z3.And(about), _between(each, shortest, longest))


# --- texts -------------------------------------------------------------------------------------------------------


SHORT = ("a", "b", "c", "d", "e")
"""Texts that fit in where one is a part of another."""


def _spelled(coded: Coded, like: tuple[str, ...]) -> dict[int, str]:
    """Return a text for each code for which there is one; ``like`` others, where given."""
    found = {code: text for code, text in coded.literals.items() if code in coded.groups}
    taken = {*coded.spoken.compared, *found.values()}
    for code in _in_order(coded):
        if code in found:
            continue
        group = coded.groups[code]
        wanted = [*((one.test, one.answer) for one in coded.asked(code)), *_against(coded, group, found)]
        hints = like or next((each.hints for each in group if each.hints), ())
        for _ in range(MOST_TRIES):
            text = find(list(dict.fromkeys(wanted)), taken, hints).text
            if text is None:
                break
            known = {**found, code: text}
            clashes = [clash for made in _made_of(coded, group, text) if (clash := _clash(made, text, known, taken)) is not None]
            if not clashes:
                found = known
                taken |= set(known.values())
                break
            wanted += clashes
    return found


class Made(NamedTuple):
    """What functions make of a text, and the code that stands for it in the model."""

    functions: tuple[str, ...]
    code: int
    text: str


def _made_of(coded: Coded, group: Sequence[TextTerm], text: str, functions: tuple[str, ...] = ()) -> Iterator[Made]:
    """Yield what functions make of a text, and of that, and so on."""
    for made in (made for each in group for made in coded.made.get(each, ())):
        result = FUNCTIONS[made.function](text)
        if result is not None and len(functions) < DEEPEST:
            path = (*functions, made.function)
            if made in coded.compared or len(coded.groups[coded.code(made)]) > 1:
                yield Made(path, coded.code(made), result)
            yield from _made_of(coded, coded.groups[coded.code(made)], result, path)


def _clash(made: Made, whole: str, known: dict[int, str], taken: set[str]) -> Wanted | None:
    """Return what else has to be wanted of ``whole``, as something made of it should be another text, or is another code's.

    Otherwise what is made becomes known by its code.
    """
    expected = known.get(made.code)
    if expected == made.text:
        return None
    if expected is None and made.text not in taken and made.text not in known.values():
        known[made.code] = made.text
        return None
    if made.text == whole and len(made.functions) == 1:
        return results(made.functions[0]), False
    test = language(Kind.EQUALS, made.text if expected is None else expected)
    for function in reversed(made.functions):
        test = test.behind(function)
    return test, expected is not None


def _in_order(coded: Coded) -> list[int]:
    """Return the codes: those of texts that functions make of others last, as these decide them; before, parts of others."""
    parts = {coded.code(test.part) for test in coded.pair_tests}

    def rank(code: int) -> tuple[bool, bool]:
        made = any(each.parent is not None and each.parent not in coded.groups[code] for each in coded.groups[code])
        return made, code not in parts

    return sorted(coded.groups, key=rank)


def _against(coded: Coded, group: list[TextTerm], found: dict[int, str]) -> list[Wanted]:
    """Return the tests of a text, or of what a function makes of it, against others that have their text by now."""
    made = [each for term in group for each in coded.made.get(term, ())]
    functions = {**{each: each.function for each in made}, **dict.fromkeys(group, "")}
    wanted: list[Wanted] = []
    for test in coded.pair_tests:
        answer = bool(coded.reading(test.formula))
        text, part = found.get(coded.code(test.text)), found.get(coded.code(test.part))
        if test.text in functions and part is not None:
            wanted.append((_behind(functions[test.text], language(test.kind, part, any_case=test.any_case)), answer))
        if test.part in functions and text is not None and (parts := parts_of(test.kind, text, any_case=test.any_case)):
            wanted.append((_behind(functions[test.part], parts), answer))
    return wanted


def _behind(function: str, test: Language) -> Language:
    return test.behind(function) if function else test


def parts_of(kind: Kind, text: str, *, any_case: bool) -> Language | None:
    """Return the language of the texts that ``text`` contains, starts or ends with, or equals; None for too long a text."""
    if len(text) > LONGEST_WHOLE:
        return None
    ends = range(len(text) + 1)
    match kind:
        case Kind.STARTS:
            parts = [text[:end] for end in ends]
        case Kind.ENDS:
            parts = [text[start:] for start in ends]
        case Kind.CONTAINS:
            parts = [text[start:end] for start in ends for end in ends[start:]]
        case _:
            parts = [text]
    return among(parts, any_case=any_case)
