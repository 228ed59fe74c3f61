"""The versions of a ruleset and one record into the commits that changed its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diff.terms import Term, earlier, thing
from revrules.tables.failure import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from revrules import ir
    from revrules.diff.past import Past, State
    from revrules.impact.stages import Stages
    from revrules.revisions import Commit

OLDER = "older commits were not looked at (--all looks at every one)"


class Stood(NamedTuple):
    """From a commit on: the stage by its version (None: nowhere), the one before it, and why it is another than before.

    ``before`` is the commit that it was compared with, None for the oldest one that was looked at; ``left`` is its stage.
    ``between``: commits in between whose ruleset cannot be compiled, so that it may have been one of them.
    """

    state: State
    stage: str | None
    before: Commit | None = None
    left: str | None = None
    because: tuple[str, ...] = ()
    between: tuple[Commit, ...] = ()

    @property
    def commit(self) -> Commit:
        """The commit."""
        return self.state.commit


class Standing(NamedTuple):
    """What became of a record, newest first: its key, the lifecycle, its stage now, when that changed; how many commits were
    looked at, how many of these cannot be compiled, how many versions placed the record.

    ``ends``: why older commits were not looked at, empty where there are none. ``halved``: the change was found by halving, so
    it is one of those between the ends, perhaps not the last.
    """

    key: str | None
    lifecycle: str
    stage: str | None
    stood: tuple[Stood, ...]
    commits: int
    broken: int
    placed: int
    ends: str = ""
    halved: bool = False


class Step(NamedTuple):
    """A commit by whose version the record has a stage. ``skipped``: those up to the newer step that cannot be compiled."""

    state: State
    ruleset: ir.Ruleset
    lifecycle: str
    stage: str | None
    skipped: tuple[Commit, ...]


class Blame:
    """Finds what moved a record. ``parents``: where a merge did, go on along the side that it came from.

    Methods raise RevisionError.
    """

    def __init__(self, past: Past, stages: Stages, *, parents: bool = False) -> None:
        self._past = past
        self._stages = stages
        self._parents = parents
        self._commits = self._broken = 0
        self._ends = ""

    def every(self, states: Iterable[State]) -> Standing:
        """Return all commits that moved the record."""
        return self._along(states, every=True)

    def last(self, states: Iterable[State]) -> Standing:
        """Return the last commit that moved the record: version by version back from the newest one.

        A stage can change back and forth, so the last change is known only if nothing newer is left out.
        """
        return self._into(self._along(states, every=False))

    def halving(self, states: Sequence[State]) -> Standing | None:
        """Return a commit that moved the record, by looking at few of ``states``, newest first: each time at the one halfway.

        None where the record stands alike by the newest and the oldest one, or where one of these has no stage for it.
        """
        newest = self._step(states[0], None)
        oldest = newest and self._step(states[-1], newest)
        if newest is None or oldest is None or not _differ(oldest, newest):
            return None
        low, high, unclear = 0, len(states) - 1, set[int]()
        ends = {low: newest, high: oldest}
        while inside := [at for at in range(low + 1, high) if at not in unclear]:
            at = min(inside, key=lambda each: abs(2 * each - low - high))
            step = self._step(states[at], newest)
            if step is None:
                unclear.add(at)
                continue
            ends[at] = step
            low, high = (low, at) if _differ(step, newest) else (at, high)
        if not _differ(ends[high], ends[low]):  # renamed again and again: only step by step can that be followed
            return None
        skipped = tuple(states[at].commit for at in range(low + 1, high))
        stood = self._moved(ends[high]._replace(skipped=skipped), ends[low])
        found = Standing(self._stages.key, self._stages.lifecycle, newest.stage, (stood,), len(states), len(unclear),
                         self._stages.count, halved=True)  # fmt: skip
        return self._into(found)

    # --- along the commits -------------------------------------------------------------------------------------------

    def _along(self, states: Iterable[State], *, every: bool) -> Standing:
        stood: list[Stood] = []
        newest = newer = None
        for step in self._steps(states):
            newest = newest or step
            if newer is not None and _differ(step, newer):
                stood.append(self._moved(step, newer))
                if not every:
                    self._ends = OLDER
                    break
            newer = step
        else:
            if newer is not None:
                stood.append(Stood(newer.state, newer.stage))
        stage = newest.stage if newest else None
        return Standing(self._stages.key, self._stages.lifecycle, stage, tuple(stood), self._commits, self._broken,
                        self._stages.count, self._ends)  # fmt: skip

    def _steps(self, states: Iterable[State]) -> Iterator[Step]:
        """Yield the steps, until there is no such lifecycle any more, or the file cannot be read by an older version."""
        newer: Step | None = None
        skipped: list[Commit] = []
        for state in states:
            self._commits += 1
            version = self._past.version(state)
            if version.error is not None:
                self._broken += 1
                skipped.append(state.commit)
                continue
            if newer is None and version.ruleset is None:
                continue
            step = self._step(state, newer)
            if step is None:
                return
            newer = step._replace(skipped=tuple(skipped))
            skipped = []
            yield newer

    def _step(self, state: State, newer: Step | None) -> Step | None:
        """Return the step of a state; None (``_ends`` says why) where it has no stage for the record."""
        version = self._past.version(state)
        before = "" if newer is None else f"before {newer.state.commit.hash[:10]} "
        if version.ruleset is None:
            self._ends = f"{before}there was no ruleset"
            return None
        called = self._stages.lifecycle
        if newer is not None:
            called = earlier(Term("lifecycle", newer.lifecycle, ""), version.ruleset, newer.ruleset).name
        if thing(version.ruleset, Term("lifecycle", called, "")) is None:
            self._ends = f"{before}there was no lifecycle `{called}`"
            return None
        self._past.look_at((called,))
        try:
            return Step(state, version.ruleset, called, self._stages.of(version.ruleset, called), ())
        except DataError as error:
            self._ends = f"{before}the ruleset cannot read this file: {error.diagnostic.message}"
            return None

    def _moved(self, step: Step, newer: Step) -> Stood:
        because = self._stages.because(step.ruleset, newer.ruleset, newer.lifecycle)
        return Stood(newer.state, newer.stage, step.state.commit, step.stage, because, step.skipped)

    # --- into merges -------------------------------------------------------------------------------------------------

    def _into(self, found: Standing) -> Standing:
        """Return what a merge brought, where one moved the record: what moved it on the side that it came from."""
        for stood in found.stood if self._parents else ():
            merged = self._step(stood.state, None) if stood.before else None
            for parent in stood.commit.parents[1:] if merged else ():
                side = self._past.at(parent, stood.state.path)
                step = side and self._step(side, merged)
                if side is None or step is None or merged is None or _differ(step, merged):
                    continue
                return self.last(self._past.states(parent, path=side.path))._replace(stage=found.stage)
        return found


def _differ(older: Step, newer: Step) -> bool:
    """Return whether a record has another stage by two versions, by their own names for it."""
    if newer.stage is None or older.stage is None:
        return newer.stage is not older.stage
    return older.stage != earlier(Term("stage", newer.stage, newer.lifecycle), older.ruleset, newer.ruleset).name
