"""Rules and assertions into findings, by proof: rules that a stage contradicts, claims that a record contradicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, UNKNOWN, UNMET, Want
from revrules.findings.asked import core, impossible, met, possible, shown
from revrules.findings.clauses import gate_clauses, rule_spot, stage_spot
from revrules.findings.scopes import walk
from revrules.problems import classes as problems
from revrules.reference.walk import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.findings.ways import Ways
    from revrules.ir import Assertion, Rule, Stage
    from revrules.proofs.questions import Questions

    Owned = list[tuple[str, tuple[str, ...]]]


def rules_against_gates(asked: Asked, ways: Ways) -> Iterator[Diagnostic]:
    """Find rules (that warn or block) which every record of some stage breaks: the first such stage on the ways."""
    rules = [rule for rule in asked.survey.ruleset.rules if rule.entity == ways.entity and rule.level is not ir.Level.OBSERVE]
    for rule in rules:
        told: set[str] = set()
        for name in ways.ordered:
            if name in ways.alive and not any(edge.source in told for edge in ways.into(name)):
                found = list(_against(asked, ways, rule, ways.stage(name)))
                yield from found
                told |= {name} if found else set()
            elif name in ways.alive:
                told.add(name)


def _against(asked: Asked, ways: Ways, rule: Rule, stage: Stage) -> Iterator[Diagnostic]:
    """Find that every record of a stage breaks a rule, for what the stage itself asks for and the rule reads."""
    own = gate_clauses(ways.lifecycle, stage)
    read = asked.fields(rule.require, ways.entity) | asked.fields(rule.when, ways.entity)
    if not any(asked.fields(clause.condition, ways.entity) & read for clause in own):
        return
    spot = rule_spot(rule)
    questions = asked.questions.about(
        f"whether a record in stage `{stage.name}` can keep {spot.words}", rule.span, rule.name, stage.name
    )
    asked_there = asked.bearing(ways.entity, [rule.when, rule.require], [*own, *ways.before[stage.name]])
    broken = ir.And((rule.when, ir.Not(rule.require)))
    answer = questions.find(ways.entity, *met(asked_there), Want(broken, NOT_MET))
    if impossible(answer):
        clauses = core(answer, asked_there)
        if not clauses:
            return
        wants = [Want(ways.placement.passes[stage.name], MET), Want(broken, MET)]
        shown_by = shown(asked, ways.entity, wants, questions.find(ways.entity, *wants, core=False))
        yield problems.rule_against_gate(spot, rule.level.value, stage_spot(ways.lifecycle, stage), clauses, shown_by)


# --- assertions --------------------------------------------------------------------------------------------------


def assertions(asked: Asked) -> Iterator[Diagnostic]:
    """Find assertions that a record contradicts, or that nothing ensures where something is missing.

    A claim about data alone (no stage, no definition) is not judged here: whatever it says, some record could contradict it, and
    whether one does is for an evaluation to tell. Claims that hold are silent.
    """
    for claim in asked.survey.ruleset.assertions:
        sound = claim.lifecycle is None or claim.lifecycle in asked.placements
        if sound and (claim.quantifier is ir.Quantifier.SOME or not _about_data(claim)):
            yield from _claim(asked, claim)


def _about_data(claim: Assertion) -> bool:
    parts = (node for expr in (claim.where, claim.has) for node, _ in walk(expr, (claim.entity,)))
    return claim.stage is None and not any(isinstance(node, ir.Ref) for node in parts)


def _claim(asked: Asked, claim: Assertion) -> Iterator[Diagnostic]:
    questions = asked.questions.about(
        f"whether `assert {claim.name}` holds", claim.span, claim.name, *filter(None, [claim.stage])
    )
    of = [Want(_placed(asked, claim), MET)] if claim.stage is not None else []
    if claim.where != ALWAYS:
        of.append(Want(claim.where, MET))
    owned = _owned(asked, claim)
    if claim.quantifier is ir.Quantifier.SOME:
        if claim.has != ALWAYS:
            of.append(Want(claim.has, MET))
        if impossible(questions.find(claim.entity, *of, core=False)):
            yield problems.claim_refuted(claim, "no record is so", owned, (), None)
        return
    every = claim.quantifier is ir.Quantifier.EVERY
    against = [*of, Want(claim.has, UNMET if every else MET)]
    answer = questions.find(claim.entity, *against, core=False)
    if possible(answer):
        witness = shown(asked, claim.entity, against, answer)
        yield problems.claim_refuted(claim, "a record contradicts it", owned, witness, _stamp(asked, claim))
    elif impossible(answer):
        if every:
            yield from _open(asked, questions, claim, [*of, Want(claim.has, NOT_MET)], owned)
        elif claim.stage is not None:
            yield from _open(asked, questions, claim, [of[0], Want(claim.where, UNKNOWN)], owned)


def _open(asked: Asked, questions: Questions, claim: Assertion, wants: list[Want], owned: Owned) -> Iterator[Diagnostic]:
    answer = questions.find(claim.entity, *wants, core=False)
    if possible(answer):
        yield problems.claim_left_open(claim, owned, shown(asked, claim.entity, wants, answer))


def _placed(asked: Asked, claim: Assertion) -> ir.Expr:
    """Return the condition that the evidence supports the stage of the claim."""
    assert claim.lifecycle is not None and claim.stage is not None, "a claim about a stage names its lifecycle"
    return asked.placements[claim.lifecycle].ends_in[claim.stage]


def _stamp(asked: Asked, claim: Assertion) -> str | None:
    """Return the field that opens the stage of the claim whatever its criteria say."""
    if claim.lifecycle is None or claim.stage is None:
        return None
    stamp = asked.survey.ruleset.lifecycle(claim.lifecycle).stage(claim.stage).stamped_by
    return None if stamp is None else stamp.name


def _owned(asked: Asked, claim: Assertion) -> Owned:
    """Return what the claim is about with its owners."""
    if claim.lifecycle is not None and claim.stage is not None:
        stage = asked.survey.ruleset.lifecycle(claim.lifecycle).stage(claim.stage)
        return [(f"stage `{stage.name}`", stage.owners)]
    used = {node.definition for node, _ in walk(claim.where, (claim.entity,)) if isinstance(node, ir.Ref)}
    return [(f"`{id_.split('.', 1)[1]}`", asked.survey.definitions[id_].owners) for id_ in sorted(used)]
