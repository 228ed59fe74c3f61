"""A lifecycle into the functions ``stage`` and ``unmet``: nested tests that follow the edges, fields read when needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.python.code import FALSE, NOT, NOTHING, TRUE, Facts, Py, block, negated
from revrules.backends.python.expressions import test
from revrules.backends.python.scope import Scope
from revrules.reads import condition_of

if TYPE_CHECKING:
    from revrules.backends.python.graph import Graph, Way
    from revrules.backends.python.module import Module

LARGEST = 24
"""Tests that are written out again for a stage that several edges enter; beyond it the stage has a function."""
DEEPEST = 10
"""Levels of indentation; CPython takes 100."""
LONGEST = 40
"""Stages that one function passes."""


class Walk(ABC):
    """Writes the functions that follow the edges of one lifecycle. ``name`` is the first one's, of the record at hand."""

    def __init__(self, module: Module, graph: Graph, name: str) -> None:
        self.module = module
        self.graph = graph
        self.name = name
        self._numbers = {stage.name: number for number, stage in enumerate(graph.lifecycle.stages)}
        self._called: list[str] = []
        self.parameters = "record, memo"
        self._in_function = False
        self.path: list[str] = []
        """The stages passed since the function began."""

    def write(self) -> None:
        """Write the function that starts nowhere, and those that it needs."""
        scope = Scope(self.module)
        head, facts = self._head(scope)
        body = self._from(scope, None, facts, 0)
        memo = ["memo = {}"] if scope.uses_memo else []
        self.module.define(self.name, "record", [*memo, *head, *body])
        self._write_called()

    def _head(self, scope: Scope) -> tuple[list[str], Facts]:
        """Return the lines before the first test, and what is known after them."""
        return [], NOTHING

    @abstractmethod
    def _from(self, scope: Scope, source: str | None, facts: Facts, depth: int) -> list[str]:
        """Return the lines that place a record that has come as far as ``source``; they always return."""

    def _go(self, scope: Scope, target: str, facts: Facts, depth: int) -> list[str]:
        """Return the lines for a record that has reached ``target``."""
        again = self.graph.entered[target] > 1 and self.graph.size(target) > LARGEST
        if not self.graph.is_end(target) and (again or depth > DEEPEST or len(self.path) > LONGEST):
            return self._call(scope, target)
        self.path.append(target)
        lines = self._from(scope, target, facts, depth)
        self.path.pop()
        return lines

    def _call(self, scope: Scope, target: str) -> list[str]:
        """Return the lines that leave a record at ``target`` to a function, which is written later."""
        if target not in self._called:
            self._called.append(target)
        scope.uses_memo = True
        return [f"return {self._name_of(target)}({self._arguments(target)})"]

    def _name_of(self, target: str) -> str:
        return f"{self.name}_from_{self._numbers[target]}"

    def _write_called(self) -> None:
        """Write the functions that others call; they may call further ones."""
        self._in_function = True
        for target in self._called:
            self.path = []
            self.module.define(self._name_of(target), self.parameters, self._from(Scope(self.module), target, NOTHING, 0))

    def _arguments(self, target: str) -> str:
        """Return what the function for ``target`` is called with."""
        return self.parameters


class StageWalk(Walk):
    """Writes ``stage(record)``: the stage alone, every gate tested as far as it takes to know."""

    def _from(self, scope: Scope, source: str | None, facts: Facts, depth: int) -> list[str]:
        lines: list[str] = []
        ways = self.graph.ways[source]
        for way in ways:
            found = test(scope, way.enabled, True, facts)
            if found.py == FALSE:
                continue
            if found.py == TRUE:
                return [*lines, *self._go(scope, way.target.name, found.if_true, depth)]
            if way is ways[-1] and not self.graph.is_end(way.target.name):
                lines += [f"if {negated(found.py).text}:", f"    return {source!r}"]
                return [*lines, *self._go(scope, way.target.name, found.if_true, depth)]
            taken = self._go(scope, way.target.name, found.if_true, depth + 1)
            lines += block(f"if {found.py.text}", taken)
            facts = found.if_false
        return [*lines, f"return {source!r}"]


class Step(NamedTuple):
    """A way out of a stage: the lines before it, the text of its mask, whether it is open, what is known then and else."""

    lines: list[str]
    mask: str
    open_: Py
    if_open: Facts
    facts: Facts
    bit: int


