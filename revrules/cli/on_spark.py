"""`evaluate --engine spark`: records of files or of Spark's tables into a folder of placed records, or onto the terminal."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import records
from revrules.cli.databases import FORMATS, ROWS_IN_A_TABLE, SHOWN, finish, order_of, refuse
from revrules.cli.output import atomic_writer, unwritable
from revrules.engines.accounts import account
from revrules.engines.faults import Fault, Faults, faults
from revrules.engines.placing import prepare
from revrules.engines.spark import local_session, meaning
from revrules.engines.spark_files import SparkFiles, write_folder
from revrules.problems import data as data_problems
from revrules.problems import engines as problems
from revrules.tables.failure import DataError
from revrules.tables.issues import LONGEST_SHOWN, REJECTED
from revrules.tables.run import headings_of
from revrules.tables.writers import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from revrules.cli.databases import Asked
    from revrules.engines.placing import Prepared
    from revrules.ruleset import Ruleset
    from revrules.tables.database import Limits

UNREADABLE = "Spark cannot read this row: it has more or fewer cells than there are headings"
LOOK = "verdict NOT IN ('in_stage', 'undeclared') OR overdue OR size(violations) > 0 OR size(data_problems) > 0"
"""What ``tables.placed.needs_a_look`` asks, of these columns."""


def on_spark(rules: Ruleset, asked: Asked, unfit: Mapping[str, object], limits: Limits) -> None:
    """Place the records of files or of a table of the catalog; ends with exit code 1 where some could not be used."""
    refuse(unfit, "--engine spark")
    if asked.out in (None, "-") and asked.replace:
        raise click.UsageError("--replace belongs to -o FOLDER.")
    logging.getLogger().addHandler(logging.NullHandler())  # Spark's driver logs where Ctrl-C has stopped it
    with records.data_errors(), Faults() as found:
        session = local_session(limits.memory, limits.threads, progress=records.on_a_terminal())
        with meaning(session), closing(SparkFiles(session, headings_of(rules))) as spark:
            order = order_of(asked)
            prepared = prepare(rules, order, spark)
            with _placed(spark, prepared, asked) as placed:
                summary = account(rules, order, prepared, spark, placed)
                broken = _tell_broken(spark, asked.table, found)
                summary = summary._replace(read=summary.read + broken, rejected=broken)
                for fault in faults(rules, order, prepared, spark, summary):
                    found.add(fault)
        finish(found, asked, summary, prepared)


def _tell_broken(spark: SparkFiles, table: str, found: Faults) -> int:
    """Tell of the rows that Spark cannot read; return how many of them are records."""
    records_lost = 0
    for name, text in spark.broken():
        records_lost += name == table
        found.add(Fault(name, "", "", text[:LONGEST_SHOWN], UNREADABLE, REJECTED, data_problems.ROW.code))
    return records_lost


@contextmanager
def _placed(spark: SparkFiles, prepared: Prepared, asked: Asked) -> Iterator[int]:
    """Put the placed records where they were asked for, for good once the block ends well; yield how many there are."""
    frame = spark.frame(prepared.text)
    if asked.out not in (None, "-"):
        target = asked.out or ""
        format_ = asked.format or FORMATS.get(os.path.splitext(target)[1].lower(), "parquet")  # noqa: PTH122
        with unwritable(target), _new_folder(target, spark, replace=asked.replace) as beside:
            yield write_folder(frame, str(beside), format_)
        return
    if asked.format == "parquet":
        raise click.UsageError("Parquet cannot be written to standard output; name a folder with -o.")
    names = prepared.names
    placed = 0

    def counted() -> Iterator[tuple[object, ...]]:
        nonlocal placed
        for row in spark.each(prepared.text):
            placed += 1
            yield row

    with atomic_writer("-") as stream:
        if asked.format or asked.columns or asked.out:
            write_text(stream, asked.format or "csv", names, counted())
        else:
            few = [name for name in names if name in SHOWN or name not in _answers(prepared)]
            items = ", ".join(f"`{name.replace('`', '``')}`" for name in few)
            rows = spark.run(f"SELECT {items} FROM ({prepared.text}) AS t WHERE {LOOK} LIMIT {ROWS_IN_A_TABLE}")
            rows = rows or spark.run(f"SELECT {items} FROM ({prepared.text}) AS t LIMIT {ROWS_IN_A_TABLE}")
            write_text(stream, "table", few, rows)
            ((number,),) = spark.run(f"SELECT count(*) FROM ({prepared.text}) AS t")
            placed = int(str(number))
    yield placed


def _answers(prepared: Prepared) -> set[str]:
    return {column.name for column in prepared.query.columns if column.kind.value != "passed"}


@contextmanager
def _new_folder(target: str, spark: SparkFiles, *, replace: bool) -> Iterator[Path]:
    """Yield the name of a folder that Spark makes; when the block ends well it has the name ``target``, else it is gone.

    Raises ``DataError`` where that would write over something that is read, or over anything without ``replace``.
    """
    place = Path(os.path.realpath(target))
    if any(Path(os.path.realpath(path)) == place or place in Path(os.path.realpath(path)).parents for path in spark.files()):
        raise DataError(data_problems.output_is_input(target))
    if place.exists() and not replace:
        raise DataError(problems.table_exists(target))
    beside = place.with_name(f".revrules-{os.getpid()}.tmp")
    before = place.with_name(f".revrules-{os.getpid()}.old")
    try:
        yield beside
        if place.exists():
            place.rename(before)
        beside.rename(place)
    except BaseException:
        if before.exists() and not place.exists():
            before.rename(place)
        raise
    finally:
        for left in (beside, before):
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink(missing_ok=True)
