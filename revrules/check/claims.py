"""Turn rules, assertions and accepted findings into their IR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir, syntax
from revrules.check.aggregates import TRUE
from revrules.check.criteria import check_names, criteria, meaning
from revrules.check.expressions import condition
from revrules.check.old_names import earlier
from revrules.check.resolve import Scope, Unresolved, report_unresolved, resolve
from revrules.check.schema import known_teams
from revrules.diagnostics import Severity
from revrules.problems import catalogue, names, types
from revrules.types import Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules.check.tables import EntityInfo, Tables

LEVELS = tuple(level.value for level in ir.Level)


def rule(decl: syntax.Rule, default_owner: str | None, tables: Tables) -> ir.Rule | None:
    """Return a rule, or None (reported)."""
    entity = tables.entities.get(decl.entity.text)
    if entity is None:
        tables.report.absent(names.unknown_entity(decl.entity.span, decl.entity.text, tables.entities))
        return None
    owners = known_teams(decl.owners, tables) or ((default_owner,) if default_owner is not None else ())
    scope = Scope(tables, entity, owners)
    if decl.level.text not in LEVELS:
        tables.report.add(names.unknown_word(decl.level.span, "level", decl.level.text, LEVELS))
    check_names(scope, decl.when, decl.require)
    when = criteria(decl.when, decl.name.text, scope) if decl.when is not None else None
    require = criteria(decl.require, decl.name.text, scope) if decl.require is not None else None
    if decl.require is None:
        tables.report.lacking(names.needs_clause(decl.name.span, f"rule `{decl.name.text}`", "`require`: what must hold"))
    if require is None or (when is None and decl.when is not None) or decl.level.text not in LEVELS:
        return None
    message = decl.message.value if decl.message is not None else decl.doc or decl.name.text
    return ir.Rule(
        decl.name.text,
        entity.name,
        ir.Level(decl.level.text),
        meaning(when) if when is not None else TRUE,
        meaning(require),
        message,
        owners,
        require,
        decl.doc or "",
        earlier(decl.was),
        span=decl.name.span,
    )


# --- assertions --------------------------------------------------------------------------------------------------


def assertion(decl: syntax.Assertion, lifecycles: Mapping[str, syntax.Lifecycle], tables: Tables) -> ir.Assertion | None:
    """Return an assertion, or None (reported). It is named after what it says unless it has a name."""
    subject = _subject(decl, lifecycles, tables)
    if subject is None:
        return None
    entity, stage, ref = subject
    scope = Scope(tables, entity)
    where = condition(decl.where, scope) if decl.where is not None else None
    has = condition(decl.has, scope) if decl.has is not None else TRUE
    quantifier = ir.Quantifier(decl.quantifier)
    if quantifier is ir.Quantifier.EVERY and decl.has is None:
        tables.report.lacking(names.needs_clause(decl.span, "`assert every`", "a claim: `has …`"))
        return None
    if has is None or (where is None and decl.where is not None):
        return None
    parts = tuple(part for part in (ref, where) if part is not None)
    about = f"{decl.quantifier} {decl.subject.text}" + (f" of {decl.of.text}" if decl.of is not None else "")
    return ir.Assertion(
        decl.name.text if decl.name is not None else about,
        quantifier,
        entity.name,
        parts[0] if len(parts) == 1 else ir.And(parts, span=decl.span) if parts else TRUE,
        has,
        decl.of.text if stage is not None and decl.of is not None else None,
        stage,
        decl.because.value if decl.because is not None else decl.doc or _written(decl, about, tables),
        span=decl.span,
    )


def _written(decl: syntax.Assertion, about: str, tables: Tables) -> str:
    """Return what an assertion claims, in its own words on one line."""
    parts = (("where", decl.where), ("has", decl.has))
    said = (f" {word} {' '.join(tables.text(part.span).split())}" for word, part in parts if part is not None)
    return about + "".join(said)


def distinct(assertions: Iterable[ir.Assertion]) -> tuple[ir.Assertion, ...]:
    """Return assertions with names of their own: a number follows those that say the same words."""
    counts: dict[str, int] = {}
    found = []
    for claim in assertions:
        counts[claim.name] = counts.get(claim.name, 0) + 1
        count = counts[claim.name]
        found.append(claim if count == 1 else _renamed(claim, f"{claim.name} ({count})"))
    return tuple(found)


def _renamed(claim: ir.Assertion, name: str) -> ir.Assertion:
    return ir.Assertion(
        name,
        claim.quantifier,
        claim.entity,
        claim.where,
        claim.has,
        claim.lifecycle,
        claim.stage,
        claim.because,
        span=claim.span,
    )


def _subject(
    decl: syntax.Assertion, lifecycles: Mapping[str, syntax.Lifecycle], tables: Tables
) -> tuple[EntityInfo, str | None, ir.Expr | None] | None:
    """Return the entity that an assertion speaks of, with the stage or condition that narrows it; None if reported."""
    name, of, report = decl.subject, decl.of, tables.report
    if of is None:
        if name.text not in tables.entities:
            report.absent(names.unknown_subject(name.span, name.text, None, tables.entities))
            return None
        return tables.entities[name.text], None, None
    graph = lifecycles.get(of.text)
    stages = [stage.name.text for stage in graph.stages] if graph is not None else []
    if graph is not None and name.text in stages:
        entity = tables.entities.get(graph.entity.text)
        return None if entity is None else (entity, name.text, None)
    entity = tables.entities.get(of.text)
    if graph is None and entity is None:
        report.absent(names.unknown_owner_of(of.span, of.text, (*lifecycles, *tables.entities)))
        return None
    if entity is None or name.text not in entity.definitions:
        known = (*stages, *(entity.definitions if entity is not None else ()))
        report.absent(names.unknown_subject(name.span, name.text, of.text, known))
        return None
    return _condition_of(name, entity, tables)


def _condition_of(name: syntax.Name, entity: EntityInfo, tables: Tables) -> tuple[EntityInfo, None, ir.Expr] | None:
    """Return an entity narrowed by one of its conditions."""
    found = resolve(syntax.Reference((name,), span=name.span), Scope(tables, entity))
    if isinstance(found, Unresolved):
        report_unresolved(found, tables.report)
        return None
    info = entity.definitions[name.text][0]
    if info.term is None:
        return None
    if info.term.type is not Scalar.BOOLEAN:
        tables.report.add(types.not_a_condition(name.span, type_name(info.term.type), "name a stage, a condition or an entity"))
        return None
    return entity, None, ir.Ref(info.id, Scalar.BOOLEAN, span=name.span)


# --- accepted findings -------------------------------------------------------------------------------------------


def allow(decl: syntax.Allow, subject: str | None, declared: Mapping[str, object], tables: Tables) -> ir.Allow | None:
    """Return an accepted finding, or None (reported). ``subject`` is the declaration in which it stands, if any."""
    report, written = tables.report, decl.finding.text
    by_name = {problem.name: problem for problem in catalogue().values()}
    problem = by_name.get(written) or catalogue().get(written.upper())
    if problem is None:
        known = [name for name, found in by_name.items() if found.severity is not Severity.ERROR]
        report.add(names.unknown_finding(decl.finding.span, written, known))
        return None
    if problem.severity is Severity.ERROR:
        report.add(names.not_allowable(decl.finding.span, written))
        return None
    on = decl.on.text if decl.on is not None else subject
    if decl.on is not None and decl.on.text not in declared:
        report.absent(names.unknown_declaration(decl.on.span, decl.on.text, declared))
        return None
    until = decl.until.value if decl.until is not None else None
    return ir.Allow(problem.name, on, decl.because.value, until, span=decl.span)
