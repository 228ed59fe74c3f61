"""One record into the commits that changed its stage."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import options, records
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from revrules.diff.past import Version
    from revrules.impact.stages import Standing
    from revrules.revisions import Repository, Revision
    from revrules.ruleset import Mode
    from revrules.tables.run import Job


@click.command("blame")
@click.argument("ruleset", metavar="RULESET")
@click.argument("data", metavar="DATA")
@click.argument("key", metavar="[KEY]", required=False)
@records.data_options
@click.option("--until", metavar="REVISION", default="HEAD", help="The newest commit to look at.  [default: HEAD]")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show it.  [default: text]")
@options.quiet
def command(
    ruleset: str,
    data: str,
    key: str | None,
    lifecycle: str | None,
    entity: str | None,
    related: tuple[str, ...],
    as_of: str | None,
    mode: Mode,
    input_format: str | None,
    encoding: str | None,
    delimiter: str | None,
    until: str,
    output_format: str,
    quiet: bool,
) -> None:
    """Say which commits changed the stage of one record.

    RULESET is a ruleset or its folder in a git repository. DATA is an export (then KEY names the record), or one JSON record. The
    record is placed by every version that the first parents of the newest commit hold, all at the same instant: what moved it is
    the definition, never the time.

    Exit code: 0 the history was read, 2 there is no such record, or no history.
    """
    from revrules.revisions import Repository, RevisionError
    from revrules.tables.run import Job

    if data == "-":
        raise UserError("the record is read more than once, so it cannot come from standard input; write it to a file")
    how = records.reading(input_format, encoding, delimiter)
    try:
        with records.data_errors(), Repository.around(Path(ruleset)) as repository:
            job = Job(data, records.related_tables(related), lifecycle, entity, None, mode, how)
            found = _standing(repository, ruleset, repository.resolve(until), job, (key, as_of))
            shallow = repository.shallow
    except RevisionError as error:
        records.show([error.diagnostic])
        raise click.exceptions.Exit(2) from error
    from revrules.render.changes.history import standing_as_json, standing_as_text, standing_summary

    click.echo(
        json.dumps(standing_as_json(found), ensure_ascii=False, indent=2)
        if output_format == "json"
        else standing_as_text(found).rstrip("\n")
    )
    if not quiet:
        click.echo(standing_summary(found, shallow=shallow), err=True)


def _standing(repository: Repository, ruleset: str, start: Revision, job: Job, asked: tuple[str | None, str | None]) -> Standing:
    """Return what became of the record with that key, as of that moment (both may be left out)."""
    from revrules.cli.why import _find
    from revrules.diff.past import Past
    from revrules.impact.stages import find, standing

    past = Past(repository, repository.inside(Path(ruleset)))
    versions = past.versions(start)
    seen: list[Version] = []
    while not seen or seen[-1].ruleset is None:
        following = next(versions, None)
        if following is None:
            break
        seen.append(following)
    newest = seen[-1].ruleset if seen else None
    if newest is None:
        raise UserError(f"{ruleset}: no commit holds a ruleset that can be read")
    job = job._replace(as_of=_moment(asked[1], newest.timezone))
    found = find(newest, job, lambda run: _find(run, asked[0]))
    return standing(past, chain(seen, versions), found, job)


def _moment(text: str | None, timezone: str) -> datetime:
    """Return one instant for all versions."""
    from datetime import UTC, datetime

    return records.moment(text, timezone) or datetime.now(UTC)
