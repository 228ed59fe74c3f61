"""`evaluate` on a database: records placed where they live, into a table there, or a file or a terminal here."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from revrules.cli import records
from revrules.cli.output import atomic_path, atomic_writer, unwritable
from revrules.cli.waiting import progress, waiting
from revrules.engines.accounts import account, balance
from revrules.engines.faults import Faults, faults
from revrules.engines.placing import Order, prepare
from revrules.engines.postgres import Postgres
from revrules.engines.results import Stream, find_target, into_table
from revrules.render.cells import harmless, one_line
from revrules.tables.summary import in_words
from revrules.tables.writers import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from revrules.engines.placing import Prepared
    from revrules.ruleset import Mode, Ruleset
    from revrules.tables.database import Limits
    from revrules.tables.summary import Summary

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
ROWS_IN_A_TABLE = 20
SHOWN = ("declared", "stage", "verdict", "blockers", "unknown_criteria", "violations")
"""The few answers that a table on a terminal shows."""


class Asked(NamedTuple):
    """What was asked on the command line: which records, what for, where to put it."""

    table: str
    related: Mapping[str, str]
    lifecycle: str | None
    entity: str | None
    as_of: datetime | None
    mode: Mode
    columns: str | None
    keep: bool
    out: str | None
    format: str | None
    into: str | None
    replace: bool
    rejects: str | None
    summary: bool


def place_elsewhere(
    rules: Ruleset, url: str | None, engine: str, asked: Asked, unfit: Mapping[str, object], limits: Limits
) -> None:
    """Place records on a database or on Spark, as ``evaluate`` was asked to.

    ``unfit`` are options that say how files are read, with what was given for them.
    """
    if engine == "spark":
        from revrules.cli.on_spark import on_spark

        if url is not None or asked.into is not None:
            raise click.UsageError("--engine spark reads files and its own tables; --to and --into are for Postgres.")
        on_spark(rules, asked, unfit, limits)
        return
    unfit = {**unfit, "--memory-limit": limits.memory, "--threads": limits.threads}
    on_a_database(rules, url, asked, unfit)


def on_a_database(rules: Ruleset, url: str | None, asked: Asked, unfit: Mapping[str, object]) -> None:
    """Place the records of a table on the database at ``url``; ends with exit code 1 where some values could not be used.

    ``unfit`` are options that say how files are read, with what was given for them.
    """
    if url is None:
        raise click.UsageError("--into and --replace belong to --to URL, for instance --to postgresql://user@host/name.")
    if asked.into is not None and asked.out is not None:
        raise click.UsageError("--into names a table there, -o a file here; choose one of them.")
    if asked.replace and asked.into is None:
        raise click.UsageError("--replace belongs to --into TABLE.")
    refuse(unfit, "a table of a database")
    with records.data_errors(), Faults() as found:
        with Postgres(url) as database:
            order = order_of(asked)
            prepared = prepare(rules, order, database)
            with _placed(database, prepared, asked) as placed:
                balance(prepared, database, placed)
                with waiting("counting what was placed"):
                    summary = account(rules, order, prepared, database, placed)
                    for fault in faults(rules, order, prepared, database, summary):
                        found.add(fault)
        finish(found, asked, summary, prepared)


def refuse(unfit: Mapping[str, object], what: str) -> None:
    """Raise ``UsageError`` where an option was given that does not go with ``what`` is placed."""
    for option, given in unfit.items():
        if given not in (None, False):
            raise click.UsageError(f"{option} does not go with {what}.")


def order_of(asked: Asked) -> Order:
    """Return what to place."""
    names = None if asked.columns is None else [name.strip() for name in asked.columns.split(",") if name.strip()]
    return Order(asked.table, asked.related, asked.lifecycle, asked.entity, asked.as_of, asked.mode, names, asked.keep)


@contextmanager
def _placed(database: Postgres, prepared: Prepared, asked: Asked) -> Iterator[int]:
    """Put the placed records where they were asked for, for good once the block ends well; yield how many there are."""
    if asked.into is not None:
        target = find_target(database, asked.into, prepared, replace=asked.replace)
        with waiting(f"{database.name} places the records"):
            count = into_table(database, prepared, target)
        yield count
        return
    path = "-" if asked.out is None else asked.out
    with unwritable(path), progress() as on_progress:
        stream = Stream(database, prepared, on_progress)
        if path == "-":
            _show(stream, prepared, asked)
            yield stream.placed
        elif (format_ := format_of(asked)) == "parquet":
            with atomic_path(path) as beside:
                with waiting(f"{database.name} places the records"):
                    stream.into_parquet(str(beside))
                yield stream.placed
        else:
            with atomic_writer(path, newline="") as file:
                write_text(file, format_, stream.names, stream.rows())
                yield stream.placed


def format_of(asked: Asked) -> str:
    if asked.format is not None:
        return asked.format
    suffix = "." + (asked.out or "").rpartition(".")[2].lower()
    return FORMATS.get(suffix, "csv")


def _show(stream: Stream, prepared: Prepared, asked: Asked) -> None:
    """Write to standard output: all records in a format that was asked for, else those that need a look."""
    if asked.format == "parquet":
        raise click.UsageError("Parquet cannot be written to standard output; name a file with -o.")
    with atomic_writer("-") as file:
        if asked.format or asked.columns or asked.out:
            write_text(file, asked.format or "csv", stream.names, stream.rows())
            return
        tracked = prepared.lifecycle.tracks is not None
        names = [name for name in stream.names if name in SHOWN and (tracked or name not in ("declared", "verdict"))]
        keys = [column.name for column in prepared.query.columns[:1] if column.kind.value == "passed"]
        write_text(file, "table", [*keys, *names], stream.worth_a_look([*keys, *names], ROWS_IN_A_TABLE))


def finish(found: Faults, asked: Asked, summary: Summary, prepared: Prepared) -> None:
    """Write the rejects, tell what came out, and end with exit code 1 where some values could not be used."""
    where = _write_rejects(found, asked)
    if asked.summary:
        _tell(summary, prepared)
    if found.count:
        _tell_rejects(found, where)
        raise click.exceptions.Exit(1)


def _write_rejects(found: Faults, asked: Asked) -> str | None:
    """Write the rejects where they were asked for, else beside the output if there are any; return where."""
    path = asked.rejects
    if path is None and asked.out not in (None, "-"):
        path = f"{asked.out}.rejects.csv"
        if not found.count and not os.path.exists(path):  # noqa: PTH110 - pathlib costs start-up time
            return None
    if path is not None:
        with unwritable(path), atomic_writer(path) as stream:
            found.write(stream)
    return path


def _tell(summary: Summary, prepared: Prepared) -> None:
    if summary.warnings:
        records.show(summary.warnings)
    click.echo(harmless("\n".join(in_words(summary, prepared.lifecycle))), err=True)


def _tell_rejects(found: Faults, where: str | None) -> None:
    things = "1 value, key or row" if found.count == 1 else f"{found.count:,} values, keys or rows"
    click.echo(f"\n{things} could not be used as declared" + (f"; all are listed in {where}" if where else ":"), err=True)
    for fault in found.first:
        record = f", {fault.key}" if fault.key else ""
        column = f", {fault.column}" if fault.column else ""
        shown = f" `{' '.join(fault.value.split())[:60]}`" if fault.value else ""
        click.echo(one_line(f"  {fault.table}{record}{column}:{shown} {fault.reason} ({fault.happened})"), err=True)
    if found.count > len(found.first) and where is None:
        click.echo("  … `--rejects FILE` lists them all", err=True)
