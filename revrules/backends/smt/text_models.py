"""Codes of texts in a model into texts, or a fact that this model breaks: no text answers its tests as the model says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import z3

from revrules.backends.smt.classes import classes
from revrules.backends.smt.languages import FUNCTIONS, Kind, among, at_least, holds, language, results
from revrules.backends.smt.samples import conflict, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.backends.smt.languages import Language
    from revrules.backends.smt.samples import Wanted
    from revrules.backends.smt.terms import Reading

LONGEST = 100_000
"""Characters of a text in a model."""
LONGEST_WHOLE = 60
"""Characters of a text whose parts are listed."""


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
    tied: list[TextTerm] = field(default_factory=list)
    """Those that it is compared with."""


class PairTest(NamedTuple):
    """A test of one text against another, neither of them constant."""

    kind: Kind
    any_case: bool
    text: TextTerm
    part: TextTerm
    formula: z3.BoolRef


class Asked(NamedTuple):
    """A test and its answer in a model, with formulas: what says so in the model, and what makes it a test of this text."""

    test: Language
    answer: bool
    formula: z3.BoolRef
    about: tuple[z3.BoolRef, ...]

    def literal(self) -> z3.BoolRef:
        """Return the answer as a formula."""
        return self.formula if self.answer else z3.Not(self.formula)


class Coded:
    """The text terms of a problem, its literals with their codes, and a model of it."""

    def __init__(self, terms: Sequence[TextTerm], tests: Sequence[PairTest], codes: dict[str, int], reading: Reading) -> None:
        self.reading = reading
        self.codes = codes
        self.pair_tests = tests
        self.literals = {code: text for text, code in codes.items()}
        self.groups: dict[int, list[TextTerm]] = {}
        for each in terms:
            if self.code(each) > 0 and (each.exists is None or reading(each.exists)):
                self.groups.setdefault(self.code(each), []).append(each)
        self.made: dict[TextTerm, list[TextTerm]] = {}
        for each in (each for group in self.groups.values() for each in group):
            if each.parent is not None:
                self.made.setdefault(each.parent, []).append(each)

    def code(self, each: TextTerm) -> int:
        """Return the code of a term in the model."""
        return int(self.reading(each.term))

    def asked(self, code: int) -> list[Asked]:
        """Return what is asked of the text with that code, with the answers in the model."""
        first = self.groups[code][0]
        found = []
        for each in self.groups[code]:
            about = () if each is first else (each.term == first.term,)
            found += [self._asked(test, formula, about) for test, formula in each.tests.items()]
            if each.parent is not None and each.exists is not None:
                inner = [(test, formula) for test, formula in each.parent.tests.items() if test.through[:1] == (each.function,)]
                found += [self._asked(test.inside(), formula, (*about, each.exists)) for test, formula in inner]
                found.append(Asked(results(each.function), True, each.exists, about))
            found += self._lengths(each, about)
            for made in self.made.get(each, ()):
                found += self._results(made, about)
        return found

    def _asked(self, test: Language, formula: z3.BoolRef, about: tuple[z3.BoolRef, ...]) -> Asked:
        return Asked(test, bool(self.reading(formula)), formula, about)

    def _lengths(self, each: TextTerm, about: tuple[z3.BoolRef, ...]) -> Iterator[Asked]:
        if each.length is not None and 0 < (length := int(self.reading(each.length))) <= LONGEST:
            for least in (length, length + 1):
                yield self._asked(at_least(least), each.length >= least, about)

    def _results(self, made: TextTerm, about: tuple[z3.BoolRef, ...]) -> Iterator[Asked]:
        """Yield that a function makes what the model says, where that is a constant, and makes as much."""
        assert made.exists is not None, "made by a function"
        text = self.literals.get(self.code(made))
        if text is not None:
            test = language(Kind.EQUALS, text).behind(made.function)
            yield Asked(test, True, z3.And(made.exists, made.term == self.code(made)), about)
        for asked in self._lengths(made, (*about, made.exists)):
            yield asked._replace(test=asked.test.behind(made.function))


def lemma(coded: Coded, each: TextTerm) -> z3.BoolRef | None:
    """Return a fact about the text of a term that the model breaks; None where there is such a text."""
    code = coded.code(each)
    if each not in coded.groups.get(code, ()):
        return None
    first = coded.groups[code][0].term
    asked = coded.asked(code)
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


def _bound(each: TextTerm, reasons: dict[Wanted, Asked]) -> z3.BoolRef | None:
    """Return the stronger fact where a length is out of the bounds of all texts that pass the other tests."""
    lengths = [asked for asked in reasons.values() if asked.test.kind is Kind.LENGTH and not asked.test.through]
    others = [asked for asked in reasons.values() if asked not in lengths]
    told = classes(tuple(asked.test for asked in others)) if lengths and others and each.length is not None else None
    here = [one for one in told or () if one.signature == tuple(asked.answer for asked in others)]
    if not here or each.length is None:
        return None
    longest = None if any(one.longest is None for one in here) else max(one.longest or 0 for one in here)
    bounds = [each.length >= min(one.shortest for one in here), *([] if longest is None else [each.length <= longest])]
    least = max((asked.test.least for asked in lengths if asked.answer), default=0)
    if min(one.shortest for one in here) <= least and (longest is None or least <= longest):
        return None
    about = [
        formula for asked in (*others, *lengths) for formula in (*asked.about, *([asked.literal()] if asked in others else []))
    ]
    return z3.Implies(z3.And(about), z3.And(bounds))


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
            for each in group:
                for made in coded.made.get(each, ()):
                    result = FUNCTIONS[made.function](text)
                    if result is not None:
                        taken.add(found.setdefault(coded.code(made), result))
    return found


def _in_order(coded: Coded) -> list[int]:
    """Return the codes that are no literals': what functions make of others before those, where more than one term has it."""
    order: dict[int, None] = {}

    def visit(code: int, depth: int) -> None:
        for each in coded.groups[code]:
            for made in coded.made.get(each, ()):
                if depth < 10 and coded.code(made) not in order:
                    visit(coded.code(made), depth + 1)
        group = coded.groups[code]
        if code not in coded.literals and (len(group) > 1 or group[0].parent is None or group[0].tied):
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
