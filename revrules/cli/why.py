"""One record into words: where it stands, and what it still needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from revrules.cli import records
from revrules.cli.one_record import Asked, find, one_record
from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.rejects import Rejects
from revrules.tables.run import Run

if TYPE_CHECKING:
    from datetime import datetime

    from revrules.ruleset import Ruleset
    from revrules.tables.run import Placed


@click.command("why")
@one_record
@click.option("--to", "goal", metavar="STAGE", help="Say what it takes to get the record to this stage: the cheapest way.")
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="How to show the answer.  [default: text]"
)
def command(asked: Asked, goal: str | None, output_format: str) -> None:
    """Say in words where one record stands, and what it still needs.

    RULESET is a ruleset or its folder. DATA is an export (then KEY names the record), one JSON record, or `-` for standard
    input.
    """
    rules = records.load_ruleset(asked.ruleset)
    with records.data_errors(), Rejects() as rejects:
        when = records.moment(asked.as_of, rules.outline.timezone)
        with Run(rules, asked.job(when), rejects.add) as run:
            stage = None if goal is None else _stage(rules, run.lifecycle.name, goal)
            found = find(run, asked.key)
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
