"""A finding into the declaration that it is about, and a digest of what that means; neither depends on lines or files."""

from __future__ import annotations

import dataclasses
import hashlib
from bisect import bisect_right
from enum import Enum
from typing import TYPE_CHECKING

from revrules import ir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.diagnostics import Diagnostic
    from revrules.ir import Criteria, Ruleset

UNSAID = frozenset({"span", "doc", "was", "criteria", "requires"})
"""What changes no meaning: places, words for people; criteria say what the condition says."""
DIGITS = 12


class Declarations:
    """What a ruleset declares, by place and by name."""

    def __init__(self, ruleset: Ruleset) -> None:
        """Look through ``ruleset``."""
        self._definitions = {each.id: each for each in ruleset.definitions}
        self._fields: dict[str, list[ir.FieldDecl]] = {}
        for entity in ruleset.entities:
            for field in entity.fields:
                self._fields.setdefault(field.name, []).append(field)
        self._by_name: dict[str, ir.Node] = {}
        self._places: dict[int, str] = {}
        self._by_file: dict[str, list[tuple[int, str, ir.Node]]] = {}
        for name, node in _declared(ruleset):
            self._by_name.setdefault(name.partition(" ")[2], node)
            self._places[id(node)] = name
            if node.span is not None:
                self._by_file.setdefault(node.span.path, []).append((node.span.start, name, node))
        for found in self._by_file.values():
            found.sort(key=lambda each: each[0])

    def about(self, diagnostic: Diagnostic) -> tuple[str, str]:
        """Return the place of a finding (`stage revenue.mql`) and the digest of what it is about: that, and what it names."""
        place, node = self._place(diagnostic)
        nodes = [node] if node is not None else []
        nodes += [
            found for name in diagnostic.subjects
            if (found := self._by_name.get(name)) is not None and not isinstance(found, ir.Lifecycle | ir.Entity)
        ]  # fmt: skip
        return place, self._digest(nodes)

    def each(self, diagnostic: Diagnostic) -> list[tuple[str, str]]:
        """Return the place and digest of every declaration that a finding about several alike ones names."""
        found = {
            id(node): (self._places[id(node)], self._digest([node]))
            for name in diagnostic.subjects
            if (node := self._by_name.get(name)) is not None and not isinstance(node, ir.Lifecycle | ir.Entity)
        }
        return list(found.values())

    def _place(self, diagnostic: Diagnostic) -> tuple[str, ir.Node | None]:
        """Return the last declaration that begins before the finding; without one, what the finding names."""
        span = diagnostic.span
        there = self._by_file.get(span.path, []) if span is not None else []
        at = bisect_right([start for start, _, _ in there], span.start) if span is not None else 0
        if at:
            return there[at - 1][1], there[at - 1][2]
        return (f"`{diagnostic.subjects[-1]}`" if diagnostic.subjects else "the ruleset"), None

    def _digest(self, nodes: list[ir.Node]) -> str:
        """Return the digest of declarations and of all definitions and fields that these reach."""
        told: dict[str, str] = {}
        waiting = list(nodes)
        reached: set[int] = set()
        for node in waiting:
            if id(node) not in reached:
                reached.add(id(node))
                names: set[tuple[str, str]] = set()
                told[str(id(node))] = _said(node, names)
                waiting += self._reached(names)
        words = "\n".join(sorted(set(told.values())))
        return hashlib.blake2b(words.encode(errors="surrogatepass"), digest_size=DIGITS // 2).hexdigest()

    def _reached(self, names: set[tuple[str, str]]) -> Iterator[ir.Node]:
        for kind, name in sorted(names):
            if kind == "field":
                yield from self._fields.get(name, [])
            elif name in self._definitions:
                yield self._definitions[name]


def _declared(ruleset: Ruleset) -> Iterator[tuple[str, ir.Node]]:
    """Yield every declaration with its kind and name."""
    for kind, things in (
        ("team", ruleset.teams),
        ("system", ruleset.systems),
        ("list", ruleset.lists),
        ("calendar", ruleset.calendars),
    ):
        yield from ((f"{kind} {thing.name}", thing) for thing in things)
    for entity in ruleset.entities:
        yield f"entity {entity.name}", entity
        yield from ((f"field {entity.name}.{field.name}", field) for field in entity.fields if not field.implied)
        yield from ((f"relation {entity.name}.{each.name}", each) for each in entity.relations)
    for definition in ruleset.definitions:
        yield f"definition {definition.id}", definition
        yield from _criteria(definition.id, definition.criteria)
    for rule in ruleset.rules:
        yield f"rule {rule.entity}.{rule.name}", rule
        yield from _criteria(f"{rule.entity}.{rule.name}", rule.criteria)
    for lifecycle in ruleset.lifecycles:
        yield f"lifecycle {lifecycle.name}", lifecycle
        for stage in lifecycle.stages:
            yield f"stage {lifecycle.name}.{stage.name}", stage
            yield from _criteria(f"{lifecycle.name}.{stage.name}", stage.requires)
    yield from ((f"assertion {claim.name}", claim) for claim in ruleset.assertions)
    yield from ((f"example {example.title}", example) for example in ruleset.examples)


def _criteria(of: str, criteria: Criteria | None) -> Iterator[tuple[str, ir.Node]]:
    if isinstance(criteria, ir.Criterion):
        yield f"criterion {of}.{criteria.name}", criteria
    elif criteria is not None:
        for member in criteria.members:
            yield from _criteria(of, member)


def _said(value: object, names: set[tuple[str, str]]) -> str:
    """Return what a node says, places left out and members of sets in one order; note the definitions and fields it reads."""
    match value:
        case ir.Lifecycle(name):
            return f"lifecycle {name}"
        case ir.Entity(name):
            return f"entity {name}"
        case ir.Ref(definition):
            names.add(("definition", definition))
        case ir.Field(name):
            names.add(("field", name))
        case _:
            pass
    if isinstance(value, ir.And | ir.Or):
        return f"{type(value).__name__}({', '.join(sorted(_said(each, names) for each in value.operands))})"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return f"({', '.join(_said(each, names) for each in value)})"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = (
            f"{each.name}={_said(getattr(value, each.name), names)}"
            for each in dataclasses.fields(value)
            if each.name not in UNSAID
        )
        return f"{type(value).__name__}({', '.join(parts)})"
    return repr(value)
