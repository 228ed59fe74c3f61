"""Tests of texts into formulas: a text is a code, equal for equal texts, and a test is a function of the code.

What two tests of one text have to do with each other is stated at once. What more of them have to do with each other is stated
when a model breaks it; then the automata decide, so that nothing is left open but tests of one variable text against another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import z3

from revrules import ir
from revrules.backends.smt import text_models
from revrules.backends.smt.classes import classes
from revrules.backends.smt.languages import FUNCTIONS, SAME_LENGTH, Items, Kind, Language, among, holds, language, values
from revrules.backends.smt.plausible import hints
from revrules.backends.smt.samples import pairs
from revrules.backends.smt.terms import Reading, Term
from revrules.backends.smt.text_models import Coded, PairTest, TextTerm, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.problem import Problem

FIRST_LITERAL = 1_000_000_000
"""The codes of the texts that occur in the ruleset lie from here on, so that a text without tests is none of them by chance."""
MOST_ITEMS = 8
"""Items of a set that are told apart by their codes; of a larger one it is a function of the code whether it has a text."""
MOST_TIED = 4
MOST_PLAUSIBLE = 1_000
"""Characters of a text that people would believe."""
KINDS = {
    ir.TextOp.CONTAINS: Kind.CONTAINS,
    ir.TextOp.STARTS: Kind.STARTS,
    ir.TextOp.ENDS: Kind.ENDS,
    ir.TextOp.EQUALS: Kind.EQUALS,
}


@dataclass(frozen=True, slots=True)
class Unexplored:
    """A text whose tests were related by twos only."""

    texts: Texts
    term: TextTerm

    @property
    def arguments(self) -> tuple[z3.ArithRef, ...]:
        """Nothing: a text has no exact value to hold on to."""
        return ()

    def lemma(self, reading: Reading) -> z3.BoolRef | None:
        """Say why no text answers its tests as the model says."""
        return text_models.lemma(self.texts.coded(reading), self.term)


class Texts:
    """The texts of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.context = problem.context
        self.codes: dict[str, int] = {}
        self._terms: dict[int, TextTerm] = {}
        self._pair_tests: list[PairTest] = []
        self._functions: dict[Language | str, z3.FuncDeclRef] = {}
        self._constants: dict[int, str] = {}
        self._open: set[tuple[Language, int]] = set()
        self._spelled: tuple[z3.ModelRef, dict[int, str]] | None = None

    # --- terms ---------------------------------------------------------------------------------------------------

    def literal(self, text: str) -> z3.ArithRef:
        """Return the code of a text that occurs in the ruleset."""
        code = self.codes.setdefault(text, FIRST_LITERAL + len(self.codes))
        self._constants[code] = text
        return z3.IntVal(code, self.context)

    def field(self, code: z3.ExprRef, declared: ir.FieldDecl) -> None:
        """State what a text field can hold."""
        term = self._term(code)
        term.hints = hints(declared.name)
        stand_ins = [value for value in declared.missing_when if isinstance(value, str)]
        self.problem.fact(self._holds(values(stand_ins), code))

    def call(self, function: str, operand: Term) -> Term:
        """Return the text, or the length, that a function makes of a text."""
        if function == "length":
            return Term(operand.known, self._length(operand.term))
        exists, term = self._result(function, operand.term)
        return Term(z3.And(operand.known, exists), term)

    def text(self, model: z3.ModelRef, code: int) -> str:
        """Return a text that has this code in ``model``."""
        if self._spelled is None or self._spelled[0] is not model:
            reading = Reading(model)
            self._spelled = (model, text_models.texts_in(self.coded(reading)))
        return self._spelled[1].get(code, f"text {code}")

    def coded(self, reading: Reading) -> Coded:
        """Return the text terms as they are in a model."""
        return Coded(list(self._terms.values()), self._pair_tests, self.codes, reading)

    def _term(self, code: z3.ExprRef) -> TextTerm:
        """Return the text term that is ``code``, which is no choice between others and no constant."""
        found = self._terms.get(code.get_id())
        if found is None:
            found = self._terms[code.get_id()] = TextTerm(cast("z3.ArithRef", code))
        lowest = len(self._terms)  # other than other texts' while nothing speaks for it; any code beyond stands for any text
        self.problem.once(("text", code.get_id()), lambda: self._begin(found, lowest))
        return found

    def _begin(self, term: TextTerm, lowest: int) -> None:
        self.problem.fact(term.term >= lowest)
        self.problem.approximate(Unexplored(self, term))

    def _result(self, function: str, code: z3.ExprRef) -> tuple[z3.BoolRef, z3.ArithRef]:
        """Return whether a function makes something of a text, and what."""
        if z3.is_int_value(code):
            result = FUNCTIONS[function](self._constant(code))
            return z3.BoolVal(result is not None, self.context), self.literal(result or "")
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, *parts = code.children()
            (one, first), (other, second) = (self._result(function, part) for part in parts)
            return z3.If(condition, one, other), z3.If(condition, first, second)
        parent = self._term(code)
        exists = self._holds(language(Kind.ANY).behind(function), code)
        term = self._of(function, z3.IntSort(self.context))(code)
        made = self._term(term)
        made.function, made.parent, made.exists = function, parent, exists
        return exists, made.term

    def _length(self, code: z3.ExprRef) -> z3.ArithRef:
        if z3.is_int_value(code):
            return z3.IntVal(len(self._constant(code)), self.context)
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, one, other = code.children()
            return z3.If(condition, self._length(one), self._length(other))
        term = self._term(code)
        if term.parent is not None and term.function in SAME_LENGTH:
            return self._length(term.parent.term)
        return self.problem.once(("length", code.get_id()), lambda: self._begin_length(term))

    def _begin_length(self, term: TextTerm) -> z3.ArithRef:
        term.length = cast("z3.ArithRef", self._of("length", z3.IntSort(self.context))(term.term))
        self.problem.fact(term.length >= (0 if term.parent is None else 1))
        self.problem.fact(z3.Implies(self.problem.plausible, term.length <= MOST_PLAUSIBLE))
        for test, formula in term.tests.items():
            self._bound(term, test, formula)
        return term.length

    def _constant(self, code: z3.ExprRef) -> str:
        return self._constants[cast("z3.IntNumRef", code).as_long()]

    def _of(self, name: Language | str, sort: z3.SortRef) -> z3.FuncDeclRef:
        """Return the function of codes that stands for a function of texts, or for a test."""
        if name not in self._functions:
            hint = name if isinstance(name, str) else f"text {name.kind}"
            self._functions[name] = z3.Function(self.problem.name(hint), z3.IntSort(self.context), sort)
        return self._functions[name]

    # --- tests ---------------------------------------------------------------------------------------------------

    def same(self, one: z3.ExprRef, other: z3.ExprRef) -> z3.BoolRef:
        """Return whether two texts are equal."""
        if z3.is_int_value(one):
            one, other = other, one
        if z3.is_int_value(other) and not z3.is_int_value(one):
            return self._is_constant(one, other)
        self._tie(_leaves(one), _leaves(other))
        return cast("z3.BoolRef", one == other)

    def test(self, op: ir.TextOp, code: z3.ExprRef, pattern: z3.ExprRef, written: ir.Expr, any_case: bool) -> z3.BoolRef:
        """Return whether a text contains, starts or ends with, or equals another."""
        del written
        kind = KINDS[op]
        if z3.is_int_value(pattern):
            return self._holds(language(kind, self._constant(pattern), any_case=any_case), code)
        if z3.is_int_value(code):
            parts = parts_of(kind, self._constant(code), any_case=any_case)
            return z3.Bool(self.problem.name("test"), self.context) if parts is None else self._holds(parts, pattern)
        if z3.is_app_of(pattern, z3.Z3_OP_ITE):
            condition, one, other = pattern.children()
            return z3.If(condition, *(self.test(op, code, part, ir.Now(), any_case) for part in (one, other)))
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, one, other = code.children()
            return z3.If(condition, *(self.test(op, part, pattern, ir.Now(), any_case) for part in (one, other)))
        return self._against(kind, self._term(code), self._term(pattern), any_case)

    def matches(self, code: z3.ExprRef, pattern: str, any_case: bool) -> z3.BoolRef:
        """Return whether a text matches a pattern."""
        return self._holds(language(Kind.MATCHES, pattern, any_case=any_case), code)

    def among(self, code: z3.ExprRef, items: Sequence[str], any_case: bool) -> z3.BoolRef:
        """Return whether a text is one of ``items``."""
        return self._holds(among(_items(tuple(items)), any_case=any_case), code)

    def _against(self, kind: Kind, text: TextTerm, part: TextTerm, any_case: bool) -> z3.BoolRef:
        """Return whether one variable text passes a test against another: exact where both are the same only."""
        name = f"{kind} {any_case}"
        if name not in self._functions:
            sort = z3.IntSort(self.context)
            self._functions[name] = z3.Function(self.problem.name(name), sort, sort, z3.BoolSort(self.context))
        formula = cast("z3.BoolRef", self._functions[name](text.term, part.term))
        key = (name, text.term.get_id(), part.term.get_id())
        self.problem.once(key, lambda: self.problem.fact(z3.Implies(text.term == part.term, formula)))
        if not any(formula.eq(test.formula) for test in self._pair_tests):
            self._pair_tests.append(PairTest(kind, any_case, text, part, formula))
        return formula

    def _holds(self, test: Language, code: z3.ExprRef) -> z3.BoolRef:
        """Return whether a text passes a test."""
        if z3.is_int_value(code):
            return z3.BoolVal(holds(test, self._constant(code)), self.context)
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, one, other = code.children()
            return z3.If(condition, self._holds(test, one), self._holds(test, other))
        if _is_equality(test):
            return self._is_constant(code, self.literal(test.operand))
        term = self._term(code)
        if term.parent is not None:
            return self._holds(test.behind(term.function), term.parent.term)
        if test.kind is Kind.AMONG and not test.any_case and not test.through and len(test.items.texts) <= MOST_ITEMS:
            equal = [self._is_constant(code, self.literal(item)) for item in test.items.texts]
            return z3.Or(equal) if equal else z3.BoolVal(False, self.context)
        return self._stated(term, test)

    def _is_constant(self, code: z3.ExprRef, constant: z3.ExprRef) -> z3.BoolRef:
        """Return whether a text is a constant."""
        if z3.is_int_value(code):
            return z3.BoolVal(code.eq(constant), self.context)
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, one, other = code.children()
            return z3.If(condition, self._is_constant(one, constant), self._is_constant(other, constant))
        term, test = self._term(code), language(Kind.EQUALS, self._constant(constant))
        if term.parent is None:
            return self._stated(term, test)
        return self.problem.once((test, term.term.get_id()), lambda: self._link(term, test))

    def _stated(self, term: TextTerm, test: Language) -> z3.BoolRef:
        """Return the formula of a test of a term, after what it has to do with the term's other tests was stated."""
        return self.problem.once((test, term.term.get_id()), lambda: self._state(term, test))

    def _state(self, term: TextTerm, test: Language) -> z3.BoolRef:
        key = (test, term.term.get_id())
        self._open.add(key)
        formula = self._own(term, test)
        for other, known in term.tests.items():
            self._relate((test, formula), (other, known))
        term.tests[test] = formula
        if term.length is not None:
            self._bound(term, test, formula)
        if test.kind is not Kind.VALUE and len(term.tied) <= MOST_TIED:
            for tied in term.tied:
                self._share(tied, test)
        self._open.discard(key)
        return formula

    def _own(self, term: TextTerm, test: Language) -> z3.BoolRef:
        """Return the formula that says of the term's code alone that the text passes a test."""
        if _is_equality(test):
            return term.term == self.literal(test.operand)
        return cast("z3.BoolRef", self._of(test, z3.BoolSort(self.context))(term.term))

    # --- what tests have to do with each other -------------------------------------------------------------------

    def _relate(self, one: tuple[Language, z3.BoolRef], other: tuple[Language, z3.BoolRef]) -> None:
        """State which answers two tests cannot have for the same text."""
        (test, formula), (second, known) = one, other
        constants = [_is_equality(test), _is_equality(second)]
        if all(constants):
            return
        if any(constants):
            (constant, is_it), (asked, answer) = (one, other) if constants[0] else (other, one)
            self.problem.fact(z3.Implies(is_it, answer if holds(asked, constant.operand) else z3.Not(answer)))
            return
        possible = pairs(test, second)
        for first_answer, second_answer in ((True, True), (True, False), (False, True), (False, False)):
            if (first_answer, second_answer) not in possible:
                not_first = z3.Not(formula) if first_answer else formula
                self.problem.fact(z3.Or(not_first, z3.Not(known) if second_answer else known))

    def _bound(self, term: TextTerm, test: Language, formula: z3.BoolRef) -> None:
        """State how long the texts are that pass a test, and those that do not."""
        told = classes((test,))
        assert term.length is not None, "asked for before"
        for each in told or ():
            bounds = [term.length >= each.shortest, *([] if each.longest is None else [term.length <= each.longest])]
            self.problem.fact(z3.Implies(formula if each.signature[0] else z3.Not(formula), z3.And(bounds)))

    def _tie(self, ones: Sequence[z3.ExprRef], others: Sequence[z3.ExprRef]) -> None:
        """Note that texts may be equal: what is asked of one has to do with what is asked of the other."""
        for one in (self._term(code) for code in ones if not z3.is_int_value(code)):
            for other in (self._term(code) for code in others if not z3.is_int_value(code)):
                for each, its in ((one, other), (other, one)):
                    if its not in each.tied:
                        each.tied.append(its)
                    if len(each.tied) <= MOST_TIED:
                        for test in list(_asked_of(each)):
                            self._share(its, test)

    def _share(self, term: TextTerm, test: Language) -> None:
        """State a test of a text of another one that may be equal to it."""
        deep = len(test.through) > (1 if term.parent is None else 0)  # a circle of functions would go on for ever
        if deep or (test, term.term.get_id()) in self._open:
            return
        if term.parent is None:
            self._stated(term, test)
        else:
            self.problem.once((test, term.term.get_id()), lambda: self._link(term, test))

    def _link(self, term: TextTerm, test: Language) -> z3.BoolRef:
        """Return whether what a function makes passes a test, said of what it is made of as well as of its code."""
        assert term.parent is not None and term.exists is not None, "made by a function"
        whole = self._holds(test.behind(term.function), term.parent.term)
        self.problem.fact(whole == z3.And(term.exists, self._own(term, test)))
        return whole


def _is_equality(test: Language) -> bool:
    return test.kind is Kind.EQUALS and not test.any_case and not test.through


def _asked_of(term: TextTerm) -> list[Language]:
    """Return the tests that are asked of a text, also where it is made by a function."""
    if term.parent is None:
        return [test for test in term.tests if test.kind is not Kind.VALUE]
    whole = [test.inside() for test in term.parent.tests if test.through[:1] == (term.function,)]
    return [test for test in whole if test.kind is not Kind.ANY]


def _leaves(code: z3.ExprRef) -> list[z3.ExprRef]:
    """Return the texts between which a term chooses."""
    if not z3.is_app_of(code, z3.Z3_OP_ITE):
        return [code]
    _, one, other = code.children()
    return [*_leaves(one), *_leaves(other)]


@lru_cache(maxsize=64)
def _items(texts: tuple[str, ...]) -> Items:
    return Items(texts)
