"""Criteria into findings, by proof: those that no record meets, those that ask for nothing, those that others imply."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.backends.smt.answers import NOT_MET, NOT_UNMET, UNMET, Want
from revrules.findings.asked import core, impossible, met
from revrules.findings.clauses import (
    clauses_of,
    definition_spot,
    edge_clauses,
    edge_spot,
    named,
    rule_spot,
    stage_spot,
    when_clauses,
)
from revrules.findings.facts import Always
from revrules.problems import logic as problems
from revrules.problems.logic import Clause, Spot
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.findings.ways import Ways
    from revrules.ir import Criteria, Definition, Edge, Expr, Rule
    from revrules.proofs.questions import Questions


class Place(NamedTuple):
    """Criteria at a spot, with what is known of every record of which they are asked."""

    entity: str
    spot: Spot
    criteria: Criteria | None
    clauses: tuple[Clause, ...]
    before: tuple[Clause, ...] = ()


def stages(asked: Asked, ways: Ways, transits: Collection[str]) -> Iterator[Diagnostic]:
    """Find criteria of stages. ``transits`` ask for nothing that was not asked before: told elsewhere."""
    for stage in ways.lifecycle.stages:
        spot = stage_spot(ways.lifecycle, stage)
        clauses = clauses_of(stage.requires, stage.condition, spot, stage.name)
        before = () if stage.name in transits else ways.before[stage.name]
        place = Place(ways.entity, spot, stage.requires, clauses, before)
        if stage.name in ways.alive and stage.stamped_by is None:
            yield from _idle(asked, place)
        else:
            found = list(_never_alone(asked, place))
            yield from found
            if not found and stage.name not in ways.dead:
                yield from _idle(asked, place)


def edges(asked: Asked, ways: Ways) -> Iterator[Diagnostic]:
    """Find conditions of edges that are never met, ask for nothing, or repeat what the stages on both sides ask for."""
    for edge in ways.lifecycle.edges:
        clauses = edge_clauses(ways.lifecycle, edge)
        if clauses and edge.source not in ways.dead - ways.looped:
            place = Place(ways.entity, edge_spot(ways.lifecycle, edge), None, clauses, _beside(ways, edge))
            found = list(_never_alone(asked, place)) or list(_closed(asked, ways, edge, place))
            yield from found or _idle(asked, place)


def definition(asked: Asked, definition: Definition) -> Iterator[Diagnostic]:
    """Find that no record meets a definition or every record does, and criteria of it that ask for nothing."""
    spot = definition_spot(definition)
    clauses = clauses_of(definition.criteria, definition.expr, spot, definition.name)
    place = Place(definition.entity, spot, definition.criteria, clauses)
    follows = asked.facts.of(definition.expr)
    if follows is not None:
        asked.facts.learn_definition(definition.id, follows)
        return
    whole = ir.Ref(definition.id, Scalar.BOOLEAN)
    answer = _questions(asked, spot, f"whether a record can meet {spot.words}").find(place.entity, *met(clauses))
    if impossible(answer):
        asked.facts.learn_definition(definition.id, Always.NEVER_MET)
        clash = core(answer, clauses)
        asked.facts.learn_clash(clause.condition for clause in clash)
        effects = asked.effects(whole)
        one = clash[0] if len(clash) == 1 else Clause("", definition.expr, definition.span, spot)
        yield problems.never_met(one, clash if len(clash) > 1 else (), effects)
        return
    found = list(_idle(asked, place))
    yield from found
    states = {asked.facts.of(clause.condition) for clause in clauses}
    if clauses and None not in states:
        asked.facts.learn_definition(definition.id, Always.MET if states == {Always.MET} else Always.NEVER_FALSE)


def rule(asked: Asked, rule: Rule) -> Iterator[Diagnostic]:
    """Find that a rule is about no record, that none can break it, or that none can keep it."""
    spot = rule_spot(rule)
    about = when_clauses(rule)
    require = clauses_of(rule.criteria, rule.require, spot, rule.name)
    settled = {asked.facts.of(rule.when), asked.facts.of(rule.require)}
    if Always.NEVER_MET in settled or asked.facts.of(rule.require) is not None:
        return
    never = list(_never_whole(asked, rule.entity, about, f"whether {spot.words} is about any record"))
    if never:
        yield from never
        return
    questions = _questions(asked, spot, f"whether a record can break {spot.words}")
    broken = questions.find(rule.entity, *met(about), Want(rule.require, UNMET))
    if impossible(broken):
        yield problems.rule_without_effect(spot, Clause("", rule.require, rule.require.span, spot), core(broken, about))
        return
    questions = _questions(asked, spot, f"whether a record can keep {spot.words}")
    kept = questions.find(rule.entity, *met(about), Want(rule.require, NOT_UNMET))
    if impossible(kept):
        whole = Clause("", rule.require, rule.require.span, spot._replace(words=f"what {spot.words} requires"))
        yield problems.rule_always_broken(spot, (*core(kept, about), whole))
        return
    yield from _idle(asked, Place(rule.entity, spot, rule.criteria, require, about))


def _closed(asked: Asked, ways: Ways, edge: Edge, place: Place) -> Iterator[Diagnostic]:
    """Find an edge whose condition clashes with what its target asks for, if records come there in another way."""
    if edge.target in ways.dead or asked.facts.of(edge.condition) is not None:
        return
    clauses = (*place.clauses, *place.before)
    answer = _questions(asked, place.spot, f"whether {place.spot.words} can be open").find(place.entity, *met(clauses))
    if impossible(answer):
        yield problems.never_met(place.clauses[0], core(answer, clauses), ())


def _beside(ways: Ways, edge: Edge) -> tuple[Clause, ...]:
    """Return what else is asked where ``edge`` is taken. Not what its source asked: a record may be declared to be there."""
    target = ways.stage(edge.target)
    return () if target.stamped_by else clauses_of(target.requires, target.condition, stage_spot(ways.lifecycle, target), "")


# --- never met ---------------------------------------------------------------------------------------------------


def _never_alone(asked: Asked, place: Place) -> Iterator[Diagnostic]:
    """Find criteria that no record meets, whatever else is asked for."""
    for _, parts in groupby(place.clauses, key=lambda clause: clause.name):
        clauses = tuple(parts)
        if asked.facts.of(_joined(clauses)) is None:
            yield from _never_whole(asked, place.entity, clauses, f"whether a record can meet {clauses[0].words}")


def _never_whole(asked: Asked, entity: str, clauses: Sequence[Clause], words: str) -> Iterator[Diagnostic]:
    """Find that no record meets all ``clauses`` together: one finding, with those that exclude one another."""
    if not clauses:
        return
    answer = _questions(asked, clauses[0], words).find(entity, *met(clauses))
    if impossible(answer):
        clash = core(answer, clauses)
        asked.facts.learn_clash(clause.condition for clause in clash)
        whole = clash[0] if len(clash) == 1 else clauses[0]._replace(condition=_joined(clauses), brief="")
        yield problems.never_met(whole, clash if len(clash) > 1 else (), asked.effects(whole.condition))


def _joined(clauses: Sequence[Clause]) -> Expr:
    return clauses[0].condition if len(clauses) == 1 else ir.And(tuple(clause.condition for clause in clauses))


# --- nothing asked -----------------------------------------------------------------------------------------------


def _idle(asked: Asked, place: Place) -> Iterator[Diagnostic]:
    """Find clauses that ask for nothing, or for nothing that the others do not ask for; then look inside groups."""
    left = list(place.clauses)
    for clause in reversed(place.clauses):
        if asked.facts.of(clause.condition) is not None:
            continue
        others = [other for other in left if other is not clause]
        finding = _idle_clause(asked, place, clause, others)
        if finding is not None:
            yield finding
            if finding.problem is not problems.ONLY_KNOWN:
                left = others
    for group in _alternatives(place.criteria):
        yield from _alternative(asked, place, group, left)


def _idle_clause(asked: Asked, place: Place, clause: Clause, others: Sequence[Clause]) -> Diagnostic | None:
    questions = _questions(asked, clause, f"whether {clause.words} asks for anything that is not asked for already")
    beside = asked.bearing(place.entity, [clause.condition], [*others, *place.before])
    wants = met(beside)
    if not impossible(questions.find(place.entity, *wants, Want(clause.condition, UNMET), core=False)):
        return None
    answer = questions.find(place.entity, *wants, Want(clause.condition, NOT_MET))
    if impossible(answer):
        by = core(answer, beside)
        if not by:
            asked.facts.learn(clause.condition, Always.MET)
            return problems.always_met(clause, asked.idle_effects(clause))
        return None if _is_reminder(clause, by) else problems.implied_criterion(clause, by)
    if impossible(questions.never_false(place.entity, clause.condition)):
        asked.facts.learn(clause.condition, Always.NEVER_FALSE)
        return problems.only_known(clause)
    return None


def _is_reminder(clause: Clause, by: Sequence[Clause]) -> bool:
    """Return whether people say ``clause`` on purpose although it follows: `x is known and x > 0`, a gate said once more."""
    beside = all(other.spot == clause.spot for other in by)
    return (beside and isinstance(clause.condition, ir.Known | ir.Related)) or any(
        other.condition == clause.condition and other.spot != clause.spot for other in by
    )


# --- alternatives ------------------------------------------------------------------------------------------------


def _alternatives(criteria: Criteria | None) -> Iterator[ir.Group]:
    """Yield the groups, at any depth, of which not all members must be met; those inside one another the outer first."""
    if isinstance(criteria, ir.Group):
        if criteria.kind is not ir.GroupKind.ALL:
            yield criteria
        else:
            for member in criteria.members:
                yield from _alternatives(member)


def _alternative(asked: Asked, place: Place, group: ir.Group, beside: Sequence[Clause]) -> Iterator[Diagnostic]:
    """Find members of a group that no record meets beside what else is asked for, or that let in nobody else."""
    members = [named(member, place.spot, "") for member in group.members]
    around = [clause for clause in (*beside, *place.before) if clause.span != group.span]
    for position, member in reversed(list(enumerate(members))):
        if asked.facts.of(member.condition) is not None:
            continue
        context = asked.bearing(place.entity, [member.condition], around)
        questions = _questions(asked, member, f"whether {member.words} lets anybody in")
        others = members[:position] + members[position + 1 :] if group.kind is ir.GroupKind.ANY else []
        wants = [*met([member, *context]), *(Want(other.condition, NOT_MET) for other in others)]
        answer = questions.find(place.entity, *wants)
        if impossible(answer):
            clauses = [member, *context, *others]
            clash = core(answer, clauses)
            covering = [clause for clause in clash if clause in others]
            if covering:
                yield problems.idle_alternative(member, covering)
                del members[position]
                continue
            if clash == (member,):
                asked.facts.learn(member.condition, Always.NEVER_MET)
            yield problems.never_met(member, clash if len(clash) > 1 else (), ())


# --- what they share ---------------------------------------------------------------------------------------------


def _questions(asked: Asked, spot: Spot | Clause, words: str) -> Questions:
    """Return the questions, said to be asked for ``words``."""
    subjects = spot.subjects if isinstance(spot, Spot) else spot.spot.subjects
    return asked.questions.about(words, spot.span, *subjects)


def _conditions(clauses: Sequence[Clause]) -> tuple[Expr, ...]:
    return tuple(clause.condition for clause in clauses)
