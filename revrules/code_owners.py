"""A ruleset into the lines of a CODEOWNERS file: its files, and the teams that own what is declared in them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from revrules import ir
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from revrules.ir import Expr, Ruleset

BEGIN = "# revrules: begin (written by `revrules owners`; lines outside of this section are kept)"
END = "# revrules: end"
SECTION = re.compile(r"^# revrules: begin\b[^\n]*\n.*?^# revrules: end[^\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class SectionError(ValueError):
    """A file has only one end of the section."""


def file_owners(ruleset: Ruleset, files: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the teams that own what is declared in each of ``files`` (as spans name them), in the ruleset's order of teams.

    A definition that has no owner is its variant's team's. The rows and items of a table or list are owned by those who own the
    definitions that read them. What nobody owns is the steward's; without one, the file has no teams.
    """
    order = [team.name for team in ruleset.teams]
    found: dict[str, set[str]] = {path: set() for path in files}
    for path, owners in _owned(ruleset):
        if path in found:
            found[path].update(owners)
    steward = (ruleset.steward,) if ruleset.steward else ()
    return {path: tuple(sorted(teams, key=order.index)) or steward for path, teams in found.items()}


def code_owners(owners: Mapping[str, Iterable[str]], names: Mapping[str, str]) -> str:
    """Return the section: a line for each file, by path, with its teams as ``names`` calls them (`@sales` where it does not).

    A file without teams is listed without any: then nobody has to review it.
    """
    lines = [_line(path, [names.get(team, f"@{team}") for team in owners[path]]) for path in sorted(owners)]
    return "\n".join([BEGIN, *lines, END]) + "\n"


def with_section(text: str, section: str) -> str:
    """Return the text of a CODEOWNERS file with the section in the place of an earlier one, else at its end.

    Raises ``SectionError`` where the text has a begin without an end, or the other way round.
    """
    parts = SECTION.split(text)
    if any(re.search(r"^# revrules: (?:begin|end)\b", part, re.MULTILINE) for part in parts):
        raise SectionError("its section of revrules has a begin or an end only; mend or remove these lines")
    if len(parts) > 1:
        return parts[0] + section + "".join(parts[1:])
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}{section}"


def _line(path: str, teams: list[str]) -> str:
    written = re.sub(r"([\\ #*?\[\]!])", r"\\\1", path)
    return " ".join([f"/{written}", *dict.fromkeys(teams)])


def _owned(ruleset: Ruleset) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (file, teams) of everything that has owners."""
    files = {each.name: _beside(each, each.path) for each in ruleset.lists if each.path is not None}
    tables = {each.name: _beside(each, each.path) for each in ruleset.tables}
    for entity in ruleset.entities:
        yield from (_at(field, field.owners) for field in entity.fields)
    for definition in ruleset.definitions:
        owners = definition.owners or ((definition.team,) if definition.team else ())
        yield _at(definition, owners)
        yield from ((path, owners) for path in _files(definition.expr, files, tables))
    for rule in ruleset.rules:
        yield _at(rule, rule.owners)
        yield from ((path, rule.owners) for expr in (rule.when, rule.require) for path in _files(expr, files, tables))
    for lifecycle in ruleset.lifecycles:
        for stage in lifecycle.stages:
            yield _at(stage, stage.owners)
            yield from ((path, stage.owners) for path in _files(stage.condition, files, tables))


def _at(node: ir.Node, owners: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return (node.span.path if node.span is not None else "", owners)


def _beside(node: ir.Node, path: str) -> str:
    """Return where a file lies that ``node`` names, seen from the file that it stands in."""
    here = posixpath.dirname(node.span.path) if node.span is not None else ""
    return posixpath.normpath(posixpath.join(here, path))


def _files(expr: Expr, lists: Mapping[str, str], tables: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that the lists and tables in an expression come from."""
    waiting = [expr]
    for part in waiting:
        if isinstance(part, ir.InList) and part.list in lists:
            yield lists[part.list]
        if isinstance(part, ir.Table | ir.Collects) and part.table in tables:
            yield tables[part.table]
        waiting += children(part)
