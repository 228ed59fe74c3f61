"""A ruleset into SQL for a warehouse: a statement, a view, a table, or the files of a dbt model."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from revrules.cli import records
from revrules.cli.trouble import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from revrules.backends.sql.dialects import Dialect
    from revrules.engines.placing import Order
    from revrules.models.statements import Columns
    from revrules.ruleset import Mode, Ruleset

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery")
UNTESTED = "parsed in the tests, not run on the engine: `revrules verify --script {dialect}` prints a script that asks it"


@click.command("sql")
@click.argument("ruleset", metavar="RULESET")
@click.option("--dialect", type=click.Choice(DIALECTS), default="duckdb", help="Whose SQL.  [default: duckdb]")
@click.option(
    "--as", "shape", type=click.Choice(["select", "view", "table", "dbt"]), default="select", help="What to make of it."
)
@click.option("--name", metavar="NAME", help="What the view, table or dbt model is called.  [default: placed_ENTITY]")
@click.option("--table", "tables", multiple=True, metavar="[NAME=]TABLE", help="Where records are, by relation or entity.")
@click.option("--lifecycle", metavar="NAME", help="The lifecycle to place records in, where there are several.")
@click.option("--entity", metavar="NAME", help="What the records are, where that leaves one lifecycle.")
@click.option("--as-of", metavar="DATE", help="The instant of the evaluation.  [default: when the statement runs]")
@click.option("--mode", type=click.Choice(["evidence", "advance"]), default="evidence", help="As of `evaluate`.")
@click.option("--columns", metavar="A,B,…", help="Only these columns, of the answer or of the table.")
@click.option("--keep", is_flag=True, help="Also the columns of the table that --schema tells of.")
@click.option("--schema", metavar="FILE", help="What the tables hold: rows of information_schema.columns as CSV or JSON.")
@click.option("-o", "--output", "out", metavar="OUT", help="Write it to this file; for dbt the folder of the project.")
def command(
    ruleset: str,
    dialect: str,
    shape: str,
    name: str | None,
    tables: tuple[str, ...],
    lifecycle: str | None,
    entity: str | None,
    as_of: str | None,
    mode: Mode,
    columns: str | None,
    keep: bool,
    schema: str | None,
    out: str | None,
) -> None:
    """Write a ruleset as SQL: a statement, a view, a table or a dbt model.

    The statement places every record of a table, and means the same as `evaluate`: what a dialect cannot say exactly is refused,
    never said nearly. Tables are called like their entities unless --table says otherwise, and their columns as exports call
    them (`as "…"`); with --schema they are matched as `evaluate` matches headings, and read by their types. A dbt model comes
    with its tests and docs; the variable `revrules_as_of` of the project sets the instant of an evaluation.
    """
    from revrules.backends.sql.dialects import Dialect
    from revrules.engines.placing import Order

    rules = records.load_ruleset(ruleset)
    main, related = _tables(tables)
    wanted = None if columns is None else [each.strip() for each in columns.split(",") if each.strip()]
    with records.data_errors():
        when = records.moment(as_of, rules.outline.timezone)
        order = Order(main, related, lifecycle, entity, when, mode, wanted, keep)
        known = None if schema is None else _schema(schema)
        if shape == "dbt":
            _dbt(rules, order, Dialect(dialect), name, known, out)
        else:
            _statement(rules, order, Dialect(dialect), shape, name, known, out)
    if not Dialect(dialect).tested:
        click.echo(f"note: {UNTESTED.format(dialect=dialect)}", err=True)


def _tables(given: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the table of the records (empty: not named) and the others by name."""
    main, related = "", {}
    for text in given:
        name, equals, table = text.partition("=")
        if not equals:
            if main:
                raise click.UsageError(
                    f"--table {main} and --table {text}: name what the second one holds, as in meetings={text}."
                )
            main = text
        elif name.strip() and table.strip():
            related[name.strip()] = table.strip()
        else:
            raise click.UsageError(f"--table {text}: write NAME=TABLE, for instance meetings=crm.meetings.")
    return main, related


def _schema(path: str) -> Columns:
    """Return the columns of tables that a file lists."""
    from revrules.models.statements import read_columns

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        rows = json.loads(text) if text.lstrip()[:1] in "[{" else list(csv.DictReader(text.splitlines()))
        return read_columns([{str(key): str(value) for key, value in row.items()} for row in rows])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        told = "it needs the columns table_name, column_name and data_type, as information_schema.columns has them"
        raise UserError(f"{path}: {told}") from error


def _statement(
    rules: Ruleset, order: Order, dialect: Dialect, shape: str, name: str | None, known: Columns | None, out: str | None
) -> None:
    from revrules.cli.output import atomic_writer
    from revrules.models import Shape, as_text, model

    made = model(rules, order, dialect, columns=known)
    records.show(made.warnings)
    into = name or f"placed_{made.lifecycle.entity}"
    with atomic_writer(out or "-") as stream:
        stream.write(as_text(made, Shape(shape), into))
    if out not in (None, "-"):
        click.echo(f"wrote {out}", err=True)


def _dbt(rules: Ruleset, order: Order, dialect: Dialect, name: str | None, known: Columns | None, out: str | None) -> None:
    """Write the files of a model into a dbt project."""
    from revrules.cli.output import atomic_writer
    from revrules.engines.placing import choose_lifecycle
    from revrules.models import dbt_files

    if out is None or out == "-":
        raise click.UsageError("a dbt model is several files; name the folder of the project with -o.")
    called = name or f"placed_{choose_lifecycle(rules, order).entity}"
    if not called.replace("_", "a").isalnum() or not called.isascii():
        raise click.UsageError(f"`{called}` cannot be the name of a dbt model; use letters, digits and _.")
    files, made = dbt_files(rules, order, dialect, called, columns=known)
    records.show(made.warnings)
    for path, text in files.items():
        target = Path(out) / path
        os.makedirs(target.parent, exist_ok=True)  # noqa: PTH103 - as elsewhere in the command line
        with atomic_writer(target) as stream:
            stream.write(text)
        click.echo(f"wrote {target}", err=True)
