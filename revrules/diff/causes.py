"""What only follows from other changes into the changes that it follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.diff.changes import Kind, What
from revrules.problems.alignment import said
from revrules.proofs.alignment.rows import deciding
from revrules.reads import children

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules.diff.changes import Change, Shape
    from revrules.diff.versions import Difference
    from revrules.ir import Expr, Lifecycle, Ruleset

WORDS = (What.DEFINITION, What.SCORE, What.CLASSIFICATION)


class Node(NamedTuple):
    """A thing that a change can be about: its kind (`word`, `gate`, `way`, `field`, `list` …), what it stands in, its name."""

    kind: str
    of: str
    name: str


def causes(difference: Difference, change: Change, roots: Sequence[Change]) -> tuple[Change | Shape, ...]:
    """Return which of ``roots``, and of what is declared otherwise, a word or stage as a whole reads by way of what changed."""
    reached = set()
    for ruleset, names in ((difference.new, (change.name,)), (difference.old, (change.name, change.was))):
        reached |= _reached(difference, ruleset, [_node(change)._replace(name=name) for name in names if name])
    found = [root for root in roots if _node(root) in reached and root is not change]
    declared = [shape for shape in difference.shape if not shape.aside and _declared(shape) & reached]
    return (*found, *declared)


def _node(change: Change) -> Node:
    """Return what a change is about; of a criterion, what it stands in."""
    match change.what:
        case What.CRITERION:
            lifecycle, _, stage = change.of.rpartition(".")
            return Node("gate", lifecycle, stage) if lifecycle else Node("word", change.entity, change.of)
        case What.STAGE | What.GATE:
            return Node("gate", change.of, change.name)
        case What.WAY:
            return Node("way", change.of, change.name)
        case What.RULE | What.CLAIM:
            return Node(change.what.value, "", change.name)
        case _:
            return Node("word", change.entity, change.name)


def _declared(shape: Shape) -> set[Node]:
    """Return what something that is declared otherwise can stand for."""
    place, _, rest = shape.name.partition(": ")
    if shape.what in ("way", "way back", "order of ways", "entry"):
        return {Node("gate", place, name) for name in rest.split(" → ")[-1:]}
    entity, _, name = shape.name.partition(".")
    if shape.what in ("field", "relation"):
        return {Node("field", entity, name)}
    if shape.what in ("list", "calendar"):
        return {Node(shape.what, "", shape.name)}
    return {Node("setting", "", shape.name)} if shape.what == "setting" else set()


def _reached(difference: Difference, ruleset: Ruleset, start: Iterable[Node]) -> set[Node]:
    """Return all that is read, directly or by way of words that are not proved to be the same."""
    same = {_node(each) for each in difference.changes if each.what in WORDS and each.kind is Kind.SAME}
    found: set[Node] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in found and node not in same:
            found.add(node)
            waiting += _read(ruleset, node)
    return found


def _read(ruleset: Ruleset, node: Node) -> Iterator[Node]:
    """Yield what a thing reads directly, and for a stage what else decides which records get there."""
    match node.kind:
        case "word":
            for each in ruleset.definitions:
                if (each.entity, said(each)) == (node.of, node.name):
                    yield from _named(ruleset, each.entity, [each.expr])
        case "gate":
            for lifecycle in ruleset.lifecycles:
                if lifecycle.name == node.of and any(stage.name == node.name for stage in lifecycle.stages):
                    yield from _of_stage(ruleset, lifecycle, node.name)
        case "rule":
            for rule in ruleset.rules:
                if rule.name == node.name:
                    yield from _named(ruleset, rule.entity, [rule.when, rule.require])
        case "claim":
            for claim in ruleset.assertions:
                if claim.name == node.name:
                    yield from _named(ruleset, claim.entity, [claim.where, claim.has])
                    yield from [Node("gate", claim.lifecycle, claim.stage)] if claim.lifecycle and claim.stage else []


def _of_stage(ruleset: Ruleset, lifecycle: Lifecycle, name: str) -> Iterator[Node]:
    gates, edges = deciding(lifecycle, name)
    yield from (Node("gate", lifecycle.name, gate) for gate in gates)
    yield from (Node("way", lifecycle.name, f"{edge.source} → {edge.target}") for edge in edges)
    conditions = [*(lifecycle.stage(gate).condition for gate in gates), *(edge.condition for edge in edges)]
    yield from _named(ruleset, lifecycle.entity, conditions)


def _named(ruleset: Ruleset, entity: str, exprs: Iterable[Expr]) -> Iterator[Node]:
    """Yield the words, fields, lists and calendars that expressions about ``entity`` name."""
    words = {each.id: each for each in ruleset.definitions}
    yield Node("setting", "", "timezone")
    yield Node("setting", "", "currency")
    waiting = list(exprs)
    while waiting:
        expr = waiting.pop()
        waiting += children(expr)
        match expr:
            case ir.Ref(definition) if definition in words:
                yield from _fields(ruleset, expr.path)
                yield Node("word", words[definition].entity, said(words[definition]))
            case ir.Table(table) | ir.Collects(table) if table in words:
                yield Node("word", words[table].entity, said(words[table]))
            case ir.Field(name):
                yield from _fields(ruleset, (name, *expr.path))
            case ir.Related(path):
                yield from _fields(ruleset, path)
            case ir.InList(_, list_):
                yield Node("list", "", list_)
            case ir.BusinessShift():
                yield Node("calendar", "", expr.calendar)
            case _:
                pass


def _fields(ruleset: Ruleset, names: Iterable[str]) -> Iterator[Node]:
    """Yield the fields and relations of these names, of whatever entity."""
    for name in names:
        owners = (each for each in ruleset.entities if each.field(name) is not None or each.relation(name) is not None)
        yield from (Node("field", each.name, name) for each in owners)
