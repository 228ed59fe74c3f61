"""One record into the commits that changed its stage."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import options, records
from revrules.cli.one_record import find, one_record
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.cli.one_record import Asked
    from revrules.diff.past import Past, State
    from revrules.impact.blame import Standing
    from revrules.impact.stages import Stages
    from revrules.revisions import Repository


@click.command("blame")
@one_record
@click.option("--all", "every", is_flag=True, help="Show every commit that changed the stage, not only the last one.")
@click.option("--since", metavar="REVISION", help="Look no further back. Where the stage differed there, a change in between is"
              " found by halving: in 1,000 commits by some 10 versions, but not always the last change.")  # fmt: skip
@click.option("--until", metavar="REVISION", default="HEAD", help="The newest commit to look at.  [default: HEAD]")
@click.option("--all-parents", is_flag=True, help="Where a merge changed the stage, name the commit that it brought.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.  [default: text]")
@options.quiet
def command(asked: Asked, every: bool, since: str | None, until: str, all_parents: bool, output_format: str, quiet: bool) -> None:
    """Say which commit put one record into its stage, and by which clause.

    RULESET is a ruleset or its folder in a git repository. DATA is an export (then KEY names the record), or one JSON record. The
    record is placed by the versions that the commits hold, newest first, all at the same instant: what moved it is the
    definition, never the time. Versions that say the same of the lifecycle are placed once.

    Commits are those along first parents, so that a merge counts as one commit, which brought all that came with it.

    Exit code: 0 the history was read, 2 there is no such record, or no history.
    """
    from revrules.render.changes.history import standing_as_json, standing_as_text, standing_summary
    from revrules.revisions import Repository, RevisionError

    if asked.data == "-":
        raise UserError("the record is read more than once, so it cannot come from standard input; write it to a file")
    if every and all_parents:
        raise click.UsageError(
            "--all-parents looks for one commit, --all for every one along the first parents: say one of them."
        )
    try:
        with records.data_errors(), Repository.around(Path(asked.ruleset)) as repository:
            found = _standing(repository, asked, (since, until), every=every, parents=all_parents)
            shallow = repository.shallow
    except RevisionError as error:
        records.show([error.diagnostic])
        raise click.exceptions.Exit(2) from error
    click.echo(
        json.dumps(standing_as_json(found), ensure_ascii=False, indent=2)
        if output_format == "json"
        else standing_as_text(found).rstrip("\n")
    )
    if not quiet:
        click.echo(standing_summary(found, shallow=shallow), err=True)


def _standing(repository: Repository, asked: Asked, ends: tuple[str | None, str], *, every: bool, parents: bool) -> Standing:
    """Return what became of the record between two revisions, the older one perhaps None."""
    from revrules.diff.past import Past
    from revrules.impact.blame import Blame

    past = Past(repository, repository.inside(Path(asked.ruleset)))
    since, until = ends
    start = repository.resolve(until)
    if since is None:
        states = past.states(start)
        seen, stages = _record(past, iter(states), asked)
        blame = Blame(past, stages, parents=parents)
        along = chain(seen, states)
        return blame.every(along) if every else blame.last(along)
    listed = past.down_to(start, repository.resolve(since))
    seen, stages = _record(past, iter(listed), asked)
    listed = listed[len(seen) - 1 :]
    halved = None if every else Blame(past, stages, parents=parents).halving(listed)
    if halved is not None:
        return halved
    blame = Blame(past, stages, parents=parents)
    return blame.every(listed) if every else blame.last(listed)


def _record(past: Past, states: Iterator[State], asked: Asked) -> tuple[list[State], Stages]:
    """Return the states up to the newest one whose ruleset can be read, and the record as that one finds it."""
    from datetime import UTC, datetime

    from revrules.impact.stages import Stages
    from revrules.impact.stages import find as find_record

    seen: list[State] = []
    for state in states:
        seen.append(state)
        newest = past.version(state).ruleset
        if newest is not None:
            job = asked.job(records.moment(asked.as_of, newest.timezone) or datetime.now(UTC))
            return seen, Stages(find_record(newest, job, lambda run: find(run, asked.key)), job)
    raise UserError(f"{asked.ruleset}: no commit holds a ruleset that can be read")
