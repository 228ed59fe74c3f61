"""A survey into findings about definitions: one word with several meanings, one meaning with several words, drifting limits."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import bare, conjuncts
from revrules.problems import alignment as problems
from revrules.problems.words import spelled
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.ir import Compare, Criteria, Criterion, Definition, Expr

MIRRORED = {
    ir.CompareOp.LT: ir.CompareOp.GT,
    ir.CompareOp.LE: ir.CompareOp.GE,
    ir.CompareOp.GT: ir.CompareOp.LT,
    ir.CompareOp.GE: ir.CompareOp.LE,
    ir.CompareOp.EQ: ir.CompareOp.EQ,
    ir.CompareOp.NE: ir.CompareOp.NE,
}
UPWARD = frozenset({ir.CompareOp.GT, ir.CompareOp.GE})
DOWNWARD = frozenset({ir.CompareOp.LT, ir.CompareOp.LE})


def unrelated_variants(survey: Survey) -> Iterator[Diagnostic]:
    """Find variants of one word that no chain of declared relations ties together: each group apart, once."""
    for variants, apart, narrowed in apart_variants(survey):
        yield problems.unrelated_variants(variants, apart, narrows=narrowed)


def apart_variants(survey: Survey) -> Iterator[tuple[Sequence[Definition], Definition, Definition | None]]:
    """Yield the variants of a word, one that nothing ties to the first of them, and which one it refers to, if any."""
    by_word: defaultdict[tuple[str, str], list[Definition]] = defaultdict(list)
    for definition in sorted(survey.ruleset.definitions, key=_place):
        by_word[definition.entity, definition.name].append(definition)
    for variants in by_word.values():
        first, *others = groups(variants)
        for group in others:
            known = {definition.id for definition in first}
            references = (ref for d in group for ref in conjuncts(d.expr) if isinstance(ref, ir.Ref) and ref.definition in known)
            narrowed = next(references, None)
            yield variants, group[0], survey.definitions[narrowed.definition] if narrowed else None


def two_names(survey: Survey) -> Iterator[Diagnostic]:
    """Find definitions of different names that say the same, but for the order of what is joined by and/or."""
    by_meaning: defaultdict[tuple[str, str], list[Definition]] = defaultdict(list)
    for definition in sorted(survey.ruleset.definitions, key=_place):
        if not isinstance(definition.expr, ir.Ref | ir.Literal):
            by_meaning[definition.entity, meaning(definition.expr)].append(definition)
    for alike in by_meaning.values():
        apart = [group[0] for group in groups(alike)]
        if len({definition.name for definition in apart}) > 1:
            yield problems.two_names(apart)


def threshold_drift(survey: Survey) -> Iterator[Diagnostic]:
    """Find criteria of stages that repeat, under the same name, a limit of a definition with another value."""
    limits: defaultdict[tuple[str, str, bool, str], list[tuple[Definition, Criterion, Compare]]] = defaultdict(list)
    for definition in survey.ruleset.definitions:
        if definition.criteria is not None and definition.kind is ir.DefinitionKind.DEFINE:
            for criterion, limit, field, upward in _limits(_criteria(definition.criteria)):
                for name in {criterion.name, definition.name}:
                    limits[definition.entity, field, upward, name].append((definition, criterion, limit))
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            for criterion, limit, field, upward in _limits(_criteria(stage.requires)):
                for definition, original, other in limits[graph.lifecycle.entity, field, upward, criterion.name]:
                    if limit != other:
                        here, there = problems.Limit(criterion, _said(limit)), problems.Limit(original, _said(other))
                        yield problems.threshold_drift(graph.lifecycle, stage, here, definition, there)


def meaning(expr: Expr) -> str:
    """Return a text that is equal for expressions that are equal but for the order of operands and of comparisons' sides."""
    return _key(expr)


def limit_of(expr: Expr) -> Compare | None:
    """Return ``expr`` as a comparison of a field, on the left, with a constant; None when it is something else."""
    match expr:
        case ir.Compare(op, left, right):
            left, right = bare(left), bare(right)
        case _:
            return None
    match left, right:
        case ir.Field(), ir.Literal():
            return ir.Compare(op, left, right, span=expr.span)
        case ir.Literal(), ir.Field():
            return ir.Compare(MIRRORED[op], right, left, span=expr.span)
        case _:
            return None


def _place(definition: Definition) -> tuple[str, int]:
    return (definition.span.path, definition.span.start) if definition.span else ("", 0)


def groups(variants: Sequence[Definition]) -> list[list[Definition]]:
    """Return the definitions by chains of declared relations, in the order of their first members."""
    found: list[list[Definition]] = []
    for definition in variants:
        tied = [group for group in found if any(_related(definition, other) for other in group)]
        found = [group for group in found if group not in tied]
        found.append([*(each for group in tied for each in group), definition])
    return sorted(found, key=lambda group: variants.index(group[0]))


def _related(one: Definition, other: Definition) -> bool:
    return any(a.variance is not None and a.variance[1] == b.id for a, b in ((one, other), (other, one)))


def _key(part: object) -> str:
    match part:
        case ir.And(operands) | ir.Or(operands):
            flat = {_key(operand) for operand in _flat(type(part), operands)}
            return flat.pop() if len(flat) == 1 else f"{type(part).__name__}({', '.join(sorted(flat))})"
        case ir.AtLeast(count, operands):
            return f"AtLeast({count}, {', '.join(sorted(map(_key, operands)))})"
        case ir.Compare(op, left, right) | ir.RangedCompare(op, left, right):
            sides = (op, left, right) if op in UPWARD else (MIRRORED[op], right, left)
            if op in (ir.CompareOp.EQ, ir.CompareOp.NE):
                return f"{type(part).__name__}({op}, {', '.join(sorted(map(_key, (left, right))))})"
            return f"{type(part).__name__}({', '.join(map(_key, sides))})"
        case EnumType(_, members):
            return f"enum({', '.join(member.name for member in members)})"
        case tuple():
            return f"({', '.join(map(_key, part))})"
        case ir.Node():
            fields = (field.name for field in dataclasses.fields(part) if field.name != "span")
            return f"{type(part).__name__}({', '.join(_key(getattr(part, name)) for name in fields)})"
        case _:
            return repr(part)


def _flat(kind: type[ir.And] | type[ir.Or], operands: Iterable[Expr]) -> Iterator[Expr]:
    for operand in operands:
        if isinstance(operand, kind):
            yield from _flat(kind, operand.operands)
        else:
            yield operand


def _criteria(criteria: Criteria | None) -> Iterator[Criterion]:
    """Yield the criteria that must all hold."""
    match criteria:
        case ir.Criterion():
            yield criteria
        case ir.Group(ir.GroupKind.ALL, members):
            for member in members:
                yield from _criteria(member)
        case _:
            return


def _limits(criteria: Iterable[Criterion]) -> Iterator[tuple[Criterion, Compare, str, bool]]:
    """Yield each comparison of a field of the record with an ordered constant: criterion, comparison, field, whether upward."""
    for criterion in criteria:
        for part in conjuncts(criterion.condition):
            limit = limit_of(part)
            if limit is not None and limit.op in UPWARD | DOWNWARD and isinstance(limit.left, ir.Field) and not limit.left.path:
                yield criterion, limit, limit.left.name, limit.op in UPWARD


def _said(limit: Compare) -> str:
    assert isinstance(limit.left, ir.Field) and isinstance(limit.right, ir.Literal), "limits have this shape"
    value = "missing" if limit.right.value is None else spelled(limit.right.value)
    return f"`{limit.left.name} {limit.op} {value}`"
