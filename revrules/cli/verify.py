"""The definition of the language held against an engine: which of it holds there, which are gaps, what differs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from revrules.verify import Outcome, Warehouse

SHOWN = 400


@click.command("verify")
@click.option("--engine", type=click.Choice(["duckdb", "postgres", "spark"]), help="What to ask.  [default: duckdb]")
@click.option("--to", "url", metavar="URL", help="The database: postgresql://user@host/name.")
@click.option("--script", "dialect", type=click.Choice(["snowflake", "bigquery"]), help="Print a script to run there by hand.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to tell it.")
def command(engine: str | None, url: str | None, dialect: str | None, output_format: str) -> None:
    """Ask an engine for every part of the language, and compare the answers.

    Nothing is written there: records stand as constants in the statements. What an engine cannot say exactly is a gap, told with
    its reason: rulesets that use it are refused for that engine. Exit code: 0 all holds but for the gaps, 1 something differs.
    """
    from revrules.cli.records import data_errors
    from revrules.verify import script, suites, verify

    if dialect is not None:
        if engine is not None or url is not None:
            raise click.UsageError("--script prints; --engine and --to ask.")
        for line in script(dialect, suites()):
            click.echo(line)
        return
    if (url is not None) != (engine == "postgres"):
        raise click.UsageError("--engine postgres and --to belong together: --engine postgres --to postgresql://user@host/name.")
    with data_errors(), _warehouse(engine or "duckdb", url) as warehouse:
        outcomes = list(verify(warehouse, suites()))
    _tell(engine or "duckdb", outcomes, output_format)
    if any(outcome.state.value == "differs" for outcome in outcomes):
        raise click.exceptions.Exit(1)


def _warehouse(engine: str, url: str | None) -> AbstractContextManager[Warehouse]:
    """Return the engine to ask, as a context manager."""
    from contextlib import nullcontext

    match engine:
        case "postgres":
            from revrules.engines.postgres import Postgres

            return Postgres(url or "")
        case "spark":
            from revrules.engines.spark import Spark, local_session

            return nullcontext(Spark(local_session()))
        case _:
            from revrules.tables.embedded import Embedded

            return Embedded()


def _tell(engine: str, outcomes: list[Outcome], output_format: str) -> None:
    if output_format == "json":
        click.echo(json.dumps([{**_plain(outcome)} for outcome in outcomes], ensure_ascii=False, indent=2))
        return
    counts = Counter((outcome.file, outcome.state.value) for outcome in outcomes)
    files = list(dict.fromkeys(outcome.file for outcome in outcomes))
    width = max(map(len, files))
    click.echo(f"{'':{width}}  {'holds':>6}  {'gaps':>6}  {'differs':>7}")
    for file in files:
        held, gaps, differ = (counts[file, state] for state in ("holds", "gap", "differs"))
        click.echo(f"{file:{width}}  {held:>6}  {gaps:>6}  {differ:>7}")
    for line in _lines(outcomes):
        click.echo(line)
    asked = sum(outcome.records for outcome in outcomes)
    click.echo(f"\n{engine}: {len(outcomes):,} expressions, {asked:,} values compared with the language", err=True)


def _lines(outcomes: list[Outcome]) -> Iterator[str]:
    from revrules.render.cells import one_line

    for title, state in (("Gaps, refused there", "gap"), ("Differs", "differs")):
        found = [outcome for outcome in outcomes if outcome.state.value == state]
        if found:
            yield f"\n{title}:"
        for outcome in found:
            yield one_line(f"  {outcome.file}, {outcome.case}: {outcome.detail}"[:SHOWN])


def _plain(outcome: Outcome) -> dict[str, object]:
    return {
        "file": outcome.file,
        "case": outcome.case,
        "state": outcome.state.value,
        "records": outcome.records,
        "detail": outcome.detail,
    }
