"""Two versions into what records can be asked about them: rules, what is said in both, and numbers to be summed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.impact.ways import each_criterion
from revrules.problems.alignment import said
from revrules.reference.walk import gate
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from revrules.impact.naming import Naming

NUMBERS = (Scalar.INTEGER, Scalar.NUMBER, Scalar.MONEY)
Pair = tuple[ir.Expr, ir.Expr]


class Rules(NamedTuple):
    """Rules and assertions of both versions: new names of old ones, what both say, which of the old are gone."""

    names: Mapping[str, str]
    pairs: Mapping[str, tuple[Pair, ...]]
    gone: frozenset[str]


def judged(old: ir.Ruleset, new: ir.Ruleset, naming: Naming) -> Rules:
    """Return what both versions judge records by: rules and assertions."""
    names = {theirs: ours for ours, theirs in naming.rules.items()}
    pairs: dict[str, tuple[Pair, ...]] = {}
    for one, two in naming.words:
        if isinstance(one, ir.Rule) and isinstance(two, ir.Rule):
            pairs[two.name] = (one.when, two.when), (one.require, two.require)
    claims = {claim.name: claim for claim in old.assertions}
    for claim in new.assertions:
        before = claims.get(claim.name)
        if before is not None:
            pairs[claim.name] = (before.where, claim.where), (before.has, claim.has)
    before_names = {names.get(rule.name, rule.name) for rule in old.rules} | set(claims)
    kept = {rule.name for rule in new.rules} | {claim.name for claim in new.assertions}
    return Rules(names, pairs, frozenset(before_names - kept))


def exprs(naming: Naming, lifecycle: ir.Lifecycle, entity: str) -> dict[tuple[str, str], Pair]:
    """Return what both versions say, by what it is and the title of a change."""
    found: dict[tuple[str, str], Pair] = {}
    for one, two in naming.words:
        if two.entity != entity:
            continue
        if isinstance(one, ir.Rule) and isinstance(two, ir.Rule):
            found["rule", two.name] = _kept(one), _kept(two)
            found |= _criteria(two.name, one.criteria, two.criteria)
        elif isinstance(one, ir.Definition) and isinstance(two, ir.Definition):
            words = {ir.DefinitionKind.DEFINE: "definition", ir.DefinitionKind.CLASSIFY: "classification"}
            found[words.get(two.kind, "score"), said(two)] = one.expr, two.expr
            found |= _criteria(said(two), one.criteria, two.criteria)
    for first, second in naming.pairs(lifecycle):
        found["gate", f"{lifecycle.name}.{second.name}"] = gate(first), gate(second)
        found |= _criteria(second.name, first.requires, second.requires)
    return found


def _kept(rule: ir.Rule) -> ir.Expr:
    return ir.And((rule.when, ir.Not(rule.require)))


def _criteria(place: str, one: ir.Criteria | None, two: ir.Criteria | None) -> dict[tuple[str, str], Pair]:
    ours = {each.name: each.condition for each in each_criterion(one)}
    theirs = {each.name: each.condition for each in each_criterion(two)}
    return {("criterion", f"{place}.{name}"): (ours[name], theirs[name]) for name in theirs if name in ours}


def number(ruleset: ir.Ruleset, entity: str, name: str) -> ir.Expr | None:
    """Return a field or definition of an entity that is a number, by its name; None where there is none."""
    declared = ruleset.entity(entity).field(name)
    if declared is not None and declared.type in NUMBERS:
        return ir.Field(name, declared.type)
    found = (each for each in ruleset.definitions if each.entity == entity and said(each) == name and each.type in NUMBERS)
    return next((each.expr for each in found), None)


def numbers(ruleset: ir.Ruleset, entity: str) -> list[str]:
    """Return the names of these."""
    fields = [each.name for each in ruleset.entity(entity).fields if each.type in NUMBERS]
    return fields + [said(each) for each in ruleset.definitions if each.entity == entity and each.type in NUMBERS]
