"""Edits of a compiled ruleset, drawn at random: those that keep its meaning, and those that change what one place says.

``text_edits`` has those of the text: laid out otherwise, moved to another file.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from revrules import ir
from revrules.check.criteria import meaning
from revrules.proofs.mutants import mutants
from revrules.proofs.rewriting import rewritten
from revrules.rows import is_ranged
from revrules.types import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Part = TypeVar("Part")
MIRRORED = {
    ir.CompareOp.LT: ir.CompareOp.GT,
    ir.CompareOp.LE: ir.CompareOp.GE,
    ir.CompareOp.GT: ir.CompareOp.LT,
    ir.CompareOp.GE: ir.CompareOp.LE,
    ir.CompareOp.EQ: ir.CompareOp.EQ,
    ir.CompareOp.NE: ir.CompareOp.NE,
}
OPPOSITE = {
    ir.CompareOp.LT: ir.CompareOp.GE,
    ir.CompareOp.GE: ir.CompareOp.LT,
    ir.CompareOp.GT: ir.CompareOp.LE,
    ir.CompareOp.LE: ir.CompareOp.GT,
    ir.CompareOp.EQ: ir.CompareOp.NE,
    ir.CompareOp.NE: ir.CompareOp.EQ,
}


class Edit(NamedTuple):
    """A kind of edit and the ruleset that it makes."""

    kind: str
    ruleset: ir.Ruleset


def preserving(ruleset: ir.Ruleset, r: Random) -> Edit | None:
    """Return an edit of ``ruleset`` that keeps its meaning; None where the kind that was drawn fits nothing."""
    kind = r.choice([*REWRITES, *WHOLE])
    made = WHOLE[kind](ruleset, r) if kind in WHOLE else _reworded_somewhere(ruleset, r, kind)
    return None if made is None else Edit(kind, made)


def changing(ruleset: ir.Ruleset, r: Random) -> Edit | None:
    """Return an edit of ``ruleset`` that changes what one place says; None where the kind that was drawn fits nothing.

    A place that nothing depends on may be changed without a change of meaning.
    """
    kind = r.choice(("mistake", "mistake", "mistake", "add", "edge", "owner"))
    if kind == "mistake":
        every = list(mutants(ruleset))
        mutant = r.choice(every) if every else None
        return None if mutant is None else Edit(_kind_of(mutant.words), mutant.change.ruleset)
    made = {"add": _added, "edge": _with_edge, "owner": _given_away}[kind](ruleset, r)
    return None if made is None else Edit(kind, made)


def _kind_of(words: str) -> str:
    """Return the kind of a mistake that is told in ``words``."""
    if "left out" in words:
        return "edge" if words.startswith("the way") else "drop"
    if "missing from" in words:
        return "set member"
    old, _, new = words.replace("giving", "becoming").replace("`", "").partition(" becoming ")
    differing = {one for one, other in zip(reversed(old.split()), reversed(new.split()), strict=False) if one != other}
    return "threshold" if differing and all(any(mark.isdigit() for mark in word) for word in differing) else "operator"


def _conditions(ruleset: ir.Ruleset, entity: str) -> list[ir.Expr]:
    """Return conditions about the records of ``entity``."""
    named = [each for each in ruleset.definitions if each.entity == entity and each.type is Scalar.BOOLEAN]
    rules = [rule.when for rule in ruleset.rules if rule.entity == entity]
    known = [ir.Known(ir.Field(field.name, field.type)) for field in ruleset.entity(entity).fields]
    return [*rules, *(ir.Ref(each.id, each.type) for each in named), *known]


def _with_stage(ruleset: ir.Ruleset, lifecycle: ir.Lifecycle, old: ir.Stage, new: ir.Stage) -> ir.Ruleset:
    stages = tuple(new if each is old else each for each in lifecycle.stages)
    return _with_lifecycle(ruleset, lifecycle, dataclasses.replace(lifecycle, stages=stages))


def _with_lifecycle(ruleset: ir.Ruleset, old: ir.Lifecycle, new: ir.Lifecycle) -> ir.Ruleset:
    lifecycles = tuple(new if each is old else each for each in ruleset.lifecycles)
    return dataclasses.replace(ruleset, lifecycles=lifecycles)


def _added(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with one more criterion in a stage."""
    lifecycle = r.choice(ruleset.lifecycles)
    stage = r.choice(lifecycle.stages)
    criterion = ir.Criterion("one_more", r.choice(_conditions(ruleset, lifecycle.entity)))
    requires = criterion if stage.requires is None else ir.Group(ir.GroupKind.ALL, (stage.requires, criterion))
    return _with_stage(ruleset, lifecycle, stage, dataclasses.replace(stage, requires=requires, condition=meaning(requires)))


