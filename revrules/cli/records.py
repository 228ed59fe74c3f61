"""What `evaluate` and `why` share: options about data, a ruleset to run, a moment, errors about data."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from revrules.tables.failure import DataError
from revrules.tables.opening import FORMATS, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from revrules.diagnostics import Diagnostic
    from revrules.ruleset import Ruleset

Command = TypeVar("Command", bound="Callable[..., object]")


def data_options(command: Command) -> Command:
    """Add the options that say how data are read: which lifecycle, which further tables, which format, as of when."""
    for option in reversed(
        (
            click.option("--lifecycle", metavar="NAME", help="The lifecycle to place records in, where there are several."),
            click.option("--entity", metavar="NAME", help="What the records are, where that leaves one lifecycle."),
            click.option("--data", "related", multiple=True, metavar="NAME=FILE", help="A related table, by relation or entity."),
            click.option("--as-of", metavar="DATE", help="The date, or date and time, of the evaluation.  [default: now]"),
            click.option(
                "--mode",
                type=click.Choice(["evidence", "advance"]),
                default="evidence",
                help="evidence: where a record stands. advance: where it may go from the stage it declares.",
            ),
            click.option("--input-format", type=click.Choice(FORMATS), help="What DATA is, where its name does not say it."),
            click.option("--encoding", metavar="NAME", help="The encoding of DATA, where it does not show it."),
            click.option("--delimiter", metavar="MARK", help="What separates the cells of DATA: a mark, or the word tab."),
        )
    ):
        command = option(command)
    return command


def load_ruleset(path: str) -> Ruleset:
    """Return the ruleset at ``path``; shows what is wrong with it and ends with exit code 1 where it cannot be run."""
    from revrules.ruleset import RulesetError, load_cached

    try:
        return load_cached(path)
    except RulesetError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(1) from error


def reading(input_format: str | None, encoding: str | None, delimiter: str | None) -> Reading:
    """Return how to read DATA from the options about it."""
    mark = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter)
    if mark is not None and (len(mark) != 1 or mark in '"\r\n'):
        raise click.UsageError(f"`{delimiter}` cannot separate cells; give one mark such as , ; | or the word tab.")
    return Reading(input_format, encoding, mark)


def related_tables(given: Iterable[str]) -> dict[str, str]:
    """Return the files of ``NAME=FILE`` by name."""
    tables: dict[str, str] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not (equals and name.strip() and path):
            raise click.UsageError(
                f"`{text}` does not name a table; write --data NAME=FILE, for instance --data meetings=meetings.csv."
            )
        tables[name.strip()] = path
    return tables


def moment(text: str | None, timezone: str) -> datetime | None:
    """Return the instant that ``--as-of`` names, None for now: a date is the start of that day in ``timezone``."""
    if text is None:
        return None
    from datetime import UTC, datetime

    from revrules.problems import data as problems
    from revrules.runtime.clock import from_local, zone_of

    try:
        given = datetime.fromisoformat(text.strip())
        instant = from_local(given, zone_of(timezone)) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DataError(problems.unknown_moment(text)) from error
    if instant is None:
        raise DataError(problems.unknown_moment(text))
    return instant


@contextmanager
def data_errors() -> Iterator[None]:
    """Show what stops a run over data, and end with exit code 2: nothing was done."""
    try:
        yield
    except DataError as error:
        show([error.diagnostic])
        raise click.exceptions.Exit(2) from error


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Write diagnostics to standard error."""
    from revrules.cli.output import use_color
    from revrules.render import render

    click.echo(render(list(diagnostics), {}, style="full", color=use_color(err=True)), err=True, nl=False)


def on_a_terminal() -> bool:
    """Return whether someone watches standard error."""
    return sys.stderr is not None and sys.stderr.isatty()
