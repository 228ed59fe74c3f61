"""An export that DuckDB places, as `evaluate` asks for it: written whole or not at all, with a bar for those who wait."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from revrules.cli.output import atomic_path, atomic_writer, unwritable
from revrules.cli.waiting import progress
from revrules.tables.engine import push
from revrules.tables.writers import write_bits, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from revrules.ruleset import Ruleset
    from revrules.tables.database import Limits
    from revrules.tables.engine import Engine
    from revrules.tables.placed import OutputColumn
    from revrules.tables.pushed import Pushed
    from revrules.tables.rejects import Rejects
    from revrules.tables.run import Job
    from revrules.tables.summary import Summary


class Wanted(NamedTuple):
    """Where the placed records go and how; ``most`` of those worth a look where nobody asked for all."""

    target: str
    format: str
    columns: Callable[[Pushed], list[OutputColumn]]
    most: int | None
    summary: bool = True


def place(
    rules: Ruleset, job: Job, engine: Engine, limits: Limits, rejects: Rejects, wanted: Wanted
) -> tuple[Pushed, Summary] | str | None:
    """Have DuckDB place the records, unless that is for Python. Returns the run and its summary, or why Python has to do it."""
    if engine == "python":
        return None
    with progress() as on_progress:
        return push(rules, job, engine, rejects, lambda run: _written(run, wanted), limits, on_progress, full=wanted.summary)


@contextmanager
def _written(run: Pushed, wanted: Wanted) -> Iterator[None]:
    """Write the placed records; they take the place of the target when the block ends well."""
    columns = wanted.columns(run)
    with unwritable(wanted.target):
        if wanted.target == "-" and wanted.format == "parquet":
            raise click.UsageError("Parquet cannot be written to standard output; name a file with -o.")
        if wanted.target != "-":
            with atomic_path(wanted.target) as beside:
                run.write(str(beside), wanted.format, columns)
                if run.bits:
                    with atomic_writer(f"{wanted.target}.bits.csv") as stream:
                        write_bits(stream, run.bits)
                yield
            return
        names, rows = run.rows(columns) if wanted.most is None else run.worth_a_look(columns, wanted.most)
        with atomic_writer("-") as stream:
            write_text(stream, wanted.format, names, rows)
        yield
