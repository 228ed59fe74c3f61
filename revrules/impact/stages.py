"""One record and the versions of its ruleset into the stages that it had by them, and the commits that moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules.diff.terms import Term, earlier, thing
from revrules.impact.moving import Data, Impact
from revrules.ruleset import Ruleset
from revrules.tables.rows import Table
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from revrules import ir
    from revrules.diff.past import Past, Version
    from revrules.revisions import Commit
    from revrules.tables.run import Placed


class Stood(NamedTuple):
    """From a commit on: the stage by its version (None: nowhere), and why it is another than before.

    ``before`` is the commit that it was compared with, None for the oldest one that was looked at.
    """

    commit: Commit
    stage: str | None
    before: Commit | None = None
    because: tuple[str, ...] = ()


class Standing(NamedTuple):
    """What became of a record, newest first: its key, the lifecycle, when its stage changed, commits read and left out.

    ``ends``: why older commits were not looked at, empty where there are none.
    """

    key: str | None
    lifecycle: str
    stood: tuple[Stood, ...]
    commits: int
    broken: int
    ends: str = ""


class Found(NamedTuple):
    """The record as it was read: its row, and what the columns are called."""

    placed: Placed
    lifecycle: str
    headings: tuple[str, ...] | None
    types: tuple[str, ...] | None


def find(ruleset: ir.Ruleset, job: Job, pick: Callable[[Run], Placed]) -> Found:
    """Return the record that ``pick`` takes out of a run. Raises DataError."""
    with Run(Ruleset(ruleset), job, _unheard) as run:
        return Found(pick(run), run.lifecycle.name, run.table.headings, run.table.types)


def standing(past: Past, versions: Iterable[Version], found: Found, job: Job) -> Standing:
    """Return the stages of a record along ``versions``, newest first, all as of one instant. Raises DataError."""
    term = Term("lifecycle", found.lifecycle, "")
    past.look_at(term.names)
    stood: list[Stood] = []
    newer: Version | None = None
    stage: str | None = None
    commits = broken = 0
    ends = ""
    for version in versions:
        commits += 1
        if version.error is not None:
            broken += 1
            continue
        called = earlier(term, version.ruleset, newer.ruleset) if newer and version.ruleset and newer.ruleset else term
        if newer is None and version.ruleset is None:
            continue
        if version.ruleset is None or thing(version.ruleset, called) is None:
            ends = f"before {newer.commit.hash[:10]} there was no lifecycle `{called.name}`" if newer else ""
            break
        if newer is None or newer.ruleset is not version.ruleset:
            now = _stage(version.ruleset, called.name, found, job)
            if newer is not None and newer.ruleset is not None:
                expected = stage and earlier(Term("stage", stage, term.name), version.ruleset, newer.ruleset).name
                if now != expected:
                    why = _because((version.ruleset, newer.ruleset), term.name, found, job)
                    stood.append(Stood(newer.commit, stage, version.commit, why))
            stage = now
        newer, term = version, called
        past.look_at(term.names)
    if newer is not None:
        stood.append(Stood(newer.commit, stage))
    return Standing(found.placed.key, found.lifecycle, tuple(stood), commits, broken, ends)


def _stage(ruleset: ir.Ruleset, lifecycle: str, found: Found, job: Job) -> str | None:
    """Return the stage of the record by one version, which reads its cells in its own way."""
    table = Table(job.data, found.headings, iter([found.placed.row]), types=found.types)
    related = {name: path for name, path in job.related.items() if _knows(ruleset, name)}
    with Run(Ruleset(ruleset), job._replace(lifecycle=lifecycle, entity=None, related=related), _unheard, table) as run:
        return next(run.placed()).placement.stage


def _because(pair: tuple[ir.Ruleset, ir.Ruleset], lifecycle: str, found: Found, job: Job) -> tuple[str, ...]:
    """Return the clauses that make the difference between two versions, the older one first."""
    data = Data(job.data, job.related, lifecycle, job.as_of, job.mode, job.reading)
    with Impact(*pair, (), data, _unheard) as impact:
        return next((moved.because for moved in impact.records() if moved.line == found.placed.row.line), ())


def _knows(ruleset: ir.Ruleset, name: str) -> bool:
    """Return whether a related table is one of an entity or relation of this version."""
    return any(name == each.name or each.relation(name) is not None for each in ruleset.entities)


def _unheard(_: object) -> None:
    """Say nothing of odd cells: what is asked is what the versions make of them."""
