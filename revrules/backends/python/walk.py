"""A lifecycle into the functions ``stage`` and ``unmet``: nested tests that follow the edges, fields read when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.python.code import AND, FALSE, NOT, NOTHING, OR, TRUE, Facts, Py, negated
from revrules.backends.python.expressions import test
from revrules.backends.python.graph import Graph, Way, leaves
from revrules.backends.python.scope import Scope

if TYPE_CHECKING:
    from revrules.backends.python.module import Module

LARGEST = 24
"""Tests that are written out again for a stage that several edges enter; beyond it the stage has a function."""
DEEPEST = 10
"""Levels of indentation; CPython takes 100."""


class Walk:
    """Writes the functions that follow the edges of one lifecycle. ``name`` is the first one's, of the record at hand."""

    def __init__(self, module: Module, graph: Graph, name: str) -> None:
        self.module = module
        self.graph = graph
        self.name = name
        self._numbers = {stage.name: number for number, stage in enumerate(graph.lifecycle.stages)}
        self._written: set[str] = set()

    def write(self) -> None:
        """Write the function that starts nowhere, and those that it needs."""
        scope = Scope(self.module)
        body = self._from(scope, None, NOTHING, 0)
        head = [f"def {self.name}(record):"] + (["    memo = {}"] if scope.uses_memo else [])
        self.module.functions.append([*head, *(f"    {line}" for line in body)])

    def _from(self, scope: Scope, source: str | None, facts: Facts, depth: int) -> list[str]:
        """Return the lines that place a record that has come as far as ``source``; they always return."""
        raise NotImplementedError

    def _go(self, scope: Scope, target: str, facts: Facts, depth: int) -> list[str]:
        """Return the lines for a record that has reached ``target``."""
        again = self.graph.entered[target] > 1 and self.graph.size(target) > LARGEST
        if not self.graph.is_end(target) and (again or depth > DEEPEST):
            name = f"{self.name}_from_{self._numbers[target]}"
            if target not in self._written:
                self._written.add(target)
                inner = Scope(self.module)
                body = self._from(inner, target, NOTHING, 0)
                self.module.functions.append([f"def {name}(record, memo):", *(f"    {line}" for line in body)])
            return [f"return {name}({scope.arguments()})"]
        return self._from(scope, target, facts, depth)


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
            lines += [f"if {found.py.text}:", *(f"    {line}" for line in taken)]
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
            return [f"return {self._answers(source)}[0]"]
        lines: list[str] = []
        masks: list[str] = []
        bit = 1
        for way in ways:
            step = self._step(scope, way, f"m{len(masks)}", facts, bit)
            last = way is ways[-1] and not self.graph.is_end(way.target.name)
            lines += step.lines
            if step.open_ == TRUE:
                return [*lines, *self._go(scope, way.target.name, step.if_open, depth)]
            if last:
                lines += [f"if {negated(step.open_).text}:", f"    {self._answer(source, [*masks, step.mask])}"]
                return [*lines, *self._go(scope, way.target.name, step.if_open, depth)]
            taken = self._go(scope, way.target.name, step.if_open, depth + 1)
            lines += [f"if {step.open_.text}:", *(f"    {line}" for line in taken)]
            masks.append(step.mask)
            facts, bit = step.facts, step.bit
        return [*lines, self._answer(source, masks)]

    def _step(self, scope: Scope, way: Way, mask: str, facts: Facts, bit: int) -> Step:
        """Return the lines that tell whether ``way`` is open, and else which of its criteria are not met."""
        simple = len(way.criteria) == 1 and isinstance(way.criteria[0], ir.Criterion) and way.target.stamped_by is None
        if simple:
            found = test(scope, way.enabled, True, facts)
            return Step([], str(bit), found.py, found.if_true, found.if_false, bit * 2)
        lines = [f"{mask} = 0"]
        if_open = after = facts
        first = bit
        for criteria in way.criteria:
            written, after, held, bit = bits(scope, criteria, mask, after, bit)
            lines += written
            if_open |= held
        if not way.criteria:
            return Step([], "0", TRUE, facts, facts, bit)
        if way.target.stamped_by is None or way.target.requires is None:
            return Step(lines, mask, Py(f"not {mask}", NOT), if_open | after, after, bit)
        stamped = test(scope, ir.Known(way.target.stamped_by), True, after)
        passed = f"not {mask} & {first} and {stamped.py.at(AND)}" if len(way.criteria) > 1 else stamped.py.text
        return Step(lines, mask, Py(f"not {mask} or {passed}", OR), after, after, bit)

    def _answer(self, source: str | None, masks: list[str]) -> str:
        return f"return {self._answers(source)}[{' + '.join(masks)}]"

    def _answers(self, source: str | None) -> str:
        """Return the constant that gives the answer at a stage by the number of what is not met there."""
        ways = tuple(
            (way.target.name, tuple(leaf.name for criteria in way.criteria for leaf in leaves(criteria)))
            for way in self.graph.ways[source]
        )
        return self.module.constant(f"{self.module.use('Answers', 'answers')}({source!r}, {ways!r})", "ANSWERS")


def bits(scope: Scope, criteria: ir.Criteria, mask: str, facts: Facts, bit: int) -> tuple[list[str], Facts, Facts, int]:
    """Return the lines that add to ``mask`` the bits of the criteria that are not met, as ``_mask`` does.

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
    if found.py == TRUE:
        return [], facts, facts, bit
    after = found.if_true & found.if_false
    return [f"if {negated(found.py).text}:", *(f"    {line}" for line in lines)], after, found.if_true, bit


def condition_of(criteria: ir.Criteria) -> ir.Expr:
    """Return what a group of criteria says, as one expression."""
    if isinstance(criteria, ir.Criterion):
        return criteria.condition
    operands = tuple(condition_of(member) for member in criteria.members)
    match criteria.kind:
        case ir.GroupKind.ALL:
            return ir.And(operands)
        case ir.GroupKind.ANY:
            return ir.Or(operands)
        case ir.GroupKind.AT_LEAST:
            return ir.AtLeast(criteria.count, operands)
