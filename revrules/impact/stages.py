"""One record, as a file holds it, into its stage by any version of its ruleset, all as of one instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from revrules import reference
from revrules.impact.moving import Data, Impact
from revrules.outline import outline
from revrules.ruleset import Ruleset
from revrules.tables.columns import Reader
from revrules.tables.failure import DataError
from revrules.tables.rows import Table
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from revrules import ir
    from revrules.tables.run import Placed


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


class Stages:
    """The stages of a record; each ruleset is asked once. ``count`` is how many were."""

    def __init__(self, found: Found, job: Job) -> None:
        self.key = found.placed.key
        self.lifecycle = found.lifecycle
        self._found = found
        self._job = job
        self._known: dict[int, tuple[ir.Ruleset, str | None]] = {}

    @property
    def count(self) -> int:
        """How many versions placed the record."""
        return len(self._known)

    def of(self, ruleset: ir.Ruleset, lifecycle: str) -> str | None:
        """Return the stage by one version, None for nowhere; the version reads the cells in its own way. Raises DataError."""
        known = self._known.get(id(ruleset))
        if known is None:
            known = self._known[id(ruleset)] = ruleset, self._place(ruleset, lifecycle)
        return known[1]

    def because(self, old: ir.Ruleset, new: ir.Ruleset, lifecycle: str) -> tuple[str, ...]:
        """Return the clauses that make the difference between two versions; ``lifecycle`` as the new one calls it."""
        job = self._job
        data = Data(job.data, job.related, lifecycle, job.as_of, job.mode, job.reading)
        try:
            with Impact(old, new, (), data, _unheard) as impact:
                return next((moved.because for moved in impact.records() if moved.line == self._found.placed.row.line), ())
        except DataError as error:  # one of the two reads columns that the file does not have
            return (error.diagnostic.message,)

    def _place(self, ruleset: ir.Ruleset, lifecycle: str) -> str | None:
        """Ask the reference: for one record that is quicker than code that has to be made first. Other tables need a run."""
        found, job = self._found, self._job
        chosen = ruleset.lifecycle(lifecycle)
        own = any(relation.entity == chosen.entity for relation in ruleset.entity(chosen.entity).relations)
        if not job.related and not own and job.as_of is not None:
            record = Reader(outline(ruleset), chosen.entity, found.headings, job.data).record(found.placed.row.cells)
            return reference.place(ruleset, chosen, record, job.as_of, reference.Mode(job.mode)).stage
        table = Table(job.data, found.headings, iter([found.placed.row]), types=found.types)
        related = {name: path for name, path in job.related.items() if _knows(ruleset, name)}
        whole = job._replace(lifecycle=lifecycle, entity=None, related=related)
        with Run(Ruleset(ruleset), whole, _unheard, table) as run:
            return next(run.placed()).placement.stage


def _knows(ruleset: ir.Ruleset, name: str) -> bool:
    """Return whether a related table is one of an entity or relation of this version."""
    return any(name == each.name or each.relation(name) is not None for each in ruleset.entities)


def _unheard(_: object) -> None:
    """Say nothing of odd cells: what is asked is what the versions make of them."""
