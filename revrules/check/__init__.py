"""Turn syntax trees into the IR: names resolved, types known, sugar gone; every mistake found in one run, without cascades.

Where some text could not be read, what seems to be missing may stand in it: unknown names and clauses that are needed are not
reported where they may stand there, everything else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from revrules import ir, syntax
from revrules.check import definitions, setting
from revrules.check.claims import allow, assertion, distinct, rule
from revrules.check.examples import Known, example
from revrules.check.lifecycles import lifecycle
from revrules.check.old_names import check_old_names, earlier
from revrules.check.report import Report
from revrules.check.schema import add_entities, enum_type, finished
from revrules.check.tables import Tables
from revrules.check.unread import unread
from revrules.problems import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.loading import Loaded

__all__ = ["check"]

T = TypeVar("T")


def check(loaded: Loaded) -> tuple[ir.Ruleset | None, list[Diagnostic]]:
    """Return the ruleset that ``loaded`` means and what is wrong with it; None in the place of a ruleset with errors."""
    report = Report(unread(loaded))
    header = setting.only_header(_of(loaded, syntax.Header), report)
    zone = setting.time_zone(header.timezone if header is not None else None, report) or ZoneInfo("UTC")
    tables = Tables(report, loaded.sources, zone, setting.fiscal_start(header, report), attached=loaded.attached)
    _add_setting(loaded, tables)
    setting.check_header(header, tables)
    owners = _file_owners(loaded, tables)
    add_entities(_of(loaded, syntax.Entity), tables)
    declared = tuple(d for d in _declarations(loaded) if isinstance(d, syntax.Define | syntax.Classify | syntax.Score))
    infos = definitions.check_definitions(definitions.add_definitions(declared, owners, tables), tables)
    defined = tuple(made for info in infos for made in definitions.finished(info, tables))

    rules = setting.first_of_each(_of(loaded, syntax.Rule), "rule", report)
    graphs = setting.first_of_each(_of(loaded, syntax.Lifecycle), "lifecycle", report)
    by_name = {graph.name.text: graph for graph in graphs}
    assertions = distinct(_found(assertion(claim, by_name, tables) for claim in _of(loaded, syntax.Assertion)))
    claims = {r.name.text: r.entity.text for r in rules} | {claim.name: claim.entity for claim in assertions}
    found_rules = _found(rule(decl, owners.get(decl.span.path), tables) for decl in rules)
    lifecycles = _found(lifecycle(decl, owners.get(decl.span.path), tables) for decl in graphs)
    known = Known(by_name, claims)
    examples = _found(example(decl, known, tables) for decl in _of(loaded, syntax.Example))
    allows = _allows(loaded, tables)
    check_old_names(tuple(_declarations(loaded)), report)
    if report.diagnostics or report.unread:
        return None, report.diagnostics
    ruleset = ir.Ruleset(
        header.name.text if header is not None else loaded.name,
        header.title.value if header is not None and header.title is not None else "",
        header.steward.text if header is not None and header.steward is not None else None,
        header.currency.text if header is not None and header.currency is not None else None,
        zone.key,
        tables.fiscal_start,
        header.review_by.value if header is not None and header.review_by is not None else None,
        tuple(tables.teams.values()),
        tuple(tables.systems.values()),
        tuple(tables.lists.values()),
        tuple(tables.calendars.values()),
        tuple(finished(entity) for entity in tables.entities.values()),
        defined,
        found_rules,
        lifecycles,
        assertions,
        examples,
        allows,
        tuple(tables.decisions.values()),
        span=header.name.span if header is not None else None,
    )
    return ruleset, []


def _declarations(loaded: Loaded) -> Iterator[syntax.Declaration]:
    return (declaration for file in loaded.files for declaration in file.declarations)


def _of(loaded: Loaded, kind: type[T]) -> tuple[T, ...]:
    """Return the declarations of one kind, in the order of the files."""
    return tuple(declaration for declaration in _declarations(loaded) if isinstance(declaration, kind))


def _found(items: Iterable[T | None]) -> tuple[T, ...]:
    """Return what could be made sense of."""
    return tuple(item for item in items if item is not None)


def _add_setting(loaded: Loaded, tables: Tables) -> None:
    """Enter teams, systems, lists and calendars into the tables."""
    report = tables.report
    for team in setting.first_of_each(_of(loaded, syntax.Team), "team", report):
        label = team.label.value if team.label is not None else team.name.text
        tables.teams[team.name.text] = ir.Team(team.name.text, label, team.doc or "", earlier(team.was), span=team.name.span)
    for system in setting.first_of_each(_of(loaded, syntax.System), "system", report):
        label = system.label.value if system.label is not None else system.name.text
        tables.systems[system.name.text] = ir.System(system.name.text, label, system.doc or "", span=system.name.span)
    for decl in setting.first_of_each(_of(loaded, syntax.ListDecl), "list", report):
        setting.add_list(decl, loaded, tables)
    for enum in setting.first_of_each(_of(loaded, syntax.EnumDecl), "enum", report):
        tables.enums[enum.name.text] = enum_type(enum.name.text, enum.members, tables, ordered=enum.ordered)
    for calendar in setting.first_of_each(_of(loaded, syntax.Calendar), "calendar", report):
        setting.add_calendar(calendar, loaded, tables)


def _file_owners(loaded: Loaded, tables: Tables) -> dict[str, str]:
    """Return the default owner of each file that says one."""
    found: dict[str, syntax.FileOwner] = {}
    for decl in _of(loaded, syntax.FileOwner):
        first = found.setdefault(decl.span.path, decl)
        if first is not decl:
            tables.report.add(names.repeated(decl.span, "`for team`", first.span))
        elif decl.team.text not in tables.teams:
            tables.report.absent(names.unknown_team(decl.team.span, decl.team.text, tables.teams))
    return {path: decl.team.text for path, decl in found.items() if decl.team.text in tables.teams}


def _allows(loaded: Loaded, tables: Tables) -> tuple[ir.Allow, ...]:
    """Return the accepted findings: those that stand alone, and those inside a declaration, which are about it."""
    declared: dict[str, None] = {}
    found: list[tuple[syntax.Allow, str | None]] = []
    waiting: list[object] = []
    waiting += reversed(list(_declarations(loaded)))
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Allow):
            found.append((node, None))
            continue
        if isinstance(node, syntax.RelationDecl | syntax.Team | syntax.System | syntax.ListDecl | syntax.Calendar):
            declared[node.name.text] = None
        name = getattr(node, "name", None)
        if isinstance(name, syntax.Name):
            declared[name.text] = None
            found += [(inner, name.text) for inner in getattr(node, "allows", ())]
        if isinstance(node, syntax.Criterion | syntax.CriteriaGroup):
            waiting += getattr(node, "members", ())
        match node:
            case syntax.Entity():
                waiting += (*reversed(node.relations), *reversed(node.fields))
            case syntax.Lifecycle():
                waiting += reversed(node.stages)
            case syntax.Stage(requires=group) | syntax.Define(means=group) | syntax.Rule(require=group) if group is not None:
                waiting.append(group)
            case syntax.Classify(branches=branches):
                declared |= {branch.member.name.text: None for branch in branches}
            case _:
                pass
    return _found(allow(decl, subject, declared, tables) for decl, subject in found)
