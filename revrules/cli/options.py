"""Options and arguments that several commands share."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., object]")


def ruleset_paths(command: Command) -> Command:
    """Add the argument ``paths``: rulesets or folders, the current folder without any."""
    return click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")(command)


def output_format(*styles: str, default: str | None = "full") -> Callable[[Command], Command]:
    """Add the option ``output_format`` with these styles. ``default`` None leaves room for the configuration file."""
    shown = default or styles[0]
    return click.option(
        "--output-format",
        type=click.Choice(styles),
        default=default,
        help=f"How to show the result.  [default: {shown}]",
    )


def day(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime.date | None:
    """Return the day that ``value`` names: ``2026-11-21`` or the word today."""
    if value is None:
        return None
    if value == "today":
        return this_day()
    try:
        return datetime.date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"`{value}` is no day of the calendar; write year-month-day, for instance 2026-11-21, or the word today"
        ) from error


def this_day() -> datetime.date:
    """Return today where the command runs."""
    return datetime.datetime.now().astimezone().date()


def as_of_day(command: Command) -> Command:
    """Add the option ``as_of``: the day that counts as today."""
    return click.option(
        "--as-of",
        callback=day,
        metavar="DATE",
        help="The day that counts as today, for findings about dates.  [default: today]",
    )(command)


def quiet(command: Command) -> Command:
    """Add the flag ``quiet``."""
    return click.option("-q", "--quiet", is_flag=True, help="Show no summary, only what was found.")(command)
