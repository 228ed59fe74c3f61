"""What `align` makes of real records: which file holds what, how many records lie where, lists of their keys."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from revrules.cli import records
from revrules.cli.output import atomic_writer
from revrules.tables.opening import FORMATS
from revrules.tables.rejects import Rejects

if TYPE_CHECKING:
    import datetime as dates
    from collections.abc import Callable, Mapping, Sequence

    from revrules.ir import Ruleset
    from revrules.proofs.alignment import Alignment
    from revrules.tables.opening import Reading
    from revrules.tables.regions import Account, Locating

Command = TypeVar("Command", bound="Callable[..., object]")


class Data(NamedTuple):
    """What the command line says about data: files (of related tables as NAME=FILE), and where to write lists."""

    given: Sequence[str]
    entity: str | None
    as_of: dates.date | None
    reading: Reading
    list_path: str | None
    rejects_path: str | None


@dataclass(slots=True)
class Counted:
    """How many records lie where; ``positions`` lead from the rows of the alignment to the questions of ``account``."""

    account: Account | None = None
    positions: Mapping[int, int] = field(default_factory=dict)
    entity: str = ""
    lists: str = ""

    def tell(self) -> None:
        """Write the account of the rows to standard error."""
        account = self.account
        if account is None:
            return
        for note in account.notes:
            click.echo(f"note: {note}", err=True)
        odd = f"; {account.odd_cells:,} cells hold no value and count as missing" if account.odd_cells else ""
        told = f"{account.read:,} rows read = {account.judged:,} {self.entity} records judged + {account.rejected:,} rejected"
        click.echo(f"{told}{odd}{self.lists}", err=True)


def data_options(command: Command) -> Command:
    """Add the options about real records."""
    for option in reversed(
        (
            click.option("--data", multiple=True, metavar="FILE", help="Count the records of FILE; related tables as NAME=FILE."),
            click.option("--entity", metavar="NAME", help="What the records of FILE are, where their columns leave a doubt."),
            click.option("--list", "list_path", metavar="FILE", help="List the keys of all records on which the two differ."),
            click.option("--rejects", "rejects_path", metavar="FILE", help="List rows and cells that cannot be used here."),
            click.option("--input-format", type=click.Choice(FORMATS), help="What FILE is, where its name does not say it."),
            click.option("--encoding", metavar="NAME", help="The encoding of FILE, where it does not show it."),
            click.option("--delimiter", metavar="MARK", help="What separates the cells of FILE: a mark, or the word tab."),
        )
    ):
        command = option(command)
    return command


def count(first: Ruleset, second: Ruleset, found: Alignment, data: Data) -> Counted:
    """Return how many of the records lie in which region of each word and stage of their entity."""
    from revrules.aligned import Data as Table
    from revrules.aligned import located

    with records.data_errors(), ExitStack() as stack:
        path, ours, related = _files(first, found, data)
        theirs = found.matched[ours]
        rows = [(at, row) for at, row in enumerate(found.rows) if row.entity == ours and row.asked is not None]
        table = Table(path, (ours, theirs), _by_side(related, found), _noon(data.as_of), data.reading)
        rejects = stack.enter_context(Rejects())
        locating = stack.enter_context(located(first, second, [row for _, row in rows], table, rejects.add))
        names = [f"{row.kind} {row.first}" for _, row in rows]
        _go_through(locating, names, found, data.list_path)
        if data.rejects_path is not None:
            with atomic_writer(data.rejects_path) as stream:
                rejects.write(stream)
        listed = [path for path in (data.list_path, data.rejects_path if rejects.count else None) if path]
        told = f"; listed in {' and '.join(listed)}" if listed else ""
        return Counted(locating.account, {at: question for question, (at, _) in enumerate(rows)}, ours, told)


def _go_through(locating: Locating, names: Sequence[str], found: Alignment, list_path: str | None) -> None:
    """Judge every record; write the keys of those on which the two differ where that is asked for."""
    if list_path is None:
        for _ in locating.located():
            pass
        return
    words = {"only first": f"only {found.sides[0]}", "only second": f"only {found.sides[1]}"}
    with atomic_writer(list_path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("word", "region", "key", "line"))
        for each in locating.located():
            for name, region in zip(names, each.regions, strict=True):
                if region not in ("both", "neither"):
                    writer.writerow((name, words.get(region, str(region)), each.key or "", each.line))


def _files(first: Ruleset, found: Alignment, data: Data) -> tuple[str, str, dict[str, str]]:
    """Return the file whose records are counted, what they are, and the related tables by name."""
    named, plain = dict[str, str](), list[str]()
    for text in data.given:
        name, equals, path = text.partition("=")
        if equals and name.strip() in found.table_names:
            named[name.strip()] = path
        else:
            plain.append(text)
    if len(plain) > 1:
        raise click.UsageError(f"one file at a time; say what the others are: --data NAME={plain[1]}.")
    if not plain:
        of_entity = [name for name in named if name in found.matched and data.entity in (None, name)]
        if len(of_entity) != 1:
            raise click.UsageError("name the file whose records are to be counted without `NAME=`: --data FILE.")
        return named[of_entity[0]], of_entity[0], named
    return plain[0], _entity(first, found, data, plain[0]), named


def _entity(first: Ruleset, found: Alignment, data: Data, path: str) -> str:
    """Return what the records of a file are: what was said, the only entity that both have, or the one that fits best."""
    known = list(found.matched)
    if data.entity is not None:
        if data.entity not in known:
            raise click.UsageError(f"`{data.entity}` is no entity that both have; there is {', '.join(known) or 'none'}.")
        return data.entity
    about = [name for name in known if any(row.entity == name for row in found.rows)] or known
    if not about:
        raise click.UsageError("the two have no entity in common, so there is nothing to count.")
    if len(about) == 1:
        return about[0]
    from revrules.outline import outline
    from revrules.tables.opening import open_table
    from revrules.tables.regions import fitting

    if path == "-":
        raise click.UsageError(f"say what the records are: --entity {' or '.join(about)}.")
    table = open_table(path, data.reading)
    try:
        (best, name), (next_best, _), *_ = fitting(outline(first), about, table)
    finally:
        table.close()
    if best == next_best:
        raise click.UsageError(f"say what the records of `{path}` are: --entity {' or '.join(about)}.")
    return name


def _by_side(related: Mapping[str, str], found: Alignment) -> tuple[dict[str, str], dict[str, str]]:
    """Return the related tables by the names that either side has for them."""
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, path in related.items():
        for side, own in zip(sides, found.table_names[name], strict=True):
            if own is not None:
                side[own] = path
    return sides


def _noon(day: dates.date | None) -> datetime | None:
    """Return the instant at which records are judged; None: now."""
    return None if day is None else datetime.combine(day, time(12), UTC)