def _with_edge(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with one more way forward, to a stage that stands later in the file and leads to no earlier one."""
    lifecycle = r.choice(ruleset.lifecycles)
    forward = {(edge.source, edge.target) for edge in lifecycle.edges if not edge.back}
    names = [stage.name for stage in lifecycle.stages]
    if any(names.index(source) > names.index(target) for source, target in forward):
        return None
    free = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :] if (a, b) not in forward]
    if not free:
        return None
    source, target = r.choice(free)
    edge = ir.Edge(source, target, False, ir.Literal(True, Scalar.BOOLEAN))
    edges = sorted((*lifecycle.edges, edge), key=lambda each: (names.index(each.source), names.index(each.target)))
    return _with_lifecycle(ruleset, lifecycle, dataclasses.replace(lifecycle, edges=tuple(edges)))


def _given_away(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with another owner of a stage."""
    lifecycle = r.choice(ruleset.lifecycles)
    stage = r.choice(lifecycle.stages)
    teams = [team.name for team in ruleset.teams] or ["marketing", "sales"]
    owners = tuple(r.sample(teams, 1))
    if owners == stage.owners:
        return None
    return _with_stage(ruleset, lifecycle, stage, dataclasses.replace(stage, owners=owners))


def reworded(ruleset: ir.Ruleset, part: Part, r: Random, kind: str) -> Part | None:
    """Return ``part``, of ``ruleset``, with one node rewritten, drawn from those that can be; None where there is none."""
    rewrite = REWRITES[kind]
    spots: list[ir.Expr] = []

    def collect(node: object) -> object:
        if isinstance(node, ir.Expr) and rewrite(ruleset, node, r) is not None:
            spots.append(node)
        return node

    rewritten(part, collect)
    if not spots:
        return None
    chosen = r.choice(spots)
    return rewritten(part, lambda node: rewrite(ruleset, chosen, r) if node is chosen else node)


def _reworded_somewhere(ruleset: ir.Ruleset, r: Random, kind: str) -> ir.Ruleset | None:
    """Return ``ruleset`` with one node of its definitions, stages, edges or rules rewritten."""
    said = reworded(ruleset, (ruleset.definitions, ruleset.rules, ruleset.lifecycles), r, kind)
    if said is None:
        return None
    definitions, rules, lifecycles = said
    return dataclasses.replace(ruleset, definitions=definitions, rules=rules, lifecycles=lifecycles)


def _reordered(_: ir.Ruleset, node: ir.Expr, r: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands) | ir.Or(operands) | ir.AtLeast(_, operands) if len(operands) > 1:
            return dataclasses.replace(node, operands=tuple(r.sample(operands, len(operands))))
        case ir.OneOf(_, values) if len(values) > 1:
            return dataclasses.replace(node, values=tuple(r.sample(values, len(values))))
        case _:
            return None


def _swapped(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.Compare(op, left, right) if ir.type_of(left) == ir.type_of(right):
            return ir.Compare(MIRRORED[op], right, left)
        case ir.RangedCompare(op, left, right):
            return ir.RangedCompare(MIRRORED[op], right, left)
        case _:
            return None


def _negated_twice(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    return ir.Not(ir.Not(node)) if ir.type_of(node) is Scalar.BOOLEAN and not isinstance(node, ir.Literal) else None


def _by_de_morgan(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands):
            return ir.Not(ir.Or(tuple(map(ir.Not, operands))))
        case ir.Or(operands):
            return ir.Not(ir.And(tuple(map(ir.Not, operands))))
        case _:
            return None


def _opposite(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.Compare(op, left, right):
            return ir.Not(ir.Compare(OPPOSITE[op], left, right))
        case ir.RangedCompare(op, left, right):
            return ir.Not(ir.RangedCompare(OPPOSITE[op], left, right))
        case _:
            return None


def _inlined(ruleset: ir.Ruleset, node: ir.Expr, _: Random) -> ir.Expr | None:
    match node:
        case ir.Ref(definition, _, (), 0, ranged) if ranged is is_ranged(ruleset.definition(definition).expr):
            return ruleset.definition(definition).expr
        case _:
            return None


def _split(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    match node:
        case ir.And(operands) | ir.Or(operands) if len(operands) > 2:
            kind = type(node)
            return kind((operands[0], kind(operands[1:])))
        case _:
            return None


def _spelled_out(_: ir.Ruleset, node: ir.Expr, __: Random) -> ir.Expr | None:
    """A set as comparisons; a whole number's limit by its neighbour."""
    match node:
        case ir.OneOf(operand, values, False) if 1 < len(values) < 6:
            return ir.Or(tuple(ir.Compare(ir.CompareOp.EQ, operand, ir.Literal(value, ir.type_of(operand))) for value in values))
        case ir.Compare(ir.CompareOp.GE, left, ir.Literal(int() as value, Scalar.INTEGER)) if not isinstance(value, bool):
            return ir.Compare(ir.CompareOp.GT, left, ir.Literal(value - 1, Scalar.INTEGER)) if value > -(2**62) else None
        case _:
            return None


REWRITES: dict[str, Callable[[ir.Ruleset, ir.Expr, Random], ir.Expr | None]] = {
    "reorder": _reordered,
    "swap": _swapped,
    "double negation": _negated_twice,
    "De Morgan": _by_de_morgan,
    "opposite": _opposite,
    "inline": _inlined,
    "split": _split,
    "spell out": _spelled_out,
}


def _renamed(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with another name for one definition, which says what it was called."""
    named = [each for each in ruleset.definitions if each.team is None and each.id == f"{each.entity}.{each.name}"]
    if not named:
        return None
    chosen = r.choice(named)
    name = f"{chosen.name}_anew"
    new = f"{chosen.entity}.{name}"

    def change(node: object) -> object:
        if isinstance(node, ir.Ref) and node.definition == chosen.id:
            return dataclasses.replace(node, definition=new)
        return node

    changed = rewritten(
        dataclasses.replace(ruleset, examples=()),
        change,
    )
    definitions = tuple(
        dataclasses.replace(each, id=new, name=name, was=(chosen.name,)) if each.id == chosen.id else each
        for each in changed.definitions
    )
    return dataclasses.replace(changed, definitions=definitions)


def _stage_renamed(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with another name for one stage, which says what it was called."""
    lifecycle = r.choice(ruleset.lifecycles)
    chosen = r.choice(lifecycle.stages)
    name = f"{chosen.name}_anew"

    def called(stage: str | None) -> str | None:
        return name if stage == chosen.name else stage

    def change(node: object) -> object:
        match node:
            case ir.Stage() if node is chosen:
                return dataclasses.replace(node, name=name, was=(chosen.name, *chosen.was))
            case ir.Edge():
                return dataclasses.replace(node, source=called(node.source), target=called(node.target))
            case _:
                return node

    assertions = tuple(
        dataclasses.replace(each, stage=called(each.stage)) if each.lifecycle == lifecycle.name else each
        for each in ruleset.assertions
    )
    made = dataclasses.replace(ruleset, assertions=assertions, examples=())
    return _with_lifecycle(made, lifecycle, rewritten(lifecycle, change))


def _split_criterion(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with one criterion of a stage as two, each with a name of its own."""
    spots = [
        (lifecycle, stage, criterion)
        for lifecycle in ruleset.lifecycles
        for stage in lifecycle.stages
        for criterion in _criteria(stage.requires)
        if isinstance(criterion.condition, ir.And) and len(criterion.condition.operands) > 1
    ]
    if not spots:
        return None
    lifecycle, stage, chosen = r.choice(spots)
    assert isinstance(chosen.condition, ir.And), "only such are chosen"
    first, *rest = chosen.condition.operands
    two = ir.Criterion(f"{chosen.name}_first", first), ir.Criterion(f"{chosen.name}_rest", ir.And(tuple(rest)))
    group = ir.Group(ir.GroupKind.ALL, two)
    requires = rewritten(stage.requires, lambda node: group if node is chosen else node)
    assert requires is not None, "it has a criterion"
    return _with_stage(ruleset, lifecycle, stage, dataclasses.replace(stage, requires=requires, condition=meaning(requires)))


def _criteria(criteria: ir.Criteria | None) -> Iterator[ir.Criterion]:
    if isinstance(criteria, ir.Criterion):
        yield criteria
    elif criteria is not None:
        for member in criteria.members:
            yield from _criteria(member)


def _moved(ruleset: ir.Ruleset, r: Random) -> ir.Ruleset | None:
    """Return ``ruleset`` with its rules and lifecycles in another order, as if its files were read in another."""
    rules, lifecycles = list(ruleset.rules), list(ruleset.lifecycles)
    r.shuffle(rules)
    r.shuffle(lifecycles)
    return dataclasses.replace(ruleset, rules=tuple(rules), lifecycles=tuple(lifecycles))


WHOLE: dict[str, Callable[[ir.Ruleset, Random], ir.Ruleset | None]] = {
    "rename": _renamed,
    "rename a stage": _stage_renamed,
    "split a criterion": _split_criterion,
    "reorder declarations": _moved,
}
"""Those that are made to more than one expression."""


def all_kinds() -> Iterator[str]:
    """Yield the kinds of edits that keep the meaning."""
    yield from (*REWRITES, *WHOLE)
