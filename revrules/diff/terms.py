"""The words of a user into a thing of a ruleset, and that into what its meaning rests on."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from revrules import ir
from revrules.backends.smt.answers import Want
from revrules.proofs.alignment.rows import deciding
from revrules.proofs.fingerprints import Fingerprints
from revrules.proofs.placement import placement
from revrules.reads import used
from revrules.rows import is_ranged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from revrules.ir import Expr, Lifecycle, Ruleset, Stage

Thing: TypeAlias = ir.Definition | ir.Rule | ir.Stage | ir.Lifecycle


class Term(NamedTuple):
    """What is looked at: a word, rule, stage or lifecycle (``kind``) ``of`` an entity or lifecycle, the variant of a ``team``."""

    kind: str
    name: str
    of: str
    team: str | None = None

    @property
    def said(self) -> str:
        """The name as rulesets have it: `qualified for sales`."""
        return f"{self.name} for {self.team}" if self.team else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the declarations in which it stands."""
        return (self.of,) if self.kind == "stage" else (self.name,)

    @property
    def title(self) -> str:
        """The name with that of the thing around it: `account.qualified for sales`."""
        return f"{self.of}.{self.said}" if self.of else self.said


def terms(ruleset: Ruleset) -> Iterator[Term]:
    """Yield all that has a meaning of its own."""
    yield from (Term("word", each.name, each.entity, each.team) for each in ruleset.definitions)
    yield from (Term("rule", each.name, each.entity) for each in ruleset.rules)
    for lifecycle in ruleset.lifecycles:
        yield Term("lifecycle", lifecycle.name, "")
        yield from (Term("stage", stage.name, lifecycle.name) for stage in lifecycle.stages)


def named(ruleset: Ruleset, text: str) -> tuple[Term, ...]:
    """Return what ``text`` can mean: by its name, with or without its team, else by a label or an earlier name."""
    wanted = " ".join(text.split())
    known = list(terms(ruleset))
    exact = [term for term in known if wanted in (term.said, term.title)]
    bare = [term for term in known if term.team and wanted in (term.name, f"{term.of}.{term.name}")]
    other = [term for term in known if wanted in _other_names(ruleset, term)]
    plain = {(term.kind, term.of) for term in exact}
    return (*exact, *(term for term in bare if (term.kind, term.of) not in plain)) or tuple(other)


def thing(ruleset: Ruleset, term: Term) -> Thing | None:
    """Return what ``term`` names in ``ruleset``."""
    match term.kind:
        case "word":
            key = (term.name, term.of, term.team)
            return next((each for each in ruleset.definitions if (each.name, each.entity, each.team) == key), None)
        case "rule":
            return next((each for each in ruleset.rules if each.name == term.name), None)
        case "lifecycle":
            return _lifecycle(ruleset, term.name)
        case _:
            around = _lifecycle(ruleset, term.of)
            return next((each for each in around.stages if each.name == term.name), None) if around else None


def earlier(term: Term, old: Ruleset, new: Ruleset) -> Term:
    """Return what ``old`` calls that which is ``term`` in ``new``: what `was` says; ``term`` itself where it has nothing."""
    present = thing(new, term)
    names = (term.name, *(present.was if present is not None else ()))
    around: tuple[str, ...] = (term.of,)
    if term.kind == "stage":
        lifecycle = _lifecycle(new, term.of)
        around += lifecycle.was if lifecycle else ()
    else:
        around += next((each.was for each in new.entities if each.name == term.of), ())
    teams: tuple[str | None, ...] = (term.team, *next((each.was for each in new.teams if each.name == term.team), ()))
    found = (Term(term.kind, name, of, team) for of, name, team in product(around, names, teams))
    return next((each for each in found if thing(old, each) is not None), term)


def fingerprint(ruleset: Ruleset, term: Term) -> object:
    """Return what is equal for two versions only if ``term`` means the same in both; None where it is not there."""
    found = thing(ruleset, term)
    settings = ruleset.currency, ruleset.timezone
    match found:
        case None:
            return None
        case ir.Definition():
            value = ir.Ref(found.id, found.type, ranged=is_ranged(found.expr))
            return _digest(ruleset, found.entity, [value]), repr(found.type), settings
        case ir.Rule():
            return _digest(ruleset, found.entity, [found.when, found.require]), found.level, settings
        case ir.Stage():
            lifecycle = _lifecycle(ruleset, term.of)
            assert lifecycle is not None, "a stage stands in a lifecycle"
            return _of_lifecycle(ruleset, lifecycle, [found.name]), _shape(found, lifecycle), settings
        case ir.Lifecycle():
            shapes = tuple((stage.name, _shape(stage, found)) for stage in found.stages)
            tracks = found.tracks and (found.tracks.path, found.tracks.name)
            return _of_lifecycle(ruleset, found, [stage.name for stage in found.stages]), shapes, tracks, settings


