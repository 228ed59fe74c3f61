"""One record into words: where it stands, and what it still needs."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import click

from revrules.cli import records
from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.rejects import Rejects
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from revrules.ruleset import Mode
    from revrules.tables.run import Placed

MOST_KEYS = 20_000
"""Keys that are compared with one that is not found."""


@click.command("why")
@click.argument("ruleset", metavar="RULESET")
@click.argument("data", metavar="DATA")
@click.argument("key", metavar="[KEY]", required=False)
@records.data_options
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show the answer.  [default: text]"
)
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
    output_format: str,
) -> None:
    """Say in words where one record stands, and what it still needs.

    RULESET is a ruleset or its folder. DATA is an export (then KEY names the record), one JSON record, or `-` for standard
    input.
    """
    rules = records.load_ruleset(ruleset)
    how = records.reading(input_format, encoding, delimiter)
    with records.data_errors(), Rejects() as rejects:
        when = records.moment(as_of, rules.outline.timezone)
        job = Job(data, records.related_tables(related), lifecycle, entity, when, mode, how)
        with Run(rules, job, rejects.add) as run:
            found = _find(run, key)
    if output_format == "json":
        click.echo(json.dumps(found.placement.as_json(), ensure_ascii=False, indent=2))
        return
    from revrules.render.cells import harmless
    from revrules.words import in_words

    click.echo(harmless(in_words(rules.outline, found.placement, found.key)), nl=False)


def _find(run: Run, key: str | None) -> Placed:
    """Return the record with that key, or the only one there is."""
    if key is None:
        return _only(run)
    keys: list[str] = []
    for placed in run.placed():
        if placed.key is not None and placed.key.strip() == key.strip():
            return placed
        if placed.key is not None and len(keys) < MOST_KEYS:
            keys.append(placed.key)
    raise DataError(problems.unknown_record(key, run.table.name, keys))


def _only(run: Run) -> Placed:
    """Return the only record."""
    found = list(islice(run.placed(), 2))
    if not found:
        raise DataError(problems.no_record(run.table.name))
    if len(found) > 1:
        raise DataError(problems.which_record(run.table.name, found[0].key or "KEY"))
    return found[0]
