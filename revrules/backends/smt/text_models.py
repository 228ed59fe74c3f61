"""Codes of texts in a model into texts, or a fact that this model breaks: no text answers its tests as the model says."""

from __future__ import annotations

from dataclasses import dataclass, field
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

LONGEST = 100_000
"""Characters of a text in a model."""
LONGEST_WHOLE = 60
"""Characters of a text whose parts are listed."""
DEEPEST = 10
"""Functions of functions of a text."""


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
    compared: bool = False
    """With another variable text."""


class PairTest(NamedTuple):
    """A test of one text against another, neither of them constant."""

    kind: Kind
    any_case: bool
    text: TextTerm
    part: TextTerm
    formula: z3.BoolRef


class Asked(NamedTuple):
    """A test of a text and its answer in a model: the formula that says so, and those that make it a test of this text."""

    test: Language
    answer: bool
    formula: z3.BoolRef
    about: tuple[z3.BoolRef, ...]

    def literal(self) -> z3.BoolRef:
        """Return the answer as a formula."""
        return self.formula if self.answer else z3.Not(self.formula)


class Coded:
    """A model, as far as it speaks of texts: the terms that have each code, and what is asked of them."""

    def __init__(self, terms: Sequence[TextTerm], tests: Sequence[PairTest], codes: dict[str, int], reading: Reading) -> None:
        self.reading = reading
        self.codes = codes
        self.literals = {code: text for text, code in codes.items()}
        self.groups: dict[int, list[TextTerm]] = {}
        self.made: dict[TextTerm, list[TextTerm]] = {}
        for each in terms:
            if reading.says(each.term) and (each.exists is None or reading(each.exists)):
                self.groups.setdefault(self.code(each), []).append(each)
                if each.parent is not None:
                    self.made.setdefault(each.parent, []).append(each)
        self.pair_tests = [test for test in tests if reading.says(test.formula)]

    def code(self, each: TextTerm) -> int:
        """Return the code of a term."""
        return int(self.reading(each.term))

    def asked(self, code: int) -> list[Asked]:
        """Return what the model says of the text with that code."""
        first = self.groups[code][0]
        found = []
        for each in self.groups[code]:
            about = () if each is first else (each.term == first.term,)
            found += [self._answer(test, formula, about) for test, formula in each.tests.items() if self.reading.says(formula)]
            found += self._lengths(each, about)
            if each.parent is not None and each.exists is not None:
                found += self._inside(each, each.parent, (*about, each.exists))
                found.append(Asked(results(each.function), True, each.exists, about))
            for made in self.made.get(each, ()):
                found += self._results(made, about)
        return found

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

    def _results(self, made: TextTerm, about: tuple[z3.BoolRef, ...]) -> Iterator[Asked]:
        """Yield that a function makes what the model says, where that is a constant, and makes as much."""
        assert made.exists is not None, "made by a function"
        text = self.literals.get(self.code(made))
        if text is not None:
            test = language(Kind.EQUALS, text).behind(made.function)
            yield Asked(test, True, z3.And(made.exists, made.term == self.code(made)), about)
        for asked in self._lengths(made, (*about, made.exists)):
            yield asked._replace(test=asked.test.behind(made.function))


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
    if not find(wanted, coded.codes).proved:
        return None
    core = set(conflict(wanted, coded.codes))
    reasons = {(one.test, one.answer): one for one in asked if (one.test, one.answer) in core}
    others = [first == coded.codes[text] for text in find(list(reasons), coded.codes).avoided]
    about = [formula for one in reasons.values() for formula in (one.literal(), *one.about)]
    bound = _bound(each, reasons)
    if others:
        return z3.Implies(z3.And(about), z3.Or(others))
    return z3.Not(z3.And(about)) if bound is None else bound


def _by_two(asked: Sequence[Asked], each: TextTerm) -> list[z3.BoolRef]:
    """Return what two tests of a text have to do with each other, and with its length."""
    facts = []
    plain = [one for one in asked if one.test.kind is not Kind.LENGTH]
    for one, other in combinations(plain, 2):
        possible = _possible(one.test, other.test)
        for first, second in product((True, False), repeat=2):
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


def texts_in(coded: Coded) -> dict[int, str]:
    """Return a text for each code of a model: different ones for different codes, with the answers that the model gives."""
    found = {code: text for code, text in coded.literals.items() if code in coded.groups}
    taken = set(coded.codes)
    for code in _in_order(coded):
        group = coded.groups[code]
        wanted = [(one.test, one.answer) for one in coded.asked(code)]
        for each in group:
            wanted += [
                (language(Kind.EQUALS, found[coded.code(made)]).behind(made.function), True)
                for made in coded.made.get(each, ())
                if coded.code(made) in found and coded.code(made) not in coded.literals
            ]
        wanted += _against(coded, group, found)
        hints = next((each.hints for each in group if each.hints), ())
        text = find(list(dict.fromkeys(wanted)), taken, hints).text
        if text is not None:
            found[code] = text
            taken.add(text)
            taken |= _made_of(coded, group, found)
    return found


def _made_of(coded: Coded, group: Sequence[TextTerm], found: dict[int, str]) -> set[str]:
    """Note what functions make of a text that was found; return it."""
    made_texts = set()
    for each in group:
        for made in coded.made.get(each, ()):
            result = FUNCTIONS[made.function](found[coded.code(each)])
            if result is not None:
                made_texts.add(found.setdefault(coded.code(made), result))
    return made_texts


def _in_order(coded: Coded) -> list[int]:
    """Return the codes that are no literals': what functions make of others before those, where more depends on it."""
    order: dict[int, None] = {}

    def visit(code: int, depth: int) -> None:
        group = coded.groups[code]
        for made in (made for each in group for made in coded.made.get(each, ())):
            if depth < DEEPEST and coded.code(made) not in order:
                visit(coded.code(made), depth + 1)
        if code not in coded.literals and (len(group) > 1 or group[0].parent is None or group[0].compared):
            order.setdefault(code)

    parts = [coded.code(test.part) for test in coded.pair_tests]
    for code in [*(code for code in parts if code in coded.groups), *coded.groups]:
        visit(code, 0)
    return list(order)


def _against(coded: Coded, group: list[TextTerm], found: dict[int, str]) -> list[Wanted]:
    """Return the tests of a text against others that have their text by now."""
    wanted: list[Wanted] = []
    for test in coded.pair_tests:
        answer = bool(coded.reading(test.formula))
        text, part = found.get(coded.code(test.text)), found.get(coded.code(test.part))
        if test.text in group and part is not None:
            wanted.append((language(test.kind, part, any_case=test.any_case), answer))
        if test.part in group and text is not None and (parts := parts_of(test.kind, text, any_case=test.any_case)):
            wanted.append((parts, answer))
    return wanted


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
