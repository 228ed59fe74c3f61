"""A survey and questions into what the findings by proof share: lifecycles as conditions, facts, what bears on a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, Verdict, Want
from revrules.findings.clauses import stage_spot
from revrules.findings.facts import Always, Facts
from revrules.findings.scopes import conjuncts
from revrules.proofs.placement import placement
from revrules.proofs.witnesses import as_pairs, believable
from revrules.stages import entries, order
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from revrules.backends.smt.answers import Answer
    from revrules.findings.scopes import Read
    from revrules.findings.survey import Survey
    from revrules.ir import Expr
    from revrules.problems.logic import Clause, Pairs
    from revrules.proofs.placement import Placement
    from revrules.proofs.questions import Questions

MOST_BEARING = 24
"""Clauses beside a question at most: those nearest to what it asks about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey, the questions about its ruleset (which know its lifecycles as conditions, too), and the facts found so far."""

    survey: Survey
    questions: Questions
    placements: Mapping[str, Placement]
    """Of the lifecycles that have a meaning, by name."""
    facts: Facts = field(default_factory=Facts)
    _fields: dict[tuple[int, str], tuple[Expr, frozenset[Read]]] = field(default_factory=dict)

    def fields(self, condition: Expr, entity: str) -> frozenset[Read]:
        """Return the fields that ``condition`` reads, worked out once."""
        key = (id(condition), entity)
        if key not in self._fields:
            self._fields[key] = (condition, self.survey.uses(condition, entity).fields)
        return self._fields[key][1]

    def bearing(self, entity: str, conditions: Iterable[Expr], clauses: Sequence[Clause]) -> list[Clause]:
        """Return the ``clauses`` that share fields with ``conditions``, directly or through one another, nearest first.

        Leaving out the others keeps a question small, and what is proved with fewer clauses holds with all of them.
        """
        reached: frozenset[Read] = frozenset().union(*(self.fields(condition, entity) for condition in conditions))
        waiting = [(clause, self.fields(clause.condition, entity)) for clause in clauses]
        found: list[Clause] = []
        while len(found) < MOST_BEARING and (near := [pair for pair in waiting if pair[1] & reached]):
            waiting = [pair for pair in waiting if not pair[1] & reached]
            found += [clause for clause, _ in near]
            reached = reached.union(*(fields for _, fields in near))
        return found[:MOST_BEARING]

    def effects(self, condition: Expr) -> list[str]:
        """Return what it means for stages that ``condition`` is never met: those that it closes by itself."""
        alone = self._following(condition, Always.NEVER_MET)
        closed = [
            f"`{stage.name}`"
            for lifecycle in self.survey.ruleset.lifecycles
            for stage in lifecycle.stages
            if stage.stamped_by is None and alone.of(stage.condition) is Always.NEVER_MET
        ]
        return [f"no record can enter stage {' or '.join(closed[:3])}"] if closed else []

    def idle_effects(self, clause: Clause) -> list[str]:
        """Return what it means for other stages that every record meets ``clause``: those that ask for it."""
        alone = self._following(clause.condition, Always.MET)
        idle = [
            f"`{stage.name}`"
            for lifecycle in self.survey.ruleset.lifecycles
            for stage in lifecycle.stages
            if stage_spot(lifecycle, stage) != clause.spot
            and any(alone.of(part) is Always.MET for part in conjuncts(stage.condition) if not isinstance(part, ir.Literal))
        ]
        return [f"it keeps no record out of stage {' or '.join(idle[:3])}"] if idle else []

    def _following(self, condition: Expr, always: Always) -> Facts:
        """Return what follows where ``condition`` is so for every record, through as many definitions as it takes."""
        alone = Facts()
        alone.learn(condition, always)
        left = [each for each in self.survey.definitions.values() if ir.type_of(each.expr) is Scalar.BOOLEAN]
        while found := [each for each in left if alone.of(each.expr) is always]:
            for each in found:
                alone.learn_definition(each.id, always)
            left = [each for each in left if each not in found]
        return alone


def asked_about(survey: Survey, questions: Questions) -> Asked:
    """Return the questions with the lifecycles of the ruleset as conditions; those that are faulty in themselves are left out."""
    sound = [graph for graph in survey.graphs if entries(graph) and order(graph) is not None]
    placements = {graph.lifecycle.name: placement(graph.lifecycle) for graph in sound}
    definitions = [definition for each in placements.values() for definition in each.definitions]
    return Asked(survey, questions.extended(definitions), placements)


def met(clauses: Iterable[Clause]) -> list[Want]:
    """Return the wish that all ``clauses`` are met."""
    return [Want(clause.condition, MET) for clause in clauses]


def shown(asked: Asked, entity: str, wants: Sequence[Want], answer: Answer) -> Pairs:
    """Return the record that the answer shows, made believable; nothing where it shows none."""
    return () if answer.witness is None else as_pairs(believable(asked.questions, entity, wants, answer.witness))


def core(answer: Answer, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return those of ``clauses``, wanted first and in this order, that exclude one another."""
    return tuple(clauses[position] for position in answer.core if position < len(clauses))


def impossible(answer: Answer) -> bool:
    """Return whether it is proved that there is no such record."""
    return answer.verdict is Verdict.IMPOSSIBLE


def possible(answer: Answer) -> bool:
    """Return whether there is such a record."""
    return answer.verdict is Verdict.POSSIBLE
