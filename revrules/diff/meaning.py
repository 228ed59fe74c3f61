"""What corresponds in two versions into changes of meaning: of words and rules, of stages, of their gates and criteria."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from revrules import ir
from revrules.diff.changes import Change, Kind, What
from revrules.diff.directions import Asking, directed
from revrules.diff.spoken import differing, in_short
from revrules.diff.table_rows import rows_told, same_rows
from revrules.problems.alignment import said
from revrules.proofs.alignment.rows import Row, Words, compared, stage_rows
from revrules.proofs.compare import Comparison, Relation, ValueComparison
from revrules.reference.walk import gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.ir import Criteria, Criterion, Definition, Expr, Rule, Stage
    from revrules.proofs.alignment.matching import Matches, Names, StagePair
    from revrules.proofs.alignment.merged import Merged
    from revrules.proofs.alignment.sides import Side
    from revrules.proofs.questions import Questions
    from revrules.source import Span

KINDS = {
    Relation.SAME: Kind.SAME,
    Relation.BOTH_EMPTY: Kind.SAME,
    Relation.NARROWER: Kind.LOOSENED,
    Relation.FIRST_EMPTY: Kind.LOOSENED,
    Relation.WIDER: Kind.TIGHTENED,
    Relation.SECOND_EMPTY: Kind.TIGHTENED,
    Relation.OVERLAPPING: Kind.CHANGED,
    Relation.DISJOINT: Kind.CHANGED,
}
"""By how the records of the old version lie to those of the new."""
TURNED = {Kind.TIGHTENED: Kind.LOOSENED, Kind.LOOSENED: Kind.TIGHTENED}
TURNED_ABOUT = (What.RULE, What.CLAIM)
WORDS = {
    ir.DefinitionKind.DEFINE: What.DEFINITION,
    ir.DefinitionKind.SCORE: What.SCORE,
    ir.DefinitionKind.CLASSIFY: What.CLASSIFICATION,
}


class Spot(NamedTuple):
    """Where something stands: what it is, the thing around it, its entity, who answers for it, its two places."""

    what: What
    of: str
    entity: str
    owners: tuple[tuple[str, ...], tuple[str, ...]]
    places: tuple[Span | None, Span | None]
    said: tuple[str, str] = ("", "")
    unchanged: bool = False
    """Whether both versions say it alike, so that what differs lies in what it uses."""


def changes(questions: Questions, whole: Merged, matches: Matches, names: Names) -> Iterator[Change]:
    """Yield what became of every word, rule, stage, gate and criterion, also where it is the same."""
    asking = Asking(questions, whole.first, whole.second)
    words = Words(questions, whole.first, whole.second, names, inherited=False)
    for pair in matches.words:
        yield from _of_word(asking, pair.entity, pair.first, pair.second, list(words.rows([pair])))
    stages = stage_rows(questions, whole.first, whole.second, matches.stages, inherited=False)
    for stage_pair, row in zip(matches.stages, stages, strict=True):
        yield from _of_stage(asking, stage_pair, row)


# --- words and rules ---------------------------------------------------------------------------------------------


def _of_word(
    asking: Asking, entity: str, one: Definition | Rule | None, other: Definition | Rule | None, rows: list[Row]
) -> Iterator[Change]:
    present = other or one
    assert present is not None, "a pair has a side"
    what = What.RULE if isinstance(present, ir.Rule) else WORDS[present.kind]
    called = present.name if isinstance(present, ir.Rule) else said(present)
    spoken = _spoken(one, other)
    unchanged = one is not None and other is not None and _own_words(one) == _own_words(other)
    because: tuple[str, ...] = ()
    if unchanged and isinstance(one, ir.Definition) and isinstance(other, ir.Definition):
        versions = asking.old.ruleset, asking.new.ruleset
        unchanged = same_rows(*versions, one, other)
        because = () if unchanged else rows_told(*versions, one, other)
    spot = Spot(what, "", entity, _owners(one, other), (place_of(one), place_of(other)), spoken, unchanged)
    whole, *members = rows
    change = directed(asking, as_change(spot, whole), one, other)
    yield replace(change, because=because) if because else change
    for member in members:
        yield as_change(spot._replace(what=What.MEMBER, of=called, said=("", "")), member)
    criteria = (one.criteria if one else None, other.criteria if other else None)
    yield from _criteria(asking, spot._replace(of=called), criteria)


# --- stages ------------------------------------------------------------------------------------------------------


def _of_stage(asking: Asking, pair: StagePair, row: Row) -> Iterator[Change]:
    one, other = pair.first, pair.second
    unchanged = one is not None and other is not None and gate(one) == gate(other)
    places = place_of(one), place_of(other)
    spot = Spot(What.STAGE, pair.lifecycles[1].name, row.entity, _owners(one, other), places, unchanged=unchanged)
    yield as_change(spot, row)
    if one is None or other is None:
        return
    gates = Row("gate", row.entity, one.name, other.name)
    exprs = gate(one), gate(other)
    here = spot._replace(what=What.GATE, said=differing(*exprs), unchanged=exprs[0] == exprs[1])
    yield as_change(here, compared_as_said(asking, gates, exprs))
    yield from _criteria(asking, spot._replace(of=f"{spot.of}.{other.name}"), (one.requires, other.requires))


# --- criteria ----------------------------------------------------------------------------------------------------


def _criteria(asking: Asking, spot: Spot, criteria: tuple[Criteria | None, Criteria | None]) -> Iterator[Change]:
    """Yield what became of each criterion, by its name; nothing where there is only one, which is the thing itself."""
    old, new = ({each.name: each for each in _all(part)} for part in criteria)
    if len(old) < 2 and len(new) < 2:
        return
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        spoken = in_short(one.condition if one else None), in_short(other.condition if other else None)
        unchanged = one is not None and other is not None and one.condition == other.condition
        here = spot._replace(what=What.CRITERION, places=(place_of(one), place_of(other)), said=spoken, unchanged=unchanged)
        row = Row("criterion", spot.entity, name if one else None, name if other else None)
        if one is not None and other is not None:
            row = compared_as_said(asking, row, (one.condition, other.condition))
        yield as_change(here, row)


def compared_as_said(asking: Asking, row: Row, exprs: tuple[Expr, Expr]) -> Row:
    """Return ``row`` with how two conditions, each as its own version says it, lie to each other."""
    told = [
        side.expression(expr, _own_name(side, row.entity)) for side, expr in zip((asking.old, asking.new), exprs, strict=True)
    ]
    notes = told[0][1] | told[1][1]
    row = replace(row, obstacle="; ".join(sorted(notes.obstacles)), caveats=tuple(sorted(notes.caveats)))
    return (
        row if row.obstacle else compared(asking.questions, row, (told[0][0], told[1][0]), ((), ()), shown=exprs[0] != exprs[1])
    )


def _own_name(side: Side, entity: str) -> str:
    """Return what ``side`` calls an entity of the whole."""
    return next((each.name for each in side.ruleset.entities if side.entity(each.name) == entity), entity)


def _all(criteria: Criteria | None) -> Iterator[Criterion]:
    if isinstance(criteria, ir.Criterion):
        yield criteria
    elif criteria is not None:
        for member in criteria.members:
            yield from _all(member)


# --- rows into changes -------------------------------------------------------------------------------------------


def as_change(spot: Spot, row: Row) -> Change:
    """Return what a row says, as a change."""
    was = row.first if row.first and row.second and row.first != row.second else None
    name = row.second or row.first or ""
    inherited = spot.unchanged or row.inherited
    plain = Change(spot.what, name, spot.of, spot.entity, Kind.SAME, was, inherited=inherited, said=spot.said)
    plain = replace(plain, owners=spot.owners, places=spot.places)
    reserve = row.obstacle or "; ".join(row.caveats)
    if row.first is None or row.second is None:
        return replace(plain, kind=Kind.NEW if row.first is None else Kind.GONE)
    if row.found is None:
        return replace(plain, kind=Kind.UNDECIDED, reserve=reserve)
    if isinstance(row.found, ValueComparison):
        return _of_values(plain, row.found, reserve)
    return _of_records(plain, row, row.found, reserve)


def _of_values(plain: Change, found: ValueComparison, reserve: str) -> Change:
    kind = Kind.UNDECIDED if found.same is None or (found.same and reserve) else Kind.SAME if found.same else Kind.CHANGED
    only_missing = found.same is False and found.real is False
    return replace(plain, kind=kind, lost=found.witness, only_missing=only_missing, reserve=reserve or found.reason)


def _of_records(plain: Change, row: Row, found: Comparison, reserve: str) -> Change:
    kinds = {KINDS[relation] for relation in found.possible}
    kind = kinds.pop() if len(kinds) == 1 else Kind.UNDECIDED
    if kind is Kind.SAME and reserve:
        kind = Kind.UNDECIDED
    lost, gained = found.first.witness, found.second.witness
    clauses = row.clauses
    if plain.what in TURNED_ABOUT:  # the records compared are those that break it
        kind, lost, gained, clauses = TURNED.get(kind, kind), gained, lost, (clauses[1], clauses[0])
    return replace(
        plain,
        kind=kind,
        lost=lost,
        gained=gained,
        only_missing=found.only_missing,
        because=tuple(dict.fromkeys((*clauses[0], *clauses[1]))),
        reserve=reserve or (found.reason if kind is Kind.UNDECIDED else ""),
    )


def _spoken(one: Definition | Rule | None, other: Definition | Rule | None) -> tuple[str, str]:
    """Return what the two say where they differ; nothing of rules that differ both in when they hold and in what they ask."""
    if isinstance(one, ir.Rule) and isinstance(other, ir.Rule):
        if one.when != other.when and one.require != other.require:
            return "", ""
        return differing(one.require, other.require) if one.when == other.when else differing(one.when, other.when)
    return differing(
        one.expr if isinstance(one, ir.Definition) else None, other.expr if isinstance(other, ir.Definition) else None
    )


def _own_words(thing: Definition | Rule) -> tuple[Expr, ...]:
    return (thing.when, thing.require) if isinstance(thing, ir.Rule) else (thing.expr,)


def _owners(
    one: Definition | Rule | Stage | None, other: Definition | Rule | Stage | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return one.owners if one else (), other.owners if other else ()


def place_of(thing: ir.Node | None) -> Span | None:
    return None if thing is None else thing.span
