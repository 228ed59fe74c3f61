"""An export into placed records, with an account of every row."""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING, Literal

import click

from revrules.cli import records
from revrules.cli.output import atomic_path, atomic_writer, spare_ruleset, unwritable
from revrules.cli.pushing import Wanted, place
from revrules.cli.reports import reporting
from revrules.cli.waiting import PATIENCE
from revrules.tables import FORMATS, placed, refuse_to_overwrite, write_file, write_text
from revrules.tables.database import Limits
from revrules.tables.engine import ENGINES, engine_for
from revrules.tables.rejects import Rejects
from revrules.tables.run import Job, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from revrules.ruleset import Mode
    from revrules.tables.engine import Engine
    from revrules.tables.placed import OutputColumn
    from revrules.tables.pushed import Pushed
    from revrules.tables.run import Placed
    from revrules.tables.summary import Summary

ROWS_IN_A_TABLE = 20


@click.command("evaluate")
@click.argument("ruleset", metavar="RULESET")
@click.argument("data", metavar="DATA")
@click.option("-o", "--output", "out", metavar="OUT", help="Write all records here: .csv, .tsv, .jsonl or .parquet.")
@records.data_options
@click.option("--output-format", type=click.Choice(["csv", "tsv", "jsonl", "parquet", "table"]), help="How to write the records.")
@click.option("--columns", metavar="A,B,…", help="Only these columns, of the answer or of the input.")
@click.option("--keep", is_flag=True, help="Also write every column of the input.")
@click.option("--rejects", "rejects_path", metavar="FILE", help="List rows and cells that cannot be used here.")
@click.option("--report", "report_path", metavar="FILE", help="Write one page of HTML about the whole run.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read the first N rows only.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Take N rows from all over DATA, always the same.")
@click.option(
    "--engine", type=click.Choice([*ENGINES, "spark"]), default="auto", help="Who places the records.  [default: DuckDB if many]"
)
@click.option("--memory-limit", metavar="SIZE", help="How much memory DuckDB may use, such as 2GB.")
@click.option("--any-order", is_flag=True, help="Let DuckDB write the records in any order: that takes less memory.")
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="How many threads DuckDB may use.")
@click.option("--to", "url", metavar="URL", help="DATA is a table of this database: postgresql://user@host/name.")
@click.option("--into", metavar="TABLE", help="Write all records into a new table of the database.")
@click.option("--replace", is_flag=True, help="Write over the table of --into, or the folder that Spark writes.")
@click.option("--no-summary", is_flag=True, help="Write no summary.")
def command(
    ruleset: str,
    data: str,
    out: str | None,
    lifecycle: str | None,
    entity: str | None,
    related: tuple[str, ...],
    as_of: str | None,
    mode: Mode,
    input_format: str | None,
    encoding: str | None,
    delimiter: str | None,
    output_format: str | None,
    columns: str | None,
    keep: bool,
    rejects_path: str | None,
    report_path: str | None,
    limit: int | None,
    sample: int | None,
    engine: Engine | Literal["spark"],
    memory_limit: str | None,
    any_order: bool,
    threads: int | None,
    url: str | None,
    into: str | None,
    replace: bool,
    no_summary: bool,
) -> None:
    """Place every record of an export in its stage, and say why.

    RULESET is a ruleset or its folder; DATA a CSV, TSV, JSON, JSON lines or Parquet file, a pattern for several of them, a
    table of a DuckDB database (crm.duckdb::deals), or `-` for standard input. Large tables are placed by DuckDB, which
    makes the columns blockers_mask, unknown_criteria_mask, missing_mask and violations_mask, too: lists as bits.
    With --to it is a table of that database, with --engine spark files or a table of Spark: records are placed there.
    Without -o a table shows the records that need a look. Exit code: 0 every row and cell could be used, 1 some could
    not (they are listed, and every record that can be read is placed), 2 nothing could be done. Cells are written as they
    are, also those that a spreadsheet would take for a formula: import such a file as text.
    """
    spare_ruleset(ruleset, out, rejects_path, report_path)
    rules = records.load_ruleset(ruleset)
    if url is not None or into is not None or replace or engine == "spark":
        from revrules.cli.databases import Asked, place_elsewhere

        with records.data_errors():
            when = records.moment(as_of, rules.outline.timezone)
        tables = records.related_tables(related)
        asked = Asked(
            data, tables, lifecycle, entity, when, mode, columns, keep, out, output_format, into, replace, rejects_path,
            not no_summary,
        )  # fmt: skip
        unfit = {
            "--input-format": input_format, "--encoding": encoding, "--delimiter": delimiter, "--report": report_path,
            "--limit": limit, "--sample": sample, "--any-order": any_order,
        }  # fmt: skip
        place_elsewhere(rules, url, engine, asked, unfit, Limits(memory_limit, threads))
        return
    if report_path and engine == "duckdb":
        raise click.UsageError("a report listens to record by record; leave out --engine duckdb.")
    how = records.reading(input_format, encoding, delimiter)
    with records.data_errors(), Rejects() as rejects, reporting(report_path, (out, rejects_path)) as report:
        when = report.instant(records.moment(as_of, rules.outline.timezone))
        job = Job(data, records.related_tables(related), lifecycle, entity, when, mode, how, limit, sample)
        target = "-" if out is None else out
        _refuse_bad_targets(job, target, rejects_path, report_path)
        format_ = output_format or ("table" if out in (None, "-") else FORMATS.get(os.path.splitext(target)[1].lower(), "csv"))  # noqa: PTH122
        everything = bool(columns or output_format or out)
        most = None if everything else ROWS_IN_A_TABLE
        wanted = Wanted(target, format_, lambda run: _columns(run, columns, format_, keep=keep), most, not no_summary)
        limits = Limits(memory_limit, threads, not any_order)
        engine = engine_for("python" if report_path else engine, job, (columns or "").split(","))
        pushed = place(rules, job, engine, limits, rejects, wanted)
        done: Run | Pushed
        if isinstance(pushed, tuple):
            done, summary = pushed
        else:
            with Run(rules, job, report.issues(rejects.add)) as run:
                chosen = _columns(run, columns, format_, keep=keep)
                rows = report.records(run, _with_progress(run))
                _write(rows, target, format_, chosen, everything=everything)
                summary = run.summary()
            if pushed:
                summary = summary._replace(notes=(*summary.notes, f"placed without DuckDB: {pushed}"))
            report.write(rules, run, job, summary)
            done = run
        _write_rejects(rejects, rejects_path, out)
    if not no_summary:
        _tell(summary, done)
    _tell_rejects(rejects, rejects_path, out)
    if rejects.count:
        raise click.exceptions.Exit(1)


