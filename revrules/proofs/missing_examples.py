"""What the examples of a ruleset do not show into examples that do, found by the prover, as few as cover it.

For each goal and each mistake that no example notices there is one question: a record of which it comes out otherwise. Each
record that is found is tried on all that is left. What an example expects is what the ruleset says now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from revrules import ir
from revrules.proofs.changes import DeclaredKind
from revrules.proofs.coverage import coverage
from revrules.proofs.goals import Chosen
from revrules.proofs.mutants import MOST_MUTANTS, Mutant, score, spread
from revrules.proofs.reaching import Reach, shown_by
from revrules.proofs.witnesses import as_example

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from revrules.proofs.differences import Differences
    from revrules.proofs.goals import Goal
    from revrules.proofs.reaching import Candidate, Target

    Progress: TypeAlias = Callable[[int, int], None]

MOST_QUESTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Written:
    """A new example, and its text, ready for a file."""

    example: ir.Example
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The new examples; what no record can show (proved), and what was not reached, each with the reason."""

    examples: tuple[Written, ...]
    impossible: tuple[tuple[Target, str], ...]
    unreached: tuple[tuple[Target, str], ...]


def missing_examples(
    differences: Differences,
    *,
    as_of: datetime | None = None,
    most_questions: int = MOST_QUESTIONS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Missing:
    """Return the examples that a ruleset lacks. Deterministic; stops after ``most_questions`` questions.

    ``progress`` is told how many goals and mistakes were looked at, of how many.
    """
    ruleset = differences.ruleset
    tried = score(ruleset, as_of=as_of, seed=seed, most=MOST_MUTANTS)
    goals = [goal for goal in coverage(ruleset, as_of=as_of).missing if not _is_one_of_many_rows(ruleset, goal)]
    targets = _in_order([*goals, *tried.survivors])
    reach = Reach(differences, most_questions)
    found: list[Candidate] = []
    impossible: list[tuple[Target, str]] = []
    unreached: list[tuple[Target, str]] = []
    for n, target in enumerate(targets):
        if progress is not None:
            progress(n, len(targets))
        if any(shown_by(candidate.watch, target) for candidate in reversed(found)):
            continue
        reached = reach.to(target)
        if reached.candidate is not None:
            found.append(reached.candidate)
        else:
            (impossible if reached.proved else unreached).append((target, reached.reason))
    return Missing(tuple(_written(ruleset, _few(found, targets))), tuple(impossible), tuple(unreached))


def _is_one_of_many_rows(ruleset: ir.Ruleset, goal: Goal) -> bool:
    """Return whether a goal is a row of a table so long that nobody wants an example for each."""
    return isinstance(goal.seen, Chosen) and goal.seen.row not in spread(len(ruleset.table(goal.seen.definition).rows))


def _in_order(targets: Sequence[Target]) -> list[Target]:
    """Return limits first: their records tell the most, and show much else besides; then goals, then other mistakes."""

    def rank(target: Target) -> int:
        if not isinstance(target, Mutant):
            return 1
        return 0 if isinstance(target.part, ir.Compare | ir.RangedCompare | ir.Shift | ir.Arith) and not target.inside else 2

    return sorted(targets, key=rank)


def _few(found: Sequence[Candidate], targets: Sequence[Target]) -> list[Candidate]:
    """Return as few of the candidates as show all that all of them show: always the one that shows the most of what is left."""
    shown = [{n for n, target in enumerate(targets) if shown_by(candidate.watch, target)} for candidate in found]
    left = set[int]().union(*shown)
    chosen: list[int] = []
    while left:
        best = max(range(len(found)), key=lambda n: (len(shown[n] & left), -n))
        chosen.append(best)
        left -= shown[best]
    return [found[n] for n in sorted(chosen)]


def _written(ruleset: ir.Ruleset, candidates: Sequence[Candidate]) -> list[Written]:
    """Return the candidates as texts, in the order of the declarations that they are about, each with a title of its own."""
    taken = {example.title for example in ruleset.examples}
    written = []
    for candidate in sorted(candidates, key=lambda candidate: _position(ruleset, candidate.target)):
        title = _unused(candidate.watch.example.title, taken)
        text = as_example(ruleset, candidate.witness, title, [expected.text for expected in candidate.expected])
        assert text is not None, "what has no literal is no candidate"
        written.append(Written(replace(candidate.watch.example, title=title), text))
    return written


def _position(ruleset: ir.Ruleset, target: Target) -> tuple[int, int, int]:
    """Return where a target stands: by entity, then definitions, lifecycles, rules, each in their order."""
    entities = [entity.name for entity in ruleset.entities]
    if not isinstance(target, Mutant) and target.seen is not None:
        kind, name = (0, target.seen.definition) if isinstance(target.seen, Chosen) else (1, target.seen.lifecycle)
        entity = target.section.entity
    else:
        declared = target.change.declared if isinstance(target, Mutant) else target.changes[0].declared
        kind = {DeclaredKind.DEFINITION: 0, DeclaredKind.RULE: 2}.get(declared.kind, 1)
        entity, name = declared.entity, declared.lifecycle or declared.name
    order = (
        [definition.id for definition in ruleset.definitions],
        [lifecycle.name for lifecycle in ruleset.lifecycles],
        [rule.name for rule in ruleset.rules],
    )
    return entities.index(entity), kind, order[kind].index(name)


def _unused(title: str, taken: set[str]) -> str:
    """Return ``title``, or with a number where it is in use."""
    names = (title, *(f"{title} ({n})" for n in range(2, len(taken) + 3)))
    found = next(name for name in names if name not in taken)
    taken.add(found)
    return found
