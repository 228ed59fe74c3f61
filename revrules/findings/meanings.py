"""A survey and questions into findings about what words mean: declared relations, variants, two names, stages that repeat."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from revrules import ir
from revrules.findings.scopes import conjuncts
from revrules.findings.words import apart_variants, groups, meaning, threshold_drift
from revrules.problems import meanings as problems
from revrules.problems.alignment import said
from revrules.proofs.alike import alike
from revrules.proofs.compare import Relation, compare, compare_values
from revrules.proofs.rewriting import rewritten
from revrules.proofs.witnesses import as_pairs
from revrules.rows import is_ranged
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from revrules.backends.smt.answers import Witness
    from revrules.diagnostics import Diagnostic
    from revrules.findings.survey import Survey
    from revrules.ir import Definition, Expr, Lifecycle, Stage
    from revrules.proofs.compare import Comparison
    from revrules.proofs.questions import Questions

LEAST_COPY = 2
"""Conditions that a definition must have for a stage to count as a copy of it: one limit alone repeats by chance."""


def declared_relations(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find declared relations (``narrows``, ``widens``, ``same as``) that a record contradicts, or that are not close enough."""
    for one in survey.ruleset.definitions:
        if one.variance is not None:
            declared, other = one.variance[0], survey.definitions[one.variance[1]]
            asked = questions.about(
                f"whether `{said(one)}` {declared} `{said(other)}`", one.span, one.name, said(one), one.id, said(other), other.id
            )
            plain = compare(asked, one.entity, _ref(one), _ref(other), shown=False)
            if any(_judged(one, other, declared, plain)):
                yield from _judged(one, other, declared, compare(asked, one.entity, _ref(one), _ref(other)))


