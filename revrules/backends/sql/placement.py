"""A lifecycle into columns that say where a record stands: the declared stage, the stage by evidence, the path."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from revrules.backends.sql import lists, tree
from revrules.backends.sql.dialects import Dialect
from revrules.backends.sql.expressions import lower
from revrules.backends.sql.reading_parts import trimmed
from revrules.backends.sql.steps import is_one_of
from revrules.backends.sql.unknown import met, refuted
from revrules.backends.sql.ways import ALWAYS, NOWHERE, Exit, Plan, Spot, exits_of
from revrules.types import EnumType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from revrules import ir
    from revrules.backends.sql.scope import Scope
    from revrules.backends.sql.tree import Sql
    from revrules.backends.sql.ways import Piece, Step, Way

MOST_LEVELS = 40
LEVELS_AT_ONCE = 6


class Walk:
    """The columns of a lifecycle for the record at hand, each made when it is first asked for.

    ``doubtful``: the unknown ways are asked for one by one. Then each way has a column with its state, else only what a record
    meets is worked out.
    """

    def __init__(self, lifecycle: ir.Lifecycle, scope: Scope, *, advance: bool = False, doubtful: bool = False) -> None:
        self.lifecycle = lifecycle
        self.scope = scope
        self.dialect = scope.dialect
        self.plan = Plan(lifecycle, advance=advance)
        self.doubtful = doubtful
        self.number = {stage.name: position for position, stage in enumerate(lifecycle.stages, 1)}
        """Stages as numbers; 0 is nowhere."""
        self._opened: dict[ir.Stage, Sql] = {}
        self._states: dict[tuple[Way, Spot], Sql] = {}
        self._met: dict[Spot, Sql] = {}
        self._passed: dict[Spot, Sql] = {}

    # --- the declared stage ---

    @cached_property
    def claim(self) -> Sql:
        """The value of the tracked field; NULL where it is missing or nothing is tracked."""
        tracks = self.lifecycle.tracks
        return tree.NULL if tracks is None else self.scope.kept(lower(tracks, self.scope), f"claimed {tracks.name}")

    @cached_property
    def declared(self) -> Sql:
        """The number of the declared stage; NULL where the claim names none."""
        tracks = self.lifecycle.tracks
        if tracks is None:
            return tree.NULL
        found = {text: self.number[stage] for text, stage in spellings(self.lifecycle, tracks).items()}
        claim = self.claim if isinstance(tracks.type, EnumType) else trimmed(self.claim, self.dialect)
        numbered = _numbered(self.scope.kept(claim, "claimed"), found, self.dialect)
        return self.scope.kept(numbered, f"declared in {self.lifecycle.name}")

    @cached_property
    def declared_name(self) -> Sql:
        """The declared stage by its name."""
        named = {stage.name: [self.number[stage.name]] for stage in self.lifecycle.stages}
        return tree.NULL if self.lifecycle.tracks is None else by_number(self.declared, named)

    # --- whether ways are open ---

    def opened(self, way: Way) -> Sql:
        """Return whether a way is open: its own condition holds and the gate of its target is open.

        NULL where unknown; where nothing doubtful is asked, what is not open may be false or NULL.
        """
        own = [] if way.own == ALWAYS else [self._lowered(way.own)]
        gate = self._gate(way)
        return tree.all_of([*own, *([] if gate == tree.TRUE else [gate])])

    def closed(self, way: Way) -> Sql:
        """Return whether a way is closed for sure; false or NULL where it is open or unknown."""
        if self.doubtful:
            opened = self.opened(way)
            if opened == tree.TRUE:
                return tree.FALSE
            return tree.where_false(opened) if self.dialect is Dialect.DUCKDB else tree.negated(opened)
        return tree.any_of([refuted(one, self.scope) for one in (way.own, way.gate) if one != ALWAYS])

    def _gate(self, way: Way) -> Sql:
        """Return whether the gate of a way is open. Where records come to it on several ways it is worked out once."""
        if way.gate == ALWAYS:
            return tree.TRUE
        if way.target not in self._opened:
            opened = self._lowered(way.gate)
            several = self.doubtful or len(self.plan.into[Spot(way.target.name)]) > 1
            self._opened[way.target] = self.scope.kept(opened, f"gate of {way.target.name}") if several else opened
        return self._opened[way.target]

    def _lowered(self, condition: ir.Expr) -> Sql:
        return lower(condition, self.scope) if self.doubtful else met(condition, self.scope)

    def state(self, way: Way, spot: Spot) -> Sql:
        """Return whether a way out of ``spot`` is open, NULL where unknown; false where it is not looked at: the spot cannot be
        met, or a way before it is open for sure.
        """
        key = way, spot
        if key not in self._states:
            before = [self.state(other, spot) for other in self.plan.ways(spot)[: self.plan.ways(spot).index(way)]]
            looked = [tree.negated(tree.is_true(tree.any_of(before)))] if before else []
            met = self.met(spot)
            looked = [*([] if met == tree.TRUE else [met]), *looked]
            apart = self._few_layers and self.plan.level[spot] % LEVELS_AT_ONCE != 0
            opened = self.scope.kept(self.opened(way), f"open {way.target.name}") if apart else self.opened(way)
            state = tree.case([(tree.all_of(looked), opened)], tree.FALSE) if looked else opened
            self._states[key] = state if apart else self.scope.kept(state, f"to {way.target.name}")
        return self._states[key]

    @cached_property
    def _few_layers(self) -> bool:
        """Whether the states of several levels have to be said in one layer: Spark resolves a hundred queries at most."""
        return self.dialect is Dialect.SPARK and max(self.plan.level.values()) > MOST_LEVELS

    def met(self, spot: Spot) -> Sql:
        """Return whether a record can be met at a spot, if unknown ways are open or not; never NULL."""
        if spot not in self._met:
            self._met[spot] = self._meeting(spot)
        return self._met[spot]

    def _meeting(self, spot: Spot) -> Sql:
        if spot in self.plan.starts:
            return self.starts(spot)
        leading = [tree.coalesce(self.state(way, source), tree.TRUE) for source, way in self.plan.into[spot]]
        return leading[0] if len(leading) == 1 else self.scope.kept(tree.any_of(leading), f"met {spot.stage}")

    def starts(self, spot: Spot) -> Sql:
        """Return whether placement starts at a spot; never NULL."""
        if len(self.plan.starts) == 1 or self.lifecycle.tracks is None:
            return tree.TRUE if spot == NOWHERE else tree.FALSE
        if spot.stage is None:
            return tree.is_null(self.declared)
        return tree.is_true(tree.binary("=", self.declared, tree.whole(self.number[spot.stage])))

    # --- where placement ends ---

    @cached_property
    def code(self) -> Sql:
        """The code of the exit where placement ends (``Plan.exits``); never NULL."""
        reached = [self.followed(piece) for piece in self.plan.pieces]
        if len(reached) == 1:
            return reached[0]
        return self.scope.kept(tree.coalesce(*reversed(reached)), f"end in {self.lifecycle.name}")

    def followed(self, piece: Piece) -> Sql:
        """Return the code of the exit of a piece; NULL where it is not entered."""
        begin = piece[0].spot
        if begin not in self._passed:
            entered = [(self._entered(step.spot), self._along(step)) for step in piece]
            found = entered[0][1] if entered[0][0] == tree.TRUE else tree.case(e for e in entered if e[0] != tree.FALSE)
            hint = f"placed in {self.lifecycle.name}" if begin.stage is None else f"from {begin.stage}"
            self._passed[begin] = self.scope.kept(found, hint)
        return self._passed[begin]

    def _entered(self, spot: Spot) -> Sql:
        if spot in self.plan.starts:
            return self.starts(spot)
        leading = [exit_.code for exit_ in self.plan.exits if exit_.onward and exit_.spot == spot]
        found = []
        for piece in self.plan.pieces:
            codes = {exit_.code for exit_ in exits_of(piece)}
            if own := [code for code in leading if code in codes]:
                found.append(is_one_of(self.followed(piece), own))
        return tree.any_of(found)

    def _along(self, step: Step) -> Sql:
        """Return the code of the exit that following ways from a step comes to.

        Ways are conditions of CASE, inside one another: engines look at the parts of such a condition one by one, only as far as
        they need, and behind a way only for the records that take it.
        """
        branches: list[tuple[Sql, Sql]] = []
        for way, behind in step.ways:
            taken = _code(behind) if isinstance(behind, Exit) else self._along(behind)
            open_ = self._open(way, step)
            if open_ == tree.TRUE:
                return tree.case(branches, taken)
            branches.append((open_, taken))
        return tree.case(branches, _code(step.end))

    def _open(self, way: Way, step: Step) -> Sql:
        return self.state(way, step.spot) if self.doubtful else self.opened(way)

    # --- what follows from the end ---

    @cached_property
    def ends(self) -> dict[Spot, list[int]]:
        """The codes of the exits by the spot where placement ends then."""
        found: dict[Spot, list[int]] = {}
        for exit_ in self.plan.exits:
            if not exit_.onward:
                found.setdefault(exit_.spot, []).append(exit_.code)
        return found

    def at(self, spots: Iterable[Spot]) -> Sql:
        """Return whether placement ends at one of ``spots``."""
        codes = [code for spot in spots for code in self.ends.get(spot, ())]
        return is_one_of(self.code, codes) if codes else tree.FALSE

    @cached_property
    def stage(self) -> Sql:
        """The stage that the evidence supports, by its name; NULL for nowhere."""
        named: dict[str, list[int]] = {}
        for spot, codes in self.ends.items():
            if spot.stage is not None:
                named.setdefault(spot.stage, []).extend(codes)
        return by_number(self.code, named)

    @cached_property
    def stage_number(self) -> Sql:
        """The number of that stage; 0 is nowhere."""
        numbers: dict[int, list[int]] = {}
        for spot, codes in self.ends.items():
            numbers.setdefault(0 if spot.stage is None else self.number[spot.stage], []).extend(codes)
        if all(codes == [number] for number, codes in numbers.items()):
            return self.code
        branches = [(is_one_of(self.code, codes), tree.whole(number)) for number, codes in numbers.items()]
        return self.scope.kept(tree.case(branches), f"number in {self.lifecycle.name}")

    @cached_property
    def path(self) -> Sql:
        """The stages passed, as an array."""
        parts = []
        for piece in self.plan.pieces:
            paths: dict[tuple[str, ...], list[int]] = {}
            for exit_ in sorted(exits_of(piece)):
                paths.setdefault(exit_.path, []).append(exit_.code)
            parts.append(lists.by_number(self.followed(piece), paths, self.dialect))
        return lists.joined(parts, self.dialect)


def by_number(number: Sql, named: dict[str, list[int]]) -> Sql:
    """Return the text that belongs to a number; NULL where none does."""
    return tree.case((is_one_of(number, numbers), tree.text(name)) for name, numbers in named.items())


def _numbered(text: Sql, numbers: Mapping[str, int], dialect: Dialect) -> Sql:
    """Return the number of a text; NULL where it has none. DuckDB works functions out once for each entry of a dictionary."""
    if dialect is not Dialect.DUCKDB or not numbers:
        texts: dict[int, list[Sql]] = {}
        for known, number in numbers.items():
            texts.setdefault(number, []).append(tree.text(known))
        return tree.case((tree.among(text, known), tree.whole(number)) for number, known in texts.items())
    position = tree.call("LIST_POSITION", tree.array(map(tree.text, numbers)), text)
    if list(numbers.values()) == list(range(1, len(numbers) + 1)):
        return position
    return tree.call("list_extract", tree.array(map(tree.whole, numbers.values())), position)


def spellings(lifecycle: ir.Lifecycle, tracks: ir.Field) -> dict[str, str]:
    """Return the stage that each value of the tracked field means: names count before labels and ids, these before old names."""
    stages = lifecycle.stages
    spelled = {old: stage.name for stage in reversed(stages) for old in reversed(stage.was)}
    spelled |= {label: stage.name for stage in reversed(stages) for label in reversed(stage.labels)}
    spelled |= {stage.name: stage.name for stage in reversed(stages)}
    if not isinstance(tracks.type, EnumType):
        return spelled
    texts = {member.name: [text for text in (member.name, *member.labels) if text in spelled] for member in tracks.type.members}
    return {member: spelled[found[0]] for member, found in texts.items() if found}


def _code(exit_: Exit) -> Sql:
    return tree.whole(exit_.code)
