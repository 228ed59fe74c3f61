"""What `why` and `blame` share: the arguments that name one record, and finding it."""

from __future__ import annotations

from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import click

from revrules.cli import records
from revrules.problems import data as problems
from revrules.tables.failure import DataError
from revrules.tables.run import Job

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from revrules.ruleset import Mode
    from revrules.tables.run import Placed, Run

Command = TypeVar("Command", bound="Callable[..., object]")
MOST_KEYS = 20_000
"""Keys that are compared with one that is not found."""


class Asked(NamedTuple):
    """One record of one ruleset, as the command line names them."""

    ruleset: str
    data: str
    key: str | None
    lifecycle: str | None
    entity: str | None
    related: tuple[str, ...]
    as_of: str | None
    mode: Mode
    input_format: str | None
    encoding: str | None
    delimiter: str | None

    def job(self, moment: datetime | None) -> Job:
        """Return the run that finds the record."""
        how = records.reading(self.input_format, self.encoding, self.delimiter)
        return Job(self.data, records.related_tables(self.related), self.lifecycle, self.entity, moment, self.mode, how)


def one_record(command: Command) -> Command:
    """Add the arguments and options that name a record; the command takes them as one, ``asked``."""

    @wraps(command)
    def packed(*args: object, **given: object) -> object:
        asked = Asked(*(given.pop(name) for name in Asked._fields))  # type: ignore[arg-type]  # as declared below
        return command(*args, asked=asked, **given)

    found: Callable[..., object] = records.data_options(packed)
    for name, required in (("key", False), ("data", True), ("ruleset", True)):
        found = click.argument(name, metavar=name.upper() if required else f"[{name.upper()}]", required=required)(found)
    return cast("Command", found)


def find(run: Run, key: str | None) -> Placed:
    """Return the record with that key, or the only one there is. Raises DataError."""
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
