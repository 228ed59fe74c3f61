"""A standard ruleset, or the user's own export, into the files of a first ruleset."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import records
from revrules.cli.output import atomic_path
from revrules.problems import data as problems
from revrules.resources import resource_root
from revrules.tables.failure import DataError
from revrules.tables.opening import open_table
from revrules.tables.rows import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from revrules.tables.rows import Table

MINIMAL = "minimal"
SAMPLE = 50_000
"""Rows of an export that are looked at."""
RULES = "rules.rev"
SMALLEST = """\
ruleset first {
  title    "Where every deal stands, and why"
  steward  revops
}

team sales  "Sales"
team revops "Revenue Operations"

system crm "CRM"

## One row of the export is one deal. `as` names the column, where it is called differently there.
entity deal "Deal" key deal_id {
  deal_id      text required as "Deal ID"  from crm
  stage        enum { open "Open", `won` "Closed Won", `lost` "Closed Lost" } as "Deal Stage"  from crm  owner sales
  amount       money 0.. as "Amount"       from crm  owner sales
  close_date   date as "Close Date"        from crm  owner sales
  loss_reason  text as "Loss Reason"       from crm  owner sales
}

lifecycle deals of deal {
  tracks stage

  ## Someone wants to buy something.
  stage open "Open" {
    entry
    owner sales
    requires { worth: amount > 0 }
  }

  ## Signed and dated.
  stage `won` "Closed Won" {
    owner sales
    from open
    requires { closed: close_date is known and loss_reason is missing }
    won
  }

  ## Not bought, and we know why.
  stage `lost` "Closed Lost" {
    owner sales
    from any
    requires { reason: loss_reason is known }
    lost
  }
}
"""


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--from", "origin", metavar="NAME", help="A standard ruleset to begin with, or `minimal`.  [default: minimal]")
@click.option("--data", metavar="FILE", help="Your own export: its columns and stages are guessed from it.")
@click.option("--encoding", metavar="NAME", help="The encoding of FILE, where it does not show it.")
@click.option("--delimiter", metavar="MARK", help="What separates the cells of FILE: a mark, or the word tab.")
@click.option("--force", is_flag=True, help="Overwrite files that are there already.")
def command(folder: str, origin: str | None, data: str | None, encoding: str | None, delimiter: str | None, force: bool) -> None:
    """Write a first ruleset, from a standard one or from your own export.

    DIR is the folder to write to (the current one without it). Nothing is overwritten without --force.
    """
    if origin is not None and data is not None:
        raise click.UsageError("begin either with a standard ruleset (--from) or with your own export (--data), not with both.")
    with records.data_errors():
        if data is None:
            files, told = _standard(origin or MINIMAL)
        else:
            table = open_table(data, records.reading(None, encoding, delimiter))
            files, told = _guessed(table, data)
        _write(Path(folder), files, force=force)
    for line in told:
        click.echo(line)
    _tell_next(folder, [str(Path(folder) / name) for name in files], data)


def standard_names() -> list[str]:
    """Return the names of the standard rulesets that come with revrules."""
    folder = resource_root() / "rulesets"
    return sorted(path.name for path in folder.iterdir() if (path / RULES).is_file()) if folder.is_dir() else []


def _standard(name: str) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a standard ruleset by their path in it."""
    if name == MINIMAL:
        return {RULES: SMALLEST.encode()}, []
    names = standard_names()
    if name not in names:
        raise DataError(problems.unknown_starter(name, [MINIMAL, *names]))
    folder = resource_root() / "rulesets" / name
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "__")))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}, []


def _guessed(table: Table, data: str) -> tuple[dict[str, bytes], list[str]]:
    from revrules.format import format_source
    from revrules.source import Source
    from revrules.starter import propose

    rows = list(islice(table.rows, SAMPLE))
    table.close()
    headings, cells = _as_texts(table, [row for row in rows if isinstance(row, Row)])
    proposal = propose(headings, cells, Path(data).name.removesuffix(".gz").rpartition(".")[0] or "export")
    refused = sum(not isinstance(row, Row) for row in rows)
    told = [
        f"looked at {len(cells):,} rows of {data}" + (f"; {refused:,} could not be read" if refused else ""),
        *proposal.guesses,
    ]
    text, _ = format_source(Source(RULES, proposal.text))
    return {RULES: (text or proposal.text).encode()}, [*(f"note: {note}" for note in table.notes), *told]


def _as_texts(table: Table, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells as an export would write them; nested records of JSON are left out."""
    if table.headings is not None:
        return list(table.headings), [[_text(cell) for cell in row.cells] for row in rows]
    named: list[Mapping[str, object]] = [row.cells for row in rows if isinstance(row.cells, dict)]
    headings = [name for name in dict.fromkeys(name for row in named for name in row) if not _nested(name, named)]
    return headings, [[_text(row.get(heading)) for heading in headings] for row in named]


def _nested(name: str, rows: Sequence[Mapping[str, object]]) -> bool:
    return any(isinstance(row.get(name), dict | list) for row in rows)


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write all files or, where one is there already and ``force`` is not given, none."""
    for name in files:
        if not force and (folder / name).exists():
            raise DataError(problems.file_exists(str(folder / name)))
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as beside:
            beside.write_bytes(content)


def _tell_next(folder: str, written: Sequence[str], data: str | None) -> None:
    export = data or "EXPORT.csv"
    click.echo("\n".join(f"wrote {path}" for path in written))
    click.echo("\nNext:")
    click.echo(f"  revrules check {folder}")
    click.echo(f"  revrules evaluate {folder} {export}")
    click.echo(f"  revrules why {folder} {export} KEY")
    if data is None:
        click.echo(f"\nOther beginnings: --data YOUR_EXPORT.csv, or --from {', '.join(standard_names()) or MINIMAL}")
