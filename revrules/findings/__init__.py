"""A compiled ruleset into findings about its graph, logic, words and owners: what is valid, but probably not meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from revrules import stages
from revrules.diagnostics import Diagnostic, Problem, Severity, in_order
from revrules.findings import fields, graph, literals, logic, meanings, outcomes, owners, table_rows, undecided, words
from revrules.findings.survey import Survey, survey
from revrules.problems import alignment, classes, ownership
from revrules.problems import logic as conditions
from revrules.problems import meanings as words_by_proof
from revrules.problems import stages as shape
from revrules.problems import tables_of_decisions as table_findings
from revrules.proofs.questions import Questions

if TYPE_CHECKING:
    import datetime

    from revrules.ir import Allow, Ruleset

Check = Callable[[Survey], Iterator[Diagnostic]]
ProofCheck = Callable[[Survey, Questions], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    graph.without_meaning,
    graph.no_way_into_stage,
    graph.dead_end,
    graph.loop_without_exit,
    graph.won_is_the_end,
    graph.no_lost_stage,
    graph.lost_without_reason,
    outcomes.clock_without_stamp,
    outcomes.probability_falls,
    outcomes.outcome_probability,
    outcomes.outcome_forecast,
    outcomes.claims,
    outcomes.shared_label,
    outcomes.window_before_limit,
    words.unrelated_variants,
    words.two_names,
    words.threshold_drift,
    literals.spellings,
    literals.two_scales,
    literals.old_date,
    owners.no_owner,
    owners.two_owners,
    owners.steward_as_owner,
    owners.hand_off_without_definition,
    owners.rule_without_owner,
    owners.review_overdue,
    fields.systems,
    fields.field_with_two_owners,
    fields.filled_later,
    fields.unused_definition,
    fields.unused_name,
    fields.unused_field,
)

PROVED: tuple[ProofCheck, ...] = (
    logic.conditions,
    meanings.declared_relations,
    meanings.unrelated_variants,
    meanings.one_meaning,
    meanings.copies,
    table_rows.rows,
)
"""The findings that take a proof or a record that shows them; asked for by ``check`` only."""
WITHOUT_PROOF: tuple[Check, ...] = (words.unrelated_variants,)
"""Those of ``CHECKS`` that one of ``PROVED`` stands in for: it says the same, and more."""


def faults(ruleset: Ruleset) -> list[Diagnostic]:
    """Return the errors alone: what must be mended before a lifecycle of ``ruleset`` means anything."""
    return in_order(graph.faults(stages.graph(lifecycle) for lifecycle in ruleset.lifecycles))


def findings(ruleset: Ruleset, today: datetime.date, questions: Questions | None = None) -> list[Diagnostic]:
    """Return every finding about ``ruleset`` as of ``today``, but those that an ``allow`` in force accepts, by place.

    With ``questions``, which are about ``ruleset`` too, also those by proof.
    """
    seen = survey(ruleset, today)
    plain = dataclasses.replace(seen, allows=())
    asked = (*PROVED, undecided.left_open)
    proved = [found for check in asked for found in check(plain, questions)] if questions is not None else []
    checks = CHECKS if questions is None else tuple(check for check in CHECKS if check not in WITHOUT_PROOF)
    all_found = [*(found for check in checks for found in check(plain)), *proved]
    left = all_found if not seen.allows else [*(found for check in checks for found in check(seen)), *proved]
    return in_order(
        [*(found for found in left if not _accepted(found, seen)), *_allows(seen, all_found, by_proof=questions is not None)]
    )


def accepts(allow: Allow, finding: Diagnostic) -> bool:
    """Return whether ``allow``, while in force, accepts ``finding``. Errors cannot be accepted."""
    named = allow.finding in (finding.name, finding.code)
    return named and finding.severity is not Severity.ERROR and (allow.on is None or allow.on in finding.subjects)


def _accepted(finding: Diagnostic, seen: Survey) -> bool:
    return any(accepts(allow, finding) for allow in seen.allows)


def _allows(seen: Survey, all_found: list[Diagnostic], *, by_proof: bool) -> Iterator[Diagnostic]:
    """Find ``allow``s that have ended, and those that accept nothing although these checks would find what they name."""
    modules = (shape, alignment, ownership, *((conditions, classes, words_by_proof, table_findings) if by_proof else ()))
    values = [value for module in modules for value in vars(module).values()]
    problems = [value for value in values if isinstance(value, Problem)]
    known = {name for problem in problems for name in (problem.name, problem.code)}
    for allow in seen.ruleset.allows:
        if not any(accepts(allow, found) for found in all_found):
            if allow.finding in known:
                yield ownership.allow_without_finding(allow)
        elif allow not in seen.allows:
            yield ownership.allow_ended(allow)