class UnmetWalk(Walk):
    """Writes ``unmet(record)``: the stage, and the criteria of each next stage that are not met.

    A number holds one bit for each criterion of the ways out of a stage; the answers by number are made when first asked for.
    """

    def _from(self, scope: Scope, source: str | None, facts: Facts, depth: int) -> list[str]:
        ways = self.graph.ways[source]
        if not ways:
            return [self._answer(source, ["0"])]
        lines: list[str] = []
        masks: list[str] = []
        bit = 1
        for way in ways:
            step = self._step(scope, way, f"m{len(masks)}", facts, bit)
            lines += step.lines
            passed = self._passed_over(scope, ways[: len(masks)], step.if_open)
            if step.open_ == TRUE:
                return [*lines, *passed, *self._go(scope, way.target.name, step.if_open, depth)]
            if way is ways[-1] and not self.graph.is_end(way.target.name):
                lines += [f"if {negated(step.open_).text}:", f"    {self._answer(source, [*masks, step.mask])}"]
                return [*lines, *passed, *self._go(scope, way.target.name, step.if_open, depth)]
            taken = [*passed, *self._go(scope, way.target.name, step.if_open, depth + 1)]
            lines += block(f"if {step.open_.text}", taken)
            masks.append(step.mask)
            facts, bit = step.facts, step.bit
        return [*lines, self._answer(source, masks)]

    def _step(self, scope: Scope, way: Way, mask: str, facts: Facts, bit: int) -> Step:
        """Return the lines that tell whether ``way`` is open, and else which of its criteria are not met."""
        if len(way.names) == 1 and (way.stamped is None or way.target.requires is None):
            found = test(scope, way.enabled, True, facts)
            return Step([], str(bit), found.py, found.if_true, found.if_false, bit * 2)
        lines, after, held, bit = way_bits(scope, way, mask, facts, bit)
        if not lines:
            return Step([], "0", TRUE, facts, facts, bit)
        return Step([f"{mask} = 0", *lines], mask, Py(f"not {mask}", NOT), held | after, after, bit)

    def _passed_over(self, scope: Scope, ways: tuple[Way, ...], facts: Facts) -> list[str]:
        """Return the lines that note which ``ways`` were not taken when a later one is."""
        return []

    def _answer(self, source: str | None, masks: list[str]) -> str:
        return f"return {self._answers(source)}[{' + '.join(masks)}]"

    def _answers(self, source: str | None) -> str:
        """Return the constant that gives the answer at a stage by the number of what is not met there."""
        ways = tuple((way.target.name, way.names) for way in self.graph.ways[source])
        return self.module.constant(f"{self.module.use('Answers', 'answers')}({source!r}, {ways!r})", "ANSWERS")


def way_bits(scope: Scope, way: Way, mask: str, facts: Facts, bit: int) -> tuple[list[str], Facts, Facts, int]:
    """Return the lines that add to ``mask`` the bits of the criteria of ``way`` that are not met, none where it is open.

    Also what is known after them, what is known if they added nothing, and the next free bit.
    """
    lines: list[str] = []
    after = held = facts
    if way.when is not None:
        lines, after, held, bit = bits(scope, way.when, mask, facts, bit)
    if way.requires is None:
        return lines, after, held, bit
    if way.stamped is None or way.target.requires is None:
        written, after, asked, bit = bits(scope, way.requires, mask, after, bit)
        return [*lines, *written], after, held | asked, bit
    stamped = test(scope, way.stamped, False, after)
    written, _, _, bit = bits(scope, way.requires, mask, stamped.if_true, bit)
    if not written:  # always met: the stamp is not asked, and nothing is known of it
        return lines, after, held, bit
    after = stamped.if_true & stamped.if_false
    return [*lines, *block(f"if {stamped.py.text}", written)], after, held | after, bit


def bits(scope: Scope, criteria: ir.Criteria, mask: str, facts: Facts, bit: int) -> tuple[list[str], Facts, Facts, int]:
    """Return the lines that add to ``mask`` the bits of the criteria that are not met, as ``way_bits`` does.

    A group that is met adds nothing, whatever its members.
    """
    if isinstance(criteria, ir.Criterion):
        found = test(scope, criteria.condition, True, facts)
        after = found.if_true & found.if_false
        if found.py == TRUE:
            return [], facts, facts, bit * 2
        return [f"if {negated(found.py).text}:", f"    {mask} += {bit}"], after, found.if_true, bit * 2
    lines: list[str] = []
    if criteria.kind is ir.GroupKind.ALL:
        held = facts
        for member in criteria.members:
            written, facts, member_held, bit = bits(scope, member, mask, facts, bit)
            lines += written
            held |= member_held
        return lines, facts, held, bit
    found = test(scope, condition_of(criteria), True, facts)
    inside = found.if_false
    for member in criteria.members:
        written, inside, _, bit = bits(scope, member, mask, inside, bit)
        lines += written
    if found.py == TRUE or not lines:
        return [], facts, facts, bit
    after = found.if_true & found.if_false
    return block(f"if {negated(found.py).text}", lines), after, found.if_true, bit