def deciding_stages(ruleset: Ruleset, term: Term) -> frozenset[str]:
    """Return the stages that decide which records reach a stage, and those at the other end of its ways; else nothing."""
    lifecycle = _lifecycle(ruleset, term.of) if term.kind == "stage" else None
    if lifecycle is None:
        return frozenset()
    ends = [(edge.source, edge.target) for edge in lifecycle.edges if term.name in (edge.source, edge.target)]
    return deciding(lifecycle, term.name)[0] | {name for pair in ends for name in pair}


def only(ruleset: Ruleset, term: Term, stages: frozenset[str]) -> Ruleset:
    """Return ``ruleset`` without what the meaning of ``term`` does not rest on; of a stage's lifecycle with these stages."""
    found = thing(ruleset, term)
    lifecycles: tuple[Lifecycle, ...] = ()
    if isinstance(found, ir.Stage | ir.Lifecycle):
        around = _lifecycle(ruleset, term.of if term.kind == "stage" else term.name)
        lifecycles = (_with(around, stages) if term.kind == "stage" else around,) if around else ()
    reached = {each.id for each in used({each.id: each for each in ruleset.definitions}, _asked(found, lifecycles))}
    if isinstance(found, ir.Definition):
        reached.add(found.id)
    return dataclasses.replace(
        ruleset,
        definitions=tuple(each for each in ruleset.definitions if each.id in reached),
        rules=(found,) if isinstance(found, ir.Rule) else (),
        lifecycles=lifecycles,
        assertions=(),
        examples=(),
        allows=(),
    )


def _with(lifecycle: Lifecycle, stages: frozenset[str]) -> Lifecycle:
    """Return a lifecycle with these stages only."""
    kept = tuple(stage for stage in lifecycle.stages if stage.name in stages)
    edges = tuple(edge for edge in lifecycle.edges if edge.source in stages and edge.target in stages)
    return dataclasses.replace(lifecycle, stages=kept, edges=edges)


def _asked(found: Thing | None, lifecycles: Iterable[Lifecycle]) -> Iterator[Expr]:
    """Yield what something says itself."""
    match found:
        case ir.Definition():
            yield found.expr
        case ir.Rule():
            yield from (found.when, found.require)
        case _:
            for lifecycle in lifecycles:
                yield from (stage.condition for stage in lifecycle.stages)
                yield from (edge.condition for edge in lifecycle.edges)


def _of_lifecycle(ruleset: Ruleset, lifecycle: Lifecycle, stages: Iterable[str]) -> bytes:
    """Return the digest of which records reach these stages, by which gates, and by which ways back."""
    where = placement(lifecycle)
    extended = dataclasses.replace(ruleset, definitions=(*ruleset.definitions, *where.definitions))
    names = list(stages)
    asked = [expr for name in names for expr in (where.passes[name], where.opens[name])]
    asked += [edge.condition for edge in lifecycle.edges if edge.target in names or edge.source in names]
    return _digest(extended, lifecycle.entity, asked)


def _shape(stage: Stage, lifecycle: Lifecycle) -> object:
    """Return what is declared of a stage besides its records."""
    ways = [(edge.source, edge.target, edge.back) for edge in lifecycle.edges if stage.name in (edge.source, edge.target)]
    return stage.entry, stage.owners, stage.leave_within, stage.outcome, stage.probability, stage.forecast, tuple(ways)


def _digest(ruleset: Ruleset, entity: str, exprs: Iterable[Expr]) -> bytes:
    return Fingerprints(ruleset).question(entity, [Want(expr) for expr in exprs])


def _lifecycle(ruleset: Ruleset, name: str) -> Lifecycle | None:
    return next((each for each in ruleset.lifecycles if each.name == name), None)


def _other_names(ruleset: Ruleset, term: Term) -> tuple[str, ...]:
    found = thing(ruleset, term)
    labels = found.labels if isinstance(found, ir.Stage) else ()
    return (*labels, *(found.was if found is not None else ()))
