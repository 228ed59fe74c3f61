"""What corresponds in two rulesets into rows: a word, rule or stage, how the two lie to each other, the records that show it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from revrules import ir
from revrules.problems.alignment import said
from revrules.proofs.alignment.clauses import clauses_of, responsible
from revrules.proofs.alignment.enums import named_by_first
from revrules.proofs.alignment.matching import Near
from revrules.proofs.alignment.sides import NOTHING
from revrules.proofs.alike import alike
from revrules.proofs.compare import Comparison, Relation, ValueComparison, compare, compare_values, is_member
from revrules.proofs.placement import placement
from revrules.proofs.rewriting import rewritten
from revrules.rows import is_ranged
from revrules.types import NUMERIC, EnumType, Scalar, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from revrules.ir import Definition, Edge, Expr, Lifecycle, Rule, Stage
    from revrules.proofs.alignment.clauses import Clause
    from revrules.proofs.alignment.matching import Names, Pair, StagePair
    from revrules.proofs.alignment.sides import Notes, Side
    from revrules.proofs.questions import Questions
    from revrules.proofs.rewriting import Change
    from revrules.types import Type

MOST_LONE = 60
"""Definitions of one side alone, of one entity, among which those of one meaning are looked for."""
Said = tuple["Expr", "Notes"]
"""What a side says, in the terms of both, and what is to be remarked on it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A word or stage of both sides, or of one of them only (the other's name is None).

    ``kind``: word, member (of the classification above it), rule, stage. ``found`` is None where there is nothing to compare, or
    ``obstacle`` says why it cannot be. ``clauses``: the second's criteria that keep out the record of the first alone, and the
    first's that keep out that of the second alone; ``just``: whether that one criterion makes all of the difference.
    """

    kind: str
    entity: str
    first: str | None
    second: str | None
    found: Comparison | ValueComparison | None = None
    obstacle: str = ""
    caveats: tuple[str, ...] = ()
    clauses: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    just: tuple[bool, bool] = (False, False)
    asked: tuple[Asked, Asked] | None = None
    inherited: bool = False
    """Of stages: the criteria are the same on both sides, so that what differs comes from the stages before."""

    @property
    def same(self) -> bool:
        """Whether it is proved, without a reserve, that both mean the same."""
        return self.looks_same and not self.caveats

    @property
    def looks_same(self) -> bool:
        """Whether it is proved that both mean the same, the reserves aside."""
        if isinstance(self.found, Comparison):
            return self.found.relation in (Relation.SAME, Relation.BOTH_EMPTY)
        return self.found is not None and self.found.same is True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks of one side, in that side's own ruleset: a definition, and the member of it that counts; or a stage.

    ``names`` are those of the other side for the members of a classification. ``is_value``: the answer is no condition.
    """

    definition: str = ""
    member: str | None = None
    lifecycle: str = ""
    stage: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    is_value: bool = False


class Words:
    """Compares definitions and rules of two sides."""

    def __init__(self, questions: Questions, first: Side, second: Side, names: Names, *, inherited: bool = True) -> None:
        """Compare those of two sides; ``inherited``: whether records are shown where both sides say it alike."""
        self.questions, self.first, self.second, self.names = questions, first, second, names
        self.inherited = inherited

    def rows(self, pairs: Sequence[Pair]) -> Iterator[Row]:
        """Yield the row of each pair; below a classification those of its members."""
        for entity, one, other in pairs:
            if isinstance(one, ir.Rule) or isinstance(other, ir.Rule):
                assert not isinstance(one, ir.Definition) and not isinstance(other, ir.Definition), "rules go with rules"
                yield self._rule(entity, one, other)
            elif one is None or other is None:
                yield Row("word", entity, said(one) if one else None, said(other) if other else None)
            else:
                yield from self._word(entity, one, other)

    def namesakes(self, pairs: Sequence[Pair]) -> Iterator[Near]:
        """Yield the conditions that only one side has, and that mean, by proof, what one of the other side alone means."""
        for entity in dict.fromkeys(pair.entity for pair in pairs):
            lone = [
                (side, definition, *self._value(whole, definition))
                for pair in pairs
                if pair.entity == entity and (pair.first is None or pair.second is None)
                for side, whole, definition in ((0, self.first, pair.first), (1, self.second, pair.second))
                if isinstance(definition, ir.Definition) and definition.type is Scalar.BOOLEAN
            ]
            asked = [each for each in lone if not each[3].obstacles][:MOST_LONE]
            for group in alike(self.questions, entity, [expr for _, _, expr, _ in asked]):
                ours, theirs = ([asked[at][1] for at in group if asked[at][0] == side] for side in (0, 1))
                yield from (Near(said(other), said(ours[0]), True) for other in theirs if ours)

    def _word(self, entity: str, one: Definition, other: Definition) -> Iterator[Row]:
        row = Row("word", entity, said(one), said(other))
        here, there = self._value(self.first, one), self._value(self.second, other)
        row = _remarked(row, here[1] | there[1])
        unlike = _not_alike(one.type, other.type)
        if unlike:
            yield dataclasses.replace(row, obstacle=unlike)
            return
        is_value = one.type is not Scalar.BOOLEAN
        row = dataclasses.replace(row, asked=(Asked(one.id, is_value=is_value), Asked(other.id, is_value=is_value)))
        if row.obstacle:
            yield row
        elif isinstance(one.type, EnumType):
            yield from self._classes(row, one, other)
        elif one.type is Scalar.BOOLEAN:
            there_clauses = self._translated(self.second, other.entity, clauses_of(other.criteria, other.expr))
            here_clauses = self._translated(self.first, one.entity, clauses_of(one.criteria, one.expr))
            shown = self.inherited or one.expr != other.expr
            yield compared(self.questions, row, (here[0], there[0]), (here_clauses, there_clauses), shown=shown)
        else:
            yield dataclasses.replace(row, found=compare_values(self.questions, entity, here[0], there[0]))

    def _classes(self, row: Row, one: Definition, other: Definition) -> Iterator[Row]:
        """Yield the row of two classifications, then those of their members."""
        assert isinstance(one.type, EnumType) and isinstance(other.type, EnumType), "classifications have enum types"
        renamed = named_by_first(one.type, other.type) | {
            name: ours
            for name in other.type.member_names
            if (ours := self.names.ours(name, other.name)) in one.type.member_names and ours is not None
        }
        for name in renamed:
            self.names.use(name, other.name)
        theirs = {renamed.get(name, name): name for name in other.type.member_names}
        rows = []
        for name in dict.fromkeys((*one.type.member_names, *theirs)):
            mine, their = (name if name in one.type.member_names else None), theirs.get(name)
            member = Row("member", row.entity, mine, their, caveats=row.caveats)
            if mine is not None and their is not None:
                here, there = self._member(self.first, one, mine), self._member(self.second, other, their)
                asked = Asked(one.id, mine), Asked(other.id, their)
                member = self._compared(dataclasses.replace(member, asked=asked), (here, there), ((), ()))
            rows.append(member)
        asked = Asked(one.id, is_value=True), Asked(other.id, names=renamed, is_value=True)
        yield dataclasses.replace(row, found=_all_members(rows), asked=asked)
        yield from rows

    def _rule(self, entity: str, one: Rule | None, other: Rule | None) -> Row:
        row = Row("rule", entity, one.name if one else None, other.name if other else None)
        if one is None or other is None:
            return row
        broken = [
            side.expression(ir.And((rule.when, ir.Not(rule.require))), rule.entity)
            for side, rule in ((self.first, one), (self.second, other))
        ]
        row = _remarked(row, broken[0][1] | broken[1][1])
        return row if row.obstacle else self._compared(row, (broken[0][0], broken[1][0]), ((), ()))

    def _compared(self, row: Row, conditions: tuple[Expr, Expr], clauses: tuple[Sequence[Clause], Sequence[Clause]]) -> Row:
        return compared(self.questions, row, conditions, clauses)

    def _value(self, side: Side, definition: Definition) -> Said:
        ref = ir.Ref(definition.id, definition.type, ranged=is_ranged(definition.expr))
        return side.expression(ref, definition.entity)

    def _member(self, side: Side, definition: Definition, member: str) -> Expr:
        return side.expression(is_member(ir.Ref(definition.id, definition.type), member), definition.entity)[0]

    def _translated(self, side: Side, entity: str, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
        return tuple((name, side.expression(condition, entity)[0]) for name, condition in clauses)


def stage_rows(
    questions: Questions, first: Side, second: Side, pairs: Sequence[StagePair], *, inherited: bool = True
) -> Iterator[Row]:
    """Yield the row of each pair of stages: the records that reach the one (placement comes through it or ends in it).

    ``inherited``: whether the records are shown where the gates say the same.
    """
    for lifecycles in dict.fromkeys((pair.lifecycles[0].name, pair.lifecycles[1].name) for pair in pairs):
        those = [pair for pair in pairs if (pair.lifecycles[0].name, pair.lifecycles[1].name) == lifecycles]
        one, other = those[0].lifecycles
        ways = placement(first.lifecycle(one)), placement(second.lifecycle(other))
        added, others = _together(questions, ways[0].definitions, ways[1].definitions)
        asked = questions.extended(added)
        for pair in those:
            names = [stage.name if stage else None for stage in (pair.first, pair.second)]
            row = Row("stage", first.entity(one.entity), names[0], names[1])
            if pair.first is None or pair.second is None:
                yield row
                continue
            stages = Asked(lifecycle=one.name, stage=pair.first.name), Asked(lifecycle=other.name, stage=pair.second.name)
            notes = _of_stage(first, one, pair.first.name) | _of_stage(second, other, pair.second.name)
            row = _remarked(dataclasses.replace(row, asked=stages), notes)
            reached = ways[0].passes[pair.first.name], rewritten(ways[1].passes[pair.second.name], others)
            clauses = _gate(first, one, pair.first), _gate(second, other, pair.second)
            gates = ways[0].opens[pair.first.name], rewritten(ways[1].opens[pair.second.name], others)
            row = dataclasses.replace(row, inherited=gates[0] == gates[1])
            if row.obstacle:
                yield row
            else:
                yield compared(asked, row, reached, ((), ()) if row.inherited else clauses, shown=inherited or not row.inherited)


def _together(questions: Questions, ours: Sequence[Definition], theirs: Sequence[Definition]) -> tuple[list[Definition], Change]:
    """Return all definitions but those of ``theirs`` that one of ``ours`` stands for, and what puts the one for the other."""
    asked = questions.extended((*ours, *theirs))
    known = {asked.normal(each.expr): each.id for each in ours}
    same: dict[str, str] = {}

    def change(node: object) -> object:
        return (
            dataclasses.replace(node, definition=same[node.definition])
            if isinstance(node, ir.Ref) and node.definition in same
            else node
        )

    added = list(ours)
    for each in theirs:
        said = asked.normal(each.expr)
        if said in known:
            same[each.id] = known[said]
        else:
            added.append(dataclasses.replace(each, expr=rewritten(each.expr, change)))
    return added, change


def compared(
    questions: Questions,
    row: Row,
    conditions: tuple[Expr, Expr],
    clauses: tuple[Sequence[Clause], Sequence[Clause]],
    *,
    shown: bool = True,
) -> Row:
    """Return ``row`` with how its two ``conditions`` lie to each other, and which of the ``clauses`` make the difference.

    Records that are not ``shown`` are as the prover found them.
    """
    found = compare(questions, row.entity, *conditions, shown=shown)
    second, just_second = responsible(questions, conditions[0], clauses[1], found.first.witness)
    first, just_first = responsible(questions, conditions[1], clauses[0], found.second.witness)
    return dataclasses.replace(row, found=found, clauses=(second, first), just=(just_second, just_first))


def _gate(side: Side, lifecycle: Lifecycle, stage: Stage) -> tuple[Clause, ...]:
    """Return the criteria of a stage that nothing stamps."""
    if stage.stamped_by is not None or stage.requires is None:
        return ()
    clauses = clauses_of(stage.requires, stage.condition)
    return tuple((name, side.expression(condition, lifecycle.entity)[0]) for name, condition in clauses)


def _of_stage(side: Side, lifecycle: Lifecycle, stage: str) -> Notes:
    """Return what is to be said of everything that decides whether placement reaches ``stage``."""
    found = NOTHING
    gates, edges = deciding(lifecycle, stage)
    stages = (lifecycle.stage(name) for name in gates)
    exprs = [expr for each in stages for expr in (each.condition, each.stamped_by) if expr is not None]
    for expr in (*exprs, *(edge.condition for edge in edges)):
        found |= side.expression(expr, lifecycle.entity)[1]
    return found


def deciding(lifecycle: Lifecycle, stage: str) -> tuple[frozenset[str], frozenset[Edge]]:
    """Return the stages whose gates, and the edges whose conditions, decide whether placement reaches ``stage``.

    These are its own, those on the ways to it, and those of the ways that stand before them: the first open one is taken.
    """
    entries = [each.name for each in lifecycle.stages if each.entry]
    gates, waiting = {stage}, [stage]
    edges: set[Edge] = set()
    if stage in entries:
        gates |= set(entries[: entries.index(stage)])
    for name in waiting:
        for source in dict.fromkeys(edge.source for edge in lifecycle.edges if edge.target == name and not edge.back):
            ways = [edge for edge in lifecycle.edges if edge.source == source and not edge.back]
            taken = ways[: [edge.target for edge in ways].index(name) + 1]
            gates |= {source, *(edge.target for edge in taken)}
            gates |= set(entries[: entries.index(source)]) if source in entries else set()
            edges |= set(taken)
            waiting += [source] if source not in waiting else []
    return frozenset(gates), frozenset(edges)


def _remarked(row: Row, notes: Notes) -> Row:
    return dataclasses.replace(row, obstacle="; ".join(sorted(notes.obstacles)), caveats=tuple(sorted(notes.caveats)))


def _not_alike(one: Type, other: Type) -> str:
    """Return why values of two types cannot be compared; nothing where they can."""
    if isinstance(one, EnumType) and isinstance(other, EnumType):
        return ""
    if one is other or (one in NUMERIC and other in NUMERIC):
        return ""
    kinds = ["a classification" if isinstance(each, EnumType) else _kind(each) for each in (one, other)]
    return f"one is {kinds[0]}, the other {kinds[1]}"


def _kind(type_: Type) -> str:
    return "a condition" if type_ is Scalar.BOOLEAN else f"a value of type {type_name(type_)}"


def _all_members(rows: Sequence[Row]) -> ValueComparison:
    """Return how two classifications lie to each other, the members being compared."""
    differing = [row.found for row in rows if isinstance(row.found, Comparison) and not row.same]
    open_ = [found for found in differing if found.relation is None]
    apart = [found for found in differing if found.first.exists or found.second.exists]
    if not apart:
        reason = open_[0].reason if open_ else ""
        return ValueComparison(None if open_ else all(row.first and row.second for row in rows), reason=reason)
    real = any(found.first.real or found.second.real for found in apart)
    shown = next((found for found in apart if found.first.real or found.second.real), apart[0])
    return ValueComparison(False, shown.first.witness or shown.second.witness, real)
