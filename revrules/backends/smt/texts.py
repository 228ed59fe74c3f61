"""Tests of texts into formulas: a text is a code, equal for equal texts, and a test of a text is true or false.

What the tests of a text have to do with each other is said when a model breaks it, of those that the model speaks of: first by
twos, then by the automata of all, so that nothing is left open but tests of one variable text against another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import z3

from revrules import ir
from revrules.backends.smt import text_models
from revrules.backends.smt.languages import FUNCTIONS, SAME_LENGTH, Items, Kind, Language, among, holds, language, values
from revrules.backends.smt.plausible import hints
from revrules.backends.smt.terms import Reading, Term
from revrules.backends.smt.text_models import Coded, Comparison, PairTest, Spoken, TextTerm, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.smt.problem import Problem

MOST_ITEMS = 8
"""Items of a set that are told apart by their codes; of a larger one it is a function of the code whether it has a text."""
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
    """A text of whose tests nothing was said yet."""

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
        self.spoken = Spoken()
        self._constants: dict[int, str] = {}
        self._held: list[z3.ExprRef] = []  # terms whose numbers are keys: no other term may get them
        self._coded: Coded | None = None

    # --- terms ---------------------------------------------------------------------------------------------------

    def literal(self, text: str) -> z3.ArithRef:
        """Return the code of a text that occurs in the ruleset."""
        code = self.spoken.code(text)
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
        return self.coded(Reading(model)).texts.get(code, f"text {code}")

    def coded(self, reading: Reading) -> Coded:
        """Return the text terms as they are in a model."""
        if self._coded is None or self._coded.reading.model is not reading.model:
            self._coded = Coded(self.spoken, reading)
        return self._coded

    def _term(self, code: z3.ExprRef) -> TextTerm:
        """Return the text term that is ``code``, which is no choice between others and no constant."""
        found = self.spoken.terms.get(code.get_id())
        if found is None:
            found = self.spoken.terms[code.get_id()] = TextTerm(cast("z3.ArithRef", code))
        lowest = len(
            self.spoken.terms
        )  # other than other texts' while nothing speaks for it; any code beyond stands for any text
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
        some = language(Kind.ANY).behind(function)
        exists = z3.BoolVal(True, self.context) if function in SAME_LENGTH else self._holds(some, code)
        if function not in parent.makes:
            made = parent.makes[function] = self._term(z3.Int(self.problem.name(function), self.context))
            made.function, made.parent, made.exists = function, parent, exists
        return exists, self._term(parent.makes[function].term).term

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
        term.length = z3.Int(self.problem.name("length"), self.context)
        self.problem.fact(term.length >= 0)
        self.problem.fact(z3.Implies(self.problem.plausible, term.length <= MOST_PLAUSIBLE))
        return term.length

    def _constant(self, code: z3.ExprRef) -> str:
        return self._constants[cast("z3.IntNumRef", code).as_long()]

    def _compared(self, code: z3.ExprRef) -> str:
        """Return the constant that is ``code``, and note that a text is compared with it."""
        text = self._constant(code)
        self.spoken.compare(text)
        return text

    # --- tests ---------------------------------------------------------------------------------------------------

    def same(self, one: z3.ExprRef, other: z3.ExprRef) -> z3.BoolRef:
        """Return whether two texts are equal."""
        if z3.is_int_value(one):
            one, other = other, one
        if z3.is_int_value(other) and not z3.is_int_value(one):
            return self._is_constant(one, other)
        return self.problem.once(("same", one.get_id(), other.get_id()), lambda: self._begin_same(one, other))

    def _begin_same(self, one: z3.ExprRef, other: z3.ExprRef) -> z3.BoolRef:
        formula = self._truth(Kind.EQUALS)
        leaves = [*_leaves(one), *_leaves(other)]
        terms = tuple(self._term(code) for code in leaves if not z3.is_int_value(code))
        for code in leaves:
            if z3.is_int_value(code):
                self._compared(code)
        self.spoken.comparisons.append(Comparison(formula, terms))
        self._held += (one, other)
        self.problem.fact(formula == (one == other))
        return formula

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
        key = (kind, any_case, text.term.get_id(), part.term.get_id())
        return self.problem.once(key, lambda: self._begin_against(PairTest(kind, any_case, text, part, self._truth(kind))))

    def _begin_against(self, test: PairTest) -> z3.BoolRef:
        self.spoken.pair_tests.append(test)
        self.problem.fact(z3.Implies(test.text.term == test.part.term, test.formula))
        return test.formula

    def _truth(self, kind: Kind) -> z3.BoolRef:
        return z3.Bool(self.problem.name(f"text {kind}"), self.context)

    def _holds(self, test: Language, code: z3.ExprRef) -> z3.BoolRef:
        """Return whether a text passes a test."""
        if z3.is_int_value(code):
            return z3.BoolVal(holds(test, self._constant(code)), self.context)
        if z3.is_app_of(code, z3.Z3_OP_ITE):
            condition, one, other = code.children()
            return z3.If(condition, self._holds(test, one), self._holds(test, other))
        if test.is_constant:
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
        term, test = self._term(code), language(Kind.EQUALS, self._compared(constant))
        if term.parent is None:
            return self._stated(term, test)
        return self.problem.once((test, term.term.get_id()), lambda: self._made_constant(term, test))

    def _stated(self, term: TextTerm, test: Language) -> z3.BoolRef:
        """Return the formula of a test of a variable text."""
        if test not in term.tests:
            constant = self.literal(test.operand) if test.is_constant else None
            term.tests[test] = self._truth(test.kind) if constant is None else term.term == constant
        return term.tests[test]

    def _made_constant(self, term: TextTerm, test: Language) -> z3.BoolRef:
        """Return whether what a function makes is a constant, said of what it is made of as well as of its code."""
        assert term.parent is not None and term.exists is not None, "made by a function"
        whole = self._holds(test.behind(term.function), term.parent.term)
        self.problem.fact(whole == z3.And(term.exists, term.term == self.literal(test.operand)))
        return whole


def _leaves(code: z3.ExprRef) -> list[z3.ExprRef]:
    """Return the texts between which a term chooses."""
    if not z3.is_app_of(code, z3.Z3_OP_ITE):
        return [code]
    _, one, other = code.children()
    return [*_leaves(one), *_leaves(other)]


@lru_cache(maxsize=64)
def _items(texts: tuple[str, ...]) -> Items:
    return Items(texts)
