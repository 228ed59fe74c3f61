"""Texts into codes: equal texts have equal codes, and tests are functions of the code, exact for the texts that occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import z3

from revrules import ir
from revrules.backends.smt.terms import Term
from revrules.runtime.patterns import compile_pattern, matches
from revrules.runtime.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from revrules.backends.smt.problem import Problem


class Texts:
    """The texts of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.literals: dict[str, int] = {}
        self.tests: dict[str, tuple[z3.FuncDeclRef, Callable[[str], object]]] = {}

    def literal(self, text: str) -> z3.ArithRef:
        """Return the code of a text that occurs in the ruleset."""
        code = self.literals.setdefault(text, len(self.literals))
        return z3.IntVal(code, self.problem.context)

    def field(self, code: z3.ExprRef, declared: ir.FieldDecl) -> None:
        """State what a text field can hold."""
        del declared
        self.problem.fact(cast("z3.ArithRef", code) >= 0)

    def test(self, op: ir.TextOp, code: z3.ExprRef, pattern: z3.ExprRef, written: ir.Expr, any_case: bool) -> z3.BoolRef:
        """Return whether a text contains, starts or ends with, or equals another."""
        if isinstance(written, ir.Literal) and isinstance(written.value, str):
            return self._function(f"{op} {any_case} {written.value!r}", _test(op, written.value, any_case), code)
        return z3.Bool(self.problem.name("text test"), self.problem.context)

    def matches(self, code: z3.ExprRef, pattern: str, any_case: bool) -> z3.BoolRef:
        """Return whether a text matches a pattern."""
        compiled = compile_pattern(pattern, any_case=any_case)
        return self._function(f"matches {any_case} {pattern!r}", lambda text: matches(compiled, text), code)

    def among(self, code: z3.ExprRef, items: Sequence[str], any_case: bool) -> z3.BoolRef:
        """Return whether a text is one of ``items``."""
        if any_case or len(items) > 50:
            folded = frozenset(map(fold, items)) if any_case else frozenset(items)
            return self._function(
                f"among {any_case} {hash(folded)}", lambda text: (fold(text) if any_case else text) in folded, code
            )
        return z3.Or([cast("z3.ArithRef", code) == self.literal(item) for item in items])

    def call(self, function: str, operand: Term) -> Term:
        """Return the text, or the length, that a function makes of a text."""
        code = cast("z3.ArithRef", operand.term)
        result = z3.Function(function, z3.IntSort(self.problem.context), z3.IntSort(self.problem.context))(code)
        known = z3.Function(f"{function}?", z3.IntSort(self.problem.context), z3.BoolSort(self.problem.context))(code)
        self.problem.fact(cast("z3.ArithRef", result) >= 0)
        return Term(z3.And(operand.known, known), result)

    def text(self, model: z3.ModelRef, code: int) -> str:
        """Return a text that has this code in ``model``."""
        for text, own in self.literals.items():
            if own == code:
                return text
        return f"text {code}"

    def _function(self, name: str, test: Callable[[str], object], code: z3.ExprRef) -> z3.BoolRef:
        function = z3.Function(name, z3.IntSort(self.problem.context), z3.BoolSort(self.problem.context))
        for text in list(self.literals):
            holds = function(self.literal(text))
            self.problem.fact(holds if test(text) else z3.Not(holds))
        return cast("z3.BoolRef", function(code))


def _test(op: ir.TextOp, pattern: str, any_case: bool) -> Callable[[str], bool]:
    part = fold(pattern) if any_case else pattern

    def holds(text: str) -> bool:
        whole = fold(text) if any_case else text
        match op:
            case ir.TextOp.CONTAINS:
                return part in whole
            case ir.TextOp.STARTS:
                return whole.startswith(part)
            case ir.TextOp.ENDS:
                return whole.endswith(part)
            case ir.TextOp.EQUALS:
                return whole == part

    return holds
