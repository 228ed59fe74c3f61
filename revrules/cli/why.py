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
    from datetime import datetime

    from revrules.ruleset import Mode, Ruleset
    from revrules.tables.run import Placed

MOST_KEYS = 20_000
"""Keys that are compared with one that is not found."""


@click.command("why")
@click.argument("ruleset", metavar="RULESET")
@click.argument("data", metavar="DATA")
@click.argument("key", metavar="[KEY]", required=False)
@records.data_options
@click.option("--to", "goal", metavar="STAGE", help="Say what it takes to get the record to this stage: the cheapest way.")
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
    goal: str | None,
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
            stage = None if goal is None else _stage(rules, run.lifecycle.name, goal)
            found = _find(run, key)
    if stage is not None:
        _show_way(rules, found, stage, when, output_format)
        return
    if output_format == "json":
        click.echo(json.dumps(found.placement.as_json(), ensure_ascii=False, indent=2))
        return
    from revrules.render.cells import harmless
    from revrules.words import in_words

    click.echo(harmless(in_words(rules.outline, found.placement, found.key)), nl=False)


def _stage(rules: Ruleset, lifecycle: str, goal: str) -> str:
    """Return the stage that a name or label means. Raises ``DataError``."""
    stages = rules.ir.lifecycle(lifecycle).stages
    for stage in stages:
        if goal == stage.name or goal in stage.labels:
            return stage.name
    raise DataError(problems.unknown_stage(goal, lifecycle, [stage.name for stage in stages]))


def _show_way(rules: Ruleset, found: Placed, stage: str, when: datetime | None, output_format: str) -> None:
    """Show the cheapest way of a record to a stage."""
    from datetime import UTC, datetime

    from revrules.proofs.fixes import cheapest_fix
    from revrules.proofs.questions import Questions
    from revrules.render.cells import harmless
    from revrules.render.fixes import fix_as_json, fix_in_words

    as_of = when or datetime.now(UTC)
    lifecycle = rules.ir.lifecycle(found.placement.lifecycle)
    fix = cheapest_fix(Questions(rules.ir, as_of.date()), lifecycle, found.record, as_of, stage)
    if output_format == "json":
        click.echo(json.dumps(fix_as_json(fix), ensure_ascii=False, indent=2))
    else:
        click.echo(harmless(fix_in_words(rules.ir, lifecycle, fix, found.key)), nl=False)


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
