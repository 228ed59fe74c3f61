"""An expression into what it reads: the fields, definitions and related records that it names directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from revrules import ir
from revrules.problems.words import spelled
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def reads(expr: ir.Expr) -> tuple[tuple[str, ir.Expr], ...]:
    """Return what a reader of ``expr`` wants to see beside it: (name, expression) in order of appearance, without repetition.

    Fields and definitions as the ruleset names them (`parent.country`, `qualified for sales`), an aggregate as a whole
    (`count(meetings)`, `sum(amount of deals)`); the expression gives the value.
    """
    return tuple(dict.fromkeys(_reads(expr)))


def children(expr: ir.Expr) -> tuple[ir.Expr, ...]:
    """Return the expressions directly inside ``expr``, in order of appearance (an aggregate's are about the related record)."""
    match expr:
        case ir.Literal() | ir.Field() | ir.Ref() | ir.Now() | ir.Today() | ir.Related():
            return ()
        case ir.Arith(_, left, right) | ir.Compare(_, left, right) | ir.RangedCompare(_, left, right):
            return (left, right)
        case ir.Negate(operand) | ir.Not(operand) | ir.Known(operand):
            return (operand,)
        case ir.OneOf(operand) | ir.InList(operand) | ir.Matches(operand):
            return (operand,)
        case ir.Shift(moment) | ir.BusinessShift(moment) | ir.StartOf(moment) | ir.DateOf(moment):
            return (moment,)
        case ir.Call(_, arguments):
            return arguments
        case ir.OrElse(first, second):
            return (first, second)
        case ir.If(condition, then, otherwise):
            return (condition, then, otherwise)
        case ir.Choose(_, branches):
            return tuple(condition for condition, _ in branches)
        case ir.Table(_, inputs) | ir.Collects(_, inputs):
            return inputs
        case ir.Count(_, where):
            return (where,)
        case ir.Sum(_, value, where) | ir.Extreme(_, _, value, where):
            return (value, where)
        case ir.Pick(_, _, value, by, where):
            return (value, by, where)
        case ir.Points(_, lines):
            return tuple(part for line in lines for part in (line.condition, line.per) if part is not None)
        case ir.And(operands) | ir.Or(operands) | ir.AtLeast(_, operands):
            return operands
        case ir.TextTest(_, operand, pattern):
            return (operand, pattern)
        case _:
            assert_never(expr)


def used(definitions: Mapping[str, ir.Definition], exprs: Iterable[ir.Expr]) -> tuple[ir.Definition, ...]:
    """Return what ``exprs`` refer to, directly or through one another: each after those that it refers to itself.

    ``definitions`` stand in such an order. Who works them out in the order given needs no deep recursion.
    """
    found: set[str] = set()
    waiting = [*exprs]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, ir.Ref) and expr.definition not in found and expr.definition in definitions:
            found.add(expr.definition)
            waiting.append(definitions[expr.definition].expr)
        waiting += children(expr)
    return tuple(definition for id_, definition in definitions.items() if id_ in found) if found else ()


def condition_of(criteria: ir.Criteria) -> ir.Expr:
    """Return criteria as one condition."""
    if isinstance(criteria, ir.Criterion):
        return criteria.condition
    conditions = tuple(condition_of(member) for member in criteria.members)
    match criteria.kind:
        case ir.GroupKind.ALL:
            return ir.And(conditions, span=criteria.span)
        case ir.GroupKind.ANY:
            return ir.Or(conditions, span=criteria.span)
        case ir.GroupKind.AT_LEAST:
            return ir.AtLeast(criteria.count, conditions, span=criteria.span)


def said(ruleset: ir.Ruleset) -> Iterator[tuple[str, ir.Expr]]:
    """Yield every expression in which ``ruleset`` speaks of a record, with the entity of the record: not those of examples."""
    yield from ((definition.entity, definition.expr) for definition in ruleset.definitions)
    for rule in ruleset.rules:
        yield from ((rule.entity, rule.when), (rule.entity, rule.require))
    for lifecycle in ruleset.lifecycles:
        named = (lifecycle.tracks, *(stage.stamped_by for stage in lifecycle.stages))
        yield from ((lifecycle.entity, field) for field in named if field is not None)
        yield from ((lifecycle.entity, stage.condition) for stage in lifecycle.stages)
        yield from ((lifecycle.entity, edge.condition) for edge in lifecycle.edges)
    for assertion in ruleset.assertions:
        yield from ((assertion.entity, assertion.where), (assertion.entity, assertion.has))


def name_of(field: ir.Field | ir.Ref) -> str:
    """Return a field or definition as the ruleset names it, with the relations before it."""
    return ".".join((*field.path, field.name if isinstance(field, ir.Field) else definition_name(field.definition)))


def definition_name(id_: str) -> str:
    """Return `qualified for sales` for the definition `account.qualified for sales`."""
    return id_.split(".", 1)[1]


def collecting(definition: ir.Definition) -> str:
    """Return the id of the classification that collects of which ``definition`` says one output, empty for any other.

    `account.flags` for `account.flags contains emea`.
    """
    part = definition.kind is ir.DefinitionKind.CLASSIFY and definition.type is Scalar.BOOLEAN
    return definition.id.partition(" contains ")[0] if part else ""


def in_brief(condition: ir.Expr) -> str:
    """Return a condition on one field or definition as rulesets write it; empty where it is another one."""
    match condition:
        case ir.Field() | ir.Ref():
            return name_of(condition)
        case ir.Not(ir.Field() | ir.Ref() as operand):
            return f"not {name_of(operand)}"
        case ir.Known(ir.Field() | ir.Ref() as operand):
            return f"{name_of(operand)} is known"
        case ir.Not(ir.Known(ir.Field() | ir.Ref() as operand)):
            return f"{name_of(operand)} is missing"
        case ir.Compare(op, ir.Field() | ir.Ref() as operand, ir.Literal(value, kind)) | ir.RangedCompare(
            op, ir.Field() | ir.Ref() as operand, ir.Literal(value, kind)
        ) if value is not None:
            return f"{name_of(operand)} {op} {value if isinstance(kind, EnumType) else spelled(value)}"
        case _:
            return ""


def _reads(expr: ir.Expr) -> Iterator[tuple[str, ir.Expr]]:
    match expr:
        case ir.Field() | ir.Ref():
            yield name_of(expr), expr
        case ir.Related(path):
            yield ".".join(path), expr
        case ir.Count(relation):
            yield f"count({_relation_name(relation)})", expr
        case ir.Sum(relation, value):
            yield f"sum({_of(value)}{_relation_name(relation)})", expr
        case ir.Extreme(op, relation, value):
            yield f"{op}({_of(value)}{_relation_name(relation)})", expr
        case ir.Pick(op, relation, value):
            word = "earliest" if op is ir.ExtremeOp.MIN else "latest"
            yield f"{word}({_of(value)}{_relation_name(relation)})", expr
        case _:
            for child in children(expr):
                yield from _reads(child)


def _of(value: ir.Expr) -> str:
    return f"{name_of(value)} of " if isinstance(value, ir.Field | ir.Ref) else ""


def _relation_name(relation: ir.Many) -> str:
    return ".".join((*relation.path, relation.name))
