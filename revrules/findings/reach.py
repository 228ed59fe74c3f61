"""The ways of a lifecycle into findings, by proof: stages that nobody enters or where nobody stays, ways that compete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from revrules import ir
from revrules.backends.smt.answers import MET, NOT_MET, UNMET, Want
from revrules.findings.asked import core, impossible, met, possible, shown
from revrules.findings.clauses import clauses_of, edge_clauses, gate_clauses, stage_spot
from revrules.findings.facts import Always
from revrules.findings.scores import reach, threshold
from revrules.findings.ways import held_before, step_into
from revrules.problems import logic as problems
from revrules.problems.alignment import said
from revrules.problems.logic import Clash, Clause
from revrules.problems.words import names
from revrules.proofs.states import state_of
from revrules.proofs.witnesses import as_pairs, believable
from revrules.reference.walk import ALWAYS, gate
from revrules.stages import Ways as Follow
from revrules.stages import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from revrules.diagnostics import Diagnostic
    from revrules.findings.asked import Asked
    from revrules.findings.ways import Ways
    from revrules.ir import Edge, Expr, Stage
    from revrules.problems.logic import Spot
    from revrules.proofs.questions import Questions

MOST_PATHS = 40
"""Ways to a stage that are counted."""
FEW = 3
"""Ways that are explained one by one, and exits of which every pair is asked about at once."""


# --- nobody enters -----------------------------------------------------------------------------------------------


def unreachable(asked: Asked, ways: Ways) -> Iterator[Diagnostic]:
    """Find stages that no record can be in, along any way: the first of each chain, with what clashes."""
    closed = ways.dead - ways.looped
    for name in ways.ordered:
        stage = ways.stage(name)
        sources = [edge for edge in ways.into(name) if edge.source not in closed]
        if name in closed and (stage.entry or sources) and not _told(asked, stage, sources):
            clashes, more = _clashes(asked, ways, stage)
            behind = [other for other in ways.ordered if other in closed and other in _after(ways, name)]
            notes = [*_scores(asked, ways, clashes), *_from_declared(asked, ways, sources)]
            yield problems.unreachable_stage(_spot(ways, name), clashes, more, behind, notes)


def _scores(asked: Asked, ways: Ways, clashes: Sequence[Clash]) -> Iterator[str]:
    """Yield how far the scores that take part in a clash go beside the rest of it."""
    for clash in clashes:
        for clause in clash.clauses:
            found = threshold(asked, clause.condition) if isinstance(clause.condition, ir.RangedCompare) else None
            others = [other for other in clash.clauses if other is not clause]
            if found is not None and found[0].entity == ways.entity and others:
                reached = reach(asked, found[0], met(others))
                yield f"beside {names([other.words for other in others], mark='')}, `{said(found[0])}` {reached.words}"


def _from_declared(asked: Asked, ways: Ways, sources: Sequence[Edge]) -> Iterator[str]:
    """Yield that a record can get there from its declared stage, where the CRM tracks one: in the mode `advance`."""
    for edge in sources[:1]:
        if ways.lifecycle.tracks is not None and possible(step_into(asked, ways.placement, edge)):
            yield f"in mode `advance`, a record that the CRM declares in `{edge.source}` can still go on to `{edge.target}`"


def _told(asked: Asked, stage: Stage, sources: Sequence[Edge]) -> bool:
    """Return whether a finding about a criterion or definition says already why the stage is closed."""
    if stage.stamped_by is None and asked.facts.of(stage.condition) is Always.NEVER_MET:
        return True
    return not stage.entry and all(asked.facts.of(edge.condition) is Always.NEVER_MET for edge in sources)


def _clashes(asked: Asked, ways: Ways, stage: Stage) -> tuple[list[Clash], int]:
    """Return why no way to ``stage`` is open, and how many ways are left unexplained."""
    entries = {each.name for each in ways.lifecycle.stages if each.entry}
    before = held_before(ways.graph, ways.ordered, entries, ways.alive)
    clauses = [*before[stage.name], *gate_clauses(ways.lifecycle, stage)]
    answer = _about(asked, ways, stage.name).find(ways.entity, *met(clauses))
    if impossible(answer):
        return [Clash((), core(answer, clauses))], 0
    paths = _paths(ways, stage.name)
    explained = [clash for path in paths[:FEW] if (clash := _closed(asked, ways, path, single=len(paths) == 1)) is not None]
    return explained, len(paths) - len(explained) if explained else 0


def _closed(asked: Asked, ways: Ways, path: tuple[Edge, ...], *, single: bool) -> Clash | None:
    """Return why a path, of which the first edge leads from nowhere, is closed to every record."""
    clauses: list[Clause] = []
    earlier: list[tuple[str, Expr]] = []
    for edge in path:
        clauses += [*edge_clauses(ways.lifecycle, edge), *gate_clauses(ways.lifecycle, ways.stage(edge.target))]
        earlier += _standing_before(ways, edge)
    way = () if single else tuple(edge.source for edge in path[1:])
    questions = _about(asked, ways, path[-1].target)
    answer = questions.find(ways.entity, *met(clauses))
    if impossible(answer):
        return Clash(way, core(answer, clauses))
    answer = questions.find(ways.entity, *met(clauses), *(Want(step, UNMET) for _, step in earlier))
    if not impossible(answer):
        return None
    taken = [earlier[position - len(clauses)][0] for position in answer.core if position >= len(clauses)]
    return Clash(way, core(answer, clauses), tuple(dict.fromkeys(taken)))


def _standing_before(ways: Ways, edge: Edge) -> list[tuple[str, Expr]]:
    """Return the ways that are tried before ``edge``, as (target, when open)."""
    if not edge.source:
        entries = [stage.name for stage in ways.lifecycle.stages if stage.entry]
        return [(name, ways.placement.opens[name]) for name in entries[: entries.index(edge.target)]]
    exits = ways.graph.forward(edge.source)
    return [(other.target, ways.placement.step(other)) for other in exits[: exits.index(edge)]]


def _paths(ways: Ways, name: str) -> list[tuple[Edge, ...]]:
    """Return the ways to a stage through stages that are alive, the shortest first, each beginning with an edge from nowhere."""
    found: list[tuple[Edge, ...]] = []
    waiting: list[tuple[Edge, ...]] = [()]
    for path in waiting:
        at = path[0].source if path else name
        if ways.stage(at).entry:
            found.append((ir.Edge("", at, False, ALWAYS), *path))
        waiting += [(edge, *path) for edge in ways.into(at) if edge.source in ways.alive and len(waiting) < MOST_PATHS]
    return found


def _after(ways: Ways, name: str) -> frozenset[str]:
    return reachable(ways.graph, [name], Follow.FORWARD) - {name}


# --- two ways open -----------------------------------------------------------------------------------------------


def two_ways_open(asked: Asked, ways: Ways) -> Iterator[Diagnostic]:
    """Find pairs of ways out of a stage that are open to one record, where the order of the file decides what becomes of it.

    Not told: a lost stage that stands after the others (who goes on is not lost), and shortcuts: stages that the
    record gets to all the same.
    """
    for name in ways.ordered:
        exits = [edge for edge in ways.graph.forward(name) if edge.target not in ways.dead]
        pairs = [(a, b) for place, a in enumerate(exits) for b in exits[place + 1 :] if _compete(ways, a, b)]
        if name in ways.alive and pairs and (len(pairs) <= FEW or _any_two(asked, ways, name, exits)):
            for first, second in pairs:
                yield from _both_open(asked, ways, first, second)


def _compete(ways: Ways, first: Edge, second: Edge) -> bool:
    if ways.stage(second.target).outcome is ir.Outcome.LOST:
        return False
    return first.target not in _after(ways, second.target)


def _any_two(asked: Asked, ways: Ways, name: str, exits: Sequence[Edge]) -> bool:
    """Return whether two of many ways can be open at once: one question that most often spares those about the pairs."""
    questions = asked.questions.about(f"whether two ways out of stage `{name}` can be open to one record", ways.stage(name).span)
    steps = tuple(ways.placement.step(edge) for edge in exits)
    return not impossible(questions.find(ways.entity, Want(ir.AtLeast(2, steps), MET)))


def _both_open(asked: Asked, ways: Ways, first: Edge, second: Edge) -> Iterator[Diagnostic]:
    source = first.source
    words = f"whether the ways from `{source}` to `{first.target}` and to `{second.target}` can be open to one record"
    questions = asked.questions.about(words, second.span or ways.stage(second.target).span, source, second.target, first.target)
    open_ = [Want(ways.placement.step(edge), MET) for edge in (first, second)]
    if impossible(questions.find(ways.entity, *open_, core=False)):
        return
    here = Want(ways.placement.passes[source], MET)
    wants = [here, *open_, Want(ways.placement.passes[second.target], UNMET)]
    answer = questions.find(ways.entity, *wants, core=False)
    if possible(answer):
        witness = shown(asked, ways.entity, wants, answer)
        yield problems.two_ways_open(_spot(ways, source), _way(ways, first), _way(ways, second), witness)


def _way(ways: Ways, edge: Edge) -> Clause:
    """Return a way as the clause that it is: its name is its target."""
    spot = _spot(ways, edge.target)
    return Clause(f"stage `{edge.target}`", edge.condition, edge.span or spot.span, spot)


# --- nobody stays ------------------------------------------------------------------------------------------------


def transits(asked: Asked, ways: Ways) -> dict[str, list[str]]:
    """Return the stages that every record leaves at once, each with the stages that it then goes to."""
    found: dict[str, list[str]] = {}
    for name in ways.ordered:
        exits = ways.graph.forward(name)
        if name not in ways.alive or not exits:
            continue
        stage = ways.stage(name)
        steps = [ways.placement.step(edge) for edge in exits]
        onward = [part for edge in exits for part in (edge.condition, gate(ways.stage(edge.target)))]
        clauses = asked.bearing(ways.entity, onward, [*gate_clauses(ways.lifecycle, stage), *ways.before[name]])
        questions = asked.questions.about(f"whether a record can stay in stage `{name}`", stage.span, name, ways.lifecycle.name)
        answer = questions.find(ways.entity, *(Want(step, UNMET) for step in steps), *met(clauses))
        if impossible(answer):
            found[name] = [exits[position].target for position in answer.core if position < len(exits)]
    return found


def nobody_stays(asked: Asked, ways: Ways, found: dict[str, list[str]]) -> Iterator[Diagnostic]:
    """Find the stages that every record leaves at once, unless a criterion that asks for nothing says why."""
    for name, onward in found.items():
        if all(asked.facts.of(ways.stage(target).condition) is None or not ways.stage(target).requires for target in onward):
            yield problems.nobody_stays(_spot(ways, name), [_spot(ways, target) for target in onward])


# --- ways round --------------------------------------------------------------------------------------------------


def weaker(asked: Asked, ways: Ways) -> Iterator[Diagnostic]:
    """Find stages that a record enters by a way round a less likely stage, without what that one asks for.

    A way round is no fault in itself (a fast track): it is told where the stage claims a greater probability on less
    evidence. Stamps and back edges are meant to let records in, and won and lost stages are facts.
    """
    for name in ways.ordered:
        stage = ways.stage(name)
        if stage.probability is None or stage.outcome is not None or name not in ways.alive:
            continue
        for earlier in _less_likely_before(ways, stage):
            found = list(_without(asked, ways, stage, earlier))
            yield from found
            if found:
                break


def _less_likely_before(ways: Ways, stage: Stage) -> list[Stage]:
    """Return the stages with a smaller probability from which forward ways lead to ``stage``, the nearest first."""
    assert stage.probability is not None, "only stages with a probability are compared"
    before = [ways.stage(name) for name in reversed(ways.ordered) if stage.name in _after(ways, name)]
    return [each for each in before if each.probability is not None and each.probability < stage.probability and each.requires]


def _ways_round(ways: Ways, earlier: Stage, stage: Stage) -> list[tuple[str, Expr]]:
    """Return the ways that lead past ``earlier`` and on to ``stage``, as (from where, when taken); alternatives are none."""
    behind = _after(ways, earlier.name)
    on_the_way = {name for name in behind if name == stage.name or stage.name in _after(ways, name)}
    found: list[tuple[str, Expr]] = []
    for name in ways.ordered:
        if name in on_the_way:
            passes, step = ways.placement.passes, ways.placement.step
            if ways.stage(name).entry:
                found.append(("at once", ir.And((ways.placement.opens[name], passes[name]))))
            for edge in ways.into(name):
                if earlier.name in _after(ways, edge.source):
                    found.append((f"from `{edge.source}`", ir.And((passes[edge.source], step(edge), passes[name]))))
    return found


def _without(asked: Asked, ways: Ways, stage: Stage, earlier: Stage) -> Iterator[Diagnostic]:
    assert stage.probability is not None and earlier.probability is not None, "both have one"
    words = f"whether a record can be in stage `{stage.name}` without what stage `{earlier.name}` asks for"
    questions = asked.questions.about(words, stage.span, stage.name, earlier.name)
    passes = ways.placement.passes
    round_ = _ways_round(ways, earlier, stage)
    if not round_:
        return
    wants = [
        Want(passes[stage.name], MET),
        Want(passes[earlier.name], UNMET),
        Want(ir.Or(tuple(taken for _, taken in round_)), MET),
        Want(earlier.condition, NOT_MET),
    ]
    answer = questions.find(ways.entity, *wants, core=False)
    if answer.witness is None:
        return
    ruleset, witness = asked.questions.ruleset, believable(asked.questions, ways.entity, wants, answer.witness)
    spot = _spot(ways, earlier.name)
    criteria = clauses_of(earlier.requires, earlier.condition, spot, earlier.name)
    lacking = [clause for clause in criteria if state_of(ruleset, clause.condition, witness) is not True]
    way = next(way for way, taken in round_ if state_of(ruleset, taken, witness) is True)
    at = _spot(ways, stage.name)
    yield problems.weaker_stage(at, stage.probability, spot, earlier.probability, way, lacking, as_pairs(witness))


# --- what they share ---------------------------------------------------------------------------------------------


def _spot(ways: Ways, name: str) -> Spot:
    return stage_spot(ways.lifecycle, ways.stage(name))


def _about(asked: Asked, ways: Ways, name: str) -> Questions:
    return asked.questions.about(f"whether a record can be in stage `{name}`", ways.stage(name).span, name, ways.lifecycle.name)
