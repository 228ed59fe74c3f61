"""A record that two versions judge otherwise into the clauses that are responsible: what is written otherwise, and decides."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeAlias

from revrules import ir
from revrules.backends.program import ValuesProgram
from revrules.backends.python import generate_values
from revrules.proofs.phrases import brief, phrase
from revrules.reads import children, definition_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from revrules.impact.decisions import Asked
    from revrules.impact.naming import Naming
    from revrules.ir import Expr, Ruleset
    from revrules.tables.columns import Record

Both: TypeAlias = "tuple[Expr, Expr]"
AGGREGATES = (ir.Count, ir.Sum, ir.Extreme, ir.Pick)
"""What is inside them is about other records than the one at hand."""
DEEPEST = 60
"""Definitions and parts inside one another that are followed."""


class Version:
    """One version, and the values of its expressions: code for each is made when it is first asked for."""

    def __init__(self, ruleset: Ruleset, moment: datetime) -> None:
        self.ruleset = ruleset
        self.definitions = {definition.id: definition for definition in ruleset.definitions}
        self.moment = moment
        self._functions: dict[int, tuple[Expr, Callable[[Record], object]]] = {}

    def function(self, expr: Expr) -> Callable[[Record], object]:
        """Return ``expr`` as a function of a typed record, None where the value is missing."""
        known = self._functions.get(id(expr))
        if known is None:
            (made,) = ValuesProgram(generate_values(self.ruleset, (expr,))).bind(self.moment)
            known = self._functions[id(expr)] = expr, made
        return known[1]


class Clauses:
    """Finds where two expressions of the two versions part for a record: first by values, then by what is written."""

    def __init__(self, old: Version, new: Version, naming: Naming) -> None:
        self.old, self.new, self.naming = old, new, naming
        self._groups: dict[tuple[str, int], Expr] = {}

    def between(self, pair: Both, asked: Asked, place: str) -> tuple[str, ...]:
        """Return the clauses for which ``pair`` has another value for the record; ``place`` says where it stands."""
        found = tuple(dict.fromkeys(self._descend(pair, asked, place, 0)))
        return found or tuple(dict.fromkeys(self._written(pair, place, set())))

    def differ(self, pair: Both, asked: Asked) -> bool:
        """Return whether the two have different values for the record."""
        return asked.differ(pair, self.old, self.new)

    # --- by values ---

    def _descend(self, pair: Both, asked: Asked, place: str, depth: int) -> Iterator[str]:
        """Yield the clauses below a pair whose values differ; nothing where they lie out of sight."""
        if depth > DEEPEST:
            return
        one, two = pair
        if isinstance(one, AGGREGATES) or isinstance(two, AGGREGATES):
            yield from self._written(pair, place, set())
            return
        one, two = pair = self._as_groups(pair)
        inner = [each for each in _parts(self.naming, pair) if self._visibly_differ(each, asked)]
        lone = list(self._lone(pair, asked, place))
        if isinstance(one, ir.Ref) and isinstance(two, ir.Ref):
            yield from self._of_definitions(one, two, asked, place, depth)
            return
        if isinstance(one, ir.Field) and isinstance(two, ir.Field) and self.naming.alike(one, two):
            if not one.path and not one.up:
                yield f"field `{two.name}` is read otherwise"
            return
        below = [
            clause
            for each in inner
            if not all(isinstance(part, ir.Literal) for part in each)  # told with what compares it
            for clause in self._descend(each, asked, place, depth + 1)
        ]
        written = [] if self.naming.alike(one, two) else [*lone, *_here(self.naming, pair, place)]
        if isinstance(one, ir.And | ir.Or | ir.AtLeast | ir.Not):
            yield from (*below, *lone)
            if not below and not lone:
                yield from written
            return
        yield from (*written, *below)
        if not written and not below:
            yield from self._declared(pair)

    def _of_definitions(self, one: ir.Ref, two: ir.Ref, asked: Asked, place: str, depth: int) -> Iterator[str]:
        if one.path or one.up or two.path or two.up:
            yield from self._written((one, two), place, set())
            return
        if self.naming.definitions.get(two.definition) != one.definition:
            yield _told(f"{phrase(one)} → {phrase(two)}", place)
            return
        inner = self.old.definitions[one.definition].expr, self.new.definitions[two.definition].expr
        yield from self._descend(inner, asked, f"`{definition_name(two.definition)}`", depth + 1)

    def _visibly_differ(self, pair: Both, asked: Asked) -> bool:
        """Return whether the values differ; for what no value is to be had, whether it is written otherwise."""
        if any(map(_out_of_sight, pair)):
            return not self.naming.alike(*pair)
        return self.differ(pair, asked)

    def _lone(self, pair: Both, asked: Asked, place: str) -> Iterator[str]:
        """Yield the operands that only one of the two has, where they matter to it."""
        one, two = pair
        if type(one) is not type(two) or not isinstance(one, ir.And | ir.Or):
            return
        neutral = isinstance(one, ir.And)
        for version, own, other, word in ((self.new, two, one, "added"), (self.old, one, two, "dropped")):
            is_new = version is self.new
            for operand in _unpaired(self.naming, own, other, is_new=is_new):
                if not asked.is_(neutral, operand, version, is_new=is_new):
                    yield _told(f"{brief(operand)} {word}", place)

    def _as_groups(self, pair: Both) -> Both:
        """Return both as conditions of several operands where one of them is: `a` beside `a and b` is an `and` of one."""
        one, two = pair
        for kind in (ir.And, ir.Or):
            if isinstance(one, kind) != isinstance(two, kind):
                return (one, self._alone(kind, two)) if isinstance(one, kind) else (self._alone(kind, one), two)
        return pair

    def _alone(self, kind: type[ir.And] | type[ir.Or], expr: Expr) -> Expr:
        return self._groups.setdefault((kind.__name__, id(expr)), kind((expr,)))

    def _declared(self, pair: Both) -> Iterator[str]:
        """Yield what a node that is written alike names, and is declared otherwise."""
        for one, two in zip(_nodes(pair[0]), _nodes(pair[1]), strict=False):
            match one, two:
                case ir.InList(_, before), ir.InList(_, after):
                    if self.old.ruleset.value_list(before).items != self.new.ruleset.value_list(after).items:
                        yield f"list `{after}`"
                case ((ir.Table(before) | ir.Collects(before)), (ir.Table(after) | ir.Collects(after))):
                    if _rows(self.old.ruleset, before) != _rows(self.new.ruleset, after):
                        yield f"table of `{definition_name(after)}`"
                case ir.BusinessShift(), ir.BusinessShift():
                    if self.old.ruleset.calendar(one.calendar) != self.new.ruleset.calendar(two.calendar):
                        yield f"calendar `{two.calendar}`"
                case ((ir.Today() | ir.DateOf()), _) if self.old.ruleset.timezone != self.new.ruleset.timezone:
                    yield f"time zone {self.old.ruleset.timezone} → {self.new.ruleset.timezone}"

    # --- by what is written ---

    def _written(self, pair: Both, place: str, seen: set[str]) -> Iterator[str]:
        """Yield what is written otherwise in ``pair`` or in what it refers to, whether or not it shows in a value."""
        one, two = pair
        if not self.naming.alike(one, two):
            parts = [
                part
                for part in _parts(self.naming, pair)
                if not self.naming.alike(*part) and not all(isinstance(each, ir.Literal) for each in part)
            ]
            below = [clause for part in parts for clause in self._written(part, place, seen)]
            yield from below or _here(self.naming, pair, place)
            return
        yield from self._declared(pair)
        for before, after in zip(_nodes(one), _nodes(two), strict=False):
            if isinstance(before, ir.Ref) and isinstance(after, ir.Ref) and after.definition not in seen:
                seen.add(after.definition)
                first, second = self.old.definitions.get(before.definition), self.new.definitions.get(after.definition)
                if first is not None and second is not None:
                    name = f"`{definition_name(after.definition)}`"
                    yield from self._written((first.expr, second.expr), name, seen)


# --- pairs of parts ----------------------------------------------------------------------------------------------


def _parts(naming: Naming, pair: Both) -> list[Both]:
    """Return the parts of two expressions that correspond: those written alike, then by their order."""
    one, two = pair
    if type(one) is not type(two):
        return []
    ours, theirs = children(one), children(two)
    if not isinstance(one, ir.And | ir.Or | ir.AtLeast | ir.Points | ir.Choose):
        return list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else []
    found, left, right = _matched(naming, ours, theirs)
    if len(left) == len(right):
        found += zip(left, right, strict=True)
    return found


def _matched(naming: Naming, ours: Iterable[Expr], theirs: Iterable[Expr]) -> tuple[list[Both], list[Expr], list[Expr]]:
    """Return the pairs that are written alike, and what is left of either side."""
    found: list[Both] = []
    left, right = list(ours), list(theirs)
    for operand in list(left):
        other = next((each for each in right if naming.alike(operand, each)), None)
        if other is not None:
            found.append((operand, other))
            left = [each for each in left if each is not operand]
            right = [each for each in right if each is not other]
    return found, left, right


def _unpaired(naming: Naming, own: Expr, other: Expr, *, is_new: bool) -> list[Expr]:
    sides = (children(other), children(own)) if is_new else (children(own), children(other))
    _, left, right = _matched(naming, *sides)
    return [] if len(left) == len(right) else right if is_new else left


def _nodes(expr: Expr) -> Iterator[Expr]:
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)


def _out_of_sight(expr: Expr) -> bool:
    """Return whether ``expr`` speaks of a record inside an aggregate, which is not the one at hand."""
    return bool(getattr(expr, "up", 0))


# --- words -------------------------------------------------------------------------------------------------------


def _here(naming: Naming, pair: Both, place: str) -> list[str]:
    """Return how two expressions differ themselves, apart from their parts; the whole of small ones."""
    one, two = pair
    if isinstance(one, ir.Points) and isinstance(two, ir.Points):
        return [_told(text, place) for text in _points(naming, one, two)]
    if isinstance(one, ir.Choose) and isinstance(two, ir.Choose):
        outer = [(each.mode, [member for _, member in each.branches], each.otherwise) for each in (one, two)]
        return [] if outer[0] == outer[1] else [_told("the branches are others", place)]
    if type(one) is type(two) and isinstance(one, ir.Compare | ir.RangedCompare) and isinstance(two, type(one)):
        if naming.alike(one.left, two.left) and one.op is two.op:
            return [_told(f"{brief(one.left)} {one.op} {brief(one.right)} → {brief(two.right)}", place)]
        if naming.alike(one.left, two.left) and naming.alike(one.right, two.right):
            return [_told(f"{brief(one.left)} {one.op} → {two.op} {brief(one.right)}", place)]
        if naming.alike(one.right, two.right):
            return []
    inner = zip(children(one), children(two), strict=False)
    constants = any(isinstance(a, ir.Literal) and isinstance(b, ir.Literal) and not naming.alike(a, b) for a, b in inner)
    if type(one) is type(two) and _shallow(one) == _shallow(two) and children(one) and not constants:
        return []
    before, after = brief(one), brief(two)
    return [_told(f"{before} → {after}" if before != after else before, place)]


def _points(naming: Naming, one: ir.Points, two: ir.Points) -> Iterator[str]:
    """Yield the lines of a score that give other points."""
    lines = {str(naming.plain(line.condition, is_new=False)): line for line in one.lines}
    for line in two.lines:
        before = lines.pop(str(naming.plain(line.condition, is_new=True)), None)
        if before is None:
            yield f"{line.points} points for {brief(line.condition)}"
        elif (before.points, before.up_to) != (line.points, line.up_to):
            yield f"points for {brief(line.condition)} {before.points} → {line.points}"
    yield from (f"no points for {brief(line.condition)}" for line in lines.values())
    if (one.base, one.low, one.high) != (two.base, two.low, two.high):
        yield "base or limits of the score"


def _shallow(expr: Expr) -> object:
    """Return a node without its parts."""
    inner = set(map(id, children(expr)))
    found: list[object] = [type(expr).__name__]
    for each in fields(expr):
        value = getattr(expr, each.name)
        if each.name not in ("span", "type") and id(value) not in inner:
            found.append(len(value) if isinstance(value, tuple) and any(id(part) in inner for part in value) else value)
    return tuple(map(str, found))


def _rows(ruleset: Ruleset, name: str) -> object:
    table = ruleset.table(name)
    rows = tuple((tuple(table.cell(row, at) for at in range(len(table.columns))), row.output) for row in table.rows)
    return rows, table.mode, table.otherwise


def _told(text: str, place: str) -> str:
    return f"{text} ({place})" if place else text