def unrelated_variants(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find what ``words.unrelated_variants`` finds, and say how the variants truly lie to each other, with a record."""
    for variants, apart, narrowed in apart_variants(survey):
        to = narrowed or variants[0]
        words = f"how `{said(apart)}` lies to `{said(to)}`"
        asked = questions.about(words, apart.span, apart.name, said(apart), apart.id, said(to), to.id)
        yield problems.unrelated_variants(variants, apart, to, _truth(asked, apart, to))


def one_meaning(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find definitions of different names, in different words, that no record tells apart."""
    kinds: defaultdict[tuple[str, Hashable], dict[str, Definition]] = defaultdict(dict)
    for definition in survey.ruleset.definitions:
        fields = survey.defined[definition.id].fields
        if fields and not isinstance(definition.expr, ir.Ref | ir.Literal):
            kind = (_kind(definition), fields)
            kinds[definition.entity, kind].setdefault(meaning(definition.expr), definition)
    for (entity, _), by_words in kinds.items():
        apart = [group[0] for group in groups(list(by_words.values()))]
        asked = questions.about("which definitions mean the same")
        for same in alike(asked, entity, [_ref(definition) for definition in apart]):
            named = [apart[position] for position in same]
            if len({definition.name for definition in named}) > 1:
                yield problems.one_meaning(named)


def copies(survey: Survey, questions: Questions) -> Iterator[Diagnostic]:
    """Find stages that say over again what a definition says, with the same limits or with others."""
    told = {(name, id_) for found in threshold_drift(survey) for name in found.subjects for id_ in found.subjects}
    shapes = [(d, [_shape(part) for part in conjuncts(d.expr)]) for d in survey.ruleset.definitions if _can_be_copied(d)]
    for graph in survey.graphs:
        for stage in graph.lifecycle.stages:
            parts = {_shape(part): part for part in conjuncts(stage.condition)}
            for definition, wanted in shapes:
                here = definition.entity == graph.lifecycle.entity and all(shape in parts for shape in wanted)
                if here and (stage.name, definition.id) not in told:
                    copied = tuple(parts[shape] for shape in wanted)
                    yield from _copied(questions, graph.lifecycle, stage, definition, copied)


def _judged(one: Definition, other: Definition, declared: ir.Variance, found: Comparison) -> Iterator[Diagnostic]:
    """Yield what is to be said of a declared relation, the truth being known as far as it is."""
    wrong = {
        ir.Variance.NARROWS: ((one, found.first),),
        ir.Variance.WIDENS: ((other, found.second),),
        ir.Variance.SAME_AS: ((one, found.first), (other, found.second)),
    }[declared]
    contradicting = sorted((side for side in wrong if side[1].exists), key=lambda side: side[1].real is not True)
    if contradicting:
        alone, region = contradicting[0]
        where_known = None if region.real is not False else _name(found.where_known)
        yield problems.relation_refuted(
            one, other, alone, is_=_name(found.relation), where_known=where_known, witness=_shown(region.witness)
        )
    elif found.relation is Relation.SAME and declared is not ir.Variance.SAME_AS:
        yield problems.relation_closer(one, other)


def _truth(questions: Questions, one: Definition, other: Definition) -> problems.Truth:
    """Return how ``one`` lies to ``other``, with a record that shows it."""
    if _kind(one) != _kind(other):
        return problems.Truth("differ")
    if one.type is Scalar.BOOLEAN:
        found = compare(questions, one.entity, _ref(one), _ref(other))
        alone, region = (one, found.first) if found.first.exists else (other, found.second)
        shown = _shown(region.witness)
        return problems.Truth(_name(found.relation), found.only_missing, shown, alone if shown else None)
    values = compare_values(questions, one.entity, _ref(one), _ref(other))
    relation = None if values.same is None else Relation.SAME.value if values.same else "differ"
    return problems.Truth(relation, values.same is False and values.real is False, _shown(values.witness))


def _copied(
    questions: Questions, lifecycle: Lifecycle, stage: Stage, definition: Definition, parts: Sequence[Expr]
) -> Iterator[Diagnostic]:
    words = f"how `{stage.name}` lies to `{said(definition)}`, which it seems to repeat"
    asked = questions.about(words, stage.span, stage.name, definition.name, definition.id)
    found = compare(asked, lifecycle.entity, ir.And(tuple(parts)), _ref(definition))
    place = next((part.span for part in parts if part.span is not None), None)
    if found.relation is Relation.SAME:
        yield problems.repeats_definition(lifecycle, stage, definition, place)
    elif found.relation in (Relation.NARROWER, Relation.WIDER, Relation.OVERLAPPING):
        witness = found.first.witness or found.second.witness
        yield problems.drifted_copy(lifecycle, stage, definition, place, is_=found.relation.value, witness=_shown(witness))


def _can_be_copied(definition: Definition) -> bool:
    parts = list(conjuncts(definition.expr))
    return definition.type is Scalar.BOOLEAN and len(parts) >= LEAST_COPY and any(not isinstance(each, ir.Ref) for each in parts)


def _shape(expr: Expr) -> str:
    """Return what ``expr`` asks, its limits left out: equal for copies that have drifted apart."""
    return meaning(rewritten(expr, _without_limits))


def _without_limits(node: object) -> object:
    match node:
        case ir.Compare(op, left, ir.Literal(_, Scalar() as type_)) if type_ not in (Scalar.TEXT, Scalar.BOOLEAN):
            return ir.Compare(op, left, ir.Literal(None, type_))
        case ir.RangedCompare(op, left, ir.Literal(_, type_)):
            return ir.RangedCompare(op, left, ir.Literal(None, type_))
        case ir.Shift(moment, _, unit):
            return ir.Shift(moment, 0, unit)
        case _:
            return node


def _kind(definition: Definition) -> Hashable:
    """Return what the values of two definitions must have in common to be compared."""
    return definition.type if isinstance(definition.type, Scalar) else definition.type.member_names


def _ref(definition: Definition) -> ir.Ref:
    return ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))


def _name(relation: Relation | None) -> str | None:
    return relation.value if relation is not None else None


def _shown(witness: Witness | None) -> tuple[tuple[str, str], ...]:
    """Return a record as a diagnostic shows it."""
    return () if witness is None else as_pairs(witness)
