"""A witness into what the ruleset says of it now, as an example would expect it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from revrules.ir import Count, DefinitionKind, Extreme, Pick, Ref, Rule, Sum
from revrules.proofs.spelling import Member, can_be_given, spelled, written
from revrules.reads import children, definition_name
from revrules.reference import evaluate, place
from revrules.types import EnumType, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from revrules.backends.smt.answers import Witness
    from revrules.ir import Assertion, Definition, Ruleset


def what_holds(ruleset: Ruleset, witness: Witness, subjects: Collection[str]) -> Iterator[str]:
    """Yield what ``ruleset`` says of ``witness``, each as written after the word expect.

    Where it is placed in each lifecycle of its entity; which rules and assertions it breaks, where ``subjects`` names one; the
    values of the definitions that ``subjects`` name (by name or id), or that such a rule or assertion speaks of.
    """
    lifecycles = [lifecycle for lifecycle in ruleset.lifecycles if lifecycle.entity == witness.entity]
    placements = [place(ruleset, lifecycle, witness.record, witness.as_of) for lifecycle in lifecycles]
    for lifecycle, placement in zip(lifecycles, placements, strict=True):
        of = f" of {written(lifecycle.name)}" if len(lifecycles) > 1 else ""
        yield f"stage {'none' if placement.stage is None else written(placement.stage)}{of}"
    every: Iterable[Rule | Assertion] = chain(ruleset.rules, ruleset.assertions)
    claims = [claim for claim in every if claim.entity == witness.entity and claim.name in subjects]
    if claims and len(lifecycles) == 1:
        broken = dict.fromkeys(violation.rule for violation in placements[0].violations)
        yield f"violates {', '.join(map(written, broken)) or 'none'}"
    spoken_of = {name for claim in claims for name in _definitions(claim)}
    for definition in ruleset.definitions:
        named = definition.id in spoken_of or {definition.name, definition.id, definition_name(definition.id)} & {*subjects}
        if named and definition.entity == witness.entity:
            yield from _value(ruleset, definition, witness)


def _definitions(claim: Rule | Assertion) -> Iterator[str]:
    """Yield the ids of the definitions that a rule or assertion names for the record itself."""
    exprs = (claim.when, claim.require) if isinstance(claim, Rule) else (claim.where, claim.has)
    waiting = list(exprs)
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Ref) and not expr.path:
            yield expr.definition
        if not isinstance(expr, Count | Sum | Extreme | Pick):
            waiting += children(expr)


def _value(ruleset: Ruleset, definition: Definition, witness: Witness) -> Iterator[str]:
    found = evaluate(ruleset, definition.id, witness.record, witness.as_of)
    name = written(definition.name, "=") + (f" for {written(definition.team)}" if definition.team else "")
    if definition.kind is DefinitionKind.DEFINE and definition.type is Scalar.BOOLEAN:
        yield f"{name} is {'unknown' if found is None else spelled(found)}"
    elif found is None:
        yield f"{name} is missing"
    elif isinstance(definition.type, EnumType) and isinstance(found, str):
        yield f"{name} = {spelled(Member(found))}"
    elif can_be_given(found):
        yield f"{name} = {spelled(found)}"
