"""Unknown ways into the missing fields on which they depend, as bit sets (language.md, section 9: reasons)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from revrules import ir
from revrules.backends.sql import bits, tree
from revrules.backends.sql.dialects import operator
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.scope import Aggregate
from revrules.backends.sql.unknown import unknown
from revrules.backends.sql.waiting import waiting
from revrules.backends.sql.ways import ALWAYS
from revrules.field_order import fields_of
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from revrules.backends.sql.placement import Walk
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.ways import Way

    Names: TypeAlias = tuple[str, ...]
    """The relations that lead to a record from the one that is placed."""
    Fields: TypeAlias = list[Sql]
    """A set of fields: integers of 62 bits."""

UNION_OF_ALL = operator(
    "all bits of the sets of a group",
    lambda sets: tree.call("BIT_OR", sets),
    snowflake=lambda sets: tree.call("BITOR_AGG", sets),
)


class Missing:
    """The missing fields of the ways of a walk that are unknown; ``names`` are all that there can be, by their bits."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self._unknown = [(way, spot) for spot in walk.plan.spots for way in walk.plan.ways(spot)]
        conditions = [expr for way, _ in self._unknown for expr in (way.own, way.gate)]
        self.names = fields_of(walk.scope.ruleset, walk.lifecycle.entity, conditions)
        self._bit = {name: position for position, name in enumerate(self.names)}
        self._none = [bits.NONE] * bits.words(len(self.names))
        self._gates: dict[tuple[ir.Stage, bool], Fields] = {}
        self._definitions: dict[tuple[Names, str], Fields] = {}
        self._ruleset = {definition.id: definition for definition in walk.scope.ruleset.definitions}

    def of_ways(self) -> Fields:
        """Return the fields on which the ways that are unknown and looked at depend."""
        return self._all(_where(tree.is_null(self.walk.state(way, spot)), self._of_way(way)) for way, spot in self._unknown)

    def of_condition(self, condition: ir.Expr) -> Fields:
        """Return the fields on which a condition of the record depends where it is unknown."""
        return self._of_missing([condition], self.walk.scope, ((),))

    def _of_way(self, way: Way) -> Fields:
        scope, around = self.walk.scope, ((),)
        alone = way.own == ALWAYS  # then an unknown way has an unknown gate
        if (way.target, alone) not in self._gates:
            fields = self._of(way.gate, scope, around) if alone else self._of_missing([way.gate], scope, around)
            self._gates[way.target, alone] = [scope.kept(word, f"missing for {way.target.name}") for word in fields]
        return self._all([self._of_missing([way.own], scope, around), self._gates[way.target, alone]])

    # --- expressions that are missing ---

    def _of(self, expr: ir.Expr, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return the fields on which ``expr``, which is missing, depends. ``around`` are the names of the records at hand."""
        match expr:
            case ir.Field(name, _, path, up):
                return self._field(".".join((*around[-1 - up], *path, name)))
            case ir.Ref():
                return self._definition(expr, scope, around)
            case ir.OrElse(first, second):
                return self._all([self._of(first, scope, around), self._of(second, scope, around)])
            case ir.If(condition, then, otherwise):
                holds = lower(condition, scope)
                found = [self._of(each, scope, around) for each in (condition, then, otherwise)]
                return _by_case([(unknown(condition, scope), found[0]), (holds, found[1])], found[2])
            case ir.Choose():
                return self._branches(expr, scope, around)
            case ir.Table() | ir.Collects():
                return self._rows(expr, scope, around)
            case ir.Count(relation, where):
                return self._over(relation, scope, around, lambda inner, names: self._of_missing([where], inner, names))
            case ir.Sum(relation, operand, where) | ir.Extreme(_, relation, operand, where):
                return self._over(relation, scope, around, lambda inner, names: self._selected(operand, where, inner, names))
            case ir.Pick():
                return self._pick(expr, scope, around)
            case ir.Points(_, lines):
                return self._all(part for line in lines for part in self._line(line, scope, around))
            case ir.Not() | ir.Compare() | ir.OneOf() | ir.InList() | ir.TextTest() | ir.Matches():
                operands = [operand for operand in children(expr) if unknown(operand, scope) != tree.FALSE]
                if len(operands) == 1:  # nothing else can be the reason
                    return self._of(operands[0], scope, around)
                return self._of_missing(operands, scope, around)
            case ir.Known() | ir.Related() | ir.Now() | ir.Today():  # never missing
                return self._none
            case (
                ir.Literal() | ir.Arith() | ir.Negate() | ir.Shift() | ir.BusinessShift() | ir.StartOf() | ir.DateOf() | ir.Call()
                | ir.And() | ir.Or() | ir.AtLeast() | ir.RangedCompare()
            ):  # fmt: skip
                return self._of_missing(children(expr), scope, around)
            case _:
                assert_never(expr)

    def _of_missing(self, operands: Iterable[ir.Expr], scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return the fields on which those of ``operands`` depend that are missing."""
        found: list[Fields] = []
        for operand in operands:
            absent = unknown(operand, scope)
            if absent != tree.FALSE:
                found.append(_where(absent, self._of(operand, scope, around)))
        return self._all(found)

    def _field(self, name: str) -> Fields:
        return [tree.whole(mask) for mask in bits.masks([self._bit[name]], len(self.names))]

    def _definition(self, expr: ir.Ref, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return the fields on which a definition depends: columns beside it, unless they are always the same."""
        names = (*around[-1 - expr.up], *expr.path)
        if (names, expr.definition) not in self._definitions:
            there = scope.scope_at(expr.path, expr.up)
            definition = self._ruleset[expr.definition]
            fields = self._of(definition.expr, there, (names,))
            if not all(map(tree.is_simple, fields)):
                alone = ir.Ref(expr.definition, expr.type, (), 0, expr.ranged)
                hint = f"missing for {' '.join((*expr.path, definition.name))}"
                fields = [there.kept(word, hint) for word in _where(unknown(alone, there), fields)]
            self._definitions[names, expr.definition] = fields
        return [scope.brought(word, expr.up) for word in self._definitions[names, expr.definition]]

    def _branches(self, expr: ir.Choose, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return what a classification waits for: the first branch that is unknown, or all of them unless two are true."""
        conditions = [condition for condition, _ in expr.branches]
        asked = [(unknown(condition, scope), self._of(condition, scope, around)) for condition in conditions]
        asked = [(absent, fields) for absent, fields in asked if absent != tree.FALSE]
        if expr.mode is ir.ChooseMode.FIRST_MATCH:
            return _by_case(asked, self._none)
        true = [tree.case([(lower(condition, scope), tree.whole(1))], bits.NONE) for condition in conditions]
        one = tree.binary("<=", bits.total(true), tree.whole(1))
        return _where(one, self._all(_where(absent, fields) for absent, fields in asked))

    def _rows(self, expr: ir.Table | ir.Collects, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return what a decision table waits for, column by column."""
        found = [
            _where(waits, self._of_missing([asked], scope, around))
            for asked, waits in zip(expr.inputs, waiting(expr, scope), strict=True)
            if waits != tree.FALSE
        ]
        return self._all(found)

    def _line(self, line: ir.Line, scope: Scope, around: tuple[Names, ...]) -> list[Fields]:
        found = [self._of_missing([line.condition], scope, around)]
        if line.per is not None:
            possible = tree.coalesce(lower(line.condition, scope), tree.TRUE)
            found.append(_where(possible, self._of_missing([line.per], scope, around)))
        return found

    # --- related records ---

    def _over(
        self,
        relation: ir.Many,
        scope: Scope,
        around: tuple[Names, ...],
        fields: Callable[[Scope, tuple[Names, ...]], Fields],
    ) -> Fields:
        """Return the union of what the related records depend on."""
        names = (*around, (*around[-1 - relation.up], *relation.path, relation.name))
        asked: list[int] = []

        def build(inner: Scope) -> Sequence[Aggregate]:
            found = list(enumerate(fields(inner, names)))
            asked.extend(n for n, word in found if word != bits.NONE)
            return [Aggregate(UNION_OF_ALL(scope.dialect, word), bits.NONE) for n, word in found if n in asked]

        columns = scope.over(relation, build)
        held = dict(zip(asked, columns, strict=True))
        return [held.get(n, bits.NONE) for n in range(len(self._none))]

    def _selected(self, operand: ir.Expr, where: ir.Expr, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return what keeps a record from being selected for sure, or its ``operand`` from being known when it is."""
        doubtful = self._of_missing([where], scope, around)
        return self._all([doubtful, _where(lower(where, scope), self._of_missing([operand], scope, around))])

    def _pick(self, expr: ir.Pick, scope: Scope, around: tuple[Names, ...]) -> Fields:
        """Return what keeps the records from being picked, and what the values of the picked ones depend on."""
        end = ir.Extreme(expr.op, expr.relation, expr.by, expr.where, ir.type_of(expr.by))
        best = scope.kept(lower(end, scope), "end")

        def fields(inner: Scope, names: tuple[Names, ...]) -> Fields:
            same = tree.binary("=", lower(expr.by, inner), inner.brought(best, 1))
            picked = tree.all_of([lower(expr.where, inner), same])
            chosen = _where(picked, self._of_missing([expr.value], inner, names))
            return self._all([self._selected(expr.by, expr.where, inner, names), chosen])

        return self._over(expr.relation, scope, around, fields)

    # --- sets ---

    def _all(self, sets: Iterable[Fields]) -> Fields:
        """Return the union of sets, their constants put together."""
        found: list[Sql] = []
        for parts in zip(self._none, *sets, strict=True):
            known = [number for part in parts if (number := tree.constant_whole(part)) is not None]
            mask = 0
            for number in known:
                mask |= number
            open_ = [part for part in parts if tree.constant_whole(part) is None]
            found.append(bits.union([*dict.fromkeys(open_), tree.whole(mask)]))
        return found


def _where(condition: Sql, fields: Fields) -> Fields:
    """Return ``fields`` where a condition is true, else none."""
    if condition == tree.TRUE:
        return fields
    return [bits.NONE if word == bits.NONE else tree.case([(condition, word)], bits.NONE) for word in fields]


def _by_case(branches: list[tuple[Sql, Fields]], otherwise: Fields) -> Fields:
    """Return the set of the first branch whose condition is true."""
    found: list[Sql] = []
    for n, last in enumerate(otherwise):
        words = [(condition, fields[n]) for condition, fields in branches]
        same = all(word == last for _, word in words)
        found.append(last if same else tree.case(words, last))
    return found