def _refuse_bad_targets(job: Job, target: str, rejects_path: str | None, report_path: str | None) -> None:
    for path in (target, rejects_path, report_path):
        if path is not None and path != "-":
            refuse_to_overwrite(path, job)
    if rejects_path is not None and rejects_path == target != "-":
        raise click.UsageError("the result and the rejects need a file each.")


def _columns(run: Run | Pushed, names: str | None, format_: str, *, keep: bool) -> list[OutputColumn]:
    if names is not None:
        return placed.chosen_columns(run, [name.strip() for name in names.split(",") if name.strip()])
    return placed.few_columns(run) if format_ == "table" and not keep else placed.all_columns(run, keep=keep)


def _write(rows: Iterator[Placed], target: str, format_: str, columns: list[OutputColumn], *, everything: bool) -> None:
    """Write the placed records ``rows``; a table that nobody asked for shows only those that need a look."""
    names = [column.name for column in columns]
    with unwritable(target):
        if target == "-" and format_ == "parquet":
            raise click.UsageError("Parquet cannot be written to standard output; name a file with -o.")
        if target == "-":
            shown = rows if everything else iter(_worth_a_look(rows))
            with atomic_writer("-") as stream:
                write_text(stream, format_, names, placed.cells(shown, columns))
            return
        with atomic_path(target) as beside:
            write_file(beside, format_, columns, rows)


def _worth_a_look(rows: Iterator[Placed]) -> list[Placed]:
    first: list[Placed] = []
    odd: list[Placed] = []
    for row in rows:
        if len(first) < ROWS_IN_A_TABLE:
            first.append(row)
        if len(odd) < ROWS_IN_A_TABLE and placed.needs_a_look(row):
            odd.append(row)
    return odd or first


def _with_progress(run: Run) -> Iterator[Placed]:
    """Yield the placed records; on a terminal, work that takes longer than a moment shows how far it is."""
    rows = run.placed()
    if not records.on_a_terminal():
        yield from rows
        return
    start, count = monotonic(), 0
    for row in rows:
        yield row
        count += 1
        if count % 256 == 0 and monotonic() - start > PATIENCE:
            break
    else:
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    percent = _percent(run)
    layout: list[ProgressColumn] = [BarColumn(), TextColumn("{task.fields[count]:,} records placed")]
    if percent is not None:  # else the bar only moves to and fro
        layout += [TaskProgressColumn(), TimeRemainingColumn()]
    with Progress(*layout, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None if percent is None else 100, completed=percent or 0, count=count)
        for row in rows:
            yield row
            count += 1
            if count % 256 == 0:
                progress.update(task, completed=_percent(run) or 0, count=count)


def _percent(run: Run) -> int | None:
    share = run.share()
    return None if share is None else int(100 * share)


def _write_rejects(rejects: Rejects, path: str | None, out: str | None) -> None:
    """Write the rejects where they were asked for, else beside the output if there are any (or an older list would mislead)."""
    if path is None and out not in (None, "-"):
        path = f"{out}.rejects.csv"
        if not rejects.count and not os.path.exists(path):  # noqa: PTH110 - pathlib costs start-up time
            return
    if path is not None:
        with atomic_writer(path) as stream:
            rejects.write(stream)


def _tell(summary: Summary, run: Run | Pushed) -> None:
    from revrules.render.cells import harmless
    from revrules.tables.summary import in_words

    for note in summary.notes:
        click.echo(harmless(f"note: {note}"), err=True)
    if summary.warnings:
        records.show(summary.warnings)
    click.echo(harmless("\n".join(in_words(summary, run.lifecycle))), err=True)


def _tell_rejects(rejects: Rejects, path: str | None, out: str | None) -> None:
    if not rejects.count:
        return
    from revrules.render.cells import one_line

    where = path or (f"{out}.rejects.csv" if out not in (None, "-") else None)
    things = "1 row or cell" if rejects.count == 1 else f"{rejects.count:,} rows or cells"
    click.echo(f"\n{things} could not be used as declared" + (f"; all are listed in {where}" if where else ":"), err=True)
    for issue in rejects.first:
        column = f", {issue.column}" if issue.column else ""
        shown = f" `{' '.join(issue.value.split())[:60]}`" if issue.value else ""
        line = f"  {issue.file}, line {issue.line}{column}:{shown} {issue.reason} ({issue.happened})"
        click.echo(one_line(line), err=True)
    if rejects.count > len(rejects.first) and where is None:
        click.echo("  … `--rejects FILE` lists them all", err=True)
